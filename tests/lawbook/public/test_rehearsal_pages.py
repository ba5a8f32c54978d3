"""The rehearsal without script: a GET form whose whole state is its address."""

import dataclasses
import html
import re

import pytest
from django.urls import reverse

from ocop_portal import law
from ocop_portal.lawbook import rehearsal
from tests.law.sheets import highest, worth
from tests.lawbook.public.test_sheet_links import SETS, two_cases

pytestmark = pytest.mark.django_db
FOUND = law.decision("1048-2019").criteria_set(1)
BARE = {"qd": "1048-2019", "bo": "1"}


def sheet_of(choices, criteria_set=FOUND, **declared) -> rehearsal.SheetRead:
    return rehearsal.read(
        rehearsal.query_of(criteria_set, choices, **declared),
        find=lambda slug, number: criteria_set,
    )


def get(client, name, query, **headers):
    return client.get(f"{reverse(f'lawbook:{name}')}?{query}", headers=headers)


def main_text(response) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode().partition("<main")[2])
    return html.unescape(re.sub(r"\s+", " ", text))


def sixty_three() -> dict:
    """A whole sheet of exactly 63 points under set 1 of 1048."""
    choices = highest(FOUND)
    spare = law.score(FOUND, choices).total - 63
    for leaf in sorted(FOUND.leaves, key=lambda leaf: -leaf.points):
        if leaf.code == "5.1":
            continue
        lower = [o for o in leaf.options if 0 < leaf.points - o.points <= spare]
        if lower:
            option = min(lower, key=lambda o: o.points)
            spare -= leaf.points - option.points
            choices[leaf.code] = option.number
    assert law.score(FOUND, choices).total == worth(FOUND, 63).total == 63
    return choices


def test_the_producer_is_told_points_stars_and_the_way_up_in_one_sentence(client):
    choices = sixty_three()
    outcome = rehearsal.outcome_of(sheet_of(choices))
    count = rehearsal.count_word(len(outcome.advice.changes))
    sentence = f"Anh/chị đang ở 63,0 điểm, hạng 3 sao; {count} thay đổi sau đưa lên 4 sao."
    assert outcome.sentence == sentence
    text = main_text(get(client, "rehearsal", rehearsal.query_of(FOUND, choices)))
    assert sentence in text
    assert "Còn thiếu 7 điểm để vào khung 4 sao." in text
    for change in outcome.advice.changes:
        assert f"{change.code} {change.title}" in text
        assert change.to_option.label in text


def test_following_the_advice_brings_the_star_that_was_promised():
    choices = sixty_three()
    for star in (4, 5):
        advice = rehearsal.outcome_of(sheet_of(choices), target=star).advice
        assert advice.target_star == star
        done = choices | {change.code: change.to_option.number for change in advice.changes}
        assert law.score(FOUND, done).stars >= star


@pytest.mark.parametrize(("said", "aim"), [("5", 5), ("3", 4), ("9", 4), ("x", 4), ("4&dich=5", 4)])
def test_the_star_aimed_at_may_be_chosen_and_is_no_part_of_the_sheet(client, said, aim):
    query = rehearsal.query_of(FOUND, sixty_three())
    response = get(client, "rehearsal", f"{query}&dich={said}")
    assert response.context["outcome"].advice.target_star == aim
    assert response.context["sheet"].faults == ()
    assert response.context["share"].endswith(f"?{query}")


def test_at_five_stars_there_is_nothing_above():
    outcome = rehearsal.outcome_of(sheet_of(highest(FOUND)))
    assert outcome.sentence == "Anh/chị đang ở 100,0 điểm, hạng 5 sao, hạng cao nhất."
    assert (outcome.advice, outcome.targets) == (None, ())


def test_a_knock_out_leaves_no_star_and_no_advice(client):
    criteria_set = law.decision("26-2026").criteria_set(1)
    key = criteria_set.knock_outs[0].key
    query = rehearsal.query_of(criteria_set, highest(criteria_set), knock_outs=[key])
    text = main_text(get(client, "rehearsal", query))
    assert "Sản phẩm thuộc trường hợp bị loại nên không được xếp hạng sao." in text
    assert "Muốn đạt:" not in text


def test_an_unmet_star_mark_is_named_though_the_points_suffice(client):
    criteria_set = law.decision("26-2026").criteria_set(1)
    code, least = next(iter(criteria_set.star_marks[5].items()))
    leaf = criteria_set.criterion(code)
    below = max((o for o in leaf.options if o.points < least), key=lambda o: o.points)
    choices = highest(criteria_set) | {code: below.number}
    outcome = rehearsal.outcome_of(sheet_of(choices, criteria_set))
    assert (outcome.score.band, outcome.score.stars) == (5, 4)
    assert [(m.star, [c.code for c in m.criteria]) for m in outcome.unmet] == [(5, [code])]
    text = main_text(get(client, "rehearsal", rehearsal.query_of(criteria_set, choices)))
    assert f"Chưa đạt mức tối thiểu của 5 sao ở: {code} {leaf.title}" in text
    assert "★ bắt buộc để đạt 5 sao" in text


