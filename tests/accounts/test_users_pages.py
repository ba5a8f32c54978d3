"""The administrators' pages."""

import datetime
import unicodedata
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from pytest_django.asserts import assertNumQueries

from communes.models import Role
from communes.roles import give_role
from communes.roles_forms import UserForm
from ocop_portal.accounts.models import User
from ocop_portal.accounts.people import change_person, create_person
from tests.accounts.conftest import link_in
from tests.factories import (
    RoleFactory,
    UnitFactory,
    UserFactory,
    officer,
    second_factor,
    vinh_linh,
)

K = Role.Kind
USERS = "/nguoi-dung/"


def new_user(**changed):
    return {
        "username": "lethihong",
        "full_name": "Lê Thị Hồng",
        "email": "hong@example.vn",
        "phone": "",
        "position": "Chuyên viên",
        "organisation": "",
        **changed,
    }


# --- Who may ----------------------------------------------------------------------------------


@pytest.fixture
def addresses(db):
    """Every address of these pages, with the methods it knows, about somebody else."""
    role = RoleFactory()
    pk = role.user_id
    return [
        ("get", reverse("roles:users")),
        ("get", reverse("roles:user", args=[pk])),
        ("get", reverse("roles:user_add")),
        ("post", reverse("roles:user_add")),
        ("get", reverse("roles:user_edit", args=[pk])),
        ("post", reverse("roles:user_edit", args=[pk])),
        ("post", reverse("roles:user_stop", args=[pk])),
        ("post", reverse("roles:user_resume", args=[pk])),
        ("post", reverse("roles:user_invite", args=[pk])),
        ("get", reverse("roles:role_give", args=[pk])),
        ("post", reverse("roles:role_give", args=[pk])),
        ("get", reverse("roles:role_end", args=[role.pk])),
        ("post", reverse("roles:role_end", args=[role.pk])),
    ]


@pytest.mark.parametrize(
    "kind", [K.DISTRICT_OFFICER, K.COMMUNE_OFFICER, K.COUNCIL_MEMBER, K.SUPPORT_TEAM]
)
def test_nobody_but_administrators_gets_in(client, addresses, kind):
    client.force_login(officer(kind))

    assert {getattr(client, method)(path).status_code for method, path in addresses} == {403}


def test_visitors_are_sent_to_the_login(client, addresses):
    answers = {getattr(client, method)(path).url.split("?")[0] for method, path in addresses}

    assert answers == {reverse("account_login")}


def test_a_superuser_without_the_role_does_not_get_in(client, addresses):
    user = UserFactory(is_superuser=True)
    second_factor(user)
    client.force_login(user)

    assert client.get(USERS).status_code == 403


def test_an_administrator_whose_role_has_ended_does_not_get_in(client, db):
    client.force_login(RoleFactory(kind=K.ADMINISTRATOR, until="2020-12-31").user)

    assert client.get(USERS).status_code == 403


def test_changes_are_not_made_by_links(as_administrator, addresses):
    for method, path in addresses:
        if method == "post" and path.split("/")[-2] in {"ngung", "mo-lai", "moi"}:
            assert as_administrator.get(path).status_code == 405


def test_what_is_not_there_is_404(as_administrator):
    for name in ("user", "user_edit", "role_give", "role_end"):
        assert as_administrator.get(reverse(f"roles:{name}", args=[0])).status_code == 404


# --- The list ---------------------------------------------------------------------------------


def names(response):
    return [user.full_name for user in response.context["page_obj"]]


@pytest.mark.parametrize("words", ["hue", "HUỆ", "tran thi", "tran hue", "thihue", "hue@"])
def test_search_needs_no_marks(as_administrator, words):
    UserFactory(full_name="Trần Thị Huệ", username="thihue", email="hue@example.vn")
    UserFactory(full_name="Nguyễn Đình Đức", username="dinhduc", email="duc@example.vn")

    assert names(as_administrator.get(USERS, {"q": words})) == ["Trần Thị Huệ"]


