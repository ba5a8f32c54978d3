"""Pages of rounds: the list, one round, its products, and what is done with it up to its end."""

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ocop_portal import law
from ocop_portal.lawbook import versions
from ocop_portal.page_language import filled
from ocop_portal.pages import REFUSED, page_of
from ocop_portal.search import words_of
from ocop_portal.text import fold
from products.models import Entry, Step

from . import rounds as acts
from .before import BEFORE_THE_END, invitation_of, with_samples
from .councils import prepare_round
from .forms import ExtendForm, ReasonForm, RoundFilterForm, RoundForm
from .models import Candidate, Conflict, Round, Seat, Sheet
from .pages import (
    confirm_act,
    crumbs,
    find_council,
    find_round,
    form_act,
    need,
    number,
    set_warnings,
    with_tone,
)
from .referrals import referrals_waiting_for, results_to_send
from .rounds import RoundRefused
from .rules import seat_in
from .scope import hidden_among, rounds_for, with_hiding
from .seating import seating_of
from .support import with_support
from .told import round_history


def rounds(request):
    """The rounds that the person may see, newest first."""
    need(request, "evaluation.list_rounds")
    visible = rounds_for(request.user)
    rows = visible.select_related("council", "cycle__unit")
    years = sorted(set(visible.values_list("cycle__year", flat=True)), reverse=True)
    filters = RoundFilterForm(request.GET or None, years=years)
    active = 0
    if filters.is_valid():
        for name, field in (("state", "state"), ("year", "cycle__year")):
            if filters.cleaned_data[name]:
                active += 1
                rows = rows.filter(**{field: filters.cleaned_data[name]})
    q = request.GET.get("q", "").strip()
    if q:
        words = words_of(q)
        keep = [
            pk
            for pk, name, council_name in rows.values_list("pk", "name", "council__name")
            if all(word in fold(f"{name} {council_name}") for word in words)
        ]
        rows = rows.filter(pk__in=keep)
    # What a member scores leaves out products with a declared conflict; so does their count.
    page = page_of(request, rows)
    counts = _product_counts(request.user, page.object_list)
    for row in page.object_list:
        with_tone(row).products = counts.get(row.pk, 0)
    return render(
        request,
        "evaluation/rounds.html",
        {
            "page": page,
            "q": q,
            "filter_form": filters,
            "active_count": active,
            "is_filtered": bool(q or active),
            "sees_recognitions": request.user.has_perm("products.list_products"),
            "sees_referrals": request.user.has_perm("evaluation.list_referrals"),
        },
    )


def _product_counts(user, rows) -> dict[int, int]:
    """Products of each round, without those that the viewer has declared a conflict for."""
    conflict = Conflict.objects.filter(
        candidate=OuterRef("pk"), seat__user=user, seat__left_on__isnull=True
    )
    return dict(
        Candidate.objects.filter(~Exists(conflict), round__in=rows, removed_at__isnull=True)
        .order_by()
        .values_list("round")
        .annotate(Count("pk"))
    )


# --- One round -------------------------------------------------------------------------------


def _all_candidates(round_: Round):
    return round_.candidates.select_related(
        "entry__product__producer__unit", "entry__cycle", "pinned_set"
    ).defer("pinned_set__content")


def candidates_of(round_: Round) -> list[Candidate]:
    """The products before the round, with product, producer and place."""
    return list(_all_candidates(round_).filter(removed_at__isnull=True))


def _sets_of(round_: Round, candidates) -> list[law.CriteriaSet]:
    pinned = [row.pinned_set.criteria for row in candidates if row.pinned_set_id]
    open_ = {row.entry.set_number for row in candidates if not row.pinned_set_id}
    current = versions.current_sets(round_.decision, open_) if open_ else {}
    return pinned + [current[number] for number in sorted(current)]


def round_detail(request, pk: int):
    """A round: state, dates, products, who has handed in, and the acts open to the person."""
    found = find_round(request, pk)
    user = request.user
    can = {
        name: user.has_perm(f"evaluation.{name}", found)
        for name in (
            "prepare_round",
            "end_scoring",
            "close_round",
            "reopen_sheet",
            "view_tally",
            "publish_round",
        )
    }
    # Read once, those taken out too: the history names them.
    ever = list(with_hiding(_all_candidates(found), user))
    hidden, owed = hidden_among(ever, found)
    candidates = [row for row in ever if not row.removed_at]
    for candidate in candidates:
        candidate.is_hidden = candidate.pk in hidden
        candidate.set = found.law.summary(candidate.entry.set_number)
    if can["prepare_round"]:
        with_samples(candidates)
    follows = can["prepare_round"] or can["reopen_sheet"]
    shown = candidates if follows else [row for row in candidates if not row.is_hidden]
    seat = seat_in(user, found.council_id)
    if seat and found.state != Round.State.DRAFT:
        with_support(
            candidates,
            user,
            round_=found,
            checks=user.has_perm("evaluation.check_dossiers", found),
        )
    scored = [row for row in candidates if not row.is_hidden]
    follow_up = follows and found.takes_marks
    return render(
        request,
        "evaluation/round.html",
        {
            "round": found,
            "can": can,
            "candidates": shown,
            "progress": progress_of(found, scored) if follow_up else None,
            "why_not": acts.why_not_open(found, candidates)
            if found.state == Round.State.DRAFT and can["prepare_round"]
            else [],
            "invitation": invitation_of(found)
            if found.state in BEFORE_THE_END and can["prepare_round"]
            else None,
            "referrals_owed": results_to_send().filter(candidate__round=found).count()
            if found.state == Round.State.PUBLISHED and can["publish_round"]
            else 0,
            "waiting_referrals": referrals_waiting_for(found).count()
            if found.state == Round.State.DRAFT and can["prepare_round"]
            else 0,
            "warnings": set_warnings(_sets_of(found, shown)),
            "open_questions": found.law.open_questions,
            "scores_here": bool(seat and seat.scores)
            and found.state not in {Round.State.DRAFT, Round.State.CANCELLED},
            "history": round_history(
                found,
                candidates=ever,
                hidden=hidden,
                unsettled=owed if can["view_tally"] else {row.pk for row in candidates},
            )
            if follows
            else None,
            "breadcrumbs": crumbs((found, "")),
        },
    )


