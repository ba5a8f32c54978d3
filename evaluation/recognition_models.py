"""What follows a result: recognition, what the higher level made of it, complaints and answers."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from communes.models import Producer
from products.models import EvaluationLevel, Product, private_storage

from .check_code import new_code


class Recognition(models.Model):
    """An authority's decision that a product bears OCOP stars. Only this makes stars official.

    A published fact whose source names no number or day keeps these empty, with the source named;
    nothing is filled in by guess.
    """

    product = models.ForeignKey(
        Product, verbose_name=_("sản phẩm"), on_delete=models.PROTECT, related_name="recognitions"
    )
    # The producer as named in the decision, which later changes of the register do not touch.
    producer = models.ForeignKey(
        Producer, on_delete=models.PROTECT, related_name="recognitions", editable=False
    )
    result = models.ForeignKey(
        "evaluation.Result",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="recognitions",
    )
    stars = models.PositiveSmallIntegerField(
        _("hạng sao"), validators=[MinValueValidator(3), MaxValueValidator(5)]
    )
    level = models.CharField(_("cấp công nhận"), max_length=10, choices=EvaluationLevel, blank=True)
    authority = models.CharField(_("cơ quan công nhận"), max_length=200, blank=True)
    decision_number = models.CharField(_("số quyết định"), max_length=100, blank=True)
    decided_on = models.DateField(_("ngày quyết định"), null=True, blank=True)
    valid_until = models.DateField(_("có giá trị đến hết"), null=True, blank=True)
    period_text = models.CharField(_("thời gian như đã công bố"), max_length=40, blank=True)
    # As issued, as text; never worked out again after a merger.
    product_code = models.CharField(_("mã sản phẩm"), max_length=60, blank=True)
    source = models.CharField(_("nguồn"), max_length=250, blank=True)
    revoked_on = models.DateField(_("thu hồi ngày"), null=True, blank=True)
    revoked_ground = models.CharField(_("căn cứ thu hồi"), max_length=300, blank=True)
    # The day on which the violation was established; the revocation follows within days of it.
    concluded_on = models.DateField(_("ngày kết luận vi phạm"), null=True, blank=True)
    # What the QR on the certificate leads to. No part of it follows from anything else.
    check_code = models.CharField(
        _("mã kiểm tra"), max_length=12, unique=True, default=new_code, editable=False
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    history = HistoricalRecords(excluded_fields=["check_code"])

    class Meta:
        verbose_name = _("công nhận")
        verbose_name_plural = _("công nhận")
        ordering = ["-decided_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stars__gte=3) & Q(stars__lte=5),
                name="recognition_3_to_5_stars",
                violation_error_message=_("Chỉ công nhận từ 3 đến 5 sao."),
            ),
            models.CheckConstraint(
                condition=~Q(source="")
                | (
                    ~Q(authority="")
                    & ~Q(decision_number="")
                    & Q(decided_on__isnull=False)
                    & Q(valid_until__isnull=False)
                ),
                name="recognition_complete_or_sourced",
                violation_error_message=_(
                    "Cần cơ quan, số quyết định, ngày và thời hạn; nếu thiếu, phải ghi nguồn công bố."
                ),
            ),
            models.UniqueConstraint(
                fields=["product", "decision_number"],
                condition=~Q(decision_number=""),
                name="recognition_once_a_decision",
                violation_error_message=_("Sản phẩm đã được ghi công nhận theo quyết định này."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.stars}"

    def get_absolute_url(self) -> str:
        return reverse("evaluation:recognition", args=[self.pk])


class Outcome(models.Model):
    """What the higher level made of a result that was sent on to it; a correction is a newer row."""

    result = models.ForeignKey(
        "evaluation.Result", on_delete=models.PROTECT, related_name="outcomes"
    )
    level = models.CharField(_("cấp đánh giá"), max_length=10, choices=EvaluationLevel)
    authority = models.CharField(_("cơ quan ban hành"), max_length=200)
    document = models.CharField(_("số, ký hiệu văn bản"), max_length=100)
    decided_on = models.DateField(_("ngày văn bản"))
    stars = models.PositiveSmallIntegerField(_("hạng sao"), validators=[MaxValueValidator(5)])
    # As published, with two decimals at most; many outcomes are published without points.
    points = models.DecimalField(
        _("điểm"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    note = models.CharField(_("ghi chú"), max_length=500, blank=True)
    # The higher level's own result, where it came from a round in this portal.
    received_from = models.OneToOneField(
        "evaluation.Result",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="told_below",
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("kết quả cấp trên")
        verbose_name_plural = _("kết quả cấp trên")
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(stars__lte=5), name="outcome_0_to_5_stars"),
        ]

    def __str__(self) -> str:
        return f"{self.result.candidate}: {self.stars}"


class Complaint(models.Model):
    """A complaint (khiếu nại) about a result or a recognition, and its answer; never deleted.

    No Decision names a time limit for the answer: `due_on` is what the office sets, or empty.
    """

    result = models.ForeignKey(
        "evaluation.Result",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="complaints",
    )
    recognition = models.ForeignKey(
        Recognition, null=True, blank=True, on_delete=models.PROTECT, related_name="complaints"
    )
    complainant = models.CharField(_("người khiếu nại"), max_length=200)
    contact = models.CharField(_("địa chỉ, điện thoại"), max_length=300, blank=True)
    received_on = models.DateField(_("ngày nhận"))
    content = models.TextField(_("nội dung"), max_length=10_000)
    due_on = models.DateField(_("hạn trả lời"), null=True, blank=True)
    answered_on = models.DateField(_("ngày trả lời"), null=True, blank=True)
    answered_by = models.CharField(_("cơ quan, người trả lời"), max_length=200, blank=True)
    answer_document = models.CharField(_("số văn bản trả lời"), max_length=100, blank=True)
    answer = models.TextField(_("nội dung trả lời"), max_length=10_000, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("khiếu nại")
        verbose_name_plural = _("khiếu nại")
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(result__isnull=True, recognition__isnull=False)
                | Q(result__isnull=False, recognition__isnull=True),
                name="complaint_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | (~Q(answer="") & ~Q(answered_by="")),
                name="complaint_answer_whole",
                violation_error_message=_("Cần ghi cả người trả lời và nội dung trả lời."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complainant} – {self.product}"

    def get_absolute_url(self) -> str:
        return reverse("evaluation:complaint", args=[self.pk])

    @property
    def product(self) -> Product:
        return self.recognition.product if self.recognition else self.result.candidate.entry.product


class ComplaintPaper(models.Model):
    """A file that came with a complaint or its answer; private, never deleted."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="papers")
    file = models.FileField(
        _("tệp"), storage=private_storage, upload_to="khieu-nai/%Y/%m/", max_length=250
    )
    original_name = models.CharField(max_length=200, editable=False)
    content_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["uploaded_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["complaint", "sha256"], name="complaint_paper_once"),
        ]

    def __str__(self) -> str:
        return self.original_name
