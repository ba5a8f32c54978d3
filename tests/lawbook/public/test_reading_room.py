"""The reading room: every Decision and set is found again as the paper prints it."""

import datetime
import itertools
import re
from html import unescape
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils.html import escape

from ocop_portal import law
from ocop_portal.law.criteria import RULE_KINDS
from ocop_portal.law.model import ACTORS
from ocop_portal.lawbook import reading, reading_views
from tests.factories import ProductFactory, PublicRatingFactory
from tests.lawbook.public.test_sheet_links import SETS
from tests.lawbook.shelf import checked, corrected, document, version

pytestmark = pytest.mark.django_db
DAY = datetime.date


def page(client, name, *args, **query) -> str:
    response = client.get(reverse(f"lawbook:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def rows_text(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize(("slug", "number"), SETS)
def test_a_set_is_shown_whole_and_in_printed_order(client, slug, number):
    found = law.decision(slug).criteria_set(number)
    text = rows_text(page(client, "set", slug, number))
    at = 0
    for criterion in found.criteria:
        place = text.index(f'id="tc-{escape(criterion.code)}"')
        assert place > at
        at = place
        for option in criterion.options:
            at = text.index(rows_text(str(escape(option.label))), at)
        for rule in criterion.rules:
            assert rows_text(str(escape(rule.text))) in text
    for doubt in found.doubts:
        assert rows_text(str(escape(doubt.why))) in text
    assert text.count('<tbody id="tc-') == len(found.criteria)


def test_every_kind_of_note_and_every_actor_has_its_word_and_icon():
    assert set(reading.NOTE_WORDS) == set(RULE_KINDS)
    assert len({str(word) for word, _icon in reading.NOTE_WORDS.values()}) == len(RULE_KINDS)
    assert len({icon for _word, icon in reading.NOTE_WORDS.values()}) == len(RULE_KINDS)
    assert set(reading.ACTOR_WORDS) == set(ACTORS)


def test_old_numbering_stays_as_printed_and_the_running_code_stands_beside_it(client):
    found = law.decision("148-2023").criteria_set(1).criterion("1.a")
    text = page(client, "set", "148-2023", 1)
    assert f'<span aria-hidden="true">{found.printed_code}</span></a><small>1.a</small>' in text


def test_star_marks_are_told_by_stars_and_by_words(client):
    text = page(client, "set", "148-2023", 1)
    assert "★★★★★ <span>tối thiểu để đạt 5 sao</span>" in text


def test_a_missing_set_says_so_and_offers_no_sheet(client):
    text = page(client, "set", "1048-2019", 3)
    assert "Chưa có văn bản của bộ này." in text
    assert "law-table" not in text
    assert reverse("lawbook:rehearsal") not in text.partition("<main")[2]


def test_a_set_names_who_compared_it_with_the_signed_text(client):
    found = law.decision("1048-2019").criteria_set(1)
    assert "chưa đối chiếu với văn bản ký" in page(client, "set", "1048-2019", 1)
    checked(found, sign=True, document=document())
    text = page(client, "set", "1048-2019", 1)
    assert "đã đối chiếu với 1048/QĐ-TTg: bản chụp mẫu" in text
    assert "chưa đối chiếu với văn bản ký" not in text.partition("<main")[2].partition("<table")[0]


def test_a_version_published_here_is_the_one_that_is_read(client):
    assert "Nguồn nguyên liệu (sửa)" not in page(client, "set", "1048-2019", 1)
    version(corrected())
    assert "Nguồn nguyên liệu (sửa)" in page(client, "set", "1048-2019", 1)
    assert reading.search("nguyen lieu sua").total == 1


def test_the_address_of_a_criterion_leads_to_its_place(client):
    for slug, code in [("1048-2019", "1.1"), ("148-2023", "1.đ")]:
        answer = client.get(reverse("lawbook:criterion", args=[slug, 1, code]))
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("lawbook:set", args=[slug, 1]) + "#tc-1.")


@pytest.mark.parametrize(
    "args", [("decision", "9-1999"), ("set", "9-1999", 1), ("set", "1048-2019", 99)]
)
def test_what_no_decision_has_is_not_found(client, args):
    assert client.get(reverse(f"lawbook:{args[0]}", args=args[1:])).status_code == 404


@pytest.mark.parametrize(("number", "code"), [(1, "77.7"), (3, "1.1"), (99, "1.1")])
def test_a_criterion_that_is_not_there_is_not_found(client, number, code):
    address = reverse("lawbook:criterion", args=["1048-2019", number, code])
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("day", "numbers", "amendments"),
    [
        (DAY(2019, 8, 20), [], []),
        (DAY(2020, 6, 7), ["1048/QĐ-TTg"], [[]]),
        (DAY(2020, 6, 8), ["1048/QĐ-TTg"], [["781/QĐ-TTg"]]),
        (DAY(2025, 7, 6), ["148/QĐ-TTg"], [["1489/QĐ-TTg"]]),
        (DAY(2026, 6, 1), ["148/QĐ-TTg", "26/2026/QĐ-TTg"], [["1489/QĐ-TTg"], []]),
        (DAY(2026, 7, 21), ["26/2026/QĐ-TTg"], [[]]),
    ],
)
def test_what_ruled_on_a_day_is_told_with_its_amendments(day, numbers, amendments):
    ruling = reading.ruling_on(day)
    assert [rule.decision.number for rule in ruling] == numbers
    assert [[a.number for a in rule.amendments] for rule in ruling] == amendments


