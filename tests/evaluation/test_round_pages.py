"""A round prepared, opened, extended, given up: each act by the right person, with reasons."""

import datetime

import pytest
from django.utils import timezone

from evaluation import rounds
from evaluation.models import Candidate, PinnedSet, Round, RoundEvent, Sheet
from products.models import Entry
from tests import factories
from tests.evaluation.pages import get, people, post, signed_in, url, with_second_factor

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return factories.officer()


@pytest.fixture
def draft():
    return factories.RoundFactory(council=factories.council_with(3))


def soon(days=5):
    return (timezone.localdate() + datetime.timedelta(days=days)).strftime("%d/%m/%Y")


def round_data(cycle, **changes):
    return {
        "name": "Đợt 1 mẫu",
        "cycle": cycle.pk,
        "level": "district",
        "meets_on": soon(6),
        "due_date": soon(5),
        "due_time": "17:00",
    } | changes


def test_a_round_takes_the_decision_of_its_cycle(officer):
    council, cycle = factories.council_with(3), factories.CycleFactory()
    answer = post(officer, "round_add", council.pk, **round_data(cycle, decision="khac"))
    round_ = Round.objects.get()
    assert answer.url == url("round", round_.pk)
    assert round_.decision == cycle.decision
    assert round_.created_by == officer
    due = timezone.localtime(round_.scoring_due)
    assert (due.hour, due.minute) == (17, 0)
    assert "Lập đợt đánh giá" in get(officer, "round", round_.pk).content.decode()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"due_date": "01/01/2020"}, "Hạn gửi phiếu phải ở phía trước."),
        ({"due_date": "2019-13-45"}, "ngày"),
        ({"level": "xa"}, "xa"),
        ({"name": ""}, "Hãy điền mục này."),
    ],
)
def test_a_wrong_round_is_refused_and_what_was_typed_stays(officer, changes, message):
    council, cycle = factories.council_with(3), factories.CycleFactory()
    answer = post(officer, "round_add", council.pk, **round_data(cycle, **changes))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert soon(6) in answer.content.decode()
    assert not Round.objects.exists()


def test_a_cycle_of_another_district_is_not_offered(officer):
    elsewhere = factories.UnitFactory(level="district", kind="Huyện", name="Khác")
    cycle = factories.CycleFactory(unit=elsewhere)
    council = factories.council_with(3)
    assert post(officer, "round_add", council.pk, **round_data(cycle)).status_code == 422


def test_ready_products_of_the_cycle_are_offered_and_others_say_why_not(officer, draft):
    ready = factories.entry_in("ready", cycle=draft.cycle)
    waiting = factories.entry_in("dossier_open", cycle=draft.cycle)
    missing = factories.entry_in("ready", cycle=draft.cycle, product__set_number=3)
    other_year = factories.entry_in("ready")
    page = get(officer, "candidate_add", draft.pk).content.decode()
    assert f'name="entry" value="{ready.pk}">' in page
    assert f"{waiting.product}: {waiting.get_state_display()}" in page
    assert f'name="entry" value="{missing.pk}" disabled>' in page
    assert "chưa có bộ tiêu chí trong hệ thống nên chưa đánh giá được" in page
    assert str(other_year.product) not in page


def test_chosen_products_come_before_the_round_once(officer, draft):
    entries = [factories.entry_in("ready", cycle=draft.cycle) for _n in range(2)]
    other_year = factories.entry_in("ready")
    sent = [str(entry.pk) for entry in [*entries, other_year]] + ["0", "x", "-1"]
    for _time in range(2):
        post(officer, "candidate_add", draft.pk, entry=sent)
    assert [row.entry for row in draft.candidates.all()] == entries


def test_choosing_nothing_is_told(officer, draft):
    factories.entry_in("ready", cycle=draft.cycle)
    answer = post(officer, "candidate_add", draft.pk)
    assert answer.status_code == 422
    assert "Hãy chọn ít nhất một sản phẩm." in answer.content.decode()


def test_what_is_missing_is_shown_before_opening_and_opening_is_refused(officer):
    council = factories.CouncilFactory()
    round_ = factories.RoundFactory(
        council=council, scoring_due=timezone.now() - datetime.timedelta(hours=1)
    )
    expected = [
        "Hội đồng chưa có chủ tịch chấm điểm.",
        "Hội đồng chưa có thư ký.",
        "Chưa đưa sản phẩm nào vào đợt.",
        "Hạn gửi phiếu đã qua.",
    ]
    page = get(officer, "round", round_.pk).content.decode()
    assert [reason for reason in expected if reason not in page] == []
    answer = post(officer, "round_open", round_.pk)
    assert answer.status_code == 422
    assert [reason for reason in expected if reason not in answer.content.decode()] == []
    round_.refresh_from_db()
    assert round_.state == Round.State.DRAFT


