"""What the higher level made of the results that were sent on to it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from communes.models import today

from .models import Outcome, Result

FACTS = ("level", "authority", "document", "decided_on", "stars", "points", "note")


@transaction.atomic
def record_outcome(*, outcome: Outcome, by) -> Outcome:
    """Record the higher level's outcome of a referred result; the newest row is what holds.

    The same outcome sent twice is recorded once. `ValidationError` names each field that is wrong.
    """
    result = (
        Result.objects.select_for_update(of=("self",))
        .select_related("candidate__round")
        .get(pk=outcome.result_id)
    )
    if result.proposal != Result.Proposal.REFER:
        raise ValidationError(_("Sản phẩm này không thuộc diện chuyển cấp trên."))
    if outcome.decided_on and outcome.decided_on > today():
        raise ValidationError({"decided_on": _("Ngày văn bản không thể ở phía trước.")})
    if outcome.level and outcome.level not in levels_above(result):
        raise ValidationError({"level": _("Chọn cấp trên của cấp đã đánh giá.")})
    outcome.recorded_by = by
    outcome.full_clean()
    newest = result.outcomes.first()
    if newest and all(getattr(newest, name) == getattr(outcome, name) for name in FACTS):
        return newest
    outcome.save()
    return outcome


def levels_above(result: Result) -> list[str]:
    """The codes of the levels above the one that gave this result, the nearest first."""
    round_ = result.candidate.round
    codes = [level.code for level in round_.law.levels_on(round_.meets_on)]
    return codes[codes.index(round_.level) + 1 :]
