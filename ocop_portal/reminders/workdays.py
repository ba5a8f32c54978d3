"""Working days: weekdays that are no holiday, and the weekend days on which offices work instead.

The days lie in the database, where the office corrects them. What moves with the lunar calendar is
announced year by year: a year without these days counts too few holidays. A day counted forth in it
then comes too early, a day counted back too late; `missing` says what is not entered, and the
source "holidays" in `communes/deadlines.py` asks for it.
"""

import datetime
from dataclasses import dataclass
from pathlib import Path

import yaml
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ocop_portal.page_language import filled

from .models import Holiday

ONE_DAY = datetime.timedelta(days=1)
DATA = Path(__file__).parent / "data" / "holidays.yaml"
Day = Holiday.Occasion

# Working days off a year by Điều 112 of the Labour Code of 2019 (45/2019/QH14), in force from
# 1/1/2021; the Code of 2012 (Điều 115) gave one day for the national day.
DAYS_OFF = {
    Day.NEW_YEAR: 1,
    Day.TET: 5,
    Day.HUNG_KINGS: 1,
    Day.REUNIFICATION: 1,
    Day.LABOUR: 1,
    Day.NATIONAL: 2,
}
TWO_NATIONAL_DAYS_FROM = 2021

# Our own choice: the days off of a year are usually announced before the middle of December.
ENTERED_BY = (12, 15)
SAID_BEFORE = datetime.timedelta(days=14)


@dataclass(frozen=True)
class Calendar:
    """The holidays as they stand now, read once."""

    days: dict[datetime.date, str]  # day → occasion

    def works(self, day: datetime.date) -> bool:
        """Whether offices work on this day."""
        occasion = self.days.get(day)
        if occasion is not None:
            return occasion == Day.WORKS
        return day.weekday() < 5

    def after(self, day: datetime.date, count: int) -> datetime.date:
        """The `count`-th working day after `day`, which itself is not counted (1 or more).

        >>> Calendar({}).after(datetime.date(2020, 10, 30), 1)
        datetime.date(2020, 11, 2)
        """
        while count > 0:
            day += ONE_DAY
            count -= self.works(day)
        return day

    def before(self, day: datetime.date, count: int) -> datetime.date:
        """The `count`-th working day before `day`, which itself is not counted (1 or more).

        >>> Calendar({}).before(datetime.date(2020, 11, 2), 2)
        datetime.date(2020, 10, 29)
        """
        while count > 0:
            day -= ONE_DAY
            count -= self.works(day)
        return day

    def missing(self, year: int) -> list[str]:
        """The occasions whose days off are not all entered for the year, in words."""
        entered: dict[str, int] = {}
        for day, occasion in self.days.items():
            if day.year == year:
                entered[occasion] = entered.get(occasion, 0) + 1
        wanted = {
            **DAYS_OFF,
            Day.NATIONAL: DAYS_OFF[Day.NATIONAL] if year >= TWO_NATIONAL_DAYS_FROM else 1,
        }
        return [
            str(Day(occasion).label)
            for occasion, count in wanted.items()
            if entered.get(occasion, 0) < count
        ]

    def to_enter(self, today: datetime.date) -> dict[int, list[str]]:
        """This year and, from two weeks before its day on, the next: what is not entered of them."""
        years = [today.year]
        if today >= entered_by(today.year + 1) - SAID_BEFORE:
            years.append(today.year + 1)
        return {year: missing for year in years if (missing := self.missing(year))}

    def doubt(self, since: datetime.date, until: datetime.date) -> str:
        """What to say beside a day that was counted over these days; "" when nothing is missing."""
        years = [year for year in range(since.year, until.year + 1) if self.missing(year)]
        if not years:
            return ""
        return filled(
            _("Lịch nghỉ năm %s chưa nhập đủ nên hạn có thể muộn hơn."), ", ".join(map(str, years))
        )


def entered_by(year: int) -> datetime.date:
    """The day by which the days off of a year are to be entered, in the year before."""
    return datetime.date(year - 1, *ENTERED_BY)


def calendar() -> Calendar:
    """The holidays that are entered; one query."""
    return Calendar(dict(Holiday.objects.values_list("day", "occasion")))


@transaction.atomic
def set_holiday(*, day: datetime.date, occasion: str, source: str, by, note: str = "") -> Holiday:
    """Enter a day, or correct what is entered for it; ValidationError, by field."""
    row = Holiday.objects.select_for_update().filter(day=day).first() or Holiday(day=day)
    values = {"occasion": occasion, "source": source, "note": note}
    if row.pk and all(getattr(row, name) == value for name, value in values.items()):
        return row
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row._history_user = by
    row.save()
    return row


@transaction.atomic
def remove_holiday(*, pk: int, by) -> None:
    """Take a day out of the calendar; it stays in the history. Twice is no error."""
    for row in Holiday.objects.select_for_update().filter(pk=pk):
        row._history_user = by
        row.delete()


@dataclass(frozen=True)
class Loaded:
    """How many days a loading made, how many are in the data."""

    made: int
    total: int
    changed: int = 0


@transaction.atomic
def load_holidays(path: Path = DATA, *, until_year: int | None = None) -> Loaded:
    """Enter the known days, and the fixed ones up to `until_year` (next year by default).

    A day that was ever entered, changed or removed is the office's and is not touched.
    """
    until_year = until_year or timezone.localdate().year + 1
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    rows = {
        row["day"]: Holiday(
            day=row["day"],
            occasion=row["occasion"],
            note=row.get("note", ""),
            source=found["sources"][row["source"]],
        )
        for row in found["days"]
    }
    first = min(day.year for day in rows)
    for fixed in found["every_year"]:
        for year in range(first, until_year + 1):
            day = datetime.date(year, fixed["month"], fixed["day"])
            rows.setdefault(
                day,
                Holiday(
                    day=day, occasion=fixed["occasion"], source=found["sources"][fixed["source"]]
                ),
            )
    known = set(Holiday.history.values_list("day", flat=True))
    new = [row for day, row in sorted(rows.items()) if day not in known]
    for row in new:
        row.full_clean()
        row.save()
    return Loaded(made=len(new), total=len(rows))
