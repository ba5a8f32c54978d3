"""Which version of a criteria set is current. The one door through which the portal takes a set to use."""

from ocop_portal import law


def current_set(decision: str, number: int) -> law.CriteriaSet:
    """The set as it is to be used today: the newest published version.

    UnknownDecision, UnknownSet; MissingSet where the law's files have no text.
    """
    return law.decision(decision).criteria_set(number)
