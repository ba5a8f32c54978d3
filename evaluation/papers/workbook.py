"""One workbook that justifies every decision of a closed round, mark by mark."""

import datetime
import io
from collections.abc import Iterable
from fractions import Fraction
from math import ceil

import xlsxwriter
from django.utils import timezone

from ocop_portal import law
from ocop_portal.law.criteria import KNOCK_OUT
from ocop_portal.text import printable

from ..models import Seat
from ..sheets import NONE_OF_THESE
from .content import SAID, capital, moment, rank, short_day
from .record import ClosedProduct, ClosedRound, answers_of, sets_of

# Nothing that a person typed is taken for a formula or a link, and no text for a number.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
WIDEST = 60
# Of the set as it was pinned; who checked it later is told in the room of the law.
STATES = {
    law.TRANSCRIBED: "Chép lại từ bản đã công bố",
    law.RECONSTRUCTED: "Khôi phục một phần",
}


def cut(value: Fraction) -> float:
    """Points with two decimals as a number for a cell, cut as everywhere in the portal."""
    return int(value * 100) / 100


def draw(closed: ClosedRound) -> bytes:
    """The workbook; the same round gives the same bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    made = datetime.datetime.fromisoformat(closed.words["closed_at"])
    book.set_properties(
        {
            "title": closed.words["name"],
            "created": timezone.localtime(made).replace(tzinfo=None, microsecond=0),
        }
    )
    styles = {
        "head": book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "vcenter",
                "bg_color": "#E7EFEA",
                "border": 1,
            }
        ),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "whole": book.add_format({"num_format": "0", "valign": "top"}),
        "points": book.add_format({"num_format": "0.00", "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 13}),
    }
    for name, head, rows in _sheets(closed):
        _write(book, styles, closed, name, head, rows)
    book.close()
    return out.getvalue()


def _write(book, styles, closed, name, head, rows: Iterable[list]) -> None:
    page = book.add_worksheet(name)
    page.write_string(0, 0, printable(f"{name} – {closed.words['name']}"), styles["title"])
    if closed.is_sample:
        page.write_string(1, 0, "Dữ liệu mẫu, không có thật.", styles["text"])
    first = 2
    widths = [len(title) for title in head]
    for column, title in enumerate(head):
        page.write_string(first, column, title, styles["head"])
    last = first
    for last, row in enumerate(rows, start=first + 1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                value = printable(value)
                page.write_string(last, column, value, styles["text"])
            elif isinstance(value, int):
                page.write_number(last, column, value, styles["whole"])
            elif isinstance(value, float):
                page.write_number(last, column, value, styles["points"])
            widths[column] = max(widths[column], *map(len, str(value).split("\n")))
    for column, width in enumerate(widths):
        page.set_column(column, column, min(max(width + 2, 8), WIDEST))
    page.freeze_panes(first + 1, 2)
    page.autofilter(first, 0, last, len(head) - 1)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(first)
    page.set_footer("&C&P/&N")


def _sheets(closed: ClosedRound):
    """Each worksheet: name, heads of the columns, rows."""
    answers = answers_of(sheet.sheet for row in closed.products for sheet in row.sheets)
    return (
        ("Kết quả", *_results(closed)),
        ("Thành viên × sản phẩm", *_matrix(closed)),
        ("Từng điểm", *_marks(closed, answers)),
        ("Loại, dừng, kết luận", *_findings(closed, answers)),
        ("Túc số", *_quorum(closed)),
        ("Hội đồng", *_council(closed)),
        ("Bộ tiêu chí", *_criteria_sets(closed)),
        ("Diễn biến", *_events(closed)),
    )


def _named(row: ClosedProduct) -> list:
    return [row.words["number"], row.words["name"]]


def _results(closed: ClosedRound):
    parts = sorted({code for row in closed.products for code in row.result.part_points})
    head = [
        "TT", "Sản phẩm", "Chủ thể", "Xã, thị trấn", "Bộ sản phẩm", "Phiếu hợp lệ",
        *(f"Trung bình phần {code}" for code in parts),
        "Điểm", "Điểm chính xác", "Hạng theo điểm", "Hạng sao", "Kết quả", "Chênh lệch",
        "Đề nghị", "Ý kiến về chênh lệch",
    ]  # fmt: skip
    rows = [
        [
            *_named(row),
            row.words["producer"],
            row.words["unit"],
            f"{row.words['set_number']}. {row.words['set_name']}",
            row.result.sheets,
            *(cut(row.result.part_means[code]) for code in parts),
            cut(row.mean),
            f"{row.result.mean_numerator}/{row.result.mean_denominator}",
            row.result.band,
            row.result.stars,
            rank(row.result),
            row.result.spread,
            capital(row.result.proposal_text),
            row.spread_note,
        ]
        for row in closed.products
    ]
    return head, rows


def _scoring(closed: ClosedRound) -> list[dict]:
    """The seats that scored, or would have when the round was closed."""
    used = {sheet.seat["seat"] for row in closed.products for sheet in row.sheets}
    return [
        seat
        for seat in closed.seats
        if seat["seat"] in used or (seat["scores"] and not seat["left_on"])
    ]


def _matrix(closed: ClosedRound):
    seats = _scoring(closed)
    head = ["TT", "Sản phẩm", *(seat["name"] for seat in seats), "Điểm", "Chênh lệch"]
    rows = []
    for row in closed.products:
        totals = {sheet.seat["seat"]: sheet.total for sheet in row.sheets}
        away = {found["seat"] for found in row.words["conflicts"]}
        rows.append(
            [
                *_named(row),
                *(
                    totals.get(seat["seat"], "có liên quan" if seat["seat"] in away else "")
                    for seat in seats
                ),
                cut(row.mean),
                row.result.spread,
            ]
        )
    return head, rows


def _marks(closed: ClosedRound, answers):
    head = [
        "TT", "Sản phẩm", "Thành viên", "Phần", "Tiêu chí", "Nội dung tiêu chí", "Mức số",
        "Mức đã chọn", "Điểm chấm", "Điểm tối đa", "Phiếu bản số", "Gửi lúc",
    ]  # fmt: skip

    def rows():
        for row in closed.products:
            for sheet in row.sheets:
                given = answers[sheet.sheet]
                for leaf in row.criteria.leaves:
                    number = given.options.get(leaf.code)
                    yield [
                        *_named(row),
                        sheet.seat["name"],
                        leaf.part,
                        leaf.code,
                        leaf.title,
                        number if number else "",
                        _level(leaf, number),
                        sheet.points[leaf.code],
                        leaf.points,
                        sheet.version,
                        moment(given.submitted_at),
                    ]

    return head, rows()


def _level(leaf, number: int | None) -> str:
    if number is None:
        return "không chấm"
    return "không đạt mức nào" if number == NONE_OF_THESE else leaf.option(number).label


def _findings(closed: ClosedRound, answers):
    names = {seat["seat"]: seat["name"] for seat in closed.seats}
    head = ["TT", "Sản phẩm", "Việc", "Người", "Quy định", "Lý do"]
    rows = []
    for row in closed.products:
        rules = {rule.key: rule for rule in row.criteria.rules}
        for found in row.words["conflicts"]:
            rows.append(
                [*_named(row), "Khai có liên quan", names[found["seat"]], "", found["kind"]]
            )
        for sheet in row.sheets:
            reasons = dict(answers[sheet.sheet].declared)
            for key in [*sheet.knock_outs, *sheet.gates]:
                what = "Đề nghị loại" if rules[key].kind == KNOCK_OUT else "Dừng đánh giá"
                reason = reasons.get(key, "theo điểm đã chấm")
                rows.append([*_named(row), what, sheet.seat["name"], rules[key].text, reason])
        for vote in row.result.candidate.votes.all():
            word = "loại" if vote.is_out else "không loại"
            rows.append([*_named(row), "Biểu quyết", names[vote.seat_id], "", word])
        if row.finding:
            what = row.result.candidate.get_knock_out_finding_display()
            rows.append([*_named(row), capital(str(what)), "Hội đồng", "", row.finding_reason])
        for found in row.result.mark_findings:
            word = SAID.get(found["word"], "theo điểm bình quân")
            what = f"Yêu cầu tối thiểu của {found['star']} sao: {word}"
            title = row.criteria.criterion(found["criterion"]).title
            rule = f"{found['criterion']}. {title}"
            rows.append([*_named(row), what, found["by"], rule, found["text"]])
        for found in row.result.check_answers:
            what = f"Trả lời theo {found['source']}: {SAID.get(found['word'], 'chưa trả lời')}"
            rows.append([*_named(row), what, found["by"], found["asked"], found["text"]])
    return head, rows


def _quorum(closed: ClosedRound):
    least = Fraction(*closed.words["quorum"])
    head = [
        "TT", "Sản phẩm", "Thành viên được chấm", "Cần ít nhất", "Phiếu hợp lệ",
        "Có phiếu của chủ tịch", "Giới hạn chênh lệch", "Chênh lệch",
    ]  # fmt: skip
    rows = []
    for row in closed.products:
        away = {found["seat"] for found in row.words["conflicts"]}
        entitled = [
            seat
            for seat in closed.seats
            if seat["scores"] and not seat["left_on"] and seat["seat"] not in away
        ]
        chair = any(sheet.seat["position"] == Seat.Position.CHAIR for sheet in row.sheets)
        rows.append(
            [
                *_named(row),
                len(entitled),
                ceil(least * len(entitled)),
                row.result.sheets,
                "có" if chair else "không",
                closed.words["spread_limit"],
                row.result.spread,
            ]
        )
    return head, rows


def _council(closed: ClosedRound):
    head = [
        "TT",
        "Họ tên",
        "Vị trí",
        "Đại diện",
        "Chấm điểm",
        "Thôi tham gia từ",
        "Vắng mặt, lý do",
    ]
    rows = [
        [
            number,
            seat["name"],
            capital(seat["position_words"]),
            seat["represents"],
            "có" if seat["scores"] else "không",
            short_day(seat["left_on"]),
            closed.content["absences"].get(str(seat["seat"]), ""),
        ]
        for number, seat in enumerate(closed.seats, start=1)
    ]
    return head, rows


def _criteria_sets(closed: ClosedRound):
    head = [
        "Bộ",
        "Tên",
        "Quyết định",
        "Phiên bản",
        "Tình trạng văn bản",
        "Dấu kiểm nội dung (SHA-256)",
    ]
    rows = []
    for pinned in sets_of(closed.products):
        found = pinned.criteria
        rows.append(
            [
                found.number,
                found.name,
                closed.words["decision_number"],
                found.version,
                STATES[found.state],
                pinned.digest,
            ]
        )
    return head, rows


def _events(closed: ClosedRound):
    head = ["Lúc", "Việc", "Người làm", "Lý do"]
    rows = [
        [moment(row["at"]), row["what"], row["by"], row["reason"]]
        for row in closed.content["events"]
    ]
    return head, rows
