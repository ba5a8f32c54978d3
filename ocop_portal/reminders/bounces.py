"""Mails that came back: a delivery status notification (RFC 3464) marks the address it names."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from django.contrib.auth import get_user_model
from django.db.models.functions import Lower

from .models import Subscriber
from .outbox import mark_bad


def take_bounce(raw: bytes) -> list[str]:
    """Mark every address that the notification refuses for good; returns them.

    Only addresses of the portal's own people count, so that a forged notice cannot fill the list;
    one that gets the newsletter is deleted.
    A status of 4.x.x ("try later") and a mail that is no notification mark nothing.
    """
    mail = message_from_bytes(raw, policy=policy.default)
    marked = []
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload():
            address = _refused(block)
            if address and _is_ours(address):
                mark_bad(address=address, reason=_words(block))
                marked.append(address)
            elif address:
                Subscriber.objects.filter(address=address).delete()
    return marked


def _refused(block: EmailMessage) -> str:
    failed = str(block.get("Action", "")).strip().lower() == "failed"
    for_good = str(block.get("Status", "")).strip().startswith("5.")
    if not failed or not for_good:
        return ""
    recipient = str(block.get("Original-Recipient") or block.get("Final-Recipient") or "")
    return recipient.rpartition(";")[2].strip().strip("<>").lower()


def _is_ours(address: str) -> bool:
    people = get_user_model().objects.annotate(lower_email=Lower("email"))
    return people.filter(lower_email=address).exists()


def _words(block: EmailMessage) -> str:
    code = str(block.get("Diagnostic-Code") or block.get("Status") or "")
    return " ".join(code.split())
