"""What: the product register, the yearly six-step cycle, dossiers, and what the public is told."""

import datetime
from fractions import Fraction

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from communes.models import Producer, Unit, today
from ocop_portal import law
from ocop_portal.portal_words import know
from ocop_portal.text import fold

from .dossier_models import EvidenceLink, PaperSlot  # noqa: F401  models of this app
from .files import private_storage
from .filled_models import (  # noqa: F401  models of this app
    Assessment,
    Comment,
    FilledForm,
    Finding,
    MoneyLine,
    PlanLine,
    ResubmissionLeave,
    ThreadRead,
)
from .plan_models import Plan, PlanTask  # noqa: F401  their models are this app's
from .promotion_models import (  # noqa: F401  models of this app
    Chain,
    ChainLink,
    Contract,
    Fair,
    FairPhoto,
    FairProduct,
    Flagship,
    GapTask,
    OnlineShop,
    SalesPoint,
)
from .voice_models import Feedback  # noqa: F401  a model of this app
from .word_index import MistypedForm, ProductWord, SearchWord  # noqa: F401  models of this app
from .works_models import (  # noqa: F401  models of this app
    Grant,
    Milestone,
    Problem,
    Spending,
    Visit,
    VisitFile,
)


class Product(models.Model):
    """A product of a producer, classified by a Decision's branch, group and set."""

    name = models.CharField(_("tên sản phẩm"), max_length=200)
    producer = models.ForeignKey(
        Producer, verbose_name=_("chủ thể"), on_delete=models.PROTECT, related_name="products"
    )
    decision = models.SlugField(_("phân loại theo"), max_length=20, default="1048-2019")
    set_number = models.PositiveSmallIntegerField(_("bộ sản phẩm"))
    # Names of the classification, kept beside the number so that lists can filter and sort.
    branch = models.CharField(_("ngành"), max_length=120, editable=False)
    group = models.CharField(_("nhóm"), max_length=120, editable=False)
    set_name = models.CharField(_("tên bộ"), max_length=150, editable=False)
    is_existing = models.BooleanField(
        _("sản phẩm đã có"),
        default=True,
        help_text=_("Sản phẩm đã có dùng Biểu 02; sản phẩm mới dùng Biểu 01."),
    )
    summary = models.CharField(
        _("mô tả ngắn"), max_length=300, blank=True, help_text=_("Một, hai câu cho người mua.")
    )
    story = models.TextField(_("câu chuyện sản phẩm"), blank=True, max_length=20_000)
    packaging = models.CharField(_("quy cách đóng gói"), max_length=200, blank=True)
    where_to_buy = models.TextField(_("nơi bán"), blank=True, max_length=2_000)
    is_sample = models.BooleanField(_("sản phẩm mẫu"), default=False)
    source = models.CharField(_("nguồn thông tin"), max_length=250, blank=True)
    is_active = models.BooleanField(_("đang sản xuất"), default=True)
    search = models.CharField(max_length=600, editable=False)
    created_at = models.DateTimeField(_("ngày nhập"), auto_now_add=True)
    updated_at = models.DateTimeField(_("ngày sửa"), auto_now=True)

    history = HistoricalRecords(excluded_fields=["search", "branch", "group", "set_name"])

    class Meta:
        verbose_name = _("sản phẩm")
        verbose_name_plural = _("sản phẩm")
        ordering = ["search", "pk"]
        indexes = [models.Index(fields=["search"]), models.Index(fields=["branch", "search"])]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs):
        self.classify()
        self.search = self.searchable()
        super().save(*args, **kwargs)

    def searchable(self) -> str:
        """What people search for: the product's and the producer's names, folded."""
        return fold(f"{self.name} {self.producer.name}")[:600]

    def classify(self) -> None:
        """Copy the names of branch, group and set from the Decision; `UnknownSet` if there is none."""
        summary = law.decision(self.decision).summary(self.set_number)
        self.branch, self.group, self.set_name = summary.branch, summary.group, summary.name

    def get_absolute_url(self) -> str:
        return reverse("products:product", args=[self.pk])

    def get_public_url(self) -> str:
        return reverse("products:public_product", args=[self.pk])


