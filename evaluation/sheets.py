"""Score sheets: one member, one product. The only place where marks are written.

Locking. Whoever writes to a sheet locks its row first and then believes nothing but that row and
what is read after it. Ending or closing a round locks every sheet and changes its state, so a mark
that was waiting for the lock finds the sheet shut, and none slips in behind the tally.
"""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ocop_portal import law
from ocop_portal.page_language import filled
from ocop_portal.refusals import ActRefused
from ocop_portal.text import normalise

from .models import (
    Candidate,
    Conflict,
    Declaration,
    Mark,
    MarkEvent,
    MarkNote,
    Round,
    Seat,
    Sheet,
)
from .scope import current_sheets, seats_of, with_role
from .seating import seating_of, sheet_takes_part

# A mark that was on its way when the clock struck is still taken; the screen states this.
GRACE = datetime.timedelta(minutes=5)

NONE_OF_THESE = 0
NOT_IN_PLACE = _("Sản phẩm này do người khác ở vị trí của anh/chị chấm.")
NOTE_MAX = 1_000  # characters of one note as it is sent


class SheetRefused(ActRefused):
    """A mark or a sheet that is not taken."""


class SheetIncomplete(SheetRefused):
    """A sheet with criteria still to mark; `missing` holds their codes."""

    def __init__(self, missing: tuple[str, ...]):
        self.missing = missing
        super().__init__(
            filled(
                _("Còn %(count)d tiêu chí chưa chấm: %(codes)s."),
                {"count": len(missing), "codes": ", ".join(missing)},
            )
        )


class MarkConflict(SheetRefused):
    """The member changed this criterion on another device, which the sender had not seen.

    Nothing is written. `option` and `version` are what is kept, `sent` is what was refused.
    """

    def __init__(self, kept: "Saved", sent: int):
        self.kept, self.sent = kept, sent
        super().__init__(
            filled(
                _("Tiêu chí %s đã được chấm khác trên một máy khác của anh/chị."), kept.criterion
            )
        )


@dataclass(frozen=True)
class Saved:
    """What is kept of one criterion (`option` None: nothing yet), and the whole sheet beside it.

    `marks`: criterion → (option, version), so that a device learns what another one has saved.
    """

    criterion: str
    option: int | None
    version: int
    score: law.Score
    marks: dict[str, tuple[int, int]]


@transaction.atomic
def start_sheet(*, candidate: Candidate, user) -> Sheet:
    """The member's current sheet for this product, made when there is none yet.

    Raises `SheetRefused` for a person who does not score here, or when scoring is not open.
    """
    round_ = Round.objects.select_for_update().get(pk=candidate.round_id)
    seat = seats_of(user).filter(council=round_.council_id, scores=True).first()
    if seat is None:
        raise SheetRefused(_("Anh/chị không chấm điểm trong hội đồng này."))
    if Conflict.objects.filter(candidate=candidate, seat=seat).exists():
        raise SheetRefused(_("Anh/chị đã khai có liên quan đến sản phẩm này nên không chấm."))
    if not seating_of(round_).takes_part(candidate.pk, seat):
        raise SheetRefused(NOT_IN_PLACE)
    sheet = (
        Sheet.objects.filter(candidate=candidate, seat=seat)
        .exclude(state=Sheet.State.SUPERSEDED)
        .first()
    )
    if sheet:
        return sheet
    if candidate.removed_at or not round_.is_open:
        raise SheetRefused(_("Đợt đánh giá không ở thời gian chấm điểm."))
    return Sheet.objects.create(candidate=candidate, seat=seat)


