"""Pages of units for everyone."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from ocop_portal.kept_pages import kept
from ocop_portal.navigation import COMMUNES, PRODUCERS
from ocop_portal.pages import crumbs, page_of
from ocop_portal.search import matching

from .models import Unit
from .sections import figures_of, sections_of
from .unit_facts import (
    chosen_period,
    family_of,
    periods,
    producer_counts,
    producers_in,
    units_below,
    unplaced,
)


@login_not_required
@kept
@require_safe
def public_list(request):
    """The communes of a year, or of today, with how many producers and rated products each has."""
    choices = periods()
    period = chosen_period(choices, request.GET.get("nam"))
    found = Unit.objects.on(period.day).filter(level=Unit.Level.COMMUNE)
    found = matching(found, request.GET.get("q", "")).select_related("parent")
    page = page_of(request, found.order_by("search", "pk"), per_page=50)
    rows = page.object_list
    producers, figures = producer_counts(rows), figures_of(rows)
    for row in rows:
        row.figures = [
            {"label": PRODUCERS, "number": producers.get(row.pk, 0)},
            *({"label": f.label, "number": f.numbers.get(row.pk, 0)} for f in figures),
        ]
    return render(
        request,
        "communes/public_list.html",
        {
            "page_obj": page,
            "period": period,
            "periods": choices,
            "kept": {"nam": period.value},
            "unplaced": unplaced(),
            "several_parents": len({row.parent_id for row in rows}) > 1,
            "labels": [PRODUCERS, *(figure.label for figure in figures)],
        },
    )


@login_not_required
@kept
@require_safe
def public_unit(request, pk: int):
    """A unit: what it was and became, its producers, and what rooms above know of it."""
    unit = get_object_or_404(Unit.objects.select_related("parent"), pk=pk)
    producers = producers_in(unit).select_related("unit")
    page = page_of(request, producers)
    return render(
        request,
        "communes/public_unit.html",
        {
            "unit": unit,
            "family": family_of(unit),
            "page_obj": page,
            "sections": [
                render_to_string(section.template, section.context, request)
                for section in sections_of(unit)
            ],
            "children": units_below(unit),
            "breadcrumbs": crumbs(
                (COMMUNES, reverse("communes:public_list")), (unit.dated_name, "")
            ),
        },
    )
