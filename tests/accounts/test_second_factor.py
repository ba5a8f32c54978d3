import datetime
import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from communes.models import Role
from communes.roles import give_role
from tests.accounts.conftest import code_now, signed_in
from tests.factories import PASSWORD, RoleFactory, UserFactory, council_with, officer, person_in

EXPLAINED = "/toi/xac-thuc-hai-lop/"


@pytest.fixture
def bare_administrator(db):
    """An administrator who has not set up a second factor."""
    return RoleFactory(kind=Role.Kind.ADMINISTRATOR, user__username="quanly").user


@pytest.fixture
def with_app(person):
    """The person's TOTP secret, set up before."""
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


# --- Who must have one ------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/lam-viec/", "/nguoi-dung/", "/toi/", "/"])
def test_an_administrator_without_a_second_factor_gets_nowhere(client, bare_administrator, path):
    client.force_login(bare_administrator)

    response = client.get(path)

    assert (response.status_code, response.url) == (302, EXPLAINED)


def test_a_council_secretary_without_a_second_factor_gets_nowhere(client, db):
    secretary = person_in(council_with(1), "secretary")
    Authenticator.objects.filter(user=secretary).delete()
    client.force_login(secretary)

    assert client.get("/lam-viec/").url == EXPLAINED


@pytest.mark.django_db(transaction=True)
def test_who_is_made_administrator_while_signed_in_needs_one_at_the_next_click(
    client, person, sign_in, administrator
):
    sign_in("nguyenvana")
    assert client.get("/toi/").status_code == 200

    give_role(
        user=person,
        kind=Role.Kind.ADMINISTRATOR,
        unit=administrator.roles.get().unit,
        since=datetime.date(2019, 1, 1),
        by=administrator,
    )

    assert client.get("/nguoi-dung/").url == EXPLAINED


def test_a_superuser_without_a_second_factor_gets_nowhere(client, db):
    client.force_login(UserFactory(is_superuser=True))

    assert client.get("/lam-viec/").url == EXPLAINED


@pytest.mark.parametrize(
    "kind",
    [
        Role.Kind.DISTRICT_OFFICER,
        Role.Kind.COMMUNE_OFFICER,
        Role.Kind.COUNCIL_MEMBER,
        Role.Kind.SUPPORT_TEAM,
    ],
)
def test_the_others_may_do_without(client, db, kind):
    client.force_login(officer(kind))

    assert client.get("/toi/").status_code == 200


def test_a_role_that_has_ended_asks_for_nothing(client, db):
    role = RoleFactory(kind=Role.Kind.ADMINISTRATOR, until="2020-12-31")
    client.force_login(role.user)

    assert client.get("/toi/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(client, bare_administrator):
    Authenticator.objects.create(
        user=bare_administrator, type=Authenticator.Type.RECOVERY_CODES, data={}
    )
    client.force_login(bare_administrator)

    assert client.get("/lam-viec/").url == EXPLAINED


def test_the_page_explains_and_leads_to_both_ways(client, bare_administrator):
    client.force_login(bare_administrator)

    page = client.get(EXPLAINED).content.decode()

    assert reverse("mfa_activate_totp") in page
    assert reverse("mfa_add_webauthn") in page
    assert reverse("account_logout") in page


def test_whoever_needs_nothing_is_not_kept_on_the_page(client, person):
    client.force_login(person)

    assert client.get(EXPLAINED).url == "/toi/"


def test_a_partial_update_is_told_to_load_the_whole_page(client, bare_administrator):
    client.force_login(bare_administrator)

    response = client.get("/lam-viec/", headers={"HX-Request": "true"})

    assert (response.status_code, response["HX-Redirect"]) == (204, EXPLAINED)


def test_sample_accounts_do_without_while_debug_is_on_and_only_then(
    client, bare_administrator, settings
):
    bare_administrator.is_sample = True
    bare_administrator.save()
    client.force_login(bare_administrator)

    settings.DEBUG = True
    assert client.get("/toi/").status_code == 200

    settings.DEBUG = False
    assert client.get("/toi/").url == EXPLAINED


def test_real_administrators_need_one_with_debug_on_too(client, bare_administrator, settings):
    settings.DEBUG = True
    client.force_login(bare_administrator)

    assert client.get("/toi/").url == EXPLAINED


# --- Setting it up ----------------------------------------------------------------------------


def test_an_administrator_sets_up_an_app_and_goes_on_working(client, bare_administrator, sign_in):
    sign_in("quanly")
    start = client.get(reverse("mfa_activate_totp"))
    assert start.url.startswith(reverse("account_reauthenticate"))
    client.post(start.url, {"password": PASSWORD})

    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})

    assert answer.url == reverse("mfa_view_recovery_codes")
    assert client.get("/toi/").status_code == 200


