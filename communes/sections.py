"""What rooms above add to the public pages of units, which may not know them.

A room registers in its app's `ready()`:

    unit_section("products/public/_unit_products.html")(lambda unit: {"products": …})
    unit_figure(_("sản phẩm được xếp hạng"))(lambda units: {unit.pk: number, …})
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .models import Unit


@dataclass(frozen=True)
class Section:
    """A part of a unit's public page: a template and what it is drawn with."""

    template: str
    context: dict


@dataclass(frozen=True)
class Figure:
    """A column of the public list of units."""

    label: str
    numbers: dict[int, int]


_sections: list[tuple[str, Callable[[Unit], dict]]] = []
_figures: list[tuple[str, Callable[[Iterable[Unit]], dict[int, int]]]] = []


def unit_section(template: str) -> Callable:
    """Register a function `unit → context` for a part of the unit's page.

    The part counts what the unit covers (`UnitCover`): its own and its predecessors'.
    """

    def register(context: Callable[[Unit], dict]) -> Callable:
        _sections.append((template, context))
        return context

    return register


def unit_figure(label: str) -> Callable:
    """Register a function `units → {unit id: number}` for a column of the list of units.

    It costs a fixed number of queries, however many units there are.
    """

    def register(count: Callable[[Iterable[Unit]], dict[int, int]]) -> Callable:
        _figures.append((label, count))
        return count

    return register


def sections_of(unit: Unit) -> list[Section]:
    """The parts for a unit's page, in the order of registration."""
    return [Section(template, context(unit)) for template, context in _sections]


def figures_of(units: list[Unit]) -> list[Figure]:
    """The columns for a list of units."""
    return [Figure(label, count(units)) for label, count in _figures]
