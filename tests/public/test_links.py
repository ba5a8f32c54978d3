"""Every link of the portal leads somewhere: walked on the sample data, as a visitor and an officer."""

import io
from collections import Counter, deque
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from django.utils import translation

from ocop_portal.accounts.models import User
from ocop_portal.languages import language_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# Pages of one kind are made by one template: so many of each are walked, and no more.
MOST_OF_A_KIND = 2


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


def walk(client: Client, start: list[str]) -> tuple[int, list[str]]:
    """Follow the links from these pages; (pages seen, what is broken and where it was found)."""
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
        links = Links(answer.content.decode())
        for url in links.found:
            if url.startswith("#") and url[1:] and url[1:] not in links.places:
                broken.append(f"no place {url} in {path}")
            target = _inside(path, url)
            if target is None or target in seen:
                continue
            where = urlsplit(target).path
            try:
                with translation.override(language_of(where)):
                    kind = (language_of(where), resolve(where).view_name)
            except Resolver404:
                broken.append(f"no page {target} ← {path}")
                continue
            seen.add(target)
            kinds[kind] += 1
            if kinds[kind] <= MOST_OF_A_KIND:
                waiting.append((target, path))
    return pages, broken


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
    visitor = Client()
    pages, broken = walk(visitor, [reverse("home"), reverse("sitemap"), reverse("offline")])
    assert broken == []
    assert pages > 40

    officer = Client()
    officer.force_login(User.objects.get(username="canbohuyen"))
    pages, broken = walk(officer, [reverse("office")])
    assert broken == []
    assert pages > 60
