"""Step 6: fairs, points of sale, shops online, contracts; value chains; flagship products."""

import datetime
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from communes.models import Producer, Unit, today
from communes.withdrawable import Withdrawable, WithdrawableQuerySet
from ocop_portal.text import fold

from .files import private_storage

MOST_DONG = 10**15  # no amount in đồng is larger; a slip of the keyboard is
TARGET_STARS = [(3, _("3 sao")), (4, _("4 sao")), (5, _("5 sao"))]


def forward(name: str, *, first: str = "starts_on", last: str = "ends_on"):
    """The constraint that a period does not end before it starts; either day may be open."""
    return models.CheckConstraint(
        condition=Q(**{f"{first}__isnull": True})
        | Q(**{f"{last}__isnull": True})
        | Q(**{f"{last}__gte": F(first)}),
        name=name,
        violation_error_message=_("Ngày cuối phải từ ngày đầu trở đi."),
    )


class PromotionRow(Withdrawable):
    """A row of these topics; `search` holds its folded words."""

    search = models.CharField(max_length=500, editable=False)

    objects = WithdrawableQuerySet.as_manager()

    class Meta:
        abstract = True

    def words(self) -> str:
        """What the row can be found by."""
        return str(self)

    def clean(self) -> None:
        # Before the constraints are looked at, one of which may compare it.
        self.search = fold(self.words())[:500]

    def save(self, *args, **kwargs):
        self.search = fold(self.words())[:500]
        super().save(*args, **kwargs)


class WithFile(models.Model):
    """A row with one private file, judged when it came in."""

    file = models.FileField(
        _("tệp"), storage=private_storage, upload_to="xuc-tien/%Y/", blank=True, max_length=250
    )
    original_name = models.CharField(_("tên tệp"), max_length=200, blank=True, editable=False)
    content_type = models.CharField(max_length=100, blank=True, editable=False)
    size = models.PositiveIntegerField(default=0, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True


class Fair(PromotionRow):
    """A fair or another event of trade promotion, kept by the district that sends people to it."""

    class Place(models.TextChoices):
        WITHIN = "within", _("trong tỉnh")
        OUTSIDE = "outside", _("ngoài tỉnh")

    unit = models.ForeignKey(
        Unit, verbose_name=_("đơn vị cử dự"), on_delete=models.PROTECT, related_name="fairs"
    )
    name = models.CharField(_("tên hội chợ, sự kiện"), max_length=250)
    organiser = models.CharField(_("cơ quan tổ chức"), max_length=200, blank=True)
    place = models.CharField(_("địa điểm"), max_length=200, blank=True)
    where = models.CharField(_("trong hay ngoài tỉnh"), max_length=10, choices=Place)
    starts_on = models.DateField(_("từ ngày"))
    ends_on = models.DateField(_("đến hết ngày"), null=True, blank=True)
    source = models.CharField(_("nguồn thông tin"), max_length=250, blank=True)
    note = models.TextField(_("ghi chú"), blank=True, max_length=2_000)

    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name = _("hội chợ")
        verbose_name_plural = _("hội chợ")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name", "starts_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="fair_once",
                violation_error_message=_("Đã ghi hội chợ này, cùng ngày bắt đầu."),
            ),
            forward("fair_forward"),
        ]

    def __str__(self) -> str:
        return self.name

    def words(self) -> str:
        return f"{self.name} {self.organiser} {self.place}"

    def get_absolute_url(self) -> str:
        return reverse("products:fair", args=[self.pk])


class FairPhoto(WithFile, Withdrawable):
    """A photo taken at a fair; private."""

    fair = models.ForeignKey(Fair, on_delete=models.PROTECT, related_name="photos")
    caption = models.CharField(_("chú thích"), max_length=200, blank=True)

    history = HistoricalRecords()
    objects = WithdrawableQuerySet.as_manager()

    class Meta:
        verbose_name = _("ảnh hội chợ")
        verbose_name_plural = _("ảnh hội chợ")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["fair", "sha256"],
                condition=Q(withdrawn_at__isnull=True),
                name="fair_photo_once",
                violation_error_message=_("Hội chợ đã có ảnh này."),
            )
        ]

    def __str__(self) -> str:
        return self.caption or self.original_name

    def get_absolute_url(self) -> str:
        return self.fair.get_absolute_url()


class OfProduct(PromotionRow):
    """A row that belongs to a product; whoever works with the product works with it."""

    product = models.ForeignKey(
        "products.Product",
        verbose_name=_("sản phẩm"),
        on_delete=models.PROTECT,
        related_name="%(class)ss",
    )

    class Meta:
        abstract = True


