"""What the higher level made of the results that were sent on to it."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from communes.models import today

from .models import Outcome, Referral, Result, Round

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
    # A level that works in this portal answers by its own round; by hand only for the others.
    _answered(Referral.objects.filter(result=result, to_unit__isnull=True), by)
    return outcome


def receive_outcomes(round_: Round, *, by) -> list[Outcome]:
    """Tell the lower level what a published round made of the results that it had sent on.

    Each result is told once, however often this is called. Call it in the publishing transaction.
    """
    made = []
    rows = Result.objects.filter(
        candidate__round=round_, candidate__referral__isnull=False
    ).select_related("candidate__referral")
    for row in rows.order_by("pk"):
        referral = row.candidate.referral
        outcome, created = Outcome.objects.get_or_create(
            received_from=row,
            defaults={
                "result_id": referral.result_id,
                "level": round_.level,
                "authority": round_.council.name,
                "document": round_.council.decision_number,
                "decided_on": round_.meets_on,
                "stars": row.stars,
                "points": _cut(row.mean),
                "note": row.proposal_text,
                "recorded_by": by,
            },
        )
        if created:
            made.append(outcome)
        _answered(Referral.objects.filter(pk=referral.pk), by)
    return made


def _answered(referrals, by) -> None:
    under_way = [Referral.State.SENT, Referral.State.RECEIVED]
    for referral in referrals.select_for_update(of=("self",)).filter(state__in=under_way):
        referral.state = Referral.State.ANSWERED
        referral._history_user = by
        referral.save()


def _cut(mean) -> Decimal:
    """Two decimals, cut and never rounded up: 69.996 is 69.99."""
    return Decimal(int(mean * 100)) / 100


def levels_above(result: Result) -> list[str]:
    """The codes of the levels above the one that gave this result, the nearest first."""
    round_ = result.candidate.round
    codes = [level.code for level in round_.law.levels_on(round_.meets_on)]
    return codes[codes.index(round_.level) + 1 :]
