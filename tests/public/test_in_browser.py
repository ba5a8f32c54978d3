"""The public pages in Chromium: without script, on a phone, and for those who cannot see them."""

import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from evaluation.recognition import record_recognition
from tests.factories import (
    ProductFactory,
    ProductPhotoFactory,
    PublicRatingFactory,
    RecognitionFactory,
    S,
    closed_round,
    entry_in,
    officer,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def product():
    """A published result with photos, story and a place to buy; further results beside it."""
    entry = entry_in(
        S.READY,
        product__name="Sản phẩm mẫu Hồ tiêu đỏ",
        product__story="Chuyện kể.",
        product__where_to_buy="https://example.vn/tieu",
    )
    ProductPhotoFactory.create_batch(2, product=entry.product)
    closed_round(publish=True, entries=[entry])
    PublicRatingFactory.create_batch(2, stars=3)
    return entry.product


@pytest.fixture(params=[(w, c) for w in (360, 768, 1280) for c in ("light", "dark")], ids=str)
def page(request, browser):
    """A page of a phone's, a tablet's or a desktop's width, in either colour scheme.

    axe's own script needs the policy set aside.
    """
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        locale="vi-VN",
        bypass_csp=True,
        service_workers="block",
    )
    yield context.new_page()
    context.close()


def check(page, live_server, paths: list[str]) -> None:
    """axe finds nothing on these pages, and none is wider than the screen."""
    for path in paths:
        page.goto(live_server.url + path)
        found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
        assert [(row["id"], [n["html"] for n in row["nodes"]]) for row in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_axe_finds_no_violation_and_nothing_runs_off_the_side(page, live_server, product):
    day = timezone.localdate()
    for days in (30, -1):
        lasting = ProductFactory()
        record_recognition(
            recognition=RecognitionFactory.build(
                product=lasting,
                decided_on=day - datetime.timedelta(days=900),
                valid_until=day + datetime.timedelta(days=days),
            )
        )
    plain = [
        "home",
        "products:catalogue",
        "products:map",
        "products:numbers",
        "products:data",
        "products:programme",
        "products:privacy",
        "products:feedback_look_up",
        "evaluation:public_councils",
        "communes:public_list",
        "lawbook:decisions",
        "lawbook:rehearsal_start",
        "check_certificates",
        "offline",
        "api-docs",
        "account_login",
    ]
    check(
        page,
        live_server,
        [
            *(reverse(name) for name in plain),
            reverse("products:catalogue") + "?q=ho+tieu&stars=4",
            reverse("products:catalogue") + "?view=list",
            reverse("products:catalogue") + "?q=khong+co",
            product.get_public_url(),
            lasting.get_public_url(),
            reverse("products:public_producer", args=[product.producer_id]),
            reverse("products:feedback_write", args=[product.pk]),
            product.producer.unit.get_public_url(),
        ],
    )


def test_axe_finds_no_violation_on_the_main_pages_of_the_office(page, live_server, product, client):
    client.force_login(officer())
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    entry = product.entries.get()
    plain = [
        "office",
        "products:plans",
        "products:cycles",
        "products:product_list",
        "products:product_add",
        "products:fairs",
        "products:reports",
        "products:feedback",
        "communes:producers",
        "evaluation:rounds",
        "lawbook:desk",
        "reminders:preview",
    ]
    check(
        page,
        live_server,
        [
            *(reverse(name) for name in plain),
            entry.cycle.get_absolute_url(),
            entry.get_absolute_url(),
            product.get_absolute_url(),
            product.producer.get_absolute_url(),
        ],
    )


def test_without_script_one_searches_filters_and_opens_a_product(browser, live_server, product):
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, locale="vi-VN", java_script_enabled=False
    )
    page = context.new_page()
    page.goto(live_server.url)
    page.get_by_role("searchbox").fill("ho tieu")
    page.get_by_role("button", name="Tìm").click()
    page.get_by_text("Lọc thêm").click()
    page.get_by_label("Hạng sao", exact=True).select_option("4")
    page.get_by_role("button", name="Lọc", exact=True).click()
    assert page.locator(".card-product h3").all_inner_texts() == [product.name]
    page.get_by_role("link", name=product.name).click()
    assert "Kết quả cấp huyện: 72,00 điểm, hạng 4 sao" in page.locator("main").inner_text()
    context.close()
