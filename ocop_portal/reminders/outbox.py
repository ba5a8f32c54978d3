"""The outbox: deliveries are packed into digests; digests are claimed, sent, marked, tried again.

Packing. What waits for one person on one channel goes into one message a day, once the quiet hours
of the units concerned are over. What comes up after that day's message waits for the next day's,
unless it is due before that could arrive. Who wants each reminder as it comes gets it at once.

Sending. A message is claimed before it is sent and marked after. A sender that dies in between
leaves a claim; ten minutes later another takes the row over. If the dead one had already handed
the mail to the server, that mail goes out twice: SMTP knows no way to rule this out. Both carry the
same Message-ID, by which receivers drop the second.

The newsletter's mails take the same way, behind the reminders; their content is read anew, too.

A message may wait for hours. What is no longer owed when its turn comes (done, moved to another
day, the person's role ended) is taken out of it; a message with nothing left is not sent.
"""

import datetime
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from .channels import AddressRefused, Channel, channels
from .models import BadAddress, Delivery, Lane, Message, Notice, Preference, Scan, Subscriber
from .newsletter_mail import mail_for_subscriber
from .policy import Policy, current_choices
from .registry import Ask, open_deadlines

logger = logging.getLogger(__name__)

S = Message.State
ONE_DAY = datetime.timedelta(days=1)
ONE_MINUTE = datetime.timedelta(minutes=1)

CLAIM_LASTS = datetime.timedelta(minutes=10)
# Pauses after each failed try; after the last one the row is given up, visibly. Nearly three days
# in all: a mail server that falls silent on Friday evening is mended on Monday.
PAUSES = tuple(datetime.timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 480, 720, 1440, 1440))
# So many failures in a row mean a server that is down: the rest waits for the next run, and a
# worker does not stand for an hour before a door that never opens.
FAILURES_IN_A_ROW = 3
# While a room cannot say what is still owed, its notices wait so long for another digest.
UNKNOWN_PAUSE = datetime.timedelta(minutes=30)
# Claimed at a time, so that what is still owed is asked for once for so many.
CLAIM_SIZE = 20
# People whose messages are packed in one run.
PACK_SIZE = 500
# A run ends after so many seconds; beat starts the next one.
RUN_SECONDS = 45
# Seconds between tries to write what was sent, while the database restarts.
DATABASE_PAUSES = (0, 1, 3, 10)
# A scan that has not ended after so long was killed: its notices no longer wait for it.
SCAN_LASTS = datetime.timedelta(minutes=15)
# Nothing is ever held longer; a later time was written by a clock that ran ahead.
LONGEST_HOLD = datetime.timedelta(days=2)
LONGEST_PAUSE = max(PAUSES)


def send_pending() -> int:
    """Pack what waits, send what is packed; returns how many messages went out.

    No more than MAILS_PER_MINUTE go out in any minute, whatever the number of senders.
    """
    pack_waiting()
    sent = failed = 0
    run_ends = time.monotonic() + RUN_SECONDS
    ways = channels()
    try:
        while failed < FAILURES_IN_A_ROW and time.monotonic() < run_ends:
            claimed = _claim()
            if not claimed:
                break
            owed = _owed(claimed)
            for number, message in enumerate(claimed):
                if failed >= FAILURES_IN_A_ROW:
                    _release(claimed[number:])
                    break
                if _deliver(message, owed, ways.get(message.channel)):
                    sent, failed = sent + (message.state == S.SENT), 0
                else:
                    failed += 1
    finally:
        for way in ways.values():
            way.close()
    return sent


# --- Packing ----------------------------------------------------------------------------------


