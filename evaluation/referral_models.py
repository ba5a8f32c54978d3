"""A result that was sent on to the next level, and the package that went with it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from communes.models import Unit
from products.files import private_storage
from products.models import EvaluationLevel


class ReferralPackage(models.Model):
    """The ZIP of a round as it was sent, once for each content; never changed, never deleted."""

    round = models.ForeignKey(
        "evaluation.Round", on_delete=models.PROTECT, related_name="referral_packages"
    )
    file = models.FileField(storage=private_storage, upload_to="chuyen-cap-tren/%Y/%m/")
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "sha256"], name="referral_package_once"),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.sha256[:12]}"


class Referral(models.Model):
    """One sending of one result to the next level. Sent again after a return is a newer row.

    `to_unit` is empty where the next level does not work in this portal: its outcome is then
    entered by hand.
    """

    class State(models.TextChoices):
        SENT = "sent", _("đã chuyển, chờ tiếp nhận")
        RECEIVED = "received", _("cấp trên đã tiếp nhận")
        RETURNED = "returned", _("cấp trên trả lại")
        ANSWERED = "answered", _("đã có kết quả cấp trên")
        WITHDRAWN = "withdrawn", _("đã thôi chuyển")

    result = models.ForeignKey(
        "evaluation.Result", on_delete=models.PROTECT, related_name="referrals"
    )
    package = models.ForeignKey(ReferralPackage, on_delete=models.PROTECT, related_name="referrals")
    to_level = models.CharField(_("chuyển lên"), max_length=10, choices=EvaluationLevel)
    to_unit = models.ForeignKey(
        Unit,
        verbose_name=_("nơi nhận"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="referrals_received",
    )
    document = models.CharField(_("số văn bản chuyển hồ sơ"), max_length=100, blank=True)
    note = models.CharField(_("ghi chú, giải trình"), max_length=1_000, blank=True)
    state = models.CharField(_("trạng thái"), max_length=10, choices=State, default=State.SENT)
    # What the Decision's calendar says, else what the sender asks for; empty where neither does.
    answer_due_on = models.DateField(_("hạn trả lời"), null=True, blank=True)
    sent_at = models.DateTimeField(_("ngày chuyển"), default=timezone.now)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("người chuyển"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    received_at = models.DateTimeField(_("ngày tiếp nhận"), null=True, blank=True)
    # Why it was returned or withdrawn; a returned one names the day by which it is awaited again.
    reason = models.CharField(_("lý do"), max_length=1_000, blank=True)
    returned_on = models.DateField(_("ngày trả lại"), null=True, blank=True)
    resend_by = models.DateField(_("gửi lại chậm nhất"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("hồ sơ chuyển cấp trên")
        verbose_name_plural = _("hồ sơ chuyển cấp trên")
        ordering = ["-sent_at", "-pk"]
        indexes = [models.Index(fields=["to_unit", "state"])]
        constraints = [
            models.UniqueConstraint(
                fields=["result"],
                condition=Q(state__in=["sent", "received", "answered"]),
                name="referral_one_under_way",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["returned", "withdrawn"]) | ~Q(reason=""),
                name="referral_ended_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.product)

    def get_absolute_url(self) -> str:
        return reverse("evaluation:referral", args=[self.pk])

    @property
    def product(self):
        return self.result.candidate.entry.product

    @property
    def is_under_way(self) -> bool:
        """Sent or received, and not yet answered."""
        return self.state in {self.State.SENT, self.State.RECEIVED}
