"""Which rows a person may work with: one query per question, used by every list, page and task."""

from django.db.models import IntegerField, OuterRef, Q, QuerySet, Subquery

from .models import (
    Document,
    NewsItem,
    OutreachEvent,
    Producer,
    Role,
    SteeringBody,
    TrainingClass,
    Unit,
    UnitCover,
)

OFFICERS = (Role.Kind.DISTRICT_OFFICER, Role.Kind.COMMUNE_OFFICER)


def _number(rows: QuerySet) -> Subquery:
    return Subquery(
        rows.order_by(),
        output_field=IntegerField(),
        template="(SELECT COUNT(*) FROM (%(subquery)s) AS counted)",
    )


def roles_of(user) -> list[Role]:
    """The person's roles in force today, with their units; read once per request.

    `unreached`: how many units there are that the role does not reach.
    """
    if not user.is_authenticated:
        return []
    if not hasattr(user, "_roles_today"):
        # A unit stands once under each that covers it, so that numbers tell whether one is missing.
        covered = UnitCover.objects.filter(holder=OuterRef("unit")).values("unit")
        user._roles_today = list(
            Role.objects.on()
            .filter(user=user)
            .select_related("unit")
            .annotate(unreached=_number(Unit.objects.values("pk")) - _number(covered))
        )
    return user._roles_today


def holds(user, *kinds: str) -> bool:
    """Whether the person holds one of these kinds of role anywhere today."""
    return any(role.kind in kinds for role in roles_of(user))


def unit_ids_in_scope(user, *kinds: str) -> QuerySet:
    """The ids of the units that the person's roles of these kinds reach, for `unit__in`.

    No DISTINCT and no join: PostgreSQL may then ask of each row of a page whether it lies in scope,
    instead of listing a province's communes for every question.
    """
    holders = {role.unit_id for role in roles_of(user) if role.kind in kinds}
    return UnitCover.objects.filter(holder__in=holders).values("unit")


def in_scope(user, *kinds: str, unit: str = "unit") -> Q:
    """Which rows lie in the units that the person's roles of these kinds reach.

    `unit`: the way from a row to its unit; every row must have one. Where a role reaches each unit
    that there is, nothing has to be asked of a row: a province's office would else look for its
    thousands of communes behind each of twenty thousand rows, only to count them.
    """
    if any(role.kind in kinds and role.unreached == 0 for role in roles_of(user)):
        return Q(pk__isnull=False)  # an empty Q would vanish out of `or`
    return Q(**{f"{unit}__in": unit_ids_in_scope(user, *kinds)})


def units_in_scope(user, *kinds: str) -> QuerySet[Unit]:
    """The units that the person's roles of these kinds reach: the unit, all below, all merged in.

    No role of the kinds: no unit.
    """
    return Unit.objects.filter(in_scope(user, *kinds, unit="pk"))


def units_around(user) -> QuerySet:
    """The ids of every unit that covers, or is covered by, one of this officer's units.

    For `unit__in`: as a join it would multiply each row by the units that its own unit covers.
    Without DISTINCT, for which PostgreSQL would list all the units before it looks at a row.
    """
    units = unit_ids_in_scope(user, *OFFICERS)
    return UnitCover.objects.filter(unit__in=units).values("holder")


def reaches(user, unit_id: int, *kinds: str) -> bool:
    """Whether one of the person's roles of these kinds reaches this unit; asked once per request."""
    holders = frozenset(role.unit_id for role in roles_of(user) if role.kind in kinds)
    if unit_id in holders or not holders:
        return unit_id in holders
    # Beside the roles of `roles_of`: whoever reads the person anew reads both anew.
    if not hasattr(user, "_reached_today"):
        user._reached_today = {}
    known = user._reached_today
    if (holders, unit_id) not in known:
        known[holders, unit_id] = UnitCover.objects.filter(
            unit=unit_id, holder__in=holders
        ).exists()
    return known[holders, unit_id]


def producers_for(user) -> QuerySet[Producer]:
    """The producers that this officer may see and edit."""
    return Producer.objects.filter(in_scope(user, *OFFICERS))


def officers_by_unit(people=None) -> dict[str, dict[int, tuple[int, ...]]]:
    """Role kind → unit → the active users whose role of that kind reaches the unit; two queries.

    With `people` (ids of users) only of these, and only the units that their roles reach.
    """
    roles = Role.objects.on().filter(kind__in=OFFICERS, user__is_active=True)
    if people is not None:
        roles = roles.filter(user__in=people)
    roles = list(roles.values_list("kind", "unit_id", "user_id"))
    covers: dict[int, set[int]] = {}
    for holder, unit in UnitCover.objects.filter(
        holder__in={unit for _kind, unit, _user in roles}
    ).values_list("holder_id", "unit_id"):
        covers.setdefault(holder, set()).add(unit)
    found: dict[str, dict[int, set[int]]] = {kind: {} for kind in OFFICERS}
    for kind, holder, user in roles:
        for unit in covers.get(holder, ()):
            found[kind].setdefault(unit, set()).add(user)
    return {
        kind: {unit: tuple(sorted(users)) for unit, users in units.items()}
        for kind, units in found.items()
    }


def steering_bodies_for(user) -> QuerySet[SteeringBody]:
    """The parts of the apparatus in this officer's units."""
    return SteeringBody.objects.filter(in_scope(user, *OFFICERS))


def trainings_for(user) -> QuerySet[TrainingClass]:
    """The classes of every unit that covers, or is covered by, one of this officer's units."""
    return TrainingClass.objects.filter(unit__in=units_around(user))


def outreach_for(user) -> QuerySet[OutreachEvent]:
    """The outreach events of this officer's units: a commune's own, all of a district's."""
    return OutreachEvent.objects.filter(in_scope(user, *OFFICERS))


def news_for(user) -> QuerySet[NewsItem]:
    """The news and notices of this officer's units, drafts and withdrawn ones too."""
    return NewsItem.objects.filter(in_scope(user, *OFFICERS))


def documents_for(user) -> QuerySet[Document]:
    """The library's documents of this officer's units, drafts and withdrawn ones too."""
    return Document.objects.filter(in_scope(user, *OFFICERS))
