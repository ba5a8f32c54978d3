"""Mails that carry notices: claimed, sent, marked; tried again with growing pauses.

A row is claimed before it is sent and marked after. A sender that dies in between leaves a claim;
ten minutes later another takes the row over. If the dead one had already handed the mail to the
server, that mail goes out twice: SMTP knows no way to rule this out. Both carry the same
Message-ID, by which receivers drop the second.
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

from .models import OutboxMail

S = OutboxMail.State

CLAIM_LASTS = datetime.timedelta(minutes=10)
# Pauses after each failed try; after the last one the row is given up, visibly.
PAUSES = tuple(datetime.timedelta(minutes=m) for m in (1, 5, 15, 60, 240))


def send_pending(*, limit: int = 100) -> int:
    """Send up to `limit` mails whose time has come; returns how many went out."""
    sent = 0
    for _number in range(limit):
        mail = _claim()
        if mail is None:
            break
        sent += _send(mail)
    return sent


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
