"""Under which unit a thing is counted: the unit of its day, or today's, through all mergers.

Each thing is counted under exactly one unit, so both ways of telling give the same totals:

- A unit that became (part of) one other: what was its is counted under that one.
- A unit that was split in several, while its producer was not yet assigned to one of them: counted
  once, under the name of the unit that was split.
- Backwards in time, a unit that was put together from several: the register does not tell from
  which of them the producer came, so it is counted under the unit that they became. One that only
  changed its name is told by the older one.
"""

import datetime
from collections import defaultdict
from typing import NamedTuple

from django.utils.translation import gettext as _

from communes.models import Unit, UnitSuccession, today


class _Unit(NamedTuple):
    """What places are told by; rows of the model would cost a report of the whole country more."""

    pk: int
    level: str
    kind: str
    name: str
    search: str
    valid_from: datetime.date | None
    valid_until: datetime.date | None

    def is_valid_on(self, day: datetime.date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


class Places:
    """All units and their successions, read once; two queries."""

    def __init__(self, *, as_of_day: bool):
        self.as_of_day = as_of_day
        self.today = today()
        rows = Unit.objects.order_by().values_list(*_Unit._fields)
        self.units: dict[int, _Unit] = {row[0]: _Unit(*row) for row in rows}
        self.after, self.before = defaultdict(list), defaultdict(list)
        for old, new in UnitSuccession.objects.values_list("predecessor_id", "successor_id"):
            self.after[old].append(new)
            self.before[new].append(old)
        self._found: dict[tuple, int] = {}

    def unit_of(self, unit_id: int, day: datetime.date) -> int:
        """The unit that something of `unit_id` on `day` is counted under."""
        day = day if self.as_of_day else self.today
        key = unit_id, day
        if key not in self._found:
            self._found[key] = self._on(unit_id, day)
        return self._found[key]

    def _on(self, unit_id: int, day: datetime.date) -> int:
        ends = self._ends(unit_id, day)
        if len(ends) == 1:
            return ends.pop()
        # As far as the way is plain: a chain of renamings before the split still counts.
        ways = self._ways(unit_id, day)
        return self._on(ways[0], day) if len(ways) == 1 else unit_id

    def _ways(self, unit_id: int, day: datetime.date) -> list[int]:
        """The next units towards `day`; none for one that is there on that day."""
        unit = self.units[unit_id]
        if unit.valid_until and unit.valid_until < day:
            return self.after[unit_id]
        if unit.valid_from and unit.valid_from > day:
            return self.before[unit_id]
        return []

    def _ends(self, unit_id: int, day: datetime.date) -> set[int]:
        """The units of `day` that the unit became, or came from."""
        seen, todo, found = {unit_id}, [unit_id], set()
        while todo:
            at = todo.pop()
            if self.units[at].is_valid_on(day):
                found.add(at)
                continue
            fresh = set(self._ways(at, day)) - seen
            seen |= fresh
            todo += fresh
        return found

    def name(self, unit_id: int) -> str:
        """The unit's name; of one that has ended, when; of one that was split, that it was."""
        unit = self.units[unit_id]
        name = f"{unit.kind} {unit.name}"
        if unit.valid_until:
            name = Unit(kind=unit.kind, name=unit.name, valid_until=unit.valid_until).dated_name
        if not self.as_of_day and len(self.after.get(unit_id, ())) > 1:
            return _("%(unit)s, đã chia") % {"unit": name}
        return name

    def order(self, unit_id: int) -> tuple:
        """Communes by name; what is written down at a district, its commune unknown, last.

        Two units of one name stay two.
        """
        unit = self.units[unit_id]
        is_above = unit.level != Unit.Level.COMMUNE
        return (is_above, unit.search, unit.valid_from or datetime.date.min, unit_id)