@pytest.mark.parametrize(("slug", "number"), SETS)
def test_every_level_and_every_rule_to_declare_is_a_field_and_fills_in_again(client, slug, number):
    criteria_set = law.decision(slug).criteria_set(number)
    choices = {leaf.code: len(leaf.options) for leaf in criteria_set.leaves}
    for criterion in criteria_set.criteria:
        for child in criterion.children[1:] if criterion.mode == "one_of" else ():
            choices.pop(child.code)
    rules = [rule for rule in criteria_set.rules if rule.declarable]
    outs = [rule.key for rule in criteria_set.knock_outs]
    query = rehearsal.query_of(criteria_set, choices, knock_outs=outs)
    text = html.unescape(get(client, "rehearsal", query).content.decode())
    checked = set(re.findall(r'name="([^"]+)" value="([^"]+)" checked', text))
    assert checked == {(code, str(n)) for code, n in choices.items()} | {
        (rehearsal.OUTS, key) for key in outs
    }
    for leaf in criteria_set.leaves:
        for option in leaf.options:
            assert f'type="radio" name="{leaf.code}" value="{option.number}"' in text
        offers_none = f'type="radio" name="{leaf.code}" value="0"' in text
        assert offers_none is not leaf.has_printed_zero
    assert text.count('type="checkbox"') == len(rules)


def test_a_criterion_that_does_not_apply_is_off_with_its_reason_and_keeps_its_answer(client):
    choices = highest(FOUND) | {"5.1": 1}
    response = get(client, "rehearsal", rehearsal.query_of(FOUND, choices))
    text = response.content.decode()
    off = re.search(r'<fieldset[^>]*id="tc-5.2"[^>]*>', text).group()
    assert " disabled" in off
    assert "Không chấm: Chỉ áp dụng khi có câu chuyện" in main_text(response)
    assert f'<input type="hidden" name="5.2" value="{choices["5.2"]}" data-kept>' in text
    assert response.context["outcome"].ruled_out.keys() == {"5.2", "5.3"}


def test_what_stands_behind_a_declared_gate_is_not_scored_and_says_why():
    gate = next(rule for rule in FOUND.gates if rule.declarable)
    outcome = rehearsal.outcome_of(sheet_of(highest(FOUND), gates=[gate.key]))
    assert outcome.ruled_out
    assert set(outcome.ruled_out.values()) == {gate.text}


def test_of_two_cases_the_other_one_is_off():
    outcome = rehearsal.outcome_of(sheet_of({"1.1.1": 1}, two_cases()))
    assert outcome.ruled_out == {"1.1.2": "Đã chọn trường hợp khác"}


def test_an_unanswered_sheet_says_how_many_are_left_and_leads_to_the_first(client):
    response = get(client, "rehearsal", rehearsal.query_of(FOUND, {"1.1": 1, "1.2": 1}))
    left = len(FOUND.leaves)
    assert f"Đã trả lời 2/{left} tiêu chí; tiêu chí chưa trả lời tính 0 điểm." in main_text(
        response
    )
    assert '<a href="#tc-1.3">Tới tiêu chí chưa trả lời</a>' in response.content.decode()


def test_a_bad_link_keeps_what_is_right_and_names_the_rest(client):
    query = rehearsal.query_of(FOUND, {"1.1": 2})
    response = get(client, "rehearsal", f"{query}&99.1=1&1.2=9&1.1=2")
    text = main_text(response)
    assert "Bộ tiêu chí này không có tiêu chí 99.1." in text
    assert "Tiêu chí 1.2 không có mức “9”." in text
    assert response.context["sheet"].choices == {"1.1": 2}


def test_a_link_of_an_earlier_version_says_that_the_set_has_changed(client):
    response = get(client, "rehearsal", "qd=1048-2019&bo=1&v=1-00000000&1.1=2")
    assert "Bộ tiêu chí đã được sửa từ khi phiếu này được lập" in main_text(response)
    assert response.context["sheet"].choices == {"1.1": 2}


def test_opening_a_set_without_any_answer_is_no_fault(client):
    response = get(client, "rehearsal", "qd=1048-2019&bo=1")
    assert response.context["sheet"].faults == ()
    assert 'role="alert"' not in response.content.decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "không nêu rõ một Quyết định"),
        ("qd=9-1999&bo=1", "Không có Quyết định 9-1999"),
        ("qd=1048-2019&bo=99", "không có bộ sản phẩm số 99"),
        ("qd=1048-2019&bo=3", "Gạo, ngũ cốc"),
        ("qd=1048-2019&bo=1&" + "1.1=1&" * 2000, "dài quá mức"),
        ("qd=%FF&bo=1", "Không có Quyết định"),
    ],
)
@pytest.mark.parametrize("name", ["rehearsal", "rehearsal_report"])
def test_a_link_to_no_sheet_shows_the_reason_and_the_choice_of_sets(client, name, query, words):
    response = get(client, name, query)
    assert response.status_code == 404
    text = main_text(response)
    assert words in text
    assert "Sản phẩm của anh/chị thuộc bộ nào?" in text


