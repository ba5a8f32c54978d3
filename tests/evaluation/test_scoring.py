"""The member's sheet: every choice is kept at once, nothing is lost, nothing is believed."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluation import rounds, sheets
from evaluation.models import Declaration, Mark, MarkEvent, Round, Sheet
from tests import factories
from tests.evaluation.pages import get, post, signed_in, url
from tests.evaluation.test_star_marks import under

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_():
    return factories.open_round(candidates=1)


@pytest.fixture
def candidate(round_):
    return round_.candidates.get()


@pytest.fixture
def member(round_):
    return factories.person_in(round_.council, "member")


@pytest.fixture
def sheet(candidate, member):
    return sheets.start_sheet(candidate=candidate, user=member)


def a_sheet_of_set(number):
    """A round with one product of this set; the first member's sheet is begun."""
    entry = factories.entry_in("ready", product__set_number=number)
    round_ = factories.open_round(entries=[entry])
    member = factories.person_in(round_.council, "member")
    return sheets.start_sheet(candidate=round_.candidates.get(), user=member), member


def test_opening_the_page_makes_no_sheet_until_the_member_says_there_is_no_conflict(
    candidate, member
):
    assert "bắt đầu chấm" in get(member, "sheet", candidate.pk).content.decode()
    assert Sheet.objects.count() == 0
    assert post(member, "sheet", candidate.pk).status_code == 302
    assert post(member, "sheet", candidate.pk).status_code == 302
    assert Sheet.objects.count() == 1


def test_the_sheet_shows_every_level_of_the_printed_table_in_order(candidate, sheet, member):
    page = get(member, "sheet", candidate.pk).content.decode()
    criteria = candidate.pinned_set.criteria
    places = [page.index(f'id="tc-{leaf.code}"') for leaf in criteria.leaves]
    assert places == sorted(places)
    offered = sum(len(leaf.options) + (not leaf.has_printed_zero) for leaf in criteria.leaves)
    assert page.count('type="radio"') == offered
    # 1.1 starts at 1 point, so "none of these" is offered; 1.2 prints its own 0.
    assert 'name="tc-1.1" value="0"' in page
    assert 'name="tc-1.2" value="0"' not in page
    assert "Trường hợp A" in page
    assert "Trường hợp B" in page


def test_a_choice_is_answered_with_the_running_score(sheet, member):
    answer = post(member, "mark", sheet.pk, criterion="1.1", option="2")
    assert answer.status_code == 200
    body = answer.json()
    assert body["saved"] == {"criterion": "1.1", "option": 2, "version": 1}
    assert body["marks"] == {"1.1": [2, 1]}
    assert body["parts"] == {"A": 2, "B": 0, "C": 0}
    assert body["total"] == 2
    assert "1.1" not in body["missing"]
    assert len(body["missing"]) == 30


def test_points_sent_by_the_browser_are_not_believed(sheet, member):
    body = post(
        member, "mark", sheet.pk, criterion="1.1", option="1", points="3", user="1", total="100"
    ).json()
    assert body["total"] == 1
    assert Mark.objects.get(sheet=sheet).points == 1


def test_none_of_these_is_an_answer_of_zero_points(sheet, member):
    body = post(member, "mark", sheet.pk, criterion="1.1", option="0").json()
    assert body["total"] == 0
    assert "1.1" not in body["missing"]


@pytest.mark.parametrize("option", ["9", "-1", "", "hai", "1.5", "99999999999999999999"])
def test_an_option_that_is_not_printed_is_refused_with_words(sheet, member, option):
    answer = post(member, "mark", sheet.pk, criterion="1.1", option=option)
    assert answer.status_code == 422
    assert "phương án" in answer.json()["message"]
    assert not Mark.objects.exists()


