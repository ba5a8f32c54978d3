"""A rehearsal's sheet as a link: what is written is read again, what is wrong is named."""

import dataclasses
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocop_portal import law
from ocop_portal.lawbook import rehearsal

SETS = [
    (decision.slug, item.number)
    for decision in law.decisions()
    for item in decision.sets
    if item.usable
]


def find(slug, number):
    return law.decision(slug).criteria_set(number)


FOUND = find("1048-2019", 1)
START = f"qd=1048-2019&bo=1&v=1-{FOUND.digest[:8]}"


def read(text):
    return rehearsal.read(text, find=find)


def parse(text):
    return rehearsal.parse(text, find=find)


def faults(text) -> list[tuple[str, str]]:
    return [(fault.code, fault.text) for fault in read(text).faults]


@st.composite
def sheets(draw, criteria_set):
    """Any sheet that the law takes, answered in part or wholly."""
    choices = {
        leaf.code: draw(st.sampled_from([None, *range(1, len(leaf.options) + 1)]))
        for leaf in criteria_set.leaves
        if draw(st.booleans())
    }
    for criterion in criteria_set.criteria:
        if criterion.mode == "one_of":
            kept = draw(st.sampled_from(criterion.children))
            for child in criterion.children:
                for found in child.walk() if child is not kept else ():
                    if choices.get(found.code) is not None:
                        del choices[found.code]
    outs = [rule.key for rule in criteria_set.knock_outs if rule.declarable]
    gates = [rule.key for rule in criteria_set.gates if rule.declarable]
    return (
        choices,
        tuple(key for key in outs if draw(st.booleans())),
        tuple(key for key in gates if draw(st.booleans())),
    )


