"""How two sets differ: every difference is found, and rows stand beside those they belong to."""

from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocop_portal import law
from tests.law.sheets import DECISION, USABLE
from tests.law.small_sets import heading, leaf, rule, small_set


def changed(criteria_set, *changes):
    """A copy in which each (path, value) of its JSON is replaced; value None takes it out."""
    data = deepcopy(criteria_set.to_dict())
    for path, value in changes:
        *steps, last = path
        at = data
        for step in steps:
            at = at[step]
        if value is None:
            del at[last]
        else:
            at[last] = value
    return law.CriteriaSet.from_dict(data)


# The first criterion of a set: 1.1 of part A.
FIRST = ("parts", 0, "sections", 0, "criteria", 0)


@pytest.mark.parametrize("number", USABLE)
def test_a_set_compared_with_itself_differs_in_nothing(number):
    found = DECISION.criteria_set(number)
    comparison = law.compare(found, found)
    assert comparison.same
    assert comparison.count("same") == len(found.criteria)
    assert {row.matched_by for row in comparison.rows} == {"code"}


@pytest.mark.parametrize(
    ("change", "row", "differences"),
    [
        (((*FIRST, "title"), "Nguồn"), "1.1", [("title", "Nguồn nguyên liệu", "Nguồn")]),
        (((*FIRST, "points"), 4), "1.1", [("points", "3", "4")]),
        (((*FIRST, "min_star"), 4), "1.1", [("mark", "", "4")]),
        (((*FIRST, "mode"), "one_of"), "1.1", [("mode", "", "one_of")]),
        (((*FIRST, "printed_code"), "a"), "1.1", [("printed_code", "", "a")]),
        ((("parts", 0, "points"), 40), "A", [("points", "35", "40")]),
        ((("parts", 0, "sections", 0, "note"), "Chú ý"), "1", [("note", "", "Chú ý")]),
    ],
)
def test_a_correction_of_a_version_is_shown_at_its_row(change, row, differences):
    found = DECISION.criteria_set(1)
    comparison = law.compare(found, changed(found, change))
    rows = [r for r in comparison.rows if not r.same]
    assert [r.right.code for r in rows] == [row]
    assert [(d.what, d.left, d.right) for d in rows[0].differences] == differences


@pytest.mark.parametrize(
    ("field", "value", "differs"),
    [
        ("label", "Khác", ("label",)),
        ("points", 0, ("points",)),
        ("min_star", 3, ("star",)),
        ("printed_points", 2, ("printed_points",)),
        ("reconstructed", True, ("reconstructed",)),
    ],
)
def test_a_corrected_level_is_shown_with_what_differs(field, value, differs):
    found = DECISION.criteria_set(1)
    comparison = law.compare(found, changed(found, ((*FIRST, "options", 0, field), value)))
    (row,) = [row for row in comparison.rows if not row.same]
    assert [pair.differs for pair in row.options if not pair.same] == [differs]


def test_a_level_added_or_taken_out_leaves_the_others_beside_themselves():
    found = DECISION.criteria_set(1)
    fewer = changed(found, ((*FIRST, "options", 1), None))
    (row,) = [row for row in law.compare(found, fewer).rows if not row.same]
    pairs = [(p.left and p.left.points, p.right and p.right.points) for p in row.options]
    assert pairs == [(1, 1), (2, None), (3, 3)]
    (row,) = [row for row in law.compare(fewer, found).rows if not row.same]
    pairs = [(p.left and p.left.points, p.right and p.right.points) for p in row.options]
    assert pairs == [(1, 1), (None, 2), (3, 3)]


def test_a_criterion_added_or_taken_out_stands_where_it_stood():
    found = DECISION.criteria_set(1)
    fewer = changed(found, (FIRST, None))
    rows = [row for row in law.compare(found, fewer).rows if not row.same]
    assert [(row.left.code, row.removed) for row in rows] == [("1.1", True)]
    comparison = law.compare(fewer, found)
    assert [row.right.code for row in comparison.rows[:4]] == ["A", "1", "1.1", "1.2"]
    assert [row.right.code for row in comparison.rows if row.added] == ["1.1"]
    assert [comparison.count(what) for what in ("added", "removed", "changed", "same")] == [
        *(1, 0, 0),
        len(found.criteria) - 1,
    ]