def test_a_reset_link_that_was_asked_for_does_not_keep_one_from_setting_it_up(
    client, bare_administrator, mailoutbox, sign_in
):
    """allauth notes the address as unconfirmed then, and refuses a second factor for such."""
    client.post(reverse("account_reset_password"), {"email": bare_administrator.email})
    sign_in("quanly")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_a_wrong_code_switches_nothing_on(client, person, sign_in):
    sign_in("nguyenvana")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.get(reverse("mfa_activate_totp"))

    answer = client.post(reverse("mfa_activate_totp"), {"code": "000000"})

    assert "Mã chưa đúng" in answer.content.decode()
    assert not Authenticator.objects.exists()


def test_the_picture_to_scan_carries_the_portals_name_and_the_user_name(client, person, sign_in):
    sign_in("nguyenvana")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    page = client.get(reverse("mfa_activate_totp"))

    url = page.context["totp_url"]
    assert url.startswith("otpauth://totp/nguyenvana?secret=")
    assert url.endswith("issuer=OCOP%20V%C4%A9nh%20Linh")
    assert "data:image/svg+xml;base64," in page.content.decode()


def test_the_last_device_of_an_administrator_cannot_be_dropped(as_administrator, administrator):
    as_administrator.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    answer = as_administrator.post(reverse("mfa_deactivate_totp"))

    assert "bắt buộc xác thực hai lớp" in answer.content.decode()
    assert Authenticator.objects.filter(user=administrator).count() == 1


def test_others_may_drop_theirs(client, person, with_app):
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    client.post(reverse("mfa_deactivate_totp"))

    assert not Authenticator.objects.filter(user=person).exists()


# --- Signing in with it -----------------------------------------------------------------------


def test_the_password_alone_does_not_sign_in(client, person, with_app, sign_in):
    response = sign_in("nguyenvana")

    assert response.url == reverse("mfa_authenticate")
    assert not signed_in(client)
    assert client.get("/toi/").url.startswith(reverse("account_login"))


def test_password_and_code_sign_in(client, person, with_app, sign_in):
    sign_in("nguyenvana")
    response = client.post(reverse("mfa_authenticate"), {"code": code_now(with_app)})

    assert response.url == reverse("office")
    assert signed_in(client)


def test_a_code_works_once(client, person, with_app, sign_in):
    code = code_now(with_app)
    sign_in("nguyenvana")
    client.post(reverse("mfa_authenticate"), {"code": code})
    client.logout()

    sign_in("nguyenvana")
    client.post(reverse("mfa_authenticate"), {"code": code})

    assert not signed_in(client)


def test_codes_cannot_be_guessed_without_end(client, person, with_app, sign_in):
    sign_in("nguyenvana")
    for n in range(5):
        client.post(reverse("mfa_authenticate"), {"code": f"00000{n}"})

    answer = client.post(reverse("mfa_authenticate"), {"code": code_now(with_app)})

    assert "Nhập sai quá nhiều lần" in answer.content.decode()
    assert not signed_in(client)


def test_whoever_signed_in_with_a_code_is_not_looked_up_at_every_click(client, sign_in, db):
    user = RoleFactory(kind=Role.Kind.ADMINISTRATOR, user__username="quanly").user
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    sign_in("quanly")
    client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})

    with CaptureQueriesContext(connection) as queries:
        client.get("/lam-viec/")

    assert [q["sql"] for q in queries if "mfa_authenticator" in q["sql"]] == []


# --- Passkeys ---------------------------------------------------------------------------------


def test_the_login_page_can_ask_for_a_passkey_without_being_signed_in(client, db):
    response = client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})

    options = json.loads(response.content)["request_options"]["publicKey"]
    assert options["rpId"] == "testserver"


def test_a_made_up_passkey_is_refused(client, db):
    response = client.post(reverse("mfa_login_webauthn"), {"credential": "{}"})

    assert response.url == reverse("account_login")
    assert not signed_in(client)
