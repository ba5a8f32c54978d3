"""Papers that the district asked for and the commune still owes; offered to the reminders."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from communes.deadlines import officers_for
from ocop_portal.page_language import filled
from ocop_portal.reminders.registry import Ask, Deadline, deadline_source, in_chunks

from .models import PaperSlot
from .paper_slots import WITH_COMMUNE
from .scope import DOSSIER_MATTERS


@deadline_source("paper-slot", label=_("Giấy tờ cơ quan quản lý yêu cầu thêm"))
def slots_owed(ask: Ask) -> Iterator[Deadline]:
    """Papers asked for that are not handed in when their day comes."""
    officers = officers_for(ask)
    slots = PaperSlot.objects.filter(
        state__in=WITH_COMMUNE,
        due_on__range=(ask.since, ask.until),
        entry__state__in=DOSSIER_MATTERS,
        entry__cycle__is_closed=False,
    )
    if ask.people is not None:
        commune, district = officers.units_of(ask.people)
        slots = slots.filter(
            Q(entry__product__producer__unit__in=commune)
            | Q(entry__cycle__unit__in={*district, *ask.units})
        )
    for slot in in_chunks(slots.select_related("entry__product__producer", "entry__cycle")):
        entry = slot.entry
        yield Deadline(
            kind="paper-slot",
            key=f"paper-slot:{slot.pk}",
            due_on=slot.due_on,
            title=filled(
                _("%(product)s – cần bổ sung: %(paper)s"),
                {"product": entry.product, "paper": slot.words},
            ),
            text=filled(
                _("%(why)s. Hãy bổ sung vào hồ sơ trước hết ngày %(day)s."),
                {"why": slot.why.strip().rstrip("."), "day": slot.due_on.strftime("%d/%m/%Y")},
            ),
            url=f"{entry.get_absolute_url()}#ho-so",
            recipients=officers.of_commune(entry.product.producer.unit_id),
            superiors=officers.of_district(entry.cycle.unit_id),
            unit=entry.cycle.unit_id,
        )
