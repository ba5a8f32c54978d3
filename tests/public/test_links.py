"""Every link of the portal leads somewhere: walked on the sample data, as a visitor and an officer.

Both walk the Vietnamese pages and the English ones. An English page leads to English pages alone,
but for what there is in one language only, and says nothing in Vietnamese that has its English.
"""

import io
from collections import Counter, deque
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from django.utils import translation

from ocop_portal.accounts.models import User
from ocop_portal.languages import in_language, is_readable, language_of
from tests.languages.test_english import ENGLISH, VIETNAMESE, Texts, catalog

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=150), pytest.mark.any_database]
# Pages of one kind are made by one template: so many of each are walked, and no more. The English
# ones are the same pages, so one of each is enough.
MOST_OF_A_KIND = {"vi": 2, "en": 1}


# Where the law's words, the plan's, the kind of an event as typed, or recorded words stand.
QUOTING = {
    "home",
    "products:entry",
    "products:slot_ask",
    "communes:outreach",
    "communes:outreach_event",
    "evaluation:tally",
}


class Links(HTMLParser):
    """The links of a page, and the places in it that a link may name."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[str] = []
        self.places: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if attrs.get("id"):
            self.places.add(attrs["id"])
        if tag in {"a", "img", "link", "area"} and (url := attrs.get("href") or attrs.get("src")):
            self.found.append(url)


def walk(client: Client, start: list[str], language: str) -> tuple[int, list[str]]:
    """Follow the links from these pages; (pages seen, what is broken and where it was found).

    Of a page of another language it is only asked whether there is one.
    """
    waiting = deque((path, "") for path in start)
    seen, kinds, broken = set(start), Counter(), []
    pages = 0
    while waiting:
        path, source = waiting.popleft()
        answer = client.get(path)
        pages += 1
        if answer.status_code >= 400:
            broken.append(f"{answer.status_code} {path} ← {source}")
            continue
        signed_in = "_auth_user_id" in client.session
        if answer.status_code == 302 and not signed_in and settings.LOGIN_URL in answer["Location"]:
            broken.append(f"login {path} ← {source}")
        if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html"):
            continue
        page = answer.content.decode()
        if language == "en":
            broken += [f"Vietnamese: {text} in {path}" for text in untranslated(path, page)]
        links = Links(page)
        for url in links.found:
            if url.startswith("#") and url[1:] and url[1:] not in links.places:
                broken.append(f"no place {url} in {path}")
            target = _inside(path, url)
            if target is None or target in seen:
                continue
            where = urlsplit(target).path
            try:
                with translation.override(language_of(where)):
                    kind = resolve(where).view_name
            except Resolver404:
                broken.append(f"no page {target} ← {path}")
                continue
            seen.add(target)
            if language_of(where) != language:
                same = in_language(target, language_of(path)) in {path, answer.wsgi_request.path}
                if language == "en" and not same and is_readable(target, "en"):
                    broken.append(f"leaves English: {target} ← {path}")
                continue
            kinds[kind] += 1
            if kinds[kind] <= MOST_OF_A_KIND[language]:
                waiting.append((target, path))
    return pages, broken


def untranslated(path: str, page: str) -> list[str]:
    """What an English page says in Vietnamese though there is English for it.

    Not on pages that quote the law or what was typed or recorded: some of it reads like a text.
    """
    with translation.override("en"):
        name = resolve(urlsplit(path).path).view_name
    if name in QUOTING or name.startswith("lawbook:"):
        return []
    return [piece for piece in Texts(page).pieces if piece in has_english()]


@cache
def has_english() -> set[str]:
    """The Vietnamese texts that read otherwise in English."""
    return {
        text
        for text, forms in catalog(ENGLISH / "django.mo").items()
        if VIETNAMESE.search(text) and text not in forms
    }


def _inside(page: str, url: str) -> str | None:
    """The path of a link within the portal; None for other hosts, files and the like."""
    found = urlsplit(urljoin(f"http://testserver{page}", urldefrag(url).url))
    own = {"testserver", urlsplit(settings.SITE_URL).netloc}
    if found.scheme not in {"http", "https"} or found.netloc not in own:
        return None
    if found.path.startswith((settings.STATIC_URL, settings.MEDIA_URL)):
        return None
    return found.path + (f"?{found.query}" if found.query else "")


def test_no_link_is_broken_for_a_visitor_nor_for_a_district_officer(settings):
    settings.DEBUG = True  # the samples ask for it
    for command in ("load_programme", "make_sample_accounts", "load_samples"):
        call_command(command, verbosity=0, stdout=io.StringIO())
    settings.DEBUG = False
    officer = Client()
    officer.force_login(User.objects.get(username="canbohuyen"))
    for client, start, least in (
        (Client(), ["/", reverse("sitemap"), reverse("offline")], {"vi": 35, "en": 20}),
        (officer, [reverse("office")], {"vi": 150, "en": 100}),
    ):
        for language in ("vi", "en"):
            begin = start if language == "vi" else [in_language(start[0], "en")]
            pages, broken = walk(client, begin, language)
            assert broken == []
            assert pages > least[language], language
