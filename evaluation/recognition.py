"""Recognition by an authority: the only source of official OCOP stars."""

import calendar
import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from communes.models import today
from ocop_portal import law

from .models import Recognition
from .publication import publish_recognition


def months_after(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or the month's last: 31/8 + 6 months → 28/2."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def default_validity(decision_slug: str, decided_on: datetime.date) -> datetime.date:
    """Until when a certificate of this day runs (36 months under every Decision so far)."""
    return months_after(decided_on, law.decision(decision_slug).certificate_months)


@transaction.atomic
def record_recognition(*, recognition: Recognition, by=None) -> Recognition:
    """Record a recognition and tell the public; `ValidationError` names each field that is wrong."""
    recognition.producer = recognition.product.producer
    recognition.recorded_by = by
    recognition.full_clean()
    recognition.save()
    publish_recognition(recognition)
    return recognition


@transaction.atomic
def revoke_recognition(
    *, recognition: Recognition, on: datetime.date, ground: str, by
) -> Recognition:
    """Revoke with a ground, from a day that is not ahead; the record stays, plainly marked.

    The same revocation sent twice is recorded once; another one is refused.
    """
    ground = ground.strip()[:300]
    recognition = Recognition.objects.select_for_update().get(pk=recognition.pk)
    if not ground:
        raise ValidationError({"revoked_ground": _("Cần ghi căn cứ thu hồi.")})
    if recognition.decided_on and on < recognition.decided_on:
        raise ValidationError({"revoked_on": _("Ngày thu hồi không thể trước ngày công nhận.")})
    if on > today():
        raise ValidationError({"revoked_on": _("Ngày thu hồi không thể ở phía trước.")})
    if recognition.revoked_on is None:
        recognition.revoked_on, recognition.revoked_ground = on, ground
        recognition.save()
        publish_recognition(recognition)
    elif (recognition.revoked_on, recognition.revoked_ground) != (on, ground):
        day = recognition.revoked_on.strftime("%d/%m/%Y")
        raise ValidationError(_("Công nhận này đã được ghi thu hồi từ ngày %s.") % day)
    return recognition
