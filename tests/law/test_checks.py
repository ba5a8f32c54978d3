"""Planted faults are found, declared ones are told apart, and check_law says it all."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ocop_portal import law
from ocop_portal.law import checks, library

TOP = '- {points: 3, level: "Sử dụng nguyên liệu có nguồn gốc trong tỉnh từ 75% đến 100%"}\n'


def undeclared(decision):
    found = checks.faults_of(decision)
    return [(f.set_number, f.where, f.kind) for f in found if not f.declared]


def test_the_decision_has_no_undeclared_fault():
    assert [fault for fault in law.faults("1048-2019") if not fault.declared] == []


def test_what_is_declared_is_exactly_what_is_known():
    found = [(f.set_number, f.where, f.kind) for f in law.faults("1048-2019")]
    assert found == [
        (2, "9", "numbering"),
        (3, "bộ 3", "missing"),
        (6, "6.2", "levels"),
        (6, "6.1", "reading"),
        (9, "6.1", "reading"),
        (10, "7", "reconstruction"),
        (15, "6.5", "numbering"),
        (16, "6.5", "numbering"),
        (16, "6.5", "reconstruction"),
        (16, "6.1", "reading"),
        (17, "6.4", "reading"),
        (19, "9", "reconstruction"),
        (19, "6", "wording"),
        (26, "header", "wording"),
    ]


@pytest.mark.parametrize(
    ("number", "old", "new", "faults"),
    [
        # a level removed: the highest option no longer reaches the criterion's points
        (1, TOP, "\n", [("1.1", "maximum")]),
        # a sum broken, of a criterion, a section, a part
        (1, 'title: "Nguồn nguyên liệu"\n            points: 3',
            'title: "Nguồn nguyên liệu"\n            points: 4',
            [("1", "sum"), ("1.1", "maximum")]),
        (1, "points: 18", "points: 17", [("A", "sum"), ("1", "sum")]),
        (1, "points: 35", "points: 36", [("header", "sum"), ("A", "sum")]),
        (12, "points: 14", "points: 13", [("6", "sum"), ("6.2", "sum")]),
        # codes
        (1, 'code: "1.2"', 'code: "1.1"',
            [("1.1", "codes"), ("1.1", "numbering"), ("1.3", "numbering")]),
        (1, 'section: "8"', 'section: "7"',
            [("7", "codes"), ("7", "codes"), ("7", "numbering"), ("9", "numbering")]),
        # levels that do not rise
        (1, "points: 2, level", "points: 1, level", [("1.1", "levels")]),
        (1, "points: 2, level", "points: 4, level", [("1.1", "maximum"), ("1.1", "levels")]),
        (1, "{case: A, points: 2", "{points: 2", [("3.2", "cases")]),
        # rules to nowhere
        (7, 'when_zero: ["6.1"]', 'when_zero: ["6.9"]', [("6.1", "rules")]),
        (1, 'not_when: {"5.1": [1]}', 'not_when: {"5.9": [1]}', [("5.2", "rules")]),
        (1, 'not_when: {"5.1": [1]}', 'not_when: {"5.1": [7]}', [("5.2", "rules")]),
        (1, 'not_when: {"5.1": [1]}', "not_when: {}", [("5.2", "rules")]),
        # doubts that declare nothing, or stand nowhere
        (6, 'where: "6.2", about: levels', 'where: "6.3", about: levels',
            [("6.2", "levels"), ("6.3", "doubts")]),
        (6, 'where: "6.1", about: reading', 'where: "9.9", about: reading', [("9.9", "doubts")]),
        (6, "about: reading", "about: guess", [("6.1", "doubts")]),
        # a reconstructed level in a set that is said to be transcribed
        (1, "{points: 1, level", "{points: 1, reconstructed: true, level", [("header", "state")]),
        # form
        (1, "points: 18", "point: 18", [("bộ 1", "file")]),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found_at_its_place(shelf, number, old, new, faults):
    shelf.edit(number, old, new)
    assert undeclared(shelf.decision()) == [(number, *fault) for fault in faults]


def test_a_removed_criterion_is_found(shelf):
    text = shelf.file(1).read_text(encoding="utf-8")
    start, end = text.index('          - code: "1.4"'), text.index('          - code: "1.5"')
    shelf.file(1).write_text(text[:start] + text[end:], encoding="utf-8")
    assert undeclared(shelf.decision()) == [(1, "1", "sum"), (1, "1.5", "numbering")]


def test_a_set_without_its_file_is_found(shelf):
    shelf.file(5).unlink()
    assert undeclared(shelf.decision()) == [(5, "bộ 5", "file")]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("stars: 4, minimum: 70", "stars: 4, minimum: 50", "bands"),
        ("stars: 1, minimum: 0", "stars: 1, minimum: 10", "bands"),
        ("refers_to: province", "refers_to: region", "rules"),
        ('source: "781/QĐ-TTg"', 'source: "782/QĐ-TTg"', "rules"),
        ("from: 2020-06-08", "from: 2020-06-07", "dates"),
        ("until: 2023-02-23", "until: 2018-02-23", "dates"),
        ("option: 3, name", "option: 9, name", "rules"),
    ],
)
def test_a_fault_of_the_decision_itself_is_found(shelf, old, new, kind):
    shelf.edit("decision.yaml", old, new)
    found = undeclared(shelf.decision())
    assert set(found) == {(None, "Quyết định", kind)}


# --- the command ------------------------------------------------------------------------------


def check_law():
    out = StringIO()
    try:
        call_command("check_law", stdout=out, no_color=True)
    except CommandError as error:
        return str(error), out.getvalue()
    return "", out.getvalue()


@pytest.fixture
def on_the_shelf(shelf, monkeypatch):
    """The test's own shelf in place of the real one."""
    monkeypatch.setattr(library, "SHELF", shelf.path)
    library.decisions.cache_clear()
    yield shelf
    library.decisions.cache_clear()


def test_check_law_lists_every_set_with_its_sums_and_state():
    error, out = check_law()
    assert error == ""
    lines = out.splitlines()
    assert lines[0].startswith("1048/QĐ-TTg (1048-2019): Bộ tiêu chí đánh giá")
    assert (
        "   1  Rau, củ, quả, hạt tươi: 31 tiêu chí, 113 phương án, A 35 + B 25 + C 40 = 100"
        " – đã chép, chưa đối chiếu văn bản ký" in lines
    )
    assert "   3  Gạo, ngũ cốc: CHƯA CÓ VĂN BẢN, không dùng được" in lines
    assert sum("A 35 + B 25 + C 40 = 100" in line for line in lines) == 25
    assert sum(line.strip().startswith("khai báo [") for line in lines) == 14
    assert not any("LỖI" in line for line in lines)


def test_check_law_fails_on_an_undeclared_fault_and_shows_it(on_the_shelf):
    on_the_shelf.edit(1, TOP, "\n")
    error, out = check_law()
    assert error == "1 lỗi chưa khai báo."
    assert "      LỖI [1.1] ghi 3 điểm, phương án cao nhất 2 điểm" in out.splitlines()
    assert "A 34 + B 25 + C 40 = 99" in out


def test_check_law_fails_on_a_decision_that_cannot_be_read(on_the_shelf):
    on_the_shelf.edit("decision.yaml", "spread_limit: 10", "spread_limit: mười")
    error, _ = check_law()
    assert error.startswith("1048-2019/decision.yaml, dòng")
