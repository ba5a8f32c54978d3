"""What the pages of councils, rounds, sheets and recognitions share."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ocop_portal import pages
from ocop_portal.lawbook import versions
from ocop_portal.pages import REFUSED, take_errors

from .models import Council, Round
from .rounds import RoundRefused
from .scope import councils_for, rounds_for

STATE_TONES = {
    Round.State.DRAFT: "neutral",
    Round.State.OPEN: "open",
    Round.State.TALLYING: "waiting",
    Round.State.CLOSED: "closed",
    Round.State.PUBLISHED: "done",
    Round.State.CANCELLED: "returned",
}


# --- What a page is about ---------------------------------------------------------------------


def need(request, perm: str, obj=None) -> None:
    """403 for a person without this permission."""
    if not request.user.has_perm(perm, obj):
        raise PermissionDenied


def find_council(request, pk: int, perm: str) -> Council:
    """The council, 404 when it is not the person's to see, 403 without the permission."""
    found = get_object_or_404(councils_for(request.user).select_related("unit"), pk=pk)
    need(request, perm, found)
    return found


def find_round(request, pk: int, perm: str = "evaluation.view_round") -> Round:
    """The round, 404 when it is not the person's to see, 403 without the permission."""
    found = get_object_or_404(
        rounds_for(request.user).select_related("council__unit", "cycle__unit", "follows"), pk=pk
    )
    need(request, perm, found)
    return with_tone(found)


def with_tone(round_: Round) -> Round:
    """The round with its colour, and whether members are late with their sheets."""
    round_.tone = STATE_TONES[round_.state]
    round_.is_overdue = round_.is_open and round_.scoring_due < timezone.now()
    return round_


def set_warnings(criteria_sets) -> list[dict]:
    """How far the text of each of these sets can be trusted, and what is uncertain in it; one query."""
    seen = {found.digest: found for found in criteria_sets}
    standings = versions.standings(seen.values()) if seen else {}
    return [
        {
            "number": found.number,
            "name": found.name,
            "state": standings[found.digest],
            "doubts": [
                {"where": "" if doubt.where == "header" else doubt.where, "why": doubt.why}
                for doubt in found.doubts
            ],
        }
        for found in sorted(seen.values(), key=lambda found: found.number)
    ]


# --- What a page looks like -------------------------------------------------------------------


def number(typed: str) -> int | None:
    """A whole number from a form, None for what is none or longer than a key can be."""
    return int(typed) if typed.isdecimal() and len(typed) <= 18 else None


def crumbs(*steps: tuple[str, str]) -> list[dict]:
    """The path to a page as (label, url) pairs, below the list of rounds."""
    return pages.crumbs((_("Đánh giá"), reverse("evaluation:rounds")), *steps)


def form_page(request, form, *, title, submit, back, trail=(), lead="", **extra):
    """A page that is one form; a form with errors answers 422 and keeps what was typed."""
    return render(
        request,
        extra.pop("template", "evaluation/form.html"),
        {
            "form": form,
            "title": title,
            "lead": lead,
            "submit_label": submit,
            "cancel_url": back,
            "breadcrumbs": crumbs(*trail, (title, "")),
            **extra,
        },
        status=REFUSED if form.errors else 200,
    )


def form_act(request, form, act, *, done, to="", refused_at=None, **page):
    """A page that is one form (`form_page`) and does one thing once the form is valid.

    Afterwards it says `done`, words or a function of what `act` gave back, and leads to `to`, or
    to what `act` gave back. A refusal is shown on the form, beside the field `refused_at` where it
    names none.
    """
    if request.method == "POST" and form.is_valid():
        try:
            made = act()
        except ValidationError as error:
            take_errors(form, error, refused_at)
        else:
            messages.success(request, done(made) if callable(done) else done)
            return redirect(to or made)
    return form_page(request, form, **page)


def confirm_act(request, round_: Round, act, *, title, submit, done, lead="", after="", **extra):
    """A page that tells what will happen, and does it on POST; a refusal lists its reasons."""
    reasons = extra.pop("reasons", [])
    status = 200
    if request.method == "POST":
        try:
            act()
        except RoundRefused as refused:
            reasons, status = refused.reasons, REFUSED
        else:
            messages.success(request, done)
            return redirect(after or round_)
    return render(
        request,
        extra.pop("template", "evaluation/confirm.html"),
        {
            "round": round_,
            "title": title,
            "lead": lead,
            "submit_label": submit,
            "reasons": reasons,
            "breadcrumbs": crumbs((round_, round_.get_absolute_url()), (title, "")),
            **extra,
        },
        status=status,
    )
