"""An upload of filled-in sheets, row by row: what was read, what it would change, what was done.

Everything that a run needs stands in these tables, and each row is settled in the transaction that
changes the data. So a run that was killed goes on where it stopped, and no row is done twice.
"""

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def private_storage():
    """What officers upload is never public."""
    return storages["private"]


class Import(models.Model):
    """One uploaded workbook and how far it has come."""

    class State(models.TextChoices):
        READING = "reading", _("đang đọc tệp")
        MAPPING = "mapping", _("chờ ghép cột")
        PREVIEW = "preview", _("chờ xác nhận")
        APPLYING = "applying", _("đang nhập")
        DONE = "done", _("đã nhập")
        UNDOING = "undoing", _("đang hoàn tác")
        UNDONE = "undone", _("đã hoàn tác")
        DROPPED = "dropped", _("đã bỏ")
        UNREADABLE = "unreadable", _("không đọc được")

    AT_WORK = (State.READING, State.APPLYING, State.UNDOING)

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="imports"
    )
    file = models.FileField(storage=private_storage, upload_to="nhap/%Y/%m/", max_length=250)
    original_name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State, default=State.READING)
    # Why the file as a whole could not be read, as `page_language.kept` writes it.
    fault = models.JSONField(default=dict)
    # Sheets whose headings are to be matched by hand: [{"sheet", "kind", "headings", "guess", …}].
    open_maps = models.JSONField(default=list)
    # What the person says the file holds, where its headings do not tell.
    wanted_kind = models.CharField(max_length=40, blank=True)
    unused = models.JSONField(default=list)  # headings that nothing was read from
    # The run that works on it; an older one that wakes up again sees that it was overtaken.
    run = models.CharField(max_length=32, blank=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    uploaded_at = models.DateTimeField(default=timezone.now)
    # When a worker last did something for it; one that died is noticed by this.
    touched_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undo_reason = models.CharField(max_length=100, blank=True)  # why it was wanted back

    class Meta:
        verbose_name = _("lần nhập từ Excel")
        verbose_name_plural = _("lần nhập từ Excel")
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return self.original_name

    def get_absolute_url(self) -> str:
        return reverse("exchange:import", args=[self.pk])

    @property
    def is_at_work(self) -> bool:
        """Whether a worker is, or should be, busy with it."""
        return self.state in self.AT_WORK

    @property
    def percent(self) -> int:
        """How much of the work at hand is done, 0–100."""
        return self.done * 100 // self.total if self.total else 0


class Row(models.Model):
    """One row of a sheet: what stood there, what becomes of it."""

    class Outcome(models.TextChoices):
        NEW = "new", _("mới")
        CHANGED = "changed", _("thay đổi")
        SAME = "same", _("không đổi")
        REFUSED = "refused", _("không nhận")

    job = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    sheet = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    # The kinds of one workbook are done in this order: products need their producers.
    rank = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()  # as Excel counts it
    values = models.JSONField()  # column key → text
    outcome = models.CharField(max_length=8, choices=Outcome)
    # [{"column": key, "letter": "C", "why": …}] for a refused row, in `notes` what was mended; the
    # words as `page_language.kept` writes them.
    faults = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    # [{"label", "old", "new"}] for people; `before` and `after` to take it back.
    changes = models.JSONField(default=list)
    target = models.BigIntegerField(null=True)  # the object's id, once it is known
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    # Why it was not taken back, in the same way; {} where nothing stands in the way.
    in_the_way = models.JSONField(default=dict)

    class Meta:
        ordering = ["rank", "sheet", "number"]
        indexes = [models.Index(fields=["job", "outcome", "rank", "number"])]
        constraints = [
            models.UniqueConstraint(fields=["job", "sheet", "number"], name="import_row_once"),
            models.CheckConstraint(
                condition=~Q(outcome="refused") | Q(applied_at__isnull=True),
                name="import_row_refused_is_not_applied",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.number}"


class ColumnMap(models.Model):
    """How an officer's own columns were matched once; the same headings are not asked again."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=64)  # of the row of headings
    columns = models.JSONField()  # column key → position from 0
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by", "kind", "fingerprint"], name="column_map_once")
        ]

    def __str__(self) -> str:
        return self.kind
