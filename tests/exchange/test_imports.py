"""Excel in: every fault named by row and column, the rest in, once, and back out again."""

import datetime
from collections import Counter

import pytest
from django.urls import reverse
from openpyxl import Workbook

from communes.models import OutreachEvent, Producer, Role
from communes.units import rebuild_cover
from ocop_portal.exchange import jobs
from ocop_portal.exchange.models import ColumnMap, Import, Row
from products.models import Product
from tests.factories import (
    EntryFactory,
    ProducerFactory,
    UnitFactory,
    UnitSuccessionFactory,
    officer,
)

from .books import (
    PRODUCERS,
    book,
    brought_in,
    nfd,
    opened,
    outcomes,
    producer_row,
    product_row,
    read,
    saved,
    uploaded,
    why,
)

pytestmark = pytest.mark.django_db
S, O = Import.State, Row.Outcome  # noqa: E741


def test_three_hundred_producers_and_four_hundred_products_with_planted_faults(place):
    """The trial of a new commune officer: every fault is named, the rest is in, in one pass."""
    by = officer()
    ProducerFactory(
        name="Chủ thể mẫu có sẵn", unit=place.ho_xa, tax_code="3299999999", is_sample=True
    )
    producers = [producer_row(n) for n in range(1, 301)]
    products = [product_row(n, (n - 1) % 300 + 1) for n in range(1, 401)]
    planted: dict[tuple[str, int], tuple[str, str]] = {}

    def spoil(sheet, place_in_list, column, value, letter, words):
        rows = producers if sheet == "Chủ thể" else products
        rows[place_in_list][column] = value
        planted[sheet, place_in_list + 2] = (letter, words)

    spoil("Chủ thể", 200, 2, "19381", "C", "nay là Xã Kim Thạch (19384)")
    spoil("Chủ thể", 201, 2, "Vĩnh Kim", "C", "nay là Xã Kim Thạch (19384)")
    spoil("Chủ thể", 202, 2, "99999", "C", "Không có xã, thị trấn nào")
    spoil("Chủ thể", 203, 2, "20001", "C", "không thuộc địa bàn")
    spoil("Chủ thể", 204, 3, producers[100][3], "", "Trùng với dòng 102")
    spoil("Chủ thể", 205, 3, "123", "D", "Mã số thuế gồm 10 số")
    spoil("Chủ thể", 206, 3, 320000207, "D", "bỏ số 0 ở đầu")
    spoil("Chủ thể", 207, 1, "công ty", "B", "Loại hình phải là một trong")
    spoil("Chủ thể", 208, 0, None, "A", "Để trống")
    spoil("Chủ thể", 209, 4, "mười hai", "E", "Phải là số nguyên")
    spoil("Chủ thể", 210, 4, -3, "E", "Phải là số nguyên")
    spoil("Chủ thể", 211, 4, 12.5, "E", "Phải là số nguyên")
    spoil("Chủ thể", 212, 0, "=A2", "A", "công thức")
    spoil("Chủ thể", 213, 0, "x" * 201, "A", "200")
    spoil("Chủ thể", 214, 4, "=1/0", "E", "công thức")
    spoil("Chủ thể", 215, 4, datetime.date(2020, 2, 3), "E", "Phải là số nguyên")
    spoil("Sản phẩm", 310, 3, "27", "D", "không có bộ sản phẩm “27”")
    spoil("Sản phẩm", 311, 3, "Bộ lạ", "D", "không có bộ sản phẩm “Bộ lạ”")
    spoil("Sản phẩm", 312, 1, "0000000000", "B", "Chưa có chủ thể")
    spoil("Sản phẩm", 313, 3, None, "D", "Để trống")
    spoil("Sản phẩm", 314, 2, "99999", "C", "Không có xã, thị trấn nào")
    products[315][:2] = products[100][:2]
    planted["Sản phẩm", 317] = ("", "Trùng với dòng 102")
    workbook = book(producers, products)
    page = workbook.create_sheet("Tuyên truyền")
    page.append(["Đơn vị tổ chức", "Hình thức", "Nội dung tuyên truyền", "Ngày tổ chức"])
    page.append(["19363", "Hội nghị", "Hội nghị mẫu", "28/02/2026"])
    page.append(["19363", "Hội nghị", "Hội nghị mẫu", "31/02/2026"])
    planted["Tuyên truyền", 3] = ("D", "Ghi ngày như 05/03/2026.")
    workbook["Chủ thể"].merge_cells("A220:B220")
    planted["Chủ thể", 220] = ("A", "Ô bị gộp")
    workbook["Chủ thể"].row_dimensions[221].hidden = True
    planted["Chủ thể", 221] = ("", "Dòng đang bị ẩn")
    assert len(planted) == 25
    # Decomposed letters are mended and told, not refused.
    workbook["Chủ thể"]["A222"] = nfd("Chủ thể mẫu dấu rời")
    # Products of refused producers fall with them.
    fallen = {
        ("Sản phẩm", n + 2)
        for n, row in enumerate(products)
        if ("Chủ thể", int(str(row[1])[2:]) + 1) in planted and ("Sản phẩm", n + 2) not in planted
    }

    job = brought_in(workbook, by)

    assert job.state == S.DONE
    found = why(job)
    for key, (letter, words) in planted.items():
        assert any(at == letter and words in told for at, told in found.get(key, [])), (
            key,
            found.get(key),
        )
    for key in fallen:
        assert [at for at, _told in found[key]] == ["B"]
    assert set(found) == set(planted) | fallen
    refused = Counter(sheet for sheet, _row in found)
    assert Producer.objects.count() == 1 + 300 - refused["Chủ thể"]
    assert Product.objects.count() == 400 - refused["Sản phẩm"]
    assert OutreachEvent.objects.get().held_on == datetime.date(2026, 2, 28)
    row = job.rows.get(sheet="Chủ thể", number=222)
    assert row.notes[0]["vi"] == "Đã đưa chữ có dấu rời (hoặc ký tự ẩn) về dạng chuẩn."
    assert Producer.objects.get(pk=row.target).name == "Chủ thể mẫu dấu rời"


