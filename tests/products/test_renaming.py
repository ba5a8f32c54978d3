"""A product is found by the name that its producer bears today."""

import pytest

from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def test_a_renamed_producer_is_found_by_the_new_name_and_no_more_by_the_old():
    product = ProductFactory(name="Sản phẩm mẫu", producer__name="Cơ sở Cũ")
    producer = product.producer
    producer.name = "Hợp tác xã Đỏ"
    producer.save()
    product.refresh_from_db()
    assert product.search == "san pham mau hop tac xa do"
    assert product.history.count() == 1