def test_a_criterion_in_another_section_or_order_has_moved():
    one, two, three = leaf("1", 1), leaf("2", 1), leaf("3", 1)
    before = small_set(one, two, three)
    rows = law.compare(before, small_set(three, one, two)).rows
    moved = [row.right.code for row in rows if [d.what for d in row.differences] == ["place"]]
    assert moved == ["3"]
    under = law.compare(before, small_set(one, heading("h", two, three)))
    moved = [row.right.code for row in under.rows if [d.what for d in row.differences] == ["place"]]
    assert moved == ["2", "3"]


@pytest.mark.parametrize(
    ("left", "right", "pairs"),
    [
        ([], ["gate"], [(None, "gate", False)]),
        (["gate"], [], [("gate", None, False)]),
        (
            ["gate", "evidence"],
            ["evidence"],
            [("evidence", "evidence", True), ("gate", None, False)],
        ),
    ],
)
def test_notes_stand_beside_those_of_their_kind(left, right, pairs):
    before, after = (
        small_set(leaf("1", 1, rules=[rule(kind, "1") for kind in kinds]), leaf("2", 1))
        for kinds in (left, right)
    )
    row = next(row for row in law.compare(before, after).rows if row.right.code == "1")
    assert [(p.left and p.left.kind, p.right and p.right.kind, p.same) for p in row.notes] == pairs


@pytest.mark.parametrize(
    "extra", [{"text": "Khác"}, {"when_zero": ["1"]}, {"key": "gate:1#2"}]
)  # fmt: skip
def test_a_note_of_other_words_or_another_effect_differs(extra):
    before = small_set(leaf("1", 0, 1, rules=[rule("gate", "1")]))
    after = small_set(leaf("1", 0, 1, rules=[rule("gate", "1") | extra]))
    assert [p.same for row in law.compare(before, after).rows for p in row.notes] == [False]


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("name", "Khác", "name"),
        ("branch", "Khác", "branch"),
        ("group", "Khác", "group"),
        ("agency", "Khác", "agency"),
        ("state", "reconstructed in part", "state"),
        ("is_service", True, "is_service"),
        ("number", 2, "number"),
        ("bands", [{"stars": 1, "minimum": 0, "printed": ""}], "bands"),
        ("doubts", [{"where": "1.1", "about": "wording", "why": "Nghi vấn"}], "doubt"),
    ],
)
def test_what_differs_of_the_whole_set_is_shown_above_the_rows(key, value, what):
    found = DECISION.criteria_set(1)
    comparison = law.compare(found, changed(found, ((key,), value)))
    assert [difference.what for difference in comparison.header] == [what]
    assert all(row.same for row in comparison.rows)


def test_a_new_version_number_alone_is_no_difference():
    found = DECISION.criteria_set(1)
    assert law.compare(found, changed(found, (("version",), 2))).same


