"""The reading room and the rehearsal in Chromium: with a thumb, without script, on a lost line."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from ocop_portal import law
from ocop_portal.lawbook.rehearsal import query_of
from tests.browser.desk import DESKTOP, PHONE, Desk
from tests.law.sheets import highest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FOUND = law.decision("26-2026").criteria_set(4)
SHEET = reverse("lawbook:rehearsal")
OPEN = f"{SHEET}?qd=26-2026&bo=4"


@pytest.fixture
def faults():
    found: list[str] = []
    yield found
    assert [fault for fault in found if "ERR_INTERNET_DISCONNECTED" not in fault] == []


@pytest.fixture
def desk(browser, live_server, faults):
    made = Desk(browser, live_server, faults, PHONE)
    yield made
    made.close()


def level(desk: Desk, code: str, number: int):
    return desk.page.locator(f'input[name="{code}"][value="{number}"]')


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["360", "1280"])
def test_axe_finds_no_violation_and_nothing_runs_off_the_side(browser, live_server, screen, scheme):
    context = browser.new_context(**screen, locale="vi-VN", bypass_csp=True, color_scheme=scheme)
    page = context.new_page()
    filled = query_of(FOUND, highest(FOUND) | {FOUND.leaves[0].code: 1, FOUND.leaves[1].code: None})
    for path in [
        reverse("lawbook:decisions"),
        reverse("lawbook:decision", args=["148-2023"]),
        reverse("lawbook:set", args=["148-2023", 26]),
        reverse("lawbook:set", args=["1048-2019", 3]),
        reverse("lawbook:search") + "?q=truy+xuat",
        reverse("lawbook:compare"),
        reverse("lawbook:compare") + "?a=1048-2019.4&b=148-2023.4",
        reverse("lawbook:rehearsal_start") + "?q=mat+ong",
        OPEN,
        f"{SHEET}?{filled}&99=1",
        reverse("lawbook:rehearsal_report") + f"?{filled}",
    ]:
        page.goto(live_server.url + path)
        found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
        assert [(row["id"], [n["html"] for n in row["nodes"]][:3]) for row in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    context.close()


def test_without_script_one_finds_the_set_fills_in_and_prints(browser, live_server, faults):
    desk = Desk(browser, live_server, faults, PHONE, java_script_enabled=False)
    desk.open(reverse("lawbook:rehearsal_start"))
    desk.page.get_by_role("searchbox").fill("mat ong")
    desk.press("Tìm")
    desk.main.get_by_role("link", name=re.compile("Bộ 4: Mật ong")).first.click()
    first, second = FOUND.leaves[:2]
    level(desk, first.code, 1).check()
    level(desk, second.code, 1).check()
    desk.press("Tính điểm")
    points = first.option(1).points + second.option(1).points
    expect(desk.page.locator(".rehearse-total > b")).to_have_text(str(points))
    expect(level(desk, first.code, 1)).to_be_checked()
    desk.follow(re.compile("In báo cáo tự đánh giá"))
    desk.sees("Báo cáo tự đánh giá (Mẫu 02)")
    desk.close()


def test_each_tap_is_reckoned_by_the_server_and_survives_a_reload(desk):
    desk.open(OPEN)
    leaf = FOUND.leaves[0]
    level(desk, leaf.code, 1).check()
    total = desk.page.locator(".rehearse-total > b")
    expect(total).to_have_text(str(leaf.option(1).points))
    expect(desk.page.locator("[data-status]")).to_have_text("Đã tính, đã giữ trên máy này")
    desk.page.reload()
    expect(level(desk, leaf.code, 1)).to_be_checked()
    desk.open(OPEN)  # without the sheet in the address: it is taken from this device
    expect(level(desk, leaf.code, 1)).to_be_checked()
    expect(total).to_have_text(str(leaf.option(1).points))


def test_nothing_is_lost_while_the_line_is_down(desk):
    desk.open(OPEN)
    first, second = FOUND.leaves[:2]
    level(desk, first.code, 1).check()
    status = desk.page.locator("[data-status]")
    expect(status).to_have_attribute("data-state", "saved")
    desk.context.set_offline(True)
    level(desk, second.code, 1).check()
    expect(status).to_contain_text("Mất mạng")
    desk.context.set_offline(False)
    expect(status).to_have_attribute("data-state", "saved")
    points = first.option(1).points + second.option(1).points
    expect(desk.page.locator(".rehearse-total > b")).to_have_text(str(points))


def test_a_shared_link_shows_its_sheet_and_leaves_ones_own_alone(desk):
    leaf = FOUND.leaves[0]
    desk.open(OPEN)
    level(desk, leaf.code, 1).check()
    expect(desk.page.locator("[data-status]")).to_have_attribute("data-state", "saved")
    desk.open(f"{SHEET}?{query_of(FOUND, {leaf.code: 2})}")
    expect(level(desk, leaf.code, 2)).to_be_checked()
    desk.follow("Mở phiếu đó")
    expect(level(desk, leaf.code, 1)).to_be_checked()


def test_starting_anew_asks_first_and_forgets_the_sheet(desk):
    leaf = FOUND.leaves[0]
    desk.open(OPEN)
    level(desk, leaf.code, 1).check()
    expect(desk.page.locator("[data-status]")).to_have_attribute("data-state", "saved")
    desk.unfold("Làm lại từ đầu")
    desk.sees("Xóa mọi mức đã chọn trên phiếu này?")
    desk.follow(re.compile("Xóa, làm lại"))
    expect(desk.page.locator("#phieu input:checked")).to_have_count(0)


def test_what_the_reckoning_rules_out_is_switched_off_and_on_again(desk):
    rule = next(rule for rule in FOUND.rules if rule.not_when)
    code, numbers = rule.not_when[0]
    off = desk.page.locator(f'fieldset[data-code="{rule.where}"]')
    desk.open(OPEN)
    level(desk, code, numbers[0]).check()
    expect(off.locator("input").first).to_be_disabled()
    expect(off).to_contain_text("Không chấm")
    other = next(o.number for o in FOUND.criterion(code).options if o.number not in numbers)
    level(desk, code, other).check()
    expect(off.locator("input").first).to_be_enabled()


def test_what_is_typed_on_the_report_stays_in_this_browser(desk):
    address = reverse("lawbook:rehearsal_report") + "?qd=26-2026&bo=4"
    desk.open(address)
    desk.page.get_by_label("Chủ thể", exact=True).fill("Hợp tác xã mẫu")
    desk.open(address)
    expect(desk.page.get_by_label("Chủ thể", exact=True)).to_have_value("Hợp tác xã mẫu")
    assert "m%E1%BA%ABu" not in desk.page.url
