"""Reading workbooks as officers fill them in, and naming what cannot be read, cell by cell."""

import datetime
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256

from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from ocop_portal.page_language import filled
from ocop_portal.text import fold, normalise

from .registry import Column, Importer

# A workbook is a packed archive: a small one may unpack to more than a machine holds.
MOST_UNPACKED = 200 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 100
# The row of headings is looked for in so many first rows.
HEADING_ROWS = 15
MOST_TEXT = 20_000
# The page of the template that explains the columns: nobody means it to be read.
GUIDE = "Hướng dẫn"
# What the portal writes beside refused rows; they come back with it.
ROW_BEFORE, WHY_REFUSED = "Dòng gốc", "Lý do không nhận"


class Unreadable(Exception):
    """A file, or a sheet, of which nothing can be made; the message is for the screen."""


@dataclass
class ReadRow:
    """A row with its texts by position, what cannot be read in it, and what was mended."""

    number: int
    texts: dict[int, str]
    faults: list[tuple[int | None, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class ReadSheet:
    """A sheet of known headings: `columns` maps positions to what they hold."""

    title: str
    headings: list[str]
    first_row: int  # the one after the headings
    rows: list[ReadRow]

    @property
    def fingerprint(self) -> str:
        """The same for the same headings in the same order."""
        return sha256("\n".join(fold(text) for text in self.headings).encode()).hexdigest()


def read_workbook(stream) -> list[ReadSheet]:
    """Every sheet with something in it. Raises `Unreadable`."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise Unreadable(_("Tệp quá lớn khi mở ra. Hãy tách thành nhiều tệp."))
        stream.seek(0)
        book = load_workbook(stream, data_only=False, keep_links=False, rich_text=False)
    except Unreadable:
        raise
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        OSError,
        TypeError,
    ) as e:
        raise Unreadable(_("Không mở được tệp Excel này. Hãy lưu lại ở dạng .xlsx.")) from e
    found = [sheet for page in book.worksheets if (sheet := _read_sheet(page))]
    if not found:
        raise Unreadable(_("Tệp không có trang nào có số liệu."))
    return found


def _read_sheet(page) -> ReadSheet | None:
    if page.sheet_state != "visible" or page.max_column is None:
        return None
    if page.max_row > MOST_ROWS + HEADING_ROWS:
        raise Unreadable(
            filled(
                _("Trang “%(sheet)s” có hơn %(most)s dòng. Hãy tách thành nhiều tệp."),
                {"sheet": page.title, "most": MOST_ROWS},
            )
        )
    width = min(page.max_column, MOST_COLUMNS)
    merged: dict[int, set[int]] = {}
    for area in page.merged_cells.ranges:
        for number in range(area.min_row, area.max_row + 1):
            merged.setdefault(number, set()).update(range(area.min_col, area.max_col + 1))
    heading_at = _heading_row(page, width)
    if heading_at is None:
        return None
    headings = [_plain(page.cell(heading_at, at).value) for at in range(1, width + 1)]
    while headings and not headings[-1]:
        headings.pop()
    rows = []
    for cells in page.iter_rows(min_row=heading_at + 1, max_col=len(headings)):
        number = cells[0].row
        row = _read_row(number, cells, merged.get(number, set()))
        if not row.texts and not row.faults:
            continue
        if page.row_dimensions[number].hidden:
            row.faults.append((None, _("Dòng đang bị ẩn trong Excel. Hãy bỏ ẩn hoặc xóa dòng.")))
        rows.append(row)
    return ReadSheet(page.title, headings, heading_at + 1, rows)


def _heading_row(page, width: int) -> int | None:
    """The first row in which at least two cells hold words and no numbers."""
    for cells in page.iter_rows(max_row=HEADING_ROWS, max_col=width):
        words = [cell for cell in cells if isinstance(cell.value, str) and cell.value.strip()]
        if len(words) >= 2:
            return cells[0].row
    return None


def _read_row(number: int, cells: Iterable[Cell], merged: set[int]) -> ReadRow:
    row = ReadRow(number, {})
    decomposed = False
    for at, cell in enumerate(cells):
        if cell.column in merged:
            row.faults.append((at, _("Ô bị gộp với ô khác. Hãy bỏ gộp ô và điền từng ô.")))
            continue
        value = cell.value
        if value is None:
            continue
        if cell.data_type == "f":
            row.faults.append((at, _("Ô chứa công thức. Hãy dán giá trị thay cho công thức.")))
            continue
        if cell.data_type == "e":
            row.faults.append((at, filled(_("Ô báo lỗi của Excel (%s)."), value)))
            continue
        text = _plain(value)
        if not text:
            continue
        if len(text) > MOST_TEXT:
            row.faults.append((at, filled(_("Ô có hơn %s chữ."), MOST_TEXT)))
            continue
        decomposed |= isinstance(value, str) and normalise(value) != value.strip()
        row.texts[at] = text
    if decomposed:
        row.notes.append(_("Đã đưa chữ có dấu rời (hoặc ký tự ẩn) về dạng chuẩn."))
    return row


def _plain(value) -> str:
    """A cell's value as text: dates dd/mm/yyyy, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_("có") if value else _("không"))
    if isinstance(value, datetime.datetime):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, datetime.date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, float):
        # What Excel shows of a number: 15 digits, no exponent, a decimal comma.
        text = format(Decimal(f"{value:.15g}"), "f")
        return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")
    return normalise(str(value))


def guess_kind(
    sheet: ReadSheet, offered: list[type[Importer]], wanted: type[Importer] | None = None
) -> type[Importer] | None:
    """The kind that the sheet is called, or whose required headings it has, all before some.

    Where it has only some, what the officer said (`wanted`) goes before what has most of them.
    """
    title = fold(sheet.title)
    scored = []
    for kind in offered:
        known = guess_columns(sheet.headings, kind.columns)
        required = [column.key for column in kind.columns if column.required]
        share = sum(key in known for key in required)
        is_called = fold(str(kind.label)) == title
        scored.append(((is_called, share == len(required), kind is wanted, share), kind))
    best, kind = max(scored, key=lambda item: item[0], default=((), None))
    return kind if any(best) else None


def guess_columns(headings: list[str], columns: Iterable[Column]) -> dict[str, int]:
    """Column key → position, by headings that read alike without marks and signs."""
    at = {}
    for position, text in enumerate(headings):
        at.setdefault(_bare(text), position)
    found = {}
    for column in columns:
        for name in (column.heading, *column.aliases):
            if _bare(str(name)) in at:
                found[column.key] = at[_bare(str(name))]
                break
    return found


def _bare(text: str) -> str:
    """Letters and digits alone: "Mã số thuế (*)" → "ma so thue"."""
    return " ".join("".join(c if c.isalnum() else " " for c in fold(text)).split())


def letter(position: int) -> str:
    """A column's name in Excel: 0 → "A"."""
    return get_column_letter(position + 1)
