"""Notices in the portal and the mails that carry them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """One reminder to one person about one deadline at one offset; never two alike."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    due_on = models.DateField(_("hạn"))
    # Days from the due day: -3 is three days before, 0 the day itself, 3 three days late.
    offset = models.SmallIntegerField()
    title = models.CharField(max_length=250)
    text = models.TextField(blank=True)
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


class OutboxMail(models.Model):
    """A mail to be sent for a notice, written in the notice's transaction, sent by a task."""

    class State(models.TextChoices):
        PENDING = "pending", _("chờ gửi")
        SENDING = "sending", _("đang gửi")
        SENT = "sent", _("đã gửi")
        FAILED = "failed", _("không gửi được")

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="mail")
    address = models.EmailField()
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("thư nhắc việc")
        verbose_name_plural = _("thư nhắc việc")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(state__in=["pending", "sending"]),
                name="outbox_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_state_display()}"


class Scan(models.Model):
    """A run of the deadline scan, so that the health check can tell when none has run."""

    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    deadlines = models.PositiveIntegerField(default=0)
    notices = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.started_at:%d/%m/%Y %H:%M}"
