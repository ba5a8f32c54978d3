"""What a card of the public shelf says of a product; twenty of them stand on a page.

A card holds plain values and no rows of the database: to make rows, and to ask each of them for its
parts while the page is drawn, took most of the time of a page.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.urls import reverse

from . import catalogue
from .catalogue import Standing
from .models import ProductPhoto, PublicRating


@dataclass(slots=True)
class Card:
    """A rated product: its name and maker, and the published fact that stands for it today."""

    name: str
    branch: str
    set_name: str
    is_sample: bool
    producer: str
    unit_kind: str
    unit_name: str
    stars: int
    kind: str  # of the fact: one of `PublicRating.Kind`
    level: str  # who evaluated, of a council's result
    valid_until: datetime.date | None
    revoked_on: datetime.date | None
    thumbnail: str | None  # the stored name of the first photo's small picture
    caption: str | None
    url: str = ""

    @property
    def unit(self) -> str:
        """The commune, as `Unit` names itself."""
        return f"{self.unit_kind} {self.unit_name}"

    @property
    def photo(self) -> str:
        """The address of the small picture; "" where there is none."""
        return _storage.url(self.thumbnail) if self.thumbnail else ""

    @property
    def standing(self) -> Standing:
        """How the fact stands today."""
        return catalogue.standing_of(self.kind, self.valid_until, self.revoked_on)


def _of_first_photo(column: str) -> Subquery:
    photos = ProductPhoto.objects.filter(product=OuterRef("product")).order_by("position", "pk")
    return Subquery(photos.values(column)[:1])


_FACTS = (
    PublicRating.objects.filter(is_current=True, product__is_active=True)
    .annotate(thumbnail=_of_first_photo("thumbnail"), caption=_of_first_photo("caption"))
    .order_by()
    .values_list(
        *("product", "product__name", "product__branch", "product__set_name"),
        *("product__is_sample", "product__producer__name"),
        *("product__producer__unit__kind", "product__producer__unit__name"),
        *("stars", "kind", "level", "valid_until", "revoked_on", "thumbnail", "caption"),
    )
)
_storage = ProductPhoto._meta.get_field("thumbnail").storage


def cards(keys: Iterable[int]) -> list[Card]:
    """The cards of the products with these keys, in this order; one query.

    A product that is not rated, or no longer made, has none. The keys come from a search of their
    own, so that the database sorts keys and not whole rows.
    """
    keys = list(keys)
    if not keys:
        return []
    sql, before = _question(len(keys))
    with connection.cursor() as cursor:
        cursor.execute(sql, (*before, *keys))
        found = {key: Card(*values) for key, *values in cursor.fetchall()}
    # One address is looked up for all: it is the same but for the key.
    start, end = reverse("products:public_product", args=[0]).rsplit("0", 1)
    for key, card in found.items():
        card.url = f"{start}{key}{end}"
    return [found[key] for key in keys if key in found]


@lru_cache(maxsize=100)
def _question(number: int) -> tuple[str, tuple]:
    """The SQL for the cards of so many products, and its parameters, those for the keys left out.

    Kept, because to put it together takes as long as the database takes to answer it. All columns
    are of kinds that both databases hand over as Python has them.
    """
    keys = tuple(range(-number, 0))
    sql, parameters = _FACTS.filter(product__in=keys).query.sql_with_params()
    if parameters[-number:] != keys:
        raise AssertionError("the keys are not the last parameters")
    return sql, parameters[:-number]
