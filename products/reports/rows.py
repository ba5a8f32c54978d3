"""What reports count: entries and recognitions of the officer's producers, as plain rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from communes.models import today
from products.models import Entry, PublicRating
from products.scope import entries_for, products_for

from .registry import Ask, day_in


def entries(ask: Ask, *fields: str) -> Iterator[tuple]:
    """Entries of the cycles of these years, withdrawn ones left out; one query."""
    rows = entries_for(ask.user).filter(cycle__year__range=(ask.since, ask.until))
    if not ask.samples:
        rows = rows.filter(product__is_sample=False)
    return rows.exclude(state=Entry.State.WITHDRAWN).order_by().values_list(*fields).iterator()


@dataclass(frozen=True)
class Recognised:
    """One recognition: the product, its stars, the year (None: only a span is known), its day."""

    product: int
    stars: int
    year: int | None
    period: str
    day: date
    unit: int
    producer: int
    branch: str


def span_of(period: str) -> tuple[int, int] | None:
    """The years that a source names: "2019–2021" → (2019, 2021), "2020" → (2020, 2020).

    "sau 2020" runs to today. None where no year is named.
    """
    years = [int(found) for found in re.findall(r"\b(?:19|20)\d\d\b", period)]
    if not years:
        return None
    if period.startswith("sau "):
        return years[-1] + 1, max(today().year, years[-1] + 1)
    return years[0], years[-1]


def recognitions(ask: Ask) -> tuple[list[Recognised], int]:
    """Recognitions of these years, those taken back left out; and how many name no year at all.

    One whose source names a span of years counts when the span lies within the asked years. One
    query.
    """
    ratings = PublicRating.objects.filter(
        kind=PublicRating.Kind.RECOGNITION,
        revoked_on__isnull=True,
        stars__gte=3,
        product__in=products_for(ask.user).values("pk"),
    )
    if not ask.samples:
        ratings = ratings.filter(product__is_sample=False)
    rows = ratings.order_by().values_list(
        "product",
        "stars",
        "year",
        "period_text",
        "decided_on",
        "product__producer__unit",
        "product__producer",
        "product__branch",
    )
    found, undated = [], 0
    for product, stars, year, period, decided, unit, producer, branch in rows.iterator():
        span = (year, year) if year else span_of(period)
        if span is None:
            undated += 1
        elif ask.since <= span[0] and span[1] <= ask.until:
            known = span[0] if span[0] == span[1] else None
            day = min(decided or day_in(span[1]), today())
            found.append(Recognised(product, stars, known, period, day, unit, producer, branch))
    return found, undated
