"""One member's sheet for one product: choices in, points and stars out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Rational

from .criteria import CONDITIONAL, GATE, HEADER, KNOCK_OUT, CriteriaSet, Criterion, band_of
from .errors import BothCases, OptionOutOfRange, UnknownCriterion, UnknownRule


@dataclass(frozen=True)
class Score:
    """What a sheet is worth.

    `points`: every leaf → points, 0 for the missing and the not applicable. `band` is by total
    alone; `stars` is the lower of the band and the printed star marks, 0 when disqualified.
    `missing`: leaves that still need an answer. `gates`: the keys of those that bit.
    `unmet_marks`: star → codes.
    """

    set_digest: str
    points: dict[str, int]
    parts: dict[str, int]
    total: int
    band: int
    stars: int
    missing: tuple[str, ...]
    not_applicable: tuple[str, ...]
    knock_outs: tuple[str, ...]
    gates: tuple[str, ...]
    unmet_marks: dict[int, tuple[str, ...]]

    @property
    def disqualified(self) -> bool:
        """A knock-out was declared: the product is out, whatever its points."""
        return bool(self.knock_outs)

    @property
    def complete(self) -> bool:
        """Every criterion that applies has its answer."""
        return not self.missing


def score(
    criteria_set: CriteriaSet,
    choices: Mapping[str, int | None],
    *,
    knock_outs: Iterable[str] = (),
    gates: Iterable[str] = (),
) -> Score:
    """Score one sheet.

    `choices`: leaf code → option number (from 1), or None for "none of these" = 0 points. A leaf
    that is not there is still to be answered. `knock_outs`, `gates`: keys of the rules that the
    member declares; automatic gates follow from the marks and cannot be declared. An answer to a
    criterion that turns out not to apply is ignored, so it may be kept for the case that the gate
    is taken back. Raises UnknownCriterion, OptionOutOfRange, BothCases, UnknownRule.
    """
    marks = {code: _mark(criteria_set, code, choice) for code, choice in choices.items()}
    declared_outs = _declared(criteria_set, knock_outs, KNOCK_OUT)
    declared_gates = _declared(criteria_set, gates, GATE)

    void = _ruled_out_by_condition(criteria_set, choices) | _ruled_out_by_choice(
        criteria_set, choices
    )
    gated, bitten = _ruled_out_by_gate(criteria_set, marks, declared_gates, void)
    void |= gated

    points = {
        leaf.code: 0 if leaf.code in void else marks.get(leaf.code, 0)
        for leaf in criteria_set.leaves
    }
    parts = {part.code: 0 for part in criteria_set.parts}
    for leaf in criteria_set.leaves:
        parts[leaf.part] += points[leaf.code]
    total = sum(parts.values())
    band = band_of(criteria_set.bands, total)
    unmet = unmet_marks(criteria_set, points)
    return Score(
        set_digest=criteria_set.digest,
        points=points,
        parts=parts,
        total=total,
        band=band,
        stars=0 if declared_outs else capped(band, unmet),
        missing=tuple(
            x.code for x in criteria_set.leaves if x.code not in marks and x.code not in void
        ),
        not_applicable=tuple(x.code for x in criteria_set.leaves if x.code in void),
        knock_outs=declared_outs,
        gates=bitten,
        unmet_marks=unmet,
    )


def unmet_marks(
    criteria_set: CriteriaSet, points: Mapping[str, Rational]
) -> dict[int, tuple[str, ...]]:
    """Star → the criteria below their printed mark for that star; other stars are left out."""
    found = {
        star: tuple(code for code, least in marks.items() if points[code] < least)
        for star, marks in criteria_set.star_marks.items()
    }
    return {star: codes for star, codes in found.items() if codes}


def capped(band: int, unmet: Mapping[int, tuple[str, ...]]) -> int:
    """The lower of the band and the highest star up to which every mark is met."""
    return min([band, *(star - 1 for star in unmet)])


def best_parts(criteria_set: CriteriaSet) -> dict[str, int]:
    """The most points a sheet can earn in each part, added up from the highest options."""

    def best(criterion: Criterion) -> int:
        if criterion.children:
            points = [best(child) for child in criterion.children]
            return max(points) if criterion.mode == "one_of" else sum(points)
        return max((option.points for option in criterion.options), default=0)

    return {
        part.code: sum(
            best(criterion) for section in part.sections for criterion in section.criteria
        )
        for part in criteria_set.parts
    }


def _leaf(criteria_set: CriteriaSet, code: str) -> Criterion:
    criterion = criteria_set.criterion(code)
    if criterion.children:
        raise UnknownCriterion(f"Tiêu chí {code} được chấm qua các tiêu chí thành phần.")
    return criterion


def _mark(criteria_set: CriteriaSet, code: str, choice: int | None) -> int:
    criterion = _leaf(criteria_set, code)
    if choice is None:
        return 0
    # bool is an int in Python: True must not pass for option 1.
    option = (
        criterion.option(choice)
        if isinstance(choice, int) and not isinstance(choice, bool)
        else None
    )
    if option is None:
        raise OptionOutOfRange(f"Tiêu chí {code} không có phương án {choice}.")
    return option.points


def _declared(criteria_set: CriteriaSet, keys: Iterable[str], kind: str) -> tuple[str, ...]:
    wanted = set(keys)
    known = [rule.key for rule in criteria_set.rules if rule.kind == kind and rule.declarable]
    unknown = sorted(wanted.difference(known))
    if unknown:
        raise UnknownRule(
            f"Bộ tiêu chí {criteria_set.number} không có quy định {unknown[0]} để khai báo."
        )
    return tuple(key for key in known if key in wanted)


def _ruled_out_by_condition(
    criteria_set: CriteriaSet, choices: Mapping[str, int | None]
) -> set[str]:
    """Criteria that "apply only when …" and whose condition has been answered with no.

    While the condition is unanswered they count as applicable: the sheet is incomplete anyway.
    """
    void: set[str] = set()
    for rule in criteria_set.rules:
        if rule.kind != CONDITIONAL:
            continue
        if any(
            code in choices and choices[code] in (None, *numbers) for code, numbers in rule.not_when
        ):
            void.update(_leaf_codes(criteria_set.criterion(rule.where)))
    return void


def _ruled_out_by_choice(criteria_set: CriteriaSet, choices: Mapping[str, int | None]) -> set[str]:
    """The other children, where only one of several cases is marked.

    "None of these" in a case rules nothing out: the other cases are then still to be answered, so
    that one which was marked by mistake can be taken back.
    """
    void: set[str] = set()
    for criterion in criteria_set.criteria:
        if criterion.mode != "one_of":
            continue
        cases = [_leaf_codes(child) for child in criterion.children]
        marked = [case for case in cases if any(choices.get(code) is not None for code in case)]
        if len(marked) > 1:
            raise BothCases(
                f"Tiêu chí {criterion.code}: chỉ chấm một trong các trường hợp. Muốn đổi, chọn "
                "“Không đạt mức nào” ở trường hợp kia trước."
            )
        if marked:
            void.update(code for case in cases if case is not marked[0] for code in case)
    return void


def _ruled_out_by_gate(
    criteria_set: CriteriaSet, marks: Mapping[str, int], declared: tuple[str, ...], void: set[str]
) -> tuple[set[str], tuple[str, ...]]:
    """Leaves printed after the first gate that bites, and the keys of the gates that bit.

    The criterion that carries the gate keeps its own mark, with all its children: the Decision
    stops "các bước tiếp theo". A gate further down then has nothing left to stop and is not among
    the bitten.
    """
    order = [leaf.code for leaf in criteria_set.leaves]
    place = {code: index for index, code in enumerate(order)}
    first, bitten = len(order), []
    for rule in criteria_set.gates:
        zero = any(
            marks.get(code) == 0 and code not in void and place[code] < first
            for code in rule.when_zero
        )
        if not zero and rule.key not in declared:
            continue
        if rule.where == HEADER:
            last = -1  # before the first criterion: nothing is scored
        else:
            last = max(place[code] for code in _leaf_codes(criteria_set.criterion(rule.where)))
        if last < first:
            first = last + 1
            bitten.append(rule.key)
    return set(order[first:]), tuple(bitten)


def _leaf_codes(criterion: Criterion) -> tuple[str, ...]:
    return tuple(found.code for found in criterion.walk() if not found.children)
