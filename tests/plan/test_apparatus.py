"""The apparatus from district to commune: by decision and period, and who is missing."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from communes.apparatus import save_body, withdraw_body
from communes.models import Role, SteeringBody, today
from communes.programme import load_units
from tests.communes.pages import text_of
from tests.factories import SteeringBodyFactory, officer, vinh_linh

pytestmark = pytest.mark.django_db

Kind = SteeringBody.Kind


@pytest.fixture
def district(client):
    user = officer()
    client.force_login(user)
    return user


def open_page(client, **query):
    return client.get(reverse("communes:apparatus"), query).context


def found(client, **query) -> dict[str, list[bool]]:
    """Unit → whether it has a steering body, an office, a focal officer."""
    return {
        str(unit): [bool(part["bodies"]) for part in unit.parts]
        for unit in open_page(client, **query)["page_obj"]
    }


def test_the_page_shows_what_each_unit_has_and_what_it_lacks_the_district_first(client, district):
    tree = vinh_linh()
    for kind in Kind:
        SteeringBodyFactory(unit=tree.district, kind=kind)
    SteeringBodyFactory(unit=tree.ho_xa, kind=Kind.FOCAL)
    assert list(found(client).items()) == [
        (str(tree.district), [True, True, True]),
        (str(tree.ho_xa), [False, False, True]),
        (str(tree.vinh_thuy), [False, False, False]),
    ]
    context = open_page(client)
    assert (context["complete"], context["sums"]) == (1, {"units": 3, "lacking": 2})


def test_units_are_found_by_name_and_by_what_they_lack(client, district):
    tree = vinh_linh()
    SteeringBodyFactory(unit=tree.ho_xa, kind=Kind.FOCAL)
    for kind in Kind:
        SteeringBodyFactory(unit=tree.district, kind=kind)
    assert list(found(client, missing="focal")) == [str(tree.vinh_thuy)]
    assert list(found(client, missing="any")) == [str(tree.ho_xa), str(tree.vinh_thuy)]
    assert list(found(client, q="ho xa")) == [str(tree.ho_xa)]


def test_a_body_counts_from_its_first_to_its_last_day(client, district):
    tree = vinh_linh()
    yesterday = today() - datetime.timedelta(days=1)
    SteeringBodyFactory(unit=tree.ho_xa, until=yesterday)
    SteeringBodyFactory(unit=tree.vinh_thuy, since=today() + datetime.timedelta(days=2))
    assert not any(any(parts) for parts in found(client).values())


def test_a_merged_commune_needs_an_apparatus_of_its_own(client):
    load_units()
    unit = SteeringBody._meta.get_field("unit").related_model
    district = unit.objects.get(code="464")
    before = unit.objects.on(datetime.date(2019, 12, 31)).get(code="19378")
    client.force_login(officer(Role.Kind.DISTRICT_OFFICER, district))
    SteeringBodyFactory(unit=before)
    assert found(client, nam="2019", q="vinh trung") == {"Xã Vĩnh Trung": [True, False, False]}
    assert found(client, nam="2020", q="trung nam") == {"Xã Trung Nam": [False, False, False]}
    assert (open_page(client, nam="2019")["sums"], open_page(client, nam="2020")["sums"]) == (
        {"units": 23, "lacking": 23},
        {"units": 19, "lacking": 19},
    )


def test_a_body_must_begin_while_its_unit_exists(district):
    load_units()
    unit = SteeringBody._meta.get_field("unit").related_model
    merged = unit.objects.on(datetime.date(2020, 6, 1)).get(code="19378")
    gone = unit.objects.on(datetime.date(2019, 6, 1)).get(code="19378")
    early = SteeringBody(unit=merged, kind="focal", name="A", since=datetime.date(2019, 12, 31))
    late = SteeringBody(unit=gone, kind="focal", name="A", since=datetime.date(2020, 1, 1))
    for body, said in ((early, "có từ ngày 01/01/2020"), (late, "đến hết ngày 31/12/2019")):
        with pytest.raises(ValidationError, match=said):
            save_body(body=body, by=district)


def data(unit, **changes) -> dict:
    return {
        "unit": unit.pk,
        "kind": "focal",
        "name": "Nguyễn Văn Mẫu",
        "since": "01/10/2019",
    } | changes


def test_a_commune_enters_its_own_and_the_form_sent_twice_makes_one(client):
    tree = vinh_linh()
    user = officer(Role.Kind.COMMUNE_OFFICER, tree.ho_xa)
    client.force_login(user)
    url = reverse("communes:steering_body_add")
    answer = client.post(url, data(tree.ho_xa))
    body = SteeringBody.objects.get()
    assert answer.url == body.get_absolute_url()
    assert (body.unit, body.history.get().history_user) == (tree.ho_xa, user)
    again = client.post(url, data(tree.ho_xa))
    assert "Đơn vị đã có thành phần này từ ngày này." in text_of(again)
    elsewhere = client.post(url, data(tree.vinh_thuy))
    assert "unit" in elsewhere.context["form"].errors
    assert SteeringBody.objects.count() == 1


def test_days_that_run_backwards_are_refused_and_what_was_typed_is_kept(client, district):
    answer = client.post(
        reverse("communes:steering_body_add"), data(vinh_linh().ho_xa, until="01/09/2019")
    )
    assert answer.status_code == 422
    assert "Ngày cuối phải từ ngày đầu trở đi." in text_of(answer)
    assert answer.context["form"]["name"].value() == "Nguyễn Văn Mẫu"


def test_what_was_entered_by_mistake_is_withdrawn_with_a_reason_and_counts_no_more(
    client, district
):
    body = SteeringBodyFactory()
    url = reverse("communes:steering_body_withdraw", args=[body.pk])
    assert client.post(url, {}).status_code == 422
    client.post(url, {"reason": "Ghi nhầm xã"})
    withdraw_body(body=body, by=district, reason="Lần hai")
    body.refresh_from_db()
    assert (body.withdrawn_by, body.withdrawn_reason) == (district, "Ghi nhầm xã")
    assert not any(any(parts) for parts in found(client).values())
    page = client.get(body.get_absolute_url())
    assert "Lý do: Ghi nhầm xã" in text_of(page)
    assert page.context["may_change"] is False


def test_the_link_beside_what_is_missing_fills_the_form(client, district):
    tree = vinh_linh()
    form = client.get(
        reverse("communes:steering_body_add"), {"don-vi": tree.ho_xa.pk, "loai": "office"}
    ).context["form"]
    assert (form["unit"].value(), form["kind"].value()) == (str(tree.ho_xa.pk), "office")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_with_one_body_and_with_three(
    client, district, rows, django_assert_num_queries
):
    SteeringBodyFactory.create_batch(rows)
    with django_assert_num_queries(10):
        open_page(client)
