"""What holds for any sheet of any set of any Decision."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocop_portal import law
from tests.law.sheets import EVERY_SET, cases, highest, other_cases

quick = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
every_set = pytest.mark.parametrize(
    ("slug", "number"), EVERY_SET, ids=[f"{slug}-{number}" for slug, number in EVERY_SET]
)


def set_of(slug, number):
    return law.decision(slug).criteria_set(number)


def answers(criteria_set):
    """Complete sheets, "none of these" among the answers; of several cases one is marked, or none."""

    def of(leaves):
        return st.fixed_dictionaries(
            {
                leaf.code: st.sampled_from([None, *range(1, len(leaf.options) + 1)])
                for leaf in leaves
            }
        )

    def one_of(leaves):
        none = {leaf.code: None for leaf in leaves}
        return st.sampled_from(leaves).flatmap(lambda leaf: of([leaf])).map(lambda one: none | one)

    children = [criterion.children for criterion in criteria_set.criteria if criterion.mode]
    in_cases = {leaf.code for leaves in children for leaf in leaves}
    plain = of([leaf for leaf in criteria_set.leaves if leaf.code not in in_cases])
    return st.tuples(plain, *[one_of(leaves) for leaves in children]).map(
        lambda parts: {code: number for part in parts for code, number in part.items()}
    )


def sheets(criteria_set):
    """Any complete sheet, and often one near the top, where marks and bands decide the stars."""
    top = st.just(highest(criteria_set))
    some = st.lists(st.sampled_from(sorted(highest(criteria_set))), max_size=5, unique=True)
    others = dict.fromkeys(other_cases(criteria_set))
    near_top = st.tuples(top, some, answers(criteria_set)).map(
        lambda drawn: others | drawn[0] | {code: drawn[2][code] for code in drawn[1]}
    )
    return st.one_of(answers(criteria_set), near_top)


def declared(criteria_set):
    keys = [rule.key for rule in criteria_set.gates if rule.declarable]
    return st.sets(st.sampled_from(keys)) if keys else st.just(set())


def raised(data, criteria_set, choices):
    """The same sheet with one answer that is worth as much or more; no second case is marked."""
    second = {
        code
        for found in cases(criteria_set)
        for case in found
        for code in case
        if any(choices[other] for one in found if one is not case for other in one)
    }
    code = data.draw(st.sampled_from(sorted(set(choices) - second)))
    leaf = criteria_set.criterion(code)
    now = leaf.option(choices[code]).points if choices[code] else 0
    higher = [option.number for option in leaf.options if option.points >= now]
    return choices | {code: data.draw(st.sampled_from(higher))}


@every_set
@quick
@given(data=st.data())
def test_a_higher_option_never_lowers_the_total_or_the_stars(slug, number, data):
    found = set_of(slug, number)
    choices = data.draw(sheets(found))
    gates = data.draw(declared(found))
    before = law.score(found, choices, gates=gates)
    after = law.score(found, raised(data, found, choices), gates=gates)
    assert after.total >= before.total
    assert after.stars >= before.stars
    assert set(after.unmet_marks) <= set(before.unmet_marks)


@every_set
@quick
@given(data=st.data())
def test_a_higher_option_on_one_sheet_never_lowers_the_councils_result(slug, number, data):
    found = set_of(slug, number)
    choices = data.draw(sheets(found))
    others = [law.score(found, data.draw(sheets(found)))]
    before = law.tally(law.decision(slug), found, [law.score(found, choices), *others])
    higher = law.score(found, raised(data, found, choices))
    after = law.tally(law.decision(slug), found, [higher, *others])
    assert after.mean >= before.mean
    assert after.stars >= before.stars


@every_set
@quick
@given(data=st.data())
def test_no_choice_exceeds_the_points_of_its_part_and_the_total_is_the_sum(slug, number, data):
    found = set_of(slug, number)
    sheet = law.score(found, data.draw(sheets(found)), gates=data.draw(declared(found)))
    best = law.best_parts(found)
    for part in found.parts:
        assert sheet.parts[part.code] <= best[part.code] <= part.points
    assert {part.code: part.points for part in found.parts} == law.decision(slug).part_points
    assert sum(sheet.parts.values()) == sum(sheet.points.values()) == sheet.total
    assert all(sheet.points[code] == 0 for code in sheet.not_applicable)
    assert sheet.missing == ()


@every_set
@quick
@given(data=st.data())
def test_the_mean_of_equal_sheets_is_the_sheet(slug, number, data):
    found = set_of(slug, number)
    sheet = law.score(found, data.draw(sheets(found)))
    tally = law.tally(law.decision(slug), found, [sheet] * data.draw(st.integers(1, 11)))
    assert (tally.mean, tally.stars, tally.spread) == (sheet.total, sheet.stars, 0)
    assert tally.part_means == sheet.parts
    assert tally.unmet_marks == sheet.unmet_marks


@every_set
@quick
@given(data=st.data())
def test_the_order_of_the_sheets_never_matters(slug, number, data):
    found, of = set_of(slug, number), law.decision(slug)
    scored = [
        law.score(found, choices) for choices in data.draw(st.lists(sheets(found), max_size=4))
    ]
    order = data.draw(st.permutations(scored))
    assert law.tally(of, found, order) == law.tally(of, found, scored)


@every_set
def test_a_set_comes_back_whole_from_its_json_copy(slug, number):
    found = set_of(slug, number)
    copy = law.CriteriaSet.from_dict(json.loads(json.dumps(found.to_dict())))
    assert copy == found
    assert (copy.digest, copy.star_marks) == (found.digest, found.star_marks)
    assert [leaf.part for leaf in copy.leaves] == [leaf.part for leaf in found.leaves]


@given(st.fractions(min_value=0, max_value=100))
def test_what_is_shown_is_never_above_the_points_and_less_than_a_hundredth_below(points):
    shown = law.show_points(points)
    whole, rest = shown.split(",")
    cut = int(whole) * 100 + int(rest)
    assert cut <= points * 100 < cut + 1


@pytest.mark.parametrize("of", law.decisions(), ids=lambda decision: decision.slug)
@given(st.fractions(min_value=0, max_value=100), st.fractions(min_value=0, max_value=100))
def test_more_points_never_mean_fewer_stars(of, one, other):
    low, high = sorted((one, other))
    assert law.stars_for(of, low) <= law.stars_for(of, high)
