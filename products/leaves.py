"""A returned idea comes back within its days, or with the district's leave."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from communes.models import today
from ocop_portal.page_language import filled

from .form_content import RESUBMISSION_DAYS
from .models import Entry, ResubmissionLeave


def back_by(entry: Entry) -> datetime.date | None:
    """The last day on which a returned idea may come back by itself; None for any other state."""
    if entry.state != Entry.State.IDEA_RETURNED:
        return None
    return timezone.localdate(entry.state_since) + datetime.timedelta(days=RESUBMISSION_DAYS)


def leave_of(entry: Entry) -> ResubmissionLeave | None:
    """The newest asking for leave about the return in which the entry stands."""
    return entry.leaves.filter(returned_at=entry.state_since).first()


def in_time(entry: Entry) -> list[str]:
    """Whether a returned idea may still be registered: in time, or by leave."""
    last = back_by(entry)
    if last is None or today() <= last:
        return []
    leave = leave_of(entry)
    if leave and leave.granted:
        return []
    day = last.strftime("%d/%m/%Y")
    if leave and leave.granted is None:
        return [filled(_("Đã quá hạn nộp lại (%s); đang chờ trả lời đề nghị nộp muộn."), day)]
    return [filled(_("Đã quá hạn nộp lại (%s). Cần đề nghị cho nộp muộn, ghi lý do."), day)]


@transaction.atomic
def ask(*, entry: Entry, by, reason: str) -> ResubmissionLeave:
    """Ask for leave; an open asking is given back. ValidationError without need or reason."""
    entry = Entry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    last, leave = back_by(entry), leave_of(entry)
    if last is None or today() <= last or (leave and leave.granted):
        raise ValidationError(_("Không cần đề nghị nộp muộn."))
    if leave and leave.granted is None:
        return leave
    if not reason.strip():
        raise ValidationError({"words": _("Cần ghi lý do nộp muộn.")})
    return ResubmissionLeave.objects.create(
        entry=entry, returned_at=entry.state_since, reason=reason.strip()[:2_000], asked_by=by
    )


@transaction.atomic
def decide(*, leave: ResubmissionLeave, by, granted: bool, words: str = "") -> ResubmissionLeave:
    """Answer an asking, once; a refusal needs words."""
    Entry.objects.select_for_update(of=("self",)).get(pk=leave.entry_id)
    leave = ResubmissionLeave.objects.get(pk=leave.pk)
    if leave.answered_at:
        return leave
    if not granted and not words.strip():
        raise ValidationError({"words": _("Cần ghi lý do không cho nộp muộn.")})
    leave.granted, leave.words = granted, words.strip()[:2_000]
    leave.answered_by, leave.answered_at = by, timezone.now()
    leave.save()
    return leave