@pytest.mark.parametrize("criterion", ["99.9", "", "tc-1.1", "A", "1"])
def test_an_unknown_criterion_is_refused(sheet, member, criterion):
    assert post(member, "mark", sheet.pk, criterion=criterion, option="1").status_code == 422
    assert not Mark.objects.exists()


def test_a_mark_is_taken_by_post_alone(sheet, member):
    assert get(member, "mark", sheet.pk, criterion="1.1", option="1").status_code == 405


def test_the_same_choice_twice_is_one_event(sheet, member):
    for _time in range(2):
        assert post(member, "mark", sheet.pk, criterion="1.1", option="2").status_code == 200
    post(member, "mark", sheet.pk, criterion="1.1", option="3", base="1")
    assert Mark.objects.get(sheet=sheet).option == 3
    assert list(MarkEvent.objects.values_list("previous", "option")) == [(None, 2), (2, 3)]


def test_without_a_story_its_criteria_are_not_scored_and_say_why(candidate, sheet, member):
    post(member, "mark", sheet.pk, criterion="5.2", option="4")
    body = post(member, "mark", sheet.pk, criterion="5.1", option="1").json()
    assert body["not_applicable"] == ["5.2", "5.3"]
    assert body["reasons"]["5.3"] == "Không chấm – chỉ áp dụng khi có câu chuyện"
    assert body["total"] == 0
    page = get(member, "sheet", candidate.pk).content.decode()
    assert page.count("is-off") == 2
    # The answer is kept for the case that there is a story after all.
    again = post(member, "mark", sheet.pk, criterion="5.1", option="2", base="1")
    assert again.json()["total"] == 1 + 3


def test_a_gate_declared_with_a_reason_stops_what_comes_after():
    sheet, member = a_sheet_of_set(2)
    post(member, "mark", sheet.pk, criterion="7", option="1")
    assert (
        post(
            member, "declare", sheet.pk, rule="gate:6.1", **{"reason-gate:6.1": "Có lẫn cát"}
        ).status_code
        == 302
    )
    page = get(member, "sheet", sheet.candidate_id).content.decode()
    assert "Không chấm – đã dừng đánh giá ở tiêu chí 6.1" in page
    assert "Có lẫn cát" in page
    body = post(member, "mark", sheet.pk, criterion="1.1", option="1").json()
    assert body["gates"] == ["gate:6.1"]
    assert post(member, "retract", sheet.pk, rule="gate:6.1").status_code == 302
    assert post(member, "mark", sheet.pk, criterion="1.1", option="1").json()["gates"] == []


def test_a_gate_that_follows_from_a_mark_needs_no_declaration():
    sheet, member = a_sheet_of_set(7)
    criterion = sheet.candidate.pinned_set.criteria.criterion("6.1")
    zero = next(option.number for option in criterion.options if option.points == 0)
    body = post(member, "mark", sheet.pk, criterion="6.1", option=str(zero)).json()
    assert body["gates"] == ["gate:6.1"]
    assert "6.2" in body["not_applicable"]
    refused = post(
        member, "declare", sheet.pk, rule="gate:6.1", **{"reason-gate:6.1": "Có lẫn cát"}
    )
    assert refused.status_code == 422


def test_a_declaration_without_a_reason_is_refused_beside_its_field_and_keeps_the_choices():
    sheet, member = a_sheet_of_set(2)
    answer = post(
        member, "declare", sheet.pk, rule="gate:6.1", **{"tc-1.1": "1", "reason-gate:6.1": " "}
    )
    assert answer.status_code == 422
    assert "Cần ghi lý do." in answer.content.decode()
    assert not Declaration.objects.exists()
    assert Mark.objects.get(sheet=sheet).criterion == "1.1"


