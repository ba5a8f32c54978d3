"""What waits for a person: each app registers a function, the office's home page asks them all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

_sources: list[Callable] = []


@dataclass(frozen=True)
class WorkItem:
    """One line of "việc cần làm": how many of what, where to do it, how many of them are late."""

    label: str
    count: int
    url: str
    icon: str = "clipboard-check"
    late: int = 0


def work_source(source: Callable[[object], Iterable[WorkItem]]) -> Callable:
    """Register `source(user)`, which yields the person's open work; nothing open, nothing yielded."""
    _sources.append(source)
    return source


def work_of(user) -> list[WorkItem]:
    """Everything that waits for this person, late work first."""
    items = [item for source in _sources for item in source(user)]
    return sorted(items, key=lambda item: -item.late)
