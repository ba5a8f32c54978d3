"""Units through time: what a unit answers for, and what became of it."""

import datetime
from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ocop_portal.page_language import filled

from .models import Unit, UnitCover, UnitSuccession


@transaction.atomic
def rebuild_cover() -> int:
    """Derive `UnitCover` anew from parents and successions; returns the number of rows.

    A unit covers itself, its children, its predecessors, and whatever these cover. A district
    therefore keeps its communes of every period, and today's commune those merged into it.
    """
    below: dict[int, set[int]] = defaultdict(set)
    units = list(Unit.objects.values_list("pk", "parent_id"))
    for pk, parent_id in units:
        if parent_id:
            below[parent_id].add(pk)
    for successor_id, predecessor_id in UnitSuccession.objects.values_list(
        "successor_id", "predecessor_id"
    ):
        below[successor_id].add(predecessor_id)

    rows = []
    for pk, _parent in units:
        seen, todo = {pk}, [pk]
        while todo:
            for other in below[todo.pop()] - seen:
                seen.add(other)
                todo.append(other)
        rows.extend(UnitCover(holder_id=pk, unit_id=other) for other in seen)
    UnitCover.objects.all().delete()
    UnitCover.objects.bulk_create(rows, batch_size=2000)
    return len(rows)


def check_unit_of_day(unit: Unit, day: datetime.date) -> None:
    """ValidationError, at the field `unit`, when the unit did not exist on that day."""
    if not unit.is_valid_on(day):
        raise ValidationError(
            {
                "unit": filled(
                    _("Ngày %(day)s không có %(unit)s. Hãy chọn đơn vị của ngày đó."),
                    {"day": day.strftime("%d/%m/%Y"), "unit": unit},
                )
            }
        )


def communes_on(unit: Unit, day: datetime.date | None = None):
    """The communes that `unit` covers and that exist on `day`, by name."""
    return Unit.objects.on(day).filter(level=Unit.Level.COMMUNE, covered_by__holder=unit)
