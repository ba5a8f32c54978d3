"""What a public page costs the database, and that it reads in either language without script."""

import re

import pytest
from django.urls import reverse

from tests.factories import (
    ProducerFactory,
    ProductPhotoFactory,
    PublicRatingFactory,
    S,
    UnitFactory,
    closed_round,
    entry_in,
    officer,
)

pytestmark = pytest.mark.django_db

CATALOGUE_QUERIES = 6  # facets, communes of now and of then, count, keys, cards
CATALOGUE_QUERIES_FILTERED = 8  # and the typed words, and whether they fit as they stand
# product, facts, photos, points of sale, shops online; the related ones, their cards
PRODUCT_QUERIES = 7
HOME_QUERIES = 10  # one of them for the news


def rated_with_everything(n: int) -> list:
    """So many products of as many producers in as many communes, each with two photos."""
    made = []
    for _n in range(n):
        producer = ProducerFactory(unit=UnitFactory())
        rating = PublicRatingFactory(product__producer=producer)
        ProductPhotoFactory.create_batch(2, product=rating.product)
        made.append(rating.product)
    return made


@pytest.mark.parametrize("n", [1, 3])
def test_catalogue_costs_the_same_at_any_size(client, django_assert_num_queries, n):
    rated_with_everything(n)
    with django_assert_num_queries(CATALOGUE_QUERIES):
        client.get(reverse("products:catalogue"))


@pytest.mark.parametrize("n", [1, 3])
def test_filtered_catalogue_costs_the_same_at_any_size(client, django_assert_num_queries, n):
    rated_with_everything(n)
    query = {"q": "mau", "stars": "4", "year": "2019", "branch": "thuc-pham", "sort": "newest"}
    with django_assert_num_queries(CATALOGUE_QUERIES_FILTERED):
        assert len(client.get(reverse("products:catalogue"), query).context["page_obj"]) == n


@pytest.mark.parametrize("n", [1, 3])
def test_catalogue_stays_within_its_budget_for_a_signed_in_officer(
    client, django_assert_max_num_queries, n
):
    rated_with_everything(n)
    client.force_login(officer())
    with django_assert_max_num_queries(12):
        client.get(reverse("products:catalogue"))


@pytest.mark.parametrize("n", [1, 3])
def test_product_page_costs_the_same_whatever_it_shows(client, django_assert_num_queries, n):
    product = rated_with_everything(1)[0]
    for number in range(n - 1):
        PublicRatingFactory(product=product, year=2010 + number, is_current=False)
        ProductPhotoFactory(product=product)
    for _n in range(n):
        PublicRatingFactory(product__producer=product.producer)
    with django_assert_num_queries(PRODUCT_QUERIES):
        client.get(product.get_public_url())


@pytest.mark.parametrize("n", [1, 3])
def test_home_costs_the_same_at_any_size(client, django_assert_num_queries, n):
    for product in rated_with_everything(n):
        entry_in(S.IMPLEMENTING, product=product, cycle__year=2019 + product.pk)
    with django_assert_num_queries(HOME_QUERIES):
        client.get(reverse("home"))


@pytest.mark.parametrize("n", [1, 3])
def test_producer_page_costs_the_same_whatever_it_shows(client, django_assert_num_queries, n):
    producer = ProducerFactory()
    for _n in range(n):
        rating = PublicRatingFactory(product__producer=producer)
        ProductPhotoFactory(product=rating.product)
    with django_assert_num_queries(4):  # producer, count, keys, cards
        client.get(reverse("products:public_producer", args=[producer.pk]))


def addresses(product) -> list[str]:
    return [
        reverse("home"),
        reverse("products:catalogue"),
        reverse("products:catalogue") + "?q=mau&stars=4&sort=newest",
        reverse("products:catalogue") + "?q=khong+co",
        product.get_public_url(),
        reverse("products:public_producer", args=[product.producer_id]),
    ]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_is_vietnamese_whatever_the_browser_is_set_to(client, language):
    product = closed_round(publish=True).candidates.get().entry.product
    for address in addresses(product):
        page = client.get(address, headers={"accept-language": language})
        assert page.status_code == 200
        assert '<html lang="vi"' in page.content.decode()
    page = client.get(product.get_public_url(), headers={"accept-language": language})
    assert "72,00" in page.content.decode()  # points keep the decimal comma of the papers


def test_no_page_carries_script_or_style_of_its_own(client):
    product = closed_round(publish=True).candidates.get().entry.product
    for address in addresses(product):
        page = client.get(address).content.decode()
        assert not re.search(
            r"<script(?![^>]*(?:\bsrc=|ld\+json))|<style|\sstyle=|\son[a-z]+=", page
        ), address
        # The portal may name its own address in full, as the canonical link does.
        page = page.replace('href="http://testserver/', 'href="/')
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page), address
