"""Substitutes: called in by the secretary, one sheet a place, blind and written down like members."""

from types import SimpleNamespace

import pytest

from communes.models import Role
from evaluation import meeting, rounds, substitutes
from evaluation.comparison import comparison
from evaluation.models import Conflict, Substitution
from evaluation.papers import content
from evaluation.papers.record import closed
from evaluation.rounds import RoundRefused
from evaluation.sheets import SheetRefused, start_sheet, submit_sheet
from evaluation.tally import round_tally
from tests import factories
from tests.evaluation.pages import get, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def w():
    council = factories.council_with(3)
    principal = council.seats.filter(position="member").first()
    substitute = factories.SeatFactory(
        council=council,
        position="member",
        substitutes_for=principal,
        user=factories.officer(Role.Kind.COUNCIL_MEMBER, council.unit),
    )
    round_ = factories.open_round(candidates=2, council=council)
    return SimpleNamespace(
        council=council,
        round=round_,
        products=list(round_.candidates.all()),
        principal=principal,
        substitute=substitute,
        secretary=factories.person_in(council, "secretary"),
    )


def be_absent(w):
    meeting.record_absences(round_=w.round, reasons={w.principal.pk: "ốm"}, by=w.secretary)


def call(w, candidate=None, reason="thành viên vắng"):
    return substitutes.call_in(
        round_=w.round,
        substitute=w.substitute,
        candidate=candidate,
        reason=reason,
        by=w.secretary,
    )


def conflict(w, seat, candidate):
    return rounds.declare_conflict(candidate=candidate, user=seat.user, kind="kin", note="")


def awaited(w):
    return [{seat.pk for seat in row.awaited} for row in round_tally(w.round)]


def test_a_substitute_scores_nothing_before_they_are_called_in(w):
    assert all(w.substitute.pk not in seats for seats in awaited(w))
    with pytest.raises(SheetRefused):
        start_sheet(candidate=w.products[0], user=w.substitute.user)
    assert get(w.substitute.user, "sheet", w.products[0].pk).status_code == 404


def test_called_in_for_the_round_the_substitute_counts_and_the_member_does_not(w):
    be_absent(w)
    draft = start_sheet(candidate=w.products[0], user=w.principal.user)
    call(w)
    for seats in awaited(w):
        assert w.substitute.pk in seats
        assert w.principal.pk not in seats
    with pytest.raises(SheetRefused):
        submit_sheet(sheet_id=draft.pk, user=w.principal.user)
    with pytest.raises(SheetRefused):
        start_sheet(candidate=w.products[1], user=w.principal.user)
    factories.scored_sheet(w.products[0], w.substitute.user, total=80)
    assert [row.tally.count for row in round_tally(w.round)] == [1, 0]


def test_the_leaders_screen_and_the_one_called_in_read_who_replaces_whom(w):
    be_absent(w)
    call(w)
    for name in ("room", "round", "round_end"):
        page = get(w.secretary, name, w.round.pk).content.decode()
        assert f"thành viên, thay {w.principal.user}</span>" in page, name
        assert "thành viên, có người thay</span>" in page, name
        assert "0/0" not in page, name
    told = "Anh/chị là dự khuyết, được gọi chấm thay"
    assert (
        f"{told} {w.principal.user}."
        in get(w.substitute.user, "my_sheets", w.round.pk).content.decode()
    )
    assert (
        told
        not in get(
            factories.person_in(w.council, "chair"), "my_sheets", w.round.pk
        ).content.decode()
    )


def test_the_one_called_in_counts_for_the_quorum(w):
    be_absent(w)
    assert meeting.attendance(w.round).present == 2
    call(w)
    now = meeting.attendance(w.round)
    assert (now.places, now.present, now.needed) == (3, 3, 3)
    assert [row.needed for row in round_tally(w.round)] == [3, 3]


def test_a_conflict_gives_one_product_alone_to_the_substitute(w):
    conflict(w, w.principal, w.products[0])
    call(w, w.products[0])
    first, second = awaited(w)
    assert w.substitute.pk in first
    assert w.principal.pk not in first
    assert w.substitute.pk not in second
    assert w.principal.pk in second
    assert get(w.substitute.user, "sheet", w.products[1].pk).status_code == 404
    voters = {seat.pk for seat in meeting.voters(w.products[0])}
    assert w.substitute.pk in voters
    assert w.principal.pk not in voters


def test_nobody_is_called_in_for_a_member_who_can_score_or_has_handed_in(w):
    with pytest.raises(RoundRefused):
        call(w)
    with pytest.raises(RoundRefused):
        call(w, w.products[0])
    factories.scored_sheet(w.products[0], w.principal.user, total=80)
    be_absent(w)
    with pytest.raises(RoundRefused, match="đã gửi phiếu"):
        call(w)
    conflict(w, w.principal, w.products[0])
    with pytest.raises(RoundRefused, match="đã gửi phiếu"):
        call(w, w.products[0])
    assert not Substitution.objects.exists()


