"""Printed star marks of 148/2023 and 26/2026: on a member's sheet, in the tally, by the council."""

import datetime

import pytest

from evaluation import rounds, sheets
from evaluation.models import MarkFinding, Result, Seat
from evaluation.rounds import RoundRefused
from evaluation.tally import replayed, round_tally
from ocop_portal import law
from tests import factories
from tests.evaluation.pages import get, people, post, signed_in, url, with_second_factor
from tests.evaluation.test_together import is_refusal, together

pytestmark = pytest.mark.django_db

IN_FORCE = {"148-2023": datetime.date(2024, 9, 10), "26-2026": datetime.date(2026, 9, 10)}
# 95 points, every mark for 4 stars met, and 9 below the 5 points that 5 stars ask of it.
WITHOUT_FIVE = {"9": 3, "7": 3, "5.c": 1}


def under(slug, *, set_number=7, members=3, candidates=1, level="district"):
    """An open round under this Decision, its products of this set."""
    cycle = factories.CycleFactory(decision=slug)
    entries = [
        factories.entry_in(
            "ready",
            cycle=cycle,
            product=factories.ProductFactory(decision=slug, set_number=set_number),
        )
        for _n in range(candidates)
    ]
    return factories.open_round(
        entries=entries, members=members, meets_on=IN_FORCE[slug], level=level
    )


def secretary(round_):
    return factories.person_in(round_.council, "secretary")


def scored(*sheets_points, slug="148-2023", end=True, **fields):
    """A round in which each member, the chair first, gave these criteria these points, else the most."""
    round_ = under(slug, members=len(sheets_points), **fields)
    for candidate in round_.candidates.all():
        criteria = candidate.pinned_set.criteria
        for user, points in zip(factories.scorers(round_.council), sheets_points, strict=True):
            factories.scored_sheet(
                candidate, user, options=factories.options_with(criteria, points)
            )
    return rounds.end_scoring(round_=round_, by=secretary(round_)) if end else round_


def row_of(round_):
    return round_tally(round_)[0]


def mark_of(round_, star, code):
    return next(mark for mark in row_of(round_).marks if mark.key == (star, code))


def find(round_, star, code, word, reason="Đã xem giấy chứng nhận", by=None, seen=None):
    return rounds.find_mark(
        candidate=round_.candidates.get(),
        star=star,
        criterion=code,
        word=word,
        reason=reason,
        by=by or secretary(round_),
        seen=seen,
    )


# --- The lower of points and marks -------------------------------------------------------------


def test_a_sheet_of_95_points_without_a_five_star_mark_is_four_stars_on_sheet_and_in_the_tally():
    round_ = under("148-2023", members=1)
    candidate, chair = round_.candidates.get(), factories.scorers(round_.council)[0]
    sheet = sheets.start_sheet(candidate=candidate, user=chair)
    criteria = candidate.pinned_set.criteria
    factories.fill_sheet(
        sheet, options=factories.options_with(criteria, WITHOUT_FIVE), submit=False
    )
    page = get(chair, "sheet", candidate.pk).content.decode()
    assert "Hạng của phiếu</span> <b>4 sao</b>" in page
    assert "điểm đủ 5 sao, còn 3 tiêu chí dưới mức tối thiểu của 5 sao" in page
    assert '<a href="#tc-9">9. ' in page
    assert "cần ít nhất 5 điểm, đang 3" in page
    assert "4 sao: đạt đủ mức tối thiểu" in page
    sheets.submit_sheet(sheet_id=sheet.pk, user=chair)
    assert (
        "Hạng của phiếu</span> <b>4 sao</b>" in get(chair, "sheet_view", sheet.pk).content.decode()
    )
    rounds.end_scoring(round_=round_, by=secretary(round_))
    tally = row_of(round_).tally
    assert (tally.mean, tally.band, tally.stars) == (95, 5, 4)
    page = get(secretary(round_), "tally", round_.pk).content.decode()
    assert "95,00 điểm, hạng 4 sao" in page
    assert "Hạng 5 sao: chưa đạt mức tối thiểu ở tiêu chí 5.c, 7, 9." in page
    page = get(secretary(round_), "round_close", round_.pk).content.decode()
    assert "Điểm bình quân thuộc khung 5 sao, kết quả 4 sao:" in page
    assert "Hạng 5 sao: chưa đạt mức tối thiểu ở tiêu chí 5.c, 7, 9." in page
    assert post(secretary(round_), "round_close", round_.pk).status_code == 302
    assert (Result.objects.get().band, Result.objects.get().stars) == (5, 4)


