"""What pages tell of units: which were there in a year, what became of them, how many producers."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from .models import Producer, Unit, UnitCover, UnitSuccession, today

ALL, NOW = "tat-ca", "nay"


@dataclass(frozen=True)
class Period:
    """The moment whose units a list shows; `day` is None for units of all times."""

    value: str
    label: str
    day: datetime.date | None


def periods(*, with_all: bool = False) -> list[Period]:
    """The moments worth a list: each year whose units changed since, then today.

    The years are the one before the first merger on record, then each year of a merger but the
    last: 2019 and 2020 for Vĩnh Linh. A year means its last day.
    """
    days = UnitSuccession.objects.order_by("on").values_list("on", flat=True).distinct()
    years = sorted({day.year for day in days})
    years = [years[0] - 1, *years[:-1]] if years else []
    found = [Period(str(year), _("Năm %s") % year, datetime.date(year, 12, 31)) for year in years]
    found.append(Period(NOW, _("Hiện nay"), today()))
    if with_all:
        found.insert(0, Period(ALL, _("Mọi thời kỳ"), None))
    return found


def chosen_period(choices: list[Period], value: str | None) -> Period:
    """The period with this value; the first of all times, else today, where it means nothing."""
    for period in choices:
        if period.value == value:
            return period
    return choices[0] if choices[0].day is None else choices[-1]


@dataclass(frozen=True)
class Family:
    """What a unit was made of, and what it became part of."""

    origins: list[UnitSuccession]
    successions: list[UnitSuccession]


def family_of(unit: Unit) -> Family:
    """The mergers that a unit came from and went into; two queries."""
    return Family(
        list(unit.origins.select_related("predecessor").order_by("predecessor__search")),
        list(unit.successions.select_related("successor").order_by("on", "successor__search")),
    )


def units_below(unit: Unit) -> QuerySet[Unit]:
    """The units straight below a unit, as on its last day or today."""
    return unit.children.on(unit.valid_until).order_by("search", "pk")


def producers_in(unit: Unit) -> QuerySet[Producer]:
    """The working producers of a unit, of those below it and of those merged into it."""
    return Producer.objects.filter(is_active=True, unit__covered_by__holder=unit)


def unplaced() -> QuerySet[Unit]:
    """Districts and provinces with working producers of their own, whose commune is not known.

    Each has their number as `producer_count`.
    """
    return (
        Unit.objects.exclude(level=Unit.Level.COMMUNE)
        .filter(producers__is_active=True)
        .annotate(producer_count=Count("producers"))
        .order_by("search", "pk")
    )


def producer_counts(units: Iterable[Unit]) -> dict[int, int]:
    """Unit → number of its working producers, predecessors' included; one query."""
    rows = (
        UnitCover.objects.filter(
            holder__in=[unit.pk for unit in units], unit__producers__is_active=True
        )
        .values("holder")
        .annotate(number=Count("unit__producers"))
    )
    return {row["holder"]: row["number"] for row in rows}
