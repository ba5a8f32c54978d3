"""Training classes of province and centre, who was there, and which communes sent nobody."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from communes.apparatus_training import save_attendance, withdraw_attendance, withdraw_training
from communes.models import Attendance, Role, TrainingClass
from tests.communes.pages import text_of
from tests.factories import AttendanceFactory, TrainingClassFactory, officer, vinh_linh

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(client):
    user = officer()
    client.force_login(user)
    return user


def test_a_class_is_entered_once(client, district):
    data = {
        "unit": vinh_linh().district.pk,
        "title": "Chu trình OCOP",
        "level": "province",
        "starts_on": "05/11/2019",
    }
    url = reverse("communes:training_add")
    answer = client.post(url, data)
    found = TrainingClass.objects.get()
    assert answer.url == found.get_absolute_url()
    again = client.post(url, data)
    assert again.status_code == 422
    assert "Đã ghi lớp này, cùng ngày bắt đầu." in text_of(again)
    backwards = client.post(url, data | {"title": "Khác", "ends_on": "04/11/2019"})
    assert "Ngày cuối phải từ ngày đầu trở đi." in text_of(backwards)
    assert TrainingClass.objects.count() == 1


def test_the_page_names_who_was_there_and_the_communes_that_sent_nobody(client, district):
    tree = vinh_linh()
    training = TrainingClassFactory()
    url = reverse("communes:attendance_add", args=[training.pk])
    client.post(url, {"unit": tree.ho_xa.pk, "person": "Trần Thị Mẫu"})
    twice = client.post(url, {"unit": tree.ho_xa.pk, "person": "Trần Thị Mẫu"})
    assert "Người này đã có trong danh sách." in text_of(twice)
    context = client.get(training.get_absolute_url()).context
    assert [str(row) for row in context["people"]] == ["Trần Thị Mẫu"]
    assert context["absent"] == [tree.vinh_thuy]


def test_who_was_not_there_is_taken_off_with_a_reason_and_may_be_entered_again(client, district):
    row = AttendanceFactory(person="Trần Thị Mẫu")
    url = reverse("communes:attendance_withdraw", args=[row.pk])
    assert client.post(url, {}).status_code == 422
    client.post(url, {"reason": "Không dự"})
    withdraw_attendance(attendance=row, by=district, reason="Lần hai")
    page = client.get(row.training.get_absolute_url())
    assert (page.context["people"], page.context["withdrawn"]) == ([], [row])
    assert "Lý do: Không dự" in text_of(page)
    again = Attendance(training=row.training, unit=row.unit, person=row.person)
    assert save_attendance(attendance=again, by=district).pk != row.pk


def test_a_withdrawn_class_takes_nobody_more(district):
    row = AttendanceFactory()
    withdraw_training(training=row.training, by=district, reason="Nhầm")
    late = Attendance(training=row.training, unit=row.unit, person="Khác")
    with pytest.raises(ValidationError, match="Lớp đã được rút"):
        save_attendance(attendance=late, by=district)


def test_classes_are_searched_without_marks_and_filtered(client, district):
    TrainingClassFactory(title="Kể chuyện sản phẩm", level="centre")
    gone = TrainingClassFactory(title="Bao bì")
    withdraw_training(training=gone, by=district, reason="Nhầm")

    def found(**query):
        page = client.get(reverse("communes:trainings"), query).context["page_obj"]
        return [str(row) for row in page]

    assert found() == found(q="ke chuyen") == found(level="centre") == ["Kể chuyện sản phẩm"]
    assert found(level="province") == []
    assert found(shown="withdrawn") == ["Bao bì"]


def test_a_commune_reads_of_the_class_and_changes_nothing(client):
    row = AttendanceFactory()
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER, vinh_linh().vinh_thuy))
    assert client.get(row.training.get_absolute_url()).context["may_change"] is False
    assert (
        client.post(reverse("communes:attendance_add", args=[row.training_id])).status_code == 403
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_and_a_class_cost_the_same_for_one_and_for_three(
    client, district, rows, django_assert_num_queries
):
    training = AttendanceFactory().training
    TrainingClassFactory.create_batch(rows - 1)
    AttendanceFactory.create_batch(rows - 1, training=training)
    with django_assert_num_queries(7):
        client.get(reverse("communes:trainings"))
    with django_assert_num_queries(9):
        client.get(training.get_absolute_url())
