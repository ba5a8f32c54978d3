"""What everyone may look up: rated products, by name, stars, standing, place, branch and year.

All of it starts from `PublicRating`. Such a row exists only for a published fact, so nothing of a
round that is still being scored or not yet published can come through.
"""

import datetime
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import lru_cache

from django.db import models
from django.db.models import Case, Count, F, FilteredRelation, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Right
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.models import Unit, today
from communes.sections import unit_figure
from ocop_portal import law
from ocop_portal.lawbook import versions
from ocop_portal.search import MAX_QUERY
from ocop_portal.text import fold, normalise

from . import word_index
from .models import Product, PublicRating
from .word_index import Hits

MOST_COMMUNES = 200


class Standing(models.TextChoices):
    """How a published fact stands today. Only the first lets a product bear OCOP stars."""

    CERTIFIED = "certified", gettext_lazy("Đã công nhận, còn hạn")
    UNDATED = "undated", gettext_lazy("Đã công nhận, chưa rõ thời hạn")
    EXPIRED = "expired", gettext_lazy("Công nhận đã hết hạn")
    COUNCIL = "council", gettext_lazy("Kết quả hội đồng, chưa công nhận")
    REVOKED = "revoked", gettext_lazy("Công nhận đã bị thu hồi")


def standing(prefix: str = "") -> Case:
    """`PublicRating.is_certified` and its opposites in SQL; `prefix` leads to the rating."""
    recognised = Q(**{f"{prefix}kind": PublicRating.Kind.RECOGNITION})
    return Case(
        When(~recognised, then=Value(Standing.COUNCIL)),
        When(Q(**{f"{prefix}revoked_on__isnull": False}), then=Value(Standing.REVOKED)),
        When(Q(**{f"{prefix}valid_until__isnull": True}), then=Value(Standing.UNDATED)),
        When(Q(**{f"{prefix}valid_until__lt": today()}), then=Value(Standing.EXPIRED)),
        default=Value(Standing.CERTIFIED),
        output_field=models.CharField(),
    )


def standing_of(
    kind: str, valid_until: datetime.date | None, revoked_on: datetime.date | None
) -> Standing:
    """The same as `standing()`, of the values of one rating."""
    if kind != PublicRating.Kind.RECOGNITION:
        return Standing.COUNCIL
    if revoked_on is not None:
        return Standing.REVOKED
    if valid_until is None:
        return Standing.UNDATED
    return Standing.EXPIRED if valid_until < today() else Standing.CERTIFIED


def ratings() -> QuerySet[PublicRating]:
    """Published facts, each with its `standing` today, the newest first."""
    year, day = _newest()
    rows = PublicRating.objects.annotate(standing=standing())
    return rows.order_by(year, "-is_current", day, "-pk")


def rated_products() -> QuerySet[Product]:
    """Products in production with a published fact; the one that stands for them is `rating`."""
    return (
        Product.objects.filter(is_active=True)
        .annotate(rating=FilteredRelation("ratings", condition=Q(ratings__is_current=True)))
        .filter(rating__isnull=False)
        .annotate(standing=standing("rating__"), stars=F("rating__stars"))
    )


def starred_products() -> QuerySet[Product]:
    """Those whose stars were not taken back: a revoked recognition gives none any more."""
    return rated_products().exclude(standing=Standing.REVOKED)


def products_of_unit(unit: Unit) -> QuerySet[Product]:
    """The products with stars of a unit, of the units below it and of those merged into it."""
    return most_stars_first(starred_products().filter(producer__unit__covered_by__holder=unit))


@unit_figure(gettext_lazy("Sản phẩm có hạng sao"))
def rated_by_unit(units: Iterable[Unit]) -> dict[int, int]:
    """How many products with stars each unit covers, predecessors' included; one query."""
    holder = "producer__unit__covered_by__holder"
    rows = (
        starred_products()
        .filter(**{f"{holder}__in": [unit.pk for unit in units]})
        .order_by()
        .values_list(holder)
        .annotate(found=Count("pk"))
    )
    return dict(rows)


# --- Order ------------------------------------------------------------------------------------


def _newest(prefix: str = "") -> tuple:
    """By the year of the fact, "2019–2021" as its last year; then by day."""
    year = Coalesce(
        Cast(f"{prefix}year", models.CharField()), Right(f"{prefix}period_text", 4), Value("")
    )
    return year.desc(), F(f"{prefix}decided_on").desc(nulls_last=True)


def newest_first(products: QuerySet[Product]) -> QuerySet[Product]:
    """By the day of the fact, as far as it is known."""
    return products.order_by(*_newest("rating__"), "search", "pk")