def test_filters_narrow_by_role_unit_and_state(as_administrator):
    ho_xa = vinh_linh().ho_xa
    RoleFactory(kind=K.COMMUNE_OFFICER, unit=ho_xa, user__full_name="Cán bộ Hồ Xá")
    RoleFactory(kind=K.COMMUNE_OFFICER, unit=ho_xa, until="2020-01-01", user__full_name="Cán bộ cũ")
    UserFactory(full_name="Đã nghỉ", is_active=False)

    assert names(as_administrator.get(USERS, {"kind": "commune_officer"})) == ["Cán bộ Hồ Xá"]
    assert names(as_administrator.get(USERS, {"unit": ho_xa.pk})) == ["Cán bộ Hồ Xá"]
    assert names(as_administrator.get(USERS, {"state": "stopped"})) == ["Đã nghỉ"]
    assert names(as_administrator.get(USERS, {"kind": "none"})) == ["Cán bộ cũ", "Đã nghỉ"]


@pytest.mark.parametrize("strange", [{"kind": "x"}, {"unit": "abc"}, {"state": "?"}, {"page": "z"}])
def test_a_strange_filter_narrows_nothing(as_administrator, strange):
    assert len(names(as_administrator.get(USERS, strange))) == 1


def test_the_list_tells_who_has_a_second_factor_and_who_has_not(as_administrator):
    having, lacking = UserFactory(full_name="Có Lớp Hai"), UserFactory(full_name="Không Lớp Hai")
    second_factor(having)
    for person, words in ((having, "Đã bật"), (lacking, "Chưa bật")):
        page = as_administrator.get(USERS, {"q": person.full_name}).content.decode()
        assert words in page.split("<tbody>")[1], person
        assert 'data-label="Xác thực hai lớp">–' not in page


def test_a_unit_that_is_no_more_is_written_alike_wherever_a_role_is_named(as_administrator):
    unit = vinh_linh().ho_xa
    unit.valid_until = datetime.date(2019, 12, 31)
    unit.save()
    person = UserFactory()
    sent = {"kind": K.COMMUNE_OFFICER, "unit": unit.pk, "since": "30/09/2019"}
    given = as_administrator.post(reverse("roles:role_give", args=[person.pk]), sent, follow=True)
    role = person.roles.get()
    dated = "Thị trấn Hồ Xá (đến 31/12/2019)"
    assert f"Đã giao vai trò cán bộ cấp xã tại {dated}." in given.content.decode()
    for path in (
        USERS,
        reverse("roles:user", args=[person.pk]),
        reverse("roles:role_end", args=[role.pk]),
    ):
        page = as_administrator.get(path).content.decode()
        # The list's filter names units too.
        assert dated in page.split("<tbody>")[-1], path


LIST_QUERIES = 10
PAGE_QUERIES = 13


@pytest.mark.parametrize("people", [1, 3, 30])
def test_the_list_costs_the_same_at_any_length(as_administrator, people):
    for _n in range(people):
        RoleFactory(kind=K.COUNCIL_MEMBER)
    as_administrator.get(USERS)

    with assertNumQueries(LIST_QUERIES):
        as_administrator.get(USERS)


@pytest.mark.parametrize("changes", [1, 3])
def test_an_account_costs_the_same_with_any_number_of_roles_and_changes(
    as_administrator, administrator, changes
):
    user = UserFactory()
    for n in range(changes):
        give_role(
            user=user,
            kind=K.COMMUNE_OFFICER,
            unit=UnitFactory(),
            since=datetime.date(2019, 1, 1),
            by=administrator,
        )
        change_person(user=user, by=administrator, position=f"Chuyên viên {n}")
    page = reverse("roles:user", args=[user.pk])
    as_administrator.get(page)

    with assertNumQueries(PAGE_QUERIES):
        as_administrator.get(page)


# --- Accounts ---------------------------------------------------------------------------------


