"""A real worker on the real broker: Redis where there is one, a folder where there is none."""

import datetime
import time

import pytest
from celery.contrib.testing.worker import start_worker
from celery.signals import beat_init
from django.core import mail
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from ocop_portal.accounts.models import User
from ocop_portal.celery import app
from ocop_portal.reminders import tasks
from ocop_portal.reminders.models import Choice, Message, Notice, Scan

from .conftest import deadline


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_scans_when_told_to_and_sends_once(owed):
    person = User.objects.create(username="canbo", full_name="Cán bộ", email="canbo@example.vn")
    owed.append(deadline(person, due_on=timezone.localdate()))
    Choice.objects.create(unit=0, quiet_from=datetime.time(), quiet_until=datetime.time())
    with start_worker(app, perform_ping_check=False, pool="solo", loglevel="WARNING"):
        tasks.scan.delay()
        tasks.scan.delay()
        end = time.monotonic() + 30
        while time.monotonic() < end:
            sent = Message.objects.filter(state=Message.State.SENT).count()
            if sent and Scan.objects.filter(finished_at__isnull=False).count() == 2:
                break
            time.sleep(0.1)
    assert Scan.objects.filter(finished_at__isnull=False).count() == 2
    assert Notice.objects.count() == 1
    assert [message.to for message in mail.outbox] == [["canbo@example.vn"]]


def test_each_kind_of_task_has_a_queue_of_its_own_and_one_worker_takes_from_all():
    route = app.amqp.router.route
    queues = {
        name: route({}, f"ocop_portal.reminders.tasks.{name}")["queue"].name
        for name in ("scan", "send_pending", "housekeeping")
    }
    assert queues == {"scan": "scan", "send_pending": "send", "housekeeping": "housekeeping"}
    assert set(app.amqp.queues.consume_from) == {"celery", *queues.values()}


def test_no_task_may_run_without_an_end():
    for name in ("scan", "send_pending", "housekeeping"):
        task = app.tasks[f"ocop_portal.reminders.tasks.{name}"]
        assert 0 < task.soft_time_limit < task.time_limit <= 900


@pytest.mark.django_db
def test_beat_is_not_kept_waiting_by_a_clock_that_ran_ahead():
    every = IntervalSchedule.objects.create(every=1, period="minutes")
    ahead = timezone.now() + datetime.timedelta(days=3)
    row = PeriodicTask.objects.create(name="x", task="x", interval=every, last_run_at=ahead)
    tasks.forget_the_future()
    row.refresh_from_db()
    assert row.last_run_at <= timezone.now()
    assert tasks.forget_the_future in {receiver() for _key, receiver in beat_init.receivers}
