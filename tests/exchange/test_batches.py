"""What a batch of an import must not change: each row for itself, once, with its history."""

import sqlite3

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from communes.models import Producer
from ocop_portal.exchange import jobs
from ocop_portal.exchange.models import Import
from products.models import Entry, Product
from products.word_index import search
from tests.factories import EntryFactory, officer

from .books import book, brought_in, outcomes, producer_row, product_row, read, why

pytestmark = pytest.mark.django_db


def test_one_row_that_was_changed_since_does_not_keep_the_others_of_its_batch_out(place):
    by = officer()
    brought_in(book([producer_row(n) for n in range(1, 8)], [product_row(1, 1)]), by)
    rows = [[*producer_row(n)[:4], 20] for n in range(1, 10)]
    job = read(book(rows, [[*product_row(1, 1)[:4], "Ngon hơn."], product_row(2, 9)]), by)
    Producer.objects.filter(tax_code="3200000003").update(workers=15)
    jobs.confirm(job=job, by=by)
    jobs.work(job.pk)
    assert list(why(job)) == [("Chủ thể", 4)]
    found = dict(Producer.objects.values_list("tax_code", "workers"))
    assert found == {f"32{n:08d}": 15 if n == 3 else 20 for n in range(1, 10)}
    # Each object has its own history, and is found by its words.
    producer = Producer.objects.get(tax_code="3200000001")
    assert [
        (h.history_type, h.history_user, h.history_change_reason, h.workers)
        for h in producer.history.all()
    ] == [
        ("~", by, "Nhập từ Excel", 20),
        ("+", by, "Nhập từ Excel", 12),
    ]
    product = Product.objects.get(name="Sản phẩm mẫu 1")
    assert [(h.history_type, h.summary) for h in product.history.all()] == [
        ("~", "Ngon hơn."),
        ("+", "Ngon."),
    ]
    assert set(search(Product.objects.all(), "san pham mau 2").products) == {
        Product.objects.get(name="Sản phẩm mẫu 2")
    }


def test_two_previews_of_one_file_write_once(place):
    by = officer()
    rows = [[f"Chủ thể mẫu {n}", "hợp tác xã", "19363", None, 12] for n in (1, 2)]
    ideas = [["Sản phẩm mẫu", "Chủ thể mẫu 1", None, "7", "Ngon."]]
    first, second = (read(book(rows, ideas), by) for _time in range(2))
    for job in (first, second):
        jobs.confirm(job=job, by=by)
        jobs.work(job.pk)
    assert (Producer.objects.count(), Product.objects.count()) == (2, 1)
    assert "đã được nhập sau khi xem trước" in why(second)["Chủ thể", 2][0][1]


def test_producers_that_move_and_take_a_new_name_are_found_by_it_with_their_products(place):
    by = officer()
    brought_in(book([producer_row(1), producer_row(2)], [product_row(1, 1)]), by)
    moved = producer_row(1)
    moved[0], moved[2] = "Hợp tác xã mẫu Đổi tên", "19384"
    job = brought_in(book([moved, producer_row(2)]), by)
    assert outcomes(job) == {"changed": 1, "same": 1}
    (product,) = search(Product.objects.all(), "doi ten kim thach").products
    assert product.search.endswith("doi ten")
    jobs.undo(job=job, by=by)
    jobs.work(job.pk)
    assert Producer.objects.get(tax_code="3200000001").name == "Chủ thể mẫu 1"
    assert not search(Product.objects.all(), "doi ten kim thach").products.exists()


@pytest.mark.parametrize("n", [10, 30])
def test_writing_and_taking_back_cost_the_same_for_ten_rows_and_for_thirty(place, n):
    by = officer()
    rows = [producer_row(number) for number in range(1, n + 1)]
    job = read(book(rows, [product_row(number, number) for number in range(1, n + 1)]), by)
    jobs.confirm(job=job, by=by)
    with CaptureQueriesContext(connection) as asked:
        jobs.work(job.pk)
    assert outcomes(job) == {"new": 2 * n}
    assert len(asked) <= 60
    jobs.undo(job=job, by=by)
    with CaptureQueriesContext(connection) as asked:
        jobs.work(job.pk)
    assert not Producer.objects.exists()
    # One for the history of each, which deleting writes one by one.
    assert len(asked) <= 80 + 2 * n


def test_what_is_built_upon_while_others_are_taken_back_stays_and_goes_the_next_time(
    place, client, monkeypatch
):
    by = officer()
    rows = [producer_row(n) for n in range(1, 5)]
    job = brought_in(book(rows, [product_row(n, n) for n in range(1, 5)]), by)
    monkeypatch.setattr(jobs, "WRITE_BATCH", 3)
    pauses = iter(range(10))

    def somebody_enters_a_product():
        if next(pauses) == 1:
            EntryFactory(product=Product.objects.get(name="Sản phẩm mẫu 1"))

    monkeypatch.setattr(jobs, "_let_others_in", somebody_enters_a_product)
    jobs.undo(job=job, by=by)
    jobs.work(job.pk)
    job.refresh_from_db()
    assert job.state == Import.State.DONE
    assert [product.name for product in Product.objects.all()] == ["Sản phẩm mẫu 1"]
    assert [producer.name for producer in Producer.objects.all()] == ["Chủ thể mẫu 1"]
    assert sorted(row.in_the_way["vi"] for row in job.rows.exclude(in_the_way={})) == [
        "Chủ thể mẫu 1 đã có sản phẩm hoặc giấy tờ.",
        "Sản phẩm mẫu 1 đã tham gia chu trình hoặc đã được xếp hạng.",
    ]
    client.force_login(by)
    page = client.get(job.get_absolute_url()).content.decode()
    assert "Đã hoàn tác 6 dòng. Những dòng sau chưa hoàn tác được" in page

    Entry.objects.all().delete()
    jobs.undo(job=job, by=by)
    jobs.work(job.pk)
    job.refresh_from_db()
    assert job.state == Import.State.UNDONE
    assert not Product.objects.exists()
    assert not Producer.objects.exists()
    assert not job.rows.exclude(in_the_way={}).exists()


@pytest.mark.skipif(not settings.IS_SQLITE, reason="elsewhere others write at any time")
@pytest.mark.django_db(transaction=True)
def test_others_write_between_two_batches_of_reading_writing_and_taking_back(place, monkeypatch):
    monkeypatch.setattr(jobs, "READ_BATCH", 2)
    monkeypatch.setattr(jobs, "WRITE_BATCH", 2)
    by = officer()
    written = []

    def write_beside():
        # A connection of its own, which does not wait: it fails while the lock is held.
        with sqlite3.connect(connection.settings_dict["NAME"], timeout=0) as beside:
            beside.execute("UPDATE accounts_user SET phone = phone")
        beside.close()
        written.append(1)

    monkeypatch.setattr(jobs, "_let_others_in", write_beside)
    job = brought_in(book([producer_row(n) for n in range(1, 6)]), by)
    assert len(written) == 3 + 3
    jobs.undo(job=job, by=by)
    jobs.work(job.pk)
    assert len(written) == 3 + 3 + 3
    assert not Producer.objects.exists()
