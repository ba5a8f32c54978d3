"""Rows that an officer writes as a draft, publishes, and may withdraw again; nobody deletes them."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ocop_portal.portal_words import know

from .withdrawable import Withdrawable, WithdrawableQuerySet

PUBLICATION = _("Công bố")
know(PUBLICATION)  # a history keeps it


class State(models.TextChoices):
    """Where a row stands; what is withdrawn was a draft or published before."""

    DRAFT = "draft", _("bản nháp")
    PUBLISHED = "published", pgettext_lazy("một mục", "đã công bố")
    WITHDRAWN = "withdrawn", pgettext_lazy("một mục", "đã rút")


TONES = {State.DRAFT: "open", State.PUBLISHED: "done", State.WITHDRAWN: "closed"}


class PublishableQuerySet(WithdrawableQuerySet):
    """Rows of which the public sees those that were published and not withdrawn since."""

    def public(self):
        """What everybody may read: the one filter of pages, files, feeds and letters."""
        return self.in_force().filter(published_at__isnull=False)

    def in_state(self, state: str):
        """The rows in one of `State`; all of them for an empty one."""
        if not state:
            return self
        if state == State.WITHDRAWN:
            return self.filter(withdrawn_at__isnull=False)
        return self.in_force().filter(published_at__isnull=state == State.DRAFT)


class Publishable(Withdrawable):
    """A row that the public may read once `publish` has been called on it."""

    published_at = models.DateTimeField(_("công bố lúc"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("người công bố"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    is_sample = models.BooleanField(_("dữ liệu mẫu"), default=False, editable=False)

    class Meta:
        abstract = True

    @property
    def state(self) -> State:
        """Where the row stands."""
        if self.withdrawn_at:
            return State.WITHDRAWN
        return State.PUBLISHED if self.published_at else State.DRAFT

    @property
    def state_tone(self) -> str:
        """The tone of the state's badge."""
        return TONES[self.state]


@transaction.atomic
def publish(*, row: Publishable, by) -> Publishable:
    """Show a row to everybody from now on. Publishing twice changes nothing.

    ValidationError when it was withdrawn.
    """
    row = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.withdrawn_at:
        raise ValidationError(_("Mục này đã được rút, không công bố được nữa."))
    if row.published_at is None:
        row.published_at, row.published_by = timezone.now(), by
        row._history_user = by
        # The history keeps no field that nobody edits; the words say what happened.
        row._change_reason = str(PUBLICATION)
        row.save()
    return row
