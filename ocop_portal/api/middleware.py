"""How the API stands towards the world: knows no one, gives to all, but not without measure.

One middleware for every address under `PREFIX`, those that do not exist included, so that a router
added later needs to think of none of this.
"""

import hashlib
import math
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag

from ocop_portal.accounts.lockout import client_address

from .errors import CODES, problem

PREFIX = "/api/v1/"
# How long, in seconds, an answer to GET may be kept: a corrected version of a set is seen by then.
MAX_AGE = 300
# Requests of one address are counted in windows of so many seconds; how many of them are answered
# is the setting API_REQUESTS_PER_MINUTE.
WINDOW = 60
# A filled-in sheet has some thirty short answers; bytes.
MAX_BODY = 64 * 1024


class ApiMiddleware:
    """No cookies, no session; a limit for each address; open to pages of other hosts for reading."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        # Whoever is signed in gets the same answer as everybody, which any cache may keep.
        request.COOKIES.clear()
        reading = request.method in ("GET", "HEAD", "OPTIONS")
        response = self.refusal(request) or self.answer(request)
        if reading:
            response["Access-Control-Allow-Origin"] = "*"
        return response

    def refusal(self, request) -> HttpResponse | None:
        """Why the request is not even looked at, or None."""
        wait = seconds_to_wait(client_address(request))
        if wait:
            response = problem(429, "too_many_requests", f"Quá nhiều yêu cầu; hãy chờ {wait} giây.")
            response["Retry-After"] = str(wait)
            return response
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
            return problem(
                413, "body_too_large", f"Nội dung gửi lên lớn quá {MAX_BODY // 1024} KB."
            )
        return None

    def answer(self, request) -> HttpResponse:
        method = request.method
        if method == "HEAD":
            request.method = "GET"
        response = self.get_response(request)
        request.method = method
        if response.status_code == 404 and "json" not in response.get("Content-Type", ""):
            response = problem(404, "not_found", CODES["not_found"][1])
        elif response.status_code == 405:
            response = not_allowed(request, response)
        response.headers.pop("Vary", None)
        if method in ("GET", "HEAD") and response.status_code == 200:
            patch_cache_control(response, public=True, max_age=MAX_AGE)
            response["ETag"] = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
            response = get_conditional_response(request, etag=response["ETag"], response=response)
        elif method == "POST":
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def not_allowed(request, response: HttpResponse) -> HttpResponse:
    """What may be asked of this address instead; OPTIONS asks just that."""
    allowed = {name.strip() for name in response["Allow"].split(",")}
    allowed |= {"OPTIONS"} | ({"HEAD"} if "GET" in allowed else set())
    if request.method == "OPTIONS":
        found = HttpResponse(status=204)
        found["Access-Control-Allow-Methods"] = "GET, HEAD"
        found["Access-Control-Max-Age"] = str(MAX_AGE)
    else:
        found = problem(405, "method_not_allowed", CODES["method_not_allowed"][1])
    found["Allow"] = ", ".join(sorted(allowed))
    return found


def seconds_to_wait(address: str | None) -> int:
    """Count one request of this address; 0, or the seconds until the next one is answered.

    The count lies in the cache that all processes share. Addresses that cannot be told are counted
    as one.
    """
    now = time.time()
    window = int(now // WINDOW)
    key = f"api:{address or 'unknown'}:{window}"
    cache.add(key, 0, timeout=2 * WINDOW)
    try:
        count = cache.incr(key)
    except ValueError:  # thrown out by a full cache in between
        return 0
    if count <= settings.API_REQUESTS_PER_MINUTE:
        return 0
    return max(1, math.ceil((window + 1) * WINDOW - now))
