"""A criteria set as an Excel file to fill in; `spreadsheet_reading` reads it back.

One row is one thing that the Decision prints, in printed order: a part, a section, a criterion, a
level, a note. What the file does not hold (branch, agency, bands) comes from the Decision.
"""

import io

import xlsxwriter
from django.utils.translation import gettext_lazy

from ocop_portal import law
from ocop_portal.law.criteria import HEADER

from .words import ABOUTS, KINDS, conditions_text

CRITERIA_SHEET = "Bộ tiêu chí"
DOUBTS_SHEET = "Nghi vấn"
HELP_SHEET = "Hướng dẫn"
HEAD_ROW = 5  # the row with the columns' names; the set's own facts stand above it

PART, SECTION, CRITERION, CHILD, OPTION, NOTE = (
    "Phần",
    "Mục",
    "Tiêu chí",
    "Tiêu chí con",
    "Phương án",
    "Ghi chú",
)
ROW_KINDS = (PART, SECTION, CRITERION, CHILD, OPTION, NOTE)
SECTION_NOTE = "lời dẫn của mục"
ONE_OF = "chấm một tiêu chí con"
YES = "có"

COLUMNS = (
    ("kind", "Loại dòng", 14),
    ("code", "Mã", 8),
    ("text", "Nội dung", 80),
    ("points", "Điểm", 8),
    ("case", "Trường hợp", 12),
    ("min_star", "Sao tối thiểu", 13),
    ("note", "Loại ghi chú", 24),
    ("conditions", "Điều kiện", 18),
    ("printed_code", "Mã in", 8),
    ("mode", "Cách chấm", 22),
    ("implied", "Không in phương án", 12),
    ("printed_points", "Điểm bản chép", 10),
    ("reconstructed", "Khôi phục", 11),
)
NAMES = {name: title for name, title, _width in COLUMNS}
LETTERS = {name: chr(ord("A") + n) for n, (name, _title, _width) in enumerate(COLUMNS)}
DOUBT_COLUMNS = (("where", "Ở mã", 10), ("about", "Về", 20), ("why", "Điều còn nghi vấn", 100))
WHOLE_SET = "cả bộ"
HELP = (
    gettext_lazy(
        "Mỗi dòng của trang “Bộ tiêu chí” là một điều mà Quyết định in ra, theo đúng thứ tự in."
    ),
    gettext_lazy(
        "Loại dòng: Phần (A, B, C) › Mục › Tiêu chí › Tiêu chí con (nếu có) › Phương án. "
        "Mục có phương án in ngay bên dưới thì ghi luôn các dòng Phương án dưới dòng Mục."
    ),
    gettext_lazy(
        "Mã ghi dạng chữ: 1.1 và 1.10 là hai mã khác nhau. Cột Mã đã định dạng sẵn là Văn bản."
    ),
    gettext_lazy(
        "Điểm là số nguyên. Điểm của mục bằng tổng điểm các tiêu chí; ba phần cộng lại được 100."
    ),
    gettext_lazy(
        "Trường hợp: A hoặc B, khi tiêu chí in hai trường hợp và chỉ chọn một phương án trong tất cả."
    ),
    gettext_lazy(
        "Sao tối thiểu: 3, 4 hoặc 5 khi Quyết định in ***, **** hay ***** ở phương án hoặc tiêu chí đó."
    ),
    gettext_lazy(
        "Dòng Ghi chú thuộc về tiêu chí ngay bên trên; đặt trước Phần đầu tiên thì thuộc về cả bộ. "
        "Loại ghi chú chọn trong danh sách của ô."
    ),
    gettext_lazy(
        "Điều kiện của ghi chú “chỉ áp dụng khi”: 5.1 = 1 nghĩa là không áp dụng khi 5.1 chọn phương án 1 "
        "hoặc không chọn phương án nào; nhiều điều kiện cách nhau dấu chấm phẩy. "
        "Điều kiện của ghi chú “dừng đánh giá”: 6.1 nghĩa là tự dừng khi 6.1 được 0 điểm; để trống thì "
        "thành viên hội đồng tự xác nhận."
    ),
    gettext_lazy("Không dùng công thức, không gộp ô, không ẩn dòng; chỉ sửa trong các cột có sẵn."),
    gettext_lazy(
        "Điều còn chưa chắc chắn ghi ở trang “Nghi vấn”: mã, loại nghi vấn và giải thích. Điểm không cộng đủ "
        "như văn bản in thì phải khai ở đó."
    ),
)


class TooDeep(Exception):
    """A criterion has grandchildren, which this layout has no rows for; use the readable file."""


def write(
    decision: law.Decision, summary: law.SetSummary, criteria: law.CriteriaSet | None
) -> bytes:
    """The set's file; without criteria an empty one to fill in. TooDeep for grandchildren."""
    rows = list(_rows(criteria.to_dict())) if criteria else []
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    styles = {
        "head": book.add_format(
            {
                "bold": True,
                "bg_color": "#14492f",
                "font_color": "#ffffff",
                "text_wrap": True,
                "border": 1,
            }
        ),
        "text": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
        "number": book.add_format({"num_format": "0", "valign": "top"}),
        "bold": book.add_format(
            {"bold": True, "num_format": "@", "text_wrap": True, "valign": "top"}
        ),
        "shade": book.add_format(
            {
                "bold": True,
                "bg_color": "#e3eee2",
                "num_format": "@",
                "text_wrap": True,
                "valign": "top",
            }
        ),
    }
    _write_criteria(book, styles, decision, summary, rows)
    _write_doubts(book, styles, criteria)
    page = book.add_worksheet(HELP_SHEET)
    page.set_column(0, 0, 110)
    for n, line in enumerate(HELP):
        page.write_string(n, 0, str(line), styles["text"])
    book.close()
    return out.getvalue()


