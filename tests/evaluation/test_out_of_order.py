"""Stale pages, people who come and go, odd input: refused in words, never lost, never a dead end."""

import datetime

import pytest

from communes.models import Role, today
from communes.roles import end_role
from evaluation import councils, rounds, sheets
from evaluation.models import Candidate, Recognition, Result, Round, Seat, Sheet
from ocop_portal.accounts.models import User
from ocop_portal.reminders.registry import Ask, open_deadlines
from products.models import Cycle
from tests import factories
from tests.evaluation.pages import get, post, score_all, url

pytestmark = pytest.mark.django_db

HUGE = "9" * 30
ENDLESS = "9" * 5_000  # more digits than Python reads as a number


def ended(*totals, candidates=1):
    round_ = factories.open_round(candidates=candidates, members=len(totals))
    score_all(round_, *totals)
    return rounds.end_scoring(round_=round_, by=secretary(round_))


def secretary(round_):
    return factories.person_in(round_.council, "secretary")


# --- A page that was opened before something changed ------------------------------------------


def test_the_old_version_of_a_sheet_handed_in_again_is_not_reopened_a_second_time():
    round_ = ended(60, 80)
    by, member = secretary(round_), factories.person_in(round_.council, "member")
    old = Sheet.objects.get(seat__user=member)
    new = sheets.reopen_sheet(sheet=old, by=by, reason="Thảo luận")
    factories.fill_sheet(new, total=66)
    answer = post(by, "reopen", old.pk, reason="Trang mở từ trước")
    assert answer.status_code == 422
    assert "đã có bản mới hơn" in answer.content.decode()
    new.refresh_from_db()
    assert new.state == Sheet.State.SUBMITTED


def test_a_finding_counts_only_while_a_sheet_proposes_the_knock_out():
    entry = factories.entry_in("ready", product__set_number=7)
    round_ = factories.open_round(entries=[entry], members=3)
    candidate, by = round_.candidates.get(), secretary(round_)
    made = [
        factories.fill_sheet(
            sheets.start_sheet(candidate=candidate, user=user), total=75, submit=False
        )
        for user in factories.scorers(round_.council)
    ]
    rule = "knock_out:1.1"
    author = made[1].seat.user
    sheets.declare(sheet_id=made[1].pk, rule=rule, reason="Nhập khẩu hết", user=author)
    for sheet in made:
        sheets.submit_sheet(sheet_id=sheet.pk, user=sheet.seat.user)
    rounds.end_scoring(round_=round_, by=by)
    rounds.settle(candidate=candidate, by=by, finding="upheld", reason="Kết luận vội")
    new = sheets.reopen_sheet(sheet=made[1], by=by, reason="Có hóa đơn trong nước")
    sheets.retract(sheet_id=new.pk, rule=rule, user=author)
    sheets.submit_sheet(sheet_id=new.pk, user=author)
    page = get(by, "tally", round_.pk).content.decode()
    assert "bị loại" not in page
    assert "Kết luận vội" not in page
    rounds.close_round(round_=round_, by=by)
    result = Result.objects.get()
    assert (result.knocked_out, result.stars) == (False, 4)
    assert "Kết luận vội" not in get(by, "tally", round_.pk).content.decode()


# --- People who come and go while a round runs ------------------------------------------------


def chair_replaced(round_):
    """The chair leaves; somebody else is seated in their place. Returns the new chair."""
    by = factories.officer()
    old = Seat.objects.get(council=round_.council, position="chair")
    councils.leave_seat(seat=old, on=round_.meets_on, by=by)
    new = factories.officer("council_member", round_.council.unit)
    councils.add_seat(seat=Seat(council=round_.council, user=new, position="chair"), by=by)
    return new


def test_without_any_chair_a_round_is_not_closed():
    round_ = ended(72, 74, 76, 78)
    chair = Seat.objects.get(council=round_.council, position="chair")
    councils.leave_seat(seat=chair, on=round_.meets_on, by=factories.officer())
    answer = post(secretary(round_), "round_close", round_.pk)
    assert answer.status_code == 422
    assert "hội đồng không còn chủ tịch chấm điểm." in answer.content.decode()
    assert not Result.objects.exists()


