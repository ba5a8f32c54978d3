"""The scan: what is owed now becomes notices, each once.

It asks every app afresh what is open, so there is nothing to catch up or to cancel. The unique
constraint on (key, due_on, recipient, offset) makes it safe to run twice, at once, or again after
a kill in the middle.
"""

import datetime
from collections.abc import Iterator
from itertools import islice

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from .models import Notice, OutboxMail, Scan
from .policy import LOOK_AHEAD, LOOK_BACK, offset_on
from .registry import open_deadlines

BATCH = 500


def scan(*, today: datetime.date | None = None) -> Scan:
    """Make the notices that are due and not yet there; returns the record of the run.

    A batch of notices and their mails is written in one transaction with a fixed number of
    queries. Whoever has no mail address, or is no longer active, gets no mail.
    """
    today = today or timezone.localdate()
    run = Scan.objects.create()
    wanted = _wanted(today, run)
    while batch := list(islice(wanted, BATCH)):
        run.notices += _write(batch)
    run.finished_at = timezone.now()
    run.save()
    return run


def _wanted(today: datetime.date, run: Scan) -> Iterator[Notice]:
    for deadline in open_deadlines(today - LOOK_BACK, today + LOOK_AHEAD):
        run.deadlines += 1
        offset = offset_on(deadline.due_on, today)
        if offset is None:
            continue
        for recipient in deadline.recipients:
            yield Notice(
                recipient_id=recipient,
                kind=deadline.kind,
                key=deadline.key,
                due_on=deadline.due_on,
                offset=offset,
                title=deadline.title[:250],
                text=deadline.text,
                url=deadline.url,
            )


@transaction.atomic
def _write(batch: list[Notice]) -> int:
    """Insert what is new of a batch, with a mail for each; returns how many were new."""
    before = _identities(batch)
    Notice.objects.bulk_create(
        [notice for notice in batch if _identity(notice) not in before], ignore_conflicts=True
    )
    # Another scan may have been quicker with some: mails are made for every notice of the batch
    # that has none, and the one-to-one key lets only one of two writers through.
    addresses = dict(
        get_user_model()
        .objects.filter(pk__in={n.recipient_id for n in batch}, is_active=True)
        .exclude(email=None)
        .values_list("pk", "email")
    )
    written = {
        identity: pk for identity, pk in _identities(batch).items() if identity not in before
    }
    OutboxMail.objects.bulk_create(
        [
            OutboxMail(notice_id=pk, address=addresses[recipient])
            for (_key, _due, recipient, _offset), pk in written.items()
            if recipient in addresses
        ],
        ignore_conflicts=True,
    )
    return len(written)


def _identity(notice: Notice) -> tuple:
    return (notice.key, notice.due_on, notice.recipient_id, notice.offset)


def _identities(batch: list[Notice]) -> dict[tuple, int]:
    """The notices of the batch that are in the database, by identity."""
    wanted = {_identity(notice) for notice in batch}
    rows = Notice.objects.filter(
        key__in={key for key, _due, _recipient, _offset in wanted},
        recipient__in={recipient for _key, _due, recipient, _offset in wanted},
    ).values_list("key", "due_on", "recipient_id", "offset", "pk")
    return {tuple(row[:4]): row[4] for row in rows if tuple(row[:4]) in wanted}


def last_scan_age() -> datetime.timedelta | None:
    """How long ago the last scan finished; None when none ever did."""
    last = Scan.objects.filter(finished_at__isnull=False).order_by("-finished_at").first()
    return timezone.now() - last.finished_at if last else None