def test_nothing_is_written_before_it_is_confirmed(place):
    job = read(book([producer_row(1)], [product_row(1, 1)]), officer())
    assert job.state == S.PREVIEW
    assert outcomes(job) == {"new": 2}
    assert Producer.objects.count() == Product.objects.count() == 0


def test_the_same_file_again_changes_nothing(place):
    by = officer()
    content = saved(book([producer_row(n) for n in range(1, 4)], [product_row(1, 2)]))
    brought_in(content, by)
    changed = Producer.history.count()
    again = read(content, by)
    assert outcomes(again) == {"same": 4}
    with pytest.raises(jobs.ImportRefused):
        jobs.confirm(job=again, by=by)
    assert Producer.history.count() == changed


def test_a_changed_cell_shows_old_and_new_and_keeps_what_the_file_does_not_say(place):
    by = officer()
    brought_in(book([producer_row(1)]), by)
    Producer.objects.update(address="Khu phố 1")
    row = producer_row(1)
    row[4] = 20
    job = read(book([row]), by)
    assert job.rows.get().changes == [{"label": "Số lao động", "old": "12", "new": "20"}]
    jobs.confirm(job=job, by=by)
    jobs.work(job.pk)
    producer = Producer.objects.get()
    assert (producer.workers, producer.address) == (20, "Khu phố 1")
    assert producer.history.latest().history_user == by


def test_confirming_and_working_twice_write_once(place):
    by = officer()
    job = read(book([producer_row(1)], [product_row(1, 1)]), by)
    for _time in range(2):
        jobs.confirm(job=job, by=by)
        jobs.work(job.pk)
        jobs.work(job.pk)
    assert (Producer.objects.count(), Product.objects.count()) == (1, 1)
    assert Producer.history.count() == 1


def test_a_run_that_was_overtaken_writes_nothing_more(place):
    by = officer()
    job = read(book([producer_row(1)]), by)
    jobs.confirm(job=job, by=by)
    job.refresh_from_db()
    Import.objects.filter(pk=job.pk).update(run="another")
    with pytest.raises(jobs._Overtaken):
        jobs._apply(job, "mine")
    assert not Producer.objects.exists()


def test_an_import_whose_worker_died_is_taken_up_again(place, django_capture_on_commit_callbacks):
    by = officer()
    job = read(book([producer_row(1)]), by)
    jobs.confirm(job=job, by=by)
    assert jobs.take_up() == 0
    long_ago = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    Import.objects.filter(pk=job.pk).update(touched_at=long_ago)
    assert jobs.take_up() == 1


