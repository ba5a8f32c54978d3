"""People act at the same moment: real threads, real transactions; nothing lost, nothing doubled."""

import threading

import pytest
from django.db import connections

from evaluation import rounds, sheets
from evaluation.models import Candidate, Conflict, Mark, MarkEvent, Result, Round, Sheet
from evaluation.rounds import RoundRefused
from evaluation.sheets import SheetRefused
from products.models import Entry, PublicRating
from tests import factories
from tests.evaluation.pages import score_all

pytestmark = pytest.mark.django_db(transaction=True)

# Each race is run more than once: who comes first is chance.
again = pytest.mark.parametrize("time", range(3))


def together(*acts):
    """Run the acts at the same moment, each on a connection of its own; results or refusals."""
    outcomes = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(place, act):
        try:
            start.wait()
            outcomes[place] = act()
        except (SheetRefused, RoundRefused) as refused:
            outcomes[place] = refused
        except Exception as error:
            outcomes[place] = error
            raise
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not [x for x in outcomes if isinstance(x, Exception) and not is_refusal(x)]
    return outcomes


def is_refusal(outcome) -> bool:
    return isinstance(outcome, (SheetRefused, RoundRefused))


def secretary(round_):
    return factories.person_in(round_.council, "secretary")


def sheet_of(candidate, user):
    return sheets.start_sheet(candidate=candidate, user=user)


def test_two_members_saving_at_the_same_moment_lose_nothing():
    round_ = factories.open_round()
    candidate = round_.candidates.get()
    first, second, _third = factories.scorers(round_.council)
    mine = {user: sheet_of(candidate, user) for user in (first, second)}
    options = factories.options_for(candidate.pinned_set.criteria, total=80)

    def mark_all(user):
        for code, option in options.items():
            kept = sheets.save_mark(
                sheet_id=mine[user].pk, criterion=code, option=option, user=user
            )
        return kept.score.total

    assert together(lambda: mark_all(first), lambda: mark_all(second)) == [80, 80]
    for user in (first, second):
        kept = dict(Mark.objects.filter(sheet=mine[user]).values_list("criterion", "option"))
        assert kept == options
        assert MarkEvent.objects.filter(sheet=mine[user]).count() == len(options)


def test_the_same_choice_sent_twice_at_once_is_kept_once():
    round_ = factories.open_round()
    user = factories.person_in(round_.council, "member")
    sheet = sheet_of(round_.candidates.get(), user)

    def mark():
        return sheets.save_mark(sheet_id=sheet.pk, criterion="1.1", option=2, user=user).score.total

    assert together(mark, mark, mark) == [2, 2, 2]
    assert Mark.objects.get(sheet=sheet).option == 2
    assert list(MarkEvent.objects.values_list("previous", "option")) == [(None, 2)]


def test_one_member_on_two_devices_keeps_every_criterion_and_the_last_of_each():
    round_ = factories.open_round()
    user = factories.person_in(round_.council, "member")
    sheet = sheet_of(round_.candidates.get(), user)

    def mark(code, option):
        return lambda: sheets.save_mark(sheet_id=sheet.pk, criterion=code, option=option, user=user)

    together(mark("1.1", 1), mark("1.2", 2), mark("1.1", 3), mark("1.3", 1))
    assert set(Mark.objects.values_list("criterion", flat=True)) == {"1.1", "1.2", "1.3"}
    last = MarkEvent.objects.filter(criterion="1.1").order_by("pk").last()
    assert Mark.objects.get(criterion="1.1").option == last.option
    # Each event starts from what the one before it left: neither overwrote the other unseen.
    events = list(MarkEvent.objects.filter(criterion="1.1").order_by("pk"))
    assert [event.previous for event in events] == [None, events[0].option]


def test_a_sheet_begun_twice_at_once_is_one_sheet():
    round_ = factories.open_round()
    candidate = round_.candidates.get()
    user = factories.person_in(round_.council, "member")
    first, second = together(*[lambda: sheet_of(candidate, user).pk] * 2)
    assert first == second
    assert Sheet.objects.count() == 1


