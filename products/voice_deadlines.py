"""Messages that wait for an answer, offered to the reminders and to the list of work."""

from collections.abc import Iterator

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communes.deadlines import officers_for
from communes.models import today
from communes.scope import OFFICERS, holds
from ocop_portal.page_language import filled, spaced
from ocop_portal.reminders import workdays
from ocop_portal.reminders.registry import Ask, Deadline, deadline_source, in_chunks
from ocop_portal.worklist import WorkItem, work_source

from .voice import feedback_for
from .voice_models import Feedback


@deadline_source("feedback", label=_("Trả lời phản ánh của người dân"))
def answers_to_public(ask: Ask) -> Iterator[Deadline]:
    """Messages without an answer, told to the commune's officers, the district's above them."""
    officers = officers_for(ask)
    rows = Feedback.objects.filter(state=Feedback.State.NEW, due_on__range=(ask.since, ask.until))
    if ask.people is not None:
        commune, district = officers.units_of(ask.people)
        units = {*commune, *district, *ask.units}
        rows = rows.filter(Q(producer__unit__in=units) | Q(producer__unit__parent__in=ask.units))
    calendar = workdays.calendar()
    for row in in_chunks(rows.select_related("producer__unit", "product")):
        text = filled(
            _("Người dân chờ trả lời. Hạn trả lời là %s."), row.due_on.strftime("%d/%m/%Y")
        )
        doubt = calendar.doubt(timezone.localdate(row.sent_at), row.due_on)
        yield Deadline(
            kind="feedback",
            key=f"feedback:{row.pk}",
            due_on=row.due_on,
            title=filled(_("Phản ánh: %s"), row),
            text=spaced(text, doubt),
            url=row.get_absolute_url(),
            recipients=officers.of_commune(row.producer.unit_id),
            superiors=officers.of_district(row.producer.unit_id),
            unit=row.producer.unit.parent_id or row.producer.unit_id,
        )


@work_source
def feedback_waiting(user):
    """How many messages wait for this officer; one query."""
    if not holds(user, *OFFICERS):
        return
    found = (
        feedback_for(user)
        .filter(state=Feedback.State.NEW)
        .aggregate(count=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today())))
    )
    if found["count"]:
        yield WorkItem(
            label=_("Phản ánh của người dân chờ trả lời"),
            count=found["count"],
            url=reverse("products:feedback"),
            icon="chat-left-text",
            late=found["late"],
        )
