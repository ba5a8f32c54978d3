"""What holds for any sheet of any set."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocop_portal import law
from tests.law.sheets import DECISION, USABLE

quick = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def answers(criteria_set):
    """Complete sheets, "none of these" among the answers."""
    return st.fixed_dictionaries(
        {
            leaf.code: st.sampled_from([None, *range(1, len(leaf.options) + 1)])
            for leaf in criteria_set.leaves
        }
    )


def declared(criteria_set):
    keys = [rule.key for rule in criteria_set.gates if rule.declarable]
    return st.sets(st.sampled_from(keys)) if keys else st.just(set())


@pytest.mark.parametrize("number", USABLE)
@quick
@given(data=st.data())
def test_a_higher_option_never_lowers_the_total_or_the_stars(number, data):
    found = DECISION.criteria_set(number)
    choices = data.draw(answers(found))
    gates = data.draw(declared(found))
    leaf = data.draw(st.sampled_from(found.leaves))
    now = leaf.option(choices[leaf.code]).points if choices[leaf.code] else 0
    higher = [None, *(option.number for option in leaf.options if option.points >= now)]
    raised = choices | {leaf.code: data.draw(st.sampled_from(higher)) or choices[leaf.code]}
    before = law.score(found, choices, gates=gates)
    after = law.score(found, raised, gates=gates)
    assert after.total >= before.total
    assert after.stars >= before.stars


@pytest.mark.parametrize("number", USABLE)
@quick
@given(data=st.data())
def test_no_part_exceeds_its_maximum_and_the_total_is_their_sum(number, data):
    found = DECISION.criteria_set(number)
    sheet = law.score(found, data.draw(answers(found)), gates=data.draw(declared(found)))
    assert all(sheet.parts[code] <= most for code, most in DECISION.part_points.items())
    assert sum(sheet.parts.values()) == sum(sheet.points.values()) == sheet.total
    assert all(sheet.points[code] == 0 for code in sheet.not_applicable)
    assert sheet.missing == ()


@pytest.mark.parametrize("number", USABLE)
@quick
@given(data=st.data())
def test_the_mean_of_equal_sheets_is_the_sheet(number, data):
    found = DECISION.criteria_set(number)
    sheet = law.score(found, data.draw(answers(found)))
    tally = law.tally(DECISION, found, [sheet] * data.draw(st.integers(1, 11)))
    assert (tally.mean, tally.stars, tally.spread) == (sheet.total, sheet.stars, 0)
    assert tally.part_means == sheet.parts


@quick
@given(data=st.data())
def test_the_order_of_the_sheets_never_matters(data):
    found = DECISION.criteria_set(data.draw(st.sampled_from(USABLE)))
    sheets = [
        law.score(found, choices) for choices in data.draw(st.lists(answers(found), max_size=5))
    ]
    assert law.tally(DECISION, found, data.draw(st.permutations(sheets))) == law.tally(
        DECISION, found, sheets
    )


@given(st.fractions(min_value=0, max_value=100))
def test_what_is_shown_is_never_above_the_points_and_less_than_a_hundredth_below(points):
    shown = law.show_points(points)
    whole, rest = shown.split(",")
    cut = int(whole) * 100 + int(rest)
    assert cut <= points * 100 < cut + 1


@given(st.fractions(min_value=0, max_value=100), st.fractions(min_value=0, max_value=100))
def test_more_points_never_mean_fewer_stars(one, other):
    low, high = sorted((one, other))
    assert law.stars_for(DECISION, low) <= law.stars_for(DECISION, high)
