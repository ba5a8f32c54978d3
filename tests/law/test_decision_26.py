"""What Decision 26/2026/QĐ-TTg says, as loaded from its files: facts picked by hand from print."""

import datetime
import re

import pytest

from ocop_portal import law
from tests.law.sheets import forms_not_named, highest, options_of, shown

DECISION = law.decision("26-2026")

# Of each set: criteria, options, criteria marked for 3/4/5 stars, and the sections with their points.
# A lost or altered criterion shows here by name.
TABLE = {
    1: "32 105 7/12/3 1:18 2:10 3:12 4:13 5:12 6:12 7:3 8:5 9:5 10:5 11:2 12:3",
    2: "31 101 7/13/6 1:18 2:10 3:12 4:13 5:12 6:15 7:5 8:5 9:5 10:2 11:3",
    3: "32 104 7/14/6 1:18 2:10 3:12 4:13 5:12 6:12 7:3 8:5 9:5 10:5 11:2 12:3",
    4: "32 104 7/14/6 1:18 2:10 3:12 4:13 5:12 6:12 7:3 8:5 9:5 10:5 11:2 12:3",
    5: "31 102 8/13/5 1:16 2:12 3:12 4:13 5:12 6:15 7:5 8:5 9:5 10:2 11:3",
    6: "32 106 8/13/5 1:18 2:10 3:12 4:13 5:12 6:15 7:5 8:5 9:5 10:2 11:3",
    7: "32 104 8/14/6 1:18 2:10 3:12 4:13 5:12 6:15 7:5 8:5 9:5 10:2 11:3",
    8: "32 105 8/14/6 1:18 2:10 3:12 4:13 5:12 6:15 7:5 8:5 9:5 10:2 11:3",
    9: "31 103 8/14/6 1:18 2:10 3:12 4:13 5:12 6:15 7:5 8:5 9:5 10:2 11:3",
    10: "32 106 8/13/6 1:18 2:10 3:12 4:13 5:12 6:15 7:5 8:5 9:5 10:2 11:3",
    11: "32 106 8/12/3 1:18 2:10 3:12 4:13 5:12 6:15 7:5 8:5 9:5 10:2 11:3",
    12: "32 106 8/14/3 1:18 2:10 3:12 4:13 5:12 6:15 7:5 8:5 9:5 10:2 11:3",
    13: "34 109 8/10/3 1:18 2:10 3:12 4:13 5:12 6:15 7:5 8:5 9:5 10:2 11:3",
    14: "29 98 8/10/3 1:17 2:11 3:12 4:13 5:12 6:15 7:5 8:5 9:5 10:5",
    15: "29 98 8/13/3 1:17 2:11 3:12 4:13 5:12 6:15 7:5 8:5 9:5 10:5",
    16: "29 93 7/9/4 1:17 2:11 3:12 4:13 5:12 6:15 7:5 8:5 9:5 10:5",
    17: "29 97 8/12/3 1:17 2:11 3:12 4:13 5:12 6:15 7:5 8:5 9:5 10:5",
    18: "31 100 7/10/3 1:18 2:10 3:12 4:13 5:12 6:5 7:4 8:5 9:3 10:3 11:5 12:3 13:2 14:5",
    19: "30 100 7/10/3 1:17 2:11 3:12 4:13 5:12 6:5 7:3 8:5 9:4 10:5 11:3 12:5 13:2 14:3",
    20: "30 99 7/10/3 1:17 2:11 3:12 4:13 5:12 6:5 7:3 8:5 9:4 10:3 11:5 12:5 13:2 14:3",
    21: "28 92 7/9/4 1:19 2:9 3:12 4:13 5:12 6:21 7:4 8:5 9:5",
    22: "28 92 6/8/4 1:18 2:10 3:12 4:13 5:12 6:24 7:3 8:3 9:5",
    23: "26 86 5/11/4 1:19 2:9 3:12 4:13 5:12 6:14 7:8 8:4 9:4 10:5",
    24: "26 87 4/7/5 1:19 2:9 3:12 4:13 5:12 6:17 7:9 8:4 9:5",
    25: "25 84 4/9/3 1:19 2:9 3:12 4:13 5:12 6:15 7:10 8:5 9:5",
    26: "35 92 1/2/0 1:14 2:12 3:14 4:17 5:8 6:3 7:3 8:3 9:2 10:3 11:2 12:3 13:4 14:4 15:3 16:3 17:2",
}