def pack_waiting() -> int:
    """Put what waits into messages, one a person and channel; returns how many were made.

    Nothing while a scan runs: it may still find more for the same digest.
    """
    now = timezone.now()
    if _scan_runs(now):
        return 0
    due = Delivery.objects.filter(state=Delivery.State.WAITING).filter(
        Q(not_before__lte=now) | Q(not_before__gt=now + LONGEST_HOLD)
    )
    pairs = (
        due.order_by()
        .values("notice__recipient", "channel")
        .annotate(first=Min("not_before"))
        .order_by("first")[:PACK_SIZE]
    )
    people = {pair["notice__recipient"] for pair in pairs}
    if not people:
        return 0
    groups: dict[tuple[int, str], list[Delivery]] = defaultdict(list)
    for delivery in due.filter(notice__recipient__in=people).select_related("notice__recipient"):
        groups[delivery.notice.recipient_id, delivery.channel].append(delivery)
    packing = _Packing(now, people)
    return sum(packing.pack(*group, deliveries) for group, deliveries in sorted(groups.items()))


def _scan_runs(now: datetime.datetime) -> bool:
    last = Scan.objects.first()
    return (
        last is not None and last.finished_at is None and now - SCAN_LASTS < last.started_at <= now
    )


class _Packing:
    """What packing has to know of a number of people, read once."""

    def __init__(self, now: datetime.datetime, people: set[int]):
        self.now, self.today = now, timezone.localdate(now)
        self.policy: Policy = current_choices()
        self.ways = channels()
        self.preferences = {p.user_id: p for p in Preference.objects.filter(user__in=people)}
        self.bad = set(BadAddress.objects.values_list("address", flat=True))
        # What this day's messages to each person are called; only sent or open ones count.
        self.today_count: dict[tuple[int, str], int] = defaultdict(int)
        self.names: set[str] = set()
        self.open: dict[tuple[int, str], int] = {}
        for pk, recipient, channel, key, state in Message.objects.filter(
            recipient__in=people, day=self.today
        ).values_list("pk", "recipient", "channel", "key", "state"):
            self.today_count[recipient, channel] += state != S.DROPPED
            self.names.add(key)
            if state == S.PENDING:
                self.open[recipient, channel] = pk

    def pack(self, recipient: int, channel: str, deliveries: list[Delivery]) -> int:
        """Make the person's message of these deliveries, or hold or drop them; 1 when it was made."""
        user = deliveries[0].notice.recipient
        address = self._address(user, channel)
        ids = [delivery.pk for delivery in deliveries]
        if not address:
            _waiting(ids).update(state=Delivery.State.DROPPED)
            return 0
        if until := self._quiet_until(deliveries):
            _waiting(ids).update(not_before=until)
            return 0
        if self._joined(recipient, channel, ids):
            return 0
        if until := self._tomorrow(recipient, channel, deliveries):
            _waiting(ids).update(not_before=until)
            return 0
        number = 1
        while (key := f"{channel}:{address}:{self.today}:{number}") in self.names:
            number += 1
        try:
            with transaction.atomic():
                message = Message.objects.create(
                    key=key,
                    channel=channel,
                    address=address,
                    recipient=user,
                    day=self.today,
                    next_try_at=self.now,
                )
                if not _waiting(ids).update(state=Delivery.State.PACKED, message=message):
                    message.delete()
                    return 0
        except IntegrityError:  # another sender packs for the same address at this moment
            return 0
        self.names.add(key)
        return 1

    def _address(self, user, channel: str) -> str:
        way, preference = self.ways.get(channel), self.preferences.get(user.pk)
        wanted = preference is None or channel in preference.channels
        if way is None or not wanted or not user.is_active:
            return ""
        address = way.address_of(user)
        return "" if address in self.bad else address

    def _quiet_until(self, deliveries) -> datetime.datetime | None:
        quiet = [self.policy.quiet_until(d.notice.unit, self.now) for d in deliveries]
        return max(filter(None, quiet), default=None)

    def _joined(self, recipient: int, channel: str, ids: list[int]) -> bool:
        """Whether the deliveries went into today's message, which has not left yet."""
        pk = self.open.get((recipient, channel))
        if pk is None:
            return False
        with transaction.atomic():
            # Its lock keeps a sender from claiming it before these are in.
            message = Message.objects.select_for_update().filter(pk=pk, state=S.PENDING).first()
            if message is not None:
                _waiting(ids).update(state=Delivery.State.PACKED, message=message)
        return message is not None

    def _tomorrow(self, recipient, channel, deliveries) -> datetime.datetime | None:
        """When the next day's digest is packed, if today's has gone and these can wait for it."""
        preference = self.preferences.get(recipient)
        daily = preference is None or preference.daily
        if not daily or not self.today_count[recipient, channel]:
            return None
        # It would come too late with tomorrow's.
        if any(self.today <= d.notice.due_on <= self.today + ONE_DAY for d in deliveries):
            return None
        midnight = datetime.datetime.combine(self.today + ONE_DAY, datetime.time())
        return timezone.make_aware(midnight)


