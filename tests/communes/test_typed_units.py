"""Where an officer has more units than a list can show, a unit is typed: name or code."""

import datetime

import pytest
from django.urls import reverse

from communes.filters import UnitChoice
from communes.models import Unit
from communes.units import rebuild_cover
from ocop_portal import search_choice
from tests.communes.pages import text_of
from tests.factories import ProducerFactory, UnitFactory, officer, vinh_linh

pytestmark = pytest.mark.django_db

LIST = "communes:producers"
QUERIES = 9  # of the list, with a unit that was typed


@pytest.fixture(autouse=True)
def _long_list(monkeypatch):
    """Three units are already too many to look through."""
    monkeypatch.setattr(search_choice, "MOST", 3)


@pytest.fixture
def many(client):
    """Communes of one district, some of them alike in name; a producer in each."""
    district = vinh_linh().district
    made = {}
    for key, name, code, ended in (
        ("dong", "Tân Đông", "81001", None),
        ("dong_1", "Tân Đông Một", "81002", None),
        ("twin", "Bình Mẫu", "81003", None),
        ("other_twin", "Bình Mẫu", "81004", None),
        ("ended", "Cũ Mẫu", "81005", datetime.date(2019, 12, 31)),
        ("renewed", "Đổi Mẫu", "81006", datetime.date(2019, 12, 31)),
        ("today", "Đổi Mẫu", "81007", None),
    ):
        made[key] = UnitFactory(parent=district, name=name, code=code, valid_until=ended)
        ProducerFactory(name=f"Chủ thể mẫu {key}", unit=made[key])
    rebuild_cover()
    client.force_login(officer())
    return made


def looked_for(client, typed: str, **more):
    """The keys of the producers that the list shows, and the page."""
    page = client.get(reverse(LIST), {"unit_typed": typed, **more})
    assert page.status_code == 200
    prefix = "Chủ thể mẫu "
    names = [row.name for row in page.context["page_obj"]]
    return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}, page


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("tan dong", "dong"),  # the whole name, though another one begins with it
        ("XÃ Tân  Đông", "dong"),
        ("dong mot", "dong_1"),
        ("81002", "dong_1"),
        ("cu mau", "ended"),
        ("Đổi Mẫu", "today"),  # of the same name, the one that is
        ("Xã Đổi Mẫu (đến 31/12/2019)", "renewed"),
        ("Xã Bình Mẫu (mã 81004)", "other_twin"),
    ],
)
def test_a_unit_is_found_by_what_an_officer_would_type(client, many, typed, found):
    shown, page = looked_for(client, typed)
    assert shown == {found}
    box = page.context["filter"]["unit"]
    assert not box.errors
    # What the box then says leads to the same unit again.
    again = page.context["filter"].fields["unit"].in_box(many[found])
    assert f'value="{again}"' in str(box)
    assert looked_for(client, again)[0] == {found}


def test_every_unit_is_found_again_by_what_the_box_says(many):
    communes = Unit.objects.filter(level=Unit.Level.COMMUNE)
    assert communes.count() > search_choice.MOST
    for unit in communes:
        field = UnitChoice(queryset=communes)
        assert field.clean(search_choice.Typed(field.in_box(unit))) == unit


def test_names_that_several_bear_are_named_and_one_is_chosen(client, many):
    shown, page = looked_for(client, "binh mau")
    assert len(shown) == len(many)  # nothing was filtered, and the page says why
    box = page.context["filter"]["unit"]
    assert "Xã Bình Mẫu (mã 81003); Xã Bình Mẫu (mã 81004)" in box.errors[0]
    assert 'value="binh mau"' in str(box)
    assert page.context["filter"].active_count == 1  # so that the filters stand open
    assert f'<option value="{many["twin"].pk}">' in str(box)
    assert looked_for(client, "binh mau", unit=many["twin"].pk)[0] == {"twin"}


def test_an_unknown_name_stays_in_the_box_with_a_message(client, many):
    _shown, page = looked_for(client, "Không Có")
    assert "Không có đơn vị nào tên hoặc mã là “Không Có”." in text_of(page)
    assert 'value="Không Có"' in str(page.context["filter"]["unit"])


def test_a_unit_outside_the_scope_is_not_found_by_name_or_key(client, many):
    far = UnitFactory(name="Nơi Khác", code="85001")
    ProducerFactory(name="Chủ thể mẫu far", unit=far)
    rebuild_cover()
    for query in ({"unit_typed": "noi khac"}, {"unit_typed": "85001"}, {"unit": far.pk}):
        page = client.get(reverse(LIST), query)
        assert "unit" in page.context["filter"].errors
        assert "Nơi Khác" not in str(page.context["filter"]["unit"])


def test_a_link_with_the_key_shows_the_name_in_the_box(client, many):
    page = client.get(reverse(LIST), {"unit": many["dong"].pk})
    assert [row.unit for row in page.context["page_obj"]] == [many["dong"]]
    assert 'value="Xã Tân Đông (mã 81001)"' in str(page.context["filter"]["unit"])


def test_a_short_list_stays_a_list_and_understands_what_was_typed(client, many, monkeypatch):
    monkeypatch.setattr(search_choice, "MOST", 100)
    shown, page = looked_for(client, "tan dong")
    assert shown == {"dong"}
    box = str(page.context["filter"]["unit"])
    assert box.startswith("<select")
    assert f'<option value="{many["dong"].pk}" selected>' in box


def test_a_producer_is_saved_in_the_unit_that_was_typed(client, many):
    typed = {"name": "HTX mới mẫu", "legal_form": "cooperative", "must_register": "on"}
    page = client.post(reverse("communes:producer_add"), {**typed, "unit_typed": "binh mau"})
    assert page.status_code == 422
    assert 'value="binh mau"' in page.content.decode()
    client.post(reverse("communes:producer_add"), {**typed, "unit_typed": "81003"})
    assert many["twin"].producers.filter(name="HTX mới mẫu").exists()


def test_the_search_costs_the_same_however_many_units_there_are(
    client, many, django_assert_num_queries
):
    client.get(reverse(LIST))
    for count in (1, 3):
        for _n in range(count):
            UnitFactory(parent=vinh_linh().district)
        rebuild_cover()
        with django_assert_num_queries(QUERIES):
            client.get(reverse(LIST), {"unit_typed": "tan dong"})
