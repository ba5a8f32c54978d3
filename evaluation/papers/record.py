"""What a round's papers are printed from: its names as they stood, and its closed data."""

from collections import defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction

from django.utils import translation
from django.utils.translation import gettext as _

from communes.models import Unit
from ocop_portal import law

from ..models import (
    Conflict,
    Declaration,
    Mark,
    PinnedSet,
    Result,
    Round,
    RoundRecord,
    Seat,
    Sheet,
)
from ..told import round_history


class NotClosed(Exception):
    """Papers with results were asked of a round that is not closed."""


def freeze(round_: Round) -> RoundRecord:
    """Keep the names and words of a closed round; a round that has its record keeps it.

    Called in the transaction that closes the round. A round closed before there were records gets
    one when its first paper is asked for. Raises `NotClosed`.
    """
    if not round_.is_settled:
        raise NotClosed(round_.state)
    found = RoundRecord.objects.filter(round=round_).first()
    if found:
        return found
    content = {"format": 1, **names_of(round_), "events": _events(round_)}
    return RoundRecord.objects.get_or_create(round=round_, defaults={"content": content})[0]


@translation.override("vi")
def names_of(round_: Round) -> dict:
    """Round, council, members and products as they are called now, JSON-ready, in Vietnamese."""
    candidates = list(
        round_.candidates.filter(removed_at__isnull=True)
        .select_related("entry__product__producer__unit", "entry__cycle", "pinned_set")
        .defer("pinned_set__content")
        .order_by("number")
    )
    conflicts = list(Conflict.objects.filter(candidate__round=round_).order_by("pk"))
    return {
        "round": _round_words(round_),
        "council": _council_words(round_),
        "absences": {str(row.seat_id): row.reason for row in round_.absences.order_by("pk")},
        "substitutions": [
            {
                "candidate": row.candidate_id,
                "member": row.principal_id,
                "substitute": row.substitute_id,
                "reason": row.reason,
                "at": row.called_at.isoformat(),
            }
            for row in round_.substitutions.filter(withdrawn_at__isnull=True)
        ],
        "seats": [_seat_words(seat) for seat in _seats(round_)],
        "products": [
            _product_words(row, [c for c in conflicts if c.candidate_id == row.pk])
            for row in candidates
        ],
    }


@translation.override("vi")
def _events(round_: Round) -> list[dict]:
    """What happened to the round up to its closing, oldest first."""
    end = round_.events.get(action="closed").at
    return [
        {
            "at": row["when"].isoformat(),
            "by": str(row["who"]),
            "what": str(row["what"]),
            "reason": row["reason"],
        }
        for row in reversed(round_history(round_))
        if row["when"] <= end
    ]


def _round_words(round_: Round) -> dict:
    decision = round_.law
    level = decision.level(round_.level, on=round_.meets_on)
    higher = decision.level(level.refers_to, on=round_.meets_on) if level.refers_to else None
    return {
        "name": round_.name,
        "level": level.name,
        "authority": level.authority,
        "higher": higher.name if higher else "",
        "higher_authority": higher.authority if higher else "",
        "decision": decision.slug,
        "decision_number": decision.number,
        "decision_title": decision.title,
        "decision_dated": decision.dated.isoformat(),
        "amended_by": [
            {"number": row.number, "dated": row.dated.isoformat()}
            for row in decision.amended_by
            if row.dated <= round_.meets_on
        ],
        "year": round_.cycle.year,
        "meets_on": round_.meets_on.isoformat(),
        "certificate_months": decision.certificate_months,
        "documents_days": decision.working_rules.documents_days,
        "scoring_due": round_.scoring_due.isoformat(),
        "opened_at": _moment(round_.opened_at),
        "closed_at": _moment(round_.closed_at),
        "closed_by": str(round_.closed_by) if round_.closed_by else "",
        "quorum": [round_.quorum_numerator, round_.quorum_denominator],
        "spread_limit": round_.spread_limit,
    }


def _moment(value) -> str:
    return value.isoformat() if value else ""


