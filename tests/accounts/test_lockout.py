import datetime

import pytest
import time_machine
from django.urls import reverse

from tests.accounts.conftest import link_in, signed_in
from tests.factories import UserFactory

NOON = datetime.datetime(2026, 3, 2, 5, 0, tzinfo=datetime.UTC)


@pytest.fixture
def locked(person, sign_in):
    """A person who has just typed five wrong passwords."""
    with time_machine.travel(NOON, tick=False):
        answers = [sign_in("nguyenvana", f"sai-{n}") for n in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    return person


def test_after_five_wrong_passwords_the_right_one_is_refused_too(client, locked, sign_in):
    with time_machine.travel(NOON + datetime.timedelta(minutes=5), tick=False):
        response = sign_in("nguyenvana")
        assert not signed_in(client)

    assert response.status_code == 429


def test_the_page_says_how_long_and_what_to_do(locked, sign_in):
    with time_machine.travel(NOON + datetime.timedelta(minutes=5), tick=False):
        response = sign_in("nguyenvana")

    page = response.content.decode()
    assert "sau <strong>10 phút</strong>" in page
    assert response["Retry-After"] == "600"
    assert reverse("account_reset_password") in page


def test_trying_again_while_locked_does_not_make_the_lock_longer(client, locked, sign_in):
    with time_machine.travel(NOON + datetime.timedelta(minutes=14), tick=False):
        sign_in("nguyenvana")
    with time_machine.travel(NOON + datetime.timedelta(minutes=15, seconds=1), tick=False):
        sign_in("nguyenvana")
        assert signed_in(client)


def test_the_lock_still_holds_just_before_its_end(client, locked, sign_in):
    with time_machine.travel(NOON + datetime.timedelta(minutes=14, seconds=59), tick=False):
        response = sign_in("nguyenvana")
        assert not signed_in(client)

    assert response.status_code == 429


@pytest.mark.parametrize("login", ["NGUYENVANA", "a@example.vn", "A@EXAMPLE.VN", " nguyenvana"])
def test_another_spelling_of_the_name_is_no_way_around_the_lock(client, locked, sign_in, login):
    with time_machine.travel(NOON + datetime.timedelta(minutes=1), tick=False):
        response = sign_in(login)
        assert not signed_in(client)

    assert response.status_code == 429


def test_a_colleague_at_the_same_address_still_gets_in(client, locked, sign_in):
    UserFactory(username="dongnghiep")

    with time_machine.travel(NOON + datetime.timedelta(minutes=1), tick=False):
        sign_in("dongnghiep")
        assert signed_in(client)


def test_the_same_person_gets_in_from_another_address(client, locked, sign_in):
    with time_machine.travel(NOON + datetime.timedelta(minutes=1), tick=False):
        sign_in("nguyenvana", REMOTE_ADDR="203.0.113.7")
        assert signed_in(client)


def test_a_success_sets_the_count_back_to_zero(client, person, sign_in):
    for _round in range(2):
        for n in range(4):
            assert sign_in("nguyenvana", f"sai-{n}").status_code == 200
        assert sign_in("a@example.vn").status_code == 302
        client.logout()


def test_names_that_do_not_exist_lock_alike(db, sign_in):
    """Else the lock would tell which names exist."""
    answers = [sign_in("khongcoai", f"sai-{n}").status_code for n in range(6)]

    assert answers == [200, 200, 200, 200, 429, 429]


def test_confirming_the_password_again_counts_too(client, person):
    client.force_login(person)

    answers = [
        client.post(reverse("account_reauthenticate"), {"password": f"sai-{n}"}).status_code
        for n in range(5)
    ]

    assert answers == [200, 200, 200, 200, 429]


def test_behind_a_proxy_a_made_up_address_is_no_way_around_the_lock(
    client, person, sign_in, settings
):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def guess(n):
        # What the client sent, and what the proxy added to it.
        forwarded = f"10.0.0.{n}, 203.0.113.7"
        return sign_in("nguyenvana", f"sai-{n}", HTTP_X_FORWARDED_FOR=forwarded).status_code

    assert [guess(n) for n in range(6)] == [200, 200, 200, 200, 429, 429]


def test_behind_a_proxy_people_are_told_apart(client, person, sign_in, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for n in range(5):
        sign_in("nguyenvana", f"sai-{n}", HTTP_X_FORWARDED_FOR="203.0.113.7")

    assert sign_in("nguyenvana", HTTP_X_FORWARDED_FOR="203.0.113.8").status_code == 302


def test_without_a_proxy_the_header_counts_for_nothing(client, person, sign_in):
    answers = [
        sign_in("nguyenvana", f"sai-{n}", HTTP_X_FORWARDED_FOR=f"10.0.0.{n}").status_code
        for n in range(5)
    ]

    assert answers == [200, 200, 200, 200, 429]


def test_a_new_password_by_the_mailed_link_ends_the_lock(client, locked, sign_in, mailoutbox):
    """The page of the lock advises it; a right password refused again would be no way out."""
    with time_machine.travel(NOON + datetime.timedelta(minutes=1), tick=False):
        client.post(reverse("account_reset_password"), {"email": "a@example.vn"})
        page = client.get(link_in(mailoutbox[0]), follow=True)
        new = "ho-tieu-vinh-linh-2019"
        client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
        sign_in("nguyenvana", new)
        assert signed_in(client)


@pytest.mark.parametrize("name", ["a" * 300, "İ" * 200, "a" * 10_000 + "@example.vn"])
def test_a_name_that_nobody_can_have_is_counted_like_any_other(db, sign_in, name):
    answers = [sign_in(name, f"sai-{n}").status_code for n in range(5)]

    assert answers == [200, 200, 200, 200, 429]
