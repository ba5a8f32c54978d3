"""The Celery app: `celery -A ocop_portal.celery worker`, and one `celery … beat` beside it."""

import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocop_portal.settings")

app = Celery("ocop_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def scan_at_once(sender, **kwargs) -> None:
    """Whoever starts a worker after a pause need not wait for beat's next scan."""
    sender.app.send_task("ocop_portal.reminders.tasks.scan")
