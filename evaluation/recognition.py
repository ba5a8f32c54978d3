"""Recognition by an authority: the only source of official OCOP stars."""

import calendar
import datetime
import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from communes.models import today
from ocop_portal import law
from ocop_portal.page_language import filled
from products.catalogue import Standing

from .models import Recognition
from .publication import publish_recognition

# How the codes of this time limit begin in a Decision's calendar, one for each level.
REVOCATION = "revocation"


def months_after(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or the month's last: 31/8 + 6 months → 28/2."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def default_validity(decision_slug: str, decided_on: datetime.date) -> datetime.date:
    """Until when a certificate of this day runs (36 months under every Decision so far)."""
    return months_after(decided_on, law.decision(decision_slug).certificate_months)


def standing_of(recognition: Recognition, day: datetime.date | None = None) -> Standing:
    """What the recognition is worth on a day, today by default."""
    day = day or today()
    if recognition.revoked_on and recognition.revoked_on <= day:
        return Standing.REVOKED
    if recognition.valid_until is None:
        return Standing.UNDATED
    return Standing.EXPIRED if recognition.valid_until < day else Standing.CERTIFIED


@dataclass(frozen=True)
class RenewalWindow:
    """The days between which the file for rating a product anew is handed in, both included."""

    opens: datetime.date
    closes: datetime.date
    law: str  # the Decision that sets it

    def is_open_on(self, day: datetime.date) -> bool:
        return self.opens <= day <= self.closes


def renewal_window(recognition: Recognition) -> RenewalWindow | None:
    """When to ask for a new rating before this certificate expires; None where no Decision says.

    The Decision that is in force when the window opens sets it, not the one of the certificate.
    """
    if recognition.valid_until is None or recognition.revoked_on:
        return None
    for decision in reversed(law.decisions()):
        for item in decision.calendar:
            if item.days_before_from is None or item.days_before_to is None:
                continue
            opens = recognition.valid_until - datetime.timedelta(days=item.days_before_from)
            closes = recognition.valid_until - datetime.timedelta(days=item.days_before_to)
            if decision.in_force_on(opens):
                return RenewalWindow(opens, closes, decision.number)
    return None


def revocation_days(level: str, concluded_on: datetime.date) -> int | None:
    """Within how many days of the conclusion this level revokes; None where no Decision says."""
    for decision in reversed(law.decisions()):
        for item in decision.calendar:
            if (
                item.code.startswith(REVOCATION)
                and item.level == level
                and item.days
                and decision.in_force_on(concluded_on)
            ):
                return item.days
    return None


def late_revocation(recognition: Recognition) -> str:
    """What is to be told of a revocation that came later than the Decision wants; else empty."""
    concluded_on, revoked_on = recognition.concluded_on, recognition.revoked_on
    days = revocation_days(recognition.level, concluded_on) if concluded_on else None
    if days is None or revoked_on <= concluded_on + datetime.timedelta(days=days):
        return ""
    return str(
        _("Thu hồi sau ngày kết luận %(took)d ngày; Quyết định nêu trong %(days)d ngày.")
        % {"took": (revoked_on - concluded_on).days, "days": days}
    )


def code_remark(recognition: Recognition) -> str:
    """What is unusual about the product code; empty for one of the Decision's form, or for none.

    A code is kept as issued, so this is told and never refused.
    """
    result = recognition.result
    slug = result.candidate.round.decision if result else recognition.product.decision
    decision = law.decision(slug)
    code, pattern = recognition.product_code, decision.product_code_pattern
    if not code or not pattern or re.match(pattern, code):
        return ""
    return str(
        _("Mã sản phẩm %(code)s không theo mẫu mã của %(law)s. Hãy so lại với giấy chứng nhận.")
        % {"code": code, "law": decision.number}
    )


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
    *,
    recognition: Recognition,
    on: datetime.date,
    ground: str,
    concluded_on: datetime.date | None = None,
    by,
) -> Recognition:
    """Revoke with a ground, from a day that is not ahead; the record stays, plainly marked.

    `concluded_on`: the day on which the violation was established, where it is known. The same
    revocation sent twice is recorded once; another one is refused.
    """
    ground = ground.strip()[:300]
    recognition = Recognition.objects.select_for_update().get(pk=recognition.pk)
    if not ground:
        raise ValidationError({"revoked_ground": _("Cần ghi căn cứ thu hồi.")})
    if recognition.decided_on and on < recognition.decided_on:
        raise ValidationError({"revoked_on": _("Ngày thu hồi không thể trước ngày công nhận.")})
    if on > today():
        raise ValidationError({"revoked_on": _("Ngày thu hồi không thể ở phía trước.")})
    if concluded_on and concluded_on > on:
        raise ValidationError({"concluded_on": _("Ngày kết luận không thể sau ngày thu hồi.")})
    if recognition.revoked_on is None:
        recognition.revoked_on, recognition.revoked_ground = on, ground
        recognition.concluded_on = concluded_on
        recognition._history_user = by
        recognition.save()
        publish_recognition(recognition)
    elif (recognition.revoked_on, recognition.revoked_ground) != (on, ground):
        day = recognition.revoked_on.strftime("%d/%m/%Y")
        raise ValidationError(filled(_("Công nhận này đã được ghi thu hồi từ ngày %s."), day))
    return recognition
