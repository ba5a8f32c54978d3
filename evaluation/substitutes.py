"""Substitutes (thành viên dự khuyết): the secretary calls one in for a member who cannot score.

A member cannot score a round from which they are recorded absent, nor a product with which they
have a conflict of interest. Who may call is checked by the caller (the secretary).
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ocop_portal.page_language import filled

from .meeting import locked
from .models import Candidate, Conflict, Round, RoundEvent, Seat, Sheet, Substitution
from .rounds import RoundRefused, lapse_unstarted

S = Round.State


def _standing(round_: Round):
    return round_.substitutions.filter(withdrawn_at__isnull=True)


def _sheets(round_: Round, seat_id: int, candidate_id: int | None):
    found = Sheet.objects.filter(candidate__round=round_, seat=seat_id)
    return found.filter(candidate=candidate_id) if candidate_id else found


@transaction.atomic
def call_in(
    *, round_: Round, substitute: Seat, candidate: Candidate | None = None, reason: str, by
) -> Substitution:
    """Let a substitute score in place of their member; without a product, the whole round.

    The member's sheets that were begun lapse. Calling in again what stands changes nothing. Raises
    `RoundRefused` once the round is closed, without a reason, where the member can score, after the
    member has handed in a sheet, and where somebody has taken the place already.
    """
    round_ = locked(round_, S.DRAFT, S.OPEN, S.TALLYING)
    seat = (
        Seat.objects.select_for_update(of=("self",))
        .select_related("user", "substitutes_for__user")
        .filter(pk=substitute.pk, council=round_.council_id, left_on__isnull=True)
        .first()
    )
    if seat is None or seat.substitutes_for_id is None:
        raise RoundRefused(_("Người này không phải thành viên dự khuyết của hội đồng."))
    principal, key = seat.substitutes_for, candidate.pk if candidate else None
    standing = list(_standing(round_).filter(principal=principal))
    for call in standing:
        if call.substitute_id == seat.pk and call.candidate_id in {None, key}:
            return call
    if not reason.strip():
        raise RoundRefused(_("Cần ghi lý do."))
    _require_need(round_, seat, candidate)
    if any(
        call.candidate_id in {None, key} or (key is None and call.substitute_id != seat.pk)
        for call in standing
    ):
        raise RoundRefused(filled(_("Đã có người khác thay %s."), principal.user))
    # A member who is handing in waits for these rows, and finds the sheet lapsed.
    sheets = list(_sheets(round_, principal.pk, key).select_for_update().order_by("pk"))
    if any(sheet.submitted_at for sheet in sheets):
        raise RoundRefused(filled(_("%s đã gửi phiếu nên không thay được."), principal.user))
    Sheet.objects.filter(
        pk__in=[sheet.pk for sheet in sheets if sheet.state == Sheet.State.DRAFT]
    ).update(state=Sheet.State.LAPSED)
    call = Substitution.objects.create(
        round=round_,
        candidate_id=key,
        principal=principal,
        substitute=seat,
        reason=reason.strip()[:300],
        called_by=by,
    )
    _tell(call, "substitute.called", by, call.reason)
    if round_.state == S.TALLYING:
        lapse_unstarted(round_)
    return call


def _require_need(round_: Round, seat: Seat, candidate: Candidate | None) -> None:
    absent = set(round_.absences.values_list("seat_id", flat=True))
    principal = seat.substitutes_for
    if seat.pk in absent:
        raise RoundRefused(filled(_("%s được ghi là vắng."), seat.user))
    if candidate is None:
        if principal.pk not in absent:
            raise RoundRefused(
                filled(_("Hãy ghi %s vắng trước khi gọi người thay."), principal.user)
            )
        return
    row = round_.candidates.filter(pk=candidate.pk, removed_at__isnull=True).first()
    if row is None:
        raise RoundRefused(_("Sản phẩm không còn trong đợt."))
    away = set(Conflict.objects.filter(candidate=row).values_list("seat_id", flat=True))
    if seat.pk in away:
        raise RoundRefused(filled(_("%s cũng có liên quan đến sản phẩm này."), seat.user))
    if principal.pk not in away:
        raise RoundRefused(
            filled(_("%s không khai có liên quan đến sản phẩm này."), principal.user)
        )


@transaction.atomic
def withdraw_call(*, call: Substitution, reason: str, by) -> Substitution:
    """Take back a call that was made by mistake; the member may score again where they had begun.

    Withdrawing twice changes nothing. Raises `RoundRefused` without a reason, once scoring has
    ended (who was replaced may have read the tally since) and once the substitute has handed in.
    """
    round_ = locked(call.round, S.DRAFT, S.OPEN)
    call = Substitution.objects.select_for_update().get(pk=call.pk)
    if call.withdrawn_at:
        return call
    if not reason.strip():
        raise RoundRefused(_("Cần ghi lý do."))
    sheets = list(
        _sheets(round_, call.substitute_id, call.candidate_id).select_for_update().order_by("pk")
    )
    if any(sheet.submitted_at for sheet in sheets):
        raise RoundRefused(filled(_("%s đã gửi phiếu nên không rút được."), call.substitute.user))
    _sheets(round_, call.substitute_id, call.candidate_id).filter(state=Sheet.State.DRAFT).update(
        state=Sheet.State.LAPSED
    )
    lapsed = _sheets(round_, call.principal_id, call.candidate_id)
    lapsed.filter(
        state=Sheet.State.LAPSED, submitted_at__isnull=True, candidate__removed_at__isnull=True
    ).update(state=Sheet.State.DRAFT)
    call.withdrawn_at, call.withdrawn_reason = timezone.now(), reason.strip()[:300]
    call.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    _tell(call, "substitute.withdrawn", by, call.withdrawn_reason)
    return call


def _tell(call: Substitution, action: str, by, reason: str) -> None:
    data = {"member": str(call.principal.user), "substitute": str(call.substitute.user)}
    if call.candidate_id:
        data["candidate"] = call.candidate_id
    RoundEvent.objects.create(round=call.round, action=action, by=by, reason=reason, data=data)


@dataclass(frozen=True)
class Possible:
    """A call that the secretary may make now; `candidate` None for the whole round."""

    seat: Seat
    candidate: Candidate | None

    @property
    def key(self) -> str:
        return f"{self.seat.pk}-{self.candidate.pk if self.candidate else 0}"

    def __str__(self) -> str:
        words = {"substitute": self.seat.user, "member": self.seat.substitutes_for.user}
        if self.candidate:
            words["product"] = self.candidate.entry.product
            return _("%(substitute)s thay %(member)s – %(product)s (có liên quan)") % words
        return _("%(substitute)s thay %(member)s – cả đợt (vắng)") % words


def possible_calls(round_: Round, hidden=frozenset()) -> list[Possible]:
    """Which substitutes may be called in; `hidden`: products that the viewer may not follow."""
    absent = set(round_.absences.values_list("seat_id", flat=True))
    taken = set(_standing(round_).values_list("principal_id", "candidate_id"))
    handed_in = set(
        Sheet.objects.filter(candidate__round=round_, submitted_at__isnull=False).values_list(
            "seat_id", "candidate_id"
        )
    )
    with_sheet = {seat_id for seat_id, _candidate in handed_in}
    conflicts = list(
        Conflict.objects.filter(
            candidate__round=round_, candidate__removed_at__isnull=True
        ).select_related("candidate__entry__product")
    )
    away = {(row.seat_id, row.candidate_id) for row in conflicts}
    found = []
    for seat in (
        Seat.objects.filter(
            council=round_.council_id, left_on__isnull=True, substitutes_for__isnull=False
        )
        .exclude(pk__in=absent)
        .select_related("user", "substitutes_for__user")
    ):
        principal = seat.substitutes_for_id
        if (principal, None) in taken:
            continue
        if principal in absent and principal not in with_sheet:
            found.append(Possible(seat, None))
        found += [
            Possible(seat, row.candidate)
            for row in conflicts
            if row.seat_id == principal
            and row.candidate_id not in hidden
            and (principal, row.candidate_id) not in taken | handed_in
            and (seat.pk, row.candidate_id) not in away
        ]
    return found
