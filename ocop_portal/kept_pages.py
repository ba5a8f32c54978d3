"""Pages for everyone, kept ready for a moment for whoever comes with empty hands.

A view marked `@kept` answers from the cache for `PUBLIC_PAGE_SECONDS`; so long may a page go on
showing what was taken back meanwhile. Kept, and answered from what was kept, are only requests that
carry no cookie, so nobody who is signed in, has a message waiting or a form open, and no query:
every page has one copy a language, however much is searched. A page with a form of its own is never
kept: its token is one visitor's. Browsers are told to ask again each time, and are told "unchanged"
(304) where it is.

Not Django's `cache_page`: it asks the cache twice for each page, and tells browsers to keep the page
too, which they would then show to someone who has signed in meanwhile.
"""

from functools import wraps

from django.conf import settings
from django.core.cache import cache
from django.utils.cache import patch_vary_headers, set_response_etag
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page


def kept(view):
    """Mark a public view; the same page for everyone who is not signed in."""

    # Packed once, before it is kept. Its mark is made before that: packing adds random bytes.
    @gzip_page
    def marked(request, *args, **kwargs):
        return set_response_etag(view(request, *args, **kwargs))

    @conditional_page
    def ready(request, *args, **kwargs):
        packs = "gzip" in request.headers.get("Accept-Encoding", "")
        name = f"page-{packs}-{request.build_absolute_uri()}"
        response = cache.get(name)
        if response is None:
            response = marked(request, *args, **kwargs)
            response.headers.setdefault("Cache-Control", "no-cache")
            patch_vary_headers(response, ["Cookie"])
            if response.status_code == 200 and not _is_ones_own(request, response):
                cache.set(name, response, settings.PUBLIC_PAGE_SECONDS)
        return response

    @wraps(view)
    def answer(request, *args, **kwargs):
        empty_hands = not request.COOKIES and not request.META["QUERY_STRING"]
        if settings.PUBLIC_PAGE_SECONDS and empty_hands and request.method == "GET":
            return ready(request, *args, **kwargs)
        return view(request, *args, **kwargs)

    return answer


def _is_ones_own(request, response) -> bool:
    """Whether the page holds something of this visitor alone: a form's token, a session, a cookie."""
    return bool(
        request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        or request.session.modified
        or response.cookies
        or response.streaming
    )
