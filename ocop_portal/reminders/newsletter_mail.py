"""What the newsletter's mails look like: the question whether one wants it, and the week's letter."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import Message, Subscriber
from .news_registry import published
from .newsletter import CONFIRM_WITHIN, confirmation_of

# A longer mail is read by nobody: the rest stands in the portal.
LISTED = 20


def mail_for_subscriber(message: Message) -> EmailMultiAlternatives | None:
    """The mail that a message stands for today; None when there is no reason left to send it.

    Read anew: the person may have left or confirmed meanwhile, and news may have been withdrawn.
    """
    subscriber = Subscriber.objects.filter(pk=message.subscriber_id).first()
    if subscriber is None:
        return None
    with translation.override(subscriber.language):
        if message.since is None:
            return None if subscriber.confirmed_at else _question(message, subscriber)
        return _letter(message, subscriber) if subscriber.confirmed_at else None


def _question(message: Message, subscriber: Subscriber) -> EmailMultiAlternatives:
    link = reverse("newsletter_confirm", args=[confirmation_of(subscriber)])
    return _mail(
        message,
        subscriber,
        subject=_("Xác nhận nhận bản tin của %s") % settings.PORTAL_NAME,
        template="question",
        context={"confirm": settings.SITE_URL + link, "days": CONFIRM_WITHIN.days},
    )


def _letter(message: Message, subscriber: Subscriber) -> EmailMultiAlternatives | None:
    sections = published(message.since, message.until)
    count = sum(len(section.news) for section in sections)
    if not count:
        return None
    parts, room = [], LISTED
    for section in sections:
        rows = [(each, settings.SITE_URL + each.url) for each in section.news[:room]]
        room -= len(rows)
        if rows:
            parts.append((section.label, rows))
    words = ngettext("%d mục mới", "%d mục mới", count) % count
    return _mail(
        message,
        subscriber,
        subject=_("Bản tin %(portal)s: %(words)s")
        % {"portal": settings.PORTAL_NAME, "words": words},
        template="letter",
        context={
            "parts": parts,
            "more": max(count - LISTED, 0),
            "home": settings.SITE_URL + reverse("communes:public_news"),
        },
    )


def _mail(message, subscriber, *, subject: str, template: str, context: dict):
    leave = settings.SITE_URL + reverse("newsletter_leave", args=[subscriber.token])
    context = {**context, "leave": leave, "portal_name": settings.PORTAL_NAME}
    mail = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"reminders/newsletter/mail/{template}.txt", context),
        to=[message.address],
        headers={
            "Message-ID": f"<ban-tin-{message.pk}@{urlsplit(settings.SITE_URL).hostname}>",
            "Auto-Submitted": "auto-generated",
            # One click in the mail program (RFC 8058); the link itself asks first.
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    context["language"] = subscriber.language
    html = render_to_string(f"reminders/newsletter/mail/{template}.html", context)
    mail.attach_alternative(html, "text/html")
    return mail
