"""axe on the portal's pages: both languages, both colour schemes, a phone, a tablet, a desktop.

Which pages there are is taken from the permission table (`tests/test_permissions.py`), which fails
when an address is missing in it. Of the office CI visits the pages of `MAIN`, every page with
OCOP_LONG=1. A page is loaded once in each language; the screen is then turned and painted without
loading it again. CI takes one of the six screens a page, another one from page to page; OCOP_LONG=1
takes all six.
"""

import datetime
import itertools
import os
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evaluation.recognition import record_recognition
from ocop_portal.languages import in_language, is_readable
from tests.evaluation.pages import with_second_factor
from tests.factories import (
    ProductFactory,
    ProductPhotoFactory,
    RecognitionFactory,
    S,
    closed_round,
    entry_in,
)
from tests.test_permissions import EVERYONE, SIGNED_IN, build, table

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = os.environ.get("OCOP_LONG") == "1"
SCREENS = tuple(itertools.product((360, 768, 1280), ("light", "dark")))
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LANGUAGES = ("vi", "en")

# allauth's own addresses, which guard themselves and are in no table.
ENTRANCE = ("account_login", "account_reset_password", "account_reset_password_done")
OWN_ACCOUNT = ("account_change_password", "mfa_index")

# Of the office: every entry of the menu, and one page of each kind.
MAIN = (
    *("office", "accounts:profile", "reminders:inbox", "reminders:preview", "reminders:rules"),
    *("own_reminders:preferences", "reminders:operations", "reminders:holidays", "roles:users"),
    *("roles:user", "communes:units", "communes:unit", "communes:producers", "communes:producer"),
    *("communes:producer_add", "communes:apparatus", "communes:trainings", "communes:outreach"),
    *("communes:outreach_event", "exchange:imports", "exchange:import", "products:plans"),
    *("communes:news", "communes:news_item", "communes:documents", "communes:document"),
    *("products:plan", "products:plan_task", "products:cycles", "products:board"),
    *("products:matrix", "products:entry", "products:form_edit"),
    *("products:paper_add", "products:works", "products:product_list", "products:product"),
    *("products:product_add", "products:reports", "products:report", "products:fairs"),
    *("products:fair", "products:chains", "products:chain", "products:flagship"),
    *("products:feedback", "products:feedback_item", "evaluation:rounds", "evaluation:councils"),
    *("evaluation:council", "evaluation:round", "evaluation:my_sheets", "evaluation:sheet"),
    *("evaluation:sheet_view", "evaluation:tally", "evaluation:room", "evaluation:papers"),
    *("evaluation:round_close", "evaluation:support_check", "evaluation:recognitions"),
    *("evaluation:recognition", "evaluation:referrals", "evaluation:complaints", "lawbook:desk"),
    *("lawbook:decision_desk", "lawbook:set_desk"),
)
# Pages that look quite different when they are asked something.
ASKED = {
    "products:catalogue": ("?q=ho+tieu&stars=4", "?view=list", "?q=khong+co"),
    "lawbook:rehearsal": ("?qd=1048-2019&bo=1",),
    "lawbook:search": ("?q=tieu",),
    "products:board": ("?xem=bang",),
}
# Who is sent where more than one may go; addresses open to nobody by a plain GET have no one.
FIRST = ("district", "secretary", "member", "support", "commune", "admin", "other_commune")
FIRST += ("chair", "other_district", "other_member")


def other_products() -> list[str]:
    """Public pages of products in the states that the table's own product is not in."""
    entry = entry_in(
        S.READY, product__story="Chuyện kể.", product__where_to_buy="https://example.vn/tieu"
    )
    ProductPhotoFactory.create_batch(2, product=entry.product)
    closed_round(publish=True, entries=[entry])
    found = [entry.product]
    for days in (30, -1):
        found.append(ProductFactory())
        record_recognition(
            recognition=RecognitionFactory.build(
                product=found[-1],
                decided_on=timezone.localdate() - datetime.timedelta(days=900),
                valid_until=timezone.localdate() + datetime.timedelta(days=days),
            )
        )
    return [product.get_public_url() for product in found]


