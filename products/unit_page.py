"""The products' part of a unit's public page."""

from communes.models import Unit
from communes.sections import unit_section

from . import catalogue
from .cards import cards

ON_UNIT_PAGE = 6


@unit_section("products/public/_unit_products.html")
def unit_products(unit: Unit) -> dict:
    """The first products of a unit; the catalogue has them all."""
    found = catalogue.products_of_unit(unit)
    first = found.values_list("pk", flat=True)[:ON_UNIT_PAGE]
    return {"products": cards(first), "total": found.count(), "unit": unit}
