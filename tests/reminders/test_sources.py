"""What each room owes, to whom, until when, and when it is met: real rows, real sources."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from communes.models import Role
from communes.roles import end_role
from evaluation import complaints, rounds, sheets
from evaluation import deadlines as council_deadlines
from evaluation.models import Complaint, Recognition, Result, Seat
from ocop_portal.reminders import workdays
from ocop_portal.reminders.models import Choice, Notice
from ocop_portal.reminders.registry import Ask, in_chunks
from ocop_portal.reminders.scan import scan
from products import deadlines
from products.models import Entry
from tests import factories as make
from tests.evaluation.pages import score_all

from .conftest import TEN

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("daytime")]
S = Entry.State
D = datetime.date
TODAY = TEN.date()  # Wednesday, 28/10/2020
YEAR = Ask(D(2020, 1, 1), D(2021, 12, 31))


def days(count: int) -> datetime.date:
    return TODAY + datetime.timedelta(days=count)


@pytest.fixture
def district(db):
    return make.officer()


@pytest.fixture
def commune(db):
    return make.officer(Role.Kind.COMMUNE_OFFICER)


def owed(answer, ask=YEAR):
    """(due day, who owes, who stands above) of each deadline."""
    return [(d.due_on, set(d.recipients), set(d.superiors)) for d in answer(ask)]


# --- The cycle --------------------------------------------------------------------------------


def test_a_step_is_owed_by_whose_move_it_is_and_the_district_stands_above(district, commune):
    cycle = make.CycleFactory(steps={3: (None, days(7))})
    entry = make.entry_in(S.PLAN_AWAITED, cycle=cycle)
    assert owed(deadlines.steps_owed) == [(days(7), {commune.pk}, {district.pk})]
    Entry.objects.filter(pk=entry.pk).update(state=S.PLAN_RECEIVED)
    assert owed(deadlines.steps_owed) == [(days(7), {district.pk}, set())]


@pytest.mark.parametrize("state", [S.IN_EVALUATION, S.IN_PROMOTION, S.WITHDRAWN])
def test_what_waits_for_no_officer_is_owed_by_none(district, commune, state):
    cycle = make.CycleFactory(steps={n: (None, days(7)) for n in range(1, 7)})
    make.entry_in(state, cycle=cycle)
    assert owed(deadlines.steps_owed) == []


def test_a_closed_cycle_owes_nothing(district, commune):
    cycle = make.CycleFactory(steps={3: (None, days(7))}, is_closed=True)
    make.entry_in(S.PLAN_AWAITED, cycle=cycle)
    make.entry_in(S.PLAN_RECEIVED, cycle=cycle)
    assert owed(deadlines.steps_owed) + owed(deadlines.answers_owed) == []


def test_an_answer_is_owed_in_working_days_by_the_side_that_has_it(district, commune):
    workdays.load_holidays(until_year=2021)
    entry = make.entry_in(S.IDEA_REGISTERED)
    # 28/10 is not counted; fifteen weekdays without a holiday end on 18/11.
    assert owed(deadlines.answers_owed) == [(D(2020, 11, 18), {district.pk}, set())]
    Entry.objects.filter(pk=entry.pk).update(state=S.PLAN_RETURNED)
    assert owed(deadlines.answers_owed) == [(D(2020, 11, 18), {commune.pk}, {district.pk})]
    # A returned idea has days of its own: "idea-back".
    Entry.objects.filter(pk=entry.pk).update(state=S.IDEA_RETURNED)
    assert owed(deadlines.answers_owed) == []


def test_a_district_chooses_its_answer_time_or_none(district):
    entry = make.entry_in(S.PLAN_RECEIVED)
    choice = Choice.objects.create(unit=entry.cycle.unit_id, answer_days=5)
    assert owed(deadlines.answers_owed) == [(D(2020, 11, 4), {district.pk}, set())]
    choice.answer_days = 0
    choice.save()
    assert owed(deadlines.answers_owed) == []


def test_an_answer_counted_over_a_year_that_is_not_entered_says_so(district):
    entry = make.entry_in(S.PLAN_RECEIVED)
    Entry.objects.filter(pk=entry.pk).update(
        state_since=timezone.make_aware(datetime.datetime(2020, 12, 20, 9))
    )
    said = "Lịch nghỉ năm 2021 chưa nhập đủ nên hạn có thể muộn hơn."
    workdays.load_holidays(until_year=2021)
    [found] = deadlines.answers_owed(YEAR)
    assert said not in found.text
    workdays.Holiday.objects.filter(day__year=2021).delete()
    [found] = deadlines.answers_owed(YEAR)
    assert found.text.endswith(said)


def test_a_paper_that_expires_is_owed_until_a_longer_one_is_in(district, commune):
    entry = make.entry_in(S.DOSSIER_OPEN)
    make.PaperFactory(entry=entry, kind="safety_tests", valid_until=days(10))
    assert owed(deadlines.papers_expiring) == [(days(10), {commune.pk}, {district.pk})]
    make.PaperFactory(entry=entry, kind="safety_tests", valid_until=days(10 + 365))
    assert owed(deadlines.papers_expiring) == [(days(375), {commune.pk}, {district.pk})]
    make.PaperFactory(entry=entry, kind="safety_tests")  # one without an end
    assert owed(deadlines.papers_expiring) == []


@pytest.mark.parametrize("state", [S.IN_EVALUATION, S.RATED, S.WITHDRAWN])
def test_papers_of_a_dossier_that_is_no_longer_judged_may_expire(commune, state):
    entry = make.entry_in(state)
    make.PaperFactory(entry=entry, kind="safety_tests", valid_until=days(10))
    assert owed(deadlines.papers_expiring) == []


def test_who_asks_for_some_people_gets_all_of_theirs_and_nobody_elses(district, commune):
    tree = make.vinh_linh()
    other = make.officer(Role.Kind.COMMUNE_OFFICER, tree.vinh_thuy)
    cycle = make.CycleFactory(steps={3: (None, days(7))})
    make.entry_in(S.PLAN_AWAITED, cycle=cycle)
    make.entry_in(S.PLAN_AWAITED, cycle=cycle, product__producer__unit=tree.vinh_thuy)

    def asked(*people):
        ask = Ask(YEAR.since, YEAR.until, frozenset(person.pk for person in people))
        return [set(d.recipients) | set(d.superiors) for d in deadlines.steps_owed(ask)]

    assert asked(commune) == [{commune.pk}]
    assert asked(other) == [{other.pk}]
    assert asked(district) == [{district.pk}, {district.pk}]
    assert asked(make.UserFactory()) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_sources_of_the_cycle_cost_the_same_at_1_and_3(
    district, commune, count, django_assert_num_queries
):
    cycle = make.CycleFactory(steps={n: (None, days(7)) for n in range(2, 6)})
    for _ in range(count):
        make.entry_in(S.PLAN_RECEIVED, cycle=cycle)
        entry = make.entry_in(S.DOSSIER_OPEN, cycle=cycle)
        make.PaperFactory(entry=entry, kind="safety_tests", valid_until=days(5))
    with django_assert_num_queries(3):  # roles, what they reach, entries
        assert len(list(deadlines.steps_owed(YEAR))) == 2 * count
    with django_assert_num_queries(5):  # and choices, holidays
        assert len(list(deadlines.answers_owed(YEAR))) == count
    with django_assert_num_queries(3):
        assert len(list(deadlines.papers_expiring(YEAR))) == count


# --- The council ------------------------------------------------------------------------------


@pytest.fixture
def council(db):
    return make.council_with(3)


def people_of(council, *positions):
    return {make.person_in(council, position).pk for position in positions}


def test_sheets_are_owed_by_the_members_that_miss_and_the_leaders_stand_above(council):
    round_ = make.open_round(council=council, candidates=2)
    due = timezone.localdate(round_.scoring_due)
    scorers = {user.pk for user in make.scorers(council)}
    above = people_of(council, Seat.Position.CHAIR, Seat.Position.SECRETARY)
    assert owed(council_deadlines.score_sheets_owed) == [(due, scorers, above)]
    member = make.person_in(council, Seat.Position.MEMBER)
    for candidate in round_.candidates.all():
        make.scored_sheet(candidate, member, total=60)
    assert owed(council_deadlines.score_sheets_owed) == [(due, scorers - {member.pk}, above)]


def test_a_round_that_stopped_scoring_owes_no_sheets(council):
    round_ = make.open_round(council=council)
    by = make.person_in(council, Seat.Position.SECRETARY)
    rounds.end_scoring(round_=round_, by=by)
    assert owed(council_deadlines.score_sheets_owed) == []


def test_a_reopened_sheet_is_owed_again_in_working_days_until_it_is_handed_in(council):
    round_ = make.open_round(council=council)
    by, member = (
        make.person_in(council, position)
        for position in (Seat.Position.SECRETARY, Seat.Position.MEMBER)
    )
    sheet = make.scored_sheet(round_.candidates.get(), member, total=60)
    rounds.end_scoring(round_=round_, by=by)
    sheet = sheets.reopen_sheet(sheet=sheet, by=by, reason="Chấm lại phần B.")
    above = people_of(council, Seat.Position.CHAIR, Seat.Position.SECRETARY)
    # From Wednesday two working days: Friday.
    assert owed(council_deadlines.reopened_sheets_owed) == [(D(2020, 10, 30), {member.pk}, above)]
    sheets.submit_sheet(sheet_id=sheet.pk, user=member)
    assert owed(council_deadlines.reopened_sheets_owed) == []


def test_whose_role_has_ended_owes_no_reopened_sheet(council):
    round_ = make.open_round(council=council)
    by, member = (
        make.person_in(council, position)
        for position in (Seat.Position.SECRETARY, Seat.Position.MEMBER)
    )
    sheet = make.scored_sheet(round_.candidates.get(), member, total=60)
    rounds.end_scoring(round_=round_, by=by)
    sheets.reopen_sheet(sheet=sheet, by=by, reason="Chấm lại.")
    role = Role.objects.get(user=member)
    end_role(role=role, until=days(-1), by=make.officer(Role.Kind.ADMINISTRATOR))
    assert owed(council_deadlines.reopened_sheets_owed) == []


def test_a_leader_with_a_conflict_is_told_nothing_of_the_products_sheets(council):
    round_ = make.open_round(council=council)
    candidate = round_.candidates.get()
    chair, by, member = (
        make.person_in(council, position)
        for position in (Seat.Position.CHAIR, Seat.Position.SECRETARY, Seat.Position.MEMBER)
    )
    rounds.declare_conflict(candidate=candidate, user=chair, kind="kin", note="")
    sheet = make.scored_sheet(candidate, member, total=60)
    rounds.end_scoring(round_=round_, by=by)
    sheets.reopen_sheet(sheet=sheet, by=by, reason="Chấm lại.")
    [(_due, who, above)] = owed(council_deadlines.reopened_sheets_owed)
    assert (who, above) == ({member.pk}, {by.pk})


# --- Complaints -------------------------------------------------------------------------------


def test_a_complaint_is_owed_by_the_district_until_it_is_answered(district, commune):
    complaint = make.ComplaintFactory(received_on=TODAY, due_on=days(10))
    assert owed(council_deadlines.complaints_owed) == [(days(10), {district.pk}, set())]
    complaints.answer_complaint(
        complaint=complaint,
        on=TODAY,
        answered_by="Ủy ban nhân dân huyện",
        document="",
        answer="Giữ nguyên kết quả.",
        by=district,
    )
    assert owed(council_deadlines.complaints_owed) == []


def test_a_complaint_for_which_the_office_set_no_day_is_not_told(district):
    make.ComplaintFactory(due_on=None)
    assert owed(council_deadlines.complaints_owed) == []


def test_a_complaint_about_a_result_that_is_not_published_is_told_to_the_district_alone(
    council, commune, district
):
    round_ = make.open_round(council=council)
    score_all(round_, *[60] * len(make.scorers(council)))
    by = make.person_in(council, Seat.Position.SECRETARY)
    rounds.end_scoring(round_=round_, by=by)
    rounds.close_round(round_=round_, by=by)
    make.ComplaintFactory(recognition=None, result=Result.objects.get(), due_on=days(3))
    assert owed(council_deadlines.complaints_owed) == [(days(3), {district.pk}, set())]


def test_complaints_are_told_to_whom_they_concern_and_cost_the_same(
    district, commune, django_assert_num_queries
):
    def asked(*people, units=frozenset()):
        ask = Ask(YEAR.since, YEAR.until, frozenset(person.pk for person in people), units)
        return len(list(council_deadlines.complaints_owed(ask)))

    for _ in range(2):
        make.ComplaintFactory(due_on=days(5))
        count = Complaint.objects.count()
        with django_assert_num_queries(3):  # roles, what they reach, complaints
            assert asked(district) == count
    assert (asked(commune), asked(make.UserFactory())) == (0, 0)
    assert asked(units=frozenset({make.vinh_linh().district.pk})) == 2


# --- Recognitions -----------------------------------------------------------------------------


def test_a_recognition_that_ends_is_told_to_the_commune_until_a_longer_one_is_there(
    district, commune
):
    first = make.RecognitionFactory(decided_on=D(2018, 1, 5), valid_until=D(2021, 1, 5))
    assert owed(council_deadlines.certificates_expiring) == [
        (D(2021, 1, 5), {commune.pk}, {district.pk})
    ]
    make.RecognitionFactory(
        product=first.product, decided_on=D(2020, 12, 1), valid_until=D(2023, 12, 1)
    )
    assert owed(council_deadlines.certificates_expiring) == []


@pytest.mark.parametrize(
    "change", [{"revoked_on": D(2020, 5, 1), "revoked_ground": "Vi phạm"}, {"valid_until": None}]
)
def test_a_recognition_revoked_or_without_a_known_end_is_not_told(commune, change):
    row = make.RecognitionFactory(
        decided_on=D(2018, 1, 5), valid_until=D(2021, 1, 5), source="Công báo"
    )
    Recognition.objects.filter(pk=row.pk).update(**change)
    assert owed(council_deadlines.certificates_expiring) == []


LATER = Ask(D(2026, 1, 1), D(2029, 12, 31))


def test_a_rerating_may_be_filed_from_180_to_120_days_before_the_end(district, commune):
    make.RecognitionFactory(decided_on=D(2024, 3, 1), valid_until=D(2027, 3, 1))
    [found] = council_deadlines.reratings_owed(LATER)
    assert (found.due_on, found.recipients, found.superiors) == (
        D(2026, 11, 1),
        (commune.pk,),
        (district.pk,),
    )
    assert "từ 02/09/2026 đến 01/11/2026 (26/2026/QĐ-TTg)" in found.text
    with time_machine.travel(datetime.datetime(2026, 9, 1, 12, tzinfo=TEN.tzinfo)):
        scan()
    assert not Notice.objects.filter(kind="re-rating").exists()
    with time_machine.travel(datetime.datetime(2026, 9, 2, 12, tzinfo=TEN.tzinfo)):
        scan()
    assert Notice.objects.get(kind="re-rating").offset == -60


def test_a_rerating_that_was_filed_in_its_window_is_met(commune):
    row = make.RecognitionFactory(decided_on=D(2024, 3, 1), valid_until=D(2027, 3, 1))
    before, within = (timezone.make_aware(datetime.datetime(2026, 9, day, 9)) for day in (1, 2))
    entry = make.entry_in(S.DOSSIER_SUBMITTED, product=row.product)
    Entry.objects.filter(pk=entry.pk).update(state_since=before)
    assert len(list(council_deadlines.reratings_owed(LATER))) == 1
    Entry.objects.filter(pk=entry.pk).update(state_since=within)
    assert list(council_deadlines.reratings_owed(LATER)) == []


def test_before_a_decision_knows_the_window_no_rerating_is_owed(commune):
    make.RecognitionFactory(decided_on=D(2019, 3, 1), valid_until=D(2022, 3, 1))
    assert list(council_deadlines.reratings_owed(Ask(D(2020, 1, 1), D(2023, 1, 1)))) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_sources_of_the_council_cost_the_same_at_1_and_3(
    commune, council, count, django_assert_num_queries
):
    by = make.person_in(council, Seat.Position.SECRETARY)
    member = make.person_in(council, Seat.Position.MEMBER)
    make.open_round(council=council, candidates=count)
    closing = make.open_round(council=council, candidates=count)
    handed_in = [make.scored_sheet(c, member, total=60) for c in closing.candidates.all()]
    rounds.end_scoring(round_=closing, by=by)
    for sheet in handed_in:
        sheets.reopen_sheet(sheet=sheet, by=by, reason="Chấm lại.")
    for _ in range(count):
        make.RecognitionFactory(decided_on=D(2024, 3, 1), valid_until=D(2027, 3, 1))
    with django_assert_num_queries(3):  # rounds, seats that owe, leaders
        assert len(list(council_deadlines.score_sheets_owed(YEAR))) == 1
    with django_assert_num_queries(6):  # sheets, choices, holidays, seats, leaders, conflicts
        assert len(list(council_deadlines.reopened_sheets_owed(YEAR))) == count
    with django_assert_num_queries(3):  # roles, what they reach, recognitions
        assert len(list(council_deadlines.certificates_expiring(LATER))) == count
    with django_assert_num_queries(3):
        assert len(list(council_deadlines.reratings_owed(LATER))) == count


def test_who_asks_for_a_unit_gets_all_of_it_with_everyone_who_owes(district, commune):
    elsewhere = make.UnitFactory(kind="Huyện", name="Khác", level="district")
    for unit in (make.vinh_linh().district, elsewhere):
        make.entry_in(
            S.PLAN_AWAITED, cycle=make.CycleFactory(unit=unit, steps={3: (None, days(7))})
        )
    ask = Ask(YEAR.since, YEAR.until, frozenset(), frozenset({make.vinh_linh().district.pk}))
    assert owed(deadlines.steps_owed, ask) == [(days(7), {commune.pk}, {district.pk})]
    make.RecognitionFactory(decided_on=D(2018, 1, 5), valid_until=D(2021, 1, 5))
    assert len(owed(council_deadlines.certificates_expiring, ask)) == 1
    ask = Ask(YEAR.since, YEAR.until, frozenset(), frozenset({elsewhere.pk}))
    assert owed(council_deadlines.certificates_expiring, ask) == []


def test_many_rows_are_read_in_chunks_each_once_in_order(django_assert_num_queries):
    rows = Entry.objects.filter(pk__in=[make.entry_in(S.IDEA_DRAFT).pk for _ in range(7)])
    with django_assert_num_queries(5):  # the first chunk, the other keys, three chunks
        found = [row.pk for row in in_chunks(rows, size=2)]
    assert found == sorted(row.pk for row in rows)
    assert len(list(in_chunks(rows, size=7))) == 7
    with django_assert_num_queries(1):
        assert len(list(in_chunks(rows))) == 7
