"""Milestones of plans that are not reached when their day comes; offered to the reminders."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from communes.deadlines import officers_for
from ocop_portal.page_language import filled
from ocop_portal.reminders.registry import Ask, Deadline, deadline_source, in_chunks

from .models import Milestone
from .works import WRITABLE


@deadline_source("milestone", label=_("Mốc việc của phương án"))
def milestones_owed(ask: Ask) -> Iterator[Deadline]:
    """Milestones that are not done, of entries that still stand in an open cycle."""
    officers = officers_for(ask)
    rows = Milestone.objects.in_force().filter(
        done_on__isnull=True,
        due_on__range=(ask.since, ask.until),
        entry__state__in=WRITABLE,
        entry__cycle__is_closed=False,
    )
    if ask.people is not None:
        commune, district = officers.units_of(ask.people)
        rows = rows.filter(
            Q(entry__product__producer__unit__in=commune)
            | Q(entry__cycle__unit__in={*district, *ask.units})
        )
    for row in in_chunks(rows.select_related("entry__product__producer", "entry__cycle")):
        entry = row.entry
        yield Deadline(
            kind="milestone",
            key=f"milestone:{row.pk}",
            due_on=row.due_on,
            title=filled(
                _("%(product)s – %(milestone)s"),
                {"product": entry.product, "milestone": Truncator(row).chars(150)},
            ),
            text=filled(
                _("Mốc việc của phương án chưa xong, hạn %s. Khi đã xong, hãy ghi ngày."),
                row.due_on.strftime("%d/%m/%Y"),
            ),
            url=row.get_absolute_url(),
            recipients=officers.of_commune(entry.product.producer.unit_id),
            superiors=officers.of_district(entry.cycle.unit_id),
            unit=entry.cycle.unit_id,
        )
