"""What a sitting and the way to the next level ask for by a day: told to the reminders."""

import datetime
from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communes.deadlines import officers_for
from communes.models import today
from ocop_portal import law
from ocop_portal.page_language import filled, spaced
from ocop_portal.reminders import workdays
from ocop_portal.reminders.policy import Timing
from ocop_portal.reminders.registry import Ask, Deadline, deadline_source, in_chunks

from .before import invitation_in
from .models import Referral, Round, Seat
from .referral_calendar import PROPOSAL, sending_day
from .referrals import results_to_send, returned_referrals
from .scope import with_role

# Days between the last day for the documents and the meeting, the longest holidays among them.
LONGEST_WAY = datetime.timedelta(days=31)
S = Round.State
MEETS_AHEAD = (S.DRAFT, S.OPEN)
# A member sees a round once it is open; these prepare it with the secretary.
PREPARING = (Seat.Position.CHAIR, Seat.Position.SECRETARY, Seat.Position.SUPPORT)


def _seats(councils) -> dict[int, list[tuple[str, int]]]:
    """Council → (position, user) of those who sit in it with a role; one query."""
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    rows = with_role(
        Seat.objects.filter(council__in=councils, left_on__isnull=True, user__is_active=True)
    )
    for council, position, user in rows.order_by("pk").values_list("council", "position", "user"):
        found[council].append((position, user))
    return found


def _who(seats, *positions: str) -> tuple[int, ...]:
    return tuple(user for position, user in seats if not positions or position in positions)


def rounds_to_invite():
    """Rounds whose meeting is ahead and whose invitation is not written down as sent."""
    return Round.objects.filter(
        state__in=MEETS_AHEAD, invited_on__isnull=True, meets_on__gte=today()
    )


def is_to_invite(round_: Round) -> bool:
    """Whether this round is one of `rounds_to_invite`, as it was read."""
    ahead = round_.state in MEETS_AHEAD and round_.meets_on >= today()
    return ahead and round_.invited_on is None


@deadline_source("invitation", label=_("Thư mời và tài liệu họp phải gửi"))
def invitations_owed(ask: Ask) -> Iterator[Deadline]:
    """Invitation and documents, so many working days before the meeting as the Decision asks for.

    The secretary owes them; the chair stands above. After the meeting nothing is owed any more.
    """
    rounds = list(
        rounds_to_invite()
        .filter(meets_on__range=(ask.since, ask.until + LONGEST_WAY))
        .select_related("council")
    )
    if not rounds:
        return
    calendar = workdays.calendar()
    seats = _seats({round_.council_id for round_ in rounds})
    for round_ in rounds:
        invitation = invitation_in(round_, calendar)
        if not ask.since <= invitation.latest <= ask.until:
            continue
        here = seats[round_.council_id]
        text = filled(
            _(
                "Hội đồng họp ngày %(meets)s. Gửi thư mời và tài liệu cho thành viên trước ít nhất "
                "%(days)d ngày làm việc, rồi ghi ngày gửi."
            ),
            {"meets": round_.meets_on.strftime("%d/%m/%Y"), "days": invitation.days},
        )
        yield Deadline(
            kind="invitation",
            key=f"round:{round_.pk}:invitation",
            due_on=invitation.latest,
            title=filled(_("%s: gửi thư mời họp và tài liệu"), round_),
            text=spaced(text, invitation.doubt),
            url=reverse("evaluation:round", args=[round_.pk]),
            recipients=_who(here, Seat.Position.SECRETARY),
            superiors=_who(here, Seat.Position.CHAIR),
            unit=round_.council.unit_id,
        )


@deadline_source(
    "meeting",
    label=_("Phiên họp hội đồng sắp tới"),
    timing=Timing(before=(3, 1, 0)),
    day_word=_("ngày họp"),
)
def meetings_ahead(ask: Ask) -> Iterator[Deadline]:
    """Meetings that are coming, for all who sit in the council; of a draft for those preparing it."""
    rounds = list(
        Round.objects.filter(
            state__in=MEETS_AHEAD,
            meets_on__range=(max(ask.since, today()), ask.until),
        ).select_related("council")
    )
    if not rounds:
        return
    seats = _seats({round_.council_id for round_ in rounds})
    for round_ in rounds:
        told = () if round_.state == S.OPEN else PREPARING
        yield Deadline(
            kind="meeting",
            key=f"round:{round_.pk}:meeting",
            due_on=round_.meets_on,
            title=filled(_("Họp hội đồng: %s"), round_),
            text=filled(
                _("%(council)s họp ngày %(day)s. Hãy xem hồ sơ trước phiên họp."),
                {"council": round_.council, "day": round_.meets_on.strftime("%d/%m/%Y")},
            ),
            url=reverse("evaluation:round", args=[round_.pk]),
            recipients=_who(seats[round_.council_id], *told),
            unit=round_.council.unit_id,
        )


# --- The way to the next level ----------------------------------------------------------------


def _dated() -> list[str]:
    """The Decisions whose calendar says when results are sent on."""
    return [
        decision.slug
        for decision in law.decisions()
        if any(item.before and PROPOSAL in item.code for item in decision.calendar)
    ]