def test_a_paper_that_went_missing_keeps_the_round_shut(officer, draft):
    entry = factories.entry_in("ready", cycle=draft.cycle)
    rounds.add_candidate(round_=draft, entry=entry, by=officer)
    entry.papers.filter(kind="business_plan").update(withdrawn_at=timezone.now())
    page = get(officer, "round", draft.pk).content.decode()
    assert f"{entry.product}: Còn thiếu: " in page
    assert post(officer, "round_open", draft.pk).status_code == 422


def test_a_set_missing_from_the_law_keeps_the_round_shut(officer, draft):
    entry = factories.entry_in("ready", cycle=draft.cycle, product__set_number=3)
    rounds.add_candidate(round_=draft, entry=entry, by=officer)
    page = get(officer, "round", draft.pk).content.decode()
    assert "chưa có tiêu chí trong hệ thống nên chưa thể đánh giá" in page
    assert post(officer, "round_open", draft.pk).status_code == 422


def test_opening_freezes_dossier_criteria_and_rules_and_opens_once(officer, draft):
    entry = factories.entry_in("ready", cycle=draft.cycle)
    rounds.add_candidate(round_=draft, entry=entry, by=officer)
    assert "Đủ điều kiện mở đợt." in get(officer, "round", draft.pk).content.decode()
    for _time in range(2):
        assert post(officer, "round_open", draft.pk).status_code == 302
    council = draft.council
    council.spread_limit = 3
    council.save()
    draft.refresh_from_db()
    candidate = draft.candidates.get()
    assert (draft.state, draft.spread_limit) == (Round.State.OPEN, 10)
    assert candidate.pinned_set == PinnedSet.objects.get()
    assert len(candidate.dossier) == 5
    assert draft.events.filter(action="opened").count() == 1
    entry.refresh_from_db()
    assert entry.state == Entry.State.IN_EVALUATION


def test_an_unchecked_set_is_warned_of_on_the_round_on_the_sheet_and_in_the_tally():
    entry = factories.entry_in("ready", product__set_number=10)
    round_ = factories.open_round(entries=[entry], members=1)
    found = people_of_one(round_)
    candidate = round_.candidates.get()
    post(found["chair"], "sheet", candidate.pk)
    doubt = "Bản chép duy nhất tìm được ghi 0/1/2/3 điểm"
    state = "chép lại từ bản đã công bố, có chỗ khôi phục; chưa đối chiếu với văn bản ký"
    for name, key in (("round", round_.pk), ("sheet", candidate.pk)):
        page = get(found["chair"], name, key).content.decode()
        assert doubt in page, name
        assert state in page, name
    factories.fill_sheet(Sheet.objects.get(), total=72)
    rounds.end_scoring(round_=round_, by=found["secretary"])
    page = get(found["chair"], "tally", round_.pk).content.decode()
    assert doubt in page
    assert state in page


def people_of_one(round_):
    return {
        position: factories.person_in(round_.council, position)
        for position in ("chair", "secretary")
    }


def test_an_open_round_is_extended_with_a_reason(officer):
    round_ = factories.open_round()
    answer = post(
        officer, "round_extend", round_.pk, due_date=soon(9), due_time="8:30", reason="Mưa lũ"
    )
    assert answer.status_code == 302
    round_.refresh_from_db()
    assert timezone.localtime(round_.scoring_due).strftime("%d/%m/%Y %H:%M") == f"{soon(9)} 08:30"
    page = get(officer, "round", round_.pk).content.decode()
    assert f"Gia hạn gửi phiếu đến 08:30 {soon(9)}" in page
    assert "Mưa lũ" in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"due_date": "01/01/2020"}, "Hạn mới phải ở phía trước."),
        ({"reason": " "}, "Hãy điền mục này."),
        ({"due_time": "25:00"}, "Hãy ghi giờ và phút, ví dụ 17:00."),
    ],
)
def test_an_extension_that_is_wrong_is_refused(officer, changes, message):
    round_ = factories.open_round()
    data = {"due_date": soon(9), "due_time": "8:30", "reason": "Mưa lũ"} | changes
    answer = post(officer, "round_extend", round_.pk, **data)
    assert answer.status_code == 422
    assert message in answer.content.decode()


