"""Mails that carry notices: claimed, sent, marked; tried again with growing pauses.

A row is claimed before it is sent and marked after. A sender that dies in between leaves a claim;
ten minutes later another takes the row over. If the dead one had already handed the mail to the
server, that mail goes out twice: SMTP knows no way to rule this out. Both carry the same
Message-ID, by which receivers drop the second.

A mail may wait for hours. What is no longer owed when its turn comes (done, moved to another day,
the person's role ended) is not sent.
"""

import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from .models import Notice, OutboxMail
from .registry import open_deadlines

S = OutboxMail.State

CLAIM_LASTS = datetime.timedelta(minutes=10)
# Pauses after each failed try; after the last one the row is given up, visibly.
PAUSES = tuple(datetime.timedelta(minutes=m) for m in (1, 5, 15, 60, 240))
# So many failures in a row mean a server that is down: the rest waits for the next run, and a
# worker does not stand for an hour before a door that never opens.
FAILURES_IN_A_ROW = 3

# What is owed by a day: pairs of the deadline's key and the person's id.
Owed = dict[datetime.date, set[tuple[str, int]]]


def send_pending(*, limit: int = 100) -> int:
    """Send up to `limit` mails whose time has come; returns how many went out."""
    sent = failed = 0
    owed: Owed = {}
    for _number in range(limit):
        mail = _claim() if failed < FAILURES_IN_A_ROW else None
        if mail is None:
            break
        if not _still_owed(mail.notice, owed):
            OutboxMail.objects.filter(pk=mail.pk, claimed_at=mail.claimed_at).delete()
        elif _send(mail):
            sent, failed = sent + 1, 0
        else:
            failed += 1
    return sent


def _still_owed(notice: Notice, owed: Owed) -> bool:
    """Whether the person still owes it by that day; each day is asked for once a run."""
    day = notice.due_on
    if day not in owed:
        owed[day] = {(d.key, person) for d in open_deadlines(day, day) for person in d.recipients}
    return (notice.key, notice.recipient_id) in owed[day]


@transaction.atomic
def _claim() -> OutboxMail | None:
    """Take the next open row so that no other sender has it."""
    now = timezone.now()
    rows = OutboxMail.objects.filter(
        Q(state=S.PENDING, next_try_at__lte=now)
        | Q(state=S.SENDING, claimed_at__lte=now - CLAIM_LASTS)
    ).order_by("next_try_at", "pk")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    # On SQLite the transaction itself holds the only write lock (IMMEDIATE).
    mail = rows.first()
    if mail is not None:
        mail.state, mail.claimed_at = S.SENDING, now
        mail.save(update_fields=["state", "claimed_at"])
    return mail


def _send(mail: OutboxMail) -> bool:
    claimed_at = mail.claimed_at
    try:
        message_for(mail).send()
    except Exception as error:  # whatever the mail server or the network comes up with
        mail.tries += 1
        mail.error = f"{type(error).__name__}: {error}"[:2000]
        if mail.tries > len(PAUSES):
            mail.state = S.FAILED
        else:
            mail.state = S.PENDING
            mail.next_try_at = timezone.now() + PAUSES[mail.tries - 1]
        fields = ["state", "tries", "error", "next_try_at"]
    else:
        mail.state, mail.sent_at, mail.error = S.SENT, timezone.now(), ""
        mail.tries += 1
        fields = ["state", "tries", "error", "sent_at"]
    # A claim that was taken over meanwhile is no longer ours to write.
    values = {name: getattr(mail, name) for name in fields}
    OutboxMail.objects.filter(pk=mail.pk, claimed_at=claimed_at).update(**values)
    return mail.state == S.SENT


def message_for(mail: OutboxMail) -> EmailMultiAlternatives:
    """The mail for a notice: what is due, when, what to do, and the link."""
    notice = mail.notice
    with translation.override(settings.LANGUAGE_CODE):
        context = {
            "notice": notice,
            "link": f"{settings.SITE_URL}{notice.url}",
            "portal_name": settings.PORTAL_NAME,
            "person": notice.recipient,
        }
        subject = _("Hạn %(due)s: %(title)s") % {
            "due": notice.due_on.strftime("%d/%m/%Y"),
            "title": " ".join(notice.title.split()),
        }
        text = render_to_string("reminders/mail/notice.txt", context)
        html = render_to_string("reminders/mail/notice.html", context)
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    message = EmailMultiAlternatives(
        subject=subject,
        body=text,
        to=[mail.address],
        headers={"Message-ID": f"<nhac-viec-{mail.pk}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(html, "text/html")
    return message
