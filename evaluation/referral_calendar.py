"""By which day a Decision wants a result sent on, and answered; no day where it names none."""

import datetime

from ocop_portal import law

from .models import Round

ONE_DAY = datetime.timedelta(days=1)
# How the codes of these two dates go on after the level's own in a Decision's calendar.
PROPOSAL, ROUND = "_proposal", "_round"


def sending_day(round_: Round, since: datetime.date) -> datetime.date | None:
    """The last day for sending a result of this round on, the first that is not before `since`."""
    return _next(round_.law, round_.level, PROPOSAL, since)


def answer_day(round_: Round, to_level: str, sent_on: datetime.date) -> datetime.date | None:
    """The last day of the next level's round for what was sent on this day.

    What comes after a proposal's last day goes into the round after the next proposal.
    """
    proposed = sending_day(round_, sent_on)
    return _next(round_.law, to_level, ROUND, proposed) if proposed else None


def _next(
    decision: law.Decision, level: str, what: str, since: datetime.date
) -> datetime.date | None:
    """A Decision says "before 30/7": the last day is 29/7."""
    days = [
        datetime.date(year, *item.before) - ONE_DAY
        for item in decision.calendar
        if item.level == level and item.before and item.code.startswith(level + what)
        for year in (since.year, since.year + 1)
    ]
    return min((day for day in days if day >= since), default=None)
