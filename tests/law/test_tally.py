"""The council's mean, its stars, and how points are shown."""

from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest

from ocop_portal import law
from tests.law.sheets import DECISION, highest, worth

SET_1 = DECISION.criteria_set(1)


def tallied(*totals, **rules):
    return law.tally(DECISION, SET_1, [worth(SET_1, total) for total in totals], **rules)


def test_the_published_score_31_24_38_makes_93_00_and_5_stars():
    """Trái sầu riêng cấp đông (set 1), Bến Tre: the parts and the sum as published."""
    choices = highest(SET_1, c1_1=2, c1_2=3, c2_1=3, c2_2=3, c5_1=5, c6_1=2, c6_3=3)
    sheet = law.score(SET_1, choices)
    assert sheet.parts == {"A": 31, "B": 24, "C": 38}
    assert (sheet.total, sheet.stars, sheet.complete) == (93, 5, True)
    found = law.tally(DECISION, SET_1, [sheet, sheet, sheet])
    assert (found.shown, found.stars, found.mean, found.count) == ("93,00", 5, 93, 3)
    assert found.part_means == {"A": 31, "B": 24, "C": 38}


@pytest.mark.parametrize(
    ("mean", "stars", "shown"),
    [
        ("0", 1, "0,00"),
        ("29.999", 1, "29,99"),
        ("30", 2, "30,00"),
        ("49.995", 2, "49,99"),
        ("50", 3, "50,00"),
        ("69.996", 3, "69,99"),
        ("70", 4, "70,00"),
        ("89.5", 4, "89,50"),
        ("90", 5, "90,00"),
        ("100", 5, "100,00"),
    ],
)
def test_the_band_is_taken_on_the_exact_mean_and_the_mean_is_shown_cut(mean, stars, shown):
    exact = Fraction(mean)
    assert law.stars_for(DECISION, exact) == stars
    assert law.show_points(exact) == shown


@pytest.mark.parametrize(
    ("totals", "mean", "stars", "shown"),
    [
        # 200 sheets are the fewest whose mean ends in .995, and 250 in .996.
        ([50] * 199 + [49], Fraction("49.995"), 2, "49,99"),
        ([50, 50, 50], Fraction(50), 3, "50,00"),
        ([70] * 249 + [69], Fraction("69.996"), 3, "69,99"),
        ([69, 70, 71], Fraction(70), 4, "70,00"),
        ([70, 70, 69], Fraction(209, 3), 3, "69,66"),
        ([89, 90], Fraction("89.5"), 4, "89,50"),
        ([85, 95], Fraction(90), 5, "90,00"),
    ],
)
def test_real_sheets_fall_into_the_same_bands(totals, mean, stars, shown):
    found = tallied(*totals)
    assert (found.mean, found.stars, found.shown) == (mean, stars, shown)


def test_the_spread_is_the_highest_total_less_the_lowest():
    assert tallied(72, 61, 80).spread == 19
    assert tallied(72).spread == 0


def test_the_order_of_the_members_never_matters():
    sheets = [worth(SET_1, total) for total in (61, 72, 80)]
    found = {repr(law.tally(DECISION, SET_1, order)) for order in permutations(sheets)}
    assert len(found) == 1


def test_without_sheets_there_is_no_mean_and_no_star():
    found = tallied()
    assert (found.count, found.mean, found.stars, found.band, found.shown) == (0, None, 0, 0, "")


def test_a_knock_out_decided_by_the_council_takes_every_star():
    found = tallied(95, 95, knocked_out=True)
    assert (found.stars, found.band, found.shown) == (0, 5, "95,00")


def test_a_product_that_every_sheet_knocks_out_is_out():
    set_4 = DECISION.criteria_set(4)
    out = law.score(set_4, highest(set_4), knock_outs=["knock_out:1.1"])
    found = law.tally(DECISION, set_4, [out, out])
    assert (found.stars, found.knocked_out, found.unsettled_knock_out) == (0, True, False)
    assert found.knock_outs == {"knock_out:1.1": 2}


def test_a_knock_out_of_some_sheets_waits_for_the_council():
    set_4 = DECISION.criteria_set(4)
    out = law.score(set_4, highest(set_4), knock_outs=["knock_out:1.1"])
    within = law.score(set_4, highest(set_4))
    found = law.tally(DECISION, set_4, [out, within, within])
    assert (found.unsettled_knock_out, found.knocked_out) == (True, False)
    assert found.knock_outs == {"knock_out:1.1": 1}
    settled = law.tally(DECISION, set_4, [out, within, within], knocked_out=False)
    assert (settled.unsettled_knock_out, settled.stars) == (False, 5)