def test_what_changed_since_the_preview_is_refused_and_not_overwritten(place):
    by = officer()
    brought_in(book([producer_row(1)]), by)
    row = producer_row(1)
    row[4] = 20
    job = read(book([row]), by)
    Producer.objects.update(workers=15)
    jobs.confirm(job=job, by=by)
    jobs.work(job.pk)
    assert Producer.objects.get().workers == 15
    assert "đã được sửa sau khi xem trước" in job.rows.get().faults[0]["why"]["vi"]


def test_a_tax_code_of_another_district_is_taken_and_tells_nothing(place):
    ProducerFactory(name="Chủ thể mẫu nơi khác", tax_code="3200000001", unit=UnitFactory())
    job = read(book([producer_row(1)]), officer())
    assert why(job) == {("Chủ thể", 2): [("D", "Đã có chủ thể mang mã số thuế này.")]}


def test_a_commune_officer_brings_in_their_own_commune_alone(place):
    rows = [producer_row(1), producer_row(2)]
    rows[1][2] = "19402"
    job = read(book(rows), officer(Role.Kind.COMMUNE_OFFICER))
    assert outcomes(job) == {"new": 1, "refused": 1}


def test_an_officer_whose_units_have_ended_works_on_with_the_last_of_them(place):
    ended = UnitFactory(
        code="19378",
        name="Trung Nam",
        parent=place.district,
        valid_until=datetime.date(2025, 6, 30),
    )
    now = UnitFactory(code="19372", name="Vĩnh Hoàng", valid_from=datetime.date(2025, 7, 1))
    UnitSuccessionFactory(predecessor=ended, successor=now)
    rebuild_cover()
    row = producer_row(1)
    row[2] = "19378"
    assert outcomes(read(book([row]), officer(Role.Kind.COMMUNE_OFFICER, ended))) == {"new": 1}
    job = read(book([row]), officer(Role.Kind.COMMUNE_OFFICER, now))
    assert "nay là Xã Vĩnh Hoàng (19372)" in why(job)["Chủ thể", 2][0][1]


def test_taking_back_restores_what_was_and_removes_what_was_new(place):
    by = officer()
    brought_in(book([producer_row(1)]), by)
    row = producer_row(1)
    row[4] = 20
    job = brought_in(book([row, producer_row(2)], [product_row(1, 2)]), by)
    jobs.undo(job=job, by=by)
    jobs.work(job.pk)
    job.refresh_from_db()
    assert job.state == S.UNDONE
    assert [(p.name, p.workers) for p in Producer.objects.all()] == [("Chủ thể mẫu 1", 12)]
    assert not Product.objects.exists()


def test_what_was_built_upon_is_not_taken_back_and_says_what_stands_in_the_way(place):
    by = officer()
    job = brought_in(book([producer_row(1), producer_row(2)], [product_row(1, 1)]), by)
    EntryFactory(product=Product.objects.get())
    jobs.undo(job=job, by=by)
    jobs.work(job.pk)
    job.refresh_from_db()
    assert job.state == S.DONE
    assert (Producer.objects.count(), Product.objects.count()) == (2, 1)
    told = job.rows.get(kind="product").in_the_way["vi"]
    assert told == "Sản phẩm mẫu 1 đã tham gia chu trình hoặc đã được xếp hạng."


def test_own_headings_are_matched_once_and_remembered(place, client):
    by = officer()
    workbook = Workbook()
    page = workbook.active
    page.title = "DS"
    page.append(["TT", "Đơn vị SX", "Hình thức", "Địa bàn"])
    page.append([1, "Chủ thể mẫu 1", "hợp tác xã", "Hồ Xá"])
    content = saved(workbook)
    job = read(content, by, kind="producer")
    assert job.state == S.MAPPING
    client.force_login(by)
    url = reverse("exchange:map", args=[job.pk])
    refused = client.post(url, {"s0-name": "1", "s0-legal_form": "2"})
    assert refused.status_code == 422
    assert "Cần chỉ ra cột này." in refused.content.decode()
    twice = client.post(url, {"s0-name": "1", "s0-legal_form": "1", "s0-unit": "3"})
    assert "chỉ dùng cho một mục" in twice.content.decode()
    client.post(url, {"s0-name": "1", "s0-legal_form": "2", "s0-unit": "3"})
    jobs.work(job.pk)
    job.refresh_from_db()
    assert (job.state, outcomes(job)) == (S.PREVIEW, {"new": 1})
    assert ColumnMap.objects.get().columns == {"name": 1, "legal_form": 2, "unit": 3}
    assert read(content, by, kind="producer").state == S.PREVIEW


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Ten;Loai", "Chỉ nhận tệp Excel"),
        (b"%PDF-1.4 x", "Chỉ nhận tệp Excel"),
        (b"", "Tệp rỗng"),
        (b"PK\x03\x04 broken", "Chỉ nhận tệp Excel"),
        (b"PK\x03\x04" + b"0" * (60 * 1024 * 1024), "lớn hơn 25 MB"),
        # What an old .xls begins with, and a workbook with a password.
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 5000, "đổi đuôi tên tệp là chưa đủ"),
    ],
    ids=["csv", "pdf", "empty", "broken", "60 MB", "xls"],
)
def test_what_is_no_workbook_is_refused_beside_the_field(client, place, content, words):
    client.force_login(officer())
    page = client.post(reverse("exchange:imports"), {"file": uploaded(content)})
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not Import.objects.exists()


