"""What producers must hand in, and by when: the public calendar, on its page and for telephones.

Rooms above add their own days with `@day_source`, as councils do with their meetings.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from icalendar import Calendar, Event

from communes.models import today
from ocop_portal.text import fold

from .models import CycleStep, PlanTask, Step

# What each of the six steps asks of a producer, after Decision 490/QĐ-TTg and the dossier list.
ASKS = {
    Step.OUTREACH: gettext_lazy("Nghe giới thiệu chương trình, hỏi cán bộ xã."),
    Step.IDEA: gettext_lazy("Nộp phiếu đăng ký ý tưởng sản phẩm."),
    Step.PLAN: gettext_lazy("Nộp phương án, kế hoạch sản xuất kinh doanh."),
    Step.IMPLEMENTATION: gettext_lazy("Làm theo phương án, giữ giấy tờ minh chứng."),
    Step.EVALUATION: gettext_lazy("Nộp hồ sơ và mẫu sản phẩm trước ngày hội đồng họp."),
    Step.PROMOTION: gettext_lazy("Tham gia hội chợ, giới thiệu, bán hàng."),
}
# Those in which a producer hands something in by the step's last day.
HANDED_IN = (Step.IDEA, Step.PLAN, Step.EVALUATION)
# A plan's task is the producers' when it names them among those who do it.
PRODUCERS = "chu the"
BACK = datetime.timedelta(days=30)
MOST = 200


@dataclass(frozen=True)
class Day:
    """One day to keep. `key` is stable for the thing, so that a telephone knows it again."""

    key: str
    on: datetime.date
    title: str
    asked: str  # what to hand in, one sentence
    place: str

    @property
    def days_left(self) -> int:
        """Days from today; 0 on the day itself, negative afterwards."""
        return (self.on - today()).days


Source = Callable[[datetime.date], Iterable[Day]]
_sources: list[Source] = []


def day_source(source: Source) -> Source:
    """Register `source(since)`: the days to keep from `since` on."""
    if source not in _sources:
        _sources.append(source)
    return source


def days(*, since: datetime.date) -> list[Day]:
    """Every day to keep from `since` on, in their order; one query a source."""
    found = [day for source in _sources for day in source(since)]
    return sorted(found, key=lambda day: (day.on, day.key))[:MOST]


def ahead() -> list[Day]:
    """The days to come, today's among them, the next first."""
    return days(since=today())


@day_source
def steps(since: datetime.date) -> Iterator[Day]:
    """The last days of the steps of open cycles in which producers hand something in."""
    rows = CycleStep.objects.filter(cycle__is_closed=False, due_on__gte=since, number__in=HANDED_IN)
    for step in rows.select_related("cycle__unit").order_by("due_on", "pk")[:MOST]:
        yield Day(
            f"cycle-step-{step.pk}",
            step.due_on,
            _("Bước %(number)s: %(name)s")
            % {"number": step.number, "name": step.get_number_display()},
            str(ASKS[step.number]),
            _("%(unit)s, chu trình %(year)s") % {"unit": step.cycle.unit, "year": step.cycle.year},
        )


@day_source
def plan_tasks(since: datetime.date) -> Iterator[Day]:
    """The days of a plan's tasks that name the producers among those who do them."""
    rows = (
        PlanTask.objects.in_force()
        .filter(due_on__gte=since, plan__withdrawn_at__isnull=True)
        .exclude(state=PlanTask.State.DONE)
        .select_related("plan__unit")
        .order_by("due_on", "pk")
    )
    for task in rows[:MOST]:
        if PRODUCERS in fold(f"{task.responsible} {task.cooperating}"):
            yield Day(
                f"plan-task-{task.pk}",
                task.due_on,
                Truncator(task.words).chars(200),
                _("Việc của %(plan)s.") % {"plan": str(task.plan)},
                str(task.plan.unit),
            )


def calendar() -> bytes:
    """The days for a telephone (ICS, RFC 5545), those of the last month too."""
    found = Calendar()
    found.add("prodid", "-//OCOP//Lich nop ho so//VI")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", _("Lịch nộp hồ sơ OCOP"))
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    stamp = datetime.datetime.combine(today(), datetime.time(), datetime.UTC)
    for day in days(since=today() - BACK):
        event = Event()
        event.add("uid", f"{day.key}@{host}")
        event.add("dtstamp", stamp)
        event.add("dtstart", day.on)
        event.add("dtend", day.on + datetime.timedelta(days=1))
        event.add(
            "summary", _("Hạn: %(title)s – %(place)s") % {"title": day.title, "place": day.place}
        )
        event.add("description", day.asked)
        event.add("transp", "TRANSPARENT")
        found.add_component(event)
    return found.to_ical()