def _waiting(ids: list[int]):
    return Delivery.objects.filter(pk__in=ids, state=Delivery.State.WAITING)


# --- Sending ----------------------------------------------------------------------------------


@transaction.atomic
def _claim() -> list[Message]:
    """Take the next open messages so that no other sender has them, within the limit a minute."""
    Lane.objects.get_or_create(pk=1)
    Lane.objects.select_for_update().get(pk=1)
    now = timezone.now()  # after the wait: what others claimed meanwhile counts
    lately = Message.objects.filter(claimed_at__gt=now - ONE_MINUTE, claimed_at__lte=now).count()
    size = min(CLAIM_SIZE, settings.MAILS_PER_MINUTE - lately)
    if size <= 0:
        return []
    # Times ahead of what the portal ever writes were written by a clock that ran ahead.
    rows = Message.objects.filter(
        Q(state=S.PENDING, next_try_at__lte=now)
        | Q(state=S.PENDING, next_try_at__gt=now + LONGEST_PAUSE)
        | Q(state=S.SENDING, claimed_at__lte=now - CLAIM_LASTS)
        | Q(state=S.SENDING, claimed_at__gt=now + ONE_MINUTE)
    )
    # A week's letters, thousands at once perhaps, hold up no reminder.
    rows = rows.order_by(F("until").asc(nulls_first=True), "next_try_at", "pk")
    claimed = list(rows.select_related("recipient")[:size])
    Message.objects.filter(pk__in=[message.pk for message in claimed]).update(
        state=S.SENDING, claimed_at=now
    )
    for message in claimed:
        message.state, message.claimed_at = S.SENDING, now
        message.notices = []
    by_id = {message.pk: message for message in claimed}
    for delivery in Delivery.objects.filter(
        message__in=by_id, state=Delivery.State.PACKED
    ).select_related("notice"):
        by_id[delivery.message_id].notices.append(delivery.notice)
    return claimed


@dataclass(frozen=True)
class _Owed:
    """(key, due day, person) of what is still owed; kinds of which that is not known now."""

    known: set[tuple[str, datetime.date, int]]
    unknown: set[str]


def _owed(messages: list[Message]) -> _Owed:
    """What these messages tell and is still owed; each room is asked once for all of them."""
    notices = [notice for message in messages for notice in message.notices]
    if not notices:
        return _Owed(set(), set())
    days = [notice.due_on for notice in notices]
    ask = Ask(min(days), max(days), frozenset(notice.recipient_id for notice in notices))
    errors: dict[str, str] = {}
    kinds = {notice.kind for notice in notices}
    known = {
        (deadline.key, deadline.due_on, person)
        for deadline in open_deadlines(ask, kinds=kinds, errors=errors)
        for person in (*deadline.recipients, *deadline.superiors)
    }
    return _Owed(known, set(errors))


def _release(messages: list[Message]) -> None:
    """Give claimed messages back untried."""
    for message in messages:
        _mark(message, state=S.PENDING)


def _deliver(message: Message, owed: _Owed, way: Channel | None) -> bool:
    """Send one message; False when the try failed.

    What is no longer owed is taken out first, and what a room cannot answer for now is put back.
    """
    if message.subscriber_id is not None:
        return _deliver_to_subscriber(message, way)
    keep, gone, later = [], [], []
    for notice in message.notices:
        is_owed = (notice.key, notice.due_on, notice.recipient_id) in owed.known
        (later if notice.kind in owed.unknown else keep if is_owed else gone).append(notice)
    address = way.address_of(message.recipient) if way else ""
    if not address:
        keep, gone, later = [], message.notices, []
    packed = Delivery.objects.filter(message=message)
    packed.filter(notice__in=gone).update(state=Delivery.State.DROPPED)
    packed.filter(notice__in=later).update(
        state=Delivery.State.WAITING, message=None, not_before=timezone.now() + UNKNOWN_PAUSE
    )
    if not keep:
        _mark(message, state=S.DROPPED)
        return True
    if address != message.address:  # changed since the message was packed
        message.address = address
    last_words = _last_words(keep)
    return _send(message, lambda: way.send(message, last_words))


