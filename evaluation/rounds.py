"""A round from its draft to its publication. Every act is one function in one transaction."""

from django.db import transaction
from django.db.models import Exists, OuterRef, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ocop_portal import law
from ocop_portal.lawbook import versions
from ocop_portal.page_language import filled
from ocop_portal.refusals import ActRefused
from products import cycle as entry_cycle
from products import dossier, self_assessment
from products.models import Entry

from . import outcomes, publication
from .models import (
    Candidate,
    CheckAnswer,
    Conflict,
    MarkFinding,
    PinnedSet,
    Result,
    Round,
    RoundEvent,
    Seat,
    Sheet,
)
from .papers.record import freeze
from .scope import current_sheets, seats_of, sheets_owed
from .seating import sheet_takes_part
from .tally import Said, proposal, round_tally

S = Round.State


class RoundRefused(ActRefused):
    """An act that the round does not allow."""


def of(product, why):
    """A reason that one of several products stands in the way."""
    return filled("%(product)s: %(why)s", {"product": product, "why": why})


def _lock(round_: Round) -> Round:
    return (
        Round.objects.select_for_update(of=("self",))
        .select_related("council", "cycle")
        .get(pk=round_.pk)
    )


def _tell(round_: Round, action: str, by, reason: str = "", **data) -> None:
    RoundEvent.objects.create(round=round_, action=action, by=by, reason=reason, data=data)


def _move(entry: Entry, name: str, by, reason: str = "") -> Entry:
    """Move an entry of the round; what the cycle refuses, the round refuses."""
    try:
        return entry_cycle.move(entry=entry, name=name, by=by, reason=reason)
    except entry_cycle.Refused as refused:
        raise RoundRefused(*(of(entry.product, why) for why in refused.reasons)) from refused


def _move_entry(candidate: Candidate, name: str, by, reason: str = "") -> None:
    """Move a candidate's entry, unless a lower level sent it: its entry stays where that level has it."""
    if candidate.referral_id is None:
        _move(candidate.entry, name, by, reason)


def _require(round_: Round, *states: str) -> None:
    if round_.state not in states:
        raise RoundRefused(filled(_("Đợt đánh giá %s."), S(round_.state).label))


@transaction.atomic
def add_candidate(*, round_: Round, entry: Entry, by) -> Candidate:
    """Put a product before a round in preparation; adding it again gives the same row."""
    round_ = _lock(round_)
    _require(round_, S.DRAFT)
    found = round_.candidates.filter(entry=entry, removed_at__isnull=True).first()
    if found:
        return found
    entry = Entry.objects.select_related("cycle", "product").get(pk=entry.pk)
    if entry.cycle_id != round_.cycle_id:
        raise RoundRefused(_("Sản phẩm thuộc chu trình khác."))
    if entry.state != Entry.State.READY:
        raise RoundRefused(
            filled(
                _("%(product)s: %(state)s – chưa đưa vào đợt được."),
                {"product": entry.product, "state": Entry.State(entry.state).label},
            )
        )
    number = (
        round_.candidates.order_by("-number").values_list("number", flat=True).first() or 0
    ) + 1
    candidate = Candidate.objects.create(round=round_, entry=entry, number=number)
    _tell(round_, "candidate.added", by, product=str(entry.product), candidate=candidate.pk)
    return candidate


@transaction.atomic
def remove_candidate(*, candidate: Candidate, by, reason: str) -> Candidate:
    """Take a product out of a round that is not yet closed, with a reason; its sheets no longer count."""
    reason = reason.strip()
    if not reason:
        raise RoundRefused(_("Cần ghi lý do."))
    round_ = _lock(candidate.round)
    _require(round_, S.DRAFT, S.OPEN, S.TALLYING)
    candidate = Candidate.objects.select_related("entry__product").get(pk=candidate.pk)
    if candidate.removed_at is None:
        candidate.removed_at, candidate.removed_reason = timezone.now(), reason[:500]
        candidate.save(update_fields=["removed_at", "removed_reason"])
        list(candidate.sheets.select_for_update().order_by("pk").values_list("pk"))
        candidate.sheets.filter(state=Sheet.State.DRAFT).update(state=Sheet.State.LAPSED)
        if round_.state != S.DRAFT:
            _move_entry(candidate, "leave_evaluation", by, reason)
        _tell(round_, "candidate.removed", by, reason, candidate=candidate.pk)
    return candidate