@pytest.mark.parametrize("number", range(1, 27))
def test_every_set_has_its_criteria_options_marks_and_sections(number):
    assert shown(DECISION.criteria_set(number)) == TABLE[number]


def test_it_is_in_force_from_22_05_2026_beside_148_for_60_days():
    days = [(2026, 5, 21), (2026, 5, 22), (2030, 1, 1)]
    assert [DECISION.in_force_on(datetime.date(*day)) for day in days] == [False, True, True]
    both = [
        [found.slug for found in law.decisions() if found.in_force_on(datetime.date(*day))]
        for day in ((2026, 5, 21), (2026, 5, 22), (2026, 7, 20), (2026, 7, 21))
    ]
    assert both == [
        ["148-2023"],
        ["148-2023", "26-2026"],
        ["148-2023", "26-2026"],
        ["26-2026"],
    ]
    assert any("cùng có hiệu lực" in question for question in DECISION.open_questions)


def test_the_province_recognises_3_and_4_the_centre_5_and_there_is_no_district():
    assert [(level.code, level.recognises) for level in DECISION.levels] == [
        ("province", (3, 4)),
        ("centre", (5,)),
    ]
    assert DECISION.level("province").refers(90) == "centre"
    with pytest.raises(KeyError):
        DECISION.level("district")


def test_the_calendar_of_the_two_rounds_a_year():
    yearly = [(item.level, item.before) for item in DECISION.calendar if item.before]
    assert yearly == [
        ("commune", (4, 30)),
        ("province", (6, 30)),
        ("province", (7, 30)),
        ("centre", (9, 30)),
        ("commune", (10, 30)),
        ("province", (12, 30)),
        ("province", (1, 30)),
        ("centre", (3, 30)),
    ]


def test_the_limits_that_run_from_an_event():
    limits = {
        item.code: (
            item.level,
            item.working_days,
            item.days,
            item.days_before_from,
            item.days_before_to,
        )
        for item in DECISION.calendar
        if not item.before
    }
    assert limits == {
        "commune_check": ("commune", 15, None, None, None),
        "renewal_filing": ("producer", None, None, 180, 120),
        "renewal_decision_province": ("province", None, 45, None, None),
        "renewal_decision_centre": ("centre", None, 45, None, None),
        "revocation_province": ("province", None, 15, None, None),
        "revocation_centre": ("centre", None, 15, None, None),
    }


def test_parts_bands_and_certificate():
    assert DECISION.part_points == {"A": 40, "B": 25, "C": 35}
    assert [(band.stars, band.minimum, band.printed) for band in DECISION.bands] == [
        (5, 90, "từ 90 đến 100 điểm"),
        (4, 70, "từ 70 đến dưới 90 điểm"),
        (3, 50, "từ 50 đến dưới 70 điểm"),
        (2, 30, "từ 30 đến dưới 50 điểm"),
        (1, 0, "dưới 30 điểm"),
    ]
    assert (DECISION.certificate_months, DECISION.certificate_from_stars) == (36, 3)
    assert (DECISION.provenance["bands"], DECISION.provenance["star_marks"]) == ("T", "T")


def test_the_samples_and_the_communes_report_are_all_that_is_asked_for():
    mandatory = [item for item in DECISION.dossier if item.mandatory]
    assert [(item.code, item.quantity, item.not_for_services) for item in mandatory] == [
        ("samples", 5, True),
        ("commune_report", None, False),
    ]
    assert [item.code for item in DECISION.dossier if "Mẫu 02" in item.name] == ["self_assessment"]


