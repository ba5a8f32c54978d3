"""The public pages in Chromium without script. For those who cannot see: tests/browser/test_every_page."""

import pytest

from tests.factories import (
    ProductPhotoFactory,
    PublicRatingFactory,
    S,
    closed_round,
    entry_in,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
