"""Pages of the reports."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from communes.models import today
from ocop_portal.exchange.tables import XLSX_TYPE
from ocop_portal.pages import crumbs
from products.views import officers_only

from .drawing import MOST_ON_PAGE, asked_in_words, bars, office_of, paper, shown, workbook
from .forms import ReportForm
from .registry import Table, hold_numbers, report_of, reports

DRAWN = {"xlsx": (workbook, XLSX_TYPE), "pdf": (paper, "application/pdf")}


@require_safe
@officers_only
def report_list(request):
    """The reports there are."""
    return render(request, "products/reports/reports.html", {"reports": reports()})


@require_safe
@officers_only
def report(request, slug: str):
    """One report: what is asked, tables with their charts; as Excel and PDF (`?export=`)."""
    found = report_of(slug)
    if found is None:
        raise Http404
    form = ReportForm(request.GET, report=found)
    ask = form.ask(request.user)
    tables = list(found.make(ask))
    format_ = request.GET.get("export", "")
    if format_ in DRAWN:
        draw, content_type = DRAWN[format_]
        response = HttpResponse(draw(found, ask, tables), content_type=content_type)
        name = f"bao-cao-{slug}-{ask.since}-{ask.until}-{today():%Y-%m-%d}.{format_}"
        response["Content-Disposition"] = content_disposition_header(format_ != "pdf", name)
        response["Cache-Control"] = "private, no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response
    return render(
        request,
        "products/reports/report.html",
        {
            "report": found,
            "form": form,
            "asked": asked_in_words(ask),
            "samples": ask.samples,
            "office": office_of(request.user),
            "tables": [_for_page(table) for table in tables],
            "breadcrumbs": crumbs((_("Báo cáo"), reverse("products:reports")), (found.title, "")),
        },
    )


def _for_page(table: Table) -> dict:
    rows = table.rows[:MOST_ON_PAGE]
    numbers = hold_numbers(rows)
    return {
        "table": table,
        "bars": bars(table),
        "rows": [_row(row, numbers) for row in rows],
        "hidden": max(len(table.rows) - MOST_ON_PAGE, 0),
        "total": [shown(value) for value in table.total or ()],
        "headings": list(zip(table.columns, numbers, strict=False)),
    }


def _row(row, numbers: list[bool]) -> dict:
    cells = [(shown(value), number) for value, number in zip(row.cells, numbers, strict=True)]
    return {"label": row.label, "url": row.url, "cells": cells}