def test_every_set_names_its_lead_ministries():
    agencies = {item.number: item.agency for item in DECISION.sets}
    assert agencies[1] == "Bộ Nông nghiệp và Môi trường"
    assert agencies[16] == "Bộ Y tế"
    assert agencies[20] == "Bộ Y tế; Bộ Công Thương"
    assert agencies[26] == "Bộ Văn hóa, Thể thao và Du lịch; Bộ Nông nghiệp và Môi trường"
    assert all(agencies.values())


@pytest.mark.parametrize(
    ("number", "earlier"), [(1, [1]), (8, [4, 8, 9]), (10, [11]), (23, []), (26, [26])]
)
def test_a_set_follows_the_same_number_of_148_and_what_that_follows(number, earlier):
    assert DECISION.summary(number).follows == (
        ("148-2023", number),
        *(("1048-2019", earlier_number) for earlier_number in earlier),
    )


@pytest.mark.parametrize(
    ("code", "fits"),
    [("44-19363-3-2026", True), ("QT-VL-3-2026", True), ("44-3-2026", False), ("44-X-3-26", False)],
)
def test_product_codes_are_taken_as_printed(code, fits):
    assert bool(re.match(DECISION.product_code_pattern, code)) is fits


# --- criteria, picked by hand ---------------------------------------------------------------------


def test_the_main_market_is_marked_for_3_4_and_5_stars():
    assert options_of(DECISION.criteria_set(10), "4.1") == [
        (1, None, "Thị trường trong địa bàn cấp xã"),
        (2, 3, "Thị trường ngoài địa bàn cấp xã, có dưới 5 đại diện/đại lý phân phối"),
        (3, 4, "Thị trường ngoài địa bàn cấp xã, có ≥ 5 đại diện/đại lý phân phối"),
        (
            5,
            5,
            "Thị trường quốc tế (có hợp đồng và tài liệu minh chứng thực hiện hợp đồng) hoặc phân "
            "phối tại các kênh thương mại hiện đại: siêu thị, thương mại điện tử,… (có hợp đồng và "
            "tài liệu minh chứng thực hiện hợp đồng, đường dẫn gian hàng điện tử)",
        ),
    ]


def test_the_story_says_when_there_is_none():
    for number in range(1, 26):
        found = DECISION.criteria_set(number)
        assert found.criterion("5.1").options[0].label == "Không có câu chuyện sản phẩm"
        sheet = law.score(found, highest(found) | {"5.1": 1})
        assert sheet.not_applicable == ("5.2",)  # 5.3 prints no condition


def test_labels_in_two_languages_are_read_as_no_or_yes():
    for number in range(1, 27):
        implied = [leaf for leaf in DECISION.criteria_set(number).leaves if leaf.implied]
        for leaf in implied:
            assert [(option.points, option.label) for option in leaf.options] == [
                (0, "Không"),
                (1, "Có"),
            ]
            assert "song ngữ" in leaf.title
        assert len(implied) == (0 if number >= 23 else 1)


@pytest.mark.parametrize(
    ("number", "code", "option", "points", "printed"),
    [
        (4, "1.2", 1, 0, None),
        (4, "7", 3, 3, 13),
        (7, "1.2", 1, 0, None),
        (10, "1.2", 1, 0, None),
        (11, "1.2", 1, 0, None),
        (11, "6.1.1", 2, 1, 11),
    ],
)
def test_a_corrected_misprint_says_what_was_found_and_why(number, code, option, points, printed):
    found = DECISION.criteria_set(number)
    corrected = found.criterion(code).option(option)
    assert (corrected.points, corrected.printed_points) == (points, printed)
    assert (corrected.reconstructed, found.state) == (True, law.RECONSTRUCTED)
    assert code in [d.where for d in found.doubts if d.about == "reconstruction"]


def test_no_other_option_was_corrected():
    found = [
        (number, leaf.code)
        for number in range(1, 27)
        for leaf in DECISION.criteria_set(number).leaves
        if any(option.reconstructed for option in leaf.options)
    ]
    assert found == [(4, "1.2"), (4, "7"), (7, "1.2"), (10, "1.2"), (11, "1.2"), (11, "6.1.1")]