def test_a_chair_seated_after_scoring_has_ended_can_be_given_a_sheet():
    round_ = ended(72, 74, 76, 78)
    by, chair = secretary(round_), chair_replaced(round_)
    assert post(by, "round_close", round_.pk).status_code == 422
    owed = Sheet.objects.get(seat__user=chair)
    assert url("reopen", owed.pk) in get(by, "tally", round_.pk).content.decode()
    assert post(by, "reopen", owed.pk, reason="Thay chủ tịch").status_code == 302
    factories.fill_sheet(Sheet.objects.get(seat__user=chair, state="draft"), total=74)
    assert post(by, "round_close", round_.pk).status_code == 302
    assert Result.objects.get().sheets == 4


def test_a_member_seated_in_a_closed_round_s_council_owes_nothing_there():
    round_ = factories.closed_round()
    before = Sheet.objects.count()
    new = factories.officer("council_member", round_.council.unit)
    councils.add_seat(
        seat=Seat(council=round_.council, user=new, position="member"), by=factories.officer()
    )
    assert Sheet.objects.count() == before


# --- A cycle that was closed meanwhile --------------------------------------------------------


def test_a_closed_cycle_refuses_in_words():
    draft = factories.RoundFactory(council=factories.council_with(3))
    factories.CandidateFactory(round=draft)
    tallied = ended(72, 74)
    Cycle.objects.update(is_closed=True)
    for round_, act, data in (
        (draft, "round_open", {}),
        (tallied, "round_close", {}),
        (tallied, "round_cancel", {"reason": "Hoãn"}),
    ):
        answer = post(secretary(round_), act, round_.pk, **data)
        assert answer.status_code == 422, act
        assert "đã khép lại" in answer.content.decode(), act
    removed = post(secretary(tallied), "candidate_remove", tallied.candidates.get().pk, reason="Bỏ")
    assert removed.status_code == 422
    tallied.refresh_from_db()
    assert tallied.state == Round.State.TALLYING


# --- Odd input --------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [HUGE, ENDLESS, "-1", "٣", "1.5", ""])
def test_an_entry_that_cannot_be_is_chosen_by_nobody(value):
    round_ = factories.RoundFactory(council=factories.council_with(3))
    answer = post(secretary(round_), "candidate_add", round_.pk, entry=[value])
    assert answer.status_code == 422
    assert not Candidate.objects.exists()


@pytest.mark.parametrize("value", [HUGE, ENDLESS, "99"])
def test_a_level_that_cannot_be_is_refused_without_scripts_too(value):
    round_ = factories.open_round()
    member = factories.person_in(round_.council, "member")
    sheet = sheets.start_sheet(candidate=round_.candidates.get(), user=member)
    answer = post(member, "marks", sheet.pk, part="A", **{"tc-1.1": value})
    assert answer.status_code == 422
    assert "không có phương án" in answer.content.decode().lower()
    assert post(member, "mark", sheet.pk, criterion="1.1", option=value).status_code == 422


def test_control_characters_in_a_reason_are_no_fault():
    entry = factories.entry_in("ready", product__set_number=7)
    round_ = factories.open_round(entries=[entry])
    member = factories.person_in(round_.council, "member")
    sheet = sheets.start_sheet(candidate=round_.candidates.get(), user=member)
    data = {"rule": "knock_out:1.1", "reason-knock_out:1.1": "Nhập\x00 khẩu"}
    assert post(member, "declare", sheet.pk, **data).status_code == 302
    assert sheet.declarations.get().reason == "Nhập khẩu"


def recognition_on(day, **changes):
    product = factories.ProductFactory()
    data = {
        "stars": "4",
        "level": "province",
        "authority": "Ủy ban nhân dân tỉnh",
        "decision_number": "12/QĐ-UBND",
        "decided_on": day,
    }
    return post(factories.officer(), "recognition_add", product.pk, **(data | changes))


def test_a_recognition_of_the_year_9999_is_told_beside_its_field():
    answer = recognition_on("31/12/9999")
    assert answer.status_code == 422
    assert "Ngày quyết định không thể ở phía trước." in answer.content.decode()
    assert not Recognition.objects.exists()


@pytest.mark.parametrize(
    ("day", "until"),
    [("01/01/0001", "0004-01-01"), ("29/02/2024", "2027-02-28"), ("31/08/2023", "2026-08-31")],
)
def test_a_certificate_runs_36_months_from_any_day(day, until):
    assert recognition_on(day).status_code == 302
    assert Recognition.objects.get().valid_until.isoformat() == until
    assert get(factories.officer(), "recognitions").status_code == 200


