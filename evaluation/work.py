"""What waits for council members, secretaries and officers: lines of "việc cần làm"."""

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from communes.models import Role, today
from communes.scope import holds, unit_ids_in_scope
from ocop_portal.worklist import WorkItem, work_source

from .complaints import complaints_for, unanswered
from .models import Round
from .round_deadlines import is_to_invite
from .rules import councils_kept, seats_by_council, works_in_councils
from .scope import reopened_sheets, sheets_owed


@work_source
def sheets_to_hand_in(user):
    """For each open round the sheets that this member still owes, then those reopened for them."""
    if not works_in_councils(user):
        return
    now = timezone.now()
    mine = {council for council, seat in seats_by_council(user).items() if seat.scores}
    if not mine:
        return
    rounds = {
        round_.pk: round_
        for round_ in Round.objects.filter(state=Round.State.OPEN, council__in=mine)
    }
    if rounds:
        owed: dict[int, int] = {}
        for seat in sheets_owed(list(rounds)).filter(user=user):
            owed[seat.round_id] = owed.get(seat.round_id, 0) + 1
        for pk, count in sorted(owed.items()):
            yield WorkItem(
                label=_("Phiếu chấm điểm chưa gửi – %s") % rounds[pk],
                count=count,
                url=reverse("evaluation:my_sheets", args=[pk]),
                icon="clipboard-check",
                late=count if rounds[pk].scoring_due < now else 0,
            )
    reopened = reopened_sheets().filter(seat__user=user)
    by_round: dict[tuple[int, str], int] = {}
    for key in reopened.annotate(name=F("candidate__round__name")).values_list(
        "candidate__round", "name"
    ):
        by_round[key] = by_round.get(key, 0) + 1
    for (pk, name), count in sorted(by_round.items()):
        yield WorkItem(
            label=_("Phiếu được mở lại, cần gửi lại – %s") % name,
            count=count,
            url=reverse("evaluation:my_sheets", args=[pk]),
            icon="unlock",
        )


@work_source
def rounds_to_move(user):
    """Rounds that wait for the secretary, and results that wait for the office to publish.

    For the secretary also the invitations that are not yet sent.
    """
    if not works_in_councils(user):
        return
    now = timezone.now()
    kept = councils_kept(user)
    ours = unit_ids_in_scope(user, Role.Kind.DISTRICT_OFFICER)
    rounds = (
        Round.objects.filter(council__in=kept) | Round.objects.filter(council__unit__in=ours)
    ).filter(
        state__in=[
            Round.State.DRAFT,
            Round.State.OPEN,
            Round.State.TALLYING,
            Round.State.CLOSED,
        ]
    )
    for round_ in rounds.distinct().order_by("meets_on", "pk"):
        found = _waiting(round_, round_.council_id in kept, now)
        if found:
            label, icon, late = found
            yield WorkItem(
                label=f"{label} – {round_}",
                count=1,
                url=round_.get_absolute_url(),
                icon=icon,
                late=int(late),
            )
        if round_.council_id in kept and is_to_invite(round_):
            yield WorkItem(
                label=_("Gửi thư mời họp – %s") % round_,
                count=1,
                url=reverse("evaluation:invitation", args=[round_.pk]),
                icon="send",
            )


def _waiting(round_: Round, keeps: bool, now):
    """Label, icon and lateness of what the round waits for; None when it waits for nobody here."""
    if round_.state == Round.State.DRAFT:
        return _("Chuẩn bị, mở đợt"), "unlock", round_.scoring_due < now
    if round_.state == Round.State.OPEN and round_.scoring_due < now:
        if keeps:
            return _("Hết hạn gửi phiếu: dừng chấm hoặc gia hạn"), "lock", True
        return None
    if round_.state == Round.State.TALLYING and keeps:
        return _("Tổng hợp và chốt kết quả"), "graph-up", False
    if round_.state == Round.State.CLOSED:
        return _("Công bố kết quả"), "megaphone", False
    return None


@work_source
def complaints_to_answer(user):
    """The complaints that a district officer has not answered; late those past the office's own day."""
    if not holds(user, Role.Kind.DISTRICT_OFFICER):
        return
    still_open = unanswered(complaints_for(user))
    found = still_open.aggregate(all=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today())))
    if found["all"]:
        yield WorkItem(
            label=_("Khiếu nại chưa trả lời"),
            count=found["all"],
            url=reverse("evaluation:complaints") + "?con=1",
            icon="chat-left-text",
            late=found["late"],
        )
