"""Score sheets that are owed: offered to the reminders."""

import datetime
from collections import defaultdict

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ocop_portal.reminders.registry import Deadline, deadline_source

from .models import Round
from .scope import sheets_owed, with_role


@deadline_source("score-sheet")
def score_sheets_owed(since: datetime.date, until: datetime.date):
    """One deadline for each member with sheets still to hand in; it says how many, never what."""
    rounds = {
        round_.pk: round_
        for round_ in Round.objects.filter(state=Round.State.OPEN)
        if since <= timezone.localdate(round_.scoring_due) <= until
    }
    owed: dict[tuple[int, int], int] = defaultdict(int)
    for seat in with_role(sheets_owed(list(rounds))).filter(user__is_active=True):
        owed[seat.round_id, seat.user_id] += 1
    for (round_id, user_id), count in sorted(owed.items()):
        round_ = rounds[round_id]
        due = timezone.localtime(round_.scoring_due)
        yield Deadline(
            kind="score-sheet",
            key=f"round:{round_id}:sheets",
            due_on=due.date(),
            title=ngettext(
                "%(round)s: còn %(count)d phiếu chưa gửi",
                "%(round)s: còn %(count)d phiếu chưa gửi",
                count,
            )
            % {"round": round_, "count": count},
            text=_("Hãy chấm và gửi phiếu trước %s.") % due.strftime("%H:%M ngày %d/%m/%Y"),
            url=reverse("evaluation:my_sheets", args=[round_id]),
            recipients=(user_id,),
        )
