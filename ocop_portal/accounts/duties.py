"""What a person does in the portal, as their profile page shows it.

Rooms above register what they know here, so that accounts need not know about roles or councils.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_sources: list[Callable] = []


@dataclass(frozen=True)
class Duty:
    """One line: what, where, from when, until when (None: no end)."""

    what: str
    where: str
    since: datetime.date
    until: datetime.date | None = None


def duty_source(source: Callable[[object], Iterable[Duty]]) -> Callable:
    """Register `source(user)`, which yields the person's present and coming duties."""
    _sources.append(source)
    return source


def duties_of(user) -> list[Duty]:
    """Everything registered for this person, the longest held first."""
    return sorted((d for source in _sources for d in source(user)), key=lambda d: d.since)
