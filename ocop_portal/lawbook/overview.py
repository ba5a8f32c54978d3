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


def rows_of(*decisions: law.Decision) -> dict[str, list[SetRow]]:
    """The sets of each Decision by number. One query a Decision and two more."""
    current = {
        decision.slug: current_sets(decision.slug, [item.number for item in decision.sets])
        for decision in decisions
    }
    known = standings(found for sets in current.values() for found in sets.values())
    drafts = set(
        SetVersion.objects.filter(decision__in=current, state=SetVersion.State.DRAFT).values_list(
            "decision", "number"
        )
    )
    return {
        decision.slug: [
            SetRow(
                summary=item,
                criteria=(criteria := current[decision.slug].get(item.number)),
                standing=known[criteria.digest] if criteria else MISSING,
                has_draft=(decision.slug, item.number) in drafts,
            )
            for item in decision.sets
        ]
        for decision in decisions
    }


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
    decisions = law.decisions()
    rows = rows_of(*decisions)
    return [
        DecisionRow(
            decision=decision,
            sets=len(rows[decision.slug]),
            checked=sum(row.standing.is_checked for row in rows[decision.slug]),
            missing=sum(row.criteria is None for row in rows[decision.slug]),
            drafts=sum(row.has_draft for row in rows[decision.slug]),
            documents=documents.get(decision.slug, 0),
        )
        for decision in reversed(decisions)
    ]
