"""The board of a cycle, what is late on it, and what waits for whom on the office's first page."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from communes.models import Role
from ocop_portal.accounts.models import User
from ocop_portal.reminders.registry import Ask
from ocop_portal.worklist import work_of
from products import board, deadlines
from products.models import Entry
from products.work import TASKS, entries_waiting
from tests.factories import CycleFactory, PaperFactory, entry_in, officer, vinh_linh

pytestmark = pytest.mark.django_db

S = Entry.State


def day(offset: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=offset)


@pytest.fixture
def cycle(db):
    """A cycle whose second step ended three days ago and whose third ends today."""
    return CycleFactory(steps={2: (day(-30), day(-3)), 3: (day(-2), day(0))})


@pytest.fixture
def district(client):
    user = officer()
    client.force_login(user)
    return user


def open_board(client, cycle, **query):
    return client.get(cycle.get_absolute_url(), query).context


def on_board(client, cycle, **query) -> dict[int, list[str]]:
    """Step → states of the entries that the board shows under it."""
    columns = open_board(client, cycle, **query)["columns"]
    return {c.step.number: [entry.state for entry in c.entries] for c in columns if c.entries}


def since(entry, days: int) -> Entry:
    Entry.objects.filter(pk=entry.pk).update(
        state_since=timezone.now() - datetime.timedelta(days=days)
    )
    return entry


# --- The board --------------------------------------------------------------------------------


def test_every_state_stands_under_its_step_and_the_withdrawn_stand_apart(client, district, cycle):
    for state in S:
        entry_in(state, cycle=cycle, papers=False)
    assert {step: set(states) for step, states in on_board(client, cycle).items()} == {
        2: {S.IDEA_DRAFT, S.IDEA_REGISTERED, S.IDEA_RETURNED},
        3: {S.PLAN_AWAITED, S.PLAN_RECEIVED, S.PLAN_RETURNED},
        4: {S.IMPLEMENTING},
        5: {S.DOSSIER_OPEN, S.DOSSIER_SUBMITTED, S.READY, S.IN_EVALUATION, S.RATED},
        6: {S.IN_PROMOTION},
    }
    context = open_board(client, cycle)
    assert [column.count for column in context["columns"]] == [0, 3, 3, 1, 5, 1]
    assert (context["total"], context["withdrawn"]) == (13, 1)
    assert on_board(client, cycle, state="withdrawn") == {2: [S.WITHDRAWN]}


def test_a_step_is_late_the_day_after_its_last_day(client, district, cycle):
    entry_in(S.IDEA_REGISTERED, cycle=cycle)
    entry_in(S.PLAN_AWAITED, cycle=cycle)
    entry_in(S.IMPLEMENTING, cycle=cycle)  # a step without dates is never late
    context = open_board(client, cycle)
    late = {c.step.number: [e.late_text for e in c.entries] for c in context["columns"]}
    assert late == {1: [], 2: ["trễ 3 ngày"], 3: [""], 4: [""], 5: [], 6: []}
    assert context["late"] == 1


def test_nothing_is_late_after_withdrawal_in_promotion_or_in_a_closed_cycle(client, district):
    cycle = CycleFactory(steps={2: (None, day(-3)), 6: (None, day(-3))})
    entry_in(S.WITHDRAWN, cycle=cycle)
    entry_in(S.IN_PROMOTION, cycle=cycle)
    entry = entry_in(S.IDEA_DRAFT, cycle=cycle)
    assert open_board(client, cycle)["late"] == 1
    cycle.is_closed = True
    cycle.save()
    assert open_board(client, cycle)["late"] == 0
    assert client.get(entry.get_absolute_url()).context["entry"].late_text == ""


def test_who_has_waited_longest_stands_first_with_the_days(client, district, cycle):
    since(entry_in(S.IDEA_DRAFT, cycle=cycle), 2)
    since(entry_in(S.IDEA_REGISTERED, cycle=cycle), 9)
    column = open_board(client, cycle)["columns"][1]
    assert [(e.state, e.days_here) for e in column.entries] == [
        (S.IDEA_REGISTERED, 9),
        (S.IDEA_DRAFT, 2),
    ]


def test_filters_narrow_board_and_table_alike(client, district, cycle):
    tree = vinh_linh()
    entry_in(S.IDEA_DRAFT, cycle=cycle, product__name="Sản phẩm mẫu Hồ tiêu")
    entry_in(S.PLAN_AWAITED, cycle=cycle, product__producer__unit=tree.vinh_thuy)
    for query, states in [
        ({"q": "ho tieu"}, [S.IDEA_DRAFT]),
        ({"unit": tree.vinh_thuy.pk}, [S.PLAN_AWAITED]),
        ({"state": "plan_awaited"}, [S.PLAN_AWAITED]),
        ({"step": "2"}, [S.IDEA_DRAFT]),
        ({"late": "1"}, [S.IDEA_DRAFT]),
        ({"state": "nonsense", "unit": "x"}, [S.IDEA_DRAFT, S.PLAN_AWAITED]),
    ]:
        shown = on_board(client, cycle, **query)
        assert [state for column in shown.values() for state in column] == states
        table = open_board(client, cycle, xem="bang", **query)["page_obj"]
        assert [entry.state for entry in table] == states


def test_filters_stay_in_the_address_when_the_view_changes(client, district, cycle):
    page = client.get(cycle.get_absolute_url(), {"late": "1", "q": "tiêu"}).content.decode()
    assert "?late=1&amp;q=ti%C3%AAu&amp;xem=bang" in page


def test_a_commune_officer_sees_their_own_entries_and_counts_alone(client, cycle):
    tree = vinh_linh()
    entry_in(S.IDEA_DRAFT, cycle=cycle, product__producer__unit=tree.ho_xa)
    entry_in(S.PLAN_AWAITED, cycle=cycle, product__producer__unit=tree.vinh_thuy)
    entry_in(S.WITHDRAWN, cycle=cycle, product__producer__unit=tree.vinh_thuy)
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER))
    context = open_board(client, cycle)
    assert [column.count for column in context["columns"]] == [0, 1, 0, 0, 0, 0]
    assert (context["total"], context["withdrawn"]) == (1, 0)
    assert list(context["filter"].fields["unit"].queryset) == [tree.ho_xa]
    assert client.get(reverse("products:cycles")).context["page_obj"][0].entry_count == 1


def test_a_crowded_step_shows_the_first_and_a_way_to_all(client, district, cycle, monkeypatch):
    monkeypatch.setattr(board, "CARDS_PER_STEP", 2)
    for _n in range(3):
        entry_in(S.IDEA_DRAFT, cycle=cycle, papers=False)
    column = open_board(client, cycle)["columns"][1]
    assert (column.count, len(column.entries), column.hidden) == (3, 2, 1)
    page = client.get(cycle.get_absolute_url()).content.decode()
    assert "Xem cả 3 sản phẩm" in page


BOARD_QUERIES = 10
TABLE_QUERIES = 11
ENTRY_QUERIES = 15  # with the filled-in forms and the thread
WORK_QUERIES = 3  # the person, their roles, the entries


@pytest.mark.parametrize("number", [1, 3])
def test_board_table_and_entry_cost_the_same_however_much_is_on_them(
    client, district, django_assert_num_queries, number
):
    cycle = CycleFactory(steps={2: (None, day(-3))})
    for state in S:
        for _n in range(number):
            entry_in(state, cycle=cycle, papers=False)
    entry = entry_in(S.DOSSIER_SUBMITTED, cycle=cycle)
    for _n in range(number):
        PaperFactory(entry=entry, kind="awards")
        PaperFactory(
            entry=entry,
            kind="market",
            withdrawn_at=timezone.now(),
            withdrawn_by=district,
            withdrawn_reason="Nhầm.",
        )
    client.get("/lam-viec/")  # that no second factor is needed is then known
    with django_assert_num_queries(BOARD_QUERIES):
        client.get(cycle.get_absolute_url())
    with django_assert_num_queries(TABLE_QUERIES):
        client.get(cycle.get_absolute_url(), {"xem": "bang"})
    with django_assert_num_queries(ENTRY_QUERIES):
        client.get(entry.get_absolute_url())
    with django_assert_num_queries(WORK_QUERIES):
        assert len(list(entries_waiting(User.objects.get(pk=district.pk)))) == 5


# --- What waits for whom ----------------------------------------------------------------------


def waiting(user) -> list[tuple[str, int, int]]:
    return [(item.label, item.count, item.late) for item in work_of(user)]


def test_each_state_waits_for_the_commune_the_district_or_nobody():
    assert set(board.COMMUNE_STATES) == {
        S.IDEA_DRAFT,
        S.IDEA_RETURNED,
        S.PLAN_AWAITED,
        S.PLAN_RETURNED,
        S.IMPLEMENTING,
        S.DOSSIER_OPEN,
    }
    assert set(board.DISTRICT_STATES) == {
        S.IDEA_REGISTERED,
        S.PLAN_RECEIVED,
        S.DOSSIER_SUBMITTED,
        S.READY,
        S.RATED,
    }
    assert set(TASKS) == {*board.COMMUNE_STATES, *board.DISTRICT_STATES}
    assert set(board.TONES) == set(board.ASKED) == set(S)


def test_work_is_told_to_whoever_has_to_move_late_first(cycle):
    for state in (S.IDEA_DRAFT, S.IDEA_REGISTERED, S.IDEA_REGISTERED, S.PLAN_RECEIVED):
        entry_in(state, cycle=cycle)
    year = cycle.year
    assert waiting(officer()) == [
        (f"Ý tưởng chờ xem xét (năm {year})", 2, 2),
        (f"Phương án chờ thẩm định (năm {year})", 1, 0),
    ]
    assert waiting(officer(Role.Kind.COMMUNE_OFFICER)) == [
        (f"Ý tưởng đang soạn, chưa đăng ký (năm {year})", 1, 1)
    ]
    assert waiting(officer(Role.Kind.COMMUNE_OFFICER, vinh_linh().vinh_thuy)) == []
    assert waiting(officer(Role.Kind.SUPPORT_TEAM)) == []


def test_a_closed_cycle_asks_nothing_of_anyone(cycle):
    entry_in(S.IDEA_REGISTERED, cycle=cycle)
    cycle.is_closed = True
    cycle.save()
    assert waiting(officer()) == []


def test_the_link_of_a_task_opens_the_entries_that_it_counts(client, district, cycle):
    entry = entry_in(S.IDEA_REGISTERED, cycle=cycle)
    entry_in(S.PLAN_RECEIVED, cycle=cycle)
    page = client.get(reverse("office"))
    first = page.context["work"][0]
    assert list(client.get(first.url).context["page_obj"]) == [entry]


def test_the_office_says_when_nothing_waits(client, district):
    assert "Không còn việc nào đang chờ" in client.get(reverse("office")).content.decode()


@pytest.mark.parametrize("state", [*board.COMMUNE_STATES, *board.DISTRICT_STATES])
def test_a_reminder_goes_to_whoever_has_to_move(state):
    cycle = CycleFactory(steps={number: (None, day(0)) for number in range(1, 7)})
    entry_in(state, cycle=cycle)
    people = {
        True: officer(),
        False: officer(Role.Kind.COMMUNE_OFFICER),
    }
    owed = [deadline.recipients for deadline in deadlines.steps_owed(Ask(day(0), day(0)))]
    assert owed == [(people[state in board.DISTRICT_STATES].pk,)]