def _last_words(notices: list[Notice]) -> list[Notice]:
    """The latest notice of each matter: after an outage several of one may have waited together."""
    last: dict[tuple, Notice] = {}
    for notice in sorted(notices, key=lambda notice: notice.offset):
        last[notice.key, notice.due_on] = notice
    return [notice for notice in notices if last[notice.key, notice.due_on] is notice]


class _NothingToSend(Exception):
    """What the message was to tell is no longer there, or nobody wants it any more."""


def _deliver_to_subscriber(message: Message, way: Channel | None) -> bool:
    def act() -> None:
        mail = mail_for_subscriber(message) if way else None
        if mail is None:
            raise _NothingToSend
        way.hand_over(mail)

    return _send(message, act)


def _send(message: Message, act: Callable[[], None]) -> bool:
    tries = message.tries + 1
    try:
        act()
    except _NothingToSend:
        _mark(message, state=S.DROPPED)
        return True
    except AddressRefused as refusal:
        if message.subscriber_id is not None:
            # An address that takes nothing subscribes to nothing; no more is kept of it.
            Subscriber.objects.filter(pk=message.subscriber_id).delete()
            return True
        mark_bad(address=message.address, reason=str(refusal))
        _mark(message, state=S.FAILED, tries=tries, error=str(refusal)[:2000])
        return True  # the server answers; it is the address that is wrong
    except Exception as error:  # whatever the mail server or the network comes up with
        values = {"tries": tries, "error": f"{type(error).__name__}: {error}"[:2000]}
        if tries > len(PAUSES):
            logger.error("Message %s was given up: %s", message.key, values["error"])
            values["state"] = S.FAILED
        else:
            values |= {"state": S.PENDING, "next_try_at": timezone.now() + PAUSES[tries - 1]}
        _mark(message, **values)
        return False
    _mark(
        message,
        state=S.SENT,
        tries=tries,
        error="",
        sent_at=timezone.now(),
        address=message.address,
    )
    return True


def _mark(message: Message, **values) -> None:
    """Write what became of a claimed message; a claim that was taken over is no longer ours.

    A database that restarts at this moment is waited for: what was handed over and is not marked
    would be sent again.
    """
    message.state = values["state"]
    claim = Message.objects.filter(pk=message.pk, claimed_at=message.claimed_at, state=S.SENDING)
    for pause in (*DATABASE_PAUSES, None):
        try:
            claim.update(**values)
            return
        except (InterfaceError, OperationalError):
            if pause is None or connection.in_atomic_block:
                raise
            logger.warning("The database does not answer; trying again in %s s", pause)
            connection.close()
            time.sleep(pause)


# --- What the administrator does ----------------------------------------------------------------


@transaction.atomic
def retry_failed() -> int:
    """Let what was given up be tried anew, but to addresses that were refused; returns how many."""
    bad = BadAddress.objects.values("address")
    return (
        Message.objects.filter(state=S.FAILED)
        .exclude(address__in=bad)
        .update(state=S.PENDING, tries=0, next_try_at=timezone.now())
    )


def mark_bad(*, address: str, reason: str) -> BadAddress:
    """Send nothing more to an address; the first reason stays."""
    return BadAddress.objects.get_or_create(
        address=address, defaults={"reason": reason[:2000] or _("Máy chủ thư từ chối.")}
    )[0]


@transaction.atomic
def clear_bad(*, pk: int) -> int:
    """Trust an address again, and let what was refused be tried anew; returns how many messages."""
    row = BadAddress.objects.filter(pk=pk).first()
    if row is None:
        return 0
    row.delete()
    return Message.objects.filter(state=S.FAILED, address=row.address).update(
        state=S.PENDING, tries=0, next_try_at=timezone.now()
    )
