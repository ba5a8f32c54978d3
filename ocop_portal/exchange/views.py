"""Pages of imports. An import is its uploader's; everybody else's is not there."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from ocop_portal.pages import REFUSED, crumbs, page_of, tell_refusal

from . import jobs
from .forms import MapForm, UndoForm, UploadForm
from .models import Import, Row
from .tables import XLSX_TYPE, refused, template

ORDER = (Row.Outcome.REFUSED, Row.Outcome.CHANGED, Row.Outcome.NEW, Row.Outcome.SAME)


def _kinds(user):
    """What the person may import; whoever may nothing has no business here."""
    found = jobs.offered_to(user)
    if not found:
        raise PermissionDenied
    return found


def _find(request, pk: int) -> Import:
    _kinds(request.user)
    return get_object_or_404(Import.objects.filter(by=request.user), pk=pk)


def _download(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "private, no-store"
    return response


def imports(request):
    """Upload a workbook; one's earlier imports."""
    kinds = _kinds(request.user)
    form = UploadForm(request.POST or None, request.FILES or None, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        job = jobs.start_import(upload=form.upload, by=request.user, kind=form.cleaned_data["kind"])
        return redirect(job)
    return render(
        request,
        "exchange/imports.html",
        {
            "form": form,
            "kinds": kinds,
            "page_obj": page_of(request, Import.objects.filter(by=request.user)),
        },
        status=REFUSED if form.errors else 200,
    )


@require_safe
def template_file(request):
    """The empty workbook to fill in."""
    return _download(template(_kinds(request.user)), "mau-nhap-ocop.xlsx")


@require_safe
def import_detail(request, pk: int):
    """Where an import stands: progress, what it would change, what it did."""
    job = _find(request, pk)
    if job.state == Import.State.MAPPING:
        return redirect("exchange:map", pk=pk)
    counts = jobs.counts(job)
    asked = request.GET.get("rows", "")
    shown = asked if asked in counts else next((o for o in ORDER if counts[o]), "")
    rows = job.rows.filter(outcome=shown)
    obstacles = list(job.rows.exclude(in_the_way={}))
    return render(
        request,
        "exchange/progress.html" if request.htmx else "exchange/import.html",
        {
            "job": job,
            "tabs": [
                {"value": o, "label": Row.Outcome(o).label, "count": counts[o], "on": o == shown}
                for o in ORDER
            ],
            "counts": counts,
            "to_write": counts[Row.Outcome.NEW] + counts[Row.Outcome.CHANGED],
            "page_obj": page_of(request, rows),
            "obstacles": obstacles,
            "taken_back": obstacles and job.rows.filter(undone_at__isnull=False).count(),
            "breadcrumbs": crumbs((_("Nhập từ Excel"), reverse("exchange:imports")), (job, "")),
        },
    )


def map_columns(request, pk: int):
    """Match an officer's own columns."""
    job = _find(request, pk)
    if job.state != Import.State.MAPPING:
        return redirect(job)
    forms = [
        MapForm(request.POST or None, asked=asked, prefix=f"s{number}")
        for number, asked in enumerate(job.open_maps)
    ]
    refusal = ""
    checked = [form.is_valid() for form in forms]  # every one of them, to show all errors at once
    if request.method == "POST" and all(checked):
        try:
            jobs.match_columns(job=job, columns=[form.columns for form in forms], by=request.user)
        except jobs.ImportRefused as error:
            refusal = error
        else:
            return redirect(job)
    return render(
        request,
        "exchange/map.html",
        {
            "job": job,
            "forms": forms,
            "refusal": refusal,
            "breadcrumbs": crumbs((_("Nhập từ Excel"), reverse("exchange:imports")), (job, "")),
        },
        status=REFUSED if request.method == "POST" else 200,
    )


@require_POST
def act(request, pk: int, name: str):
    """Confirm or drop."""
    job = _find(request, pk)
    try:
        {"xac-nhan": jobs.confirm, "bo": jobs.drop}[name](job=job, by=request.user)
    except jobs.ImportRefused as refusal:
        tell_refusal(request, refusal)
    return redirect(job)


def take_back(request, pk: int):
    """Show what would be taken back and what keeps it from that; then take it back, with a reason."""
    job = _find(request, pk)
    form = UndoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            jobs.undo(job=job, by=request.user, reason=form.cleaned_data["reason"])
        except jobs.ImportRefused as refusal:
            tell_refusal(request, refusal)
        return redirect(job)
    if job.state != Import.State.DONE:
        return redirect(job)
    title = _("Hoàn tác cả lần nhập")
    return render(
        request,
        "exchange/take_back.html",
        {
            "job": job,
            "form": form,
            "title": title,
            "outlook": jobs.outlook(job),
            "breadcrumbs": crumbs(
                (_("Nhập từ Excel"), reverse("exchange:imports")),
                (job, job.get_absolute_url()),
                (title, ""),
            ),
        },
        status=REFUSED if form.errors else 200,
    )


@require_safe
def refused_file(request, pk: int):
    """The refused rows with their reasons, to be mended and uploaded again."""
    job = _find(request, pk)
    rows = job.rows.filter(outcome=Row.Outcome.REFUSED)
    get_object_or_404(Row.objects.filter(job=job, outcome=Row.Outcome.REFUSED)[:1])
    return _download(refused(job, rows), "dong-khong-nhan.xlsx")
