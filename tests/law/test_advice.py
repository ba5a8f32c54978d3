"""What would bring the next star: the cheapest changes, exactly, under every rule."""

from itertools import combinations, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocop_portal import law
from tests.law.sheets import highest
from tests.law.small_sets import sheets, small_sets

ALL = [
    pytest.param(decision.slug, item.number, id=f"{decision.slug}/{item.number}")
    for decision in law.decisions()
    for item in decision.sets
    if item.usable
]
STARS = st.integers(1, 5)
quick = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def followed(choices, advice):
    return {**choices, **{c.code: c.to_option.number for c in advice.changes}}


def codes(advice):
    return [change.code for change in advice.changes]


# --- every plan tried out ---------------------------------------------------------------------


def raised(criteria_set, choices):
    """Each criterion with the options above its answer, within the case that was chosen."""
    shut = set()
    for criterion in criteria_set.criteria:
        if criterion.mode == "one_of":
            cases = [{c.code for c in child.walk()} for child in criterion.children]
            if any(case & choices.keys() for case in cases):
                shut |= set().union(*(case for case in cases if not case & choices.keys()))
    for found in criteria_set.leaves:
        if found.code in shut:
            continue
        now = found.option(choices[found.code]) if choices.get(found.code) else None
        own = now.points if now else 0
        yield (
            found,
            [
                (option, len({o.points for o in found.options
                              if o.case == option.case and own < o.points <= option.points}))
                for option in found.options
                if option.points > own and (now is None or option.case == now.case)
            ],
        )  # fmt: skip


def plans(criteria_set, choices, most_changes=None):
    """Every plan as (changes, steps, choices after it); those that mark two cases are refused."""
    open_ = [(found, ways) for found, ways in raised(criteria_set, choices) if ways]
    most = len(open_) if most_changes is None else most_changes
    for count in range(most + 1):
        for chosen in combinations(open_, count):
            for ways in product(*(ways for _, ways in chosen)):
                changed = {
                    found.code: option.number
                    for (found, _), (option, _) in zip(chosen, ways, strict=True)
                }
                yield count, sum(steps for _, steps in ways), {**choices, **changed}, changed


def best_by_trial(criteria_set, choices, star, *, most_changes=None, **rules):
    """The best plan for the star, by trying every one: (changes, steps, total, what is changed)."""
    place = {found.code: index for index, found in enumerate(criteria_set.leaves)}
    best = None
    for count, steps, after, changed in plans(criteria_set, choices, most_changes):
        if best and (count, steps) > best[:2]:
            continue
        try:
            score = law.score(criteria_set, after, **rules)
        except law.BothCases:
            continue
        if score.stars >= star:
            # Criteria printed first come first, with their lower options.
            order = [(place[code], number) for code, number in changed.items()]
            key = (count, steps, -score.total, order)
            best = min(best, key) if best else key
    return best


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_other_plan_is_cheaper_whatever_rules_a_set_has(data):
    found = data.draw(small_sets())
    choices = data.draw(sheets(found))
    declarable = [r.key for r in found.gates if r.declarable]
    gates = data.draw(st.sets(st.sampled_from(declarable))) if declarable else set()
    star = data.draw(STARS)
    advice = law.advise(found, choices, star, gates=gates)
    best = best_by_trial(found, choices, star, gates=gates)
    assert advice.reachable == (best is not None)
    if best:
        place = {leaf.code: index for index, leaf in enumerate(found.leaves)}
        order = [(place[c.code], c.to_option.number) for c in advice.changes]
        assert (len(advice.changes), advice.steps, -advice.total_then, order) == best
    else:
        assert (advice.changes, len(advice.blockers) > 0) == ((), True)
    reachable = [s for s in range(1, 6) if best_by_trial(found, choices, s, gates=gates)]
    assert advice.best_reachable_star == max(reachable, default=0)


@pytest.mark.parametrize(("slug", "number"), ALL)
@quick
@given(data=st.data())
def test_no_plan_of_two_changes_is_cheaper_in_a_printed_set(slug, number, data):
    found = law.decision(slug).criteria_set(number)
    # A sheet near the top, so that few changes may do: highest options with a few let down.
    choices = highest_with_cases(found)
    for code in data.draw(st.lists(st.sampled_from(sorted(choices)), max_size=4, unique=True)):
        choices[code] = data.draw(st.sampled_from([None, *range(1, choices[code] + 1)]))
    star = data.draw(st.sampled_from([4, 5]))
    advice = law.advise(found, choices, star)
    best = best_by_trial(found, choices, star, most_changes=2)
    if best:
        assert (len(advice.changes), advice.steps, -advice.total_then) == best[:3]
    else:
        assert len(advice.changes) > 2 or not advice.reachable


def highest_with_cases(criteria_set):
    """Every criterion at its highest option, the first case where one of several is marked."""
    shut = {
        below.code
        for criterion in criteria_set.criteria
        if criterion.mode == "one_of"
        for case in criterion.children[1:]
        for below in case.walk()
    }
    return {code: n for code, n in highest(criteria_set).items() if code not in shut}


@pytest.mark.parametrize(("slug", "number"), ALL)
@quick
@given(data=st.data())
def test_advice_that_is_followed_brings_the_star_it_promised(slug, number, data):
    found = law.decision(slug).criteria_set(number)
    choices = data.draw(sheets(found))
    gates = {r.key for r in found.gates if r.declarable and data.draw(st.integers(0, 5)) == 0}
    advice = law.advise(found, choices, data.draw(STARS), gates=gates)
    now = law.score(found, choices, gates=gates)
    then = law.score(found, followed(choices, advice), gates=gates)
    assert (advice.total_now, advice.stars_now) == (now.total, now.stars)
    assert (advice.total_then, advice.stars_then) == (then.total, then.stars)
    assert advice.reachable == (then.stars >= advice.target_star)
    assert advice.already_there == (now.stars >= advice.target_star)
    gained = sum(change.gain for change in advice.changes) + sum(advice.carried.values())
    assert gained == then.total - now.total
