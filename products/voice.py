"""Messages about products: taken from anybody, answered by the officers of the place."""

import datetime
import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from communes.models import today
from communes.scope import OFFICERS, in_scope
from ocop_portal.accounts.attempts import Attempts
from ocop_portal.reminders import workdays

from .voice_models import Feedback

# No digit or letter that is taken for another when read aloud.
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 10
MOST, WINDOW_SECONDS = 5, 3600  # messages, or codes that lead nowhere, of one address
sent = Attempts("voice-send", MOST, WINDOW_SECONDS)
guessed = Attempts("voice-look-up", MOST, WINDOW_SECONDS)


@transaction.atomic
def send(*, product=None, producer=None, kind, words, sender="", contact="") -> Feedback:
    """Take in a message about a product, or about a producer as a whole."""
    found = Feedback(
        code="".join(secrets.choice(LETTERS) for _n in range(CODE_LENGTH)),
        product=product,
        producer=product.producer if product else producer,
        kind=kind,
        words=words,
        sender=sender,
        contact=contact,
        due_on=workdays.calendar().after(today(), settings.FEEDBACK_ANSWER_DAYS),
    )
    found.full_clean()
    found.save()
    return found


@transaction.atomic
def answer(*, feedback: Feedback, by, words: str, drop: bool = False) -> Feedback:
    """Answer a message, or say why it is not looked into. Once: a second answer is refused.

    The same words sent twice change nothing. ValidationError without words.
    """
    words = words.strip()
    if not words:
        raise ValidationError({"answer": _("Hãy ghi nội dung trả lời hoặc lý do.")})
    found = Feedback.objects.select_for_update(of=("self",)).get(pk=feedback.pk)
    if found.state != Feedback.State.NEW:
        if found.answer == words:
            return found
        raise ValidationError(_("Phản ánh này đã được trả lời."))
    found.state = Feedback.State.DROPPED if drop else Feedback.State.ANSWERED
    found.answer, found.answered_by, found.answered_at = words, by, timezone.now()
    found._history_user = by
    found.save()
    return found


def feedback_for(user) -> QuerySet[Feedback]:
    """The messages about producers in this officer's units."""
    return Feedback.objects.filter(in_scope(user, *OFFICERS, unit="producer__unit"))


def find(code: str) -> Feedback | None:
    """The message with this code, blanks and small letters forgiven."""
    code = "".join(code.split()).replace("-", "").upper()
    return Feedback.objects.select_related("product", "producer").filter(code=code).first()


def forget_contacts() -> int:
    """Erase names and contacts so many days after the answer; returns how many."""
    before = timezone.now() - datetime.timedelta(days=settings.FEEDBACK_CONTACT_DAYS)
    old = Feedback.objects.exclude(sender="", contact="").filter(answered_at__lt=before)
    return old.update(sender="", contact="")
