"""Planted faults are found, declared ones are told apart, and check_law says it all."""

import datetime
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ocop_portal import law
from ocop_portal.law import checks
from tests.law.sheets import SLUGS

TOP = '- {points: 3, level: "Sử dụng nguyên liệu có nguồn gốc trong tỉnh từ 75% đến 100%"}\n'


every_decision = pytest.mark.parametrize("slug", SLUGS)


def undeclared(decision):
    """What is wrong, but that an edited set is no longer the published one: that goes without saying."""
    found = checks.faults_of(decision)
    return [(f.set_number, f.where, f.kind) for f in found if not f.declared and f.kind != "frozen"]


@every_decision
def test_a_decision_has_no_undeclared_fault(slug):
    assert [fault for fault in law.faults(slug) if not fault.declared] == []


def test_what_is_declared_of_1048_is_exactly_what_is_known():
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


# --- the same faults in every Decision ----------------------------------------------------------

# The first criterion of a set, its code as group 1, and what stands in the lines that follow.
FIRST_CODE = r'^          - code: "([^"]+)"$'
LAST_OPTION = r"^(            options:\n(?:              - .*\n)*)(              - .*\n)"


def first_codes(shelf, number):
    return re.findall(FIRST_CODE, shelf.file(number).read_text(encoding="utf-8"), re.MULTILINE)


@every_decision
@pytest.mark.parametrize("number", [2, 22])
def test_a_level_removed_is_found_in_every_decision(shelf_of, slug, number):
    shelf = shelf_of(slug)
    shelf.edit_pattern(number, LAST_OPTION, r"\1")
    code = first_codes(shelf, number)[0]
    assert undeclared(shelf.decision()) == [(number, code, "maximum")]


@every_decision
@pytest.mark.parametrize("number", [2, 22])
def test_a_broken_sum_is_found_in_every_decision(shelf_of, slug, number):
    shelf = shelf_of(slug)
    shelf.edit_pattern(number, r'^(      - section: "1"\n.*\n        points: )\d+$', r"\g<1>99")
    assert undeclared(shelf.decision()) == [(number, "A", "sum"), (number, "1", "sum")]


@every_decision
@pytest.mark.parametrize("number", [2, 22])
def test_a_duplicate_code_is_found_in_every_decision(shelf_of, slug, number):
    """Where rules or doubts point at the lost code they are found to point nowhere, too."""
    shelf = shelf_of(slug)
    first, second, third = first_codes(shelf, number)[:3]
    shelf.edit(number, f'- code: "{second}"', f'- code: "{first}"')
    assert undeclared(shelf.decision()) == [
        (number, first, "codes"),
        (number, first, "numbering"),
        (number, third, "numbering"),
    ]


@every_decision
@pytest.mark.parametrize("number", [2, 22])
def test_a_lost_criterion_is_found_in_every_decision(shelf_of, slug, number):
    shelf = shelf_of(slug)
    _, second, third = first_codes(shelf, number)[:3]
    shelf.edit_pattern(
        number, f'^          - code: "{second}"(?s:.*?)(?=^          - code: "{third}")', ""
    )
    assert undeclared(shelf.decision()) == [(number, "1", "sum"), (number, third, "numbering")]


@every_decision
@pytest.mark.parametrize("number", [2, 22])
def test_points_that_do_not_rise_are_found_in_every_decision(shelf_of, slug, number):
    shelf = shelf_of(slug)
    shelf.edit_pattern(number, LAST_OPTION, r"\1\2\2")
    code = first_codes(shelf, number)[0]
    # The level that stands there twice: its points do not rise, and its words are said again.
    assert undeclared(shelf.decision()) == [(number, code, "levels")] * 2


@every_decision
def test_a_level_that_nobody_recognises_is_found(shelf_of, slug):
    shelf = shelf_of(slug)
    shelf.edit("decision.yaml", "recognises: [5]", "recognises: []")
    assert set(undeclared(shelf.decision())) == {(None, "Quyết định", "rules")}


# --- star marks ---------------------------------------------------------------------------------

FOUR, FIVE = "{points: 2, min_star: 4, level", "{points: 3, min_star: 5, level"


