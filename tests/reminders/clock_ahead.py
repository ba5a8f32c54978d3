"""A worker on a machine whose clock runs three days ahead: `celery -A tests.reminders.clock_ahead worker`."""

import datetime

import time_machine

traveller = time_machine.travel(
    datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=3), tick=True
)
traveller.start()

from ocop_portal.celery import app  # noqa: E402, F401
