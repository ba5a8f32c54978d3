"""Deadlines of our own, so that these tests know what is owed to whom."""

import datetime

import pytest

from ocop_portal.accounts.models import User
from ocop_portal.reminders import registry
from ocop_portal.reminders.registry import Deadline

DUE = datetime.date(2020, 10, 31)


@pytest.fixture
def person(db):
    return User.objects.create(username="canbo", full_name="Cán bộ thử", email="canbo@example.vn")


@pytest.fixture
def owed(monkeypatch):
    """The only source of deadlines: a list that the test fills."""
    deadlines: list[Deadline] = []

    def source(since, until):
        return [d for d in deadlines if since <= d.due_on <= until]

    monkeypatch.setattr(registry, "_sources", {"test": source})
    return deadlines


def deadline(*users, key="entry:1:step:2", due_on=DUE, title="Hồ tiêu – bước 2", url="/lam-viec/"):
    return Deadline(
        kind="test",
        key=key,
        due_on=due_on,
        title=title,
        text="Cần làm xong trước hạn.",
        url=url,
        recipients=tuple(user.pk for user in users),
    )
