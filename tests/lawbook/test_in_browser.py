"""An officer compares a set with the scan, ticks section by section and signs, in a browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from ocop_portal.lawbook import checking, versions
from ocop_portal.lawbook.models import SetCheck
from tests import factories as make
from tests.browser.desk import DESKTOP, PHONE, Desk

from . import shelf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# All at once: a page that moves between two questions would tell two stories.
PLACES = """[".law-text", ".law-scan", ".law-answer"]
  .map((part) => document.querySelector(part).getBoundingClientRect().toJSON())"""


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_an_officer_compares_ticks_and_signs(live_server, browser, screen):
    officer = make.officer(full_name="Phạm Thị Đối Chiếu")
    shelf.document(by=officer)
    pieces = checking.pieces_of(shelf.in_file())
    faults: list[str] = []
    desk = Desk(browser, live_server, faults, screen=screen).sign_in(officer)
    desk.open(reverse("lawbook:check_begin", args=[shelf.SLUG, 1]))
    desk.press("Bắt đầu đối chiếu")
    for number, piece in enumerate(pieces, start=1):
        expect(desk.main).to_contain_text(piece.title)
        desk.page.wait_for_load_state()  # what is typed into half a page may be lost
        # The scan stands beside the text on a desk, and behind a button on a phone.
        frame = desk.page.locator("iframe[title='quyet-dinh.pdf']")
        expect(frame).to_be_visible(visible=screen is DESKTOP)
        expect(desk.page.get_by_role("link", name="Mở quyet-dinh.pdf")).to_be_visible()
        if number == 1:
            width = desk.page.evaluate("document.documentElement.scrollWidth")
            assert width <= screen["viewport"]["width"]
            text, scan, answer = desk.page.evaluate(PLACES)
            if screen is PHONE:  # what is to be checked, what it is checked with, the answer
                assert text["y"] < scan["y"] < answer["y"]
            else:
                assert text["y"] < answer["y"]
                assert text["x"] == answer["x"] < scan["x"]
            assert [one["id"] for one in Axe().run(desk.page).response["violations"]] == []
        desk.page.get_by_label("Khớp với văn bản ký").check()
        desk.fill("Ở trang", str(number))
        desk.press("Lưu, sang mục tiếp")
    desk.main.get_by_role("link", name="Ký xác nhận").click()
    desk.press("Ký xác nhận")
    expect(desk.main).to_contain_text("Phạm Thị Đối Chiếu đã ký xác nhận")
    check = SetCheck.objects.get()
    assert list(check.ticks.values_list("section", "page")) == [
        (piece.key, number) for number, piece in enumerate(pieces, start=1)
    ]
    assert versions.standing(shelf.in_file()).is_checked
    assert faults == []