class ProductPhoto(models.Model):
    """A public photo: re-encoded on upload, so no position or camera data leaves the office."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="photos")
    image = models.ImageField(
        _("ảnh"), upload_to="san-pham/%Y/", width_field="width", height_field="height"
    )
    thumbnail = models.ImageField(upload_to="san-pham/%Y/", editable=False)
    width = models.PositiveIntegerField(editable=False, default=0)
    height = models.PositiveIntegerField(editable=False, default=0)
    caption = models.CharField(_("chú thích"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("ảnh sản phẩm")
        verbose_name_plural = _("ảnh sản phẩm")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.caption or f"Ảnh {self.position + 1}"


class EvaluationLevel(models.TextChoices):
    """Who evaluates: the levels of the Decisions, from below."""

    DISTRICT = "district", _("cấp huyện")
    PROVINCE = "province", _("cấp tỉnh")
    CENTRE = "centre", _("cấp trung ương")


class Step(models.IntegerChoices):
    """The six steps of the yearly OCOP cycle (Decision 490/QĐ-TTg of 7/5/2018)."""

    OUTREACH = 1, _("Tuyên truyền, hướng dẫn")
    IDEA = 2, _("Đăng ký ý tưởng")
    PLAN = 3, _("Nhận phương án")
    IMPLEMENTATION = 4, _("Triển khai phương án")
    EVALUATION = 5, _("Đánh giá, xếp hạng")
    PROMOTION = 6, _("Xúc tiến thương mại")


class Cycle(models.Model):
    """One year's programme of one unit, under one Decision.

    The unit is a district, or the province where there is no district any more (from 1/7/2025).
    """

    unit = models.ForeignKey(
        Unit, verbose_name=_("đơn vị"), on_delete=models.PROTECT, related_name="cycles"
    )
    year = models.PositiveSmallIntegerField(
        _("năm"), validators=[MinValueValidator(2018), MaxValueValidator(2100)]
    )
    decision = models.SlugField(_("Quyết định áp dụng"), max_length=20)
    plan_number = models.CharField(_("kế hoạch số"), max_length=60, blank=True)
    plan_date = models.DateField(_("ngày ban hành kế hoạch"), null=True, blank=True)
    note = models.TextField(_("ghi chú"), blank=True, max_length=5_000)
    is_closed = models.BooleanField(_("đã khép lại"), default=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("chu trình năm")
        verbose_name_plural = _("chu trình năm")
        ordering = ["-year", "unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year"],
                name="cycle_once_a_year",
                violation_error_message=_("Đơn vị đã có chu trình của năm này."),
            )
        ]

    def __str__(self) -> str:
        return _("Chu trình OCOP %(year)s – %(unit)s") % {"year": self.year, "unit": self.unit}

    def get_absolute_url(self) -> str:
        return reverse("products:board", args=[self.pk])

    @property
    def office(self) -> str:
        """Who decides on this cycle's entries, as officers say it: "huyện", "tỉnh"."""
        return str(_(self.unit.kind.lower()))

    @property
    def law(self) -> law.Decision:
        """The Decision that rules this cycle."""
        return law.decision(self.decision)


