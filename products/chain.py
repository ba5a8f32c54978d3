"""A value chain as a plain picture, growers → processor → buyer, with its sums."""

from dataclasses import dataclass
from decimal import Decimal

from communes.models import today

from .models import Chain, ChainLink

SOON_DAYS = 60  # a contract that ends within so many days is told


@dataclass(frozen=True)
class Side:
    """One part of a chain: its parties, and sums of what is known (None: nothing is)."""

    part: str
    label: str
    links: list[ChainLink]
    area: Decimal | None
    households: int | None
    volume: Decimal | None


def picture_of(chain: Chain, readable: set[int]) -> list[Side]:
    """The three parts of a chain in order; `readable`: links whose contract may be shown.

    One query. Sums leave out what is not known.
    """
    rows = list(chain.links.in_force().select_related("producer", "commune"))
    for row in rows:
        row.may_read = row.pk in readable
        left = (row.ends_on - today()).days if row.ends_on else None
        row.is_over = left is not None and left < 0
        row.ends_soon = left is not None and 0 <= left <= SOON_DAYS
    sides = []
    for part, label in ChainLink.Part.choices:
        links = [row for row in rows if row.part == part]
        sides.append(
            Side(
                part,
                str(label),
                links,
                *(_sum(links, name) for name in ("area", "households", "volume")),
            )
        )
    return sides


def _sum(links: list[ChainLink], name: str):
    known = [value for row in links if (value := getattr(row, name)) is not None]
    return sum(known) if known else None
