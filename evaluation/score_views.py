"""The member's pages: own sheets, one mark after the other, handing in, stepping back.

A member's marks are read here only through their own sheets (`own_sheets`). No browser keeps a page
with marks: a tablet goes from hand to hand, and "back" must not show what the last member chose.
"""

import re

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ocop_portal import law
from ocop_portal.languages import only_vietnamese
from ocop_portal.page_language import filled
from ocop_portal.pages import REFUSED

from . import sheets as acts
from .evidence import evidence_of, kinds_for
from .forms import ConflictForm
from .models import Candidate, PinnedSet, Sheet
from .offline import keep_offline
from .pages import crumbs, find_round, form_act, number, set_warnings
from .rounds import declare_conflict
from .rules import seat_in
from .scope import candidates_to_score, own_sheets, rounds_for
from .sheet_table import off_reasons, other_case, sheet_parts, with_notes
from .sheets import MarkConflict, SheetIncomplete, SheetRefused
from .stars import stars_fragment
from .told import option_words

GRACE_MINUTES = int(acts.GRACE.total_seconds() // 60)


# --- What a member has to do ------------------------------------------------------------------


@only_vietnamese
@never_cache
def my_sheets(request, pk: int):
    """The products that this member scores in the round, with the state of the own sheets."""
    found = find_round(request, pk)
    seat = seat_in(request.user, found.council_id)
    if seat is None or not seat.scores:
        raise PermissionDenied
    current = (
        own_sheets(request.user)
        .exclude(state=Sheet.State.SUPERSEDED)
        .prefetch_related("marks", "declarations")
    )
    candidates = (
        candidates_to_score(request.user)
        .filter(round=found)
        .select_related("entry__product__producer__unit", "pinned_set")
        .defer("pinned_set__content")
        .prefetch_related(Prefetch("sheets", queryset=current, to_attr="own"))
    )
    rows = [_progress_row(candidate) for candidate in candidates]
    response = render(
        request,
        "evaluation/my_sheets.html",
        {
            "round": found,
            "rows": rows,
            "owed": sum(1 for row in rows if row["state"] != Sheet.State.SUBMITTED),
            "grace": GRACE_MINUTES,
            "in_place_of": seat.substitutes_for.user if seat.substitutes_for_id and rows else "",
            "breadcrumbs": crumbs((found, found.get_absolute_url()), (_("Phiếu của tôi"), "")),
        },
    )
    return keep_offline(response, request.user)


def _progress_row(candidate: Candidate) -> dict:
    sheet = candidate.own[0] if candidate.own else None
    row = {"candidate": candidate, "sheet": sheet, "state": sheet.state if sheet else ""}
    if sheet:
        criteria = candidate.pinned_set.criteria
        score = acts.score_of(
            criteria,
            {mark.criterion: mark.option for mark in sheet.marks.all()},
            [declaration.rule for declaration in sheet.declarations.all()],
        )
        row["all"] = len(criteria.leaves) - len(score.not_applicable)
        row["done"] = row["all"] - len(score.missing)
        row["total"] = score.total
    return row


def _own_candidate(request, pk: int) -> Candidate:
    """A product that this member scores; 404 for all others, those with a conflict included."""
    return get_object_or_404(
        candidates_to_score(request.user)
        .select_related(
            "round__council__unit",
            "round__cycle",
            "entry__product__producer__unit",
            "entry__cycle",
            "pinned_set",
        )
        .defer("pinned_set__content"),
        pk=pk,
    )


def _own_sheet(request, pk: int) -> Sheet:
    """One of the member's own sheets, for a product that they still score."""
    found = get_object_or_404(own_sheets(request.user).select_related("seat"), pk=pk)
    found.candidate = _own_candidate(request, found.candidate_id)
    return found


@only_vietnamese
@never_cache
def sheet(request, pk: int):
    """The member's own sheet for one product. Before the first mark: the question of conflict."""
    candidate = _own_candidate(request, pk)
    current = (
        own_sheets(request.user)
        .filter(candidate=candidate)
        .exclude(state=Sheet.State.SUPERSEDED)
        .select_related("seat")
        .first()
    )
    if request.method == "POST":
        try:
            acts.start_sheet(candidate=candidate, user=request.user)
        except SheetRefused as refused:
            return _start_page(request, candidate, refused=str(refused))
        return redirect("evaluation:sheet", pk)
    if current is None:
        return _start_page(request, candidate)
    current.candidate = candidate
    if current.state != Sheet.State.DRAFT:
        return redirect("evaluation:sheet_view", current.pk)
    return sheet_page(request, current)


def _start_page(request, candidate: Candidate, *, refused: str = "", form=None):
    return render(
        request,
        "evaluation/sheet_start.html",
        {
            "candidate": candidate,
            "round": candidate.round,
            "evidence": evidence_of(candidate),
            "refused": refused,
            "closed": "" if candidate.round.is_open else _("Đợt đánh giá đã dừng chấm điểm."),
            "conflict_form": form or ConflictForm(),
            "grace": GRACE_MINUTES,
            "breadcrumbs": _sheet_crumbs(candidate),
        },
        status=REFUSED if refused or form else 200,
    )


def _sheet_crumbs(candidate: Candidate) -> list[dict]:
    return crumbs(
        (candidate.round, candidate.round.get_absolute_url()),
        (_("Phiếu của tôi"), reverse("evaluation:my_sheets", args=[candidate.round_id])),
        (candidate.entry.product, ""),
    )


def notes_of(found: Sheet) -> dict[str, str]:
    """Criterion → what the member noted on it."""
    return dict(found.notes.values_list("criterion", "text"))


def _earlier_versions(found: Sheet) -> list[Sheet]:
    """The versions that this sheet replaced: a phone may hold choices that never reached them."""
    if found.version == 1:
        return []
    versions = Sheet.objects.filter(candidate=found.candidate_id, seat=found.seat_id)
    return list(versions.filter(version__lt=found.version).order_by("version"))


def sheet_page(request, found: Sheet, *, refused: str = "", status: int = 200, at: str = ""):
    """The sheet to be filled in. `at`: a rule whose declaration was refused; `refused`: why."""
    candidate = found.candidate
    criteria = candidate.pinned_set.criteria
    kept = acts.kept_marks(found)
    options = {code: option for code, (option, _version) in kept.items()}
    declarations = {row.rule: row.reason for row in found.declarations.all()}
    score = acts.score_of(criteria, options, declarations)
    locked = acts.why_not_markable(found)
    earlier = _earlier_versions(found)
    response = render(
        request,
        "evaluation/sheet.html",
        {
            "sheet": found,
            "earlier": [row.pk for row in earlier],
            "reopened_reason": earlier[-1].reopened_reason if earlier else "",
            "candidate": candidate,
            "round": candidate.round,
            "criteria": criteria,
            "parts": with_notes(
                sheet_parts(
                    criteria,
                    score,
                    options,
                    declarations,
                    producer_points=candidate.told_by_producer,
                    ask_missing=request.GET.get("thieu") == "1",
                ),
                notes_of(found),
                {code: version for code, (_option, version) in kept.items()},
                kinds_for(candidate, criteria),
            ),
            "score": score,
            "evidence": evidence_of(candidate),
            "note_max": acts.NOTE_MAX,
            "other_case": other_case(closed=False),
            "at": str(_milliseconds()),
            "warnings": set_warnings([criteria]),
            "locked": locked,
            "refused": refused,
            "refused_at": at,
            "grace": GRACE_MINUTES,
            "breadcrumbs": _sheet_crumbs(candidate),
        },
        status=status,
    )
    return response if locked or status != 200 else keep_offline(response, request.user)


# --- Marks ------------------------------------------------------------------------------------


def _answer(kept: acts.Saved, status: int = 200, **more) -> JsonResponse:
    """What is kept now, as the page's script reads it. The set is still in memory: no query."""
    score = kept.score
    criteria = PinnedSet(digest=score.set_digest).criteria
    return JsonResponse(
        {
            "parts": score.parts,
            "total": score.total,
            "missing": list(score.missing),
            "not_applicable": list(score.not_applicable),
            "reasons": off_reasons(criteria, score),
            "gates": list(score.gates),
            "knock_outs": list(score.knock_outs),
            "stars": stars_fragment(criteria, score),
            "marks": kept.marks,
            **more,
        },
        status=status,
    )


def _refusal(text, status: int) -> JsonResponse:
    return JsonResponse({"message": str(text)}, status=status)


CLIENT_ID = re.compile(r"[0-9A-Za-z-]{0,40}")


@only_vietnamese
@require_POST
def mark(request, pk: int):
    """Keep one choice; JSON. Points are looked up here, whatever else was sent.

    A sender that names no version has seen none: it never overwrites. 409 with `conflict` where
    another device of the member chose otherwise, 409 with a message where nothing is taken.
    """
    criterion = request.POST.get("criterion", "")
    client_id = request.POST.get("id", "")
    try:
        option = int(request.POST.get("option", ""))
    except ValueError:
        return _refusal(_("Không có phương án này."), 422)
    if not CLIENT_ID.fullmatch(client_id):
        return _refusal(_("Không có phương án này."), 422)
    try:
        kept = acts.save_mark(
            sheet_id=pk,
            criterion=criterion,
            option=option,
            user=request.user,
            base=number(request.POST.get("base", "")) or 0,
            client_id=client_id,
        )
    except Sheet.DoesNotExist:
        raise Http404 from None
    except MarkConflict as conflict:
        told = {"criterion": criterion, "option": conflict.sent}
        return _answer(conflict.kept, 409, conflict=told, message=str(conflict))
    except SheetRefused as refused:
        return _refusal(refused, 409)
    except law.LawError as error:
        return _refusal(error, 422)
    saved = {"criterion": criterion, "option": option, "version": kept.version}
    return _answer(kept, saved=saved)


@only_vietnamese
@require_POST
def note(request, pk: int):
    """Keep the member's note on one criterion; JSON."""
    try:
        text = acts.save_note(
            sheet_id=pk,
            criterion=request.POST.get("criterion", ""),
            text=request.POST.get("text", ""),
            seen=request.POST.get("seen", ""),
            user=request.user,
        )
    except Sheet.DoesNotExist:
        raise Http404 from None
    except SheetRefused as refused:
        return _refusal(refused, 409)
    except law.LawError as error:
        return _refusal(error, 422)
    return JsonResponse({"text": text, "at": _milliseconds()})


def _milliseconds() -> int:
    """Now, as a page's script compares it: what it knows is older or newer than a page."""
    return int(timezone.now().timestamp() * 1000)


FIELD, SEEN, NOTE = "tc-", "v-", "gc-"


def _save_sent(request, found: Sheet) -> tuple[list[MarkConflict], list[str]]:
    """Keep what a part's form says otherwise than the page that it was filled in on.

    `v-<code>` holds what that page showed, as "version.option". A choice that was left as shown is
    none; one that another device has answered otherwise since comes back as a conflict. One that
    the set does not allow comes back as a reason, and takes none of the others with it.
    """
    conflicts, reasons = [], []
    for name, value in request.POST.items():
        seen = request.POST.get(f"seen-{name}", "")
        if name.startswith(NOTE) and value.split() != seen.split():
            acts.save_note(
                sheet_id=found.pk,
                criterion=name.removeprefix(NOTE),
                text=value,
                seen=seen,
                user=request.user,
            )
        if not name.startswith(FIELD):
            continue
        code, option = name.removeprefix(FIELD), number(value)
        if option is None:
            raise law.LawError(_("Không có phương án này."))
        version, _dot, shown = request.POST.get(SEEN + code, "").partition(".")
        if shown and number(shown) == option:
            continue
        try:
            acts.save_mark(
                sheet_id=found.pk,
                criterion=code,
                option=option,
                user=request.user,
                base=number(version) or 0,
            )
        except MarkConflict as conflict:
            conflicts.append(conflict)
        except law.LawError as error:
            reasons.append(str(error))
    return conflicts, reasons


def _conflict_page(request, found: Sheet, conflicts: list[MarkConflict], reasons: list[str]):
    """Both choices of each criterion, for the member to pick; what is kept stands until then."""
    criteria = found.candidate.pinned_set.criteria
    rows = [
        {
            "criterion": criteria.criterion(conflict.kept.criterion),
            "kept": option_words(criteria, conflict.kept.criterion, conflict.kept.option),
            "sent": option_words(criteria, conflict.kept.criterion, conflict.sent),
            "kept_option": conflict.kept.option,
            "sent_option": conflict.sent,
            "version": conflict.kept.version,
        }
        for conflict in conflicts
    ]
    return render(
        request,
        "evaluation/mark_conflicts.html",
        {
            "sheet": found,
            "candidate": found.candidate,
            "rows": rows,
            "reasons": reasons,
            "part": request.POST.get("part", ""),
            "breadcrumbs": _sheet_crumbs(found.candidate),
        },
        status=409,
    )


def _after_part(request, pk: int, act=lambda found: None, *, anchor: str = "", at: str = ""):
    """Save a part's choices, then do `act`; a refusal shows the sheet again with its reason."""
    found = _own_sheet(request, pk)
    reasons = []
    try:
        conflicts, reasons = _save_sent(request, found)
        if reasons and not conflicts:
            raise law.LawError(" ".join(dict.fromkeys(reasons)))
        act(found)
    except (SheetRefused, law.LawError) as refused:
        return sheet_page(
            request,
            _own_sheet(request, pk),
            refused=str(refused),
            at="" if reasons else at,
            status=409 if isinstance(refused, SheetRefused) and not at else REFUSED,
        )
    if conflicts:
        return _conflict_page(request, found, conflicts, reasons)
    return redirect(reverse("evaluation:sheet", args=[found.candidate_id]) + anchor)


@only_vietnamese
@never_cache
@require_POST
def marks(request, pk: int):
    """Keep a whole part at once: for a browser without scripts."""
    part = request.POST.get("part", "")
    anchor = f"#part-{part}" if part in {"A", "B", "C"} else ""
    response = _after_part(request, pk, anchor=anchor)
    if response.status_code == 302:
        messages.success(request, filled(_("Đã lưu phần %s."), part))
    return response


def _rule_anchor(rule: str) -> str:
    where = rule.partition(":")[2]
    return f"#tc-{where}" if where and where != "header" else ""


@only_vietnamese
@never_cache
@require_POST
def declare(request, pk: int):
    """Declare a knock-out or a gate, with the member's reason."""
    rule = request.POST.get("rule", "")
    return _after_part(
        request,
        pk,
        lambda found: acts.declare(
            sheet_id=found.pk,
            rule=rule,
            reason=request.POST.get(f"reason-{rule}", ""),
            user=request.user,
        ),
        anchor=_rule_anchor(rule),
        at=rule,
    )


@only_vietnamese
@never_cache
@require_POST
def retract(request, pk: int):
    """Take a declaration back."""
    rule = request.POST.get("rule", "")
    return _after_part(
        request,
        pk,
        lambda found: acts.retract(sheet_id=found.pk, rule=rule, user=request.user),
        anchor=_rule_anchor(rule),
        at=rule,
    )


@only_vietnamese
@never_cache
def submit(request, pk: int):
    """Show the sums and what is missing; on POST hand the sheet in."""
    found = _own_sheet(request, pk)
    missing, refused = (), ""
    if request.method == "POST":
        try:
            acts.submit_sheet(sheet_id=pk, user=request.user)
        except SheetIncomplete as incomplete:
            missing = incomplete.missing
        except SheetRefused as reason:
            refused = str(reason)
        else:
            messages.success(
                request, filled(_("Đã gửi phiếu của %s."), found.candidate.entry.product)
            )
            return redirect("evaluation:sheet_view", pk)
    elif found.state != Sheet.State.DRAFT:
        return redirect("evaluation:sheet_view", pk)
    criteria = found.candidate.pinned_set.criteria
    score = acts.sheet_score(found)
    return render(
        request,
        "evaluation/submit.html",
        {
            "sheet": found,
            "candidate": found.candidate,
            "round": found.candidate.round,
            "score": score,
            "sums": [(part, score.parts[part.code]) for part in criteria.parts],
            "missing": [criteria.criterion(code) for code in missing or score.missing],
            "declared": [
                {"rule": rule, "reason": reasons.get(rule.key, "")}
                for reasons in [{row.rule: row.reason for row in found.declarations.all()}]
                for rule in criteria.rules
                if rule.key in {*score.gates, *score.knock_outs}
            ],
            "refused": refused or acts.why_not_markable(found),
            "breadcrumbs": _sheet_crumbs(found.candidate),
        },
        status=REFUSED if missing or refused else 200,
    )


# --- Stepping back ----------------------------------------------------------------------------


@only_vietnamese
def conflict(request, pk: int):
    """Declare a conflict of interest; the product then disappears from this member's list."""
    candidate = get_object_or_404(
        Candidate.objects.filter(
            round__in=rounds_for(request.user), removed_at__isnull=True
        ).select_related(
            "round__council", "round__cycle", "entry__product__producer__unit", "pinned_set"
        ),
        pk=pk,
    )
    seat = seat_in(request.user, candidate.round.council_id)
    if seat is None or not seat.may_declare_conflict:
        raise PermissionDenied
    back = reverse(
        "evaluation:my_sheets" if seat.scores else "evaluation:round", args=[candidate.round_id]
    )
    form = ConflictForm(request.POST or None)
    return form_act(
        request,
        form,
        lambda: declare_conflict(candidate=candidate, user=request.user, **form.cleaned_data),
        done=filled(
            _("Đã ghi: anh/chị có liên quan đến %s nên không chấm sản phẩm này.")
            if seat.scores
            else _("Đã ghi: anh/chị có liên quan đến %s nên không kiểm tra hồ sơ này."),
            candidate.entry.product,
        ),
        to=back,
        title=_("Khai có liên quan"),
        submit=_("Tôi có liên quan, không chấm")
        if seat.scores
        else _("Tôi có liên quan, không kiểm tra"),
        back=back,
        lead=filled(
            _(
                "Sản phẩm: %(product)s – %(producer)s. Sau khi khai, anh/chị không chấm và không "
                "xem hồ sơ sản phẩm này; phiếu đã chấm không được tính. Khai rồi không rút lại được."
            )
            if seat.scores
            else _(
                "Sản phẩm: %(product)s – %(producer)s. Sau khi khai, anh/chị không kiểm tra và "
                "không xem hồ sơ sản phẩm này; ý kiến đã ghi không ai đọc nữa. Khai rồi không rút "
                "lại được."
            ),
            {
                "product": candidate.entry.product,
                "producer": candidate.entry.product.producer,
            },
        ),
        tone="danger",
        breadcrumbs=_sheet_crumbs(candidate)
        if seat.scores
        else crumbs((candidate.round, back), (_("Khai có liên quan"), "")),
    )
