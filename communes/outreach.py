"""Step 1, outreach: events by unit, and which communes of a year were reached (490/QĐ-TTg)."""

import datetime
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from ocop_portal.uploads import Upload

from .keeping import keep, withdraw
from .kept_files import keep_file
from .models import OutreachEvent, OutreachFile, Unit, UnitCover, today


def save_event(*, event: OutreachEvent, by, seen: datetime.datetime | None = None) -> OutreachEvent:
    """Add an event, or keep changes to one.

    ValidationError as in `keep`, for a day to come, and when the unit did not exist on that day.
    """
    unit, day = event.unit, event.held_on
    if day and day > today():
        raise ValidationError({"held_on": _("Ngày này chưa đến. Hãy ghi sau khi đã tổ chức.")})
    if day and not unit.is_valid_on(day):
        raise ValidationError(
            {
                "unit": _("Ngày %(day)s không có %(unit)s. Hãy chọn đơn vị của ngày đó.")
                % {"day": day.strftime("%d/%m/%Y"), "unit": unit}
            }
        )
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


def withdraw_file(*, row: OutreachFile, by, reason: str) -> OutreachFile:
    """Withdraw a paper or photo with a reason."""
    return withdraw(row=row, by=by, reason=reason)


def events_in(year: int, units: QuerySet[Unit]) -> QuerySet[OutreachEvent]:
    """The events in force that began in a year, in these units. Samples among them."""
    return OutreachEvent.objects.in_force().filter(
        held_on__year=year, unit__in=units.order_by().values("pk")
    )


def last_year_of(units: QuerySet[Unit]) -> int:
    """This year, or the last one in which these communes still were; one query."""
    communes = units.filter(level=Unit.Level.COMMUNE).order_by()
    day = today()
    found = communes.aggregate(
        lasting=Count("pk", filter=Q(valid_until__isnull=True) | Q(valid_until__gte=day)),
        last=Max("valid_until"),
    )
    return day.year if found["lasting"] or found["last"] is None else found["last"].year


@dataclass
class Reached:
    """What a unit did in a year: events, people (as far as counted), women among them, last day."""

    unit: Unit | None  # None: what belongs to no single commune, as a district's own events
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


@dataclass
class Coverage:
    """The communes of a year, those without an event first, and the sums over all."""

    rows: list[Reached]
    elsewhere: Reached  # events of no commune in `rows`
    total: Reached

    @property
    def without(self) -> int:
        """How many communes had no event."""
        return sum(not row.events for row in self.rows)


def coverage(*, year: int, units: QuerySet[Unit], as_of_today: bool) -> Coverage:
    """Which communes had how many events in a year. Three or four queries, whatever their number.

    `units`: those looked at (`scope.units_in_scope`). Either each commune that existed in the
    year, or, `as_of_today`, today's communes with all that was merged into them; the totals of
    both are the same. A unit that was divided counts with its first successor by name.
    """
    found = {
        row["unit"]: Reached(
            None, row["n"], row["p"] or 0, row["w"] or 0, row["last"], row["samples"]
        )
        for row in events_in(year, units)
        .order_by()
        .values("unit")
        .annotate(
            n=Count("pk"),
            p=Sum("people"),
            w=Sum("women"),
            last=Max("held_on"),
            samples=Count("pk", filter=Q(is_sample=True)),
        )
    }
    communes = units.filter(level=Unit.Level.COMMUNE).order_by("search", "pk")
    if as_of_today:
        communes = list(communes.on(today()))
        place = {}
        order = {unit.pk: at for at, unit in enumerate(communes)}
        for holder, unit in UnitCover.objects.filter(
            holder__in=order, unit__in=list(found)
        ).values_list("holder_id", "unit_id"):
            place[unit] = min(place.get(unit, holder), holder, key=order.__getitem__)
    else:
        communes = list(
            communes.filter(
                Q(valid_from__isnull=True) | Q(valid_from__lte=datetime.date(year, 12, 31)),
                Q(valid_until__isnull=True) | Q(valid_until__gte=datetime.date(year, 1, 1)),
            )
        )
        place = {unit.pk: unit.pk for unit in communes}
    rows = {unit.pk: Reached(unit) for unit in communes}
    elsewhere, total = Reached(None), Reached(None)
    for unit, figures in found.items():
        rows.get(place.get(unit), elsewhere).take(figures)
        total.take(figures)
    ordered = sorted(rows.values(), key=lambda row: row.events > 0)
    return Coverage(ordered, elsewhere, total)
