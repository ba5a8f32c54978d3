"""When a notice is due: named policy, not law. No Decision prescribes reminder days."""

import datetime

# Days before the due day, and the day itself, on which a person is told.
BEFORE = (14, 7, 3, 1, 0)
# Once late, again every so many days, for so long; then silence, the board still shows it.
LATE_EVERY = 3
LATE_FOR = 30

LOOK_AHEAD = datetime.timedelta(days=max(BEFORE))
LOOK_BACK = datetime.timedelta(days=LATE_FOR)


def offset_on(due_on: datetime.date, today: datetime.date) -> int | None:
    """The newest offset whose day has come, in days from the due day; None when none has, or no more.

    Only the newest: after a pause a person gets one notice, not one for every day missed.

    >>> offset_on(datetime.date(2020, 10, 31), datetime.date(2020, 10, 26))
    -7
    """
    days = (today - due_on).days
    if days > LATE_FOR:
        return None
    if days >= LATE_EVERY:
        return days - days % LATE_EVERY
    return max((-before for before in BEFORE if -before <= days), default=None)