def test_a_new_person_chooses_the_password_by_the_mailed_link(
    client, as_administrator, mailoutbox, sign_in
):
    response = as_administrator.post(reverse("roles:user_add"), new_user())

    user = User.objects.get(username="lethihong")
    assert response.url == reverse("roles:user", args=[user.pk])
    assert not user.has_usable_password()
    (mail,) = mailoutbox
    assert mail.to == ["hong@example.vn"]
    assert "Tên đăng nhập: lethihong" in mail.body

    client.logout()
    page = client.get(link_in(mail), follow=True)
    new = "ho-tieu-vinh-linh-2019"
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert sign_in("lethihong", new).url == reverse("office")


def test_the_form_asks_for_no_password(as_administrator):
    page = as_administrator.get(reverse("roles:user_add")).content.decode()

    assert 'type="password"' not in page


def test_an_account_without_a_password_cannot_be_entered(client, as_administrator, sign_in):
    as_administrator.post(reverse("roles:user_add"), new_user())
    client.logout()

    assert sign_in("lethihong", "").status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"username": "lê.thị.hồng"}, "username"),
        ({"username": "QUANLY"}, "username"),
        ({"username": "hong@example.vn"}, "username"),
        ({"email": "Quanly@example.vn"}, "email"),
        ({"email": ""}, "email"),
        ({"full_name": ""}, "full_name"),
        ({"phone": "abc"}, "phone"),
    ],
)
def test_wrong_input_is_said_beside_its_field_and_stays_typed(as_administrator, changed, field):
    response = as_administrator.post(reverse("roles:user_add"), new_user(**changed))

    assert response.context["form"].errors.keys() == {field}
    assert 'value="Chuyên viên"' in response.content.decode()
    assert User.objects.count() == 1


def test_decomposed_names_are_stored_composed(as_administrator):
    name = unicodedata.normalize("NFD", "Lê Thị Hồng")
    as_administrator.post(reverse("roles:user_add"), new_user(full_name=name))

    assert User.objects.get(username="lethihong").full_name == "Lê Thị Hồng"


