"""Scans of the signed texts: taken in, and withdrawn when they are wrong."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ocop_portal import law, uploads
from ocop_portal.page_language import filled
from ocop_portal.text import normalise

from .acts import LawRefused, tell
from .models import DocumentFile, LegalDocument

ACCEPTED = (uploads.PDF, uploads.JPEG, uploads.PNG)
MOST_FILES = 100


def check_scan(uploaded) -> uploads.Upload:
    """One file of a scan; raises `uploads.FileRefused` with the reason."""
    refusal = _("Chỉ nhận tệp PDF hoặc ảnh JPG, PNG; ảnh HEIC của điện thoại xin đổi sang JPG.")
    return uploads.check_upload(uploaded, accepted=ACCEPTED, refusal=refusal)


@transaction.atomic
def add_document(
    *, decision: str, number: str, title: str, files: Sequence[uploads.Upload], by
) -> LegalDocument:
    """Keep a scan; `files` in the order of its pages. UnknownDecision, LawRefused without a file."""
    law.decision(decision)
    if not files:
        raise LawRefused(_("Chưa chọn tệp nào."))
    if len(files) > MOST_FILES:
        raise LawRefused(filled(_("Nhiều nhất %d tệp cho một bản chụp."), MOST_FILES))
    made = LegalDocument.objects.create(
        decision=decision, number=normalise(number), title=normalise(title), uploaded_by=by
    )
    for position, upload in enumerate(files, start=1):
        row = DocumentFile(document=made, position=position)
        upload.put_in(row)
        row.save()
    tell(decision, None, "document.added", by, what=str(made), files=[f.sha256 for f in files])
    return made


@transaction.atomic
def withdraw_document(*, document: LegalDocument, by, reason: str) -> LegalDocument:
    """Take a wrong scan out of use, with a reason; withdrawing it again changes nothing.

    Comparisons made with it stay readable and no longer count.
    """
    reason = normalise(reason)
    if not reason:
        raise LawRefused(_("Cần ghi lý do."))
    document = LegalDocument.objects.select_for_update().get(pk=document.pk)
    if not document.is_withdrawn:
        document.withdrawn_at, document.withdrawn_by = timezone.now(), by
        document.withdrawn_reason = reason[:500]
        document.save()
        tell(document.decision, None, "document.withdrawn", by, reason, what=str(document))
    return document
