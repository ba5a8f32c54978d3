"""Passkeys in Chromium, with a security key that the browser plays itself."""

import pytest
from django.urls import reverse

from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def key_in(page):
    """Plug a key with a fingerprint reader into the browser; collects what goes wrong."""
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: line.type == "error" and faults.append(line.text))
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return faults


def test_a_passkey_is_added_and_opens_the_portal_without_a_password(
    live_server, page, person, key_in
):
    def go(name):
        page.goto(live_server.url + reverse(name))

    def press():
        page.click("main form button[type=submit]")

    go("account_login")
    page.fill("#id_login", "nguyenvana")
    page.fill("#id_password", PASSWORD)
    press()
    go("mfa_add_webauthn")
    page.fill("#id_password", PASSWORD)
    press()
    page.fill("#id_name", "Máy ở cơ quan")
    page.check("#id_passwordless")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**" + reverse("mfa_view_recovery_codes"))
    go("account_logout")
    press()

    go("account_login")
    page.click("#passkey_login")
    page.wait_for_url("**" + reverse("office"))

    assert page.locator(".drop-who").text_content() == person.full_name
    assert key_in == []


def test_a_key_that_the_portal_does_not_know_is_said_in_words(live_server, page, db, key_in):
    page.goto(live_server.url + reverse("account_login"))
    page.click("#passkey_login")

    page.wait_for_selector("[data-passkey-error]:visible")
    assert page.locator("[data-passkey-error]").text_content().startswith("Chưa dùng được khóa")
    assert key_in == []
