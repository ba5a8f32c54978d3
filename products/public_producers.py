"""A producer's page for everyone: what is published of it, and its rated products."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from communes.models import Producer
from ocop_portal.kept_pages import kept
from ocop_portal.navigation import COMMUNES
from ocop_portal.pages import crumbs, page_of

from . import catalogue
from .cards import cards
from .models import PublicRating


def public_producers() -> QuerySet[Producer]:
    """Producers of whom something is published: those with a rated product still made."""
    rated = PublicRating.objects.filter(is_current=True, product__is_active=True)
    return Producer.objects.filter(pk__in=rated.values("product__producer"))


def public_producer_or_404(pk: int) -> Producer:
    """The producer with this key, with its unit; `Http404` where nothing is published of it."""
    found = public_producers().select_related("unit").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@login_not_required
@kept
@require_safe
def public_producer(request, pk: int):
    """One producer: name, place, contact where it agreed, and its rated products."""
    producer = public_producer_or_404(pk)
    rated = catalogue.most_stars_first(catalogue.rated_products().filter(producer=producer))
    page = page_of(request, rated.values_list("pk", flat=True))
    page.object_list = cards(page.object_list)
    return render(
        request,
        "products/public/producer.html",
        {
            "producer": producer,
            "page_obj": page,
            "breadcrumbs": crumbs(
                (COMMUNES, reverse("communes:public_list")),
                (producer.unit.dated_name, producer.unit.get_public_url()),
                (producer.name, ""),
            ),
        },
    )
