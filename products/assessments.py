"""The district's findings on an idea or a plan, criterion by criterion, closed by its answer."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ocop_portal.page_language import filled

from .form_content import CRITERIA
from .models import Assessment, Entry, FilledForm, Finding

K, S = FilledForm.Kind, Entry.State
WAITING = {S.IDEA_REGISTERED: K.IDEA, S.PLAN_RECEIVED: K.PLAN}
ANSWERS = {
    "accept_idea": (K.IDEA, Assessment.Answer.ACCEPTED),
    "return_idea": (K.IDEA, Assessment.Answer.RETURNED),
    "approve_plan": (K.PLAN, Assessment.Answer.ACCEPTED),
    "return_plan": (K.PLAN, Assessment.Answer.RETURNED),
}


def open_one(entry: Entry, kind: str) -> Assessment | None:
    """The assessment that is not answered yet, with its findings."""
    found = entry.assessments.filter(kind=kind, answered_at__isnull=True)
    return found.prefetch_related("findings").first()


def _unassessed(entry: Entry, kind: str) -> list[str]:
    """Criteria without a finding or that ask for a change, of what came in as a filled form.

    A scanned paper may be answered without findings.
    """
    if not entry.filled_forms.filter(kind=kind, submitted_at__isnull=False).exists():
        return []
    found = open_one(entry, kind)
    results = {row.code: row.result for row in found.findings.all()} if found else {}
    reasons = []
    for code, name in CRITERIA[kind]:
        if code not in results:
            reasons.append(filled(_("Chưa ghi nhận xét: %s."), name))
        elif results[code] == Finding.Result.CHANGE:
            reasons.append(filled(_("Còn cần sửa: %s."), name))
    return reasons


def idea_is_assessed(entry: Entry) -> list[str]:
    """Step 2: every criterion of a filled idea form is found fine."""
    return _unassessed(entry, K.IDEA)


def plan_is_assessed(entry: Entry) -> list[str]:
    """Step 3: every section of a filled plan is found fine."""
    return _unassessed(entry, K.PLAN)


@transaction.atomic
def save_findings(*, entry: Entry, findings: dict[str, tuple[str, str]], by) -> Assessment:
    """Keep findings, code → (result, note); those without a result are left as they are.

    ValidationError when nothing waits for the district, and for a change that is not named.
    """
    entry = Entry.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=entry.pk)
    kind = WAITING.get(entry.state)
    if kind is None or entry.cycle.is_closed:
        raise ValidationError(
            filled(
                _("Không còn chờ nhận xét: sản phẩm đang ở trạng thái “%s”."),
                Entry.State(entry.state).label,
            )
        )
    names = dict(CRITERIA[kind])
    unsaid = [
        filled(_("Cần ghi điều phải sửa: %s."), names[code])
        for code, (result, note) in findings.items()
        if result == Finding.Result.CHANGE and not note.strip()
    ]
    if unsaid:
        raise ValidationError(unsaid)
    form = entry.filled_forms.filter(kind=kind, submitted_at__isnull=False).first()
    found, _made = Assessment.objects.get_or_create(
        entry=entry, kind=kind, answered_at=None, defaults={"form": form}
    )
    known = {row.code: row for row in found.findings.all()}
    for code, (result, note) in findings.items():
        row = known.get(code) or Finding(assessment=found, code=code)
        if code not in names or not result or (row.result, row.note) == (result, note.strip()):
            continue
        row.result, row.note, row.by = result, note.strip(), by
        row._history_user = by
        row.save()
    return found


def answer(*, entry: Entry, move: str, by, words: str) -> None:
    """Close the open assessment with the move that answers it; called by `cycle.move`."""
    if move not in ANSWERS:
        return
    kind, given = ANSWERS[move]
    found = open_one(entry, kind)
    if found is None:
        return
    found.answer, found.words = given, words
    found.answered_by, found.answered_at = by, timezone.now()
    found.save()