@pytest.mark.parametrize("slug", ["148-2023", "26-2026"])
@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        # a lower star on the higher level
        ([(FOUR, FOUR.replace("4", "5")), (FIVE, FIVE.replace("5", "4"))], ["marks"]),
        ([(FIVE, FIVE.replace("5", "3"))], ["marks"]),
        # one star on two levels: which of them is the least?
        ([(FIVE, FIVE.replace("5", "4"))], ["marks"]),
        # a mark that everybody meets
        ([("{points: 0, level", "{points: 0, min_star: 3, level")], ["marks"]),
    ],
)  # fmt: skip
def test_a_mark_that_falls_is_found(shelf_of, slug, changes, faults):
    shelf = shelf_of(slug)
    code = {"148-2023": "1.d", "26-2026": "1.5"}[slug]
    text = shelf.file(1).read_text(encoding="utf-8")
    at = text.index(f'- code: "{code}"')
    head, rest = text[:at], text[at:]
    for old, new in changes:
        assert old in rest
        rest = rest.replace(old, new, 1)
    shelf.file(1).write_text(head + rest, encoding="utf-8")
    assert undeclared(shelf.decision()) == [(1, code, kind) for kind in faults]


def test_a_mark_on_the_criterion_beside_the_same_on_an_option_is_found(shelf_of):
    shelf = shelf_of("148-2023")
    shelf.edit_pattern(1, r'(- code: "3.e"(?s:.*?){points: 2), level', r"\1, min_star: 4, level")
    assert undeclared(shelf.decision()) == [(1, "3.e", "marks")]


@pytest.mark.parametrize(("slug", "code"), [("148-2023", "8.a"), ("26-2026", "8.a")])
def test_a_mark_in_one_of_several_cases_is_found(shelf_of, slug, code):
    """Whoever takes the other case could never meet it."""
    shelf = shelf_of(slug)
    shelf.edit_pattern(26, r'(- code: "8.a"(?s:.*?){points: 3), level', r"\1, min_star: 3, level")
    assert undeclared(shelf.decision()) == [(26, code, "marks")]


def test_a_mark_on_a_heading_is_found(shelf_of):
    shelf = shelf_of("26-2026")
    shelf.edit(11, '- code: "6.2"', '- code: "6.2"\n            min_star: 4')
    assert undeclared(shelf.decision()) == [(11, "6.2", "marks")]


def test_marks_under_a_decision_that_does_not_say_what_they_mean_are_found(shelf):
    shelf.edit(1, TOP, TOP.replace("points: 3", "points: 3, min_star: 5"))
    assert undeclared(shelf.decision()) == [(1, "header", "marks")]


# --- doubts, levels, predecessors ---------------------------------------------------------------


def test_a_doubt_that_is_declared_twice_is_found(shelf_of):
    shelf = shelf_of("148-2023")
    shelf.edit_pattern(11, r'^(  - {where: "C", .*\n)', r"\1\1")
    assert undeclared(shelf.decision()) == [(11, "C", "doubts")]


@pytest.mark.parametrize("number", [11, 12, 13])
def test_a_short_sum_that_nobody_declares_is_a_fault(shelf_of, number):
    shelf = shelf_of("148-2023")
    shelf.edit_pattern(number, r"^  - {where: \"C\", about: sum.*?\n", "")
    assert undeclared(shelf.decision()) == [(number, "C", "sum")]


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        # two periods of one level on the same day, and 3 stars recognised twice
        ("valid_until: 2025-07-05", "valid_until: 2025-07-06", {"rules"}),
        ("valid_from: 2025-07-06", "valid_from: 2025-07-05", {"rules", "dates"}),
        # a level that is sent on to where there is nobody any more
        ("refers_to: centre\n    valid_from", "refers_to: district\n    valid_from", {"rules"}),
        ("valid_from: 2025-07-06", "valid_from: 2025-07-06\n    valid_until: 2025-07-01", {"rules", "dates"}),
        ('follows: [{decision: "1048-2019", set: 11}]',
            'follows: [{decision: "1048-2019", set: 27}]', {"rules"}),
        ('{decision: "1048-2019", set: 11}', '{decision: "1047-2019", set: 11}', {"rules"}),
    ],
)  # fmt: skip
def test_a_fault_of_periods_or_predecessors_is_found(shelf_of, old, new, kinds):
    shelf = shelf_of("148-2023")
    shelf.edit("decision.yaml", old, new)
    found = undeclared(shelf.decision())
    assert {(number, where) for number, where, _ in found} == {(None, "Quyết định")}
    assert {kind for *_, kind in found} == kinds


