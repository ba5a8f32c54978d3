"""Vietnamese everywhere, English of the same page under /en/; the address alone decides."""

import pytest
from django.urls import reverse
from django.utils import translation

from ocop_portal.languages import in_language, language_of
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_address_in_the_other_language_and_back():
    assert in_language("/san-pham/?q=1", "en") == "/en/san-pham/?q=1"
    assert in_language("/en/san-pham/", "vi") == "/san-pham/"
    assert in_language("/en/", "vi") == in_language("/", "vi") == "/"
    assert in_language("/en/san-pham/", "en") == "/en/san-pham/"
    assert language_of("/entry/") == "vi"  # begins with the same letters, is no folder "en"


def test_a_public_page_speaks_the_language_of_its_address(client):
    for path, language in (("/", "vi"), ("/en/", "en")):
        for browser in ("vi", "en"):
            response = client.get(path, headers={"accept-language": browser})
            assert f'<html lang="{language}"' in response.content.decode()
            assert response["Content-Language"] == language
            assert "Accept-Language" not in response.get("Vary", "")
    assert translation.get_language() == "vi"  # nothing is left behind for the next request


def test_an_english_page_links_to_english_pages(client):
    page = client.get("/en/").content.decode()
    with translation.override("en"):
        assert reverse("products:catalogue") == "/en/san-pham/"
    assert 'href="/en/san-pham/"' in page


def test_what_is_there_in_one_language_names_no_other(client):
    assert (
        'hreflang="en" href="http://testserver/en/san-pham/"'
        in client.get("/san-pham/").content.decode()
    )
    assert client.get("/en/api/").status_code == 404
    assert "hreflang" not in client.get("/api/").content.decode()


def test_an_office_page_is_read_in_both_languages_and_each_names_the_other(client):
    asked = client.get("/en/lam-viec/")
    assert asked["Location"] == "/en/tai-khoan/dang-nhap/?next=/en/lam-viec/"
    client.force_login(factories.officer())
    page = client.get("/en/lam-viec/san-pham/?q=a").content.decode()
    assert '<html lang="en"' in page and 'href="/lam-viec/san-pham/?q=a"' in page
    assert (
        'href="/en/lam-viec/san-pham/?q=a"'
        in client.get("/lam-viec/san-pham/?q=a").content.decode()
    )


def test_the_menu_marks_one_entry_in_either_language(client):
    client.force_login(factories.officer())
    for page in ("office", "communes:producers", "products:fairs", "reminders:inbox"):
        marked = [
            [item.label for item in client.get(address).context["nav_items"] if item.active]
            for address in (reverse(page), in_language(reverse(page), "en"))
        ]
        assert len(marked[0]) == len(marked[1]) == (page != "reminders:inbox"), page


def test_papers_and_the_scoring_sheet_have_one_address_which_is_vietnamese(client):
    client.force_login(factories.officer())
    assert client.get("/en/nhap-excel/mau/")["Location"] == "/nhap-excel/mau/"
    round_ = factories.open_round()
    client.force_login(factories.scorers(round_.council)[0])
    sheet = reverse("evaluation:sheet", args=[round_.candidates.get().pk])
    assert client.get("/en" + sheet)["Location"] == sheet
    assert client.post("/en" + sheet)["Location"] == sheet
    assert "hreflang" not in client.get(sheet).content.decode()


def test_the_phone_of_a_member_forgets_the_sheets_at_either_entrance(client):
    worker = client.get("/sw.js").content.decode()
    assert '["/tai-khoan/", "/en/tai-khoan/"]' in worker
