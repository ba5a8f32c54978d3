"""What Decision 1048/QĐ-TTg says, as loaded from its files."""

import ast
import datetime
import json
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from ocop_portal import law
from tests.law.sheets import DECISION, USABLE, forms_not_named

LAW = Path(law.__file__).parent


def test_the_decision_is_the_one_of_21_08_2019_and_lapsed_with_148():
    assert (DECISION.number, DECISION.dated) == ("1048/QĐ-TTg", datetime.date(2019, 8, 21))
    days = [(2019, 8, 20), (2019, 8, 21), (2023, 2, 23), (2023, 2, 24)]
    found = [DECISION.in_force_on(datetime.date(*day)) for day in days]
    assert found == [False, True, True, False]
    assert [(a.number, a.dated) for a in DECISION.amended_by] == [
        ("781/QĐ-TTg", datetime.date(2020, 6, 8))
    ]


def test_the_bands_keep_their_printed_wording_beside_the_half_open_minima():
    assert [(b.stars, b.minimum) for b in DECISION.bands] == [
        (5, 90),
        (4, 70),
        (3, 50),
        (2, 30),
        (1, 0),
    ]
    assert DECISION.bands[1].printed == "từ 70 đến 89 điểm"
    assert any("89,5 là 4 sao" in reading for reading in DECISION.readings)


def test_the_classification_has_6_branches_and_26_sets_one_of_them_missing():
    assert [branch.name for branch in DECISION.branches] == [
        "Thực phẩm",
        "Đồ uống",
        "Thảo dược",
        "Lưu niệm - nội thất - trang trí",
        "Vải và may mặc",
        "Dịch vụ du lịch nông thôn và bán hàng",
    ]
    assert [item.number for item in DECISION.sets] == list(range(1, 27))
    states = {item.number: item.state for item in DECISION.sets if item.state != "transcribed"}
    assert states == {
        3: "missing",
        10: "reconstructed in part",
        16: "reconstructed in part",
        19: "reconstructed in part",
    }
    assert [item.number for item in DECISION.sets if item.is_service] == [26]


def test_every_set_names_its_lead_ministry():
    assert {item.agency for item in DECISION.sets} == {
        "Bộ Nông nghiệp và Phát triển nông thôn",
        "Bộ Công Thương",
        "Bộ Y tế",
        "Bộ Khoa học và Công nghệ",
        "Bộ Văn hóa, Thể thao và Du lịch",
    }
    pepper = DECISION.summary(11)
    assert (pepper.name, pepper.branch, pepper.group) == ("Gia vị khác", "Thực phẩm", "Gia vị")


def test_the_district_certifies_nothing_the_province_3_and_4_the_centre_5():
    assert [(level.code, level.recognises) for level in DECISION.levels] == [
        ("district", ()),
        ("province", (3, 4)),
        ("centre", (5,)),
    ]
    assert DECISION.level("district").returns_below == 50


def test_from_781_on_the_council_answers_for_each_star_whether_its_minimum_is_met():
    before, after = datetime.date(2020, 6, 7), datetime.date(2020, 6, 8)
    assert DECISION.checks_on(before, is_service=False) == ()
    assert DECISION.checks_on(after, is_service=True) == ()
    asked = DECISION.checks_on(after, is_service=False)
    assert [(check.code, check.star, check.source) for check in asked] == [
        ("minimum_3", 3, "781/QĐ-TTg"),
        ("minimum_4", 4, "781/QĐ-TTg"),
        ("minimum_5", 5, "781/QĐ-TTg"),
    ]
    assert len(DECISION.not_applied_on(after)) == 1


def test_the_levels_of_1048_never_changed():
    day = datetime.date(2019, 8, 21)
    assert DECISION.levels_on(day) == DECISION.levels
    assert DECISION.level("province", day) is DECISION.level("province")
    with pytest.raises(KeyError):
        DECISION.level("commune", day)


def test_the_dossier_has_5_mandatory_items_and_13_kinds_of_evidence():
    mandatory = [item for item in DECISION.dossier if item.mandatory]
    assert [item.code for item in mandatory] == [
        "idea",
        "business_plan",
        "organisation",
        "business_registration",
        "samples",
    ]
    assert len(DECISION.dossier) - len(mandatory) == 13
    registration, samples = mandatory[3:]
    assert registration.only_if == "must_register"
    assert (samples.form, samples.quantity, samples.not_for_services) == ("physical", 5, True)


def test_the_working_rules_are_the_defaults_of_the_provinces():
    rules = DECISION.working_rules
    assert (rules.quorum, rules.chair_required) == (Fraction(3, 4), True)
    assert (rules.spread_limit, rules.documents_days) == (10, 2)
    assert rules.provenance == "Q"


def test_the_published_product_code_fits_the_pattern():
    found = re.match(DECISION.product_code_pattern, "83-832-28882-2-2022")
    assert found.groupdict() == {
        "province": "83",
        "district": "832",
        "commune": "28882",
        "sequence": "2",
        "year": "2022",
    }


@pytest.mark.parametrize("number", USABLE)
def test_the_legal_forms_stand_in_the_option_that_names_them(number):
    words = {
        "household": "Hộ gia đình",
        "cooperative_group": "tổ hợp tác",
        "single_member_company": "thành viên, doanh nghiệp tư nhân",
        "private_enterprise": "DNTN",
        "multi_member_company": "hai thành viên trở lên",
        "joint_stock_minority": "< 51%",
        "cooperative": "HTX",
        "joint_stock_majority": "≥ 51%",
    }
    assert forms_not_named(DECISION, number, words) == []


