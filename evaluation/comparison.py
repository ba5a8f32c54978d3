"""The members' sheets side by side, for the council to talk over: figures, spread, where they differ.

Read while differences are settled and ever after; never while scoring goes on. The number of
queries does not depend on how many products and members there are.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations

from ocop_portal import law
from ocop_portal.law.criteria import band_of

from .models import Candidate, Round, Seat
from .papers.record import RecordedSeat, freeze, recorded_seats, seated_for
from .tally import round_tally


@dataclass(frozen=True)
class ComparedSheet:
    """A valid sheet as the comparison needs it."""

    seat: Seat | RecordedSeat
    sheet_id: int
    version: int
    total: int
    points: dict[str, int]  # by criterion


@dataclass(frozen=True)
class Difference:
    """A criterion on which members differ: the widest first."""

    criterion: law.Criterion
    marks: list[tuple[Seat | RecordedSeat, int | None]]  # in the order of the council's seats
    low: int
    high: int

    @property
    def width(self) -> int:
        return self.high - self.low


@dataclass
class ComparedProduct:
    """One product: who gave how much, and how far apart they are."""

    candidate: Candidate
    seats: list[Seat | RecordedSeat]
    cells: list[ComparedSheet | None]  # in the order of the seats
    conflicted: frozenset[int]  # places of the seats with a conflict of interest in it
    mean: Fraction | None
    spread: int
    limit: int
    has_knock_out: bool
    hidden: str = ""  # why the viewer may not see it
    differences: list[Difference] = field(default_factory=list)

    @property
    def sheets(self) -> list[ComparedSheet]:
        return [cell for cell in self.cells if cell]

    @property
    def is_wide(self) -> bool:
        """Two members' totals differ by more than the council's rules allow."""
        return self.spread > self.limit

    @property
    def pairs(self) -> list[tuple[ComparedSheet, ComparedSheet, int]]:
        """The pairs beyond the limit, the widest first: (higher, lower, points between)."""
        found = [
            (*sorted((one, other), key=lambda sheet: -sheet.total), abs(one.total - other.total))
            for one, other in combinations(self.sheets, 2)
            if abs(one.total - other.total) > self.limit
        ]
        return sorted(found, key=lambda pair: -pair[2])

    def may_reach(self, stars: int) -> bool:
        """Whether the points of the sheets so far lie in the band of so many stars, or above."""
        criteria = self.candidate.pinned_set.criteria
        return self.mean is not None and band_of(criteria.bands, self.mean) >= stars

    @property
    def row(self) -> list[dict]:
        """The cells for the page: whose, the sheet, whether it is an end, why there is none."""
        totals = [sheet.total for sheet in self.sheets]
        ends = {min(totals), max(totals)} if self.is_wide else set()
        return [
            {
                "seat": seat,
                "sheet": cell,
                "is_end": cell is not None and cell.total in ends,
                "has_conflict": place in self.conflicted,
            }
            for place, (seat, cell) in enumerate(zip(self.seats, self.cells, strict=True))
        ]


@dataclass
class Comparison:
    """The scoring seats, in one order for the whole page, and the products."""

    seats: list[Seat | RecordedSeat]
    products: list[ComparedProduct]


def comparison(round_: Round) -> Comparison:
    """Every product of the round from its valid sheets, as the tally takes them.

    A closed round is read from what was frozen when it was closed: results, and the members' names
    and positions of that day.
    """
    if round_.is_settled:
        return _recorded(round_)
    tallies = round_tally(round_)
    seats = {
        seat.pk: seat
        for row in tallies
        for seat in [*(scored.seat for scored in row.sheets), *row.awaited]
    }
    order = sorted(seats.values(), key=lambda seat: (seat.position != Seat.Position.CHAIR, seat.pk))
    products = []
    for row in tallies:
        by_seat = {
            scored.seat.pk: ComparedSheet(
                seat=scored.seat,
                sheet_id=scored.sheet.pk,
                version=scored.sheet.version,
                total=scored.score.total,
                points=scored.score.points,
            )
            for scored in row.sheets
        }
        products.append(
            ComparedProduct(
                candidate=row.candidate,
                seats=order,
                cells=[by_seat.get(seat.pk) for seat in order],
                conflicted=frozenset(
                    place for place, seat in enumerate(order) if seat.pk in row.conflicted
                ),
                mean=row.tally.mean,
                spread=row.tally.spread,
                limit=round_.spread_limit,
                has_knock_out=any(scored.score.disqualified for scored in row.sheets),
            )
        )
    return Comparison(order, products)


def _recorded(round_: Round) -> Comparison:
    """The comparison as it stood at the closing; two queries."""
    content = freeze(round_).content
    seats = recorded_seats(content)
    away = {
        row["candidate"]: {found["seat"] for found in row["conflicts"]}
        for row in content["products"]
    }
    candidates = list(
        round_.candidates.filter(removed_at__isnull=True)
        .select_related("entry__product__producer", "pinned_set", "result")
        .defer("pinned_set__content")
    )
    keys = {line["seat"] for row in candidates for line in row.result.basis}
    for row in candidates:
        keys |= {seat["seat"] for seat in seated_for(content, row.pk)} - away.get(row.pk, set())
    order = sorted(
        (seats[key] for key in keys),
        key=lambda seat: (seat.position != Seat.Position.CHAIR, seat.pk),
    )
    products = []
    for row in candidates:
        by_seat = {
            line["seat"]: ComparedSheet(
                seat=seats[line["seat"]],
                sheet_id=line["sheet"],
                version=line["version"],
                total=line["total"],
                points=line["points"],
            )
            for line in row.result.basis
        }
        products.append(
            ComparedProduct(
                candidate=row,
                seats=order,
                cells=[by_seat.get(seat.pk) for seat in order],
                conflicted=frozenset(
                    place for place, seat in enumerate(order) if seat.pk in away.get(row.pk, set())
                ),
                mean=row.result.mean,
                spread=row.result.spread,
                limit=round_.spread_limit,
                has_knock_out=any(line["knock_outs"] for line in row.result.basis),
            )
        )
    return Comparison(order, products)


def differences(product: ComparedProduct) -> list[Difference]:
    """The criteria that members marked otherwise, the widest difference first."""
    if len(product.sheets) < 2:
        return []
    found = []
    for leaf in product.candidate.pinned_set.criteria.leaves:
        points = [cell.points[leaf.code] if cell else None for cell in product.cells]
        given = [value for value in points if value is not None]
        if min(given) != max(given):
            marks = list(zip(product.seats, points, strict=True))
            found.append(Difference(leaf, marks, min(given), max(given)))
    # As wide as each other: in the order of the printed table.
    return sorted(found, key=lambda row: -row.width)