def _council_words(round_: Round) -> dict:
    council = round_.council
    unit = council.unit
    above = unit.parent
    return {
        "name": council.name,
        "decision_number": council.decision_number,
        "decided_on": council.decided_on.isoformat(),
        "committee": committee_of(unit),
        "place": unit.name,
        "committee_above": committee_of(above) if above else "",
        "is_sample": council.is_sample,
    }


def committee_of(unit: Unit) -> str:
    """The people's committee of a unit: "Ủy ban nhân dân huyện Vĩnh Linh"."""
    return f"Ủy ban nhân dân {unit.kind[:1].lower()}{unit.kind[1:]} {unit.name}"


def _seats(round_: Round) -> list[Seat]:
    order = Seat.Position.values
    seats = Seat.objects.filter(council=round_.council_id).select_related("user")
    return sorted(seats, key=lambda seat: (order.index(seat.position), seat.pk))


def _seat_words(seat: Seat) -> dict:
    job = ", ".join(part for part in (seat.user.position, seat.user.organisation) if part)
    return {
        "seat": seat.pk,
        "name": str(seat.user),
        "position": seat.position,
        "position_words": str(
            _("thành viên dự khuyết") if seat.substitutes_for_id else seat.get_position_display()
        ),
        "represents": seat.represents or job,
        "scores": seat.scores,
        "substitutes_for": seat.substitutes_for_id,
        "left_on": seat.left_on.isoformat() if seat.left_on else "",
    }


def _product_words(candidate, conflicts) -> dict:
    product = candidate.entry.product
    producer = product.producer
    pinned = candidate.pinned_set
    items = {item.code: item.name for item in candidate.entry.cycle.law.dossier}
    return {
        "candidate": candidate.pk,
        "number": candidate.number,
        "name": product.name,
        "producer": producer.name,
        "address": producer.address,
        "unit": str(producer.unit),
        "set_number": pinned.number if pinned else candidate.entry.set_number,
        "set_name": pinned.name if pinned else "",
        "digest": pinned.digest if pinned else "",
        "is_sample": product.is_sample,
        "conflicts": [
            {"seat": row.seat_id, "kind": str(row.get_kind_display())} for row in conflicts
        ],
        "dossier": [
            {**row, "what": items.get(row["kind"], row["name"])} for row in candidate.dossier
        ],
    }


# --- The closed data --------------------------------------------------------------------------


@dataclass(frozen=True)
class CountedSheet:
    """A valid sheet that a result rests on, as the result keeps it, and who filled it in."""

    sheet: int
    version: int
    seat: dict  # as in `RoundRecord`
    points: dict[str, int]
    total: int
    knock_outs: list[str]
    gates: list[str]

    def as_recorded(self, criteria: law.CriteriaSet, score: law.Score) -> law.Score:
        """This score with the figures that the result was written from."""
        parts = {part.code: 0 for part in criteria.parts}
        for leaf in criteria.leaves:
            parts[leaf.part] += self.points[leaf.code]
        return replace(score, points=self.points, parts=parts, total=self.total)


@dataclass(frozen=True)
class ClosedProduct:
    """A product of a closed round: its names, its result, and the sheets behind it."""

    words: dict
    result: Result
    criteria: law.CriteriaSet
    sheets: list[CountedSheet]
    spread_note: str
    finding: str
    finding_reason: str

    @property
    def mean(self) -> Fraction:
        return self.result.mean


@dataclass(frozen=True)
class ClosedRound:
    """A closed round as its papers see it."""

    round: Round
    words: dict
    council: dict
    seats: list[dict]
    products: list[ClosedProduct]
    content: dict

    def going(self, *proposals: str) -> list[ClosedProduct]:
        """The products with one of these proposals, in the round's order."""
        return [row for row in self.products if row.result.proposal in proposals]

    def counted(self, sheet_id: int) -> CountedSheet | None:
        """The sheet, where a result rests on it; None for one that was replaced or lapsed."""
        found = (sheet for row in self.products for sheet in row.sheets)
        return next((sheet for sheet in found if sheet.sheet == sheet_id), None)

    @property
    def is_sample(self) -> bool:
        return self.council["is_sample"] or any(row.words["is_sample"] for row in self.products)


