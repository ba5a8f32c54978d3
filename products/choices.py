"""Choosing a product, or the producer of one: a list by commune, a box to type in where it is long."""

import re
from collections.abc import Callable
from itertools import groupby

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from communes.filters import ProducerChoice
from communes.models import Producer, Unit
from ocop_portal.search_choice import SearchChoiceField

from .models import Product

_PLACE = re.compile(r" \([^()]*?(\d{2,8})\)$")  # what `_placed` puts behind a name
BETWEEN = " – "  # product and producer


def _placed(name: str, unit: Unit) -> str:
    """A name with its commune, by which it is told from others: "Tiêu (Xã Vĩnh Tú, mã 19363)"."""
    return _("%(name)s (%(unit)s, mã %(code)s)") % {"name": name, "unit": unit, "code": unit.code}


def _parts(typed: str) -> tuple[str, str]:
    """What was typed without the commune, and the commune's code; "" where none was written."""
    place = _PLACE.search(typed)
    return _PLACE.sub("", typed), place[1] if place else ""


def _by_commune(field: SearchChoiceField, rows: list, unit_of: Callable) -> list[tuple]:
    """The options of a list, under the names of the communes."""
    ordered = sorted(rows, key=lambda row: (unit_of(row).search, unit_of(row).pk, row.search))
    empty = [] if field.empty_label is None else [("", field.empty_label)]
    return [
        *empty,
        *(
            (unit.dated_name, [(row.pk, field.label_from_instance(row)) for row in found])
            for unit, found in groupby(ordered, key=unit_of)
        ),
    ]


class ProductChoice(SearchChoiceField):
    """A product; where they are many it is typed: its name, with its producer's or without.

    The rows are to be read with their producers and their units.
    """

    default_error_messages = {
        "unknown": _("Không có sản phẩm nào tên là “%(typed)s”. Hãy gõ lại."),
        "several": _("“%(typed)s” khớp nhiều sản phẩm (%(names)s). Hãy chọn trong danh sách."),
    }

    def options(self, rows: list[Product]) -> list[tuple]:
        return _by_commune(self, rows, lambda product: product.producer.unit)

    def in_box(self, product: Product) -> str:
        producer = product.producer
        return _placed(f"{product.name}{BETWEEN}{producer.name}", producer.unit)

    def exactly(self, typed: str) -> Q:
        """The name, or all of it as `in_box` writes it."""
        typed = typed.strip()
        wanted = Q(name=typed)
        named, code = _parts(typed)
        if code:
            # A name may have the dash in it, so every one of them is tried.
            parts = named.split(BETWEEN)
            for at in range(1, len(parts)):
                wanted |= Q(
                    name=BETWEEN.join(parts[:at]),
                    producer__name=BETWEEN.join(parts[at:]),
                    producer__unit__code=code,
                )
        return wanted

    def loosely(self, typed: str) -> str:
        return _parts(typed)[0].replace(BETWEEN, " ")


class MakerChoice(ProducerChoice):
    """A producer to write down for something; told from one of the same name by the commune.

    The rows are to be read with their units.
    """

    def options(self, rows: list[Producer]) -> list[tuple]:
        return _by_commune(self, rows, lambda producer: producer.unit)

    def in_box(self, producer: Producer) -> str:
        return _placed(producer.name, producer.unit)

    def exactly(self, typed: str) -> Q:
        """The name, the tax code, or all of it as `in_box` writes it."""
        named, code = _parts(typed.strip())
        return super().exactly(typed) | Q(name=named, unit__code=code)

    def loosely(self, typed: str) -> str:
        return _parts(typed)[0]
