"""When a notice is due. Named policy, not law: no Decision prescribes reminder days.

A unit's own rule comes before the portal's, the portal's before the default of the kind.
"""

import datetime
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import EVERYWHERE, Choice, Rule


@dataclass(frozen=True)
class Timing:
    """Days, counted from the due day, on which a person is told.

    `before`: so many days ahead, 0 the day itself. Once late, again every `late_every` days until
    `late_for` days have passed; then silence, the board still shows it. From `escalate_after` days
    late on the one above is told too.
    """

    before: tuple[int, ...] = (14, 7, 3, 1, 0)
    late_every: int = 3
    late_for: int = 30
    escalate_after: int = 3

    def offset(self, days: int) -> int | None:
        """The newest offset whose day has come, `days` after the due day; None when none has.

        Only the newest: after a pause a person gets one notice, not one for every day missed.

        >>> Timing().offset(-5)
        -7
        """
        if days >= self.late_every:
            return None if days > self.late_for else days - days % self.late_every
        return max((-before for before in self.before if -before <= days), default=None)

    def escalates(self, offset: int) -> bool:
        """Whether the one above is told at this offset."""
        return offset >= self.escalate_after

    @property
    def look_ahead(self) -> datetime.timedelta:
        return datetime.timedelta(days=max(self.before, default=0))

    @property
    def look_back(self) -> datetime.timedelta:
        return datetime.timedelta(days=max(self.late_for, self.late_every - 1))


DEFAULT = Timing()


@dataclass
class Policy:
    """Every rule and choice, read once for a run."""

    defaults: dict[str, Timing]
    rules: dict[tuple[int, str], Timing] = field(default_factory=dict)
    choices: dict[int, Choice] = field(default_factory=dict)

    def timing(self, kind: str, unit: int) -> Timing:
        """The days that count for a kind of deadline in a unit."""
        return (
            self.rules.get((unit, kind))
            or self.rules.get((EVERYWHERE, kind))
            or self.defaults.get(kind, DEFAULT)
        )

    def choice(self, unit: int) -> Choice:
        """The unit's own choice, or the portal's, or the defaults."""
        return self.choices.get(unit) or self.choices.get(EVERYWHERE) or Choice(unit=EVERYWHERE)

    def reach(self, kind: str) -> tuple[datetime.timedelta, datetime.timedelta]:
        """How far back and ahead a scan has to look for a kind, whatever the unit."""
        timings = [self.timing(kind, EVERYWHERE)]
        timings += [timing for (_u, name), timing in self.rules.items() if name == kind]
        return max(t.look_back for t in timings), max(t.look_ahead for t in timings)

    def quiet_until(self, unit: int, now: datetime.datetime) -> datetime.datetime | None:
        """When the unit's quiet hours end, if `now` lies within them."""
        choice = self.choice(unit)
        start, end = choice.quiet_from, choice.quiet_until
        here = timezone.localtime(now)
        clock = here.time()
        if start == end:
            return None
        inside = start <= clock < end if start < end else clock >= start or clock < end
        if not inside:
            return None
        ends_tomorrow = start > end and clock >= start
        day = here.date() + datetime.timedelta(days=ends_tomorrow)
        return timezone.make_aware(datetime.datetime.combine(day, end))


def timing_of(rule: Rule) -> Timing:
    """A stored rule as days."""
    before = tuple(sorted({int(days) for days in rule.before.split(",")}, reverse=True))
    return Timing(before, rule.late_every, rule.late_for, rule.escalate_after)


def current_policy(defaults: dict[str, Timing]) -> Policy:
    """What holds now; two queries."""
    return Policy(
        defaults,
        {(rule.unit, rule.kind): timing_of(rule) for rule in Rule.objects.all()},
        {choice.unit: choice for choice in Choice.objects.all()},
    )


def current_choices() -> Policy:
    """Only the units' choices, for rooms that count answer times; one query."""
    return Policy({}, {}, {choice.unit: choice for choice in Choice.objects.all()})


@transaction.atomic
def set_rule(*, unit: int, kind: str, by, **days) -> Rule:
    """Set when a kind is told in a unit; ValidationError, by field, for days that make no sense.

    `days`: before ("14, 7, 3"), late_every, late_for, escalate_after. The same call twice changes
    nothing the second time.
    """
    rule = Rule.objects.select_for_update().filter(unit=unit, kind=kind).first()
    rule = rule or Rule(unit=unit, kind=kind)
    if rule.pk and all(getattr(rule, name) == value for name, value in days.items()):
        return rule
    for name, value in days.items():
        setattr(rule, name, value)
    rule.full_clean()
    if any(int(number) > 366 for number in rule.before.split(",")):
        raise ValidationError({"before": _("Không nhắc trước quá 366 ngày.")})
    rule._history_user = by
    rule.save()
    return rule


@transaction.atomic
def clear_rule(*, unit: int, kind: str, by) -> None:
    """Let the portal's rule (or the default) hold in this unit again."""
    for rule in Rule.objects.select_for_update().filter(unit=unit, kind=kind):
        rule._history_user = by
        rule.delete()


@transaction.atomic
def set_choice(*, unit: int, by, **values) -> Choice:
    """Set a unit's quiet hours and answer times; ValidationError, by field."""
    choice = Choice.objects.select_for_update().filter(unit=unit).first()
    choice = choice or Choice(unit=unit)
    if choice.pk and all(getattr(choice, name) == value for name, value in values.items()):
        return choice
    for name, value in values.items():
        setattr(choice, name, value)
    choice.full_clean()
    choice._history_user = by
    choice.save()
    return choice