def closed(round_: Round) -> ClosedRound:
    """Read a closed round in a fixed number of queries; `NotClosed` for any other."""
    content = freeze(round_).content
    results = {
        result.candidate_id: result
        for result in Result.objects.filter(candidate__round=round_)
        .select_related("candidate__pinned_set", "candidate__entry")
        .prefetch_related("candidate__votes")
    }
    seats = {row["seat"]: row for row in content["seats"]}
    return ClosedRound(
        round=round_,
        words=content["round"],
        council=content["council"],
        seats=content["seats"],
        products=[
            _closed_product(words, results[words["candidate"]], seats)
            for words in content["products"]
        ],
        content=content,
    )


def _closed_product(words: dict, result: Result, seats: dict[int, dict]) -> ClosedProduct:
    candidate = result.candidate
    return ClosedProduct(
        words=words,
        result=result,
        criteria=candidate.pinned_set.criteria,
        sheets=[
            CountedSheet(
                sheet=line["sheet"],
                version=line["version"],
                seat=seats[line["seat"]],
                points=line["points"],
                total=line["total"],
                knock_outs=line["knock_outs"],
                gates=line["gates"],
            )
            for line in result.basis
        ],
        spread_note=candidate.spread_note,
        finding=candidate.knock_out_finding,
        finding_reason=candidate.knock_out_reason,
    )


@dataclass(frozen=True)
class SheetAnswers:
    """What was chosen and declared on a sheet, and when it was handed in."""

    submitted_at: object
    options: dict[str, int]
    declared: list[tuple[str, str]]  # key of the rule, reason


def answers_of(sheet_ids) -> dict[int, SheetAnswers]:
    """Choices and declarations of handed-in sheets, three queries for all of them."""
    ids = list(sheet_ids)
    options: dict[int, dict[str, int]] = defaultdict(dict)
    for sheet, criterion, option in Mark.objects.filter(sheet__in=ids).values_list(
        "sheet_id", "criterion", "option"
    ):
        options[sheet][criterion] = option
    declared: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in Declaration.objects.filter(sheet__in=ids).order_by("pk"):
        declared[row.sheet_id].append((row.rule, row.reason))
    return {
        pk: SheetAnswers(submitted_at, options[pk], declared[pk])
        for pk, submitted_at in Sheet.objects.filter(pk__in=ids).values_list("pk", "submitted_at")
    }


def sets_of(products: list[ClosedProduct]) -> list[PinnedSet]:
    """The pinned sets that these products were scored with, once each."""
    found = {
        row.result.candidate.pinned_set_id: row.result.candidate.pinned_set for row in products
    }
    return [found[key] for key in sorted(found)]


# --- The seats of that day --------------------------------------------------------------------


@dataclass(frozen=True)
class RecordedSeat:
    """A place in the council as it was filled when the round was closed, read like a `Seat`."""

    pk: int
    user: str  # the person's name
    position: str
    position_words: str

    def get_position_display(self) -> str:
        return self.position_words


def recorded_seats(content: dict) -> dict[int, RecordedSeat]:
    """The council's seats by key, from the content of a `RoundRecord`."""
    return {
        row["seat"]: RecordedSeat(row["seat"], row["name"], row["position"], row["position_words"])
        for row in content["seats"]
    }


def seated_for(closed_or_content, candidate_id: int) -> list[dict]:
    """Who filled the scoring places for a product: members not replaced, substitutes called in."""
    content = getattr(closed_or_content, "content", closed_or_content)
    # A round closed before there were substitutes has none.
    calls = [
        row for row in content.get("substitutions", []) if row["candidate"] in {None, candidate_id}
    ]
    replaced = {row["member"] for row in calls}
    called = {row["substitute"] for row in calls}
    return [
        seat
        for seat in content["seats"]
        if seat["scores"]
        and not seat["left_on"]
        and seat["seat"] not in replaced
        and (not seat.get("substitutes_for") or seat["seat"] in called)
    ]
