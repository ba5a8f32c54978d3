"""Pages of units and producers for officers."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from ocop_portal.exchange.tables import as_file, wanted_format
from ocop_portal.navigation import PRODUCERS, UNITS
from ocop_portal.page_language import filled
from ocop_portal.pages import crumbs, page_of
from ocop_portal.search import matching

from . import scope
from .exchange import PRODUCER_FIELDS
from .filters import ProducerFilter
from .forms import ProducerForm, ReasonForm
from .history import entries_of
from .models import Producer, Unit
from .producers import resume_producer, save_producer, stop_producer
from .unit_facts import chosen_period, family_of, periods, producer_counts

officers_only = permission_required("communes.list_producers", raise_exception=True)


# --- Producers --------------------------------------------------------------------------------


@officers_only
def producers(request):
    """The producers in the officer's scope: search, filters, 20 a page."""
    wanted = ProducerFilter(request.GET, units=scope.units_in_scope(request.user, *scope.OFFICERS))
    found = wanted.apply(scope.producers_for(request.user)).select_related("unit")
    if format_ := wanted_format(request):
        return as_file(format_, name="chu-the", fields=PRODUCER_FIELDS, rows=found.iterator())
    page = page_of(request, found)
    # Counted for this page's rows alone: grouping all of them would cost by the size of the list.
    shown = Producer.objects.filter(pk__in=[row.pk for row in page])
    products = dict(shown.order_by().values_list("pk", Count("products")))
    for row in page:
        row.product_count = products[row.pk]
    return render(request, "communes/producers.html", {"filter": wanted, "page_obj": page})


def _find_producer(request, pk: int) -> Producer:
    return get_object_or_404(
        scope.producers_for(request.user).select_related("unit__parent"), pk=pk
    )


def facts_of(producer: Producer) -> tuple[list[dict], list[str]]:
    """What is known of a producer, as rows of label, value, url; and the names of what is not."""
    local = producer.local_workers
    if producer.local_share is not None:
        local = filled(
            _("%(number)d (%(share)d%%)"), {"number": local, "share": producer.local_share}
        )
    registration = producer.registration_number
    if not producer.must_register:
        registration = registration or _("không phải đăng ký")
    rows = [
        (_("Loại hình tổ chức"), capfirst(producer.get_legal_form_display()), ""),
        (_("Mã số thuế"), producer.tax_code, ""),
        (_("Số đăng ký kinh doanh"), registration, ""),
        (_("Xã, thị trấn"), producer.unit.dated_name, producer.unit.get_absolute_url()),
        (_("Địa chỉ"), producer.address, ""),
        (_("Người đại diện"), producer.representative, ""),
        (_("Điện thoại"), producer.phone, ""),
        (_("Thư điện tử"), producer.email, ""),
        (_("Trang mạng"), producer.website, producer.website),
        (_("Số lao động"), producer.workers, ""),
        (_("Trong đó người địa phương"), local, ""),
    ]
    if producer.legal_form == Producer.LegalForm.JOINT_STOCK:
        share = producer.community_share
        rows.append(
            (
                _("Vốn góp của cộng đồng địa phương"),
                share if share is None else f"{number_format(share)}%",
                "",
            )
        )
    known = [row for row in rows if row[1] not in (None, "")]
    if producer.phone or producer.email:
        agreed = _("có") if producer.publish_contact else _("không")
        known.append((_("Công khai điện thoại, thư điện tử"), agreed, ""))
    return (
        [{"label": label, "value": value, "url": url} for label, value, url in known],
        [label.lower() for label, value, _url in rows if value in (None, "")],
    )


@officers_only
def producer(request, pk: int):
    """One producer: facts, products, history."""
    return _producer_page(request, _find_producer(request, pk))