def test_a_workbook_of_something_else_says_so(place):
    workbook = Workbook()
    workbook.active.append(["Ngày", "Nhiệt độ"])
    workbook.active.append(["01/01", "20"])
    job = read(saved(workbook), officer())
    assert job.state == S.UNREADABLE
    assert "Không nhận ra trang nào" in job.fault["vi"]


def test_an_unfilled_template_says_that_it_holds_no_row(place, client):
    by = officer()
    client.force_login(by)
    job = read(client.get(reverse("exchange:template")).content, by)
    assert job.state == S.UNREADABLE
    page = client.get(job.get_absolute_url()).content.decode()
    assert "chưa có dòng số liệu nào" in page
    assert reverse("exchange:imports") in page


def test_a_preview_with_nothing_to_write_says_why_and_offers_no_button(place, client):
    by = officer()
    client.force_login(by)
    brought_in(book([producer_row(1)]), by)
    page = client.get(read(book([producer_row(1)]), by).get_absolute_url()).content.decode()
    assert "mọi dòng của tệp đã có trong cổng thông tin" in page
    wrong = [*producer_row(2)[:2], "99999"]
    page = client.get(read(book([wrong]), by).get_absolute_url()).content.decode()
    assert "không dòng nào nhận được. Lý do không nhận từng dòng ở bảng dưới" in page
    assert reverse("exchange:act", args=[Import.objects.first().pk, "xac-nhan"]) not in page
    page = client.get(read(book([wrong, producer_row(1)]), by).get_absolute_url()).content.decode()
    assert "1 dòng đã có trong cổng thông tin và không khác gì, 1 dòng không nhận." in page
    page = client.get(read(book([wrong, producer_row(3)]), by).get_absolute_url()).content.decode()
    assert "Còn 1 dòng không nhận sẽ được bỏ qua" in page
    job = Import.objects.first()
    client.post(reverse("exchange:act", args=[job.pk, "bo"]))
    page = client.get(job.get_absolute_url()).content.decode()
    assert "Đã bỏ, không có gì được nhập." in page


def test_a_product_of_a_refused_producer_says_which_row_is_to_be_mended(place):
    wrong = [*producer_row(1)[:2], "99999", *producer_row(1)[3:]]
    by_name = [*product_row(2, 1)]
    by_name[1] = "Chủ thể mẫu 1"
    job = read(book([wrong], [product_row(1, 1), by_name, product_row(3, 9)]), officer())
    told = why(job)
    assert told["Sản phẩm", 2] == [
        (
            "B",
            "“3200000001” có trong tệp nhưng dòng đó không nhận (trang “Chủ thể”, dòng 2). "
            "Hãy sửa dòng đó trước.",
        )
    ]
    assert told["Sản phẩm", 3][0][1].startswith("“Chủ thể mẫu 1” có trong tệp")
    assert "Chưa có chủ thể “3200000009”" in told["Sản phẩm", 4][0][1]


def test_short_names_of_a_legal_form_are_understood(place):
    rows = [producer_row(n) for n in (1, 2, 3)]
    for row, short in zip(rows, ("HTX", "Hộ kinh doanh", "Công ty"), strict=True):
        row[1] = short
    job = brought_in(book(rows), officer())
    assert list(why(job)) == [("Chủ thể", 4)]
    assert set(Producer.objects.values_list("tax_code", "legal_form")) == {
        ("3200000001", "cooperative"),
        ("3200000002", "household"),
    }


