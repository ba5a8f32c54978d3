"""The public pages in Chromium: without script, on a phone, and for those who cannot see them."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from tests.factories import ProductPhotoFactory, PublicRatingFactory, S, closed_round, entry_in

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


@pytest.fixture(params=[360, 1280])
def page(request, browser):
    """A page of a phone's or a desktop's width; axe's own script needs the policy set aside."""
    context = browser.new_context(
        viewport={"width": request.param, "height": 800}, locale="vi-VN", bypass_csp=True
    )
    yield context.new_page()
    context.close()


def test_axe_finds_no_violation_and_nothing_runs_off_the_side(page, live_server, product):
    for path in [
        reverse("home"),
        reverse("products:catalogue"),
        reverse("products:catalogue") + "?q=ho+tieu&stars=4",
        reverse("products:catalogue") + "?q=khong+co",
        product.get_public_url(),
        reverse("communes:public_list"),
        product.producer.unit.get_public_url(),
        reverse("api-docs"),
        reverse("account_login"),
    ]:
        page.goto(live_server.url + path)
        found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
        assert [(row["id"], [n["html"] for n in row["nodes"]]) for row in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


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