def _producer_page(request, found: Producer, reason_form: ReasonForm | None = None):
    facts, unknown = facts_of(found)
    return render(
        request,
        "communes/producer.html",
        {
            "producer": found,
            "facts": facts,
            "unknown": unknown,
            "products": found.products.all(),
            "history": entries_of(found),
            "reason_form": reason_form or ReasonForm(),
            "breadcrumbs": crumbs((PRODUCERS, reverse("communes:producers")), (found.name, "")),
        },
        status=422 if reason_form else 200,
    )


@permission_required("communes.add_producer", raise_exception=True)
def producer_add(request):
    """Enter a producer."""
    form = ProducerForm(request.POST or None, user=request.user)
    return _edit(request, form, title=_("Nhập chủ thể"), cancel_url=reverse("communes:producers"))


@officers_only
def producer_edit(request, pk: int):
    """Change a producer."""
    found = _find_producer(request, pk)
    form = ProducerForm(request.POST or None, instance=found, user=request.user)
    return _edit(
        request, form, title=_("Sửa chủ thể"), cancel_url=reverse("communes:producer", args=[pk])
    )


def _edit(request, form: ProducerForm, *, title: str, cancel_url: str):
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_producer(
                producer=form.instance, by=request.user, seen=form.cleaned_data["seen"]
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, filled(_("Đã lưu %s."), saved))
            return redirect(saved)
    return render(
        request,
        "communes/producer_form.html",
        {
            "form": form,
            "title": title,
            "cancel_url": cancel_url,
            "breadcrumbs": crumbs((PRODUCERS, reverse("communes:producers")), (title, "")),
        },
        status=422 if form.errors else 200,
    )


@require_POST
@officers_only
def producer_stop(request, pk: int):
    """Mark a producer as no longer working, with a reason."""
    return _switch(request, pk, stop_producer, _("Đã ghi %s ngừng hoạt động."))


@require_POST
@officers_only
def producer_resume(request, pk: int):
    """Mark a producer as working again, with a reason."""
    return _switch(request, pk, resume_producer, _("Đã ghi %s hoạt động trở lại."))


def _switch(request, pk: int, act, told: str):
    found = _find_producer(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _producer_page(request, found, form)
    act(producer=found, by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, filled(told, found))
    return redirect(found)


# --- Units ------------------------------------------------------------------------------------


@officers_only
def units(request):
    """The communes in the officer's scope, as they were in a year or are today."""
    choices = periods(with_all=True)
    period = chosen_period(choices, request.GET.get("nam"))
    found = scope.units_in_scope(request.user, *scope.OFFICERS).filter(level=Unit.Level.COMMUNE)
    if period.day:
        found = found.on(period.day)
    found = matching(found, request.GET.get("q", "")).select_related("parent")
    page = page_of(request, found.order_by("search", "pk"), per_page=50)
    counts = producer_counts(page.object_list)
    for row in page.object_list:
        row.producer_count = counts.get(row.pk, 0)
    return render(
        request,
        "communes/units.html",
        {
            "page_obj": page,
            "period": period,
            "periods": choices,
            "kept": {"nam": period.value},
            "several_parents": len({row.parent_id for row in page}) > 1,
        },
    )


@officers_only
def unit(request, pk: int):
    """One unit: facts, what it was and became, its producers."""
    found = get_object_or_404(Unit.objects.select_related("parent"), pk=pk)
    if not scope.reaches(request.user, pk, *scope.OFFICERS):
        raise Http404
    family = family_of(found)
    successors = [row.successor_id for row in family.successions]
    in_scope = scope.units_in_scope(request.user, *scope.OFFICERS).filter(pk__in=successors)
    return render(
        request,
        "communes/unit.html",
        {
            "unit": found,
            "family": family,
            "successors_in_scope": set(in_scope.values_list("pk", flat=True)),
            "producer_count": producer_counts([found]).get(found.pk, 0),
            "producers_url": f"{reverse('communes:producers')}?unit={pk}",
            "breadcrumbs": crumbs((UNITS, reverse("communes:units")), (found.dated_name, "")),
        },
    )
