"""Pages for everyone: the portal's first page, the catalogue of rated products, one product."""

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from communes import news
from communes.models import today
from ocop_portal.forms import PortalForm, QuickSelect
from ocop_portal.kept_pages import kept
from ocop_portal.pages import page_of

from . import catalogue as shelf
from . import public_product as public_product_page
from . import roadmap, whole_shelf
from .cards import cards
from .composition import composition_of
from .models import PublicRating
from .promotion_models import stands

NEWEST_ON_HOME = 6
VIEWS = (("", _("Thẻ"), "grid"), ("list", _("Danh sách"), "list"))


class CatalogueFilters(PortalForm):
    """The catalogue's filters: each offers what there is, with the number of products."""

    stars = forms.ChoiceField(label=_("Hạng sao"), required=False, widget=QuickSelect)
    standing = forms.ChoiceField(
        label=_("Tình trạng công nhận"), required=False, widget=QuickSelect
    )
    branch = forms.ChoiceField(label=_("Ngành sản phẩm"), required=False, widget=QuickSelect)
    set = forms.ChoiceField(label=_("Bộ sản phẩm"), required=False, widget=QuickSelect)
    commune = forms.ChoiceField(
        label=_("Xã, thị trấn hiện nay"), required=False, widget=QuickSelect
    )
    then = forms.ChoiceField(
        label=_("Xã, thị trấn trước sáp nhập"), required=False, widget=QuickSelect
    )
    year = forms.ChoiceField(label=_("Năm"), required=False, widget=QuickSelect)
    sort = forms.ChoiceField(label=_("Sắp xếp theo"), required=False, widget=QuickSelect)

    def __init__(self, search: shelf.Wanted, offered: dict[str, list[shelf.Choice]]):
        sort = search.sort or ("" if search.q else "stars")
        super().__init__(initial={**search.filters, "sort": sort})
        for name, choices in offered.items():
            if choices:
                every = ("", _("Tất cả"))
                self.fields[name].choices = [every, *((c.value, str(c)) for c in choices)]
            else:
                del self.fields[name]  # nothing to choose from
        orders = [(key, label) for key, (label, _by) in shelf.ORDERS.items()]
        best = [("", _("Khớp với từ tìm trước"))] if search.q else []
        # Without words to fit, by stars is what an empty choice means.
        self.fields["sort"].choices = [*best, *orders]


@login_not_required
@kept
@require_safe
def home(request):
    """What OCOP is, the year's roadmap, the numbers, the newest products."""
    newest = shelf.newest_first(shelf.starred_products()).values_list("pk", flat=True)
    return render(
        request,
        "products/public/home.html",
        {
            "roadmap": roadmap.latest(),
            "numbers": shelf.numbers(),
            "newest": cards(newest[:NEWEST_ON_HOME]),
            "news": news.newest(),
            "plan": roadmap.plan(),
        },
    )


@login_not_required
@kept
@require_safe
def catalogue(request):
    """The rated products, with search and filters that stay in the address."""
    search = shelf.wanted(request.GET)
    hits = SimpleLazyObject(lambda: shelf.look_up(search))
    anyone = not request.user.is_authenticated
    page = page_of(request, whole_shelf.keys_in_order(search, hits, remembered=anyone))
    page.object_list = cards(page.object_list)
    offered = SimpleLazyObject(lambda: shelf.choices(search, hits))
    return render(
        request,
        "products/public/catalogue.html",
        {
            "page_obj": page,
            "search": search,
            "guessed": search.q and hits.guessed,
            "filter_form": SimpleLazyObject(lambda: CatalogueFilters(search, offered)),
            "keep_filters": settings.PUBLIC_PAGE_SECONDS
            if anyone and whole_shelf.is_whole(search)
            else 0,
            "today": today(),
            "chosen": _chosen(request, search, offered),
            "views": [
                (value, label, icon, _address(request, view=value)) for value, label, icon in VIEWS
            ],
            "map_url": _map_address(search),
            "keep": {"view": search.view} if search.view else {},
        },
    )


def _address(request, **changes: str) -> str:
    """This search with some parameters changed, on its first page; "" takes one off."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        if value:
            query[name] = value
        else:
            query.pop(name, None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _map_address(search: shelf.Wanted) -> str:
    """The same products on the map, as far as it can filter."""
    kept = {name: getattr(search, name) for name in ("q", "stars", "branch", "year")}
    query = urlencode({name: value for name, value in kept.items() if value})
    return reverse("products:map") + (f"?{query}" if query else "")


def _chosen(request, search, offered) -> list[dict]:
    """The filters that are set, each with the address that takes it off again."""
    chips = []
    for name, value in search.filters.items():
        label = next((choice.label for choice in offered[name] if choice.value == value), value)
        chips.append({"label": label, "url": _address(request, **{name: ""})})
    return chips


@login_not_required
@kept
@require_safe
def public_product(request, pk: int):
    """One rated product; whatever is not published is not there."""
    product = shelf.rated_products().select_related("producer__unit").filter(pk=pk).first()
    if product is None:
        raise Http404
    facts = list(shelf.ratings().filter(product=product))
    current = next((fact for fact in facts if fact.is_current), facts[0])
    # A newer result does not take away a certificate that still runs.
    certified = [f for f in facts if f.standing == shelf.Standing.CERTIFIED and f is not current]
    scored = next((f for f in facts if f.kind == PublicRating.Kind.COUNCIL and f.points), None)
    photos = list(product.photos.all())
    standing_facts = [*certified, current]
    return render(
        request,
        "products/public/product.html",
        {
            "product": product,
            "producer": product.producer,
            "photos": photos,
            "places": list(product.salespoints.in_force().filter(stands())),
            "shops": list(product.onlineshops.in_force().filter(stands())),
            "current": current,
            "standing_facts": standing_facts,
            "facts": facts,
            "how": shelf.how_rated(scored, product) if scored else None,
            "council": composition_of(scored) if scored else None,
            "related": public_product_page.related(product),
            "address": public_product_page.address_of(product),
            "picture": public_product_page.picture_of(photos),
            "linked_data": public_product_page.linked_data(product, standing_facts[0], photos),
        },
    )


@login_not_required
@cache_control(max_age=86400, public=True)
@require_safe
def product_qr(request, pk: int):
    """The address of a product's page as a QR, to print beside the product."""
    product = shelf.rated_products().filter(pk=pk).first()
    if product is None:
        raise Http404
    content = public_product_page.qr(public_product_page.address_of(product))
    return HttpResponse(content, content_type="image/svg+xml")
