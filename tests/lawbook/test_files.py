"""A set as a file: what is written reads back the same, and every fault is named by its row."""

import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ocop_portal import law, uploads
from ocop_portal.lawbook import intake, readable, spreadsheet, spreadsheet_reading
from ocop_portal.lawbook.models import SetUpload, SetVersion
from tests import factories as make

from . import shelf

SHELF = law.decision(shelf.SLUG)
USABLE = [
    (decision.slug, item.number)
    for decision in law.decisions()
    for item in decision.sets
    if item.usable
]


def read(content: bytes, number: int = 1):
    return spreadsheet_reading.read(content, SHELF, SHELF.summary(number))


def written(number: int = 1, of: int | None = None) -> bytes:
    return spreadsheet.write(SHELF, SHELF.summary(number), shelf.in_file(of or number))


def faults_in(content: bytes, number: int = 1) -> list[str]:
    found, faults = read(content, number)
    assert found is None
    return [str(fault) for fault in faults]


def altered(act, number: int = 1, sheet: str = spreadsheet.CRITERIA_SHEET) -> bytes:
    """Set 1's file after `act` was done to one of its sheets."""
    book = openpyxl.load_workbook(io.BytesIO(written(number)))
    act(book[sheet])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put(cell: str, value):
    def act(page):
        page[cell] = value

    return act


# --- Round trip ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("slug", "number"), USABLE)
def test_a_set_that_is_written_and_read_back_is_the_same_set(slug, number):
    decision = law.decision(slug)
    summary, criteria = decision.summary(number), decision.criteria_set(number)
    for reader, content in (
        (spreadsheet_reading.read, spreadsheet.write(decision, summary, criteria)),
        (readable.read, readable.write(decision, criteria).encode()),
    ):
        found, faults = reader(content, decision, summary, version=criteria.version)
        assert faults == []
        assert law.CriteriaSet.from_dict(found).digest == criteria.digest


def test_text_of_another_spelling_reads_back_the_same():
    # As macOS writes it, with what comes along from web pages.
    content = altered(put("C8", "Nguo\u0302\u0300n nguye\u0302n lie\u0323\u0302u\u200b "))
    found, faults = read(content)
    assert faults == []
    assert law.CriteriaSet.from_dict(found).digest == shelf.in_file().digest


def test_numbers_typed_as_text_or_with_a_useless_comma_are_taken():
    def act(page):
        page["D8"], page["D9"] = "3", 1.0

    found, faults = read(altered(act))
    assert faults == []
    assert law.CriteriaSet.from_dict(found).digest == shelf.in_file().digest


def test_words_that_look_like_a_formula_stay_words():
    content = {**shelf.in_file().to_dict()}
    content["parts"][0]["sections"][0]["criteria"][0]["title"] = "=1+1"
    criteria = law.CriteriaSet.from_dict(content)
    found, faults = read(spreadsheet.write(SHELF, SHELF.summary(1), criteria))
    assert faults == []
    assert law.CriteriaSet.from_dict(found).criterion("1.1").title == "=1+1"


def test_the_template_of_a_missing_set_is_empty_and_says_where_to_begin():
    content = spreadsheet.write(SHELF, SHELF.summary(3), None)
    assert faults_in(content, 3) == ["Tệp chưa có dòng nào: hãy điền từ dòng 6."]


# --- Planted faults -----------------------------------------------------------------------------
# Set 1 of Decision 1048: row 6 part A, 7 section 1, 8 criterion 1.1, 9–11 its levels, 12 criterion
# 1.2, 13–16 its levels.


