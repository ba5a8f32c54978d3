"""Which reminder is due on which day."""

import datetime

import pytest

from ocop_portal.reminders.policy import offset_on

DUE = datetime.date(2020, 10, 31)


@pytest.mark.parametrize(
    ("days_from_due", "offset"),
    [
        (-15, None),
        (-14, -14),
        (-13, -14),
        (-8, -14),
        (-7, -7),
        (-4, -7),
        (-3, -3),
        (-2, -3),
        (-1, -1),
        (0, 0),
        (2, 0),
        (3, 3),
        (5, 3),
        (6, 6),
        (30, 30),
        (31, None),
    ],
)
def test_only_the_newest_offset_whose_day_has_come_counts(days_from_due, offset):
    assert offset_on(DUE, DUE + datetime.timedelta(days=days_from_due)) == offset
