"""The keyboard alone: it reaches whatever can be clicked, shows where it is, and gets work done."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from evaluation.sheets import start_sheet
from products.models import Entry
from products.voice_models import Feedback
from tests import factories
from tests.browser.desk import DESKTOP, PHONE
from tests.evaluation.pages import signed_in
from tests.factories import S

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What is to be reached: everything visible that a click would do something with. Of a group of
# radio buttons the keyboard stops at one, and goes on with the arrows. Whatever is found gets a
# number, so that it is known again; how it looks without the focus is kept to be compared.
LIST = """() => {
  const look = (one) => {
    const around = [
      one, one.parentElement, one.closest("label, .card-product"), one.nextElementSibling,
    ];
    return around.filter(Boolean).map((part) => {
      const s = getComputedStyle(part);
      return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor, s.stroke].join();
    }).join("|");
  };
  window.lookOf = look;
  const groups = new Map();
  const all = Array.from(document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]"
  )).filter((one) => !one.disabled && one.tabIndex >= 0
    && one.checkVisibility({ visibilityProperty: true }));
  return all.map((one, at) => {
    one.dataset.keyboard = at;
    one.lookWithout = look(one);
    let kind = String(at);
    if (one.type === "radio") {
      const key = `${one.form ? Array.from(document.forms).indexOf(one.form) : "-"}/${one.name}`;
      if (!groups.has(key)) groups.set(key, kind);
      kind = groups.get(key);
    }
    one.dataset.keyboardKind = kind;
    return [kind, one.outerHTML.slice(0, 160)];
  });
}"""
# Where the focus is: its number, whether it shows, whether something lies over all of it.
HERE = """() => {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return null;
  const shown = one.labels?.length && one.getBoundingClientRect().width < 8 ? one.labels[0] : one;
  const boxes = Array.from(shown.getClientRects());
  const inside = (x, y) => {
    const hit = document.elementFromPoint(x, y);
    return hit && (shown.contains(hit) || hit.contains(shown) && hit.closest("label, a, button, summary")
      || hit.closest("label")?.control === one);
  };
  const free = boxes.some((box) => [0.5, 0.1, 0.9].some((x) => [0.5, 0.15, 0.85].some((y) =>
    inside(box.left + box.width * x, box.top + box.height * y))));
  return {
    number: one.dataset.keyboard ?? null,
    kind: one.dataset.keyboardKind ?? null,
    html: one.outerHTML.slice(0, 160),
    shows: one.lookWithout === undefined || window.lookOf(one) !== one.lookWithout,
    free,
  };
}"""


# As if the page had just been opened, also where it puts the focus into a field of its own accord.
TO_THE_TOP = """() => {
  const start = document.createElement("span");
  start.tabIndex = -1;
  document.body.prepend(start);
  start.focus();
  start.remove();
  scrollTo(0, 0);
}"""


def walk(page) -> tuple[list[str], list[str]]:
    """Tab through the whole page; (what is wrong, the numbers in the order they were met)."""
    page.evaluate(TO_THE_TOP)
    wanted = dict(reversed(page.evaluate(LIST)))  # kind → its first element
    wrong, order = [], []
    for _step in range(3 * len(wanted) + 20):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here is None or here["number"] in order[:1]:
            break
        if here["number"] is None:  # a box that scrolls, which the browser lets the arrows move
            continue
        order.append(here["number"])
        wanted.pop(here["kind"], None)
        if not here["shows"]:
            wrong.append(f"focus does not show: {here['html']}")
        if not here["free"]:
            wrong.append(f"focus is out of sight: {here['html']}")
    else:
        wrong.append("the keyboard does not come to an end")
    return wrong + [f"not reached: {html}" for html in wanted.values()], order


class Window:
    """A browser window in which nothing is clicked."""

    def __init__(self, browser, live_server, screen=DESKTOP, user=None):
        self.context = browser.new_context(
            locale="vi-VN",
            base_url=live_server.url,
            service_workers="block",
            reduced_motion="reduce",
            viewport=screen["viewport"],
        )
        if user:
            session = signed_in(user).cookies["sessionid"].value
            cookie = {"name": "sessionid", "value": session, "url": live_server.url}
            self.context.add_cookies([cookie])
        self.page = self.context.new_page()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def to(self, wanted) -> None:
        """Tab until this is where the focus is."""
        expect(wanted).to_be_attached()
        for _step in range(250):
            if wanted.evaluate("one => one === document.activeElement"):
                return
            self.press("Tab")
        pytest.fail(f"not reached by Tab: {wanted}")


@pytest.fixture
def window(browser, live_server):
    opened = []

    def open_one(**how) -> Window:
        opened.append(Window(browser, live_server, **how))
        return opened[-1]

    yield open_one
    for one in opened:
        one.context.close()


@pytest.fixture
def product():
    """A published result in the catalogue, with further ones beside it."""
    entry = factories.entry_in(S.READY, product__name="Sản phẩm mẫu Hồ tiêu đỏ")
    factories.ProductPhotoFactory.create_batch(2, product=entry.product)
    factories.closed_round(publish=True, entries=[entry])
    factories.PublicRatingFactory.create_batch(2, stars=3)
    return entry.product


def _walked(window, paths: list[str], screens=(DESKTOP, PHONE), user=None) -> None:
    """Every page, at every width, with all that folds unfolded."""
    wrong = []
    for screen in screens:
        page = window(screen=screen, user=user).page
        for path in paths:
            answer = page.goto(path)
            assert answer.status == 200, path
            page.evaluate(
                "() => document.querySelectorAll('main details').forEach((one) => { one.open = true; })"
            )
            width = screen["viewport"]["width"]
            wrong += [f"{path} at {width}: {fault}" for fault in walk(page)[0]]
    assert wrong == [], "\n".join(wrong)


def test_tab_reaches_all_of_the_public_pages_and_shows_where_it_is(window, product):
    _walked(
        window,
        [
            reverse("home"),
            reverse("products:catalogue") + "?stars=4",
            reverse("products:catalogue") + "?view=list",
            product.get_public_url(),
            reverse("products:map"),
            reverse("products:feedback_write", args=[product.pk]),
            reverse("lawbook:rehearsal_start"),
            reverse("account_login"),
        ],
    )


def test_tab_reaches_all_of_the_office_s_pages_and_shows_where_it_is(window, product):
    district = factories.officer()
    cycle = factories.CycleFactory()
    entries = [factories.entry_in(S.IDEA_REGISTERED, cycle=cycle) for _n in range(2)]
    dossier = factories.entry_in(S.DOSSIER_SUBMITTED, cycle=cycle)
    _walked(
        window,
        [
            reverse("office"),
            reverse("products:board", args=[cycle.pk]),
            reverse("products:board", args=[cycle.pk]) + "?xem=bang",
            reverse("products:matrix", args=[cycle.pk]),
            reverse("products:entry", args=[entries[0].pk]),
            reverse("products:entry", args=[dossier.pk]),
            reverse("products:assess", args=[entries[0].pk]),
            reverse("products:product_list"),
            reverse("communes:producer_add"),
        ],
        user=district,
    )


def test_tab_reaches_all_of_the_council_s_pages_and_shows_where_it_is(window):
    entry = factories.entry_in("ready", product__set_number=7)
    round_ = factories.open_round(entries=[entry], members=2)
    member, second = factories.scorers(round_.council)
    candidate = round_.candidates.get()
    start_sheet(candidate=candidate, user=member)
    _walked(window, [reverse("evaluation:sheet", args=[candidate.pk])], user=member)
    factories.scored_sheet(candidate, second, total=72)
    secretary = factories.person_in(round_.council, "secretary")
    pages = [reverse(f"evaluation:{name}", args=[round_.pk]) for name in ("round", "room")]
    _walked(window, pages, user=secretary)


def test_shift_and_tab_go_the_same_way_back(window, product):
    page = window().page
    page.goto(reverse("products:catalogue"))
    wrong, order = walk(page)
    assert wrong == []
    page.locator(f"[data-keyboard='{order[-1]}']").focus()
    back = [order[-1]]
    while len(back) < len(order):
        page.keyboard.press("Shift+Tab")
        back.append(page.evaluate(HERE)["number"])
    assert back == order[::-1]


def test_the_first_tab_offers_to_skip_the_menu(window, product):
    one = window()
    one.page.goto(reverse("home"))
    one.press("Tab")
    expect(one.page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    expect(one.page.get_by_role("link", name="Đến nội dung chính")).to_be_in_viewport()
    one.press("Enter")
    expect(one.page.locator("main")).to_be_focused()
    one.press("Tab")
    assert one.page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_menu_of_a_phone_opens_with_enter_and_closes_with_escape(window):
    one = window(screen=PHONE, user=factories.officer())
    one.page.goto(reverse("office"))
    fold = one.page.locator("summary").filter(has_text="Mục lục")
    menu = one.page.get_by_role("navigation", name="Mục lục").filter(visible=True)
    one.to(fold)
    one.press("Enter")
    expect(menu).to_be_visible()
    for link in menu.get_by_role("link").all():
        one.press("Tab")
        expect(link).to_be_focused()
        expect(link).to_be_in_viewport()
    # Whoever goes on finds the page, not a menu that lies over it.
    one.press("Tab")
    expect(menu).to_be_hidden()
    one.to(fold)
    one.press("Space")
    expect(menu).to_be_visible()
    one.press("Tab", "Escape")
    expect(menu).to_be_hidden()
    expect(fold).to_be_focused()


def test_what_is_wider_than_the_screen_is_scrolled_with_the_arrows(window):
    cycle = factories.CycleFactory()
    factories.entry_in(S.IDEA_REGISTERED, cycle=cycle)
    one = window(screen={"viewport": {"width": 768, "height": 800}}, user=factories.officer())
    one.page.goto(reverse("products:board", args=[cycle.pk]))
    wide = """() => Array.from(document.querySelectorAll("main *")).filter((box) =>
      ["auto", "scroll"].includes(getComputedStyle(box).overflowX)
      && box.scrollWidth > box.clientWidth + 1)"""
    boxes = one.page.evaluate_handle(wide)
    count = boxes.evaluate("all => all.length")
    assert count, "nothing is wider than a tablet: choose another page for this test"
    for at in range(count):
        box = boxes.evaluate_handle("(all, at) => all[at]", at).as_element()
        reached = False
        one.page.evaluate(TO_THE_TOP)
        for _step in range(150):
            one.press("Tab")
            reached = box.evaluate("box => box.contains(document.activeElement)")
            if reached:
                break
        assert reached, box.evaluate("box => box.outerHTML.slice(0, 160)")
        for _step in range(10):
            one.press("ArrowRight")
        one.page.wait_for_function("box => box.scrollLeft > 0", arg=box)


def test_a_buyer_finds_a_product_and_writes_about_it_with_the_keyboard_alone(window, product):
    one = window()
    page = one.page
    page.goto(reverse("home"))
    one.to(page.get_by_role("searchbox"))
    page.keyboard.type("ho tieu")
    one.press("Enter")
    expect(page.get_by_role("link", name=product.name).first).to_be_visible()
    fold = page.get_by_text("Lọc thêm")
    if fold.is_visible():
        one.to(page.locator("summary").filter(has_text="Lọc thêm"))
        one.press("Enter")
        one.to(page.get_by_label("Hạng sao", exact=True))
        page.keyboard.type("4")
        one.to(page.get_by_role("button", name="Lọc", exact=True))
        one.press("Enter")
        page.wait_for_url("**stars=4**")
    one.to(page.locator("main").get_by_role("link", name=product.name).first)
    one.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(product.name)
    one.to(page.locator("main").get_by_role("link", name="Gửi phản ánh").first)
    one.press("Enter")
    page.wait_for_url("**/phan-anh/")
    for field, words in (("kind", "Ch"), ("words", "Hũ nứt khi nhận.")):
        one.to(page.locator(f"main [name={field}]").first)
        page.keyboard.type(words) if field == "words" else one.press("ArrowDown")
    one.to(page.locator("main form button[type=submit]").last)
    one.press("Enter")
    expect(page.locator("main")).to_contain_text("Mã")
    assert Feedback.objects.get().words == "Hũ nứt khi nhận."


def test_an_officer_signs_in_and_returns_an_idea_with_the_keyboard_alone(window):
    officer = factories.officer()
    entry = factories.entry_in(S.IDEA_REGISTERED)
    one = window()
    page = one.page
    page.goto(reverse("products:entry", args=[entry.pk]))
    one.to(page.locator("[name=login]"))
    page.keyboard.type(officer.username)
    one.to(page.locator("[name=password]"))
    page.keyboard.type(factories.PASSWORD)
    one.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(entry.product.name)
    one.to(page.locator("main summary").filter(has_text="Trả lại ý tưởng…"))
    one.press("Space")
    reason = page.get_by_label("Lý do trả lại và điều cần sửa").filter(visible=True)
    one.to(reason)
    page.keyboard.type("Chưa nêu diện tích trồng.")
    one.to(page.get_by_role("button", name="Trả lại ý tưởng", exact=True))
    one.press("Enter")
    expect(page.locator("main")).to_contain_text("Ý tưởng bị trả lại")
    assert Entry.objects.get().state == S.IDEA_RETURNED
