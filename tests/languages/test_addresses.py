"""Vietnamese everywhere, English of the public pages under /en/; the address alone decides."""

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


def test_office_pages_are_vietnamese_at_one_address(client):
    assert client.get("/en/lam-viec/")["Location"] == "/lam-viec/"
    client.force_login(factories.officer())
    assert client.get("/en/lam-viec/san-pham/?q=a")["Location"] == "/lam-viec/san-pham/?q=a"
    assert client.post("/en/lam-viec/san-pham/them/")["Location"] == "/lam-viec/san-pham/them/"
