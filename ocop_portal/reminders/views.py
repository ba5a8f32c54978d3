"""A person's own notices, who will be told what, the office's rules, and the engine room."""

import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ocop_portal.page_language import filled
from ocop_portal.pages import REFUSED, crumbs, page_of, take_errors

from . import outbox, policy, tasks, workdays
from .channels import channels
from .feed import make_feed, own_calendar, revoke_feed
from .forecast import DAYS, MOST, by_day, forecast
from .forms import ChoiceForm, HolidayForm, PreferenceForm, RuleForm
from .models import EVERYWHERE, BadAddress, Choice, Delivery, Feed, Holiday, Message, Rule, Scan
from .offices import Office, offices_of
from .preferences import preference_of, set_preference
from .registry import day_word, sources
from .scan import last_scan, policy_now

INBOX = "reminders:inbox"


def _crumbs(*steps):
    return crumbs((_("Nhắc việc"), reverse(INBOX)), *steps)


# --- One's own --------------------------------------------------------------------------------


def inbox(request):
    """The notices of the person signed in: unread ones first, then the newest."""
    notices = request.user.notices.order_by(
        F("read_at").asc(nulls_first=True), "-created_at", "-pk"
    )
    page = page_of(request, notices)
    for notice in page:
        notice.day_word = day_word(notice.kind)
    return render(
        request,
        "reminders/inbox.html",
        {"page": page, "refused": BadAddress.objects.filter(address=request.user.email).first()},
    )


@require_POST
def open_notice(request, pk: int):
    """Mark a notice as read and go to what it is about."""
    notice = get_object_or_404(request.user.notices, pk=pk)
    if notice.read_at is None:
        notice.read_at = timezone.now()
        notice.save(update_fields=["read_at"])
    # The path was written by the portal itself, never by a visitor.
    return redirect(notice.url or INBOX)


@require_POST
def read_all(request):
    """Mark every notice as read."""
    request.user.notices.filter(read_at__isnull=True).update(read_at=timezone.now())
    return redirect(INBOX)


def preferences(request):
    """Channels, digest, and the private link to one's own calendar."""
    now = preference_of(request.user)
    form = PreferenceForm(
        request.POST or None, initial={"channels": now.channels, "daily": "1" if now.daily else "0"}
    )
    if request.method == "POST" and form.is_valid():
        set_preference(user=request.user, **form.cleaned_data)
        messages.success(request, _("Đã lưu cách nhận nhắc việc."))
        return redirect("own_reminders:preferences")
    reached = [
        {"label": way.label, "value": way.address_of(request.user)} for way in channels().values()
    ]
    feed = Feed.objects.filter(user=request.user).first()
    return render(
        request,
        "reminders/preferences.html",
        {
            "form": form,
            "reached": reached,
            "feed": feed,
            "feed_link": settings.SITE_URL + feed.get_absolute_url() if feed else "",
            "refused": BadAddress.objects.filter(address=request.user.email).first(),
        },
        status=REFUSED if form.is_bound else 200,
    )


@require_POST
def feed_make(request):
    """Make a private link, or another in place of the one that became known."""
    make_feed(user=request.user)
    messages.success(
        request, _("Đã tạo liên kết lịch riêng. Liên kết cũ (nếu có) không còn dùng được.")
    )
    return redirect("own_reminders:preferences")


@require_POST
def feed_revoke(request):
    """Take the private link away."""
    revoke_feed(user=request.user)
    messages.success(request, _("Đã hủy liên kết lịch riêng."))
    return redirect("own_reminders:preferences")