@pytest.mark.parametrize(
    ("answers", "stars", "failed"),
    [
        ({}, 5, ()),
        ({"minimum_3": True, "minimum_4": True, "minimum_5": True}, 5, ()),
        ({"minimum_5": False}, 4, ("minimum_5",)),
        ({"minimum_5": False, "minimum_4": False}, 3, ("minimum_4", "minimum_5")),
        ({"minimum_3": False, "minimum_5": True}, 2, ("minimum_3",)),
    ],
)
def test_a_question_answered_with_no_keeps_the_product_below_its_star(answers, stars, failed):
    found = tallied(95, 95, checks=answers)
    assert (found.band, found.stars, found.failed_checks) == (5, stars, failed)


def test_an_answer_never_lifts_a_low_band_and_never_beats_a_knock_out():
    assert tallied(60, checks={"minimum_5": True}).stars == 3
    assert tallied(60, checks={"minimum_5": False}).stars == 3
    assert tallied(95, checks={"minimum_5": False}, knocked_out=True).stars == 0


@pytest.mark.parametrize(("number", "code"), [(1, "minimum_2"), (26, "minimum_3")])
def test_an_answer_to_a_question_that_is_not_asked_is_refused(number, code):
    found = DECISION.criteria_set(number)
    with pytest.raises(law.UnknownRule, match=f"không hỏi “{code}” với bộ tiêu chí {number}"):
        law.tally(DECISION, found, [law.score(found, highest(found))], checks={code: True})


def test_an_incomplete_sheet_is_not_tallied():
    choices = highest(SET_1)
    del choices["4.1"]
    with pytest.raises(law.IncompleteSheet, match=r"4\.1"):
        law.tally(DECISION, SET_1, [law.score(SET_1, choices)])


def test_a_sheet_of_another_set_is_not_tallied():
    set_2 = DECISION.criteria_set(2)
    with pytest.raises(law.WrongSet):
        law.tally(DECISION, SET_1, [law.score(set_2, highest(set_2))])


def test_the_mean_of_a_criterion_is_exact():
    sheets = [law.score(SET_1, highest(SET_1, c4_1=choice)) for choice in (1, 2, 4)]
    assert law.tally(DECISION, SET_1, sheets).criterion_means["4.1"] == Fraction(8, 3)


@pytest.mark.parametrize("value", [69.5, 70.0])
def test_floats_are_refused_wherever_points_are_judged_or_shown(value):
    with pytest.raises(TypeError):
        law.stars_for(DECISION, value)
    with pytest.raises(TypeError):
        law.show_points(value)


@pytest.mark.parametrize("value", [-1, 101, Fraction(10001, 100)])
def test_points_outside_0_to_100_have_no_band(value):
    with pytest.raises(law.PointsOutOfRange):
        law.stars_for(DECISION, value)


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (Fraction(2, 3), 2, "0,66"),
        (Fraction(2, 3), 0, "0"),
        (Fraction(2, 3), 4, "0,6666"),
        (Decimal("69.999"), 2, "69,99"),
        (Fraction(-1, 3), 2, "-0,33"),
        (Fraction(-1, 300), 2, "0,00"),
        (7, 1, "7,0"),
    ],
)
def test_points_are_cut_at_any_number_of_places(value, places, shown):
    assert law.show_points(value, places=places) == shown


@pytest.mark.parametrize(
    ("level", "mean", "onward"),
    [
        ("district", Fraction("49.999"), ""),
        ("district", 50, "province"),
        ("district", 93, "province"),
        ("province", Fraction("89.99"), ""),
        ("province", 90, "centre"),
        ("centre", 95, ""),
    ],
)
def test_a_level_sends_on_what_the_next_one_decides(level, mean, onward):
    assert DECISION.level(level).refers(mean) == onward


@pytest.mark.parametrize(("members", "least"), [(7, 6), (8, 6), (9, 7), (11, 9), (3, 3)])
def test_a_quorum_is_three_quarters_of_the_members_rounded_up(members, least):
    assert DECISION.working_rules.quorum_count(members) == least
