"""From sheets to a result: tally, settling, closing, publishing; exact to the last point."""

from fractions import Fraction

import pytest
from django.utils.html import escape

from evaluation import rounds, sheets
from evaluation.models import Candidate, Mark, Result, Round, Seat, Sheet
from evaluation.rounds import RoundRefused
from evaluation.sheets import SheetRefused
from evaluation.tally import round_tally
from products.models import Entry
from tests import factories
from tests.evaluation.pages import get, people, post, score_all, signed_in, url, with_second_factor

pytestmark = pytest.mark.django_db


def ended(*totals, candidates=1, **fields):
    """A round whose members have handed in these totals and whose scoring has ended."""
    round_ = factories.open_round(candidates=candidates, members=len(totals), **fields)
    score_all(round_, *totals)
    return rounds.end_scoring(round_=round_, by=factories.person_in(round_.council, "secretary"))


def secretary(round_):
    return factories.person_in(round_.council, "secretary")


def test_the_published_score_goes_through_the_pages_to_93_points_and_5_stars():
    """Trái sầu riêng cấp đông, set 1, Decision 1048: A 31 + B 24 + C 38 = 93.00, five stars."""
    round_ = factories.open_round(members=3)
    candidate = round_.candidates.get()
    options = factories.options_for(
        candidate.pinned_set.criteria, parts={"A": 31, "B": 24, "C": 38}
    )
    for user in factories.scorers(round_.council):
        browser = signed_in(user)
        browser.post(url("sheet", candidate.pk))
        sheet = Sheet.objects.get(candidate=candidate, seat__user=user)
        for code, option in options.items():
            answer = browser.post(url("mark", sheet.pk), {"criterion": code, "option": option})
        assert answer.json()["parts"] == {"A": 31, "B": 24, "C": 38}
        assert answer.json()["total"] == 93
        assert answer.json()["missing"] == []
        assert browser.post(url("submit", sheet.pk)).status_code == 302
    by = signed_in(secretary(round_))
    assert by.post(url("round_end", round_.pk)).status_code == 302
    assert (
        "Kết quả cấp huyện: 93,00 điểm, hạng 5 sao"
        in by.get(url("tally", round_.pk)).content.decode()
    )
    assert by.post(url("round_close", round_.pk)).status_code == 302
    result = Result.objects.get()
    assert (result.mean, result.stars, result.sheets) == (93, 5, 3)
    assert result.part_means == {"A": 31, "B": 24, "C": 38}
    assert by.post(url("round_publish", round_.pk)).status_code == 302
    rating = candidate.entry.product.ratings.get()
    assert (rating.mean, rating.stars, rating.is_certified) == (93, 5, False)


@pytest.mark.parametrize(
    ("totals", "shown", "stars"),
    [
        ((50, 50), "50,00", 3),
        ((49, 50), "49,50", 2),
        ((70, 70), "70,00", 4),
        ((69, 70), "69,50", 3),
        ((89, 90), "89,50", 4),
        ((90, 90), "90,00", 5),
        ((93, 93, 94), "93,33", 5),
    ],
)
def test_the_band_is_taken_on_the_exact_mean(totals, shown, stars):
    round_ = ended(*totals)
    assert (
        f"{shown} điểm, hạng {stars} sao"
        in get(secretary(round_), "tally", round_.pk).content.decode()
    )
    post(secretary(round_), "round_close", round_.pk)
    assert Result.objects.get().stars == stars


@pytest.mark.parametrize(
    ("members", "low", "shown", "stars"), [(200, 49, "49,99", 2), (250, 69, "69,99", 3)]
)
def test_a_mean_just_below_a_band_is_cut_and_never_rounded_up(members, low, shown, stars):
    """49.995 stays at two stars and 69.996 at three, whatever two decimals would round to."""
    round_ = factories.open_round(members=1)
    candidate = round_.candidates.get()
    chair = factories.person_in(round_.council, "chair")
    criteria = candidate.pinned_set.criteria
    users = factories.UserFactory.create_batch(members - 1)
    seats = Seat.objects.bulk_create(
        Seat(council=round_.council, user=user, position="member") for user in users
    )
    factories.scored_sheet(candidate, chair, total=low)
    options = factories.options_for(criteria, total=low + 1)
    made = Sheet.objects.bulk_create(
        Sheet(candidate=candidate, seat=seat, state="submitted", submitted_at=round_.opened_at)
        for seat in seats
    )
    Mark.objects.bulk_create(
        Mark(sheet=sheet, criterion=code, option=option, points=0)
        for sheet in made
        for code, option in options.items()
    )
    rounds.end_scoring(round_=round_, by=chair)
    rounds.close_round(round_=round_, by=chair)
    result = Result.objects.get()
    assert result.mean == low + 1 - Fraction(1, members)
    assert result.stars == stars
    assert f"{shown} điểm, hạng {stars} sao" in get(chair, "tally", round_.pk).content.decode()


