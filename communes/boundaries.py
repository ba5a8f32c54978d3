"""Outlines of units out of any GeoJSON that names each by its code."""

import datetime
import math
from dataclasses import dataclass, field

from django.db import transaction

from .boundary_models import Boundary
from .models import Unit

Point = list[float]  # [longitude, latitude] in degrees
DIGITS = 4  # of a degree: some 11 m
SMALLEST = 4  # points of a closed ring


class NotGeoJSON(ValueError):
    """What was given cannot be read as a collection of outlines; the message says why."""


@dataclass
class Loaded:
    """What came of loading a file."""

    units: int = 0
    points_read: int = 0
    points_kept: int = 0
    unknown: list[str] = field(default_factory=list)  # codes without a unit on that day


@transaction.atomic
def load(
    *,
    content: dict,
    source: str = "",
    day: datetime.date | None = None,
    code_in: str = "code",
    level: str = Unit.Level.COMMUNE,
    tolerance: float = 0.0004,
) -> Loaded:
    """Keep the outline of every unit that `content` (GeoJSON) holds and that exists on `day`.

    Codes are used again over time, so a file belongs to a day (today unless told). `code_in`: the
    property with the unit's code. `tolerance`: how far, in degrees, a line may move when points
    are left out. Loading again replaces. `NotGeoJSON` where the file is none.
    """
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        raise NotGeoJSON("Không có danh sách “features”: tệp không phải GeoJSON.")
    units = {unit.code: unit for unit in Unit.objects.on(day).filter(level=level)}
    done = Loaded()
    for feature in features:
        code = str((feature.get("properties") or {}).get(code_in, ""))
        if not code:
            raise NotGeoJSON(f"Có vùng không ghi mã ở thuộc tính “{code_in}”.")
        if code not in units:
            done.unknown.append(code)
            continue
        rings = _rings(feature.get("geometry") or {})
        kept = [ring for ring in (_simplified(ring, tolerance) for ring in rings) if ring]
        # An island smaller than the tolerance is left out, but never the whole unit.
        kept = kept or [max(rings, key=len)]
        Boundary.objects.update_or_create(
            unit=units[code], defaults={"rings": kept, "source": source[:250]}
        )
        done.units += 1
        done.points_read += sum(map(len, rings))
        done.points_kept += sum(map(len, kept))
    return done


def _rings(geometry: dict) -> list[list[Point]]:
    """The rings of a Polygon or MultiPolygon; NotGeoJSON for anything else."""
    try:
        kind, found = geometry["type"], geometry["coordinates"]
        polygons = {"Polygon": [found], "MultiPolygon": found}[kind]
        rings = [
            [[float(point[0]), float(point[1])] for point in ring]
            for polygon in polygons
            for ring in polygon
        ]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise NotGeoJSON("Có vùng không phải Polygon hay MultiPolygon.") from error
    inside = all(-180 <= x <= 180 and -90 <= y <= 90 for ring in rings for x, y in ring)
    if not rings or not inside or any(len(ring) < SMALLEST for ring in rings):
        raise NotGeoJSON("Có đường bao rỗng, hoặc tọa độ không phải kinh độ, vĩ độ.")
    return rings


def _simplified(ring: list[Point], tolerance: float) -> list[Point]:
    """The ring with fewer points (Douglas and Peucker), cut to `DIGITS`; [] where none is left.

    Neighbours are simplified apart; within the tolerance their lines may part by a hair.
    """
    far = max(range(len(ring)), key=lambda at: math.dist(ring[0], ring[at]))
    keep = {0, far, len(ring) - 1}
    todo = [(0, far), (far, len(ring) - 1)]
    while todo:
        start, end = todo.pop()
        if end - start < 2:
            continue
        at, off = max(
            ((i, _off(ring[i], ring[start], ring[end])) for i in range(start + 1, end)),
            key=lambda pair: pair[1],
        )
        if off > tolerance:
            keep.add(at)
            todo += [(start, at), (at, end)]
    found = [[round(value, DIGITS) for value in ring[at]] for at in sorted(keep)]
    return found if len(found) >= SMALLEST else []


def _off(point: Point, start: Point, end: Point) -> float:
    """How far a point lies from the stretch between two others, in degrees."""
    (x, y), (x1, y1), (x2, y2) = point, start, end
    dx, dy = x2 - x1, y2 - y1
    length = dx * dx + dy * dy
    if not length:
        return math.dist(point, start)
    along = max(0.0, min(1.0, ((x - x1) * dx + (y - y1) * dy) / length))
    return math.dist(point, (x1 + along * dx, y1 + along * dy))