def progress_of(round_: Round, candidates) -> dict:
    """Who has handed in how many of how many. What they hold is not read here."""
    ids = [candidate.pk for candidate in candidates]
    seating = seating_of(round_)
    handed_in = {
        (sheet.candidate_id, sheet.seat_id): sheet.pk
        for sheet in Sheet.objects.filter(candidate__in=ids, state=Sheet.State.SUBMITTED).only(
            "pk", "candidate_id", "seat_id"
        )
    }
    rows = []
    for seat in (
        Seat.objects.filter(council=round_.council_id, scores=True, left_on__isnull=True)
        .select_related("user", "substitutes_for__user")
        .order_by("pk")
    ):
        mine = [row for row in candidates if seating.may_score(row.pk, seat)]
        if seat.substitutes_for_id and not mine:
            continue  # not called in
        note = ""
        if seat.substitutes_for_id:
            note = filled(_("thay %s"), seat.substitutes_for.user)
        elif candidates and not any(seating.takes_part(row.pk, seat) for row in candidates):
            note = _("có người thay")
        sheets = [
            {"product": row.entry.product, "sheet": handed_in.get((row.pk, seat.pk))}
            for row in mine
        ]
        done = sum(1 for row in sheets if row["sheet"])
        rows.append({"seat": seat, "note": note, "sheets": sheets, "done": done, "all": len(mine)})
    return {
        "rows": rows,
        "done": sum(row["done"] for row in rows),
        "all": sum(row["all"] for row in rows),
    }


def round_add(request, pk: int):
    """Prepare a round of a council."""
    found = find_council(request, pk, "evaluation.add_round")
    form = RoundForm(request.POST or None, council=found, instance=Round(council=found))
    return form_act(
        request,
        form,
        lambda: prepare_round(round_=form.instance, by=request.user),
        done=_("Đã lập đợt. Hãy đưa sản phẩm vào đợt."),
        title=_("Lập đợt đánh giá"),
        submit=_("Lập đợt"),
        back=found.get_absolute_url(),
        trail=[(found, found.get_absolute_url())],
    )


def round_edit(request, pk: int):
    """Change a round in preparation."""
    found = find_round(request, pk, "evaluation.prepare_round")
    form = RoundForm(request.POST or None, council=found.council, instance=found)
    return form_act(
        request,
        form,
        lambda: prepare_round(round_=form.instance, by=request.user),
        done=_("Đã lưu."),
        to=found,
        title=_("Sửa đợt đánh giá"),
        submit=_("Lưu"),
        back=found.get_absolute_url(),
        trail=[(found, found.get_absolute_url())],
    )


# --- Its products ----------------------------------------------------------------------------


def candidate_add(request, pk: int):
    """Choose products that are ready, of the round's cycle."""
    found = find_round(request, pk, "evaluation.prepare_round")
    reasons = []
    chosen = {number(pk) for pk in request.POST.getlist("entry")} - {None}
    if request.method == "POST":
        added = 0
        for entry in _ready_entries(found).filter(pk__in=chosen):
            try:
                acts.add_candidate(round_=found, entry=entry, by=request.user)
                added += 1
            except RoundRefused as refused:
                reasons += refused.reasons
        if added and not reasons:
            messages.success(request, filled(_("Đã đưa %d sản phẩm vào đợt."), added))
            return redirect(found)
        if not added and not reasons:
            reasons.append(_("Hãy chọn ít nhất một sản phẩm."))
    ready = list(_ready_entries(found))
    others = dict(
        Candidate.objects.filter(
            entry__in=ready,
            removed_at__isnull=True,
            round__state=Round.State.DRAFT,
        )
        .exclude(round=found)
        .values_list("entry", "round__name")
    )
    sets = versions.summaries(found.decision)
    for entry in ready:
        entry.set = sets[entry.set_number]
        entry.other_round = others.get(entry.pk, "")
    return render(
        request,
        "evaluation/candidate_add.html",
        {
            "round": found,
            "ready": ready,
            "not_ready": _not_ready(found),
            "chosen": chosen,
            "reasons": reasons,
            "breadcrumbs": crumbs((found, found.get_absolute_url()), (_("Thêm sản phẩm"), "")),
        },
        status=REFUSED if reasons else 200,
    )


