"""Working days: what is off, what is made up for, and a year that is not entered is said."""

import datetime

import pytest

from communes.deadlines import holidays_owed
from communes.models import Role
from ocop_portal.reminders import workdays
from ocop_portal.reminders.models import Holiday
from ocop_portal.reminders.registry import Ask
from ocop_portal.reminders.workdays import Calendar, calendar, load_holidays
from tests import factories as make

D = datetime.date


@pytest.fixture
def known(db):
    load_holidays(until_year=2027)
    return calendar()


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (D(2020, 10, 30), 1, D(2020, 11, 2)),  # a Friday: Monday is the first working day
        (D(2020, 10, 31), 1, D(2020, 11, 2)),
        (D(2020, 1, 22), 1, D(2020, 1, 30)),  # Tết of 2020: 23 to 29 January
        (D(2020, 4, 29), 1, D(2020, 5, 4)),  # 30/4, 1/5, a weekend
        (D(2019, 5, 3), 1, D(2019, 5, 4)),  # a Saturday worked for 29/4/2019
        (D(2020, 10, 1), 15, D(2020, 10, 22)),
    ],
)
def test_working_days_leave_out_weekends_and_holidays(known, start, count, end):
    assert known.after(start, count) == end


def test_the_day_of_the_event_is_not_counted():
    assert Calendar({}).after(D(2020, 11, 2), 1) == D(2020, 11, 3)


@pytest.mark.parametrize("year", range(2019, 2027))
def test_the_years_that_are_known_are_complete(known, year):
    assert known.missing(year) == []


def test_a_year_whose_tet_was_not_announced_is_said_and_not_guessed(known):
    assert known.missing(2027) == ["Tết Âm lịch", "Quốc khánh 2/9"]
    assert known.doubt(D(2026, 12, 20), D(2027, 1, 12)) == (
        "Lịch nghỉ năm 2027 chưa nhập đủ nên hạn có thể muộn hơn."
    )
    assert known.doubt(D(2026, 1, 5), D(2026, 2, 20)) == ""


def test_administrators_are_asked_for_next_years_days_until_they_are_entered(known, person):
    admin, district = make.officer(Role.Kind.ADMINISTRATOR), make.officer()
    ask = Ask(D(2026, 11, 24), D(2026, 12, 31))
    [owed] = holidays_owed(ask)
    assert (owed.due_on, owed.recipients) == (D(2026, 12, 15), (admin.pk,))
    assert owed.superiors == (district.pk,)
    assert "Tết Âm lịch, Quốc khánh 2/9" in owed.text
    assert owed.url == "/nhac-viec/ngay-nghi/?nam=2027"
    for day, occasion in [
        *((D(2027, 2, n), "tet") for n in range(4, 9)),
        (D(2027, 9, 3), "national"),
    ]:
        workdays.set_holiday(day=day, occasion=occasion, source="Thông báo mẫu", by=person)
    assert list(holidays_owed(ask)) == []
    assert list(holidays_owed(Ask(D(2026, 1, 1), D(2026, 12, 14)))) == []


def test_the_next_year_is_missed_from_two_weeks_before_its_day_on(known):
    assert known.to_enter(D(2026, 11, 30)) == {}
    assert list(known.to_enter(D(2026, 12, 1))) == [2027]
    assert list(known.to_enter(D(2027, 1, 1))) == [2027]


def test_loading_again_touches_no_day_that_the_office_changed_or_removed(known, person):
    new_year, labour = Holiday.objects.get(day="2020-01-01"), Holiday.objects.get(day="2020-05-01")
    workdays.set_holiday(day=new_year.day, occasion="other", source="Công văn 1", by=person)
    workdays.remove_holiday(pk=labour.pk, by=person)
    assert load_holidays(until_year=2027).made == 0
    assert Holiday.objects.get(day="2020-01-01").occasion == "other"
    assert not Holiday.objects.filter(day="2020-05-01").exists()


def test_every_loaded_day_says_where_it_comes_from(known):
    assert not Holiday.objects.filter(source="").exists()
    assert load_holidays(until_year=2028).made == 4, "the fixed days of one more year"
