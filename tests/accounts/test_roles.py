"""Giving and ending roles: the rules, whoever calls them."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from communes import roles
from communes.models import Role, today
from communes.scope import holds
from ocop_portal.accounts.models import User
from tests.factories import RoleFactory, UserFactory, vinh_linh

DAY = datetime.date(2019, 9, 30)
K = Role.Kind


def give(user, by=None, **changed):
    given = {"kind": K.DISTRICT_OFFICER, "unit": vinh_linh().district, "since": DAY, **changed}
    return roles.give_role(user=user, by=by, **given)


def fresh(user):
    """The person as the next request reads them."""
    return User.objects.get(pk=user.pk)


def test_a_given_role_counts_from_its_first_day(db, administrator):
    user = UserFactory()
    role = give(user, by=administrator)

    assert (role.kind, role.since, role.until) == (K.DISTRICT_OFFICER, DAY, None)
    assert holds(fresh(user), K.DISTRICT_OFFICER)


def test_who_gave_it_stands_in_the_history(db, administrator):
    role = give(UserFactory(), by=administrator)

    (entry,) = role.history.all()
    assert (entry.history_type, entry.history_user) == ("+", administrator)


def test_giving_the_same_role_twice_gives_one(db):
    user = UserFactory()

    assert give(user) == give(user)
    assert Role.objects.filter(user=user).count() == 1


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (datetime.date(2020, 1, 1), None),
        (datetime.date(2018, 1, 1), None),
        (datetime.date(2018, 1, 1), DAY),
        (datetime.date(2019, 12, 31), datetime.date(2021, 1, 1)),
    ],
)
def test_one_role_is_not_held_twice_on_a_day(db, since, until):
    user = UserFactory()
    give(user, until=datetime.date(2019, 12, 31) if since > DAY and until else None)

    with pytest.raises(ValidationError) as refusal:
        give(user, since=since, until=until)

    assert refusal.value.message_dict.keys() == {"since"}
    assert Role.objects.filter(user=user).count() == 1


def test_the_role_may_be_given_again_from_the_day_after(db):
    user = UserFactory()
    give(user, until=datetime.date(2019, 12, 31))
    give(user, since=datetime.date(2020, 1, 1))

    assert Role.objects.filter(user=user).count() == 2


@pytest.mark.parametrize(
    ("kind", "place", "fits"),
    [
        (K.DISTRICT_OFFICER, "district", True),
        (K.DISTRICT_OFFICER, "ho_xa", False),
        (K.DISTRICT_OFFICER, "province", True),
        (K.COMMUNE_OFFICER, "ho_xa", True),
        (K.COMMUNE_OFFICER, "district", False),
        (K.COUNCIL_MEMBER, "district", True),
        (K.COUNCIL_MEMBER, "province", True),
        (K.COUNCIL_MEMBER, "ho_xa", False),
        (K.SUPPORT_TEAM, "district", True),
        (K.SUPPORT_TEAM, "ho_xa", False),
        (K.ADMINISTRATOR, "province", True),
        (K.ADMINISTRATOR, "district", True),
    ],
)
def test_a_role_belongs_to_units_of_its_level(db, kind, place, fits):
    unit = getattr(vinh_linh(), place)

    if fits:
        assert give(UserFactory(), kind=kind, unit=unit).unit == unit
    else:
        with pytest.raises(ValidationError) as refusal:
            give(UserFactory(), kind=kind, unit=unit)
        assert refusal.value.message_dict.keys() == {"unit"}


def test_days_run_forward(db):
    with pytest.raises(ValidationError) as refusal:
        give(UserFactory(), until=datetime.date(2019, 9, 29))

    assert refusal.value.message_dict == {"until": ["Ngày cuối phải từ ngày đầu trở đi."]}


def test_a_stopped_account_is_given_nothing(db):
    with pytest.raises(ValidationError):
        give(UserFactory(is_active=False))


def test_an_ended_role_counts_through_its_last_day(db):
    user = UserFactory()
    role = give(user)

    roles.end_role(role=role, until=today(), by=None)
    assert holds(fresh(user), K.DISTRICT_OFFICER)

    roles.end_role(role=role, until=today() - datetime.timedelta(days=1), by=None)
    assert not holds(fresh(user), K.DISTRICT_OFFICER)
    assert Role.objects.filter(pk=role.pk).exists()


def test_ending_twice_writes_history_once(db):
    role = give(UserFactory())
    until = datetime.date(2020, 12, 31)

    roles.end_role(role=role, until=until, by=None)
    roles.end_role(role=role, until=until, by=None)

    assert role.history.count() == 2


def test_a_role_does_not_end_before_it_begins(db):
    role = give(UserFactory())

    with pytest.raises(ValidationError):
        roles.end_role(role=role, until=DAY - datetime.timedelta(days=1), by=None)

    role.refresh_from_db()
    assert role.until is None


def test_administrators_do_not_end_their_own_last_administrator_role(db, administrator):
    role = administrator.roles.get()

    with pytest.raises(ValidationError):
        roles.end_role(role=role, until=datetime.date(2040, 1, 1), by=administrator)

    role.refresh_from_db()
    assert role.until is None


def test_with_a_second_administrator_role_they_may_end_the_first(db, administrator):
    role = administrator.roles.get()
    give(administrator, kind=K.ADMINISTRATOR, unit=vinh_linh().province)

    assert roles.end_role(role=role, until=DAY, by=administrator).until == DAY


def test_a_second_role_that_ends_on_the_same_day_does_not_help(db, administrator):
    role = administrator.roles.get()
    RoleFactory(user=administrator, kind=K.ADMINISTRATOR, unit=vinh_linh().province, until=DAY)

    with pytest.raises(ValidationError):
        roles.end_role(role=role, until=DAY, by=administrator)


def test_another_administrator_may_end_it(db, administrator):
    other = RoleFactory(kind=K.ADMINISTRATOR).user

    assert roles.end_role(role=administrator.roles.get(), until=DAY, by=other).until == DAY


def test_the_history_says_what_happened_in_words(db, administrator):
    user = UserFactory()
    role = give(user, by=administrator)
    roles.end_role(role=role, until=datetime.date(2020, 12, 31), by=administrator)

    ended, given = roles.history_of(user)
    assert given["what"] == "Giao vai trò cán bộ cấp huyện – Huyện Vĩnh Linh, từ 30/09/2019"
    assert ended["what"] == (
        "Kết thúc vai trò cán bộ cấp huyện – Huyện Vĩnh Linh sau ngày 31/12/2020"
    )
    assert ended["changes"] == [{"field": "đến hết ngày", "old": "", "new": "31/12/2020"}]
    assert ended["who"] == administrator


def test_the_history_tells_units_of_one_name_apart(db, administrator):
    user, unit = UserFactory(), vinh_linh().ho_xa
    unit.valid_until = datetime.date(2019, 12, 31)
    unit.save()
    give(user, kind=K.COMMUNE_OFFICER, unit=unit, by=administrator)

    assert roles.history_of(user)[0]["what"] == (
        "Giao vai trò cán bộ cấp xã – Thị trấn Hồ Xá (đến 31/12/2019), từ 30/09/2019"
    )


def test_two_administrators_giving_a_role_at_once_give_one(transactional_db):
    user, unit = UserFactory(), vinh_linh().district
    ready = Barrier(2)

    def one(since):
        ready.wait()
        try:
            give(user, unit=unit, since=since)
            return "given"
        except ValidationError:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(one, [DAY, datetime.date(2019, 10, 1)]))

    assert sorted(answers) == ["given", "refused"]
    assert Role.objects.filter(user=user).count() == 1