class CycleStep(models.Model):
    """The planned dates of one step in one cycle. Months differ by province, so dates are data."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField(_("bước"), choices=Step)
    starts_on = models.DateField(_("từ ngày"), null=True, blank=True)
    due_on = models.DateField(_("hạn"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("bước của chu trình")
        verbose_name_plural = _("bước của chu trình")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="cycle_step_once"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(due_on__isnull=True)
                | Q(due_on__gte=F("starts_on")),
                name="cycle_step_forward",
                violation_error_message=_("Hạn phải sau ngày bắt đầu."),
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1) & Q(number__lte=6), name="cycle_step_of_six"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.get_number_display()}"


class Entry(models.Model):
    """A product in one year's cycle. Its state is moved by `cycle.move` alone."""

    class State(models.TextChoices):
        IDEA_DRAFT = "idea_draft", _("Đang soạn ý tưởng")
        IDEA_REGISTERED = "idea_registered", _("Chờ xem xét ý tưởng")
        IDEA_RETURNED = "idea_returned", _("Ý tưởng bị trả lại")
        PLAN_AWAITED = "plan_awaited", _("Ý tưởng được nhận, chờ phương án")
        PLAN_RECEIVED = "plan_received", _("Chờ thẩm định phương án")
        PLAN_RETURNED = "plan_returned", _("Phương án bị trả lại")
        IMPLEMENTING = "implementing", _("Đang triển khai phương án")
        DOSSIER_OPEN = "dossier_open", _("Đang hoàn thiện hồ sơ")
        DOSSIER_SUBMITTED = "dossier_submitted", _("Chờ kiểm tra hồ sơ")
        READY = "ready", _("Hồ sơ đầy đủ, chờ đánh giá")
        IN_EVALUATION = "in_evaluation", _("Hội đồng đang đánh giá")
        RATED = "rated", _("Đã có kết quả đánh giá")
        IN_PROMOTION = "in_promotion", _("Đang xúc tiến thương mại")
        WITHDRAWN = "withdrawn", _("Đã rút khỏi chu trình")

    cycle = models.ForeignKey(
        Cycle, verbose_name=_("chu trình"), on_delete=models.PROTECT, related_name="entries"
    )
    product = models.ForeignKey(
        Product, verbose_name=_("sản phẩm"), on_delete=models.PROTECT, related_name="entries"
    )
    # The set under the cycle's Decision: the product's own may belong to another Decision.
    set_number = models.PositiveSmallIntegerField(_("bộ sản phẩm"))
    state = models.CharField(
        _("trạng thái"), max_length=20, choices=State, default=State.IDEA_DRAFT, editable=False
    )
    # Derived from the state; a column so that boards and reminders can ask the database.
    step = models.PositiveSmallIntegerField(
        _("bước"), choices=Step, default=Step.IDEA, editable=False
    )
    state_since = models.DateTimeField(_("từ lúc"), default=timezone.now, editable=False)
    idea = models.TextField(
        _("ý tưởng"),
        max_length=10_000,
        blank=True,
        help_text=_("Sản phẩm là gì, vì sao là của địa phương, cần hỗ trợ gì."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords(excluded_fields=["state_since"])

    class Meta:
        verbose_name = _("sản phẩm tham gia chu trình")
        verbose_name_plural = _("sản phẩm tham gia chu trình")
        ordering = ["product__search", "pk"]
        indexes = [models.Index(fields=["cycle", "state"]), models.Index(fields=["cycle", "step"])]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "product"],
                name="entry_once_a_cycle",
                violation_error_message=_("Sản phẩm đã tham gia chu trình này."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "idea_draft",
                        "idea_registered",
                        "idea_returned",
                        "plan_awaited",
                        "plan_received",
                        "plan_returned",
                        "implementing",
                        "dossier_open",
                        "dossier_submitted",
                        "ready",
                        "in_evaluation",
                        "rated",
                        "in_promotion",
                        "withdrawn",
                    ]
                ),
                name="entry_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} ({self.cycle.year})"

    def get_absolute_url(self) -> str:
        return reverse("products:entry", args=[self.pk])