def test_a_sheet_handed_in_twice_at_once_is_handed_in_once():
    round_ = factories.open_round()
    user = factories.person_in(round_.council, "member")
    sheet = sheet_of(round_.candidates.get(), user)
    factories.fill_sheet(sheet, total=72, submit=False)

    def submit():
        return sheets.submit_sheet(sheet_id=sheet.pk, user=user).submitted_at

    first, second = together(submit, submit)
    assert first == second


@again
def test_a_mark_is_not_taken_on_a_sheet_that_is_handed_in_at_the_same_moment(time):
    round_ = factories.open_round()
    user = factories.person_in(round_.council, "member")
    sheet = sheet_of(round_.candidates.get(), user)
    factories.fill_sheet(sheet, total=72, submit=False)
    other = 1 if Mark.objects.get(sheet=sheet, criterion="1.1").option != 1 else 2
    saved, _submitted = together(
        lambda: sheets.save_mark(sheet_id=sheet.pk, criterion="1.1", option=other, user=user),
        lambda: sheets.submit_sheet(sheet_id=sheet.pk, user=user),
    )
    kept = Mark.objects.get(sheet=sheet, criterion="1.1").option
    assert (kept == other) == (not is_refusal(saved))


@again
def test_a_mark_while_scoring_ends_is_kept_or_refused_never_lost_silently(time):
    round_ = factories.open_round()
    user = factories.person_in(round_.council, "member")
    sheet = sheet_of(round_.candidates.get(), user)
    saved, _ended = together(
        lambda: sheets.save_mark(sheet_id=sheet.pk, criterion="1.1", option=2, user=user),
        lambda: rounds.end_scoring(round_=round_, by=secretary(round_)),
    )
    assert Mark.objects.filter(sheet=sheet).exists() == (not is_refusal(saved))
    sheet.refresh_from_db()
    assert sheet.state == Sheet.State.LAPSED


@again
def test_a_sheet_handed_in_while_scoring_ends_counts_or_is_refused(time):
    round_ = factories.open_round(members=1)
    user = factories.person_in(round_.council, "chair")
    sheet = sheet_of(round_.candidates.get(), user)
    factories.fill_sheet(sheet, total=72, submit=False)
    handed_in, ended = together(
        lambda: sheets.submit_sheet(sheet_id=sheet.pk, user=user),
        lambda: rounds.end_scoring(round_=round_, by=secretary(round_)),
    )
    assert ended.state == Round.State.TALLYING
    sheet.refresh_from_db()
    expected = Sheet.State.LAPSED if is_refusal(handed_in) else Sheet.State.SUBMITTED
    assert sheet.state == expected


@again
def test_a_sheet_begun_while_scoring_ends_is_refused_or_lapses(time):
    round_ = factories.open_round()
    candidate = round_.candidates.get()
    user = factories.person_in(round_.council, "member")
    together(
        lambda: sheet_of(candidate, user),
        lambda: rounds.end_scoring(round_=round_, by=secretary(round_)),
    )
    assert not Sheet.objects.filter(candidate=candidate, state=Sheet.State.DRAFT).exists()


def test_a_round_opened_twice_at_once_is_opened_once():
    council = factories.council_with(3)
    round_ = factories.RoundFactory(council=council)
    candidate = factories.CandidateFactory(round=round_)
    by = secretary(round_)
    outcomes = together(*[lambda: rounds.open_round(round_=round_, by=by).state] * 2)
    assert outcomes == ["open", "open"]
    assert round_.events.filter(action="opened").count() == 1
    assert candidate.entry.events.filter(action="open_evaluation").count() == 1


def ended(*totals):
    round_ = factories.open_round(members=len(totals))
    score_all(round_, *totals)
    return rounds.end_scoring(round_=round_, by=secretary(round_))


