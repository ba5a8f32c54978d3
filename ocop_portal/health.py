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
from .reminders.scan import last_scan, last_scan_age

logger = logging.getLogger(__name__)

# So many periods may pass without a scan before worker and beat are called late.
PERIODS_WITHOUT_SCAN = 2


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
    """How the scan for deadlines stands.

    "late" when none has ended for two periods: worker or beat stands still. "fails" when the last
    one could not ask a source: its deadlines are told to nobody, the others are.
    """
    age = last_scan_age()
    allowed = datetime.timedelta(minutes=settings.REMINDER_SCAN_MINUTES * PERIODS_WITHOUT_SCAN)
    if age is None or age > allowed:
        return "late"
    return "fails" if last_scan().errors else "ok"


PARTS = {"database": ask_database, "cache": ask_cache, "broker": ask_broker}


def ask_parts() -> dict[str, str]:
    """The state of what pages need: "ok" or "fails"; the reason goes to the log."""
    state = {}
    for name, ask in PARTS.items():
        try:
            ask()
            state[name] = "ok"
        except Exception:  # whatever it is, the answer is the same
            logger.exception("Health check: the %s does not answer", name)
            state[name] = "fails"
    return state


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when all is well, 503 when a part fails or reminders are late, with the state of each.

    Public, so it says which part fails and leaves the reason to the log.
    """
    state = ask_parts()
    if state["database"] == "ok":
        try:
            state["reminders"] = ask_reminders()
        except Exception:  # tables that are not there yet
            logger.exception("Health check: the last scan cannot be read")
            state["reminders"] = "late"
    return JsonResponse(state, status=200 if set(state.values()) == {"ok"} else 503)


@login_not_required
@never_cache
@require_safe
def web_health(request: HttpRequest) -> JsonResponse:
    """200 while pages can be served: for a proxy that chooses among web servers.

    Late reminders are no reason to send nobody to a web server, so they are not asked for.
    """
    state = ask_parts()
    return JsonResponse(state, status=200 if set(state.values()) == {"ok"} else 503)