@pytest.mark.parametrize(("day", "status"), [("31/12/9999", 302), ("01/01/0001", 422)])
def test_a_due_day_of_an_odd_year_breaks_no_page(day, status):
    round_ = factories.open_round()
    officer = factories.officer()
    data = {"due_date": day, "due_time": "00:00", "reason": "Thêm giờ"}
    assert post(officer, "round_extend", round_.pk, **data).status_code == status
    assert get(officer, "round", round_.pk).status_code == 200
    assert get(officer, "rounds").status_code == 200


# --- Revoking ---------------------------------------------------------------------------------


def test_nothing_is_revoked_from_a_day_ahead():
    recognition = factories.RecognitionFactory()
    ahead = (today() + datetime.timedelta(days=1)).strftime("%d/%m/%Y")
    answer = post(
        factories.officer(),
        "recognition_revoke",
        recognition.pk,
        revoked_on=ahead,
        revoked_ground="Quyết định 99/QĐ-UBND",
    )
    assert answer.status_code == 422
    assert "Ngày thu hồi không thể ở phía trước." in answer.content.decode()
    recognition.refresh_from_db()
    assert recognition.revoked_on is None


def test_a_second_revocation_is_refused_and_the_same_one_twice_is_one():
    recognition = factories.RecognitionFactory()
    data = {"revoked_on": today().strftime("%d/%m/%Y"), "revoked_ground": "Quyết định 99"}
    officer = factories.officer()
    for _time in range(2):
        assert post(officer, "recognition_revoke", recognition.pk, **data).status_code == 302
    other = data | {"revoked_ground": "Quyết định 100"}
    answer = post(officer, "recognition_revoke", recognition.pk, **other)
    assert answer.status_code == 422
    assert "đã được ghi thu hồi" in answer.content.decode()
    recognition.refresh_from_db()
    assert recognition.revoked_ground == "Quyết định 99"


# --- A role that ended while the seat is still there ------------------------------------------


def test_who_has_a_seat_but_no_role_any_more_sees_and_marks_nothing(client):
    round_ = factories.open_round()
    candidate = round_.candidates.get()
    member = factories.person_in(round_.council, "member")
    sheet = sheets.start_sheet(candidate=candidate, user=member)
    criteria = candidate.pinned_set.criteria
    code, option = next(iter(factories.options_for(criteria, total=60).items()))
    role = Role.objects.get(user=member)
    yesterday = today() - datetime.timedelta(days=1)

    end_role(role=role, until=yesterday, by=factories.officer(Role.Kind.ADMINISTRATOR))

    member = User.objects.get(pk=member.pk)
    told = post(member, "mark", sheet.pk, criterion=code, option=option)
    assert (told.status_code, told.json()["message"]) == (
        409,
        "Anh/chị không chấm điểm trong hội đồng này.",
    )
    assert not sheet.marks.exists()
    pages = {
        "round": round_.pk,
        "my_sheets": round_.pk,
        "sheet": candidate.pk,
        "submit": sheet.pk,
        "council": round_.council_id,
    }
    answers = {name: get(member, name, pk).status_code for name, pk in pages.items()}
    assert answers == dict.fromkeys(pages, 404)
    tomorrow = today() + datetime.timedelta(days=30)
    owing = {
        pk for row in open_deadlines(Ask(today(), tomorrow), errors={}) for pk in row.recipients
    }
    assert member.pk not in owing
    run_by = factories.officer(unit=round_.council.unit)
    assert "vai trò đã hết" in get(run_by, "council", round_.council_id).content.decode()


def test_who_becomes_secretary_is_asked_for_a_second_factor_at_the_next_click(
    client, django_capture_on_commit_callbacks
):
    council = factories.council_with(3)
    member = factories.person_in(council, "member")
    client.force_login(member)
    assert client.get(url("rounds")).status_code == 200
    councils.leave_seat(
        seat=council.seats.get(position=Seat.Position.SECRETARY), on=today(), by=None
    )
    seat = Seat(council=council, user=member, position=Seat.Position.SECRETARY, scores=False)
    councils.leave_seat(seat=council.seats.get(user=member), on=today(), by=None)

    with django_capture_on_commit_callbacks(execute=True):
        councils.add_seat(seat=seat, by=None)

    assert client.get(url("rounds")).status_code == 302
