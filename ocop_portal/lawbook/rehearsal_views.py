"""The rehearsal: anyone tries a product out by a set's criteria. Nothing is kept on the server."""

import unicodedata

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ocop_portal import law
from ocop_portal.page_language import filled
from ocop_portal.pages import crumbs
from ocop_portal.search import MAX_QUERY

from . import reading, rehearsal
from .versions import standing

FRAGMENT_HEADER = "X-Fragment"  # rehearsal.js asks for the result alone
NOT_UNDERSTOOD = 404


@login_not_required
@require_safe
def start(request):
    """Which Decision, which set: by a word of the product, or from the list."""
    typed = unicodedata.normalize("NFC", request.GET.get("q", ""))[:MAX_QUERY]
    return render(request, "lawbook/public/rehearsal_start.html", _start(typed=typed))


@login_not_required
@require_safe
def sheet(request):
    """The sheet with what the address says is filled in, and what it is worth."""
    query = request.META.get("QUERY_STRING", "")
    try:
        found = rehearsal.read(query)
    except (rehearsal.BadSheet, law.LawError) as refused:
        return _refused(request, refused)
    outcome = rehearsal.outcome_of(found, target=_target(query))
    context = {
        "sheet": found,
        "outcome": outcome,
        "decision": law.decision(found.criteria_set.decision),
        "share": request.build_absolute_uri(f"{request.path}?{found.query}"),
    }
    if request.headers.get(FRAGMENT_HEADER):
        response = render(request, "lawbook/public/_rehearsal_result.html", context)
    else:
        response = render(
            request, "lawbook/public/rehearsal.html", {**context, **_form(found, outcome)}
        )
    patch_vary_headers(response, [FRAGMENT_HEADER])
    return response


@login_not_required
@require_safe
def report(request):
    """The sheet as a self-assessment report to print and sign."""
    try:
        found = rehearsal.read(request.META.get("QUERY_STRING", ""))
    except (rehearsal.BadSheet, law.LawError) as refused:
        return _refused(request, refused)
    outcome = rehearsal.outcome_of(found)
    decision = law.decision(found.criteria_set.decision)
    return render(
        request,
        "lawbook/public/rehearsal_report.html",
        {
            "sheet": found,
            "outcome": outcome,
            "decision": decision,
            "form_name": rehearsal.form_name(decision),
            "standing": standing(found.criteria_set),
            "parts": rehearsal.report_of(found, outcome),
        },
    )


def _target(query: str) -> int | None:
    said = rehearsal.value_of(query, rehearsal.TARGET)
    return int(said) if said in {"1", "2", "3", "4", "5"} else None


def _form(found: rehearsal.SheetRead, outcome: rehearsal.Outcome) -> dict:
    """What only the whole page needs: the set in printed order, with what was answered."""
    return {
        "standing": standing(found.criteria_set),
        "version": rehearsal.version_of(found.criteria_set),
        "form": rehearsal.form_of(found, outcome),
        "breadcrumbs": crumbs(
            (_("Tự đánh giá"), reverse("lawbook:rehearsal_start")),
            (filled(_("Bộ %d"), found.criteria_set.number), ""),
        ),
    }


def _start(*, typed: str = "", faults=()) -> dict:
    today = timezone.localdate()
    return {
        "typed": typed,
        "faults": faults,
        "likely": reading.sets_for(typed, day=today),
        "shelf": [
            (one, reading.when(one, today), reading.branches_of(one))
            for one in sorted(
                law.decisions(),
                key=lambda one: (one.in_force_on(today), one.in_force_from),
                reverse=True,
            )
        ],
    }


def _refused(request, refused: Exception):
    """The choice of sets, with the reason why the address leads to none."""
    faults = getattr(refused, "faults", None) or [rehearsal.Fault("law", str(refused))]
    return render(
        request,
        "lawbook/public/rehearsal_start.html",
        _start(faults=faults),
        status=NOT_UNDERSTOOD,
    )
