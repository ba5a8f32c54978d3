"""The sheet in a browser: saved at once, kept while the network is away, usable with one thumb."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe

from evaluation import rounds, sheets
from evaluation.models import Declaration, Mark, MarkEvent, Sheet
from tests import factories
from tests.evaluation.pages import score_all, signed_in, url
from tests.evaluation.test_star_marks import under

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 360, "height": 740}


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
    """Opens a page as a person on a phone; errors of the console fail the test."""
    contexts, errors = [], []

    def open_as(person, path, **options):
        context = browser.new_context(
            viewport=PHONE, has_touch=True, base_url=live_server.url, **options
        )
        session = signed_in(person).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                errors.append(message.text)
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        page.goto(path)
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert errors == []


def choose(page, code, option):
    page.locator(f"[id='tc-{code}'] .level:has(input[value='{option}'])").tap()


def wait_for(page, state):
    page.wait_for_selector(f"[data-save-state][data-state='{state}']", timeout=15_000)


def key_of(user, sheet):
    return f"ocop-sheet-{user.pk}-{sheet.pk}"


def record(page, user, sheet):
    """What this phone keeps for the person's sheet."""
    return json.loads(page.evaluate("key => localStorage.getItem(key)", key_of(user, sheet)))


def store(page, user, sheet, kept):
    page.evaluate(
        "([key, kept]) => localStorage.setItem(key, kept)",
        [key_of(user, sheet), json.dumps(kept)],
    )


def kept(sheet):
    return dict(Mark.objects.filter(sheet=sheet).values_list("criterion", "option"))


def test_a_tap_is_saved_at_once_and_the_sums_follow(phone, sheet, member):
    page = phone(member, url("sheet", sheet.candidate_id))
    choose(page, "1.1", 2)
    page.wait_for_selector("[id='tc-1.1'] [data-save][data-state='saved']")
    choose(page, "5.1", 1)
    page.wait_for_selector("[id='tc-5.2'].is-off")
    assert kept(sheet) == {"1.1": 2, "5.1": 1}
    assert page.locator("[data-total]").inner_text() == "2"
    assert page.locator(".score-sums [data-part-sum=A]").inner_text() == "2"
    assert page.locator("[data-left]").inner_text() == "27"  # 31 less two marks, less 5.2 and 5.3
    page.reload()
    assert page.locator("[name='tc-1.1'][value='2']").is_checked()


def test_choices_wait_while_the_network_is_away_and_go_out_in_order(phone, sheet, member):
    page = phone(member, url("sheet", sheet.candidate_id))
    page.context.set_offline(True)
    for code, option in (("1.1", 1), ("1.2", 2), ("1.1", 3), ("1.3", 1)):
        choose(page, code, option)
    wait_for(page, "offline")
    assert page.locator("[data-save-state]").inner_text().strip() == "Chờ mạng"
    assert page.locator("[id='tc-1.1'] [data-save]").inner_text() == "chờ mạng"
    assert page.locator("[data-total]").inner_text() == "6"  # by the printed points, for now
    assert kept(sheet) == {}
    page.locator("[data-submit]").tap()  # nothing is handed in while choices wait
    assert "Còn lựa chọn chưa lưu" in page.locator("[data-kept]").inner_text()
    page.context.set_offline(False)
    wait_for(page, "saved")
    assert kept(sheet) == {"1.1": 3, "1.2": 2, "1.3": 1}
    order = list(MarkEvent.objects.order_by("pk").values_list("criterion", "option"))
    assert order[-2:] == [("1.1", 3), ("1.3", 1)]


def test_of_two_cases_one_is_marked_and_shuts_the_other_without_a_line_too(phone):
    round_ = under("26-2026", set_number=26, level="province")
    member = factories.person_in(round_.council, "member")
    sheet = sheets.start_sheet(candidate=round_.candidates.get(), user=member)
    page = phone(member, url("sheet", sheet.candidate_id))
    left = int(page.locator("[data-left]").inner_text())
    choose(page, "8.a", 2)
    page.wait_for_selector("[id='tc-8.b'].is-off")
    assert "ở trường hợp kia trước" in page.locator("[id='tc-8.b']").inner_text()
    wait_for(page, "saved")
    page.context.set_offline(True)
    choose(page, "9.b", 2)
    page.wait_for_selector("[id='tc-9.a'].is-off")
    choose(page, "8.a", 0)  # thought better of
    choose(page, "8.b", 1)
    page.wait_for_selector("[id='tc-8.a'].is-off")
    assert page.locator("[data-total]").inner_text() == "3"
    assert page.locator("[data-left]").inner_text() == str(left - 4)
    page.context.set_offline(False)
    wait_for(page, "saved")
    assert kept(sheet) == {"8.a": 0, "8.b": 1, "9.b": 2}
    assert page.locator("[data-total]").inner_text() == "3"


