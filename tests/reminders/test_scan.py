"""A notice once for each deadline, person and offset – whatever runs twice, at once, or dies."""

import datetime
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ocop_portal.accounts.models import User
from ocop_portal.reminders import registry
from ocop_portal.reminders import scan as scan_module
from ocop_portal.reminders.models import Delivery, Notice, Rule, Scan
from ocop_portal.reminders.policy import DEFAULT
from ocop_portal.reminders.scan import last_scan_age, scan

from .conftest import DUE, deadline, source_of

ROOT = Path(__file__).resolve().parents[2]


def days_before(days):
    return DUE - datetime.timedelta(days=days)


def notices():
    return sorted(Notice.objects.values_list("key", "recipient__username", "offset"))


def test_a_scan_run_twice_tells_once(person, owed):
    owed.append(deadline(person))
    assert scan(today=days_before(7)).notices == 1
    assert scan(today=days_before(7)).notices == 0
    assert notices() == [("entry:1:step:2", "canbo", -7)]
    assert Delivery.objects.count() == 1


def test_each_offset_tells_again(person, owed):
    owed.append(deadline(person))
    for days in (14, 7, 3, 1, 0, -3):
        scan(today=days_before(days))
    assert [offset for _key, _who, offset in notices()] == [-14, -7, -3, -1, 0, 3]


def test_after_a_pause_one_notice_comes_not_a_burst(person, owed):
    owed.append(deadline(person))
    scan(today=days_before(-1))
    assert [offset for _key, _who, offset in notices()] == [0]


def test_a_moved_date_tells_anew(person, owed):
    owed.append(deadline(person))
    scan(today=days_before(3))
    owed[0] = deadline(person, due_on=DUE + datetime.timedelta(days=14))
    scan(today=days_before(0))
    assert list(Notice.objects.order_by("pk").values_list("due_on", "offset")) == [
        (DUE, -3),
        (DUE + datetime.timedelta(days=14), -14),
    ]


def test_what_is_done_tells_nobody(person, owed):
    assert scan(today=days_before(3)).deadlines == 0
    assert notices() == []


def test_without_an_address_there_is_a_notice_but_no_mail(db, owed):
    silent = User.objects.create(username="khongthu", full_name="Không thư", email=None)
    owed.append(deadline(silent))
    scan(today=days_before(3))
    assert notices() == [("entry:1:step:2", "khongthu", -3)]
    assert Delivery.objects.count() == 0


def test_a_batch_costs_the_same_number_of_queries_at_1_and_at_3(
    person, owed, django_assert_num_queries
):
    others = [
        User.objects.create(username=f"u{n}", full_name=f"Người {n}", email=f"u{n}@example.vn")
        for n in range(2)
    ]
    owed.append(deadline(person))
    # record, rules, choices; savepoint, known, people, insert, written, channels, deliveries,
    # savepoint; record
    with django_assert_num_queries(12):
        scan(today=days_before(7))
    owed[:] = [deadline(person, *others, key=f"entry:{n}") for n in range(3)]
    with django_assert_num_queries(12):
        scan(today=days_before(7))
    assert Notice.objects.count() == 10
    # what was there: record, rules, choices; savepoint, known, dropped ones, savepoint; record
    with django_assert_num_queries(8):
        scan(today=days_before(7))


def test_each_further_batch_costs_the_same_number_of_queries(person, owed, monkeypatch):
    monkeypatch.setattr(scan_module, "BATCH", 4)
    costs = []
    for count in (4, 8, 12):
        Notice.objects.all().delete()
        owed[:] = [deadline(person, key=f"entry:{n}") for n in range(count)]
        with CaptureQueriesContext(connection) as queries:
            assert scan(today=days_before(7)).notices == count
        costs.append(len(queries))
    assert costs[1] - costs[0] == costs[2] - costs[1] == 8


def test_a_source_that_fails_does_not_stop_the_others(person, owed, monkeypatch):
    def broken(ask):
        yield deadline(person, key="first", kind="broken")
        raise ValueError("hỏng")

    owed.append(deadline(person))
    monkeypatch.setitem(
        registry._sources, "broken", registry.Source("broken", "Hỏng", DEFAULT, broken)
    )
    monkeypatch.setitem(registry._sources, "last", source_of("last", owed))
    owed.append(deadline(person, key="after", kind="last"))
    run = scan(today=days_before(7))
    assert run.finished_at is not None
    assert run.errors == {"broken": "ValueError: hỏng"}
    assert [key for key, _who, _offset in notices()] == ["after", "entry:1:step:2", "first"]


def boss(**values):
    return User.objects.create(username="huyen", full_name="Cán bộ huyện", **values)


