"""Beside the papers of a dossier: the criteria that they prove, and what the district asks for."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class EvidenceLink(models.Model):
    """A paper proves a criterion of its entry's set; taken back, never deleted."""

    paper = models.ForeignKey(
        "products.Paper", on_delete=models.PROTECT, related_name="evidence_links"
    )
    criterion = models.CharField(max_length=20)
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    linked_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "criterion"],
                condition=Q(ended_at__isnull=True),
                name="evidence_link_once",
            )
        ]

    def __str__(self) -> str:
        return self.criterion


class PaperSlot(models.Model):
    """One paper that the district asks for: what, why, until when; filled, then accepted or not."""

    class State(models.TextChoices):
        ASKED = "asked", _("chờ bổ sung")
        FILLED = "filled", _("chờ kiểm tra")
        ACCEPTED = "accepted", _("đã nhận")
        REFUSED = "refused", _("chưa đạt, bổ sung lại")
        WITHDRAWN = "withdrawn", _("không yêu cầu nữa")

    entry = models.ForeignKey(
        "products.Entry", on_delete=models.PROTECT, related_name="paper_slots"
    )
    kind = models.CharField(_("loại giấy tờ"), max_length=60)
    words = models.CharField(_("giấy tờ cần có"), max_length=250)
    why = models.CharField(_("vì sao"), max_length=500)
    due_on = models.DateField(_("hạn bổ sung"))
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    paper = models.ForeignKey(
        "products.Paper", null=True, on_delete=models.PROTECT, related_name="slots"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(_("trả lời"), max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("giấy tờ được yêu cầu")
        verbose_name_plural = _("giấy tờ được yêu cầu")
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["due_on", "state"])]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "kind", "words"],
                condition=Q(state__in=["asked", "filled", "refused"]),
                name="paper_slot_once",
                violation_error_message=_("Giấy tờ này đang được yêu cầu."),
            )
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def waits_for_commune(self) -> bool:
        """Whether a paper is still to be handed in."""
        return self.state in {self.State.ASKED, self.State.REFUSED}

    @property
    def is_open(self) -> bool:
        """Whether the district has still to be satisfied."""
        return self.waits_for_commune or self.state == self.State.FILLED
