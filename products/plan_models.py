"""A district's plan for the programme, and its tasks by year."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from communes.models import Unit, today
from communes.withdrawable import Withdrawable, WithdrawableQuerySet
from ocop_portal.text import fold

from .files import private_storage

YEARS = [MinValueValidator(2018), MaxValueValidator(2100)]


class Plan(Withdrawable):
    """A plan of a unit's committee, for some years; its signed copy may be kept with it."""

    unit = models.ForeignKey(
        Unit, verbose_name=_("đơn vị"), on_delete=models.PROTECT, related_name="plans"
    )
    number = models.CharField(_("số, ký hiệu"), max_length=60)
    issued_on = models.DateField(_("ngày ban hành"), null=True, blank=True)
    title = models.CharField(_("tên kế hoạch"), max_length=250)
    issued_by = models.CharField(_("cơ quan ban hành"), max_length=200, blank=True)
    first_year = models.PositiveSmallIntegerField(_("từ năm"), validators=YEARS)
    last_year = models.PositiveSmallIntegerField(_("đến năm"), validators=YEARS)
    file = models.FileField(
        _("bản quét"), storage=private_storage, upload_to="ke-hoach/%Y/", blank=True, max_length=250
    )
    original_name = models.CharField(_("tên tệp"), max_length=200, blank=True, editable=False)
    content_type = models.CharField(max_length=100, blank=True, editable=False)
    size = models.PositiveIntegerField(default=0, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    source = models.CharField(_("nguồn thông tin"), max_length=250, blank=True)
    search = models.CharField(max_length=350, editable=False)

    history = HistoricalRecords(excluded_fields=["search"])
    objects = WithdrawableQuerySet.as_manager()

    class Meta:
        verbose_name = _("kế hoạch")
        verbose_name_plural = _("kế hoạch")
        ordering = ["-first_year", "-issued_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "number"],
                condition=Q(withdrawn_at__isnull=True),
                name="plan_number_once",
                violation_error_message=_("Đơn vị đã có kế hoạch mang số này."),
            ),
            models.CheckConstraint(
                condition=Q(last_year__gte=F("first_year")),
                name="plan_years_forward",
                violation_error_message=_("Năm cuối phải từ năm đầu trở đi."),
            ),
        ]

    def __str__(self) -> str:
        return _("Kế hoạch %s") % self.number

    def clean(self) -> None:
        # Before the constraints are looked at, one of which compares it.
        self.search = fold(f"{self.number} {self.title}")[:350]

    def save(self, *args, **kwargs):
        self.clean()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("products:plan", args=[self.pk])

    @property
    def years(self) -> range:
        """The years of the plan, both ends included."""
        return range(self.first_year, self.last_year + 1)

    @property
    def span(self) -> str:
        """ "2019–2020", or the one year."""
        if self.first_year == self.last_year:
            return str(self.first_year)
        return f"{self.first_year}–{self.last_year}"


class Measure(models.TextChoices):
    """What the portal itself can count, to be held against a task's target (`plan_reality`)."""

    ENTRIES = "entries", _("sản phẩm tham gia chu trình")
    PRODUCERS = "producers", _("chủ thể tham gia chu trình")
    COMMUNES = "communes", _("xã, thị trấn có sản phẩm tham gia")
    STARS_3 = "stars_3", _("sản phẩm được công nhận 3 sao")
    STARS_4 = "stars_4", _("sản phẩm được công nhận 4 sao")
    STARS_5 = "stars_5", _("sản phẩm được công nhận 5 sao")
    TRAININGS = "trainings", _("lớp tập huấn đã cử người dự")
    OUTREACH = "outreach", _("buổi tuyên truyền, hướng dẫn")
    OUTREACH_PEOPLE = "outreach_people", _("lượt người dự tuyên truyền")
    FAIRS = "fairs", _("hội chợ, sự kiện xúc tiến đã dự")


class PlanTask(Withdrawable):
    """One piece of work that a plan sets for a year."""

    class State(models.TextChoices):
        UNKNOWN = "unknown", _("chưa cập nhật")  # loaded: no source says what became of it
        PLANNED = "planned", _("chưa làm")
        RUNNING = "running", _("đang làm")
        DONE = "done", _("đã xong")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="tasks")
    year = models.PositiveSmallIntegerField(_("năm"), validators=YEARS)
    code = models.CharField(
        _("mã việc"),
        max_length=20,
        blank=True,
        help_text=_("Ghi như trong kế hoạch; để trống nếu kế hoạch không đánh số."),
    )
    # In the order of the plan, which may not number its tasks.
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0, editable=False)
    words = models.CharField(_("nội dung công việc"), max_length=1_000)
    responsible = models.CharField(_("cơ quan chủ trì"), max_length=250, blank=True)
    cooperating = models.CharField(_("cơ quan phối hợp"), max_length=500, blank=True)
    measure = models.CharField(
        _("đối chiếu với số liệu của cổng"),
        max_length=20,
        choices=Measure,
        blank=True,
        help_text=_("Chọn nếu chỉ tiêu là con số mà cổng tự đếm được."),
    )
    target = models.PositiveIntegerField(
        _("chỉ tiêu"), null=True, blank=True, validators=[MaxValueValidator(1_000_000_000)]
    )
    target_unit = models.CharField(
        _("đơn vị tính"), max_length=60, blank=True, help_text=_("Ví dụ: sản phẩm, lớp, triệu đồng")
    )
    due_on = models.DateField(_("hạn hoàn thành"), null=True, blank=True)
    state = models.CharField(_("tình trạng"), max_length=10, choices=State, default=State.PLANNED)
    result = models.TextField(_("kết quả"), blank=True, max_length=5_000)
    search = models.CharField(max_length=1_000, editable=False)

    history = HistoricalRecords(excluded_fields=["search"])
    objects = WithdrawableQuerySet.as_manager()

    class Meta:
        verbose_name = _("việc của kế hoạch")
        verbose_name_plural = _("việc của kế hoạch")
        ordering = ["year", F("due_on").asc(nulls_last=True), "position", "pk"]
        indexes = [models.Index(fields=["due_on", "state"])]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "year", "search"],
                condition=Q(withdrawn_at__isnull=True),
                name="plan_task_once",
                violation_error_message=_("Kế hoạch đã có việc này trong năm."),
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(result=""),
                name="plan_task_done_with_result",
                violation_error_message=_("Việc đã xong thì cần ghi kết quả."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}. {self.words}" if self.code else self.words

    def clean(self) -> None:
        # Before the constraints are looked at, one of which compares it.
        self.search = fold(self.words)[:1_000]

    def save(self, *args, **kwargs):
        self.clean()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("products:plan_task", args=[self.pk])

    @property
    def is_late(self) -> bool:
        """Past its day, and not done."""
        return self.state != self.State.DONE and self.due_on is not None and self.due_on < today()