def test_before_closing_the_band_is_told_where_nothing_lowers_it():
    round_ = scored({})
    assert row_of(round_).tally.stars == 5
    page = get(secretary(round_), "round_close", round_.pk).content.decode()
    assert "Điểm bình quân thuộc khung 5 sao." in page
    assert "chưa đạt mức tối thiểu" not in page


def test_a_secretary_with_a_conflict_closes_without_reading_why_the_stars_are_fewer():
    round_ = under("148-2023", members=3)
    candidate = round_.candidates.get()
    Seat.objects.filter(council=round_.council, position="secretary").update(scores=True)
    by = secretary(round_)
    post(by, "conflict", candidate.pk, kind="kin")
    criteria = candidate.pinned_set.criteria
    for user in factories.scorers(round_.council):
        if user != by:
            factories.scored_sheet(
                candidate, user, options=factories.options_with(criteria, WITHOUT_FIVE)
            )
    rounds.end_scoring(round_=round_, by=by)
    page = get(by, "round_close", round_.pk).content.decode()
    assert "Anh/chị đã khai có liên quan" in page
    for words in ("thuộc khung", "chưa đạt mức tối thiểu", "5.c, 7, 9"):
        assert words not in page, words


def test_the_answer_to_a_saved_mark_tells_the_stars_anew():
    round_ = under("26-2026", members=1, level="province")
    candidate, chair = round_.candidates.get(), factories.scorers(round_.council)[0]
    sheet = sheets.start_sheet(candidate=candidate, user=chair)
    criteria = candidate.pinned_set.criteria
    factories.fill_sheet(sheet, options=factories.options_with(criteria, {}), submit=False)
    low = factories.options_with(criteria, {"4.1": 3})["4.1"]
    told = post(chair, "mark", sheet.pk, criterion="4.1", option=low, base=1).json()["stars"]
    assert "<b>4 sao</b>" in told
    assert '<a href="#tc-4.1">4.1. ' in told


def test_a_decision_without_marks_tells_the_stars_by_points_alone():
    round_ = factories.open_round(members=1)
    candidate, chair = round_.candidates.get(), factories.scorers(round_.council)[0]
    factories.fill_sheet(
        sheets.start_sheet(candidate=candidate, user=chair), total=72, submit=False
    )
    page = get(chair, "sheet", candidate.pk).content.decode()
    assert "Hạng của phiếu</span> <b>4 sao</b>" in page
    assert "mức tối thiểu dưới đây" not in page


# --- By the mean -------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "mean", "met"), [((5, 5, 5), 5, True), ((5, 5, 3), None, False)])
def test_a_five_star_mark_is_met_when_the_mean_reaches_it_and_not_just_below(given, mean, met):
    round_ = scored(*({"9": points} for points in given))
    mark = mark_of(round_, 5, "9")
    assert mark.state.met is met
    assert (mark.state.mean == mean) is met
    assert row_of(round_).tally.stars == (5 if met else 4)


def test_a_mean_of_a_criterion_exactly_at_the_mark_is_met_though_one_sheet_is_below_it():
    """4 stars ask for 3 points at 9: 1, 3 and 5 points have the mean 3."""
    round_ = scored({"9": 1}, {"9": 3}, {"9": 5})
    mark = mark_of(round_, 4, "9")
    assert (mark.state.mean, mark.state.least, mark.state.met) == (3, 3, True)
    assert mark.apart is True
    assert row_of(round_).tally.stars == 4


# --- The council's own finding ------------------------------------------------------------------