def test_another_persons_import_is_not_there(client, place):
    job = read(book([producer_row(1)]), officer())
    client.force_login(officer())
    for name in ("import", "map", "refused"):
        assert client.get(reverse(f"exchange:{name}", args=[job.pk])).status_code == 404
    assert client.post(reverse("exchange:act", args=[job.pk, "xac-nhan"])).status_code == 404


def test_the_pages_show_progress_preview_and_result(client, place):
    by = officer()
    client.force_login(by)
    rows = [producer_row(1), producer_row(2)]
    rows[1][2] = "99999"
    client.post(reverse("exchange:imports"), {"file": uploaded(book(rows))})
    job = Import.objects.get()
    page = client.get(job.get_absolute_url()).content.decode()
    assert "Đang đọc tệp" in page
    jobs.work(job.pk)
    page = client.get(job.get_absolute_url()).content.decode()
    assert "Cột C – Xã, thị trấn:" in page
    assert "Nhập 1 dòng" in page
    client.post(reverse("exchange:act", args=[job.pk, "xac-nhan"]))
    jobs.work(job.pk)
    assert "Đã nhập xong" in client.get(job.get_absolute_url()).content.decode()
    refused = opened(client.get(reverse("exchange:refused", args=[job.pk])).content)
    kept = refused["Chủ thể"]
    assert kept["A2"].value == "Chủ thể mẫu 2"
    assert kept.cell(2, kept.max_column - 1).value == 3
    assert "99999" in kept.cell(2, kept.max_column).value
    # Mended in this very file, it comes in.
    kept["C2"] = "19363"
    again = read(refused, by)
    assert (outcomes(again), again.unused) == ({"new": 1}, [])


def test_the_template_has_the_headings_that_are_read(client, place):
    client.force_login(officer())
    found = opened(client.get(reverse("exchange:template")).content)
    assert found.sheetnames == ["Chủ thể", "Sản phẩm", "Ý tưởng", "Tuyên truyền", "Hướng dẫn"]
    headings = [cell.value for cell in found["Chủ thể"][1]]
    assert headings[:3] == PRODUCERS[:3]
    # A choice with a comma in its name is one choice.
    rules = found["Chủ thể"].data_validations.dataValidation
    area = next(rule.formula1 for rule in rules if "B2" in rule.sqref).replace("$", "")
    page, cells = area.rsplit("!", 1)
    offered = [cell.value for (cell,) in found[page.strip("'")][cells]]
    assert offered == [str(label) for _value, label in Producer.LegalForm.choices]
    # Filled in as it is, it is read.
    found["Chủ thể"].append(["Chủ thể mẫu 1", "hợp tác xã", "19363", "3200000001"])
    job = read(found, officer())
    assert outcomes(job) == {"new": 1}
    assert job.unused == []  # the page that explains is not told as one left out


@pytest.mark.parametrize("n", [1, 3])
def test_lists_cost_the_same_at_any_size(client, place, django_assert_num_queries, n):
    by = officer()
    job = None
    for _time in range(n):
        job = read(book([producer_row(number) for number in range(1, n + 1)]), by)
    client.force_login(by)
    with django_assert_num_queries(7):
        client.get(reverse("exchange:imports"))
    with django_assert_num_queries(9):
        client.get(job.get_absolute_url())


@pytest.mark.parametrize("n", [1, 3])
def test_checking_costs_the_same_for_one_row_and_for_three(place, django_assert_num_queries, n):
    from communes.exchange import ProducerImporter
    from ocop_portal.exchange.registry import Draft
    from products.exchange import ProductImporter

    by = officer()
    drafts = [
        Draft(
            number, {"name": f"Chủ thể mẫu {number}", "legal_form": "hợp tác xã", "unit": "19363"}
        )
        for number in range(1, n + 1)
    ]
    with django_assert_num_queries(5):
        ProducerImporter(by).check(drafts)
    ProducerFactory(name="Chủ thể mẫu", unit=place.ho_xa)
    drafts = [
        Draft(number, {"name": f"Sản phẩm mẫu {number}", "producer": "Chủ thể mẫu", "set": "1"})
        for number in range(1, n + 1)
    ]
    with django_assert_num_queries(6):
        ProductImporter(by).check(drafts)