class FairProduct(OfProduct):
    """A product shown at a fair: its booth, what was sold there (đồng), contracts signed."""

    fair = models.ForeignKey(Fair, on_delete=models.PROTECT, related_name="shown")
    booth = models.CharField(_("gian hàng"), max_length=100, blank=True)
    sales = models.PositiveBigIntegerField(
        _("doanh thu (đồng)"), null=True, blank=True, validators=[MaxValueValidator(MOST_DONG)]
    )
    contracts_signed = models.PositiveIntegerField(
        _("số hợp đồng ký"), null=True, blank=True, validators=[MaxValueValidator(100_000)]
    )
    note = models.CharField(_("ghi chú"), max_length=500, blank=True)

    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name = _("sản phẩm dự hội chợ")
        verbose_name_plural = _("sản phẩm dự hội chợ")
        ordering = ["search", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["fair", "product"],
                condition=Q(withdrawn_at__isnull=True),
                name="fair_product_once",
                violation_error_message=_("Sản phẩm đã có trong danh sách dự hội chợ."),
            )
        ]

    def __str__(self) -> str:
        return str(self.product) if self.product_id else ""

    def get_absolute_url(self) -> str:
        return self.fair.get_absolute_url()


class SalesPoint(OfProduct):
    """A place where a product can be bought. Public while it stands."""

    class Kind(models.TextChoices):
        OCOP = "ocop", _("điểm giới thiệu, bán sản phẩm OCOP")
        SHOP = "shop", _("cửa hàng")
        SUPERMARKET = "supermarket", _("siêu thị")
        MARKET = "market", _("chợ")
        REST_STOP = "rest_stop", _("trạm dừng chân, điểm du lịch")
        OTHER = "other", _("khác")

    name = models.CharField(_("tên điểm bán"), max_length=200)
    kind = models.CharField(_("loại điểm bán"), max_length=12, choices=Kind)
    address = models.CharField(_("địa chỉ"), max_length=250)
    latitude = models.DecimalField(
        _("vĩ độ"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.DecimalField(
        _("kinh độ"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    starts_on = models.DateField(_("bán từ ngày"), null=True, blank=True)
    ends_on = models.DateField(_("bán đến hết ngày"), null=True, blank=True)
    source = models.CharField(_("nguồn thông tin"), max_length=250, blank=True)
    note = models.CharField(_("ghi chú"), max_length=500, blank=True)

    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name = _("điểm bán")
        verbose_name_plural = _("điểm bán")
        ordering = ["search", "pk"]
        indexes = [models.Index(fields=["search", "id"], name="sales_point_in_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "search"],
                condition=Q(withdrawn_at__isnull=True),
                name="sales_point_once",
                violation_error_message=_("Sản phẩm đã có điểm bán này."),
            ),
            forward("sales_point_forward"),
        ]

    def __str__(self) -> str:
        return self.name

    def words(self) -> str:
        return f"{self.name} {self.address}"

    def get_absolute_url(self) -> str:
        return reverse("products:sales_point", args=[self.pk])


def check_shop_address(url: str) -> None:
    """Refuse an address that is no plain http(s) address of a host with a name."""
    try:
        URLValidator(schemes=["http", "https"])(url)
        parts = urlsplit(url)
        plain = parts.username is None and parts.password is None and parts.hostname
    except ValueError:
        plain = False
    except ValidationError:
        plain = False
    # "https://shopee.vn@xau.example" is read as shopee.vn and leads to xau.example.
    if not plain or "." not in (parts.hostname or ""):
        raise ValidationError(
            _("Hãy dán địa chỉ đầy đủ, bắt đầu bằng https://, ví dụ https://tencuahang.vn/san-pham")
        )


class OnlineShop(OfProduct):
    """Where a product is sold online. Public while it stands, shown by its host."""

    platform = models.CharField(
        _("sàn, trang bán hàng"), max_length=100, help_text=_("Ví dụ: Postmart, trang của chủ thể")
    )
    url = models.CharField(_("địa chỉ trang bán"), max_length=500, validators=[check_shop_address])
    starts_on = models.DateField(_("bán từ ngày"), null=True, blank=True)
    ends_on = models.DateField(_("bán đến hết ngày"), null=True, blank=True)
    note = models.CharField(_("ghi chú"), max_length=500, blank=True)

    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name = _("trang bán hàng trên mạng")
        verbose_name_plural = _("trang bán hàng trên mạng")
        ordering = ["search", "pk"]
        indexes = [models.Index(fields=["search", "id"], name="online_shop_in_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "url"],
                condition=Q(withdrawn_at__isnull=True),
                name="online_shop_once",
                violation_error_message=_("Sản phẩm đã có địa chỉ này."),
            ),
            forward("online_shop_forward"),
        ]

    def __str__(self) -> str:
        return self.platform

    def words(self) -> str:
        return f"{self.platform} {self.host}"

    def get_absolute_url(self) -> str:
        return reverse("products:online_shop", args=[self.pk])

    @property
    def host(self) -> str:
        """The host of the address alone, as people should see it; an old address may be broken."""
        try:
            return urlsplit(self.url).hostname or ""
        except ValueError:
            return ""


# Those without a day last. In words that both databases can index: SQLite knows no NULLS LAST there.
LAST_SIGNED = Coalesce("signed_on", models.Value(datetime.date.min)).desc()


class Contract(WithFile, OfProduct):
    """A contract of sale: buyer, volume with its unit, value (đồng), period. Never public."""

    buyer = models.CharField(_("bên mua"), max_length=200)
    number = models.CharField(_("số hợp đồng"), max_length=60, blank=True)
    signed_on = models.DateField(_("ngày ký"), null=True, blank=True)
    volume = models.DecimalField(
        _("khối lượng"),
        max_digits=14,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    volume_unit = models.CharField(
        _("đơn vị tính"), max_length=30, blank=True, help_text=_("Ví dụ: tấn, chai, hộp")
    )
    value = models.PositiveBigIntegerField(
        _("giá trị (đồng)"), null=True, blank=True, validators=[MaxValueValidator(MOST_DONG)]
    )
    starts_on = models.DateField(_("hiệu lực từ ngày"), null=True, blank=True)
    ends_on = models.DateField(_("hiệu lực đến hết ngày"), null=True, blank=True)
    note = models.CharField(_("ghi chú"), max_length=500, blank=True)

    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name = _("hợp đồng")
        verbose_name_plural = _("hợp đồng")
        ordering = [LAST_SIGNED, "-pk"]
        indexes = [
            models.Index(fields=["ends_on"]),
            models.Index(LAST_SIGNED, F("id").desc(), name="contract_in_order"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "search"],
                condition=Q(withdrawn_at__isnull=True),
                name="sale_contract_once",
                violation_error_message=_("Đã ghi hợp đồng này."),
            ),
            forward("sale_contract_forward"),
        ]

    def __str__(self) -> str:
        return _("Hợp đồng với %s") % self.buyer

    def words(self) -> str:
        return f"{self.buyer} {self.number} {self.signed_on or ''} {self.starts_on or ''}"

    def clean(self) -> None:
        super().clean()
        if self.volume is not None and not self.volume_unit:
            raise ValidationError({"volume_unit": _("Hãy ghi đơn vị tính của khối lượng.")})

    def get_absolute_url(self) -> str:
        return reverse("products:contract", args=[self.pk])


# --- Value chains -----------------------------------------------------------------------------


class Chain(PromotionRow):
    """A value chain (chuỗi liên kết): who grows, who processes, who buys."""

    unit = models.ForeignKey(
        Unit, verbose_name=_("đơn vị"), on_delete=models.PROTECT, related_name="chains"
    )
    name = models.CharField(_("tên chuỗi liên kết"), max_length=200)
    goods = models.CharField(_("mặt hàng"), max_length=200)
    source = models.CharField(_("nguồn thông tin"), max_length=250, blank=True)
    note = models.TextField(_("ghi chú"), blank=True, max_length=2_000)

    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name = _("chuỗi liên kết")
        verbose_name_plural = _("chuỗi liên kết")
        ordering = ["search", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"],
                condition=Q(withdrawn_at__isnull=True),
                name="chain_once",
                violation_error_message=_("Đơn vị đã có chuỗi liên kết này."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def words(self) -> str:
        return f"{self.name} {self.goods}"

    def get_absolute_url(self) -> str:
        return reverse("products:chain", args=[self.pk])


class ChainLink(WithFile, PromotionRow):
    """One party of a chain: growers with their area (ha), a processor, or a buyer."""

    class Part(models.TextChoices):
        GROWER = "grower", _("vùng nguyên liệu, người trồng")
        PROCESSOR = "processor", _("cơ sở chế biến")
        BUYER = "buyer", _("bên tiêu thụ")

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="links")
    part = models.CharField(_("khâu"), max_length=10, choices=Part)
    producer = models.ForeignKey(
        Producer,
        verbose_name=_("chủ thể"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    name = models.CharField(
        _("tên"), max_length=200, blank=True, help_text=_("Ghi khi bên này không phải là chủ thể.")
    )
    commune = models.ForeignKey(
        Unit,
        verbose_name=_("xã, thị trấn"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    area = models.DecimalField(
        _("diện tích (ha)"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    households = models.PositiveIntegerField(
        _("số hộ"), null=True, blank=True, validators=[MaxValueValidator(1_000_000)]
    )
    volume = models.DecimalField(
        _("sản lượng (tấn/năm)"),
        max_digits=12,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    contract_number = models.CharField(_("số hợp đồng"), max_length=60, blank=True)
    starts_on = models.DateField(_("hợp đồng từ ngày"), null=True, blank=True)
    ends_on = models.DateField(_("hợp đồng đến hết ngày"), null=True, blank=True)
    note = models.CharField(_("ghi chú"), max_length=500, blank=True)

    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name = _("bên tham gia chuỗi")
        verbose_name_plural = _("bên tham gia chuỗi")
        ordering = ["pk"]
        indexes = [models.Index(fields=["ends_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "part", "search"],
                condition=Q(withdrawn_at__isnull=True),
                name="chain_link_once",
                violation_error_message=_("Chuỗi đã có bên này ở khâu này."),
            ),
            forward("chain_link_forward"),
        ]

    def __str__(self) -> str:
        return str(self.producer) if self.producer_id else self.name or str(self.commune or "")

    def words(self) -> str:
        return f"{self} {self.commune or ''} {self.contract_number}"

    def clean(self) -> None:
        super().clean()
        if not (self.producer_id or self.name or self.commune_id):
            raise ValidationError(_("Hãy chọn chủ thể, chọn xã, thị trấn, hoặc ghi tên."))

    def get_absolute_url(self) -> str:
        return self.chain.get_absolute_url()


# --- Flagship products ------------------------------------------------------------------------


class Flagship(OfProduct):
    """A product that is to be raised (sản phẩm chủ lực): to which star, at which level, by when."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("cấp tỉnh")
        NATION = "nation", _("cấp quốc gia")

    target_star = models.PositiveSmallIntegerField(_("hạng sao hướng tới"), choices=TARGET_STARS)
    level = models.CharField(_("cấp"), max_length=10, choices=Level)
    year = models.PositiveSmallIntegerField(
        _("đến năm"), validators=[MinValueValidator(2018), MaxValueValidator(2100)]
    )
    note = models.TextField(_("ghi chú"), blank=True, max_length=2_000)

    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name = _("sản phẩm chủ lực")
        verbose_name_plural = _("sản phẩm chủ lực")
        ordering = ["year", "search", "pk"]
        indexes = [models.Index(fields=["year", "search", "id"], name="flagship_in_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "year"],
                condition=Q(withdrawn_at__isnull=True),
                name="flagship_once",
                violation_error_message=_("Sản phẩm đã là chủ lực của năm này."),
            )
        ]

    def __str__(self) -> str:
        return str(self.product) if self.product_id else ""

    def get_absolute_url(self) -> str:
        return reverse("products:flagship", args=[self.pk])


class GapTask(Withdrawable):
    """What is done so that a flagship product gets what a criterion lacks."""

    flagship = models.ForeignKey(Flagship, on_delete=models.PROTECT, related_name="tasks")
    criterion = models.CharField(_("tiêu chí"), max_length=20, blank=True)
    words = models.CharField(_("việc cần làm"), max_length=500)
    who = models.CharField(_("ai làm"), max_length=200, blank=True)
    due_on = models.DateField(_("hạn"), null=True, blank=True)
    done_on = models.DateField(_("xong ngày"), null=True, blank=True)
    result = models.CharField(_("kết quả"), max_length=500, blank=True)

    history = HistoricalRecords()
    objects = WithdrawableQuerySet.as_manager()

    class Meta:
        verbose_name = _("việc nâng hạng")
        verbose_name_plural = _("việc nâng hạng")
        ordering = [F("due_on").asc(nulls_last=True), "pk"]
        indexes = [models.Index(fields=["due_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["flagship", "criterion", "words"],
                condition=Q(withdrawn_at__isnull=True),
                name="gap_task_once",
                violation_error_message=_("Đã ghi việc này cho tiêu chí này."),
            )
        ]

    def __str__(self) -> str:
        return self.words

    def clean(self) -> None:
        if self.done_on and self.done_on > today():
            raise ValidationError({"done_on": _("Ngày xong không thể ở sau hôm nay.")})

    def get_absolute_url(self) -> str:
        return self.flagship.get_absolute_url()

    @property
    def is_late(self) -> bool:
        """Past its day, and not done."""
        return self.done_on is None and self.due_on is not None and self.due_on < today()


def stands(day: datetime.date | None = None) -> Q:
    """Rows whose period holds on a day (today); open days hold."""
    day = day or today()
    return (Q(starts_on__isnull=True) | Q(starts_on__lte=day)) & (
        Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    )