def test_a_finding_overrides_the_mean_both_ways_and_is_in_the_history():
    round_ = scored({"9": 5}, {"9": 5}, {"9": 1})
    by = secretary(round_)
    assert row_of(round_).tally.stars == 4
    find(round_, 5, "9", "met", "Giấy chứng nhận còn hạn, thành viên chưa thấy")
    assert row_of(round_).tally.stars == 5
    find(round_, 4, "9", "unmet", "Giấy đã hết hạn")
    assert row_of(round_).tally.stars == 3
    find(round_, 4, "9", "mean", "Rút kết luận, giấy được gia hạn")
    assert row_of(round_).tally.stars == 5
    page = get(by, "tally", round_.pk).content.decode()
    assert "Giấy chứng nhận còn hạn, thành viên chưa thấy" in page
    history = get(by, "round", round_.pk).content.decode()
    for words in ("tiêu chí 9 – đạt", "tiêu chí 9 – không đạt", "tiêu chí 9 – theo điểm bình quân"):
        assert words in history
    assert "Giấy đã hết hạn" in history
    assert [row.word for row in MarkFinding.objects.all()] == ["met", "unmet", "mean"]


def test_a_finding_is_sent_through_the_page_with_a_reason():
    round_ = scored({"9": 5}, {"9": 5}, {"9": 3})
    candidate, by = round_.candidates.get(), secretary(round_)
    prefix = f"mark-{candidate.pk}"
    sent = {"what": "mark", f"{prefix}-mark": "5:9", f"{prefix}-word": "met"}
    assert post(by, "settle", candidate.pk, **sent).status_code == 422
    assert not MarkFinding.objects.exists()
    sent |= {f"{prefix}-reason": "Đã xem giấy", f"{prefix}-seen": "0"}
    assert post(by, "settle", candidate.pk, **sent).status_code == 302
    assert post(by, "settle", candidate.pk, **sent).status_code == 302
    assert MarkFinding.objects.get().by == by
    assert f"{prefix}-word" in get(by, "tally", round_.pk).content.decode()


def test_a_mark_on_which_all_sheets_agree_and_that_is_in_no_doubt_is_not_settled():
    round_ = scored({"9": 3}, {"9": 3})
    assert mark_of(round_, 5, "9").is_doubtful is False
    with pytest.raises(RoundRefused, match="không có gì để hội đồng kết luận"):
        find(round_, 5, "9", "met")


def test_a_mark_whose_text_is_in_doubt_is_the_council_s_to_settle():
    """148 prints "Sở hữu trí tuệ ****" without saying which level is the least."""
    round_ = scored({}, {})
    mark = mark_of(round_, 4, "3.e")
    assert (mark.apart, bool(mark.doubts)) == (False, True)
    find(round_, 4, "3.e", "unmet", "Nhãn hiệu chưa được cấp")
    assert row_of(round_).tally.stars == 3


def test_a_mark_that_the_set_does_not_print_is_not_settled():
    round_ = scored({}, {})
    for star, code in ((3, "1.1"), (5, "9.9")):
        with pytest.raises(RoundRefused, match="không in yêu cầu tối thiểu này"):
            find(round_, star, code, "met")


def test_a_finding_over_one_that_the_page_did_not_show_is_refused_with_who_made_it():
    round_ = scored({"9": 5}, {"9": 3})
    chair = factories.person_in(round_.council, "chair")
    first = find(round_, 5, "9", "met", by=chair, seen=0)
    with pytest.raises(RoundRefused, match=str(chair)):
        find(round_, 5, "9", "unmet", "Giấy hết hạn", seen=0)
    assert find(round_, 5, "9", "met", seen=0) == first
    find(round_, 5, "9", "unmet", "Giấy hết hạn", seen=first.pk)
    assert row_of(round_).tally.stars == 4


@pytest.mark.django_db(transaction=True)
def test_of_two_leaders_who_find_at_once_one_is_told_of_the_other():
    round_ = scored({"9": 5}, {"9": 3})
    chair = factories.person_in(round_.council, "chair")
    outcomes = together(
        lambda: find(round_, 5, "9", "met", "Có giấy", by=chair, seen=0),
        lambda: find(round_, 5, "9", "unmet", "Giấy hết hạn", seen=0),
    )
    assert sorted(is_refusal(outcome) for outcome in outcomes) == [False, True]
    assert MarkFinding.objects.count() == 1
    assert round_.events.filter(action="mark.found").count() == 1


