"""Before the sitting: the invitation in time, the samples received."""

import datetime

import pytest

from evaluation import before, rounds
from evaluation.models import SampleReceipt
from evaluation.rounds import RoundRefused
from ocop_portal.reminders.models import Holiday
from ocop_portal.reminders.workdays import calendar
from tests import factories
from tests.evaluation.pages import get, people, post, signed_in, url

pytestmark = pytest.mark.django_db

# The rounds of these tests meet on Friday 15/11/2019 by Decision 1048, which asks for 2 working days.
THE_WEDNESDAY = datetime.date(2019, 11, 13)
THE_THURSDAY = datetime.date(2019, 11, 14)
TOO_LATE = "Không đủ 2 ngày làm việc trước ngày họp: cần gửi chậm nhất ngày 13/11/2019."


@pytest.fixture
def open_round():
    return factories.open_round()


def test_an_invitation_two_working_days_before_is_in_time_and_a_day_later_is_warned_of(open_round):
    secretary = people(open_round)["secretary"]
    for day, is_late in ((THE_WEDNESDAY, False), (THE_THURSDAY, True)):
        assert post(secretary, "invitation", open_round.pk, sent_on=f"{day:%d/%m/%Y}").url == (
            open_round.get_absolute_url()
        )
        page = get(secretary, "round", open_round.pk).content.decode()
        assert f"Đã gửi thư mời và tài liệu ngày {day:%d/%m/%Y}." in page
        assert (TOO_LATE in page) is is_late
        assert f"Ghi ngày gửi thư mời họp: {day:%d/%m/%Y}" in page


def test_an_invitation_that_was_never_sent_is_warned_of_once_its_last_day_is_over(open_round):
    page = get(people(open_round)["officer"], "round", open_round.pk).content.decode()
    assert "Chưa ghi ngày gửi thư mời và tài liệu." in page
    assert TOO_LATE in page


def test_holidays_and_weekends_are_no_working_days():
    round_ = factories.RoundFactory(meets_on=datetime.date(2019, 11, 18))  # a Monday
    assert before.invitation_of(round_).latest == datetime.date(2019, 11, 14)
    Holiday.objects.create(day="2019-11-15", occasion=Holiday.Occasion.OTHER, source="Thông báo")
    assert before.invitation_of(round_).latest == THE_WEDNESDAY
    assert calendar().before(datetime.date(2019, 11, 18), 1) == datetime.date(2019, 11, 14)


def test_a_calendar_that_is_not_complete_is_said_beside_the_last_day(open_round):
    doubt = "Lịch nghỉ năm 2019 chưa nhập đủ nên hạn gửi có thể sớm hơn."
    assert before.invitation_of(open_round).doubt == doubt
    assert doubt in get(people(open_round)["secretary"], "round", open_round.pk).content.decode()


def test_the_same_day_twice_is_written_once(open_round):
    by = people(open_round)["secretary"]
    for _time in range(2):
        before.record_invitation(round_=open_round, sent_on=THE_WEDNESDAY, by=by)
    assert open_round.events.filter(action="invitation.sent").count() == 1


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("16/11/2019", "Ngày gửi không thể sau ngày họp."),
        ("01/01/2100", "Ngày gửi không thể ở phía trước."),
    ],
)
def test_a_day_that_cannot_be_is_refused_beside_the_field(open_round, day, why):
    answer = post(people(open_round)["secretary"], "invitation", open_round.pk, sent_on=day)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"sent_on": [why]}
    assert day in answer.content.decode()


def test_nothing_is_written_down_for_a_closed_round():
    round_ = factories.closed_round()
    by = people(round_)["secretary"]
    with pytest.raises(RoundRefused):
        before.record_invitation(round_=round_, sent_on=THE_WEDNESDAY, by=by)
    with pytest.raises(RoundRefused):
        receive(round_.candidates.get(), by)
    assert "Thư mời họp" not in get(by, "round", round_.pk).content.decode()


