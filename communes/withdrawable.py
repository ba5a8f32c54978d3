"""Rows that nobody deletes: what was wrong or is no longer meant is withdrawn, with a reason."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class WithdrawableQuerySet(models.QuerySet):
    """Rows of which some may have been withdrawn."""

    def in_force(self):
        """The rows that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class Withdrawable(models.Model):
    """A row that is kept by `keeping.keep` and withdrawn by `keeping.withdraw`."""

    withdrawn_at = models.DateTimeField(_("rút lúc"), null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("người rút"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    withdrawn_reason = models.CharField(_("lý do rút"), max_length=100, blank=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
