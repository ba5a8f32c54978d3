"""How often one address may try something that costs others, or that could be guessed."""

from dataclasses import dataclass

from django.core.cache import cache

from .lockout import client_address


@dataclass(frozen=True)
class Attempts:
    """At most `most` counted attempts of an address within `seconds`, for all processes together."""

    name: str
    most: int
    seconds: int

    def allow(self, request) -> bool:
        """Whether this address may try once more now."""
        return cache.get(self._key(request), 0) < self.most

    def count(self, request) -> None:
        """Count one attempt."""
        key = self._key(request)
        cache.add(key, 0, self.seconds)
        try:
            cache.incr(key)
        except ValueError:  # it ran out between the two lines
            cache.add(key, 1, self.seconds)

    def _key(self, request) -> str:
        return f"{self.name}:{client_address(request) or 'unknown'}"