def test_a_page_closed_without_network_brings_its_choices_back(phone, sheet, member):
    page = phone(member, url("sheet", sheet.candidate_id))
    context = page.context
    context.set_offline(True)
    choose(page, "1.1", 3)
    wait_for(page, "offline")
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(url("sheet", sheet.candidate_id))
    wait_for(again, "saved")
    again.wait_for_selector("[id='tc-1.1'] [data-save][data-state='saved']")
    assert again.locator("[name='tc-1.1'][value='3']").is_checked()
    assert kept(sheet) == {"1.1": 3}


def test_a_choice_that_came_too_late_is_told_plainly_and_stays_named(phone, round_, sheet, member):
    page = phone(member, url("sheet", sheet.candidate_id))
    page.context.set_offline(True)
    choose(page, "1.1", 3)
    wait_for(page, "offline")
    rounds.end_scoring(round_=round_, by=factories.person_in(round_.council, "secretary"))
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    wait_for(page, "error")
    told = page.locator("[data-kept]").inner_text()
    assert "Đợt đánh giá đã dừng chấm điểm." in told
    assert "1.1" in told
    assert kept(sheet) == {}


def test_what_an_earlier_version_of_the_sheet_left_unsent_is_named_and_not_sent(
    phone, round_, sheet, member
):
    """Scoring ended while the phone was offline; the sheet is reopened as a new version."""
    page = phone(member, url("sheet", sheet.candidate_id))
    page.context.set_offline(True)
    choose(page, "1.1", 3)
    choose(page, "2.1", 1)
    wait_for(page, "offline")
    by = factories.person_in(round_.council, "secretary")
    rounds.end_scoring(round_=round_, by=by)
    sheet.refresh_from_db()
    new = sheets.reopen_sheet(sheet=sheet, by=by, reason="Mất mạng")
    page.context.set_offline(False)
    page.goto(url("sheet", sheet.candidate_id))
    told = page.locator("[data-kept]")
    assert told.is_visible()
    assert "Bản trước" in told.inner_text()
    assert "1.1, 2.1" in told.inner_text()
    choose(page, "1.1", 2)
    page.wait_for_selector("[id='tc-1.1'] [data-save][data-state='saved']")
    assert told.is_visible()
    assert "2.1" in told.inner_text()  # named until the member says it is done with
    with page.expect_navigation():
        told.get_by_role("button", name="Bỏ các lựa chọn này").tap()
    assert told.is_hidden()
    assert kept(new) == {"1.1": 2}


def test_why_a_choice_was_not_taken_stays_to_be_read(phone, sheet, member):
    page = phone(member, url("sheet", sheet.candidate_id))
    rows = [
        {
            "kind": "mark",
            "code": code,
            "value": option,
            "base": 0,
            "id": f"id-{option}",
            "tried": False,
        }
        for code, option in (("1.1", 9), ("1.2", 1))
    ]
    store(page, member, sheet, {"queue": rows})
    page.reload()
    page.wait_for_selector("[id='tc-1.2'] [data-save][data-state='saved']")
    wait_for(page, "saved")
    assert page.locator("[data-kept]").is_visible()
    assert "Tiêu chí 1.1 không có phương án 9." in page.locator("[data-kept]").inner_text()
    choose(page, "1.1", 2)
    page.wait_for_selector("[id='tc-1.1'] [data-save][data-state='saved']")
    assert page.locator("[data-kept]").is_hidden()
    assert kept(sheet) == {"1.1": 2, "1.2": 1}


def test_two_members_on_one_phone_never_write_on_each_other_s_sheet(
    phone, round_, sheet, member, live_server
):
    other = factories.person_in(round_.council, "chair")
    theirs = sheets.start_sheet(candidate=sheet.candidate, user=other)
    page = phone(member, url("sheet", sheet.candidate_id))
    page.context.set_offline(True)
    choose(page, "1.1", 3)
    wait_for(page, "offline")
    # The other one signs in on the same phone, in another tab.
    session = signed_in(other).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.context.set_offline(False)
    second = page.context.new_page()
    second.goto(url("sheet", sheet.candidate_id))
    choose(second, "1.2", 2)
    second.wait_for_selector("[id='tc-1.2'] [data-save][data-state='saved']")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    wait_for(page, "error")
    assert "1.1" in page.locator("[data-kept]").inner_text()
    assert kept(theirs) == {"1.2": 2}
    assert kept(sheet) == {}
    # The first one is back: what was chosen offline is still there and goes out.
    session = signed_in(member).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.locator("[data-kept-retry]").tap()
    page.wait_for_selector("[id='tc-1.1'] [data-save][data-state='saved']")
    assert kept(sheet) == {"1.1": 3}
    assert kept(theirs) == {"1.2": 2}


