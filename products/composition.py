"""How the council behind a published result is made up; told by the room that knows councils.

It registers in its app's `ready()`: `composition_source(lambda rating: Composition(…) or None)`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .models import PublicRating


@dataclass(frozen=True)
class Composition:
    """Who sat in a council, without names, and how many had to be there."""

    seats: list[tuple[str, int]]  # position in words → how many people held it
    scoring: int  # seats that score
    quorum: tuple[int, int]  # numerator, denominator


_sources: list[Callable[[PublicRating], Composition | None]] = []


def composition_source(source: Callable[[PublicRating], Composition | None]) -> Callable:
    """Register a function `rating → Composition`, None where it knows nothing of that fact."""
    _sources.append(source)
    return source


def composition_of(rating: PublicRating) -> Composition | None:
    """The council of a published result; None for any other fact."""
    return next((found for source in _sources if (found := source(rating))), None)
