"""Who must have a second factor (TOTP or passkey).

Rooms above register their own rule here, so that accounts need not know about roles or councils.
"""

from collections.abc import Callable

_requirements: list[Callable] = []


def require_second_factor_for(predicate: Callable) -> Callable:
    """Register `predicate(user) -> bool`; true means that this person must have a second factor."""
    _requirements.append(predicate)
    return predicate


def second_factor_required(user) -> bool:
    """Whether any registered rule asks this person for a second factor."""
    return any(predicate(user) for predicate in _requirements)