# --- published versions are frozen --------------------------------------------------------------


def frozen(decision):
    return [
        (fault.set_number, fault.what)
        for fault in checks.faults_of(decision)
        if fault.kind == "frozen"
    ]


@every_decision
def test_every_usable_set_of_every_decision_is_published_as_it_stands(slug):
    found = law.decision(slug)
    assert law.unpublished(found) == ()
    published = {item.set_number: item.digest for item in found.published}
    assert published == {
        item.number: found.criteria_set(item.number).digest for item in found.sets if item.usable
    }


@every_decision
def test_a_published_version_that_was_edited_is_found(shelf_of, slug):
    shelf = shelf_of(slug)
    shelf.edit(2, "title: ", "title:  ")  # a space in the file changes nothing
    assert frozen(shelf.decision()) == []
    shelf.edit(2, 'title:  "', 'title: "Về ')
    ((number, what),) = frozen(shelf.decision())
    assert number == 2
    assert what.startswith("phiên bản 1 đã công bố ngày 24/11/2026 nhưng nội dung đã khác")


@every_decision
def test_a_new_version_must_be_published_and_an_old_one_must_not_come_back(shelf_of, slug):
    shelf = shelf_of(slug)
    shelf.edit(2, "version: 1", "version: 2")
    assert frozen(shelf.decision()) == [(2, "phiên bản 2 chưa công bố")]
    assert [found.number for found in law.unpublished(shelf.decision())] == [2]
    digest = shelf.decision().criteria_set(2).digest
    line = f'  - {{set: 2, version: 2, date: 2026-12-01, digest: "{digest}"}}\n'
    shelf.edit_pattern("published.yaml", r"\Z", line)
    assert frozen(shelf.decision()) == []
    shelf.edit(2, "version: 2", "version: 1")
    assert frozen(shelf.decision()) == []  # version 1 as it was published
    assert law.unpublished(shelf.decision()) == ()
    shelf.edit_pattern("published.yaml", r"^  - {set: 2, version: 1.*?\n", "")
    assert frozen(shelf.decision()) == [(2, "phiên bản 1 cũ hơn phiên bản đã công bố 2")]
    assert law.unpublished(shelf.decision()) == ()


def test_a_published_set_that_is_gone_is_found(shelf):
    shelf.edit("decision.yaml", ", agency", ", state: missing, agency")
    shelf.edit_pattern(1, r"^version.*", 'missing: "mất"\n')
    assert frozen(shelf.decision()) == [(None, "đã công bố bộ 1 nhưng không còn bộ này")]


def test_a_version_listed_twice_is_refused(shelf):
    shelf.edit_pattern("published.yaml", r"^(  - {set: 2, .*?\n)", r"\1\1")
    with pytest.raises(law.LawFileError, match=r"phiên bản đã công bố \(2, 1\) xuất hiện 2 lần"):
        shelf.decision()


def test_publishing_adds_lines_and_rewrites_none(shelf, on_the_shelf):
    path = shelf.file("published.yaml")
    before = path.read_text(encoding="utf-8")
    path.write_text(before.rstrip("\n"), encoding="utf-8")  # an editor left the last line open
    shelf.edit(2, "version: 1", "version: 2")
    found = law.decision("1048-2019")
    law.publish(found, law.unpublished(found), on=datetime.date(2027, 1, 2))
    digest = law.decision("1048-2019").criteria_set(2).digest
    line = f'  - {{set: 2, version: 2, date: 2027-01-02, digest: "{digest}"}}\n'
    assert path.read_text(encoding="utf-8") == before + line
    assert frozen(law.decision("1048-2019")) == []


# --- the command ------------------------------------------------------------------------------


def check_law(*arguments):
    out = StringIO()
    try:
        call_command("check_law", *arguments, stdout=out, no_color=True)
    except CommandError as error:
        return str(error), out.getvalue()
    return "", out.getvalue()


