"""Private files that belong to a row nobody deletes: papers and photos of events and visits."""

from datetime import datetime

from django.core.files.storage import storages
from django.db import models
from django.utils.translation import gettext_lazy as _

from ocop_portal import uploads
from ocop_portal.uploads import Upload

from .keeping import keep
from .withdrawable import Withdrawable

ACCEPT = ".pdf,.jpg,.jpeg,.png,.heic,.docx,.xlsx"


def private_storage():
    """Files behind a permission check; never under a public address."""
    return storages["private"]


class KeptFile(Withdrawable):
    """A stored file; a model of its own says what it belongs to and where it is put."""

    file = models.FileField(
        _("tệp"), storage=private_storage, upload_to="tep/%Y/%m/", max_length=250, editable=False
    )
    original_name = models.CharField(_("tên tệp"), max_length=200, editable=False)
    content_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    caption = models.CharField(_("chú thích"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.caption or self.original_name

    @property
    def type_name(self) -> str:
        """What kind of file a reader gets: "PDF", "DOCX"."""
        return uploads.SUFFIXES.get(self.content_type, "").lstrip(".").upper()

    @property
    def is_photo(self) -> bool:
        """Whether a browser shows it as a picture."""
        return self.content_type in {uploads.JPEG, uploads.PNG}


def check_kept_upload(uploaded) -> Upload:
    """Check a file by its content; raises `uploads.FileRefused` with the reason."""
    return uploads.check_upload(
        uploaded,
        accepted=uploads.SUFFIXES,
        refusal=_("Chỉ nhận tệp PDF, ảnh JPG, PNG, HEIC, Word (.docx) hoặc Excel (.xlsx)."),
    )


def keep_file(
    *, row: Withdrawable, upload: Upload, under: models.Model, by, seen: datetime | None = None
) -> Withdrawable:
    """Store an upload with its row, a `KeptFile` or one with the same fields.

    ValidationError as in `keep`, also for the same file twice.
    """
    upload.put_in(row)
    try:
        return keep(row=row, under=under, by=by, seen=seen)
    except Exception:
        # No row points to it.
        row.file.delete(save=False)
        raise
