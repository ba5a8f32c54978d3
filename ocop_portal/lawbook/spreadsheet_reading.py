"""Reading a set's Excel file: the whole content, or every fault by row and column."""

import io
import zipfile
from dataclasses import dataclass, field

import openpyxl
from django.utils.translation import gettext_lazy as _

from ocop_portal import law
from ocop_portal.law.criteria import HEADER, RULE_KINDS
from ocop_portal.page_language import filled
from ocop_portal.text import fold, normalise

from .content import blank_facts, faults_of, settled
from .faults import Fault, without_known
from .spreadsheet import (
    CHILD,
    COLUMNS,
    CRITERIA_SHEET,
    CRITERION,
    DOUBT_COLUMNS,
    DOUBTS_SHEET,
    HEAD_ROW,
    LETTERS,
    NOTE,
    ONE_OF,
    OPTION,
    PART,
    ROW_KINDS,
    SECTION,
    SECTION_NOTE,
    WHOLE_SET,
    YES,
)
from .words import ABOUTS, KINDS, conditions_read

MAX_UNPACKED = 50 * 1024 * 1024  # bytes; a set with all its words unpacks to less than one
MAX_ROWS = 2000

# Which columns each kind of row may fill in, beside its kind.
MAY_FILL = {
    PART: {"code", "text", "points"},
    SECTION: {"code", "text", "points", "min_star", "printed_code", "mode", "implied"},
    CRITERION: {"code", "text", "points", "min_star", "printed_code", "mode", "implied"},
    CHILD: {"code", "text", "points", "min_star", "printed_code", "implied"},
    OPTION: {"text", "points", "case", "min_star", "printed_points", "reconstructed"},
    NOTE: {"text", "note", "conditions"},
}


def read(
    data: bytes, decision: law.Decision, summary: law.SetSummary, *, version: int = 1
) -> tuple[dict | None, list[Fault]]:
    """(content, []) of a faultless file, or (None, every fault by row and column)."""
    try:
        book = _open(data)
    except _Unreadable as error:
        return None, [Fault(str(error))]
    reading = _Reading(decision, summary)
    page = _page(book, CRITERIA_SHEET)
    if page is None:
        names = ", ".join(f"“{name}”" for name in book.sheetnames)
        return None, [
            Fault(
                filled(
                    _(
                        "Tệp không có trang “%(wanted)s” (chỉ có %(names)s). Hãy dùng tệp mẫu của bộ này."
                    ),
                    {"wanted": CRITERIA_SHEET, "names": names},
                )
            )
        ]
    _check_layout(page, reading)
    if not reading.faults:
        _check_facts(page, decision, summary, reading)
        _read_rows(page, reading)
        doubts = _page(book, DOUBTS_SHEET)
        if doubts is not None:
            _check_layout(doubts, reading, DOUBT_COLUMNS, DOUBTS_SHEET, 1)
            _read_doubts(doubts, reading)
    return reading.outcome(version)


class _Unreadable(Exception):
    """The file is no spreadsheet that can be read; the message is for the screen."""