def _locked(sheet_id: int, user) -> Sheet:
    """The member's own sheet, its row locked; `Sheet.DoesNotExist` for anybody else's."""
    conflict = Conflict.objects.filter(candidate=OuterRef("candidate"), seat=OuterRef("seat"))
    return (
        Sheet.objects.select_for_update(of=("self",))
        .select_related("candidate__round", "candidate__pinned_set", "seat")
        .defer("candidate__pinned_set__content")
        .annotate(
            has_conflict=Exists(conflict),
            takes_part=ExpressionWrapper(sheet_takes_part(), BooleanField()),
            has_role=Exists(with_role(Seat.objects.filter(pk=OuterRef("seat")))),
        )
        .get(pk=sheet_id, seat__user=user)
    )


def why_not_markable(sheet: Sheet) -> str:
    """Why no mark is taken on this sheet now; empty when it is."""
    round_ = sheet.candidate.round
    if sheet.state == Sheet.State.SUBMITTED:
        return str(_("Phiếu đã gửi nên không sửa được. Cần sửa, hãy đề nghị thư ký mở lại."))
    if sheet.state != Sheet.State.DRAFT or not round_.takes_marks or sheet.candidate.removed_at:
        return str(_("Đợt đánh giá đã dừng chấm điểm."))
    # Pages come here with sheets that they found through the member's role.
    has_role = getattr(sheet, "has_role", True)
    if sheet.seat.left_on or not sheet.seat.scores or not has_role:
        return str(_("Anh/chị không chấm điểm trong hội đồng này."))
    if not getattr(sheet, "takes_part", True):
        return str(NOT_IN_PLACE)
    if round_.is_open and timezone.now() > round_.scoring_due + GRACE:
        return str(_("Đã quá hạn gửi phiếu. Hãy đề nghị thư ký gia hạn."))
    has_conflict = getattr(sheet, "has_conflict", None)
    if has_conflict is None:
        has_conflict = Conflict.objects.filter(candidate=sheet.candidate, seat=sheet.seat).exists()
    if has_conflict:
        return str(_("Anh/chị đã khai có liên quan đến sản phẩm này nên không chấm."))
    return ""


def answers(sheet: Sheet) -> tuple[dict[str, int], list[str]]:
    """The sheet's options by criterion and its declared rules, in one query."""
    rows = sheet.marks.values_list("criterion", "option").union(
        sheet.declarations.values_list("rule", Value(-1))
    )
    options, declared = {}, []
    for code, option in rows:
        if option < 0:
            declared.append(code)
        else:
            options[code] = option
    return options, declared


def score_of(criteria: law.CriteriaSet, options: dict[str, int], declared) -> law.Score:
    """Score a sheet's answers; option 0 is "none of these"."""
    return law.score(
        criteria,
        {code: option or None for code, option in options.items()},
        knock_outs=[key for key in declared if key.startswith("knock_out:")],
        gates=[key for key in declared if key.startswith("gate:")],
    )


def sheet_score(sheet: Sheet) -> law.Score:
    """What a sheet is worth now, worked out from its options."""
    return score_of(sheet.candidate.pinned_set.criteria, *answers(sheet))


def kept_marks(sheet: Sheet) -> dict[str, tuple[int, int]]:
    """Criterion → (option, version) as the sheet stands."""
    rows = sheet.marks.values_list("criterion", "option", "version")
    return {code: (option, version) for code, option, version in rows}


def _all_of(sheet: Sheet, client_id: str):
    """Marks with their versions, declared rules, and the version that `client_id` made before.

    In one query: saving a mark has six in all.
    """
    rows = sheet.marks.values_list("criterion", "option", "version").union(
        sheet.declarations.values_list("rule", Value(-1), Value(0)),
        sheet.mark_events.exclude(client_id="")
        .filter(client_id=client_id)
        .order_by()
        .values_list("criterion", Value(-2), "version"),
    )
    marks, declared, replayed = {}, [], None
    for code, option, version in rows:
        if option == -1:
            declared.append(code)
        elif option == -2:
            replayed = version
        else:
            marks[code] = (option, version)
    return marks, declared, replayed


