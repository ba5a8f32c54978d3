"""Is the portal well? Asked by the proxy and by whoever watches over the server."""

import datetime
import logging
import uuid

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .celery import app
from .reminders.scan import last_scan_age

logger = logging.getLogger(__name__)

# So many scans may be missed before worker and beat are called late.
SCANS_MISSED = 4


def ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def ask_cache() -> None:
    key, value = f"health-{uuid.uuid4()}", "well"
    cache.set(key, value, timeout=10)
    if cache.get(key) != value:
        raise RuntimeError("The cache does not give back what it was given.")
    cache.delete(key)


def ask_broker() -> None:
    with app.connection_for_write(connect_timeout=2) as broker:
        broker.connect()


def ask_reminders() -> str:
    """ "late" when no scan for deadlines has ended for long: worker or beat stands still."""
    age = last_scan_age()
    allowed = datetime.timedelta(minutes=settings.REMINDER_SCAN_MINUTES * SCANS_MISSED)
    return "ok" if age is not None and age <= allowed else "late"


PARTS = {"database": ask_database, "cache": ask_cache, "broker": ask_broker}


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when database, cache and broker answer, 503 otherwise, with the state of each.

    Public, so it says which part fails and leaves the reason to the log. Late reminders are told,
    but pages are served all the same.
    """
    state = {}
    for name, ask in PARTS.items():
        try:
            ask()
            state[name] = "ok"
        except Exception:  # whatever it is, the answer is the same
            logger.exception("Health check: the %s does not answer", name)
            state[name] = "fails"
    well = all(value == "ok" for value in state.values())
    if state["database"] == "ok":
        try:
            state["reminders"] = ask_reminders()
        except Exception:  # tables that are not there yet
            logger.exception("Health check: the last scan cannot be read")
            state["reminders"] = "late"
    return JsonResponse(state, status=200 if well else 503)
