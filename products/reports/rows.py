"""What reports count: entries and recognitions of the officer's producers.

The database adds up; of twenty thousand products only sums come back.
"""

import re
from collections.abc import Iterator
from datetime import date

from django.db.models import Count, Q, QuerySet

from communes.models import today
from products.models import Entry, PublicRating
from products.scope import entries_for, recognitions_for

from .registry import Ask, day_in


def entries(ask: Ask) -> QuerySet[Entry]:
    """Entries of the cycles of these years, withdrawn ones left out."""
    found = entries_for(ask.user).filter(cycle__year__range=(ask.since, ask.until))
    if not ask.samples:
        found = found.filter(product__is_sample=False)
    return found.exclude(state=Entry.State.WITHDRAWN)


def summed(found: QuerySet, *fields: str) -> Iterator[tuple]:
    """The values of these fields that there are, each with how many rows have them; one query."""
    return found.order_by().values_list(*fields).annotate(rows=Count("pk")).iterator()


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


def recognitions(ask: Ask) -> tuple[QuerySet[PublicRating], int]:
    """Recognitions of these years, those taken back left out; and how many name no year at all.

    One whose source names a span of years counts when the span lies within the asked years. One
    query here.
    """
    ratings = recognitions_for(ask.user)
    if not ask.samples:
        ratings = ratings.filter(product__is_sample=False)
    periods, undated = [], 0
    for period, number in summed(ratings.filter(year__isnull=True), "period_text"):
        span = span_of(period)
        if span is None:
            undated += number
        elif ask.since <= span[0] and span[1] <= ask.until:
            periods.append(period)
    asked = Q(year__range=(ask.since, ask.until)) | Q(year__isnull=True, period_text__in=periods)
    return ratings.filter(asked), undated


def year_or_period(year: int | None, period: str) -> str:
    """What a recognition is told under: its year, or the span that its source names."""
    if year is None:
        first, last = span_of(period)
        return str(first) if first == last else period
    return str(year)


def day_of(year: int | None, period: str, decided: date | None) -> date:
    """The day whose units stand for a recognition."""
    return min(decided or day_in(year if year is not None else span_of(period)[1]), today())
