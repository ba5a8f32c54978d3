import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from tests.accounts.conftest import link_in, signed_in
from tests.factories import PASSWORD, UserFactory

NEW = "ho-tieu-vinh-linh-2019"


def ask(client, email):
    return client.post(reverse("account_reset_password"), {"email": email}, follow=True)


def test_a_forgotten_password_is_replaced_by_the_link_in_the_mail(
    client, person, mailoutbox, sign_in
):
    ask(client, "a@example.vn")
    page = client.get(link_in(mailoutbox[0]), follow=True)
    done = client.post(
        page.redirect_chain[-1][0], {"password1": NEW, "password2": NEW}, follow=True
    )

    assert "Đã đặt mật khẩu" in done.content.decode()
    assert sign_in("nguyenvana", PASSWORD).status_code == 200
    assert sign_in("nguyenvana", NEW).status_code == 302
    assert signed_in(client)


def test_the_mail_is_vietnamese_text_and_html(client, person, mailoutbox):
    ask(client, "A@example.vn")

    (mail,) = mailoutbox
    assert mail.to == ["a@example.vn"]
    assert mail.subject == "OCOP Vĩnh Linh: Đặt lại mật khẩu"
    assert f"Kính gửi {person.full_name}," in mail.body
    html = mail.alternatives[0].content
    assert link_in(mail) in html
    assert "Đặt mật khẩu mới" in html


def test_the_link_works_once(client, person, mailoutbox):
    ask(client, "a@example.vn")
    link = link_in(mailoutbox[0])
    page = client.get(link, follow=True)
    client.post(page.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})

    again = client.get(link, follow=True)

    assert "Đường dẫn không dùng được" in again.content.decode()


def test_known_and_unknown_addresses_get_the_same_answer(client, person, mailoutbox):
    known = ask(client, "a@example.vn")
    unknown = ask(client, "khongai@example.vn")

    assert known.redirect_chain == unknown.redirect_chain
    assert known.content == unknown.content
    assert "không có tài khoản nào" in mailoutbox[1].body


def test_a_stopped_account_is_treated_as_unknown(client, db, mailoutbox):
    UserFactory(email="nghi@example.vn", is_active=False)

    ask(client, "nghi@example.vn")

    assert "không có tài khoản nào" in mailoutbox[0].body


def test_two_different_passwords_are_refused_in_vietnamese(client, person, mailoutbox):
    ask(client, "a@example.vn")
    page = client.get(link_in(mailoutbox[0]), follow=True)
    answer = client.post(page.redirect_chain[-1][0], {"password1": NEW, "password2": NEW + "x"})

    assert "Hai lần nhập mật khẩu chưa giống nhau." in answer.content.decode()
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.parametrize("weak", ["ngan", "1234567890123", "password123"])
def test_weak_passwords_are_refused(client, person, weak):
    client.force_login(person)
    answer = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": weak, "password2": weak},
    )

    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {"password1"}
    assert get_user_model().objects.get(pk=person.pk).check_password(PASSWORD)


def test_changing_the_password_signs_out_every_other_browser(client, person, mailoutbox):
    other = type(client)()
    other.force_login(person)
    client.force_login(person)

    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW},
    )

    assert client.get(reverse("accounts:profile")).status_code == 200
    assert other.get(reverse("accounts:profile")).status_code == 302


def test_a_changed_password_is_told_to_the_owner(client, person, mailoutbox):
    client.force_login(person)
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW},
    )

    (mail,) = mailoutbox
    assert mail.to == ["a@example.vn"]
    assert "vừa được đổi" in mail.body
