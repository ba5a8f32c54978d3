"""Which rows of promotion, chains and flagship products a person may work with."""

from django.db.models import Q, QuerySet

from communes.models import Role
from communes.scope import OFFICERS, in_scope, unit_ids_in_scope, units_around

from .models import Chain, ChainLink, Fair, FairPhoto, GapTask
from .promotion_models import OfProduct


def of_products_for(model: type[OfProduct], user) -> QuerySet:
    """The rows of the products whose producer sits in this officer's units."""
    return model.objects.filter(in_scope(user, *OFFICERS, unit="product__producer__unit"))


def fairs_for(user) -> QuerySet[Fair]:
    """The fairs of every unit that covers, or is covered by, one of this officer's units."""
    return Fair.objects.filter(unit__in=units_around(user))


def fair_photos_for(user) -> QuerySet[FairPhoto]:
    """The photos of the fairs that the person may read of."""
    return FairPhoto.objects.filter(fair__in=fairs_for(user).values("pk"))


def chains_for(user) -> QuerySet[Chain]:
    """The chains of every unit that covers, or is covered by, one of this officer's units."""
    return Chain.objects.filter(unit__in=units_around(user))


def chain_links_for(user) -> QuerySet[ChainLink]:
    """The parties whose file the person may read.

    A contract is the business of its commune and of the district, not of the other communes.
    """
    units = unit_ids_in_scope(user, *OFFICERS)
    return ChainLink.objects.filter(
        Q(chain__unit__in=_own_units(user)) | Q(producer__unit__in=units) | Q(commune__in=units),
        chain__in=chains_for(user).values("pk"),
    )


def gap_tasks_for(user) -> QuerySet[GapTask]:
    """The work on the flagship products of this officer's units."""
    ours = in_scope(user, *OFFICERS, unit="flagship__product__producer__unit")
    return GapTask.objects.filter(ours)


def _own_units(user):
    return unit_ids_in_scope(user, Role.Kind.DISTRICT_OFFICER)
