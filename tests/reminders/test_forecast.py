"""The preview says what the scans of the next 14 days will tell."""

import datetime

import pytest
import time_machine

from ocop_portal.accounts.models import User
from ocop_portal.reminders import registry
from ocop_portal.reminders.forecast import forecast
from ocop_portal.reminders.models import Notice
from ocop_portal.reminders.policy import DEFAULT
from ocop_portal.reminders.registry import Source
from ocop_portal.reminders.scan import scan

from .conftest import DUE, TEN, deadline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("daytime")]
TODAY = TEN.date()


@pytest.fixture
def above(db):
    return User.objects.create(username="huyen", full_name="Cán bộ huyện")


def told(found):
    return [
        (t.day, t.deadline.key, t.offset, [p.pk for p in t.people], [p.pk for p in t.above])
        for t in found.tellings
    ]


def test_what_is_foretold_is_what_the_scans_then_tell(person, above, owed):
    owed.append(deadline(person, above=[above]))
    owed.append(deadline(key="nobody", due_on=DUE + datetime.timedelta(10), above=[above]))
    owed.append(deadline(person, key="late", due_on=TODAY - datetime.timedelta(20), above=[above]))
    foretold = {
        (t.deadline.key, pk, t.offset)
        for t in forecast(user=above, units=None).tellings
        for pk in [p.pk for p in (*t.people, *t.above)]
    }
    for days in range(15):
        with time_machine.travel(TEN + datetime.timedelta(days=days)):
            scan()
    assert foretold == set(Notice.objects.values_list("key", "recipient", "offset"))
    assert len(foretold) > 15


def test_who_looks_after_no_unit_sees_what_concerns_them_alone(person, above, owed):
    owed.append(deadline(person, key="mine", unit=7))
    owed.append(deadline(above, key="theirs", unit=7))
    mine = forecast(user=person, units=frozenset(), days=0)
    assert told(mine) == [(TODAY, "mine", -3, [person.pk], [])]


def test_who_looks_after_a_unit_sees_all_of_it_and_of_others_their_own(person, above, owed):
    owed.append(deadline(person, key="a", unit=7))
    owed.append(deadline(person, key="b", unit=8))
    owed.append(deadline(person, above, key="c", unit=8))
    seen = forecast(user=above, units=frozenset({7}), days=0)
    assert told(seen) == [
        (TODAY, "a", -3, [person.pk], []),
        (TODAY, "c", -3, [above.pk], []),
    ]


def test_a_deadline_of_nobody_is_seen_by_who_looks_after_it(above, owed):
    owed.append(deadline(key="a", unit=7))
    seen = forecast(user=above, units=frozenset({7}), days=0)
    assert told(seen) == [(TODAY, "a", -3, [], [])]


def test_a_source_that_fails_is_said(person, owed, monkeypatch):
    def broken(ask):
        raise ValueError

    monkeypatch.setitem(registry._sources, "x", Source("x", "Hỏng", DEFAULT, broken))
    owed.append(deadline(person))
    found = forecast(user=person, units=None, days=0)
    assert (list(found.errors), len(found.tellings)) == (["x"], 1)
