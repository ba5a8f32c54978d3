"""A real worker on the real broker: Redis where there is one, a folder where there is none."""

import time

import pytest
from celery.contrib.testing.worker import start_worker
from django.core import mail
from django.utils import timezone

from ocop_portal.accounts.models import User
from ocop_portal.celery import app
from ocop_portal.reminders import tasks
from ocop_portal.reminders.models import Notice, OutboxMail, Scan

from .conftest import deadline


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_scans_when_told_to_and_sends_once(owed):
    person = User.objects.create(username="canbo", full_name="Cán bộ", email="canbo@example.vn")
    owed.append(deadline(person, due_on=timezone.localdate()))
    with start_worker(app, perform_ping_check=False, pool="solo", loglevel="WARNING"):
        tasks.scan.delay()
        tasks.scan.delay()
        end = time.monotonic() + 30
        while time.monotonic() < end:
            sent = OutboxMail.objects.filter(state=OutboxMail.State.SENT).count()
            if sent and Scan.objects.filter(finished_at__isnull=False).count() == 2:
                break
            time.sleep(0.1)
    assert Scan.objects.filter(finished_at__isnull=False).count() == 2
    assert Notice.objects.count() == 1
    assert [message.to for message in mail.outbox] == [["canbo@example.vn"]]