# The sums of the sections, as printed: a lost or altered criterion shows here by name.
SECTIONS = {
    1: "1:18 2:8 3:9 4:15 5:10 6:18 7:2 8:5 9:5 10:5 11:5",
    2: "1:18 2:8 3:9 4:15 5:10 6:20 7:5 9:5 10:5 11:5",
    4: "1:18 2:8 3:9 4:15 5:10 6:18 7:2 8:5 9:5 10:5 11:5",
    17: "1:18 2:8 3:9 4:15 5:10 6:15 7:10 8:5 9:5 10:5",
    19: "1:18 2:8 3:9 4:15 5:10 6:5 7:4 8:5 9:8 10:3 11:5 12:5 13:5",
    20: "1:18 2:8 3:9 4:15 5:10 6:5 7:3 8:5 9:9 10:5 11:3 12:5 13:5",
    21: "1:18 2:8 3:9 4:15 5:10 6:5 7:4 8:5 9:6 10:5 11:5 12:5 13:5",
    22: "1:18 2:8 3:9 4:15 5:10 6:3 7:3 8:5 9:8 10:3 11:8 12:5 13:5",
    23: "1:18 2:8 3:9 4:15 5:10 6:32 7:3 8:5",
    24: "1:18 2:8 3:9 4:15 5:10 6:27 7:5 8:3 9:5",
    25: "1:18 2:8 3:9 4:15 5:10 6:35 7:5",
    26: "1:15 2:7 3:13 4:17 5:8 6:3 7:3 8:4 9:3 10:2 11:3 12:2 13:4 14:4 15:4 16:3 17:3 18:2",
}
MOST_FOOD_AND_DRINK = "1:18 2:8 3:9 4:15 5:10 6:20 7:5 8:5 9:5 10:5"


@pytest.mark.parametrize("number", USABLE)
def test_the_sections_bear_their_printed_points_and_the_options_reach_them(number):
    found = DECISION.criteria_set(number)
    sections = [section for part in found.parts for section in part.sections]
    shown = " ".join(f"{section.code}:{section.points}" for section in sections)
    assert shown == SECTIONS.get(number, MOST_FOOD_AND_DRINK)
    for section in sections:
        leaves = [leaf for leaf in found.leaves if leaf.section == section.code]
        assert sum(max(o.points for o in leaf.options) for leaf in leaves) == section.points
    assert law.best_parts(found) == {"A": 35, "B": 25, "C": 40}


@pytest.mark.parametrize(
    ("number", "code", "points"),
    [(10, "7", (0, 1, 3, 5)), (16, "6.5", (0, 2, 4, 6, 8)), (19, "9", (1, 2, 4, 8))],
)
def test_a_reconstructed_level_says_so_and_why(number, code, points):
    found = DECISION.criteria_set(number)
    options = found.criterion(code).options
    assert tuple(option.points for option in options) == points
    assert options[-1].reconstructed
    (doubt,) = [d for d in found.doubts if (d.where, d.about) == (code, "reconstruction")]
    assert "38" in doubt.why


def test_no_other_set_has_a_reconstructed_level():
    found = {
        (number, leaf.code)
        for number in USABLE
        for leaf in DECISION.criteria_set(number).leaves
        if any(option.reconstructed for option in leaf.options)
    }
    assert found == {(10, "7"), (16, "6.5"), (19, "9")}


# --- the frozen version -----------------------------------------------------------------------


def test_a_digest_is_sha_256_and_every_set_has_its_own():
    digests = {DECISION.criteria_set(number).digest for number in USABLE}
    assert len(digests) == 25
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["parts"][0]["sections"][0]["criteria"][0]["options"][0].update(points=2),
        lambda d: d["parts"][0]["sections"][0]["criteria"][0]["options"][0].update(label="khác"),
        lambda d: d["parts"][2]["sections"][4]["criteria"][0]["rules"].clear(),
        lambda d: d["bands"][0].update(minimum=91),
        lambda d: d.update(version=2),
    ],
)
def test_any_change_of_content_changes_the_digest(change):
    found = DECISION.criteria_set(1)
    data = json.loads(json.dumps(found.to_dict()))
    change(data)
    assert law.CriteriaSet.from_dict(data).digest != found.digest


def test_a_set_read_twice_is_the_same_object():
    assert law.decision("1048-2019").criteria_set(1) is law.decision("1048-2019").criteria_set(1)


# --- the shape of the package -----------------------------------------------------------------


def test_the_law_can_be_read_without_django():
    code = (
        "import sys; from ocop_portal import law; "
        "law.faults('1048-2019'); print('django' in sys.modules)"
    )
    root = LAW.parent.parent
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "False"


def test_no_code_asks_which_decision_it_has_before_it():
    """A new Decision is a new folder: no slug or number of a Decision stands in the code."""
    for path in LAW.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        compared = [node for node in ast.walk(tree) if isinstance(node, ast.Compare)]
        words = {
            constant.value
            for node in compared
            for constant in ast.walk(node)
            if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
        }
        assert not [word for word in words if re.search(r"\d{2,4}[-/]", word)], path.name
