"""Deadlines of our own, so that these tests know what is owed to whom."""

import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from ocop_portal.accounts.models import User
from ocop_portal.reminders import registry
from ocop_portal.reminders.policy import DEFAULT
from ocop_portal.reminders.registry import Deadline, Source

DUE = datetime.date(2020, 10, 31)
TEN = datetime.datetime(2020, 10, 28, 10, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.fixture
def person(db):
    return User.objects.create(username="canbo", full_name="Cán bộ thử", email="canbo@example.vn")


@pytest.fixture
def owed(monkeypatch):
    """The only source of deadlines: a list that the test fills."""
    deadlines: list[Deadline] = []

    monkeypatch.setattr(registry, "_sources", {"test": source_of("test", deadlines)})
    return deadlines


@pytest.fixture
def daytime():
    """Ten in the morning of the day on which the mails of these tests are sent."""
    with time_machine.travel(TEN, tick=True):
        yield TEN


def source_of(kind, deadlines, timing=DEFAULT):
    """A source that yields what a list holds."""

    def answer(ask):
        return [d for d in deadlines if d.kind == kind and ask.since <= d.due_on <= ask.until]

    return Source(kind, f"Loại {kind}", timing, answer)


def deadline(
    *users,
    key="entry:1:step:2",
    due_on=DUE,
    title="Hồ tiêu – bước 2",
    url="/lam-viec/",
    kind="test",
    above=(),
    unit=0,
):
    return Deadline(
        kind=kind,
        key=key,
        due_on=due_on,
        title=title,
        text="Cần làm xong trước hạn.",
        url=url,
        recipients=tuple(user.pk for user in users),
        superiors=tuple(user.pk for user in above),
        unit=unit,
    )
