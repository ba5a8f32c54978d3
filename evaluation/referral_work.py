"""What waits on the way to the next level: lines of "việc cần làm"."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from communes.models import Role, today
from communes.scope import holds, unit_ids_in_scope
from ocop_portal.worklist import WorkItem, work_source

from .models import Round
from .referrals import referrals_to, results_to_send, returned_referrals
from .rules import councils_kept, follows_referrals


@work_source
def referrals_to_take(user):
    """Dossiers that a lower level sent to this officer's unit, not yet answered."""
    if not holds(user, Role.Kind.DISTRICT_OFFICER):
        return
    units = unit_ids_in_scope(user, Role.Kind.DISTRICT_OFFICER)
    found = referrals_to(units).aggregate(
        all=Count("pk"), late=Count("pk", filter=Q(answer_due_on__lt=today()))
    )
    if found["all"]:
        yield WorkItem(
            label=_("Hồ sơ cấp dưới chuyển lên, chưa trả lời"),
            count=found["all"],
            url=reverse("evaluation:referrals") + "?chieu=den",
            icon="box-arrow-in-right",
            late=found["late"],
        )


@work_source
def referrals_to_send(user):
    """Published results to be sent on, and dossiers that were returned."""
    if not follows_referrals(user):
        return
    units = unit_ids_in_scope(user, Role.Kind.DISTRICT_OFFICER)
    ours = Q(council__unit__in=units) | Q(council__in=councils_kept(user))
    owed = results_to_send().filter(candidate__round__in=Round.objects.filter(ours).values("pk"))
    rounds = (
        Round.objects.filter(pk__in=owed.values("candidate__round"))
        .annotate(owed=Count("candidates__result", filter=Q(candidates__result__in=owed)))
        .order_by("meets_on", "pk")
    )
    for round_ in rounds[:20]:
        yield WorkItem(
            label=_("Chuyển hồ sơ cấp trên – %s") % round_,
            count=round_.owed,
            url=reverse("evaluation:referral_send", args=[round_.pk]),
            icon="send",
        )
    back = returned_referrals().filter(
        result__candidate__round__in=Round.objects.filter(ours).values("pk")
    )
    found = back.aggregate(all=Count("pk"), late=Count("pk", filter=Q(resend_by__lt=today())))
    if found["all"]:
        yield WorkItem(
            label=_("Hồ sơ cấp trên trả lại"),
            count=found["all"],
            url=reverse("evaluation:referrals") + "?chieu=di&state=returned",
            icon="arrow-return-left",
            late=found["late"],
        )
