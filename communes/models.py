"""Where and who: administrative units through time, roles held in them, producers."""

import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from simple_history.models import HistoricalRecords

from ocop_portal.text import fold

from .boundary_models import Boundary  # noqa: F401  a model of this app
from .withdrawable import Withdrawable, WithdrawableQuerySet


def today() -> datetime.date:
    """Today's date in Vietnam."""
    return timezone.localdate()


class PeriodQuerySet(models.QuerySet):
    """Rows with a first and a last day; an empty end is open, an empty start lies before records."""

    start, end = "valid_from", "valid_until"

    def on(self, day: datetime.date | None = None):
        """The rows in force on `day` (today by default), both ends included."""
        day = day or today()
        return self.filter(
            Q(**{f"{self.start}__isnull": True}) | Q(**{f"{self.start}__lte": day}),
            Q(**{f"{self.end}__isnull": True}) | Q(**{f"{self.end}__gte": day}),
        )


class Unit(models.Model):
    """A province, district or commune between two dates.

    The state's codes are reused: 19378 was Vĩnh Trung and is Trung Nam from 1/1/2020. A code
    alone identifies nothing; a unit is a code in a period.
    """

    class Level(models.TextChoices):
        PROVINCE = "province", _("cấp tỉnh")
        DISTRICT = "district", _("cấp huyện")
        COMMUNE = "commune", _("cấp xã")

    code = models.CharField(_("mã đơn vị"), max_length=8, validators=[RegexValidator(r"^\d+$")])
    kind = models.CharField(_("loại"), max_length=20, help_text=_("Tỉnh, Huyện, Xã, Thị trấn…"))
    name = models.CharField(_("tên"), max_length=100)
    level = models.CharField(_("cấp"), max_length=10, choices=Level)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("thuộc"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    valid_from = models.DateField(_("có từ ngày"), null=True, blank=True)
    valid_until = models.DateField(_("đến hết ngày"), null=True, blank=True)
    basis = models.CharField(_("căn cứ"), max_length=200, blank=True)
    latitude = models.FloatField(_("vĩ độ"), null=True, blank=True)
    longitude = models.FloatField(_("kinh độ"), null=True, blank=True)
    search = models.CharField(max_length=150, editable=False, db_index=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("đơn vị hành chính")
        verbose_name_plural = _("đơn vị hành chính")
        ordering = ["search", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["code", "level", "valid_from"], name="unit_code_from"),
            models.UniqueConstraint(
                fields=["code", "level"],
                condition=Q(valid_from__isnull=True),
                name="unit_code_from_always",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="unit_period_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    def save(self, *args, **kwargs):
        self.search = fold(f"{self.name} {self.kind}")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("communes:unit", args=[self.pk])

    def get_public_url(self) -> str:
        return reverse("communes:public_unit", args=[self.pk])

    def is_valid_on(self, day: datetime.date | None = None) -> bool:
        """Whether the unit exists on `day` (today by default)."""
        day = day or today()
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    @property
    def dated_name(self) -> str:
        """The name with its end, where it has ended: "Xã Vĩnh Trung (đến 31/12/2019)"."""
        if self.valid_until and self.valid_until < today():
            return _("%(unit)s (đến %(day)s)") % {
                "unit": self,
                "day": self.valid_until.strftime("%d/%m/%Y"),
            }
        return str(self)


class UnitSuccession(models.Model):
    """One unit becoming (part of) another on a day: a merger has several rows."""

    predecessor = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="successions")
    successor = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="origins")
    on = models.DateField(_("từ ngày"))
    basis = models.CharField(_("căn cứ"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("kế thừa đơn vị")
        verbose_name_plural = _("kế thừa đơn vị")
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor"], name="unit_succession_once"
            ),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")), name="unit_succession_other"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class UnitCover(models.Model):
    """Which units a unit answers for: itself, all below it, and all that became part of these.

    Derived by `units.rebuild_cover`; it makes "everything in my scope" one join at national size.
    """

    holder = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="covers")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="covered_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holder", "unit"], name="unit_cover_once"),
        ]

    def __str__(self) -> str:
        return f"{self.holder} ⊇ {self.unit}"


