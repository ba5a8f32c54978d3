"""One module a topic; what they share is here."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line: what was measured, how much it was, and what it is to be at most (None: no target)."""

    what: str
    value: float
    unit: str = "ms"
    target: float | None = None


def milliseconds(work: Callable, *args, times: int = 1) -> float:
    """The median of so many calls."""
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        work(*args)
        spent.append((time.perf_counter() - begun) * 1000)
    return statistics.median(spent)
