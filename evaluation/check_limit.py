"""How often one address may ask for codes that lead nowhere: a guess must stay a guess."""

from django.core.cache import cache

from ocop_portal.accounts.lockout import client_address

# Codes that were not found, and product codes typed by hand (they follow a pattern), within a window.
MISSES, WINDOW_SECONDS = 20, 600


def may_ask(request) -> bool:
    """Whether this address may look up a code now. Scanning valid certificates costs nothing."""
    return cache.get(_key(request), 0) < MISSES


def count_miss(request) -> None:
    """Remember that a code led nowhere, for all processes."""
    key = _key(request)
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        cache.incr(key)
    except ValueError:  # it ran out between the two lines
        cache.add(key, 1, WINDOW_SECONDS)


def _key(request) -> str:
    return f"check-code:{client_address(request) or 'unknown'}"
