"""Entries of a cycle as a board: where each stands, since when, what is late, whose turn it is."""

import datetime
from dataclasses import dataclass, field

from django.db.models import (
    Case,
    Count,
    DateField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communes.models import today
from ocop_portal.page_language import filled, in_reader_language

from .cycle import COMMUNE, DISTRICT, days_late_text, transitions_from
from .models import Cycle, CycleStep, Entry, Step

S = Entry.State
CARDS_PER_STEP = 20
# Past the last date, but nothing is owed any more.
NEVER_LATE = (S.IN_PROMOTION, S.WITHDRAWN)

TONES = {
    S.IDEA_DRAFT: "open",
    S.IDEA_REGISTERED: "waiting",
    S.IDEA_RETURNED: "returned",
    S.PLAN_AWAITED: "open",
    S.PLAN_RECEIVED: "waiting",
    S.PLAN_RETURNED: "returned",
    S.IMPLEMENTING: "open",
    S.DOSSIER_OPEN: "open",
    S.DOSSIER_SUBMITTED: "waiting",
    S.READY: "waiting",
    S.IN_EVALUATION: "waiting",
    S.RATED: "done",
    S.IN_PROMOTION: "done",
    S.WITHDRAWN: "closed",
}


def turn_of(state: str) -> str:
    """Whose move the next step forward is: `COMMUNE`, `DISTRICT`, or "" when nothing is left to do.

    A complete dossier waits for the district, which puts it before a council; a dossier before
    the council waits for no officer.
    """
    if state == S.READY:
        return DISTRICT
    forward = next((row for row in transitions_from(state) if row.forward), None)
    return (forward.actor or "") if forward else ""


COMMUNE_STATES = tuple(state for state in S if turn_of(state) == COMMUNE)
DISTRICT_STATES = tuple(state for state in S if turn_of(state) == DISTRICT)


def with_due(entries: QuerySet[Entry], steps: list[CycleStep] | None = None) -> QuerySet[Entry]:
    """Entries with `due_on`: the planned last day of the step that each stands in, or None.

    `steps`: of the one cycle that all the entries are of; no row then has to look them up.
    """
    if steps is not None:
        dated = (When(step=step.number, then=Value(step.due_on)) for step in steps if step.due_on)
        return entries.annotate(due_on=Case(*dated, output_field=DateField()))
    step = CycleStep.objects.filter(cycle=OuterRef("cycle"), number=OuterRef("step"))
    return entries.annotate(due_on=Subquery(step.values("due_on")[:1], output_field=DateField()))


def late_q(day: datetime.date | None = None) -> Q:
    """Late on `day` (today by default), for rows of `with_due`: the step is past its last day."""
    return Q(due_on__lt=day or today(), cycle__is_closed=False) & ~Q(state__in=NEVER_LATE)


def is_late(
    state: str, due_on: datetime.date | None, cycle: Cycle, day: datetime.date | None = None
) -> bool:
    """`late_q` for one entry: its state, the last day of the step it stands in, its cycle."""
    passed = due_on is not None and due_on < (day or today())
    return passed and state not in NEVER_LATE and not cycle.is_closed


def mark(entry: Entry, due_on: datetime.date | None, day: datetime.date | None = None) -> Entry:
    """Give an entry what a card shows: `tone`, `days_here`, `late_text` ("trễ 3 ngày" or "")."""
    day = day or today()
    entry.tone = TONES[entry.state]
    entry.days_here = max((day - timezone.localtime(entry.state_since).date()).days, 0)
    late = is_late(entry.state, due_on, entry.cycle, day)
    entry.late_text = days_late_text((day - due_on).days) if late else ""
    return entry


@dataclass
class Column:
    """One step of the board."""

    step: CycleStep
    count: int = 0
    late: int = 0
    entries: list[Entry] = field(default_factory=list)

    @property
    def hidden(self) -> int:
        """How many entries of the step the board does not show."""
        return self.count - len(self.entries)


def columns(entries: QuerySet[Entry], steps: list[CycleStep]) -> list[Column]:
    """The six steps with their counts; one query.

    `entries` are those of one cycle, filtered as the officer asked; `steps` are this cycle's.
    """
    by_step = {step.number: Column(step) for step in steps}
    counts = entries.order_by().values_list("step", "state").annotate(count=Count("pk"))
    for number, state, count in counts:
        column = by_step[number]
        column.count += count
        if is_late(state, column.step.due_on, column.step.cycle):
            column.late += count
    return list(by_step.values())


def deal_cards(found: list[Column], cycle: Cycle, entries: QuerySet[Entry]) -> None:
    """Lay under each step the entries that waited longest, `CARDS_PER_STEP` at most; one query."""
    by_step = {column.step.number: column for column in found}
    # Keys alone are numbered: whole rows would be sorted by the thousand to show a hundred.
    first = (
        entries.order_by()
        .annotate(
            place=Window(
                RowNumber(),
                partition_by="step",
                order_by=[F("state_since").asc(), F("pk").asc()],
            )
        )
        .filter(place__lte=CARDS_PER_STEP)
    )
    # Said how many at most, PostgreSQL looks these few up and does not read the whole table again.
    keys = first.values("pk")[: CARDS_PER_STEP * len(found)]
    shown = (
        Entry.objects.filter(pk__in=keys)
        .select_related("product__producer__unit")
        .order_by("step", "state_since", "pk")
    )
    for entry in shown:
        entry.cycle = cycle
        column = by_step[entry.step]
        column.entries.append(mark(entry, column.step.due_on))


def steps_of(cycle: Cycle) -> list[CycleStep]:
    """The cycle's six steps in order, also where a step was never given a row."""
    known = {step.number: step for step in cycle.steps.all()}
    return [known.get(number) or CycleStep(cycle=cycle, number=number) for number in Step.values]


# What has to happen now, for whoever opens the page. `office`: whose the cycle is.
ASKED = {
    S.IDEA_DRAFT: _("Xã viết ý tưởng, đính kèm phiếu đăng ký ý tưởng, rồi đăng ký ý tưởng."),
    S.IDEA_REGISTERED: _("Chờ %(office)s xem xét ý tưởng: nhận, hoặc trả lại kèm lý do."),
    S.IDEA_RETURNED: _("Xã sửa ý tưởng theo lý do trả lại, rồi đăng ký lại."),
    S.PLAN_AWAITED: _("Xã đính kèm phương án, kế hoạch kinh doanh, rồi nộp phương án."),
    S.PLAN_RECEIVED: _("Chờ %(office)s thẩm định phương án: duyệt, hoặc trả lại kèm lý do."),
    S.PLAN_RETURNED: _("Xã sửa phương án theo lý do trả lại, rồi nộp lại."),
    S.IMPLEMENTING: _("Chủ thể triển khai phương án. Xong thì xã báo cáo kết quả."),
    S.DOSSIER_OPEN: _("Xã bổ sung đủ giấy tờ bắt buộc và minh chứng, rồi nộp hồ sơ."),
    S.DOSSIER_SUBMITTED: _("Chờ %(office)s kiểm tra hồ sơ: xác nhận đầy đủ, hoặc yêu cầu bổ sung."),
    S.READY: _("Chờ %(office)s đưa vào một đợt đánh giá của hội đồng."),
    S.IN_EVALUATION: _("Hội đồng đang chấm điểm. Hồ sơ được khóa đến khi có kết quả."),
    S.RATED: _("Chờ %(office)s chuyển sang xúc tiến thương mại, hoặc trả về hoàn thiện."),
    S.IN_PROMOTION: _("Sản phẩm đang được giới thiệu, xúc tiến thương mại."),
    S.WITHDRAWN: _("Sản phẩm đã rút khỏi chu trình; %(office)s có thể đưa trở lại."),
}


def asked_of(entry: Entry) -> str:
    """What has to happen to an entry now, and by whom."""
    return filled(ASKED[entry.state], {"office": in_reader_language(entry.cycle.office)})
