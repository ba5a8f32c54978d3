"""What the leaders' screen asks every few seconds: has anything changed? One query answers it."""

import hashlib

from django.db.models import Count, Exists, IntegerField, Max, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from .models import Conflict, Round, RoundEvent, Seat, Sheet


def pulse(round_id: int, user) -> str:
    """A word that changes with whatever the leaders' screen shows this person, and little else.

    While scoring is open it rests on which sheets were handed in, never on what they hold; those of
    a product with a declared conflict of this person are left out. What is recorded at a sitting
    (absences, votes, findings) writes an event, so the newest event stands for it.
    """
    own_conflict = Conflict.objects.filter(candidate=OuterRef("candidate"), seat__user=user)
    handed_in = Sheet.objects.filter(
        ~Exists(own_conflict), candidate__round=OuterRef("pk"), state=Sheet.State.SUBMITTED
    )
    seats = Seat.objects.filter(council=OuterRef("council"), scores=True, left_on__isnull=True)
    figures = (
        Round.objects.filter(pk=round_id)
        .annotate(
            sheets=_figure(handed_in, "candidate__round", Count("pk")),
            newest=_figure(handed_in, "candidate__round", Max("pk")),
            sum_of_keys=_figure(handed_in, "candidate__round", Sum("pk")),
            event=_figure(RoundEvent.objects.filter(round=OuterRef("pk")), "round", Max("pk")),
            seats=_figure(seats, "council", Count("pk")),
        )
        .values_list("state", "scoring_due", "sheets", "newest", "sum_of_keys", "event", "seats")
        .get()
    )
    return hashlib.sha256(repr(figures).encode()).hexdigest()[:16]


def _figure(rows, group: str, figure) -> Subquery:
    """One aggregate of the rows that belong to the outer round, 0 for none."""
    found = rows.order_by().values(group).annotate(figure=figure).values("figure")
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)
