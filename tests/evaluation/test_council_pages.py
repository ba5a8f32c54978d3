"""Councils and their seats: who sits, who may change it, what stays in the history."""

import datetime

import pytest

from communes.models import today
from evaluation.models import Council, Seat
from tests import factories
from tests.evaluation.pages import get, post, signed_in, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return factories.officer()


@pytest.fixture
def council():
    return factories.council_with(3)


def council_data(**changes):
    return {
        "unit": factories.vinh_linh().district.pk,
        "name": "Hội đồng đánh giá mẫu",
        "decision_number": "12/QĐ-UBND",
        "decided_on": "15/10/2019",
        "valid_from": "",
        "valid_until": "",
        "quorum_numerator": "3",
        "quorum_denominator": "4",
        "spread_limit": "10",
    } | changes


def new_member(council):
    return factories.officer("council_member", council.unit)


def test_an_officer_sets_up_a_council_and_dates_are_read_day_first(officer):
    answer = post(officer, "council_add", **council_data(decided_on="05/11/2019"))
    council = Council.objects.get()
    assert answer.url == url("council", council.pk)
    assert council.decided_on == datetime.date(2019, 11, 5)
    assert council.history.get().history_user == officer


def test_the_form_starts_with_the_decision_s_working_rules_and_names_their_source(officer):
    page = get(officer, "council_add").content.decode()
    assert "Mặc định 3/4 thành viên, có chủ tịch; lệch quá 10 điểm" in page
    assert 'name="quorum_numerator" value="3"' in page
    assert 'name="spread_limit" value="10"' in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"quorum_numerator": "5"}, "Túc số phải từ trên 0 đến cả hội đồng."),
        (
            {"valid_from": "01/01/2020", "valid_until": "01/01/2019"},
            "Nhiệm kỳ phải kết thúc sau khi bắt đầu.",
        ),
        ({"name": ""}, "Hãy điền mục này."),
    ],
)
def test_a_wrong_council_is_told_beside_the_field_and_what_was_typed_stays(
    officer, changes, message
):
    answer = post(officer, "council_add", **council_data(**changes))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert "12/QĐ-UBND" in answer.content.decode()
    assert not Council.objects.exists()


def test_a_council_of_another_district_cannot_be_set_up(officer):
    other = factories.UnitFactory(level="district", kind="Huyện", name="Khác")
    assert post(officer, "council_add", **council_data(unit=other.pk)).status_code == 422
    assert not Council.objects.exists()


def test_only_people_with_a_council_role_that_reaches_the_unit_are_offered(officer, council):
    offered = new_member(council)
    support = factories.officer("support_team", council.unit)
    ended = new_member(council)
    ended.roles.update(until=today() - datetime.timedelta(days=1))
    elsewhere = factories.officer("council_member", factories.vinh_linh().ho_xa)
    form = get(officer, "seat_add", council.pk).context["form"]
    choices = set(form.fields["user"].queryset)
    assert choices == {offered, support}
    for person in (ended, elsewhere, officer):
        answer = post(officer, "seat_add", council.pk, user=person.pk, position="member")
        assert answer.status_code == 422
    assert council.seats.count() == 5


def test_a_council_has_one_chair(officer, council):
    person = new_member(council)
    answer = post(officer, "seat_add", council.pk, user=person.pk, position="chair", scores="on")
    assert answer.status_code == 422
    assert "Hội đồng đã có chủ tịch." in answer.content.decode()
    assert not Seat.objects.filter(user=person).exists()


def test_the_support_team_never_scores(officer, council):
    person = factories.officer("support_team", council.unit)
    post(officer, "seat_add", council.pk, user=person.pk, position="support", scores="on")
    assert Seat.objects.get(user=person).scores is False


def test_who_left_is_not_a_member_any_more_and_may_come_back_to_the_same_place(officer, council):
    seat = council.seats.filter(position="member").first()
    answer = post(officer, "seat_leave", seat.pk, left_on=today().strftime("%d/%m/%Y"))
    assert answer.status_code == 302
    assert get(seat.user, "council", council.pk).status_code == 404
    post(officer, "seat_add", council.pk, user=seat.user_id, position="member", scores="on")
    seat.refresh_from_db()
    assert seat.left_on is None
    assert seat.history.count() == 3
    page = get(officer, "council", council.pk).content.decode()
    assert "Thôi tham gia từ ngày" in page


def test_nobody_leaves_on_a_day_ahead(officer, council):
    seat = council.seats.first()
    tomorrow = (today() + datetime.timedelta(days=1)).strftime("%d/%m/%Y")
    answer = post(officer, "seat_leave", seat.pk, left_on=tomorrow)
    assert answer.status_code == 422
    seat.refresh_from_db()
    assert seat.left_on is None


def test_the_history_tells_who_changed_what_from_which_value(officer, council):
    post(officer, "council_edit", council.pk, **council_data(spread_limit="8"))
    page = get(officer, "council", council.pk).content.decode()
    assert "Chênh lệch điểm cho phép:" in page
    assert "<del>10</del>" in page
    assert "<ins>8</ins>" in page
    assert str(officer) in page


def test_a_council_is_seen_by_its_people_and_changed_by_the_district_alone(officer, council):
    member = factories.person_in(council, "member")
    commune = factories.officer("commune_officer")
    elsewhere = factories.UnitFactory(level="district", kind="Huyện", name="Khác")
    stranger = factories.officer("district_officer", elsewhere)
    assert get(member, "council", council.pk).status_code == 200
    for name in ("council_edit", "seat_add", "round_add"):
        assert get(member, name, council.pk).status_code == 403, name
        assert get(stranger, name, council.pk).status_code == 404, name
        assert get(commune, name, council.pk).status_code == 404, name
    assert get(commune, "councils").status_code == 403
    assert get(commune, "council_add").status_code == 403
    assert get(member, "council_add").status_code == 403


def test_the_list_and_the_page_of_a_council_cost_the_same_at_one_and_at_three(
    officer, django_assert_num_queries
):
    browser = signed_in(officer)
    browser.get("/lam-viec/")  # that no second factor is needed is then known
    for _more in (1, 2):
        for _each in range(_more):
            council = factories.council_with(2 + _more)
            factories.RoundFactory(council=council)
        with django_assert_num_queries(QUERIES_OF_THE_LIST):
            browser.get(url("councils"))
        with django_assert_num_queries(QUERIES_OF_A_COUNCIL):
            browser.get(url("council", council.pk))


QUERIES_OF_THE_LIST = 6
QUERIES_OF_A_COUNCIL = 9
