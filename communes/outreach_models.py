"""Step 1 of the year: how a commune or district told people of the programme, with its papers."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ocop_portal.portal_words import know, portal_words
from ocop_portal.text import fold

from .kept_files import KeptFile
from .models import Unit
from .withdrawable import Withdrawable, WithdrawableQuerySet

# Offered while typing. The Decisions name none, so a commune may write its own.
SUGGESTED_KINDS = (
    _("Hội nghị"),
    _("Tập huấn"),
    _("Họp thôn, khu phố"),
    _("Phát thanh"),
    _("Pa nô, khẩu hiệu"),
    _("Tờ rơi, tài liệu"),
    _("Tư vấn tại cơ sở"),
    _("Tham quan, học tập"),
)
know(*SUGGESTED_KINDS)


class OutreachEvent(Withdrawable):
    """One event of step 1 (Decision 490/QĐ-TTg: outreach and guidance), in the unit that held it."""

    unit = models.ForeignKey(
        Unit, verbose_name=_("đơn vị"), on_delete=models.PROTECT, related_name="outreach_events"
    )
    kind = models.CharField(
        _("hình thức"), max_length=60, help_text=_("Chọn trong gợi ý, hoặc ghi hình thức khác.")
    )
    kind_key = models.CharField(max_length=60, editable=False)
    title = models.CharField(_("nội dung"), max_length=250)
    held_on = models.DateField(_("ngày"))
    ends_on = models.DateField(
        _("đến hết ngày"),
        null=True,
        blank=True,
        help_text=_("Chỉ ghi khi kéo dài nhiều ngày, như phát thanh, pa nô."),
    )
    place = models.CharField(_("địa điểm"), max_length=200, blank=True)
    audience = models.CharField(
        _("đối tượng"), max_length=200, blank=True, help_text=_("Ví dụ: hợp tác xã, hộ sản xuất")
    )
    people = models.PositiveIntegerField(
        _("số người dự"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(100_000)],
        help_text=_("Để trống nếu không đếm được, như phát thanh."),
    )
    women = models.PositiveIntegerField(
        _("trong đó nữ"), null=True, blank=True, validators=[MaxValueValidator(100_000)]
    )
    note = models.TextField(_("ghi chú"), blank=True, max_length=2_000)
    is_sample = models.BooleanField(_("dữ liệu mẫu"), default=False, editable=False)
    search = models.CharField(max_length=750, editable=False)

    history = HistoricalRecords(excluded_fields=["search", "kind_key"])
    objects = WithdrawableQuerySet.as_manager()

    class Meta:
        verbose_name = _("buổi tuyên truyền")
        verbose_name_plural = _("buổi tuyên truyền")
        ordering = ["-held_on", "-pk"]
        indexes = [
            models.Index(fields=["unit", "held_on"]),
            models.Index(fields=["kind_key"]),
            models.Index(fields=["-held_on", "-id"], name="outreach_in_order"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "held_on", "search"],
                condition=Q(withdrawn_at__isnull=True),
                name="outreach_once",
                violation_error_message=_("Đã ghi buổi này, cùng ngày và cùng nội dung."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("held_on")),
                name="outreach_forward",
                violation_error_message=_("Ngày cuối phải từ ngày đầu trở đi."),
            ),
            models.CheckConstraint(
                condition=Q(women__isnull=True) | Q(people__isnull=False, women__lte=F("people")),
                name="outreach_women_within",
                violation_error_message=_("Số nữ không thể nhiều hơn số người dự."),
            ),
        ]

    def __str__(self) -> str:
        return f"{portal_words(self.kind)}: {self.title}"

    def clean(self) -> None:
        # Before the constraints are looked at, one of which compares it.
        self.kind_key = fold(self.kind)[:60]
        self.search = fold(f"{self.kind} {self.title} {self.place} {self.audience}")[:750]

    def save(self, *args, **kwargs):
        self.clean()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("communes:outreach_event", args=[self.pk])

    @property
    def men(self) -> int | None:
        """The men among the people, where the women were counted."""
        return None if self.women is None else self.people - self.women


class OutreachFile(KeptFile):
    """A paper or photo of an event."""

    event = models.ForeignKey(OutreachEvent, on_delete=models.PROTECT, related_name="files")

    history = HistoricalRecords(excluded_fields=["file", "sha256"])
    objects = WithdrawableQuerySet.as_manager()

    class Meta:
        verbose_name = _("giấy tờ, ảnh của buổi tuyên truyền")
        verbose_name_plural = _("giấy tờ, ảnh của buổi tuyên truyền")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "sha256"],
                condition=Q(withdrawn_at__isnull=True),
                name="outreach_file_once",
                violation_error_message=_("Tệp này đã có ở đây rồi."),
            )
        ]

    def get_absolute_url(self) -> str:
        return self.event.get_absolute_url()

    def get_file_url(self) -> str:
        return reverse("communes:outreach_file", args=[self.pk])