def pages_of(world, *, public: bool) -> tuple[list[tuple[str | None, str, str]], dict]:
    """(who, name, path) of every page, which is what answers a plain GET; and who's browser is whose."""
    rows = [
        (name, args, allowed)
        for name, (args, allowed) in table(world).items()
        if allowed and (allowed == EVERYONE) == public and (public or LONG or name in MAIN)
    ]
    rows += [
        (name, [], EVERYONE if public else SIGNED_IN)
        for name in (ENTRANCE if public else OWN_ACCOUNT)
    ]
    clients, found = {}, []
    for name, args, allowed in rows:
        who = None
        if not public:
            who = next(p for p in FIRST if allowed == SIGNED_IN or p in allowed)
        if who not in clients:
            clients[who] = Client()
            if who:
                clients[who].force_login(world.people[who])
                with_second_factor(clients[who])
        for query in ("", *ASKED.get(name, ())):
            path = reverse(name, args=args) + query
            answer = clients[who].get(path)
            is_page = answer.get("Content-Type", "").startswith("text/html")
            if answer.status_code == 200 and is_page and b"<html" in answer.content:
                found.append((who, name, path))
    if public:
        found += [(None, "products:public_product", path) for path in other_products()]
    return sorted(found, key=lambda row: (row[0] or "", row[1], row[2])), clients


@pytest.fixture
def screen(browser):
    """A window. axe's own script needs the policy set aside; colours are to change at once."""
    context = browser.new_context(
        locale="vi-VN", bypass_csp=True, service_workers="block", reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


def look(page, width: int, scheme: str, path: str) -> list[tuple]:
    """What axe, and the width of the page, find at fault on the page that is open."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    # As tall as the page: what sticks to the bottom then covers nothing, as after scrolling.
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(tall, 800)})
    options = {"runOnly": WCAG, "resultTypes": ["violations"]}
    response = page.evaluate("(options) => axe.run(document, options)", options)
    faults = [
        (path, width, scheme, row["id"], node["html"][:200])
        for row in response["violations"]
        for node in row["nodes"]
    ]
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wider > 0:
        faults.append((path, width, scheme, "runs off the side", wider))
    return faults


@pytest.mark.slow(seconds=100)
@pytest.mark.parametrize("public", [True, False], ids=["public", "office"])
def test_axe_finds_no_violation_and_nothing_runs_off_the_side(screen, live_server, capsys, public):
    pages, clients = pages_of(build(), public=public)
    seen = {name for _who, name, _path in pages}
    if not public:
        assert set(MAIN) - seen == set()
    # A step of five meets every screen in turn in both languages.
    turns = itertools.cycle(SCREENS[at * 5 % 6] for at in range(6))
    faults, looks, signed_in_as = [], 0, None
    for who, _name, path in pages:
        if who != signed_in_as:
            session = clients[who].cookies["sessionid"].value
            cookie = {"name": "sessionid", "value": session, "url": live_server.url}
            screen.context.add_cookies([cookie])
            signed_in_as = who
        for language in LANGUAGES:
            if not is_readable(path, language):
                continue
            there = in_language(path, language)
            answer = screen.goto(live_server.url + there)
            assert (answer.status, answer.url) == (200, live_server.url + there)
            if language == "en":
                assert screen.locator("html").get_attribute("lang") == "en"
            screen.evaluate(Axe().axe_script)
            for width, scheme in SCREENS if LONG else [next(turns)]:
                faults += look(screen, width, scheme, there)
                looks += 1
    with capsys.disabled():
        sys.stdout.write(f"\n{len(seen)} kinds of pages, {len(pages)} pages, {looks} looks\n")
    assert faults == []
