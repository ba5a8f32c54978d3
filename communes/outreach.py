"""Step 1, outreach: events by unit, and which communes of a year were reached (490/QĐ-TTg)."""

import datetime
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ocop_portal.uploads import Upload

from .keeping import keep, withdraw
from .kept_files import keep_file
from .models import OutreachEvent, OutreachFile, Unit, UnitCover, today
from .units import check_unit_of_day


def save_event(*, event: OutreachEvent, by, seen: datetime.datetime | None = None) -> OutreachEvent:
    """Add an event, or keep changes to one.

    ValidationError as in `keep`, for a day to come, and when the unit did not exist on that day.
    """
    unit, day = event.unit, event.held_on
    if day and day > today():
        raise ValidationError({"held_on": _("Ngày này chưa đến. Hãy ghi sau khi đã tổ chức.")})
    if day:
        check_unit_of_day(unit, day)
    return keep(row=event, under=unit, by=by, seen=seen)


def withdraw_event(*, event: OutreachEvent, by, reason: str) -> OutreachEvent:
    """Withdraw an event; it counts no more, its papers stay readable with it."""
    return withdraw(row=event, by=by, reason=reason)


def attach_file(*, event: OutreachEvent, upload: Upload, caption: str, by) -> OutreachFile:
    """Add a paper or photo; ValidationError for a withdrawn event and for the same file twice."""
    if event.withdrawn_at:
        raise ValidationError(_("Buổi này đã được rút, không thêm tệp được nữa."))
    row = OutreachFile(event=event, caption=caption)
    return keep_file(row=row, upload=upload, under=event, by=by)


def last_year_of(units: QuerySet[Unit]) -> int:
    """This year, or the last one in which these communes still were; one query or two."""
    communes = units.filter(level=Unit.Level.COMMUNE).order_by()
    day = today()
    if communes.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=day)).exists():
        return day.year
    last = communes.aggregate(last=Max("valid_until"))["last"]
    return last.year if last else day.year


@dataclass
class Reached:
    """What a unit did in a year: events, people (as far as counted), women among them, last day."""

    # None: what belongs to no single commune, as a district's own events
    unit_id: int | None
    unit: Unit | None = None  # where not yet read, given by `with_units`
    events: int = 0
    people: int = 0
    women: int = 0
    last: datetime.date | None = None
    samples: int = 0

    def take(self, other: "Reached") -> None:
        """Add another unit's figures to these."""
        self.events += other.events
        self.people += other.people
        self.women += other.women
        self.samples += other.samples
        self.last = max(filter(None, (self.last, other.last)), default=None)


FIGURES = {
    "events": Count("pk"),
    "people": Coalesce(Sum("people"), 0),
    "women": Coalesce(Sum("women"), 0),
    "last": Max("held_on"),
    "samples": Count("pk", filter=Q(is_sample=True)),
}


def _by_unit(events: QuerySet[OutreachEvent]) -> dict[int, Reached]:
    rows = events.order_by().values_list("unit").annotate(**FIGURES)
    return {row[0]: Reached(row[0], None, *row[1:]) for row in rows}


@dataclass
class OfYear:
    """The communes of a year as rows, those without an event first; a slice reads what it shows.

    A country has ten thousand communes, a page shows fifty of them. `elsewhere` is the last row
    where it has events.
    """

    communes: QuerySet[Unit]  # by name
    events: QuerySet[OutreachEvent]
    number: int
    without: int
    elsewhere: Reached

    def __len__(self) -> int:
        return self.number + bool(self.elsewhere.events)

    def __getitem__(self, part: slice) -> list[Reached]:
        first, last, _step = part.indices(len(self))
        reached = Exists(self.events.filter(unit=OuterRef("pk")))
        units = []
        if first < self.without:
            units += self.communes.filter(~reached)[first : min(last, self.without)]
        if last > self.without:
            begin, end = max(first, self.without), min(last, self.number)
            units += self.communes.filter(reached)[begin - self.without : end - self.without]
        figures = _by_unit(self.events.filter(unit__in=units))
        rows = [figures.get(unit.pk) or Reached(unit.pk) for unit in units]
        for row, unit in zip(rows, units, strict=True):
            row.unit = unit
        return rows + [self.elsewhere] * (last > self.number)


@dataclass
class Coverage:
    """The communes of a year, those without an event first, and the sums over all."""

    rows: OfYear | list[Reached]  # `elsewhere` the last one, where it has events
    communes: int
    without: int  # how many of them had no event
    elsewhere: Reached  # events of none of these communes
    total: Reached


def coverage(
    *, year: int, units: QuerySet[Unit], events: QuerySet[OutreachEvent], as_of_today: bool
) -> Coverage:
    """Which communes had how many events in a year; so many queries whatever their number.

    `units` are those looked at, `events` theirs (`scope.units_in_scope`, `scope.outreach_for`).
    Either each commune that existed in the year, or, `as_of_today`, today's communes with all that
    was merged into them; the totals of both are the same. A unit that was divided counts with its
    first successor by name.
    """
    events = events.in_force().filter(held_on__year=year).order_by()
    if as_of_today:
        return _merged(units.on(today()).filter(level=Unit.Level.COMMUNE), events)
    of_year = Q(
        Q(valid_from__isnull=True) | Q(valid_from__lte=datetime.date(year, 12, 31)),
        Q(valid_until__isnull=True) | Q(valid_until__gte=datetime.date(year, 1, 1)),
        level=Unit.Level.COMMUNE,
    )
    communes = units.filter(of_year)
    counted = {**FIGURES, "units": Count("unit", distinct=True)}
    everywhere = events.aggregate(**counted)
    others = units.exclude(of_year).order_by()  # few, beside ten thousand communes
    other = events.filter(unit__in=others.values("pk")).aggregate(**counted)
    number = communes.count()
    without = number - (everywhere.pop("units") - other.pop("units"))
    total, elsewhere = Reached(None, **everywhere), Reached(None, **other)
    rows = OfYear(communes.order_by("search", "pk"), events, number, without, elsewhere)
    return Coverage(rows, number, without, elsewhere, total)


def _merged(communes: QuerySet[Unit], events: QuerySet[OutreachEvent]) -> Coverage:
    found = _by_unit(events)
    communes = list(communes.order_by("search", "pk").values_list("pk", flat=True))
    order = {unit: at for at, unit in enumerate(communes)}
    place: dict[int, int] = {}
    for holder, unit in UnitCover.objects.filter(
        holder__in=order, unit__in=list(found)
    ).values_list("holder_id", "unit_id"):
        place[unit] = min(place.get(unit, holder), holder, key=order.__getitem__)
    rows = {unit: Reached(unit) for unit in communes}
    elsewhere, total = Reached(None), Reached(None)
    for unit, figures in found.items():
        rows.get(place.get(unit), elsewhere).take(figures)
        total.take(figures)
    ordered = sorted(rows.values(), key=lambda row: row.events > 0)
    without = sum(not row.events for row in ordered)
    last = [elsewhere] if elsewhere.events else []
    return Coverage(ordered + last, len(ordered), without, elsewhere, total)


def with_units(rows: list[Reached]) -> list[Reached]:
    """These rows of `coverage` with their units; one query where they are not yet read."""
    units = Unit.objects.in_bulk([row.unit_id for row in rows if row.unit_id and not row.unit])
    for row in rows:
        row.unit = row.unit or units.get(row.unit_id)
    return rows