def test_only_chair_and_secretary_find_and_only_while_the_council_settles():
    round_ = scored({"9": 5}, {"9": 3})
    found, candidate = people(round_), round_.candidates.get()
    for role in ("member", "support", "officer"):
        assert post(found[role], "settle", candidate.pk, what="mark").status_code == 403, role
    rounds.close_round(round_=round_, by=found["secretary"])
    with pytest.raises(RoundRefused):
        find(round_, 5, "9", "met")


def test_a_leader_who_still_owes_their_own_sheet_reads_no_finding():
    round_ = under("148-2023", members=3)
    candidate, (chair, *members) = round_.candidates.get(), factories.scorers(round_.council)
    criteria = candidate.pinned_set.criteria
    for user, points in zip(members, (5, 3), strict=True):
        factories.scored_sheet(
            candidate, user, options=factories.options_with(criteria, {"9": points})
        )
    rounds.end_scoring(round_=round_, by=secretary(round_))
    find(round_, 5, "9", "unmet", "Điều bí mật của hội đồng")
    for page in ("tally", "round"):
        shown = get(chair, page, round_.pk).content.decode()
        assert "Điều bí mật của hội đồng" not in shown
        assert "tiêu chí 9 – không đạt" not in shown


# --- What is frozen, what it costs --------------------------------------------------------------


def test_a_closed_result_keeps_the_findings_and_can_be_worked_out_again():
    round_ = scored({"9": 5}, {"9": 5}, {"9": 3})
    find(round_, 5, "9", "met", "Giấy còn hạn")
    before = row_of(round_).tally
    page_before = get(secretary(round_), "tally", round_.pk).content.decode()
    round_ = rounds.close_round(round_=round_, by=secretary(round_))
    again = rounds.close_round(round_=round_, by=secretary(round_))
    result = Result.objects.get()
    assert again.closed_at == round_.closed_at
    assert replayed(result, round_) == before
    assert result.stars == 5
    page = get(secretary(round_), "tally", round_.pk).content.decode()
    for shown in (page_before, page):
        assert "Giấy còn hạn" in shown
        assert "mức tối thiểu" in shown.lower()


@pytest.mark.parametrize("close", [False, True])
def test_a_tally_with_marks_and_findings_costs_the_same_at_one_and_at_three(
    django_assert_num_queries, close
):
    for members, candidates in ((2, 1), (3, 3)):
        round_ = scored({"9": 5}, *[{"9": 3}] * (members - 1), candidates=candidates)
        by = secretary(round_)
        for candidate in round_.candidates.all():
            rounds.find_mark(
                candidate=candidate, star=5, criterion="9", word="met", reason="Có giấy", by=by
            )
        with django_assert_num_queries(6):
            round_tally(round_)
        if close:
            rounds.close_round(round_=round_, by=by)
        browser = with_second_factor(signed_in(by))
        with django_assert_num_queries(11 if close else 15):
            browser.get(url("tally", round_.pk))


# --- What the Decision foresees for it ----------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "stars", "proposed"),
    [
        ({}, 5, "đề nghị cấp tỉnh đánh giá, phân hạng"),
        # 70 points go on to the province, but marks hold this product at 3 stars.
        ({"3.d": 0}, 3, "đề nghị Ủy ban nhân dân huyện công nhận"),
        ({"5.b": 0}, 2, "trả về để hoàn thiện"),
    ],
)
def test_a_district_under_148_recognises_three_stars_and_sends_on_what_may_reach_four(
    points, stars, proposed
):
    round_ = scored(points, points)
    row = row_of(round_)
    assert row.tally.stars == stars
    assert row.tally.mean >= 70
    page = get(secretary(round_), "tally", round_.pk).content.decode()
    assert proposed in page


def test_every_set_of_the_later_decisions_can_be_scored_from_end_to_end():
    for slug, level in (("148-2023", "district"), ("26-2026", "province")):
        for number in (1, 26):
            round_ = scored({}, slug=slug, set_number=number, level=level)
            rounds.close_round(round_=round_, by=secretary(round_))
            result = round_.candidates.get().result
            best = sum(law.best_parts(round_.candidates.get().pinned_set.criteria).values())
            assert result.mean == best, (slug, number)
