"""What buyers tell of a product or a producer."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class Feedback(models.Model):
    """A message of someone without an account. Never public; its sender looks it up by the code."""

    class Kind(models.TextChoices):
        QUALITY = "quality", _("chất lượng sản phẩm")
        CLAIM = "claim", _("thông tin, quảng cáo sai")
        MARK = "mark", _("dùng sai nhãn hiệu, hạng sao OCOP")
        OTHER = "other", _("việc khác")

    class State(models.TextChoices):
        NEW = "new", _("chờ trả lời")
        ANSWERED = "answered", _("đã trả lời")
        DROPPED = "dropped", _("không xem xét")

    code = models.CharField(_("mã tra cứu"), max_length=16, unique=True, editable=False)
    producer = models.ForeignKey(
        "communes.Producer",
        verbose_name=_("chủ thể"),
        on_delete=models.PROTECT,
        related_name="feedback",
    )
    product = models.ForeignKey(
        "products.Product",
        verbose_name=_("sản phẩm"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="feedback",
    )
    kind = models.CharField(_("về việc"), max_length=10, choices=Kind)
    words = models.TextField(_("nội dung"), max_length=3_000)
    # Personal data: erased by `voice.forget_contacts`, and so kept out of the history.
    sender = models.CharField(_("họ tên"), max_length=150, blank=True)
    contact = models.CharField(_("điện thoại hoặc thư điện tử"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("gửi lúc"), default=timezone.now, editable=False)
    due_on = models.DateField(_("hạn trả lời"), editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.NEW, editable=False)
    answer = models.TextField(_("trả lời"), max_length=3_000, blank=True)
    answered_at = models.DateTimeField(_("trả lời lúc"), null=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("người trả lời"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )

    history = HistoricalRecords(excluded_fields=["sender", "contact"])

    class Meta:
        verbose_name = _("phản ánh")
        verbose_name_plural = _("phản ánh")
        ordering = ["-sent_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "due_on", "id"], name="feedback_state_due"),
            models.Index(fields=["-sent_at", "-id"], name="feedback_in_order"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="new") | ~Q(answer=""), name="feedback_closed_with_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product or self.producer} – {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("products:feedback_item", args=[self.pk])
