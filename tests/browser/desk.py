"""A person at a screen: finds things by the words that stand on them, as people do."""

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse
from playwright.sync_api import Browser, Locator, Page, Response, expect

from tests.factories import PASSWORD

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
FORM_FIELDS = "input, select, textarea"
# A busy machine answers slowly: two tests at a time have kept a page waiting for ten seconds.
PATIENCE = 30_000  # milliseconds
expect.set_options(timeout=PATIENCE)


class Desk:
    """One browser window of its own; `faults` collects what its console complains of."""

    def __init__(self, browser: Browser, live_server, faults: list[str], screen=DESKTOP, **how):
        self.url = live_server.url
        self.context = browser.new_context(locale="vi-VN", **screen, **how)
        self.context.set_default_timeout(PATIENCE)
        self.context.on(
            "console", lambda line: line.type in {"error", "warning"} and faults.append(line.text)
        )
        self.context.on("weberror", lambda error: faults.append(str(error.error)))
        self.page: Page = self.context.new_page()

    def sign_in(self, user, *, secret: str = "") -> "Desk":
        """Through the login page with name and password, and the app's six digits if asked."""
        self.open(reverse("account_login"))
        self.fill("Tên đăng nhập hoặc thư điện tử", user.username)
        self.fill("Mật khẩu", PASSWORD)
        self.press("Đăng nhập")
        if secret:
            self.fill("Mã xác thực", format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
            self.press("Đăng nhập")
        expect(self.heading).to_have_text("Việc cần làm")
        return self

    def open(self, path: str) -> Response:
        return self.page.goto(path if path.startswith("http") else self.url + path)

    @property
    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def field(self, label: str) -> Locator:
        """The field with this label; the star of a required one is left aside."""
        words = re.compile(rf"^\s*{re.escape(label)}\s*\*?\s*$")
        return self.page.get_by_label(words).and_(self.page.locator(FORM_FIELDS))

    def fill(self, label: str, text: str) -> None:
        self.field(label).fill(text)

    def choose(self, label: str, option: str) -> None:
        self.field(label).select_option(label=option)

    def attach(self, label: str, name: str, content: bytes, kind: str) -> None:
        self.field(label).set_input_files({"name": name, "mimeType": kind, "buffer": content})

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=label, exact=True).click()

    def follow(self, label: str | re.Pattern) -> None:
        """Click a link in the page, not one of the menu."""
        exact = isinstance(label, str)
        self.main.get_by_role("link", name=label, exact=exact).click()

    def menu(self, label: str) -> None:
        """Open a page from the menu; on a phone the menu is folded."""
        menus = self.page.get_by_role("navigation", name="Mục lục")
        folded = self.page.locator("summary").filter(has_text="Mục lục")
        if folded.is_visible():
            folded.click()
        menus.get_by_role("link", name=label, exact=True).filter(visible=True).click()

    def unfold(self, label: str) -> None:
        self.main.locator("summary").get_by_text(label, exact=True).click()

    def sees(self, text: str | re.Pattern) -> None:
        expect(self.main).to_contain_text(text)

    def close(self) -> None:
        self.context.close()
