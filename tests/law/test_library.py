"""Files are read strictly: every fault of form is named with its file, its place and its line."""

import datetime

import pytest

from ocop_portal import law
from ocop_portal.law import library

FIRST = '- {points: 1, level: "Sử dụng nguyên liệu có nguồn gốc trong tỉnh dưới 50%"}'


def line_of(path, words):
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if words in line)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (FIRST, '- {points: 1, points: 2, level: "…"}', "khóa “points” lặp lại"),
        (FIRST, '- {point: 1, level: "…"}', "thiếu “points”"),
        (FIRST, '- {points: 1, level: "…", colour: "đỏ"}', "khóa không được biết: colour"),
        (FIRST, '- {points: "1", level: "…"}', "“points” phải là số nguyên, không phải '1'"),
        (FIRST, '- {points: 1.5, level: "…"}', "“points” phải là số nguyên, không phải 1.5"),
        (FIRST, '- {points: true, level: "…"}', "“points” phải là số nguyên, không phải True"),
        (FIRST, '- {points: , level: "…"}', "“points” để trống"),
        (FIRST, '- {points: 1, level: ""}', "“level” để trống"),
        (FIRST, '- {points: 1, case: C, level: "…"}', "case chỉ có thể là A hoặc B"),
        (FIRST, '- {points: 1, min_star: 0, level: "…"}', "min_star phải từ 1 đến 5, không phải 0"),
        (FIRST, '- {points: 1, min_star: 6, level: "…"}', "min_star phải từ 1 đến 5, không phải 6"),
        ('code: "1.1"', 'code: "1.1"\n            min_star: 6', "min_star phải từ 1 đến 5"),
        (FIRST, "- Sử dụng nguyên liệu", "“options” thứ 1 phải là một nhóm khóa: giá trị"),
        ('- code: "1.1"', "- code: 1.1", "“code” phải là chữ (đặt trong ngoặc kép)"),
        ('code: "1.1"', 'code: "1.1"\n            mode: any', "mode chỉ có thể là one_of"),
        ('- explanation: "(Khả', '- explained: "(Khả', "cần đúng một loại ghi chú trong"),
        ('- section: "1"', '- section: "1"\n        titel: "x"', "khóa không được biết: titel"),
        ("version: 1", "version: 1\nstate: transcribed", "khóa không được biết: state"),
        ("set: 1", "set: 2", "khác bảng phân loại"),
        ('name: "Rau,', 'name: "Rau', "khác bảng phân loại"),
        ("parts:", "parts: [", "sets/01.yaml, dòng"),
    ],
)
def test_a_fault_of_form_is_refused_with_its_place(shelf, old, new, what):
    shelf.edit(1, old, new)
    with pytest.raises(law.LawFileError) as error:
        shelf.decision().criteria_set(1)
    assert "sets/01.yaml" in str(error.value)
    assert what in str(error.value)


def test_the_place_of_a_fault_is_told_down_to_the_option_and_its_line(shelf):
    shelf.edit(1, FIRST, '- {points: x, level: "…"}')
    line = line_of(shelf.file(1), "points: x")
    with pytest.raises(law.LawFileError) as error:
        shelf.decision().criteria_set(1)
    assert str(error.value) == (
        f"sets/01.yaml, dòng {line}, phần A › mục 1 › tiêu chí 1.1 › phương án 1: "
        "“points” phải là số nguyên, không phải 'x'"
    )


def test_a_criterion_has_levels_or_children_and_not_both(shelf):
    shelf.edit(12, "            children:", "            options: []\n            children:")
    with pytest.raises(law.LawFileError, match="options hoặc children"):
        shelf.decision().criteria_set(12)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('slug: "1048-2019"', 'slug: "1048"', "khác tên thư mục"),
        ("dated: 2019-08-21", 'dated: "21/8/2019"', "“dated” phải là ngày"),
        ("dated: 2019-08-21", "dated: 2019-02-30", "day is out of range for month"),
        ('quorum: "3/4"', "quorum: 0.75", "“quorum” phải là chữ"),
        ('quorum: "3/4"', 'quorum: "75%"', "“quorum” phải là phân số"),
        ("provenance: D", "provenance: X", "provenance “X” không thuộc"),
        ("code: business_plan", "code: idea", "mã hồ sơ idea xuất hiện 2 lần"),
        ("code: business_plan", "code: kế hoạch", "chỉ được gồm a–z"),
        ("kind: mandatory", "kind: needed", "kind phải là mandatory hoặc evidence"),
        ("state: missing", "state: lost", "state “lost” không thuộc"),
        ("{set: 2,", "{set: 1,", "bộ số 1 xuất hiện 2 lần"),
        ("from: 2019-08-21", "since: 2019-08-21", "thiếu “from”"),
        ("spread_limit: 10", "spread_limit: 10\n  spread: 10", "khóa không được biết: spread"),
        ("months: 36", "months: 36, years: 3", "khóa không được biết: years"),
        ("open_questions:", "questions:", "khóa không được biết: questions"),
        ("star: 3, source", "star: 2, source", "star phải từ 3 đến 5, không phải 2"),
        ("code: minimum_4", "code: minimum_3", "mã câu hỏi minimum_3 xuất hiện 2 lần"),
        ('pattern: "^', 'pattern: "^(', "pattern không phải là biểu thức hợp lệ"),
    ],
)
def test_a_fault_of_form_in_the_decision_is_refused(shelf, old, new, what):
    shelf.edit("decision.yaml", old, new)
    with pytest.raises(law.LawFileError) as error:
        shelf.decision()
    assert "1048-2019/decision.yaml" in str(error.value)
    assert what in str(error.value)


