"""What the management apparatus tells everybody: news and notices, and documents to take away."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from ocop_portal.text import fold

from .kept_files import KeptFile
from .models import Unit
from .publishable import Publishable, PublishableQuerySet
from .withdrawable import WithdrawableQuerySet

SEARCHED = 12_000  # letters of a text that are searched
TEXT_LENGTH = 20_000


class NewsItem(Publishable):
    """A piece of news, or a notice that stands in front until its last day."""

    class Kind(models.TextChoices):
        NEWS = "news", pgettext_lazy("loại bài", "Tin")
        NOTICE = "notice", pgettext_lazy("loại bài", "Thông báo")

    unit = models.ForeignKey(
        Unit, verbose_name=_("đơn vị"), on_delete=models.PROTECT, related_name="news"
    )
    kind = models.CharField(_("loại bài"), max_length=6, choices=Kind, default=Kind.NEWS)
    title = models.CharField(_("tiêu đề"), max_length=200)
    text = models.TextField(
        _("nội dung"),
        max_length=TEXT_LENGTH,
        help_text=_(
            "Viết như thư: dòng trống ngăn các đoạn. Địa chỉ trang mạng tự thành liên kết."
        ),
    )
    day = models.DateField(_("ngày"))
    ends_on = models.DateField(
        _("thôi đăng ở trang đầu sau ngày"),
        null=True,
        blank=True,
        help_text=_("Chỉ dùng cho thông báo. Sau ngày này bài vẫn đọc được ở địa chỉ cũ."),
    )
    search = models.TextField(editable=False)

    history = HistoricalRecords(excluded_fields=["search"])
    objects = PublishableQuerySet.as_manager()

    class Meta:
        verbose_name = _("tin, thông báo")
        verbose_name_plural = _("tin, thông báo")
        ordering = ["-day", "-pk"]
        indexes = [
            models.Index(fields=["unit", "day"]),
            models.Index(fields=["published_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "day", "title"],
                condition=Q(withdrawn_at__isnull=True),
                name="news_once",
                violation_error_message=_("Đã có bài này, cùng ngày và cùng tiêu đề."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(kind="notice", ends_on__gte=F("day")),
                name="news_notice_ends_forward",
                violation_error_message=_("Chỉ thông báo có ngày cuối, từ ngày đăng trở đi."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs):
        self.search = fold(f"{self.title} {self.text}")[:SEARCHED]
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("communes:news_item", args=[self.pk])

    def get_public_url(self) -> str:
        return reverse("communes:public_news_item", args=[self.pk])


class NewsFile(KeptFile):
    """A paper or photo that goes with an item; as public as the item is."""

    item = models.ForeignKey(NewsItem, on_delete=models.PROTECT, related_name="files")

    history = HistoricalRecords(excluded_fields=["file", "sha256"])
    objects = WithdrawableQuerySet.as_manager()

    class Meta:
        verbose_name = _("tệp kèm tin, thông báo")
        verbose_name_plural = _("tệp kèm tin, thông báo")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "sha256"],
                condition=Q(withdrawn_at__isnull=True),
                name="news_file_once",
                violation_error_message=_("Tệp này đã có ở đây rồi."),
            )
        ]

    def get_absolute_url(self) -> str:
        return self.item.get_absolute_url()

    def get_file_url(self) -> str:
        return reverse("communes:news_file", args=[self.pk])


class Document(Publishable):
    """A document of the library. Its newest file counts; earlier ones stay in the office."""

    class Kind(models.TextChoices):
        DECISION = "decision", pgettext_lazy("loại văn bản", "Quyết định")
        PLAN = "plan", pgettext_lazy("loại văn bản", "Kế hoạch")
        FORM = "form", pgettext_lazy("loại văn bản", "Biểu mẫu")
        GUIDE = "guide", pgettext_lazy("loại văn bản", "Hướng dẫn")
        OTHER = "other", pgettext_lazy("loại văn bản", "Văn bản khác")

    unit = models.ForeignKey(
        Unit, verbose_name=_("đơn vị đăng"), on_delete=models.PROTECT, related_name="documents"
    )
    kind = models.CharField(_("loại văn bản"), max_length=8, choices=Kind)
    title = models.CharField(_("tên văn bản"), max_length=250)
    number = models.CharField(_("số, ký hiệu"), max_length=60, blank=True)
    issued_on = models.DateField(_("ngày ban hành"), null=True, blank=True)
    issued_by = models.CharField(_("cơ quan ban hành"), max_length=200, blank=True)
    search = models.CharField(max_length=520, editable=False)

    history = HistoricalRecords(excluded_fields=["search"])
    objects = PublishableQuerySet.as_manager()

    class Meta:
        verbose_name = _("văn bản, biểu mẫu")
        verbose_name_plural = _("văn bản, biểu mẫu")
        ordering = [F("issued_on").desc(nulls_last=True), "-pk"]
        indexes = [models.Index(fields=["unit", "kind"])]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "number", "title"],
                condition=Q(withdrawn_at__isnull=True),
                name="document_once",
                violation_error_message=_("Đơn vị đã có văn bản này, cùng số và cùng tên."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs):
        self.search = fold(f"{self.number} {self.title} {self.issued_by}")[:520]
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("communes:document", args=[self.pk])


class DocumentFile(KeptFile):
    """A version of a document's file; the one that is not withdrawn is the current one."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="files")

    history = HistoricalRecords(excluded_fields=["file", "sha256"])
    objects = WithdrawableQuerySet.as_manager()

    class Meta:
        verbose_name = _("bản của văn bản")
        verbose_name_plural = _("bản của văn bản")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(withdrawn_at__isnull=True),
                name="document_one_current_file",
                violation_error_message=_("Văn bản đã có bản hiện hành."),
            )
        ]

    def get_absolute_url(self) -> str:
        return self.document.get_absolute_url()

    def get_file_url(self) -> str:
        return reverse("communes:document_file", args=[self.pk])
