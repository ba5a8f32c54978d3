"""What officers change in a plan and its tasks. Each change is one transaction with its history."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from communes.keeping import keep, withdraw
from communes.kept_files import keep_file
from ocop_portal.page_language import filled

from .files import Upload
from .models import Plan, PlanTask


@transaction.atomic
def save_plan(
    *, plan: Plan, by, upload: Upload | None = None, seen: datetime.datetime | None = None
) -> Plan:
    """Add a plan, or keep changes to one; `upload` becomes its scan.

    ValidationError as in `keep`, and when the new years leave out a year that has tasks.
    """
    outside = plan.pk and plan.tasks.in_force().exclude(
        year__range=(plan.first_year, plan.last_year)
    )
    if outside and outside.exists():
        years = sorted(set(outside.order_by().values_list("year", flat=True)))
        raise ValidationError(
            {"last_year": filled(_("Kế hoạch đã có việc của năm %s."), ", ".join(map(str, years)))}
        )
    if upload is not None:
        return keep_file(row=plan, upload=upload, under=plan.unit, by=by, seen=seen)
    return keep(row=plan, under=plan.unit, by=by, seen=seen)


@transaction.atomic
def save_task(*, task: PlanTask, by, seen: datetime.datetime | None = None) -> PlanTask:
    """Add a task to its plan, or keep changes to one; a new one comes last in its year.

    ValidationError as in `keep`, when the plan was withdrawn, and when the year is not the plan's.
    """
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=task.plan_id)
    if plan.withdrawn_at:
        raise ValidationError(_("Kế hoạch đã được rút, không sửa việc được nữa."))
    if task.year not in plan.years:
        raise ValidationError(
            {"year": filled(_("Kế hoạch chỉ gồm các năm %s."), plan.span)},
        )
    if task.pk is None and not task.position:
        last = plan.tasks.filter(year=task.year).aggregate(last=Max("position"))["last"]
        task.position = (last or 0) + 1
    return keep(row=task, under=plan, by=by, seen=seen)


def withdraw_plan(*, plan: Plan, by, reason: str) -> Plan:
    """Withdraw a plan; its tasks stay readable with it and are owed no more."""
    return withdraw(row=plan, by=by, reason=reason)


def withdraw_task(*, task: PlanTask, by, reason: str) -> PlanTask:
    """Withdraw a task from its plan."""
    return withdraw(row=task, by=by, reason=reason)
