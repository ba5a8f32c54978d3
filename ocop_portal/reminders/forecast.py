"""Who will be told what in the days to come, if nothing is done meanwhile."""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice

from django.contrib.auth import get_user_model
from django.utils import timezone

from .registry import Deadline, day_word
from .scan import due_deadlines, policy_now, told_of

DAYS = 14
MOST = 5000  # deadlines that one page is made of


@dataclass
class Telling:
    """A deadline that is told on a day, and to whom; `above`: those told because nothing happened."""

    day: datetime.date
    deadline: Deadline
    offset: int
    url: str
    people: list = field(default_factory=list)
    above: list = field(default_factory=list)

    @property
    def day_word(self) -> str:
        return day_word(self.deadline.kind)


@dataclass(frozen=True)
class Forecast:
    """What will be told, by day.

    `errors`: kinds of deadline that could not be asked for. `is_cut`: there are more deadlines than
    a page can be made of, and some were left out.
    """

    tellings: list[Telling]
    errors: dict[str, str]
    is_cut: bool


def forecast(
    *, user, units: frozenset[int] | None, today: datetime.date | None = None, days: int = DAYS
) -> Forecast:
    """What will be told from today to `days` days on, the earliest first.

    Of deadlines in `units` everything (None: in every unit); of others what this user is told. A
    deadline that is already late or whose offset passed unseen is told today.
    """
    today = today or timezone.localdate()
    policy = policy_now()
    errors: dict[str, str] = {}
    people = None if units is None else frozenset({user.pk})
    near = due_deadlines(
        today, policy, ahead=days, people=people, units=units or frozenset(), errors=errors
    )
    found: list[tuple[Telling, list]] = []
    for deadline in islice(near, MOST):
        timing = policy.timing(deadline.kind, deadline.unit)
        everybody = units is None or deadline.unit in units
        before = None
        for ahead in range(days + 1):
            day = today + datetime.timedelta(days=ahead)
            offset = timing.offset((day - deadline.due_on).days)
            if offset is None or offset == before:
                continue
            before = offset
            told = [
                w for w in told_of(deadline, offset, policy) if everybody or w.recipient == user.pk
            ]
            if told or everybody:
                found.append((Telling(day, deadline, offset, deadline.url_for(user.pk)), told))
    names = get_user_model().objects.in_bulk(
        {w.recipient for _telling, told in found for w in told}
    )
    for telling, told in found:
        for wanted in told:
            if person := names.get(wanted.recipient):
                (telling.people if wanted.owed_by is None else telling.above).append(person)
    found.sort(key=lambda pair: (pair[0].day, pair[0].deadline.due_on, pair[0].deadline.key))
    is_cut = next(near, None) is not None
    return Forecast([telling for telling, _told in found], errors, is_cut)


def by_day(tellings: list[Telling]) -> list[tuple[datetime.date, list[Telling]]]:
    """The same, a list a day."""
    days: dict[datetime.date, list[Telling]] = defaultdict(list)
    for telling in tellings:
        days[telling.day].append(telling)
    return sorted(days.items())
