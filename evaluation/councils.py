"""A council, its seats, and the rounds that it prepares. Each act is one function."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from communes.models import Role, today
from ocop_portal.accounts.second_factor import ask_again

from .models import Council, Round, RoundEvent, Seat
from .rounds import RoundRefused, lapse_unstarted, why_no_level
from .scope import SEATED_ROLES


def people_for(council: Council):
    """Who may be given a seat: holders of a council or support role that reaches the unit today."""
    from_roles = Role.objects.on().filter(kind__in=SEATED_ROLES, unit__covers__unit=council.unit_id)
    users = Role._meta.get_field("user").related_model
    return users.objects.filter(pk__in=from_roles.values("user"), is_active=True).order_by(
        "full_name", "pk"
    )


def members_to_replace(council: Council):
    """The members for whom the council's decision may name a substitute.

    Not the chair: the quorum needs the chair in person. No substitute of a substitute.
    """
    return (
        council.seats.filter(scores=True, left_on__isnull=True, substitutes_for__isnull=True)
        .exclude(position=Seat.Position.CHAIR)
        .select_related("user")
    )


@transaction.atomic
def save_council(*, council: Council, by) -> Council:
    """Set up a council or change its rules; `ValidationError` names each field that is wrong.

    Rounds that are already open keep the rules they were opened with.
    """
    council._history_user = by
    council.full_clean()
    council.save()
    return council


@transaction.atomic
def add_seat(*, seat: Seat, by) -> Seat:
    """Give a person a place in the council; one who has left comes back to the same place.

    Where scoring has ended and is not closed, they get sheets that chair or secretary may open for
    them: a chair who is replaced then would otherwise leave a round that nobody can close.
    `ValidationError` for a second chair, or a person who already sits there.
    """
    Council.objects.select_for_update().get(pk=seat.council_id)
    # Open ones too: scoring may be ending at this moment.
    running = list(
        Round.objects.select_for_update()
        .filter(council=seat.council_id, state__in=[Round.State.OPEN, Round.State.TALLYING])
        .order_by("pk")
    )
    others = Seat.objects.filter(council=seat.council_id, left_on__isnull=True)
    if others.filter(user=seat.user_id).exists():
        raise ValidationError({"user": _("Người này đã có trong hội đồng.")})
    if seat.position == Seat.Position.CHAIR and others.filter(position=seat.position).exists():
        raise ValidationError({"position": _("Hội đồng đã có chủ tịch.")})
    if seat.position == Seat.Position.SUPPORT:
        seat.scores = False
    _require_substitute_rules(seat)
    before = Seat.objects.filter(council=seat.council_id, user=seat.user_id).first()
    if before:
        seat.pk, seat._state.adding = before.pk, False
    seat.left_on = None
    seat._history_user = by
    seat.full_clean()
    seat.save()
    transaction.on_commit(lambda: ask_again(seat.user))
    for round_ in running:
        if round_.state == Round.State.TALLYING:
            lapse_unstarted(round_)
    return seat


def _require_substitute_rules(seat: Seat) -> None:
    """`ValidationError` for a substitute who is no scoring member, or of whom nobody may be one."""
    if seat.substitutes_for_id is None:
        return
    if seat.position != Seat.Position.MEMBER or not seat.scores:
        raise ValidationError({"substitutes_for": _("Người dự khuyết là thành viên chấm điểm.")})
    named = members_to_replace(seat.council).exclude(user=seat.user_id)
    if not named.filter(pk=seat.substitutes_for_id).exists():
        raise ValidationError({"substitutes_for": _("Không cử dự khuyết cho người này được.")})


@transaction.atomic
def leave_seat(*, seat: Seat, on: datetime.date, by) -> Seat:
    """End a person's place from a day that is not ahead; their open sheets no longer count.

    Results already closed stay as they are. Leaving twice changes nothing.
    """
    if on > today():
        raise ValidationError({"left_on": _("Ngày thôi tham gia không thể ở phía trước.")})
    seat = Seat.objects.select_for_update().get(pk=seat.pk)
    if seat.left_on is None:
        seat.left_on = on
        seat._history_user = by
        seat.save()
    return seat


@transaction.atomic
def prepare_round(*, round_: Round, by) -> Round:
    """Save a round in preparation; the Decision is always the cycle's.

    `ValidationError` for a level that the Decision does not know, or that does not evaluate on the
    day of the meeting; `RoundRefused` once it is open.
    """
    new = round_.pk is None
    if new:
        round_.created_by = by
    elif Round.objects.select_for_update().get(pk=round_.pk).state != Round.State.DRAFT:
        raise RoundRefused(_("Chỉ sửa được đợt đang chuẩn bị."))
    else:
        before = Round.objects.get(pk=round_.pk)
        if before.cycle_id != round_.cycle_id and _has_candidates(round_):
            raise ValidationError(
                {"cycle": _("Đợt đã có sản phẩm của chu trình cũ. Hãy bỏ các sản phẩm đó trước.")}
            )
    round_.decision = round_.cycle.decision
    if why := why_no_level(round_):
        raise ValidationError({"level": why})
    round_._history_user = by
    round_.full_clean()
    round_.save()
    RoundEvent.objects.create(round=round_, action="created" if new else "changed", by=by)
    return round_


def _has_candidates(round_: Round) -> bool:
    return round_.candidates.filter(removed_at__isnull=True).exists()