def test_nothing_happens_for_three_days_and_the_one_above_is_told_who_owes(person, owed):
    found = deadline(person, above=[boss(email="huyen@example.vn")])
    owed.append(replace(found, superior_url="/phu-trach/"))
    scan(today=days_before(-2))
    assert [who for _key, who, _offset in notices()] == ["canbo"]
    scan(today=days_before(-3))
    above = Notice.objects.get(recipient__username="huyen")
    assert (above.offset, above.is_escalated) == (3, True)
    assert above.text == "Cần làm xong trước hạn. Người phụ trách: Cán bộ thử."
    assert above.url == "/phu-trach/"
    assert set(Notice.objects.exclude(pk=above.pk).values_list("url", flat=True)) == {found.url}
    assert Delivery.objects.filter(notice=above).count() == 1


def test_who_owes_it_and_stands_above_is_told_once(person, owed):
    owed.append(deadline(person, above=[person]))
    scan(today=days_before(-3))
    assert notices() == [("entry:1:step:2", "canbo", 3)]


def test_where_nobody_owes_it_the_one_above_is_told_from_the_first(db, owed):
    owed.append(deadline(above=[boss()]))
    run = scan(today=days_before(14))
    assert (notices(), run.unowned) == ([("entry:1:step:2", "huyen", -14)], 0)
    assert Notice.objects.get().text.endswith("Chưa có ai phụ trách việc này.")


def test_a_deadline_of_nobody_is_counted(db, owed):
    owed.append(deadline())
    assert scan(today=days_before(14)).unowned == 1


def test_a_units_own_days_are_used_in_that_unit_alone(person, owed):
    Rule.objects.create(
        unit=7, kind="test", before="40", late_every=3, late_for=0, escalate_after=3
    )
    owed.append(deadline(person, key="ours", unit=7))
    owed.append(deadline(person, key="theirs", unit=8))
    scan(today=days_before(40))
    assert notices() == [("ours", "canbo", -40)]


def test_who_was_stopped_is_told_nothing(person, owed):
    User.objects.update(is_active=False)
    owed.append(deadline(person))
    assert scan(today=days_before(7)).notices == 0


def test_the_age_of_the_last_scan_is_known(person, owed):
    assert last_scan_age() is None
    scan(today=days_before(7))
    assert last_scan_age() < datetime.timedelta(minutes=1)


def test_a_scan_of_a_clock_that_ran_ahead_does_not_pass_for_a_fresh_one(person, owed):
    with time_machine.travel(timezone.now() + datetime.timedelta(days=400)):
        scan(today=days_before(7))
    assert last_scan_age() > datetime.timedelta(days=399)


@pytest.mark.django_db(transaction=True)
def test_two_scans_at_once_double_nothing(owed):
    people = [
        User.objects.create(username=f"u{n}", full_name=f"Người {n}", email=f"u{n}@example.vn")
        for n in range(5)
    ]
    owed.extend(deadline(*people, key=f"entry:{n}") for n in range(20))
    together, errors = threading.Barrier(2), []

    def run():
        try:
            together.wait(timeout=10)
            scan(today=days_before(7))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []
    assert Notice.objects.count() == 100
    assert Delivery.objects.count() == 100


SLOW_SCAN = """
import datetime, os, sys, time
import django
django.setup()
from ocop_portal.reminders import registry, scan
from ocop_portal.reminders.policy import DEFAULT
from ocop_portal.reminders.registry import Deadline, Source
scan.BATCH = 1

def slow(ask):
    for number in range(10):
        time.sleep(0.3)
        yield Deadline(kind="test", key=f"entry:{number}", due_on=datetime.date(2020, 10, 31),
                       title="Hạn", text="", url="/", recipients=(int(sys.argv[1]),))

registry._sources.clear()
registry._sources["test"] = Source("test", "Chậm", DEFAULT, slow)
scan.scan(today=datetime.date(2020, 10, 24))
"""


def database_url() -> str:
    """The test database as an address for another process."""
    names = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{names['NAME']}"
    login = f"{names['USER']}:{names['PASSWORD']}".rstrip(":")
    return (
        f"postgres://{login}@{names['HOST'] or '127.0.0.1'}:{names['PORT'] or 5432}/{names['NAME']}"
    )


@pytest.mark.django_db(transaction=True)
def test_a_scan_killed_in_the_middle_loses_and_doubles_nothing(owed):
    person = User.objects.create(username="canbo", full_name="Cán bộ", email="canbo@example.vn")
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_SCAN, str(person.pk)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url()},
    )
    deadline_at = time.monotonic() + 60
    while Notice.objects.count() < 3 and time.monotonic() < deadline_at:
        assert process.poll() is None, "the scan ended before it could be killed"
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=10)
    told = Notice.objects.count()
    assert 3 <= told < 10
    assert Scan.objects.filter(finished_at__isnull=False).count() == 0

    owed.extend(deadline(person, key=f"entry:{number}") for number in range(10))
    scan_module.scan(today=days_before(7))

    assert sorted(Notice.objects.values_list("key", flat=True)) == [
        f"entry:{number}" for number in range(10)
    ]
    assert Delivery.objects.count() == 10
