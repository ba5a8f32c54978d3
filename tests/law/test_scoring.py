"""One sheet: what choices are worth, and what rules do to them (Decision 1048/QĐ-TTg)."""

import pytest

from ocop_portal import law
from tests.law.sheets import DECISION, USABLE, highest


def criteria_set(number):
    return DECISION.criteria_set(number)


def scored(number, choices=None, **rules):
    found = criteria_set(number)
    return law.score(found, highest(found) if choices is None else choices, **rules)


# --- points -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", USABLE)
def test_the_highest_option_of_every_criterion_makes_100_and_5_stars(number):
    found = scored(number)
    assert found.parts == {"A": 35, "B": 25, "C": 40}
    assert (found.total, found.band, found.stars, found.complete) == (100, 5, 5, True)
    assert (found.not_applicable, found.gates, found.knock_outs) == ((), (), ())


def test_the_points_are_looked_up_from_the_option_of_the_number():
    assert scored(1, {"4.1": 4}).points["4.1"] == 5
    assert scored(1, {"4.1": 3}).points["4.1"] == 3


def test_none_of_these_is_an_answer_worth_0_points():
    found = scored(1, highest(criteria_set(1), c1_1=None))
    assert (found.points["1.1"], found.total, found.missing) == (0, 97, ())


def test_only_a_criterion_without_a_printed_level_of_0_needs_none_of_these_for_0():
    assert not criteria_set(1).criterion("1.1").has_printed_zero
    assert criteria_set(1).criterion("1.2").has_printed_zero


def test_what_is_missing_is_named_in_printed_order_and_counts_0():
    choices = highest(criteria_set(1))
    del choices["11"], choices["1.5"]
    found = scored(1, choices)
    assert found.missing == ("1.5", "11")
    assert (found.complete, found.total, found.points["11"]) == (False, 90, 0)


def test_an_empty_sheet_misses_every_criterion():
    found = scored(1, {})
    assert found.missing == tuple(leaf.code for leaf in criteria_set(1).leaves)
    assert (found.total, found.stars, found.parts) == (0, 1, {"A": 0, "B": 0, "C": 0})


@pytest.mark.parametrize("choice", [0, -1, 4, 99, "1", 1.0, True])
def test_an_option_that_is_not_printed_is_refused(choice):
    with pytest.raises(law.OptionOutOfRange, match=r"Tiêu chí 1\.1 không có phương án"):
        scored(1, {"1.1": choice})


@pytest.mark.parametrize(("number", "code"), [(1, "1.7"), (1, ""), (1, "9"), (12, "6.1")])
def test_a_criterion_that_is_not_marked_is_refused(number, code):
    with pytest.raises(law.UnknownCriterion):
        scored(number, {code: 1})


def test_children_are_marked_and_their_heading_is_not():
    codes = [leaf.code for leaf in criteria_set(12).leaves]
    assert [code for code in codes if code.startswith("6.")] == [
        *("6.1.1", "6.1.2", "6.1.3"),
        *("6.2.1", "6.2.2", "6.2.3"),
    ]
    assert criteria_set(12).criterion("6.2").points == 14


# --- two cases --------------------------------------------------------------------------------


@pytest.mark.parametrize(("choice", "points"), [(1, 1), (2, 2), (3, 0), (4, 1), (None, 0)])
def test_of_two_cases_one_option_in_all_is_chosen(choice, points):
    """Criterion 3.2: options 1–2 belong to case A, 3–4 to case B."""
    assert [o.case for o in criteria_set(1).criterion("3.2").options] == ["A", "A", "B", "B"]
    assert scored(1, highest(criteria_set(1), c3_2=choice)).points["3.2"] == points


@pytest.mark.parametrize("code", ["3.2", "9", "10", "16"])
def test_cases_without_printed_words_are_still_one_of_two(code):
    rules = [r.kind for r in criteria_set(26).criterion(code).rules]
    assert rules == ["one_of_two_cases"]


# --- knock-outs -------------------------------------------------------------------------------


def test_a_knock_out_takes_every_star_and_leaves_the_points():
    found = scored(4, knock_outs=["knock_out:1.1"])
    assert (found.disqualified, found.stars, found.band, found.total) == (True, 0, 5, 100)
    assert found.knock_outs == ("knock_out:1.1",)


def test_the_knock_outs_of_a_set_are_listed_for_the_sheet():
    assert [r.key for r in criteria_set(25).knock_outs] == ["knock_out:1.1", "knock_out:6.2"]
    assert criteria_set(1).knock_outs == ()


@pytest.mark.parametrize(
    "rules",
    [
        {"knock_outs": ["knock_out:1.1"]},  # set 1 prints no knock-out
        {"knock_outs": ["gate:10"]},
        {"gates": ["gate:9"]},
        {"gates": ["conditional:5.2"]},
    ],
)
def test_a_rule_that_the_set_does_not_print_cannot_be_declared(rules):
    with pytest.raises(law.UnknownRule):
        scored(1, **rules)