def why_no_level(round_: Round) -> str:
    """Why the round's level does not evaluate on the day of the meeting; empty when it does."""
    periods = [level for level in round_.law.levels if level.code == round_.level]
    if any(level.valid_on(round_.meets_on) for level in periods):
        return ""
    words = {"law": round_.law.number, "day": round_.meets_on.strftime("%d/%m/%Y")}
    if not periods:
        return filled(_("%(law)s không có cấp đánh giá này."), words)
    words["level"] = periods[0].name
    ends = [level.valid_until for level in periods if level.valid_until]
    if not ends or max(ends) > round_.meets_on:
        return filled(_("Theo %(law)s, %(level)s chưa đánh giá vào ngày họp %(day)s."), words)
    last = max(ends)
    words["last"] = last.strftime("%d/%m/%Y")
    by = next((a.number for a in round_.law.amended_by if (a.dated - last).days == 1), "")
    if not by:
        return filled(
            _("Theo %(law)s, %(level)s chỉ đánh giá đến hết %(last)s; đợt này họp %(day)s."),
            words,
        )
    return filled(
        _(
            "Theo %(law)s (%(by)s sửa đổi), %(level)s chỉ đánh giá đến hết %(last)s; "
            "đợt này họp %(day)s."
        ),
        (words | {"by": by}),
    )


def why_not_open(round_: Round, candidates: list[Candidate] | None = None) -> list[str]:
    """What a round in preparation still lacks before members may score.

    `candidates`: those before the round with entry, cycle, product and producer, where they were
    read before.
    """
    reasons = [why] if (why := why_no_level(round_)) else []
    seats = list(round_.council.seats.filter(left_on__isnull=True))
    if not any(seat.position == Seat.Position.CHAIR and seat.scores for seat in seats):
        reasons.append(_("Hội đồng chưa có chủ tịch chấm điểm."))
    if not any(seat.position == Seat.Position.SECRETARY for seat in seats):
        reasons.append(_("Hội đồng chưa có thư ký."))
    if candidates is None:
        candidates = list(
            round_.candidates.filter(removed_at__isnull=True).select_related(
                "entry__cycle", "entry__product__producer"
            )
        )
    prefetch_related_objects(candidates, dossier.with_papers("entry"))
    if not candidates:
        reasons.append(_("Chưa đưa sản phẩm nào vào đợt."))
    if round_.scoring_due <= timezone.now():
        reasons.append(_("Hạn gửi phiếu đã qua."))
    for candidate in candidates:
        if candidate.referral_id:  # what the lower level had frozen is what is scored
            continue
        entry = candidate.entry
        if entry.state != Entry.State.READY:
            reasons.append(of(entry.product, filled("%s.", Entry.State(entry.state).label)))
            continue
        transition = entry_cycle.BY_NAME["open_evaluation"]
        reasons += [of(entry.product, why) for why in entry_cycle.why_not(entry, transition)]
    return reasons


@transaction.atomic
def open_round(*, round_: Round, by) -> Round:
    """Freeze dossiers and criteria, copy the council's rules, and let members score.

    Opening an open round changes nothing. Raises `RoundRefused` with all that is missing.
    """
    round_ = _lock(round_)
    if round_.is_open:
        return round_
    _require(round_, S.DRAFT)
    reasons = why_not_open(round_)
    if reasons:
        raise RoundRefused(*reasons)
    council = round_.council
    round_.quorum_numerator = council.quorum_numerator
    round_.quorum_denominator = council.quorum_denominator
    round_.spread_limit = council.spread_limit
    round_.members_see_support = council.members_see_support
    candidates = round_.candidates.filter(removed_at__isnull=True, referral__isnull=True)
    for candidate in candidates.select_related("entry__product").order_by("entry"):
        # The move locks the entry: from here on nobody changes its set or its papers.
        entry = _move(candidate.entry, "open_evaluation", by)
        candidate.pinned_set = pin(versions.current_set(round_.decision, entry.set_number))
        candidate.dossier = dossier.handed_in(entry)
        candidate.self_assessment = self_assessment.frozen(entry)
        candidate.save(update_fields=["pinned_set", "dossier", "self_assessment"])
    round_.state, round_.opened_at = S.OPEN, timezone.now()
    round_.save()
    _tell(round_, "opened", by)
    return round_


def pin(criteria: law.CriteriaSet) -> PinnedSet:
    """Keep a criteria set as it stands, once for each content."""
    return PinnedSet.objects.get_or_create(
        digest=criteria.digest,
        defaults={
            "decision": criteria.decision,
            "number": criteria.number,
            "name": criteria.name,
            "content": criteria.to_dict(),
        },
    )[0]


