"""Who manages the programme where: steering body, office, focal officer; and where one is missing.

Plan 102/KH-UBND of Vĩnh Linh asks for an apparatus from the district to the communes. A body
belongs to the unit that it was set up in: after a merger the new commune needs its own.
"""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ocop_portal.page_language import filled

from .keeping import keep, withdraw
from .models import SteeringBody, Unit

Kind = SteeringBody.Kind
# The levels that run the programme under the province.
LEVELS = (Unit.Level.DISTRICT, Unit.Level.COMMUNE)


def with_gaps(units: QuerySet[Unit], day: datetime.date) -> QuerySet[Unit]:
    """Districts and communes of `day`, each with `has_steering`, `has_office`, `has_focal` then."""
    bodies = SteeringBody.objects.in_force().on(day).filter(unit=OuterRef("pk"))
    return (
        units.on(day)
        .filter(level__in=LEVELS)
        .annotate(**{f"has_{kind}": Exists(bodies.filter(kind=kind)) for kind in Kind.values})
    )


def lacking(kind: str = "") -> Q:
    """Of rows made by `with_gaps`: those that lack this part; any part where none is named."""
    found = Q()
    for each in [kind] if kind else Kind.values:
        found |= Q(**{f"has_{each}": False})
    return found


def bodies_of(units: list[Unit], day: datetime.date) -> dict[tuple[int, str], list[SteeringBody]]:
    """(unit, kind) → the bodies at work there on `day`; one query."""
    found: dict[tuple[int, str], list[SteeringBody]] = {}
    for body in SteeringBody.objects.in_force().on(day).filter(unit__in=units):
        found.setdefault((body.unit_id, body.kind), []).append(body)
    return found


@transaction.atomic
def save_body(*, body: SteeringBody, by, seen: datetime.datetime | None = None) -> SteeringBody:
    """Add a part of the apparatus, or keep changes to one.

    ValidationError as in `keep`, and when the unit did not exist on the first day.
    """
    unit = body.unit
    if unit.valid_from and body.since < unit.valid_from:
        raise ValidationError(
            {"since": filled(_("%(unit)s có từ ngày %(day)s."), _told(unit, unit.valid_from))}
        )
    if unit.valid_until and body.since > unit.valid_until:
        raise ValidationError(
            {
                "since": filled(
                    _("%(unit)s chỉ có đến hết ngày %(day)s."), _told(unit, unit.valid_until)
                )
            }
        )
    return keep(row=body, under=unit, by=by, seen=seen)


def _told(unit: Unit, day: datetime.date) -> dict:
    return {"unit": unit, "day": day.strftime("%d/%m/%Y")}


def withdraw_body(*, body: SteeringBody, by, reason: str) -> SteeringBody:
    """Withdraw what was entered by mistake; a body that ended gets its last day instead."""
    return withdraw(row=body, by=by, reason=reason)
