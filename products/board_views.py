"""Pages of the board: entries by step, as a table to move several at once, communes by steps."""

from django.contrib import messages
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Value, When
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from communes.models import Unit
from communes.scope import OFFICERS, units_in_scope
from ocop_portal.exchange.tables import Field, as_file, wanted_format
from ocop_portal.page_language import filled
from ocop_portal.pages import KeysFirst, crumbs, page_of

from . import board as boards
from .bulk import MOST, BulkRefused, move_all, moves_for
from .cycle import BY_NAME
from .exchange import ENTRY_FIELDS
from .filters import EntryFilter
from .models import Cycle, Entry, Step
from .reports.registry import day_in
from .scope import cycles_for, entries_for
from .views import officers_only

# What a person filtered by is kept for the next time, on whatever cycle.
KEPT = ("unit", "unit_typed", "step", "state", "late", "xem")
ASKED = "loc"  # sent by the filter form alone: links from elsewhere do not change what is kept
SESSION_KEY = "board-filter"


def _find_cycle(request, pk: int) -> Cycle:
    return get_object_or_404(cycles_for(request.user).select_related("unit"), pk=pk)


@require_safe
@officers_only
def board(request, pk: int):
    """All entries of a cycle by step, or as a table (`?xem=bang`), with what is late.

    Filters sent by the form are remembered and stand again when the board is opened anew.
    """
    if ASKED in request.GET:
        chosen = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
        if request.session.get(SESSION_KEY, {}) != chosen:
            request.session[SESSION_KEY] = chosen
    elif not request.GET and request.session.get(SESSION_KEY):
        return redirect(f"{request.path}?{urlencode(request.session[SESSION_KEY])}")
    return _board_page(request, _find_cycle(request, pk))


def _board_page(request, cycle: Cycle, *, refusals=(), tried: dict | None = None, status=200):
    user = request.user
    mine = entries_for(user).filter(cycle=cycle)
    wanted = EntryFilter(request.GET, entries=mine)
    steps = boards.steps_of(cycle)
    found = wanted.apply(boards.with_due(mine, steps))
    if format_ := wanted_format(request):
        name = f"chu-trinh-{cycle.year}"
        return as_file(format_, name=name, fields=ENTRY_FIELDS, rows=_ordered(found).iterator())
    columns = boards.columns(found, steps)
    as_table = request.GET.get("xem") == "bang" or bool(refusals)
    context = {
        "cycle": cycle,
        "filter": wanted,
        "columns": columns,
        "total": sum(column.count for column in columns),
        "late": sum(column.late for column in columns),
        "withdrawn": mine.filter(state=Entry.State.WITHDRAWN).count(),
        "as_table": as_table,
        "keep": {ASKED: "1"},
        "keep_table": {ASKED: "1", "xem": "bang"},
        "clear_url": f"{request.path}?{ASKED}=1{'&xem=bang' if as_table else ''}",
        "may_edit": user.has_perm("products.change_cycle", cycle),
        "refusals": refusals,
        "tried": tried or {},
        "breadcrumbs": crumbs((_("Chu trình năm"), reverse("products:cycles")), (cycle, "")),
    }
    if as_table:
        rows = KeysFirst(
            _ordered(found).values("pk"),
            lambda keys: _ordered(boards.with_due(Entry.objects.filter(pk__in=keys), steps)),
        )
        page = page_of(request, rows, count=context["total"])
        for entry in page.object_list:
            entry.cycle = cycle
            boards.mark(entry, entry.due_on)
        context["page_obj"] = page
        context["moves"] = moves_for(page.object_list, user)
    else:
        boards.deal_cards(columns, cycle, found)
    return render(request, "products/board.html", context, status=status)


def _ordered(entries):
    """Late ones first, then step by step, who waited longest first."""
    late = Case(When(boards.late_q(), then=Value(0)), default=Value(1), output_field=IntegerField())
    return entries.select_related("product__producer__unit").order_by(
        late, "step", "state_since", "pk"
    )


@require_POST
@officers_only
def entries_move(request, pk: int):
    """Move the ticked entries along one row of the table; the table again where it is refused."""
    cycle = _find_cycle(request, pk)
    row = BY_NAME.get(request.POST.get("move", ""))
    expected = _ticked(request)
    tried = {
        "move": row.name if row else "",
        "reason": request.POST.get("reason", "")[:5_000],
        "entries": set(expected),
    }
    request.GET = request.GET.copy()
    request.GET["xem"] = "bang"
    request.path = cycle.get_absolute_url()  # links of the table shown again lead to the board
    problem = ""
    if not expected:
        problem = _("Chưa chọn sản phẩm nào.")
    elif row is None or not row.actor:
        problem = _("Chưa chọn việc cần làm với các sản phẩm đã chọn.")
    elif len(expected) > MOST:
        problem = filled(_("Mỗi lần chuyển nhiều nhất %d sản phẩm."), MOST)
    if problem:
        messages.error(request, problem)
        return _board_page(request, cycle, tried=tried, status=422)
    entries = list(
        entries_for(request.user)
        .filter(cycle=cycle, pk__in=expected)
        .select_related("cycle", "product__producer__unit")
    )
    if len(entries) < len(expected):
        raise Http404
    try:
        moved = move_all(
            entries=entries,
            expected=expected,
            name=row.name,
            by=request.user,
            reason=tried["reason"],
        )
    except BulkRefused as refused:
        return _board_page(request, cycle, refusals=refused.refusals, tried=tried, status=409)
    messages.success(
        request,
        filled(_("%(told)s: %(count)d sản phẩm."), {"told": row.told, "count": len(moved)}),
    )
    query = request.GET.copy()
    query.pop("page", None)
    return redirect(f"{cycle.get_absolute_url()}?{query.urlencode()}")


