import unicodedata

import pytest
from django.urls import reverse

from tests.accounts.conftest import signed_in
from tests.factories import PASSWORD

WRONG = "Tên đăng nhập, thư điện tử hoặc mật khẩu chưa đúng."


def test_the_right_password_leads_to_the_office(client, person, sign_in):
    response = sign_in("nguyenvana")

    assert (response.status_code, response.url) == (302, reverse("office"))
    assert signed_in(client)


@pytest.mark.parametrize("login", ["a@example.vn", "A@Example.vn", "NguyenVanA", " nguyenvana "])
def test_address_and_user_name_open_the_account_in_any_case(client, person, sign_in, login):
    sign_in(login)

    assert signed_in(client)


def test_a_wrong_password_is_said_in_vietnamese_and_the_name_stays_typed(client, person, sign_in):
    response = sign_in("nguyenvana", "sai-mat-khau")

    page = response.content.decode()
    assert response.status_code == 200
    assert WRONG in page
    assert 'value="nguyenvana"' in page
    assert not signed_in(client)


def test_an_unknown_name_gets_the_same_answer_as_a_wrong_password(db, sign_in):
    assert WRONG in sign_in("khongai").content.decode()


def test_a_stopped_account_does_not_get_in(client, person, sign_in):
    person.is_active = False
    person.save()

    response = sign_in("nguyenvana")

    assert response.url == reverse("account_inactive")
    assert not signed_in(client)
    assert "ngừng hoạt động" in client.get(response.url).content.decode()


@pytest.mark.parametrize(
    ("next_url", "leads_to"),
    [
        ("/toi/", "/toi/"),
        ("https://ke-xau.example/", "/lam-viec/"),
        ("//ke-xau.example", "/lam-viec/"),
    ],
)
def test_login_leads_back_into_the_portal_only(client, person, next_url, leads_to):
    response = client.post(
        reverse("account_login"), {"login": "nguyenvana", "password": PASSWORD, "next": next_url}
    )

    assert response.url == leads_to


def test_logging_out_takes_a_button_not_a_link(client, person):
    client.force_login(person)

    client.get(reverse("account_logout"))
    assert signed_in(client)

    client.post(reverse("account_logout"))
    assert not signed_in(client)


def test_nobody_signs_up_by_themselves(client, db, django_user_model):
    answer = client.get(reverse("account_signup"))
    client.post(
        reverse("account_signup"),
        {
            "username": "moi",
            "email": "moi@example.vn",
            "password1": "mot-mat-khau-dai",
            "password2": "mot-mat-khau-dai",
        },
    )

    assert "do quản trị viên cấp" in answer.content.decode()
    assert django_user_model.objects.count() == 0


def test_a_password_typed_in_decomposed_letters_is_the_same_password(client, person, sign_in):
    person.set_password("Mật khẩu hồ tiêu")  # composed (NFC)
    person.save()

    sign_in("nguyenvana", unicodedata.normalize("NFD", "Mật khẩu hồ tiêu"))

    assert signed_in(client)
