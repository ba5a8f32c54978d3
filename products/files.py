"""Uploaded files: judged by content, limited in size, stored under names of our own."""

import hashlib
import io
import struct
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from uuid import uuid4

import puremagic
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages
from django.utils.translation import gettext_lazy as _

from ocop_portal.text import normalise

# What an office hands in. HTML and SVG stay out: a browser would run what is in them.
ACCEPTED = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/heic": ".heic",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
# Shown in the page; all others are offered for download.
SHOWN_IN_PLACE = {"application/pdf", "image/jpeg", "image/png"}


def private_storage():
    """Files behind a permission check; never under a public address."""
    return storages["private"]


class FileRefused(Exception):
    """A file that is not taken in; the message is for the screen."""


@dataclass(frozen=True)
class Upload:
    """A file that passed the checks."""

    file: File
    name: str  # as the person called it, for the screen only
    stored_name: str
    content_type: str
    size: int
    sha256: str


def check_upload(uploaded) -> Upload:
    """Check a file by its content; raises `FileRefused` with the reason.

    The browser's name and type are not trusted: a name may lie and climb folders.
    """
    limit = settings.UPLOAD_MAX_MB * 1024 * 1024
    if uploaded.size > limit:
        raise FileRefused(_("Tệp lớn hơn %s MB. Hãy nén hoặc tách nhỏ.") % settings.UPLOAD_MAX_MB)
    if uploaded.size == 0:
        raise FileRefused(_("Tệp rỗng."))
    content_type = sniff(uploaded)
    digest = hashlib.sha256()
    uploaded.seek(0)
    for chunk in iter(lambda: uploaded.read(1 << 20), b""):
        digest.update(chunk)
    uploaded.seek(0)
    name = normalise(PurePath(str(uploaded.name).replace("\\", "/")).name)[:200] or _("tệp")
    return Upload(
        file=File(uploaded),
        name=str(name),
        stored_name=f"{uuid4().hex}{ACCEPTED[content_type]}",
        content_type=content_type,
        size=uploaded.size,
        sha256=digest.hexdigest(),
    )


def sniff(uploaded) -> str:
    """The type of the content, one of `ACCEPTED`; raises `FileRefused` for any other."""
    uploaded.seek(0)
    head = uploaded.read(4096)
    if head[:5] == b"%PDF-":
        return "application/pdf"
    if head[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    if head[:4] == b"PK\x03\x04":
        uploaded.seek(0)
        found = _office_type(io.BytesIO(uploaded.read()))
        if found:
            return found
    else:
        try:
            mimes = {match.mime_type for match in puremagic.magic_string(head)}
        except (puremagic.PureError, ValueError):
            mimes = set()
        if mimes & {"image/heic", "image/heif"} or head[4:12] in (b"ftypheic", b"ftypheix"):
            return "image/heic"
    raise FileRefused(_("Chỉ nhận tệp PDF, ảnh JPG, PNG, HEIC, Word (.docx) hoặc Excel (.xlsx)."))


def _office_type(stream) -> str | None:
    """Word or Excel by the parts in the archive; a file with macros is neither."""
    try:
        names = set(zipfile.ZipFile(stream).namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error):
        # Broken, or of a kind that no Word or Excel writes.
        return None
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    if "word/document.xml" in names:
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    if "xl/workbook.xml" in names:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return None
