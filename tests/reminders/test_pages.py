"""The pages of the reminders: one's own choice, the office's rules, holidays, the engine room."""

import datetime

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from communes.models import Role
from ocop_portal.reminders import outbox, tasks
from ocop_portal.reminders.models import (
    BadAddress,
    Choice,
    Holiday,
    Message,
    Preference,
    Rule,
    Scan,
)
from ocop_portal.reminders.scan import scan
from tests import factories as make

from .conftest import deadline

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client, db):
    user = make.officer()
    client.force_login(user)
    return user


@pytest.fixture
def admin(client, db):
    user = make.officer(Role.Kind.ADMINISTRATOR, make.vinh_linh().province)
    client.force_login(user)
    return user


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


# --- One's own choice -------------------------------------------------------------------------


def test_a_person_chooses_channels_and_digest(client, person):
    client.force_login(person)
    page = reverse("own_reminders:preferences")
    assert client.post(page, {"daily": "0"}).status_code == 302
    assert Preference.objects.get().channels == []
    client.post(page, {"channels": ["mail"], "daily": "1"})
    kept = Preference.objects.get()
    assert (kept.channels, kept.daily) == (["mail"], True)


@pytest.mark.parametrize("wrong", [{"daily": "x"}, {"channels": ["fax"], "daily": "1"}, {}])
def test_a_choice_that_is_none_is_refused_and_nothing_kept(client, person, wrong):
    client.force_login(person)
    answer = client.post(reverse("own_reminders:preferences"), {"x": "y"} | wrong)
    assert (answer.status_code, Preference.objects.count()) == (422, 0)


def test_a_person_whose_mail_comes_back_is_told_so(client, person):
    outbox.mark_bad(address=person.email, reason="550")
    client.force_login(person)
    for name in ("reminders:inbox", "own_reminders:preferences"):
        assert "Thư gửi đến canbo@example.vn bị trả lại" in text_of(client.get(reverse(name)))


# --- The office's rules -----------------------------------------------------------------------

RULE = {"before": "10, 5", "late_every": "2", "late_for": "20", "escalate_after": "4"}


def test_a_district_sets_its_days_and_returns_to_the_common_ones(client, officer):
    unit = make.vinh_linh().district.pk
    page = reverse("reminders:rule_edit", args=[unit, "cycle-step"])
    assert client.post(page, RULE).status_code == 302
    assert Rule.objects.get(unit=unit).before == "10, 5"
    assert "10, 5" in text_of(client.get(reverse("reminders:rules")))
    assert str(officer) in text_of(client.get(page)), "the history says who"
    client.post(reverse("reminders:rule_clear", args=[unit, "cycle-step"]))
    assert Rule.objects.count() == 0


def test_wrong_days_are_refused_beside_the_field_and_kept(client, officer):
    page = reverse("reminders:rule_edit", args=[make.vinh_linh().district.pk, "answer"])
    answer = client.post(page, RULE | {"before": "mười"})
    assert answer.status_code == 422
    assert "Ghi các số ngày, cách nhau bằng dấu phẩy" in text_of(answer)
    assert 'value="mười"' in text_of(answer)
    assert Rule.objects.count() == 0


def test_an_unknown_kind_or_anothers_unit_is_not_found(client, officer):
    unit = make.vinh_linh().district.pk
    for args in ([unit, "khong-co"], [0, "answer"], [unit + 999, "answer"]):
        assert client.get(reverse("reminders:rule_edit", args=args)).status_code == 404


def test_the_administrator_sets_what_holds_in_every_unit(client, admin):
    assert client.post(reverse("reminders:rule_edit", args=[0, "answer"]), RULE).status_code == 302
    assert Rule.objects.get().unit == 0
    values = {"quiet_from": "20:00", "quiet_until": "07:00", "answer_days": "10", "sheet_days": "1"}
    assert client.post(reverse("reminders:choice_edit", args=[0]), values).status_code == 302
    assert Choice.objects.get().quiet_from == datetime.time(20)


def test_an_hour_that_is_none_is_refused(client, officer):
    page = reverse("reminders:choice_edit", args=[make.vinh_linh().district.pk])
    values = {"quiet_from": "25:00", "quiet_until": "07:00", "answer_days": "10", "sheet_days": "1"}
    assert (client.post(page, values).status_code, Choice.objects.count()) == (422, 0)


# --- Holidays ---------------------------------------------------------------------------------


def test_a_day_is_entered_corrected_and_taken_out(client, officer):
    page = reverse("reminders:holidays")
    values = {"day": "08/02/2027", "occasion": "tet", "source": "Thông báo 1", "note": ""}
    assert client.post(page, values)["Location"] == f"{page}?nam=2027"
    client.post(page, values | {"source": "Thông báo 2"})
    row = Holiday.objects.get()
    assert (row.day, row.source) == (datetime.date(2027, 2, 8), "Thông báo 2")
    client.post(reverse("reminders:holiday_remove", args=[row.pk]))
    client.post(reverse("reminders:holiday_remove", args=[row.pk]))
    assert (Holiday.objects.count(), Holiday.history.count()) == (0, 3)


def test_a_year_that_is_not_entered_is_said(client, officer):
    page = text_of(client.get(reverse("reminders:holidays"), {"nam": "2030"}))
    assert "Năm 2030 chưa nhập đủ: Tết Dương lịch, Tết Âm lịch" in page


