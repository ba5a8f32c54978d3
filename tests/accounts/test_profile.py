import unicodedata

from django.contrib.auth import get_user_model
from django.urls import reverse

from communes.models import Role
from tests.accounts.conftest import link_in
from tests.factories import UserFactory, officer

User = get_user_model()
EDIT = "/toi/sua/"


def details(**changed):
    return {
        "full_name": "Lê Thị Hồng",
        "email": "hong@example.vn",
        "phone": "0912 345 678",
        "position": "Chuyên viên",
        "organisation": "Phòng Nông nghiệp huyện Vĩnh Linh",
        **changed,
    }


def test_people_edit_their_own_data(client, person):
    client.force_login(person)

    response = client.post(EDIT, details())

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


def test_decomposed_letters_are_stored_composed(client, person):
    client.force_login(person)

    client.post(EDIT, details(full_name=unicodedata.normalize("NFD", "Trần Thị Huệ")))

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
