"""Every list at 200 and at 20,000 entries: queries, milliseconds, and how many times longer.

20,000 products, or so many as BENCHMARK_PRODUCTS says, in a test database of its own beside the one
that DATABASE_URL names, dropped at the end. A list may cost twice its time at 200, and 12 queries.
"""

import datetime
import os
from collections.abc import Iterator

import django

from benchmarks import Figure, milliseconds
from benchmarks.council import own_database

SMALL = 200
TIMES = 7

# What is looked at → address name, query, and what the address is of where it is not the cycle.
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
    "outreach": ("communes:outreach", {}),
    "outreach, searched": ("communes:outreach", {"q": "hoi nghi"}),
    "outreach by communes": ("communes:outreach_coverage", {}),
    "fairs": ("products:fairs", {}),
    "sales points": ("products:sales_points", {}),
    "sales points, searched": ("products:sales_points", {"q": "cua hang"}),
    "online shops": ("products:online_shops", {}),
    "contracts": ("products:contracts", {}),
    "chains": ("products:chains", {}),
    "flagship products": ("products:flagships", {}),
    "messages of buyers": ("products:feedback", {}),
    "report of stars": ("products:report", {"mau": "on"}, "hang-sao"),
    "report of products": ("products:report", {"mau": "on"}, "san-pham"),
    "report of producers": ("products:report", {"mau": "on"}, "chu-the"),
    "report of progress": ("products:report", {"mau": "on"}, "tien-do"),
    "report of what expires": ("products:report", {"mau": "on"}, "het-han"),
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
    "numbers": ("products:numbers", {}),
    "map": ("products:map", {}),
}


def measured() -> Iterator[tuple[str, float, int]]:
    """For each list its name, milliseconds, queries."""
    from django.core.cache import caches
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
    for lists, browser in ((OFFICE, office), (PUBLIC, public)):
        for name, (address, query, *arguments) in lists.items():
            if address in {"products:board", "products:matrix"}:
                arguments = [cycle.pk]
            url = reverse(address, args=arguments)

            def opened(url=url, query=query, browser=browser):
                for cache in caches.all():
                    cache.clear()
                answer = browser.get(url, query)
                if answer.status_code != 200:
                    raise SystemExit(f"{url}: {answer.status_code}")

            opened()  # templates and plans are then known
            with CaptureQueriesContext(connection) as asked:
                opened()
            queries = len(asked)  # counted now: the next request empties the log
            # The quickest: what else the machine does makes any of them slower, none faster.
            yield name, min(milliseconds(opened) for _time in range(TIMES)), queries


def add_more() -> None:
    """For every sample product an event, a sales point, a shop, a contract, a message, samples all.

    And for every hundredth a fair and a chain.
    """
    from communes.models import OutreachEvent, Unit
    from ocop_portal.text import fold
    from products.models import (
        Chain,
        Contract,
        Fair,
        Feedback,
        Flagship,
        OnlineShop,
        Product,
        SalesPoint,
    )

    province = Unit.objects.get(code="990")
    products = list(Product.objects.select_related("producer").order_by("pk"))
    day = datetime.date(2026, 1, 5)
    events = [
        OutreachEvent(
            unit_id=product.producer.unit_id,
            kind="Hội nghị",
            title=f"Hội nghị mẫu {product.pk}",
            held_on=day + datetime.timedelta(days=product.pk % 200),
            people=product.pk % 90,
            is_sample=True,
        )
        for product in products
    ]
    rows = [
        *(SalesPoint(product=p, name=f"Cửa hàng mẫu {p.pk}", kind="shop") for p in products),
        *(
            OnlineShop(product=p, platform="Sàn mẫu", url=f"https://{p.pk}.example")
            for p in products
        ),
        *(Contract(product=p, buyer=f"Bên mua mẫu {p.pk}", ends_on=day) for p in products),
        *(
            Flagship(product=p, target_star=4, level=Flagship.Level.PROVINCE, year=2026)
            for p in products
        ),
        *(
            Fair(unit=province, name=f"Hội chợ mẫu {p.pk}", where="within", starts_on=day)
            for p in products[::100]
        ),
        *(
            Chain(unit=province, name=f"Chuỗi mẫu {p.pk}", goods="Mặt hàng mẫu")
            for p in products[::100]
        ),
    ]
    for event in events:
        event.clean()
    for row in rows:
        row.search = fold(row.words())[:500]
    messages = [
        Feedback(
            code=f"MAU{product.pk}",
            product=product,
            producer=product.producer,
            kind="quality",
            words="Phản ánh mẫu.",
            due_on=day,
        )
        for product in products
    ]
    by_model = {}
    for row in (*events, *rows, *messages):
        by_model.setdefault(type(row), []).append(row)
    for model, found in by_model.items():
        model.objects.bulk_create(found, batch_size=2000)


def at(products: int) -> Iterator[tuple[str, float, int]]:
    from django.db import connection

    from evaluation import national

    with own_database():
        national.make(products=products)
        add_more()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield from measured()


def figures() -> Iterator[Figure]:
    os.environ |= {"CELERY_BROKER_URL": "", "EMAIL_URL": "dummymail://"}
    many = int(os.environ.get("BENCHMARK_PRODUCTS", 20_000))
    django.setup()
    few = {name: (spent, queries) for name, spent, queries in at(SMALL)}
    for name, spent, queries in at(many):
        before, queries_before = few[name]
        yield Figure(f"{name}: at {SMALL}", before)
        yield Figure(f"{name}: at {many}", spent)
        yield Figure(f"{name}: ratio", spent / before, "times", 2)
        yield Figure(f"{name}: queries", queries, "", 12)
        if queries != queries_before:
            yield Figure(f"{name}: queries more than at {SMALL}", queries - queries_before, "", 0)
