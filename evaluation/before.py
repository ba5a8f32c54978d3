"""What is done before a sitting: the invitation sent in time, the samples received.

Who may do it is checked by the caller; what the round allows is checked here.
"""

import datetime
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.models import today
from ocop_portal.page_language import filled
from ocop_portal.reminders.workdays import Calendar, calendar

from .meeting import locked
from .models import Candidate, Round, RoundEvent, SampleReceipt
from .rounds import RoundRefused

S = Round.State
BEFORE_THE_END = (S.DRAFT, S.OPEN, S.TALLYING)


# --- The invitation ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Invitation:
    """When the invitation was sent, against the working days that the Decision's rules ask for.

    `latest`: the last day on which it is in time. `doubt`: what to say where the holidays between
    are not all entered, "" otherwise: the last day may then be an earlier one.
    """

    sent_on: datetime.date | None
    latest: datetime.date
    days: int
    doubt: str

    @property
    def is_late(self) -> bool:
        """Sent too late, or not sent although the last day is over."""
        return (self.sent_on or today()) > self.latest


def invitation_of(round_: Round) -> Invitation:
    """The round's invitation; one query, for the holidays."""
    return invitation_in(round_, calendar())


def invitation_in(round_: Round, known: Calendar) -> Invitation:
    """The round's invitation by a calendar that was read before; no query."""
    days = round_.law.working_rules.documents_days
    latest = known.before(round_.meets_on, days)
    years = [year for year in range(latest.year, round_.meets_on.year + 1) if known.missing(year)]
    doubt = ""
    if years:
        doubt = filled(
            gettext_lazy("Lịch nghỉ năm %s chưa nhập đủ nên hạn gửi có thể sớm hơn."),
            ", ".join(map(str, years)),
        )
    return Invitation(round_.invited_on, latest, days, doubt)


@transaction.atomic
def record_invitation(*, round_: Round, sent_on: datetime.date, by) -> Round:
    """Write down the day on which the invitation and the documents were sent to the members.

    A day too late is recorded as it was: the round's page warns of it. The same day again changes
    nothing. `ValidationError` for a day ahead or after the meeting, `RoundRefused` once the round
    is closed or cancelled.
    """
    round_ = locked(round_, *BEFORE_THE_END)
    if sent_on > today():
        raise ValidationError({"sent_on": _("Ngày gửi không thể ở phía trước.")})
    if sent_on > round_.meets_on:
        raise ValidationError({"sent_on": _("Ngày gửi không thể sau ngày họp.")})
    if round_.invited_on == sent_on:
        return round_
    round_.invited_on = sent_on
    round_._history_user = by
    round_.save(update_fields=["invited_on"])
    RoundEvent.objects.create(
        round=round_, action="invitation.sent", by=by, data={"day": sent_on.isoformat()}
    )
    return round_


# --- Samples ----------------------------------------------------------------------------------


@transaction.atomic
def receive_sample(
    *,
    candidate: Candidate,
    quantity: str,
    received_on: datetime.date,
    condition: str,
    received_by: str,
    by,
) -> SampleReceipt:
    """Write down the samples received of a product; a correction is a newer row, the old one stays.

    The same as what stands changes nothing. `ValidationError` by field, `RoundRefused` for a
    product taken out and once the round is closed or cancelled.
    """
    round_ = locked(candidate.round, *BEFORE_THE_END)
    if Candidate.objects.get(pk=candidate.pk).removed_at:
        raise RoundRefused(_("Sản phẩm không còn trong đợt."))
    if received_on > today():
        raise ValidationError({"received_on": _("Ngày nhận không thể ở phía trước.")})
    values = {
        "quantity": quantity,
        "received_on": received_on,
        "condition": condition,
        "received_by": received_by,
    }
    last = candidate.sample_receipts.last()
    if last and all(getattr(last, name) == value for name, value in values.items()):
        return last
    row = SampleReceipt(candidate=candidate, recorded_by=by, **values)
    row.full_clean()
    row.save()
    RoundEvent.objects.create(
        round=round_,
        action="sample.received",
        by=by,
        data={"candidate": candidate.pk, "receipt": row.pk},
    )
    return row


def with_samples(candidates: list[Candidate]) -> list[Candidate]:
    """Each candidate with its receipts, the newest first, as `samples`; one query."""
    found: dict[int, list[SampleReceipt]] = {}
    receipts = SampleReceipt.objects.filter(candidate__in=candidates).select_related("recorded_by")
    for row in receipts.order_by("-pk"):
        found.setdefault(row.candidate_id, []).append(row)
    for candidate in candidates:
        candidate.samples = found.get(candidate.pk, [])
    return candidates