PROVINCE_OFFICER = _("cán bộ cấp tỉnh")


def kind_in(kind: str, unit: Unit) -> str:
    """What a kind of role is called in a unit: the district's officer is the province's in a province."""
    if kind == Role.Kind.DISTRICT_OFFICER and unit.level == Unit.Level.PROVINCE:
        return PROVINCE_OFFICER
    return Role.Kind(kind).label


class RoleQuerySet(PeriodQuerySet):
    start, end = "since", "until"


class Role(models.Model):
    """What a person does for the programme, in one unit, for a period."""

    class Kind(models.TextChoices):
        DISTRICT_OFFICER = "district_officer", _("cán bộ cấp huyện")
        COMMUNE_OFFICER = "commune_officer", _("cán bộ cấp xã")
        COUNCIL_MEMBER = "council_member", _("thành viên hội đồng")
        SUPPORT_TEAM = "support_team", _("tổ tư vấn giúp việc")
        ADMINISTRATOR = "administrator", _("quản trị hệ thống")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("người dùng"),
        on_delete=models.PROTECT,
        related_name="roles",
    )
    kind = models.CharField(_("vai trò"), max_length=20, choices=Kind)
    unit = models.ForeignKey(
        Unit, verbose_name=_("tại đơn vị"), on_delete=models.PROTECT, related_name="roles"
    )
    since = models.DateField(_("từ ngày"), default=today)
    until = models.DateField(_("đến hết ngày"), null=True, blank=True)

    history = HistoricalRecords()
    objects = RoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("vai trò")
        verbose_name_plural = _("vai trò")
        ordering = ["user", "kind", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "unit", "since"], name="role_once_from_a_day"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="role_period_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_kind_display()} – {self.unit}"

    def get_kind_display(self) -> str:
        """The kind of role in words, as it is called in the role's unit."""
        return str(kind_in(self.kind, self.unit))