def test_without_scripts_a_part_is_saved_at_once(candidate, sheet, member):
    answer = post(member, "marks", sheet.pk, part="A", **{"tc-1.1": "2", "tc-1.2": "4"})
    assert answer.status_code == 302
    assert answer.url == url("sheet", candidate.pk) + "#part-A"
    assert dict(Mark.objects.values_list("criterion", "points")) == {"1.1": 2, "1.2": 3}
    # Sent again unchanged: nothing new is written.
    post(member, "marks", sheet.pk, part="A", **{"tc-1.1": "2", "tc-1.2": "4"})
    assert MarkEvent.objects.count() == 2


def test_without_scripts_one_of_two_cases_is_marked_and_a_second_takes_nothing_else_with_it():
    round_ = under("26-2026", set_number=26, level="province")
    member = factories.person_in(round_.council, "member")
    sheet = sheets.start_sheet(candidate=round_.candidates.get(), user=member)

    def shut():
        page = get(member, "sheet", sheet.candidate_id)
        rows = [
            row
            for part in page.context["parts"]
            for found in part["sections"]
            for row in found["rows"]
        ]
        return {row.criterion.code: row.off_reason for row in rows if row.state == "off"}

    both = {"tc-8.a": "2", "tc-8.b": "1", "tc-10": "1"}
    answer = post(member, "marks", sheet.pk, part="A", **both)
    assert answer.status_code == 422
    assert "chỉ chấm một trong các trường hợp" in answer.content.decode()
    assert dict(Mark.objects.values_list("criterion", "option")) == {"8.a": 2, "10": 1}
    assert list(shut()) == ["8.b"]
    assert "hãy chọn “Không đạt mức nào” ở trường hợp kia trước" in shut()["8.b"]
    post(member, "marks", sheet.pk, part="A", **{"tc-8.a": "0", "v-8.a": "1.2"})
    assert shut() == {}
    answer = post(member, "marks", sheet.pk, part="A", **{"tc-8.b": "1"})
    assert answer.status_code == 302
    assert list(shut()) == ["8.a"]
    assert sheets.sheet_score(sheet).total == 1 + 1


def test_an_incomplete_sheet_is_not_taken_and_names_what_is_missing(candidate, sheet, member):
    options = factories.options_for(candidate.pinned_set.criteria, total=80)
    del options["1.3"], options["6.2"]
    factories.fill_sheet(sheet, options=options, submit=False)
    answer = post(member, "submit", sheet.pk)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Còn 2 tiêu chí chưa chấm" in page
    link = url("sheet", candidate.pk) + "?thieu=1#tc-"
    assert page.count(link) == 2
    assert f'href="{link}1.3"' in page
    assert f'href="{link}6.2"' in page
    sheet.refresh_from_db()
    assert sheet.state == Sheet.State.DRAFT
    marked = get(member, "sheet", candidate.pk, thieu="1").content.decode()
    assert marked.count("is-missing") == 2


def test_handing_in_twice_is_handing_in_once_and_shuts_the_sheet(candidate, sheet, member):
    factories.fill_sheet(sheet, total=80, submit=False)
    first = post(member, "submit", sheet.pk)
    sheet.refresh_from_db()
    at = sheet.submitted_at
    second = post(member, "submit", sheet.pk)
    assert (first.status_code, second.status_code) == (302, 302)
    sheet.refresh_from_db()
    assert sheet.submitted_at == at
    refused = post(member, "mark", sheet.pk, criterion="1.1", option="1")
    assert refused.status_code == 409
    assert "đã gửi" in refused.json()["message"]
    assert get(member, "sheet", candidate.pk).url == url("sheet_view", sheet.pk)
    page = get(member, "sheet_view", sheet.pk).content.decode()
    assert "<b data-total>80</b>" in page


def test_a_mark_after_the_due_time_is_taken_within_the_grace_and_refused_after_it(
    round_, sheet, member
):
    def mark(minutes_late):
        Round.objects.filter(pk=round_.pk).update(
            scoring_due=timezone.now() - datetime.timedelta(minutes=minutes_late)
        )
        return post(member, "mark", sheet.pk, criterion="1.1", option="1")

    assert mark(4).status_code == 200
    late = mark(6)
    assert late.status_code == 409
    assert late.json()["message"] == "Đã quá hạn gửi phiếu. Hãy đề nghị thư ký gia hạn."


