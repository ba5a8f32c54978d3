"""Notices, the messages that carry them, and what an office chose about both.

A unit is named by its number alone (0: the whole portal): this room knows nothing of units.
"""

import datetime
import secrets

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ocop_portal.page_language import read_kept

EVERYWHERE = 0  # the unit of what holds for the whole portal


class Notice(models.Model):
    """One reminder to one person about one deadline at one offset; never two alike."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    unit = models.PositiveBigIntegerField(default=EVERYWHERE)
    due_on = models.DateField(_("hạn"))
    # Days from the due day: -3 is three days before, 0 the day itself, 3 three days late.
    offset = models.SmallIntegerField()
    # Told to the one above, because nothing happened or because nobody below is there to do it.
    is_escalated = models.BooleanField(default=False)
    title = models.CharField(max_length=250)
    text = models.TextField(blank=True)
    # Both in each language (`page_language.kept`), for the portal's pages; mails are Vietnamese.
    words = models.JSONField(default=dict)
    url = models.CharField(max_length=250, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("nhắc việc")
        verbose_name_plural = _("nhắc việc")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["recipient", "read_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "due_on", "recipient", "offset"], name="notice_once"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def told_title(self) -> str:
        """The title in the language of the page."""
        return read_kept(self.words.get("title", self.title))

    @property
    def told_text(self) -> str:
        """The text in the language of the page."""
        return read_kept(self.words.get("text", self.text))


class Message(models.Model):
    """A row of the outbox: one digest to one address. Written first, sent after commit by a task.

    To a person of the portal it carries notices (`Delivery`), to a subscriber of the newsletter what
    was published between two moments; without these it asks whether they want it.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("chờ gửi")
        SENDING = "sending", _("đang gửi")
        SENT = "sent", _("đã gửi")
        FAILED = "failed", _("không gửi được")
        DROPPED = "dropped", _("không còn cần gửi")

    # "mail:ten@example.vn:2020-10-28:1": the first digest of that day to that address.
    key = models.CharField(max_length=320, unique=True)
    channel = models.CharField(_("kênh"), max_length=20)
    address = models.CharField(_("địa chỉ"), max_length=254)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="reminder_messages",
    )
    subscriber = models.ForeignKey(
        "reminders.Subscriber", null=True, on_delete=models.CASCADE, related_name="letters"
    )
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    day = models.DateField(_("ngày"))
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    tries = models.PositiveSmallIntegerField(_("số lần thử"), default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("gửi lúc"), null=True)
    error = models.TextField(_("lỗi"), blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("thư nhắc việc")
        verbose_name_plural = _("thư nhắc việc")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(state__in=["pending", "sending"]),
                name="message_open",
            ),
            models.Index(fields=["claimed_at"], name="message_claimed"),
            models.Index(fields=["recipient", "day"], name="message_of_a_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient__isnull=False, subscriber__isnull=True)
                | Q(recipient__isnull=True, subscriber__isnull=False),
                name="message_to_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_state_display()}"


class Delivery(models.Model):
    """A notice that one channel is to carry: it waits, then stands in exactly one message."""

    class State(models.TextChoices):
        WAITING = "waiting", _("chờ gom vào thư")
        PACKED = "packed", _("đã vào thư")
        DROPPED = "dropped", _("không còn cần gửi")

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    # Held until quiet hours are over, or until the next day's digest.
    not_before = models.DateTimeField(default=timezone.now)
    message = models.ForeignKey(
        Message, null=True, on_delete=models.CASCADE, related_name="deliveries"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once_a_channel"),
            models.CheckConstraint(
                condition=~Q(state="packed") | Q(message__isnull=False),
                name="delivery_packed_in_a_message",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"], condition=Q(state="waiting"), name="delivery_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.notice}"


class Lane(models.Model):
    """The one row that every sender locks while it claims, so that the limit a minute is kept."""

    def __str__(self) -> str:
        return str(self.pk)


class BadAddress(models.Model):
    """An address that a mail server refused for good; nothing goes there until it is cleared."""

    address = models.CharField(_("địa chỉ"), max_length=254, unique=True)
    reason = models.TextField(_("lý do"))
    since = models.DateTimeField(_("từ lúc"), default=timezone.now)

    class Meta:
        verbose_name = _("địa chỉ bị trả lại")
        verbose_name_plural = _("địa chỉ bị trả lại")
        ordering = ["-since", "-pk"]

    def __str__(self) -> str:
        return self.address


class Scan(models.Model):
    """A run of the deadline scan, so that the health check can tell when none has run."""

    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    deadlines = models.PositiveIntegerField(default=0)
    notices = models.PositiveIntegerField(default=0)
    # Deadlines that nobody is there to be told of.
    unowned = models.PositiveIntegerField(default=0)
    # What went wrong in a source, by its kind; the others were asked all the same.
    errors = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.started_at:%d/%m/%Y %H:%M}"


class Choice(models.Model):
    """What a unit chose for its reminders as a whole. No Decision prescribes any of it."""

    unit = models.PositiveBigIntegerField(unique=True, editable=False)
    quiet_from = models.TimeField(
        _("không gửi thư, tin nhắn từ"),
        default=datetime.time(21, 0),
        help_text=_("Giờ và phút, ví dụ 21:00. Hai ô bằng nhau: gửi vào mọi giờ."),
    )
    quiet_until = models.TimeField(
        _("đến"),
        default=datetime.time(6, 30),
        help_text=_("Thư tổng hợp trong ngày được gửi từ giờ này."),
    )
    # 15 working days is the one answer time that a Decision prints (26/2026, the commune's report).
    answer_days = models.PositiveSmallIntegerField(
        _("thời hạn trả lời (ngày làm việc)"),
        default=15,
        validators=[MaxValueValidator(250)],
        help_text=_("Cho hồ sơ chờ huyện trả lời hoặc bị trả về xã. Số 0: không tính hạn."),
    )
    sheet_days = models.PositiveSmallIntegerField(
        _("thời hạn gửi lại phiếu được mở lại (ngày làm việc)"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("lựa chọn của đơn vị")
        verbose_name_plural = _("lựa chọn của đơn vị")

    def __str__(self) -> str:
        return str(self.unit)


DAYS = RegexValidator(
    r"^\s*\d{1,3}(\s*,\s*\d{1,3})*\s*$",
    _("Ghi các số ngày, cách nhau bằng dấu phẩy: 14, 7, 3, 1, 0."),
)


class Rule(models.Model):
    """When a kind of deadline is told in a unit, where the unit chose otherwise than the default."""

    unit = models.PositiveBigIntegerField(editable=False)
    kind = models.CharField(max_length=40, editable=False)
    before = models.CharField(
        _("nhắc trước hạn (ngày)"),
        max_length=60,
        validators=[DAYS],
        help_text=_("Ví dụ 14, 7, 3, 1, 0. Số 0 là đúng ngày đến hạn."),
    )
    late_every = models.PositiveSmallIntegerField(
        _("quá hạn: nhắc lại sau mỗi (ngày)"),
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    late_for = models.PositiveSmallIntegerField(
        _("quá hạn: thôi nhắc sau (ngày)"),
        validators=[MaxValueValidator(366)],
        help_text=_("Việc quá hạn vẫn hiện trong bảng theo dõi. Số 0: không nhắc sau hạn."),
    )
    escalate_after = models.PositiveSmallIntegerField(
        _("báo người phụ trách cấp trên khi quá hạn (ngày)"),
        validators=[MinValueValidator(1), MaxValueValidator(366)],
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("quy định nhắc")
        verbose_name_plural = _("quy định nhắc")
        constraints = [models.UniqueConstraint(fields=["unit", "kind"], name="rule_once_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.before}"


class Preference(models.Model):
    """What a person chose: which channels, one digest a day or each reminder as it comes."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminder_preference"
    )
    channels = models.JSONField(default=list)
    daily = models.BooleanField(default=True)

    def __str__(self) -> str:
        return str(self.user)


def new_token() -> str:
    """A secret of 256 bits, fit for an address."""
    return secrets.token_urlsafe(32)


class Feed(models.Model):
    """The private link to a person's own deadlines as a calendar; whoever has it can read them."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminder_feed"
    )
    token = models.CharField(max_length=64, unique=True, default=new_token)
    made_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.user)

    def get_absolute_url(self) -> str:
        return reverse("reminders:feed", args=[self.token])


class Holiday(models.Model):
    """A day on which offices are shut, or a Saturday or Sunday on which they work instead."""

    class Occasion(models.TextChoices):
        NEW_YEAR = "new_year", _("Tết Dương lịch")
        TET = "tet", _("Tết Âm lịch")
        HUNG_KINGS = "hung_kings", _("Giỗ Tổ Hùng Vương")
        REUNIFICATION = "reunification", _("Ngày Chiến thắng 30/4")
        LABOUR = "labour", _("Ngày Quốc tế lao động 1/5")
        NATIONAL = "national", _("Quốc khánh 2/9")
        OTHER = "other", _("ngày nghỉ khác, nghỉ hoán đổi")
        WORKS = "works", _("ngày làm bù")

    day = models.DateField(_("ngày"), unique=True)
    occasion = models.CharField(_("dịp"), max_length=20, choices=Occasion)
    note = models.CharField(_("ghi chú"), max_length=200, blank=True)
    source = models.CharField(
        _("căn cứ"), max_length=250, help_text=_("Văn bản hoặc thông báo ghi ngày nghỉ này.")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("ngày nghỉ")
        verbose_name_plural = _("ngày nghỉ")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.get_occasion_display()}"


# At the foot: it takes its token from here.
from .newsletter_models import Subscriber  # noqa: E402, F401  a model of this app
