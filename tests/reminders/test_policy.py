"""Which reminder is due on which day, and when nothing is sent."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ocop_portal.reminders import policy
from ocop_portal.reminders.models import Choice, Rule
from ocop_portal.reminders.policy import DEFAULT, Policy, Timing


@pytest.mark.parametrize(
    ("days_from_due", "offset"),
    [
        (-15, None),
        (-14, -14),
        (-13, -14),
        (-8, -14),
        (-7, -7),
        (-4, -7),
        (-3, -3),
        (-2, -3),
        (-1, -1),
        (0, 0),
        (2, 0),
        (3, 3),
        (5, 3),
        (6, 6),
        (30, 30),
        (31, None),
    ],
)
def test_only_the_newest_offset_whose_day_has_come_counts(days_from_due, offset):
    assert DEFAULT.offset(days_from_due) == offset


@pytest.mark.parametrize(
    ("days_from_due", "offset"), [(-6, None), (-5, -5), (0, -5), (1, -5), (2, None), (9, None)]
)
def test_a_unit_may_be_told_once_and_never_after_the_day(days_from_due, offset):
    assert Timing(before=(5,), late_every=2, late_for=0).offset(days_from_due) == offset


@pytest.mark.parametrize(("offset", "told"), [(-14, False), (0, False), (3, True), (6, True)])
def test_the_one_above_is_told_from_three_days_late_on(offset, told):
    assert DEFAULT.escalates(offset) is told


def test_a_units_rule_comes_before_the_portals_and_that_before_the_default():
    portal, own = Timing(before=(5,)), Timing(before=(2,))
    rules = {(0, "a"): portal, (7, "a"): own}
    found = Policy({"a": Timing(before=(30,)), "b": Timing(before=(9,))}, rules)
    assert [found.timing("a", 7), found.timing("a", 8)] == [own, portal]
    assert found.timing("b", 7) == Timing(before=(9,))


def test_a_scan_looks_as_far_as_the_rule_that_looks_farthest():
    rules = {(7, "a"): Timing(before=(40,), late_for=90)}
    back, ahead = Policy({"a": DEFAULT}, rules).reach("a")
    assert (back.days, ahead.days) == (90, 40)


@pytest.mark.parametrize(
    ("start", "end", "now", "until"),
    [
        ("21:00", "06:30", "20:59", None),
        ("21:00", "06:30", "21:00", "02 06:30"),
        ("21:00", "06:30", "23:59", "02 06:30"),
        ("21:00", "06:30", "00:00", "01 06:30"),
        ("21:00", "06:30", "06:29", "01 06:30"),
        ("21:00", "06:30", "06:30", None),
        ("11:30", "13:30", "12:00", "01 13:30"),
        ("11:30", "13:30", "13:30", None),
        ("00:00", "00:00", "03:00", None),
    ],
)
def test_quiet_hours_end_on_the_day_and_at_the_hour_of_the_unit(start, end, now, until):
    times = [datetime.time.fromisoformat(text) for text in (start, end)]
    found = Policy({}, {}, {7: Choice(unit=7, quiet_from=times[0], quiet_until=times[1])})
    day = datetime.date(2020, 12, 1)
    at = timezone.make_aware(datetime.datetime.combine(day, datetime.time.fromisoformat(now)))
    ends = found.quiet_until(7, at)
    assert (ends and timezone.localtime(ends).strftime("%d %H:%M")) == until


RULE = {"before": "10, 5", "late_every": 2, "late_for": 20, "escalate_after": 4}


@pytest.mark.django_db
def test_a_rule_is_kept_with_its_history_and_the_same_again_changes_nothing(person):
    for _ in range(2):
        policy.set_rule(unit=7, kind="a", by=person, **RULE)
    policy.set_rule(unit=7, kind="a", by=person, **(RULE | {"before": "3"}))
    assert [policy.timing_of(rule).before for rule in Rule.objects.all()] == [(3,)]
    history = Rule.history.order_by("history_id")
    assert [(r.before, r.history_user) for r in history] == [("10, 5", person), ("3", person)]
    policy.clear_rule(unit=7, kind="a", by=person)
    policy.clear_rule(unit=7, kind="a", by=person)
    assert (Rule.objects.count(), Rule.history.count()) == (0, 3)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [("before", "7; 3"), ("before", "-3"), ("before", "400"), ("late_every", 0)],
)
def test_days_that_make_no_sense_are_refused_beside_their_field(person, field, value):
    with pytest.raises(ValidationError) as refusal:
        policy.set_rule(unit=7, kind="a", by=person, **(RULE | {field: value}))
    assert list(refusal.value.error_dict) == [field]
    assert Rule.objects.count() == 0
