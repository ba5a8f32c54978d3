"""What would bring the star that is wanted: the cheapest changes to a sheet, found exactly.

The cheapest plan changes the fewest criteria; among those it climbs the fewest levels; among those
it earns the most points; and where plans are still equal, the one is taken that begins with the
criterion printed first, at its lower level. Every plan is worth, by `score`, the star it promises.

How it is found. Given where the scoring stops, and given which conditions hold and which of two
cases is marked, every criterion earns its points by itself. So each group of criteria that rules
tie together is tried in each of its few situations ("worlds"), and the rest is a sum over points:
for every total that can be reached, the cheapest way there.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from .criteria import (
    CONDITIONAL,
    EVIDENCE,
    FULL_MARKS,
    HEADER,
    REQUIREMENT,
    CriteriaSet,
    Criterion,
    Option,
    Rule,
    band_of,
)
from .scoring import Score, score

# What a change is needed for: a printed star mark; criteria that count only thanks to it (a
# condition that then holds, a gate that no longer bites); or its points alone.
MARK = "mark"
OPENS = "opens"
POINTS = "points"


@dataclass(frozen=True)
class Change:
    """One criterion to be answered with a higher level.

    `from_option` is None where the criterion is unanswered or answered with "none of these".
    `points_from` is what it earns now, 0 while it does not apply; `gain` the difference to
    `points_to`. `steps`: levels climbed, counted in the points that the criterion (and its chosen
    case) prints. `needed_for` is MARK, OPENS or POINTS; `star`: the highest star, up to the target,
    whose printed mark it meets; `opens`: the criteria that count only thanks to it. `evidence`: the
    Decision's words on what proves the level.
    """

    code: str
    title: str
    from_option: Option | None
    to_option: Option
    points_from: int
    points_to: int
    steps: int
    needed_for: str
    star: int | None
    opens: tuple[str, ...]
    evidence: tuple[str, ...]

    @property
    def gain(self) -> int:
        return self.points_to - self.points_from


@dataclass(frozen=True)
class Advice:
    """The cheapest way to `target_star`, or why there is none.

    `points_needed`: the least total of that star. `changes` are in printed order. `carried`: code →
    points that come (or go) without a change of their own, because a kept answer counts again; all
    gains and these make up the difference of the totals. Where the star is out of reach nothing
    changes, and `blockers` says in Vietnamese what stands against it. `best_reachable_star` is the
    highest that any changes could bring, 0 when the product is knocked out.
    """

    target_star: int
    points_needed: int
    reachable: bool
    already_there: bool
    total_now: int
    stars_now: int
    total_then: int
    stars_then: int
    changes: tuple[Change, ...]
    carried: dict[str, int]
    blockers: tuple[str, ...]
    best_reachable_star: int

    @property
    def steps(self) -> int:
        """Levels climbed in all."""
        return sum(change.steps for change in self.changes)


def advise(
    criteria_set: CriteriaSet,
    choices: Mapping[str, int | None],
    target_star: int,
    *,
    knock_outs: Iterable[str] = (),
    gates: Iterable[str] = (),
) -> Advice:
    """The cheapest changes after which `score` gives at least `target_star` (1–5).

    `choices`, `knock_outs` and `gates` are those of `score`, with the same refusals; ValueError for
    a target that is no star. The sheet may be incomplete: an unanswered criterion is worth 0 for
    now, and to answer it is a change. Answers are only raised, within the case that was chosen.
    What was declared is a fact: a knock-out cannot be healed, and what stands behind a declared
    gate earns nothing. A gate that follows from a mark of 0 is healed by raising that mark.
    """
    if type(target_star) is not int or not 1 <= target_star <= 5:
        raise ValueError(f"a target is a star from 1 to 5, not {target_star!r}")
    knock_outs, gates = tuple(knock_outs), tuple(gates)
    now = score(criteria_set, choices, knock_outs=knock_outs, gates=gates)
    sheet = _Sheet(criteria_set, choices, frozenset(gates))
    best = 0 if now.disqualified else sheet.best_star
    plan: dict[str, int] = {}
    blockers: tuple[str, ...] = ()
    if now.stars >= target_star:
        pass
    elif now.disqualified or not sheet.can_reach(target_star):
        blockers = tuple(_blockers(sheet, now, target_star))
    else:
        plan = sheet.cheapest(target_star)
    then = score(criteria_set, {**choices, **plan}, knock_outs=knock_outs, gates=gates)

    def without(code: str) -> Score:
        rest = {c: n for c, n in plan.items() if c != code}
        return score(criteria_set, {**choices, **rest}, knock_outs=knock_outs, gates=gates)

    return Advice(
        target_star=target_star,
        points_needed=sheet.points_needed(target_star),
        reachable=not blockers,
        already_there=now.stars >= target_star,
        total_now=now.total,
        stars_now=now.stars,
        total_then=then.total,
        stars_then=then.stars,
        changes=tuple(
            _change(sheet, code, plan[code], now, then, without(code), target_star)
            for code in sheet.place
            if code in plan
        ),
        carried={
            code: then.points[code] - now.points[code]
            for code in sheet.place
            if code not in plan and then.points[code] != now.points[code]
        },
        blockers=blockers,
        best_reachable_star=best,
    )


def _change(
    sheet: "_Sheet",
    code: str,
    number: int,
    now: Score,
    then: Score,
    without: Score,
    target_star: int,
) -> Change:
    leaf = sheet.leaves[code]
    to_option = leaf.option(number)
    meets = [
        star
        for star, marks in sheet.criteria_set.star_marks.items()
        if star <= target_star and now.points[code] < marks.get(code, 0)
    ]
    opens = tuple(c for c in without.not_applicable if c != code and c not in then.not_applicable)
    chosen = sheet.choices.get(code)
    return Change(
        code=code,
        title=leaf.title,
        from_option=leaf.option(chosen) if chosen else None,
        to_option=to_option,
        points_from=now.points[code],
        points_to=then.points[code],
        steps=sheet.steps(leaf, to_option),
        needed_for=MARK if meets else OPENS if opens else POINTS,
        star=max(meets, default=None),
        opens=opens,
        evidence=sheet.evidence(leaf),
    )


def _blockers(sheet: "_Sheet", now: Score, star: int) -> Iterator[str]:
    """Everything that stands against this star, what was declared first."""
    words = {rule.key: rule.text for rule in sheet.criteria_set.rules}
    for key in now.knock_outs:
        yield f"Sản phẩm bị loại theo quy định đã khai báo: {words[key]}"
    if sheet.can_reach(star):
        return  # nothing but the knock-out
    for rule, _ in sheet.declared_gates:
        yield f"Việc chấm dừng lại theo quy định đã khai báo: {rule.text}"
    for code, least in sheet.marks(star).items():
        most = sheet.most_of(code)
        if most < least:
            yield (
                f"Tiêu chí {code} “{sheet.leaves[code].title}” phải đạt ít nhất {least} điểm"
                f" để được {star} sao, nhưng ở phiếu này chỉ có thể đạt nhiều nhất {most} điểm."
            )
    most = max(sheet.most(cut, {}) or 0 for cut in sheet.cuts)
    least = sheet.points_needed(star)
    if most < least:
        yield (
            f"Tổng điểm cao nhất mà phiếu này còn có thể đạt là {most} điểm;"
            f" {star} sao cần từ {least} điểm."
        )
    elif not sheet.declared_gates and all(
        sheet.most_of(code) >= least for code, least in sheet.marks(star).items()
    ):
        # Only rules that exclude one another come here; no printed set has them.
        yield f"Các mức tối thiểu của {star} sao không thể cùng đạt được ở phiếu này."


@dataclass(frozen=True)
class _Way:
    """One way to answer a criterion: as it stands (`number` None), or with a higher option."""

    number: int | None
    mark: int
    answered: bool
    cost: int


@dataclass(frozen=True)
class _Tied:
    """Criteria that rules tie together; most stand alone, with no condition and no cases."""

    codes: tuple[str, ...]
    conditions: tuple[Rule, ...]
    cases: tuple[tuple[frozenset[str], ...], ...]


class _Sheet:
    """A sheet as it stands, and what may be changed of it.

    A plan's cost is one whole number, so that costs add up: criteria changed, then levels climbed,
    then – taken off – one digit for each criterion in printed order, greater the earlier the
    criterion stands and the lower its option. The digits also tell which plan it was.
    """

    def __init__(
        self,
        criteria_set: CriteriaSet,
        choices: Mapping[str, int | None],
        gates: frozenset[str],
    ):
        self.criteria_set = criteria_set
        self.choices = choices
        self.leaves = {leaf.code: leaf for leaf in criteria_set.leaves}
        self.place = {code: index for index, code in enumerate(self.leaves)}
        self.base = 1 + max(len(leaf.options) for leaf in criteria_set.leaves)
        self.digits = self.base ** len(self.leaves)
        self.most_steps = 1 + sum(len(leaf.options) for leaf in criteria_set.leaves)

        places = [(rule, self._cut(rule)) for rule in criteria_set.gates]
        self.declared_gates = [(rule, cut) for rule, cut in places if rule.key in gates]
        end = min([len(self.leaves), *(cut for _, cut in self.declared_gates)])
        # Gates that follow from a mark of 0: cut → the criteria that must not be at 0 for the
        # scoring to go on. Like `score`, a gate sees nothing behind a stop that is printed before.
        self.guarded: dict[int, set[str]] = defaultdict(set)
        stop = len(self.leaves)
        for rule, cut in places:
            if rule.automatic:
                seen = {code for code in rule.when_zero if self.place.get(code, stop) < stop}
                if cut < end and any(self._is_zero(code) for code in seen):
                    self.guarded[cut] |= seen
            elif rule.key in gates:
                stop = min(stop, cut)
        # Where the scoring may stop: behind one of those gates, or where it must.
        self.cuts = sorted({*self.guarded, end})
        self.end = end

    def _cut(self, rule: Rule) -> int:
        """The place of the first criterion that the gate stops."""
        if rule.where == HEADER:
            return 0
        found = self.criteria_set.criterion(rule.where).walk()
        return 1 + max(self.place[leaf.code] for leaf in found if not leaf.children)

    def _is_zero(self, code: str) -> bool:
        return code in self.choices and self._own(code) == 0

    def _own(self, code: str) -> int:
        """The points of the answer as it stands, whether it counts or not."""
        number = self.choices.get(code)
        return self.leaves[code].option(number).points if number else 0

    def points_needed(self, star: int) -> int:
        """The least total (0–100) of this star; 101 where no band has it."""
        bands = self.criteria_set.bands
        return next((total for total in range(101) if band_of(bands, total) >= star), 101)

    def marks(self, star: int) -> dict[str, int]:
        """Criterion → the least points that the marks up to this star ask for."""
        found: dict[str, int] = {}
        for marked, least in self.criteria_set.star_marks.items():
            if marked <= star:
                for code, points in least.items():
                    found[code] = max(points, found.get(code, 0))
        return found

    # --- one criterion ------------------------------------------------------------------------

    def steps(self, leaf: Criterion, option: Option) -> int:
        """Levels from the answer as it stands up to this option, in the option's own case."""
        own = self._own(leaf.code)
        return len(
            {o.points for o in self._in_case(leaf, option) if own < o.points <= option.points}
        )

    def _in_case(self, leaf: Criterion, option: Option) -> Iterator[Option]:
        return (other for other in leaf.options if other.case == option.case)

    @cached_property
    def ways(self) -> dict[str, tuple[_Way, ...]]:
        """Each criterion's ways: first as it stands, then every higher option of its case."""
        return {code: tuple(self._ways(leaf)) for code, leaf in self.leaves.items()}

    def _ways(self, leaf: Criterion) -> Iterator[_Way]:
        own, number = self._own(leaf.code), self.choices.get(leaf.code)
        case = leaf.option(number).case if number else None
        yield _Way(None, own, leaf.code in self.choices, 0)
        weight = self.base ** (len(self.leaves) - 1 - self.place[leaf.code])
        for option in leaf.options:
            if option.points > own and case in (None, option.case):
                effort = self.most_steps + self.steps(leaf, option)
                digit = self.base - option.number
                yield _Way(
                    option.number, option.points, True, effort * self.digits - digit * weight
                )

    def most_of(self, code: str) -> int:
        """The most points that the criterion can still earn."""
        if self.place[code] >= self.end or code in self._other_cases:
            return 0
        return max(way.mark for way in self.ways[code])

    @cached_property
    def _other_cases(self) -> set[str]:
        """Criteria of a case that was not taken, where the other one was."""
        return {
            code
            for tied in self.tied
            for cases in tied.cases
            for case in cases
            if case not in self._possible(cases)
            for code in case
        }

    def _possible(self, cases: tuple[frozenset[str], ...]) -> tuple[frozenset[str], ...]:
        """The case that was marked, or every case where none was; "none of these" marks none."""
        marked = {code for code, number in self.choices.items() if number is not None}
        return tuple(case for case in cases if case & marked) or cases

    def _taken(self, cases: tuple[frozenset[str], ...]) -> list[tuple[frozenset[str], str]]:
        """The cases that may come to be marked, each with the criterion that marks it.

        No criterion where the case is marked already; no case at all where none need be.
        """
        possible = self._possible(cases)
        if len(possible) < len(cases):
            return [(possible[0], "")]
        return [(frozenset(), ""), *((case, code) for case in cases for code in sorted(case))]

    def evidence(self, leaf: Criterion) -> tuple[str, ...]:
        """What the Decision asks as proof, of the criterion and of the headings above it."""
        return tuple(
            rule.text
            for criterion in self.criteria_set.criteria
            if any(below is leaf for below in criterion.walk())
            for rule in criterion.rules
            if rule.kind in (EVIDENCE, REQUIREMENT, FULL_MARKS)
        )

    # --- criteria that rules tie together -----------------------------------------------------

    @cached_property
    def tied(self) -> tuple[_Tied, ...]:
        """Every criterion once, in groups that earn their points independently of one another."""
        conditions = [rule for rule in self.criteria_set.rules if rule.kind == CONDITIONAL]
        headings = [c for c in self.criteria_set.criteria if c.mode == "one_of"]
        group = {code: {code} for code in self.leaves}

        def join(codes: Iterable[str]) -> None:
            joined = set().union(*(group[code] for code in codes))
            for code in joined:
                group[code] = joined

        for rule in conditions:
            join({*_leaf_codes(self.criteria_set.criterion(rule.where)), *dict(rule.not_when)})
        for heading in headings:
            join(_leaf_codes(heading))
        groups = {id(found): found for found in group.values()}
        return tuple(
            _Tied(
                codes=tuple(code for code in self.leaves if code in codes),
                conditions=tuple(r for r in conditions if dict(r.not_when).keys() & codes),
                cases=tuple(
                    tuple(frozenset(_leaf_codes(child)) for child in heading.children)
                    for heading in headings
                    if _leaf_codes(heading)[0] in codes
                ),
            )
            for codes in groups.values()
        )

    @cached_property
    def _worlds(self) -> dict[_Tied, list[tuple[set[str], dict[str, list[_Way]]]]]:
        """Group → its situations: the criteria that do not apply, and the ways left to each."""
        return {tied: list(self._worlds_of(tied)) for tied in self.tied}

    def _worlds_of(self, tied: _Tied) -> Iterator[tuple[set[str], dict[str, list[_Way]]]]:
        sources = sorted({code for rule in tied.conditions for code, _ in rule.not_when})
        for taken in product(*(self._taken(cases) for cases in tied.cases)):
            ruled_out: set[str] = set()
            left = {code: self.ways[code] for code in tied.codes}
            for cases, (marked, marking) in zip(tied.cases, taken, strict=True):
                for case in cases:
                    if case is not marked:
                        left |= {code: left[code][:1] for code in case}
                        ruled_out |= case if marked else set()
                if marking:
                    left[marking] = left[marking][1:]
            answers = []
            for code in sources:
                # Ways that trigger the same conditions are the same to all other criteria.
                alike: dict[frozenset[str], list[_Way]] = defaultdict(list)
                for way in left[code]:
                    alike[self._triggered(tied.conditions, code, way)].append(way)
                answers.append(alike.items())
            for answer in product(*answers):
                failed = frozenset().union(*(triggered for triggered, _ in answer))
                void = ruled_out | {
                    code
                    for rule in tied.conditions
                    if rule.key in failed
                    for code in _leaf_codes(self.criteria_set.criterion(rule.where))
                }
                # What does not apply is left as it is, unless others depend on it.
                ways = {
                    code: [w for w in left[code] if w.number is None or code not in void]
                    or left[code]
                    for code in tied.codes
                }
                yield void, ways | dict(zip(sources, (ways for _, ways in answer), strict=True))

    def _triggered(self, conditions: tuple[Rule, ...], code: str, way: _Way) -> frozenset[str]:
        """The conditions that are answered with no when `code` is answered this way."""
        if not way.answered:
            return frozenset()
        number = way.number or self.choices[code]
        return frozenset(
            rule.key
            for rule in conditions
            for source, numbers in rule.not_when
            if source == code and number in (None, *numbers)
        )

    def _earnings(
        self, tied: _Tied, cut: int, marks: Mapping[str, int]
    ) -> Iterator[list[list[tuple[int, int]]]]:
        """For each world that holds: for each criterion its (points, cost), if only one way.

        A world holds when every criterion has a way that meets its mark and leaves every gate
        before the cut shut.
        """
        guarded = set().union(*(codes for at, codes in self.guarded.items() if at < cut))
        for void, ways in self._worlds[tied]:
            found = []
            for code in tied.codes:
                counts = self.place[code] < cut and code not in void
                earned: dict[int, int] = {}
                for way in ways[code]:
                    zero = way.answered and way.mark == 0
                    if zero and code in guarded and code not in void:
                        continue
                    points = way.mark if counts else 0
                    if points >= marks.get(code, 0):
                        earned[points] = min(way.cost, earned.get(points, way.cost))
                if not earned:
                    break
                found.append(list(earned.items()))
            else:
                yield found

    # --- the whole sheet ----------------------------------------------------------------------

    def most(self, cut: int, marks: Mapping[str, int]) -> int | None:
        """The highest total if scoring stops at the cut and these marks are met; None if never."""
        total = 0
        for tied in self.tied:
            sums = [
                sum(max(earned)[0] for earned in world)
                for world in self._earnings(tied, cut, marks)
            ]
            if not sums:
                return None
            total += max(sums)
        return total

    def can_reach(self, star: int) -> bool:
        """Whether any changes bring this star, knock-outs aside."""
        totals = (self.most(cut, self.marks(star)) for cut in self.cuts)
        return any(t is not None and t >= self.points_needed(star) for t in totals)

    @property
    def best_star(self) -> int:
        """The highest star in reach, knock-outs aside; 0 where not even one is."""
        return max((star for star in (1, 2, 3, 4, 5) if self.can_reach(star)), default=0)

    def cheapest(self, star: int) -> dict[str, int]:
        """The cheapest changes that bring this star, which must be in reach: code → option.

        A cut counts nothing behind it, even where the gate does not bite after all: then the same
        plan is found, and better valued, under a later cut.
        """
        marks, least = self.marks(star), self.points_needed(star)
        plans = []
        for cut in self.cuts:
            sums = {0: 0}
            for tied in self.tied:
                here: dict[int, int] = {}
                for world in self._earnings(tied, cut, marks):
                    inside = {0: 0}
                    for earned in world:
                        inside = _sums(inside, earned)
                    for points, cost in inside.items():
                        here[points] = min(cost, here.get(points, cost))
                sums = _sums(sums, here.items())
            for total, cost in sums.items():
                if total >= least:
                    effort = -(-cost // self.digits)
                    plans.append((effort, -total, cost))
        return self._plan(min(plans)[2])

    def _plan(self, cost: int) -> dict[str, int]:
        """The changes that a cost stands for, read from its digits."""
        rest, plan = -cost % self.digits, {}
        for code in reversed(self.leaves):
            rest, digit = divmod(rest, self.base)
            if digit:
                plan[code] = self.base - digit
        return plan


def _sums(left: dict[int, int], right: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Every sum of points, one from each side, with the least cost that makes it."""
    found: dict[int, int] = {}
    pairs = list(right)
    for points, cost in left.items():
        for more, further in pairs:
            total, price = points + more, cost + further
            if price < found.get(total, price + 1):
                found[total] = price
    return found


def _leaf_codes(criterion: Criterion) -> tuple[str, ...]:
    return tuple(found.code for found in criterion.walk() if not found.children)