@pytest.mark.parametrize(
    ("cell", "value", "wanted"),
    [
        ("D9", None, "Dòng 9, cột D (Điểm): thiếu điểm"),
        ("D9", "ba", "Dòng 9, cột D (Điểm): “ba” không phải là số nguyên từ 0 đến 100"),
        ("D9", 1.5, "Dòng 9, cột D (Điểm): “1,5” không phải là số nguyên từ 0 đến 100"),
        ("D9", -1, "Dòng 9, cột D (Điểm): “-1” không phải là số nguyên từ 0 đến 100"),
        ("D9", True, "Dòng 9, cột D (Điểm): “True” không phải là số nguyên từ 0 đến 100"),
        ("C9", None, "Dòng 9, cột C (Nội dung): chưa ghi nội dung"),
        ("C9", " \u200b", "Dòng 9, cột C (Nội dung): chưa ghi nội dung"),
        ("B6", "D", "Dòng 6, cột B (Mã): không có phần “D”; chỉ có A, B, C"),
        (
            "B12",
            "1.1",
            "Dòng 12, cột B (Mã): mã 1.1 đã dùng ở dòng 8",
        ),
        (
            "B12",
            1.2,
            "Dòng 12, cột B (Mã): mã “1.2” đang là số: 1.1 và 1.10 sẽ lẫn nhau. Hãy định dạng ô là "
            "Văn bản rồi gõ lại",
        ),
        ("B12", None, "Dòng 12, cột B (Mã): thiếu mã"),
        (
            "A12",
            "Chỉ tiêu",
            "Dòng 12, cột A (Loại dòng): loại dòng “Chỉ tiêu” không có; phải là Phần, Mục, Tiêu chí, "
            "Tiêu chí con, Phương án, Ghi chú",
        ),
        ("D9", "=1+0", "Dòng 9, cột D (Điểm): ô có công thức; hãy ghi giá trị"),
        ("E9", "C", "Dòng 9, cột E (Trường hợp): trường hợp phải là A hoặc B"),
        ("F9", 6, "Dòng 9, cột F (Sao tối thiểu): hạng sao phải từ 1 đến 5"),
        ("B9", "1.1", "Dòng 9, cột B (Mã): dòng Phương án không dùng cột này"),
        ("M9", "ừ", "Dòng 9, cột M (Khôi phục): chỉ để trống hoặc ghi “có”"),
        ("D8", 4, "Dòng 8, mã 1.1: ghi 4 điểm, phương án cao nhất 3 điểm"),
        ("D9", 2, "Dòng 8, mã 1.1: điểm các phương án không tăng dần: 2 / 2 / 3"),
        (
            "E9",
            "A",
            "Dòng 8, mã 1.1: mọi phương án phải thuộc trường hợp A hoặc B, và có đủ cả hai",
        ),
        ("D7", 19, "Dòng 7, mã 1: ghi 19 điểm, cộng bên dưới được 18"),
    ],
)
def test_a_planted_fault_is_named_by_row_and_column(cell, value, wanted):
    assert wanted in faults_in(altered(put(cell, value)))


def test_one_wrong_cell_is_told_once_and_not_again_as_a_sum():
    assert faults_in(altered(put("D9", "ba"))) == [
        "Dòng 9, cột D (Điểm): “ba” không phải là số nguyên từ 0 đến 100"
    ]


def test_all_faults_are_told_at_once_in_the_order_of_the_rows():
    def act(page):
        page["D9"], page["D14"], page["C13"] = None, "x", None

    assert faults_in(altered(act)) == [
        "Dòng 9, cột D (Điểm): thiếu điểm",
        "Dòng 13, cột C (Nội dung): chưa ghi nội dung",
        "Dòng 14, cột D (Điểm): “x” không phải là số nguyên từ 0 đến 100",
    ]


def test_a_star_mark_that_falls_is_named():
    def act(page):
        page["F10"], page["F11"] = 4, 3

    assert faults_in(altered(act)) == [
        "Dòng 8, mã 1.1: dấu sao không tăng theo điểm: 2 điểm 4 sao, 3 điểm 3 sao"
    ]


def test_a_lost_row_is_named_by_the_sum_that_does_not_add_up():
    found = faults_in(altered(lambda page: page.delete_rows(12, 5)))
    assert "Dòng 7, mã 1: ghi 18 điểm, cộng bên dưới được 15" in found
    assert any("số thứ tự nhảy" in fault for fault in found)


def test_a_criterion_without_levels_is_named():
    found = faults_in(altered(lambda page: page.delete_rows(9, 3)))
    assert found == ["Dòng 8, mã 1.1: không có phương án nào"]


@pytest.mark.parametrize(
    ("act", "wanted"),
    [
        (
            lambda page: page.merge_cells("C9:C10"),
            "Dòng 9: có ô gộp (C9:C10); hãy bỏ gộp ô",
        ),
        (
            lambda page: setattr(page.row_dimensions[9], "hidden", True),
            "Dòng 9: dòng đang ẩn; hãy bỏ ẩn (hoặc bỏ lọc)",
        ),
        (
            lambda page: setattr(page.column_dimensions["D"], "hidden", True),
            "Cột D (Điểm): cột đang ẩn; hãy bỏ ẩn",
        ),
        (
            put("D5", "Số điểm"),
            "Dòng 5, cột D (Điểm): tên cột phải là “Điểm”, đang là “Số điểm”",
        ),
        (
            put("C1", "148/QĐ-TTg"),
            "Dòng 1, cột C (Nội dung): tệp này ghi “148/QĐ-TTg”, đang nhập “1048/QĐ-TTg”",
        ),
        (put("A2500", "Phần"), "Trang “Bộ tiêu chí” có hơn 2000 dòng"),
    ],
)
def test_a_sheet_that_was_rebuilt_is_refused(act, wanted):
    found = faults_in(altered(act))
    assert wanted.lower() in [fault.lower() for fault in found]


