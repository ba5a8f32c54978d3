"""The units whose reminders a person arranges: the room above says which, and what they are called."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Office:
    """A unit that makes its own choice of reminder days."""

    unit: int
    name: str


_sources: list[Callable[[object], Iterable[Office]]] = []


def office_source(source: Callable[[object], Iterable[Office]]) -> Callable:
    """Register `source(user)`, which yields the units whose reminders this person arranges."""
    _sources.append(source)
    return source


def offices_of(user) -> list[Office]:
    """The units whose reminders this person arranges, by name."""
    return sorted((o for source in _sources for o in source(user)), key=lambda o: o.name)