def test_a_round_closed_twice_at_once_has_one_result():
    round_ = ended(72, 74)
    by = secretary(round_)
    outcomes = together(*[lambda: rounds.close_round(round_=round_, by=by).state] * 2)
    assert outcomes == ["closed", "closed"]
    assert Result.objects.count() == 1
    assert round_.events.filter(action="closed").count() == 1
    assert Entry.objects.get().events.filter(action="record_result").count() == 1


def test_a_round_published_twice_at_once_is_told_once():
    round_ = ended(72, 74)
    by = secretary(round_)
    rounds.close_round(round_=round_, by=by)
    together(*[lambda: rounds.publish_round(round_=round_, by=by).state] * 2)
    assert PublicRating.objects.count() == 1
    assert round_.events.filter(action="published").count() == 1


@again
def test_closing_while_a_reopened_sheet_is_handed_in_counts_it_or_waits_for_it(time):
    round_ = ended(70, 74)
    by, user = secretary(round_), factories.person_in(round_.council, "member")
    old = Sheet.objects.get(candidate__round=round_, seat__user=user)
    new = sheets.reopen_sheet(sheet=old, by=by, reason="Chênh lệch")
    factories.fill_sheet(new, total=80, submit=False)
    closed, handed_in = together(
        lambda: rounds.close_round(round_=round_, by=by),
        lambda: sheets.submit_sheet(sheet_id=new.pk, user=user),
    )
    assert not is_refusal(handed_in)
    if is_refusal(closed):
        assert not Result.objects.filter(candidate__round=round_).exists()
        rounds.close_round(round_=round_, by=by)
    result = Result.objects.get(candidate__round=round_)
    assert result.mean == 75
    assert [line["sheet"] for line in result.basis][1] == new.pk


@again
def test_reopening_while_the_round_closes_happens_before_or_not_at_all(time):
    round_ = ended(70, 74)
    by = secretary(round_)
    old = Sheet.objects.filter(candidate__round=round_).first()
    closed, reopened = together(
        lambda: rounds.close_round(round_=round_, by=by),
        lambda: sheets.reopen_sheet(sheet=old, by=by, reason="Chênh lệch"),
    )
    assert is_refusal(closed) != is_refusal(reopened)
    has_result = Result.objects.filter(candidate__round=round_).exists()
    assert has_result == is_refusal(reopened)


def test_a_sheet_reopened_twice_at_once_has_one_new_version():
    round_ = ended(70, 74)
    old = Sheet.objects.first()
    people = [secretary(round_), factories.person_in(round_.council, "chair")]
    first, second = together(
        *[
            lambda by=by: sheets.reopen_sheet(sheet=old, by=by, reason="Chênh lệch").pk
            for by in people
        ]
    )
    assert first == second
    assert Sheet.objects.filter(candidate=old.candidate_id, seat=old.seat_id).count() == 2


@again
def test_a_conflict_declared_while_the_round_closes_counts_or_is_refused(time):
    round_ = ended(70, 72, 74, 76)
    by, user = secretary(round_), factories.person_in(round_.council, "member")
    candidate = round_.candidates.get()
    _closed, declared = together(
        lambda: rounds.close_round(round_=round_, by=by),
        lambda: rounds.declare_conflict(candidate=candidate, user=user, kind="kin", note=""),
    )
    result = Result.objects.get(candidate=candidate)
    assert result.sheets == (4 if is_refusal(declared) else 3)
    assert Conflict.objects.filter(candidate=candidate).exists() == (not is_refusal(declared))


def test_a_product_added_twice_at_once_stands_before_the_round_once():
    round_ = factories.RoundFactory(council=factories.council_with(3))
    entry = factories.entry_in("ready", cycle=round_.cycle)
    by = secretary(round_)
    first, second = together(
        *[lambda: rounds.add_candidate(round_=round_, entry=entry, by=by).pk] * 2
    )
    assert first == second
    assert Candidate.objects.count() == 1
