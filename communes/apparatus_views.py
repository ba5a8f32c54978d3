"""Officers' pages of the apparatus: who manages the programme where, and who is missing."""

from django.contrib.auth.decorators import permission_required
from django.db.models import Case, Count, Value, When
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ocop_portal.page_language import filled
from ocop_portal.pages import KeysFirst, crumbs, page_of

from . import scope
from .apparatus import bodies_of, lacking, save_body, with_gaps, withdraw_body
from .apparatus_forms import ApparatusFilter, SteeringBodyForm
from .history import entries_of
from .keeping_forms import WithdrawForm
from .keeping_views import edit_page, withdraw_page
from .models import SteeringBody, Unit
from .unit_facts import chosen_period, periods

officers_only = permission_required("communes.list_apparatus", raise_exception=True)


def _crumbs(*more: tuple[str, str]) -> list[dict]:
    return crumbs((_("Bộ máy"), reverse("communes:apparatus")), *more)


@require_safe
@officers_only
def apparatus(request):
    """The officer's units in a year or today: what each has of the apparatus, what it lacks."""
    choices = periods()
    period = chosen_period(choices, request.GET.get("nam"))
    wanted = ApparatusFilter(request.GET)
    units = with_gaps(scope.units_in_scope(request.user, *scope.OFFICERS), period.day)
    sums = units.order_by().aggregate(units=Count("pk"), lacking=Count("pk", filter=lacking()))
    # The district stands above its communes.
    first = Case(When(level=Unit.Level.DISTRICT, then=Value(0)), default=Value(1))
    found = wanted.apply(units).order_by(first, "search", "pk")
    # Keys alone: what each unit has is else looked up for all of them, not for those of the page.
    rows = KeysFirst(
        found.values("pk"),
        lambda keys: Unit.objects.filter(pk__in=keys).order_by(first, "search", "pk"),
    )
    page = page_of(request, rows, per_page=50, count=found.count())
    bodies = bodies_of(page.object_list, period.day)
    for unit in page.object_list:
        unit.parts = [
            {"kind": kind, "label": kind.label, "bodies": bodies.get((unit.pk, kind.value), [])}
            for kind in SteeringBody.Kind
        ]
    return render(
        request,
        "communes/apparatus/apparatus.html",
        {
            "filter": wanted,
            "page_obj": page,
            "period": period,
            "periods": choices,
            "kept": {"nam": period.value},
            "kinds": [kind.label for kind in SteeringBody.Kind],
            "sums": sums,
            "complete": sums["units"] - sums["lacking"],
        },
    )


def _find_body(request, pk: int) -> SteeringBody:
    return get_object_or_404(
        scope.steering_bodies_for(request.user).select_related("unit", "withdrawn_by"), pk=pk
    )


@require_safe
@officers_only
def body(request, pk: int):
    """One part of the apparatus: decision, period, history."""
    found = _find_body(request, pk)
    rows = [
        (_("Đơn vị"), found.unit.dated_name),
        (_("Thành phần"), capfirst(found.get_kind_display())),
        (_("Người đứng đầu, chức vụ"), found.head),
        (_("Quyết định số"), found.decision_number),
        (_("Ngày quyết định"), _shown(found.decided_on)),
        (_("Từ ngày"), _shown(found.since)),
        (_("Đến hết ngày"), _shown(found.until)),
        (_("Ghi chú"), found.note),
    ]
    return render(
        request,
        "communes/apparatus/body.html",
        {
            "body": found,
            "facts": [{"label": label, "value": value} for label, value in rows],
            "may_change": found.withdrawn_at is None,
            "history": entries_of(found),
            "breadcrumbs": _crumbs((found.name, "")),
        },
    )


def _shown(day) -> str:
    return day.strftime("%d/%m/%Y") if day else ""


@officers_only
def body_add(request):
    """Enter a part of the apparatus."""
    form = SteeringBodyForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        initial={"unit": request.GET.get("don-vi"), "kind": request.GET.get("loai")},
    )
    return _edit(request, form, title=_("Ghi bộ máy"), back=reverse("communes:apparatus"))


@officers_only
def body_edit(request, pk: int):
    """Change a part of the apparatus, or give it its last day."""
    found = _find_body(request, pk)
    form = SteeringBodyForm(
        request.POST if request.method == "POST" else None, instance=found, user=request.user
    )
    return _edit(request, form, title=_("Sửa bộ máy"), back=found.get_absolute_url())


def _edit(request, form: SteeringBodyForm, *, title: str, back: str):
    def save():
        return save_body(body=form.instance, by=request.user, seen=form.cleaned_data["seen"])

    return edit_page(request, form, save, title=title, back=back, path=_crumbs((title, "")))


@officers_only
def body_withdraw(request, pk: int):
    """Ask why, then withdraw what was entered by mistake."""
    found = _find_body(request, pk)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    return withdraw_page(
        request,
        form,
        lambda: withdraw_body(body=found, by=request.user, reason=form.cleaned_data["reason"]),
        title=filled(_("Rút %s"), found),
        lead=_("Chỉ rút khi ghi nhầm. Nếu đã hết nhiệm vụ, hãy sửa và ghi ngày cuối."),
        back=found.get_absolute_url(),
        path=_crumbs((found.name, found.get_absolute_url()), (_("Rút"), "")),
    )
