"""Complaints (khiếu nại) about results and recognitions: received, answered, never deleted."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from communes.models import Role, today
from communes.scope import OFFICERS, unit_ids_in_scope
from ocop_portal.page_language import filled
from products.files import Upload

from .models import Complaint, ComplaintPaper, Round

MAX_PAPERS = 20


def complaints_for(user) -> QuerySet[Complaint]:
    """The complaints that this officer sees.

    District officers: of the products in their units. Commune officers too, but about a result
    only once it is published: until then the complaint would tell it.
    """
    district = unit_ids_in_scope(user, Role.Kind.DISTRICT_OFFICER)
    any_office = unit_ids_in_scope(user, *OFFICERS)
    by_result = "result__candidate__entry__product__producer__unit__in"
    return Complaint.objects.filter(
        Q(recognition__product__producer__unit__in=any_office)
        | Q(**{by_result: district})
        | Q(**{by_result: any_office}, result__candidate__round__state=Round.State.PUBLISHED)
    )


def unanswered(complaints: QuerySet[Complaint]) -> QuerySet[Complaint]:
    """Those of these complaints that still wait for their answer."""
    return complaints.filter(answered_on__isnull=True)


@transaction.atomic
def save_complaint(*, complaint: Complaint, uploads: list[Upload] = (), by) -> Complaint:
    """Record a complaint, or mend what was recorded of one that is not yet answered."""
    if complaint.pk:
        locked = Complaint.objects.select_for_update().get(pk=complaint.pk)
        if locked.answered_on:
            raise ValidationError(_("Khiếu nại đã trả lời nên không sửa được."))
    else:
        complaint.recorded_by = by
    if complaint.received_on and complaint.received_on > today():
        raise ValidationError({"received_on": _("Ngày nhận không thể ở phía trước.")})
    if complaint.due_on and complaint.received_on and complaint.due_on < complaint.received_on:
        raise ValidationError({"due_on": _("Hạn trả lời phải sau ngày nhận.")})
    complaint.full_clean()
    complaint._history_user = by
    complaint.save()
    _attach(complaint, uploads, by)
    return complaint


@transaction.atomic
def answer_complaint(
    *,
    complaint: Complaint,
    on: datetime.date,
    answered_by: str,
    document: str,
    answer: str,
    uploads: list[Upload] = (),
    by,
) -> Complaint:
    """Record the answer. The same answer sent twice is recorded once; another one is refused."""
    complaint = Complaint.objects.select_for_update(of=("self",)).get(pk=complaint.pk)
    given = (on, answered_by.strip(), document.strip(), answer.strip())
    if complaint.answered_on:
        kept = (
            complaint.answered_on,
            complaint.answered_by,
            complaint.answer_document,
            complaint.answer,
        )
        if kept == given:
            return complaint
        day = complaint.answered_on.strftime("%d/%m/%Y")
        raise ValidationError(filled(_("Khiếu nại này đã được ghi trả lời ngày %s."), day))
    if on > today():
        raise ValidationError({"answered_on": _("Ngày trả lời không thể ở phía trước.")})
    if on < complaint.received_on:
        raise ValidationError({"answered_on": _("Ngày trả lời không thể trước ngày nhận.")})
    complaint.answered_on, complaint.answered_by = given[0], given[1]
    complaint.answer_document, complaint.answer = given[2], given[3]
    complaint.full_clean()
    complaint._history_user = by
    complaint.save()
    _attach(complaint, uploads, by)
    return complaint


def _attach(complaint: Complaint, uploads, by) -> None:
    """Keep files beside the complaint, each content once."""
    known = set(complaint.papers.values_list("sha256", flat=True))
    for upload in uploads:
        if upload.sha256 in known:
            continue
        if len(known) >= MAX_PAPERS:
            raise ValidationError(filled(_("Mỗi khiếu nại có nhiều nhất %d tệp."), MAX_PAPERS))
        paper = ComplaintPaper(complaint=complaint, uploaded_by=by)
        upload.put_in(paper)
        paper.save()
        known.add(upload.sha256)
