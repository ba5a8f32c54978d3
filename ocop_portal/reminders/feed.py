"""A person's own deadlines as a calendar (ICS, RFC 5545), behind a private link."""

import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from .models import Feed, new_token
from .registry import Ask, day_word, open_deadlines

BACK = datetime.timedelta(days=60)
AHEAD = datetime.timedelta(days=400)


@transaction.atomic
def make_feed(*, user) -> Feed:
    """Give the person a new private link; the one before, if any, is dead from now on."""
    feed, made = Feed.objects.select_for_update().get_or_create(user=user)
    if not made:
        feed.token, feed.made_at, feed.read_at = new_token(), timezone.now(), None
        feed.save()
    return feed


def revoke_feed(*, user) -> None:
    """Take the link away; without one this changes nothing."""
    Feed.objects.filter(user=user).delete()


def own_calendar(user, *, today: datetime.date | None = None) -> bytes:
    """What the person owes, each a day-long event with an alarm the morning before."""
    today = today or timezone.localdate()
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    found = Calendar()
    found.add("prodid", "-//OCOP//Nhac viec//VI")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", _("Hạn việc %s") % settings.PORTAL_NAME)
    found.add("x-wr-timezone", settings.TIME_ZONE)
    found.add("refresh-interval", datetime.timedelta(hours=6), parameters={"value": "DURATION"})
    errors: dict[str, str] = {}  # one room's fault must not empty the calendar of the others
    ask = Ask(today - BACK, today + AHEAD, frozenset({user.pk}))
    stamp = timezone.now().astimezone(datetime.UTC)
    for deadline in open_deadlines(ask, errors=errors):
        if user.pk not in deadline.recipients:
            continue
        event = Event()
        event.add("uid", f"{deadline.key}@{host}")
        event.add("dtstamp", stamp)
        event.add("dtstart", deadline.due_on)
        event.add("dtend", deadline.due_on + datetime.timedelta(days=1))
        event.add("summary", f"{capfirst(day_word(deadline.kind))}: {deadline.title}")
        link = f"{settings.SITE_URL}{deadline.url}"
        event.add("description", f"{deadline.text}\n{link}")
        event.add("url", link)
        event.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", deadline.title)
        alarm.add("trigger", datetime.timedelta(hours=-16))  # at 8:00 of the day before
        event.add_component(alarm)
        found.add_component(event)
    return found.to_ical()
