"""Which products, cycles and entries a person may work with: one query per question."""

from django.db.models import QuerySet

from communes.scope import OFFICERS, units_in_scope

from .models import Cycle, Entry, Plan, PlanTask, Product


def products_for(user) -> QuerySet[Product]:
    """The products whose producer sits in this officer's units."""
    units = units_in_scope(user, *OFFICERS).values("pk")
    return Product.objects.filter(producer__unit__in=units)


def entries_for(user) -> QuerySet[Entry]:
    """The entries whose producer sits in this officer's units."""
    units = units_in_scope(user, *OFFICERS).values("pk")
    return Entry.objects.filter(product__producer__unit__in=units)


def cycles_for(user) -> QuerySet[Cycle]:
    """The cycles of every unit that covers, or is covered by, one of this officer's units.

    A commune officer sees the cycle of the district above; its entries are still only theirs.
    """
    units = units_in_scope(user, *OFFICERS).values("pk")
    return Cycle.objects.filter(unit__covers__unit__in=units).distinct()


def plans_for(user) -> QuerySet[Plan]:
    """The plans of every unit that covers, or is covered by, one of this officer's units."""
    units = units_in_scope(user, *OFFICERS).values("pk")
    return Plan.objects.filter(unit__covers__unit__in=units).distinct()


def plan_tasks_for(user) -> QuerySet[PlanTask]:
    """The tasks of the plans that this officer may read."""
    return PlanTask.objects.filter(plan__in=plans_for(user).values("pk"))