def _write_criteria(book, styles, decision, summary, rows) -> None:
    page = book.add_worksheet(CRITERIA_SHEET)
    facts = (("Quyết định", decision.number), ("Bộ số", summary.number), ("Tên bộ", summary.name))
    for n, (label, value) in enumerate(facts):
        page.write_string(n, 0, label, styles["bold"])
        page.write_string(n, 2, str(value), styles["bold"])
    for column, (_name, title, width) in enumerate(COLUMNS):
        numeric = _name in {"points", "min_star", "printed_points"}
        page.set_column(column, column, width, styles["number" if numeric else "text"])
        page.write_string(HEAD_ROW - 1, column, title, styles["head"])
    page.freeze_panes(HEAD_ROW, 0)
    for n, row in enumerate(rows, start=HEAD_ROW):
        wide = row["kind"] in (PART, SECTION)
        bold = row["kind"] in (CRITERION, CHILD)
        style = styles["shade" if wide else "bold" if bold else "text"]
        for column, (name, _title, _width) in enumerate(COLUMNS):
            value = row.get(name)
            if value is None or value == "":
                continue
            if isinstance(value, int):
                page.write_number(n, column, value, styles["number"])
            else:
                page.write_string(n, column, value, style)
    last = HEAD_ROW + max(len(rows), 300) + 100
    lists = {
        "kind": ROW_KINDS,
        "case": ("A", "B"),
        "note": (*(str(KINDS[kind]) for kind in KINDS), SECTION_NOTE),
        "mode": (ONE_OF,),
        "implied": (YES,),
        "reconstructed": (YES,),
    }
    for name, values in lists.items():
        letter = LETTERS[name]
        page.data_validation(
            f"{letter}{HEAD_ROW + 1}:{letter}{last}",
            {"validate": "list", "source": list(values), "error_type": "warning"},
        )
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEAD_ROW - 1)


def _write_doubts(book, styles, criteria) -> None:
    page = book.add_worksheet(DOUBTS_SHEET)
    for column, (_name, title, width) in enumerate(DOUBT_COLUMNS):
        page.set_column(column, column, width, styles["text"])
        page.write_string(0, column, title, styles["head"])
    page.freeze_panes(1, 0)
    for n, doubt in enumerate(criteria.doubts if criteria else (), start=1):
        where = WHOLE_SET if doubt.where == HEADER else doubt.where
        about = str(ABOUTS.get(doubt.about, doubt.about))
        for column, value in enumerate((where, about, doubt.why)):
            page.write_string(n, column, value, styles["text"])
    page.data_validation(
        "B2:B200",
        {"validate": "list", "source": [str(a) for a in ABOUTS.values()], "error_type": "warning"},
    )


def _rows(content: dict):
    """The content as rows, in printed order."""
    yield from _note_rows(content["rules"])
    for part in content["parts"]:
        yield {"kind": PART, **_head(part)}
        for section in part["sections"]:
            direct = section["criteria"][0] if section["criteria"] else None
            if direct and direct.get("direct"):
                yield {"kind": SECTION, **_head(section), **_extras(direct)}
                yield from _below(direct)
                yield from _children(direct)
                continue
            yield {"kind": SECTION, **_head(section)}
            if section["note"]:
                yield {"kind": NOTE, "note": SECTION_NOTE, "text": section["note"]}
            for criterion in section["criteria"]:
                yield {"kind": CRITERION, **_head(criterion), **_extras(criterion)}
                yield from _below(criterion)
                yield from _children(criterion)


def _children(criterion: dict):
    for child in criterion.get("children", ()):
        if child.get("children"):
            raise TooDeep(child["code"])
        yield {"kind": CHILD, **_head(child), **_extras(child)}
        yield from _below(child)


def _head(item: dict) -> dict:
    return {"code": item["code"], "text": item["title"], "points": item["points"]}


def _extras(criterion: dict) -> dict:
    return {
        "min_star": criterion.get("min_star"),
        "printed_code": criterion.get("printed_code"),
        "mode": ONE_OF if criterion.get("mode") else None,
        "implied": YES if criterion.get("implied") else None,
    }


def _below(criterion: dict):
    yield from _note_rows(criterion.get("rules", ()))
    for option in criterion.get("options", ()):
        yield {
            "kind": OPTION,
            "text": option["label"],
            "points": option["points"],
            "case": option.get("case"),
            "min_star": option.get("min_star"),
            "printed_points": option.get("printed_points"),
            "reconstructed": YES if option.get("reconstructed") else None,
        }


def _note_rows(rules):
    for rule in rules:
        yield {
            "kind": NOTE,
            "note": str(KINDS.get(rule["kind"], rule["kind"])),
            "text": rule["text"],
            "conditions": conditions_text(rule),
        }
