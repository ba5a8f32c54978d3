"""Step 4, the plan carried out: milestones, visits, support granted, money spent, problems."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from communes.kept_files import KeptFile
from communes.models import today
from communes.withdrawable import WithdrawableQuerySet
from ocop_portal.portal_words import know, portal_words
from ocop_portal.text import fold

from .promotion_models import MOST_DONG, PromotionRow

# Offered while typing. No Decision names the kinds of support, so an office may write its own.
SUGGESTED_KINDS = (
    _("Tập huấn, đào tạo"),
    _("Máy móc, thiết bị"),
    _("Giống, vật tư"),
    _("Bao bì, nhãn mác"),
    _("Kiểm nghiệm, công bố chất lượng"),
    _("Sở hữu trí tuệ, mã vạch"),
    _("Quảng bá, xúc tiến thương mại"),
    _("Lãi suất vay"),
)
SUGGESTED_SOURCES = (
    _("Ngân sách trung ương"),
    _("Ngân sách tỉnh"),
    _("Ngân sách huyện"),
    _("Ngân sách xã"),
    _("Doanh nghiệp, tổ chức"),
    _("Dự án"),
)
know(*SUGGESTED_KINDS, *SUGGESTED_SOURCES)


def once(name: str, words) -> models.UniqueConstraint:
    """The constraint that the same words stand but once under an entry, withdrawn rows apart."""
    return models.UniqueConstraint(
        fields=["entry", "search"],
        condition=Q(withdrawn_at__isnull=True),
        name=name,
        violation_error_message=words,
    )


def money(label) -> models.PositiveBigIntegerField:
    """An amount in đồng, at least 1."""
    return models.PositiveBigIntegerField(
        label, validators=[MinValueValidator(1), MaxValueValidator(MOST_DONG)]
    )


class OfEntry(PromotionRow):
    """A row of step 4 of an entry; whoever works with the entry works with it."""

    entry = models.ForeignKey(
        "products.Entry",
        verbose_name=_("sản phẩm tham gia chu trình"),
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        editable=False,
    )
    past: tuple[str, ...] = ()  # the days that cannot lie ahead

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        ahead = [name for name in self.past if (day := getattr(self, name)) and day > today()]
        if ahead:
            raise ValidationError(dict.fromkeys(ahead, _("Ngày này chưa đến.")))


class Milestone(OfEntry):
    """What the plan wants done by a day."""

    name = models.CharField(_("mốc việc"), max_length=250)
    due_on = models.DateField(_("hạn"))
    done_on = models.DateField(_("xong ngày"), null=True, blank=True)
    note = models.TextField(_("ghi chú"), blank=True, max_length=2_000)
    past = ("done_on",)

    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name = _("mốc việc")
        verbose_name_plural = _("mốc việc")
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["due_on"])]
        constraints = [once("milestone_once", _("Đã ghi mốc việc này."))]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("products:milestone", args=[self.pk])

    @property
    def is_late(self) -> bool:
        """Past its day, and not done."""
        return self.done_on is None and self.due_on < today()


class Visit(OfEntry):
    """A visit to see how the work goes: what was found, and where (degrees, WGS 84)."""

    visited_on = models.DateField(_("ngày"))
    by_whom = models.CharField(_("người kiểm tra"), max_length=200)
    findings = models.TextField(_("nhận xét tại chỗ"), max_length=3_000)
    latitude = models.DecimalField(
        _("vĩ độ"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text=_("Ví dụ: 17,06512"),
    )
    longitude = models.DecimalField(
        _("kinh độ"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text=_("Ví dụ: 107,01234"),
    )
    past = ("visited_on",)

    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name = _("lần kiểm tra thực tế")
        verbose_name_plural = _("lần kiểm tra thực tế")
        ordering = ["-visited_on", "-pk"]
        constraints = [
            once("visit_once", _("Đã ghi lần kiểm tra này.")),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="visit_position_whole",
                violation_error_message=_("Hãy ghi cả vĩ độ và kinh độ, hoặc để trống cả hai."),
            ),
        ]

    def __str__(self) -> str:
        return _("Kiểm tra ngày %s") % self.visited_on.strftime("%d/%m/%Y")

    def words(self) -> str:
        return f"{self.visited_on} {self.by_whom} {self.findings}"

    def get_absolute_url(self) -> str:
        return reverse("products:visit", args=[self.pk])

    @property
    def position(self) -> str:
        """Latitude and longitude as maps take them, with a point; "" where none is known."""
        return "" if self.latitude is None else f"{self.latitude}, {self.longitude}"


class VisitFile(KeptFile):
    """A photo or paper of a visit."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="files")

    history = HistoricalRecords(excluded_fields=["file", "sha256"])
    objects = WithdrawableQuerySet.as_manager()

    class Meta:
        verbose_name = _("ảnh, giấy tờ của lần kiểm tra")
        verbose_name_plural = _("ảnh, giấy tờ của lần kiểm tra")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "sha256"],
                condition=Q(withdrawn_at__isnull=True),
                name="visit_file_once",
                violation_error_message=_("Tệp này đã có ở đây rồi."),
            )
        ]

    def get_absolute_url(self) -> str:
        return self.visit.get_absolute_url()

    def get_file_url(self) -> str:
        return reverse("products:visit_file", args=[self.pk])


