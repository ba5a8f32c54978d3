"""What a dossier takes in: see `ocop_portal.uploads` for how files are judged."""

from django.core.files.storage import storages
from django.utils.translation import gettext as _

from ocop_portal import uploads
from ocop_portal.uploads import FileRefused, Upload

# What an office hands in, with the suffix it is stored under.
ACCEPTED = uploads.SUFFIXES

__all__ = ["ACCEPTED", "FileRefused", "Upload", "check_upload"]


def private_storage():
    """Files behind a permission check; never under a public address."""
    return storages["private"]


def check_upload(uploaded) -> Upload:
    """Check a paper by its content; raises `FileRefused` with the reason."""
    return uploads.check_upload(
        uploaded,
        accepted=ACCEPTED,
        refusal=_("Chỉ nhận tệp PDF, ảnh JPG, PNG, HEIC, Word (.docx) hoặc Excel (.xlsx)."),
    )