def test_a_session_that_has_ended_loses_no_choice(phone, sheet, member):
    page = phone(member, url("sheet", sheet.candidate_id))
    page.context.clear_cookies(name="sessionid")
    choose(page, "1.1", 3)
    wait_for(page, "error")
    assert "hãy đăng nhập lại" in page.locator("[data-kept]").inner_text()
    waiting = record(page, member, sheet)["queue"]
    assert [(row["code"], row["value"]) for row in waiting] == [("1.1", 3)]


def test_two_tabs_of_one_sheet_lose_nothing(phone, sheet, member):
    first = phone(member, url("sheet", sheet.candidate_id))
    second = first.context.new_page()
    second.goto(url("sheet", sheet.candidate_id))
    first.context.set_offline(True)
    choose(first, "1.1", 3)
    choose(second, "1.2", 2)
    first.context.set_offline(False)
    wait_for(first, "saved")
    wait_for(second, "saved")
    assert kept(sheet) == {"1.1": 3, "1.2": 2}


def test_a_knock_out_is_declared_and_taken_back_on_the_phone(phone, sheet, member):
    page = phone(member, url("sheet", sheet.candidate_id))
    page.locator("[id='qd-knock_out:1.1'] summary").tap()
    page.locator("[id='ly-do-knock_out:1.1']").fill("Toàn bộ nguyên liệu nhập khẩu")
    page.get_by_role("button", name="Đề nghị loại").tap()
    page.wait_for_selector("[id='qd-knock_out:1.1'].is-declared")
    assert Declaration.objects.get().reason == "Toàn bộ nguyên liệu nhập khẩu"
    page.get_by_role("button", name="Rút lại khai báo").tap()
    page.wait_for_selector("[id='qd-knock_out:1.1']:not(.is-declared)")
    assert not Declaration.objects.exists()


def test_without_scripts_a_sheet_is_filled_part_by_part_and_handed_in(phone, sheet, member):
    options = factories.options_for(sheet.candidate.pinned_set.criteria, total=75)
    page = phone(member, url("sheet", sheet.candidate_id), java_script_enabled=False)
    for part in ("A", "B", "C"):
        for code, option in options.items():
            if page.locator(f"#part-{part} [id='tc-{code}']").count():
                choose(page, code, option)
        page.locator(f"#part-{part}").get_by_role("button", name="Lưu phần này").tap()
        page.get_by_text(f"Đã lưu phần {part}.").wait_for()
    assert kept(sheet) == options
    page.get_by_role("link", name="Gửi phiếu").tap()
    page.get_by_role("button", name="Gửi phiếu").tap()
    page.get_by_text("Đã gửi phiếu").wait_for()
    sheet.refresh_from_db()
    assert sheet.state == Sheet.State.SUBMITTED
    assert page.locator("[data-total]").inner_text() == "75"


def test_enter_in_a_part_saves_and_declares_nothing(phone, sheet, member):
    page = phone(member, url("sheet", sheet.candidate_id), java_script_enabled=False)
    page.locator("[name='tc-1.1'][value='2']").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_text("Đã lưu phần A.").wait_for()
    assert kept(sheet) == {"1.1": 2}
    assert not Declaration.objects.exists()


def test_the_sheet_fits_a_phone_and_every_level_fits_a_thumb(phone, sheet, member):
    page = phone(member, url("sheet", sheet.candidate_id))
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    # The widest sums: three digits in the total.
    page.eval_on_selector_all("[data-part-sum]", "els => els.forEach(e => e.textContent = '40')")
    page.eval_on_selector("[data-total]", "e => e.textContent = '100'")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    heights = page.eval_on_selector_all(".level", "els => els.map(e => e.offsetHeight)")
    assert min(heights) >= 44


def test_the_pages_pass_axe_and_fit_a_phone(phone, round_, sheet, member):
    found = {
        position: factories.person_in(round_.council, position)
        for position in ("chair", "secretary")
    }
    officer = factories.officer()
    pages = [
        (member, "sheet", sheet.candidate_id),
        (member, "my_sheets", round_.pk),
        (member, "submit", sheet.pk),
        (member, "conflict", sheet.candidate_id),
        (found["chair"], "sheet", sheet.candidate_id),  # the start page
        (found["secretary"], "round", round_.pk),
        (officer, "rounds", None),
        (officer, "council", round_.council_id),
        (officer, "council_add", None),
    ]
    for person, name, key in pages:
        check(phone(person, url(name, *([key] if key else []))), name)
    score_all(round_, 60, 72, 80)
    rounds.end_scoring(round_=round_, by=found["secretary"])
    handed_in = Sheet.objects.first()
    for name, key in (
        ("tally", round_.pk),
        ("round_close", round_.pk),
        ("sheet_view", handed_in.pk),
        ("reopen", handed_in.pk),
    ):
        check(phone(found["secretary"], url(name, key)), name)


def check(page, name):
    violations = Axe().run(page).response["violations"]
    told = [(row["id"], [node["html"][:120] for node in row["nodes"]]) for row in violations]
    assert told == [], name
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], name
