"""Sheets of choices for the tests of the law: plain data, made from a set's own options."""

from ocop_portal import law

DECISION = law.decision("1048-2019")
USABLE = [item.number for item in DECISION.sets if item.usable]
SLUGS = [decision.slug for decision in law.decisions()]
# Every usable set of every Decision, as (slug, number), to be a test's parameters.
EVERY_SET = [
    (decision.slug, item.number)
    for decision in law.decisions()
    for item in decision.sets
    if item.usable
]


def cases(criteria_set):
    """Of every criterion of which one of several cases is marked: the leaves of each case."""
    return [
        [[leaf.code for leaf in child.walk() if not leaf.children] for child in criterion.children]
        for criterion in criteria_set.criteria
        if criterion.mode
    ]


def other_cases(criteria_set):
    """The leaves that a sheet leaves out because it takes the first of several cases."""
    return {code for found in cases(criteria_set) for case in found[1:] for code in case}


def highest(criteria_set, **marks):
    """Every criterion at its highest option, but those named: `highest(found, c1_1=1)` for 1.1."""
    out = other_cases(criteria_set)
    choices = {
        leaf.code: max(leaf.options, key=lambda option: option.points).number
        for leaf in criteria_set.leaves
        if leaf.code not in out
    }
    return choices | {name[1:].replace("_", "."): number for name, number in marks.items()}


def worth(criteria_set, total):
    """A complete sheet of exactly this total: the highest sheet, taken down level by level."""
    choices = highest(criteria_set)
    spare = law.score(criteria_set, choices).total - total
    # What a condition hangs on stays up, so that it does not change the sum on the way.
    conditions = {code for rule in criteria_set.rules for code, _ in rule.not_when}
    for leaf in sorted(criteria_set.leaves, key=lambda leaf: -leaf.points):
        if leaf.code in conditions or leaf.code not in choices or not spare:
            continue
        top = leaf.option(choices[leaf.code]).points
        levels = {0: None} | {option.points: option.number for option in leaf.options}
        lower = max(top - points for points in levels if 0 <= top - points <= spare)
        choices[leaf.code] = levels[top - lower]
        spare -= lower
    found = law.score(criteria_set, choices)
    assert found.total == total
    return found


def shown(criteria_set):
    """Criteria, options, criteria marked for 3/4/5 stars, sections with their points: one line."""
    sections = [section for part in criteria_set.parts for section in part.sections]
    marks = "/".join(str(len(criteria_set.star_marks.get(star, ()))) for star in (3, 4, 5))
    options = sum(len(leaf.options) for leaf in criteria_set.leaves)
    points = " ".join(f"{section.code}:{section.points}" for section in sections)
    return f"{len(criteria_set.leaves)} {options} {marks} {points}"


def options_of(criteria_set, code):
    """Points, mark and words of the options of a criterion."""
    return [(o.points, o.min_star, o.label) for o in criteria_set.criterion(code).options]


def forms_not_named(decision, number, words):
    """The legal forms that do not stand in the option whose label has their words."""
    options = decision.criteria_set(number).criterion(decision.legal_form_criterion).options
    return [
        form.code
        for form in decision.legal_forms
        if words[form.code] not in options[form.option - 1].label
    ]