class Producer(models.Model):
    """Who makes the product. Legal forms are those that criterion 3.1 of Decision 1048 tells apart."""

    class LegalForm(models.TextChoices):
        HOUSEHOLD = "household", _("hộ gia đình có đăng ký kinh doanh")
        COOPERATIVE_GROUP = "cooperative_group", _("tổ hợp tác")
        COOPERATIVE = "cooperative", _("hợp tác xã")
        LLC_ONE = "llc_one", _("công ty TNHH một thành viên")
        LLC_MANY = "llc_many", _("công ty TNHH hai thành viên trở lên")
        PRIVATE_ENTERPRISE = "private_enterprise", _("doanh nghiệp tư nhân")
        JOINT_STOCK = "joint_stock", _("công ty cổ phần")
        FACILITY = "facility", _("cơ sở sản xuất, chưa rõ loại hình")

    name = models.CharField(_("tên chủ thể"), max_length=200)
    legal_form = models.CharField(_("loại hình tổ chức"), max_length=20, choices=LegalForm)
    tax_code = models.CharField(
        _("mã số thuế"),
        max_length=14,
        blank=True,
        validators=[
            RegexValidator(
                r"^(\d{10}|\d{10}-\d{3}|\d{12})$",
                _("Mã số thuế gồm 10 số, 12 số, hoặc 10 số-3 số (ví dụ 3200123456-001)."),
            )
        ],
    )
    must_register = models.BooleanField(
        _("phải đăng ký kinh doanh"),
        default=True,
        help_text=_("Bỏ chọn nếu pháp luật không buộc chủ thể này đăng ký kinh doanh."),
    )
    registration_number = models.CharField(_("số đăng ký kinh doanh"), max_length=50, blank=True)
    representative = models.CharField(_("người đại diện"), max_length=150, blank=True)
    phone = PhoneNumberField(_("điện thoại"), blank=True)
    email = models.EmailField(_("thư điện tử"), blank=True)
    website = models.URLField(_("trang mạng"), blank=True)
    unit = models.ForeignKey(
        Unit, verbose_name=_("xã, thị trấn"), on_delete=models.PROTECT, related_name="producers"
    )
    address = models.CharField(_("địa chỉ"), max_length=250, blank=True)
    workers = models.PositiveIntegerField(
        _("số lao động"), null=True, blank=True, validators=[MaxValueValidator(100_000)]
    )
    local_workers = models.PositiveIntegerField(
        _("trong đó người địa phương"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(100_000)],
    )
    community_share = models.DecimalField(
        _("vốn góp của cộng đồng địa phương (%)"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text=_("Cho công ty cổ phần: tiêu chí 3.1 phân biệt dưới và từ 51%."),
    )
    # Contacts are personal data: the public sees them only when the producer agreed.
    publish_contact = models.BooleanField(
        _("đồng ý công khai điện thoại, thư điện tử"), default=False
    )
    is_sample = models.BooleanField(_("chủ thể mẫu"), default=False)
    source = models.CharField(_("nguồn thông tin"), max_length=250, blank=True)
    is_active = models.BooleanField(_("đang hoạt động"), default=True)
    search = models.CharField(max_length=500, editable=False)
    created_at = models.DateTimeField(_("ngày nhập"), auto_now_add=True)
    updated_at = models.DateTimeField(_("ngày sửa"), auto_now=True)

    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name = _("chủ thể")
        verbose_name_plural = _("chủ thể")
        ordering = ["search", "pk"]
        indexes = [models.Index(fields=["unit", "search"]), models.Index(fields=["search"])]
        constraints = [
            models.UniqueConstraint(
                fields=["tax_code"],
                condition=~Q(tax_code=""),
                name="producer_tax_code_once",
                violation_error_message=_("Đã có chủ thể mang mã số thuế này."),
            ),
            models.CheckConstraint(
                condition=Q(local_workers__isnull=True)
                | Q(workers__isnull=True)
                | Q(local_workers__lte=F("workers")),
                name="producer_local_workers_within",
                violation_error_message=_(
                    "Số người địa phương không thể nhiều hơn tổng số lao động."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs):
        self.search = self.searchable()
        super().save(*args, **kwargs)

    def searchable(self) -> str:
        """What officers search for: name, representative and tax code, folded."""
        return fold(f"{self.name} {self.representative} {self.tax_code}")[:500]

    def get_absolute_url(self) -> str:
        return reverse("communes:producer", args=[self.pk])

    @property
    def local_share(self) -> int | None:
        """Local workers in per cent of all, cut to a whole number; None while unknown."""
        if not self.workers or self.local_workers is None:
            return None
        return self.local_workers * 100 // self.workers


class SteeringBodyQuerySet(RoleQuerySet, WithdrawableQuerySet):
    """Bodies with a period, of which some were withdrawn."""


class SteeringBody(Withdrawable):
    """A part of the programme's management in one unit, by a decision, for a period."""

    class Kind(models.TextChoices):
        STEERING = "steering", _("ban chỉ đạo")
        OFFICE = "office", _("bộ phận giúp việc")
        FOCAL = "focal", _("cán bộ đầu mối")

    unit = models.ForeignKey(
        Unit, verbose_name=_("đơn vị"), on_delete=models.PROTECT, related_name="steering_bodies"
    )
    kind = models.CharField(_("thành phần"), max_length=10, choices=Kind)
    name = models.CharField(
        _("tên"), max_length=200, help_text=_("Tên ban, bộ phận, hoặc họ tên cán bộ đầu mối.")
    )
    head = models.CharField(
        _("người đứng đầu, chức vụ"),
        max_length=200,
        blank=True,
        help_text=_("Với cán bộ đầu mối: chức vụ."),
    )
    decision_number = models.CharField(_("quyết định số"), max_length=60, blank=True)
    decided_on = models.DateField(_("ngày quyết định"), null=True, blank=True)
    since = models.DateField(_("từ ngày"))
    until = models.DateField(_("đến hết ngày"), null=True, blank=True)
    note = models.TextField(_("ghi chú"), blank=True, max_length=2_000)

    history = HistoricalRecords()
    objects = SteeringBodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("thành phần bộ máy")
        verbose_name_plural = _("bộ máy")
        ordering = ["-since", "pk"]
        indexes = [models.Index(fields=["unit", "kind"])]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "name", "since"],
                condition=Q(withdrawn_at__isnull=True),
                name="steering_body_once",
                violation_error_message=_("Đơn vị đã có thành phần này từ ngày này."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="steering_body_period_forward",
                violation_error_message=_("Ngày cuối phải từ ngày đầu trở đi."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("communes:steering_body", args=[self.pk])


class TrainingClass(Withdrawable):
    """A class that people of a district and its communes were sent to."""

    class Level(models.TextChoices):
        CENTRE = "centre", _("trung ương")
        PROVINCE = "province", _("tỉnh")
        DISTRICT = "district", _("huyện")

    unit = models.ForeignKey(
        Unit, verbose_name=_("đơn vị cử dự"), on_delete=models.PROTECT, related_name="trainings"
    )
    title = models.CharField(_("nội dung lớp"), max_length=250)
    level = models.CharField(_("cấp tổ chức"), max_length=10, choices=Level)
    organiser = models.CharField(_("cơ quan tổ chức"), max_length=200, blank=True)
    place = models.CharField(_("địa điểm"), max_length=200, blank=True)
    starts_on = models.DateField(_("từ ngày"))
    ends_on = models.DateField(_("đến hết ngày"), null=True, blank=True)
    note = models.TextField(_("ghi chú"), blank=True, max_length=2_000)
    search = models.CharField(max_length=500, editable=False)

    history = HistoricalRecords(excluded_fields=["search"])
    objects = WithdrawableQuerySet.as_manager()

    class Meta:
        verbose_name = _("lớp tập huấn")
        verbose_name_plural = _("lớp tập huấn")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "title", "starts_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="training_once",
                violation_error_message=_("Đã ghi lớp này, cùng ngày bắt đầu."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="training_forward",
                violation_error_message=_("Ngày cuối phải từ ngày đầu trở đi."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs):
        self.search = fold(f"{self.title} {self.organiser} {self.place}")[:500]
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("communes:training", args=[self.pk])


class Attendance(Withdrawable):
    """A person who was at a training class, for a unit."""

    training = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="attended")
    unit = models.ForeignKey(
        Unit, verbose_name=_("đơn vị"), on_delete=models.PROTECT, related_name="+"
    )
    person = models.CharField(_("họ tên"), max_length=150)
    duty = models.CharField(
        _("chức vụ"), max_length=200, blank=True, help_text=_("Hoặc tên chủ thể, nếu là chủ thể.")
    )

    history = HistoricalRecords()
    objects = WithdrawableQuerySet.as_manager()

    class Meta:
        verbose_name = _("người dự tập huấn")
        verbose_name_plural = _("người dự tập huấn")
        ordering = ["unit__search", "person", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["training", "unit", "person"],
                condition=Q(withdrawn_at__isnull=True),
                name="attendance_once",
                violation_error_message=_("Người này đã có trong danh sách."),
            )
        ]

    def __str__(self) -> str:
        return self.person

    def get_absolute_url(self) -> str:
        return self.training.get_absolute_url()


# At the foot: they point to Unit.
from .news_models import Document, DocumentFile, NewsFile, NewsItem  # noqa: E402, F401  models of this app
from .outreach_models import OutreachEvent, OutreachFile  # noqa: E402, F401  models of this app