def test_a_day_is_asked_for_as_it_is_written_and_a_wrong_one_is_refused(client):
    assert "Ngày 01/07/2020 áp dụng" in page(client, "decisions", ngay="01/07/2020")
    text = page(client, "decisions", ngay="31/02/2020")
    assert "Hôm nay áp dụng" in text
    assert 'class="field-error"' in text
    assert 'value="31/02/2020"' in text


def test_levels_are_told_for_each_period_without_gap():
    for decision in law.decisions():
        periods = reading.level_periods(decision)
        assert periods[0].since == decision.in_force_from
        assert periods[-1].until == decision.in_force_until
        for earlier, later in itertools.pairwise(periods):
            assert later.since - earlier.until == datetime.timedelta(days=1)
        for period in periods:
            stars = [star for row in period.levels for star in row.level.recognises]
            assert sorted(stars) == [3, 4, 5]
    under_148 = reading.level_periods(law.decision("148-2023"))
    assert [[row.level.code for row in period.levels] for period in under_148] == [
        ["district", "province", "centre"],
        ["province", "centre"],
    ]


@pytest.mark.parametrize("decision", law.decisions(), ids=lambda found: found.slug)
def test_a_decisions_page_tells_all_that_is_known_and_all_that_is_open(client, decision):
    text = rows_text(page(client, "decision", decision.slug))
    told = [*decision.readings, *decision.open_questions]
    told += [item.name for item in (*decision.dossier, *decision.sets)]
    told += [item.what for item in (*decision.amended_by, *decision.calendar)]
    told += [band.printed for band in decision.bands]
    for words in told:
        assert rows_text(str(escape(words))) in text


def test_search_needs_no_marks_and_marks_what_it_found(client):
    text = page(client, "search", q="truy xuat NGUON goc")
    assert "<mark>truy xuất nguồn gốc</mark>" in text


SET_FOUND = re.compile(r'<h3><a href="/quyet-dinh/([^/"]+)/bo-(\d+)/">')


def test_search_shows_what_it_found_in_pages_of_ten_sets(client):
    typed = "truy xuat nguon goc"
    found = reading.search(typed)
    expected = [(decision.slug, row.summary.number) for decision, row in found.rows]
    assert {slug for slug, _number in expected} == {one.slug for one in law.decisions()}
    address, query, shown = reverse("lawbook:search"), f"?q={typed.replace(' ', '+')}", []
    while query:
        text = client.get(address + query).content.decode()
        here = [(slug, int(number)) for slug, number in SET_FOUND.findall(text)]
        assert 0 < len(here) <= reading_views.SETS_FOUND_PER_PAGE
        # Every page names the Decisions of its sets, and leads to each Decision's own hits.
        assert text.count("<h2") == len({slug for slug, _number in here})
        for decision in law.decisions():
            assert f'href="?q={quote(typed)}&amp;qd={decision.slug}"' in text
        shown += here
        following = re.search(r'rel="next" href="([^"]+)"', text)
        query = unescape(following.group(1)) if following else ""
    assert shown == expected


def test_a_page_of_found_sets_keeps_where_it_was_looked_for(client):
    text = page(client, "search", q="san pham", qd="1048-2019", page=2)
    assert {slug for slug, _number in SET_FOUND.findall(text)} == {"1048-2019"}
    assert 'rel="prev" href="?q=san+pham&amp;qd=1048-2019&amp;page=1"' in text
    # A form's new words begin at the first page.
    assert 'name="page"' not in text


def test_few_found_sets_need_no_pages(client):
    assert 'class="pages"' not in page(client, "search", q="san pham", qd="1048-2019", bo=1)


def test_words_that_stand_together_count_before_words_apart():
    together = reading.search("truy xuất nguồn gốc")
    assert not together.loose
    apart = reading.search("nguồn truy gốc bao bì")
    assert apart.loose
    assert apart.total > 0