def test_a_classified_set_without_a_file_is_a_fault_and_not_a_missing_set(shelf):
    shelf.file(5).unlink()
    with pytest.raises(law.LawFileError, match=r"sets/05\.yaml: không có tệp này"):
        shelf.decision().criteria_set(5)


def test_a_folder_without_a_decision_is_no_decision(shelf, monkeypatch):
    (shelf.path / "notes").mkdir()
    monkeypatch.setattr(library, "SHELF", shelf.path)
    assert [d.slug for d in library.decisions.__wrapped__()] == ["1048-2019"]


def test_a_new_decision_is_a_new_folder(shelf, monkeypatch):
    """A second folder needs no code: it is listed after the first by its dates."""
    later = shelf.path / "148-2023"
    shelf.folder.rename(later)
    text = (later / "decision.yaml").read_text(encoding="utf-8")
    text = text.replace('slug: "1048-2019"', 'slug: "148-2023"')
    text = text.replace("from: 2019-08-21, until: 2023-02-23", "from: 2023-02-24")
    (later / "decision.yaml").write_text(text, encoding="utf-8")
    type(shelf)(shelf.path)
    monkeypatch.setattr(library, "SHELF", shelf.path)
    found = library.decisions.__wrapped__()
    assert [(d.slug, d.in_force_until is None) for d in found] == [
        ("1048-2019", False),
        ("148-2023", True),
    ]
    assert found[1].criteria_set(1).decision == "148-2023"
    assert found[1].criteria_set(1).digest != found[0].criteria_set(1).digest


LEVELS = """
levels:
  - code: district
    name: "cấp huyện"
    authority: "Ủy ban nhân dân huyện"
    recognises: [3]
    valid_until: 2025-07-05
  - code: province
    name: "cấp tỉnh"
    authority: "Ủy ban nhân dân tỉnh"
    recognises: [4]
    valid_until: 2025-07-05
  - code: province
    name: "cấp tỉnh"
    authority: "Ủy ban nhân dân tỉnh"
    recognises: [3, 4]
    valid_from: 2025-07-06
"""


def test_a_level_that_changes_is_read_as_of_the_day(shelf):
    text = shelf.file("decision.yaml").read_text(encoding="utf-8")
    start, end = text.index("\nlevels:"), text.index("\ncertificate:")
    shelf.file("decision.yaml").write_text(text[:start] + LEVELS + text[end:], encoding="utf-8")
    found = shelf.decision()
    before, after = datetime.date(2025, 7, 5), datetime.date(2025, 7, 6)
    assert [level.code for level in found.levels_on(before)] == ["district", "province"]
    assert [level.code for level in found.levels_on(after)] == ["province"]
    assert found.level("province", before).recognises == (4,)
    assert found.level("province", after).recognises == (3, 4)
    assert found.level("province").recognises == (3, 4)
    assert found.level("district").recognises == (3,)
    with pytest.raises(KeyError):
        found.level("district", after)
    assert len(found.levels) == 3


def calendar(shelf, *lines):
    shelf.edit(
        "decision.yaml", "certificate:", "\n".join(["calendar:", *lines, "", "certificate:"])
    )
    return shelf.decision().calendar


def test_a_calendar_tells_days_of_the_year_limits_and_windows(shelf):
    first, second, third, fourth = calendar(
        shelf,
        '  - {code: a, level: commune, what: "…", before: "30/04", provenance: T}',
        '  - {code: b, level: district, what: "…", working_days: 15}',
        '  - {code: c, level: province, what: "…", days: 45, valid_from: 2025-07-06}',
        '  - {code: d, level: producer, what: "…", days_before_from: 180, days_before_to: 120}',
    )
    assert (first.before, first.level, first.provenance) == ((4, 30), "commune", "T")
    assert (second.working_days, second.before) == (15, None)
    assert (third.days, third.valid_from) == (45, datetime.date(2025, 7, 6))
    assert (fourth.days_before_from, fourth.days_before_to) == (180, 120)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('{code: a, level: commune, what: "…", before: "31/04"}', "“before” phải là ngày/tháng"),
        ('{code: a, level: commune, what: "…", before: "29/02"}', "“before” phải là ngày/tháng"),
        ('{code: a, level: commune, what: "…", before: "30"}', "“before” phải là ngày/tháng"),
        ('{code: a, level: village, what: "…", days: 3}', "level “village” không thuộc"),
        ('{code: a, level: commune, what: "…"}', "cần đúng một trong: before"),
        ('{code: a, level: commune, what: "…", days: 3, working_days: 2}', "cần đúng một trong"),
        (
            '{code: a, level: producer, what: "…", days_before_from: 90, days_before_to: 120}',
            "days_before_from phải lớn hơn days_before_to",
        ),
    ],
)
def test_a_date_that_says_no_time_or_two_is_refused(shelf, line, what):
    with pytest.raises(law.LawFileError, match=what):
        calendar(shelf, f"  - {line}")