class EntryEvent(models.Model):
    """One thing that happened to an entry; append-only, written with the change it tells of."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="events")
    action = models.CharField(max_length=40)  # a transition's name, or "paper.attached" …
    from_state = models.CharField(max_length=20, choices=Entry.State, blank=True)
    to_state = models.CharField(max_length=20, choices=Entry.State, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(blank=True)
    # What had been handed in at that moment: [{"kind": …, "paper": id, "name": …}].
    handed_in = models.JSONField(default=list)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.action} {self.at:%d/%m/%Y %H:%M}"


class Paper(models.Model):
    """A paper of the dossier: mandatory or evidence, as the Decision's dossier list names them.

    Nothing is deleted: a wrong paper is withdrawn with a reason and stays readable to officers.
    """

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(_("loại giấy tờ"), max_length=60)
    file = models.FileField(
        _("tệp"), storage=private_storage, upload_to="ho-so/%Y/%m/", blank=True, max_length=250
    )
    original_name = models.CharField(max_length=200, blank=True, editable=False)
    content_type = models.CharField(max_length=100, blank=True, editable=False)
    size = models.PositiveIntegerField(default=0, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    number = models.CharField(_("số, ký hiệu"), max_length=100, blank=True)
    issued_by = models.CharField(_("nơi cấp"), max_length=200, blank=True)
    issued_on = models.DateField(_("ngày cấp"), null=True, blank=True)
    valid_until = models.DateField(_("có giá trị đến"), null=True, blank=True)
    quantity = models.PositiveSmallIntegerField(_("số lượng nhận"), null=True, blank=True)
    note = models.CharField(_("ghi chú"), max_length=500, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    withdrawn_reason = models.CharField(max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _("giấy tờ")
        verbose_name_plural = _("giấy tờ")
        ordering = ["uploaded_at", "pk"]
        indexes = [models.Index(fields=["entry", "kind"])]

    def __str__(self) -> str:
        return self.original_name or self.kind

    def get_absolute_url(self) -> str:
        return reverse("products:paper", args=[self.pk])


SELF_RATED = _("%(total)s điểm, hạng %(stars)s sao")
know(SELF_RATED)  # an entry's history keeps it


class SelfAssessment(models.Model):
    """The producer's own sheet for an entry, as an officer handed it in: their statement, no rating.

    Never overwritten: it is withdrawn with a reason, and another one is attached. Points and stars
    are what the law made of it on that day, by the version of the set that `digest` names.
    """

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="self_assessments")
    decision = models.SlugField(max_length=20)
    set_number = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    choices = models.JSONField()  # leaf code → option number, null for "none of these"
    knock_outs = models.JSONField(default=list)
    gates = models.JSONField(default=list)
    points = models.JSONField()  # leaf code → whole points
    parts = models.JSONField()  # {"A": 31, …}
    total = models.PositiveSmallIntegerField()
    stars = models.PositiveSmallIntegerField()
    missing = models.JSONField(default=list)  # leaves that the producer left unanswered
    query = models.TextField()  # the sheet as a link of the rehearsal carries it
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    attached_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("bản tự đánh giá")
        verbose_name_plural = _("bản tự đánh giá")
        ordering = ["-attached_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"],
                condition=Q(withdrawn_at__isnull=True),
                name="self_assessment_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(total__lte=100) & Q(stars__lte=5), name="self_assessment_within_100"
            ),
        ]

    def __str__(self) -> str:
        return SELF_RATED % {"total": self.total, "stars": self.stars}


know(_("sau %s"))  # a `period_text`


class PublicRating(models.Model):
    """What the public is told about a product's stars: one row a published fact.

    Written by `evaluation` when a round is published or a recognition recorded, never edited by
    hand. Two kinds of fact that must never be mixed up: what a council's tally says, and what an
    authority has recognised. Only the second is OCOP stars.
    """

    class Kind(models.TextChoices):
        COUNCIL = "council", _("kết quả của hội đồng")
        RECOGNITION = "recognition", _("công nhận")

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="ratings")
    kind = models.CharField(max_length=12, choices=Kind)
    # Natural key at the writer's: "candidate:12", "recognition:3".
    key = models.CharField(max_length=40, unique=True)
    year = models.PositiveSmallIntegerField(null=True)
    # As printed by the source where it names no day: "2020", "2019–2021".
    period_text = models.CharField(max_length=40, blank=True)
    stars = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=10, choices=EvaluationLevel, blank=True)
    authority = models.CharField(max_length=200, blank=True)
    decision_number = models.CharField(max_length=100, blank=True)
    decided_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    revoked_on = models.DateField(null=True)
    law = models.SlugField(max_length=20, blank=True)  # the Decision it was scored under
    set_digest = models.CharField(max_length=64, blank=True)
    points = models.CharField(max_length=40, blank=True)  # exact mean as "numerator/denominator"
    part_points = models.JSONField(default=dict)  # {"A": "31/1", …}
    sheets = models.PositiveSmallIntegerField(null=True)
    proposal = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=250, blank=True)
    # The one fact that stands for the product in lists; `evaluation.publication` chooses it.
    is_current = models.BooleanField(default=False)
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-decided_on", "-year", "-pk"]
        indexes = [models.Index(fields=["is_current", "stars"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(stars__gte=0) & Q(stars__lte=5), name="rating_stars_0_to_5"
            ),
            models.UniqueConstraint(
                fields=["product"], condition=Q(is_current=True), name="rating_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.stars}"

    @property
    def law_number(self) -> str:
        """The number of the Decision that was applied; "" where the source names none."""
        return next((d.number for d in law.decisions() if d.slug == self.law), "")

    @property
    def mean(self) -> Fraction | None:
        """The council's exact mean, 0–100."""
        return Fraction(self.points) if self.points else None

    @property
    def part_means(self) -> dict[str, Fraction]:
        """The exact mean of each part."""
        return {part: Fraction(value) for part, value in self.part_points.items()}

    @property
    def is_certified(self) -> bool:
        """Whether the OCOP mark may be shown today: recognised at 3★ up, not expired or revoked.

        A recognition whose source names no day has no known end; it is not called valid.
        """
        return (
            self.kind == self.Kind.RECOGNITION
            and self.stars >= 3
            and self.revoked_on is None
            and self.valid_until is not None
            and self.valid_until >= today()
        )

    @property
    def is_expired(self) -> bool:
        """A recognition past its last day of validity."""
        return self.valid_until is not None and self.valid_until < today()


def current_cycle(unit_ids, day: datetime.date | None = None) -> Cycle | None:
    """The cycle an officer works in: the latest open one of these units, else the latest."""
    cycles = Cycle.objects.filter(unit__in=unit_ids).select_related("unit")
    return cycles.order_by("is_closed", "-year").first()