def test_after_the_due_time_the_page_says_so_and_offers_no_button(round_, candidate, sheet, member):
    Round.objects.filter(pk=round_.pk).update(
        scoring_due=timezone.now() - datetime.timedelta(hours=1)
    )
    page = get(member, "sheet", candidate.pk).content.decode()
    assert "Đã quá hạn gửi phiếu." in page
    assert "data-submit" not in page
    assert page.count("<fieldset") == page.count(" disabled>")


def test_a_sheet_not_handed_in_lapses_when_scoring_ends_but_its_author_still_reads_it(
    round_, sheet, member
):
    post(member, "mark", sheet.pk, criterion="1.1", option="2")
    rounds.end_scoring(round_=round_, by=factories.person_in(round_.council, "secretary"))
    assert post(member, "mark", sheet.pk, criterion="1.2", option="2").status_code == 409
    assert "<b data-total>2</b>" in get(member, "sheet_view", sheet.pk).content.decode()


def test_who_does_not_score_has_no_sheet(round_, candidate):
    for position in ("secretary", "support"):
        person = factories.person_in(round_.council, position)
        assert get(person, "sheet", candidate.pk).status_code == 404
        assert post(person, "sheet", candidate.pk).status_code == 404
        assert get(person, "my_sheets", round_.pk).status_code == 403
    assert not Sheet.objects.exists()


def test_the_list_tells_a_member_how_far_each_sheet_is(round_, candidate, sheet, member):
    post(member, "mark", sheet.pk, criterion="1.1", option="2")
    assert "1/31 tiêu chí" in get(member, "my_sheets", round_.pk).content.decode()
    factories.fill_sheet(sheet, total=77)
    assert "77 điểm" in get(member, "my_sheets", round_.pk).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_mark_costs_six_queries_and_a_note_five():
    round_ = factories.open_round()
    member = factories.person_in(round_.council, "member")
    sheet = sheets.start_sheet(candidate=round_.candidates.get(), user=member)
    browser = signed_in(member)
    browser.post(url("mark", sheet.pk), {"criterion": "1.1", "option": "1"})  # the set is warm

    def asked_by(name, **data):
        with CaptureQueriesContext(connection) as found:
            assert browser.post(url(name, sheet.pk), data).status_code == 200
        passing = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
        return [q["sql"] for q in found if not q["sql"].startswith(passing)]

    saving = asked_by("mark", criterion="1.2", option="1", base="0", id="a1")
    assert len(saving) == 6, "\n".join(saving)
    again = asked_by("mark", criterion="1.2", option="1", base="0", id="a1")
    assert len(again) == 4, "\n".join(again)
    noting = asked_by("note", criterion="1.2", text="Xem lại", seen="")
    assert len(noting) == 5, "\n".join(noting)


def test_my_sheets_cost_the_same_for_one_product_and_for_three(django_assert_num_queries):
    for candidates in (1, 3):
        round_ = factories.open_round(candidates=candidates)
        member = factories.person_in(round_.council, "member")
        for candidate in round_.candidates.all():
            sheets.start_sheet(candidate=candidate, user=member)
        browser = signed_in(member)
        browser.get(url("my_sheets", round_.pk))  # the frozen set is then in memory
        with django_assert_num_queries(QUERIES_OF_MY_SHEETS):
            browser.get(url("my_sheets", round_.pk))


QUERIES_OF_MY_SHEETS = 10


def test_the_sheet_page_stays_within_fifteen_queries(
    candidate, sheet, member, django_assert_max_num_queries
):
    factories.fill_sheet(sheet, total=80, submit=False)
    browser = signed_in(member)
    with django_assert_max_num_queries(15):
        browser.get(url("sheet", candidate.pk))