def test_a_district_result_is_told_as_a_proposal_and_never_as_certified():
    round_ = factories.closed_round(totals=(72, 72, 72))
    page = get(secretary(round_), "tally", round_.pk).content.decode()
    assert "Kết quả cấp huyện: 72,00 điểm, hạng 4 sao, đề nghị cấp tỉnh đánh giá, phân hạng" in page
    assert "stars-council" in page
    assert "stars-certified" not in page


def test_figures_that_cannot_be_closed_yet_are_called_provisional():
    round_ = factories.open_round()
    by = secretary(round_)
    factories.scored_sheet(round_.candidates.get(), factories.scorers(round_.council)[0], total=72)
    rounds.end_scoring(round_=round_, by=by)
    words = "Tạm tính, chưa chốt được."
    assert words in get(by, "tally", round_.pk).content.decode()
    closed = factories.closed_round(totals=(72, 72, 72))
    assert words not in get(secretary(closed), "tally", closed.pk).content.decode()


def test_a_result_below_fifty_goes_back_to_be_improved():
    round_ = factories.closed_round(totals=(40, 40, 40))
    page = get(secretary(round_), "tally", round_.pk).content.decode()
    assert "Kết quả cấp huyện: 40,00 điểm, hạng 2 sao, trả về để hoàn thiện" in page


def test_points_are_worked_out_from_the_options_not_from_the_stored_points():
    round_ = factories.open_round(members=2)
    score_all(round_, 80, 80)
    Mark.objects.update(points=0)
    rounds.end_scoring(round_=round_, by=secretary(round_))
    assert "80,00 điểm" in get(secretary(round_), "tally", round_.pk).content.decode()


def test_without_a_quorum_or_without_the_chair_a_round_is_not_closed():
    round_ = factories.open_round(members=4)
    candidate = round_.candidates.get()
    chair, *members = factories.scorers(round_.council)
    for user in members[:2]:
        factories.scored_sheet(candidate, user, total=72)
    rounds.end_scoring(round_=round_, by=secretary(round_))
    answer = post(secretary(round_), "round_close", round_.pk)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "mới có 2 phiếu hợp lệ, cần ít nhất 3." in page
    assert "chưa có phiếu của chủ tịch hội đồng." in page
    assert not Result.objects.exists()
    # Three of four make the quorum, and still the chair is missing.
    last = sheets.reopen_sheet(
        sheet=Sheet.objects.get(candidate=candidate, seat__user=members[2]),
        by=chair,
        reason="Về muộn",
    )
    factories.fill_sheet(last, total=72)
    answer = post(secretary(round_), "round_close", round_.pk)
    assert answer.status_code == 422
    assert "cần ít nhất" not in answer.content.decode()
    assert "chưa có phiếu của chủ tịch hội đồng." in answer.content.decode()


@pytest.mark.parametrize(("totals", "flagged"), [((70, 80), False), ((70, 81), True)])
def test_a_spread_above_the_limit_is_flagged_and_ten_is_not_above(totals, flagged):
    round_ = ended(*totals)
    page = get(secretary(round_), "tally", round_.pk).content.decode()
    assert ("spread is-wide" in page) == flagged
    assert (post(secretary(round_), "round_close", round_.pk).status_code == 422) == flagged


def test_a_wide_spread_is_closed_once_the_council_s_word_on_it_is_written():
    round_ = ended(60, 80)
    candidate = round_.candidates.get()
    by = secretary(round_)
    empty = post(
        by, "settle", candidate.pk, what="spread", **{f"spread-{candidate.pk}-spread_note": " "}
    )
    assert empty.status_code == 422
    assert "Hãy điền mục này." in empty.content.decode()
    note = "Đã thảo luận, các thành viên giữ điểm"
    said = post(
        by, "settle", candidate.pk, what="spread", **{f"spread-{candidate.pk}-spread_note": note}
    )
    assert said.status_code == 302
    assert post(by, "round_close", round_.pk).status_code == 302
    assert note in get(by, "tally", round_.pk).content.decode()
    assert Result.objects.get().mean == 70