def test_the_file_of_another_set_is_refused():
    assert faults_in(written(2), 1) == [
        "Dòng 2, cột C (Nội dung): tệp này ghi “2”, đang nhập “1”",
        "Dòng 3, cột C (Nội dung): tệp này ghi “Thịt, trứng, sữa tươi”, "
        "đang nhập “Rau, củ, quả, hạt tươi”",
    ]


def test_the_wrong_sheet_is_named():
    book = openpyxl.Workbook()
    out = io.BytesIO()
    book.save(out)
    assert faults_in(out.getvalue()) == [
        "Tệp không có trang “Bộ tiêu chí” (chỉ có “Sheet”). Hãy dùng tệp mẫu của bộ này."
    ]


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (("9.9", "tổng điểm", "Lệch"), "Trang “Nghi vấn”, dòng 2, mã 9.9: nghi vấn"),
        (("1.1", "lạ", "Lệch"), "Trang “Nghi vấn”, dòng 2, cột B (Về): phải là một trong: "),
        (("1.1", "câu chữ", None), "Trang “Nghi vấn”, dòng 2, cột C (Điều còn nghi vấn): chưa ghi"),
        ((1.1, "câu chữ", "Lệch"), "Trang “Nghi vấn”, dòng 2, cột A (Ở mã): ghi mã dạng chữ"),
    ],
)
def test_a_doubt_that_points_nowhere_is_named_on_its_own_sheet(row, wanted):
    def act(page):
        for column, value in zip("ABC", row, strict=True):
            page[f"{column}2"] = value

    found = faults_in(altered(act, sheet=spreadsheet.DOUBTS_SHEET))
    assert any(fault.startswith(wanted) for fault in found), found


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([(9, "Tiêu chí con", "1.1.1")], "phương án không nằm dưới"),
        ([(6, "Mục", "1")], "mục không nằm dưới phần nào"),
        ([(7, "Tiêu chí", "1.0")], "tiêu chí không nằm dưới mục nào"),
    ],
)
def test_a_row_that_hangs_nowhere_is_named(rows, wanted):
    def act(page):
        for row, kind, code in rows:
            page[f"A{row}"], page[f"B{row}"] = kind, code
            if kind == "Tiêu chí con":
                page[f"A{row - 1}"] = "Phương án"
                page[f"B{row - 1}"] = None
                page.delete_rows(7)

    assert any(wanted in fault for fault in faults_in(altered(act)))


def test_a_condition_that_cannot_be_read_is_named():
    page = openpyxl.load_workbook(io.BytesIO(written()))[spreadsheet.CRITERIA_SHEET]
    row = next(cell.row for cell in page["G"] if cell.value == "chỉ áp dụng khi" and cell.row > 5)
    assert faults_in(altered(put(f"H{row}", "5.1 khác 1"))) == [
        f"Dòng {row}, cột H (Điều kiện): điều kiện “5.1 khác 1” không đọc được; ghi như 5.1 = 1"
    ]


# --- The readable file --------------------------------------------------------------------------


def faults_in_text(text: str) -> list[str]:
    found, faults = readable.read(text.encode(), SHELF, SHELF.summary(1))
    assert found is None
    return [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        (
            "        points: 18",
            "        points: 19",
            "Dòng 12, mã 1: ghi 19 điểm, cộng bên dưới được 18",
        ),
        (
            "        points: 18",
            "        point: 18",
            "Dòng 12: phần A › mục 1: thiếu “points”",
        ),
        ('code: "1.2"', 'code: "1.1"', "Dòng 16, mã 1.1: mã 1.1 dùng 2 lần"),
        ("set: 1\n", "set: 2\n", "Dòng 2: bộ 2 “Rau, củ, quả, hạt tươi” khác bảng phân loại: bộ 1"),
        ("set: 1\n", "set: 1\nset: 1\n", "Dòng 3: khóa “set” lặp lại"),
        ("parts:\n", "parts: &a\n", "Dòng 5: không dùng tham chiếu & hay *"),
        ("parts:\n", "parts: [\n", "Dòng "),
    ],
)
def test_a_fault_of_the_readable_file_is_named_by_its_line(before, after, wanted):
    text = readable.write(SHELF, shelf.in_file())
    assert before in text
    found = faults_in_text(text.replace(before, after, 1))
    assert any(fault.startswith(wanted) for fault in found), found


def test_a_text_file_in_another_encoding_is_refused():
    text = readable.write(SHELF, shelf.in_file()).encode("utf-16")
    found, faults = readable.read(text, SHELF, SHELF.summary(1))
    assert (found, [str(fault) for fault in faults]) == (
        None,
        ["Tệp chữ phải lưu với bảng mã UTF-8."],
    )