@pytest.mark.django_db  # the command asks for versions published in the portal too
def test_check_law_lists_every_set_with_its_sums_marks_and_state():
    error, out = check_law()
    assert error == ""
    lines = out.splitlines()
    heads = [line for line in lines if not line.startswith(" ")]
    assert [line.partition(" ")[0] for line in heads[:-1]] == [
        "1048/QĐ-TTg",
        "148/QĐ-TTg",
        "26/2026/QĐ-TTg",
    ]
    assert (
        "   1  Rau, củ, quả, hạt tươi: 31 tiêu chí, 113 phương án, A 35 + B 25 + C 40 = 100"
        " – đã chép, chưa đối chiếu văn bản ký" in lines
    )
    assert "   3  Gạo, ngũ cốc: CHƯA CÓ VĂN BẢN, không dùng được" in lines
    assert (
        "  11  Chè tươi, chè chế biến: 32 tiêu chí, 107 phương án, A 40 + B 25 + C 32 = 97; "
        "yêu cầu tối thiểu 3★ 4, 4★ 12, 5★ 7 – đã chép, chưa đối chiếu văn bản ký" in lines
    )
    assert sum("A 35 + B 25 + C 40 = 100" in line for line in lines) == 25
    assert sum("A 40 + B 25 + C 35 = 100" in line for line in lines) == 23 + 26
    assert [line.strip() for line in lines if line.startswith("  tổng cộng")] == [
        "tổng cộng 26 bộ, 25 bộ dùng được: 751 tiêu chí, 2689 phương án, "
        "0 yêu cầu tối thiểu theo hạng sao",
        "tổng cộng 26 bộ, 26 bộ dùng được: 798 tiêu chí, 2632 phương án, "
        "569 yêu cầu tối thiểu theo hạng sao",
        "tổng cộng 26 bộ, 26 bộ dùng được: 790 tiêu chí, 2579 phương án, "
        "575 yêu cầu tối thiểu theo hạng sao",
    ]
    # Whatever is declared or left open is told.
    assert sum(line.strip().startswith("khai báo [") for line in lines) == sum(
        len(law.faults(slug)) for slug in SLUGS
    )
    assert sum(line.startswith("  để ngỏ: ") for line in lines) == sum(
        len(found.open_questions) for found in law.decisions()
    )
    assert not any("LỖI" in line for line in lines)


@pytest.mark.django_db
@every_decision
def test_check_law_fails_on_an_undeclared_fault_and_shows_it(shelf_of, on_the_shelf, slug):
    shelf = {each: shelf_of(each) for each in SLUGS}[slug]
    shelf.edit_pattern(14, LAST_OPTION, r"\1")
    error, out = check_law()
    code = first_codes(shelf, 14)[0]
    assert error == "2 lỗi chưa khai báo."  # the level that misses, and the frozen version
    shown = [line.strip() for line in out.splitlines() if "LỖI" in line]
    assert [line.partition("]")[0] for line in shown] == [f"LỖI [{code}", "LỖI [header"]
    assert re.fullmatch(rf"LỖI \[{code}\] ghi \d điểm, phương án cao nhất \d điểm", shown[0])


def test_check_law_fails_on_a_decision_that_cannot_be_read(shelf, on_the_shelf):
    shelf.edit("decision.yaml", "spread_limit: 10", "spread_limit: mười")
    error, _ = check_law()
    assert error.startswith("1048-2019/decision.yaml, dòng")


@pytest.mark.django_db  # the command asks for versions published in the portal too
def test_check_law_publishes_new_versions_on_demand(shelf, on_the_shelf):
    shelf.edit(2, "version: 1", "version: 2")
    shelf.edit(5, "version: 1", "version: 2")
    assert check_law()[0] == "2 lỗi chưa khai báo."
    error, out = check_law("--publish")
    assert error == ""
    assert "1048/QĐ-TTg: công bố 2 phiên bản mới." in out.splitlines()
    assert check_law()[0] == ""
    assert [(p.set_number, p.version) for p in law.decision("1048-2019").published[-2:]] == [
        (2, 2),
        (5, 2),
    ]


@pytest.mark.django_db  # the command asks for versions published in the portal too
def test_check_law_publishes_nothing_while_anything_is_wrong(shelf, on_the_shelf):
    before = shelf.file("published.yaml").read_text(encoding="utf-8")
    shelf.edit(2, "version: 1", "version: 2")
    shelf.edit(5, 'title: "', 'title: "Về ')  # a published version, edited
    error, _ = check_law("--publish")
    assert error == "1 lỗi chưa khai báo."
    assert shelf.file("published.yaml").read_text(encoding="utf-8") == before