def knocked_out_by(number_of_sheets):
    """A round of three in which so many sheets propose to knock the product out."""
    entry = factories.entry_in("ready", product__set_number=7)
    round_ = factories.open_round(entries=[entry], members=3)
    candidate = round_.candidates.get()
    for index, user in enumerate(factories.scorers(round_.council)):
        sheet = sheets.start_sheet(candidate=candidate, user=user)
        factories.fill_sheet(sheet, total=75, submit=False)
        if index < number_of_sheets:
            sheets.declare(
                sheet_id=sheet.pk, rule="knock_out:1.1", reason="Nhập khẩu hết", user=user
            )
        sheets.submit_sheet(sheet_id=sheet.pk, user=user)
    return rounds.end_scoring(round_=round_, by=secretary(round_)), candidate


def test_on_a_sheet_that_was_handed_in_a_printed_knock_out_is_a_warning_declared_or_not():
    _round, candidate = knocked_out_by(1)
    rule = next(r for r in candidate.pinned_set.criteria.rules if r.key == "knock_out:1.1")
    for sheet in candidate.sheets.all():
        page = get(sheet.seat.user, "sheet_view", sheet.pk).content.decode()
        before = page.split(escape(rule.text))[0]
        assert "is-rule" in before[before.rindex('class="criterion-note') :]


def find(round_, candidate, finding, reason="Đã kiểm tra hóa đơn"):
    prefix = f"finding-{candidate.pk}"
    return post(
        secretary(round_),
        "settle",
        candidate.pk,
        what="finding",
        **{f"{prefix}-finding": finding, f"{prefix}-reason": reason},
    )


def test_a_knock_out_of_some_members_needs_the_council_s_finding():
    round_, candidate = knocked_out_by(1)
    by = secretary(round_)
    page = get(by, "tally", round_.pk).content.decode()
    assert "hội đồng cần kết luận loại hay không" in page
    assert "Nhập khẩu hết" in page
    assert post(by, "round_close", round_.pk).status_code == 422
    refused = find(round_, candidate, "upheld", reason="")
    assert refused.status_code == 422
    assert find(round_, candidate, "upheld").status_code == 302
    assert post(by, "round_close", round_.pk).status_code == 302
    result = Result.objects.get()
    assert (result.knocked_out, result.stars, result.proposal) == (True, 0, "out")
    rounds.publish_round(round_=round_, by=by)
    assert list(candidate.entry.product.ratings.all()) == []


def test_a_knock_out_that_the_council_rejects_leaves_the_points():
    round_, candidate = knocked_out_by(2)
    find(round_, candidate, "rejected")
    post(secretary(round_), "round_close", round_.pk)
    result = Result.objects.get()
    assert (result.knocked_out, result.stars, result.mean) == (False, 4, 75)


def test_a_knock_out_of_all_members_needs_no_finding():
    round_, _candidate = knocked_out_by(3)
    assert post(secretary(round_), "round_close", round_.pk).status_code == 302
    assert Result.objects.get().knocked_out is True


def test_a_reopened_sheet_is_a_new_version_and_the_old_one_stays_readable():
    round_ = ended(60, 80)
    member = factories.person_in(round_.council, "member")
    chair = factories.person_in(round_.council, "chair")
    old = Sheet.objects.get(seat__user=member)
    assert post(chair, "reopen", old.pk, reason=" ").status_code == 422
    assert post(chair, "reopen", old.pk, reason="Thảo luận chênh lệch").status_code == 302
    assert post(secretary(round_), "reopen", old.pk, reason="Cùng lúc").status_code == 302
    new = Sheet.objects.get(seat__user=member, state="draft")
    assert new.version == 2
    answer = post(secretary(round_), "round_close", round_.pk)
    assert answer.status_code == 422
    assert "Còn 1 phiếu mở lại chưa gửi." in answer.content.decode()
    factories.fill_sheet(new, total=66, submit=False)
    assert post(member, "submit", new.pk).status_code == 302
    for person in (member, chair):
        page = get(person, "sheet_view", old.pk).content.decode()
        assert "<b data-total>80</b>" in page
        assert "Thảo luận chênh lệch" in page
        assert "<b data-total>66</b>" in get(person, "sheet_view", new.pk).content.decode()
    assert url("sheet_view", old.pk) in get(chair, "tally", round_.pk).content.decode()
    assert post(secretary(round_), "round_close", round_.pk).status_code == 302
    assert Result.objects.get().mean == 63