class Grant(OfEntry):
    """Support that was granted (đồng): its kind, from which source, by which decision."""

    kind = models.CharField(
        _("loại hỗ trợ"), max_length=100, help_text=_("Chọn trong gợi ý, hoặc ghi loại khác.")
    )
    kind_key = models.CharField(max_length=100, editable=False)
    amount = money(_("số tiền (đồng)"))
    source = models.CharField(
        _("nguồn"), max_length=100, help_text=_("Chọn trong gợi ý, hoặc ghi nguồn khác.")
    )
    source_key = models.CharField(max_length=100, editable=False)
    decided_on = models.DateField(_("ngày quyết định"))
    decision_number = models.CharField(_("số quyết định"), max_length=60, blank=True)
    note = models.CharField(_("ghi chú"), max_length=500, blank=True)
    past = ("decided_on",)

    history = HistoricalRecords(excluded_fields=["search", "kind_key", "source_key"])

    class Meta:
        verbose_name = _("hỗ trợ đã cấp")
        verbose_name_plural = _("hỗ trợ đã cấp")
        ordering = ["-decided_on", "-pk"]
        indexes = [models.Index(fields=["decided_on"])]
        constraints = [once("grant_once", _("Đã ghi khoản hỗ trợ này."))]

    def __str__(self) -> str:
        return str(portal_words(self.kind))

    def words(self) -> str:
        return (
            f"{self.decided_on} {self.decision_number} {self.kind} {self.amount} "
            f"{self.source} {self.note}"
        )

    def save(self, *args, **kwargs):
        # One kind, whatever capitals it was typed with.
        self.kind_key, self.source_key = fold(self.kind)[:100], fold(self.source)[:100]
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("products:grant", args=[self.pk])


class Spending(OfEntry):
    """Money that the producer spent on the plan (đồng), and whose it was."""

    class Source(models.TextChoices):
        OWN = "own", _("vốn tự có")
        LOAN = "loan", _("vốn vay")
        OTHER = "other", _("vốn khác")

    what = models.CharField(_("nội dung chi"), max_length=250)
    amount = money(_("số tiền (đồng)"))
    source = models.CharField(_("nguồn vốn"), max_length=10, choices=Source)
    spent_on = models.DateField(_("ngày chi"))
    note = models.CharField(_("ghi chú"), max_length=500, blank=True)
    past = ("spent_on",)

    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name = _("khoản chi")
        verbose_name_plural = _("khoản chi")
        ordering = ["-spent_on", "-pk"]
        constraints = [once("spending_once", _("Đã ghi khoản chi này."))]

    def __str__(self) -> str:
        return self.what

    def words(self) -> str:
        return f"{self.spent_on} {self.what} {self.amount} {self.source} {self.note}"

    def get_absolute_url(self) -> str:
        return reverse("products:spending", args=[self.pk])


class Problem(OfEntry):
    """What stands in the way, who has to solve it, and how it was solved."""

    what = models.CharField(_("vướng mắc"), max_length=500)
    raised_on = models.DateField(_("nêu ngày"), default=today)
    who = models.CharField(_("ai giải quyết"), max_length=200)
    solved_on = models.DateField(_("giải quyết xong ngày"), null=True, blank=True)
    how = models.TextField(_("giải quyết thế nào"), blank=True, max_length=2_000)
    past = ("raised_on", "solved_on")

    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name = _("vướng mắc")
        verbose_name_plural = _("vướng mắc")
        ordering = [F("solved_on").desc(nulls_first=True), "raised_on", "pk"]
        constraints = [
            once("problem_once", _("Đã ghi vướng mắc này.")),
            models.CheckConstraint(
                condition=Q(solved_on__isnull=True) | Q(solved_on__gte=F("raised_on")),
                name="problem_forward",
                violation_error_message=_("Ngày giải quyết phải từ ngày nêu trở đi."),
            ),
        ]

    def __str__(self) -> str:
        return self.what

    def words(self) -> str:
        return f"{self.raised_on} {self.what}"

    def clean(self) -> None:
        super().clean()
        if self.solved_on and not self.how.strip():
            raise ValidationError({"how": _("Hãy ghi đã giải quyết thế nào.")})
        if self.how.strip() and not self.solved_on:
            raise ValidationError({"solved_on": _("Hãy ghi ngày giải quyết xong.")})

    def get_absolute_url(self) -> str:
        return reverse("products:problem", args=[self.pk])