def _ticked(request) -> dict[int, str]:
    """Entry → the state that was seen, of the ticked rows ("12:idea_registered")."""
    found = {}
    for value in request.POST.getlist("entry"):
        number, _colon, state = value.partition(":")
        if number.isdecimal() and len(number) < 19 and state in Entry.State:
            found[int(number)] = state
    return found


@require_safe
@officers_only
def matrix(request, pk: int):
    """Communes by steps: how many entries stand where, how many are late; each number is a link."""
    cycle = _find_cycle(request, pk)
    dates = boards.steps_of(cycle)
    mine = boards.with_due(
        entries_for(request.user).filter(cycle=cycle).exclude(state=Entry.State.WITHDRAWN), dates
    )
    steps = [step for step in Step if step != Step.OUTREACH]
    communes = _communes(request.user, cycle, mine)
    if format_ := wanted_format(request):
        rows = _matrix_rows(list(communes), mine, steps, cycle)
        name = f"xa-theo-buoc-{cycle.year}"
        return as_file(format_, name=name, fields=_matrix_fields(steps), rows=rows)
    page = page_of(request, communes, per_page=50)
    totals = boards.columns(mine, dates)[1:]
    return render(
        request,
        "products/matrix.html",
        {
            "cycle": cycle,
            "steps": steps,
            "page_obj": page,
            "rows": _matrix_rows(page.object_list, mine, steps, cycle),
            "totals": totals,
            "total": sum(column.count for column in totals),
            "breadcrumbs": crumbs(
                (_("Chu trình năm"), reverse("products:cycles")),
                (cycle, cycle.get_absolute_url()),
                (_("Xã theo bước"), ""),
            ),
        },
    )


def _communes(user, cycle: Cycle, entries):
    """The communes of the cycle's year, also those without entries, and any unit with entries."""
    there = Unit.objects.on(day_in(cycle.year)).filter(
        level=Unit.Level.COMMUNE, covered_by__holder=cycle.unit_id
    )
    # Entries are looked for under the units that are not there, mostly few: to list the units of
    # all entries takes longer.
    elsewhere = Unit.objects.filter(
        ~Exists(there.filter(pk=OuterRef("pk"))),
        Exists(entries.order_by().filter(product__producer__unit=OuterRef("pk"))),
    )
    return (
        units_in_scope(user, *OFFICERS)
        .filter(Q(pk__in=there.values("pk")) | Q(pk__in=elsewhere.values("pk")))
        .order_by("search", "pk")
    )


def _matrix_rows(units, entries, steps, cycle: Cycle) -> list[dict]:
    """One row a unit: for each step number and late ones, with the way to them; one query."""
    counts = {
        (unit, step): (count, late)
        for unit, step, count, late in entries.filter(
            product__producer__unit__in=[unit.pk for unit in units]
        )
        .order_by()
        .values_list("product__producer__unit", "step")
        .annotate(count=Count("pk"), late=Count("pk", filter=boards.late_q()))
    }
    rows = []
    for unit in units:
        cells = []
        for step in steps:
            count, late = counts.get((unit.pk, step.value), (0, 0))
            query = urlencode({"unit": unit.pk, "step": step.value, "xem": "bang"})
            cells.append(
                {
                    "step": step,
                    "count": count,
                    "late": late,
                    "url": f"{cycle.get_absolute_url()}?{query}",
                }
            )
        rows.append({"unit": unit, "cells": cells, "total": sum(c["count"] for c in cells)})
    return rows


def _matrix_fields(steps) -> list[Field]:
    def number(at: int):
        return lambda row: row["cells"][at]["count"]

    return [
        Field(_("Xã, thị trấn"), lambda row: row["unit"].dated_name, 30),
        *(Field(f"{step.value}. {step.label}", number(at), 16) for at, step in enumerate(steps)),
        Field(_("Cộng"), lambda row: row["total"], 10),
        Field(_("Trễ hạn"), lambda row: sum(cell["late"] for cell in row["cells"]), 10),
    ]
