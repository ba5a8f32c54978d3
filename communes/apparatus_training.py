"""Training classes, and who was there for which unit."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from .keeping import keep, withdraw
from .models import Attendance, TrainingClass, Unit
from .units import communes_on


def save_training(
    *, training: TrainingClass, by, seen: datetime.datetime | None = None
) -> TrainingClass:
    """Add a class, or keep changes to one; ValidationError as in `keep`."""
    return keep(row=training, under=training.unit, by=by, seen=seen)


def units_at(training: TrainingClass) -> QuerySet[Unit]:
    """The communes of the day of the class: those that could send somebody."""
    return communes_on(training.unit, training.starts_on).order_by("search", "pk")


@transaction.atomic
def save_attendance(*, attendance: Attendance, by) -> Attendance:
    """Add a person to the list of a class.

    ValidationError as in `keep`, and once the class was withdrawn.
    """
    training = TrainingClass.objects.select_for_update(of=("self",)).get(pk=attendance.training_id)
    if training.withdrawn_at:
        raise ValidationError(_("Lớp đã được rút, không ghi thêm người dự được nữa."))
    return keep(row=attendance, under=training, by=by)


def withdraw_training(*, training: TrainingClass, by, reason: str) -> TrainingClass:
    """Withdraw a class; its list stays readable with it."""
    return withdraw(row=training, by=by, reason=reason)


def withdraw_attendance(*, attendance: Attendance, by, reason: str) -> Attendance:
    """Take a person off the list of a class."""
    return withdraw(row=attendance, by=by, reason=reason)
