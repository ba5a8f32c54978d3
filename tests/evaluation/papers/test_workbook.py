"""The workbook justifies every decision: figures are figures, texts are never formulas."""

import io
from collections import defaultdict
from dataclasses import replace

import openpyxl
import pytest

from evaluation import meeting, rounds, sheets
from evaluation.models import Mark, Result
from evaluation.papers import content, record, workbook
from tests import factories
from tests.evaluation.papers import scenes

pytestmark = pytest.mark.django_db


def rows_of(book, name: str) -> list[dict]:
    """The rows of a worksheet by the heads of their columns."""
    lines = list(book[name].iter_rows(min_row=3, values_only=True))
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def opened(closed) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook.draw(closed)))


def test_each_result_can_be_worked_out_again_from_the_marks_in_the_book():
    closed = scenes.closed(3, "Sản phẩm mẫu A", "Sản phẩm mẫu B", totals=[70, 70, 69])
    book = opened(closed)
    marks = rows_of(book, "Từng điểm")
    assert len(marks) == Mark.objects.count() == 2 * 3 * len(closed.products[0].criteria.leaves)
    totals = defaultdict(int)
    for row in marks:
        assert type(row["Điểm chấm"]) is int
        totals[row["TT"], row["Thành viên"]] += row["Điểm chấm"]
    for result, line in zip(
        rows_of(book, "Kết quả"), rows_of(book, "Thành viên × sản phẩm"), strict=True
    ):
        own = [total for (number, _name), total in totals.items() if number == result["TT"]]
        assert sorted(own) == [69, 70, 70]
        assert {line[name] for _number, name in totals} == {69, 70}
        assert result["Điểm"] == 69.66  # 69 + 2/3, cut
        assert result["Điểm chính xác"] == "209/3"
        assert (result["Hạng sao"], result["Hạng theo điểm"], result["Chênh lệch"]) == (3, 3, 1)
    assert [row["Cần ít nhất"] for row in rows_of(book, "Túc số")] == [3, 3]


def test_nothing_typed_becomes_a_formula_a_link_or_a_number():
    one = scenes.closed(3)
    evil = ["=1+1", "@SUM(A1)", "+1", "-1", "https://example.vn", "0123", '=HYPERLINK("x")']
    row = one.products[0]
    closed = replace(
        one,
        products=[
            replace(row, words={**row.words, "number": n, "name": name}, spread_note=name)
            for n, name in enumerate(evil, start=1)
        ],
    )
    book = opened(closed)
    for name, found in zip(evil, rows_of(book, "Kết quả"), strict=True):
        assert found["Sản phẩm"] == found["Ý kiến về chênh lệch"] == name
    for sheet in book:
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type in {"s", "n"}, cell.coordinate
                assert cell.hyperlink is None


def test_knock_outs_gates_conflicts_and_findings_stand_with_their_reasons():
    council = factories.council_with(4, is_sample=False)
    entry = factories.entry_in("ready", product__set_number=7)
    round_ = factories.open_round(council=council, entries=[entry])
    candidate = round_.candidates.get()
    by = factories.person_in(council, "secretary")
    users = factories.scorers(council)
    rounds.declare_conflict(candidate=candidate, user=users[3], kind="kin", note="bí mật")
    for user in users[:3]:
        sheet = sheets.start_sheet(candidate=candidate, user=user)
        if user == users[1]:
            sheets.declare(
                sheet_id=sheet.pk, rule="knock_out:1.1", reason="Nguyên liệu nhập", user=user
            )
        factories.fill_sheet(sheet, total=72)
    rounds.end_scoring(round_=round_, by=by)
    seats = {seat.user_id: seat.pk for seat in council.seats.all()}
    votes = {seats[users[0].pk]: False, seats[users[1].pk]: True, seats[users[2].pk]: False}
    meeting.record_votes(candidate=candidate, votes=votes, by=by, reason="Có giấy tờ gốc")
    closed = record.closed(rounds.close_round(round_=round_, by=by))
    found = [
        (row["Việc"], row["Người"], row["Lý do"])
        for row in rows_of(opened(closed), "Loại, dừng, kết luận")
    ]
    assert found == [
        ("Khai có liên quan", str(users[3]), "người thân của chủ thể"),
        ("Đề nghị loại", str(users[1]), "Nguyên liệu nhập"),
        ("Biểu quyết", str(users[0]), "không loại"),
        ("Biểu quyết", str(users[1]), "loại"),
        ("Biểu quyết", str(users[2]), "không loại"),
        (
            "Hội đồng kết luận: không loại",
            "Hội đồng",
            "Biểu quyết: 1 loại, 2 không loại, 0 không biểu quyết. Có giấy tờ gốc",
        ),
    ]
    events = [row["Việc"] for row in rows_of(opened(closed), "Diễn biến")]
    assert events[-1] == "Chốt kết quả"
    assert "Mở đợt, bắt đầu chấm điểm" in events