@transaction.atomic
def extend_scoring(*, round_: Round, due, by, reason: str) -> Round:
    """Move the due time of an open round, with a reason."""
    round_ = _lock(round_)
    _require(round_, S.OPEN)
    if due <= timezone.now():
        raise RoundRefused(_("Hạn mới phải ở phía trước."))
    before, round_.scoring_due = round_.scoring_due, due
    round_.save()
    _tell(round_, "extended", by, reason, before=before.isoformat(), due=due.isoformat())
    return round_


@transaction.atomic
def declare_conflict(*, candidate: Candidate, user, kind: str, note: str) -> Conflict:
    """A member steps back from one product: their sheet for it no longer counts, whatever it holds.

    One of the support team steps back alike: no check, no dossier, no proposal of theirs is left.

    Declaring it again gives the same row. Raises `RoundRefused` once the round is closed.
    """
    round_ = _lock(candidate.round)
    _require(round_, S.DRAFT, S.OPEN, S.TALLYING)
    seat = seats_of(user).filter(council=round_.council_id).first()
    if seat is None or not seat.may_declare_conflict:
        raise RoundRefused(_("Anh/chị không chấm điểm hay kiểm tra hồ sơ trong hội đồng này."))
    conflict, created = Conflict.objects.get_or_create(
        candidate=candidate, seat=seat, defaults={"kind": kind, "note": note}
    )
    if created:
        _tell(round_, "conflict.declared", user, candidate=candidate.pk)
    return conflict


@transaction.atomic
def end_scoring(*, round_: Round, by) -> Round:
    """Stop scoring and let chair and secretary see the tally. Sheets not handed in lapse.

    A member who never started a sheet gets an empty lapsed one, so that every sheet that is owed
    can be reopened with a reason: without this, a round ended too early, the chair's sheet still
    missing, could only be cancelled. Ending it twice changes nothing.
    """
    round_ = _lock(round_)
    if round_.state == S.TALLYING:
        return round_
    _require(round_, S.OPEN)
    _lock_sheets(round_)
    lapsed = Sheet.objects.filter(candidate__round=round_, state=Sheet.State.DRAFT).update(
        state=Sheet.State.LAPSED
    )
    lapse_unstarted(round_)
    round_.state = S.TALLYING
    round_.save()
    _tell(round_, "scoring.ended", by, lapsed=lapsed)
    return round_


def lapse_unstarted(round_: Round) -> None:
    """Give every member who owes a sheet and never began it an empty lapsed one, to be reopened."""
    started = set(
        current_sheets().filter(candidate__round=round_).values_list("candidate_id", "seat_id")
    )
    Sheet.objects.bulk_create(
        Sheet(candidate_id=seat.candidate_id, seat=seat, state=Sheet.State.LAPSED)
        for seat in sheets_owed([round_.pk])
        if (seat.candidate_id, seat.pk) not in started
    )


def _lock_sheets(round_: Round) -> None:
    """Wait for marks and submissions that are under way, in one order to avoid deadlocks."""
    list(
        Sheet.objects.select_for_update()
        .filter(candidate__round=round_)
        .order_by("pk")
        .values_list("pk")
    )


@transaction.atomic
def settle(*, candidate: Candidate, by, spread_note: str = "", finding: str = "", reason: str = ""):
    """Record what the council said of a wide spread, or found on a proposed knock-out."""
    round_ = _lock(candidate.round)
    _require(round_, S.TALLYING)
    candidate = Candidate.objects.select_for_update().get(pk=candidate.pk)
    if finding and not reason.strip():
        raise RoundRefused(_("Cần ghi lý do của kết luận."))
    if spread_note.strip():
        candidate.spread_note = spread_note.strip()
    if finding:
        candidate.knock_out_finding, candidate.knock_out_reason = finding, reason.strip()
    candidate.save()
    _tell(
        round_,
        "candidate.settled",
        by,
        reason or spread_note,
        candidate=candidate.pk,
        finding=finding,
    )
    return candidate


