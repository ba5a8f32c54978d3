"""What a report is: a name, what may be asked of it, and the tables that it answers with."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from communes.models import today


@dataclass(frozen=True)
class Ask:
    """What a person asks of a report: the years (both included), and how units are told."""

    user: object
    since: int
    until: int
    as_of_day: bool = False  # units as they were at the time; else today's
    samples: bool = False  # count samples too

    @property
    def years(self) -> range:
        return range(self.since, self.until + 1)

    @property
    def first_day(self) -> datetime.date:
        return datetime.date(self.since, 1, 1)

    @property
    def last_day(self) -> datetime.date:
        return datetime.date(self.until, 12, 31)


def day_in(year: int) -> datetime.date:
    """The day whose units stand for a year: its last, or today while it runs."""
    return min(datetime.date(year, 12, 31), today())


@dataclass(frozen=True)
class Row:
    """A line of a table: its name, one value a column; where more is to be read."""

    label: str
    cells: tuple
    url: str = ""


@dataclass
class Table:
    """A table and the chart beside it: bars of the column `bars` (None: no chart)."""

    title: str
    head: str
    columns: list[str]
    rows: list[Row] = field(default_factory=list)
    total: tuple | None = None
    bars: int | None = -1
    note: str = ""

    @property
    def bar_column(self) -> str:
        return self.columns[self.bars]

    @property
    def numbers(self) -> list[bool]:
        """For each column whether it holds numbers."""
        return [
            all(isinstance(row.cells[at], int | None) for row in self.rows)
            for at in range(len(self.columns))
        ]


@dataclass(frozen=True)
class Report:
    """A report: its address, title, what it counts in one line, and what makes its tables."""

    slug: str
    title: str
    lead: str
    make: Callable[[Ask], Iterable[Table]]
    ahead: int = 0  # years after this one that it looks at unless asked otherwise
    years: int | None = None  # how many years back unless asked otherwise; None: all


_reports: dict[str, Report] = {}


def report(slug: str, *, title: str, lead: str, ahead: int = 0, years: int | None = None):
    """Register a function `make(ask)` that yields the tables of a report."""

    def taken(make: Callable) -> Callable:
        _reports[slug] = Report(slug, title, lead, make, ahead, years)
        return make

    return taken


def reports() -> list[Report]:
    """Every report, in the order in which they were registered."""
    return list(_reports.values())


def report_of(slug: str) -> Report | None:
    """The report at this address."""
    return _reports.get(slug)


def counted(
    title: str,
    head: str,
    columns: list,
    counts: dict[tuple, int],
    *,
    order=None,
    total: bool = True,
) -> Table:
    """A table of sums: `counts` maps (row, column) to a number.

    A last column adds each row up, a last line each column. Rows without any number are left out;
    `order` sorts their names (default: as text).
    """
    labels = {}
    for (row, column), number in counts.items():
        if number:
            labels.setdefault(row, dict.fromkeys(columns, 0))[column] += number
    rows = [
        Row(str(label), (*(cells[c] for c in columns), sum(cells.values())))
        for label, cells in sorted(labels.items(), key=lambda item: (order or str)(item[0]))
    ]
    sums = tuple(map(sum, zip(*(row.cells for row in rows), strict=True))) if rows else None
    return Table(title, head, [*map(str, columns), _("Tổng số")], rows, sums if total else None)
