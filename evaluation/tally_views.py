"""Pages of a round whose scoring has ended: the tally, settling it, closing, publishing."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from ocop_portal.page_language import filled
from ocop_portal.pages import REFUSED, take_errors

from . import rounds as acts
from .forms import FindingForm, MarkForm, QuestionsForm, SpreadForm, newest
from .models import Candidate, Round
from .pages import confirm_act, crumbs, find_round, need, set_warnings
from .rounds import RoundRefused
from .scope import hidden_from
from .tally_table import closing_lines, hide_from, tally_rows


@never_cache
def tally(request, pk: int):
    """What the sheets come to, product by product; only once scoring has ended."""
    found = find_round(request, pk, "evaluation.view_tally")
    return _tally_page(request, found)


def _tally_page(request, found: Round, *, bound: dict | None = None, status: int = 200):
    """The tally; `bound` maps a candidate to a form with errors, to show it where it was typed."""
    leads = request.user.has_perm("evaluation.reopen_sheet", found)
    rows = tally_rows(found)
    hide_from(request.user, found, rows)
    for row in rows:
        forms = (bound or {}).get(row.candidate.pk, {})
        may_settle = leads and found.state == Round.State.TALLYING and not row.is_hidden
        if may_settle and row.is_wide:
            row.spread_form = forms.get("spread") or SpreadForm(
                initial={"spread_note": row.candidate.spread_note},
                prefix=f"spread-{row.candidate.pk}",
            )
        if may_settle and row.asks_finding:
            row.finding_form = forms.get("finding") or FindingForm(
                initial={
                    "finding": row.candidate.knock_out_finding,
                    "reason": row.candidate.knock_out_reason,
                },
                prefix=f"finding-{row.candidate.pk}",
            )
        if may_settle and row.doubtful:
            row.mark_form = forms.get("mark") or MarkForm(
                row=row, prefix=f"mark-{row.candidate.pk}"
            )
            row.mark_form.now_seen(newest(mark.said for mark in row.marks))
        if may_settle and row.asked:
            row.questions_form = forms.get("questions") or QuestionsForm(
                row=row, prefix=f"questions-{row.candidate.pk}"
            )
            row.questions_form.now_seen(newest(question.said for question in row.questions))
    return render(
        request,
        "evaluation/tally.html",
        {
            "round": found,
            "rows": rows,
            "problems": [problem for row in rows for problem in row.told_problems],
            "warnings": set_warnings(row.criteria for row in rows),
            "not_applied": found.law.not_applied_on(found.meets_on),
            "may_reopen": leads and found.takes_marks,
            "may_close": found.state == Round.State.TALLYING
            and request.user.has_perm("evaluation.close_round", found),
            "may_publish": found.state == Round.State.CLOSED
            and request.user.has_perm("evaluation.publish_round", found),
            "sees_sheets": leads,
            "may_recognise": found.is_settled
            and request.user.has_perm("evaluation.change_council", found.council),
            "breadcrumbs": crumbs((found, found.get_absolute_url()), (_("Tổng hợp điểm"), "")),
        },
        status=status,
    )


def settle(request, pk: int):
    """Record the council's word: on a wide spread, a proposed knock-out, a star mark, a question."""
    candidate = get_object_or_404(Candidate, pk=pk, removed_at__isnull=True)
    found = find_round(request, candidate.round_id, "evaluation.view_tally")
    need(request, "evaluation.reopen_sheet", found)
    conflicts, owed = hidden_from(request.user, found)
    if pk in conflicts:
        raise PermissionDenied
    if request.method != "POST":
        return redirect("evaluation:tally", found.pk)
    if pk in owed or found.state != Round.State.TALLYING:
        return _tally_page(request, found, status=REFUSED)  # which says why
    what = request.POST.get("what", "")
    what = what if what in FORMS else "spread"
    row = next((row for row in tally_rows(found) if row.candidate.pk == pk), None)
    form_class = FORMS[what]
    more = {"row": row} if form_class in {MarkForm, QuestionsForm} else {}
    form = form_class(request.POST, prefix=f"{what}-{pk}", **more)
    if form.is_valid():
        try:
            if more:
                form.act(acts, candidate=candidate, by=request.user)
            else:
                acts.settle(candidate=candidate, by=request.user, **form.cleaned_data)
        except RoundRefused as refused:
            take_errors(form, refused)
        else:
            messages.success(request, _("Đã ghi."))
            return redirect(reverse("evaluation:tally", args=[found.pk]) + f"#sp-{pk}")
    return _tally_page(request, found, bound={pk: {what: form}}, status=REFUSED)


FORMS = {
    "spread": SpreadForm,
    "finding": FindingForm,
    "mark": MarkForm,
    "questions": QuestionsForm,
}


@never_cache
def round_close(request, pk: int):
    """Write every result and shut the round for good."""
    found = find_round(request, pk, "evaluation.close_round")
    if found.state != Round.State.TALLYING and not found.is_settled:
        reasons = [filled(_("Đợt đánh giá %s."), found.get_state_display())]
        rows = []
    else:
        rows = tally_rows(found)
        hide_from(request.user, found, rows)
        reasons = [problem for row in rows for problem in row.told_problems]

    def close():
        try:
            acts.close_round(round_=found, by=request.user)
        except RoundRefused as refused:
            if not any(row.is_hidden for row in rows):
                raise
            untold = {problem for row in rows if row.is_hidden for problem in row.problems}
            rest = [reason for reason in refused.reasons if reason not in untold]
            hidden = [problem for row in rows if row.is_hidden for problem in row.told_problems]
            raise RoundRefused(*hidden, *rest) from refused

    return confirm_act(
        request,
        found,
        close,
        template="evaluation/close.html",
        title=_("Chốt kết quả"),
        submit=_("Chốt kết quả"),
        lead=_(
            "Sau khi chốt, không ai sửa được kết quả của đợt này. Cần chấm lại thì lập đợt mới."
        ),
        rows=rows,
        lines=closing_lines(found, rows),
        warnings=set_warnings(row.criteria for row in rows),
        reasons=reasons,
        back=reverse("evaluation:tally", args=[found.pk]),
        done=_("Đã chốt kết quả. Kết quả chưa được công bố."),
        after=reverse("evaluation:tally", args=[found.pk]),
    )


def round_publish(request, pk: int):
    """Let the public see the results."""
    found = find_round(request, pk, "evaluation.publish_round")
    if found.is_settled:
        rows, reasons = tally_rows(found), []
    else:
        rows, reasons = [], [filled(_("Đợt đánh giá %s."), found.get_state_display())]
    return confirm_act(
        request,
        found,
        lambda: acts.publish_round(round_=found, by=request.user),
        template="evaluation/close.html",
        title=_("Công bố kết quả"),
        submit=_("Công bố"),
        lead=_(
            "Người dân sẽ xem được các kết quả dưới đây. Đây là kết quả của hội đồng, chưa phải "
            "công nhận sao OCOP. Sản phẩm bị loại không hiện trên trang công khai."
        ),
        lines=closing_lines(found, rows),
        reasons=reasons,
        done=_("Đã công bố kết quả."),
    )
