"""Who works with which units and producers."""

import datetime
import re

import pytest
from django.urls import reverse

from communes import scope
from communes.models import Role, Unit
from communes.units import rebuild_cover
from ocop_portal.accounts.models import User
from tests.factories import (
    ProducerFactory,
    RoleFactory,
    UnitFactory,
    UserFactory,
    officer,
    vinh_linh,
)

pytestmark = pytest.mark.django_db

YESTERDAY = datetime.timedelta(days=1)


def test_a_commune_officer_sees_their_own_and_the_predecessors_not_the_neighbour(units):
    own = ProducerFactory(unit=units("19378"))
    before = ProducerFactory(unit=units("19390", datetime.date(2019, 6, 1)))
    ProducerFactory(unit=units("19402"))
    user = officer(Role.Kind.COMMUNE_OFFICER, units("19378"))
    assert set(scope.producers_for(user)) == {own, before}


def test_an_officer_of_a_commune_that_was_merged_does_not_reach_its_successor(units):
    ProducerFactory(unit=units("19378"))
    user = officer(Role.Kind.COMMUNE_OFFICER, units("19390", datetime.date(2019, 6, 1)))
    assert list(scope.producers_for(user)) == []


def test_a_district_officer_sees_every_commune_of_every_year(units):
    made = {
        ProducerFactory(unit=units("19363")),
        ProducerFactory(unit=units("19390", datetime.date(2019, 6, 1))),
    }
    user = officer(Role.Kind.DISTRICT_OFFICER, units("464"))
    assert set(scope.producers_for(user)) == made


def test_a_role_outside_its_days_gives_nothing(client):
    ProducerFactory()
    day = datetime.date.today()  # noqa: DTZ011  only its distance from the role's days matters
    for days in (
        {"since": datetime.date(2019, 1, 1), "until": day - 2 * YESTERDAY},
        {"since": day + 2 * YESTERDAY},
    ):
        user = RoleFactory(**days).user
        assert list(scope.producers_for(user)) == []
        client.force_login(user)
        assert client.get(reverse("communes:producers")).status_code == 403


def test_a_role_that_is_no_officers_gives_no_producers():
    ProducerFactory()
    for kind in (Role.Kind.COUNCIL_MEMBER, Role.Kind.SUPPORT_TEAM, Role.Kind.ADMINISTRATOR):
        assert list(scope.producers_for(officer(kind))) == []


def test_a_superuser_without_a_role_works_with_nothing():
    ProducerFactory()
    user = User.objects.create_superuser(
        "goc", email="goc@example.vn", password="x", full_name="Gốc"
    )
    assert list(scope.producers_for(user)) == []


def test_cover_survives_a_circle_of_successions():
    """Two rows that point at each other are an error of data; they may not hang the portal."""
    tree = vinh_linh()
    tree.ho_xa.origins.create(predecessor=tree.vinh_thuy, on=datetime.date(2020, 1, 1))
    tree.vinh_thuy.origins.create(predecessor=tree.ho_xa, on=datetime.date(2021, 1, 1))
    rebuild_cover()
    assert Unit.objects.filter(covered_by__holder=tree.ho_xa).count() == 2


def test_who_reaches_every_unit_sees_all_until_there_is_one_beside_theirs():
    tree = vinh_linh()
    own = {ProducerFactory(unit=tree.ho_xa), ProducerFactory(unit=tree.vinh_thuy)}
    role = officer(unit=tree.district).roles.get()
    assert set(scope.producers_for(role.user)) == own
    beside = UnitFactory(name="Bên cạnh")
    ProducerFactory(unit=beside)
    for _time in range(2):  # before the cover is derived anew, and after
        user = User.objects.get(pk=role.user_id)
        assert set(scope.producers_for(user)) == own
        assert set(scope.units_in_scope(user, *scope.OFFICERS)) == {
            tree.district,
            tree.ho_xa,
            tree.vinh_thuy,
        }
        rebuild_cover()


