"""Celery tasks: thin, without arguments, safe to run twice."""

from celery import shared_task

from . import open_data, voice


@shared_task(ignore_result=True)
def open_data_snapshot() -> int:
    """Write the day's copy of the open data."""
    return open_data.take_snapshot()


@shared_task(ignore_result=True)
def forget_contacts() -> int:
    """Erase the contacts of senders whose message was answered long ago."""
    return voice.forget_contacts()
