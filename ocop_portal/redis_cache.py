"""Django's cache in Redis, with one client a process.

Django makes a new client for each question to the cache, which takes as long as the question.
"""

from functools import cached_property

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class _OneClient(RedisCacheClient):
    def get_client(self, key=None, *, write=False):
        return self._to_write if write else self._to_read

    @cached_property
    def _to_write(self):
        return super().get_client(write=True)

    @cached_property
    def _to_read(self):
        return super().get_client()


class OneClientRedisCache(RedisCache):
    def __init__(self, server, params):
        super().__init__(server, params)
        self._class = _OneClient