@pytest.mark.parametrize(("slug", "number"), SETS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_link_brings_back_the_very_sheet_that_was_shared(slug, number, data):
    criteria_set = find(slug, number)
    choices, outs, gates = data.draw(sheets(criteria_set))
    query = rehearsal.query_of(criteria_set, choices, knock_outs=outs, gates=gates)
    assert parse(query) == (criteria_set, choices, outs, gates)
    assert parse(f"https://ocop.example.vn/tu-danh-gia/phieu/?{query}#tc-1.1")[1] == choices
    assert read(query).query == query
    law.score(criteria_set, choices, knock_outs=outs, gates=gates)


@pytest.mark.parametrize(("slug", "number"), SETS)
def test_the_longest_sheet_of_a_set_stays_far_below_the_limit(slug, number):
    criteria_set = find(slug, number)
    query = rehearsal.query_of(
        criteria_set,
        {leaf.code: 1 for leaf in criteria_set.leaves},
        knock_outs=[rule.key for rule in criteria_set.knock_outs],
        gates=[rule.key for rule in criteria_set.gates],
    )
    assert len(query) < 1000 < rehearsal.MAX_LENGTH


def test_a_link_is_short_and_reads_as_it_is_written():
    assert rehearsal.query_of(FOUND, {"1.2": None, "1.1": 2}) == f"{START}&1.1=2&1.2=0"


def test_an_unknown_criterion_is_named_and_the_rest_is_kept():
    text = f"{START}&1.1=2&99.1=1"
    assert faults(text) == [("unknown_criterion", "Bộ tiêu chí này không có tiêu chí 99.1.")]
    assert read(text).choices == {"1.1": 2}


@pytest.mark.parametrize("value", ["9", "-1", "1.0", "true", "２", "1 2", "9" * 400])
def test_a_level_that_is_not_there_is_named_and_the_rest_is_kept(value):
    text = f"{START}&1.1={value}&1.2=1"
    assert [fault.code for fault in read(text).faults] == ["no_option"]
    assert read(text).choices == {"1.2": 1}
    assert len(read(text).faults[0].text) < 80


def test_two_different_answers_to_one_criterion_are_both_left_out():
    text = f"{START}&1.1=2&1.2=1&1.1=3&1.1=2"
    assert faults(text) == [
        ("doubled", "Tiêu chí 1.1 có hai câu trả lời khác nhau nên bỏ trống, hãy chọn lại.")
    ]
    assert read(text).choices == {"1.2": 1}


def test_the_same_answer_twice_is_one_answer():
    assert parse(f"{START}&1.1=2&1.1=2")[1] == {"1.1": 2}


def test_a_criterion_that_is_left_empty_is_unanswered():
    assert parse(f"{START}&1.1=&1.2=1")[1] == {"1.2": 1}


def test_a_rule_that_the_set_does_not_print_cannot_be_declared():
    text = f"{START}&loai=knock_out:1.1&dung=gate:77"
    assert [code for code, _text in faults(text)] == ["unknown_rule", "unknown_rule"]
    assert (read(text).knock_outs, read(text).gates) == ((), ())


def test_what_messengers_add_to_a_link_is_not_a_fault():
    assert parse(f"{START}&1.1=2&fbclid=abc&utm_source=zalo&zarsrc=30")[1] == {"1.1": 2}


def test_what_belongs_to_no_sheet_is_named():
    assert faults(f"{START}&diem=100") == [
        ("unknown_key", "Liên kết có mục “diem” không thuộc phiếu.")
    ]


def test_decomposed_letters_are_the_same_code_and_key():
    text = f"{START}&1.1=2&điểm=1&{unicodedata.normalize('NFD', 'điểm')}=1"
    assert {text for _code, text in faults(text)} == {"Liên kết có mục “điểm” không thuộc phiếu."}


def test_a_corrected_set_is_told_and_the_answers_are_kept():
    corrected = dataclasses.replace(FOUND, version=FOUND.version + 1)
    found = rehearsal.read(f"{START}&1.1=2", find=lambda slug, number: corrected)
    assert [fault.code for fault in found.faults] == ["changed"]
    assert found.choices == {"1.1": 2}
    with pytest.raises(rehearsal.BadSheet, match="đã được sửa"):
        rehearsal.parse(f"{START}&1.1=2", find=lambda slug, number: corrected)


@pytest.mark.parametrize(
    ("version", "code"),
    [("", "no_version"), ("&v=2-00000000", "other_format"), ("&v=1", "changed")],
)
def test_a_link_without_the_right_version_is_not_taken_for_the_law(version, code):
    assert faults(f"qd=1048-2019&bo=1{version}&1.1=2")[0][0] == code


@pytest.mark.parametrize("text", ["", "?", "qd=1048-2019", "bo=1", "qd=a&qd=b&bo=1", "qd=a&bo=x"])
def test_a_link_that_names_no_set_is_refused(text):
    with pytest.raises(rehearsal.BadSheet, match="không nêu rõ"):
        read(text)


@pytest.mark.parametrize("text", ["x" * 7000, f"{START}&1.1=2" + "&1.1=2" * 2000])
def test_a_huge_link_is_refused_unread(text):
    with pytest.raises(rehearsal.BadSheet, match="dài quá mức"):
        read(text)


def test_an_unknown_decision_set_or_missing_text_is_the_laws_own_refusal():
    for text, error in [
        ("qd=9-1999&bo=1", law.UnknownDecision),
        ("qd=1048-2019&bo=99", law.UnknownSet),
        ("qd=1048-2019&bo=3", law.MissingSet),
    ]:
        with pytest.raises(error):
            read(text)


def two_cases() -> law.CriteriaSet:
    """A set with one criterion 1.1, of whose two cases only one is marked."""
    first, second = law.Option(1, "Có", 1), law.Option(2, "Không", 0)
    children = tuple(
        law.Criterion(f"1.1.{n}", f"Trường hợp {n}", 1, "A", "1", options=(first, second))
        for n in (1, 2)
    )
    heading = law.Criterion("1.1", "Nội dung", 1, "A", "1", children=children, mode="one_of")
    part = law.Part("A", "Phần", 1, (law.Section("1", "Mục", 1, (heading,)),))
    return dataclasses.replace(FOUND, parts=(part,))


@pytest.mark.parametrize(
    ("answers", "code", "kept"),
    [
        ("1.1.2=1&1.1.1=2", "both_cases", {"1.1.1": 2}),
        ("1.1.2=1&1.1=2", "heading", {"1.1.2": 1}),
    ],
)
def test_of_two_cases_the_first_is_kept_and_their_heading_is_not_answered(answers, code, kept):
    criteria_set = two_cases()
    text = f"qd=1048-2019&bo=1&v={rehearsal.version_of(criteria_set)}&{answers}"
    found = rehearsal.read(text, find=lambda slug, number: criteria_set)
    assert [fault.code for fault in found.faults] == [code]
    assert found.choices == kept
