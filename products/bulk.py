"""Moving several entries at once: all of them, or none with every reason named."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ocop_portal.page_language import filled
from ocop_portal.refusals import ActRefused

from .cycle import BY_NAME, Refused, Transition, move, transitions_from
from .models import Entry

MOST = 200


@dataclass(frozen=True)
class Refusal:
    """An entry that could not be moved, and why."""

    entry: Entry
    reasons: list[str]


class BulkRefused(ActRefused):
    """Nothing was moved; `refusals` name every entry that stands in the way."""

    def __init__(self, refusals: list[Refusal]):
        self.refusals = refusals
        super().__init__(
            *(
                filled("%(entry)s: %(why)s", {"entry": refusal.entry, "why": why})
                for refusal in refusals
                for why in refusal.reasons
            )
        )


@transaction.atomic
def move_all(*, entries: list[Entry], expected: dict[int, str], name: str, by, reason: str = ""):
    """Move all of these entries along one row of the table, with one reason.

    `expected`: entry → the state that the person saw. All are moved or none; a second call with the
    same entries changes nothing and is no error. Raises `BulkRefused`.
    """
    transition = BY_NAME[name]
    refusals, moved = [], []
    # Always in the same order, so that two officers who move the same entries do not lock up.
    for entry in sorted(entries, key=lambda entry: entry.pk):
        if not transition.actor or not by.has_perm(transition.actor, entry):
            refusals.append(Refusal(entry, [_("Anh/chị không có quyền làm bước này.")]))
            continue
        try:
            moved.append(
                move(
                    entry=entry,
                    name=name,
                    by=by,
                    reason=reason,
                    expected=expected.get(entry.pk),
                )
            )
        except Refused as refused:
            refusals.append(Refusal(entry, refused.reasons))
    if refusals:
        raise BulkRefused(refusals)
    return moved


def moves_for(entries: list[Entry], user) -> list[Transition]:
    """The moves that the person may try with at least one of these entries, in the table's order.

    `entries`: of one cycle, in the person's scope.
    """
    found: dict[str, Transition] = {}
    # Of entries in the person's scope, in one cycle: permission is then the same for all of them.
    known: dict[str, bool] = {}
    for entry in entries:
        for transition in transitions_from(entry.state):
            actor = transition.actor
            if not actor or transition.name in found or entry.cycle.is_closed:
                continue
            if actor not in known:
                known[actor] = user.has_perm(actor, entry)
            if known[actor]:
                found[transition.name] = transition
    return [transition for name, transition in BY_NAME.items() if name in found]
