"""The one door through which a deadline reaches the reminders.

An app writes a function that yields what is still owed and registers it:

    @deadline_source("score-sheet", label=_("Phiếu chấm điểm"))
    def sheets_owed(ask: Ask) -> Iterator[Deadline]:
        ...

A deadline that is met is simply no longer yielded. The functions read the database afresh each time,
so a missed night, a crash or a moved date heals itself at the next scan. `docs/operations.md` and
the sources in `products/deadlines.py` show how a room adds one.
"""

import datetime
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from .models import EVERYWHERE
from .policy import DEFAULT, Timing

logger = logging.getLogger(__name__)

CHUNK = 2000
DUE = gettext_lazy("hạn")


@dataclass(frozen=True)
class Deadline:
    """Something owed by a day.

    `key` is stable for the thing owed ("entry:40:step:2"); together with `due_on`, the recipient
    and the offset it makes a notice that is sent once.
    """

    kind: str
    key: str
    due_on: datetime.date
    title: str  # what is owed, one line
    text: str  # what to do, one or two sentences
    url: str  # path within the portal
    recipients: tuple[int, ...]  # ids of the users who owe it
    # Who is told when nothing happens, or when there is no recipient: the officer or chair above.
    superiors: tuple[int, ...] = ()
    unit: int = EVERYWHERE  # the unit that runs it, whose own choice of reminder days counts
    # Where those look who do not owe it, when the page of those who do is closed to them.
    superior_url: str = ""

    def url_for(self, user: int) -> str:
        """The page that this user may open: that of who owes it, or of who stands above."""
        return self.url if user in self.recipients else self.superior_url or self.url


@dataclass(frozen=True)
class Ask:
    """What a source is asked: the open deadlines due between two days, both included.

    With `people`, only deadlines that one of these users owes or stands above are of interest, and
    with `units` beside it all deadlines of these units too. A source narrows its query as far as it
    can and must miss none of these. Where no unit is asked for it may name fewer of the others who
    owe the same thing.
    """

    since: datetime.date
    until: datetime.date
    people: frozenset[int] | None = None
    units: frozenset[int] = frozenset()


Answer = Callable[[Ask], Iterable[Deadline]]


@dataclass(frozen=True)
class Source:
    """A kind of deadline, its name on screens, and when it is told unless a unit chose otherwise."""

    kind: str
    label: str | Promise
    timing: Timing
    answer: Answer
    # What the day is called, in small letters; not every day is one by which something is owed.
    day_word: str | Promise = DUE


_sources: dict[str, Source] = {}


def deadline_source(
    kind: str,
    *,
    label: str | Promise,
    timing: Timing = DEFAULT,
    day_word: str | Promise = DUE,
) -> Callable[[Answer], Answer]:
    """Register a function that yields the open deadlines of one kind."""

    def register(answer: Answer) -> Answer:
        if kind in _sources and _sources[kind].answer is not answer:
            raise ImproperlyConfigured(f"Two sources of deadlines are called {kind!r}.")
        _sources[kind] = Source(kind, label, timing, answer, day_word)
        return answer

    return register


def sources() -> list[Source]:
    """Every registered source, in the order of registration."""
    return list(_sources.values())


def day_word(kind: str) -> str:
    """What the day of such a deadline is called in notices: "hạn", "ngày họp"."""
    source = _sources.get(kind)
    return str(source.day_word if source else DUE)


def open_deadlines(
    ask: Ask, *, kinds: Iterable[str] | None = None, errors: dict[str, str]
) -> Iterator[Deadline]:
    """The open deadlines of every source, or of these kinds.

    A source that raises does not stop the others: the error goes to the log and, by its kind, into
    `errors`. To whom "not yielded" means "met" must look there.
    """
    for source in sources():
        if kinds is not None and source.kind not in kinds:
            continue
        try:
            yield from source.answer(ask)
        except Exception as error:  # whatever another room comes up with
            logger.exception("The source of deadlines %s failed", source.kind)
            errors[source.kind] = f"{type(error).__name__}: {error}"[:500]


def in_chunks(rows: QuerySet, size: int = CHUNK) -> Iterator:
    """Rows by primary key, `size` a query.

    Not `iterator()`: the scan writes between two rows, which a cursor that is left open does not
    survive behind PgBouncer or on SQLite. And not page by page: under a filter that the database
    judges wrongly each page would sort all that is left.
    """
    rows = rows.order_by("pk")
    first = list(rows[:size])
    yield from first
    if len(first) < size:
        return
    keys = list(rows.filter(pk__gt=first[-1].pk).values_list("pk", flat=True))
    for start in range(0, len(keys), size):
        yield from rows.filter(pk__in=keys[start : start + size])
