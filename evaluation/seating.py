"""Who scores which product: seats, substitutes that were called in, conflicts of interest.

A substitute counts only where they were called in, and then the member whose place they take does
not: one place in the council never gives two sheets to one product.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, Value

from .models import Conflict, Round, Seat, Substitution


@dataclass(frozen=True)
class Seating:
    """A round's conflicts and substitutions, read once; a product None stands for the whole round."""

    conflicts: frozenset[tuple[int, int]]  # product, seat
    replaced: frozenset[tuple[int | None, int]]  # product, seat of the member
    called: frozenset[tuple[int | None, int]]  # product, seat of the substitute

    def takes_part(self, candidate_id: int, seat: Seat) -> bool:
        """Whether this seat is filled for the product: a member not replaced, or a called substitute."""
        places = {(None, seat.pk), (candidate_id, seat.pk)}
        if seat.substitutes_for_id:
            return not places.isdisjoint(self.called)
        return places.isdisjoint(self.replaced)

    def may_score(self, candidate_id: int, seat: Seat) -> bool:
        """Whether this seat's sheet counts for the product once it is handed in."""
        return self.takes_part(candidate_id, seat) and (candidate_id, seat.pk) not in self.conflicts


def seating_of(round_: Round) -> Seating:
    """The round's conflicts and substitutions, in one query."""
    rows = (
        Conflict.objects.filter(candidate__round=round_)
        .order_by()
        .values_list("candidate_id", "seat_id", Value(0))
        .union(
            Substitution.objects.filter(round=round_, withdrawn_at__isnull=True)
            .order_by()
            .values_list("candidate_id", "principal_id", "substitute_id"),
            all=True,
        )
    )
    conflicts, replaced, called = set(), set(), set()
    for candidate_id, seat_id, substitute_id in rows:
        if substitute_id:
            replaced.add((candidate_id, seat_id))
            called.add((candidate_id, substitute_id))
        else:
            conflicts.add((candidate_id, seat_id))
    return Seating(frozenset(conflicts), frozenset(replaced), frozenset(called))


def standing_calls(candidate: str, round_: str):
    """Substitutions that stand for the outer row's product; the names are of the outer row's fields."""
    return Substitution.objects.filter(
        Q(candidate=OuterRef(candidate)) | Q(candidate__isnull=True, round=OuterRef(round_)),
        withdrawn_at__isnull=True,
    )


def sheet_takes_part() -> Q:
    """Sheets of members who were not replaced for the product, and of substitutes called in for it."""
    calls = standing_calls("candidate", "candidate__round")
    return ~Q(Exists(calls.filter(principal=OuterRef("seat")))) & (
        Q(seat__substitutes_for__isnull=True) | Q(Exists(calls.filter(substitute=OuterRef("seat"))))
    )
