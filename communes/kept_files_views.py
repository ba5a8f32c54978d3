"""Officers' pages on which a file of a row is added, opened and withdrawn: one set for all topics."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_safe

from ocop_portal.pages import crumbs
from ocop_portal.uploads import private_response

from .keeping import withdraw
from .keeping_forms import WithdrawForm
from .keeping_views import edit_page, posted, withdraw_page
from .kept_files import KeptFile
from .kept_files_forms import KeptFileForm


@dataclass(frozen=True)
class FileTopic:
    """The files of one kind of row: what they go with, who may, what their pages say.

    `opens` is the permission without which nobody comes here. What lies outside `rows` and `files`
    answers 404; `may_change` is asked of the row that takes a file or of the file that is withdrawn,
    and of the row that the file goes with; without it the answer is 403.
    """

    of: str  # the field of a file that leads to its row, and the name by which `attach` takes it
    opens: str
    rows: Callable  # user → QuerySet of the rows that files go with
    files: Callable  # user → QuerySet of their files
    may_change: Callable  # (user, row or file, row) → bool
    path: Callable  # row → the path to its page, that page included
    add_title: str
    attach: Callable  # the act that keeps an upload: `of`, upload, by, and what the form says of it
    withdraw_title: str = ""
    take_away: Callable = withdraw
    form: type[KeptFileForm] = KeptFileForm
    related: tuple[str, ...] = ("unit",)  # what is read with a row


def _officers(view):
    @wraps(view)
    def opened(request, pk: int, topic: FileTopic):
        if not request.user.has_perm(topic.opens):
            raise PermissionDenied
        return view(request, pk, topic)

    return opened


def _path(topic: FileTopic, row, title: str) -> list[dict]:
    return [*topic.path(row), *crumbs((title, ""))]


@_officers
def add(request, pk: int, topic: FileTopic):
    """Add a paper or photo to a row."""
    row = get_object_or_404(topic.rows(request.user).select_related(*topic.related), pk=pk)
    if not topic.may_change(request.user, row, row):
        raise PermissionDenied
    form = topic.form(posted(request), request.FILES or None)
    return edit_page(
        request,
        form,
        lambda: topic.attach(
            **{topic.of: row}, upload=form.upload, by=request.user, **form.details
        ),
        title=topic.add_title,
        back=row.get_absolute_url(),
        path=_path(topic, row, topic.add_title),
        multipart=True,
    )


def _find_file(request, topic: FileTopic, pk: int) -> KeptFile:
    related = (f"{topic.of}__{name}" for name in topic.related)
    return get_object_or_404(topic.files(request.user).select_related(*related), pk=pk)


@require_safe
@_officers
def show(request, pk: int, topic: FileTopic):
    """A file, also of a draft and of what was withdrawn."""
    found = _find_file(request, topic, pk)
    return private_response(found.file, content_type=found.content_type, name=found.original_name)


@_officers
def take_away(request, pk: int, topic: FileTopic):
    """Ask why, then withdraw a file."""
    found = _find_file(request, topic, pk)
    row = getattr(found, topic.of)
    if not topic.may_change(request.user, found, row):
        raise PermissionDenied
    form = WithdrawForm(posted(request))
    return withdraw_page(
        request,
        form,
        lambda: topic.take_away(row=found, by=request.user, reason=form.cleaned_data["reason"]),
        title=topic.withdraw_title,
        lead=found,
        back=row.get_absolute_url(),
        path=_path(topic, row, topic.withdraw_title),
    )


def file_urls(topic: FileTopic, name: str, *, rows: str, files: str) -> list:
    """The addresses of a topic, called `name_file_add`, `name_file` and `name_file_withdraw`.

    `rows`, `files`: the folders in which the rows and the files have their addresses.
    """
    how = {"topic": topic}
    return [
        path(f"{rows}/<int:pk>/them-tep/", add, how, name=f"{name}_file_add"),
        path(f"{files}/<int:pk>/", show, how, name=f"{name}_file"),
        path(f"{files}/<int:pk>/rut/", take_away, how, name=f"{name}_file_withdraw"),
    ]