# --- gates ------------------------------------------------------------------------------------


def test_a_declared_gate_stops_what_is_printed_after_it_and_keeps_its_own_mark():
    found = scored(1, gates=["gate:10"])
    assert found.not_applicable == ("11",)
    assert (found.points["10"], found.points["11"], found.total) == (5, 0, 95)
    assert found.gates == ("gate:10",)


def test_what_a_gate_stops_is_not_missing():
    choices = highest(criteria_set(1))
    del choices["11"]
    assert scored(1, choices, gates=["gate:10"]).complete


def test_a_gate_early_in_part_c_stops_all_of_the_rest():
    found = scored(2, gates=["gate:6.1"])
    assert found.parts == {"A": 35, "B": 25, "C": 5}
    assert found.not_applicable == ("6.2", "6.3", "6.4", "6.5", "7", "9.1", "9.2", "10", "11")


def test_of_two_declared_gates_the_first_stops_the_second():
    found = scored(2, gates=["gate:10", "gate:6.1"])
    assert found.gates == ("gate:6.1",)
    assert found.parts["C"] == 5


def test_a_gate_on_a_heading_stops_after_all_its_children():
    found = scored(12, gates=["gate:6.1"])
    assert found.not_applicable[0] == "6.2.1"
    assert found.parts["C"] == 6


@pytest.mark.parametrize("choice", [1, None])
def test_a_gate_at_0_points_bites_by_itself(choice):
    """Set 7, 6.1: "Nếu bị 0 điểm, sẽ không đánh giá các bước tiếp theo"."""
    found = scored(7, highest(criteria_set(7), c6_1=choice))
    assert found.gates == ("gate:6.1",)
    assert found.parts == {"A": 35, "B": 25, "C": 0}


def test_a_gate_at_0_points_does_not_bite_above_0_or_before_the_answer():
    assert scored(7, highest(criteria_set(7), c6_1=2)).gates == ()
    choices = highest(criteria_set(7))
    del choices["6.1"]
    assert scored(7, choices).gates == ()


@pytest.mark.parametrize("code", ["6.1", "6.2", "6.3", "6.4"])
def test_0_at_any_of_the_criteria_above_stops_what_follows_the_note(code):
    """Set 17, 6.4: "0 điểm tại một trong các chỉ tiêu trên"."""
    found = scored(17, highest(criteria_set(17)) | {code: 1})
    assert found.gates == ("gate:6.4",)
    assert found.not_applicable == ("7", "8.1", "8.2", "9", "10")


def test_an_automatic_gate_is_not_for_declaring():
    assert [r.key for r in criteria_set(7).gates if r.declarable] == ["gate:9"]
    with pytest.raises(law.UnknownRule):
        scored(7, gates=["gate:6.1"])


def test_a_gate_taken_back_gives_the_marks_back():
    choices = highest(criteria_set(1))
    assert scored(1, choices, gates=["gate:10"]).total == 95
    assert scored(1, choices).total == 100


# --- the story --------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", [1, None])
def test_without_a_story_its_content_and_structure_are_not_marked(choice):
    found = scored(1, highest(criteria_set(1), c5_1=choice))
    assert found.not_applicable == ("5.2", "5.3")
    assert (found.parts["B"], found.missing) == (15, ())


@pytest.mark.parametrize(("choice", "points"), [(2, 21), (3, 22), (6, 25)])
def test_with_a_story_its_content_and_structure_are_marked(choice, points):
    found = scored(1, highest(criteria_set(1), c5_1=choice))
    assert (found.parts["B"], found.not_applicable) == (points, ())


@pytest.mark.parametrize("number", [number for number in USABLE if number != 26])
def test_the_condition_names_the_level_that_says_there_is_no_story(number):
    found = criteria_set(number)
    for code in ("5.2", "5.3"):
        (rule,) = [r for r in found.criterion(code).rules if r.kind == "conditional"]
        assert rule.not_when == (("5.1", (1,)),)
    labels = [option.label for option in found.criterion("5.1").options]
    assert [label.startswith("Không có câu chuyện") for label in labels] == [True] + [False] * 5


def test_tourism_marks_its_story_without_a_condition():
    assert [r for r in criteria_set(26).rules if r.kind == "conditional"] == []


# --- sets that cannot be scored ---------------------------------------------------------------


def test_the_missing_set_cannot_be_had():
    with pytest.raises(law.MissingSet, match="Gạo, ngũ cốc"):
        DECISION.criteria_set(3)
    assert not DECISION.summary(3).usable


@pytest.mark.parametrize("number", [0, 27, -1])
def test_a_set_outside_the_classification_is_unknown(number):
    with pytest.raises(law.UnknownSet):
        DECISION.criteria_set(number)


def test_an_unknown_decision_is_refused():
    with pytest.raises(law.UnknownDecision, match="1049-2019"):
        law.decision("1049-2019")
