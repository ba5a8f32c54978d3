"""The reading room: every Decision and set, searchable, printable, linkable to a criterion."""

from itertools import groupby
from operator import itemgetter

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ocop_portal import law
from ocop_portal.forms import CHOOSE, PortalForm
from ocop_portal.page_language import filled
from ocop_portal.pages import crumbs, page_of

from . import reading
from .versions import current_set, standing

SETS_FOUND_PER_PAGE = 10  # each with its first criteria and lines: some 2,500 pixels on a phone


class DayForm(PortalForm):
    """A day, to ask which Decision ruled on it; left empty it is today."""

    ngay = forms.DateField(label=_("Ngày cần tra"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["ngay"].widget.attrs["class"] = "form-control"

    @property
    def day(self):
        return (self.is_valid() and self.cleaned_data["ngay"]) or timezone.localdate()


def find_decision(slug: str) -> law.Decision:
    try:
        return law.decision(slug)
    except law.UnknownDecision as unknown:
        raise Http404 from unknown


def find_summary(slug: str, number: int) -> tuple[law.Decision, law.SetSummary]:
    found = find_decision(slug)
    try:
        return found, found.summary(number)
    except law.UnknownSet as unknown:
        raise Http404 from unknown


def anchor(code: str) -> str:
    """Where a criterion stands on the page of its set."""
    return f"tc-{code}"


@login_not_required
@require_safe
def decisions(request):
    """All Decisions, and which of them rules today or ruled on a day that is asked for."""
    form = DayForm(request.GET if "ngay" in request.GET else None)
    day = form.day
    today = timezone.localdate()
    return render(
        request,
        "lawbook/public/decisions.html",
        {
            "day_form": form,
            "day": day,
            "is_today": day == today,
            "ruling": reading.ruling_on(day),
            "shelf": [
                {"decision": found, "when": reading.when(found, today)}
                for found in reversed(law.decisions())
            ],
        },
    )


@login_not_required
@require_safe
def decision(request, slug: str):
    """What one Decision says, beside its criteria: dates, levels, bands, papers, open questions."""
    found = find_decision(slug)
    return render(
        request,
        "lawbook/public/decision.html",
        {
            "decision": found,
            "when": reading.when(found, timezone.localdate()),
            "periods": reading.level_periods(found),
            "branches": reading.branches_of(found),
            "search_here": {"qd": slug},
            "calendar": reading.calendar_of(found),
            "breadcrumbs": crumbs(
                (_("Bộ tiêu chí"), reverse("lawbook:decisions")), (found.number, "")
            ),
        },
    )


@login_not_required
@require_safe
def criteria_set(request, slug: str, number: int):
    """A whole set as the paper prints it; a set without a text says so."""
    found, summary = find_summary(slug, number)
    context = {
        "decision": found,
        "summary": summary,
        "breadcrumbs": crumbs(
            (_("Bộ tiêu chí"), reverse("lawbook:decisions")),
            (found.number, reverse("lawbook:decision", args=[slug])),
            (filled(_("Bộ %d"), number), ""),
        ),
    }
    try:
        current = current_set(slug, number)
    except law.MissingSet as missing:
        return render(request, "lawbook/public/set.html", {**context, "missing": missing.why})
    return render(
        request,
        "lawbook/public/set.html",
        {
            **context,
            "criteria_set": current,
            "table": reading.table_of(current),
            "relatives": reading.relatives_of(found, summary),
            "standing": standing(current),
        },
    )


@login_not_required
@require_safe
def criterion(request, slug: str, number: int, code: str):
    """The lasting address of a criterion leads to its place in the set."""
    find_summary(slug, number)
    try:
        found = current_set(slug, number).criterion(code)
    except law.LawError as unknown:
        raise Http404 from unknown
    return redirect(f"{reverse('lawbook:set', args=[slug, number])}#{anchor(found.code)}")


class SearchForm(PortalForm):
    """Words, and where to look for them; what means nothing looks everywhere."""

    q = forms.CharField(required=False)
    qd = forms.ChoiceField(label=_("Quyết định"), required=False)
    bo = forms.IntegerField(required=False, min_value=1)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["qd"].choices = [
            ("", _("Mọi Quyết định")),
            *((found.slug, found.number) for found in reversed(law.decisions())),
        ]
        self.fields["qd"].widget.attrs["class"] = "form-select"
        self.is_valid()
        self.typed = self.cleaned_data.get("q") or ""
        self.decision = self.cleaned_data.get("qd") or ""
        self.number = self.cleaned_data.get("bo") if self.decision else None


@login_not_required
@require_safe
def search(request):
    """Criteria and sets of all Decisions that hold the typed words."""
    form = SearchForm(request.GET)
    found = reading.search(form.typed, decision=form.decision, number=form.number)
    page = page_of(request, found.rows, per_page=SETS_FOUND_PER_PAGE)
    return render(
        request,
        "lawbook/public/search.html",
        {
            "form": form,
            "found": found,
            "page_obj": page,
            "shown": [
                (decision, [row for _decision, row in rows])
                for decision, rows in groupby(page, key=itemgetter(0))
            ],
            "breadcrumbs": crumbs(
                (_("Bộ tiêu chí"), reverse("lawbook:decisions")), (_("Tìm kiếm"), "")
            ),
        },
    )


class CompareForm(PortalForm):
    """Two sets, each written "slug.number"; the older goes to the left."""

    a = forms.ChoiceField(label=_("Bộ thứ nhất"))
    b = forms.ChoiceField(label=_("Bộ thứ hai"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [
            (
                found.number,
                [
                    (
                        reading.set_key(found, item),
                        filled(
                            _("%(decision)s – Bộ %(number)d: %(name)s"),
                            {"decision": found.number, "number": item.number, "name": item.name},
                        ),
                    )
                    for item in found.sets
                ],
            )
            for found in reversed(law.decisions())
        ]
        for field in self.fields.values():
            field.choices = [("", CHOOSE), *choices]
            field.widget.attrs["class"] = "form-select"


@login_not_required
@require_safe
def compare(request):
    """Two sets side by side: what stayed, what was changed, added, taken out."""
    form = CompareForm(request.GET if request.GET.get("a") or request.GET.get("b") else None)
    context = {
        "form": form,
        "suggestions": reading.successions(),
        "breadcrumbs": crumbs((_("Bộ tiêu chí"), reverse("lawbook:decisions")), (_("So sánh"), "")),
    }
    if form.is_bound and form.is_valid():
        try:
            context["sides"] = reading.side_by_side(form.cleaned_data["a"], form.cleaned_data["b"])
        except law.LawError as refused:
            form.add_error(None, str(refused))
    return render(request, "lawbook/public/compare.html", context)
