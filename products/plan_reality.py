"""A plan's targets against what the portal can count itself, year by year.

Samples are made up and never counted. A recognition counts in the year that its source names; one
whose source names only a span of years counts in none of them, and is told apart.
"""

import datetime
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Sum

from communes.models import OutreachEvent, TrainingClass, Unit

from .models import Entry, Fair, Plan, PlanTask, PublicRating
from .plan_models import Measure

STARS = {Measure.STARS_3: 3, Measure.STARS_4: 4, Measure.STARS_5: 5}


@dataclass(frozen=True)
class Cell:
    """One measure in one year: what the plan's tasks aim at (None: no figure), what is there."""

    year: int
    target: int | None
    counted: int
    of: int | None = None  # out of how many, where that is known

    @property
    def met(self) -> bool:
        """Whether there is a target and it is reached."""
        return self.target is not None and self.counted >= self.target


@dataclass(frozen=True)
class Line:
    """One measure over the years of the plan."""

    measure: str
    label: str
    cells: list[Cell]


@dataclass
class Reality:
    """What the portal counts for a plan."""

    lines: list[Line] = field(default_factory=list)
    undated: int = 0  # recognised products of the plan's unit whose year no source names


def reality_of(plan: Plan, tasks: list[PlanTask]) -> Reality:
    """Targets and counts for each measure and year of the plan.

    `tasks`: the plan's tasks in force. Targets of several tasks for one measure and year add up.
    Five queries, however many years there are.
    """
    targets: dict[tuple, int] = defaultdict(int)
    aimed = set()
    for task in tasks:
        if task.measure and task.target is not None:
            targets[task.measure, task.year] += task.target
            aimed.add((task.measure, task.year))
    counted = _entries(plan)
    stars, undated = _recognised(plan)
    counted.update(stars)
    counted.update(_trainings(plan))
    counted.update(_outreach(plan))
    counted.update(_fairs(plan))
    below = list(Unit.objects.filter(level=Unit.Level.COMMUNE, covered_by__holder=plan.unit))
    communes = {
        year: sum(unit.is_valid_on(datetime.date(year, 12, 31)) for unit in below)
        for year in plan.years
    }
    lines = [
        Line(
            measure.value,
            str(measure.label),
            [
                Cell(
                    year,
                    targets[measure, year] if (measure, year) in aimed else None,
                    counted.get((measure, year), 0),
                    communes[year] if measure == Measure.COMMUNES else None,
                )
                for year in plan.years
            ],
        )
        for measure in Measure
    ]
    return Reality(lines, undated)


def _entries(plan: Plan) -> dict[tuple, int]:
    """(measure, year) → products, producers and communes that take part in the plan's cycles."""
    rows = (
        Entry.objects.filter(
            cycle__unit=plan.unit_id,
            cycle__year__range=(plan.first_year, plan.last_year),
            product__is_sample=False,
        )
        .exclude(state__in=[Entry.State.WITHDRAWN, Entry.State.IDEA_DRAFT])
        .order_by()
        .values_list(
            "cycle__year",
            "product_id",
            "product__producer_id",
            "product__producer__unit_id",
            "product__producer__unit__level",
        )
    )
    products, producers, communes = defaultdict(set), defaultdict(set), defaultdict(set)
    for year, product, producer, unit, level in rows:
        products[year].add(product)
        producers[year].add(producer)
        # A producer whose commune no source names is written down at the district.
        if level == Unit.Level.COMMUNE:
            communes[year].add(unit)
    return {
        (measure, year): len(found)
        for measure, by_year in (
            (Measure.ENTRIES, products),
            (Measure.PRODUCERS, producers),
            (Measure.COMMUNES, communes),
        )
        for year, found in by_year.items()
    }


def _recognised(plan: Plan) -> tuple[dict[tuple, int], int]:
    """(measure, year) → products recognised at these stars then; and those of no known year."""
    rows = (
        PublicRating.objects.filter(
            kind=PublicRating.Kind.RECOGNITION,
            product__is_sample=False,
            product__producer__unit__covered_by__holder=plan.unit_id,
        )
        .order_by()
        .values_list("product_id", "stars", "year", "period_text")
    )
    found: dict[tuple, set] = defaultdict(set)
    undated = set()
    measures = {stars: measure for measure, stars in STARS.items()}
    for product, stars, year, period in rows:
        year = year or (int(period) if period.isdigit() else None)
        if year is None:
            undated.add(product)
        elif stars in measures:
            found[measures[stars], year].add(product)
    return {key: len(products) for key, products in found.items()}, len(undated)


def _trainings(plan: Plan) -> dict[tuple, int]:
    """(measure, year of the first day) → classes to which somebody is known to have gone."""
    days = (
        TrainingClass.objects.in_force()
        .filter(
            unit=plan.unit_id,
            starts_on__year__range=(plan.first_year, plan.last_year),
            attended__isnull=False,
            attended__withdrawn_at__isnull=True,
        )
        .order_by()
        .values_list("pk", "starts_on")
        .distinct()
    )
    return Counter((Measure.TRAININGS, day.year) for _pk, day in days)


def _outreach(plan: Plan) -> dict[tuple, int]:
    """(measure, year) → events of the plan's unit and of all below it, and the people counted."""
    rows = (
        OutreachEvent.objects.in_force()
        .filter(
            unit__covered_by__holder=plan.unit_id,
            held_on__year__range=(plan.first_year, plan.last_year),
            is_sample=False,
        )
        .order_by()
        .values_list("held_on__year")
        .annotate(events=Count("pk"), people=Sum("people"))
    )
    found = {}
    for year, events, people in rows:
        found[Measure.OUTREACH, year] = events
        found[Measure.OUTREACH_PEOPLE, year] = people or 0
    return found


def _fairs(plan: Plan) -> dict[tuple, int]:
    """(measure, year of the first day) → fairs at which a product that is no sample was shown."""
    days = (
        Fair.objects.in_force()
        .filter(
            unit=plan.unit_id,
            starts_on__year__range=(plan.first_year, plan.last_year),
            shown__withdrawn_at__isnull=True,
            shown__product__is_sample=False,
        )
        .order_by()
        .values_list("pk", "starts_on")
        .distinct()
    )
    return Counter((Measure.FAIRS, day.year) for _pk, day in days)
