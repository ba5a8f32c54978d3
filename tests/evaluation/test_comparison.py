"""The leaders' screen: who has handed in, then sheets side by side; absences, votes, second hearing."""

import datetime
import re
from fractions import Fraction

import pytest
from django.utils import timezone

from evaluation import meeting, rounds, sheets
from evaluation.comparison import comparison, differences
from evaluation.live import pulse
from evaluation.models import Candidate, Round, Seat, Sheet
from evaluation.rounds import RoundRefused
from products.models import Entry
from tests import factories
from tests.evaluation.pages import get, people, post, score_all, signed_in, url

pytestmark = pytest.mark.django_db

NOTE = "Ghi chú bí mật của thành viên"


def ended(*totals, candidates=1, **fields):
    """Scoring has ended with these totals, the chair's first; the round and its people."""
    round_ = factories.open_round(members=len(totals), candidates=candidates, **fields)
    score_all(round_, *totals)
    found = people(round_)
    return rounds.end_scoring(round_=round_, by=found["secretary"]), found


def only(round_):
    return round_.candidates.get(removed_at__isnull=True)


# --- While scoring is open ---------------------------------------------------------------------


def test_the_screen_shows_who_has_handed_in_and_never_what():
    round_ = factories.open_round(members=3)
    found = people(round_)
    sheet = factories.scored_sheet(only(round_), found["member"], parts={"A": 31, "B": 24, "C": 38})
    for role in ("chair", "secretary"):
        page = get(found[role], "room", round_.pk).content.decode()
        assert "1/3 phiếu" in page
        assert "Bình quân" not in page
        for figure in (">93<", ">31<", ">24<", ">38<", "93,00"):
            assert figure not in page, (role, figure)
    assert sheet.state == Sheet.State.SUBMITTED


def test_the_screen_is_the_leaders_alone():
    round_, found = ended(60, 80)
    for role in ("member", "support", "officer"):
        for name in ("room", "room_pulse", "attendance"):
            assert get(found[role], name, round_.pk).status_code == 403, (role, name)
        assert get(found[role], "vote", only(round_).pk).status_code == 403, role


