"""Officers' pages of the product register and of the yearly cycles."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, OuterRef, Subquery
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from communes.history import entries_of
from communes.scope import OFFICERS, producers_for, units_in_scope
from ocop_portal import law
from ocop_portal.exchange.tables import as_file, wanted_format
from ocop_portal.lawbook import versions
from ocop_portal.navigation import PRODUCTS
from ocop_portal.page_language import filled
from ocop_portal.pages import crumbs, page_of, take_errors

from . import board as boards
from . import catalogue as shelf
from .exchange import PRODUCT_FIELDS
from .files import FileRefused
from .filters import ProductFilter
from .forms import CycleForm, PhotoForm, ProductForm
from .models import Cycle, Entry, Product, ProductPhoto
from .photos import MAX_PHOTOS, add_photo
from .register import remove_photo, save_cycle, save_product
from .scope import cycles_for, entries_for, products_for

officers_only = permission_required("products.list_products", raise_exception=True)


def posted(request):
    """What was sent, also when nothing was filled in; None while a form is only being opened."""
    return request.POST if request.method == "POST" else None


# --- Products ---------------------------------------------------------------------------------


@require_safe
@officers_only
def product_list(request):
    """The products in the officer's scope: search, filters, 20 a page."""
    user = request.user
    wanted = ProductFilter(
        request.GET, units=units_in_scope(user, *OFFICERS), producers=producers_for(user)
    )
    newest = Entry.objects.filter(product=OuterRef("pk")).order_by("-cycle__year", "-pk")
    found = (
        wanted.apply(products_for(user))
        .select_related("producer__unit")
        .annotate(
            last_year=Subquery(newest.values("cycle__year")[:1]),
            last_state=Subquery(newest.values("state")[:1]),
        )
    )
    if format_ := wanted_format(request):
        return as_file(format_, name="san-pham", fields=PRODUCT_FIELDS, rows=found.iterator())
    page = page_of(request, found)
    labels = dict(Entry.State.choices)
    for row in page.object_list:
        if row.last_state:
            row.state_label = labels[row.last_state]
            row.tone = boards.TONES[row.last_state]
    return render(request, "products/product_list.html", {"filter": wanted, "page_obj": page})


def _find_product(request, pk: int) -> Product:
    return get_object_or_404(products_for(request.user).select_related("producer__unit"), pk=pk)


@require_safe
@officers_only
def product(request, pk: int):
    """One product: facts, photos, entries by year, history."""
    return _product_page(request, _find_product(request, pk))


def _product_page(request, found: Product, photo_form: PhotoForm | None = None):
    summary = versions.summary(found.decision, found.set_number)
    entries = [
        boards.mark(entry, entry.due_on)
        for entry in boards.with_due(found.entries.select_related("cycle__unit")).order_by(
            "-cycle__year"
        )
    ]
    photos = list(found.photos.all())
    return render(
        request,
        "products/product.html",
        {
            "product": found,
            "producer": found.producer,
            "set": summary,
            "law": law.decision(found.decision),
            "entries": entries,
            "open_cycles": _cycles_to_enter(request.user, found, entries),
            "photos": photos,
            "ratings": list(shelf.ratings().filter(product=found, is_current=True)),
            "may_add_photo": len(photos) < MAX_PHOTOS,
            "photo_form": photo_form or PhotoForm(),
            "history": entries_of(found, limit=20),
            "may_recognise": request.user.has_perm("evaluation.add_recognition", found),
            "breadcrumbs": crumbs((PRODUCTS, reverse("products:product_list")), (found.name, "")),
        },
        status=422 if photo_form else 200,
    )


def _cycles_to_enter(user, found: Product, entries: list[Entry]) -> list[Cycle]:
    """The open cycles that the product may still take part in."""
    return list(
        cycles_for(user)
        .filter(
            is_closed=False,
            unit__covers__unit=found.producer.unit_id,
        )
        .exclude(pk__in=[entry.cycle_id for entry in entries])
        .select_related("unit")
        .order_by("-year")
    )


@permission_required("products.add_product", raise_exception=True)
def product_add(request):
    """Enter a product."""
    form = ProductForm(
        posted(request),
        user=request.user,
        initial={"producer": request.GET.get("chu-the")},
    )
    return _edit_product(
        request, form, title=_("Nhập sản phẩm"), cancel_url=reverse("products:product_list")
    )


@officers_only
def product_edit(request, pk: int):
    """Change a product."""
    found = _find_product(request, pk)
    form = ProductForm(posted(request), instance=found, user=request.user)
    return _edit_product(
        request, form, title=_("Sửa sản phẩm"), cancel_url=reverse("products:product", args=[pk])
    )