def test_a_product_is_taken_out_with_a_reason_and_its_sheets_count_no_more(officer):
    round_ = factories.open_round(candidates=2)
    first, second = round_.candidates.all()
    member = factories.person_in(round_.council, "member")
    factories.scored_sheet(first, member, total=72)
    assert post(officer, "candidate_remove", first.pk, reason="").status_code == 422
    assert post(officer, "candidate_remove", first.pk, reason="Chủ thể xin rút").status_code == 302
    first.entry.refresh_from_db()
    assert first.entry.state == Entry.State.READY
    assert get(member, "sheet", first.pk).status_code == 404
    page = get(officer, "round", round_.pk).content.decode()
    assert "0/3 phiếu" in page
    assert "Chủ thể xin rút" in page
    assert [row.pk for row in round_.candidates.filter(removed_at__isnull=True)] == [second.pk]


def test_a_round_is_given_up_with_a_reason_and_its_products_wait_again(officer):
    round_ = factories.open_round()
    assert post(officer, "round_cancel", round_.pk, reason="").status_code == 422
    assert post(officer, "round_cancel", round_.pk, reason="Hoãn").status_code == 302
    round_.refresh_from_db()
    assert round_.state == Round.State.CANCELLED
    assert Entry.objects.get().state == Entry.State.READY


def test_an_opened_round_is_not_edited(officer):
    round_ = factories.open_round()
    answer = post(officer, "round_edit", round_.pk, **round_data(round_.cycle, name="Tên khác"))
    assert answer.status_code == 422
    assert "Chỉ sửa được đợt đang chuẩn bị." in answer.content.decode()
    round_.refresh_from_db()
    assert round_.name != "Tên khác"


def test_acts_of_preparation_are_not_for_members():
    round_ = factories.open_round()
    found = people(round_)
    candidate = round_.candidates.get()
    acts = (("round_edit", round_), ("round_extend", round_), ("round_cancel", round_))
    acts += (("candidate_add", round_), ("round_open", round_), ("candidate_remove", candidate))
    for role in ("chair", "member", "support"):
        for name, target in acts:
            assert post(found[role], name, target.pk, reason="Thử").status_code == 403, (role, name)
    assert RoundEvent.objects.filter(action__in=["cancelled", "candidate.removed"]).count() == 0


def test_reading_a_page_changes_nothing(officer):
    round_ = factories.open_round()
    events = RoundEvent.objects.count()
    by = factories.person_in(round_.council, "secretary")
    for name in ("round_open", "round_end", "round_close", "round_publish", "round_cancel"):
        get(by, name, round_.pk)
    round_.refresh_from_db()
    assert round_.state == Round.State.OPEN
    assert RoundEvent.objects.count() == events


def test_rounds_are_found_without_diacritics_and_filtered_by_state_and_year(officer):
    council = factories.council_with(3)
    spring = factories.RoundFactory(council=council, name="Đợt mùa xuân")
    factories.RoundFactory(council=council, name="Đợt mùa thu")
    assert [row.pk for row in get(officer, "rounds", q="DOT xuan").context["page"]] == [spring.pk]
    assert len(get(officer, "rounds", q="mua").context["page"]) == 2
    year = spring.cycle.year
    assert [row.pk for row in get(officer, "rounds", year=year).context["page"]] == [spring.pk]
    assert len(get(officer, "rounds", state="draft").context["page"]) == 2
    assert len(get(officer, "rounds", state="open").context["page"]) == 0
    assert get(officer, "rounds", year="abc", state="la", page="x").status_code == 200


@pytest.mark.parametrize(
    ("of_secretary", "the_list", "an_open_round", "a_draft"),
    [(False, 8, 14, 15), (True, 9, 15, 15)],
)
def test_lists_and_pages_of_rounds_cost_the_same_at_one_and_at_three(
    officer, django_assert_num_queries, of_secretary, the_list, an_open_round, a_draft
):
    for candidates in (1, 3):
        open_one = factories.open_round(candidates=candidates)
        draft = factories.RoundFactory(council=open_one.council)
        for _n in range(candidates):
            factories.CandidateFactory(round=draft)
        secretary = factories.person_in(open_one.council, "secretary")
        browser = with_second_factor(signed_in(secretary if of_secretary else officer))
        browser.get(url("round", open_one.pk))  # the frozen set is then in memory
        with django_assert_num_queries(the_list):
            browser.get(url("rounds"))
        with django_assert_num_queries(an_open_round):
            browser.get(url("round", open_one.pk))
        with django_assert_num_queries(a_draft):
            browser.get(url("round", draft.pk))
    assert Candidate.objects.count() == 8