def test_the_screen_asks_in_few_queries_and_is_told_304_while_nothing_changes(
    django_assert_num_queries,
):
    round_ = factories.open_round(members=3, candidates=2)
    found = people(round_)
    browser = signed_in(found["secretary"])
    address = url("room_pulse", round_.pk)
    first = browser.get(address)
    assert first.status_code == 200
    with django_assert_num_queries(QUERIES_OF_A_PULSE):
        again = browser.get(address, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    factories.scored_sheet(round_.candidates.first(), found["member"], total=72)
    changed = browser.get(address, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed.json() == {"pulse": changed["ETag"].strip('"')}


QUERIES_OF_A_PULSE = 7  # six ask who this is and whether they lead the round, one asks the pulse


def test_the_pulse_itself_is_one_query(django_assert_num_queries):
    for candidates in (1, 3):
        round_ = factories.open_round(members=3, candidates=candidates)
        chair = people(round_)["chair"]
        with django_assert_num_queries(1):
            pulse(round_.pk, chair)


def test_marks_move_no_pulse_but_a_reopened_sheet_does():
    round_ = factories.open_round(members=3)
    found = people(round_)
    before = pulse(round_.pk, found["chair"])
    sheet = sheets.start_sheet(candidate=only(round_), user=found["member"])
    sheets.save_mark(sheet_id=sheet.pk, criterion="1.1", option=2, user=found["member"])
    sheets.save_note(sheet_id=sheet.pk, criterion="1.1", text=NOTE, user=found["member"])
    assert pulse(round_.pk, found["chair"]) == before
    factories.fill_sheet(sheet, total=72)
    handed_in = pulse(round_.pk, found["chair"])
    assert handed_in != before
    sheets.reopen_sheet(sheet=sheet, by=found["secretary"], reason="Bấm nhầm")
    assert pulse(round_.pk, found["chair"]) != handed_in


def test_sheets_of_a_product_with_a_conflict_move_no_pulse_of_that_leader():
    round_ = factories.open_round(members=3)
    found = people(round_)
    rounds.declare_conflict(candidate=only(round_), user=found["chair"], kind="kin", note="")
    chair, secretary = (pulse(round_.pk, found[role]) for role in ("chair", "secretary"))
    factories.scored_sheet(only(round_), found["member"], total=72)
    assert pulse(round_.pk, found["chair"]) == chair
    assert pulse(round_.pk, found["secretary"]) != secretary


# --- The comparison ----------------------------------------------------------------------------


def test_totals_mean_spread_and_the_pairs_beyond_the_limit():
    round_, _found = ended(60, 72, 74)
    product = comparison(round_).products[0]
    assert [cell.total for cell in product.cells] == [60, 72, 74]
    assert product.mean == Fraction(206, 3)
    assert product.spread == 14
    assert product.is_wide
    assert [(high.total, low.total, between) for high, low, between in product.pairs] == [
        (74, 60, 14),
        (72, 60, 12),
    ]
    assert [cell["is_end"] for cell in product.row] == [True, False, True]


def test_a_spread_of_exactly_the_limit_is_within_it():
    round_, _found = ended(60, 70)
    product = comparison(round_).products[0]
    assert product.spread == 10
    assert not product.is_wide
    assert product.pairs == []


def test_with_one_sheet_a_product_nothing_is_said_to_agree():
    round_ = factories.open_round(members=3)
    found = people(round_)
    factories.scored_sheet(only(round_), found["member"], total=72)
    rounds.end_scoring(round_=round_, by=found["secretary"])
    page = get(found["secretary"], "room", round_.pk).content.decode()
    assert "không sản phẩm nào lệch" not in page
    assert "Chưa sản phẩm nào có hai phiếu hợp lệ để so sánh." in page


def test_sheets_that_agree_are_said_to():
    round_, found = ended(70, 72)
    page = get(found["chair"], "room", round_.pk).content.decode()
    assert "không sản phẩm nào lệch quá 10 điểm" in page
    assert "để so sánh" not in page


def test_the_criteria_on_which_members_differ_most_come_first():
    round_ = factories.open_round(members=2)
    candidate, (first, second) = only(round_), factories.scorers(round_.council)
    options = factories.options_for(candidate.pinned_set.criteria, total=80)
    leaf = max(candidate.pinned_set.criteria.leaves, key=lambda leaf: leaf.points)
    other = options | {leaf.code: 0} if not leaf.has_printed_zero else options | {leaf.code: 1}
    factories.scored_sheet(candidate, first, options=options)
    factories.scored_sheet(candidate, second, options=other)
    round_ = rounds.end_scoring(round_=round_, by=people(round_)["secretary"])
    found = differences(comparison(round_).products[0])
    assert [row.criterion.code for row in found] == [leaf.code]
    assert found[0].low < found[0].high
    assert [points for _seat, points in found[0].marks] == [found[0].high, found[0].low]


def test_a_member_with_a_conflict_is_no_column_of_figures_for_that_product():
    round_ = factories.open_round(members=3)
    found = people(round_)
    rounds.declare_conflict(candidate=only(round_), user=found["member"], kind="kin", note="")
    for user in factories.scorers(round_.council):
        if user != found["member"]:
            factories.scored_sheet(only(round_), user, total=72)
    round_ = rounds.end_scoring(round_=round_, by=found["secretary"])
    product = comparison(round_).products[0]
    assert [cell.total for cell in product.cells] == [72, 72]


def test_a_leader_who_owes_a_sheet_sees_nothing_of_that_product():
    round_ = factories.open_round(members=3)
    found = people(round_)
    members = [user for user in factories.scorers(round_.council) if user != found["chair"]]
    for user, total in zip(members, (60, 93), strict=True):
        factories.scored_sheet(only(round_), user, total=total)
    rounds.end_scoring(round_=round_, by=found["secretary"])
    page = get(found["chair"], "room", round_.pk, sp=only(round_).pk).content.decode()
    assert "chưa gửi phiếu của mình" in page
    assert get(found["chair"], "vote", only(round_).pk).status_code == 403
    seen = get(found["secretary"], "room", round_.pk).content.decode()
    # Each beside its tag: a bare "33" also stands in the hash of a file's name now and then.
    for figure in (">93<", ">60<", "76,50", ">33<", "lệch quá 10 điểm</b>", "chi-tiet"):
        assert figure in seen, figure
        assert figure not in page, figure


def test_the_screen_opens_the_widest_product_and_offers_to_reopen_its_sheets():
    round_, found = ended(60, 74)
    page = get(found["chair"], "room", round_.pk).content.decode()
    assert "Cặp phiếu lệch quá 10 điểm" in page
    for sheet in Sheet.objects.all():
        assert url("reopen", sheet.pk) in page


def test_each_figure_names_its_member_for_on_a_phone_the_head_of_the_table_is_gone():
    round_, found = ended(60, 74, 66)
    page = get(found["secretary"], "room", round_.pk).content.decode()
    table = comparison(round_)
    names = [str(seat.user) for seat in table.seats]
    assert len(set(names)) == 3
    totals, *criteria = re.findall(r"<tr.*?</tr>", page.replace("<thead><tr>", ""), re.S)
    assert re.findall(r'data-label="([^"]+)"', totals) == ["Bình quân", "Chênh lệch", *names]
    assert re.findall(r'data-label="([^"]+)">(\d+)<', totals) == [
        (name, str(cell.total)) for name, cell in zip(names, table.products[0].cells, strict=True)
    ]
    differing = differences(table.products[0])
    assert [re.findall(r'data-label="([^"]+)">(\d+)<', row) for row in criteria] == [
        [(str(seat.user), str(points)) for seat, points in row.marks] for row in differing
    ]
    assert "table-plain" not in page


def test_a_closed_round_is_still_compared_and_offers_nothing_to_do():
    round_ = factories.closed_round(totals=(70, 72, 74))
    found = people(round_)
    page = get(found["secretary"], "room", round_.pk, sp=only(round_).pk).content.decode()
    assert "72,00" in page
    assert "Đề nghị chấm lại" not in page
    assert url("attendance", round_.pk) not in page


@pytest.mark.parametrize(("state", "queries"), [("open", 15), ("tallying", 17)])
def test_the_screen_costs_the_same_for_one_product_and_three_members_or_three_and_five(
    state, queries, django_assert_num_queries
):
    for candidates, members in ((1, 3), (3, 5)):
        round_ = factories.open_round(candidates=candidates, members=members)
        found = people(round_)
        for candidate in round_.candidates.all():
            for place, user in enumerate(factories.scorers(round_.council)):
                factories.scored_sheet(candidate, user, total=60 + 5 * place)
        if state == "tallying":
            rounds.end_scoring(round_=round_, by=found["secretary"])
        browser = signed_in(found["secretary"])
        browser.get(url("room", round_.pk))
        with django_assert_num_queries(queries):
            browser.get(url("room", round_.pk))


# --- Who came ----------------------------------------------------------------------------------


def test_absent_members_are_written_down_with_the_reason_and_count_against_the_quorum():
    round_ = factories.open_round(members=4)  # three of four make the quorum
    found = people(round_)
    seats = list(Seat.objects.filter(council=round_.council, scores=True).order_by("pk"))
    assert meeting.attendance(round_).is_enough
    sent = {f"absent-{seats[1].pk}": "on", f"reason-{seats[1].pk}": "Đi công tác"}
    assert post(found["secretary"], "attendance", round_.pk, **sent).status_code == 302
    now = meeting.attendance(round_)
    assert (now.present, now.needed, now.is_enough) == (3, 3, True)
    page = get(found["chair"], "room", round_.pk).content.decode()
    assert "Có mặt 3/4" in page
    assert "Đi công tác" in page
    # Sent again it is no second event; another reason is one.
    post(found["secretary"], "attendance", round_.pk, **sent)
    assert round_.events.filter(action="attendance.recorded").count() == 1
    reasons = {seat.pk: "Ốm" for seat in seats[2:]}
    meeting.record_absences(round_=round_, reasons=reasons, by=found["secretary"])
    now = meeting.attendance(round_)
    assert (now.present, now.is_enough) == (2, False)
    assert sorted(now.absences) == [seat.pk for seat in seats[2:]]


def test_without_the_chair_there_is_no_quorum():
    round_ = factories.open_round(members=4)
    found = people(round_)
    chair = Seat.objects.get(council=round_.council, position="chair")
    meeting.record_absences(round_=round_, reasons={chair.pk: "Họp tỉnh"}, by=found["secretary"])
    now = meeting.attendance(round_)
    assert (now.present, now.has_chair, now.is_enough) == (3, False, False)
    assert "thiếu chủ tịch" in get(found["secretary"], "room", round_.pk).content.decode()


def test_an_absence_without_a_reason_is_refused_beside_its_field():
    round_ = factories.open_round(members=3)
    found = people(round_)
    seat = Seat.objects.filter(council=round_.council, position="member").first()
    answer = post(found["secretary"], "attendance", round_.pk, **{f"absent-{seat.pk}": "on"})
    assert answer.status_code == 422
    assert "Cần ghi lý do vắng." in answer.content.decode()
    with pytest.raises(RoundRefused, match="Cần ghi lý do vắng"):
        meeting.record_absences(round_=round_, reasons={seat.pk: " "}, by=found["secretary"])
    assert not round_.absences.exists()


def test_nobody_is_written_down_absent_once_the_round_is_closed():
    round_ = factories.closed_round()
    seat = Seat.objects.filter(council=round_.council, position="member").first()
    with pytest.raises(RoundRefused):
        meeting.record_absences(round_=round_, reasons={seat.pk: "Ốm"}, by=seat.user)


# --- Votes on knock-outs -----------------------------------------------------------------------


@pytest.fixture
def proposed():
    """Four members; one proposes to knock the product out; scoring has ended."""
    entry = factories.entry_in("ready", product__set_number=7)
    round_ = factories.open_round(entries=[entry], members=4)
    first, *others = factories.scorers(round_.council)
    sheet = sheets.start_sheet(candidate=only(round_), user=others[0])
    factories.fill_sheet(sheet, total=72, submit=False)
    sheets.declare(sheet_id=sheet.pk, rule="knock_out:1.1", reason="Nhập khẩu", user=others[0])
    sheets.submit_sheet(sheet_id=sheet.pk, user=others[0])
    for user in (first, *others[1:]):
        factories.scored_sheet(only(round_), user, total=74)
    found = people(round_)
    rounds.end_scoring(round_=round_, by=found["secretary"])
    seats = list(Seat.objects.filter(council=round_.council, scores=True).order_by("pk"))
    return round_, found, seats


def ballot(seats, *votes):
    return {f"vote-{seat.pk}": vote for seat, vote in zip(seats, votes, strict=True)}


@pytest.mark.parametrize(
    ("votes", "finding"),
    [
        (("out", "out", "out", "stay"), "upheld"),
        (("stay", "stay", "out", ""), "rejected"),
        (("out", "out", "stay", "stay"), ""),
        (("", "", "", ""), ""),
    ],
)
def test_the_majority_of_the_votes_is_the_finding_and_a_tie_is_none(proposed, votes, finding):
    round_, found, seats = proposed
    candidate = only(round_)
    assert (
        url("vote", candidate.pk)
        in get(found["chair"], "room", round_.pk, sp=candidate.pk).content.decode()
    )
    answer = post(found["secretary"], "vote", candidate.pk, **ballot(seats, *votes))
    assert answer.status_code == 302
    candidate.refresh_from_db()
    assert candidate.knock_out_finding == finding
    kept = dict(candidate.votes.values_list("seat", "is_out"))
    assert kept == {seat.pk: vote == "out" for seat, vote in zip(seats, votes, strict=True) if vote}
    closes = True
    try:
        rounds.close_round(round_=round_, by=found["secretary"])
    except RoundRefused as refused:
        closes = False
        assert "hội đồng cần kết luận loại hay không" in str(refused)
    assert closes == bool(finding)


def test_voting_again_replaces_the_vote_and_a_new_tie_opens_the_question_again(proposed):
    round_, found, seats = proposed
    candidate = only(round_)
    post(found["secretary"], "vote", candidate.pk, **ballot(seats, "out", "out", "out", "stay"))
    post(found["secretary"], "vote", candidate.pk, **ballot(seats, "out", "out", "stay", "stay"))
    candidate.refresh_from_db()
    assert candidate.knock_out_finding == ""
    assert candidate.votes.count() == 4
    events = round_.events.filter(action="knock_out.voted")
    assert [event.data["finding"] for event in events] == ["upheld", ""]
    # Sent twice it is written once.
    post(found["secretary"], "vote", candidate.pk, **ballot(seats, "out", "out", "stay", "stay"))
    assert events.count() == 2


def test_who_is_absent_or_has_a_conflict_has_no_vote(proposed):
    round_, found, seats = proposed
    candidate = only(round_)
    meeting.record_absences(round_=round_, reasons={seats[3].pk: "Ốm"}, by=found["secretary"])
    rounds.declare_conflict(candidate=candidate, user=seats[2].user, kind="kin", note="")
    assert meeting.voters(candidate) == seats[:2]
    for stranger in seats[2:]:
        with pytest.raises(RoundRefused, match="không được biểu quyết"):
            meeting.record_votes(
                candidate=candidate, votes={stranger.pk: True}, by=found["secretary"]
            )
    assert not candidate.votes.exists()


def test_nothing_is_voted_on_where_no_sheet_proposes_to_knock_out():
    round_, found = ended(60, 62)
    with pytest.raises(RoundRefused, match="Không có phiếu nào đề nghị loại"):
        meeting.record_votes(candidate=only(round_), votes={}, by=found["secretary"])


def test_there_is_no_vote_before_scoring_has_ended_nor_after_the_round_is_closed():
    round_ = factories.open_round()
    secretary = people(round_)["secretary"]
    assert get(secretary, "vote", only(round_).pk).status_code == 403
    closed = factories.closed_round()
    with pytest.raises(RoundRefused):
        meeting.record_votes(candidate=only(closed), votes={}, by=secretary)


# --- A second hearing --------------------------------------------------------------------------


def second(round_, by, *candidates, **changes):
    due = timezone.now() + datetime.timedelta(days=20)
    fields = {
        "round_": round_,
        "candidates": candidates,
        "name": "Phiên họp lần hai",
        "meets_on": timezone.localdate() + datetime.timedelta(days=19),
        "scoring_due": due,
        "reason": "Chờ phiếu kiểm nghiệm",
        "by": by,
    }
    return meeting.hear_again(**(fields | changes))


def test_products_that_need_more_checks_go_before_a_second_hearing():
    round_, found = ended(60, 62, candidates=2)
    first, other = round_.candidates.all()
    new = second(round_, found["secretary"], first)
    assert new.follows == round_
    assert (new.state, new.council, new.level) == (Round.State.DRAFT, round_.council, round_.level)
    assert [row.entry for row in new.candidates.all()] == [first.entry]
    assert [row.pk for row in round_.candidates.filter(removed_at__isnull=True)] == [other.pk]
    assert first.sheets.filter(state=Sheet.State.SUBMITTED).count() == 2  # still to be compared
    assert Entry.objects.get(pk=first.entry_id).state == Entry.State.READY
    page = get(found["secretary"], "round", new.pk).content.decode()
    assert "Phiên họp lần hai của" in page
    # The first closes without it, the second is opened and scored like any other.
    assert rounds.close_round(round_=round_, by=found["secretary"]).state == Round.State.CLOSED
    assert rounds.open_round(round_=new, by=found["secretary"]).state == Round.State.OPEN


def test_a_second_hearing_needs_a_product_a_reason_and_an_ended_scoring():
    round_, found = ended(60, 62)
    for changes in ({"candidates": []}, {"reason": " "}):
        with pytest.raises(RoundRefused):
            second(round_, found["secretary"], only(round_), **changes)
    still_open = factories.open_round()
    with pytest.raises(RoundRefused):
        second(still_open, found["secretary"], only(still_open))
    assert Round.objects.count() == 2


def test_the_form_offers_only_products_that_may_reach_three_stars():
    round_ = factories.open_round(members=2, candidates=2)
    found = people(round_)
    for candidate, total in zip(round_.candidates.all(), (45, 60), strict=True):
        for user in factories.scorers(round_.council):
            factories.scored_sheet(candidate, user, total=total)
    rounds.end_scoring(round_=round_, by=found["secretary"])
    low, high = round_.candidates.all()
    page = get(found["secretary"], "hear_again", round_.pk).content.decode()
    assert f'value="{high.pk}"' in page
    assert f'value="{low.pk}"' not in page
    day = timezone.localdate() + datetime.timedelta(days=9)
    sent = {
        "candidates": [high.pk],
        "name": "Lần hai",
        "reason": "Chờ kiểm nghiệm",
        "meets_on": f"{day:%d/%m/%Y}",
        "due_date": f"{day:%d/%m/%Y}",
        "due_time": "17:00",
    }
    assert post(found["secretary"], "hear_again", round_.pk, **sent).status_code == 302
    assert Candidate.objects.get(round__follows=round_).entry == high.entry
    assert post(found["chair"], "hear_again", round_.pk, **sent).status_code == 403
