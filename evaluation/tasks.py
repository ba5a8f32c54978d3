"""Celery tasks of the evaluation: thin, without arguments, safe to run twice."""

from celery import shared_task

from . import publication


@shared_task(ignore_result=True)
def refresh_expired() -> int:
    """Let lists show what stands for a product once its certificate has run out."""
    return publication.refresh_expired()