def test_calling_in_twice_is_one_row_and_needs_a_reason(w):
    be_absent(w)
    with pytest.raises(RoundRefused):
        call(w, reason=" ")
    assert call(w) == call(w)
    assert w.round.events.filter(action="substitute.called").count() == 1


def test_while_replaced_a_member_stays_written_down_as_absent(w):
    be_absent(w)
    call(w)
    with pytest.raises(RoundRefused, match="đang có người thay"):
        meeting.record_absences(round_=w.round, reasons={}, by=w.secretary)


def test_a_call_withdrawn_gives_the_member_their_sheet_back(w):
    be_absent(w)
    draft = start_sheet(candidate=w.products[0], user=w.principal.user)
    made = call(w)
    start_sheet(candidate=w.products[0], user=w.substitute.user)
    substitutes.withdraw_call(call=made, reason="đến muộn", by=w.secretary)
    assert start_sheet(candidate=w.products[0], user=w.principal.user) == draft
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert all(w.substitute.pk not in seats for seats in awaited(w))


def test_a_call_stands_once_the_substitute_has_handed_in_or_scoring_has_ended(w):
    be_absent(w)
    made = call(w)
    factories.scored_sheet(w.products[0], w.substitute.user, total=80)
    with pytest.raises(RoundRefused):
        substitutes.withdraw_call(call=made, reason="nhầm", by=w.secretary)
    rounds.end_scoring(round_=w.round, by=w.secretary)
    with pytest.raises(RoundRefused):
        substitutes.withdraw_call(call=made, reason="nhầm", by=w.secretary)


def closed_with_substitute(w):
    be_absent(w)
    call(w, reason="thay người ốm")
    seats = w.council.seats.filter(scores=True).exclude(pk=w.principal.pk)
    for product in w.products:
        for seat in seats.select_related("user"):
            factories.scored_sheet(product, seat.user, total=72)
    rounds.end_scoring(round_=w.round, by=w.secretary)
    w.round.refresh_from_db()


def test_the_minutes_say_who_replaced_whom(w):
    closed_with_substitute(w)
    told = str(content.minutes(closed(rounds.close_round(round_=w.round, by=w.secretary))))
    assert f"{w.substitute.user} thay {w.principal.user}, cả đợt" in told
    assert "thay người ốm" in told
    assert "3/3 thành viên chấm điểm có phiếu hợp lệ" in told


def test_after_closing_the_comparison_keeps_the_names_of_the_day(w):
    closed_with_substitute(w)
    round_ = rounds.close_round(round_=w.round, by=w.secretary)
    before = comparison(round_)
    names = [(str(seat.user), str(seat.get_position_display())) for seat in before.seats]
    figures = [[cell.total for cell in row.cells] for row in before.products]
    w.substitute.user.full_name = "Tên khác"
    w.substitute.user.save()
    w.council.seats.filter(pk=w.substitute.pk).update(left_on=round_.meets_on)
    after = comparison(round_)
    assert [(str(seat.user), str(seat.get_position_display())) for seat in after.seats] == names
    assert [[cell.total for cell in row.cells] for row in after.products] == figures


def test_the_secretary_alone_calls_in_on_the_page(w):
    be_absent(w)
    assert get(w.principal.user, "substitutes", w.round.pk).status_code in {403, 404}
    page = get(w.secretary, "substitutes", w.round.pk)
    assert str(w.substitute.user) in page.content.decode()
    answer = post(w.secretary, "substitutes", w.round.pk, call=f"{w.substitute.pk}-0", reason="ốm")
    assert answer.status_code == 302
    made = Substitution.objects.get()
    assert get(w.secretary, "room", w.round.pk).status_code == 200
    gone = post(w.secretary, "substitute_withdraw", made.pk, reason="nhầm")
    assert gone.status_code == 302
    made.refresh_from_db()
    assert made.withdrawn_reason == "nhầm"


def test_the_support_team_steps_back_from_a_product(w):
    member = factories.person_in(w.council, "support")
    product = w.products[0]
    assert get(member, "support_check", product.pk).status_code == 200
    assert post(member, "conflict", product.pk, kind="kin").status_code == 302
    assert get(member, "support_check", product.pk).status_code == 404
    assert get(member, "support_check", w.products[1].pk).status_code == 200
    paper = next(row["paper"] for row in product.dossier if row["sha256"])
    assert get(member, "candidate_paper", product.pk, paper).status_code == 404
    assert Conflict.objects.get().seat.user == member