def test_reaching_every_unit_by_one_kind_of_role_opens_nothing_by_another():
    tree = vinh_linh()
    ProducerFactory(unit=tree.ho_xa)
    user = officer(Role.Kind.COUNCIL_MEMBER, tree.district)
    assert list(scope.producers_for(user)) == []
    RoleFactory(user=user, kind=Role.Kind.COMMUNE_OFFICER, unit=tree.vinh_thuy)
    user = User.objects.get(pk=user.pk)
    assert list(scope.producers_for(user)) == []
    assert list(scope.units_in_scope(user, *scope.OFFICERS)) == [tree.vinh_thuy]


PAGES = ("producer", "producer_edit", "producer_stop", "producer_resume")


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_of_a_foreign_producer_do_not_exist(client, name):
    foreign = ProducerFactory(unit=vinh_linh().vinh_thuy)
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER, vinh_linh().ho_xa))
    url = reverse(f"communes:{name}", args=[foreign.pk])
    answer = client.post(url, {"reason": "x"}) if "producer_" in name else client.get(url)
    assert answer.status_code == 404
    foreign.refresh_from_db()
    assert foreign.is_active


@pytest.mark.parametrize("name", PAGES)
def test_without_an_officers_role_the_pages_of_producers_are_forbidden(client, name):
    producer = ProducerFactory()
    for user in (UserFactory(), officer(Role.Kind.COUNCIL_MEMBER)):
        client.force_login(user)
        url = reverse(f"communes:{name}", args=[producer.pk])
        method = client.post if name in {"producer_stop", "producer_resume"} else client.get
        assert method(url).status_code == 403


@pytest.mark.parametrize("name", ["producers", "producer_add", "units"])
def test_a_visitor_is_sent_to_the_login(client, name):
    answer = client.get(reverse(f"communes:{name}"))
    assert answer.status_code == 302
    assert reverse("account_login") in answer["Location"]


def test_stopping_by_following_a_link_is_not_possible(client):
    producer = ProducerFactory()
    client.force_login(officer())
    assert client.get(reverse("communes:producer_stop", args=[producer.pk])).status_code == 405


def test_a_unit_outside_the_scope_is_not_found(client):
    tree = vinh_linh()
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER, tree.ho_xa))
    assert client.get(tree.ho_xa.get_absolute_url()).status_code == 200
    assert client.get(tree.vinh_thuy.get_absolute_url()).status_code == 404
    assert client.get(reverse("communes:unit", args=[999_999])).status_code == 404


def test_a_successor_outside_the_scope_is_shown_as_everybody_sees_it(client, units):
    """Trung Nam's officer does not work in Xã Vĩnh Hoàng: its office page would be a dead end."""
    trung_nam = units("19378")
    hoang = units("19372", datetime.date(2025, 9, 1))
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER, trung_nam))
    page = client.get(trung_nam.get_absolute_url()).content.decode()
    assert f'href="{hoang.get_public_url()}"' in page
    assert f'href="{hoang.get_absolute_url()}"' not in page
    vinh_nam = units("19390", datetime.date(2019, 6, 1))
    page = client.get(vinh_nam.get_absolute_url()).content.decode()
    assert f'href="{trung_nam.get_absolute_url()}"' in page


def test_todays_units_can_be_chosen_among_those_of_all_times(client, units):
    client.force_login(officer(Role.Kind.DISTRICT_OFFICER, units("464")))
    page = client.get(reverse("communes:units")).content.decode()
    link = re.search(r'href="([^"]*)"[^>]*>Hiện nay<', page).group(1)
    assert client.get(reverse("communes:units") + link).context["period"].label == "Hiện nay"


def test_units_are_searched_whatever_is_typed(client, units):
    client.force_login(officer(Role.Kind.DISTRICT_OFFICER, units("464")))
    answer = client.get(reverse("communes:units"), {"q": "\x00trung nam"})
    assert [str(unit) for unit in answer.context["page_obj"]] == ["Xã Trung Nam"]
