"""What Decision 148/QĐ-TTg says, as loaded from its files: facts picked by hand from print."""

import datetime
import re

import pytest

from ocop_portal import law
from tests.law.sheets import forms_not_named, highest, options_of, shown

DECISION = law.decision("148-2023")

# Of each set: criteria, options, criteria marked for 3/4/5 stars, and the sections with their points.
# A lost or altered criterion shows here by name.
TABLE = {
    1: "32 108 3/12/8 1:18 2:10 3:12 4:13 5:12 6:13 7:2 8:5 9:5 10:5 11:2 12:3",
    2: "31 104 3/14/10 1:18 2:10 3:12 4:13 5:12 6:15 7:5 8:5 9:5 10:2 11:3",
    3: "32 108 3/13/11 1:18 2:10 3:12 4:13 5:12 6:13 7:2 8:5 9:5 10:5 11:2 12:3",
    4: "32 107 3/13/11 1:18 2:10 3:12 4:13 5:12 6:13 7:2 8:5 9:5 10:5 11:2 12:3",
    5: "32 107 4/12/10 1:18 2:10 3:12 4:13 5:12 6:16 7:5 8:4 9:5 10:2 11:3",
    6: "32 107 4/12/10 1:18 2:10 3:12 4:13 5:12 6:16 7:5 8:4 9:5 10:2 11:3",
    7: "32 105 4/14/10 1:18 2:10 3:12 4:13 5:12 6:16 7:5 8:4 9:5 10:2 11:3",
    8: "32 107 4/14/10 1:18 2:10 3:12 4:13 5:12 6:16 7:5 8:4 9:5 10:2 11:3",
    9: "32 107 4/14/10 1:18 2:10 3:12 4:13 5:12 6:16 7:5 8:4 9:5 10:2 11:3",
    10: "32 107 4/14/10 1:18 2:10 3:12 4:13 5:12 6:16 7:5 8:4 9:5 10:2 11:3",
    11: "32 107 4/12/7 1:18 2:10 3:12 4:13 5:12 6:13 7:5 8:4 9:5 10:2 11:3",
    12: "32 107 4/14/7 1:18 2:10 3:12 4:13 5:12 6:13 7:5 8:4 9:5 10:2 11:3",
    13: "34 110 4/10/7 1:18 2:10 3:12 4:13 5:12 6:14 7:5 8:4 9:5 10:2 11:3",
    14: "30 102 4/10/6 1:18 2:10 3:12 4:13 5:12 6:16 7:5 8:4 9:5 10:5",
    15: "30 102 4/11/6 1:18 2:10 3:12 4:13 5:12 6:16 7:5 8:4 9:5 10:5",
    16: "30 94 3/9/6 1:18 2:10 3:12 4:13 5:12 6:14 7:5 8:6 9:5 10:5",
    17: "30 100 4/12/6 1:18 2:10 3:12 4:13 5:12 6:14 7:5 8:6 9:5 10:5",
    18: "30 98 3/10/7 1:18 2:10 3:12 4:13 5:12 6:5 7:4 8:5 9:3 10:3 11:5 12:5 13:2 14:3",
    19: "30 101 3/10/7 1:18 2:10 3:12 4:13 5:12 6:5 7:3 8:5 9:4 10:5 11:3 12:5 13:2 14:3",
    20: "30 100 3/10/7 1:18 2:10 3:12 4:13 5:12 6:5 7:3 8:5 9:4 10:3 11:5 12:5 13:2 14:3",
    21: "28 94 3/9/7 1:19 2:9 3:12 4:13 5:12 6:21 7:4 8:5 9:5",
    22: "27 89 2/8/7 1:19 2:9 3:12 4:13 5:12 6:25 7:5 8:5",
    23: "27 90 2/11/6 1:19 2:9 3:12 4:13 5:12 6:13 7:8 8:5 9:4 10:5",
    24: "27 90 2/8/7 1:19 2:9 3:12 4:13 5:12 6:16 7:9 8:5 9:5",
    25: "26 87 2/9/6 1:19 2:9 3:12 4:13 5:12 6:15 7:10 8:5 9:5",
    26: "36 94 0/2/0 1:15 2:12 3:13 4:17 5:8 6:3 7:3 8:3 9:2 10:3 11:2 12:3 13:4 14:4 15:3 16:3 17:2",
}


