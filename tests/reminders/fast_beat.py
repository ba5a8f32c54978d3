"""The portal's beat with a period of one second: `celery -A tests.reminders.fast_beat beat`."""

from ocop_portal.celery import app

app.conf.beat_schedule = {
    name: {"task": f"ocop_portal.reminders.tasks.{task}", "schedule": 1.0}
    for name, task in (("reminders-scan", "scan"), ("reminders-send", "send_pending"))
}
