"""The council's result for one product: the exact mean of the valid sheets, and its stars."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .criteria import CriteriaSet
from .errors import IncompleteSheet, WrongSet
from .model import Decision
from .scoring import Score, capped, unmet_marks


@dataclass(frozen=True)
class Tally:
    """A council's result.

    `mean` and `part_means` are exact; `shown` is the mean cut to two decimals ("" without sheets).
    `band` is by mean alone, `stars` with marks and knock-outs. `spread`: highest less lowest
    total. `knock_outs`: rule key → number of sheets that declare it. `unsettled_knock_out`: some
    sheets but not all declare one and the council has not decided; such a product cannot be
    closed.
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


def tally(
    decision: Decision,
    criteria_set: CriteriaSet,
    scores: Sequence[Score],
    *,
    knocked_out: bool | None = None,
) -> Tally:
    """Tally the valid sheets of one product; their order never matters.

    `knocked_out` is the council's own decision on a knock-out, None while it has taken none; a
    product that every sheet knocks out is out in any case. Printed star marks are taken on the
    mean of a criterion. Without sheets there is no mean and no star. Raises IncompleteSheet for a
    sheet with missing marks, WrongSet for one scored with another set.
    """
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
            **common,
        )

    totals = [sheet.total for sheet in scores]
    mean = _mean(totals)
    criterion_means = {
        leaf.code: _mean([s.points[leaf.code] for s in scores]) for leaf in criteria_set.leaves
    }
    band = decision.band(mean)
    unmet = unmet_marks(criteria_set, criterion_means)
    return Tally(
        mean=mean,
        part_means={
            part.code: _mean([s.parts[part.code] for s in scores]) for part in criteria_set.parts
        },
        criterion_means=criterion_means,
        band=band,
        stars=0 if out else capped(band, unmet),
        spread=max(totals) - min(totals),
        shown=show_points(mean),
        unmet_marks=unmet,
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
