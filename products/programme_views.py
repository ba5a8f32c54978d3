"""The programme for everyone: the six steps, the plan's work, the days, what is kept of visitors."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from communes.models import today
from ocop_portal.pages import crumbs
from ocop_portal.reminders.newsletter import CONFIRM_WITHIN

from . import handing_in
from .models import Plan, Step

DAYS_ON_PROGRAMME = 3


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
            "steps": [(step, handing_in.ASKS[step]) for step in Step],
            "days": handing_in.ahead()[:DAYS_ON_PROGRAMME],
            "plans": plans,
            "breadcrumbs": crumbs((_("Chương trình"), "")),
        },
    )


@login_not_required
@require_safe
def days(request):
    """What producers must hand in and by when: the next day first, then what has just passed."""
    found = handing_in.days(since=today() - handing_in.BACK)
    return render(
        request,
        "public/days.html",
        {
            "days": [day for day in found if day.days_left >= 0],
            "over": [day for day in reversed(found) if day.days_left < 0],
            "breadcrumbs": crumbs(
                (_("Chương trình"), reverse("products:programme")), (_("Lịch nộp hồ sơ"), "")
            ),
        },
    )


@login_not_required
@require_safe
def calendar(request):
    """The days for a telephone's calendar."""
    response = HttpResponse(handing_in.calendar(), content_type="text/calendar; charset=utf-8")
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
            "confirm_days": CONFIRM_WITHIN.days,
            "session_hours": settings.SESSION_COOKIE_AGE // 3600,
            "breadcrumbs": crumbs((_("Dữ liệu cá nhân"), "")),
        },
    )
