"""The way to the next level: sent with its package, received, returned, scored, answered below."""

import datetime
import hashlib
import io
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation import referrals as acts
from evaluation import rounds
from evaluation.models import Candidate, Outcome, Referral, ReferralPackage, Seat
from evaluation.outcomes import receive_outcomes
from evaluation.rounds import RoundRefused
from ocop_portal.worklist import work_of
from tests import factories
from tests.evaluation.pages import get, people, post, score_all, signed_in, url

pytestmark = pytest.mark.django_db
S = Referral.State
TOMORROW = datetime.date(2100, 1, 1)


@pytest.fixture
def province():
    """An officer of Quảng Trị, above Vĩnh Linh."""
    return factories.officer(unit=factories.vinh_linh().province)


@pytest.fixture
def district_round(province):
    """A published district round of 72 points under 1048, which the province rates next."""
    return factories.closed_round(publish=True)


def send(round_, **how):
    results = [row.pk for row in acts.may_be_sent(round_)]
    return acts.send_referrals(
        round_=round_, results=results, by=people(round_)["secretary"], **how
    )


@pytest.fixture
def sent(district_round):
    return send(district_round)[0]


def province_round(**fields):
    place = factories.vinh_linh().province
    fields.setdefault("cycle", factories.CycleFactory(unit=place))
    council = factories.council_with(3, unit=place)
    return factories.RoundFactory(council=council, level="province", **fields)


def put(sent, round_, by):
    acts.receive_referral(referral=sent, by=by)
    return acts.put_in_round(referral=sent, round_=round_, by=by)


# --- Sending ----------------------------------------------------------------------------------


def test_what_is_sent_is_the_package_as_it_was_drawn_and_twice_is_once(district_round, sent):
    kept = ReferralPackage.objects.get()
    with kept.file.open("rb") as file:
        content = file.read()
    assert hashlib.sha256(content).hexdigest() == kept.sha256
    assert len(content) == kept.size
    assert "01-bien-ban-hop-hoi-dong.pdf" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert sent.to_unit == factories.vinh_linh().province
    assert (sent.to_level, sent.state) == ("province", S.SENT)
    again = acts.send_referrals(
        round_=district_round, results=[sent.result_id], by=people(district_round)["secretary"]
    )
    assert [row.pk for row in again] == [sent.pk]
    assert Referral.objects.count() == ReferralPackage.objects.count() == 1
    assert district_round.events.filter(action="referral.sent").count() == 1


def test_nothing_goes_up_before_publication_nor_what_was_not_proposed(province):
    closed = factories.closed_round()
    with pytest.raises(RoundRefused, match="sau khi công bố"):
        send(closed)
    low = factories.closed_round(totals=(30, 30, 30), publish=True)
    result = low.candidates.get().result
    with pytest.raises(RoundRefused, match="không thuộc diện"):
        acts.send_referrals(round_=low, results=[result.pk], by=people(low)["secretary"])
    assert not Referral.objects.exists()


def test_without_anybody_of_the_next_level_in_the_portal_the_outcome_comes_by_hand():
    round_ = factories.closed_round(publish=True)
    sent = send(round_)[0]
    assert sent.to_unit is None
    officer = people(round_)["officer"]
    answer = post(
        officer,
        "outcome_add",
        sent.result_id,
        level="province",
        authority="Ủy ban nhân dân tỉnh",
        document="1/QĐ-UBND",
        decided_on="01/02/2020",
        stars="4",
        points="",
        note="",
    )
    assert answer.status_code == 302
    sent.refresh_from_db()
    assert sent.state == S.ANSWERED


def test_the_office_sends_from_the_page_of_the_round(district_round):
    officer = people(district_round)["officer"]
    assert (
        url("referral_send", district_round.pk)
        in get(officer, "round", district_round.pk).content.decode()
    )
    assert (
        "Nơi nhận: Tỉnh Quảng Trị."
        in get(officer, "referral_send", district_round.pk).content.decode()
    )
    result = district_round.candidates.get().result
    answer = post(
        officer, "referral_send", district_round.pk, results=[result.pk], document="9/TTr-UBND"
    )
    assert answer.url == url("referrals")
    assert Referral.objects.get().document == "9/TTr-UBND"
    assert (
        url("referral_send", district_round.pk)
        not in get(officer, "round", district_round.pk).content.decode()
    )


# --- Received, returned, given up -------------------------------------------------------------


def test_the_next_level_receives_and_the_lower_one_sees_it(province, district_round, sent):
    labels = [item.label for item in work_of(province)]
    assert "Hồ sơ cấp dưới chuyển lên, chưa trả lời" in labels
    assert post(province, "referral_receive", sent.pk).status_code == 302
    post(province, "referral_receive", sent.pk)
    below = people(district_round)["officer"]
    page = get(below, "referral", sent.pk).content.decode()
    assert "cấp trên đã tiếp nhận" in page
    assert district_round.events.filter(action="referral.received").count() == 1
    assert (
        post(below, "referral_return", sent.pk, reason="x", resend_by="01/01/2100").status_code
        == 403
    )


