"""What later Decisions print and 1048 does not: least levels per star, one-of cases, header rules.

The files of 1048 bear made-up marks here, to try the rules on them.
"""

import json

import pytest

from ocop_portal import law
from tests.law.sheets import highest

SECOND = '- {points: 2, level: "Sử dụng nguyên liệu có nguồn gốc trong tỉnh từ 50% đến dưới 75%"}'


@pytest.fixture
def marked(shelf):
    """Set 1: criterion 1.1 must reach 2 points for 3★ and 3 points for 5★; 1.6 anything for 4★."""
    shelf.edit(1, SECOND, SECOND.replace("points: 2", "points: 2, min_star: 3"))
    third = SECOND.replace("points: 2", "points: 3").replace("50% đến dưới 75%", "75% đến 100%")
    shelf.edit(1, third, third.replace("points: 3", "points: 3, min_star: 5"))
    shelf.edit(1, 'code: "1.6"', 'code: "1.6"\n            min_star: 4')
    return shelf.decision()


@pytest.mark.parametrize(
    ("marks", "stars", "unmet"),
    [
        ({}, 5, {}),
        ({"c1_1": 2}, 4, {5: ("1.1",)}),
        ({"c1_1": 1}, 2, {3: ("1.1",), 5: ("1.1",)}),
        ({"c1_1": None}, 2, {3: ("1.1",), 5: ("1.1",)}),
        ({"c1_6": 1}, 3, {4: ("1.6",)}),
        ({"c1_6": 1, "c1_1": 2}, 3, {4: ("1.6",), 5: ("1.1",)}),
    ],
)
def test_stars_are_the_lower_of_the_band_and_the_marks(marked, marks, stars, unmet):
    found = marked.criteria_set(1)
    sheet = law.score(found, highest(found, **marks))
    assert (sheet.band, sheet.stars, sheet.unmet_marks) == (5, stars, unmet)


def test_marks_that_are_met_do_not_lift_a_low_band(marked):
    found = marked.criteria_set(1)
    choices = dict.fromkeys((leaf.code for leaf in found.leaves), None) | {"1.1": 3, "1.6": 2}
    assert law.score(found, choices).stars == 1


def test_the_council_meets_a_mark_with_its_mean_of_the_criterion(marked):
    found = marked.criteria_set(1)
    sheets = [law.score(found, highest(found, c1_1=choice)) for choice in (1, 3)]
    tally = law.tally(marked, found, sheets)
    assert (tally.band, tally.stars, tally.unmet_marks) == (5, 4, {5: ("1.1",)})
    sheets = [law.score(found, highest(found, c1_1=choice)) for choice in (1, 1, 3)]
    assert law.tally(marked, found, sheets).stars == 2


def test_every_printed_mark_says_how_the_product_stands_to_it(marked):
    found = marked.criteria_set(1)
    sheets = [law.score(found, highest(found, c1_1=choice)) for choice in (1, 3)]
    tally = law.tally(marked, found, sheets)
    assert [
        (m.star, m.code, m.least, m.mean, m.met_by_mean, m.finding, m.met) for m in tally.marks
    ] == [
        (3, "1.1", 2, 2, True, None, True),
        (4, "1.6", 1, 1, True, None, True),
        (5, "1.1", 3, 2, False, None, False),
    ]


@pytest.mark.parametrize(
    ("findings", "stars", "unmet"),
    [
        ({(5, "1.1"): True}, 5, {}),
        ({(5, "1.1"): False}, 4, {5: ("1.1",)}),
        ({(3, "1.1"): False, (5, "1.1"): True}, 2, {3: ("1.1",)}),
        ({(4, "1.6"): False}, 3, {4: ("1.6",), 5: ("1.1",)}),
    ],
)
def test_the_councils_own_finding_goes_before_the_mean(marked, findings, stars, unmet):
    found = marked.criteria_set(1)
    sheets = [law.score(found, highest(found, c1_1=choice)) for choice in (1, 3)]
    tally = law.tally(marked, found, sheets, mark_findings=findings)
    assert (tally.stars, tally.unmet_marks) == (stars, unmet)
    assert {(m.star, m.code): m.finding for m in tally.marks if m.finding is not None} == findings