@transaction.atomic
def find_mark(
    *,
    candidate: Candidate,
    star: int,
    criterion: str,
    word: str,
    reason: str,
    by,
    seen: int | None = None,
) -> MarkFinding:
    """Record what the council itself found of a doubtful star mark; the last finding stands.

    `word`: of `MarkFinding.Word`, "mean" takes the finding before back. `seen`: the key of the
    newest finding that the page showed, 0 for none; when another leader was quicker,
    `RoundRefused` says what they found. The same finding again changes nothing. `RoundRefused` also
    without a reason, for a mark that the set does not print, and for one that leaves no doubt.
    """
    round_ = _lock(candidate.round)
    _require(round_, S.TALLYING)
    candidate = Candidate.objects.select_for_update(of=("self",)).get(pk=candidate.pk)
    reason = reason.strip()
    marks = [
        mark
        for row in round_tally(round_)
        if row.candidate.pk == candidate.pk
        for mark in row.marks
    ]
    mark = next((mark for mark in marks if mark.key == (star, criterion)), None)
    if mark is None:
        raise RoundRefused(_("Bộ tiêu chí không in yêu cầu tối thiểu này."))
    if word not in MarkFinding.Word.values:
        raise RoundRefused(_("Cần chọn kết luận của hội đồng."))
    if not reason:
        raise RoundRefused(_("Cần ghi lý do của kết luận."))
    if mark.said and (mark.said.word, mark.said.text) == (word, reason):
        return MarkFinding.objects.get(pk=mark.said.pk)
    if not mark.may_be_settled:
        raise RoundRefused(
            filled(
                _("Các phiếu đều như nhau ở tiêu chí %s, không có gì để hội đồng kết luận."),
                criterion,
            )
        )
    _refuse_stale(mark.said, MarkFinding, seen)
    found = MarkFinding.objects.create(
        candidate=candidate, star=star, criterion=criterion, word=word, reason=reason, by=by
    )
    _tell(
        round_,
        "mark.found",
        by,
        reason,
        candidate=candidate.pk,
        star=star,
        criterion=criterion,
        word=word,
    )
    return found


@transaction.atomic
def answer_checks(
    *, candidate: Candidate, answers: dict[str, tuple[str, str]], by, seen: int | None = None
) -> list[CheckAnswer]:
    """Record the council's answers to questions of the Decision; the last answer to each stands.

    `answers`: code of the question → word (of `CheckAnswer.Word`, "open" takes the answer before
    back) and the page of the signed text that was read. `seen` as in `find_mark`. Answers that
    stand already change nothing; returns the new ones. `RoundRefused` for a question that is not
    asked of this product, and for an answer that names no page; then nothing is written.
    """
    round_ = _lock(candidate.round)
    _require(round_, S.TALLYING)
    candidate = (
        Candidate.objects.select_for_update(of=("self",))
        .select_related("pinned_set")
        .get(pk=candidate.pk)
    )
    is_service = candidate.pinned_set.criteria.is_service
    asked = {
        check.code: check for check in round_.law.checks_on(round_.meets_on, is_service=is_service)
    }
    standing = {row.question: row for row in candidate.check_answers.select_related("by")}
    made = []
    for code, (word, note) in answers.items():
        check, last, note = asked.get(code), standing.get(code), note.strip()
        if check is None:
            raise RoundRefused(_("Quyết định không hỏi điều này với sản phẩm này."))
        if word != CheckAnswer.Word.OPEN and not note:
            raise RoundRefused(_("Cần ghi trang, mục của văn bản ký đã đối chiếu."))
        before = (last.word, last.note) if last else (CheckAnswer.Word.OPEN, "")
        if before == (word, note):
            continue
        _refuse_stale(Said.of(last) if last else None, CheckAnswer, seen)
        made.append(
            CheckAnswer.objects.create(
                candidate=candidate, question=code, word=word, note=note, by=by
            )
        )
        _tell(
            round_,
            "check.answered",
            by,
            note,
            candidate=candidate.pk,
            star=check.star,
            source=check.source,
            word=word,
        )
    return made


def _refuse_stale(said: Said | None, model, seen: int | None) -> None:
    """Refuse a word of the council that was written over one which the page did not show."""
    if seen is None or said is None or said.pk <= seen:
        return
    raise RoundRefused(
        filled(
            _("%(who)s đã ghi “%(word)s” lúc %(when)s (%(text)s). Hãy xem lại trước khi ghi khác."),
            {
                "who": said.by,
                "word": model.Word(said.word).label,
                "when": timezone.localtime(said.at).strftime("%H:%M %d/%m/%Y"),
                "text": said.text,
            },
        )
    )