def test_a_submitted_sheet_can_be_reopened_while_scoring_goes_on_without_being_seen():
    round_ = factories.open_round(members=3)
    member = factories.person_in(round_.council, "member")
    sheet = factories.scored_sheet(round_.candidates.get(), member, total=93)
    by = secretary(round_)
    assert url("reopen", sheet.pk) in get(by, "round", round_.pk).content.decode()
    assert get(by, "sheet_view", sheet.pk).status_code == 404
    assert post(by, "reopen", sheet.pk, reason="Bấm nhầm").status_code == 302
    new = Sheet.objects.get(seat__user=member, state="draft")
    assert post(member, "mark", new.pk, criterion="1.1", option="1", base="1").status_code == 200


@pytest.mark.parametrize("how", ["conflict", "left", "not scoring any more"])
def test_a_reopened_sheet_that_cannot_count_any_more_is_not_waited_for(how):
    round_ = ended(70, 72, 74, 76)
    by, member = secretary(round_), factories.person_in(round_.council, "member")
    new = sheets.reopen_sheet(sheet=Sheet.objects.get(seat__user=member), by=by, reason="Sửa")
    assert post(by, "round_close", round_.pk).status_code == 422
    if how == "conflict":
        post(member, "conflict", round_.candidates.get().pk, kind="kin")
    elif how == "left":
        Seat.objects.filter(user=member).update(left_on="2026-01-01")
    else:
        Seat.objects.filter(user=member).update(scores=False)
    assert post(by, "round_close", round_.pk).status_code == 302
    assert Result.objects.get().sheets == 3
    new.refresh_from_db()
    assert new.state == Sheet.State.LAPSED


def test_a_sheet_of_a_product_taken_out_of_the_round_is_not_reopened():
    round_ = ended(60, 80, candidates=2)
    first = round_.candidates.first()
    rounds.remove_candidate(candidate=first, by=secretary(round_), reason="Chủ thể xin rút")
    sheet = first.sheets.first()
    assert post(secretary(round_), "reopen", sheet.pk, reason="Sửa").status_code == 404


def test_only_chair_and_secretary_reopen_and_settle():
    round_ = ended(60, 80)
    found = people(round_)
    sheet, candidate = Sheet.objects.first(), round_.candidates.get()
    for role in ("member", "support", "officer"):
        assert post(found[role], "reopen", sheet.pk, reason="Vì sao").status_code == 403, role
        assert post(found[role], "settle", candidate.pk, what="spread").status_code == 403, role
    assert Sheet.objects.filter(state="superseded").count() == 0


def test_closing_lists_what_will_be_written_and_a_second_closing_writes_nothing_more():
    round_ = ended(72, 74, candidates=2)
    by = secretary(round_)
    page = get(by, "round_close", round_.pk).content.decode()
    assert page.count("Kết quả cấp huyện: 73,00 điểm, hạng 4 sao") == 2
    assert not Result.objects.exists()
    for _time in range(2):
        assert post(by, "round_close", round_.pk).status_code == 302
    assert Result.objects.count() == 2
    assert round_.events.filter(action="closed").count() == 1
    assert {entry.state for entry in Entry.objects.all()} == {Entry.State.RATED}


def test_only_the_secretary_ends_and_closes():
    round_ = factories.open_round()
    found = people(round_)
    for role in ("chair", "member", "support", "officer"):
        assert post(found[role], "round_end", round_.pk).status_code == 403, role
        assert post(found[role], "round_close", round_.pk).status_code == 403, role
    round_.refresh_from_db()
    assert round_.state == Round.State.OPEN


