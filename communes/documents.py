"""The document library: documents with one current file each, and what everybody may take away."""

import datetime
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ocop_portal.reminders.news_registry import News, news_source
from ocop_portal.uploads import Upload

from .keeping import keep, withdraw
from .kept_files import keep_file
from .models import Document, DocumentFile, today
from .publishable import publish

REPLACED = _("Thay bằng bản mới")


def save_document(*, document: Document, by, seen: datetime.datetime | None = None) -> Document:
    """Enter a document, or keep changes to one. ValidationError as in `keep`, and for a day to come."""
    if document.issued_on and document.issued_on > today():
        raise ValidationError({"issued_on": _("Ngày này chưa đến.")})
    return keep(row=document, under=document.unit, by=by, seen=seen)


@transaction.atomic
def replace_file(*, document: Document, upload: Upload, by) -> DocumentFile:
    """Make an upload the current file; the one before stays readable in the office.

    The current file once more changes nothing. ValidationError for a withdrawn document.
    """
    document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if document.withdrawn_at:
        raise ValidationError(_("Văn bản này đã được rút, không thay tệp được nữa."))
    current = document.files.in_force().first()
    if current is not None:
        if current.sha256 == upload.sha256:
            return current
        withdraw(row=current, by=by, reason=str(REPLACED))
    return keep_file(row=DocumentFile(document=document), upload=upload, under=document, by=by)


@transaction.atomic
def publish_document(*, document: Document, by) -> Document:
    """Put a document into the public library; ValidationError as in `publish`, and without a file."""
    document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if not document.files.in_force().exists():
        raise ValidationError(_("Văn bản chưa có tệp. Hãy thêm tệp rồi công bố."))
    return publish(row=document, by=by)


def withdraw_document(*, document: Document, by, reason: str) -> Document:
    """Take a document out of the public library."""
    return withdraw(row=document, by=by, reason=reason)


def with_files(documents: QuerySet[Document]) -> QuerySet[Document]:
    """The documents, each with its `current` file in a list; one query more for all of them."""
    current = Prefetch("files", DocumentFile.objects.in_force(), to_attr="current")
    return documents.select_related("unit").prefetch_related(current)


def public_documents() -> QuerySet[Document]:
    """Everything published and not withdrawn, the latest first, with its file."""
    return with_files(Document.objects.public())


def public_files() -> QuerySet[DocumentFile]:
    """The files that everybody may take: the current ones of public documents."""
    return DocumentFile.objects.in_force().filter(document__in=Document.objects.public())


@news_source(_("Văn bản và biểu mẫu"))
def documents_published(since: datetime.datetime, until: datetime.datetime) -> Iterator[News]:
    """For the portal's newsletter; no sample is mailed to anybody."""
    for document in Document.objects.public().filter(
        published_at__gt=since, published_at__lte=until, is_sample=False
    ):
        yield News(
            at=document.published_at,
            title=document.title,
            text=" ".join(filter(None, (document.get_kind_display(), document.number))),
            url=reverse("communes:public_document_file", args=[document.pk]),
        )