def _edit_product(request, form: ProductForm, *, title: str, cancel_url: str):
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_product(
                product=form.instance, by=request.user, seen=form.cleaned_data["seen"]
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, filled(_("Đã lưu sản phẩm %s."), saved))
            return redirect(saved)
    return render(
        request,
        "products/product_form.html",
        {
            "form": form,
            "title": title,
            "cancel_url": cancel_url,
            "breadcrumbs": crumbs((PRODUCTS, reverse("products:product_list")), (title, "")),
        },
        status=422 if form.errors else 200,
    )


@require_POST
@officers_only
def photo_add(request, pk: int):
    """Add a photo to a product."""
    found = _find_product(request, pk)
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            add_photo(
                product=found,
                uploaded=form.cleaned_data["image"],
                caption=form.cleaned_data["caption"],
                by=request.user,
            )
        except FileRefused as refused:
            take_errors(form, refused, "image")
        else:
            messages.success(request, _("Đã thêm ảnh."))
            return redirect(f"{found.get_absolute_url()}#anh")
    return _product_page(request, found, form)


@officers_only
def photo_remove(request, pk: int):
    """Ask, then remove a photo."""
    photo = get_object_or_404(ProductPhoto.objects.select_related("product"), pk=pk)
    found = _find_product(request, photo.product_id)
    if request.method == "POST":
        remove_photo(photo=photo, by=request.user)
        messages.success(request, _("Đã gỡ ảnh."))
        return redirect(f"{found.get_absolute_url()}#anh")
    return render(
        request,
        "products/photo_remove.html",
        {
            "photo": photo,
            "product": found,
            "breadcrumbs": crumbs(
                (PRODUCTS, reverse("products:product_list")),
                (found.name, found.get_absolute_url()),
                (_("Gỡ ảnh"), ""),
            ),
        },
    )


# --- Cycles -----------------------------------------------------------------------------------


@require_safe
@officers_only
def cycles(request):
    """The yearly cycles of the officer's units, the newest first."""
    user = request.user
    found = cycles_for(user).select_related("unit").order_by("-year", "unit__search", "pk")
    page = page_of(request, found)
    mine = entries_for(user).exclude(state=Entry.State.WITHDRAWN)
    counts = dict(
        mine.filter(cycle__in=[cycle.pk for cycle in page])
        .order_by()
        .values_list("cycle")
        .annotate(number=Count("pk"))
    )
    for cycle in page:
        cycle.entry_count = counts.get(cycle.pk, 0)
    return render(
        request,
        "products/cycles.html",
        {"page_obj": page, "may_add": user.has_perm("products.add_cycle")},
    )


@permission_required("products.add_cycle", raise_exception=True)
def cycle_add(request):
    """Open a cycle with the dates of its six steps."""
    form = CycleForm(posted(request), user=request.user)
    return _edit_cycle(
        request, form, title=_("Mở chu trình năm"), cancel_url=reverse("products:cycles")
    )


@officers_only
def cycle_edit(request, pk: int):
    """Change a cycle and the dates of its steps."""
    found = get_object_or_404(cycles_for(request.user).select_related("unit"), pk=pk)
    if not request.user.has_perm("products.change_cycle", found):
        raise PermissionDenied
    form = CycleForm(
        posted(request),
        instance=found,
        user=request.user,
        steps=found.steps.all(),
    )
    return _edit_cycle(
        request,
        form,
        title=filled(_("Sửa chu trình năm %s"), found.year),
        cancel_url=found.get_absolute_url(),
        history=_cycle_history(found),
    )


def _cycle_history(found: Cycle) -> list[dict]:
    """Changes to the cycle and to the dates of its steps, the newest first."""
    rows = [*entries_of(found, limit=20)]
    for step in found.steps.all():
        rows += [
            {**row, "what": f"{row['what']}: {step}"}
            for row in entries_of(step, limit=10)
            if row["changes"]
        ]
    return sorted(rows, key=lambda row: row["when"], reverse=True)


def _edit_cycle(request, form: CycleForm, *, title: str, cancel_url: str, history=None):
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_cycle(cycle=form.instance, dates=form.dates, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, filled(_("Đã lưu chu trình năm %s."), saved.year))
            return redirect(saved)
    return render(
        request,
        "products/cycle_form.html",
        {
            "form": form,
            "title": title,
            "cancel_url": cancel_url,
            "history": history,
            "breadcrumbs": crumbs((_("Chu trình năm"), reverse("products:cycles")), (title, "")),
        },
        status=422 if form.errors else 200,
    )
