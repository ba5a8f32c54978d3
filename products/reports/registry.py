"""What a report is: a name, what may be asked of it, and the tables that it answers with."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest

from django.db.models import Model, QuerySet
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


class Sums:
    """Rows of sums, named and drawn up as far as they are wanted."""

    def __init__(self, cells: dict, *, order: Callable, name: Callable, summed: bool):
        self.cells, self.name, self.summed = cells, name, summed
        self.keys = sorted(cells, key=order)

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, self.keys)

    def __getitem__(self, wanted: slice) -> list[Row]:
        return [self._row(key) for key in self.keys[wanted]]

    def _numbers(self, key) -> tuple:
        cells = self.cells[key]
        return (*cells, sum(cells)) if self.summed else tuple(cells)

    def _row(self, key) -> Row:
        return Row(str(self.name(key)), self._numbers(key))

    def largest(self, column: int, most: int) -> list[Row]:
        """Rows as they stand; of more than `most`, those with most in this column, from the top."""
        if len(self) <= most:
            return list(self)
        keys = nlargest(most, self.keys, key=lambda key: self._numbers(key)[column])
        return [self._row(key) for key in keys]


class Listed:
    """Rows of a query, read as far as they are wanted: the page shows a few, the file holds all.

    `number`: how many there are, where that is known already.
    """

    def __init__(self, found: QuerySet, row: Callable[[Model], Row], number: int | None = None):
        self.found, self.row, self.number = found, row, number

    @cached_property
    def _number(self) -> int:
        return self.found.count() if self.number is None else self.number

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[Row]:
        return map(self.row, self.found.iterator(chunk_size=2000))

    def __getitem__(self, wanted: slice) -> list[Row]:
        # Keys first: the database then sorts keys, not whole rows.
        return [self.row(row) for row in self.found.filter(pk__in=self.found.values("pk")[wanted])]


def hold_numbers(rows: Sequence[Row]) -> list[bool]:
    """For each column of these rows whether it holds numbers."""
    columns = zip(*(row.cells for row in rows), strict=True)
    return [all(isinstance(value, int | None) for value in column) for column in columns]


@dataclass
class Table:
    """A table and the chart beside it: bars of the column `bars` (None: no chart)."""

    title: str
    head: str
    columns: list[str]
    rows: Sums | Listed
    total: tuple | None = None
    bars: int | None = -1
    note: str = ""

    @property
    def bar_column(self) -> str:
        return self.columns[self.bars]


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
    order: Callable = str,
    name: Callable = str,
    parts: bool = False,
) -> Table:
    """A table of sums: `counts` maps (row, column) to a number.

    A last column adds each row up, a last line each column. Rows without any number are left out;
    `order` sorts them, `name` names them. `parts`: the columns are parts of the first, which are
    not to be added up.
    """
    at = {column: number for number, column in enumerate(columns)}
    cells: dict = {}
    for (row, column), number in counts.items():
        if number:
            cells.setdefault(row, [0] * len(columns))[at[column]] += number
    rows = Sums(cells, order=order, name=name, summed=not parts)
    heads = [*map(str, columns)] if parts else [*map(str, columns), _("Tổng số")]
    total = tuple(map(sum, zip(*cells.values(), strict=True))) or None
    if total and not parts:
        total = (*total, sum(total))
    return Table(title, head, heads, rows, total, bars=0 if parts else -1)
