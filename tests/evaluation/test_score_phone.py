"""The sheet as an app on the phone: opens without a line, merges two devices, shows papers in place."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.base import ContentFile
from playwright.sync_api import expect

from evaluation import rounds, sheets
from evaluation.models import Mark, MarkEvent, MarkNote
from tests import factories
from tests.browser.desk import PHONE, Desk
from tests.evaluation.pages import signed_in, url
from tests.evaluation.test_scoring_two_devices import two_pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def round_():
    entry = factories.entry_in("ready", product__set_number=7)
    return factories.open_round(entries=[entry], members=3)


@pytest.fixture
def member(round_):
    return factories.person_in(round_.council, "member")


@pytest.fixture
def sheet(round_, member):
    return sheets.start_sheet(candidate=round_.candidates.get(), user=member)


@pytest.fixture
def phone(browser, live_server):
    """A phone on which this person is signed in; each call is another phone."""
    contexts = []

    def open_as(person, **more):
        context = browser.new_context(locale="vi-VN", base_url=live_server.url, **PHONE, **more)
        context.set_default_timeout(10_000)
        session = signed_in(person).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        contexts.append(context)
        return context.new_page()

    yield open_as
    for context in contexts:
        context.close()


def choose(page, code, option):
    page.locator(f"[id='tc-{code}'] .level:has(input[value='{option}'])").tap()


def sign(page, code):
    return page.locator(f"[id='tc-{code}'] [data-save]")


def kept(sheet):
    return dict(Mark.objects.filter(sheet=sheet).values_list("criterion", "option"))


def wait_until_kept(page, path):
    """Until the phone has this page for the time without a line."""
    page.evaluate(
        """async (path) => {
          await navigator.serviceWorker.ready;
          while (!(await caches.match(path))) {
            await fetch(path);
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
        }""",
        path,
    )


# --- Without a line ----------------------------------------------------------------------------


def test_the_sheet_opens_without_a_line_with_all_that_was_chosen_since(phone, sheet, member):
    page = phone(member)
    path = url("sheet", sheet.candidate_id)
    page.goto(path)
    wait_until_kept(page, path)
    choose(page, "1.1", 2)
    expect(sign(page, "1.1")).to_have_text("✓ đã lưu")
    page.context.set_offline(True)
    choose(page, "1.2", 3)
    expect(sign(page, "1.2")).to_have_text("chờ mạng")
    page.close()
    again = page.context.new_page()
    again.goto(path)
    expect(again.locator("[name='tc-1.1'][value='2']")).to_be_checked()
    expect(again.locator("[name='tc-1.2'][value='3']")).to_be_checked()
    expect(again.locator("[data-total]")).to_have_text("5")
    page.context.set_offline(False)
    expect(sign(again, "1.2")).to_have_text("✓ đã lưu", timeout=40_000)
    assert kept(sheet) == {"1.1": 2, "1.2": 3}


def test_the_list_keeps_open_sheets_and_sends_what_waits(phone, round_, sheet, member):
    page = phone(member)
    page.goto(url("my_sheets", round_.pk))
    page.evaluate(
        """async (path) => {
          while (!(await caches.match(path))) await new Promise((go) => setTimeout(go, 50));
        }""",
        url("sheet", sheet.candidate_id),
    )
    page.context.set_offline(True)
    page.goto(url("sheet", sheet.candidate_id))  # never opened before
    choose(page, "1.1", 2)
    expect(sign(page, "1.1")).to_have_text("chờ mạng")
    page.goto(url("my_sheets", round_.pk))
    expect(page.locator("[data-pending]")).to_have_text("Chờ mạng: 1")
    page.context.set_offline(False)
    expect(page.locator("[data-pending]")).to_be_hidden(timeout=40_000)
    assert kept(sheet) == {"1.1": 2}


def test_a_phone_keeps_no_page_after_signing_out(browser, live_server, round_, sheet, member):
    desk = Desk(browser, live_server, [], PHONE).sign_in(member)
    page, path = desk.page, url("sheet", sheet.candidate_id)
    desk.open(path)
    wait_until_kept(page, path)
    desk.open("/lam-viec/")
    page.locator("summary.tool", has_text=member.full_name).tap()
    page.get_by_role("button", name="Đăng xuất").tap()
    page.wait_for_url(live_server.url + "/")
    assert page.evaluate("path => caches.match(path).then(Boolean)", path) is False
    # Nor does "back" or a second person's visit without a line bring it.
    desk.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_"):
        desk.open(path)
    desk.close()


def test_a_sheet_that_was_handed_in_is_kept_no_more(phone, sheet, member):
    page = phone(member)
    path = url("sheet", sheet.candidate_id)
    page.goto(path)
    wait_until_kept(page, path)
    factories.fill_sheet(sheet, total=80)
    page.goto(path)
    expect(page.get_by_text("đã gửi").first).to_be_visible()
    assert page.evaluate("path => caches.match(path).then(Boolean)", path) is False


# --- Two devices -------------------------------------------------------------------------------


def test_two_phones_of_one_member_merge_and_a_clash_is_picked_by_the_member(phone, sheet, member):
    path = url("sheet", sheet.candidate_id)
    first, second = phone(member), phone(member)
    first.goto(path)
    second.goto(path)
    first.context.set_offline(True)
    choose(first, "1.1", 1)
    choose(first, "1.2", 1)
    choose(second, "1.1", 3)
    choose(second, "1.3", 2)
    expect(sign(second, "1.3")).to_have_text("✓ đã lưu")
    first.context.set_offline(False)
    expect(sign(first, "1.1")).to_have_text("xung đột", timeout=40_000)
    expect(sign(first, "1.2")).to_have_text("✓ đã lưu")
    expect(first.locator("[name='tc-1.3'][value='2']")).to_be_checked()  # the other's choice
    expect(first.locator("[data-save-state]")).to_contain_text("Xung đột")
    first.locator("[data-submit]").tap()  # nothing is handed in over a clash
    expect(first.locator("[data-kept]")).to_contain_text("1.1")
    assert kept(sheet) == {"1.1": 3, "1.2": 1, "1.3": 2}
    violations = Axe().run(first).response["violations"]
    assert [row["id"] for row in violations] == []
    # It stays to be picked when the page is closed in between.
    first.reload()
    box = first.locator("[id='tc-1.1'] [data-conflict]")
    expect(box).to_contain_text("dưới 50%")
    expect(box).to_contain_text("từ 75% đến 100%")
    box.get_by_role("button", name="Máy này").tap()
    expect(sign(first, "1.1")).to_have_text("✓ đã lưu")
    expect(box).to_be_hidden()
    assert kept(sheet)["1.1"] == 1
    # The other one learns of it with its next choice.
    choose(second, "1.4", 2)
    expect(second.locator("[name='tc-1.1'][value='1']")).to_be_checked()


def test_the_other_phone_s_choice_is_taken_without_writing_anything(phone, sheet, member):
    page = phone(member)
    page.goto(url("sheet", sheet.candidate_id))
    sheets.save_mark(sheet_id=sheet.pk, criterion="1.1", option=3, user=member)
    choose(page, "1.1", 1)
    box = page.locator("[id='tc-1.1'] [data-conflict]")
    box.get_by_role("button", name="Máy kia").tap()
    expect(page.locator("[name='tc-1.1'][value='3']")).to_be_checked()
    expect(page.locator("[data-save-state]")).to_have_text("Đã lưu")
    assert kept(sheet) == {"1.1": 3}
    assert MarkEvent.objects.count() == 1


def test_a_choice_whose_answer_was_lost_is_written_once_and_a_newer_one_is_no_clash(
    phone, sheet, member
):
    # A request that a service worker leaves to the browser may pass by what `route` puts in its way.
    page = phone(member, service_workers="block")
    page.goto(url("sheet", sheet.candidate_id))
    lost, line_is_back = [], []

    def lose_the_answer(route):
        if line_is_back:
            return route.continue_()
        if not lost:
            lost.append(route.fetch().status)
        return route.abort()

    page.route("**/diem/", lose_the_answer)
    choose(page, "1.1", 1)
    expect(sign(page, "1.1")).to_have_text("chờ mạng")
    line_is_back.append(True)  # not before: the next try may come sooner than the look at the page
    choose(page, "1.1", 3)
    expect(sign(page, "1.1")).to_have_text("✓ đã lưu", timeout=40_000)
    expect(page.locator("[id='tc-1.1'] [data-conflict]")).to_be_hidden()
    assert lost == [200]
    assert list(MarkEvent.objects.values_list("previous", "option")) == [(None, 1), (1, 3)]


# --- Notes, one at a time, papers --------------------------------------------------------------


def test_a_note_is_kept_on_the_phone_and_sent(phone, sheet, member):
    page = phone(member)
    page.goto(url("sheet", sheet.candidate_id))
    page.context.set_offline(True)
    page.locator("[id='tc-1.1'] .note-fold summary").tap()
    page.get_by_label("Ghi chú cho tiêu chí 1.1").fill("Hỏi thêm về vùng nguyên liệu")
    expect(page.locator("[id='tc-1.1'] [data-note-state]")).to_have_text("chờ mạng")
    page.close()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(url("sheet", sheet.candidate_id))
    note = again.get_by_label("Ghi chú cho tiêu chí 1.1")
    expect(note).to_have_value("Hỏi thêm về vùng nguyên liệu")
    expect(again.locator("[id='tc-1.1'] [data-note-state]")).to_have_text("✓ đã lưu")
    assert MarkNote.objects.get().text == "Hỏi thêm về vùng nguyên liệu"


def test_one_criterion_at_a_time_with_large_buttons(phone, sheet, member):
    page = phone(member)
    page.goto(url("sheet", sheet.candidate_id))
    page.get_by_role("button", name="Từng tiêu chí").tap()
    expect(page.locator("fieldset:visible")).to_have_count(1)
    expect(page.locator("[data-step-place]")).to_have_text("1/31")
    choose(page, "1.1", 2)
    page.get_by_role("button", name="Tiếp").tap()
    expect(page.locator("[id='tc-1.2']")).to_be_visible()
    assert page.locator("[data-step-on]").bounding_box()["height"] >= 48
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.locator("[data-next]").tap()  # the first that is not marked: this one
    expect(page.locator("[id='tc-1.2']")).to_be_visible()
    assert [row["id"] for row in Axe().run(page).response["violations"]] == []
    page.reload()  # the way of scoring is remembered
    expect(page.locator("fieldset:visible")).to_have_count(1)
    page.get_by_role("button", name="Cả phiếu").tap()
    expect(page.locator("fieldset:visible")).to_have_count(31)


def test_the_papers_of_a_criterion_are_one_tap_away_and_shown_in_place(
    phone, round_, sheet, member
):
    found = round_.candidates.get().entry.papers.filter(kind="business_plan").get()
    found.file.save("phuong-an.pdf", ContentFile(two_pages()))
    page = phone(member)
    page.goto(url("sheet", sheet.candidate_id))
    page.locator("[data-evidence-for='3.4']").tap()
    box = page.locator("[data-evidence-box]")
    expect(box).to_contain_text("Minh chứng 3.4")
    expect(box.locator("h3").first).to_have_text("Nên xem trước")
    box.get_by_role("link", name="business_plan.pdf").tap()
    expect(box.locator("[data-page-place]")).to_have_text("1/2")
    picture = box.locator("[data-page-image]")
    expect(picture).to_be_visible()
    first = picture.get_attribute("src")
    box.get_by_role("button", name="Trang sau").tap()
    expect(box.locator("[data-page-place]")).to_have_text("2/2")
    assert picture.get_attribute("src") != first
    assert [row["id"] for row in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    box.get_by_role("button", name="Danh sách").tap()
    box.get_by_role("link", name="idea.pdf").tap()  # a file without pages
    expect(box.locator("[data-page-told]")).to_contain_text("Không hiện được ở đây")
    box.get_by_role("button", name="Đóng").tap()
    expect(box).to_be_hidden()


def test_a_reason_for_a_knock_out_survives_a_page_closed_by_accident(phone, sheet, member):
    page = phone(member)
    page.goto(url("sheet", sheet.candidate_id))
    page.locator("[id='qd-knock_out:1.1'] summary").tap()
    page.locator("[id='ly-do-knock_out:1.1']").fill("Nguyên liệu nhập khẩu")
    page.reload()
    expect(page.locator("[id='ly-do-knock_out:1.1']")).to_have_value("Nguyên liệu nhập khẩu")
    page.get_by_role("button", name="Đề nghị loại").tap()
    expect(page.locator("[id='qd-knock_out:1.1']")).to_contain_text("Nguyên liệu nhập khẩu")


def test_the_leaders_screen_follows_the_sitting_by_itself(phone, round_, sheet, member):
    screen = phone(factories.person_in(round_.council, "secretary"))
    asked = []
    screen.on("request", lambda request: asked.append(request.url))
    screen.goto(url("room", round_.pk))
    board = screen.locator("#room-board")
    expect(board).to_contain_text("0/3 phiếu")
    factories.fill_sheet(sheet, total=72)
    expect(board).to_contain_text("1/3 phiếu", timeout=20_000)
    whole = [address for address in asked if address.endswith(url("room", round_.pk))]
    assert len(whole) == 2  # once when it was opened, once when something had changed
    assert [row["id"] for row in Axe().run(screen).response["violations"]] == []
    assert screen.evaluate("document.documentElement.scrollWidth") == 360
    for user in factories.scorers(round_.council):
        if user != member:
            factories.scored_sheet(sheet.candidate, user, total=90)
    rounds.end_scoring(round_=round_, by=factories.person_in(round_.council, "secretary"))
    expect(board).to_contain_text("Cặp phiếu lệch quá 10 điểm", timeout=20_000)
    assert [row["id"] for row in Axe().run(screen).response["violations"]] == []
    assert screen.evaluate("document.documentElement.scrollWidth") == 360
