"""Celery tasks: thin, without arguments, safe to run twice. Each kind has a queue of its own."""

import datetime

from celery import shared_task
from celery.signals import beat_init
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from . import newsletter, outbox, workdays
from .models import Message, Scan
from .scan import scan as run_scan

KEEP_SCANS = datetime.timedelta(days=90)
KEEP_MESSAGES = datetime.timedelta(days=2 * 365)


@shared_task(ignore_result=True, soft_time_limit=840, time_limit=900)
def scan() -> int:
    """Look for what is due; then let the messages go."""
    run = run_scan()
    send_pending.delay()
    return run.notices


@shared_task(ignore_result=True, soft_time_limit=240, time_limit=300)
def send_pending() -> int:
    """Send the messages whose time has come."""
    return outbox.send_pending()


@shared_task(ignore_result=True, soft_time_limit=540, time_limit=600)
def write_newsletter() -> int:
    """Write the week's letters that are not written yet; the outbox sends them."""
    return newsletter.write_letters()


@shared_task(ignore_result=True, soft_time_limit=540, time_limit=600)
def housekeeping() -> None:
    """Enter the fixed holidays of the next year; forget old scans and messages, never notices.

    Addresses that never confirmed the newsletter are forgotten, too.
    """
    now = timezone.now()
    newsletter.forget_unconfirmed()
    workdays.load_holidays()
    Scan.objects.filter(started_at__lt=now - KEEP_SCANS).delete()
    Message.objects.filter(
        state__in=[Message.State.SENT, Message.State.DROPPED], created_at__lt=now - KEEP_MESSAGES
    ).delete()


@beat_init.connect
def forget_the_future(**kwargs) -> None:
    """Beat counts from each task's last run. One that a clock running ahead has left behind would
    keep it waiting until that time has come.
    """
    now = timezone.now()
    PeriodicTask.objects.filter(last_run_at__gt=now).update(last_run_at=now)
