"""What rooms above add to the public library: papers that the portal draws itself.

A room registers in its app's `ready()`:

    @shelf_source
    def blank_forms(): return [OnShelf("Biểu 01 – …", reverse(…), "PDF")]
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class OnShelf:
    """A paper to take away."""

    title: str
    url: str
    type_name: str  # "PDF"


_sources: list[Callable[[], Iterable[OnShelf]]] = []


def shelf_source(source: Callable[[], Iterable[OnShelf]]) -> Callable:
    """Register a function that yields papers for the library; it asks the database nothing."""
    _sources.append(source)
    return source


def on_shelf() -> list[OnShelf]:
    """The papers of all rooms, in the order of registration."""
    return [paper for source in _sources for paper in source()]
