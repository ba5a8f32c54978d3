"""The chair's and secretary's screen for the projector, and what they record at the sitting.

While scoring is open it shows who has handed in, never what. Afterwards it lays the members' sheets
side by side; a product that a leader may not see yet, or never, is left out of it.
"""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from ocop_portal.languages import DEFAULT, only_vietnamese
from ocop_portal.page_language import filled

from . import meeting
from .comparison import comparison, differences
from .live import pulse
from .meeting_forms import AbsenceForm, HearAgainForm, VoteForm
from .models import Candidate, Round
from .pages import crumbs, find_round, form_act, number
from .round_views import candidates_of, progress_of
from .scope import hidden_from
from .tally_table import hidden_words

# Seconds between two questions of the screen; a hidden one asks ever more rarely.
ASK_EVERY = 4


@only_vietnamese
@never_cache
def room(request, pk: int):
    """The screen: progress while scoring is open, the comparison once it has ended."""
    found = find_round(request, pk, "evaluation.reopen_sheet")
    here = pulse(found.pk, request.user)  # before what is shown is read: never newer than it
    context = {
        "round": found,
        "pulse": here,
        "ask_every": ASK_EVERY,
        "attendance": meeting.attendance(found),
        "may_record": found.state in {Round.State.DRAFT, Round.State.OPEN, Round.State.TALLYING},
        "may_call": request.user.has_perm("evaluation.call_substitutes", found)
        and not found.is_settled
        and found.state != Round.State.CANCELLED,
        "may_end": found.is_open and request.user.has_perm("evaluation.end_scoring", found),
        "breadcrumbs": crumbs((found, found.get_absolute_url()), (_("Màn hình hội đồng"), "")),
    }
    if found.is_open:
        conflicts, _owed = hidden_from(request.user, found)
        scored = [row for row in candidates_of(found) if row.pk not in conflicts]
        context["progress"] = progress_of(found, scored)
    elif request.user.has_perm("evaluation.view_tally", found):
        context |= _compared(request, found)
    return render(request, "evaluation/comparison.html", context)


def _compared(request, found: Round) -> dict:
    """The comparison with what this person may not see taken out, and one product in detail."""
    table = comparison(found)
    hidden = hidden_words(request.user, found)
    for product in table.products:
        product.hidden = hidden.get(product.candidate.pk, "")
    shown = [product for product in table.products if not product.hidden]
    wanted = number(request.GET.get("sp", ""))
    focus = next((row for row in shown if row.candidate.pk == wanted), None)
    if focus is None and wanted is None:
        focus = next((row for row in shown if row.is_wide), None)
    if focus:
        focus.differences = differences(focus)
    all_shown = len(shown) == len(table.products)
    compares = any(len(row.sheets) > 1 for row in shown)
    return {
        "table": table,
        "focus": focus,
        "wide": sum(1 for row in shown if row.is_wide),
        # That no product differs is said only where some product has two sheets.
        "all_shown": all_shown and compares,
        "nothing_compared": all_shown and not compares,
        "may_settle": found.state == Round.State.TALLYING,
        "may_hear_again": request.user.has_perm("evaluation.end_scoring", found),
    }


@only_vietnamese
@never_cache
def room_pulse(request, pk: int):
    """Whether the screen has grown old: 304 while nothing has changed."""
    found = find_round(request, pk, "evaluation.reopen_sheet")
    now = pulse(found.pk, request.user)
    if request.headers.get("If-None-Match") == f'"{now}"':
        response = HttpResponse(status=304)
    else:
        response = JsonResponse({"pulse": now})
    response["ETag"] = f'"{now}"'
    return response


def _trail(found: Round) -> list[tuple[str, str]]:
    return [
        (found, found.get_absolute_url()),
        (_("Màn hình hội đồng"), reverse("evaluation:room", args=[found.pk])),
    ]


def attendance(request, pk: int):
    """Write down which members are absent, and why."""
    found = find_round(request, pk, "evaluation.reopen_sheet")
    now = meeting.attendance(found)
    form = AbsenceForm(request.POST or None, seats=now.seats, absences=now.absences)
    back = reverse("evaluation:room", args=[found.pk])
    return form_act(
        request,
        form,
        lambda: meeting.record_absences(round_=found, reasons=form.reasons, by=request.user),
        done=_("Đã ghi thành viên vắng."),
        to=back,
        title=_("Thành viên vắng họp"),
        submit=_("Ghi"),
        back=back,
        trail=_trail(found),
        lead=_("Đánh dấu người vắng và ghi lý do. Những người còn lại là có mặt."),
        template="evaluation/attendance.html",
    )


