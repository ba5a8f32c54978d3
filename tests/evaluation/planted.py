"""Marks and notes planted in a sheet that was handed in: what no address may tell of."""

import re

from evaluation import sheets
from evaluation.models import Sheet
from tests import factories

NOTE = "Ghi chú thầm kín về hũ mắm"
REASON = "Bí mật của thành viên kia"
TOTAL = 93


def plant(world) -> Sheet:
    """The sheet of a third member in the permission table's open round, handed in with 93 points.

    Scoring goes on meanwhile, and the chair's own sheet is begun.
    """
    author = factories.SeatFactory(
        council=world.council,
        user=factories.officer("council_member", world.council.unit),
    ).user
    sheet = sheets.start_sheet(candidate=world.candidate, user=author)
    factories.fill_sheet(sheet, total=TOTAL, submit=False)
    sheets.save_note(sheet_id=sheet.pk, criterion="1.1", text=NOTE, user=author)
    sheets.save_note(sheet_id=sheet.pk, criterion="1.2", text=REASON, user=author)
    sheets.submit_sheet(sheet_id=sheet.pk, user=author)
    sheets.start_sheet(candidate=world.candidate, user=world.people["chair"])
    return sheet


def told(answer) -> list[str]:
    """What of the planted sheet can be read in an answer; tags' own words and figures do not count."""
    content = b"".join(answer) if answer.streaming else answer.content
    page = content.decode(errors="replace")
    if not any(text in page for text in (NOTE, REASON, str(TOTAL))):
        return []
    page = re.sub(r"<(script|style|input|meta|link)[^>]*>", "", page)
    page = re.sub(r'(href|action|id|for|name|value|class|data-[\w-]+)="[^"]*"', "", page)
    total = re.search(r">\s*93\s*<|93,00|\b93\s*(điểm|/\s*100)|\"total\": ?93|\b93\.00", page)
    return [text for text in (NOTE, REASON, total and total[0]) if text and text in page]
