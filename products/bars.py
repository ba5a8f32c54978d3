"""Bars of a chart and how long they are drawn: for the public numbers and for the office's reports."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """One value; `target`: what a plan aims at, where it says so."""

    label: str
    number: int
    target: int | None = None

    @property
    def reached(self) -> int | None:
        """How many hundredths of the target are there, cut; None without a target to reach."""
        return self.number * 100 // self.target if self.target else None


def drawn(bars: Iterable[Bar]) -> list[tuple[Bar, int]]:
    """Each bar with its length in hundredths of the longest, cut; what is there is seen, at least 1."""
    bars = list(bars)
    most = max((bar.number for bar in bars), default=0)
    return [(bar, max(bar.number * 100 // most, 1) if bar.number else 0) for bar in bars]


def drawn_to_targets(bars: Iterable[Bar]) -> list[tuple[Bar, int | None]]:
    """Each bar with its length in hundredths of its own target, at most 100; None without one.

    A plan's targets count different things (products, classes, people), so that no two of its bars
    may be held against each other.
    """
    return [(bar, None if bar.reached is None else min(bar.reached, 100)) for bar in bars]
