"""What the officers' pages of this room share."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ocop_portal import law, pages
from ocop_portal.page_language import filled
from ocop_portal.pages import REFUSED, take_errors

from .acts import LawRefused


def allowed(permission: str):
    """Only who has this permission; 403 for everybody else who is signed in."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def decision_or_404(slug: str) -> law.Decision:
    try:
        return law.decision(slug)
    except law.UnknownDecision as error:
        raise Http404(str(error)) from error


def set_or_404(slug: str, number: int) -> tuple[law.Decision, law.SetSummary]:
    """The Decision and the set as it lists it."""
    decision = decision_or_404(slug)
    try:
        return decision, decision.summary(number)
    except law.UnknownSet as error:
        raise Http404(str(error)) from error


def decision_crumbs(decision: law.Decision, *more: tuple[str, str]) -> list[dict]:
    return pages.crumbs(
        (_("Bộ tiêu chí"), reverse("lawbook:desk")),
        (decision.number, reverse("lawbook:decision_desk", args=[decision.slug])),
        *more,
    )


def set_name(summary: law.SetSummary) -> str:
    return filled(_("Bộ %(number)s. %(name)s"), {"number": summary.number, "name": summary.name})


def set_crumbs(
    decision: law.Decision, summary: law.SetSummary, *more: tuple[str, str]
) -> list[dict]:
    here = reverse("lawbook:set_desk", args=[decision.slug, summary.number])
    return decision_crumbs(decision, (set_name(summary), here), *more)


def form_act(request, form, act, *, done, template="components/form_page.html", **page):
    """A page that is one form and does one thing once the form is valid; then leads to what it made.

    `done`: words, or a function of what `act` gave back. A refusal is shown on the form, which
    keeps what was typed and answers 422.
    """
    if request.method == "POST" and form.is_valid():
        try:
            made = act(form.cleaned_data)
        except LawRefused as refused:
            take_errors(form, refused)
        else:
            messages.success(request, done(made) if callable(done) else done)
            return redirect(page.pop("to", None) or made)
    return render(request, template, {"form": form, **page}, status=REFUSED if form.errors else 200)


def posted(request):
    """What was sent, also when nothing was filled in; None while a form is only being opened."""
    return request.POST if request.method == "POST" else None
