"""What councils owe, and what products owe before their recognition ends: told to the reminders."""

import datetime
from collections import defaultdict
from collections.abc import Iterator

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communes.deadlines import Officers, officers_for
from ocop_portal import law
from ocop_portal.page_language import filled, spaced
from ocop_portal.reminders import workdays
from ocop_portal.reminders.policy import Timing, current_choices
from ocop_portal.reminders.registry import Ask, Deadline, deadline_source, in_chunks
from products.models import Entry

from .complaints import unanswered
from .models import Complaint, Conflict, Recognition, Round, Seat
from .scope import leaders, recognitions_to_renew, reopened_sheets, sheets_owed, with_role

ONE_DAY = datetime.timedelta(days=1)


def _from(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def _leaders(councils) -> dict[int, list[int]]:
    """Council → its chair and secretary, as users; one query."""
    found: dict[int, list[int]] = defaultdict(list)
    for council, user in leaders(councils).order_by("pk").values_list("council", "user"):
        found[council].append(user)
    return found


@deadline_source("score-sheet", label=_("Phiếu chấm điểm phải gửi"))
def score_sheets_owed(ask: Ask) -> Iterator[Deadline]:
    """One deadline a round, for the members with sheets still to hand in; never what they marked."""
    rounds = {
        round_.pk: round_
        for round_ in Round.objects.filter(
            state=Round.State.OPEN,
            scoring_due__gte=_from(ask.since),
            scoring_due__lt=_from(ask.until + ONE_DAY),
        ).select_related("council")
    }
    if not rounds:
        return
    owing: dict[int, set[int]] = defaultdict(set)
    for seat in with_role(sheets_owed(list(rounds))).filter(user__is_active=True):
        owing[seat.round_id].add(seat.user_id)
    above = _leaders({rounds[pk].council_id for pk in owing})
    for pk, users in sorted(owing.items()):
        round_ = rounds[pk]
        due = timezone.localtime(round_.scoring_due)
        yield Deadline(
            kind="score-sheet",
            key=f"round:{pk}:sheets",
            due_on=due.date(),
            title=filled(_("%s: còn phiếu chấm điểm chưa gửi"), round_),
            text=filled(
                _("Hãy chấm và gửi các phiếu còn lại trước %s."),
                due.strftime("%H:%M ngày %d/%m/%Y"),
            ),
            url=reverse("evaluation:my_sheets", args=[pk]),
            superior_url=reverse("evaluation:round", args=[pk]),
            recipients=tuple(sorted(users)),
            superiors=tuple(above[round_.council_id]),
            unit=round_.council.unit_id,
        )


@deadline_source("reopened-sheet", label=_("Phiếu được mở lại, phải gửi lại"))
def reopened_sheets_owed(ask: Ask) -> Iterator[Deadline]:
    """Sheets that chair or secretary gave back; the district's choice says in how many days."""
    sheets = list(
        reopened_sheets()
        .filter(seat__user__is_active=True, started_at__lt=_from(ask.until + ONE_DAY))
        .select_related("seat", "candidate__round__council", "candidate__entry__product")
    )
    if not sheets:
        return
    choices, calendar = current_choices(), workdays.calendar()
    seats = Seat.objects.filter(pk__in={sheet.seat_id for sheet in sheets})
    holders = set(with_role(seats).values_list("pk", flat=True))
    above = _leaders({sheet.candidate.round.council_id for sheet in sheets})
    conflicts = set(
        Conflict.objects.filter(candidate__in={sheet.candidate_id for sheet in sheets}).values_list(
            "candidate", "seat__user"
        )
    )
    for sheet in sheets:
        round_ = sheet.candidate.round
        reopened_on = timezone.localdate(sheet.started_at)
        due_on = calendar.after(reopened_on, choices.choice(round_.council.unit_id).sheet_days)
        if sheet.seat_id not in holders or not ask.since <= due_on <= ask.until:
            continue
        yield Deadline(
            kind="reopened-sheet",
            key=f"sheet:{sheet.pk}:reopened",
            due_on=due_on,
            title=filled(_("Phiếu được mở lại: %s"), sheet.candidate.entry.product),
            text=spaced(
                filled(_("Hãy xem lại, sửa và gửi lại phiếu (%s)."), round_),
                calendar.doubt(reopened_on, due_on),
            ),
            url=reverse("evaluation:my_sheets", args=[round_.pk]),
            superior_url=reverse("evaluation:round", args=[round_.pk]),
            recipients=(sheet.seat.user_id,),
            # Who declared a conflict for the product follows nothing of it.
            superiors=tuple(
                user
                for user in above[round_.council_id]
                if (sheet.candidate_id, user) not in conflicts
            ),
            unit=round_.council.unit_id,
        )


# --- Complaints -------------------------------------------------------------------------------


@deadline_source("complaint", label=_("Khiếu nại phải trả lời"))
def complaints_owed(ask: Ask) -> Iterator[Deadline]:
    """Complaints without an answer by the day that the office set; one without a day owes nothing.

    For the district officers, who answer them. The notice names product and complainant only.
    """
    officers = officers_for(ask)
    rows = unanswered(Complaint.objects).filter(due_on__range=(ask.since, ask.until))
    rows = rows.annotate(
        place=Coalesce(
            "recognition__product__producer__unit",
            "result__candidate__entry__product__producer__unit",
        ),
        district=Coalesce(
            "recognition__product__producer__unit__parent",
            "result__candidate__entry__product__producer__unit__parent",
            "place",
        ),
    )
    if ask.people is not None:
        _commune, reached = officers.units_of(ask.people)
        rows = rows.filter(
            Q(place__in=reached) | Q(place__in=ask.units) | Q(district__in=ask.units)
        )
    about = ("recognition__product", "result__candidate__entry__product")
    for complaint in in_chunks(rows.select_related(*about)):
        yield Deadline(
            kind="complaint",
            key=f"complaint:{complaint.pk}:answer",
            due_on=complaint.due_on,
            title=filled(_("%s: khiếu nại chưa trả lời"), complaint.product),
            text=filled(
                _(
                    "Khiếu nại của %(who)s, nhận ngày %(received)s. Hãy trả lời chậm nhất ngày %(due)s."
                ),
                {
                    "who": complaint.complainant,
                    "received": complaint.received_on.strftime("%d/%m/%Y"),
                    "due": complaint.due_on.strftime("%d/%m/%Y"),
                },
            ),
            url=complaint.get_absolute_url(),
            recipients=officers.of_district(complaint.place),
            unit=complaint.district,
        )


# --- Recognitions -----------------------------------------------------------------------------


def _recognitions(
    rows: QuerySet[Recognition], ask: Ask, officers: Officers
) -> Iterator[Recognition]:
    if ask.people is not None:
        commune, district = officers.units_of(ask.people)
        rows = rows.filter(
            Q(product__producer__unit__in={*commune, *district})
            | Q(product__producer__unit__in=ask.units)
            | Q(product__producer__unit__parent__in=ask.units)
        )
    yield from in_chunks(rows.select_related("product__producer__unit"))


def _who(recognition: Recognition, officers: Officers) -> dict:
    unit = recognition.product.producer.unit
    return {
        "recipients": officers.of_commune(unit.pk),
        "superiors": officers.of_district(unit.pk),
        "unit": unit.parent_id or unit.pk,
    }


@deadline_source(
    "certificate-expiry",
    label=_("Giấy chứng nhận hết hạn"),
    timing=Timing(before=(90, 60, 30, 14, 7, 3, 1, 0)),
)
def certificates_expiring(ask: Ask) -> Iterator[Deadline]:
    """Recognitions that run out without a newer one."""
    officers = officers_for(ask)
    rows = recognitions_to_renew().filter(valid_until__range=(ask.since, ask.until))
    for recognition in _recognitions(rows, ask, officers):
        yield Deadline(
            kind="certificate-expiry",
            key=f"recognition:{recognition.pk}:expiry",
            due_on=recognition.valid_until,
            title=filled(
                _("%(product)s – công nhận %(stars)d sao hết hạn"),
                {"product": recognition.product, "stars": recognition.stars},
            ),
            text=filled(
                _(
                    "Công nhận có giá trị đến hết %s. Sau ngày đó sản phẩm không được mang nhãn OCOP, "
                    "trừ khi đã được đánh giá lại. Hãy cùng chủ thể chuẩn bị đánh giá lại."
                ),
                recognition.valid_until.strftime("%d/%m/%Y"),
            ),
            url=recognition.product.get_absolute_url(),
            **_who(recognition, officers),
        )


# Handed in for a new evaluation: what stands before the producer and the commune is done.
FILED = (
    Entry.State.DOSSIER_SUBMITTED,
    Entry.State.READY,
    Entry.State.IN_EVALUATION,
    Entry.State.RATED,
    Entry.State.IN_PROMOTION,
)


def rerating_windows() -> list[tuple[law.Decision, law.CalendarItem]]:
    """The windows before a certificate's end in which Decisions let a re-rating be filed."""
    return [
        (decision, item)
        for decision in law.decisions()
        for item in decision.calendar
        if item.days_before_from is not None and item.days_before_to is not None
    ]


def _window_open_on(decision: law.Decision, item: law.CalendarItem, day: datetime.date) -> bool:
    starts = max(filter(None, [decision.in_force_from, item.valid_from]))
    ends = min(filter(None, [decision.in_force_until, item.valid_until]), default=None)
    return starts <= day and (ends is None or day <= ends)


@deadline_source(
    "re-rating",
    label=_("Nộp hồ sơ đánh giá lại"),
    # 60 days before the window's last day is the day on which it opens (180 to 120, 26/2026).
    timing=Timing(before=(60, 30, 14, 7, 3, 1, 0)),
)
def reratings_owed(ask: Ask) -> Iterator[Deadline]:
    """Products whose certificate ends and whose dossier for a re-rating may and must be filed now."""
    windows = rerating_windows()
    if not windows:
        return
    officers = officers_for(ask)
    filed = Entry.objects.filter(product=OuterRef("product"), state__in=FILED)
    rows = recognitions_to_renew().annotate(
        filed_at=Subquery(filed.order_by("-state_since").values("state_since")[:1])
    )
    for decision, item in windows:
        first, last = ONE_DAY * item.days_before_from, ONE_DAY * item.days_before_to
        ending = rows.filter(valid_until__range=(ask.since + last, ask.until + last))
        for recognition in _recognitions(ending, ask, officers):
            opens_on, due_on = recognition.valid_until - first, recognition.valid_until - last
            filed_at = recognition.filed_at
            if filed_at and timezone.localdate(filed_at) >= opens_on:
                continue
            if not _window_open_on(decision, item, due_on):
                continue
            yield Deadline(
                kind="re-rating",
                key=f"recognition:{recognition.pk}:re-rating",
                due_on=due_on,
                title=filled(_("%s – nộp hồ sơ đánh giá lại"), recognition.product),
                text=filled(
                    _(
                        "Công nhận %(stars)d sao có giá trị đến hết %(until)s. Hồ sơ đánh giá lại nộp "
                        "từ %(first)s đến %(last)s (%(law)s)."
                    ),
                    {
                        "stars": recognition.stars,
                        "until": recognition.valid_until.strftime("%d/%m/%Y"),
                        "first": opens_on.strftime("%d/%m/%Y"),
                        "last": due_on.strftime("%d/%m/%Y"),
                        "law": decision.number,
                    },
                ),
                url=recognition.product.get_absolute_url(),
                **_who(recognition, officers),
            )
