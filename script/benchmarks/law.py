"""A sheet scored, advice and comparison, over all sets of all Decisions, in process."""

import random
import statistics
from collections.abc import Iterator
from itertools import combinations

from benchmarks import Figure, milliseconds
from ocop_portal import law

# The same sheets every time, so that two runs can be compared.
SEED = 1048
SHEETS = 5
TARGETS = {"score": 5, "advise": 300, "compare": 200}


def sheet(criteria_set: law.CriteriaSet, chance: random.Random) -> dict[str, int | None]:
    """Answers at random; of several cases one, and about one criterion in ten unanswered."""
    shut = set()
    for criterion in criteria_set.criteria:
        if criterion.mode == "one_of":
            taken = chance.choice(criterion.children)
            shut |= {
                c.code for child in criterion.children if child is not taken for c in child.walk()
            }
    return {
        leaf.code: chance.choice([None, *(option.number for option in leaf.options)])
        for leaf in criteria_set.leaves
        if leaf.code not in shut and chance.random() < 0.9
    }


def figures() -> Iterator[Figure]:
    chance = random.Random(SEED)
    sets = [
        decision.criteria_set(item.number)
        for decision in law.decisions()
        for item in decision.sets
        if item.usable
    ]
    sheets = [(found, sheet(found, chance)) for found in sets for _ in range(SHEETS)]
    for found in sets:
        law.score(found, {})  # what a set works out once is not counted

    yield Figure("sets", len(sets), "")
    sizes = [len(choices) for _, choices in sheets]
    yield Figure("choices of a sheet, median", statistics.median(sizes), "")
    spent = [milliseconds(law.score, *pair, times=20) for pair in sheets]
    yield Figure("a sheet scored, median", statistics.median(spent), target=TARGETS["score"])
    yield Figure("a sheet scored, slowest", max(spent), target=TARGETS["score"])

    spent = {
        (found.decision, found.number, star): milliseconds(
            law.advise, found, choices, star, times=3
        )
        for found, choices in sheets
        for star in (1, 2, 3, 4, 5)
    }
    spent |= {
        (found.decision, found.number, "empty"): milliseconds(law.advise, found, {}, 5, times=3)
        for found in sets
    }
    slowest = max(spent, key=spent.get)
    yield Figure("advice, median", statistics.median(spent.values()), target=TARGETS["advise"])
    yield Figure(
        f"advice, slowest ({slowest[0]}, set {slowest[1]}, target {slowest[2]})",
        spent[slowest],
        target=TARGETS["advise"],
    )

    by_number = {}
    for found in sets:
        by_number.setdefault(found.number, []).append(found)
    pairs = [pair for same in by_number.values() for pair in combinations(same, 2)]
    pairs += [(found, found) for found in sets]
    spent = [milliseconds(law.compare, *pair, times=3) for pair in pairs]
    yield Figure(
        "comparison of two sets, median", statistics.median(spent), target=TARGETS["compare"]
    )
    yield Figure("comparison of two sets, slowest", max(spent), target=TARGETS["compare"])