def test_what_is_odd_in_the_source_stays_as_found_and_is_declared():
    assert [points for points, *_ in options_of(DECISION.criteria_set(7), "3.1")] == [1, 1, 3]
    assert [points for points, *_ in options_of(DECISION.criteria_set(23), "6.2")] == [1, 1, 3, 5]
    assert [marks for _, marks, _ in options_of(DECISION.criteria_set(24), "2.2")] == [3, None, 5]
    assert [marks for _, marks, _ in options_of(DECISION.criteria_set(25), "2.2")] == [3, None, 4]
    assert [marks for _, marks, _ in options_of(DECISION.criteria_set(24), "4.1")] == [None] * 5
    assert DECISION.criteria_set(10).criterion("3.5").option(2).min_star is None
    assert DECISION.criteria_set(9).criterion("3.5").option(2).min_star == 4
    places = {
        (number, doubt.where)
        for number in range(1, 27)
        for doubt in DECISION.criteria_set(number).doubts
        if doubt.where != "header" and doubt.about != "reconstruction"
    }
    assert places == {
        (1, "6.1"),
        (1, "8"),
        (7, "3.1"),
        (8, "2.1"),
        (10, "3.5"),
        (13, "4.2"),
        (13, "4.3"),
        (18, "12"),
        (19, "12"),
        (20, "12"),
        (21, "7"),
        (21, "8"),
        (23, "6.2"),
        (24, "2.2"),
        (24, "4.1"),
        (25, "4.1"),
        (26, "A"),
    }


def test_every_set_but_tourism_prints_when_a_dossier_is_out():
    keys = [
        number
        for number in range(1, 27)
        if "knock_out:header" in [rule.key for rule in DECISION.criteria_set(number).knock_outs]
    ]
    assert keys == list(range(1, 26))
    found = DECISION.criteria_set(1)
    assert law.score(found, highest(found), knock_outs=["knock_out:header"]).stars == 0


def test_0_at_a_sense_criterion_of_water_stops_what_follows():
    found = DECISION.criteria_set(16)
    sheet = law.score(found, highest(found) | {"6.2": 1})
    assert sheet.gates == ("gate:6.4",)
    assert sheet.not_applicable == ("7", "8", "9", "10")


def test_foreign_matter_in_tea_stops_what_follows_its_own_mark():
    found = DECISION.criteria_set(11)
    sheet = law.score(found, highest(found), gates=["gate:6.1.1"])
    assert (sheet.points["6.1.1"], sheet.not_applicable[0]) == (2, "6.1.2")


def test_the_best_sheet_meets_every_mark_of_every_set():
    for number in range(1, 27):
        found = DECISION.criteria_set(number)
        sheet = law.score(found, highest(found))
        assert (sheet.total, sheet.stars, sheet.unmet_marks) == (100, 5, {})


def test_one_mark_below_its_least_keeps_the_product_at_2_stars():
    found = DECISION.criteria_set(10)
    sheet = law.score(found, highest(found) | {"4.1": 1})
    assert (sheet.total, sheet.band, sheet.stars) == (96, 5, 2)
    assert sheet.unmet_marks == {3: ("4.1",), 4: ("4.1",), 5: ("4.1",)}


@pytest.mark.parametrize("number", range(1, 27))
def test_the_legal_forms_stand_in_the_option_that_names_them(number):
    words = {
        "household": "hộ gia đình",
        "farm": "trang trại",
        "cooperative_group": "tổ hợp tác",
        "single_member_company": "Công ty TNHH",
        "multi_member_company": "Công ty TNHH",
        "private_enterprise": "doanh nghiệp tư nhân",
        "joint_stock_minority": "< 51%",
        "cooperative": "HTX",
        "joint_stock_majority": "≥ 51%",
    }
    assert {form.code for form in DECISION.legal_forms} == set(words)
    assert forms_not_named(DECISION, number, words) == []