@login_not_required
@never_cache
@require_safe
def feed(request, token: str):
    """The calendar behind a private link: whoever has the link may read it, nobody else."""
    found = get_object_or_404(
        Feed.objects.select_related("user"), token=token, user__is_active=True
    )
    Feed.objects.filter(pk=found.pk).update(read_at=timezone.now())
    response = HttpResponse(own_calendar(found.user), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="han-viec.ics"'
    response["X-Robots-Tag"] = "noindex"
    return response


# --- Who will be told what ----------------------------------------------------------------------


def preview(request):
    """The next 14 days: what one is told oneself, and what the units that one looks after are told."""
    operates = request.user.has_perm("reminders.operate")
    offices = offices_of(request.user)
    units = None if operates else frozenset(office.unit for office in offices)
    found = forecast(user=request.user, units=units)
    page = page_of(request, found.tellings, per_page=50)
    labels = {source.kind: source.label for source in sources()}
    return render(
        request,
        "reminders/preview.html",
        {
            "page": page,
            "days": by_day(list(page)),
            "count": DAYS,
            "labels": labels,
            "failed": [labels[kind] for kind in found.errors],
            "cut_at": MOST if found.is_cut else 0,
            "looks_after": operates or bool(offices),
            "today": timezone.localdate(),
            "breadcrumbs": _crumbs((_("Sắp nhắc"), "")),
        },
    )


# --- The office's rules -------------------------------------------------------------------------

keeps_rules = permission_required("reminders.keep_rules", raise_exception=True)


def _arranged_by(user) -> list[Office]:
    """The units whose rules this person sets; the whole portal first."""
    found = offices_of(user)
    if user.has_perm("reminders.arrange", EVERYWHERE):
        found.insert(0, Office(EVERYWHERE, _("Toàn cổng thông tin")))
    return found


def _office(user, unit: int) -> Office:
    office = next((o for o in _arranged_by(user) if o.unit == unit), None)
    if office is None or not user.has_perm("reminders.arrange", unit):
        raise Http404
    return office


@keeps_rules
def rules(request):
    """When each kind of deadline is told, in every unit whose rules this person sets."""
    now = policy_now()
    offices = [
        {
            "office": office,
            "choice": now.choice(office.unit),
            "kinds": [
                {
                    "source": source,
                    "timing": now.timing(source.kind, office.unit),
                    "own": (office.unit, source.kind) in now.rules,
                }
                for source in sources()
            ],
        }
        for office in _arranged_by(request.user)
    ]
    return render(
        request,
        "reminders/rules.html",
        {"offices": offices, "breadcrumbs": _crumbs((_("Quy định nhắc"), ""))},
    )


def _source_or_404(kind: str):
    source = next((source for source in sources() if source.kind == kind), None)
    if source is None:
        raise Http404
    return source


@keeps_rules
def rule_edit(request, unit: int, kind: str):
    """When one kind of deadline is told in one unit."""
    office, source = _office(request.user, unit), _source_or_404(kind)
    now = policy_now().timing(kind, unit)
    rule = Rule.objects.filter(unit=unit, kind=kind).first()
    initial = {
        "before": ", ".join(map(str, now.before)),
        "late_every": now.late_every,
        "late_for": now.late_for,
        "escalate_after": now.escalate_after,
    }
    form = RuleForm(request.POST or None, instance=Rule(unit=unit, kind=kind), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            policy.set_rule(unit=unit, kind=kind, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, filled(_("Đã lưu quy định nhắc “%s”."), source.label))
            return redirect("reminders:rules")
    return render(
        request,
        "reminders/rule_form.html",
        {
            "form": form,
            "title": source.label,
            "lead": office.name,
            "office": office,
            "source": source,
            "rule": rule,
            "entries": _changes(Rule.history.filter(unit=unit, kind=kind), RuleForm.Meta.fields),
            "cancel_url": _rules_url(),
            "breadcrumbs": _crumbs((_("Quy định nhắc"), _rules_url()), (source.label, "")),
        },
        status=REFUSED if form.is_bound else 200,
    )


@keeps_rules
@require_POST
def rule_clear(request, unit: int, kind: str):
    """Let the portal's rule hold in this unit again."""
    _office(request.user, unit)
    policy.clear_rule(unit=unit, kind=_source_or_404(kind).kind, by=request.user)
    messages.success(request, _("Đã trở lại quy định chung."))
    return redirect("reminders:rules")


@keeps_rules
def choice_edit(request, unit: int):
    """A unit's quiet hours and answer times."""
    office = _office(request.user, unit)
    now = policy_now().choice(unit)
    initial = {name: getattr(now, name) for name in ChoiceForm.Meta.fields}
    form = ChoiceForm(request.POST or None, instance=Choice(unit=unit), initial=initial)
    if request.method == "POST" and form.is_valid():
        policy.set_choice(unit=unit, by=request.user, **form.cleaned_data)
        messages.success(request, _("Đã lưu giờ gửi và thời hạn trả lời."))
        return redirect("reminders:rules")
    return render(
        request,
        "reminders/choice_form.html",
        {
            "form": form,
            "title": _("Giờ gửi và thời hạn trả lời"),
            "lead": office.name,
            "entries": _changes(Choice.history.filter(unit=unit), ChoiceForm.Meta.fields),
            "cancel_url": _rules_url(),
            "breadcrumbs": _crumbs((_("Quy định nhắc"), _rules_url()), (office.name, "")),
        },
        status=REFUSED if form.is_bound else 200,
    )


def _rules_url() -> str:
    return reverse("reminders:rules")


def _changes(records, fields) -> list[dict]:
    """What happened to a rule, newest first, as `components/history.html` shows it."""
    rows, before = [], None
    for record in records.select_related("history_user").order_by("history_date", "history_id"):
        if record.history_type == "-":
            what, changes, now = _("Bỏ quy định riêng"), [], None
        else:
            now = {name: _said(getattr(record, name)) for name in fields}
            old = before or {}
            what = _("Sửa") if before else _("Đặt quy định riêng")
            changes = [
                {
                    "field": record.instance_type._meta.get_field(name).verbose_name,
                    "old": old.get(name, ""),
                    "new": value,
                }
                for name, value in now.items()
                if old.get(name) != value
            ]
        rows.append(
            {
                "when": record.history_date,
                "who": record.history_user,
                "what": what,
                "changes": changes,
            }
        )
        before = now
    return rows[::-1]


def _said(value) -> str:
    return value.strftime("%H:%M") if isinstance(value, datetime.time) else str(value)


# --- Holidays -----------------------------------------------------------------------------------

keeps_holidays = permission_required("reminders.keep_holidays", raise_exception=True)


@keeps_holidays
def holidays(request):
    """The days off of a year, what is not entered yet, and a form to enter a day."""
    today = timezone.localdate()
    asked = request.GET.get("nam", "")
    year = int(asked) if asked.isdecimal() and 2000 <= int(asked) <= 2100 else today.year
    form = HolidayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row = workdays.set_holiday(by=request.user, **form.cleaned_data)
        messages.success(request, filled(_("Đã ghi ngày %s."), row.day.strftime("%d/%m/%Y")))
        return redirect(f"{request.path}?nam={row.day.year}")
    known = workdays.calendar()
    years = sorted({*(day.year for day in known.days), today.year, today.year + 1})
    return render(
        request,
        "reminders/holidays.html",
        {
            "form": form,
            "year": year,
            "years": [{"year": each, "missing": bool(known.missing(each))} for each in years],
            "missing": known.missing(year),
            "rows": Holiday.objects.filter(day__year=year),
            "breadcrumbs": _crumbs((_("Ngày nghỉ"), "")),
        },
        status=REFUSED if form.is_bound else 200,
    )


@keeps_holidays
@require_POST
def holiday_remove(request, pk: int):
    """Take a day out of the calendar."""
    row = Holiday.objects.filter(pk=pk).first()
    workdays.remove_holiday(pk=pk, by=request.user)
    messages.success(request, _("Đã bỏ ngày này khỏi lịch nghỉ."))
    year = f"?nam={row.day.year}" if row else ""
    return redirect(_holidays_url() + year)


def _holidays_url() -> str:
    return reverse("reminders:holidays")


# --- The engine room ----------------------------------------------------------------------------

operates = permission_required("reminders.operate", raise_exception=True)
S = Message.State


@operates
def operations(request):
    """Whether scans run and messages leave: the last scan, the backlog, what failed and why."""
    now = timezone.now()
    counts = Message.objects.aggregate(
        waiting=Count("pk", filter=Q(state__in=[S.PENDING, S.SENDING])),
        retrying=Count("pk", filter=Q(state=S.PENDING, tries__gt=0)),
        failed=Count("pk", filter=Q(state=S.FAILED)),
        sent=Count("pk", filter=Q(state=S.SENT, sent_at__gt=now - datetime.timedelta(days=1))),
    )
    period = datetime.timedelta(minutes=settings.REMINDER_SCAN_MINUTES)
    last = last_scan()
    labels = {source.kind: source.label for source in sources()}
    troubled = Message.objects.filter(Q(state=S.FAILED) | Q(state=S.PENDING, tries__gt=0))
    return render(
        request,
        "reminders/operations.html",
        {
            "last": last,
            "late": last is None or abs(now - last.finished_at) > 2 * period,
            "minutes": settings.REMINDER_SCAN_MINUTES,
            "scans": Scan.objects.all()[:10],
            "errors": [(labels.get(k, k), words) for k, words in last.errors.items()]
            if last
            else [],
            "counts": counts,
            "holidays": workdays.calendar().to_enter(timezone.localdate()),
            "unpacked": Delivery.objects.filter(state=Delivery.State.WAITING).count(),
            "page": page_of(request, troubled.select_related("recipient").order_by("-pk")),
            "bad": BadAddress.objects.all()[:50],
            "limit": settings.MAILS_PER_MINUTE,
            "breadcrumbs": _crumbs((_("Vận hành"), "")),
        },
    )


@operates
@require_POST
def scan_now(request):
    """Ask the worker for a scan."""
    tasks.scan.delay()
    messages.success(
        request, _("Đã yêu cầu quét hạn. Kết quả hiện ở đây khi tiến trình nền làm xong.")
    )
    return redirect("reminders:operations")


@operates
@require_POST
def retry(request):
    """Let everything that was given up be tried anew."""
    count = outbox.retry_failed()
    if count:
        words = ngettext("%d thư được gửi lại.", "%d thư được gửi lại.", count) % count
        messages.success(request, words)
    else:
        messages.info(request, _("Không có thư nào gửi lại được."))
    return redirect("reminders:operations")


@operates
@require_POST
def address_clear(request, pk: int):
    """Trust an address again that was refused."""
    outbox.clear_bad(pk=pk)
    messages.success(request, _("Địa chỉ được dùng lại."))
    return redirect("reminders:operations")
