"""Who must have a second factor (TOTP or passkey).

Rooms above register their own rule here, so that accounts need not know about roles or councils.
"""

from collections.abc import Callable

from django.core.cache import cache

_requirements: list[Callable] = []
NO_IS_KEPT_FOR = 300  # seconds


def require_second_factor_for(predicate: Callable) -> Callable:
    """Register `predicate(user) -> bool`; true means that this person must have a second factor."""
    _requirements.append(predicate)
    return predicate


def second_factor_required(user) -> bool:
    """Whether any registered rule asks this person for a second factor."""
    return any(predicate(user) for predicate in _requirements)


def _key(user) -> str:
    return f"no-second-factor-needed:{user.pk}"


def lately_not_required(user) -> bool:
    """Whether the answer was no a short while ago; asked at every request, so it is kept."""
    return bool(cache.get(_key(user)))


def keep_no(user) -> None:
    """Keep a no for a while."""
    cache.set(_key(user), True, NO_IS_KEPT_FOR)


def ask_again(user) -> None:
    """Forget a kept no: whoever was given a duty just now is asked at the next click.

    To be called once the duty is committed.
    """
    cache.delete(_key(user))
