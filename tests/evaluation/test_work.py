"""What waits for each person appears among their work, and goes away once it is done."""

import datetime

import pytest
from django.utils import timezone

from evaluation import rounds, sheets
from evaluation.models import Round, Sheet
from ocop_portal.accounts.models import User
from ocop_portal.worklist import work_of
from tests import factories
from tests.evaluation.pages import signed_in, with_second_factor

pytestmark = pytest.mark.django_db


def work(person):
    """(label, count, late) of the person's work, read afresh."""
    return [(i.label, i.count, i.late) for i in work_of(User.objects.get(pk=person.pk))]


def test_a_member_owes_the_sheets_not_yet_handed_in():
    round_ = factories.open_round(candidates=2)
    member = factories.person_in(round_.council, "member")
    label = f"Phiếu chấm điểm chưa gửi – {round_}"
    assert work(member) == [(label, 2, 0)]
    first, second = round_.candidates.all()
    factories.scored_sheet(first, member, total=72)
    assert work(member) == [(label, 1, 0)]
    rounds.declare_conflict(candidate=second, user=member, kind="kin", note="")
    assert work(member) == []


def test_after_the_due_time_it_is_late_and_the_secretary_is_told():
    round_ = factories.open_round()
    member = factories.person_in(round_.council, "member")
    secretary = factories.person_in(round_.council, "secretary")
    assert work(secretary) == []
    Round.objects.update(scoring_due=timezone.now() - datetime.timedelta(hours=1))
    assert work(member) == [(f"Phiếu chấm điểm chưa gửi – {round_}", 1, 1)]
    assert work(secretary) == [(f"Hết hạn gửi phiếu: dừng chấm hoặc gia hạn – {round_}", 1, 1)]


def test_a_reopened_sheet_waits_for_its_member():
    round_ = factories.open_round(members=3)
    for user in factories.scorers(round_.council):
        factories.scored_sheet(round_.candidates.get(), user, total=72)
    member = factories.person_in(round_.council, "member")
    secretary = factories.person_in(round_.council, "secretary")
    rounds.end_scoring(round_=round_, by=secretary)
    assert work(member) == []
    sheets.reopen_sheet(
        sheet=Sheet.objects.get(seat__user=member), by=secretary, reason="Chênh lệch"
    )
    assert work(member) == [(f"Phiếu được mở lại, cần gửi lại – {round_}", 1, 0)]


def test_the_round_goes_from_hand_to_hand():
    draft = factories.RoundFactory(council=factories.council_with(3))
    officer = factories.officer()
    secretary = factories.person_in(draft.council, "secretary")
    chair = factories.person_in(draft.council, "chair")
    assert work(officer) == [(f"Chuẩn bị, mở đợt – {draft}", 1, 0)]
    assert work(secretary) == [(f"Chuẩn bị, mở đợt – {draft}", 1, 0)]
    assert work(chair) == []
    Round.objects.update(state=Round.State.TALLYING)
    assert work(secretary) == [(f"Tổng hợp và chốt kết quả – {draft}", 1, 0)]
    assert work(officer) == []
    Round.objects.update(state=Round.State.CLOSED)
    assert work(officer) == [(f"Công bố kết quả – {draft}", 1, 0)]
    Round.objects.update(state=Round.State.PUBLISHED)
    assert work(officer) == work(secretary) == []


def test_nobody_is_told_of_rounds_of_another_district():
    draft = factories.RoundFactory(council=factories.council_with(3))
    elsewhere = factories.UnitFactory(level="district", kind="Huyện", name="Khác")
    assert work(factories.officer("district_officer", elsewhere)) == []
    assert work(factories.officer("commune_officer")) == []
    assert work(factories.officer("administrator")) == []
    assert draft.state == Round.State.DRAFT


@pytest.mark.parametrize(
    ("keeps", "scores", "queries"), [(False, False, 15), (True, False, 15), (False, True, 18)]
)
def test_the_work_page_of_an_officer_costs_the_same_at_one_and_at_three(
    django_assert_num_queries, keeps, scores, queries
):
    """A detail page's fifteen; one who scores pays three more for their sheets."""
    officer = factories.officer()
    if keeps or scores:
        factories.RoleFactory(user=officer, kind="council_member")
    for candidates in (1, 3):
        round_ = factories.open_round(candidates=candidates)
        position = "secretary" if keeps else "member"
        if keeps or scores:
            seat = round_.council.seats.filter(position=position).first()
            seat.user = officer
            seat.save()
        browser = with_second_factor(signed_in(officer))
        browser.get("/lam-viec/")
        with django_assert_num_queries(queries):
            browser.get("/lam-viec/")
