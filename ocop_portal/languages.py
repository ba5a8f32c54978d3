"""Two languages: Vietnamese at every address, English of the public pages under /en/.

The address alone decides, never the browser's setting: many an office's browser is set to English,
and a link must show the same page to whoever it is sent to. The office's own pages stay Vietnamese:
what they write into histories, notices and papers is kept in the words of the day.
"""

from django.conf import settings
from django.http import HttpResponseRedirect
from django.utils import translation

DEFAULT = settings.LANGUAGE_CODE


def language_of(path: str) -> str:
    """The language of an address: its first folder, if that is one of LANGUAGES."""
    return translation.get_language_from_path(path) or DEFAULT


def in_language(path: str, code: str) -> str:
    """The address of the same page in a language: `/san-pham/` in "en" is `/en/san-pham/`."""
    here = language_of(path)
    plain = path if here == DEFAULT else path[len(here) + 1 :] or "/"
    return plain if code == DEFAULT else f"/{code}{plain}"


class LanguageMiddleware:
    """Answer in the address's language; send English addresses of office pages to the page itself."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.LANGUAGE_CODE = language_of(request.path_info)
        with translation.override(request.LANGUAGE_CODE):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response

    def process_view(self, request, view, args, kwargs):
        # Public pages say so (@login_not_required); all others are the office's.
        if request.LANGUAGE_CODE == DEFAULT or not getattr(view, "login_required", True):
            return None
        plain = in_language(request.path, DEFAULT)
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(f"{plain}?{query}" if query else plain)
