"""The one door through which a deadline reaches the reminders.

An app writes a function that yields what is still owed and registers it:

    @deadline_source("score-sheet")
    def sheets_owed(since, until):
        yield Deadline(...)

A deadline that is met is simply no longer yielded. The functions read the database afresh at each
scan, so a missed night, a crash or a moved date heals itself at the next one.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Source = Callable[[datetime.date, datetime.date], Iterable["Deadline"]]
_sources: dict[str, Source] = {}


@dataclass(frozen=True)
class Deadline:
    """Something owed by a day.

    `key` is stable for the thing owed ("cycle-step:12:entry:40"); together with `due_on`, the
    recipient and the offset it makes a notice that is sent once.
    """

    kind: str
    key: str
    due_on: datetime.date
    title: str  # what is owed, one line
    text: str  # what to do, one or two sentences
    url: str  # path within the portal
    recipients: tuple[int, ...]  # ids of the users who owe it


def deadline_source(kind: str) -> Callable[[Source], Source]:
    """Register a function `(since, until)` that yields the open deadlines due between two days."""

    def register(source: Source) -> Source:
        _sources[kind] = source
        return source

    return register


def open_deadlines(since: datetime.date, until: datetime.date) -> Iterator[Deadline]:
    """Every open deadline of every app that falls due between the two days, both included."""
    for source in _sources.values():
        yield from source(since, until)
