"""The council's tally: every product of a round from its valid sheets, in a fixed number of queries."""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations

from django.utils.translation import gettext_lazy as _

from ocop_portal import law

from .models import Candidate, Conflict, Declaration, Mark, Result, Round, Seat, Sheet
from .sheets import score_of


@dataclass(frozen=True)
class ScoredSheet:
    """A submitted sheet with its score, worked out anew from the chosen options."""

    sheet: Sheet
    seat: Seat
    score: law.Score


@dataclass
class CandidateTally:
    """One product's tally, and what still stands between it and a result."""

    candidate: Candidate
    tally: law.Tally
    sheets: list[ScoredSheet]
    awaited: list[Seat]  # may score this product and have no submitted sheet
    needed: int  # valid sheets that make the quorum
    far_apart: list[tuple[ScoredSheet, ScoredSheet]]
    problems: list[str] = field(default_factory=list)

    @property
    def spread_exceeded(self) -> bool:
        return bool(self.far_apart)


def round_tally(round_: Round) -> list[CandidateTally]:
    """Tally every product of the round.

    A valid sheet is submitted, by a seated scoring member without a declared conflict for that
    product. The quorum is taken of the members who may score the product, with the chair among
    them (provincial working rules; where the chair has a conflict, the others decide).
    """
    candidates = list(
        round_.candidates.filter(removed_at__isnull=True)
        .select_related("entry__product__producer", "pinned_set")
        .defer("pinned_set__content")
    )
    seats = list(
        Seat.objects.filter(
            council=round_.council_id, scores=True, left_on__isnull=True
        ).select_related("user")
    )
    conflicts = set(
        Conflict.objects.filter(candidate__round=round_).values_list("candidate_id", "seat_id")
    )
    sheets = list(Sheet.objects.filter(candidate__round=round_, state=Sheet.State.SUBMITTED))
    options: dict[int, dict[str, int]] = defaultdict(dict)
    submitted = {"sheet__candidate__round": round_, "sheet__state": Sheet.State.SUBMITTED}
    for sheet_id, criterion, option in Mark.objects.filter(**submitted).values_list(
        "sheet_id", "criterion", "option"
    ):
        options[sheet_id][criterion] = option
    declared: dict[int, list[str]] = defaultdict(list)
    for sheet_id, rule in Declaration.objects.filter(**submitted).values_list("sheet_id", "rule"):
        declared[sheet_id].append(rule)

    by_pair = {(sheet.candidate_id, sheet.seat_id): sheet for sheet in sheets}
    return [
        _candidate_tally(round_, candidate, seats, conflicts, by_pair, options, declared)
        for candidate in candidates
    ]


def _candidate_tally(
    round_, candidate, seats, conflicts, by_pair, options, declared
) -> CandidateTally:
    criteria = candidate.pinned_set.criteria
    entitled = [seat for seat in seats if (candidate.pk, seat.pk) not in conflicts]
    scored, awaited = [], []
    for seat in entitled:
        sheet = by_pair.get((candidate.pk, seat.pk))
        if sheet is None:
            awaited.append(seat)
        else:
            score = score_of(criteria, options[sheet.pk], declared[sheet.pk])
            scored.append(ScoredSheet(sheet, seat, score))
    finding = None
    # A finding speaks of sheets that propose a knock-out; reopened ones may propose it no more.
    if any(sheet.score.disqualified for sheet in scored):
        finding = {
            Candidate.Finding.UPHELD: True,
            Candidate.Finding.REJECTED: False,
        }.get(candidate.knock_out_finding)
    tally = law.tally(round_.law, criteria, [sheet.score for sheet in scored], knocked_out=finding)
    result = CandidateTally(
        candidate=candidate,
        tally=tally,
        sheets=scored,
        awaited=awaited,
        needed=-(-round_.quorum_numerator * len(entitled) // round_.quorum_denominator),
        far_apart=[
            (one, other)
            for one, other in combinations(scored, 2)
            if abs(one.score.total - other.score.total) > round_.spread_limit
        ],
    )
    has_chair = any(seat.position == Seat.Position.CHAIR for seat in seats)
    result.problems = _problems(result, entitled, has_chair=has_chair)
    return result


def _problems(row: CandidateTally, entitled: list[Seat], *, has_chair: bool) -> list[str]:
    """Why this product's result cannot be closed yet, in words."""
    name = str(row.candidate.entry.product)
    problems = []
    if not row.sheets or len(row.sheets) < row.needed:
        problems.append(
            _("%(product)s: mới có %(have)d phiếu hợp lệ, cần ít nhất %(need)d.")
            % {"product": name, "have": len(row.sheets), "need": max(row.needed, 1)}
        )
    chair = next((seat for seat in entitled if seat.position == Seat.Position.CHAIR), None)
    if not has_chair:
        problems.append(_("%s: hội đồng không còn chủ tịch chấm điểm.") % name)
    elif chair and chair in row.awaited:
        problems.append(_("%s: chưa có phiếu của chủ tịch hội đồng.") % name)
    if row.spread_exceeded and not row.candidate.spread_note.strip():
        problems.append(
            _("%s: điểm các phiếu lệch quá mức cho phép; cần ghi ý kiến hội đồng sau thảo luận.")
            % name
        )
    if row.tally.unsettled_knock_out:
        problems.append(
            _("%s: có phiếu đề nghị loại; hội đồng cần kết luận loại hay không.") % name
        )
    return [str(problem) for problem in problems]


def proposal(round_: Round, tally: law.Tally) -> tuple[str, str]:
    """What the Decision foresees for this result at the round's level: code and words."""
    level = round_.law.level(round_.level)
    if tally.knocked_out:
        return Result.Proposal.OUT, str(_("bị loại"))
    if level.returns_below is not None and tally.mean < level.returns_below:
        return Result.Proposal.IMPROVE, str(_("trả về để hoàn thiện"))
    higher = level.refers(tally.mean)
    if higher:
        return Result.Proposal.REFER, str(
            _("đề nghị %s đánh giá, phân hạng") % round_.law.level(higher).name.lower()
        )
    if tally.stars in level.recognises:
        return Result.Proposal.RECOGNISE, str(_("đề nghị %s công nhận") % level.authority)
    return Result.Proposal.IMPROVE, str(_("trả về để hoàn thiện"))
