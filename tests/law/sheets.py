"""Sheets of choices for the tests of the law: plain data, made from a set's own options."""

from ocop_portal import law

DECISION = law.decision("1048-2019")
USABLE = [item.number for item in DECISION.sets if item.usable]


def highest(criteria_set, **marks):
    """Every criterion at its highest option, but those named: `highest(found, c1_1=1)` for 1.1."""
    choices = {
        leaf.code: max(leaf.options, key=lambda option: option.points).number
        for leaf in criteria_set.leaves
    }
    return choices | {name[1:].replace("_", "."): number for name, number in marks.items()}


def worth(criteria_set, total):
    """A complete sheet of exactly this total: the highest sheet, taken down level by level."""
    choices = highest(criteria_set)
    spare = law.score(criteria_set, choices).total - total
    # 5.1 stays up, so that the condition of 5.2 and 5.3 does not change the sum on the way.
    for leaf in sorted(criteria_set.leaves, key=lambda leaf: -leaf.points):
        if leaf.code == "5.1" or not spare:
            continue
        top = leaf.option(choices[leaf.code]).points
        levels = {0: None} | {option.points: option.number for option in leaf.options}
        lower = max(top - points for points in levels if 0 <= top - points <= spare)
        choices[leaf.code] = levels[top - lower]
        spare -= lower
    found = law.score(criteria_set, choices)
    assert found.total == total
    return found
