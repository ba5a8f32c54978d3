"""Public pages answered from the cache: never one person's page, never for longer than is said."""

import pytest
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import reverse

from ocop_portal import kept_pages
from products.models import PublicRating
from tests.factories import PublicRatingFactory, officer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keep(settings, tmp_path):
    """As in production, in a cache of this test's own."""
    settings.PUBLIC_PAGE_SECONDS = 60
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(tmp_path),
        },
        "near": settings.CACHES["near"],
    }


@pytest.fixture
def fact():
    return PublicRatingFactory(product__name="Sản phẩm mẫu Hồ tiêu")


def renamed(fact) -> None:
    """Something that shows on the product's page, past all signals."""
    type(fact.product).objects.filter(pk=fact.product_id).update(name="Sản phẩm mẫu Tiêu mới")


def test_the_second_visitor_costs_the_database_nothing(fact, django_assert_num_queries):
    for address in (
        reverse("home"),
        reverse("products:catalogue"),
        fact.product.get_public_url(),
        reverse("products:public_producer", args=[fact.product.producer_id]),
        reverse("products:map"),
        reverse("products:numbers"),
        reverse("communes:public_list"),
        fact.product.producer.unit.get_public_url(),
    ):
        first = Client().get(address)
        with django_assert_num_queries(0):
            second = Client().get(address)
        assert (second.status_code, second.content) == (200, first.content)


def test_a_kept_page_is_gone_when_its_time_is_over(fact, settings, monkeypatch):
    settings.PUBLIC_PAGE_SECONDS = 1
    address = fact.product.get_public_url()
    assert Client().get(address).status_code == 200
    PublicRating.objects.all().delete()
    assert Client().get(address).status_code == 200
    import time

    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 1.1)
    assert Client().get(address).status_code == 404


def test_whoever_is_signed_in_neither_gets_nor_leaves_a_kept_page(fact):
    address, person = fact.product.get_public_url(), officer()
    signed_in = Client()
    signed_in.force_login(person)
    assert person.get_full_name() in signed_in.get(address).content.decode()
    before = Client().get(address).content.decode()
    assert person.get_full_name() not in before
    renamed(fact)
    now = signed_in.get(address).content.decode()
    assert "Tiêu mới" in now
    assert person.get_full_name() in now
    assert Client().get(address).content.decode() == before


def test_whoever_works_here_sees_a_change_in_the_catalogue_at_once(fact):
    address = reverse("products:catalogue")
    assert "Hồ tiêu" in Client().get(address).content.decode()
    PublicRatingFactory(product__name="Sản phẩm mẫu Miến dong")
    signed_in = Client()
    signed_in.force_login(officer())
    page = signed_in.get(address).content.decode()
    assert "Miến dong" in page
    assert "2 sản phẩm" in page


def test_a_message_that_waits_is_shown_to_its_visitor_alone(fact, rf):
    address = fact.product.get_public_url()
    visitor = Client()
    session = visitor.session  # a visitor who is known by a cookie alone
    session["x"] = 1
    session.save()
    assert visitor.cookies
    Client().get(address)
    renamed(fact)
    assert "Tiêu mới" in visitor.get(address).content.decode()


def test_a_page_with_a_form_or_a_cookie_or_a_session_is_never_kept(rf):
    told = []

    def form(request):
        told.append("form")
        return HttpResponse(get_token(request))

    def cookie(request):
        told.append("cookie")
        response = HttpResponse("x")
        response.set_cookie("seen", "1")
        return response

    def session(request):
        told.append("session")
        request.session["seen"] = 1
        return HttpResponse("x")

    from django.contrib.sessions.backends.db import SessionStore

    for view in (form, cookie, session):
        for _time in range(2):
            request = rf.get(f"/{view.__name__}/")
            request.session = SessionStore()
            kept_pages.kept(view)(request)
    assert told == ["form", "form", "cookie", "cookie", "session", "session"]


def test_searches_are_answered_afresh_and_leave_nothing(fact, tmp_path):
    Client().get(reverse("products:catalogue"), {"q": "ho tieu"})
    Client().get(reverse("products:catalogue"), {"stars": "4", "utm": "x"})
    assert list(tmp_path.iterdir()) == []


def test_each_language_has_its_own_copy(fact):
    address = fact.product.get_public_url()
    assert '<html lang="vi"' in Client().get(address).content.decode()
    assert '<html lang="en"' in Client().get(f"/en{address}").content.decode()
    assert '<html lang="vi"' in Client().get(address).content.decode()


def test_a_browser_asks_again_each_time_and_is_told_when_nothing_changed(fact):
    address = fact.product.get_public_url()
    for packs in ("gzip", ""):
        first = Client().get(address, headers={"accept-encoding": packs})
        assert first.headers["Cache-Control"] == "no-cache"
        assert "Expires" not in first.headers
        assert "Cookie" in first.headers["Vary"]
        assert ("Content-Encoding" in first.headers) is bool(packs)
        again = Client().get(
            address, headers={"accept-encoding": packs, "if-none-match": first.headers["ETag"]}
        )
        assert (again.status_code, again.content) == (304, b"")


def test_the_check_of_a_certificate_is_never_kept(client, tmp_path):
    for address in (reverse("check_certificates"), reverse("check_certificate", args=["ABCD"])):
        page = client.get(address)
        assert "no-store" in page.headers["Cache-Control"]
    assert not [file for file in tmp_path.iterdir() if b"<html" in file.read_bytes()]


def test_what_was_taken_back_leaves_the_remembered_shelf_at_once(fact):
    """The order is remembered for every page of the catalogue; what is shown is read anew."""
    other = PublicRatingFactory(product__name="Sản phẩm mẫu Miến dong")
    second = reverse("products:catalogue") + "?page=1"
    assert "Miến dong" in Client().get(second).content.decode()
    PublicRating.objects.filter(pk=other.pk).delete()
    page = Client().get(second).content.decode()
    assert "Miến dong" not in page
    assert "Hồ tiêu" in page


def test_development_keeps_nothing(fact, settings, tmp_path):
    settings.PUBLIC_PAGE_SECONDS = 0
    for address in (reverse("home"), reverse("products:catalogue"), "/san-pham/?page=1"):
        Client().get(address)
    assert list(tmp_path.iterdir()) == []
