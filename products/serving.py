"""Handing out dossier files: after a permission check, and never so that a browser runs them."""

from django.http import FileResponse, Http404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from .files import SHOWN_IN_PLACE
from .models import Paper

# Nothing in the file may load, run or be framed.
_LOCKED = "default-src 'none'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'; sandbox"
# Safari and older Chromes draw PDFs by a plug-in or script of their own, which a sandbox switches
# off: the officer would see an empty page. A PDF has no access to the portal's pages anyway.
_LOCKED_PDF = "frame-ancestors 'none'; form-action 'none'; base-uri 'none'"


def paper_response(paper: Paper) -> FileResponse:
    """The file of a paper: PDF and pictures in place, all else for download; 404 without a file.

    Whoever calls has checked that the person may read this paper.
    """
    if not paper.file:
        raise Http404(_("Giấy tờ này không có tệp."))
    try:
        content = paper.file.open("rb")
    except FileNotFoundError as error:
        raise Http404(_("Không tìm thấy tệp trong kho lưu trữ.")) from error
    in_place = paper.content_type in SHOWN_IN_PLACE
    content_type = paper.content_type if in_place else "application/octet-stream"
    response = FileResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=not in_place, filename=paper.original_name or "giay-to"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    is_pdf = paper.content_type == "application/pdf"
    response["Content-Security-Policy"] = _LOCKED_PDF if is_pdf else _LOCKED
    return response