SAMPLE = {
    "quantity": "5 hộp loại 500 g",
    "received_on": "11/11/2019",
    "condition": "nguyên bao bì",
    "received_by": "Nguyễn Thị Mẫu",
}
TOLD = "Mẫu: 5 hộp loại 500 g, nhận 11/11/2019, nguyên bao bì; người nhận: Nguyễn Thị Mẫu"


def receive(candidate, by, **other):
    values = {**SAMPLE, "received_on": datetime.date(2019, 11, 11), **other}
    return before.receive_sample(candidate=candidate, by=by, **values)


def test_samples_are_shown_on_the_round_to_those_who_prepare_it_and_to_nobody_else(open_round):
    found = people(open_round)
    candidate = open_round.candidates.get()
    assert post(found["secretary"], "sample", candidate.pk, **SAMPLE).status_code == 302
    for role, person in found.items():
        page = get(person, "round", open_round.pk).content.decode()
        assert (TOLD in page) is (role in {"secretary", "officer"}), role


def test_a_correction_is_a_new_row_and_the_old_one_stays_readable(open_round):
    secretary = people(open_round)["secretary"]
    candidate = open_round.candidates.get()
    receive(candidate, secretary)
    receive(candidate, secretary)
    receive(candidate, secretary, quantity="4 hộp loại 500 g")
    assert list(SampleReceipt.objects.values_list("quantity", flat=True)) == [
        "5 hộp loại 500 g",
        "4 hộp loại 500 g",
    ]
    page = get(secretary, "round", open_round.pk).content.decode()
    assert "Mẫu: 4 hộp loại 500 g" in page
    assert "Các bản ghi trước" in page
    assert f"Nguyễn Thị Mẫu ({secretary} ghi" in page
    assert page.count("Ghi mẫu sản phẩm đã nhận") == 2


def test_samples_of_tomorrow_or_without_a_condition_are_refused(open_round):
    secretary = people(open_round)["secretary"]
    candidate = open_round.candidates.get()
    wrong = {**SAMPLE, "received_on": "01/01/2100"}
    answer = post(secretary, "sample", candidate.pk, **wrong)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"received_on": ["Ngày nhận không thể ở phía trước."]}
    assert post(secretary, "sample", candidate.pk, **SAMPLE | {"condition": ""}).status_code == 422
    assert not SampleReceipt.objects.exists()


def test_a_product_taken_out_of_the_round_receives_no_sample(open_round):
    secretary = people(open_round)["secretary"]
    candidate = open_round.candidates.get()
    rounds.remove_candidate(candidate=candidate, by=secretary, reason="Rút")
    with pytest.raises(RoundRefused):
        receive(candidate, secretary)
    assert get(secretary, "sample", candidate.pk).status_code == 404


def test_a_secretary_with_a_conflict_sees_and_writes_no_sample_of_that_product(open_round):
    secretary = people(open_round)["secretary"]
    candidate = open_round.candidates.get()
    receive(candidate, factories.officer())
    open_round.council.seats.filter(position="secretary").update(scores=True)
    rounds.declare_conflict(candidate=candidate, user=secretary, kind="kin", note="")
    assert "5 hộp" not in get(secretary, "round", open_round.pk).content.decode()
    assert get(secretary, "sample", candidate.pk).status_code == 404


def test_samples_cost_the_page_the_same_at_one_and_at_three_products(django_assert_num_queries):
    officer = factories.officer()
    for count in (1, 3):
        round_ = factories.open_round(candidates=count)
        for candidate in round_.candidates.all():
            receive(candidate, officer)
            receive(candidate, officer, quantity="4 hộp")
        browser = signed_in(officer)
        browser.get(url("round", round_.pk))
        with django_assert_num_queries(QUERIES_OF_THE_ROUND):
            browser.get(url("round", round_.pk))


QUERIES_OF_THE_ROUND = 14
