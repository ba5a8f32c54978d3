"""The map of communes and products, and the same as a list."""

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from communes.unit_facts import chosen_period, periods
from ocop_portal.exchange.tables import Field, as_file, wanted_format
from ocop_portal.forms import PortalForm, QuickSelect
from ocop_portal.kept_pages import kept
from ocop_portal.pages import crumbs

from . import catalogue, map

FILTERS = ("stars", "branch", "year")


class MapFilters(PortalForm):
    """The catalogue's filters that a map can show."""

    stars = forms.ChoiceField(label=_("Hạng sao"), required=False, widget=QuickSelect)
    branch = forms.ChoiceField(label=_("Ngành sản phẩm"), required=False, widget=QuickSelect)
    year = forms.ChoiceField(label=_("Năm"), required=False, widget=QuickSelect)

    def __init__(self, search, offered):
        super().__init__(initial=search.filters)
        for name in FILTERS:
            self.fields[name].choices = [
                ("", _("Tất cả")),
                *((choice.value, str(choice)) for choice in offered[name]),
            ]


def _asked(request):
    """The search of the address, without a commune, and the moment whose communes are shown."""
    asked = {name: request.GET.get(name, "") for name in FILTERS}
    choices = periods()
    return (
        catalogue.wanted(asked | {"q": request.GET.get("q", "")}),
        choices,
        chosen_period(choices, request.GET.get("nam")),
    )


def _link(search):
    """A place's products in the catalogue, with the same filters; its page where it has none."""
    catalogue_url = reverse("products:catalogue")
    kept = search.filters | ({"q": search.q} if search.q else {})

    def link(place) -> str:
        if not place.number:
            return place.unit.get_public_url()
        return f"{catalogue_url}?{urlencode(kept | {'commune': place.unit.pk})}"

    return link


@login_not_required
@kept
@require_safe
def page(request):
    """Communes on a map and as a list, with the number of their rated products."""
    search, choices, period = _asked(request)
    found, total = map.places(search, period.day)
    link = _link(search)
    if format_ := wanted_format(request):
        fields = [
            Field(_("Mã đơn vị"), lambda place: place.unit.code, 12),
            Field(_("Đơn vị"), lambda place: str(place.unit), 30),
            Field(_("Số sản phẩm"), lambda place: place.number, 14),
        ]
        return as_file(format_, name="ban-do-san-pham", fields=fields, rows=found)
    offered = catalogue.choices(search, catalogue.look_up(search), places=False)
    drawing = map.drawing(found)
    shown = sorted(found, key=lambda place: (-place.number, place.unit.search))
    query = request.GET.copy()
    query.pop("export", None)
    return render(
        request,
        "public/map.html",
        {
            "search": search,
            "period": period,
            "periods": choices,
            "filter_form": MapFilters(search, offered),
            "active": len(search.filters),
            "drawing": drawing,
            "shapes": [(s, link(s.place)) for s in drawing.shapes] if drawing else [],
            "rows": [(place, link(place)) for place in shown],
            "undrawn": drawing is not None and len(drawing.shapes) < len(found),
            "total": total,
            "placed": sum(place.number for place in found),
            "sources": map.sources(period.day),
            "data_url": f"{reverse('products:map_data')}?{query.urlencode()}",
            "tiles": settings.MAP_TILES_URL,
            "credit": settings.MAP_TILES_CREDIT,
            "breadcrumbs": crumbs((_("Bản đồ"), "")),
        },
    )


@login_not_required
@kept
@require_safe
def data(request):
    """The same places as GeoJSON, for the script and for whoever draws a map of their own."""
    search, _choices, period = _asked(request)
    found, _total = map.places(search, period.day)
    response = JsonResponse(
        map.as_geojson(found, _link(search)), json_dumps_params={"ensure_ascii": False}
    )
    response["Content-Type"] = "application/geo+json"
    return response
