"""Every page of login and account: Vietnamese, and fit for the portal's content policy."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse

from tests.factories import PASSWORD

FOR_ALL = [
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
]
SIGNED_IN = [
    "account_logout",
    "account_reauthenticate",
    "account_change_password",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "accounts:profile",
    "accounts:profile_edit",
]
WITH_APP = [
    "mfa_index",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
]
# Words of allauth's own templates and forms.
ENGLISH = re.compile(
    r"\b(Sign|Password|password|Email|email address|Username|Code|Please|Your|your|Key|Enter|the)\b"
)


def assert_fit(response):
    page = response.content.decode()
    assert response.status_code == 200
    assert "unsafe" not in response["Content-Security-Policy"]
    for attributes, text in re.findall(r"<script\b([^>]*)>(.*?)</script>", page, re.S):
        assert 'type="application/json"' in attributes or (" src=" in attributes and not text)
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=", page)
    words = re.sub(r"<script\b.*?</script>|<[^>]+>", " ", page, flags=re.S)
    assert ENGLISH.findall(words) == []
    assert not re.search(r'(?:placeholder|aria-label|title|alt)="[^"]*(?:Pass|Email|Code)', page)


@pytest.mark.parametrize("name", FOR_ALL)
def test_pages_before_login(client, db, name):
    assert_fit(client.get(reverse(name)))


@pytest.mark.parametrize("name", SIGNED_IN)
def test_pages_after_login(client, person, name):
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert_fit(client.get(reverse(name)))


@pytest.mark.parametrize("name", WITH_APP)
def test_pages_of_whoever_has_an_app(client, person, name):
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert_fit(client.get(reverse(name)))


def test_pages_of_a_passkey(client, person):
    key = Authenticator.objects.create(
        user=person,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Điện thoại của tôi", "credential": {"clientExtensionResults": {}}},
    )
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    for name, args in [
        ("mfa_list_webauthn", []),
        ("mfa_edit_webauthn", [key.pk]),
        ("mfa_remove_webauthn", [key.pk]),
    ]:
        response = client.get(reverse(name, args=args))
        assert_fit(response)
        assert "Điện thoại của tôi" in response.content.decode()


def test_the_page_that_asks_for_the_code(client, person, sign_in):
    TOTP.activate(person, generate_totp_secret())
    sign_in("nguyenvana")

    assert_fit(client.get(reverse("mfa_authenticate")))


def test_the_page_of_a_locked_account(client, person, sign_in):
    for n in range(5):
        response = sign_in("nguyenvana", f"sai-{n}")

    response.status_code = 200
    assert_fit(response)


def test_pages_of_a_refused_form(client, person):
    client.force_login(person)

    assert_fit(
        client.post(reverse("account_change_password"), {"password1": "a", "password2": "b"})
    )


@pytest.mark.parametrize(
    "path", ["email/", "confirm-email/", "login/", "password/reset/", "login/code/confirm/"]
)
def test_pages_that_the_portal_does_not_use_are_not_there(client, person, path):
    client.force_login(person)

    assert client.get(f"/tai-khoan/{path}").status_code == 404