@deadline_source("referral", label=_("Hồ sơ phải chuyển cấp trên"))
def referrals_to_send(ask: Ask) -> Iterator[Deadline]:
    """Published results to be sent on, one deadline a round; only where the Decision names a day."""
    owed: dict[int, int] = defaultdict(int)
    for pk in (
        results_to_send()
        .filter(candidate__round__decision__in=_dated())
        .values_list("candidate__round", flat=True)
    ):
        owed[pk] += 1
    if not owed:
        return
    officers = officers_for(ask)
    rounds = list(Round.objects.filter(pk__in=owed).select_related("council").order_by("pk"))
    seats = _seats({round_.council_id for round_ in rounds})
    for round_ in rounds:
        due_on = sending_day(round_, timezone.localdate(round_.published_at))
        if due_on is None or not ask.since <= due_on <= ask.until:
            continue
        here = seats[round_.council_id]
        yield Deadline(
            kind="referral",
            key=f"round:{round_.pk}:referral",
            due_on=due_on,
            title=filled(
                _("%(round)s: chuyển %(count)d sản phẩm lên cấp trên"),
                {"round": round_, "count": owed[round_.pk]},
            ),
            text=filled(
                _("Theo %(law)s, chuyển hồ sơ chậm nhất ngày %(day)s."),
                {"law": round_.law.number, "day": due_on.strftime("%d/%m/%Y")},
            ),
            url=reverse("evaluation:referral_send", args=[round_.pk]),
            superior_url=reverse("evaluation:round", args=[round_.pk]),
            recipients=_office(officers, round_, here),
            superiors=_who(here, Seat.Position.CHAIR),
            unit=round_.council.unit_id,
        )


def _office(officers, round_: Round, seats) -> tuple[int, ...]:
    """Who may send a round's results on: officers of the council's unit and the secretary."""
    people = {
        *officers.of_district(round_.council.unit_id),
        *_who(seats, Seat.Position.SECRETARY),
    }
    return tuple(sorted(people))


_ABOUT = (
    "result__candidate__round__council",
    "result__candidate__entry__product",
)


@deadline_source("referral-returned", label=_("Hồ sơ cấp trên trả lại, phải gửi lại"))
def returned_to_send_again(ask: Ask) -> Iterator[Deadline]:
    """Referrals that the next level returned, by the day which it named."""
    rows = list(
        in_chunks(
            returned_referrals()
            .filter(resend_by__range=(ask.since, ask.until))
            .select_related(*_ABOUT)
        )
    )
    if not rows:
        return
    officers = officers_for(ask)
    seats = _seats({row.result.candidate.round.council_id for row in rows})
    for row in rows:
        round_ = row.result.candidate.round
        here = seats[round_.council_id]
        yield Deadline(
            kind="referral-returned",
            key=f"referral:{row.pk}:again",
            due_on=row.resend_by,
            title=filled(_("%s: cấp trên trả lại hồ sơ"), row.product),
            text=filled(_("Lý do: %s. Hãy gửi lại, hoặc ghi thôi chuyển."), row.reason.rstrip(".")),
            url=row.get_absolute_url(),
            superior_url=reverse("evaluation:round", args=[round_.pk]),
            recipients=_office(officers, round_, here),
            superiors=_who(here, Seat.Position.CHAIR),
            unit=round_.council.unit_id,
        )


@deadline_source("referral-answer", label=_("Hồ sơ cấp dưới chuyển lên, phải trả lời"))
def referral_answers_owed(ask: Ask) -> Iterator[Deadline]:
    """Referrals without the next level's outcome, by the Decision's day or the one asked for.

    Its officers owe it. Where it does not work in this portal the sender's office is told, to ask
    and to enter the outcome.
    """
    rows = Referral.objects.filter(
        state__in=[Referral.State.SENT, Referral.State.RECEIVED],
        answer_due_on__range=(ask.since, ask.until),
    )
    officers = officers_for(ask)
    if ask.people is not None:
        _commune, reached = officers.units_of(ask.people)
        sits = Seat.objects.filter(user__in=ask.people).values("council")
        rows = rows.filter(
            Q(to_unit__in={*reached, *ask.units})
            | Q(result__candidate__round__council__unit__in={*reached, *ask.units})
            | Q(result__candidate__round__council__in=sits)
        )
    rows = list(in_chunks(rows.select_related(*_ABOUT)))
    seats = _seats({row.result.candidate.round.council_id for row in rows if not row.to_unit_id})
    for row in rows:
        round_ = row.result.candidate.round
        below = row.to_unit_id is None
        text = (
            _("Chưa có kết quả cấp trên. Hãy hỏi lại và ghi kết quả khi nhận được.")
            if below
            else filled(
                _("Hồ sơ chuyển ngày %s. Hãy đưa vào đợt đánh giá hoặc trả lại."),
                timezone.localtime(row.sent_at).strftime("%d/%m/%Y"),
            )
        )
        yield Deadline(
            kind="referral-answer",
            key=f"referral:{row.pk}:answer",
            due_on=row.answer_due_on,
            title=filled(_("%s: chờ kết quả cấp trên"), row.product)
            if below
            else filled(_("%s: hồ sơ cấp dưới chuyển lên chưa trả lời"), row.product),
            text=text,
            url=row.get_absolute_url(),
            recipients=_office(officers, round_, seats[round_.council_id])
            if below
            else officers.of_district(row.to_unit_id),
            unit=round_.council.unit_id if below else row.to_unit_id,
        )
