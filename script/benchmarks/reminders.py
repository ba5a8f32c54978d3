"""A scan over many open deadlines, packing and sending: seconds, and queries for each batch.

100,000 open deadlines, or so many as BENCHMARK_DEADLINES says. The database is one of its own: SQLite,
or the one that DATABASE_URL names, which must be empty.
"""

import os
import time
from collections.abc import Iterator

import django
from django.core.management import call_command

from benchmarks import Figure

COMMUNES = 200


def fill(number: int) -> None:
    """`number` entries in a step that is due in three days, in communes with an officer each."""
    import datetime

    from communes.models import Producer, Role, Unit, today
    from communes.units import rebuild_cover
    from ocop_portal.accounts.models import User
    from ocop_portal.reminders.models import Choice
    from products.models import Cycle, CycleStep, Entry, Product, Step

    midnight = datetime.time()
    Choice.objects.create(unit=0, quiet_from=midnight, quiet_until=midnight, answer_days=0)
    district = Unit.objects.create(code="1", kind="Huyện", name="Mẫu", level="district")
    communes = [
        Unit.objects.create(
            code=f"{n}", kind="Xã", name=f"Mẫu {n}", level="commune", parent=district
        )
        for n in range(100, 100 + COMMUNES)
    ]
    rebuild_cover()
    people = User.objects.bulk_create(
        User(username=f"u{n}", full_name=f"Mẫu {n}", email=f"u{n}@example.vn")
        for n in range(COMMUNES + 1)
    )
    Role.objects.bulk_create(
        [
            Role(user=people[0], kind="district_officer", unit=district),
            *(
                Role(user=person, kind="commune_officer", unit=commune)
                for person, commune in zip(people[1:], communes, strict=True)
            ),
        ]
    )
    producers = Producer.objects.bulk_create(
        Producer(name=f"Chủ thể mẫu {n}", legal_form="cooperative", unit=communes[n % COMMUNES])
        for n in range(2 * COMMUNES)
    )
    products = Product.objects.bulk_create(
        (
            Product(name=f"Sản phẩm mẫu {n}", producer=producers[n % len(producers)], set_number=1)
            for n in range(number)
        ),
        batch_size=2000,
    )
    cycle = Cycle.objects.create(unit=district, year=2020, decision="1048-2019")
    CycleStep.objects.create(
        cycle=cycle, number=Step.IDEA, due_on=today() + datetime.timedelta(days=3)
    )
    Entry.objects.bulk_create(
        (Entry(cycle=cycle, product=p, set_number=1, created_by=people[0]) for p in products),
        batch_size=2000,
    )


def measured(work) -> tuple[object, float, int]:
    """The result, seconds and queries of a piece of work."""
    from django.db import connection

    queries = 0

    def count(execute, *args):
        nonlocal queries
        queries += 1
        return execute(*args)

    begun = time.perf_counter()
    with connection.execute_wrapper(count):
        result = work()
    return result, time.perf_counter() - begun, queries


def figures() -> Iterator[Figure]:
    # No broker, no cache, no mail server of anybody's is touched.
    os.environ |= {"CELERY_BROKER_URL": "", "CACHE_URL": "", "EMAIL_URL": "dummymail://"}
    number = int(os.environ.get("BENCHMARK_DEADLINES", 100_000))
    django.setup()
    call_command("migrate", verbosity=0)

    from django.conf import settings

    from ocop_portal.reminders.outbox import pack_waiting, send_pending
    from ocop_portal.reminders.registry import CHUNK
    from ocop_portal.reminders.scan import BATCH, scan

    fill(number)
    batches = -(-number // BATCH)
    yield Figure("open deadlines", number, "")
    yield Figure("deadlines read a query, notices written a transaction", CHUNK, f"/ {BATCH}")
    run, seconds, queries = measured(scan)
    yield Figure(f"first scan, {run.notices} notices written", seconds, "s")
    yield Figure("its queries for each batch", queries / batches, "")
    run, seconds, queries = measured(scan)
    yield Figure(f"next scan, {run.notices} notices new", seconds, "s")
    yield Figure("its queries for each batch", queries / batches, "")
    made, seconds, _queries = measured(pack_waiting)
    yield Figure(f"packing {number} deliveries into {made} messages", seconds, "s")
    sent, seconds, _queries = measured(send_pending)
    yield Figure(f"sending {sent}, a minute's limit", seconds, "s")
    sent, _seconds, _queries = measured(send_pending)
    yield Figure("sent more within the minute", sent, "", target=0)
    yield Figure("messages a minute at most", settings.MAILS_PER_MINUTE, "")