def _ready_entries(round_: Round):
    return (
        Entry.objects.filter(cycle=round_.cycle_id, state=Entry.State.READY)
        .exclude(candidates__in=round_.candidates.filter(removed_at__isnull=True))
        .select_related("product__producer__unit", "cycle")
    )


def _not_ready(round_: Round) -> list[Entry]:
    """Entries in the evaluation step that cannot be chosen yet, so that nobody looks in vain."""
    rows = list(
        Entry.objects.filter(
            cycle=round_.cycle_id,
            state__in=[Entry.State.DOSSIER_OPEN, Entry.State.DOSSIER_SUBMITTED],
            step=Step.EVALUATION,
        ).select_related("product__producer__unit", "cycle")[:50]
    )
    sets = versions.summaries(round_.decision)
    for entry in rows:
        entry.set = sets[entry.set_number]
    return rows


def candidate_remove(request, pk: int):
    """Take a product out of a round, with a reason."""
    candidate = get_object_or_404(
        Candidate.objects.select_related("entry__product"), pk=pk, removed_at__isnull=True
    )
    found = find_round(request, candidate.round_id, "evaluation.prepare_round")
    return _reason_act(
        request,
        found,
        lambda reason: acts.remove_candidate(candidate=candidate, by=request.user, reason=reason),
        title=filled(_("Bỏ %s khỏi đợt"), candidate.entry.product),
        submit=_("Bỏ khỏi đợt"),
        lead=_("Các phiếu đã chấm cho sản phẩm này không còn được tính."),
        done=_("Đã bỏ sản phẩm khỏi đợt."),
    )


# --- Its acts --------------------------------------------------------------------------------


def _reason_act(request, round_: Round, act, **page):
    """A page that asks for a reason and then does one thing."""
    form = ReasonForm(request.POST or None)
    return form_act(
        request,
        form,
        lambda: act(form.cleaned_data["reason"]),
        to=round_,
        back=round_.get_absolute_url(),
        trail=[(round_, round_.get_absolute_url())],
        tone="danger",
        **page,
    )


def round_open(request, pk: int):
    """Freeze dossiers and criteria and let members score."""
    found = find_round(request, pk, "evaluation.prepare_round")
    return confirm_act(
        request,
        found,
        lambda: acts.open_round(round_=found, by=request.user),
        title=_("Mở đợt, bắt đầu chấm điểm"),
        submit=_("Mở đợt"),
        lead=_(
            "Hồ sơ và bộ tiêu chí được giữ nguyên như lúc mở. Từ lúc này thành viên chấm điểm được "
            "và không ai xem được điểm của người khác cho đến khi dừng chấm."
        ),
        reasons=acts.why_not_open(found) if found.state == Round.State.DRAFT else [],
        done=_("Đợt đã mở. Thành viên có thể chấm điểm."),
    )


def round_extend(request, pk: int):
    """Move the due time of an open round."""
    found = find_round(request, pk, "evaluation.prepare_round")
    due = timezone.localtime(found.scoring_due)
    form = ExtendForm(
        request.POST or None, initial={"due_date": due.date(), "due_time": due.time()}
    )
    return form_act(
        request,
        form,
        lambda: acts.extend_scoring(
            round_=found, due=form.due, by=request.user, reason=form.cleaned_data["reason"]
        ),
        done=_("Đã gia hạn gửi phiếu."),
        to=found,
        refused_at="due_date",
        title=_("Gia hạn gửi phiếu"),
        submit=_("Gia hạn"),
        back=found.get_absolute_url(),
        trail=[(found, found.get_absolute_url())],
    )


def round_end(request, pk: int):
    """Stop scoring; chair and secretary may then see the tally."""
    found = find_round(request, pk, "evaluation.end_scoring")
    progress = progress_of(found, candidates_of(found)) if found.is_open else None
    return confirm_act(
        request,
        found,
        lambda: acts.end_scoring(round_=found, by=request.user),
        title=_("Dừng chấm điểm"),
        submit=_("Dừng chấm điểm"),
        lead=_(
            "Phiếu chưa gửi không còn hiệu lực. Sau khi dừng, chủ tịch và thư ký xem được bảng "
            "tổng hợp và có thể mở lại từng phiếu, có ghi lý do."
        ),
        progress=progress,
        done=_("Đã dừng chấm điểm."),
        after=reverse("evaluation:tally", args=[found.pk]),
    )


def round_cancel(request, pk: int):
    """Give up a round that is not closed."""
    found = find_round(request, pk, "evaluation.prepare_round")
    return _reason_act(
        request,
        found,
        lambda reason: acts.cancel_round(round_=found, by=request.user, reason=reason),
        title=_("Hủy đợt đánh giá"),
        submit=_("Hủy đợt"),
        lead=_("Các phiếu của đợt không được tính; sản phẩm chờ đợt khác."),
        done=_("Đã hủy đợt."),
    )
