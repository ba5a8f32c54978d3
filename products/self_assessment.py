"""The producer's own sheet (tự đánh giá) beside the dossier: attached, withdrawn, never rewritten."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ocop_portal import law
from ocop_portal.lawbook import rehearsal
from ocop_portal.page_language import filled
from ocop_portal.refusals import ActRefused

from . import dossier
from .models import Entry, EntryEvent, SelfAssessment


class SelfAssessmentRefused(ActRefused):
    """A sheet that is not taken in or not withdrawn."""


def in_force(entry: Entry) -> SelfAssessment | None:
    """The sheet that stands for this entry now; one query."""
    return entry.self_assessments.filter(withdrawn_at__isnull=True).first()


@transaction.atomic
def attach(*, entry: Entry, text: str, by) -> SelfAssessment:
    """Attach a rehearsal to an entry; `text` is its link or query string (`rehearsal.parse`).

    The same sheet sent again gives the row that is there. Raises `SelfAssessmentRefused` for a
    sheet that cannot be read, is of another Decision or set than the entry is rated by, or belongs
    to an earlier version of the set; while the dossier is locked for this person; and while another
    sheet stands, which has to be withdrawn first.
    """
    entry = _locked(entry, by)
    try:
        criteria, choices, knock_outs, gates = rehearsal.parse(text)
    except rehearsal.BadSheet as bad:
        raise SelfAssessmentRefused(*(fault.text for fault in bad.faults)) from bad
    except law.LawError as error:
        raise SelfAssessmentRefused(str(error)) from error
    if (criteria.decision, criteria.number) != (entry.cycle.decision, entry.set_number):
        raise SelfAssessmentRefused(_wrong_set(entry, criteria))
    if not choices:
        raise SelfAssessmentRefused(_("Phiếu tự đánh giá chưa chọn mức nào."))
    score = law.score(criteria, choices, knock_outs=knock_outs, gates=gates)
    standing = in_force(entry)
    if standing:
        same = (criteria.digest, choices, list(knock_outs), list(gates))
        if (standing.digest, standing.choices, standing.knock_outs, standing.gates) == same:
            return standing
        raise SelfAssessmentRefused(
            filled(
                _("Đã có bản tự đánh giá gắn ngày %s. Hãy rút bản đó, ghi lý do, rồi gắn bản mới."),
                timezone.localtime(standing.attached_at).strftime("%d/%m/%Y"),
            )
        )
    found = SelfAssessment.objects.create(
        entry=entry,
        decision=criteria.decision,
        set_number=criteria.number,
        digest=criteria.digest,
        choices=choices,
        knock_outs=list(knock_outs),
        gates=list(gates),
        points=score.points,
        parts=score.parts,
        total=score.total,
        stars=score.stars,
        missing=list(score.missing),
        query=rehearsal.query_of(criteria, choices, knock_outs=knock_outs, gates=gates),
        attached_by=by,
    )
    EntryEvent.objects.create(
        entry=entry, action="self_assessment.attached", by=by, reason=str(found)
    )
    return found


@transaction.atomic
def withdraw(*, assessment: SelfAssessment, by, reason: str) -> SelfAssessment:
    """Withdraw a sheet with a reason; it stays readable. Withdrawing it twice changes nothing."""
    entry = _locked(assessment.entry, by)
    reason = reason.strip()[:500]
    if not reason:
        raise SelfAssessmentRefused(_("Cần ghi lý do rút bản tự đánh giá."))
    found = SelfAssessment.objects.get(pk=assessment.pk)
    if found.withdrawn_at is None:
        found.withdrawn_at, found.withdrawn_by = timezone.now(), by
        found.withdrawn_reason = reason
        found.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
        EntryEvent.objects.create(
            entry=entry, action="self_assessment.withdrawn", by=by, reason=reason
        )
    return found


def frozen(entry: Entry) -> dict:
    """The standing sheet as JSON-ready values, to be kept with a council's round; {} for none."""
    found = in_force(entry)
    if found is None:
        return {}
    return {
        "self_assessment": found.pk,
        "digest": found.digest,
        "choices": found.choices,
        "points": found.points,
        "parts": found.parts,
        "total": found.total,
        "stars": found.stars,
        "missing": found.missing,
        "attached_on": timezone.localtime(found.attached_at).date().isoformat(),
    }


def _locked(entry: Entry, by) -> Entry:
    """The entry with its row locked, where this person may change its dossier now."""
    entry = (
        Entry.objects.select_for_update(of=("self",))
        .select_related("cycle", "product__producer")
        .get(pk=entry.pk)
    )
    locked = dossier.why_locked(entry, by)
    if locked:
        raise SelfAssessmentRefused(locked)
    return entry


def _wrong_set(entry: Entry, criteria: law.CriteriaSet) -> str:
    ours = entry.cycle.law.summary(entry.set_number)
    return filled(
        _(
            "Phiếu này theo bộ %(number)s “%(name)s” của %(law)s; sản phẩm được đánh giá theo bộ "
            "%(our_number)s “%(our_name)s” của %(our_law)s."
        ),
        {
            "number": criteria.number,
            "name": criteria.name,
            "law": law.decision(criteria.decision).number,
            "our_number": ours.number,
            "our_name": ours.name,
            "our_law": entry.cycle.law.number,
        },
    )
