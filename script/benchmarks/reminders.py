"""How long a scan takes over many open deadlines, and how many queries: figures, no verdict.

    script/benchmarks/reminders.py [NUMBER]      100,000 open deadlines unless a number is given

Makes a database of its own (SQLite in a temporary folder, or the one that DATABASE_URL names, which
must be empty), fills it with a province's worth of communes and entries, and scans twice: the first
scan writes every notice, the second finds nothing new. Then it packs and sends for a minute's limit.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
COMMUNES = 200


def prepare(folder: str) -> None:
    os.environ.update(
        {
            "DEBUG": "true",
            "SECRET_KEY": "only-for-benchmarks",
            "DATA_DIR": folder,
            "DATABASE_URL": os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/ocop.sqlite3",
            "CELERY_BROKER_URL": "",
            "CACHE_URL": "",
            "EMAIL_URL": "dummymail://",
            "MAILS_PER_MINUTE": "60",
            "LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "ocop_portal.settings",
        }
    )
    subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity=0"], check=True, cwd=ROOT
    )
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()


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


def timed(what: str, work):
    """Run it and print seconds and queries."""
    from django.db import connection

    queries = 0

    def count(execute, *args):
        nonlocal queries
        queries += 1
        return execute(*args)

    began = time.perf_counter()
    with connection.execute_wrapper(count):
        result = work()
    print(f"{what:45} {time.perf_counter() - began:8.1f} s {queries:8} queries", flush=True)
    return result, queries


def main() -> int:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(prefix="ocop-benchmark-") as folder:
        prepare(folder)
        from django.db import connection

        from ocop_portal.reminders.models import Delivery, Message, Notice
        from ocop_portal.reminders.outbox import pack_waiting, send_pending
        from ocop_portal.reminders.registry import CHUNK
        from ocop_portal.reminders.scan import BATCH, scan

        print(f"{number} open deadlines on {connection.vendor}", flush=True)
        fill(number)
        first, queries = timed("first scan, every notice is written", scan)
        batches = -(-first.notices // BATCH)
        print(
            f"{'':45} {first.notices} notices, {queries / max(batches, 1):.1f} queries a batch of {BATCH}"
        )
        second, queries = timed("next scan, nothing is new", scan)
        print(f"{'':45} {second.notices} notices, {queries / max(batches, 1):.1f} queries a batch")
        print(f"{'':45} {-(-number // CHUNK)} chunks of {CHUNK} deadlines")
        timed(f"packing {Delivery.objects.count()} deliveries", pack_waiting)
        print(f"{'':45} {Message.objects.count()} messages for {Notice.objects.count()} notices")
        sent, _queries = timed("sending, one minute's limit", send_pending)
        again, _queries = timed("sending again within the minute", send_pending)
        print(f"{'':45} {sent} sent, then {again}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