def most_stars_first(products: QuerySet[Product]) -> QuerySet[Product]:
    """By stars, recognised before the council's word; what has lapsed comes after all others."""
    lapsed = Case(
        When(standing__in=[Standing.EXPIRED, Standing.REVOKED], then=Value(1)), default=Value(0)
    )
    rank = Case(
        *(When(standing=value, then=Value(place)) for place, value in enumerate(Standing.values)),
        output_field=models.IntegerField(),
    )
    return products.order_by(lapsed, F("rating__stars").desc(), rank, "search", "pk")


def by_name(products: QuerySet[Product]) -> QuerySet[Product]:
    """By the folded name."""
    return products.order_by("search", "pk")


ORDERS: dict[str, tuple[str, Callable]] = {
    "stars": (gettext_lazy("Hạng sao cao trước"), most_stars_first),
    "newest": (gettext_lazy("Mới công bố trước"), newest_first),
    "name": (gettext_lazy("Tên sản phẩm"), by_name),
}

# --- What is looked for -----------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """A visitor's search. Values of an address that mean nothing are dropped, not refused."""

    q: str = ""
    stars: str = ""
    standing: str = ""
    commune: str = ""  # key of a unit of any period
    then: str = ""  # key of a unit that is no more, in which the producer was recorded
    branch: str = ""  # the branch's name as a slug
    set: str = ""  # the set's name as a slug
    year: str = ""  # a year, a period as published, or NO_YEAR
    sort: str = ""  # "": what fits best where words were typed, else by stars
    view: str = ""  # "": cards; "list": a table

    @property
    def filters(self) -> dict[str, str]:
        """The filters that are set, by name."""
        return {name: getattr(self, name) for name in FILTERS if getattr(self, name)}


# Few enough values to be counted all at once.
COUNTED = ("stars", "standing", "branch", "set", "year")
FILTERS = (*COUNTED, "commune", "then")
VIEWS = ("", "list")
NO_YEAR = "khong-ro"


def wanted(query: dict) -> Wanted:
    """Read a search from the parameters of an address."""
    found = {f.name: normalise(str(query.get(f.name, "")))[:MAX_QUERY] for f in fields(Wanted)}
    if found["stars"] not in {"1", "2", "3", "4", "5"}:
        found["stars"] = ""
    if found["standing"] not in Standing.values:
        found["standing"] = ""
    for name in ("commune", "then"):
        if not re.fullmatch(r"[0-9]{1,18}", found[name]):
            found[name] = ""
    if found["branch"] and found["branch"] not in branch_names():
        found["branch"] = ""
    if found["set"] and found["set"] not in set_names():
        found["set"] = ""
    if found["sort"] not in ORDERS:
        found["sort"] = ""
    if found["view"] not in VIEWS:
        found["view"] = ""
    return Wanted(**found)


def branch_names() -> dict[str, list[str]]:
    """Slug → the branch's name, in every spelling that a Decision prints."""
    return _by_slug(branch.name for decision in law.decisions() for branch in decision.branches)


def set_names() -> dict[str, list[str]]:
    """Slug → the set's name, in every spelling that a Decision prints."""
    return _by_slug(summary.name for decision in law.decisions() for summary in decision.sets)


