"""What the public is told of a council's make-up: positions and numbers, from the closed record."""

from collections import Counter

from products.composition import Composition, composition_source
from products.models import PublicRating

from .models import RoundRecord, Seat


@composition_source
def composition(rating: PublicRating) -> Composition | None:
    """The council of a published result as it stood when its round was closed; one query.

    Substitutes and those who had left are not counted. Nobody is named.
    """
    if not rating.key.startswith("result:"):
        return None
    record = RoundRecord.objects.filter(
        round__candidates__result=int(rating.key.removeprefix("result:"))
    ).first()
    if record is None:
        return None
    seats = [
        seat
        for seat in record.content["seats"]
        if not seat["left_on"] and not seat["substitutes_for"]
    ]
    counts = Counter(seat["position"] for seat in seats)
    numerator, denominator = record.content["round"]["quorum"]
    return Composition(
        seats=[(p.label, counts[p]) for p in Seat.Position if counts[p]],
        scoring=sum(seat["scores"] for seat in seats),
        quorum=(numerator, denominator),
    )
