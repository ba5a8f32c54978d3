"""Which rows a person may work with: one query per question, used by every list, page and task."""

from django.db.models import QuerySet

from .models import Producer, Role, SteeringBody, TrainingClass, Unit

OFFICERS = (Role.Kind.DISTRICT_OFFICER, Role.Kind.COMMUNE_OFFICER)


def roles_of(user) -> list[Role]:
    """The person's roles in force today, with their units; read once per request."""
    if not user.is_authenticated:
        return []
    if not hasattr(user, "_roles_today"):
        user._roles_today = list(Role.objects.on().filter(user=user).select_related("unit"))
    return user._roles_today


def holds(user, *kinds: str) -> bool:
    """Whether the person holds one of these kinds of role anywhere today."""
    return any(role.kind in kinds for role in roles_of(user))


def units_in_scope(user, *kinds: str) -> QuerySet[Unit]:
    """The units that the person's roles of these kinds reach: the unit, all below, all merged in.

    No role of the kinds: no unit.
    """
    holders = {role.unit_id for role in roles_of(user) if role.kind in kinds}
    return Unit.objects.filter(covered_by__holder__in=holders).distinct()


def reaches(user, unit_id: int, *kinds: str) -> bool:
    """Whether one of the person's roles of these kinds reaches this unit."""
    holders = [role.unit_id for role in roles_of(user) if role.kind in kinds]
    if unit_id in holders:
        return True
    return (
        bool(holders) and Unit.objects.filter(pk=unit_id, covered_by__holder__in=holders).exists()
    )


def producers_for(user) -> QuerySet[Producer]:
    """The producers that this officer may see and edit."""
    return Producer.objects.filter(unit__in=units_in_scope(user, *OFFICERS).values("pk"))


def steering_bodies_for(user) -> QuerySet[SteeringBody]:
    """The parts of the apparatus in this officer's units."""
    return SteeringBody.objects.filter(unit__in=units_in_scope(user, *OFFICERS).values("pk"))


def trainings_for(user) -> QuerySet[TrainingClass]:
    """The classes of every unit that covers, or is covered by, one of this officer's units."""
    units = units_in_scope(user, *OFFICERS).values("pk")
    return TrainingClass.objects.filter(unit__covers__unit__in=units).distinct()
