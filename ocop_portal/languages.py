"""Two languages: Vietnamese at every address, English of the same page under /en/.

The address alone decides, never the browser's setting: many an office's browser is set to English,
and a link must show the same page to whoever it is sent to.

What the portal keeps or sends is Vietnamese whatever page it was asked for on: histories, notices,
mails, papers, the words of closed rounds. An officer who reads English must not leave English in
the district's records, and no domain function should have to think of it. So the line is drawn
here, once, by what a request may do:

- A request that may change something (POST and the like) *runs* in Vietnamese. Only the page that
  answers it is *drawn* in the language of its address (`page_language.py`), so that a form comes
  back with its faults in the reader's language, and the redirect that follows an act leads to the
  English page again.
- A request that changes nothing (GET, HEAD) runs in the language of its address.
- What an office address answers other than a page (a PDF, a workbook, a calendar) is a paper of the
  office, and there is one of it: its English address leads to the Vietnamese one.
- The scoring sheet and the pages of the sitting beside it are `only_vietnamese`. A phone keeps them
  for when the line is down under the addresses that the service worker knows (`evaluation/offline`);
  a second address of a sheet would be a second sheet kept.
"""

from functools import lru_cache
from http import HTTPStatus

from django.conf import settings
from django.http import HttpResponseRedirect
from django.urls import Resolver404, resolve
from django.utils import translation

DEFAULT = settings.LANGUAGE_CODE
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
REDIRECT_HEADERS = ("Location", "HX-Redirect")


def language_of(path: str) -> str:
    """The language of an address: its first folder, if that is one of LANGUAGES."""
    return translation.get_language_from_path(path) or DEFAULT


# Asked several times for every page.
@lru_cache(maxsize=2000)
def in_language(path: str, code: str) -> str:
    """The address of the same page in a language: `/san-pham/` in "en" is `/en/san-pham/`."""
    here = language_of(path)
    plain = path if here == DEFAULT else path[len(here) + 1 :] or "/"
    return plain if code == DEFAULT else f"/{code}{plain}"


def only_vietnamese(view):
    """Mark a view whose page is there in Vietnamese alone; its English address leads to it."""
    view.only_vietnamese = True
    return view


def is_readable(path: str, code: str) -> bool:
    """Whether there is a page in this language at an address (that of any language)."""
    there = in_language(path, code).split("?")[0].split("#")[0]
    with translation.override(code):
        try:
            view = resolve(there).func
        except Resolver404:
            return False
    return code == DEFAULT or not getattr(view, "only_vietnamese", False)


def _is_office(request) -> bool:
    # Public pages say so (@login_not_required); all others are the office's.
    match = getattr(request, "resolver_match", None)
    return match is not None and getattr(match.func, "login_required", True)


def _is_page(response) -> bool:
    return response.headers.get("Content-Type", "text/html").startswith("text/html")


class LanguageMiddleware:
    """Answer in the address's language; let everything that is kept be Vietnamese."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.LANGUAGE_CODE = language_of(request.path_info)
        with translation.override(request.LANGUAGE_CODE):
            response = self.get_response(request)
        if request.LANGUAGE_CODE != DEFAULT:
            response = self._stay(request, response)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response

    def process_view(self, request, view, args, kwargs):
        if request.LANGUAGE_CODE == DEFAULT:
            return None
        if getattr(view, "only_vietnamese", False):
            return self._plain(request)
        if request.method not in SAFE_METHODS:
            # Not before: the address itself is found in its own language. `__call__` undoes it.
            translation.activate(DEFAULT)
        return None

    @staticmethod
    def _plain(request) -> HttpResponseRedirect:
        """To the same address in Vietnamese. A form sent there by mistake is to be sent again."""
        query = request.META.get("QUERY_STRING", "")
        plain = in_language(request.path, DEFAULT)
        response = HttpResponseRedirect(f"{plain}?{query}" if query else plain)
        response.is_to_vietnamese = True
        return response

    def _stay(self, request, response):
        """Files to their one address; redirects to the page in the reader's language."""
        if getattr(response, "is_to_vietnamese", False):
            return response
        if (
            response.status_code == HTTPStatus.OK
            and request.method in SAFE_METHODS
            and _is_office(request)
            and not _is_page(response)
        ):
            # Not `response.close()`, which also tells Django that the request is over.
            if opened := getattr(response, "file_to_stream", None):
                opened.close()
            return self._plain(request)
        for header in REDIRECT_HEADERS:
            target = response.headers.get(header, "")
            if (
                target.startswith("/")
                and not target.startswith("//")
                and is_readable(target, request.LANGUAGE_CODE)
            ):
                response.headers[header] = in_language(target, request.LANGUAGE_CODE)
        return response
