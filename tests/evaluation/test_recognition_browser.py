"""The public check and the papers' pages in Chromium: on a phone, without script, and by axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from communes.models import today
from evaluation.check_code import new_code, show_code
from tests import factories
from tests.browser.test_every_page import WCAG

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_no_violation_and_nothing_runs_off_the_side(browser, live_server, width):
    valid = factories.RecognitionFactory(product__name="Sản phẩm mẫu " + "dài " * 40)
    revoked = factories.RecognitionFactory(revoked_on=today(), revoked_ground="QĐ 9")
    context = browser.new_context(
        viewport={"width": width, "height": 800}, locale="vi-VN", bypass_csp=True
    )
    page = context.new_page()
    form = reverse("check_certificates")
    for path in (
        form,
        form + "?ma=ABCD-EFGH-JKLM",
        reverse("check_certificate", args=[valid.check_code]),
        reverse("check_certificate", args=[revoked.check_code]),
        reverse("check_certificate", args=[new_code()]),
    ):
        page.goto(live_server.url + path)
        found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
        assert [(row["id"], [n["html"] for n in row["nodes"]]) for row in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    context.close()


def test_a_buyer_types_a_code_on_a_phone_without_script(browser, live_server):
    found = factories.RecognitionFactory()
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, locale="vi-VN", java_script_enabled=False
    )
    page = context.new_page()
    page.goto(live_server.url + reverse("check_certificates"))
    page.get_by_label("Mã kiểm tra hoặc mã sản phẩm").fill(show_code(found.check_code).lower())
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    text = page.locator("main").inner_text()
    assert "Còn hiệu lực" in text
    assert found.product.name in text
    context.close()
