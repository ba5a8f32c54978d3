import unicodedata

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from communes.models import Role
from ocop_portal.accounts.forms import ProfileForm
from tests.accounts.conftest import link_in
from tests.factories import PASSWORD, UserFactory, officer

User = get_user_model()
EDIT = "/toi/sua/"


@pytest.fixture
def as_person(client, person):
    """A browser in which the person is signed in and has just given the password once more."""
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def details(**changed):
    return {
        "full_name": "Lê Thị Hồng",
        "email": "hong@example.vn",
        "phone": "0912 345 678",
        "position": "Chuyên viên",
        "organisation": "Phòng Nông nghiệp huyện Vĩnh Linh",
        **changed,
    }


def test_people_edit_their_own_data(as_person, person):
    response = as_person.post(EDIT, details())

    person.refresh_from_db()
    assert response.url == "/toi/"
    assert (person.full_name, person.email) == ("Lê Thị Hồng", "hong@example.vn")
    assert (person.phone.as_e164, person.position) == ("+84912345678", "Chuyên viên")


def test_a_refused_form_keeps_what_was_typed_and_says_what_is_wrong(client, person):
    client.force_login(person)

    response = client.post(EDIT, details(phone="12"))

    page = response.content.decode()
    assert response.status_code == 200
    assert "Số điện thoại chưa đúng" in page
    for typed in ("Lê Thị Hồng", "hong@example.vn", 'value="12"'):
        assert typed in page
    person.refresh_from_db()
    assert person.email == "a@example.vn"


def test_a_refused_form_does_not_rename_the_person_in_the_page_head(client, person):
    client.force_login(person)

    response = client.post(EDIT, details(full_name="Người Khác", phone="12"))

    assert response.wsgi_request.user.full_name == person.full_name


def test_decomposed_letters_are_stored_composed(as_person, person):
    as_person.post(EDIT, details(full_name=unicodedata.normalize("NFD", "Trần Thị Huệ")))

    person.refresh_from_db()
    assert person.full_name == "Trần Thị Huệ"
    assert unicodedata.is_normalized("NFC", person.full_name)


def test_somebody_elses_address_is_refused_in_any_case(client, person):
    UserFactory(email="chung@example.vn")
    client.force_login(person)

    response = client.post(EDIT, details(email="Chung@Example.vn"))

    assert response.context["form"].errors["email"] == ["Đã có tài khoản dùng địa chỉ này."]


def test_the_user_name_and_the_rights_are_not_ones_own_to_change(client, person):
    client.force_login(person)

    client.post(EDIT, details(username="quantri", is_superuser="on", is_staff="on"))

    person.refresh_from_db()
    assert (person.username, person.is_superuser, person.is_staff) == ("nguyenvana", False, False)


def test_an_old_address_gets_no_reset_link_and_is_told_of_the_change(
    client, person, mailoutbox, django_capture_on_commit_callbacks
):
    client.post(reverse("account_reset_password"), {"email": "a@example.vn"})
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    with django_capture_on_commit_callbacks(execute=True):
        client.post(EDIT, details(email="moi@example.vn"))
    client.logout()
    client.post(reverse("account_reset_password"), {"email": "a@example.vn"})

    told, refused = mailoutbox[1:]
    assert (told.to, "moi@example.vn" in told.body) == (["a@example.vn"], True)
    assert "không có tài khoản nào" in refused.body


def test_a_reset_link_dies_with_the_address_it_was_sent_to(client, person, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": "a@example.vn"})
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(EDIT, details(email="moi@example.vn"))
    client.logout()

    page = client.get(link_in(mailoutbox[0]), follow=True)

    assert "Đường dẫn không dùng được" in page.content.decode()


def test_the_profile_shows_the_roles_of_today(client, db):
    user = officer(Role.Kind.COMMUNE_OFFICER)
    client.force_login(user)

    page = client.get("/toi/").content.decode()

    assert "Cán bộ cấp xã" in page
    assert "Thị trấn Hồ Xá" in page


def test_visitors_are_sent_to_the_login(client, db):
    for path in ("/toi/", EDIT):
        assert client.get(path).url == f"{reverse('account_login')}?next={path}"


def test_a_new_address_asks_for_the_password_and_keeps_what_was_typed(client, person, sign_in):
    """Who finds the screen open must not lead the next password reset to themselves."""
    sign_in("nguyenvana")

    asked = client.post(EDIT, details())
    person.refresh_from_db()
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert person.email == "a@example.vn"

    wrong = client.post(asked.url, {"password": "sai-mat-khau", "next": EDIT})
    assert "Mật khẩu chưa đúng." in wrong.content.decode()
    person.refresh_from_db()
    assert person.email == "a@example.vn"

    done = client.post(asked.url, {"password": PASSWORD, "next": EDIT}, follow=True)
    person.refresh_from_db()
    assert (person.email, person.position) == ("hong@example.vn", "Chuyên viên")
    assert "Đã lưu thông tin của anh/chị." in done.content.decode()


def test_other_details_ask_for_no_password(client, person, sign_in):
    sign_in("nguyenvana")

    assert client.post(EDIT, details(email="A@example.vn")).url == "/toi/"


def test_an_address_taken_at_the_same_moment_is_said_beside_the_field(
    as_person, person, monkeypatch
):
    monkeypatch.setattr(ProfileForm, "validate_unique", lambda form: None)
    UserFactory(email="chung@example.vn")

    response = as_person.post(EDIT, details(email="chung@example.vn"))

    assert response.context["form"].errors.keys() == {"email"}
    person.refresh_from_db()
    assert person.email == "a@example.vn"
