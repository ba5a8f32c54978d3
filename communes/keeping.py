"""Keeping and withdrawing rows that nobody deletes (`withdrawable.Withdrawable`)."""

import datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ocop_portal.page_language import filled

from .history import last_change
from .withdrawable import Withdrawable

REASON_LENGTH = 100  # what the history keeps of a reason


@transaction.atomic
def keep(
    *, row: Withdrawable, under: models.Model, by, seen: datetime.datetime | None = None
) -> Withdrawable:
    """Add a row, or keep changes to one; `under` is the row above it, locked meanwhile.

    The lock makes a form that is sent twice come one after the other, so that the model's unique
    constraints refuse the second in words. `seen`: when the row that the officer started from was
    last changed. ValidationError, by field, when the row was withdrawn or changed by another since,
    or does not hold together.
    """
    type(under).objects.select_for_update(of=("self",)).get(pk=under.pk)
    if row.pk:
        current = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
        if current.withdrawn_at:
            raise ValidationError(_("Mục này đã được rút, không sửa được nữa."))
        if seen is not None and current.updated_at != seen:
            raise ValidationError(
                filled(
                    _(
                        "%(who)s đã sửa mục này lúc %(when)s. "
                        "Hãy mở lại trang, xem phần đã sửa rồi nhập tiếp."
                    ),
                    last_change(current),
                )
            )
    row.full_clean()
    row._history_user = by
    row.save()
    return row


@transaction.atomic
def withdraw(*, row: Withdrawable, by, reason: str) -> Withdrawable:
    """Withdraw a row with a reason; it stays readable. Withdrawing twice changes nothing.

    ValidationError without a reason.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": _("Cần ghi lý do rút.")})
    row = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.withdrawn_at is None:
        row.withdrawn_at, row.withdrawn_by = timezone.now(), by
        row.withdrawn_reason = reason[:REASON_LENGTH]
        row._history_user, row._change_reason = by, row.withdrawn_reason
        row.save()
    return row