@pytest.mark.parametrize("number", range(1, 27))
def test_every_set_has_its_criteria_options_marks_and_sections(number):
    assert shown(DECISION.criteria_set(number)) == TABLE[number]


def test_it_was_in_force_from_24_02_2023_to_20_07_2026_and_1489_amends_it():
    days = [(2023, 2, 23), (2023, 2, 24), (2026, 7, 20), (2026, 7, 21)]
    found = [DECISION.in_force_on(datetime.date(*day)) for day in days]
    assert found == [False, True, True, False]
    assert (DECISION.number, DECISION.dated) == ("148/QĐ-TTg", datetime.date(2023, 2, 24))
    assert [(a.number, a.dated) for a in DECISION.amended_by] == [
        ("1489/QĐ-TTg", datetime.date(2025, 7, 6))
    ]


def test_1489_moves_3_stars_from_the_district_to_the_province():
    before, after = datetime.date(2025, 7, 5), datetime.date(2025, 7, 6)
    assert [(level.code, level.recognises) for level in DECISION.levels_on(before)] == [
        ("district", (3,)),
        ("province", (4,)),
        ("centre", (5,)),
    ]
    assert [(level.code, level.recognises) for level in DECISION.levels_on(after)] == [
        ("province", (3, 4)),
        ("centre", (5,)),
    ]
    with pytest.raises(KeyError):
        DECISION.level("district", after)


@pytest.mark.parametrize(
    ("level", "mean", "onward"),
    [
        ("district", 69, ""),
        ("district", 70, "province"),
        ("province", 89, ""),
        ("province", 90, "centre"),
    ],
)
def test_a_level_sends_on_what_the_next_one_decides(level, mean, onward):
    assert DECISION.level(level, datetime.date(2024, 6, 1)).refers(mean) == onward


def test_parts_bands_and_certificate():
    assert DECISION.part_points == {"A": 40, "B": 25, "C": 35}
    assert [(band.stars, band.minimum) for band in DECISION.bands] == [
        (5, 90),
        (4, 70),
        (3, 50),
        (2, 30),
        (1, 0),
    ]
    assert (DECISION.certificate_months, DECISION.certificate_from_stars) == (36, 3)
    assert DECISION.provenance["bands"] == "D"
    assert DECISION.star_rule.startswith("Dấu sao là yêu cầu tối thiểu phải đạt")
    assert DECISION.provenance["star_marks"] == "I"


def test_the_issuing_body_reminds_the_producer_30_days_before_expiry():
    notices = [item for item in DECISION.calendar if item.days_before_to == 30]
    assert [(item.level, item.valid_until) for item in notices] == [
        ("district", datetime.date(2025, 7, 5)),
        ("province", None),
        ("centre", None),
    ]
    assert DECISION.working_rules.documents_days == 1


def test_no_paper_is_mandatory_because_the_list_was_not_found():
    assert [item.code for item in DECISION.dossier if item.mandatory] == []
    assert {item.provenance for item in DECISION.dossier} == {"I"}
    assert any("chưa tìm thấy" in q and "hồ sơ" in q for q in DECISION.open_questions)


def test_the_classification_has_6_branches_without_agencies():
    assert [branch.name for branch in DECISION.branches] == [
        "Thực phẩm",
        "Đồ uống",
        "Dược liệu và sản phẩm từ dược liệu",
        "Hàng thủ công mỹ nghệ",
        "Sinh vật cảnh",
        "Dịch vụ du lịch cộng đồng, du lịch sinh thái và điểm du lịch",
    ]
    assert [item.number for item in DECISION.sets] == list(range(1, 27))
    assert {item.agency for item in DECISION.sets} == {""}
    assert DECISION.provenance["classification"] == "I"
    assert [item.number for item in DECISION.sets if item.is_service] == [26]


