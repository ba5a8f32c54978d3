"""The board for many: filters that stay, late ones first, several moved at once, communes by steps."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from communes.models import Role
from communes.units import rebuild_cover
from products import bulk
from products.models import Entry, EntryEvent
from tests.exchange.books import opened
from tests.factories import (
    CycleFactory,
    ProducerFactory,
    ProductFactory,
    UnitFactory,
    entry_in,
    officer,
    vinh_linh,
)

pytestmark = pytest.mark.django_db
S = Entry.State


def day(offset: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=offset)


@pytest.fixture
def cycle(db):
    return CycleFactory(steps={2: (day(-30), day(-3)), 3: (day(-2), day(3))})


@pytest.fixture
def district(client):
    user = officer()
    client.force_login(user)
    return user


def product_in(unit):
    return ProductFactory(producer=ProducerFactory(unit=unit))


def send(client, cycle, entries, move, **more):
    ticked = [f"{entry.pk}:{entry.state}" for entry in entries]
    url = reverse("products:entries_move", args=[cycle.pk])
    return client.post(url, {"entry": ticked, "move": move, **more})


def states(*entries) -> set[str]:
    return set(Entry.objects.filter(pk__in=[e.pk for e in entries]).values_list("state", flat=True))


# --- Several at once --------------------------------------------------------------------------


def test_ticked_entries_are_moved_with_one_reason_each_with_its_own_history(
    client, district, cycle
):
    entries = [entry_in(S.IDEA_REGISTERED, cycle=cycle) for _n in range(3)]
    found = send(client, cycle, entries, "return_idea", reason="Thiếu phụ lục.")
    assert found.status_code == 302
    assert states(*entries) == {S.IDEA_RETURNED}
    events = EntryEvent.objects.filter(action="return_idea")
    assert [(e.by, e.reason) for e in events] == [(district, "Thiếu phụ lục.")] * 3


def test_one_that_may_not_move_keeps_all_where_they_are_and_every_one_is_named(
    client, district, cycle
):
    good = entry_in(S.DOSSIER_SUBMITTED, cycle=cycle)
    bad = [entry_in(S.DOSSIER_SUBMITTED, cycle=cycle, papers=False) for _n in range(2)]
    found = send(client, cycle, [good, *bad], "accept_dossier", reason="Gửi kèm công văn.")
    assert found.status_code == 409
    assert states(good, *bad) == {S.DOSSIER_SUBMITTED}
    text = found.content.decode()
    assert {refusal.entry.pk for refusal in found.context["refusals"]} == {e.pk for e in bad}
    assert "Chưa chuyển sản phẩm nào" in text
    assert "Gửi kèm công văn." in text
    assert text.count(" checked") == 3


def test_a_move_that_needs_a_reason_is_refused_without_one(client, district, cycle):
    entry = entry_in(S.IDEA_REGISTERED, cycle=cycle)
    assert send(client, cycle, [entry], "return_idea").status_code == 409
    assert states(entry) == {S.IDEA_REGISTERED}


def test_the_same_request_twice_moves_once(client, district, cycle):
    entries = [entry_in(S.IDEA_REGISTERED, cycle=cycle) for _n in range(2)]
    for _time in range(2):
        assert send(client, cycle, entries, "accept_idea").status_code == 302
    assert EntryEvent.objects.filter(action="accept_idea", by=district).count() == 2


def test_what_another_officer_moved_meanwhile_stops_all(client, district, cycle):
    entries = [entry_in(S.IDEA_REGISTERED, cycle=cycle) for _n in range(2)]
    bulk.move_all(entries=entries[:1], expected={}, name="accept_idea", by=officer())
    found = send(client, cycle, entries, "accept_idea")
    assert found.status_code == 409
    assert states(entries[1]) == {S.IDEA_REGISTERED}


def test_a_commune_officer_moves_nothing_that_the_district_decides_nor_of_others(client, cycle):
    tree = vinh_linh()
    mine = entry_in(S.IDEA_REGISTERED, cycle=cycle, product=product_in(tree.ho_xa))
    other = entry_in(S.IDEA_DRAFT, cycle=cycle, product=product_in(tree.vinh_thuy))
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER))
    assert send(client, cycle, [mine], "accept_idea").status_code == 409
    assert send(client, cycle, [mine, other], "withdraw", reason="Thôi.").status_code == 404
    page = client.get(cycle.get_absolute_url(), {"xem": "bang"})
    assert [row.name for row in page.context["moves"]] == ["withdraw"]
    assert states(mine, other) == {S.IDEA_REGISTERED, S.IDEA_DRAFT}


def test_nothing_ticked_nothing_chosen_or_the_councils_own_move_is_said_so(client, district, cycle):
    entry = entry_in(S.READY, cycle=cycle)
    for entries, move in (([], "accept_idea"), ([entry], ""), ([entry], "open_evaluation")):
        assert send(client, cycle, entries, move).status_code == 422
    url = reverse("products:entries_move", args=[cycle.pk])
    broken = {"entry": ["x", "1", "9" * 30 + ":ready", f"{entry.pk}:moon"], "move": "accept_idea"}
    assert client.post(url, broken).status_code == 422


def test_a_closed_cycle_offers_no_moves(client, district):
    cycle = CycleFactory(is_closed=True)
    entry_in(S.IDEA_REGISTERED, cycle=cycle)
    page = client.get(cycle.get_absolute_url(), {"xem": "bang"})
    assert page.context["moves"] == []
    assert 'name="entry"' not in page.content.decode()


# --- Filters that stay, late ones first -------------------------------------------------------


def test_filters_of_the_form_stand_again_the_next_time_and_can_be_cleared(client, district, cycle):
    url = cycle.get_absolute_url()
    client.get(url, {"loc": "1", "step": "3", "xem": "bang", "q": "tiêu"})
    again = client.get(url)
    assert again.status_code == 302
    assert again["Location"] == f"{url}?step=3&xem=bang"
    # On another cycle too, and a link from the list of work changes nothing of it.
    client.get(url, {"state": "ready", "xem": "bang"})
    assert client.get(CycleFactory().get_absolute_url())["Location"].endswith("?step=3&xem=bang")
    client.get(client.get(again["Location"]).context["clear_url"])
    assert client.get(url)["Location"] == f"{url}?xem=bang"
    client.get(url, {"loc": "1"})
    assert client.get(url).status_code == 200


def test_another_person_has_filters_of_their_own(client, district, cycle):
    client.get(cycle.get_absolute_url(), {"loc": "1", "step": "3"})
    client.force_login(officer())
    assert client.get(cycle.get_absolute_url()).status_code == 200


def test_late_entries_stand_first_in_the_table(client, district, cycle):
    done = entry_in(S.IMPLEMENTING, cycle=cycle)
    waiting = entry_in(S.PLAN_AWAITED, cycle=cycle)
    late = entry_in(S.IDEA_REGISTERED, cycle=cycle)
    month = timezone.now() - datetime.timedelta(days=30)
    Entry.objects.filter(pk__in=[done.pk, waiting.pk]).update(state_since=month)
    page = client.get(cycle.get_absolute_url(), {"xem": "bang"}).context["page_obj"]
    assert [entry.pk for entry in page] == [late.pk, waiting.pk, done.pk]


# --- Communes by steps ------------------------------------------------------------------------


def test_each_number_of_the_matrix_leads_to_the_entries_that_it_counts(client, district, cycle):
    tree = vinh_linh()
    for _n in range(2):
        entry_in(S.IDEA_REGISTERED, cycle=cycle, product=product_in(tree.ho_xa))
    entry_in(S.IMPLEMENTING, cycle=cycle, product=product_in(tree.vinh_thuy))
    entry_in(S.WITHDRAWN, cycle=cycle, product=product_in(tree.vinh_thuy))
    empty = UnitFactory(code="19417", name="Vĩnh Hà", parent=tree.district)
    rebuild_cover()
    page = client.get(reverse("products:matrix", args=[cycle.pk]))
    rows = {row["unit"].pk: row for row in page.context["rows"]}
    assert {pk: row["total"] for pk, row in rows.items()} == {
        tree.ho_xa.pk: 2,
        tree.vinh_thuy.pk: 1,
        empty.pk: 0,
    }
    cell = rows[tree.ho_xa.pk]["cells"][0]
    assert (cell["count"], cell["late"]) == (2, 2)
    assert client.get(cell["url"]).context["total"] == 2
    assert page.context["total"] == 3
    sheet = opened(
        client.get(reverse("products:matrix", args=[cycle.pk]), {"export": "xlsx"}).content
    ).active
    assert [cell.value for cell in sheet[2]] == ["Thị trấn Hồ Xá", 2, 0, 0, 0, 0, 2, 2]


def test_a_commune_officer_sees_the_own_commune_alone(client, cycle):
    tree = vinh_linh()
    for unit in (tree.ho_xa, tree.vinh_thuy):
        entry_in(S.IDEA_REGISTERED, cycle=cycle, product=product_in(unit))
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER))
    context = client.get(reverse("products:matrix", args=[cycle.pk])).context
    assert [row["unit"] for row in context["rows"]] == [tree.ho_xa]
    assert context["total"] == 1


@pytest.mark.parametrize("n", [1, 3])
def test_the_matrix_and_the_table_cost_the_same_for_one_commune_and_for_three(
    client, district, cycle, n, django_assert_max_num_queries
):
    tree = vinh_linh()
    for number in range(n):
        unit = UnitFactory(code=f"1950{number}", name=f"Mẫu {number}", parent=tree.district)
        entry_in(S.IDEA_REGISTERED, cycle=cycle, product=product_in(unit))
    rebuild_cover()
    with django_assert_max_num_queries(12):
        client.get(reverse("products:matrix", args=[cycle.pk]))
    with django_assert_max_num_queries(12):
        client.get(cycle.get_absolute_url(), {"xem": "bang"})
