"""What a sitting settles beside the marks: who came, votes on knock-outs, a second hearing.

Who may do it is checked by the caller (chair and secretary); what the round allows is checked here.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from ocop_portal.page_language import filled

from .models import (
    Absence,
    Candidate,
    Declaration,
    KnockOutVote,
    Round,
    RoundEvent,
    Seat,
    Sheet,
)
from .referrals import put_in_round
from .rounds import RoundRefused, add_candidate, remove_candidate
from .seating import seating_of

S = Round.State


def locked(round_: Round, *states: str) -> Round:
    """The round, locked until the transaction ends; `RoundRefused` in any other state than these."""
    found = (
        Round.objects.select_for_update(of=("self",)).select_related("council").get(pk=round_.pk)
    )
    if found.state not in states:
        raise RoundRefused(filled(_("Đợt đánh giá %s."), Round.State(found.state).label))
    return found


def _scoring_seats(round_: Round):
    return Seat.objects.filter(council=round_.council_id, scores=True, left_on__isnull=True)


def _expected(round_: Round):
    """The scoring members, and the substitutes who were called in for the whole round."""
    called = round_.substitutions.filter(candidate__isnull=True, withdrawn_at__isnull=True)
    return _scoring_seats(round_).filter(
        Q(substitutes_for__isnull=True) | Q(pk__in=called.values("substitute"))
    )


# --- Who came ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Attendance:
    """Scoring members at a sitting, against the quorum of the round (the council's working rules)."""

    seats: list[Seat]
    absences: dict[int, Absence]  # by seat
    needed: int

    @property
    def places(self) -> int:
        """The members' places; a substitute who was called in fills one of them."""
        return sum(seat.substitutes_for_id is None for seat in self.seats)

    @property
    def present(self) -> int:
        return len(self.seats) - len(self.absences)

    @property
    def has_chair(self) -> bool:
        return any(
            seat.position == Seat.Position.CHAIR and seat.pk not in self.absences
            for seat in self.seats
        )

    @property
    def is_enough(self) -> bool:
        """So many of the members as the rules ask, the chair among them."""
        return self.present >= self.needed and self.has_chair


def attendance(round_: Round) -> Attendance:
    """Who came to the sitting, substitutes called in for the whole of it among them; two queries."""
    seats = list(_expected(round_).select_related("user").order_by("pk"))
    keys = {seat.pk for seat in seats}
    absences = {row.seat_id: row for row in round_.absences.all() if row.seat_id in keys}
    rules = round_.council if round_.state == S.DRAFT else round_
    places = sum(seat.substitutes_for_id is None for seat in seats)
    needed = -(-rules.quorum_numerator * places // rules.quorum_denominator)
    return Attendance(seats, absences, max(needed, 1))


@transaction.atomic
def record_absences(*, round_: Round, reasons: dict[int, str], by) -> None:
    """Write down who is absent and why (seat → reason); all others are present.

    Writing the same down again changes nothing. Raises `RoundRefused` for an absence without a
    reason, or once the round is closed.
    """
    round_ = locked(round_, S.DRAFT, S.OPEN, S.TALLYING)
    seats = {seat.pk: seat for seat in _expected(round_).select_related("user")}
    reasons = {pk: reason.strip() for pk, reason in reasons.items() if pk in seats}
    unexplained = [str(seats[pk].user) for pk, reason in reasons.items() if not reason]
    if unexplained:
        raise RoundRefused(filled(_("Cần ghi lý do vắng của %s."), ", ".join(unexplained)))
    before = {row.seat_id: row for row in round_.absences.all()}
    if {pk: row.reason for pk, row in before.items() if pk in seats} == reasons:
        return
    calls = round_.substitutions.filter(candidate__isnull=True, withdrawn_at__isnull=True)
    replaced = [seats[pk] for pk in calls.values_list("principal", flat=True) if pk in seats]
    if back := [str(seat.user) for seat in replaced if seat.pk not in reasons]:
        raise RoundRefused(
            filled(_("%s đang có người thay. Hãy rút việc thay thế trước."), ", ".join(back))
        )
    round_.absences.filter(seat__in=[pk for pk in before if pk not in reasons]).delete()
    for pk, reason in reasons.items():
        if pk not in before or before[pk].reason != reason:
            Absence.objects.update_or_create(
                round=round_, seat=seats[pk], defaults={"reason": reason[:300], "recorded_by": by}
            )
    RoundEvent.objects.create(
        round=round_,
        action="attendance.recorded",
        by=by,
        reason="; ".join(f"{seats[pk].user}: {reason}" for pk, reason in reasons.items()),
        data={"absent": len(reasons), "seats": len(seats)},
    )


# --- Votes on knock-outs ----------------------------------------------------------------------


def voters(candidate: Candidate) -> list[Seat]:
    """Who may vote on a product: scoring members who came and have no conflict with it.

    A substitute who was called in for it votes, the member whose place they take does not.
    """
    seating = seating_of(candidate.round)
    seats = (
        _scoring_seats(candidate.round)
        .exclude(absences__round=candidate.round_id)
        .select_related("user")
        .order_by("pk")
    )
    return [seat for seat in seats if seating.may_score(candidate.pk, seat)]


@transaction.atomic
def record_votes(
    *, candidate: Candidate, votes: dict[int, bool], by, reason: str = ""
) -> Candidate:
    """Write down each member's vote on a proposed knock-out (seat → out or not) and what follows.

    The majority of the votes cast is the council's finding; while a tie stands, or nobody has
    voted, it stays open and the round cannot be closed. Voting again replaces the earlier vote; a
    vote of somebody who may not vote is refused, and any vote where no sheet proposes it.
    """
    round_ = locked(candidate.round, S.TALLYING)
    candidate = Candidate.objects.select_for_update().get(pk=candidate.pk)
    proposals = Declaration.objects.filter(
        rule__startswith="knock_out:",
        sheet__candidate=candidate,
        sheet__state=Sheet.State.SUBMITTED,
    )
    if not proposals.exists():
        raise RoundRefused(_("Không có phiếu nào đề nghị loại sản phẩm này."))
    seats = {seat.pk: seat for seat in voters(candidate)}
    strangers = set(votes) - set(seats)
    if strangers:
        raise RoundRefused(_("Có phiếu biểu quyết của người không được biểu quyết."))
    before = {row.seat_id: row.is_out for row in candidate.votes.all()}
    out = sum(votes.values())
    stay = len(votes) - out
    finding = ""
    if out != stay:
        finding = Candidate.Finding.UPHELD if out > stay else Candidate.Finding.REJECTED
    words = _("Biểu quyết: %(out)d loại, %(stay)d không loại, %(none)d không biểu quyết.") % {
        "out": out,
        "stay": stay,
        "none": len(seats) - len(votes),
    }
    told = f"{words} {reason.strip()}".strip()
    if before == votes and (candidate.knock_out_finding, candidate.knock_out_reason) == (
        finding,
        told,
    ):
        return candidate
    candidate.votes.all().delete()
    KnockOutVote.objects.bulk_create(
        KnockOutVote(candidate=candidate, seat=seats[pk], is_out=is_out, recorded_by=by)
        for pk, is_out in votes.items()
    )
    candidate.knock_out_finding, candidate.knock_out_reason = finding, told
    candidate.save(update_fields=["knock_out_finding", "knock_out_reason"])
    RoundEvent.objects.create(
        round=round_,
        action="knock_out.voted",
        by=by,
        reason=told,
        data={
            "candidate": candidate.pk,
            "finding": finding,
            "votes": {str(pk): is_out for pk, is_out in votes.items()},
        },
    )
    return candidate


# --- A second hearing -------------------------------------------------------------------------


@transaction.atomic
def hear_again(
    *, round_: Round, candidates, name: str, meets_on, scoring_due, reason: str, by
) -> Round:
    """Take products out of this sitting and put them before a second hearing of the same council.

    Decision 1048 foresees it for products that may reach three stars and need extra tests or
    checks. The new round names the one that it follows; it is prepared and opened like any other,
    and the council scores afresh. Raises `RoundRefused` without a reason or a product, and unless
    the council is settling differences.
    """
    round_ = locked(round_, S.TALLYING)
    chosen = list(
        round_.candidates.filter(pk__in=[row.pk for row in candidates], removed_at__isnull=True)
    )
    if not chosen:
        raise RoundRefused(_("Hãy chọn ít nhất một sản phẩm."))
    if not reason.strip():
        raise RoundRefused(_("Cần ghi lý do."))
    second = Round(
        council=round_.council,
        cycle_id=round_.cycle_id,
        level=round_.level,
        decision=round_.decision,
        name=name,
        meets_on=meets_on,
        scoring_due=scoring_due,
        follows=round_,
        created_by=by,
    )
    second._history_user = by
    second.save()
    RoundEvent.objects.create(
        round=second, action="created", by=by, reason=reason, data={"follows": round_.pk}
    )
    for candidate in chosen:
        remove_candidate(candidate=candidate, by=by, reason=reason)
        if candidate.referral_id:
            put_in_round(referral=candidate.referral, round_=second, by=by)
        else:
            add_candidate(round_=second, entry=candidate.entry, by=by)
    return second