def test_a_mail_server_that_is_away_loses_nothing(as_administrator, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    response = as_administrator.post(reverse("roles:user_add"), new_user(), follow=True)

    assert "Chưa gửi được thư mời" in response.content.decode()
    assert User.objects.filter(username="lethihong").exists()


def test_what_was_changed_stands_in_the_history_with_old_and_new(as_administrator):
    user = UserFactory(username="lethihong", full_name="Lê Hồng", email="hong@example.vn")

    as_administrator.post(reverse("roles:user_edit", args=[user.pk]), new_user(position=""))

    page = as_administrator.get(reverse("roles:user", args=[user.pk]))
    (entry,) = page.context["history"]
    assert entry["changes"] == [{"field": "họ và tên", "old": "Lê Hồng", "new": "Lê Thị Hồng"}]
    assert entry["who"].username == "quanly"


def test_a_stopped_person_is_out_at_once_and_back_when_resumed(as_administrator, client):
    user = UserFactory()
    theirs = type(client)()
    theirs.force_login(user)

    as_administrator.post(reverse("roles:user_stop", args=[user.pk]))
    assert theirs.get("/toi/").status_code == 302

    as_administrator.post(reverse("roles:user_resume", args=[user.pk]))
    theirs.force_login(User.objects.get(pk=user.pk))
    assert theirs.get("/toi/").status_code == 200


def test_administrators_do_not_stop_themselves(as_administrator, administrator):
    as_administrator.post(reverse("roles:user_stop", args=[administrator.pk]))

    administrator.refresh_from_db()
    assert administrator.is_active


def test_a_stopped_account_gets_no_invitation(as_administrator, mailoutbox):
    user = UserFactory(is_active=False)

    as_administrator.post(reverse("roles:user_invite", args=[user.pk]))

    assert mailoutbox == []


def test_a_name_taken_at_the_same_moment_is_said_beside_the_field(as_administrator, monkeypatch):
    """Two administrators, or one impatient one: the second comes after the form was checked."""
    monkeypatch.setattr(UserForm, "validate_unique", lambda form: None)
    UserFactory(username="lethihong", email="hong@example.vn")

    added = as_administrator.post(reverse("roles:user_add"), new_user())
    other = UserFactory()
    changed = as_administrator.post(reverse("roles:user_edit", args=[other.pk]), new_user())

    for response in (added, changed):
        assert response.context["form"].errors.keys() == {"username", "email"}
        assert 'value="Chuyên viên"' in response.content.decode()
    assert User.objects.filter(username="lethihong").count() == 1


def test_a_name_taken_between_the_check_and_the_saving_is_no_crash(db, monkeypatch):
    UserFactory(username="lethihong")
    checks = [lambda: None, partial(User.full_clean, User(username="lethihong", full_name="Lê"))]
    monkeypatch.setattr(User, "full_clean", lambda user: checks.pop(0)())

    with pytest.raises(ValidationError) as refused:
        create_person(by=None, username="lethihong", full_name="Lê Thị Hồng")

    assert "username" in refused.value.message_dict


# --- Roles ------------------------------------------------------------------------------------


def test_a_role_is_given_by_form(as_administrator, administrator):
    user = UserFactory()
    as_administrator.post(
        reverse("roles:role_give", args=[user.pk]),
        {
            "kind": K.COMMUNE_OFFICER,
            "unit": vinh_linh().ho_xa.pk,
            "since": "05/11/2019",
            "until": "31/12/2020",
        },
    )

    role = Role.objects.get(user=user)
    assert (role.kind, role.unit) == (K.COMMUNE_OFFICER, vinh_linh().ho_xa)
    assert (role.since, role.until) == (datetime.date(2019, 11, 5), datetime.date(2020, 12, 31))
    assert role.history.get().history_user == administrator


def test_a_refused_role_says_why_beside_the_field_and_keeps_the_form(as_administrator):
    user = UserFactory()
    response = as_administrator.post(
        reverse("roles:role_give", args=[user.pk]),
        {"kind": K.COMMUNE_OFFICER, "unit": vinh_linh().district.pk, "since": "05/11/2019"},
    )

    assert response.context["form"].errors == {
        "unit": ["Vai trò “cán bộ cấp xã” không giao ở đơn vị cấp huyện."]
    }
    assert 'value="05/11/2019"' in response.content.decode()
    assert not Role.objects.filter(user=user).exists()


@pytest.mark.parametrize("since", ["2019-13-45", "31/02/2019", "hôm nay", ""])
def test_a_day_that_is_none_is_refused(as_administrator, since):
    user = UserFactory()
    response = as_administrator.post(
        reverse("roles:role_give", args=[user.pk]),
        {"kind": K.COMMUNE_OFFICER, "unit": vinh_linh().ho_xa.pk, "since": since},
    )

    assert response.context["form"].errors.keys() == {"since"}


def test_a_role_is_ended_by_form_and_stays_in_the_list(as_administrator):
    role = RoleFactory(kind=K.COUNCIL_MEMBER)
    as_administrator.post(reverse("roles:role_end", args=[role.pk]), {"until": "31/12/2020"})

    role.refresh_from_db()
    assert role.until == datetime.date(2020, 12, 31)
    page = as_administrator.get(reverse("roles:user", args=[role.user_id])).content.decode()
    assert "đã kết thúc" in page


def test_ones_own_last_administrator_role_is_kept_with_the_reason_on_screen(
    as_administrator, administrator
):
    role = administrator.roles.get()
    response = as_administrator.post(
        reverse("roles:role_end", args=[role.pk]), {"until": "31/12/2026"}
    )

    assert "vai trò quản trị cuối cùng của chính anh/chị" in response.content.decode()
    role.refresh_from_db()
    assert role.until is None


def test_the_last_day_of_the_calendar_is_a_day_like_any_other(as_administrator, administrator):
    role = administrator.roles.get()
    path = reverse("roles:role_end", args=[role.pk])

    own = as_administrator.post(path, {"until": "31/12/9999"})

    assert "vai trò quản trị cuối cùng của chính anh/chị" in own.content.decode()
