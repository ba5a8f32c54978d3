"""What the public is told: results of published rounds, and recognitions.

Both are copied into `products.PublicRating`, so that public pages never touch a sheet or a round.
"""

from django.db import transaction

from communes.models import today
from products.models import Product, PublicRating

from .models import Recognition, Result, Round

# A product that is out has no stars: that is between the council and its producer, not published.
PUBLISHED_FROM_STARS = 1


def publish_result(round_: Round, result: Result) -> PublicRating | None:
    """Tell the public a council's result for one product; None where there are no stars to tell."""
    if result.stars < PUBLISHED_FROM_STARS:
        return None
    entry = result.candidate.entry
    rating, _created = PublicRating.objects.update_or_create(
        key=f"result:{result.pk}",
        defaults={
            "product": entry.product,
            "kind": PublicRating.Kind.COUNCIL,
            "year": entry.cycle.year,
            "stars": result.stars,
            "level": round_.level,
            "authority": round_.council.name,
            "decision_number": round_.council.decision_number,
            "decided_on": round_.meets_on,
            "law": round_.decision,
            "set_digest": result.candidate.pinned_set.digest,
            "points": f"{result.mean_numerator}/{result.mean_denominator}",
            "part_points": result.part_points,
            "sheets": result.sheets,
            "proposal": result.proposal_text,
        },
    )
    refresh_current(entry.product)
    return rating


def publish_recognition(recognition: Recognition) -> PublicRating:
    """Tell the public an authority's recognition, or what became of it."""
    rating, _created = PublicRating.objects.update_or_create(
        key=f"recognition:{recognition.pk}",
        defaults={
            "product": recognition.product,
            "kind": PublicRating.Kind.RECOGNITION,
            "year": recognition.decided_on.year if recognition.decided_on else None,
            "period_text": recognition.period_text,
            "stars": recognition.stars,
            "level": recognition.level,
            "authority": recognition.authority,
            "decision_number": recognition.decision_number,
            "decided_on": recognition.decided_on,
            "valid_until": recognition.valid_until,
            "revoked_on": recognition.revoked_on,
            # Of a recognition without a result in the portal no source names the Decision applied.
            "law": recognition.result.candidate.round.decision if recognition.result_id else "",
            "source": recognition.source,
        },
    )
    refresh_current(recognition.product)
    return rating


@transaction.atomic
def refresh_current(product: Product) -> None:
    """Mark the one fact that stands for the product in lists: a certificate in force, else the newest.

    A council's newer result must not hide a certificate that still runs. What runs today may have
    run out tomorrow, so `refresh_expired` looks again every day.
    """
    ratings = list(product.ratings.select_for_update().order_by("pk"))
    if not ratings:
        return
    standing = max(ratings, key=_weight)
    if standing.is_current:
        return
    # First clear, then set: the database allows one current fact a product.
    product.ratings.filter(is_current=True).update(is_current=False)
    standing.is_current = True
    standing.save(update_fields=["is_current"])


def refresh_expired() -> int:
    """Choose anew for the products whose current certificate has run out; returns how many."""
    products = Product.objects.filter(
        ratings__is_current=True, ratings__valid_until__lt=today()
    ).distinct()
    count = 0
    for product in products.iterator():
        refresh_current(product)
        count += 1
    return count


def _weight(rating: PublicRating) -> tuple:
    recognised = rating.kind == PublicRating.Kind.RECOGNITION
    day = rating.decided_on.isoformat() if rating.decided_on else ""
    year = rating.year or _last_year(rating.period_text)
    return (
        rating.is_certified,
        rating.revoked_on is None,
        year,
        recognised,
        day,
        rating.stars,
        rating.pk,
    )


def _last_year(period: str) -> float:
    """2021 for "2019–2021"; past 2020 for "sau 2020"; 0 where the source names no year."""
    digits = "".join(c if c.isdigit() else " " for c in period).split()
    year = int(digits[-1]) if digits and len(digits[-1]) == 4 else 0
    return year + 0.5 if year and period.startswith("sau ") else year
