"""Officers' pages of step 1: outreach events, their papers, the coverage of communes."""

from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Sum
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ocop_portal.exchange.tables import Field, as_file, wanted_format
from ocop_portal.pages import crumbs, page_of
from ocop_portal.uploads import private_response

from . import scope
from .history import entries_of
from .keeping_forms import WithdrawForm
from .keeping_views import edit_page, withdraw_page
from .kept_files_forms import KeptFileForm
from .models import OutreachEvent, OutreachFile
from .outreach import attach_file, coverage, last_year_of, save_event, withdraw_event, withdraw_file
from .outreach_forms import OutreachFilter, OutreachForm, years

officers_only = permission_required("communes.list_outreach", raise_exception=True)

EVENT_FIELDS = (
    Field(gettext_lazy("Đơn vị"), lambda row: row.unit.dated_name, 24),
    Field(gettext_lazy("Mã đơn vị"), lambda row: row.unit.code, 12),
    Field(gettext_lazy("Hình thức"), lambda row: row.kind, 20),
    Field(gettext_lazy("Nội dung"), lambda row: row.title, 50),
    Field(gettext_lazy("Ngày"), lambda row: row.held_on, 12),
    Field(gettext_lazy("Đến hết ngày"), lambda row: row.ends_on, 12),
    Field(gettext_lazy("Địa điểm"), lambda row: row.place, 26),
    Field(gettext_lazy("Đối tượng"), lambda row: row.audience, 26),
    Field(gettext_lazy("Số người dự"), lambda row: row.people, 12),
    Field(gettext_lazy("Trong đó nữ"), lambda row: row.women, 12),
    Field(gettext_lazy("Ghi chú"), lambda row: row.note, 40),
    Field(gettext_lazy("Đã rút"), lambda row: row.withdrawn_reason, 24),
)
COVERAGE_FIELDS = (
    Field(
        gettext_lazy("Xã, thị trấn"),
        lambda row: row.unit.dated_name if row.unit else _("Không gắn với một xã"),
        30,
    ),
    Field(gettext_lazy("Mã đơn vị"), lambda row: row.unit.code if row.unit else "", 12),
    Field(gettext_lazy("Số buổi"), lambda row: row.events, 12),
    Field(gettext_lazy("Số người dự"), lambda row: row.people, 12),
    Field(gettext_lazy("Trong đó nữ"), lambda row: row.women, 12),
    Field(gettext_lazy("Buổi gần nhất"), lambda row: row.last, 14),
)


def _crumbs(*more: tuple[str, str]) -> list[dict]:
    return crumbs((_("Tuyên truyền"), reverse("communes:outreach")), *more)


def _posted(request):
    return request.POST if request.method == "POST" else None


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
    found = coverage(year=year, units=units, as_of_today=as_of_today)
    rows = found.rows + ([found.elsewhere] if found.elsewhere.events else [])
    if format_ := wanted_format(request):
        return as_file(format_, name=f"do-phu-{year}", fields=COVERAGE_FIELDS, rows=rows)
    return render(
        request,
        "communes/outreach/coverage.html",
        {
            "year": year,
            "years": choices,
            "as_of_today": as_of_today,
            "coverage": found,
            "reached": len(found.rows) - found.without,
            "page_obj": page_of(request, rows, per_page=50),
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
        _posted(request), user=request.user, initial={"unit": request.GET.get("don-vi")}
    )
    return _edit(request, form, title=_("Ghi buổi tuyên truyền"), back=reverse("communes:outreach"))


@officers_only
def event_edit(request, pk: int):
    """Change an event."""
    found = _find(request, pk)
    form = OutreachForm(_posted(request), instance=found, user=request.user)
    return _edit(request, form, title=_("Sửa buổi tuyên truyền"), back=found.get_absolute_url())


def _edit(request, form: OutreachForm, *, title: str, back: str):
    def save():
        return save_event(event=form.instance, by=request.user, seen=form.cleaned_data["seen"])

    return edit_page(request, form, save, title=title, back=back, path=_crumbs((title, "")))


@officers_only
def event_withdraw(request, pk: int):
    """Ask why, then withdraw an event."""
    found = _find(request, pk)
    form = WithdrawForm(_posted(request))
    return withdraw_page(
        request,
        form,
        lambda: withdraw_event(event=found, by=request.user, reason=form.cleaned_data["reason"]),
        title=_("Rút buổi tuyên truyền"),
        lead=str(found),
        back=found.get_absolute_url(),
        path=_crumbs((found.title, found.get_absolute_url()), (_("Rút"), "")),
    )


@officers_only
def file_add(request, pk: int):
    """Add a paper or photo to an event."""
    found = _find(request, pk)
    form = KeptFileForm(_posted(request), request.FILES or None)
    title = _("Thêm giấy tờ, ảnh")
    return edit_page(
        request,
        form,
        lambda: attach_file(
            event=found,
            upload=form.upload,
            caption=form.cleaned_data["caption"],
            by=request.user,
        ),
        title=title,
        back=found.get_absolute_url(),
        path=_crumbs((found.title, found.get_absolute_url()), (title, "")),
        multipart=True,
    )


def _find_file(request, pk: int) -> OutreachFile:
    found = get_object_or_404(OutreachFile.objects.select_related("event__unit"), pk=pk)
    if not request.user.has_perm("communes.change_outreach", found.event):
        raise Http404
    return found


@require_safe
@officers_only
def file(request, pk: int):
    """A paper or photo of an event, also of a withdrawn one."""
    found = _find_file(request, pk)
    return private_response(found.file, content_type=found.content_type, name=found.original_name)


@officers_only
def file_withdraw(request, pk: int):
    """Ask why, then withdraw a paper or photo."""
    found = _find_file(request, pk)
    form = WithdrawForm(_posted(request))
    back = found.event.get_absolute_url()
    return withdraw_page(
        request,
        form,
        lambda: withdraw_file(row=found, by=request.user, reason=form.cleaned_data["reason"]),
        title=_("Rút giấy tờ, ảnh"),
        lead=str(found),
        back=back,
        path=_crumbs((found.event.title, back), (_("Rút giấy tờ, ảnh"), "")),
    )