# --- Taking a file in ---------------------------------------------------------------------------


def send(content: bytes, number: int = 1, name: str = "bo.xlsx", by=None) -> SetUpload:
    return intake.take_file(
        decision=shelf.SLUG,
        number=number,
        uploaded=SimpleUploadedFile(name, content),
        by=by or make.officer(),
        reason="Nhập theo văn bản ký.",
    )


@pytest.mark.django_db
def test_a_faultless_file_is_a_draft_and_the_file_is_kept():
    made = send(altered(put("C8", "Nguồn nguyên liệu chính")), name="../Bộ 1.xlsx")
    assert (made.version.state, made.version.version, made.version.origin) == (
        "draft",
        2,
        "spreadsheet",
    )
    assert made.version.criteria.criterion("1.1").title == "Nguồn nguyên liệu chính"
    assert (made.original_name, made.faults) == ("Bộ 1.xlsx", [])
    assert made.file.size == made.size


@pytest.mark.django_db
def test_a_faulty_file_is_kept_with_its_faults_and_nothing_is_half_loaded():
    content = altered(put("D9", None))
    made = send(content)
    assert made.faults == [
        {
            "place": {"vi": "Dòng 9, cột D (Điểm)", "en": "Row 9, column D (Điểm)"},
            "what": {"vi": "thiếu điểm", "en": "points are missing"},
        }
    ]
    assert made.file.read() == content
    assert SetVersion.objects.count() == 0


@pytest.mark.django_db
def test_a_missing_set_comes_in_by_its_file():
    made = send(written(3, of=1), number=3)
    assert (made.faults, made.version.version, made.version.base_digest) == ([], 1, "")
    assert made.version.criteria.name == "Gạo, ngũ cốc"


@pytest.mark.django_db
def test_the_readable_file_comes_in_the_same_way():
    text = readable.write(SHELF, shelf.in_file()).replace(
        '"Nguồn nguyên liệu"', '"Nguồn nguyên liệu chính"'
    )
    made = send(text.encode(), name="bo-1.yaml")
    assert (made.version.origin, made.faults) == ("readable", [])


@pytest.mark.django_db
def test_a_file_that_changes_nothing_makes_no_draft():
    made = send(written())
    assert [fault["what"]["vi"] for fault in made.faults] == [
        "Tệp không khác gì bản đang dùng, nên không có gì để lập bản thảo."
    ]
    assert SetVersion.objects.count() == 0


@pytest.mark.django_db
def test_a_second_file_takes_the_place_of_the_open_drafts_content():
    by = make.officer()
    first = send(altered(put("C8", "Lần một")), by=by)
    second = send(altered(put("C8", "Lần hai")), by=by)
    again = send(altered(put("C8", "Lần hai")), by=by)
    assert first.version_id == second.version_id == again.version_id
    draft = SetVersion.objects.get()
    assert (draft.version, draft.criteria.criterion("1.1").title) == (2, "Lần hai")


def _archive(names: dict) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", "Tệp rỗng"),
        (b"\0" * 60 * 1024 * 1024, "Tệp lớn hơn 5 MB"),
        (b"PK\x03\x04" + b"x" * 60 * 1024 * 1024, "Tệp lớn hơn 5 MB"),
        (make.pdf_bytes(), "Chỉ nhận tệp Excel"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 99, "Chỉ nhận tệp Excel"),
        (b"PK\x03\x04broken", "Chỉ nhận tệp Excel"),
        (_archive({"word/document.xml": "x"}), "Chỉ nhận tệp Excel"),
        (_archive({"xl/workbook.xml": "x", "xl/vbaProject.bin": "x"}), "Chỉ nhận tệp Excel"),
        (b"set: 1\0", "Chỉ nhận tệp Excel"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 99, "Excel kiểu cũ"),
    ],
)
def test_what_is_no_such_file_is_refused_and_not_kept(content, wanted):
    with pytest.raises(uploads.FileRefused, match=wanted):
        send(content)
    assert SetUpload.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (_archive({"xl/workbook.xml": "x"}), "Tệp Excel bị hỏng"),
        (
            _archive({"xl/workbook.xml": "x", "xl/a.xml": "0" * 51 * 1024 * 1024}),
            "Tệp Excel quá lớn khi mở ra",
        ),
        (
            _archive({"xl/workbook.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}),
            "Tệp Excel bị hỏng",
        ),
    ],
)
def test_a_broken_or_hostile_workbook_is_kept_with_one_plain_fault(content, wanted):
    made = send(content)
    assert len(made.faults) == 1
    assert made.faults[0]["what"]["vi"].startswith(wanted)
