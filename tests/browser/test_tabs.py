"""The topics of a section on a phone: one row that scrolls, without a script as well."""

import pytest
from django.urls import reverse

from tests import factories as make

from .desk import PHONE, Desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Whether a tab's whole box, its focus ring inside it, lies in the row and nothing lies upon it.
IN_SIGHT = """link => {
  const tab = link.getBoundingClientRect(), row = link.closest(".tabs").getBoundingClientRect();
  const seen = (x) => link.contains(document.elementFromPoint(x, tab.top + tab.height / 2));
  return tab.left >= row.left - 1 && tab.right <= row.right + 1 && tab.top >= row.top &&
    tab.bottom <= row.bottom && seen(tab.left + 3) && seen(tab.right - 3);
}"""


def test_tabs_stand_in_one_row_the_chosen_one_in_sight_and_the_keyboard_reaches_all(
    live_server, browser
):
    faults: list[str] = []
    desk = Desk(browser, live_server, faults, screen=PHONE, java_script_enabled=False)
    desk.sign_in(make.officer())
    for name in ("plans", "apparatus", "outreach", "trainings", "news", "documents"):
        desk.open(reverse("products:plans" if name == "plans" else f"communes:{name}"))
        row = desk.main.locator(".tabs").first
        tabs, chosen = row.locator("a"), row.locator("a[aria-current=page]")
        assert tabs.count() == 6
        assert row.bounding_box()["height"] < 60
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= 360
        assert chosen.evaluate(IN_SIGHT)
        for left in (0, 1000):  # however far it was scrolled
            row.evaluate("(row, left) => row.scrollTo({ left, behavior: 'instant' })", left)
            assert chosen.evaluate(IN_SIGHT)
    # From the last topic's page, where the others lie furthest from the chosen one.
    tabs.first.focus()
    for place in range(6):
        assert tabs.nth(place).evaluate("link => link === document.activeElement")
        assert tabs.nth(place).evaluate(IN_SIGHT)
        desk.page.keyboard.press("Tab")
    assert faults == []
    desk.close()
