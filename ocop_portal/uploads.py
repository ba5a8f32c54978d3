"""Private files of every room: judged by content when they come in, locked when they go out."""

import hashlib
import io
import struct
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from uuid import uuid4

import puremagic
from django.conf import settings
from django.core.files.base import File
from django.http import FileResponse, Http404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from ocop_portal.page_language import filled
from ocop_portal.refusals import ActRefused

from .text import normalise

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
HEIC = "image/heic"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What can be told apart. HTML and SVG stay out: a browser would run what is in them.
SUFFIXES = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png", HEIC: ".heic", WORD: ".docx", EXCEL: ".xlsx"}
# Shown in the page; all others are offered for download.
SHOWN_IN_PLACE = {PDF, JPEG, PNG}


class FileRefused(ActRefused):
    """A file that is not taken in."""


@dataclass(frozen=True)
class Upload:
    """A file that passed the checks."""

    file: File
    name: str  # as the person called it, for the screen only
    stored_name: str
    content_type: str
    size: int
    sha256: str

    def put_in(self, row) -> None:
        """Store the file with a row that has these fields; whoever calls saves the row."""
        row.original_name, row.content_type = self.name, self.content_type
        row.size, row.sha256 = self.size, self.sha256
        row.file.save(self.stored_name, self.file, save=False)


def check_upload(
    uploaded, *, accepted: Iterable[str], refusal: str, limit_mb: int | None = None
) -> Upload:
    """Check a file by its content; raises `FileRefused` with the reason.

    `accepted`: the content types taken here, out of `SUFFIXES`; `refusal` tells which these are.
    `limit_mb`: the portal's own limit when None. The browser's name and type are not trusted: a
    name may lie and climb folders.
    """
    limit_mb = settings.UPLOAD_MAX_MB if limit_mb is None else limit_mb
    if uploaded.size > limit_mb * 1024 * 1024:
        raise FileRefused(filled(_("Tệp lớn hơn %s MB. Hãy nén hoặc tách nhỏ."), limit_mb))
    if uploaded.size == 0:
        raise FileRefused(_("Tệp rỗng."))
    content_type = _sniff(uploaded)
    if content_type not in accepted:
        raise FileRefused(refusal)
    return _taken(uploaded, content_type, SUFFIXES[content_type])


def check_text(uploaded, *, suffix: str, refusal: str) -> Upload:
    """A file of plain text, stored under `suffix`; `FileRefused` for anything binary.

    Whoever calls has looked at the size.
    """
    uploaded.seek(0)
    if b"\x00" in uploaded.read() or _sniff(uploaded):
        raise FileRefused(refusal)
    return _taken(uploaded, "text/plain", suffix)


def _taken(uploaded, content_type: str, suffix: str) -> Upload:
    digest = hashlib.sha256()
    uploaded.seek(0)
    for chunk in iter(lambda: uploaded.read(1 << 20), b""):
        digest.update(chunk)
    uploaded.seek(0)
    name = normalise(PurePath(str(uploaded.name).replace("\\", "/")).name)[:200]
    return Upload(
        file=File(uploaded),
        name=name or _("tệp"),
        stored_name=f"{uuid4().hex}{suffix}",
        content_type=content_type,
        size=uploaded.size,
        sha256=digest.hexdigest(),
    )


def _sniff(uploaded) -> str | None:
    """The type of the content, one of `SUFFIXES`; None for any other."""
    uploaded.seek(0)
    head = uploaded.read(4096)
    if head[:5] == b"%PDF-":
        return PDF
    if head[:3] == b"\xff\xd8\xff":
        return JPEG
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return PNG
    if head[:4] == b"PK\x03\x04":
        uploaded.seek(0)
        return _office_type(io.BytesIO(uploaded.read()))
    try:
        mimes = {match.mime_type for match in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        mimes = set()
    if mimes & {"image/heic", "image/heif"} or head[4:12] in (b"ftypheic", b"ftypheix"):
        return HEIC
    return None


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
        return WORD
    if "xl/workbook.xml" in names:
        return EXCEL
    return None


def private_response(file, *, content_type: str, name: str, framed: bool = False) -> FileResponse:
    """A stored private file: PDF and pictures in place, all else for download; 404 without a file.

    Whoever calls has checked that the person may read it. `framed`: a page of the portal itself
    may show it in a frame.
    """
    if not file:
        raise Http404(_("Giấy tờ này không có tệp."))
    try:
        content = file.open("rb")
    except FileNotFoundError as error:
        raise Http404(_("Không tìm thấy tệp trong kho lưu trữ.")) from error
    in_place = content_type in SHOWN_IN_PLACE
    response = FileResponse(
        content, content_type=content_type if in_place else "application/octet-stream"
    )
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=not in_place, filename=name or "giay-to"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    around = "'self'" if framed else "'none'"
    policy = f"frame-ancestors {around}; form-action 'none'; base-uri 'none'"
    if content_type != PDF:
        # Nothing in the file may load or run. Safari and older Chromes draw PDFs by a plug-in or
        # script of their own, which a sandbox switches off: the officer would see an empty page.
        # A PDF has no access to the portal's pages anyway.
        policy = f"default-src 'none'; {policy}; sandbox"
    response["Content-Security-Policy"] = policy
    if framed:
        response["X-Frame-Options"] = "SAMEORIGIN"
    return response