@pytest.mark.parametrize(
    ("number", "earlier"),
    [(1, [1]), (8, [4, 8, 9]), (10, [11]), (20, [22]), (21, [23, 24]), (23, []), (26, [26])],
)
def test_a_set_follows_those_of_1048_that_its_name_names(number, earlier):
    follows = DECISION.summary(number).follows
    assert follows == tuple(("1048-2019", earlier_number) for earlier_number in earlier)


@pytest.mark.parametrize(
    ("code", "fits"),
    [
        ("45-464-12-2024", True),
        ("QT-VL-12-2024", True),
        ("45-464-19363-2-2024", True),  # as the national software writes it
        ("45-464-12-1999", False),
        ("45-464-2024", False),
        ("45 464 12 2024", False),
    ],
)
def test_product_codes_are_taken_as_printed(code, fits):
    assert bool(re.match(DECISION.product_code_pattern, code)) is fits


# --- criteria, picked by hand ---------------------------------------------------------------------


def test_the_story_of_pepper_is_marked_for_3_and_4_stars():
    assert options_of(DECISION.criteria_set(10), "5.b") == [
        (0, None, "Giống với câu chuyện sản phẩm ở nơi khác"),
        (
            1,
            None,
            "Tương đối giống câu chuyện sản phẩm ở nơi khác, có thay đổi một số yếu tố",
        ),
        (3, 3, "Có câu chuyện riêng, gắn với nguồn gốc xuất xứ"),
        (
            5,
            4,
            "Có câu chuyện sản phẩm đặc sắc, mang sắc thái truyền thống, văn hóa và trí tuệ/"
            "bản sắc địa phương",
        ),
    ]


def test_intellectual_property_bears_its_4_stars_on_the_criterion():
    for number in range(1, 27):
        found = DECISION.criteria_set(number)
        criterion = found.criterion("3.e")
        assert (criterion.title, criterion.min_star) == ("Sở hữu trí tuệ", 4)
        assert [option.points for option in criterion.options] == [1, 2]
        assert found.star_marks[4]["3.e"] == 1
        doubts = [doubt for doubt in found.doubts if doubt.where == "3.e"]
        assert [doubt.about for doubt in doubts] == ["reading"]


def test_codes_are_letters_and_keep_the_printed_form_beside_them():
    found = DECISION.criteria_set(1)
    codes = [leaf.code for leaf in found.leaves if leaf.section == "1"]
    assert codes == ["1.a", "1.b", "1.c", "1.d", "1.đ", "1.e"]
    assert found.criterion("1.đ").printed_code == "đ)"
    assert found.criterion("8").printed_code == ""


@pytest.mark.parametrize(
    ("number", "best"),
    [
        (10, {"A": 40, "B": 25, "C": 35}),
        (11, {"A": 40, "B": 25, "C": 32}),
        (12, {"A": 40, "B": 25, "C": 32}),
        (13, {"A": 40, "B": 25, "C": 33}),
    ],
)
def test_what_falls_short_in_the_source_is_declared_and_not_filled_in(number, best):
    found = DECISION.criteria_set(number)
    assert law.best_parts(found) == best
    declared = [doubt.where for doubt in found.doubts if doubt.about == "sum"]
    assert declared == ([] if sum(best.values()) == 100 else ["C"])
    assert law.score(found, highest(found)).total == sum(best.values())


@pytest.mark.parametrize(
    ("number", "code", "option", "points", "printed"),
    [(7, "6.d", 3, 4, 3), (17, "1.d", 2, 1, None), (18, "1.b", 2, 1, None)],
)
def test_a_corrected_misprint_says_what_was_found_and_why(number, code, option, points, printed):
    found = DECISION.criteria_set(number)
    corrected = found.criterion(code).option(option)
    assert (corrected.points, corrected.printed_points) == (points, printed)
    assert (corrected.reconstructed, found.state) == (True, law.RECONSTRUCTED)
    assert [d.where for d in found.doubts if d.about == "reconstruction"] == [code]


