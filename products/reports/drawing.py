"""A report as bars for the page, as a workbook, and as a paper (Nghị định 30/2020/NĐ-CP)."""

import datetime
import io
import re
from pathlib import Path

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from communes.models import Role
from communes.scope import OFFICERS, roles_of
from ocop_portal.exchange.tables import PLAIN, write
from ocop_portal.papers import pdf
from products.bars import Bar, drawn

from .registry import Ask, Report, Table, hold_numbers

TEMPLATE = Path(__file__).parent / "typst" / "report.typ"
MOST_BARS, MOST_ON_PAGE, MOST_ON_PAPER = 24, 60, 2_000


def bars(table: Table) -> list[tuple[Bar, int]]:
    """The largest rows as bars, each with its length; none where all are 0."""
    if table.bars is None or not len(table.rows):
        return []
    rows = table.rows.largest(table.bars, MOST_BARS)
    found = [Bar(row.label, row.cells[table.bars]) for row in rows]
    return drawn(found) if any(bar.number for bar in found) else []


def shown(value) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, datetime.date):
        return value.strftime("%d/%m/%Y")
    return f"{value:,}".replace(",", ".") if isinstance(value, int) else str(value)


def office_of(user):
    """The unit in whose name the person reports: the district's before the commune's; or None."""
    roles = [role for role in roles_of(user) if role.kind in OFFICERS]
    roles.sort(key=lambda role: role.kind != Role.Kind.DISTRICT_OFFICER)
    return roles[0].unit if roles else None


def asked_in_words(ask: Ask) -> str:
    """The period and the way units are told."""
    units = (
        _("đơn vị hành chính tại thời điểm đó")
        if ask.as_of_day
        else _("đơn vị hành chính hiện nay")
    )
    if ask.since == ask.until:
        return _("Năm %(year)s, theo %(units)s") % {"year": ask.since, "units": units}
    return _("Từ năm %(since)s đến hết năm %(until)s, theo %(units)s") % {
        "since": ask.since,
        "until": ask.until,
        "units": units,
    }


def workbook(report: Report, ask: Ask, tables: list[Table]) -> bytes:
    """The tables, each on a page of its own, under title and period."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, PLAIN)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    large = book.add_format({"bold": True, "font_size": 14})
    for table in tables:
        page = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", table.title)[:31])
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.set_column(0, 0, 40)
        page.set_column(1, len(table.columns), 16)
        page.write_string(0, 0, str(report.title), large)
        page.write_string(1, 0, f"{table.title}. {asked_in_words(ask)}.")
        for at, heading in enumerate([table.head, *table.columns]):
            page.write_string(3, at, heading, bold)
        page.repeat_rows(3)
        page.freeze_panes(4, 1)
        number = 4
        for row in table.rows:
            for at, value in enumerate((row.label, *row.cells)):
                write(page, number, at, value)
            number += 1
        if table.total:
            for at, value in enumerate((_("Cộng"), *table.total)):
                page.write(number, at, value, bold)
            number += 1
        if table.note:
            page.write_string(number + 1, 0, table.note)
    book.close()
    return out.getvalue()


def paper(report: Report, ask: Ask, tables: list[Table]) -> bytes:
    """The report as PDF, with the office's head; number, day and names are left to be written."""
    unit = office_of(ask.user)
    committee = f"ỦY BAN NHÂN DÂN\n{str(unit).upper()}" if unit else "ỦY BAN NHÂN DÂN"
    data = {
        "title": "BÁO CÁO",
        "about": str(report.title),
        "asked": f"({asked_in_words(ask)})",
        "lead": str(report.lead),
        "is_sample": ask.samples,
        "head": {
            "above": "",
            "issuer": committee,
            "number": "Số: ……/BC-UBND",
            "place": f"{unit.name if unit else '……'}, ngày …… tháng …… năm ……",
        },
        "counted_on": _("Số liệu trên cổng thông tin lúc %s.")
        % timezone.localtime().strftime("%H:%M ngày %d/%m/%Y"),
        "signatures": [
            {"title": "NGƯỜI LẬP BIỂU", "name": ""},
            {"title": "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH", "name": ""},
        ],
        "tables": [_for_paper(table) for table in tables],
    }
    return pdf.draw_apart(TEMPLATE, data)


def _for_paper(table: Table) -> dict:
    rows = table.rows[:MOST_ON_PAPER]
    left_out = max(len(table.rows) - MOST_ON_PAPER, 0)
    note = table.note
    if left_out:
        note = _("Còn %d dòng, xem trong tệp Excel.") % left_out
    return {
        "title": table.title,
        "headings": [table.head, *table.columns],
        "numbers": hold_numbers(rows) or [False] * len(table.columns),
        "rows": [[row.label, *map(shown, row.cells)] for row in rows],
        "total": [_("Cộng"), *map(shown, table.total)] if table.total else [],
        "note": note,
    }
