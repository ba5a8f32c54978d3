"""The ways by which a message leaves: mail here; SMS and Zalo are plugged in by an adapter.

A channel is a class named in the setting REMINDER_CHANNELS. It knows a person's address and sends
one message to it; that a message is sent once, later, again or never is the outbox's business.
"""

from abc import ABC, abstractmethod
from functools import lru_cache
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .models import Message, Notice
from .registry import day_word

# A longer mail is read by nobody: the rest is counted, and stands in the portal.
LISTED = 30


class AddressRefused(Exception):
    """The address does not exist or takes nothing: sending again would be refused again."""


class Channel(ABC):
    """A way to a person. `name` is kept in the database, `label` stands on screens."""

    name: str
    label: str

    @abstractmethod
    def address_of(self, user) -> str:
        """Where this person is reached, "" when nowhere."""

    @abstractmethod
    def send(self, message: Message, notices: list[Notice]) -> None:
        """Hand the message over; AddressRefused for good, any other exception for another try."""

    def close(self) -> None:  # noqa: B027  most channels hold nothing open
        """A run of sending has ended."""


class Mail(Channel):
    """Mail through the server that EMAIL_URL names; one connection for a run."""

    name = "mail"
    label = gettext_lazy("Thư điện tử")

    def __init__(self):
        self._connection = None

    def address_of(self, user) -> str:
        return user.email or ""

    def send(self, message: Message, notices: list[Notice]) -> None:
        self.hand_over(mail_for(message, notices))

    def hand_over(self, mail: EmailMultiAlternatives) -> None:
        """Give one mail to the server; exceptions as in `send`."""
        if self._connection is None:
            self._connection = get_connection()
        mail.connection = self._connection
        try:
            self._connection.open()
            mail.send()
        except SMTPRecipientsRefused as refusal:
            self.close()
            code, words = next(iter(refusal.recipients.values()))
            if 500 <= code < 600:
                raise AddressRefused(f"{code} {_text(words)}") from refusal
            raise
        except SMTPResponseException as answer:
            self.close()
            raise RuntimeError(f"{answer.smtp_code} {_text(answer.smtp_error)}") from answer
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _text(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else str(words)


def mail_for(message: Message, notices: list[Notice]) -> EmailMultiAlternatives:
    """The digest as a mail: what is due, when, what to do, the links. Late ones come first."""
    notices = sorted(notices, key=lambda notice: (notice.due_on, notice.pk))
    late = sum(notice.offset > 0 for notice in notices)
    today = timezone.localdate()
    with translation.override(settings.LANGUAGE_CODE):
        context = {
            "notices": [
                {
                    "notice": notice,
                    "link": f"{settings.SITE_URL}{notice.url}",
                    "day_word": day_word(notice.kind),
                    # By today's date: a notice may have waited since its offset.
                    "days_late": (today - notice.due_on).days if notice.offset > 0 else 0,
                }
                for notice in notices[:LISTED]
            ],
            "more": max(len(notices) - LISTED, 0),
            "count": len(notices),
            "late": late,
            "summary": summary(len(notices), late),
            "inbox": settings.SITE_URL + reverse("reminders:inbox"),
            "preferences": settings.SITE_URL + reverse("own_reminders:preferences"),
            "portal_name": settings.PORTAL_NAME,
            "person": message.recipient,
        }
        text = render_to_string("reminders/mail/digest.txt", context)
        html = render_to_string("reminders/mail/digest.html", context)
        mail = EmailMultiAlternatives(
            subject=subject_of(notices),
            body=text,
            to=[message.address],
            headers={
                "Message-ID": f"<nhac-viec-{message.pk}@{_host()}>",
                "Auto-Submitted": "auto-generated",
            },
        )
    mail.attach_alternative(html, "text/html")
    return mail


def subject_of(notices: list[Notice]) -> str:
    """One notice by its name, several by their number; never more than one line."""
    if len(notices) == 1:
        notice = notices[0]
        return _("%(day)s %(due)s: %(title)s") % {
            "day": capfirst(day_word(notice.kind)),
            "due": notice.due_on.strftime("%d/%m/%Y"),
            "title": " ".join(notice.title.split()),
        }
    late = sum(notice.offset > 0 for notice in notices)
    return _("Nhắc việc: %s") % summary(len(notices), late)


def summary(count: int, late: int) -> str:
    """ "5 việc cần làm, trong đó 2 việc quá hạn" """
    words = ngettext("%d việc cần làm", "%d việc cần làm", count) % count
    if late == count:
        return ngettext("%d việc quá hạn", "%d việc quá hạn", count) % count
    if late:
        words += _(", trong đó ") + ngettext("%d việc quá hạn", "%d việc quá hạn", late) % late
    return words


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


class ShortText(Channel):
    """A text of a few words to a telephone; a subclass hands it to its provider in `transmit`."""

    @abstractmethod
    def transmit(self, number: str, text: str) -> None:
        """Give one text to the provider; exceptions as in `send`."""

    def address_of(self, user) -> str:
        return user.phone.as_e164 if user.phone else ""

    def send(self, message: Message, notices: list[Notice]) -> None:
        self.transmit(message.address, short_text(notices))


def short_text(notices: list[Notice]) -> str:
    """The digest in one short line: no names of products, which a telephone shows to anybody."""
    late = sum(notice.offset > 0 for notice in notices)
    first = min(notice.due_on for notice in notices)
    with translation.override(settings.LANGUAGE_CODE):
        return _("%(portal)s: %(summary)s, hạn gần nhất %(due)s. Xem: %(link)s") % {
            "portal": settings.PORTAL_NAME,
            "summary": summary(len(notices), late),
            "due": first.strftime("%d/%m/%Y"),
            "link": settings.SITE_URL + reverse("reminders:inbox"),
        }


@lru_cache
def _channel_classes(paths: tuple[str, ...]) -> tuple[type[Channel], ...]:
    return tuple(import_string(path) for path in paths)


def channels() -> dict[str, Channel]:
    """The channels that this portal has, by name, each new: a run keeps its own connections."""
    return {each.name: each() for each in _channel_classes(tuple(settings.REMINDER_CHANNELS))}