def test_the_result_alone_is_sent_to_the_script_that_asks_for_it(client):
    query = rehearsal.query_of(FOUND, {"1.1": 2})
    response = get(client, "rehearsal", query, x_fragment="ket-qua")
    assert response.content.decode().lstrip().startswith('<div id="ket-qua"')
    assert "X-Fragment" in response["Vary"]


def test_nothing_is_kept_on_the_server(client, django_assert_num_queries):
    query = rehearsal.query_of(FOUND, {"1.1": 2})
    response = get(client, "rehearsal", query)
    assert response.cookies == {}
    assert "Không có gì được lưu trên máy chủ." in main_text(response)
    assert client.post(reverse("lawbook:rehearsal"), BARE).status_code == 405


def test_a_word_of_the_product_finds_its_set_first(client):
    for typed, name in [("mat ong", "Mật ong"), ("nuoc mam", "nước mắm"), ("rượu", "Rượu trắng")]:
        found = client.get(reverse("lawbook:rehearsal_start"), {"q": typed}).context["likely"]
        assert {one.slug for one, _sets in found} == {one.slug for one in law.decisions()}
        assert all(name.lower() in sets[0].name.lower() for _one, sets in found)


def test_a_word_that_no_set_has_says_so_and_shows_the_list(client):
    response = client.get(reverse("lawbook:rehearsal_start"), {"q": "zzzz"})
    text = main_text(response)
    assert "Không có bộ nào mang những chữ “zzzz”" in text
    assert "Bộ 26:" in text


def test_a_missing_set_is_listed_but_not_offered(client):
    text = client.get(reverse("lawbook:rehearsal_start")).content.decode()
    assert "Bộ 3: Gạo, ngũ cốc" in text
    assert "?qd=1048-2019&amp;bo=3&" not in text + "&"
    assert "?qd=1048-2019&amp;bo=3" + '"' not in text


def test_the_report_shows_each_criterion_with_its_level_points_and_sums(client):
    choices = sixty_three() | {"1.1": None}
    del choices["1.2"]
    response = get(client, "rehearsal_report", rehearsal.query_of(FOUND, choices))
    rows = {r.criterion.code: r for part in response.context["parts"] for r in part.rows}
    assert rows.keys() == {leaf.code for leaf in FOUND.leaves}
    assert rows["1.1"].level == "Không đạt mức nào"
    assert rows["1.2"].level == "Chưa trả lời"
    assert rows["1.3"].level == FOUND.criterion("1.3").option(choices["1.3"]).label
    score = law.score(FOUND, choices)
    assert [part.points for part in response.context["parts"]] == list(score.parts.values())
    assert sum(row.points for row in rows.values()) == score.total
    assert "Chỉ hội đồng đánh giá mới xếp hạng" in main_text(response)


def test_the_report_bears_the_forms_name_only_where_the_decision_names_one(client):
    for decision in law.decisions():
        query = f"qd={decision.slug}&bo=1"
        text = get(client, "rehearsal_report", query).content.decode()
        named = [i.name for i in decision.dossier if i.code == rehearsal.SELF_ASSESSMENT]
        assert f"<h1>{named[0] if named else 'Phiếu tự đánh giá sản phẩm'}</h1>" in text
    assert rehearsal.form_name(law.decision("26-2026")) == "Báo cáo tự đánh giá (Mẫu 02)"


def test_what_is_typed_on_the_report_is_never_sent(client):
    main = get(client, "rehearsal_report", "qd=26-2026&bo=1").content.decode().partition("<main")[2]
    fields = re.findall(r"<(?:input|textarea)[^>]*>", main)
    assert fields
    assert not [field for field in fields if " name=" in field]
    assert "<form" not in main


def test_a_small_number_is_said_and_a_large_one_written():
    assert [rehearsal.count_word(n) for n in (1, 4, 10, 11)] == ["một", "bốn", "mười", "11"]


def test_an_answer_to_a_criterion_that_is_off_is_not_counted_as_answered():
    outcome = rehearsal.outcome_of(sheet_of(highest(FOUND) | {"5.1": 1}))
    assert outcome.answered == outcome.to_answer == len(FOUND.leaves) - 2


def test_a_sheet_of_another_version_may_still_be_worth_its_points():
    corrected = dataclasses.replace(FOUND, version=FOUND.version + 1)
    sheet = rehearsal.read(
        rehearsal.query_of(FOUND, sixty_three()), find=lambda slug, number: corrected
    )
    assert rehearsal.outcome_of(sheet).score.total == 63
