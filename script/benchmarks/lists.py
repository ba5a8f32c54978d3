"""Every list at 200 and at 20,000 entries: queries, milliseconds, and how many times longer.

20,000 products, or so many as BENCHMARK_PRODUCTS says, in a test database of its own beside the one
that DATABASE_URL names, dropped at the end. A list may cost twice its time at 200, and 12 queries.
"""

import os
from collections.abc import Iterator

import django

from benchmarks import Figure, milliseconds
from benchmarks.council import own_database

SMALL = 200
TIMES = 7

# Address name → (arguments, query).
OFFICE = {
    "what waits for me": ("office", {}),
    "products": ("products:product_list", {}),
    "products, searched": ("products:product_list", {"q": "ho tieu"}),
    "producers": ("communes:producers", {}),
    "units": ("communes:units", {}),
    "cycles": ("products:cycles", {}),
    "board": ("products:board", {}),
    "board as a table": ("products:board", {"xem": "bang"}),
    "board, late ones alone": ("products:board", {"xem": "bang", "late": "1"}),
    "board, searched": ("products:board", {"xem": "bang", "q": "ho tieu"}),
    "communes by steps": ("products:matrix", {}),
    "plans": ("products:plans", {}),
    "apparatus": ("communes:apparatus", {}),
    "trainings": ("communes:trainings", {}),
    "imports": ("exchange:imports", {}),
    "rounds": ("evaluation:rounds", {}),
    "councils": ("evaluation:councils", {}),
    "recognitions": ("evaluation:recognitions", {}),
    "notices": ("reminders:inbox", {}),
}
PUBLIC = {
    "catalogue": ("products:catalogue", {}),
    "catalogue, searched": ("products:catalogue", {"q": "ho tieu"}),
    "catalogue, filtered": ("products:catalogue", {"stars": "4"}),
    "communes for everyone": ("communes:public_list", {}),
}


def measured() -> dict[str, tuple[float, int]]:
    """Name of the list → milliseconds, queries."""
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from ocop_portal.accounts.models import User
    from products.models import Cycle

    officer = User.objects.get(username="mau-toan-quoc")
    cycle = Cycle.objects.get()
    office, public = Client(), Client()
    office.force_login(officer)
    found = {}
    for lists, browser in ((OFFICE, office), (PUBLIC, public)):
        for name, (address, query) in lists.items():
            arguments = [cycle.pk] if address in {"products:board", "products:matrix"} else []
            url = reverse(address, args=arguments)

            def opened(url=url, query=query, browser=browser):
                cache.clear()
                answer = browser.get(url, query)
                if answer.status_code != 200:
                    raise SystemExit(f"{url}: {answer.status_code}")

            opened()  # templates and plans are then known
            with CaptureQueriesContext(connection) as asked:
                opened()
            found[name] = milliseconds(opened, times=TIMES), len(asked)
    return found


def at(products: int) -> dict[str, tuple[float, int]]:
    from django.db import connection

    from evaluation import national

    with own_database():
        national.make(products=products)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        return measured()


def figures() -> Iterator[Figure]:
    os.environ |= {"CELERY_BROKER_URL": "", "EMAIL_URL": "dummymail://"}
    many = int(os.environ.get("BENCHMARK_PRODUCTS", 20_000))
    django.setup()
    few_found, many_found = at(SMALL), at(many)
    for name, (spent, queries) in many_found.items():
        before, queries_before = few_found[name]
        yield Figure(f"{name}: at {SMALL}", before)
        yield Figure(f"{name}: at {many}", spent)
        yield Figure(f"{name}: ratio", spent / before, "times", 2)
        yield Figure(f"{name}: queries", queries, "", 12)
        if queries != queries_before:
            yield Figure(f"{name}: queries more than at {SMALL}", queries - queries_before, "", 0)