def test_search_finds_words_across_commas_and_only_where_words_begin():
    assert reading.search("rau củ quả").sets >= len(law.decisions())
    assert reading.search("uyên liệu").total == 0


def test_search_in_one_set_shows_every_hit_and_in_all_sets_a_few():
    few = reading.search("sản phẩm", decision="1048-2019")
    assert all(len(row.hits) <= reading.HITS_SHOWN for _d, rows in few.decisions for row in rows)
    ((_decision, (row,)),) = reading.search("sản phẩm", decision="1048-2019", number=1).decisions
    assert len(row.hits) == row.total > reading.HITS_SHOWN


@pytest.mark.parametrize("typed", ["", "   ", "…", "%", "x" * 5000, "\x00", "<script>", "(", "[a"])
def test_search_takes_whatever_is_typed(client, typed):
    assert "<script>(" not in page(client, "search", q=typed, qd="nowhere", bo="x")


def test_a_missing_set_is_found_by_its_name():
    ((_decision, rows),) = reading.search("gạo ngũ cốc", decision="1048-2019").decisions
    assert 3 in [row.summary.number for row in rows if row.by_name]


def test_two_sets_stand_side_by_side_the_older_on_the_left(client):
    one = reading.side_by_side("148-2023.1", "1048-2019.1")
    assert (one.left.decision, one.right.decision) == ("1048-2019", "148-2023")
    criteria = [row for row in one.rows if row.row.level == "criterion"]
    assert sum(count for _state, _word, count in one.counts) == len(criteria)
    shown = [pair.left for row in criteria for pair in row.levels if pair.left]
    assert len(shown) == sum(len(leaf.options) for leaf in one.left.leaves)
    shown = [pair.right for row in criteria for pair in row.levels if pair.right]
    assert len(shown) == sum(len(leaf.options) for leaf in one.right.leaves)
    assert "Thay đổi" in page(client, "compare", a="148-2023.1", b="1048-2019.1")


def test_a_set_beside_itself_differs_in_nothing():
    assert reading.side_by_side("148-2023.1", "148-2023.1").counts[1:] == (
        ("changed", "Thay đổi", 0),
        ("added", "Mới", 0),
        ("removed", "Bỏ", 0),
    )


@pytest.mark.parametrize("b", ["", "1048-2019.3", "1048-2019.99", "x", "148-2023.1.2"])
def test_what_cannot_be_compared_is_refused_with_a_reason(client, b):
    text = page(client, "compare", a="148-2023.1", b=b)
    assert "law-compare" not in text.partition("<main")[2]
    assert 'class="field-error"' in text or 'role="alert"' in text


def test_a_set_leads_to_its_relatives_in_other_decisions(client):
    pairs = reading.successions()
    assert pairs
    first = next(pair for pair in pairs if pair.earlier_set.usable and pair.later_set.usable)
    text = page(client, "set", first.later.slug, first.later_set.number)
    assert f"?a={first.keys[0]}&amp;b={first.keys[1]}" in text


def test_a_products_page_leads_to_its_set(client):
    product = PublicRatingFactory(product=ProductFactory()).product
    text = client.get(product.get_public_url()).content.decode()
    assert reverse("lawbook:set", args=[product.decision, product.set_number]) in text


@pytest.mark.parametrize("checks", [1, 3])
def test_pages_cost_the_same_at_any_number_of_comparisons(
    client, django_assert_num_queries, checks
):
    for number in range(1, checks + 1):
        checked(law.decision("1048-2019").criteria_set(number if number < 3 else 4), sign=True)
    for name, args, query, cost in [
        ("decisions", (), {}, 0),
        ("decision", ("1048-2019",), {}, 2),
        ("set", ("1048-2019", 1), {}, 2),
        ("set", ("1048-2019", 3), {}, 1),
        ("criterion", ("1048-2019", 1, "1.1"), {}, 1),
        ("search", (), {"q": "nguyên liệu"}, 3),
        ("search", (), {"q": "nguyên liệu", "page": "2"}, 3),
        ("compare", (), {"a": "1048-2019.1", "b": "148-2023.1"}, 2),
        ("rehearsal_start", (), {}, 6),
        ("rehearsal_start", (), {"q": "mật ong"}, 9),
        ("rehearsal", (), {"qd": "1048-2019", "bo": "1"}, 2),
        ("rehearsal_report", (), {"qd": "1048-2019", "bo": "1"}, 2),
    ]:
        with django_assert_num_queries(cost):
            client.get(reverse(f"lawbook:{name}", args=args), query)