def test_no_other_option_was_corrected():
    found = {
        (number, leaf.code)
        for number in range(1, 27)
        for leaf in DECISION.criteria_set(number).leaves
        if any(option.reconstructed for option in leaf.options)
    }
    assert found == {(7, "6.d"), (17, "1.d"), (18, "1.b")}


def test_the_notes_that_the_source_left_out_are_declared_in_every_set():
    for number in range(1, 27):
        doubts = DECISION.criteria_set(number).doubts
        (left_out,) = [d for d in doubts if (d.where, d.about) == ("header", "wording")]
        assert ("bỏ phần lớn ghi chú" in left_out.why) == (number >= 7)


def test_the_rules_that_were_found_are_carried():
    rules = [
        (number, rule.key)
        for number in range(1, 27)
        for rule in DECISION.criteria_set(number).rules
        if rule.declarable
    ]
    assert rules == [
        (1, "knock_out:2.a"),
        (1, "gate:6.a"),
        (1, "gate:10"),
        (2, "knock_out:2.a"),
        (2, "gate:6.a"),
        (3, "knock_out:2.a"),
        (3, "gate:6.a"),
        (3, "gate:10"),
        (4, "knock_out:2.a"),
        (4, "gate:6.a"),
        (4, "gate:10"),
        (5, "knock_out:1.a"),
        (5, "knock_out:2.a"),
        (5, "gate:6.a"),
        (5, "gate:9"),
        (6, "knock_out:1.a"),
        (6, "knock_out:2.a"),
        (6, "gate:6.a"),
        (6, "gate:9"),
        (21, "knock_out:6.b"),
        (22, "knock_out:6.b"),
    ]
    (rule,) = DECISION.criteria_set(21).criterion("7").rules
    assert (rule.kind, rule.declarable) == ("full_marks", False)


def test_products_too_common_to_be_rated_are_put_out_as_by_a_knock_out():
    found = DECISION.criteria_set(1)
    (rule,) = found.knock_outs
    assert rule.text.startswith("Ghi chú: Không đánh giá những sản phẩm có tính phổ biến")
    assert any("Không đánh giá những sản phẩm" in reading for reading in DECISION.readings)
    assert law.score(found, highest(found), knock_outs=[rule.key]).stars == 0


@pytest.mark.parametrize("number", range(1, 26))
def test_without_a_story_its_content_is_not_marked(number):
    found = DECISION.criteria_set(number)
    structure = ("5.c",) if number in (1, 2, 3, 5, 6) else ()
    sheet = law.score(found, highest(found) | {"5.a": 1})
    assert sheet.not_applicable == ("5.b", *structure)
    assert "5.b" in sheet.unmet_marks[3]
    assert sheet.stars == 2


def test_tourism_marks_one_of_two_cases():
    found = DECISION.criteria_set(26)
    sheet = law.score(found, highest(found))
    assert sheet.not_applicable == ("8.b", "9.b", "15.b")
    assert (sheet.total, sheet.stars, sheet.missing) == (100, 5, ())
    with pytest.raises(law.BothCases):
        law.score(found, {"8.a": 1, "8.b": 1})


# --- legal forms ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(1, 27))
def test_the_legal_forms_stand_in_the_option_that_names_them(number):
    words = {
        "household": "Hộ gia đình",
        "farm": "trang trại",
        "cooperative_group": "tổ hợp tác",
        "single_member_company": "1 thành viên, doanh nghiệp tư nhân",
        "private_enterprise": "DNTN",
        "multi_member_company": "hai thành viên trở lên",
        "joint_stock_minority": "< 51%",
        "cooperative": "HTX",
        "joint_stock_majority": "≥ 51%",
    }
    assert {form.code for form in DECISION.legal_forms} == set(words)
    assert forms_not_named(DECISION, number, words) == []
