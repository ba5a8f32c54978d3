"""What a dossier takes in: see `ocop_portal.uploads` for how files are judged."""

from django.core.files.storage import storages

from communes.kept_files import check_kept_upload as check_upload
from ocop_portal import uploads
from ocop_portal.uploads import FileRefused, Upload

# What an office hands in, with the suffix it is stored under.
ACCEPTED = uploads.SUFFIXES

__all__ = ["ACCEPTED", "FileRefused", "Upload", "check_upload"]


def private_storage():
    """Files behind a permission check; never under a public address."""
    return storages["private"]
