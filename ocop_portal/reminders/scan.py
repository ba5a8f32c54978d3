"""The scan: what is owed now becomes notices, each once.

It asks every app afresh what is open, so there is nothing to catch up or to cancel. The unique
constraint on (key, due_on, recipient, offset) makes it safe to run twice, at once, or again after
a kill in the middle.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ocop_portal.page_language import filled, kept, spaced

from .channels import channels
from .models import Delivery, Notice, Preference, Scan
from .policy import Policy, current_policy
from .registry import Ask, Deadline, open_deadlines, sources

BATCH = 500


def scan(*, today: datetime.date | None = None) -> Scan:
    """Make the notices that are due and not yet there; returns the record of the run.

    A batch of notices and their deliveries is written in one transaction with a fixed number of
    queries. Whoever is no longer active gets nothing.
    """
    today = today or timezone.localdate()
    run = Scan.objects.create()
    wanted = _wanted(today, run)
    while batch := list(islice(wanted, BATCH)):
        run.notices += _write(batch)
    run.finished_at = timezone.now()
    run.save()
    return run


@dataclass(frozen=True)
class Wanted:
    """A deadline to be told to one person at one offset; `owed_by` is named to the one above."""

    deadline: Deadline
    recipient: int
    offset: int
    owed_by: tuple[int, ...] | None = None

    @property
    def identity(self) -> tuple:
        return (self.deadline.key, self.deadline.due_on, self.recipient, self.offset)


def policy_now() -> Policy:
    """The rules in force for every registered kind; two queries."""
    return current_policy({source.kind: source.timing for source in sources()})


def due_deadlines(
    today: datetime.date,
    policy: Policy,
    *,
    ahead: int = 0,
    people: frozenset[int] | None = None,
    units: frozenset[int] = frozenset(),
    errors: dict[str, str],
) -> Iterator[Deadline]:
    """The open deadlines near enough to be told on a day from today to `ahead` days on."""
    for source in sources():
        back, forth = policy.reach(source.kind)
        ask = Ask(today - back, today + forth + datetime.timedelta(days=ahead), people, units)
        yield from open_deadlines(ask, kinds={source.kind}, errors=errors)


def told_of(deadline: Deadline, offset: int, policy: Policy) -> Iterator[Wanted]:
    """Who is told of a deadline at an offset: who owes it; the one above when it is late enough.

    Where nobody is there to owe it, the one above is told from the first.
    """
    for person in deadline.recipients:
        yield Wanted(deadline, person, offset)
    timing = policy.timing(deadline.kind, deadline.unit)
    if timing.escalates(offset) or not deadline.recipients:
        for person in deadline.superiors:
            if person not in deadline.recipients:
                yield Wanted(deadline, person, offset, deadline.recipients)


def _wanted(today: datetime.date, run: Scan) -> Iterator[Wanted]:
    policy = policy_now()
    for deadline in due_deadlines(today, policy, errors=run.errors):
        run.deadlines += 1
        offset = policy.timing(deadline.kind, deadline.unit).offset((today - deadline.due_on).days)
        if offset is None:
            continue
        if not deadline.recipients and not deadline.superiors:
            run.unowned += 1
        yield from told_of(deadline, offset, policy)


@transaction.atomic
def _write(batch: list[Wanted]) -> int:
    """Insert what is new of a batch, with its deliveries; returns how many notices were new.

    A delivery that was dropped, because the thing was done or moved, waits again when the thing is
    owed again.
    """
    known = _known(batch)
    if known:
        Delivery.objects.filter(notice__in=known.values(), state=Delivery.State.DROPPED).update(
            state=Delivery.State.WAITING, message=None
        )
    new = [wanted for wanted in batch if wanted.identity not in known]
    if not new:
        return 0
    people = _people(new)
    Notice.objects.bulk_create(
        [_notice(w, people) for w in new if w.recipient in people], ignore_conflicts=True
    )
    # Another scan may have been quicker with some: deliveries are made for all of the new ones,
    # and a unique key lets only one of two writers through.
    written = _known(new)
    choices = _channels_of(people)
    Delivery.objects.bulk_create(
        [
            Delivery(notice_id=pk, channel=name)
            for (_key, _due, recipient, _offset), pk in written.items()
            for name in choices[recipient]
        ],
        ignore_conflicts=True,
    )
    return len(written)


def _people(batch: list[Wanted]) -> dict[int, object]:
    """The active people of a batch, those named to the one above too; one query."""
    ids = {person for wanted in batch for person in (wanted.recipient, *(wanted.owed_by or ()))}
    return get_user_model().objects.filter(is_active=True).in_bulk(ids)


def _notice(wanted: Wanted, people: dict) -> Notice:
    deadline = wanted.deadline
    text = deadline.text
    if wanted.owed_by is not None:
        names = ", ".join(str(people[pk]) for pk in wanted.owed_by if pk in people)
        who = filled(_("Người phụ trách: %s."), names)
        text = spaced(text, who if names else _("Chưa có ai phụ trách việc này."))
    return Notice(
        recipient_id=wanted.recipient,
        kind=deadline.kind,
        key=deadline.key,
        unit=deadline.unit,
        due_on=deadline.due_on,
        offset=wanted.offset,
        is_escalated=wanted.owed_by is not None,
        title=str(deadline.title)[:250],
        text=str(text),
        words={"title": kept(deadline.title), "text": kept(text)},
        url=deadline.url_for(wanted.recipient),
    )


def _channels_of(people: dict) -> dict[int, list[str]]:
    """User → the channels that they chose and that reach them; one query."""
    chosen = dict(Preference.objects.filter(user__in=people).values_list("user", "channels"))
    known = channels()
    return {
        pk: [
            name
            for name in chosen.get(pk, ["mail"])
            if name in known and known[name].address_of(user)
        ]
        for pk, user in people.items()
    }


def _known(batch: list[Wanted]) -> dict[tuple, int]:
    """The notices of the batch that are in the database, by identity; one query."""
    wanted = {each.identity for each in batch}
    # Not by recipient: one of them may have a hundred thousand, and the database would begin there.
    rows = Notice.objects.filter(
        key__in={key for key, _due, _recipient, _offset in wanted},
        due_on__in={due for _key, due, _recipient, _offset in wanted},
        offset__in={offset for _key, _due, _recipient, offset in wanted},
    ).values_list("key", "due_on", "recipient_id", "offset", "pk")
    return {tuple(row[:4]): row[4] for row in rows if tuple(row[:4]) in wanted}


def last_scan() -> Scan | None:
    """The last scan that finished; None when none ever did.

    The last by number, not by time: a clock that was set back must not make an older one the last.
    """
    return Scan.objects.filter(finished_at__isnull=False).order_by("-pk").first()


def last_scan_age() -> datetime.timedelta | None:
    """How long ago the last scan finished; None when none ever did."""
    last = last_scan()
    return abs(timezone.now() - last.finished_at) if last else None
