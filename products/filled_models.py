"""The forms of steps 2 and 3 filled in on screen, the district's findings on them, late returns."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from communes.models import PROVINCE_OFFICER, Role
from ocop_portal.page_language import filled
from ocop_portal.portal_words import know, portal_words

from .files import private_storage

NAME = _("Biểu %(form)s, bản %(number)s")
know(NAME)  # an entry's history keeps it
know(*Role.Kind.labels, PROVINCE_OFFICER)  # a comment keeps its author's


class FilledForm(models.Model):
    """One version of a form of an entry: a draft until it is handed in, never changed after.

    `kind` is the code of the dossier item that it stands for; `paper` the drawn PDF in the dossier.
    """

    class Kind(models.TextChoices):
        IDEA = "idea", _("Phiếu đăng ký ý tưởng")
        PLAN = "business_plan", _("Phương án, kế hoạch kinh doanh")
        ORGANISATION = "organisation", _("Giới thiệu bộ máy tổ chức")

    entry = models.ForeignKey(
        "products.Entry", on_delete=models.PROTECT, related_name="filled_forms"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    form = models.CharField(max_length=2)  # as the Decision numbers it: "01" … "04"
    number = models.PositiveSmallIntegerField()  # version, from 1
    texts = models.JSONField(default=dict)  # field code → what was written
    # As somebody typed them, to be held against the sums; whole đồng.
    typed_sources = models.BigIntegerField(null=True, blank=True)
    typed_uses = models.BigIntegerField(null=True, blank=True)
    paper = models.OneToOneField(
        "products.Paper", null=True, on_delete=models.PROTECT, related_name="filled_form"
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["kind", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "kind", "number"], name="filled_version_once"),
            models.UniqueConstraint(
                fields=["entry", "kind"],
                condition=Q(submitted_at__isnull=True),
                name="filled_one_draft",
            ),
        ]

    def __str__(self) -> str:
        return NAME % {"form": self.form, "number": self.number}

    @property
    def is_draft(self) -> bool:
        """Not handed in yet."""
        return self.submitted_at is None


class PlanLine(models.Model):
    """What a plan makes and sells of one thing in one of its three years; money in whole đồng."""

    form = models.ForeignKey(FilledForm, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    year = models.PositiveSmallIntegerField()  # 1–3
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=40, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    price = models.BigIntegerField(null=True)
    typed_revenue = models.BigIntegerField(null=True)
    cost = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["position", "year"]
        constraints = [
            models.UniqueConstraint(fields=["form", "position", "year"], name="plan_line_once"),
            models.CheckConstraint(
                condition=Q(year__gte=1) & Q(year__lte=3), name="plan_line_year_1_to_3"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.year}"


class MoneyLine(models.Model):
    """Where a plan's money comes from, or what it is spent on; whole đồng."""

    class Side(models.TextChoices):
        OWN = "own", _("Vốn tự có")
        LOAN = "loan", _("Vốn vay")
        SUPPORT = "support", _("Đề nghị hỗ trợ")
        USE = "use", _("Sử dụng vốn")

    form = models.ForeignKey(FilledForm, on_delete=models.CASCADE, related_name="money")
    position = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=10, choices=Side)
    name = models.CharField(max_length=200, blank=True)
    amount = models.BigIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="money_line_not_negative")
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()}: {self.name}"


class Assessment(models.Model):
    """What the district found on an idea or a plan that was handed in, and its answer.

    Open until the answer; each handing-in has its own.
    """

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("Nhận, duyệt")
        RETURNED = "returned", _("Trả lại")

    entry = models.ForeignKey(
        "products.Entry", on_delete=models.PROTECT, related_name="assessments"
    )
    kind = models.CharField(max_length=20, choices=FilledForm.Kind)
    # The version that was before the district; None where a scanned paper was.
    form = models.ForeignKey(
        FilledForm, null=True, on_delete=models.PROTECT, related_name="assessments"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    words = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "kind"],
                condition=Q(answered_at__isnull=True),
                name="assessment_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_answer_display()}"


class Finding(models.Model):
    """The district's finding on one criterion of an idea or one section of a plan."""

    class Result(models.TextChoices):
        FINE = "fine", _("Đạt")
        CHANGE = "change", _("Cần sửa")

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="findings")
    code = models.CharField(max_length=30)
    result = models.CharField(max_length=10, choices=Result)
    note = models.CharField(max_length=2_000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "code"], name="finding_once"),
            models.CheckConstraint(
                condition=~Q(result="change") | ~Q(note=""), name="finding_says_what_to_change"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.get_result_display()}"


class ResubmissionLeave(models.Model):
    """A commune asks to hand a returned idea in after its time; the district answers."""

    entry = models.ForeignKey("products.Entry", on_delete=models.PROTECT, related_name="leaves")
    returned_at = models.DateTimeField()  # the return that it is about
    reason = models.TextField(max_length=2_000)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    granted = models.BooleanField(null=True)
    words = models.TextField(max_length=2_000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(answered_at__isnull=True), name="leave_one_open"
            )
        ]

    def __str__(self) -> str:
        return self.reason[:80]


class Comment(models.Model):
    """What one side tells the other about an entry; never deleted, only withdrawn with a reason."""

    class Side(models.TextChoices):
        COMMUNE = "commune", _("xã")
        DISTRICT = "district", _("huyện")

    entry = models.ForeignKey("products.Entry", on_delete=models.PROTECT, related_name="comments")
    side = models.CharField(max_length=10, choices=Side)
    office = models.CharField(max_length=200)  # role and unit of the author on that day
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(max_length=5_000, blank=True)
    file = models.FileField(
        storage=private_storage, upload_to="trao-doi/%Y/%m/", blank=True, max_length=250
    )
    original_name = models.CharField(max_length=200, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.office}: {self.text[:60]}"

    @property
    def told_office(self) -> str:
        """The author's role and unit, lazily: the role in the language of the page."""
        role, _comma, unit = self.office.partition(", ")
        return filled("%s, %s", (portal_words(role), unit)) if unit else portal_words(role)


class ThreadRead(models.Model):
    """Up to which comment a person has read an entry's thread."""

    entry = models.ForeignKey("products.Entry", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    up_to = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "user"], name="thread_read_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.up_to}"