def vote(request, pk: int):
    """Write down each member's vote on a proposed knock-out; the majority is the finding."""
    candidate = get_object_or_404(
        Candidate.objects.select_related("round", "entry__product", "pinned_set").defer(
            "pinned_set__content"
        ),
        pk=pk,
        removed_at__isnull=True,
    )
    found = find_round(request, candidate.round_id, "evaluation.reopen_sheet")
    hidden = hidden_words(request.user, found)
    if pk in hidden or not request.user.has_perm("evaluation.view_tally", found):
        return render(
            request,
            "evaluation/confirm.html",
            {
                "round": found,
                "title": _("Biểu quyết loại sản phẩm"),
                "reasons": [hidden.get(pk) or _("Đợt đánh giá chưa dừng chấm điểm.")],
                "breadcrumbs": crumbs(*_trail(found), (_("Biểu quyết"), "")),
            },
            status=403,
        )
    seats = meeting.voters(candidate)
    votes = dict(candidate.votes.values_list("seat", "is_out"))
    form = VoteForm(request.POST or None, seats=seats, votes=votes)
    back = reverse("evaluation:room", args=[found.pk]) + f"?sp={pk}"
    return form_act(
        request,
        form,
        lambda: meeting.record_votes(
            candidate=candidate,
            votes=form.votes,
            by=request.user,
            reason=form.cleaned_data["reason"],
        ),
        done=lambda row: (
            filled(_("Đã ghi: %s."), row.get_knock_out_finding_display())
            if row.knock_out_finding
            else _("Đã ghi. Số phiếu ngang nhau nên chưa có kết luận.")
        ),
        to=back,
        title=_("Biểu quyết loại sản phẩm"),
        submit=_("Ghi biểu quyết"),
        back=back,
        trail=_trail(found),
        lead=filled(
            _(
                "%s. Mỗi thành viên có mặt, không liên quan đến sản phẩm, có một phiếu; theo đa số phiếu."
            ),
            candidate.entry.product,
        ),
        template="evaluation/vote.html",
    )


def hear_again(request, pk: int):
    """Put products that need extra tests or checks before a second hearing of the council."""
    found = find_round(request, pk, "evaluation.end_scoring")
    hidden = hidden_words(request.user, found)
    rows = []
    if found.state == Round.State.TALLYING:
        rows = [
            row
            for row in comparison(found).products
            if row.candidate.pk not in hidden and row.may_reach(3)
        ]
    keys = [row.candidate.pk for row in rows]
    with translation.override(DEFAULT):  # it is kept
        name = filled(_("%s – phiên họp lần hai"), found.name)
    form = HearAgainForm(
        request.POST or None,
        candidates=Candidate.objects.filter(pk__in=keys),
        labels={row.candidate.pk: str(row.candidate) for row in rows},
        initial={"name": name},
    )
    back = reverse("evaluation:room", args=[found.pk])
    return form_act(
        request,
        form,
        lambda: meeting.hear_again(
            round_=found,
            candidates=form.cleaned_data["candidates"],
            name=form.cleaned_data["name"],
            meets_on=form.cleaned_data["meets_on"],
            scoring_due=form.due,
            reason=form.cleaned_data["reason"],
            by=request.user,
        ),
        done=_("Đã lập đợt cho phiên họp lần hai. Mở đợt khi đã đủ tài liệu."),
        title=_("Phiên họp lần hai"),
        submit=_("Lập đợt"),
        back=back,
        trail=_trail(found),
        lead=_(
            "Dành cho sản phẩm có thể đạt từ 3 sao, cần kiểm nghiệm hoặc kiểm tra thêm, khi Quyết "
            "định và quy chế của hội đồng cho họp lần hai. Sản phẩm được chọn rời đợt này; phiếu đã "
            "chấm còn để đối chiếu, hội đồng chấm lại ở đợt mới."
        ),
    )
