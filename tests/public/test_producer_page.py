"""A producer's public page: published facts alone, and a way to tell the office something."""

import pytest
from django.urls import reverse

from products.models import Feedback
from tests.factories import ProducerFactory, ProductFactory, PublicRatingFactory

pytestmark = pytest.mark.django_db


def address(producer, name="products:public_producer") -> str:
    return reverse(name, args=[producer.pk])


def test_it_shows_the_rated_products_and_no_other(client):
    producer = ProducerFactory()
    PublicRatingFactory(product__producer=producer, product__name="Sản phẩm mẫu có hạng")
    ProductFactory(producer=producer, name="Sản phẩm mẫu chưa công bố")
    page = client.get(address(producer)).content.decode()
    assert "Sản phẩm mẫu có hạng" in page
    assert "Sản phẩm mẫu chưa công bố" not in page


def test_a_producer_of_whom_nothing_is_published_has_no_page(client):
    producer = ProductFactory().producer
    assert client.get(address(producer)).status_code == 404
    assert client.get(address(producer, "products:feedback_of_producer")).status_code == 404


@pytest.mark.parametrize("agreed", [True, False])
def test_contacts_are_shown_only_where_the_producer_agreed(client, agreed):
    producer = ProducerFactory(
        phone="+84905123456", representative="Trần Thị Đại Diện", publish_contact=agreed
    )
    PublicRatingFactory(product__producer=producer)
    page = client.get(address(producer)).content.decode()
    assert ("0905 123 456" in page) == agreed
    assert "Trần Thị Đại Diện" not in page


def test_a_message_about_a_producer_is_kept_for_it_as_a_whole(client):
    producer = PublicRatingFactory().product.producer
    sent = client.post(
        address(producer, "products:feedback_of_producer"),
        {"kind": Feedback.Kind.values[0], "words": "Nội dung mẫu."},
    )
    assert sent.status_code == 200
    found = Feedback.objects.get()
    assert (found.producer, found.product) == (producer, None)


def test_the_sitemap_has_producers_with_something_published_alone(client):
    producer = PublicRatingFactory().product.producer
    hidden = ProductFactory().producer
    page = client.get("/sitemap-chu-the.xml").content.decode()
    assert address(producer) in page
    assert address(hidden) not in page
