import datetime
import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from communes.models import Role, Unit
from communes.scope import reaches
from communes.units import rebuild_cover
from ocop_portal.accounts.models import User
from tests.factories import UnitFactory, UnitSuccessionFactory, UserFactory, vinh_linh

NAMES = [
    "quantri",
    "canbohuyen",
    "canboxa",
    "canbotinh",
    "canboxamoi",
    "chutich",
    "thuky",
    *(f"thanhvien{n}" for n in range(1, 6)),
    "totuvan",
]


@pytest.fixture
def units(db):
    """The units in which samples hold their roles; Trung Nam with one of its predecessors."""
    tree = vinh_linh()
    new_year = datetime.date(2020, 1, 1)
    tree.vinh_trung = UnitFactory(
        code="19378",
        name="Vĩnh Trung",
        parent=tree.district,
        valid_until=new_year - datetime.timedelta(days=1),
    )
    tree.trung_nam = UnitFactory(
        code="19378", name="Trung Nam", parent=tree.district, valid_from=new_year
    )
    UnitSuccessionFactory(predecessor=tree.vinh_trung, successor=tree.trung_nam)
    merged = datetime.date(2025, 7, 1)
    today_s = UnitFactory(
        code="44", kind="Tỉnh", name="Quảng Trị", level="province", valid_from=merged
    )
    UnitFactory(code="19363", name="Vĩnh Linh", parent=today_s, valid_from=merged)
    rebuild_cover()
    return tree


@pytest.fixture
def development(settings, tmp_path):
    settings.DEBUG = True
    settings.DATA_DIR = tmp_path
    return tmp_path


def make() -> dict[str, str]:
    """Run the command; returns the printed passwords by user name."""
    out = StringIO()
    call_command("make_sample_accounts", stdout=out)
    rows = [line.split() for line in out.getvalue().splitlines() if line.startswith("  ")]
    return {row[0]: row[1] for row in rows}


def test_one_account_for_each_role_with_the_printed_password(units, development, client, sign_in):
    printed = make()

    assert list(printed) == NAMES
    for name, password in printed.items():
        assert sign_in(name, password).status_code == 302
        assert client.get("/toi/").status_code == 200
        client.logout()


def test_the_commune_officer_reaches_the_communes_that_became_trung_nam(units, development):
    make()

    officer = User.objects.get(username="canboxa")
    assert reaches(officer, units.vinh_trung.pk, Role.Kind.COMMUNE_OFFICER)
    assert not reaches(officer, units.ho_xa.pk, Role.Kind.COMMUNE_OFFICER)


def test_the_second_start_prints_the_same_and_changes_nothing(units, development):
    first = make()
    hashes = set(User.objects.values_list("password", flat=True))

    assert make() == first
    assert set(User.objects.values_list("password", flat=True)) == hashes
    assert Role.objects.count() == len(NAMES)


def test_passwords_differ_and_lie_in_a_file_for_the_owner_alone(units, development):
    printed = make()

    file = development / "sample-accounts.txt"
    assert len(set(printed.values())) == len(NAMES)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert printed["quantri"] in file.read_text()


def test_a_lost_file_gives_new_passwords_that_work(units, development, sign_in):
    first = make()
    Path(development / "sample-accounts.txt").unlink()
    second = make()

    assert not set(first.values()) & set(second.values())
    assert sign_in("canbohuyen", second["canbohuyen"]).status_code == 302


def test_a_changed_password_is_not_printed_as_if_it_worked(units, development):
    make()
    user = User.objects.get(username="chutich")
    user.set_password("mat-khau-cua-toi")
    user.save()

    assert make()["chutich"] == "(changed)"
    user.refresh_from_db()
    assert user.check_password("mat-khau-cua-toi")


def test_production_makes_none(units, settings):
    settings.DEBUG = False

    with pytest.raises(CommandError):
        make()

    assert User.objects.count() == 0


def test_a_real_account_of_that_name_is_left_alone(units, development):
    UserFactory(username="quantri")

    with pytest.raises(CommandError):
        make()

    assert not User.objects.get(username="quantri").is_sample


def test_without_units_it_says_what_to_do(db, development):
    assert not Unit.objects.exists()

    with pytest.raises(CommandError, match="load_programme"):
        make()


def test_the_first_administrator_chooses_a_password_by_the_printed_link(units, client, settings):
    out = StringIO()
    call_command(
        "make_administrator",
        "Quanly",
        full_name="Lê Thị Hồng",
        email="Hong@example.vn",
        stdout=out,
    )

    user = User.objects.get(username="quanly")
    assert user.email == "hong@example.vn"
    assert user.has_perm("communes.manage_roles")
    link = out.getvalue().split("Choose a password: ")[1].strip().removeprefix(settings.SITE_URL)
    page = client.get(link, follow=True)
    assert "Đặt mật khẩu mới" in page.content.decode()


def test_making_the_administrator_twice_makes_one(units):
    for _n in range(2):
        call_command(
            "make_administrator",
            "quanly",
            full_name="Lê Thị Hồng",
            email="hong@example.vn",
            stdout=StringIO(),
        )

    assert (User.objects.count(), Role.objects.count()) == (1, 1)
