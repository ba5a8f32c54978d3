"""A real worker is killed while it reads, writes and takes back: the data are whole and single."""

import datetime

import pytest
from celery import Celery

from communes.models import Producer
from ocop_portal.exchange import jobs
from ocop_portal.exchange.models import Import, Row
from ocop_portal.uploads import EXCEL, check_upload
from products.models import Product
from tests.factories import officer, vinh_linh
from tests.reminders.desk import Desk, RedisServer, until

from .books import book, producer_row, product_row, read, saved, uploaded

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not RedisServer.is_installed(), reason="redis-server is not installed"),
]
S = Import.State
PRODUCERS, PRODUCTS = 300, 400
LONG_AGO = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def desk(tmp_path):
    found = Desk(tmp_path)
    found.open()
    yield found
    found.close()


def ask(desk, task: str, *arguments) -> None:
    """Put a task into the queue, as the web server and beat do."""
    client = Celery()
    with client.connection_for_write(desk.broker) as link:
        name = f"ocop_portal.exchange.jobs.{task}"
        client.send_task(name, args=arguments, queue="celery", connection=link)


def killed_when(desk, what) -> None:
    """Kill the worker, with no chance to tidy up, as soon as `what()` is true."""
    until(what)
    desk.kill_worker()


def taken_up_again(desk, job) -> None:
    """A new worker, and beat's look for imports that nobody has worked on for a while."""
    Import.objects.filter(pk=job.pk).update(touched_at=LONG_AGO)
    desk.start_worker()
    ask(desk, "take_up")


def test_killed_while_reading_writing_and_taking_back_the_import_ends_whole_and_single(desk):
    vinh_linh()
    by = officer()
    producers = [producer_row(n) for n in range(1, PRODUCERS + 1)]
    products = [product_row(n, (n - 1) % PRODUCERS + 1) for n in range(1, PRODUCTS + 1)]
    content = saved(book(producers, products))
    upload = check_upload(uploaded(content), accepted={EXCEL}, refusal="")
    job = jobs.start_import(upload=upload, by=by)

    def state() -> str:
        job.refresh_from_db()
        return job.state

    def reading_has_begun() -> bool:
        return state() != S.READING or job.done > 0

    def preview_is_there() -> bool:
        return state() == S.PREVIEW

    def writing_is_under_way() -> bool:
        return state() != S.APPLYING or job.done >= 100

    def all_is_in() -> bool:
        return state() == S.DONE

    def taking_back_is_under_way() -> bool:
        return state() != S.UNDOING or job.done >= 100

    def all_is_out() -> bool:
        return state() == S.UNDONE

    desk.start_worker()
    ask(desk, "work", job.pk)
    killed_when(desk, reading_has_begun)
    assert state() == S.READING
    taken_up_again(desk, job)
    until(preview_is_there)
    assert jobs.counts(job)[Row.Outcome.NEW] == PRODUCERS + PRODUCTS
    assert not Producer.objects.exists()

    jobs.confirm(job=job, by=by)
    ask(desk, "work", job.pk)
    killed_when(desk, writing_is_under_way)
    assert state() == S.APPLYING
    # What was written and what is noted as written are the same rows.
    written = job.rows.filter(applied_at__isnull=False).count()
    assert 100 <= written < PRODUCERS + PRODUCTS
    assert Producer.objects.count() + Product.objects.count() == written

    taken_up_again(desk, job)
    until(all_is_in)
    assert (Producer.objects.count(), Product.objects.count()) == (PRODUCERS, PRODUCTS)
    assert Producer.history.count() + Product.history.count() == PRODUCERS + PRODUCTS
    assert not job.rows.filter(applied_at__isnull=True).exists()
    assert jobs.counts(read(content, by))[Row.Outcome.SAME] == PRODUCERS + PRODUCTS

    jobs.undo(job=job, by=by)
    ask(desk, "work", job.pk)
    killed_when(desk, taking_back_is_under_way)
    assert state() == S.UNDOING
    # What is gone and what is noted as taken back are the same rows.
    back = job.rows.filter(undone_at__isnull=False).count()
    assert 100 <= back < PRODUCERS + PRODUCTS
    assert Producer.objects.count() + Product.objects.count() == PRODUCERS + PRODUCTS - back

    taken_up_again(desk, job)
    until(all_is_out)
    assert not Producer.objects.exists()
    assert not Product.objects.exists()
    assert Producer.history.count() + Product.history.count() == 2 * (PRODUCERS + PRODUCTS)
    assert not job.rows.filter(undone_at__isnull=True).exists()
    assert jobs.counts(read(content, by))[Row.Outcome.NEW] == PRODUCERS + PRODUCTS
