"""What officers change in fairs, points of sale, contracts, chains and flagship products."""

import datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from communes.keeping import keep, withdraw
from communes.kept_files import keep_file
from communes.withdrawable import Withdrawable

from .files import Upload


def above(row: Withdrawable) -> models.Model:
    """The row that this one hangs on: its fair, chain or flagship product; its product or unit."""
    for name in ("fair", "chain", "flagship", "product", "unit"):
        if hasattr(type(row), name):
            return getattr(row, name)
    raise TypeError(type(row))


@transaction.atomic
def save_promotion(
    *,
    row: Withdrawable,
    by,
    upload: Upload | None = None,
    seen: datetime.datetime | None = None,
) -> Withdrawable:
    """Add a row of these topics, or keep changes to one; `upload` becomes its file.

    ValidationError as in `keep`, and when the fair, chain or flagship product was withdrawn.
    """
    under = above(row)
    # Locked first, so that it is not withdrawn between the look and the writing.
    current = type(under).objects.select_for_update(of=("self",)).get(pk=under.pk)
    if getattr(current, "withdrawn_at", None):
        raise ValidationError(_("Mục này đã được rút, không ghi thêm được nữa."))
    if upload is not None:
        return keep_file(row=row, upload=upload, under=under, by=by, seen=seen)
    return keep(row=row, under=under, by=by, seen=seen)


def withdraw_promotion(*, row: Withdrawable, by, reason: str) -> Withdrawable:
    """Withdraw a row; what hangs on it stays readable with it and is owed no more."""
    return withdraw(row=row, by=by, reason=reason)
