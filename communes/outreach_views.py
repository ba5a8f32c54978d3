"""Officers' pages of step 1: outreach events, their papers, the coverage of communes."""

from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Sum
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ocop_portal.exchange.tables import Field, as_file, wanted_format
from ocop_portal.pages import crumbs, page_of
from ocop_portal.portal_words import portal_words

from . import scope
from .history import entries_of
from .keeping_forms import WithdrawForm
from .keeping_views import edit_page, posted, withdraw_page
from .kept_files_views import FileTopic
from .models import OutreachEvent, OutreachFile
from .outreach import (
    attach_file,
    coverage,
    last_year_of,
    save_event,
    with_units,
    withdraw_event,
)
from .outreach_forms import OutreachFilter, OutreachForm, years

officers_only = permission_required("communes.list_outreach", raise_exception=True)

EVENT_FIELDS = (
    Field(_("Đơn vị"), lambda row: row.unit.dated_name, 24),
    Field(_("Mã đơn vị"), lambda row: row.unit.code, 12),
    Field(_("Hình thức"), lambda row: str(portal_words(row.kind)), 20),
    Field(_("Nội dung"), lambda row: row.title, 50),
    Field(_("Ngày"), lambda row: row.held_on, 12),
    Field(_("Đến hết ngày"), lambda row: row.ends_on, 12),
    Field(_("Địa điểm"), lambda row: row.place, 26),
    Field(_("Đối tượng"), lambda row: row.audience, 26),
    Field(_("Số người dự"), lambda row: row.people, 12),
    Field(_("Trong đó nữ"), lambda row: row.women, 12),
    Field(_("Ghi chú"), lambda row: row.note, 40),
    Field(_("Đã rút"), lambda row: row.withdrawn_reason, 24),
)
COVERAGE_FIELDS = (
    Field(
        _("Xã, thị trấn"),
        lambda row: row.unit.dated_name if row.unit else _("Không gắn với một xã"),
        30,
    ),
    Field(_("Mã đơn vị"), lambda row: row.unit.code if row.unit else "", 12),
    Field(_("Số buổi"), lambda row: row.events, 12),
    Field(_("Số người dự"), lambda row: row.people, 12),
    Field(_("Trong đó nữ"), lambda row: row.women, 12),
    Field(_("Buổi gần nhất"), lambda row: row.last, 14),
)


def _crumbs(*more: tuple[str, str]) -> list[dict]:
    return crumbs((_("Tuyên truyền"), reverse("communes:outreach")), *more)


@require_safe
@officers_only
def events(request):
    """The events of the officer's units, the latest first: search, filters, file."""
    mine = scope.outreach_for(request.user)
    wanted = OutreachFilter(
        request.GET, units=scope.units_in_scope(request.user, *scope.OFFICERS), events=mine
    )
    found = wanted.apply(mine).select_related("unit").order_by("-held_on", "-pk")
    if format_ := wanted_format(request):
        return as_file(format_, name="tuyen-truyen", fields=EVENT_FIELDS, rows=found.iterator())
    page = page_of(request, found)
    files = dict(
        OutreachFile.objects.in_force()
        .filter(event__in=[row.pk for row in page])
        .order_by()
        .values_list("event")
        .annotate(number=Count("pk"))
    )
    for row in page:
        row.file_count = files.get(row.pk, 0)
    sums = found.order_by().aggregate(people=Sum("people"), women=Sum("women"))
    return render(
        request,
        "communes/outreach/events.html",
        {"filter": wanted, "page_obj": page, "sums": sums},
    )


@require_safe
@officers_only
def covered(request):
    """Which communes of a year were reached, those that were not first."""
    choices = years()
    asked = request.GET.get("nam", "")
    as_of_today = request.GET.get("theo") == "hien-nay"
    units = scope.units_in_scope(request.user, *scope.OFFICERS)
    year = int(asked) if asked.isdigit() and int(asked) in choices else last_year_of(units)
    events = scope.outreach_for(request.user)
    found = coverage(year=year, units=units, events=events, as_of_today=as_of_today)
    if format_ := wanted_format(request):
        return as_file(
            format_, name=f"do-phu-{year}", fields=COVERAGE_FIELDS, rows=with_units(found.rows[:])
        )
    page = page_of(request, found.rows, per_page=50)
    with_units(page.object_list)
    return render(
        request,
        "communes/outreach/coverage.html",
        {
            "year": year,
            "years": choices,
            "as_of_today": as_of_today,
            "coverage": found,
            "reached": found.communes - found.without,
            "page_obj": page,
            "breadcrumbs": _crumbs((_("Độ phủ các xã"), "")),
        },
    )


def _find(request, pk: int) -> OutreachEvent:
    return get_object_or_404(
        scope.outreach_for(request.user).select_related("unit", "withdrawn_by"), pk=pk
    )


@require_safe
@officers_only
def event(request, pk: int):
    """One event: facts, papers and photos, history."""
    found = _find(request, pk)
    files = list(found.files.select_related("withdrawn_by"))
    return render(
        request,
        "communes/outreach/event.html",
        {
            "event": found,
            "files": [row for row in files if not row.withdrawn_at],
            "withdrawn_files": [row for row in files if row.withdrawn_at],
            "may_change": found.withdrawn_at is None,
            "history": entries_of(found),
            "breadcrumbs": _crumbs((found.title, "")),
        },
    )


@officers_only
def event_add(request):
    """Enter an event."""
    form = OutreachForm(
        posted(request), user=request.user, initial={"unit": request.GET.get("don-vi")}
    )
    return _edit(request, form, title=_("Ghi buổi tuyên truyền"), back=reverse("communes:outreach"))


@officers_only
def event_edit(request, pk: int):
    """Change an event."""
    found = _find(request, pk)
    form = OutreachForm(posted(request), instance=found, user=request.user)
    return _edit(request, form, title=_("Sửa buổi tuyên truyền"), back=found.get_absolute_url())


def _edit(request, form: OutreachForm, *, title: str, back: str):
    def save():
        return save_event(event=form.instance, by=request.user, seen=form.cleaned_data["seen"])

    return edit_page(request, form, save, title=title, back=back, path=_crumbs((title, "")))


@officers_only
def event_withdraw(request, pk: int):
    """Ask why, then withdraw an event."""
    found = _find(request, pk)
    form = WithdrawForm(posted(request))
    return withdraw_page(
        request,
        form,
        lambda: withdraw_event(event=found, by=request.user, reason=form.cleaned_data["reason"]),
        title=_("Rút buổi tuyên truyền"),
        lead=found,
        back=found.get_absolute_url(),
        path=_crumbs((found.title, found.get_absolute_url()), (_("Rút"), "")),
    )


FILES = FileTopic(
    of="event",
    opens="communes.list_outreach",
    rows=scope.outreach_for,
    files=lambda user: OutreachFile.objects.filter(event__in=scope.outreach_for(user)),
    may_change=lambda user, _changed, event: user.has_perm("communes.change_outreach", event),
    path=lambda event: _crumbs((event.title, event.get_absolute_url())),
    add_title=_("Thêm giấy tờ, ảnh"),
    withdraw_title=_("Rút giấy tờ, ảnh"),
    attach=attach_file,
)