def test_a_returned_dossier_is_sent_again_as_a_newer_row(province, district_round, sent):
    answer = post(
        province,
        "referral_return",
        sent.pk,
        reason="Thiếu phiếu kiểm nghiệm.",
        resend_by="01/01/2100",
    )
    assert answer.status_code == 302
    secretary = people(district_round)["secretary"]
    page = get(secretary, "referral", sent.pk).content.decode()
    assert "Thiếu phiếu kiểm nghiệm." in page and "01/01/2100" in page
    assert "Hồ sơ cấp trên trả lại" in [item.label for item in work_of(secretary)]
    again = send(district_round, note="Đã bổ sung ngoài gói.")[0]
    assert again.pk != sent.pk and again.package_id == sent.package_id
    assert "Hồ sơ cấp trên trả lại" not in [
        item.label for item in work_of(type(secretary).objects.get(pk=secretary.pk))
    ]


def test_a_return_needs_a_reason_and_a_day_ahead(province, sent):
    answer = post(province, "referral_return", sent.pk, reason="", resend_by="01/01/2020")
    assert answer.status_code == 422
    answer = post(province, "referral_return", sent.pk, reason="Thiếu", resend_by="01/01/2020")
    assert "Hạn gửi lại không thể ở phía sau." in answer.content.decode()
    sent.refresh_from_db()
    assert sent.state == S.SENT


def test_what_was_received_is_not_given_up_by_the_lower_level(province, district_round, sent):
    acts.receive_referral(referral=sent, by=province)
    secretary = people(district_round)["secretary"]
    with pytest.raises(RoundRefused):
        acts.withdraw_referral(referral=sent, by=secretary, reason="Nhầm")


# --- Before the next level's council ----------------------------------------------------------


def test_the_council_above_scores_the_frozen_dossier_and_its_result_comes_down(
    province, district_round, sent
):
    lower = district_round.candidates.get()
    state = lower.entry.state
    round_ = province_round()
    acts.receive_referral(referral=sent, by=province)
    assert post(province, "referrals_into_round", round_.pk, referrals=[sent.pk]).status_code == 302
    candidate = round_.candidates.get()
    assert (candidate.dossier, candidate.pinned_set) == (lower.dossier, lower.pinned_set)
    acts.put_in_round(referral=sent, round_=round_, by=province)
    assert round_.candidates.count() == 1

    by = factories.person_in(round_.council, Seat.Position.SECRETARY)
    round_ = rounds.open_round(round_=round_, by=by)
    score_all(round_, 81, 82, 82)
    rounds.end_scoring(round_=round_, by=by)
    round_ = rounds.close_round(round_=round_, by=by)
    assert not Outcome.objects.exists()  # nothing is told before publication
    rounds.publish_round(round_=round_, by=by)
    rounds.publish_round(round_=round_, by=by)
    receive_outcomes(round_, by=by)

    outcome = Outcome.objects.get()
    assert (outcome.result, outcome.stars, str(outcome.points)) == (lower.result, 4, "81.66")
    sent.refresh_from_db()
    assert sent.state == S.ANSWERED
    lower.entry.refresh_from_db()
    assert lower.entry.state == state
    page = get(people(district_round)["officer"], "referral", sent.pk).content.decode()
    assert "đã có kết quả cấp trên" in page and "81,66" in page


def test_a_round_of_another_decision_refuses_it_and_says_why(province, sent):
    cycle = factories.CycleFactory(unit=factories.vinh_linh().province, decision="148-2023")
    round_ = province_round(cycle=cycle, meets_on=datetime.date(2024, 5, 10))
    acts.receive_referral(referral=sent, by=province)
    answer = post(province, "referrals_into_round", round_.pk, referrals=[sent.pk])
    assert answer.status_code == 422
    assert "Cấp dưới đánh giá theo 1048/QĐ-TTg, đợt này theo 148/QĐ-TTg" in answer.content.decode()
    assert not round_.candidates.exists()


def test_only_a_received_one_goes_into_one_round_and_taken_out_it_may_go_into_another(
    province, sent
):
    first, second = province_round(), province_round()
    with pytest.raises(RoundRefused):
        acts.put_in_round(referral=sent, round_=first, by=province)
    candidate = put(sent, first, province)
    with pytest.raises(RoundRefused, match="đang có trong đợt"):
        acts.put_in_round(referral=sent, round_=second, by=province)
    with pytest.raises(RoundRefused, match="Hãy bỏ khỏi đợt trước"):
        acts.return_referral(referral=sent, by=province, reason="Thiếu", resend_by=TOMORROW)
    rounds.remove_candidate(candidate=candidate, by=province, reason="Để đợt sau")
    assert acts.put_in_round(referral=sent, round_=second, by=province).round == second
    assert Candidate.objects.filter(referral=sent).count() == 2