@transaction.atomic
def close_round(*, round_: Round, by) -> Round:
    """Write every result and shut the round for good. Closing a closed round changes nothing.

    Raises `RoundRefused` with every product that still stands in the way; then nothing is written.
    """
    round_ = _lock(round_)
    if round_.is_settled:
        return round_
    _require(round_, S.TALLYING)
    _lock_sheets(round_)
    rows = round_tally(round_)
    conflict = Conflict.objects.filter(candidate=OuterRef("candidate"), seat=OuterRef("seat"))
    drafts = Sheet.objects.filter(candidate__round=round_, state=Sheet.State.DRAFT)
    # A sheet that cannot count any more is not waited for: its member could not hand it in.
    open_again = drafts.filter(
        sheet_takes_part(),
        ~Exists(conflict),
        candidate__removed_at__isnull=True,
        seat__left_on__isnull=True,
        seat__scores=True,
    ).count()
    problems = [problem for row in rows for problem in row.problems]
    if open_again:
        problems.append(filled(_("Còn %d phiếu mở lại chưa gửi."), open_again))
    if problems:
        raise RoundRefused(*problems)
    drafts.update(state=Sheet.State.LAPSED)
    for row in rows:
        _write_result(round_, row)
        _move_entry(row.candidate, "record_result", by)
    round_.state, round_.closed_at, round_.closed_by = S.CLOSED, timezone.now(), by
    round_.save()
    _tell(round_, "closed", by, results=len(rows))
    freeze(round_)
    return round_


def _write_result(round_: Round, row) -> Result:
    code, words = proposal(round_, row.tally)
    return Result.objects.create(
        candidate=row.candidate,
        sheets=row.tally.count,
        mean_numerator=row.tally.mean.numerator,
        mean_denominator=row.tally.mean.denominator,
        part_points={part: _exact(mean) for part, mean in row.tally.part_means.items()},
        band=row.tally.band,
        stars=row.tally.stars,
        spread=row.tally.spread,
        knocked_out=row.tally.knocked_out,
        proposal=code,
        proposal_text=words,
        basis=[
            {
                "sheet": scored.sheet.pk,
                "seat": scored.seat.pk,
                "version": scored.sheet.version,
                "total": scored.score.total,
                "points": scored.score.points,
                "knock_outs": list(scored.score.knock_outs),
                "gates": list(scored.score.gates),
            }
            for scored in row.sheets
        ],
        mark_findings=[
            {"star": mark.state.star, "criterion": mark.state.code, **mark.said.to_dict()}
            for mark in row.marks
            if mark.said
        ],
        check_answers=[
            {
                "question": question.code,
                "star": question.star,
                "asked": question.text,
                "source": question.source,
                **question.said.to_dict(),
            }
            for question in row.questions
            if question.said
        ],
    )


def _exact(mean) -> str:
    return f"{mean.numerator}/{mean.denominator}"


@transaction.atomic
def publish_round(*, round_: Round, by) -> Round:
    """Let the public see the results of a closed round; a separate act from closing it."""
    round_ = _lock(round_)
    if round_.state == S.PUBLISHED:
        return round_
    _require(round_, S.CLOSED)
    round_.state, round_.published_at, round_.published_by = S.PUBLISHED, timezone.now(), by
    round_.save()
    for result in Result.objects.filter(candidate__round=round_).select_related(
        "candidate__entry__product", "candidate__entry__cycle", "candidate__pinned_set"
    ):
        publication.publish_result(round_, result)
    outcomes.receive_outcomes(round_, by=by)
    _tell(round_, "published", by)
    return round_


@transaction.atomic
def cancel_round(*, round_: Round, by, reason: str) -> Round:
    """Give up a round that is not yet closed; its products wait for another."""
    reason = reason.strip()
    if not reason:
        raise RoundRefused(_("Cần ghi lý do."))
    round_ = _lock(round_)
    if round_.state == S.CANCELLED:
        return round_
    _require(round_, S.DRAFT, S.OPEN, S.TALLYING)
    _lock_sheets(round_)
    Sheet.objects.filter(candidate__round=round_, state=Sheet.State.DRAFT).update(
        state=Sheet.State.LAPSED
    )
    if round_.state != S.DRAFT:
        for candidate in round_.candidates.filter(removed_at__isnull=True).select_related(
            "entry__product"
        ):
            _move_entry(candidate, "leave_evaluation", by, reason)
    round_.state = S.CANCELLED
    round_.save()
    _tell(round_, "cancelled", by, reason)
    return round_
