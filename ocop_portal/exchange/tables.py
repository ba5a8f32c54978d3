"""Lists as files: XLSX and CSV, safe to open in Excel."""

import csv
import datetime
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import xlsxwriter
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from xlsxwriter.utility import xl_rowcol_to_cell

from ocop_portal.page_language import read_kept

from .registry import Importer, importer_of
from .sheets import GUIDE, ROW_BEFORE, WHY_REFUSED

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet takes for the beginning of a formula.
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Never reads a text as a formula, a link or a number: what was typed is what is shown.
PLAIN = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
    "in_memory": True,
    "default_date_format": "dd/mm/yyyy",
}
FORMATS = ("xlsx", "csv")


@dataclass(frozen=True)
class Field:
    """A column of a list: its heading, how a row's value is found, how wide it is shown."""

    heading: str
    value: Callable
    width: int = 16


def wanted_format(request) -> str:
    """ "xlsx" or "csv" when the address asks for the list as a file (`?export=`), else ""."""
    asked = request.GET.get("export", "")
    return asked if asked in FORMATS else ""


def as_file(format_: str, *, name: str, fields: Iterable[Field], rows: Iterable) -> HttpResponse:
    """The rows as a file to download, named with today's date."""
    fields = list(fields)
    filename = f"{name}-{timezone.localdate():%Y-%m-%d}.{format_}"
    if format_ == "csv":
        response = StreamingHttpResponse(_csv(fields, rows), content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(_xlsx(fields, rows), content_type=XLSX_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, filename)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _csv(fields: list[Field], rows: Iterable) -> Iterator[bytes]:
    """UTF-8 with a mark, semicolons: what Excel opens right where the decimal sign is a comma."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")

    def taken() -> bytes:
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text.encode()

    yield "\ufeff".encode()
    writer.writerow([str(field.heading) for field in fields])
    yield taken()
    for row in rows:
        writer.writerow([_text(field.value(row)) for field in fields])
        yield taken()


def _text(value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).strftime("%d/%m/%Y %H:%M")
    if isinstance(value, datetime.date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, Decimal | float):
        return str(value).replace(".", ",")
    if isinstance(value, int):
        return str(value)
    text = str(value)
    # A CSV has no types: an apostrophe is what keeps Excel from reckoning.
    return f"'{text}" if text.startswith(STARTS_FORMULA) else text


def _xlsx(fields: list[Field], rows: Iterable) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, PLAIN)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    page = book.add_worksheet()
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    for at, field in enumerate(fields):
        page.set_column(at, at, field.width)
        page.write_string(0, at, str(field.heading), bold)
    for number, row in enumerate(rows, start=1):
        for at, field in enumerate(fields):
            write(page, number, at, field.value(row))
    book.close()
    return out.getvalue()


def write(page, row: int, column: int, value) -> None:
    """Write one value with its own type: numbers as numbers, dates as dates, all else as text."""
    if value is None or value == "":
        return
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, int | float | Decimal):
        page.write_number(row, column, value)
    elif isinstance(value, datetime.datetime):
        page.write_datetime(row, column, timezone.localtime(value).replace(tzinfo=None))
    elif isinstance(value, datetime.date):
        page.write_datetime(row, column, value)
    else:
        page.write_string(row, column, str(value)[:32_000])


def template(kinds: Iterable[type[Importer]]) -> bytes:
    """An empty workbook to fill in: a sheet for each kind, and a page that explains the columns."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, PLAIN)
    bold = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#e3efe6"}
    )
    text = book.add_format({"num_format": "@"})  # keeps the leading zeros of codes
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    kinds, lists = list(kinds), []
    for kind in kinds:
        page = book.add_worksheet(str(kind.label))
        page.freeze_panes(1, 0)
        for at, column in enumerate(kind.columns):
            page.set_column(at, at, max(14, len(str(column.heading)) + 4), text)
            mark = " (*)" if column.required else ""
            page.write_string(0, at, f"{column.heading}{mark}", bold)
            if column.choices:
                lists.append((page, at, column))
    guide = book.add_worksheet(GUIDE)
    for number, (page, at, column) in enumerate(lists, start=4):
        # Cells and not words in the rule itself, which would part a choice at its comma.
        guide.set_column(number, number, 30)
        guide.write_string(0, number, str(column.heading), bold)
        guide.write_column(1, number, [str(choice) for choice in column.choices])
        first = xl_rowcol_to_cell(1, number, row_abs=True, col_abs=True)
        last = xl_rowcol_to_cell(len(column.choices), number, row_abs=True, col_abs=True)
        rule = {
            "validate": "list",
            "source": f"='{GUIDE}'!{first}:{last}",
            "error_title": "Không có trong danh sách",
            "error_message": "Hãy bấm mũi tên ở góc ô và chọn một mục.",
        }
        page.data_validation(1, at, 5000, at, rule)
    guide.set_column(0, 0, 16)
    guide.set_column(1, 1, 30)
    guide.set_column(2, 2, 70)
    for at, heading in enumerate(("Trang", "Cột", "Cách ghi")):
        guide.write_string(0, at, heading, bold)
    number = 1
    for kind in kinds:
        for column in kind.columns:
            words = [
                "Bắt buộc." if column.required else "",
                str(column.hint) and f"{column.hint}.",
                "Một trong: " + "; ".join(map(str, column.choices)) + "." if column.choices else "",
            ]
            guide.write_string(number, 0, str(kind.label))
            guide.write_string(number, 1, str(column.heading))
            guide.write_string(number, 2, " ".join(filter(None, words)), wrap)
            number += 1
    book.close()
    return out.getvalue()


def refused(job, rows) -> bytes:
    """The refused rows of an import as they were read, with the reasons in the last column."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, PLAIN)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    pages: dict[str, list] = {}
    for row in rows:
        kind = importer_of(row.kind)
        if row.kind not in pages:
            page = book.add_worksheet(str(kind.label))
            page.freeze_panes(1, 0)
            for at, column in enumerate(kind.columns):
                page.set_column(at, at, 20)
                page.write_string(0, at, str(column.heading), bold)
            page.set_column(len(kind.columns), len(kind.columns), 12)
            page.set_column(len(kind.columns) + 1, len(kind.columns) + 1, 80)
            page.write_string(0, len(kind.columns), ROW_BEFORE, bold)
            page.write_string(0, len(kind.columns) + 1, WHY_REFUSED, bold)
            pages[row.kind] = [page, 1]
        page, number = pages[row.kind]
        for at, column in enumerate(kind.columns):
            write(page, number, at, row.values.get(column.key))
        write(page, number, len(kind.columns), row.number)
        why = "\n".join(
            ": ".join(filter(None, [fault["heading"], read_kept(fault["why"])]))
            for fault in row.faults
        )
        page.write_string(number, len(kind.columns) + 1, why, wrap)
        pages[row.kind][1] += 1
    book.close()
    return out.getvalue()
