"""The public side on a phone: what is kept there, and what is shown without a line."""

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from ocop_portal import offline
from tests.factories import PublicRatingFactory, officer

pytestmark = pytest.mark.django_db


def test_the_worker_keeps_the_files_of_the_look_and_one_page_only(client):
    worker = client.get(reverse("public_worker"))
    assert worker["Content-Type"] == "text/javascript; charset=utf-8"
    assert [name for name in offline.SHELL if not finders.find(name)] == []
    script = worker.content.decode()
    assert "cache.put" not in script  # nothing that is visited is added later
    assert f'OFFLINE = "{reverse("offline")}"' in script


def test_the_offline_page_is_the_same_for_an_officer_and_for_a_stranger(client):
    stranger = client.get(reverse("offline")).content
    client.force_login(officer())
    assert client.get(reverse("offline")).content == stranger
    assert "Không có mạng" in stranger.decode()


def test_visitors_get_the_public_manifest_and_officers_get_no_worker(client):
    page = client.get(reverse("home")).content.decode()
    assert f'<link rel="manifest" href="{reverse("public_manifest")}">' in page
    assert "js/public.js" in page
    assert client.get(reverse("public_manifest")).json()["start_url"] == "/"
    client.force_login(officer())
    page = client.get(reverse("office")).content.decode()
    assert 'rel="manifest"' not in page
    assert "js/public.js" not in page


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_without_a_line_a_page_of_the_portals_own_stands_and_no_visited_page_is_kept(
    browser, live_server
):
    product = PublicRatingFactory().product
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="vi-VN")
    page = context.new_page()
    page.goto(live_server.url)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.goto(live_server.url + product.get_public_url())
    context.set_offline(True)
    page.goto(live_server.url + reverse("products:catalogue"))
    assert page.get_by_role("heading", name="Không có mạng").is_visible()
    kept = page.evaluate(
        "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name)"
        ".then((cache) => cache.keys())))).then((found) => found.flat().map((r) => "
        "new URL(r.url).pathname))"
    )
    assert [path for path in kept if not path.startswith("/static/")] == [reverse("offline")]
    context.set_offline(False)
    page.get_by_role("link", name="Thử lại").click()
    page.wait_for_selector("text=Sản phẩm đã công bố hạng sao")
    context.close()
