"""What the cycle owes, and who owes it: offered to the reminders."""

import datetime
from collections.abc import Iterator
from functools import cache

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from communes.deadlines import Officers, officers_for
from ocop_portal.page_language import filled, spaced
from ocop_portal.reminders import workdays
from ocop_portal.reminders.policy import current_choices
from ocop_portal.reminders.registry import Ask, Deadline, deadline_source, in_chunks

from .board import asked_of, turn_of
from .cycle import DISTRICT
from .models import Entry, PlanTask, Step
from .scope import entries_owed, papers_to_renew

S = Entry.State
ONE_DAY = datetime.timedelta(days=1)


@cache
def waits_for_district(state: str) -> bool:
    """Whether the next move forward is the district's to make."""
    return turn_of(state) == DISTRICT


def _asked_of(rows: QuerySet, ask: Ask, officers: Officers, path: str = "") -> QuerySet:
    """Narrow rows to the units of the people asked for; `path` leads from a row to its entry."""
    if ask.people is None:
        return rows
    commune, district = officers.units_of(ask.people)
    return rows.filter(
        Q(**{f"{path}product__producer__unit__in": commune})
        | Q(**{f"{path}cycle__unit__in": {*district, *ask.units}})
    )


def _who(entry: Entry, officers: Officers) -> dict:
    """Who owes the entry's next move, and who stands above; nobody stands above the district."""
    district = officers.of_district(entry.cycle.unit_id)
    if waits_for_district(entry.state):
        return {"recipients": district, "unit": entry.cycle.unit_id}
    return {
        "recipients": officers.of_commune(entry.product.producer.unit_id),
        "superiors": district,
        "unit": entry.cycle.unit_id,
    }


@deadline_source("cycle-step", label=_("Bước của chu trình năm"))
def steps_owed(ask: Ask) -> Iterator[Deadline]:
    """Entries still in a step whose date falls due, told to the officer whose move it is."""
    officers = officers_for(ask)
    entries = _asked_of(entries_owed().filter(due_on__range=(ask.since, ask.until)), ask, officers)
    for entry in in_chunks(entries.select_related("product__producer", "cycle__unit")):
        due = entry.due_on.strftime("%d/%m/%Y")
        yield Deadline(
            kind="cycle-step",
            key=f"entry:{entry.pk}:step:{entry.step}",
            due_on=entry.due_on,
            title=filled(
                _("%(product)s – bước %(number)s: %(state)s"),
                {"product": entry.product, "number": entry.step, "state": S(entry.state).label},
            ),
            text=filled(
                _("%(asked)s Hạn của bước “%(step)s” là %(due)s."),
                {"asked": asked_of(entry), "step": Step(entry.step).label, "due": due},
            ),
            url=entry.get_absolute_url(),
            **_who(entry, officers),
        )


# What one side has handed over and the other has to answer.
# A returned idea has days of its own: `thread_deadlines.ideas_to_come_back`.
AWAITS_ANSWER = (
    S.IDEA_REGISTERED,
    S.PLAN_RECEIVED,
    S.DOSSIER_SUBMITTED,
    S.PLAN_RETURNED,
)


@deadline_source("answer", label=_("Trả lời giữa xã và cơ quan quản lý"))
def answers_owed(ask: Ask) -> Iterator[Deadline]:
    """What was handed over waits no longer than the district's answer time, in working days."""
    officers = officers_for(ask)
    choices, calendar = current_choices(), workdays.calendar()
    longest = max(
        [choices.choice(0).answer_days, *(c.answer_days for c in choices.choices.values())]
    )
    # No stretch of so many working days is longer: weekends take two days of seven, and no year
    # has more than a month of holidays.
    since = ask.since - ONE_DAY * (2 * longest + 31)
    entries = _asked_of(
        entries_owed().filter(
            state__in=AWAITS_ANSWER,
            state_since__range=(_midnight(since), _midnight(ask.until + ONE_DAY)),
        ),
        ask,
        officers,
    )
    for entry in in_chunks(entries.select_related("product__producer", "cycle__unit")):
        days = choices.choice(entry.cycle.unit_id).answer_days
        handed_over = timezone.localdate(entry.state_since)
        due_on = calendar.after(handed_over, days)
        if not days or not ask.since <= due_on <= ask.until:
            continue
        yield Deadline(
            kind="answer",
            key=f"entry:{entry.pk}:answer:{entry.state}:{handed_over}",
            due_on=due_on,
            title=filled(
                _("%(product)s – chờ trả lời: %(state)s"),
                {"product": entry.product, "state": S(entry.state).label},
            ),
            text=spaced(
                asked_of(entry),
                filled(
                    _("Chuyển đến ngày %(day)s, thời hạn trả lời %(count)d ngày làm việc."),
                    {"day": handed_over.strftime("%d/%m/%Y"), "count": days},
                ),
                calendar.doubt(handed_over, due_on),
            ),
            url=entry.get_absolute_url(),
            **_who(entry, officers),
        )


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


@deadline_source("paper-expiry", label=_("Giấy tờ trong hồ sơ hết giá trị"))
def papers_expiring(ask: Ask) -> Iterator[Deadline]:
    """Papers of a dossier that will have expired when it is judged, unless a newer one is put in."""
    officers = officers_for(ask)
    papers = _asked_of(
        papers_to_renew().filter(valid_until__range=(ask.since, ask.until)),
        ask,
        officers,
        "entry__",
    )
    for paper in in_chunks(papers.select_related("entry__product__producer", "entry__cycle")):
        entry = paper.entry
        names = {item.code: item.name for item in entry.cycle.law.dossier}
        yield Deadline(
            kind="paper-expiry",
            key=f"paper:{paper.pk}:expiry",
            due_on=paper.valid_until,
            title=filled(
                _("%(product)s – giấy tờ hết giá trị: %(paper)s"),
                {"product": entry.product, "paper": names.get(paper.kind, paper.kind)},
            ),
            text=filled(
                _("Giấy có giá trị đến hết %s. Hãy đính kèm bản mới vào hồ sơ trước ngày đó."),
                paper.valid_until.strftime("%d/%m/%Y"),
            ),
            url=entry.get_absolute_url(),
            recipients=officers.of_commune(entry.product.producer.unit_id),
            superiors=officers.of_district(entry.cycle.unit_id),
            unit=entry.cycle.unit_id,
        )


@deadline_source("plan-task", label=_("Việc của kế hoạch"))
def plan_tasks_owed(ask: Ask) -> Iterator[Deadline]:
    """Tasks of a plan that are not done when their day comes, told to the plan's district."""
    tasks = (
        PlanTask.objects.in_force()
        .filter(due_on__range=(ask.since, ask.until), plan__withdrawn_at__isnull=True)
        .exclude(state=PlanTask.State.DONE)
    )
    officers = officers_for(ask)
    if ask.people is not None:
        _commune, district = officers.units_of(ask.people)
        tasks = tasks.filter(plan__unit__in={*district, *ask.units})
    for task in in_chunks(tasks.select_related("plan")):
        yield Deadline(
            kind="plan-task",
            key=f"plan-task:{task.pk}",
            due_on=task.due_on,
            title=filled(
                _("%(plan)s: %(task)s"), {"plan": task.plan, "task": Truncator(task).chars(150)}
            ),
            text=filled(
                _("Việc của kế hoạch chưa xong, hạn %s. Khi đã xong, hãy ghi kết quả."),
                task.due_on.strftime("%d/%m/%Y"),
            ),
            url=task.get_absolute_url(),
            recipients=officers.of_district(task.plan.unit_id),
            unit=task.plan.unit_id,
        )
