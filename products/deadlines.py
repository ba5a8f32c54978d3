"""What the cycle owes, and who owes it: offered to the reminders."""

import datetime
from collections import defaultdict

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from communes.models import Role, UnitCover
from ocop_portal.reminders.registry import Deadline, deadline_source

from .board import turn_of
from .cycle import DISTRICT
from .models import CycleStep, Entry, PlanTask


def waits_for_district(state: str) -> bool:
    """Whether the next move forward is the district's to make."""
    return turn_of(state) == DISTRICT


@deadline_source("cycle-step")
def steps_owed(since: datetime.date, until: datetime.date):
    """Entries still in a step whose date falls due, told to the officer whose move it is."""
    steps = CycleStep.objects.filter(
        due_on__range=(since, until), cycle__is_closed=False
    ).select_related("cycle")
    due = {(step.cycle_id, step.number): step for step in steps}
    if not due:
        return
    entries = (
        Entry.objects.filter(cycle__in={cycle for cycle, _number in due})
        .exclude(
            state__in=[Entry.State.WITHDRAWN, Entry.State.IN_EVALUATION, Entry.State.IN_PROMOTION]
        )
        .select_related("product__producer", "cycle")
    )
    officers = _officers()
    for entry in entries:
        step = due.get((entry.cycle_id, entry.step))
        if step is None:
            continue
        if waits_for_district(entry.state):
            kind, unit = Role.Kind.DISTRICT_OFFICER, entry.cycle.unit_id
        else:
            kind, unit = Role.Kind.COMMUNE_OFFICER, entry.product.producer.unit_id
        yield Deadline(
            kind="cycle-step",
            key=f"entry:{entry.pk}:step:{step.number}",
            due_on=step.due_on,
            title=_("%(product)s – bước %(number)s: %(state)s")
            % {
                "product": entry.product,
                "number": step.number,
                "state": entry.get_state_display(),
            },
            text=_("Cần làm xong bước “%(step)s” trước hạn %(due)s.")
            % {
                "step": step.get_number_display(),
                "due": step.due_on.strftime("%d/%m/%Y"),
            },
            url=entry.get_absolute_url(),
            recipients=tuple(sorted(officers[kind].get(unit, ()))),
        )


@deadline_source("plan-task")
def plan_tasks_owed(since: datetime.date, until: datetime.date):
    """Tasks of a plan that are not done when their day comes, told to the plan's district."""
    tasks = list(
        PlanTask.objects.in_force()
        .filter(due_on__range=(since, until), plan__withdrawn_at__isnull=True)
        .exclude(state=PlanTask.State.DONE)
        .select_related("plan")
    )
    if not tasks:
        return
    officers = _officers()[Role.Kind.DISTRICT_OFFICER]
    for task in tasks:
        yield Deadline(
            kind="plan-task",
            key=f"plan-task:{task.pk}",
            due_on=task.due_on,
            title=_("%(plan)s: %(task)s") % {"plan": task.plan, "task": Truncator(task).chars(150)},
            text=_("Việc của kế hoạch chưa xong, hạn %s. Khi đã xong, hãy ghi kết quả.")
            % task.due_on.strftime("%d/%m/%Y"),
            url=task.get_absolute_url(),
            recipients=tuple(sorted(officers.get(task.plan.unit_id, ()))),
        )


def _officers() -> dict[str, dict[int, set[int]]]:
    """Role kind → unit → users whose role of that kind reaches the unit; two queries."""
    roles = list(
        Role.objects.on()
        .filter(
            kind__in=[Role.Kind.DISTRICT_OFFICER, Role.Kind.COMMUNE_OFFICER],
            user__is_active=True,
        )
        .values_list("kind", "unit_id", "user_id")
    )
    covers = defaultdict(set)
    for holder, unit in UnitCover.objects.filter(
        holder__in={unit for _kind, unit, _user in roles}
    ).values_list("holder_id", "unit_id"):
        covers[holder].add(unit)
    found: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for kind, holder, user in roles:
        for unit in covers[holder]:
            found[kind][unit].add(user)
    return found
