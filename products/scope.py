"""Which products, cycles and entries a person may work with: one query per question."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from communes.scope import OFFICERS, in_scope, units_around

from .board import COMMUNE_STATES, DISTRICT_STATES, with_due
from .models import Cycle, Entry, Paper, Plan, PlanTask, Product, PublicRating, VisitFile
from .works_models import OfEntry


def products_for(user) -> QuerySet[Product]:
    """The products whose producer sits in this officer's units."""
    return Product.objects.filter(in_scope(user, *OFFICERS, unit="producer__unit"))


def entries_for(user) -> QuerySet[Entry]:
    """The entries whose producer sits in this officer's units."""
    return Entry.objects.filter(in_scope(user, *OFFICERS, unit="product__producer__unit"))


# A recognition that stands: not taken back, of three stars or more.
STANDING = Q(kind=PublicRating.Kind.RECOGNITION, revoked_on__isnull=True, stars__gte=3)


def recognitions_for(user) -> QuerySet[PublicRating]:
    """The recognitions that stand, of the products of this officer's units."""
    ours = in_scope(user, *OFFICERS, unit="product__producer__unit")
    return PublicRating.objects.filter(STANDING, ours)


def works_for(model: type[OfEntry], user) -> QuerySet:
    """The rows of step 4 of the entries that this officer works with."""
    return model.objects.filter(entry__in=entries_for(user).values("pk"))


def visit_files_for(user) -> QuerySet[VisitFile]:
    """The photos and papers of the visits that this officer may read of."""
    return VisitFile.objects.filter(visit__entry__in=entries_for(user).values("pk"))


def cycles_for(user) -> QuerySet[Cycle]:
    """The cycles of every unit that covers, or is covered by, one of this officer's units.

    A commune officer sees the cycle of the district above; its entries are still only theirs.
    """
    return Cycle.objects.filter(unit__in=units_around(user))


def entries_owed() -> QuerySet[Entry]:
    """Entries of open cycles on which an officer's move is owed, with `due_on` of their step."""
    return with_due(
        Entry.objects.filter(state__in=[*COMMUNE_STATES, *DISTRICT_STATES], cycle__is_closed=False)
    )


# Its dossier is still to be judged: a paper that expires meanwhile would count for nothing.
DOSSIER_MATTERS = tuple(
    state
    for state in Entry.State
    if state
    not in {
        Entry.State.IN_EVALUATION,
        Entry.State.RATED,
        Entry.State.IN_PROMOTION,
        Entry.State.WITHDRAWN,
    }
)


def papers_to_renew() -> QuerySet[Paper]:
    """Papers in force whose validity ends, of dossiers still to be judged, without a longer one."""
    longer = Paper.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=OuterRef("valid_until")),
        entry=OuterRef("entry"),
        kind=OuterRef("kind"),
        withdrawn_at__isnull=True,
    )
    return Paper.objects.filter(
        ~Exists(longer),
        withdrawn_at__isnull=True,
        valid_until__isnull=False,
        entry__state__in=DOSSIER_MATTERS,
        entry__cycle__is_closed=False,
    )


def plans_for(user) -> QuerySet[Plan]:
    """The plans of every unit that covers, or is covered by, one of this officer's units."""
    return Plan.objects.filter(unit__in=units_around(user))


def plan_tasks_for(user) -> QuerySet[PlanTask]:
    """The tasks of the plans that this officer may read."""
    return PlanTask.objects.filter(plan__in=plans_for(user).values("pk"))