LEAVES = st.recursive(
    st.integers(0, 9), lambda inner: st.lists(inner, min_size=1, max_size=3), max_leaves=3
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nothing_that_alters_a_version_goes_unseen(data):
    """Whatever single value of the JSON is altered: another digest means a difference is shown."""
    found = DECISION.criteria_set(data.draw(st.sampled_from(USABLE)))
    path, at = (), found.to_dict()
    while isinstance(at, dict | list) and at:
        keys = sorted(at) if isinstance(at, dict) else range(len(at))
        step = data.draw(st.sampled_from(keys))
        path, at = (*path, step), at[step]
    if path[0] in ("format", "version", "decision") or isinstance(at, dict | list):
        return
    if path[-1] in ("code", "where", "not_when", "when_zero"):
        return  # aligned by it, or pointing to it
    other = {str: "Khác", bool: not at, int: 1 if at == 0 else 0}[type(at)]
    if path[-1] in ("case", "kind"):
        other = "B" if at == "A" else "explanation" if at != "explanation" else "evidence"
    after = changed(found, (path, other))
    assert law.compare(found, after).same == (after.digest == found.digest)


def two_decisions(left, right):
    return law.compare(left, changed(right, (("decision",), "other")))


def test_sets_of_two_decisions_stand_side_by_side_by_title_whatever_their_codes():
    left = small_set(leaf("1.1", 1, title="Nguồn nguyên liệu"), leaf("1.2", 1, title="Kế toán"))
    right = small_set(
        leaf("1.a", 1, title="KẾ TOÁN"), leaf("1.b", 2, title="Nguồn gốc nguyên liệu"),
        leaf("1.c", 1, title="Sở hữu trí tuệ"),
    )  # fmt: skip
    rows = [r for r in two_decisions(left, right).rows if r.level == "criterion"]
    assert [(r.left and r.left.code, r.right.code, r.matched_by) for r in rows] == [
        ("1.2", "1.a", "title"),
        ("1.1", "1.b", "similar"),
        (None, "1.c", ""),
    ]


def test_capitals_and_codes_are_no_difference_between_two_decisions():
    left = small_set(leaf("1.1", 1, title="Kế toán"))
    right = small_set(leaf("1.a", 1, title="KẾ  TOÁN"), rules=[])
    options = left.criterion("1.1").options
    right = changed(
        right,
        (("parts", 0, "sections", 0, "criteria", 0, "options", 0, "label"), options[0].label),
    )
    (row,) = [r for r in two_decisions(left, right).rows if r.level == "criterion"]
    assert row.same


def test_cases_under_two_headings_with_the_same_titles_stay_under_their_own():
    def service(one, two):
        return small_set(
            heading(
                one, leaf(f"{one}.a", 1, title="Trường hợp 1"), mode="one_of", title="Tiện nghi"
            ),
            heading(two, leaf(f"{two}.a", 1, title="Trường hợp 1"), mode="one_of", title="An ninh"),
        )

    rows = two_decisions(service("8", "9"), service("9", "8")).rows
    found = [(r.left.code, r.right.code) for r in rows if r.level == "criterion"]
    assert found == [("8", "9"), ("8.a", "9.a"), ("9", "8"), ("9.a", "8.a")]


def decided(left, right, number):
    return law.compare(*(law.decision(slug).criteria_set(number) for slug in (left, right)))


ORDER = [("1048-2019", "148-2023"), ("148-2023", "26-2026"), ("1048-2019", "26-2026")]


@pytest.mark.parametrize(("left", "right"), ORDER)
@pytest.mark.parametrize("number", USABLE)
def test_every_criterion_and_option_of_both_sides_is_shown_exactly_once(left, right, number):
    comparison = decided(left, right, number)
    rows = [row for row in comparison.rows if row.level == "criterion"]
    assert sorted(row.left.code for row in rows if row.left) == sorted(
        c.code for c in comparison.left.criteria
    )
    assert [row.right.code for row in rows if row.right] == [
        c.code for c in comparison.right.criteria
    ]
    for row in rows:
        if row.left and row.right:
            assert [p.left for p in row.options if p.left] == list(row.left.options)
            assert [p.right for p in row.options if p.right] == list(row.right.options)


def test_rows_of_two_decisions_stand_beside_those_they_came_from():
    """Set 7, processed vegetables: 148 letters its criteria, 26 numbers them and adds two."""
    rows = [row for row in decided("148-2023", "26-2026", 7).rows if row.level == "criterion"]
    found = [(row.left and row.left.code, row.right and row.right.code) for row in rows]
    assert found[:15] == [
        ("1.a", "1.1"),
        (None, "1.2"),
        ("1.b", "1.3"),
        ("1.c", "1.4"),
        ("1.d", "1.5"),
        ("1.đ", "1.6"),
        ("1.e", "1.7"),
        ("2.a", "2.1"),
        ("2.b", "2.2"),
        ("2.c", "2.3"),
        (None, "2.4"),
        ("3.a", "3.1"),
        ("3.b", "3.2"),
        ("3.c", "3.3"),
        ("3.d", "3.4"),
    ]
    assert ("3.đ", None) in found
    swapped = {row.right.code: row.left.code for row in rows if row.left and row.right}
    assert (swapped["5.2"], swapped["5.3"]) == ("5.c", "5.b")


def test_a_criterion_that_went_to_another_part_is_found_there():
    """Set 26: protection of heritage stood under C in 1048 and stands under A in 148."""
    rows = decided("1048-2019", "148-2023", 26).rows
    row = next(row for row in rows if row.right and row.right.code == "2.c")
    assert (row.left.code, row.left.part, row.right.part) == ("8", "C", "A")
    assert "place" in [difference.what for difference in row.differences]