def test_cancelling_the_round_above_leaves_the_entry_below_where_it_was(province, sent):
    round_ = province_round()
    candidate = put(sent, round_, province)
    state = candidate.entry.state
    by = factories.person_in(round_.council, Seat.Position.SECRETARY)
    rounds.open_round(round_=round_, by=by)
    rounds.cancel_round(round_=round_, by=by, reason="Hoãn")
    candidate.entry.refresh_from_db()
    assert candidate.entry.state == state
    assert list(acts.referrals_waiting_for(province_round())) == [sent]


# --- Who sees what ----------------------------------------------------------------------------


def test_another_district_and_a_member_above_see_nothing_of_a_referral(province, sent):
    stranger = factories.officer(unit=factories.UnitFactory(level="district", kind="Huyện"))
    member = factories.person_in(province_round().council, Seat.Position.MEMBER)
    for person in (stranger, member):
        assert get(person, "referral", sent.pk).status_code == 404
        assert get(person, "referral_package", sent.pk).status_code == 404


def test_the_package_is_read_by_both_offices_and_not_past_a_conflict(
    province, district_round, sent
):
    officer = people(district_round)["officer"]
    for person in (province, officer):
        answer = get(person, "referral_package", sent.pk)
        content = b"".join(answer.streaming_content)
        assert hashlib.sha256(content).hexdigest() == sent.package.sha256
    seat = district_round.council.seats.get(position=Seat.Position.SECRETARY)
    factories.ConflictFactory(candidate=district_round.candidates.get(), seat=seat)
    assert get(seat.user, "referral_package", sent.pk).status_code == 403


def test_the_list_goes_out_as_it_is_seen(province, sent):
    answer = get(province, "referrals", export="csv", state="sent")
    text = b"".join(answer.streaming_content).decode()
    assert str(sent.product) in text
    answer = get(province, "referrals", export="csv", state="returned")
    assert str(sent.product) not in b"".join(answer.streaming_content).decode()
    assert get(province, "referrals", export="xlsx").content[:2] == b"PK"


def test_either_office_reads_the_dossier_by_its_own_words(province, district_round, sent):
    district = str(district_round.council.unit)
    below = people(district_round)["officer"]
    for name, args in (("referrals", ()), ("referral", (sent.pk,))):
        page = get(province, name, *args).content.decode()
        assert "Hồ sơ cấp dưới chuyển lên" in page, name
        assert "Hồ sơ chuyển cấp trên" not in page, name
        assert "Nơi gửi" in page and district in page, name
        page = get(below, name, *args).content.decode()
        assert "Hồ sơ chuyển cấp trên" in page, name
        assert "Hồ sơ cấp dưới chuyển lên" not in page, name
        assert "Nơi gửi" not in page, name
    file = get(province, "referrals", export="csv")
    head, row = b"".join(file.streaming_content).decode().splitlines()
    assert "Nơi gửi" in head and district in row


def test_an_office_that_sends_and_receives_sees_the_two_apart(district_round, sent):
    other = send(factories.closed_round(publish=True))[0]
    Referral.objects.filter(pk=other.pk).update(to_unit=district_round.council.unit)
    officer = people(district_round)["officer"]
    page = get(officer, "referrals").content.decode()
    assert "<h1>Hồ sơ chuyển giữa các cấp</h1>" in page
    received, up = page.split("<h2>Hồ sơ chuyển cấp trên</h2>")
    received = received.split("<h2>Hồ sơ cấp dưới chuyển lên</h2>")[1]
    assert url("referral", other.pk) in received and url("referral", sent.pk) not in received
    assert url("referral", sent.pk) in up and url("referral", other.pk) not in up
    for way, shown, not_shown in (("den", other, sent), ("di", sent, other)):
        page = get(officer, "referrals", chieu=way).content.decode()
        assert url("referral", shown.pk) in page, way
        assert url("referral", not_shown.pk) not in page, way


def test_what_went_to_no_unit_of_the_portal_is_listed_as_sent():
    round_ = factories.closed_round(publish=True)
    sent = send(round_)[0]
    assert sent.to_unit is None
    for query in ({}, {"chieu": "di"}):
        page = get(people(round_)["officer"], "referrals", **query).content.decode()
        assert url("referral", sent.pk) in page


def test_list_and_page_cost_the_same_however_many_there_are(province):
    counts = []
    client = signed_in(province)
    for number in (1, 2):  # then 1 and 3 rows
        round_ = factories.closed_round(candidates=number, publish=True)
        sent = send(round_)[0]
        client.get(url("referrals"))  # what is kept in memory is then there
        with CaptureQueriesContext(connection) as queries:
            client.get(url("referrals"))
        counts.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            client.get(url("referral", sent.pk))
        assert len(queries) <= 15, len(queries)
    assert counts[0] == counts[1] <= 12, counts
