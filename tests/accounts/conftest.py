"""People and small helpers for the tests of login, second factor and roles."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse

from communes.models import Role
from tests.factories import PASSWORD, UserFactory, officer


@pytest.fixture
def person(db):
    """A person without any role."""
    return UserFactory(username="nguyenvana", email="a@example.vn")


@pytest.fixture
def administrator(db):
    """An administrator with a second factor, as production demands."""
    return officer(Role.Kind.ADMINISTRATOR, username="quanly", email="quanly@example.vn")


@pytest.fixture
def as_administrator(client, administrator):
    """A browser in which the administrator is signed in."""
    client.force_login(administrator)
    return client


@pytest.fixture
def sign_in(client):
    """`sign_in(name, password="…", **extra)` posts the login form as a browser would."""

    def post(login, password=PASSWORD, **extra):
        return client.post(
            reverse("account_login"), {"login": login, "password": password}, **extra
        )

    return post


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def code_now(secret: str) -> str:
    """The six digits that an authenticator app shows at this moment."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def link_in(mail) -> str:
    """The path of the first link in a mail."""
    return re.search(r"http://testserver(/\S+)", mail.body).group(1)