def _by_slug(names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        spellings = found.setdefault(name_slug(name), [])
        if name not in spellings:
            spellings.append(name)
    return found


@lru_cache(maxsize=1000)
def name_slug(name: str) -> str:
    """A branch's or a set's name as it stands in addresses."""
    return slugify(fold(name))


def look_up(search: Wanted) -> Hits:
    """The rated products that hold the typed words, before any filter; at most two queries."""
    return word_index.search(rated_products(), search.q)


def find(search: Wanted, hits: Hits) -> QuerySet[Product]:
    """The products that a search finds, in its order; `hits` is what `look_up` gave for it."""
    found = _filtered(search, hits)
    if search.sort:
        return ORDERS[search.sort][1](found)
    return word_index.best_first(found, hits) if hits.meant else most_stars_first(found)


def _filtered(search: Wanted, hits: Hits, *, without: Iterable[str] = ()) -> QuerySet[Product]:
    """The products found, some of the filters left aside."""
    products = hits.products
    for name, value in search.filters.items():
        if name not in without:
            products = products.filter(_CONDITIONS[name](value))
    return products


def _year_condition(value: str) -> Q:
    if value == NO_YEAR:
        return Q(rating__year__isnull=True, rating__period_text="")
    unnamed = Q(rating__year__isnull=True, rating__period_text=value)
    if re.fullmatch(r"[0-9]{4}", value):
        return unnamed | Q(rating__year=int(value))
    return unnamed


_CONDITIONS: dict[str, Callable[[str], Q]] = {
    # A revoked recognition gives no stars any more.
    "stars": lambda value: Q(rating__stars=int(value)) & ~Q(standing=Standing.REVOKED),
    "standing": lambda value: Q(standing=value),
    "commune": lambda value: Q(producer__unit__covered_by__holder=int(value)),
    "then": lambda value: Q(producer__unit=int(value)),
    "branch": lambda value: Q(branch__in=branch_names()[value]),
    "set": lambda value: Q(set_name__in=set_names()[value]),
    "year": _year_condition,
}

# --- What there is to choose from -------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """A value of a filter, its words, and how many products it shows with the other filters."""

    value: str
    label: str
    count: int

    def __str__(self) -> str:
        return f"{self.label} ({self.count})"


def choices(search: Wanted, hits: Hits, *, places: bool = True) -> dict[str, list[Choice]]:
    """What each filter offers, with counts; three queries, and up to two for a chosen place.

    One query without the filters by place.

    A count leaves its own filter aside, so that one can change from 4 to 3 stars in one go.
    """
    rows = [
        {
            "stars": "" if row["standing"] == Standing.REVOKED else str(row["rating__stars"]),
            "standing": row["standing"],
            "branch": name_slug(row["branch"]),
            "set": name_slug(row["set_name"]),
            "year": str(row["rating__year"] or row["rating__period_text"] or NO_YEAR),
            "found": row["found"],
        }
        for row in _filtered(search, hits, without=COUNTED)
        .order_by()
        .values(
            "rating__stars",
            "standing",
            "branch",
            "set_name",
            "rating__year",
            "rating__period_text",
        )
        .annotate(found=Count("pk"))
    ]
    offered = {}
    chosen = search.filters
    for name in COUNTED:
        others = {key: chosen[key] for key in COUNTED if key in chosen and key != name}
        counts = Counter()
        for row in rows:
            if all(row[key] == value for key, value in others.items()):
                counts[row[name]] += row["found"]
        counts.pop("", None)
        if name in chosen:
            counts.setdefault(chosen[name], 0)
        offered[name] = _in_order(name, counts)
    if places:
        offered["commune"] = _communes(search, hits)
        offered["then"] = _communes_of_then(search, hits)
    return offered


def _in_order(name: str, counts: Counter) -> list[Choice]:
    branches, sets = branch_names(), set_names()
    labels = {
        "stars": lambda value: _("%s sao") % value,
        "standing": lambda value: str(Standing(value).label),
        "branch": lambda value: branches[value][0],
        "set": lambda value: sets.get(value, [value])[0],
        "year": lambda value: _("Nguồn không nêu năm") if value == NO_YEAR else value,
    }[name]
    orders = {
        "stars": lambda value: -int(value),
        "standing": Standing.values.index,
        "branch": list(branches).index,
        "set": str,  # slugs stand in the order of the alphabet
        "year": lambda value: (value == NO_YEAR, [-ord(letter) for letter in value[-4:]], value),
    }[name]
    return [Choice(value, labels(value), counts[value]) for value in sorted(counts, key=orders)]


def _communes(search: Wanted, hits: Hits) -> list[Choice]:
    """Today's communes with products found in them or in the units that became part of them."""
    holder = "producer__unit__covered_by__holder"
    day = today()
    stands = (
        Q(**{f"{holder}__valid_from__isnull": True}) | Q(**{f"{holder}__valid_from__lte": day}),
        Q(**{f"{holder}__valid_until__isnull": True}) | Q(**{f"{holder}__valid_until__gte": day}),
    )
    return _places("commune", holder, search, hits, stands)


def _communes_of_then(search: Wanted, hits: Hits) -> list[Choice]:
    """Communes that are no more, in which the producers of products found were recorded."""
    unit = "producer__unit"
    return _places("then", unit, search, hits, (Q(**{f"{unit}__valid_until__lt": today()}),))


def _places(
    name: str, unit: str, search: Wanted, hits: Hits, conditions: Iterable[Q]
) -> list[Choice]:
    """The communes that `unit` leads to and that meet the conditions, with products found there.

    The `MOST_COMMUNES` with the most products, by name: a longer list is no help on a phone.
    """
    # As a subquery, so that SQLite finds the products first; joined, it may start from the places.
    found = _filtered(search, hits, without=(name,)).order_by().values("pk")
    columns = [f"{unit}__{column}" for column in ("search", "kind", "name", "valid_until")]
    rows = (
        Product.objects.filter(pk__in=found)
        .filter(*conditions, **{f"{unit}__level": Unit.Level.COMMUNE})
        .values_list(unit, *columns)
        .annotate(found=Count("pk"))
        .order_by("-found", unit)[:MOST_COMMUNES]
    )
    offered = [
        Choice(str(pk), Unit(kind=kind, name=place, valid_until=until).dated_name, count)
        for pk, _search, kind, place, until, count in sorted(rows, key=lambda row: (row[1], row[0]))
    ]
    chosen = getattr(search, name)
    if chosen and chosen not in {choice.value for choice in offered}:
        # A link from a page about another year, or a search that finds nothing there.
        missing = Unit.objects.filter(pk=chosen).first()
        if missing:
            count = _filtered(search, hits).count()
            offered.append(Choice(chosen, missing.dated_name, count))
    return offered


# --- The numbers ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Numbers:
    """What has been published so far; samples are not counted."""

    products: int
    producers: int
    communes: int  # of today
    standings: list[Standing]  # those that occur: the columns
    rows: list[tuple[int, list[tuple[Standing, int]]]]  # stars, and how many of each standing


def numbers() -> Numbers:
    """Count the published products by stars and standing, revoked ones left out; three queries."""
    real = starred_products().filter(is_sample=False)
    counts = {
        (row["rating__stars"], row["standing"]): row["found"]
        for row in real.order_by().values("rating__stars", "standing").annotate(found=Count("pk"))
    }
    columns = [value for value in Standing if any(key[1] == value for key in counts)]
    return Numbers(
        products=sum(counts.values()),
        producers=real.aggregate(found=Count("producer", distinct=True))["found"],
        communes=Unit.objects.on()
        .filter(level=Unit.Level.COMMUNE, covers__unit__producers__products__in=real.values("pk"))
        .distinct()
        .count(),
        standings=columns,
        rows=[
            (stars, [(column, counts.get((stars, column), 0)) for column in columns])
            for stars in sorted({key[0] for key in counts}, reverse=True)
        ],
    )


# --- How a product was rated ------------------------------------------------------------------


@dataclass(frozen=True)
class PartScore:
    """The council's exact mean for one part, out of so many points."""

    code: str
    title: str
    mean: Fraction
    points: int | None


@dataclass(frozen=True)
class HowRated:
    """What a published council's result rests on, in the words of the Decision it was scored by."""

    rating: PublicRating
    parts: list[PartScore]
    decision: law.Decision | None
    set_name: str
    set_number: int | None  # None where that version is not known
    standing: versions.Standing | None  # of the set's text; None where that version is not known
    band: str  # the mean's, as the Decision prints it
    lowered: bool  # fewer stars than the band's: a criterion misses the minimum of that star
    parts_cut: bool  # the parts as shown, cut to two decimals, add up to less than the sum shown


def how_rated(rating: PublicRating, product: Product) -> HowRated:
    """Explain a council's result. Names come from the very set that was scored, found by digest."""
    decision = next((d for d in law.decisions() if d.slug == rating.law), None)
    criteria = _scored_set(decision, rating.set_digest, product.set_number) if decision else None
    titles = {part.code: part.title for part in criteria.parts} if criteria else {}
    most = decision.part_points if decision else {}
    band = None
    if decision and rating.mean is not None:
        stars = decision.band(rating.mean)
        band = next(band for band in decision.bands if band.stars == stars)
    parts = rating.part_means
    return HowRated(
        rating=rating,
        parts=[
            PartScore(code, titles.get(code, ""), mean, most.get(code))
            for code, mean in sorted(parts.items())
        ],
        decision=decision,
        set_name=criteria.name if criteria else "",
        set_number=criteria.number if criteria else None,
        standing=versions.standing(criteria) if criteria else None,
        band=band.printed if band else "",
        lowered=band is not None and rating.stars < band.stars,
        parts_cut=sum(int(mean * 100) for mean in parts.values()) != int((rating.mean or 0) * 100),
    )


def _scored_set(decision: law.Decision, digest: str, likely: int) -> law.CriteriaSet | None:
    """The set with this digest: of the files, or published here; None when it is in neither now."""
    numbers = [summary.number for summary in decision.sets if summary.usable]
    numbers.sort(key=lambda number: number != likely)
    for number in numbers:
        criteria = decision.criteria_set(number)
        if criteria.digest == digest:
            return criteria
    return versions.by_digest(digest) if digest else None
