"""Where the rated products come from: communes of a moment, how many products each has, drawn.

The drawing is plain SVG, made here, so that the page needs no script; `static/js/map.js` takes the
same places and lets one move and zoom.
"""

import datetime
import itertools
import math
from dataclasses import dataclass

from django.db.models import Count, Q

from communes.boundary_models import Boundary
from communes.models import Unit

from . import catalogue

MOST_PLACES = 400  # a phone draws no more; those with the most products
WIDTH = 640  # of the drawing
DEPTHS = (1, 3, 6)  # products from which a place is drawn one shade deeper


@dataclass(frozen=True)
class Place:
    """A commune with its number of products; `rings` or `point` where it is known to lie."""

    unit: Unit
    number: int
    rings: list | None
    point: tuple[float, float] | None  # longitude, latitude

    @property
    def depth(self) -> int:
        """0 without products, 3 with the most."""
        return sum(self.number >= least for least in DEPTHS)


@dataclass(frozen=True)
class Shape:
    """A place as SVG draws it: `path` of its outline, or none; the middle, for the number."""

    place: Place
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Drawing:
    """A map in SVG's own measures."""

    width: int
    height: int
    shapes: list[Shape]


def places(search: catalogue.Wanted, day: datetime.date) -> tuple[list[Place], int]:
    """The communes of a day with the products that a search finds, and how many it finds in all.

    Products count for a commune when they come from it or from a unit that became part of it. Of
    more than `MOST_PLACES` communes only those with products are given, the most first. Five
    queries at most.
    """
    hits = catalogue.look_up(search)
    found = catalogue.find(search, hits).order_by()
    holder = "producer__unit__covered_by__holder"
    counted = (
        catalogue.Product.objects.filter(pk__in=found.values("pk"))
        .filter(
            Q(**{f"{holder}__valid_from__isnull": True}) | Q(**{f"{holder}__valid_from__lte": day}),
            Q(**{f"{holder}__valid_until__isnull": True})
            | Q(**{f"{holder}__valid_until__gte": day}),
            **{f"{holder}__level": Unit.Level.COMMUNE},
        )
        .order_by()
        .values_list(holder)
        .annotate(number=Count("pk"))
    )
    numbers = dict(sorted(counted, key=lambda row: (-row[1], row[0]))[:MOST_PLACES])
    units = Unit.objects.on(day).filter(level=Unit.Level.COMMUNE).order_by("search", "pk")
    all_units = list(units[: MOST_PLACES + 1])
    if len(all_units) > MOST_PLACES:
        all_units = list(units.filter(pk__in=numbers))
    outlines = dict(
        Boundary.objects.filter(unit__in=[u.pk for u in all_units]).values_list("unit", "rings")
    )
    return [
        Place(
            unit,
            numbers.get(unit.pk, 0),
            outlines.get(unit.pk),
            None if unit.latitude is None else (unit.longitude, unit.latitude),
        )
        for unit in all_units
    ], found.count()


def sources(day: datetime.date) -> list[str]:
    """Where the outlines of that day's units come from."""
    return list(
        Boundary.objects.filter(unit__in=Unit.objects.on(day))
        .order_by("source")
        .values_list("source", flat=True)
        .distinct()
    )


def drawing(found: list[Place]) -> Drawing | None:
    """The places that are known to lie somewhere, drawn to one scale; None where there are none."""
    known = [place for place in found if place.rings or place.point]
    points = [p for place in known for ring in place.rings or [[place.point]] for p in ring]
    if not points:
        return None
    left, right = min(x for x, _y in points), max(x for x, _y in points)
    low, high = min(y for _x, y in points), max(y for _x, y in points)
    # A degree of longitude is shorter than one of latitude by this.
    narrow = math.cos(math.radians((low + high) / 2))
    margin = 24
    across = max((right - left) * narrow, (high - low) * 0.7, 0.02)
    scale = (WIDTH - 2 * margin) / across
    offset = (across - (right - left) * narrow) / 2

    def at(point) -> tuple[float, float]:
        x = ((point[0] - left) * narrow + offset) * scale + margin
        return round(x, 1), round((high - point[1]) * scale + margin, 1)

    shapes = []
    for place in known:
        rings = [[at(point) for point in ring] for ring in place.rings or []]
        path = " ".join("M" + " ".join(f"{x} {y}" for x, y in ring) + "Z" for ring in rings)
        x, y = _middle(max(rings, key=_area)) if rings else at(place.point)
        shapes.append(Shape(place, path, round(x, 1), round(y, 1)))
    # Points after outlines, the fullest last: nothing hides a number.
    shapes.sort(key=lambda shape: (not shape.path, shape.place.number))
    return Drawing(WIDTH, round((high - low) * scale + 2 * margin), shapes)


def _area(ring) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring)))


def _middle(ring) -> tuple[float, float]:
    """The centre of mass of a ring; its mean point where it has no area."""
    twice, x, y = 0.0, 0.0, 0.0
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        cross = x1 * y2 - x2 * y1
        twice, x, y = twice + cross, x + (x1 + x2) * cross, y + (y1 + y2) * cross
    if not twice:
        return sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)
    return x / (3 * twice), y / (3 * twice)


def as_geojson(found: list[Place], link) -> dict:
    """The places for the script: outlines or points, each with its name, number and `link(place)`."""
    features = []
    for place in found:
        if place.rings:
            geometry = {"type": "MultiPolygon", "coordinates": [[ring] for ring in place.rings]}
        elif place.point:
            geometry = {"type": "Point", "coordinates": list(place.point)}
        else:
            continue
        features.append(
            {
                "type": "Feature",
                "geometry": geometry,
                "properties": {
                    "name": str(place.unit),
                    "number": place.number,
                    "depth": place.depth,
                    "url": link(place),
                },
            }
        )
    return {"type": "FeatureCollection", "features": features}
