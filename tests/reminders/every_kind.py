"""One real deadline of every kind, for what has to hold of all of them."""

import datetime

from communes.models import Role, today
from evaluation import referrals, rounds, sheets
from ocop_portal.reminders.registry import Ask, Deadline, open_deadlines
from products import voice
from products.models import Comment, Entry, PaperSlot, ResubmissionLeave
from products.paper_slots import ask_for
from tests import factories as make

S = Entry.State
D = datetime.date


def plant() -> dict[str, Deadline]:
    """Make a district in which every kind of deadline but "referral" is open; kind → its first."""
    make.officer(Role.Kind.ADMINISTRATOR)
    district, commune = make.officer(), make.officer(Role.Kind.COMMUNE_OFFICER)
    soon = today() + datetime.timedelta(days=5)
    _of_entries(district, commune, soon)
    _of_councils(soon)
    ask = Ask(D(2020, 1, 1), D(2029, 12, 31))
    errors: dict[str, str] = {}
    found: dict[str, Deadline] = {}
    for deadline in open_deadlines(ask, errors=errors):
        found.setdefault(deadline.kind, deadline)
    assert errors == {}
    return found


def _of_entries(district, commune, soon: datetime.date) -> None:
    cycle = make.CycleFactory(steps={3: (None, soon)})
    asked = make.entry_in(S.PLAN_AWAITED, cycle=cycle)
    make.entry_in(S.IDEA_REGISTERED, cycle=cycle)
    returned = make.entry_in(S.IDEA_RETURNED, cycle=cycle)
    ResubmissionLeave.objects.create(
        entry=returned,
        returned_at=returned.state_since,
        reason="Chủ thể bị thiệt hại do bão, chưa làm kịp.",
        asked_by=commune,
    )
    Comment.objects.create(
        entry=asked, side="district", office="Ủy ban nhân dân huyện", by=district, text="Xem lại"
    )
    dossier = make.entry_in(S.DOSSIER_OPEN, cycle=cycle)
    make.PaperFactory(entry=dossier, kind="safety_tests", valid_until=soon)
    slot = PaperSlot(
        entry=make.entry_in(S.DOSSIER_SUBMITTED, cycle=cycle),
        kind="idea",
        words="Phiếu có dấu",
        why="Bản nộp thiếu dấu.",
        due_on=soon,
    )
    ask_for(slot=slot, by=district)
    make.PlanTaskFactory(due_on=soon)
    make.MilestoneFactory(entry=make.entry_in(S.IMPLEMENTING, cycle=cycle), due_on=soon)
    product = make.PublicRatingFactory(product__producer__unit=make.vinh_linh().ho_xa).product
    voice.send(product=product, kind="quality", words="Hũ nứt")
    make.ContractFactory(product=product, ends_on=soon)
    make.GapTaskFactory(flagship=make.FlagshipFactory(product=product), due_on=soon)


def _of_councils(soon: datetime.date) -> None:
    make.open_round(council=make.council_with(1))
    ended = make.open_round(council=make.council_with(1))
    by, chair = (make.person_in(ended.council, who) for who in ("secretary", "chair"))
    sheet = make.scored_sheet(ended.candidates.get(), chair, total=60)
    rounds.end_scoring(round_=ended, by=by)
    sheets.reopen_sheet(sheet=sheet, by=by, reason="Chấm lại phần B.")
    make.RoundFactory(council=make.council_with(), meets_on=soon)
    make.ComplaintFactory(received_on=today(), due_on=soon)
    make.RecognitionFactory(decided_on=D(2024, 3, 1), valid_until=D(2027, 3, 1))
    make.ReferralFactory(answer_due_on=soon, to_unit=None)
    province = make.officer(unit=make.vinh_linh().province)
    back = make.ReferralFactory()
    referrals.return_referral(referral=back, by=province, reason="Thiếu phụ lục.", resend_by=soon)
