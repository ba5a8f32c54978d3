"""Every set of a Decision with its text, its standing and its open draft: for the officers' lists."""

from dataclasses import dataclass

from django.db.models import Count

from ocop_portal import law

from .models import LegalDocument, SetVersion
from .versions import MISSING, Standing, current_sets, standings


@dataclass(frozen=True)
class SetRow:
    """A set as classified, with the version in use, None for a set without a text."""

    summary: law.SetSummary
    criteria: law.CriteriaSet | None
    standing: Standing
    has_draft: bool


def rows_of(decision: law.Decision) -> list[SetRow]:
    """The sets of a Decision by number. Three queries, whatever their number."""
    current = current_sets(decision.slug, [item.number for item in decision.sets])
    known = standings(current.values())
    drafts = set(
        SetVersion.objects.filter(decision=decision.slug, state=SetVersion.State.DRAFT).values_list(
            "number", flat=True
        )
    )
    return [
        SetRow(
            summary=item,
            criteria=current.get(item.number),
            standing=known[current[item.number].digest] if item.number in current else MISSING,
            has_draft=item.number in drafts,
        )
        for item in decision.sets
    ]


@dataclass(frozen=True)
class DecisionRow:
    """A Decision with how many of its sets are checked, missing, or being worked on."""

    decision: law.Decision
    sets: int
    checked: int
    missing: int
    drafts: int
    documents: int


def decision_rows() -> list[DecisionRow]:
    """Every Decision, the newest first."""
    documents = dict(
        LegalDocument.objects.filter(withdrawn_at__isnull=True)
        .order_by()
        .values_list("decision")
        .annotate(Count("pk"))
    )
    found = []
    for decision in reversed(law.decisions()):
        rows = rows_of(decision)
        found.append(
            DecisionRow(
                decision=decision,
                sets=len(rows),
                checked=sum(row.standing.is_checked for row in rows),
                missing=sum(row.criteria is None for row in rows),
                drafts=sum(row.has_draft for row in rows),
                documents=documents.get(decision.slug, 0),
            )
        )
    return found
