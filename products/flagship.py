"""What a flagship product lacks for its target star, by the producer's own sheet.

A council's marks are no source here: they are the council's until it publishes, and what it
publishes are means, not answers. The producer's own sheet can be read by every officer of the
product.
"""

from dataclasses import dataclass

from ocop_portal import law
from ocop_portal.law.advice import Advice, Change, advise
from ocop_portal.lawbook import versions

from .models import Flagship, GapTask, SelfAssessment


@dataclass(frozen=True)
class Gap:
    """A criterion to be raised, and what is done for it."""

    change: Change
    tasks: list[GapTask]


@dataclass(frozen=True)
class Gaps:
    """The gap list. `sheet` None: no own sheet; `advice` None: the sheet can no longer be reckoned."""

    sheet: SelfAssessment | None
    advice: Advice | None
    gaps: list[Gap]


def latest_sheet(flagship: Flagship) -> SelfAssessment | None:
    """The newest standing sheet of the product, of whichever year; one query."""
    return (
        SelfAssessment.objects.filter(entry__product=flagship.product_id, withdrawn_at__isnull=True)
        .order_by("-attached_at", "-pk")
        .first()
    )


def set_of(flagship: Flagship, sheet: SelfAssessment | None) -> law.CriteriaSet | None:
    """The criteria that the gaps are told in: the sheet's version, else the product's own set."""
    if sheet is not None:
        found = versions.by_digest(sheet.digest)
        if found is None:
            now = versions.current_sets(sheet.decision, [sheet.set_number]).get(sheet.set_number)
            found = now if now and now.digest == sheet.digest else None
        return found
    try:
        return versions.current_set(flagship.product.decision, flagship.product.set_number)
    except law.LawError:
        return None  # a missing set


def gaps_of(flagship: Flagship) -> Gaps:
    """The cheapest changes that bring the target star, each with the work set for it."""
    sheet = latest_sheet(flagship)
    criteria = set_of(flagship, sheet)
    if sheet is None or criteria is None:
        return Gaps(sheet, None, [])
    try:
        found = advise(
            criteria,
            sheet.choices,
            flagship.target_star,
            knock_outs=sheet.knock_outs,
            gates=sheet.gates,
        )
    except law.LawError:
        return Gaps(sheet, None, [])
    tasks: dict[str, list[GapTask]] = {}
    for task in flagship.tasks.in_force():
        tasks.setdefault(task.criterion, []).append(task)
    return Gaps(sheet, found, [Gap(change, tasks.get(change.code, [])) for change in found.changes])
