"""Calling substitutes in, and taking a mistaken call back."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ocop_portal.page_language import filled

from . import substitutes as acts
from .forms import ReasonForm
from .meeting_forms import CallInForm
from .models import Round, Substitution
from .pages import crumbs, find_round, form_act
from .scope import hidden_from

S = Round.State


def _calls(round_: Round, hidden):
    return (
        Substitution.objects.filter(round=round_, withdrawn_at__isnull=True)
        .exclude(candidate__in=hidden)
        .select_related(
            "principal__user", "substitute__user", "called_by", "candidate__entry__product"
        )
    )


def substitutes(request, pk: int):
    """Who replaces whom in this round, and the form by which the secretary calls one in."""
    found = find_round(request, pk, "evaluation.call_substitutes")
    hidden, _owed = hidden_from(request.user, found)
    room = reverse("evaluation:room", args=[found.pk])
    here = reverse("evaluation:substitutes", args=[found.pk])
    takes_calls = found.state in {S.DRAFT, S.OPEN, S.TALLYING}
    possible = acts.possible_calls(found, hidden) if takes_calls else []
    context = {
        "round": found,
        "calls": _calls(found, hidden),
        "may_withdraw": found.state in {S.DRAFT, S.OPEN},
        "template": "evaluation/substitutes.html",
    }
    title = _("Thành viên dự khuyết")
    trail = [(found, found.get_absolute_url()), (_("Màn hình hội đồng"), room)]
    if not possible and request.method != "POST":
        context.pop("template")
        context |= {"title": title, "breadcrumbs": crumbs(*trail, (title, ""))}
        return render(request, "evaluation/substitutes.html", context)
    form = CallInForm(request.POST or None, possible=possible)
    return form_act(
        request,
        form,
        lambda: acts.call_in(
            round_=found,
            substitute=form.chosen.seat,
            candidate=form.chosen.candidate,
            reason=form.cleaned_data["reason"],
            by=request.user,
        ),
        done=lambda call: filled(
            _("Đã ghi: %(substitute)s thay %(member)s."),
            {"substitute": call.substitute.user, "member": call.principal.user},
        ),
        to=here,
        title=title,
        submit=_("Gọi dự khuyết"),
        back=room,
        trail=trail,
        **context,
    )


def withdraw(request, pk: int):
    """Take back a call, with a reason."""
    call = get_object_or_404(
        Substitution.objects.select_related(
            "round__council", "principal__user", "substitute__user", "candidate"
        ),
        pk=pk,
        withdrawn_at__isnull=True,
    )
    found = find_round(request, call.round_id, "evaluation.call_substitutes")
    hidden, _owed = hidden_from(request.user, found)
    get_object_or_404(_calls(found, hidden), pk=pk)
    here = reverse("evaluation:substitutes", args=[found.pk])
    form = ReasonForm(request.POST or None)
    return form_act(
        request,
        form,
        lambda: acts.withdraw_call(call=call, reason=form.cleaned_data["reason"], by=request.user),
        done=_("Đã rút việc thay thế."),
        to=here,
        title=_("Rút việc thay thế"),
        submit=_("Rút việc thay thế"),
        back=here,
        trail=[(found, found.get_absolute_url()), (_("Thành viên dự khuyết"), here)],
        lead=filled(
            _("%(substitute)s thôi thay %(member)s. Phiếu đang chấm dở của người thay không tính."),
            {"substitute": call.substitute.user, "member": call.principal.user},
        ),
        tone="danger",
    )
