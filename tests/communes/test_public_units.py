"""Pages of units for everyone."""

import datetime
import re

import pytest
from django.urls import reverse

from tests.communes.pages import text_of
from tests.factories import ProducerFactory, PublicRatingFactory

pytestmark = pytest.mark.django_db

LIST = "communes:public_list"


def rows(client, **query) -> dict[str, list[int]]:
    """Unit → its numbers, as listed."""
    page = client.get(reverse(LIST), query).context["page_obj"]
    return {str(unit): [figure["number"] for figure in unit.figures] for unit in page}


def test_a_page_about_2019_shows_the_22_units_of_2019(client, units):
    assert len(rows(client, nam="2019")) == 22
    assert len(rows(client, nam="2020")) == 18


def test_without_a_year_todays_units_are_listed_with_all_that_was_merged_into_them(client, units):
    ProducerFactory(unit=units("19390", datetime.date(2019, 6, 1)))  # Vĩnh Nam
    PublicRatingFactory(product__producer__unit=units("19378"))  # Trung Nam
    assert rows(client) == {
        "Xã Bến Quan": [0, 0],
        "Xã Cửa Tùng": [0, 0],
        "Xã Vĩnh Hoàng": [2, 1],
        "Xã Vĩnh Linh": [0, 0],
        "Xã Vĩnh Thủy": [0, 0],
    }


def test_units_are_found_without_marks(client, units):
    assert list(rows(client, nam="2020", q="ben quan")) == ["Thị trấn Bến Quan"]


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_costs_the_same_at_any_length(client, items, django_assert_num_queries):
    for _number in range(items):
        producer = ProducerFactory()
        PublicRatingFactory(product__producer=producer)
    with django_assert_num_queries(6):
        client.get(reverse(LIST))


@pytest.mark.parametrize("items", [1, 3])
def test_a_units_page_costs_the_same_however_many_producers(
    client, items, django_assert_num_queries
):
    for _number in range(items):
        rating = PublicRatingFactory()
    url = rating.product.producer.unit.get_public_url()
    with django_assert_num_queries(9):
        client.get(url)


def test_a_units_page_tells_what_it_was_and_what_it_became(client, units):
    page = client.get(units("19378").get_public_url()).content.decode()
    for name in ("Xã Vĩnh Trung", "Xã Vĩnh Nam", "Xã Vĩnh Hoàng", "Nghị quyết 832/NQ-UBTVQH14"):
        assert name in page


def test_the_page_of_a_commune_of_today_shows_the_rated_products_of_its_predecessors(client, units):
    rating = PublicRatingFactory(product__producer__unit=units("19390", datetime.date(2019, 6, 1)))
    page = client.get(units("19372", datetime.date(2025, 9, 1)).get_public_url())
    assert rating.product.name in page.content.decode()


def test_contacts_stand_on_the_page_only_when_the_producer_agreed(client, units):
    place = units("19363")
    ProducerFactory(
        unit=place,
        phone="0912345678",
        email="kin@example.vn",
        representative="Người Kín",
        tax_code="3200123456",
    )
    ProducerFactory(unit=place, phone="0987654321", email="mo@example.vn", publish_contact=True)
    answer = client.get(place.get_public_url())
    page, text = answer.content.decode(), text_of(answer)
    assert "0987 654 321" in text
    assert "mo@example.vn" in text
    for hidden in ("345 678", "0912345678", "kin@example.vn", "Người Kín", "3200123456"):
        assert hidden not in page


def test_a_producer_that_has_stopped_is_not_shown(client, units):
    ProducerFactory(unit=units("19363"), name="HTX đã nghỉ", is_active=False)
    assert "HTX đã nghỉ" not in client.get(units("19363").get_public_url()).content.decode()


def test_a_unit_that_does_not_exist_is_not_found(client):
    assert client.get(reverse("communes:public_unit", args=[999_999])).status_code == 404


def test_a_producer_whose_commune_is_unknown_is_told_apart_and_lost_nowhere(client, units):
    ProducerFactory(unit=units("464"))
    answer = client.get(reverse(LIST))
    assert sum(numbers[0] for numbers in rows(client).values()) == 0
    assert "Có 1 chủ thể chỉ biết ở Huyện Vĩnh Linh, chưa rõ xã, thị trấn." in text_of(answer)


def test_a_districts_page_names_the_communes_of_its_last_day(client, units):
    answer = client.get(units("464").get_public_url())
    assert len(answer.context["children"]) == 18


@pytest.mark.parametrize("year", ["", "2019"])
def test_every_period_can_be_chosen_from_every_other(client, units, year):
    answer = client.get(reverse(LIST), {"nam": year} if year else {})
    tabs = re.search(r'<ul class="tabs">(.*?)</ul>', answer.content.decode(), re.S).group(1)
    found = {
        label: client.get(reverse(LIST) + link).context["period"].label
        for link, label in re.findall(r'href="(\?[^"]+)"[^>]*>([^<]+)', tabs)
    }
    assert found == {"Năm 2019": "Năm 2019", "Năm 2020": "Năm 2020", "Hiện nay": "Hiện nay"}


def test_a_character_that_no_database_takes_is_left_out_of_the_search(client, units):
    assert list(rows(client, nam="2020", q="ben\x00 quan")) == ["Thị trấn Bến Quan"]
