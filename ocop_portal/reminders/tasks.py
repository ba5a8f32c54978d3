"""Celery tasks: thin, without arguments, safe to run twice."""

import datetime

from celery import shared_task
from django.utils import timezone

from . import outbox
from .models import Scan as ScanRun
from .scan import scan as run_scan


@shared_task(ignore_result=True)
def scan() -> int:
    """Look for what is due; then let the mails go."""
    run = run_scan()
    send_pending.delay()
    return run.notices


@shared_task(ignore_result=True)
def send_pending() -> int:
    """Send the mails whose time has come."""
    return outbox.send_pending()


@shared_task(ignore_result=True)
def housekeeping() -> int:
    """Forget records of scans older than 90 days; notices and mails stay."""
    limit = timezone.now() - datetime.timedelta(days=90)
    return ScanRun.objects.filter(started_at__lt=limit).delete()[0]
