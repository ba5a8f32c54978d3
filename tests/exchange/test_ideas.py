"""Ideas from Excel: into the cycle of the year, beside new products of the same file, and back out."""

import pytest

from communes.models import Producer, Role
from ocop_portal.exchange import jobs
from ocop_portal.exchange.models import Import, Row
from products.comments import say
from products.cycle import move
from products.exchange import today_decision
from products.models import Entry, Product
from tests.factories import (
    CycleFactory,
    ProducerFactory,
    ProductFactory,
    add_papers,
    officer,
    vinh_linh,
)

from .books import book, brought_in, producer_row, product_row, read

pytestmark = pytest.mark.django_db
S, O = Import.State, Row.Outcome  # noqa: E741
HEADINGS = ["Tên sản phẩm", "Chủ thể", "Xã của chủ thể", "Năm", "Ý tưởng", "Bộ sản phẩm"]


@pytest.fixture
def cycle():
    return CycleFactory(unit=vinh_linh().district, year=2026, decision=today_decision().slug)


@pytest.fixture
def product(cycle):
    producer = ProducerFactory(name="Hợp tác xã mẫu", unit=vinh_linh().ho_xa)
    return ProductFactory(
        name="Hồ tiêu mẫu", producer=producer, decision=cycle.decision, set_number=7
    )


def ideas(*rows, producers=(), products=()):
    found = book(producers, products)
    page = found.create_sheet("Ý tưởng")
    for row in (HEADINGS, *rows):
        page.append(list(row))
    return found


ROW = ("Hồ tiêu mẫu", "Hợp tác xã mẫu", None, 2026, "Tiêu sấy lạnh.")


def why(job) -> dict[int, tuple[str, str]]:
    return {
        row.number: (row.faults[0]["letter"], row.faults[0]["why"]["vi"])
        for row in job.rows.filter(outcome=O.REFUSED)
    }


def test_an_idea_enters_its_product_into_the_cycle_once(product, cycle):
    by = officer(Role.Kind.COMMUNE_OFFICER)
    brought_in(ideas(ROW), by)
    entry = Entry.objects.get()
    assert (entry.cycle, entry.product, entry.idea, entry.state) == (
        cycle,
        product,
        "Tiêu sấy lạnh.",
        Entry.State.IDEA_DRAFT,
    )
    assert (entry.created_by, entry.events.get().action) == (by, "enter")
    assert jobs.counts(read(ideas(ROW), by))[O.SAME] == 1


def test_producer_product_and_idea_come_in_one_file(cycle):
    by = officer()
    row = ("Sản phẩm mẫu 1", "3200000001", None, "2026", "Mới.")
    job = brought_in(ideas(row, producers=[producer_row(1)], products=[product_row(1, 1)]), by)
    assert jobs.counts(job)[O.NEW] == 3
    assert Entry.objects.get().product == Product.objects.get()
    jobs.undo(job=job, by=by)
    jobs.work(job.pk)
    assert not Entry.objects.exists()
    assert not Product.objects.exists()


def test_every_fault_is_named_by_column(product, cycle):
    CycleFactory(unit=vinh_linh().district, year=2020, is_closed=True)
    older = ProductFactory(
        name="Tinh bột mẫu", producer=product.producer, decision="1048-2019", set_number=1
    )
    job = read(
        ideas(
            ("Không có", *ROW[1:]),
            ("Hồ tiêu mẫu", "Không có", *ROW[2:]),
            (*ROW[:3], "2020", "x"),
            (*ROW[:3], "31/02", "x"),
            (*ROW[:4], None),
            (older.name, *ROW[1:]),
            (older.name, *ROW[1:5], "999"),
            (*ROW[:2], "99999", *ROW[3:]),
            ROW,
            ROW,
        ),
        officer(),
    )
    assert {number: letter for number, (letter, _why) in why(job).items()} == {
        2: "A",
        3: "B",
        4: "D",
        5: "D",
        6: "E",
        7: "F",
        8: "F",
        9: "C",
        11: "",
    }
    assert jobs.counts(job)[O.NEW] == 1


def test_a_registered_idea_is_not_overwritten(product, cycle):
    by = officer()
    brought_in(ideas(ROW), by)
    entry = Entry.objects.get()
    changed = (*ROW[:4], "Tiêu hữu cơ.")
    job = read(ideas(changed), by)
    assert job.rows.get(kind="idea").changes == [
        {"label": "Ý tưởng", "old": "Tiêu sấy lạnh.", "new": "Tiêu hữu cơ."}
    ]
    add_papers(entry, by_step=2)
    move(entry=entry, name="register_idea", by=by)
    jobs.confirm(job=job, by=by)
    jobs.work(job.pk)
    entry.refresh_from_db()
    assert entry.idea == "Tiêu sấy lạnh."
    assert "không sửa được nữa" in why(job)[2][1]
    assert "không sửa được nữa" in why(read(ideas(changed), by))[2][1]


def test_an_entry_that_was_worked_on_keeps_its_import_from_being_taken_back(product, cycle):
    by = officer()
    job = brought_in(ideas(ROW, producers=[producer_row(1)]), by)
    entry = Entry.objects.get()
    say(entry=entry, by=by, text="Sấy ở đâu?")
    jobs.undo(job=job, by=by)
    jobs.work(job.pk)
    job.refresh_from_db()
    assert job.state == S.DONE
    assert [row.in_the_way["vi"] for row in job.rows.exclude(in_the_way={})] == [
        f"{entry} đã có giấy tờ, biểu hoặc trao đổi sau khi nhập."
    ]
    # Nothing was taken back, the producer neither.
    assert Producer.objects.filter(tax_code="3200000001").exists()
    entry.comments.all().delete()
    Entry.objects.update(idea="Khác.")
    jobs.undo(job=job, by=by)
    jobs.work(job.pk)
    assert "đã được sửa hoặc chuyển bước" in job.rows.get(kind="idea").in_the_way["vi"]
    Entry.objects.update(idea="Tiêu sấy lạnh.")
    jobs.undo(job=job, by=by)
    jobs.work(job.pk)
    assert not Entry.objects.exists()
    assert not Producer.objects.filter(tax_code="3200000001").exists()


def test_an_idea_of_a_refused_product_says_which_row_is_to_be_mended(cycle):
    wrong = [*product_row(1, 1)]
    wrong[3] = "99"
    row = ("Sản phẩm mẫu 1", "3200000001", None, "2026", "Mới.")
    other = ("Sản phẩm mẫu 2", "3200000001", None, "2026", "Mới.")
    job = read(ideas(row, other, producers=[producer_row(1)], products=[wrong]), officer())
    told = {row.number: row.faults[0]["why"]["vi"] for row in job.rows.filter(kind="idea")}
    assert told == {
        2: "“Sản phẩm mẫu 1” có trong tệp nhưng dòng đó không nhận (trang “Sản phẩm”, dòng 2). "
        "Hãy sửa dòng đó trước.",
        3: "Chủ thể chưa có sản phẩm “Sản phẩm mẫu 2”, cũng không có trong tệp.",
    }
