"""The signed text as scans, criteria sets as entered or corrected here, and who compared them.

Nothing in these tables is deleted, and a version that was published is never changed again: the
database refuses what its constraints can see, the models refuse the rest, and `frozen.faults`
finds what was done past both.
"""

from django.conf import settings
from django.core.files.storage import storages
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ocop_portal import law


class Frozen(Exception):
    """A change to what is kept for good; a mistake in the portal, not of the person."""


class KeptQuerySet(models.QuerySet):
    """Rows that stay. Acts change them one at a time, so that no guard is passed by."""

    def delete(self):
        raise Frozen(f"{self.model.__name__}: nothing is deleted here")

    def update(self, **values):
        raise Frozen(f"{self.model.__name__}: rows are saved one at a time")


class Kept(models.Model):
    """A row that is never deleted."""

    objects = KeptQuerySet.as_manager()

    class Meta:
        abstract = True

    def delete(self, *args, **kwargs):
        raise Frozen(f"{type(self).__name__} {self.pk}: nothing is deleted here")


def private_storage():
    """Scans are handed out by a view of this room alone."""
    return storages["private"]


def _person(name: str = "", *, optional: bool = False):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=name or None,
        null=optional,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )


class LegalDocument(Kept):
    """A scan of a signed text: the Decision itself, or one that amends it.

    A wrong scan is withdrawn with a reason: nothing is compared with it any more, and comparisons
    made with it no longer count.
    """

    decision = models.SlugField(max_length=20)
    number = models.CharField(_("số, ký hiệu văn bản"), max_length=60)
    title = models.CharField(_("bản chụp này là gì"), max_length=200)
    uploaded_by = _person()
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_by = _person(optional=True)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_reason = models.CharField(max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _("bản chụp văn bản ký")
        verbose_name_plural = _("bản chụp văn bản ký")
        ordering = ["uploaded_at", "pk"]
        indexes = [models.Index(fields=["decision"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True)
                | (Q(withdrawn_by__isnull=False) & ~Q(withdrawn_reason="")),
                name="legal_document_withdrawn_says_why",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("lawbook:document", args=[self.pk])

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None


class DocumentFile(Kept):
    """One file of a scan: a PDF of many pages, or the picture of one page."""

    document = models.ForeignKey(LegalDocument, on_delete=models.PROTECT, related_name="files")
    position = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    file = models.FileField(storage=private_storage, upload_to="van-ban/%Y/%m/", max_length=250)
    original_name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["document", "position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="document_file_place")
        ]

    def __str__(self) -> str:
        return self.original_name

    def get_absolute_url(self) -> str:
        return reverse("lawbook:document_file", args=[self.pk])

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")


class SetVersion(Kept):
    """A criteria set as entered or corrected here, beside the one in the law's files.

    A draft may change; once published its content stands for good, and withdrawing it only means
    that it is not taken for new rounds any more. `version` is in the content and so in the digest.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("bản thảo")
        PUBLISHED = "published", _("đã ban hành")
        WITHDRAWN = "withdrawn", _("đã rút")

    class Origin(models.TextChoices):
        SPREADSHEET = "spreadsheet", _("nhập từ tệp Excel")
        READABLE = "readable", _("nhập từ tệp chữ (YAML)")
        SCREEN = "screen", _("sửa trên màn hình")

    decision = models.SlugField(max_length=20, editable=False)
    number = models.PositiveSmallIntegerField(editable=False)
    version = models.PositiveSmallIntegerField(editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    content = models.JSONField(editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT, editable=False)
    origin = models.CharField(max_length=12, choices=Origin, editable=False)
    # The version that it corrects; empty for a set of which there was no text.
    base_digest = models.CharField(max_length=64, blank=True, editable=False)
    reason = models.CharField(_("lý do"), max_length=500)
    created_by = _person()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # The comparison with the signed text on which the publication rests.
    published_with = models.ForeignKey(
        "SetCheck", null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    published_by = _person(optional=True)
    published_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = _person(optional=True)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_reason = models.CharField(max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _("phiên bản bộ tiêu chí")
        verbose_name_plural = _("phiên bản bộ tiêu chí")
        ordering = ["decision", "number", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "number", "version"], name="set_version_once"
            ),
            models.UniqueConstraint(
                fields=["decision", "number"],
                condition=Q(state="draft"),
                name="set_version_one_draft",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="set_version_from_1"),
            models.CheckConstraint(condition=~Q(reason=""), name="set_version_says_why"),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True, withdrawn_at__isnull=True)
                | Q(state="published", published_at__isnull=False, withdrawn_at__isnull=True)
                | (Q(state="withdrawn", withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="set_version_state_has_time",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True)
                | Q(published_by__isnull=False, published_with__isnull=False),
                name="set_version_published_with_check",
            ),
        ]

    def __str__(self) -> str:
        return _("%(decision)s, bộ %(number)s, phiên bản %(version)s") % {
            "decision": self.decision,
            "number": self.number,
            "version": self.version,
        }

    def get_absolute_url(self) -> str:
        return reverse("lawbook:version", args=[self.pk])

    def save(self, *args, **kwargs):
        """Keep the row; Frozen when it would change a version that was published or dropped."""
        if self.pk and not self._state.adding:
            stored = type(self).objects.get(pk=self.pk)
            if stored.state != self.State.DRAFT:
                free = {"state", "withdrawn_by", "withdrawn_at", "withdrawn_reason"}
                free = free if stored.state == self.State.PUBLISHED else set()
                for field in self._meta.concrete_fields:
                    if field.name not in free and getattr(self, field.attname) != getattr(
                        stored, field.attname
                    ):
                        raise Frozen(f"set version {self.pk} is kept as it is: {field.name}")
                if stored.state != self.state != self.State.WITHDRAWN:
                    raise Frozen(f"set version {self.pk} does not become {self.state} again")
        super().save(*args, **kwargs)

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_published(self) -> bool:
        return self.state == self.State.PUBLISHED

    @property
    def criteria(self) -> law.CriteriaSet:
        """The set; LawError when its content is not what was kept."""
        return thaw(self.digest, self.content)


# Content is immutable by its digest, so a process may keep it for as long as it lives.
_thawed: dict[str, law.CriteriaSet] = {}


def thaw(digest: str, content: dict) -> law.CriteriaSet:
    """The set of this content; LawError when the content was altered and has another digest."""
    if digest not in _thawed:
        found = law.CriteriaSet.from_dict(content)
        if found.digest != digest:
            raise law.LawError(
                _("Nội dung bộ tiêu chí đã bị sửa ngoài cổng thông tin: %(found)s khác %(kept)s.")
                % {"found": found.digest[:12], "kept": digest[:12]}
            )
        _thawed[digest] = found
    return _thawed[digest]


class SetCheck(Kept):
    """One officer's comparison of one version of a set with one scan of the signed text.

    It holds for this content alone: a corrected set has another digest and is compared anew.
    """

    decision = models.SlugField(max_length=20, editable=False)
    number = models.PositiveSmallIntegerField(editable=False)
    version = models.PositiveSmallIntegerField(editable=False)
    digest = models.CharField(max_length=64, editable=False)
    # What there is to tick, as it stood when the comparison began.
    sections = models.PositiveSmallIntegerField(editable=False)
    document = models.ForeignKey(LegalDocument, on_delete=models.PROTECT, related_name="checks")
    officer = _person()
    begun_at = models.DateTimeField(default=timezone.now, editable=False)
    signed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("lần đối chiếu")
        verbose_name_plural = _("lần đối chiếu")
        ordering = ["-begun_at", "-pk"]
        indexes = [
            models.Index(fields=["digest"]),
            models.Index(fields=["decision", "number"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "document", "officer"], name="set_check_once_a_person"
            )
        ]

    def __str__(self) -> str:
        return _("bộ %(number)s với %(document)s") % {
            "number": self.number,
            "document": self.document,
        }

    def get_absolute_url(self) -> str:
        return reverse("lawbook:check", args=[self.pk])

    def save(self, *args, **kwargs):
        """Keep the row; Frozen once it was signed off."""
        if self.pk and type(self).objects.filter(pk=self.pk, signed_at__isnull=False).exists():
            raise Frozen(f"comparison {self.pk} was signed off")
        super().save(*args, **kwargs)

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None


class SectionTick(Kept):
    """What the officer found for one section; `agrees` false: the set differs from the text."""

    # Not `check`: Django's models have a method of that name.
    comparison = models.ForeignKey(SetCheck, on_delete=models.PROTECT, related_name="ticks")
    section = models.CharField(max_length=20)
    agrees = models.BooleanField()
    page = models.PositiveSmallIntegerField(null=True)
    remark = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["comparison", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["comparison", "section"], name="section_ticked_once"),
            models.CheckConstraint(
                condition=Q(agrees=True) | ~Q(remark=""), name="section_differs_says_how"
            ),
        ]

    def __str__(self) -> str:
        return self.section


class SetUpload(Kept):
    """A file with a whole set that an officer sent in: what became a draft, or what was wrong in it.

    The file is kept either way: a version can be traced to it, and a faulty one be fetched, mended
    and sent again.
    """

    decision = models.SlugField(max_length=20)
    number = models.PositiveSmallIntegerField()
    file = models.FileField(storage=private_storage, upload_to="bo-tieu-chi/%Y/%m/", max_length=250)
    original_name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    reason = models.CharField(_("lý do"), max_length=500)
    faults = models.JSONField(default=list)  # {place, what}, see `faults.Fault.kept`
    version = models.ForeignKey(
        SetVersion, null=True, on_delete=models.PROTECT, related_name="uploads"
    )
    uploaded_by = _person()
    uploaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        indexes = [models.Index(fields=["decision", "number"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(version__isnull=False, faults=[])
                | (Q(version__isnull=True) & ~Q(faults=[])),
                name="set_upload_draft_or_faults",
            )
        ]

    def __str__(self) -> str:
        return self.original_name

    def get_absolute_url(self) -> str:
        return reverse("lawbook:upload", args=[self.pk])


class LawEvent(Kept):
    """What happened to a Decision's scans, a set's versions and comparisons: append-only."""

    decision = models.SlugField(max_length=20)
    number = models.PositiveSmallIntegerField(null=True)  # None: a scan, not a set
    action = models.CharField(max_length=40)
    by = _person()
    at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=1000, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["decision", "number"])]

    def __str__(self) -> str:
        return self.action
