"""Handing out papers that were just drawn: never kept by a browser or a proxy on the way."""

import re

from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header

from ocop_portal.text import fold

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
# The same as for dossier papers: a PDF is drawn by the browser itself and may load nothing.
_LOCKED = "frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
LONGEST_NAME = 80


def file_name(*parts: str) -> str:
    """A name of plain letters, digits and dashes: "bien-ban-dot-danh-gia-mau-1"."""
    plain = re.sub(r"[^a-z0-9]+", "-", fold(" ".join(parts))).strip("-")
    return plain[:LONGEST_NAME].rstrip("-") or "tep"


def paper_file(content, name: str, form: str) -> HttpResponse:
    """The answer that holds a paper: bytes, or an open file; PDF in place, all else as download."""
    response = (
        HttpResponse(content, content_type=TYPES[form])
        if isinstance(content, bytes)
        else FileResponse(content, content_type=TYPES[form])
    )
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=form != "pdf", filename=f"{file_name(name)}.{form}"
    )
    response["Content-Security-Policy"] = _LOCKED
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