@transaction.atomic
def save_mark(
    *,
    sheet_id: int,
    criterion: str,
    option: int,
    user,
    base: int | None = None,
    client_id: str = "",
) -> Saved:
    """Keep one choice (0 = "none of these") and return what is kept now.

    The points come from the frozen set, not from the sender. `base` is the version of the mark
    that the sender had seen (0: none); where the sheet holds another choice of a later version,
    `MarkConflict` is raised and nothing is written. None asks no such question. `client_id` names
    this one choice: sent again it changes nothing, whatever came after it, and `version` is then
    the one that it made. So does sending the choice that is kept already.

    Raises `SheetRefused`, `law.LawError` (unknown criterion or option), and `Sheet.DoesNotExist`
    for a sheet that is not the person's own.
    """
    sheet = _locked(sheet_id, user)
    reason = why_not_markable(sheet)
    if reason:
        raise SheetRefused(reason)
    criteria = sheet.candidate.pinned_set.criteria
    marks, declared, replayed = _all_of(sheet, client_id)
    before, version = marks.get(criterion, (None, 0))
    options = {code: row[0] for code, row in marks.items()}
    if replayed is not None or before == option:
        score = score_of(criteria, options, declared)
        return Saved(criterion, before, replayed or version, score, marks)
    # Worked out before anything is compared or written: it refuses what is not printed.
    score = score_of(criteria, options | {criterion: option}, declared)
    if base is not None and base != version:
        unchanged = score_of(criteria, options, declared)
        raise MarkConflict(Saved(criterion, before, version, unchanged, marks), option)
    chosen = criteria.criterion(criterion).option(option) if option else None
    now = timezone.now()
    Mark.objects.bulk_create(
        [
            Mark(
                sheet=sheet,
                criterion=criterion,
                option=option,
                points=chosen.points if chosen else 0,
                version=version + 1,
                at=now,
            )
        ],
        update_conflicts=True,
        unique_fields=["sheet", "criterion"],
        update_fields=["option", "points", "version", "at"],
    )
    MarkEvent.objects.create(
        sheet=sheet,
        criterion=criterion,
        option=option,
        previous=before,
        client_id=client_id,
        version=version + 1,
        at=now,
    )
    marks[criterion] = (option, version + 1)
    return Saved(criterion, option, version + 1, score, marks)


@transaction.atomic
def save_note(*, sheet_id: int, criterion: str, text: str, user, seen: str | None = None) -> str:
    """Keep the member's note on a criterion and return it; an empty one is taken away.

    `seen`: the note that the sender had before them. Where another device has written something
    else since, both texts are kept, the older first. Raises like `save_mark`.
    """
    sheet = _locked(sheet_id, user)
    reason = why_not_markable(sheet)
    if reason:
        raise SheetRefused(reason)
    criteria = sheet.candidate.pinned_set.criteria
    if criteria.criterion(criterion).children:
        raise law.LawError(filled(_("Tiêu chí %s không có ghi chú."), criterion))
    text = normalise(text.replace("\r\n", "\n"))
    if len(text) > NOTE_MAX:
        raise law.LawError(filled(_("Ghi chú dài quá %d ký tự."), NOTE_MAX))
    kept = sheet.notes.filter(criterion=criterion).values_list("text", flat=True).first() or ""
    if text == kept:
        return kept
    if seen is not None and kept and normalise(seen.replace("\r\n", "\n")) != kept:
        if text in kept:
            return kept
        text = f"{kept}\n{text}"
    if text:
        MarkNote.objects.bulk_create(
            [MarkNote(sheet=sheet, criterion=criterion, text=text)],
            update_conflicts=True,
            unique_fields=["sheet", "criterion"],
            update_fields=["text", "at"],
        )
    else:
        sheet.notes.filter(criterion=criterion).delete()
    return text


