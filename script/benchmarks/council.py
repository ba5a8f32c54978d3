"""Thirty members who save at once; the comparison of 200 products by 15 members.

On the database that DATABASE_URL names (PostgreSQL, to be worth anything), in a test database of
its own that is dropped at the end.
"""

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import django

from benchmarks import Figure, milliseconds

MEMBERS = 30
PRODUCTS, COLUMNS = 200, 15


@contextmanager
def own_database():
    from django.db import connection
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment(debug=False)
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        teardown_test_environment()


def figures() -> Iterator[Figure]:
    django.setup()
    with own_database():
        yield from saving_at_once()
        yield from comparing()


def saving_at_once() -> Iterator[Figure]:
    """Every member marks a whole sheet through the portal's own pages, all of them together."""
    from django.db import connections
    from django.test import Client
    from django.urls import reverse

    from evaluation.models import Mark, MarkEvent
    from evaluation.sheets import start_sheet
    from tests import factories

    round_ = factories.open_round(members=MEMBERS)
    candidate = round_.candidates.get()
    options = factories.options_for(candidate.pinned_set.criteria, total=80)
    work = []
    for user in factories.scorers(round_.council):
        browser = Client(raise_request_exception=False)
        browser.force_login(user)
        work.append((browser, start_sheet(candidate=candidate, user=user)))
    spent, statuses = [], []
    start = threading.Barrier(MEMBERS)

    def mark_all(browser, sheet):
        address = reverse("evaluation:mark", args=[sheet.pk])
        start.wait()
        try:
            for code, option in options.items():
                sent = {
                    "criterion": code,
                    "option": option,
                    "base": 0,
                    "id": f"{code}-1".replace(".", "-"),
                }
                begun = time.perf_counter()
                statuses.append(browser.post(address, sent).status_code)
                spent.append((time.perf_counter() - begun) * 1000)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=mark_all, args=row) for row in work]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = time.perf_counter() - begun
    sent = MEMBERS * len(options)
    lost = sum(
        dict(Mark.objects.filter(sheet=sheet).values_list("criterion", "option")) != options
        for _browser, sheet in work
    )
    yield Figure("marks sent by 30 members at once", sent, "")
    yield Figure("answers of 5xx, deadlocks among them", sum(s >= 500 for s in statuses), "", 0)
    yield Figure("answers that are not 200", sum(s != 200 for s in statuses), "", 0)
    yield Figure("marks sent without any answer", sent - len(statuses), "", 0)
    yield Figure("sheets that differ from what was chosen", lost, "", 0)
    yield Figure("marks written twice", MarkEvent.objects.count() - sent, "", 0)
    yield Figure("one mark, median under this load", statistics.median(spent))
    yield Figure("one mark, slowest of a hundred", statistics.quantiles(spent, n=100)[98])
    yield Figure("marks a second, one process", sent / whole, "")


def comparing() -> Iterator[Figure]:
    """Only reading is measured; the queries of the largest round are those of the smallest."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from evaluation.comparison import comparison
    from evaluation.tally import round_tally

    for products, members in ((1, 3), (PRODUCTS, COLUMNS)):
        round_ = scored_round(products, members)
        comparison(round_)  # the criteria set is then in memory, as it is all afternoon
        for name, read in (("comparison", comparison), ("tally", round_tally)):
            with CaptureQueriesContext(connection) as asked:
                spent = milliseconds(read, round_)
            yield Figure(f"{name}, {products} by {members}", spent)
            yield Figure(f"{name}, {products} by {members}: queries", len(asked), "")


def scored_round(products: int, members: int):
    """A round whose scoring has ended, its sheets written straight to the tables."""
    from django.utils import timezone

    from evaluation import rounds
    from evaluation.models import Candidate, Mark, Round, Seat, Sheet
    from tests import factories

    council = factories.council_with(members)
    round_ = factories.RoundFactory(council=council)
    entries = [
        factories.entry_in("in_evaluation", papers=False, cycle=round_.cycle)
        for _n in range(products)
    ]
    criteria = round_.law.criteria_set(1)
    pinned = rounds.pin(criteria)
    candidates = Candidate.objects.bulk_create(
        Candidate(round=round_, entry=entry, number=number, pinned_set=pinned)
        for number, entry in enumerate(entries, start=1)
    )
    seats = Seat.objects.filter(council=council, scores=True)
    sheets = Sheet.objects.bulk_create(
        Sheet(candidate=row, seat=seat, state="submitted", submitted_at=timezone.now())
        for row in candidates
        for seat in seats
    )
    filled = [factories.options_for(criteria, total=total) for total in range(60, 80)]
    Mark.objects.bulk_create(
        (
            Mark(
                sheet=sheet,
                criterion=code,
                option=option,
                points=criteria.criterion(code).option(option).points if option else 0,
            )
            for place, sheet in enumerate(sheets)
            for code, option in filled[place % len(filled)].items()
        ),
        batch_size=2_000,
    )
    Round.objects.filter(pk=round_.pk).update(state=Round.State.TALLYING)
    round_.refresh_from_db()
    return round_
