"""The council's result for one product: the exact mean of the valid sheets, and its stars."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .criteria import CriteriaSet
from .errors import IncompleteSheet, UnknownRule, WrongSet
from .model import Decision
from .scoring import Score, capped


@dataclass(frozen=True)
class MarkState:
    """How a product stands to one printed star mark.

    Criterion `code` must earn at least `least` points for `star` stars. `mean`: the exact mean of
    its points over the sheets. `finding`: what the council itself found, None while it has found
    nothing; it goes before the mean.
    """

    star: int
    code: str
    least: int
    mean: Fraction
    finding: bool | None = None

    @property
    def met_by_mean(self) -> bool:
        """Whether the mean of the sheets reaches the mark."""
        return self.mean >= self.least

    @property
    def met(self) -> bool:
        """Whether the mark counts as met."""
        return self.met_by_mean if self.finding is None else self.finding


@dataclass(frozen=True)
class Tally:
    """A council's result.

    `mean` and `part_means` are exact; `shown` is the mean cut to two decimals ("" without sheets).
    `band` is by mean alone, `stars` with marks and knock-outs. `spread`: highest less lowest
    total. `knock_outs`: rule key → number of sheets that declare it. `unsettled_knock_out`: some
    sheets but not all declare one and the council has not decided; such a product cannot be
    closed. `marks`: every printed star mark, by star and then in printed order; `unmet_marks`
    those of them that are not met, star → codes. `failed_checks`: the questions that the council
    answered with no.
    """

    count: int
    mean: Fraction | None
    part_means: dict[str, Fraction]
    criterion_means: dict[str, Fraction]
    band: int
    stars: int
    spread: int
    shown: str
    knocked_out: bool
    knock_outs: dict[str, int]
    unsettled_knock_out: bool
    unmet_marks: dict[int, tuple[str, ...]]
    marks: tuple[MarkState, ...]
    failed_checks: tuple[str, ...]


def tally(
    decision: Decision,
    criteria_set: CriteriaSet,
    scores: Sequence[Score],
    *,
    knocked_out: bool | None = None,
    mark_findings: Mapping[tuple[int, str], bool] | None = None,
    checks: Mapping[str, bool] | None = None,
) -> Tally:
    """Tally the valid sheets of one product; their order never matters.

    `knocked_out` is the council's own decision on a knock-out, None while it has taken none; a
    product that every sheet knocks out is out in any case. Printed star marks are taken on the
    mean of a criterion; `mark_findings` ((star, criterion code) → met or not) is the council's own
    finding, which goes before it. `checks`: the council's answers to the Decision's questions by
    their code; a no caps the stars below the star of the question. A question without an answer
    caps nothing: the caller must not close before all are answered. Without sheets there is no
    mean and no star. Raises IncompleteSheet for a sheet with missing marks, WrongSet for one scored
    with another set, UnknownRule for a finding on what is no mark of the set and for an answer to a
    question that is not asked of it.
    """
    findings, answers = dict(mark_findings or {}), dict(checks or {})
    printed = [
        (star, code, least)
        for star, least_points in criteria_set.star_marks.items()
        for code, least in least_points.items()
    ]
    for star, code in findings:
        if (star, code) not in {(s, c) for s, c, _ in printed}:
            raise UnknownRule(
                f"Bộ tiêu chí {criteria_set.number} không in yêu cầu tối thiểu {star} sao "
                f"ở tiêu chí {code}."
            )
    asked = [c for c in decision.checks if not (c.not_for_services and criteria_set.is_service)]
    for code in answers:
        if code not in {check.code for check in asked}:
            raise UnknownRule(
                f"{decision.number} không hỏi “{code}” với bộ tiêu chí {criteria_set.number}."
            )
    failed = [check for check in asked if answers.get(check.code) is False]
    for sheet in scores:
        if sheet.set_digest != criteria_set.digest:
            raise WrongSet("Có phiếu được chấm theo bộ tiêu chí hoặc phiên bản khác.")
        if not sheet.complete:
            raise IncompleteSheet(f"Có phiếu còn thiếu điểm ở tiêu chí {', '.join(sheet.missing)}.")

    declared = Counter(key for sheet in scores for key in sheet.knock_outs)
    outs = sum(sheet.disqualified for sheet in scores)
    out = bool(knocked_out) or (outs > 0 and outs == len(scores))
    common = {
        "count": len(scores),
        "knocked_out": out,
        "knock_outs": dict(sorted(declared.items())),
        "unsettled_knock_out": knocked_out is None and 0 < outs < len(scores),
        "failed_checks": tuple(check.code for check in failed),
    }
    if not scores:
        return Tally(
            mean=None,
            part_means={},
            criterion_means={},
            band=0,
            stars=0,
            spread=0,
            shown="",
            unmet_marks={},
            marks=(),
            **common,
        )

    totals = [sheet.total for sheet in scores]
    mean = _mean(totals)
    criterion_means = {
        leaf.code: _mean([s.points[leaf.code] for s in scores]) for leaf in criteria_set.leaves
    }
    band = decision.band(mean)
    marks = tuple(
        MarkState(star, code, least, criterion_means[code], findings.get((star, code)))
        for star, code, least in printed
    )
    unmet = {
        star: tuple(mark.code for mark in marks if mark.star == star and not mark.met)
        for star in criteria_set.star_marks
    }
    unmet = {star: codes for star, codes in unmet.items() if codes}
    highest = min([capped(band, unmet), *(check.star - 1 for check in failed)])
    return Tally(
        mean=mean,
        part_means={
            part.code: _mean([s.parts[part.code] for s in scores]) for part in criteria_set.parts
        },
        criterion_means=criterion_means,
        band=band,
        stars=0 if out else highest,
        spread=max(totals) - min(totals),
        shown=show_points(mean),
        unmet_marks=unmet,
        marks=marks,
        **common,
    )


def stars_for(decision: Decision, mean: Fraction | int) -> int:
    """The stars of an exact mean (0–100) by the Decision's half-open bands, marks left aside."""
    return decision.band(mean)


def show_points(value: Fraction | Decimal | int, *, places: int = 2) -> str:
    """Points as screens and papers show them: cut, never rounded, with a decimal comma.

    69.996 → "69,99"; 93 → "93,00". Exact values only: TypeError for float.
    """
    if isinstance(value, float):
        raise TypeError("points are exact: int, Fraction or Decimal, never float")
    cut = int(abs(Fraction(value)) * 10**places)
    whole, rest = divmod(cut, 10**places)
    sign = "-" if value < 0 and cut else ""
    return f"{sign}{whole},{rest:0{places}d}" if places else f"{sign}{whole}"


def _mean(values: Sequence[int]) -> Fraction:
    return Fraction(sum(values), len(values))