@pytest.mark.parametrize("year", ["", "x", "1", "99999", "²"])
def test_a_year_that_is_none_shows_this_one(client, officer, year):
    answer = client.get(reverse("reminders:holidays"), {"nam": year})
    assert f"Ngày nghỉ năm {timezone.localdate().year}" in text_of(answer)


# --- The preview ------------------------------------------------------------------------------


def test_the_preview_names_who_will_be_told_and_what_it_cannot_know(client, officer, owed):
    owed.append(deadline(officer, due_on=timezone.localdate(), title="Việc hôm nay"))
    page = text_of(client.get(reverse("reminders:preview")))
    assert "Việc hôm nay" in page
    assert f"Nhắc: {officer}" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_preview_costs_the_same_at_1_and_3(
    client, officer, owed, count, django_assert_num_queries
):
    today = timezone.localdate()
    owed.extend(deadline(officer, key=f"k{n}", due_on=today) for n in range(count))
    client.get(reverse("reminders:preview"))
    # session, user, roles, seats; offices; rules, choices, names; unread
    with django_assert_num_queries(8):
        client.get(reverse("reminders:preview"))


# --- The engine room --------------------------------------------------------------------------


def messages(count, state, **values):
    return [
        Message.objects.create(
            key=f"{state}:{n}",
            channel="mail",
            address=f"u{n}@example.vn",
            recipient=make.UserFactory(),
            day=timezone.localdate(),
            state=state,
            error="421 bận",
            **values,
        )
        for n in range(count)
    ]


def test_the_administrator_sees_the_last_scan_the_backlog_and_what_failed(client, admin):
    page = reverse("reminders:operations")
    assert "Chưa có lần quét nào chạy xong" in text_of(client.get(page))
    Scan.objects.create(
        finished_at=timezone.now(), deadlines=7, errors={"answer": "ValueError: hỏng"}, unowned=2
    )
    messages(2, "failed", tries=9)
    messages(1, "pending", tries=1)
    shown = text_of(client.get(page))
    for words in (
        "7 việc còn hạn",
        "Không lấy được hạn của “Trả lời giữa xã và cơ quan quản lý”: ValueError: hỏng",
        "2 việc chưa có ai phụ trách",
        "421 bận",
        "đã thử 9 lần",
    ):
        assert words in shown


def test_the_administrator_sees_that_a_years_days_off_are_not_entered(client, admin):
    year = timezone.localdate().year
    shown = text_of(client.get(reverse("reminders:operations")))
    assert f"Lịch nghỉ năm {year} chưa nhập đủ: Tết Dương lịch, Tết Âm lịch" in shown


@pytest.mark.parametrize("minutes", [29, 31])
def test_the_page_turns_red_when_no_scan_has_run_for_two_periods(client, admin, minutes):
    ended = timezone.now() - datetime.timedelta(minutes=minutes)
    Scan.objects.create(started_at=ended, finished_at=ended)
    shown = text_of(client.get(reverse("reminders:operations")))
    assert ("đã quá hai chu kỳ 15 phút" in shown) is (minutes > 30)


def test_what_was_given_up_is_tried_anew_but_not_to_a_refused_address(client, admin):
    _first, second = messages(2, "failed", tries=9)
    bad = outbox.mark_bad(address=second.address, reason="550")
    client.post(reverse("reminders:retry"))
    assert list(Message.objects.order_by("pk").values_list("state", "tries")) == [
        ("pending", 0),
        ("failed", 9),
    ]
    client.post(reverse("reminders:address_clear", args=[bad.pk]))
    assert BadAddress.objects.count() == 0
    assert Message.objects.filter(state="pending").count() == 2


def test_the_administrator_asks_for_a_scan(client, admin, monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.scan, "delay", lambda: asked.append(1))
    client.post(reverse("reminders:scan_now"))
    assert asked == [1]


@pytest.mark.parametrize("count", [1, 3])
def test_the_engine_room_costs_the_same_at_1_and_3(client, admin, count, django_assert_num_queries):
    for _ in range(count):
        Scan.objects.create(finished_at=timezone.now())
        outbox.mark_bad(address=f"x{_}@example.vn", reason="550")
    messages(count, "failed")
    client.get(reverse("reminders:operations"))
    # session, user, roles, second factor; counts, last scan, scans, holidays, waiting deliveries,
    # messages counted and listed, addresses; seats, unread
    with django_assert_num_queries(14):
        client.get(reverse("reminders:operations"))


# --- Housekeeping -----------------------------------------------------------------------------


def test_old_scans_and_messages_are_forgotten_notices_never(person, owed, settings):
    owed.append(deadline(person, due_on=timezone.localdate()))
    Choice.objects.create(unit=0, quiet_from=datetime.time(), quiet_until=datetime.time())
    scan()
    assert outbox.send_pending() == len(mail.outbox) == 1
    years = timezone.now() - datetime.timedelta(days=800)
    Scan.objects.update(started_at=years)
    Message.objects.update(created_at=years)
    given_up = messages(1, "failed", created_at=years)
    tasks.housekeeping()
    assert Scan.objects.count() == 0
    assert list(Message.objects.all()) == given_up
    assert person.notices.count() == 1
    assert Holiday.objects.filter(day__year=timezone.localdate().year + 1).count() >= 4
