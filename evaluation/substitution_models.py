"""A substitute who takes the place of a member, for a whole round or for one product."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import Candidate, Round, Seat


class Substitution(models.Model):
    """The secretary has called a substitute in; without a product it holds for the whole round.

    Never deleted: one that was called by mistake is withdrawn, with a reason.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="substitutions")
    candidate = models.ForeignKey(
        Candidate, null=True, on_delete=models.PROTECT, related_name="substitutions"
    )
    # Written down beside the substitute: whom a seat stands in for may be changed in the council.
    principal = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="replaced_in")
    substitute = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="called_in")
    reason = models.CharField(_("lý do"), max_length=300)
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    called_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("thay thế thành viên")
        verbose_name_plural = _("thay thế thành viên")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "principal"],
                condition=Q(candidate__isnull=True, withdrawn_at__isnull=True),
                name="substitution_once_a_round",
            ),
            models.UniqueConstraint(
                fields=["candidate", "principal"],
                condition=Q(candidate__isnull=False, withdrawn_at__isnull=True),
                name="substitution_once_a_product",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.substitute.user} ← {self.principal.user}"
