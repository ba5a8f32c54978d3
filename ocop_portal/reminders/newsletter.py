"""The newsletter: who gets it, by their own confirmed wish alone, and what each letter covers.

A letter covers what was published since the last one until seven o'clock of this week's Monday, so
the weeks are the same whenever the task runs: late, twice, or two at a time. Who subscribes on
Wednesday is first told the Monday after.
"""

import datetime

from django.core import signing
from django.db import transaction
from django.utils import timezone, translation

from .models import Message, Subscriber
from .news_registry import published

CHANNEL = "mail"
CONFIRM_WITHIN = datetime.timedelta(days=7)
# Mails that ask one address for confirmation: nobody can be flooded by another's hand.
CONFIRMATIONS_A_DAY = 2
ONE_DAY = datetime.timedelta(days=1)
LETTER_HOUR = datetime.time(7)  # of Mondays
# Nothing older is news, however long no task has run.
LONGEST_BACK = datetime.timedelta(days=60)

_signer = signing.TimestampSigner(salt="newsletter")


# --- Who gets it ------------------------------------------------------------------------------


@transaction.atomic
def subscribe(*, address: str, language: str) -> None:
    """Ask the owner of an address whether they want the newsletter.

    Says nothing of whether the address is known: who is subscribed already gets no second question,
    and nobody more than two a day.
    """
    address = address.strip().lower()
    Subscriber.objects.get_or_create(address=address, defaults={"language": language})
    found = Subscriber.objects.select_for_update().filter(address=address).first()
    if found is None or found.confirmed_at:  # just left by a link, or there already
        return
    now = timezone.now()
    asked = found.letters.filter(created_at__gt=now - ONE_DAY).count()
    if asked >= CONFIRMATIONS_A_DAY:
        return
    found.asked_at, found.language = now, language
    found.save()
    Message.objects.create(
        key=f"hoi:{found.pk}:{found.letters.count() + 1}",
        channel=CHANNEL,
        address=address,
        subscriber=found,
        day=timezone.localdate(now),
    )


def confirmation_of(subscriber: Subscriber) -> str:
    """What the link in the question carries; it holds for seven days."""
    return _signer.sign(subscriber.token)


def asked_by(*, signed: str) -> Subscriber | None:
    """Whom a link of a question belongs to; None when it is forged, too old, or its owner has left."""
    try:
        token = _signer.unsign(signed, max_age=CONFIRM_WITHIN)
    except signing.BadSignature:
        return None
    return Subscriber.objects.filter(token=token).first()


@transaction.atomic
def confirm(*, signed: str) -> Subscriber | None:
    """Begin the subscription; None when the link holds no more. Confirming twice changes nothing."""
    found = asked_by(signed=signed)
    if found is None:
        return None
    found = Subscriber.objects.select_for_update().filter(pk=found.pk).first()
    if found is not None and found.confirmed_at is None:
        found.confirmed_at = found.told_until = timezone.now()
        found.save()
    return found


def leave(*, token: str) -> None:
    """End a subscription: address and letters are deleted. Without one this changes nothing."""
    Subscriber.objects.filter(token=token).delete()


def forget_unconfirmed() -> int:
    """Delete the addresses that were not confirmed in time; returns how many."""
    before = timezone.now() - CONFIRM_WITHIN
    old = Subscriber.objects.filter(confirmed_at__isnull=True, asked_at__lt=before)
    number = old.count()
    old.delete()
    return number


# --- The week's letter ------------------------------------------------------------------------


def week_begins(now: datetime.datetime) -> datetime.datetime:
    """Seven o'clock of the last Monday in Vietnam, this one included once it has struck."""
    here = timezone.localtime(now)
    monday = here.date() - ONE_DAY * here.weekday()
    found = timezone.make_aware(datetime.datetime.combine(monday, LETTER_HOUR))
    return found if found <= now else found - ONE_DAY * 7


def write_letters() -> int:
    """Put this week's letter to each subscriber into the outbox; returns how many were written.

    None where nothing new was published. Once for each (subscriber, week): the letter and the day
    until which its reader has been told are written together, under a lock, and its name is unique.
    """
    until = week_begins(timezone.now())
    due = Subscriber.objects.filter(confirmed_at__isnull=False, told_until__lt=until)
    written = 0
    news: dict[str, list[datetime.datetime]] = {}
    for pk, language in due.order_by("pk").values_list("pk", "language"):
        if language not in news:
            news[language] = _moments(until, language)
        written += _write(pk, until, news[language])
    return written


def _moments(until: datetime.datetime, language: str) -> list[datetime.datetime]:
    with translation.override(language):
        sections = published(until - LONGEST_BACK, until)
    return [each.at for section in sections for each in section.news]


@transaction.atomic
def _write(pk: int, until: datetime.datetime, news: list[datetime.datetime]) -> bool:
    found = Subscriber.objects.select_for_update().filter(pk=pk, told_until__lt=until).first()
    if found is None:  # left, or another task was here first
        return False
    since = max(found.told_until, until - LONGEST_BACK)
    found.told_until = until
    found.save(update_fields=["told_until"])
    if not any(since < at <= until for at in news):
        return False
    Message.objects.create(
        key=f"tin:{found.pk}:{timezone.localdate(until)}",
        channel=CHANNEL,
        address=found.address,
        subscriber=found,
        day=timezone.localdate(),
        since=since,
        until=until,
    )
    return True