@pytest.mark.parametrize("pair", [(4, "1.1"), (3, "1.6"), (3, "9.9")])
@pytest.mark.parametrize("sheets", [0, 1])
def test_a_finding_on_what_is_no_mark_of_the_set_is_refused(marked, pair, sheets):
    found = marked.criteria_set(1)
    with pytest.raises(law.UnknownRule, match=f"{pair[0]} sao ở tiêu chí {pair[1]}"):
        law.tally(
            marked, found, [law.score(found, highest(found))] * sheets, mark_findings={pair: True}
        )


def test_marks_survive_the_json_copy(marked):
    found = marked.criteria_set(1)
    copy = law.CriteriaSet.from_dict(json.loads(json.dumps(found.to_dict())))
    assert (copy.star_marks, copy.digest) == (found.star_marks, found.digest)
    assert copy.star_marks == {3: {"1.1": 2}, 4: {"1.6": 1}, 5: {"1.1": 3}}


def test_1048_prints_no_marks():
    found = law.decision("1048-2019").criteria_set(1)
    assert found.star_marks == {}
    assert law.score(found, highest(found)).unmet_marks == {}


@pytest.fixture
def with_cases(shelf):
    """Set 12: 6.1 becomes one of three cases, of 2 points."""
    shelf.edit(
        12,
        'title: "Ngoại hình"\n            points: 6',
        'title: "Ngoại hình"\n            points: 2\n            mode: one_of',
    )
    return shelf.decision().criteria_set(12)


def test_of_children_that_are_cases_one_is_marked(with_cases):
    sheet = law.score(with_cases, highest(with_cases))
    assert (sheet.not_applicable, sheet.missing) == (("6.1.2", "6.1.3"), ())
    assert sheet.parts["C"] == law.best_parts(with_cases)["C"] == 36


def test_two_cases_marked_at_once_are_refused(with_cases):
    with pytest.raises(law.BothCases, match=r"6\.1"):
        law.score(with_cases, highest(with_cases) | {"6.1.2": 1})


def test_none_of_these_in_a_case_leaves_the_others_to_be_answered(with_cases):
    choices = highest(with_cases) | {"6.1.1": None}
    sheet = law.score(with_cases, choices)
    assert (sheet.not_applicable, sheet.missing) == ((), ("6.1.2", "6.1.3"))
    other = law.score(with_cases, choices | {"6.1.2": 3})
    assert (other.not_applicable, other.missing) == (("6.1.1", "6.1.3"), ())
    assert other.points["6.1.2"] == 2
    none = law.score(with_cases, choices | {"6.1.2": None, "6.1.3": None})
    assert (none.not_applicable, none.missing) == ((), ())


def test_without_an_answer_every_case_is_missing(with_cases):
    choices = {c: n for c, n in highest(with_cases).items() if not c.startswith("6.1.")}
    assert law.score(with_cases, choices).missing == ("6.1.1", "6.1.2", "6.1.3")


def test_rules_of_the_header_hold_for_the_whole_set(shelf):
    rules = 'notes:\n  - knock_out: "Bị loại nếu giả mạo hồ sơ"\n  - gate: "Không đánh giá"\n'
    shelf.edit(1, "parts:", rules + "parts:")
    found = shelf.decision().criteria_set(1)
    assert [rule.key for rule in found.knock_outs] == ["knock_out:header"]
    assert law.score(found, highest(found), knock_outs=["knock_out:header"]).stars == 0
    stopped = law.score(found, {}, gates=["gate:header"])
    assert (stopped.total, stopped.complete, len(stopped.not_applicable)) == (0, True, 31)