@transaction.atomic
def declare(*, sheet_id: int, rule: str, reason: str, user) -> law.Score:
    """Declare a knock-out or a gate on one's sheet, with a reason; raises like `save_mark`."""
    sheet = _locked(sheet_id, user)
    refusal = why_not_markable(sheet)
    if refusal:
        raise SheetRefused(refusal)
    reason = reason.replace("\x00", "").strip()  # which PostgreSQL does not store
    if not reason:
        raise SheetRefused(_("Cần ghi lý do."))
    options, declared = answers(sheet)
    score = score_of(sheet.candidate.pinned_set.criteria, options, {*declared, rule})
    Declaration.objects.update_or_create(
        sheet=sheet, rule=rule, defaults={"reason": reason[:500], "at": timezone.now()}
    )
    return score


@transaction.atomic
def retract(*, sheet_id: int, rule: str, user) -> law.Score:
    """Take back a declared knock-out or gate; marks behind a gate count again."""
    sheet = _locked(sheet_id, user)
    refusal = why_not_markable(sheet)
    if refusal:
        raise SheetRefused(refusal)
    sheet.declarations.filter(rule=rule).delete()
    return score_of(sheet.candidate.pinned_set.criteria, *answers(sheet))


@transaction.atomic
def submit_sheet(*, sheet_id: int, user) -> Sheet:
    """Hand the sheet in; from then on it is read-only. Handing it in twice is no error.

    Raises `SheetIncomplete` with the criteria that still miss, or `SheetRefused`.
    """
    sheet = _locked(sheet_id, user)
    if sheet.state == Sheet.State.SUBMITTED:
        return sheet
    reason = why_not_markable(sheet)
    if reason:
        raise SheetRefused(reason)
    score = sheet_score(sheet)
    if not score.complete:
        raise SheetIncomplete(score.missing)
    sheet.state, sheet.submitted_at = Sheet.State.SUBMITTED, timezone.now()
    sheet.save(update_fields=["state", "submitted_at"])
    return sheet


@transaction.atomic
def reopen_sheet(*, sheet: Sheet, by, reason: str) -> Sheet:
    """Give the member a new version of a submitted or lapsed sheet; the old one stays readable.

    The caller has checked that `by` is chair or secretary. Raises `SheetRefused` once the round is
    closed, or without a reason.
    """
    reason = reason.strip()
    if not reason:
        raise SheetRefused(_("Cần ghi lý do mở lại phiếu."))
    round_ = Round.objects.select_for_update().get(candidates=sheet.candidate_id)
    old = Sheet.objects.select_for_update().get(pk=sheet.pk)
    if not round_.takes_marks:
        raise SheetRefused(_("Đợt đánh giá đã chốt: không mở lại phiếu được."))
    if not seating_of(round_).takes_part(old.candidate_id, old.seat):
        raise SheetRefused(_("Người khác đang ở vị trí này nên không mở lại phiếu được."))
    if old.state == Sheet.State.SUPERSEDED:
        newest = current_sheets().get(candidate=old.candidate_id, seat=old.seat_id)
        if newest.state != Sheet.State.DRAFT:
            raise SheetRefused(_("Phiếu này đã có bản mới hơn. Cần sửa thì mở lại bản mới nhất."))
        # Somebody has just reopened it: the newer version is the answer to both.
        return newest
    if old.state == Sheet.State.DRAFT:
        return old
    old.state, old.reopened_by, old.reopened_reason = Sheet.State.SUPERSEDED, by, reason[:500]
    old.save(update_fields=["state", "reopened_by", "reopened_reason"])
    new = Sheet.objects.create(
        candidate_id=old.candidate_id, seat_id=old.seat_id, version=old.version + 1
    )
    Mark.objects.bulk_create(
        Mark(sheet=new, criterion=m.criterion, option=m.option, points=m.points, at=m.at)
        for m in old.marks.all()
    )
    MarkNote.objects.bulk_create(
        MarkNote(sheet=new, criterion=n.criterion, text=n.text, at=n.at) for n in old.notes.all()
    )
    Declaration.objects.bulk_create(
        Declaration(sheet=new, rule=d.rule, reason=d.reason, at=d.at)
        for d in old.declarations.all()
    )
    return new