def test_a_closed_round_is_changed_by_nobody():
    round_ = factories.closed_round(totals=(72, 72, 72))
    found = people(round_)
    candidate, sheet = round_.candidates.get(), Sheet.objects.first()
    by = found["secretary"]
    with pytest.raises(SheetRefused):
        sheets.save_mark(sheet_id=sheet.pk, criterion="1.1", option=1, user=sheet.seat.user)
    with pytest.raises(SheetRefused):
        sheets.reopen_sheet(sheet=sheet, by=by, reason="Muốn sửa")
    for act in (
        lambda: rounds.declare_conflict(
            candidate=candidate, user=sheet.seat.user, kind="kin", note=""
        ),
        lambda: rounds.remove_candidate(candidate=candidate, by=by, reason="Bỏ"),
        lambda: rounds.settle(candidate=candidate, by=by, spread_note="Ghi thêm"),
        lambda: rounds.cancel_round(round_=round_, by=by, reason="Hủy"),
        lambda: rounds.extend_scoring(
            round_=round_, due=round_.scoring_due, by=by, reason="Thêm giờ"
        ),
        lambda: rounds.end_scoring(round_=round_, by=by),
        lambda: rounds.open_round(round_=round_, by=by),
    ):
        with pytest.raises(RoundRefused):
            act()
    before = Result.objects.values().get()
    for person in found.values():
        post(person, "reopen", sheet.pk, reason="Muốn sửa")
        post(person, "candidate_remove", candidate.pk, reason="Bỏ")
        post(person, "round_cancel", round_.pk, reason="Hủy")
        post(person, "mark", sheet.pk, criterion="1.1", option="1")
        post(person, "conflict", candidate.pk, kind="kin")
    round_.refresh_from_db()
    assert round_.state == Round.State.CLOSED
    assert Result.objects.values().get() == before
    assert Candidate.objects.get().removed_at is None
    assert Sheet.objects.filter(state="superseded").count() == 0


def test_a_member_who_leaves_after_closing_changes_nothing_that_is_shown():
    round_ = factories.closed_round(totals=(72, 74, 76))
    chair = factories.person_in(round_.council, "chair")
    member = factories.person_in(round_.council, "member")
    before = get(chair, "tally", round_.pk).content.decode()
    Seat.objects.filter(user=member).update(left_on="2026-01-01")
    after = get(chair, "tally", round_.pk).content.decode()
    assert after.count(str(member)) == before.count(str(member)) > 0
    assert "74,00 điểm" in after


def test_after_closing_the_council_and_the_office_see_the_tally():
    round_ = factories.closed_round(totals=(72, 72, 72))
    for role, person in people(round_).items():
        assert "72,00" in get(person, "tally", round_.pk).content.decode(), role


def test_the_officer_publishes_and_publishing_twice_tells_it_once():
    round_ = factories.closed_round(totals=(72, 72, 72))
    found = people(round_)
    for role in ("chair", "member", "support"):
        assert post(found[role], "round_publish", round_.pk).status_code == 403, role
    for _time in range(2):
        assert post(found["officer"], "round_publish", round_.pk).status_code == 302
    product = round_.candidates.get().entry.product
    assert product.ratings.count() == 1
    assert round_.events.filter(action="published").count() == 1


def test_the_tally_costs_the_same_whatever_the_number_of_products_and_members(
    django_assert_num_queries,
):
    for members, candidates in ((3, 1), (3, 3), (15, 1)):
        round_ = ended(*[72] * members, candidates=candidates)
        with django_assert_num_queries(6):
            round_tally(round_)


@pytest.mark.parametrize("close", [False, True])
def test_the_tally_page_costs_the_same_whatever_the_number_of_products_and_members(
    django_assert_num_queries, close
):
    for members, candidates in ((3, 1), (3, 3), (5, 3)):
        round_ = ended(*[72] * members, candidates=candidates)
        by = secretary(round_)
        if close:
            rounds.close_round(round_=round_, by=by)
        browser = with_second_factor(signed_in(by))
        with django_assert_num_queries(QUERIES_OF_A_CLOSED_PAGE if close else QUERIES_OF_A_PAGE):
            browser.get(url("tally", round_.pk))


QUERIES_OF_A_PAGE = 15
QUERIES_OF_A_CLOSED_PAGE = 11


def test_a_round_ended_before_the_chair_began_is_saved_by_opening_the_chairs_sheet():
    round_ = factories.open_round(members=3)
    candidate, by = round_.candidates.get(), secretary(round_)
    chair, *members = factories.scorers(round_.council)
    for user in members:
        factories.scored_sheet(candidate, user, total=72)
    rounds.end_scoring(round_=round_, by=by)
    owed = Sheet.objects.get(seat__user=chair)
    assert owed.state == Sheet.State.LAPSED
    assert url("reopen", owed.pk) in get(by, "tally", round_.pk).content.decode()
    assert post(chair, "mark", owed.pk, criterion="1.1", option="1").status_code == 409
    assert post(by, "reopen", owed.pk, reason="Dừng chấm nhầm").status_code == 302
    factories.fill_sheet(Sheet.objects.get(seat__user=chair, state="draft"), total=75)
    assert post(by, "round_close", round_.pk).status_code == 302
    assert Result.objects.get().mean == 73
