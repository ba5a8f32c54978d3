"""Officers' pages of step 4: one page of an entry, and a page of each row; see `works_topics`."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from communes.history import entries_of
from communes.keeping_forms import WithdrawForm
from communes.keeping_views import edit_page, withdraw_page
from communes.kept_files_views import FileTopic
from ocop_portal.page_language import filled
from ocop_portal.pages import crumbs

from .entry_views import entry_crumbs, find_entry
from .models import Entry, Visit
from .promotion_topics import as_shown
from .scope import visit_files_for, works_for
from .views import officers_only, posted
from .works import (
    attach_file,
    save_work,
    why_locked,
    withdraw_file,
    withdraw_work,
    works_of,
)
from .works_forms import VisitFileForm
from .works_topics import VISITS, WORKS, Work

ENTRY = ("entry__cycle__unit", "entry__product__producer__unit")


def _works_url(entry: Entry) -> str:
    return reverse("products:works", args=[entry.pk])


def _crumbs(entry: Entry, *more: tuple[str, str]) -> list[dict]:
    return entry_crumbs(entry, (_("Triển khai phương án"), _works_url(entry)), *more)


def _may_write(user, entry: Entry) -> bool:
    return not why_locked(entry) and user.has_perm("products.prepare_entry", entry)


def _find(request, topic: Work, pk: int):
    rows = works_for(topic.model, request.user)
    return get_object_or_404(rows.select_related("withdrawn_by", *ENTRY), pk=pk)


def _find_open(request, topic: Work, pk: int):
    """A row that can be written to; 403 where it can only be read."""
    found = _find(request, topic, pk)
    if found.withdrawn_at or not _may_write(request.user, found.entry):
        raise PermissionDenied
    return found


def _cells(topic: Work, row) -> list[dict]:
    return [
        {
            "label": field.heading,
            "value": as_shown(field.value(row)),
            "num": isinstance(field.value(row), int),
        }
        for field in topic.fields
    ]


@require_safe
@officers_only
def works(request, pk: int):
    """Step 4 of one entry: all its rows by topic."""
    entry = find_entry(request, pk)
    parts = []
    for topic in WORKS:
        rows = list(topic.rows(entry))
        for row in rows:
            row.cells = _cells(topic, row)
        held = [row for row in rows if not row.withdrawn_at]
        parts.append(
            {
                "topic": topic,
                "rows": held,
                "headings": held[0].cells if held else [],
                "withdrawn": [row for row in rows if row.withdrawn_at],
                "total": sum(row.amount for row in held) if topic.is_money else None,
                "add_url": reverse(f"products:{topic.name}_add", args=[entry.pk]),
            }
        )
    return render(
        request,
        "products/works/works.html",
        {
            "entry": entry,
            "parts": parts,
            "works": works_of(entry),
            "may_change": _may_write(request.user, entry),
            "locked": why_locked(entry),
            "breadcrumbs": entry_crumbs(entry, (_("Triển khai phương án"), "")),
        },
    )


@require_safe
@officers_only
def page(request, pk: int, topic: Work):
    """One row: its facts, the photos of a visit, its history."""
    found = _find(request, topic, pk)
    found.file_count = None  # told by the files themselves
    facts = [
        {"label": field.heading, "value": as_shown(field.value(found))}
        for field in (*topic.fields, *topic.facts)
    ]
    more = _of_visit(found) if topic is VISITS else {}
    return render(
        request,
        "products/works/row.html",
        {
            "topic": topic,
            "row": found,
            "facts": [fact for fact in facts if fact["value"]],
            "may_change": not found.withdrawn_at and _may_write(request.user, found.entry),
            "edit_url": reverse(f"products:{topic.name}_edit", args=[found.pk]),
            "withdraw_url": reverse(f"products:{topic.name}_withdraw", args=[found.pk]),
            "history": entries_of(found, limit=20),
            "breadcrumbs": _crumbs(found.entry, (found, "")),
            **more,
        },
    )


def _of_visit(found) -> dict:
    files = list(found.files.select_related("withdrawn_by"))
    held = [file for file in files if not file.withdrawn_at]
    return {
        "files": held,
        "photos": [file for file in held if file.is_photo],
        "withdrawn_files": [file for file in files if file.withdrawn_at],
    }


@officers_only
def add(request, pk: int, topic: Work):
    """Write down a row of an entry."""
    entry = find_entry(request, pk)
    if not _may_write(request.user, entry):
        raise PermissionDenied
    form = topic.form(posted(request), instance=topic.model(entry=entry), user=request.user)
    return _edit(request, form, title=topic.add, back=_works_url(entry), path=_crumbs(entry))


@officers_only
def edit(request, pk: int, topic: Work):
    """Change a row, or write down that it is done."""
    found = _find_open(request, topic, pk)
    form = topic.form(posted(request), instance=found, user=request.user)
    title, back = filled(_("Cập nhật %s"), topic.one), found.get_absolute_url()
    return _edit(request, form, title=title, back=back, path=_crumbs(found.entry, (found, back)))


def _edit(request, form, *, title: str, back: str, path: list[dict]):
    def save():
        return save_work(row=form.instance, by=request.user, seen=form.cleaned_data.get("seen"))

    path = [*path, *crumbs((title, ""))]
    return edit_page(request, form, save, title=title, back=back, path=path)


@officers_only
def withdraw(request, pk: int, topic: Work):
    """Ask why, then withdraw a row."""
    found = _find_open(request, topic, pk)
    form = WithdrawForm(posted(request))
    back = found.get_absolute_url()
    return withdraw_page(
        request,
        form,
        lambda: withdraw_work(row=found, by=request.user, reason=form.cleaned_data["reason"]),
        title=filled(_("Rút: %s"), found),
        lead=_("Chỉ rút khi ghi nhầm. Mục đã rút vẫn đọc được, nhưng không còn được tính."),
        back=back,
        path=_crumbs(found.entry, (found, back), (_("Rút"), "")),
    )


def _may_change_file(user, changed, visit: Visit) -> bool:
    return not changed.withdrawn_at and _may_write(user, visit.entry)


VISIT_FILES = FileTopic(
    of="visit",
    opens="products.list_products",
    rows=lambda user: works_for(Visit, user),
    files=visit_files_for,
    may_change=_may_change_file,
    path=lambda visit: _crumbs(visit.entry, (visit, visit.get_absolute_url())),
    add_title=_("Thêm ảnh, giấy tờ"),
    withdraw_title=_("Rút ảnh, giấy tờ"),
    attach=attach_file,
    take_away=withdraw_file,
    form=VisitFileForm,
    related=ENTRY,
)