def _open(data: bytes):
    broken = _("Tệp Excel bị hỏng, không mở được. Hãy mở bằng Excel, lưu lại rồi gửi lại.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            raise _Unreadable(_("Tệp Excel quá lớn khi mở ra. Hãy dùng tệp mẫu của bộ này."))
        for entry in archive.infolist():
            # Excel never writes one; in a hostile file it is the way to entities without end.
            if entry.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(entry):
                raise _Unreadable(broken)
        # Not read-only: merged cells and hidden rows are not told of there.
        return openpyxl.load_workbook(io.BytesIO(data))
    except _Unreadable:
        raise
    except Exception as error:
        # openpyxl fails with whatever its parser meets first: KeyError, TypeError, ParseError …
        raise _Unreadable(broken) from error


def _page(book, name: str):
    """The worksheet of this name, whatever its case and marks; None where there is none."""
    for page in book.worksheets:
        if fold(page.title) == fold(name):
            return page
    return None


def _check_layout(page, reading, columns=COLUMNS, name=CRITERIA_SHEET, head_row=HEAD_ROW) -> None:
    """Faults of the sheet as a whole: columns, merged cells, hidden rows and columns, formulas."""
    on = "" if name == CRITERIA_SHEET else name
    if page.sheet_state != "visible":
        reading.fault(None, "", filled(_("trang “%s” đang ẩn"), name))
    for n, (_name, title, _width) in enumerate(columns, start=1):
        found = page.cell(head_row, n).value
        if fold(str(found or "")) != fold(title):
            reading.fault(
                head_row,
                chr(ord("A") + n - 1),
                filled(
                    _("tên cột phải là “%(wanted)s”, đang là “%(found)s”"),
                    {"wanted": title, "found": found or ""},
                ),
                on,
            )
    for merged in page.merged_cells.ranges:
        reading.fault(
            merged.min_row, "", filled(_("có ô gộp (%s); hãy bỏ gộp ô"), merged.coord), on
        )
    if page.max_row > MAX_ROWS:
        reading.fault(
            None,
            "",
            filled(_("trang “%(name)s” có hơn %(most)d dòng"), {"name": name, "most": MAX_ROWS}),
        )
        return
    for number, dimension in page.row_dimensions.items():
        if dimension.hidden and number <= page.max_row:
            reading.fault(number, "", _("dòng đang ẩn; hãy bỏ ẩn (hoặc bỏ lọc)"), on)
    for letter, dimension in page.column_dimensions.items():
        if dimension.hidden:
            reading.fault(None, letter, _("cột đang ẩn; hãy bỏ ẩn"), on)
    for row in page.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                reading.fault(
                    cell.row, cell.column_letter, _("ô có công thức; hãy ghi giá trị"), on
                )
            elif cell.data_type == "e":
                reading.fault(cell.row, cell.column_letter, _("ô báo lỗi của Excel"), on)


def _check_facts(page, decision, summary, reading) -> None:
    """The file must be one of this Decision and this set."""
    wanted = ((1, decision.number), (2, str(summary.number)), (3, summary.name))
    for row, value in wanted:
        found = page.cell(row, 3).value
        if fold(str(found if found is not None else "")) != fold(value):
            reading.fault(
                row,
                "C",
                filled(
                    _("tệp này ghi “%(found)s”, đang nhập “%(wanted)s”"),
                    {"found": found if found is not None else "", "wanted": value},
                ),
            )


@dataclass
class _Reading:
    """The content so far, where each code stands, and what is wrong.

    `tainted`: codes of which a row is already faulty, so that a sum that cannot be right because
    of it is not told as a second fault.
    """

    decision: law.Decision
    summary: law.SetSummary
    faults: list[Fault] = field(default_factory=list)
    tainted: set[str] = field(default_factory=set)
    rows_of: dict[str, int] = field(default_factory=dict)
    doubt_rows: dict[str, int] = field(default_factory=dict)

    def __post_init__(self):
        self.content = blank_facts(self.decision, self.summary, 1)
        self.part = self.section = self.criterion = self.child = None
        self.is_broken = False  # the tree itself: sums mean nothing then

    def fault(self, row: int | None, column: str, what: str, sheet: str = "") -> None:
        self.faults.append(
            Fault(what, row=row, column=column, name=_name_of(column, sheet), sheet=sheet)
        )
        for item in (self.part, self.section, self.criterion, self.child):
            if item:
                self.tainted.add(item["code"])

    def outcome(self, version: int) -> tuple[dict | None, list[Fault]]:
        if not self.content["parts"] and not self.faults:
            return None, [
                Fault(filled(_("Tệp chưa có dòng nào: hãy điền từ dòng %d."), HEAD_ROW + 1))
            ]
        if not self.is_broken:
            found = settled({**self.content, "version": version})
            if not self.faults and not faults_of(found):
                return found, []
            for fault in without_known(faults_of(found), self.tainted):
                sheet = DOUBTS_SHEET if fault.kind == "doubts" else ""
                rows = self.doubt_rows if sheet else self.rows_of
                self.faults.append(
                    Fault(
                        fault.what,
                        row=rows.get(fault.where, HEAD_ROW),
                        where=fault.where,
                        sheet=sheet,
                    )
                )
        return None, sorted(
            self.faults, key=lambda fault: (fault.sheet, fault.row or 0, fault.column)
        )


def _name_of(column: str, sheet: str) -> str:
    columns = DOUBT_COLUMNS if sheet == DOUBTS_SHEET else COLUMNS
    number = ord(column) - ord("A") if len(column) == 1 else len(columns)
    return columns[number][1] if 0 <= number < len(columns) else ""


def _read_rows(page, reading: _Reading) -> None:
    for number in range(HEAD_ROW + 1, page.max_row + 1):
        cells = {
            name: page.cell(number, n).value for n, (name, _t, _w) in enumerate(COLUMNS, start=1)
        }
        cells = {name: _text(value) for name, value in cells.items()}
        if all(value is None for value in cells.values()):
            continue
        _read_row(number, cells, reading)
    reading.part = reading.section = reading.criterion = reading.child = None
    for part in reading.content["parts"]:
        for section in part["sections"]:
            row, own = reading.rows_of[section["code"]], section["_own"]
            if not section["criteria"]:
                reading.tainted.add(section["code"])
                reading.fault(
                    row, "", filled(_("mục %s không có tiêu chí, phương án nào"), section["code"])
                )
            elif not section["criteria"][0].get("direct") and any(own.values()):
                reading.fault(
                    row,
                    "",
                    _(
                        "sao tối thiểu, mã in, cách chấm chỉ dùng cho mục có phương án in ngay dưới mục"
                    ),
                )


def _text(value):
    """Text normalised, None for an empty cell; numbers, dates and the like as they are."""
    if isinstance(value, str):
        return normalise(value.replace("\r\n", "\n")) or None
    return value


def _read_row(row: int, cells: dict, reading: _Reading) -> None:
    kind = cells["kind"]
    known = {fold(name): name for name in ROW_KINDS}
    if fold(str(kind or "")) not in known:
        reading.is_broken = True
        reading.fault(
            row,
            LETTERS["kind"],
            filled(
                _("loại dòng “%(kind)s” không có; phải là %(known)s"),
                {"kind": kind or "", "known": ", ".join(ROW_KINDS)},
            ),
        )
        return
    kind = known[fold(str(kind))]
    {
        PART: _read_part,
        SECTION: _read_section,
        CRITERION: _read_criterion,
        CHILD: _read_child,
        OPTION: _read_option,
        NOTE: _read_note,
    }[kind](row, cells, reading)
    for name, value in cells.items():
        if value is not None and name != "kind" and name not in MAY_FILL[kind]:
            reading.fault(row, LETTERS[name], filled(_("dòng %s không dùng cột này"), kind))


def _words(row: int, cells: dict, reading: _Reading) -> str:
    value = cells["text"]
    if value is None:
        reading.fault(row, LETTERS["text"], _("chưa ghi nội dung"))
        return "–"
    return value if isinstance(value, str) else str(value)


def _whole(row: int, name: str, cells: dict, reading: _Reading, *, needed: bool = False):
    """A whole number of a cell, None where it is empty or wrong."""
    value = cells[name]
    if value is None:
        if needed:
            reading.fault(row, LETTERS[name], _("thiếu điểm"))
        return None
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 3:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or not 0 <= value <= 100:
        reading.fault(
            row, LETTERS[name], filled(_("“%s” không phải là số nguyên từ 0 đến 100"), _seen(value))
        )
        return None
    return value


def _seen(value) -> str:
    return str(value).replace(".", ",") if isinstance(value, float) else str(value)


def _points(row: int, cells: dict, reading: _Reading) -> int:
    return _whole(row, "points", cells, reading, needed=True) or 0


def _star(row: int, cells: dict, reading: _Reading) -> int | None:
    value = _whole(row, "min_star", cells, reading)
    if value is not None and not 1 <= value <= 5:
        reading.fault(row, LETTERS["min_star"], _("hạng sao phải từ 1 đến 5"))
        return None
    return value


def _yes(row: int, name: str, cells: dict, reading: _Reading, word: str = YES) -> bool:
    value = cells[name]
    if value is not None and fold(str(value)) != fold(word):
        reading.fault(row, LETTERS[name], filled(_("chỉ để trống hoặc ghi “%s”"), word))
    return value is not None


def _code(row: int, cells: dict, reading: _Reading) -> str | None:
    """The code as text; None, and a broken tree, where it is none."""
    value = cells["code"]
    letter = LETTERS["code"]
    if isinstance(value, bool) or not isinstance(value, str | int):
        reading.is_broken = True
        if value is None:
            reading.fault(row, letter, _("thiếu mã"))
        elif isinstance(value, float):
            reading.fault(
                row,
                letter,
                filled(
                    _(
                        "mã “%s” đang là số: 1.1 và 1.10 sẽ lẫn nhau. Hãy định dạng ô là Văn bản rồi gõ lại"
                    ),
                    value,
                ),
            )
        else:
            reading.fault(
                row,
                letter,
                _("Excel đã đổi mã thành ngày hoặc giờ. Hãy định dạng ô là Văn bản rồi gõ lại"),
            )
        return None
    value = str(value)
    if (
        len(value) > 12
        or any(c.isspace() for c in value)
        or "=" in value
        or ";" in value
        or "/" in value
    ):
        reading.is_broken = True
        reading.fault(
            row, letter, filled(_("mã “%s” không hợp lệ: ngắn, không có dấu cách"), value[:40])
        )
        return None
    return value


def _placed(row: int, code: str, reading: _Reading) -> None:
    """Note where the code stands; a second one is a fault that names the first."""
    if code in reading.rows_of:
        reading.fault(
            row,
            LETTERS["code"],
            filled(
                _("mã %(code)s đã dùng ở dòng %(row)s"),
                {"code": code, "row": reading.rows_of[code]},
            ),
        )
        reading.tainted.add(code)
    else:
        reading.rows_of[code] = row


def _lost(row: int, what: str, reading: _Reading) -> None:
    reading.is_broken = True
    reading.fault(row, LETTERS["kind"], what)


def _read_part(row: int, cells: dict, reading: _Reading) -> None:
    reading.section = reading.criterion = reading.child = None
    reading.part = None
    code = _code(row, cells, reading)
    if code is None:
        return
    if code not in reading.decision.part_points:
        reading.is_broken = True
        known = ", ".join(reading.decision.part_points)
        reading.fault(
            row,
            LETTERS["code"],
            filled(_("không có phần “%(code)s”; chỉ có %(known)s"), {"code": code, "known": known}),
        )
        return
    _placed(row, code, reading)
    reading.part = {"code": code, "title": "", "points": 0, "sections": []}
    reading.part |= {"title": _words(row, cells, reading), "points": _points(row, cells, reading)}
    reading.content["parts"].append(reading.part)


def _read_section(row: int, cells: dict, reading: _Reading) -> None:
    reading.section = reading.criterion = reading.child = None
    code = _code(row, cells, reading)
    if reading.part is None:
        _lost(row, _("mục không nằm dưới phần nào"), reading)
        return
    if code is None:
        return
    _placed(row, code, reading)
    reading.section = {"code": code, "title": "", "points": 0, "note": "", "criteria": []}
    reading.section |= {
        "title": _words(row, cells, reading),
        "points": _points(row, cells, reading),
    }
    # What belongs to the levels, should they be printed straight under the section.
    reading.section["_own"] = _criterion_extras(row, cells, reading) | {"rules": []}
    reading.part["sections"].append(reading.section)


def _criterion_extras(row: int, cells: dict, reading: _Reading) -> dict:
    printed = cells["printed_code"]
    return {
        "min_star": _star(row, cells, reading),
        "printed_code": str(printed) if printed is not None else "",
        "mode": "one_of" if _yes(row, "mode", cells, reading, ONE_OF) else "",
        "implied": _yes(row, "implied", cells, reading),
    }


def _new_criterion(row: int, cells: dict, reading: _Reading) -> dict | None:
    code = _code(row, cells, reading)
    if code is None:
        return None
    _placed(row, code, reading)
    made = {
        "code": code,
        "title": _words(row, cells, reading),
        "points": _points(row, cells, reading),
        "rules": [],
        "options": [],
        "children": [],
    }
    return made | _criterion_extras(row, cells, reading)


def _read_criterion(row: int, cells: dict, reading: _Reading) -> None:
    reading.criterion = reading.child = None
    if reading.section is None:
        _lost(row, _("tiêu chí không nằm dưới mục nào"), reading)
        return
    if any(criterion.get("direct") for criterion in reading.section["criteria"]):
        _lost(
            row,
            filled(
                _("mục %s đã có phương án hoặc tiêu chí con in ngay bên dưới"),
                reading.section["code"],
            ),
            reading,
        )
        return
    made = _new_criterion(row, cells, reading)
    if made:
        own = reading.section["_own"]
        if own["rules"]:
            _lost(row, filled(_("ghi chú của mục phải thuộc loại “%s”"), SECTION_NOTE), reading)
            own["rules"] = []
        reading.criterion = made
        reading.section["criteria"].append(made)


def _read_child(row: int, cells: dict, reading: _Reading) -> None:
    reading.child = None
    holder = reading.criterion or _direct(reading)
    if holder is None:
        _lost(row, _("tiêu chí con không nằm dưới tiêu chí nào"), reading)
        return
    if holder["options"]:
        _lost(
            row,
            filled(_("tiêu chí %s đã có phương án nên không có tiêu chí con"), holder["code"]),
            reading,
        )
        return
    made = _new_criterion(row, cells, reading)
    if made:
        reading.child = made
        holder["children"].append(made)


def _read_option(row: int, cells: dict, reading: _Reading) -> None:
    holder = reading.child or reading.criterion or _direct(reading)
    if holder is None:
        _lost(row, _("phương án không nằm dưới tiêu chí nào"), reading)
        return
    if holder["children"]:
        _lost(
            row,
            filled(_("tiêu chí %s có tiêu chí con nên không có phương án"), holder["code"]),
            reading,
        )
        return
    case = cells["case"]
    if case is not None and case not in ("A", "B"):
        reading.fault(row, LETTERS["case"], _("trường hợp phải là A hoặc B"))
        case = None
    holder["options"].append(
        {
            "label": _words(row, cells, reading),
            "points": _points(row, cells, reading),
            "case": case or "",
            "min_star": _star(row, cells, reading),
            "printed_points": _whole(row, "printed_points", cells, reading),
            "reconstructed": _yes(row, "reconstructed", cells, reading),
        }
    )


def _direct(reading: _Reading) -> dict | None:
    """The section as its own only criterion, when levels or cases come straight below it."""
    section = reading.section
    if section is None or section["criteria"]:
        return None
    made = {key: section[key] for key in ("code", "title", "points")}
    made |= {"options": [], "children": [], "direct": True, **section["_own"]}
    section["criteria"].append(made)
    reading.criterion = made
    return made


def _read_note(row: int, cells: dict, reading: _Reading) -> None:
    words, typed = _words(row, cells, reading), cells["note"]
    known = {fold(str(name)): kind for kind, name in KINDS.items()}
    known |= {kind: kind for kind in RULE_KINDS}
    name = fold(str(typed or ""))
    if name == fold(SECTION_NOTE):
        if reading.section is None or reading.criterion or reading.section["note"]:
            reading.fault(
                row,
                LETTERS["note"],
                filled(_("“%s” chỉ đứng một lần, ngay dưới dòng Mục"), SECTION_NOTE),
            )
        else:
            reading.section["note"] = words
        return
    if name not in known:
        names = ", ".join(str(name) for name in KINDS.values())
        reading.fault(
            row,
            LETTERS["note"],
            filled(
                _("loại ghi chú “%(kind)s” không có; phải là: %(known)s"),
                {"kind": typed or "", "known": names},
            ),
        )
        return
    kind = known[name]
    rule = {"kind": kind, "text": words}
    if cells["conditions"] is not None:
        try:
            rule |= conditions_read(kind, str(cells["conditions"]))
        except ValueError:
            reading.fault(
                row,
                LETTERS["conditions"],
                filled(_("điều kiện “%s” không đọc được; ghi như 5.1 = 1"), cells["conditions"]),
            )
    holder = reading.child or reading.criterion
    if holder is None and reading.section is not None:
        holder = reading.section["_own"]
    if holder is None:
        if reading.part is not None:
            _lost(row, _("ghi chú không nằm dưới mục hay tiêu chí nào"), reading)
            return
        holder = reading.content
    holder["rules"].append(rule)


def _read_doubts(page, reading: _Reading) -> None:
    kinds = {fold(str(name)): kind for kind, name in ABOUTS.items()} | {
        kind: kind for kind in ABOUTS
    }
    reading.part = reading.section = reading.criterion = reading.child = None
    for row in range(2, page.max_row + 1):
        where, about, why = (_text(page.cell(row, n).value) for n in (1, 2, 3))
        if where is about is why is None:
            continue
        if isinstance(where, float) or not isinstance(where, str | int):
            reading.fault(
                row, "A", filled(_("ghi mã dạng chữ, hoặc “%s”"), WHOLE_SET), DOUBTS_SHEET
            )
            continue
        kind = kinds.get(fold(str(about or "")))
        if kind is None:
            names = ", ".join(str(name) for name in ABOUTS.values())
            reading.fault(row, "B", filled(_("phải là một trong: %s"), names), DOUBTS_SHEET)
            continue
        if not isinstance(why, str):
            reading.fault(row, "C", _("chưa ghi điều còn nghi vấn"), DOUBTS_SHEET)
            continue
        place = HEADER if fold(str(where)) == fold(WHOLE_SET) else str(where)
        reading.doubt_rows.setdefault(place, row)
        reading.content["doubts"].append({"where": place, "about": kind, "why": why})
