"""The programme for everyone: the six steps, the plan's work, the days, what is kept of visitors."""

import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from communes.models import today
from ocop_portal.pages import crumbs

from .models import CycleStep, Plan, Step

# What each of the six steps asks of a producer, after Decision 490/QĐ-TTg and the dossier list.
ASKS = {
    Step.OUTREACH: "Nghe giới thiệu chương trình, hỏi cán bộ xã.",
    Step.IDEA: "Nộp phiếu đăng ký ý tưởng sản phẩm.",
    Step.PLAN: "Nộp phương án, kế hoạch sản xuất kinh doanh.",
    Step.IMPLEMENTATION: "Làm theo phương án, giữ giấy tờ minh chứng.",
    Step.EVALUATION: "Nộp hồ sơ và mẫu sản phẩm trước ngày hội đồng họp.",
    Step.PROMOTION: "Tham gia hội chợ, giới thiệu, bán hàng.",
}


def _days():
    """The steps of open cycles that have a date, the next first; what is long over is left out."""
    since = today() - datetime.timedelta(days=30)
    return (
        CycleStep.objects.filter(cycle__is_closed=False, due_on__gte=since)
        .select_related("cycle__unit")
        .order_by("due_on", "pk")[:200]
    )


@login_not_required
@require_safe
def programme(request):
    """What OCOP is, its six steps, the plan's work by year, the days to keep."""
    plans = list(Plan.objects.in_force().select_related("unit").prefetch_related("tasks")[:5])
    for plan in plans:
        tasks = [task for task in plan.tasks.all() if task.withdrawn_at is None]
        plan.by_year = [(year, [t for t in tasks if t.year == year]) for year in plan.years]
    return render(
        request,
        "public/programme.html",
        {
            "steps": [(step, ASKS[step]) for step in Step],
            "days": list(_days()),
            "plans": plans,
            "breadcrumbs": crumbs((_("Chương trình"), "")),
        },
    )


@login_not_required
@require_safe
def calendar(request):
    """The days of the open cycles for a telephone's calendar."""
    found = Calendar()
    found.add("prodid", "-//OCOP//Lich chu trinh//VI")
    found.add("version", "2.0")
    found.add("x-wr-calname", _("Lịch chu trình OCOP"))
    host = settings.SITE_URL.split("//")[-1]
    for step in _days():
        event = Event()
        event.add("uid", f"cycle-step-{step.pk}@{host}")
        event.add("dtstamp", datetime.datetime.combine(today(), datetime.time(), datetime.UTC))
        event.add("dtstart", step.due_on)
        event.add(
            "summary",
            _("Hạn bước %(number)s: %(name)s – %(unit)s %(year)s")
            % {
                "number": step.number,
                "name": step.get_number_display(),
                "unit": step.cycle.unit,
                "year": step.cycle.year,
            },
        )
        event.add("description", ASKS[step.number])
        found.add_component(event)
    response = HttpResponse(found.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="lich-ocop.ics"'
    return response


@login_not_required
@require_safe
def privacy(request):
    """What the portal keeps of those who visit it, and how long."""
    return render(
        request,
        "public/privacy.html",
        {
            "contact_days": settings.FEEDBACK_CONTACT_DAYS,
            "session_hours": settings.SESSION_COOKIE_AGE // 3600,
            "breadcrumbs": crumbs((_("Dữ liệu cá nhân"), "")),
        },
    )
