"""Officers' pages of the document library: enter, put in the file, publish, withdraw."""

from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from ocop_portal.page_language import filled
from ocop_portal.pages import crumbs, page_of

from . import documents, scope
from .history import entries_of
from .keeping_forms import WithdrawForm
from .keeping_views import edit_page, posted, publish_act, withdraw_page
from .kept_files_views import FileTopic
from .models import Document, DocumentFile
from .news_forms import DocumentFileForm, DocumentForm, OfficeFilter

officers_only = permission_required("communes.list_news", raise_exception=True)


def _crumbs(*more: tuple[str, str]) -> list[dict]:
    return crumbs((_("Văn bản, biểu mẫu"), reverse("communes:documents")), *more)


@require_safe
@officers_only
def library(request):
    """The documents of the officer's units, the latest first."""
    wanted = OfficeFilter(request.GET, model=Document, label=_("Loại văn bản"))
    found = documents.with_files(wanted.apply(scope.documents_for(request.user)))
    return render(
        request,
        "communes/news/documents.html",
        {"filter": wanted, "page_obj": page_of(request, found)},
    )


def _find(request, pk: int) -> Document:
    found = scope.documents_for(request.user).select_related("unit", "withdrawn_by", "published_by")
    return get_object_or_404(found, pk=pk)


@require_safe
@officers_only
def document(request, pk: int):
    """One document: facts, current and earlier files, where it stands, its history."""
    found = _find(request, pk)
    files = list(found.files.select_related("withdrawn_by"))
    return render(
        request,
        "communes/news/document.html",
        {
            "document": found,
            "files": [row for row in files if not row.withdrawn_at],
            "withdrawn_files": [row for row in reversed(files) if row.withdrawn_at],
            "may_change": found.withdrawn_at is None,
            "history": entries_of(found),
            "breadcrumbs": _crumbs((found.title, "")),
        },
    )


@officers_only
def document_add(request):
    """Enter a document; its file comes next."""
    form = DocumentForm(posted(request), user=request.user)
    return _edit(request, form, title=_("Thêm văn bản"), back=reverse("communes:documents"))


@officers_only
def document_edit(request, pk: int):
    """Change what is said of a document."""
    found = _find(request, pk)
    form = DocumentForm(posted(request), instance=found, user=request.user)
    return _edit(request, form, title=_("Sửa văn bản"), back=found.get_absolute_url())


def _edit(request, form: DocumentForm, *, title: str, back: str):
    def save():
        return documents.save_document(
            document=form.instance, by=request.user, seen=form.cleaned_data["seen"]
        )

    return edit_page(request, form, save, title=title, back=back, path=_crumbs((title, "")))


@require_POST
@officers_only
def document_publish(request, pk: int):
    """Put a document into the public library."""
    found = _find(request, pk)
    return publish_act(
        request, found, lambda: documents.publish_document(document=found, by=request.user)
    )


@officers_only
def document_withdraw(request, pk: int):
    """Ask why, then take a document out of the public library."""
    found = _find(request, pk)
    form = WithdrawForm(posted(request))
    return withdraw_page(
        request,
        form,
        lambda: documents.withdraw_document(
            document=found, by=request.user, reason=form.cleaned_data["reason"]
        ),
        title=_("Rút văn bản"),
        lead=filled(_("“%s” không còn trên trang công khai. Cán bộ vẫn xem được."), found),
        back=found.get_absolute_url(),
        path=_crumbs((found.title, found.get_absolute_url()), (_("Rút"), "")),
    )


# A newer file takes the place of the one before; none is withdrawn by itself.
FILES = FileTopic(
    of="document",
    opens="communes.list_news",
    rows=scope.documents_for,
    files=lambda user: DocumentFile.objects.filter(document__in=scope.documents_for(user)),
    may_change=lambda user, _changed, document: user.has_perm("communes.change_news", document),
    path=lambda document: _crumbs((document.title, document.get_absolute_url())),
    add_title=_("Thêm bản mới"),
    attach=documents.replace_file,
    form=DocumentFileForm,
)
