"""What a sitting and the way to the next level owe, to whom, until when, and when it is met."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evaluation import before, referrals, rounds
from evaluation import round_deadlines as sources
from evaluation.models import Referral, Seat
from evaluation.referral_calendar import answer_day, sending_day
from ocop_portal.reminders import registry
from ocop_portal.reminders.models import Scan
from ocop_portal.reminders.policy import DEFAULT
from ocop_portal.reminders.registry import Ask
from ocop_portal.reminders.scan import scan
from tests import factories as make

from .conftest import TEN

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("daytime")]
D = datetime.date
TODAY = TEN.date()  # Wednesday, 28/10/2020
YEAR = Ask(D(2020, 1, 1), D(2021, 12, 31))


def days(count: int) -> datetime.date:
    return TODAY + datetime.timedelta(days=count)


def owed(answer, ask=YEAR):
    return [(d.due_on, set(d.recipients), set(d.superiors)) for d in answer(ask)]


def person(round_, position):
    return make.person_in(round_.council, position)


def test_the_invitation_is_owed_by_the_secretary_two_working_days_before_until_it_is_sent():
    round_ = make.RoundFactory(council=make.council_with(), meets_on=D(2020, 11, 9))  # a Monday
    secretary, chair = person(round_, "secretary"), person(round_, "chair")
    assert owed(sources.invitations_owed) == [(D(2020, 11, 5), {secretary.pk}, {chair.pk})]
    before.record_invitation(round_=round_, sent_on=TODAY, by=secretary)
    assert owed(sources.invitations_owed) == []


def test_no_invitation_is_owed_once_the_meeting_is_over():
    make.RoundFactory(council=make.council_with(), meets_on=days(-1))
    assert owed(sources.invitations_owed) == owed(sources.meetings_ahead) == []


def test_a_meeting_is_told_to_all_who_sit_once_the_round_is_open():
    round_ = make.RoundFactory(council=make.council_with(), meets_on=days(3))
    preparing = {person(round_, which).pk for which in ("chair", "secretary", "support")}
    assert owed(sources.meetings_ahead) == [(days(3), preparing, set())]
    round_.state = "open"
    round_.save()
    everyone = {seat.user_id for seat in round_.council.seats.all()}
    assert len(everyone) == 5
    assert owed(sources.meetings_ahead) == [(days(3), everyone, set())]
    rounds.cancel_round(round_=round_, by=person(round_, "secretary"), reason="Hoãn")
    assert owed(sources.meetings_ahead) == []


def test_the_days_of_the_way_up_are_those_of_the_decisions_calendar():
    # 26/2026: to the centre before 30/7 and 30/1; its rounds before 30/9 and 30/3.
    round_ = make.RoundFactory.build(
        council=None, cycle=None, decision="26-2026", level="province", created_by=None
    )
    assert sending_day(round_, D(2026, 7, 29)) == D(2026, 7, 29)
    assert sending_day(round_, D(2026, 7, 30)) == D(2027, 1, 29)
    assert answer_day(round_, "centre", D(2026, 7, 1)) == D(2026, 9, 29)
    assert answer_day(round_, "centre", D(2026, 8, 15)) == D(2027, 3, 29)
    round_.decision, round_.level = "1048-2019", "district"
    assert sending_day(round_, TODAY) is answer_day(round_, "province", TODAY) is None


def test_results_are_owed_upwards_by_the_office_and_the_secretary_where_the_law_names_a_day(
    monkeypatch,
):
    officer = make.officer()
    round_ = make.closed_round(publish=True)
    assert owed(sources.referrals_to_send) == []  # 1048 names none
    monkeypatch.setattr(sources, "_dated", lambda: ["1048-2019"])
    monkeypatch.setattr(sources, "sending_day", lambda _round, _since: days(20))
    secretary, chair = person(round_, "secretary"), person(round_, "chair")
    assert owed(sources.referrals_to_send) == [(days(20), {officer.pk, secretary.pk}, {chair.pk})]
    make.ReferralFactory(result=round_.candidates.get().result)
    assert owed(sources.referrals_to_send) == []


def test_a_returned_dossier_is_owed_below_by_the_day_named_until_it_goes_up_again():
    province = make.officer(unit=make.vinh_linh().province)
    sent = make.ReferralFactory()
    round_ = sent.result.candidate.round
    referrals.return_referral(referral=sent, by=province, reason="Thiếu", resend_by=days(9))
    secretary, chair = person(round_, "secretary"), person(round_, "chair")
    # The province's officers are officers of all below them.
    below = {secretary.pk, province.pk}
    assert owed(sources.returned_to_send_again) == [(days(9), below, {chair.pk})]
    make.ReferralFactory(result=sent.result, package=sent.package)
    assert owed(sources.returned_to_send_again) == []


def test_an_answer_is_owed_by_the_next_level_and_by_the_sender_where_that_is_outside():
    province = make.officer(unit=make.vinh_linh().province)
    sent = make.ReferralFactory(answer_due_on=days(30))
    assert owed(sources.referral_answers_owed) == [(days(30), {province.pk}, set())]
    assert [d.unit for d in sources.referral_answers_owed(YEAR)] == [sent.to_unit_id]
    outside = make.ReferralFactory(answer_due_on=days(40), to_unit=None)
    secretary = person(outside.result.candidate.round, Seat.Position.SECRETARY)
    narrow = Ask(YEAR.since, YEAR.until, frozenset({secretary.pk}))
    assert [d.due_on for d in sources.referral_answers_owed(narrow)] == [days(40)]
    Referral.objects.update(state=Referral.State.ANSWERED)
    assert owed(sources.referral_answers_owed) == []


@pytest.mark.parametrize(
    ("answer", "plant"),
    [
        (
            sources.invitations_owed,
            lambda: make.RoundFactory(council=make.council_with(), meets_on=days(9)),
        ),
        (
            sources.meetings_ahead,
            lambda: make.RoundFactory(council=make.council_with(), meets_on=days(9)),
        ),
        (sources.referral_answers_owed, lambda: make.ReferralFactory(answer_due_on=days(9))),
    ],
)
def test_the_sources_cost_the_same_at_1_and_3(answer, plant):

    make.officer(unit=make.vinh_linh().province)
    counts = []
    for more in (1, 2):
        for _n in range(more):
            plant()
        with CaptureQueriesContext(connection) as queries:
            list(answer(YEAR))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5


def test_a_source_that_failed_in_the_last_scan_turns_the_health_check_red(client, monkeypatch):

    def broken(ask):
        raise ValueError("hỏng")

    with monkeypatch.context() as planted:
        source = registry.Source("broken", "Hỏng", DEFAULT, broken)
        planted.setitem(registry._sources, "broken", source)
        scan(today=timezone.localdate())
    answer = client.get(reverse("health"))
    assert (answer.status_code, answer.json()["reminders"]) == (503, "fails")
    assert client.get(reverse("web_health")).status_code == 200
    assert Scan.objects.latest("pk").errors == {"broken": "ValueError: hỏng"}
    scan(today=timezone.localdate())
    assert client.get(reverse("health")).json()["reminders"] == "ok"