def test_what_the_council_said_of_star_marks_and_questions_is_in_minutes_and_book():
    round_ = scenes.unmarked(3)
    said = {"by": "Thư ký Mẫu", "at": "2026-11-24T08:00:00+07:00", "pk": 1}
    Result.objects.update(
        mark_findings=[
            {"star": 4, "criterion": "1.1", "word": "unmet", "text": "Thiếu hợp đồng.", **said},
            {"star": 3, "criterion": "1.2", "word": "mean", "text": "Rút lại.", **said},
        ],
        check_answers=[
            {
                "question": "q",
                "star": 3,
                "asked": "Có đạt yêu cầu tối thiểu của 3 sao không?",
                "source": "781/QĐ-TTg",
                "word": "yes",
                "text": "Trang 5.",
                **said,
            }
        ],
    )
    closed = record.closed(round_)
    minutes = " ".join(
        item.get("lead", "") + item.get("text", "") for item in (content.minutes(closed)["blocks"])
    )
    assert (
        "Tiêu chí 1.1, yêu cầu tối thiểu của 4 sao: Hội đồng kết luận không đạt. Thiếu hợp đồng."
        in minutes
    )
    assert "Rút lại." not in minutes
    assert "không? Hội đồng trả lời: đạt. Đối chiếu: Trang 5." in minutes
    found = [(row["Việc"], row["Lý do"]) for row in rows_of(opened(closed), "Loại, dừng, kết luận")]
    assert found == [
        ("Yêu cầu tối thiểu của 4 sao: không đạt", "Thiếu hợp đồng."),
        ("Yêu cầu tối thiểu của 3 sao: theo điểm bình quân", "Rút lại."),
        ("Trả lời theo 781/QĐ-TTg: đạt", "Trang 5."),
    ]


def test_absences_stand_in_minutes_and_book_as_they_were_when_the_round_was_closed():
    council = factories.council_with(4, is_sample=False)
    round_ = factories.open_round(council=council)
    by = factories.person_in(council, "secretary")
    users = factories.scorers(council)
    absent = council.seats.get(user=users[3])
    meeting.record_absences(round_=round_, reasons={absent.pk: "Đi công tác"}, by=by)
    for user in users[:3]:
        factories.scored_sheet(round_.candidates.get(), user, total=72)
    rounds.end_scoring(round_=round_, by=by)
    closed = record.closed(rounds.close_round(round_=round_, by=by))
    lines = {item.get("lead"): item.get("text") for item in content.minutes(closed)["blocks"]}
    assert lines["Vắng mặt (lý do): "] == f"{users[3]} (Đi công tác)."
    rows = {row["Họ tên"]: row["Vắng mặt, lý do"] for row in rows_of(opened(closed), "Hội đồng")}
    assert rows[str(users[3])] == "Đi công tác"
    assert [name for name, reason in rows.items() if reason] == [str(users[3])]


def test_the_same_round_gives_the_same_bytes():
    closed = scenes.closed()
    assert workbook.draw(closed) == workbook.draw(record.closed(closed.round))
