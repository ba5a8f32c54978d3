"""Handing out dossier files: after a permission check, and never so that a browser runs them."""

from django.http import FileResponse

from ocop_portal.uploads import private_response

from .models import Paper


def paper_response(paper: Paper) -> FileResponse:
    """The file of a paper: PDF and pictures in place, all else for download; 404 without a file.

    Whoever calls has checked that the person may read this paper.
    """
    return private_response(paper.file, content_type=paper.content_type, name=paper.original_name)
