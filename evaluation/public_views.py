"""Councils and the results of their published rounds, for everyone."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ocop_portal.kept_pages import kept
from ocop_portal.pages import crumbs, page_of
from products.models import PublicRating

from .models import Council, Result, Round


@login_not_required
@kept
@require_safe
def councils(request):
    """Each council with the decision that set it up, and the rounds that were published.

    Who sits in a council is not told, nor any sheet; a product without stars stays between the
    council and its producer. Results come from `PublicRating` alone.
    """
    rounds = Round.objects.filter(state=Round.State.PUBLISHED).order_by("-meets_on", "-pk")
    page = page_of(request, rounds.select_related("council__unit", "cycle"), per_page=10)
    results = dict(
        Result.objects.filter(candidate__round__in=[r.pk for r in page]).values_list(
            "pk", "candidate__round"
        )
    )
    facts = PublicRating.objects.filter(
        key__in=[f"result:{pk}" for pk in results], product__is_active=True
    )
    by_round: dict[int, list] = {}
    for fact in facts.select_related("product").order_by("-stars", "product__search", "pk"):
        by_round.setdefault(results[int(fact.key.removeprefix("result:"))], []).append(fact)
    for round_ in page:
        round_.facts = by_round.get(round_.pk, [])
    return render(
        request,
        "public/councils.html",
        {
            "page_obj": page,
            "councils": list(Council.objects.select_related("unit")[:50]),
            "breadcrumbs": crumbs((_("Hội đồng và kết quả"), "")),
        },
    )
