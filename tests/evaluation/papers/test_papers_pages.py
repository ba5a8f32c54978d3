"""Who may have which paper when: no mark leaves on paper before its time, or over a conflict."""

import io
import zipfile

import pytest

from evaluation import rounds, sheets
from evaluation.models import Round, RoundRecord
from evaluation.papers.views import KINDS
from tests import factories
from tests.evaluation.pages import get, people, score_all, signed_in, url
from tests.evaluation.papers import reading
from tests.evaluation.test_blindness import LEAKS, PLANTED, REASON, everyone_else, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

ALL = [(slug, form) for slug, kind in KINDS.items() for form in kind.forms]
AFTER_CLOSING = [pair for pair in ALL if KINDS[pair[0]].after_closing]


def statuses(person, round_, pairs) -> set[int]:
    browser = signed_in(person)
    return {
        browser.get(url("round_paper", round_.pk, slug, form)).status_code for slug, form in pairs
    }


@pytest.fixture
def planted():
    """One member has handed in 33 + 23 + 37 with a reason to knock out; the others have not."""
    entry = factories.entry_in("ready", product__set_number=7)
    round_ = factories.open_round(entries=[entry], members=3)
    author, other = factories.scorers(round_.council)[1:]
    sheet = sheets.start_sheet(candidate=round_.candidates.get(), user=author)
    factories.fill_sheet(sheet, parts=PLANTED, submit=False)
    sheets.declare(sheet_id=sheet.pk, rule="knock_out:1.1", reason=REASON, user=author)
    sheets.submit_sheet(sheet_id=sheet.pk, user=author)
    return round_, sheet, author, other


@pytest.mark.parametrize("ended", [False, True])
def test_before_closing_nobody_gets_a_paper_with_results(planted, ended):
    round_, _sheet, author, other = planted
    found = everyone_else(round_, author, other)
    if ended:
        candidate = round_.candidates.get()
        factories.scored_sheet(candidate, found["chair"], total=70)
        rounds.end_scoring(round_=round_, by=found["secretary"])
    for role, person in {**found, "author": author}.items():
        assert statuses(person, round_, AFTER_CLOSING) <= {403, 404}, role
        sheets_of_product = get(person, "product_sheets", round_.candidates.get().pk)
        assert sheets_of_product.status_code in {403, 404}, role
        page = get(person, "papers", round_.pk)
        if page.status_code == 200:
            assert LEAKS.search(text_of(page)) is None, role
            assert REASON not in page.content.decode(), role
    assert not RoundRecord.objects.exists()


def test_before_closing_a_sheet_on_paper_is_its_author_s_alone(planted):
    round_, sheet, author, other = planted
    for role, person in everyone_else(round_, author, other).items():
        assert get(person, "sheet_paper", sheet.pk).status_code == 404, role
    own = get(author, "sheet_paper", sheet.pk)
    drawn = reading.text_of(own.content)
    assert REASON in drawn
    assert "100 93" in drawn


def test_a_sheet_that_was_not_handed_in_is_on_no_paper(planted):
    round_, _sheet, _author, other = planted
    draft = sheets.start_sheet(candidate=round_.candidates.get(), user=other)
    assert get(other, "sheet_paper", draft.pk).status_code == 404


def test_the_invitation_is_for_those_who_prepare_and_holds_no_mark(planted):
    round_, _sheet, author, other = planted
    found = people(round_)
    for role in ("secretary", "officer"):
        answer = get(found[role], "round_paper", round_.pk, "giay-moi", "pdf")
        drawn = reading.text_of(answer.content)
        assert "GIẤY MỜI" in drawn
        assert str(author) in drawn
        assert LEAKS.search(drawn) is None
    for person in (author, other, found["support"], found["chair"]):
        assert statuses(person, round_, [("giay-moi", "pdf")]) == {403}


WHO = {
    "chair": set(KINDS) - {"giay-moi"},
    "secretary": set(KINDS),
    "officer": set(KINDS),
    "member": {"bien-ban", "bang-tong-hop", "to-trinh", "du-thao-quyet-dinh"},
    "support": {"bien-ban", "bang-tong-hop", "to-trinh", "du-thao-quyet-dinh"},
}


def test_once_closed_each_gets_what_is_theirs_and_the_page_offers_no_more():
    round_ = factories.closed_round()
    for role, person in people(round_).items():
        for slug, form in ALL:
            status = get(person, "round_paper", round_.pk, slug, form).status_code
            assert status == (200 if slug in WHO[role] else 403), (role, slug)
        page = get(person, "papers", round_.pk).content.decode()
        offered = {slug for slug, form in ALL if url("round_paper", round_.pk, slug, form) in page}
        assert offered == WHO[role], role


def test_the_sheets_of_a_product_come_in_one_file_and_those_of_a_round_one_file_a_product():
    round_ = factories.closed_round(candidates=2)
    secretary = factories.person_in(round_.council, "secretary")
    answer = get(secretary, "round_paper", round_.pk, "phieu-danh-gia", "zip")
    found = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    for candidate, name in zip(round_.candidates.all(), found.namelist(), strict=True):
        alone = get(secretary, "product_sheets", candidate.pk).content
        assert alone == found.read(name)
        text = reading.text_of(alone)
        assert str(candidate.entry.product) in text
        assert text.count("PHIẾU ĐÁNH GIÁ SẢN PHẨM") == 3


def test_a_declared_conflict_keeps_papers_with_sheets_shut_also_to_leaders():
    round_ = factories.open_round(members=4)
    chair = factories.person_in(round_.council, "chair")
    candidate = round_.candidates.get()
    rounds.declare_conflict(candidate=candidate, user=chair, kind="kin", note="")
    for user in factories.scorers(round_.council)[1:]:
        factories.scored_sheet(candidate, user, total=72)
    secretary = factories.person_in(round_.council, "secretary")
    rounds.end_scoring(round_=round_, by=secretary)
    rounds.close_round(round_=round_, by=secretary)
    shut = [pair for pair in AFTER_CLOSING if KINDS[pair[0]].tells_sheets]
    still = [pair for pair in AFTER_CLOSING if not KINDS[pair[0]].tells_sheets]
    assert statuses(chair, round_, shut) == {403}
    assert statuses(chair, round_, still) == {200}
    assert statuses(secretary, round_, AFTER_CLOSING) == {200}
    assert "Hãy nhờ thư ký in." in get(chair, "papers", round_.pk).content.decode()
    for sheet in candidate.sheets.all():
        assert get(chair, "sheet_paper", sheet.pk).status_code == 404
    assert get(chair, "product_sheets", candidate.pk).status_code == 403
    assert (
        url("product_sheets", candidate.pk) not in get(chair, "papers", round_.pk).content.decode()
    )


def test_a_cancelled_round_gives_no_paper_but_its_authors_their_own(planted):
    round_, sheet, author, _other = planted
    found = people(round_)
    rounds.cancel_round(round_=round_, by=found["officer"], reason="Hoãn họp")
    assert statuses(found["secretary"], round_, AFTER_CLOSING) == {403}
    assert statuses(found["secretary"], round_, [("giay-moi", "pdf")]) == {409}
    assert get(author, "sheet_paper", sheet.pk).status_code == 200
    assert get(found["secretary"], "sheet_paper", sheet.pk).status_code == 404


def test_no_paper_is_kept_by_the_browser_and_its_name_is_plain():
    round_ = factories.closed_round(name="Đợt “1” / năm\r\n2020")
    secretary = factories.person_in(round_.council, "secretary")
    for slug, form in ALL:
        answer = get(secretary, "round_paper", round_.pk, slug, form)
        assert "no-store" in answer["Cache-Control"], slug
        kind = "inline" if form == "pdf" else "attachment"
        name = f'{kind}; filename="{slug}-dot-1-nam-2020.{form}"'
        assert answer["Content-Disposition"] == name
        assert answer["X-Content-Type-Options"] == "nosniff", slug


def test_there_is_no_other_paper_or_form():
    round_ = factories.closed_round()
    secretary = factories.person_in(round_.council, "secretary")
    for slug, form in (("bien-ban", "zip"), ("khong-co", "pdf"), ("giay-moi", "docx")):
        assert get(secretary, "round_paper", round_.pk, slug, form).status_code == 404


def test_a_round_closed_before_there_were_records_gets_one_with_its_first_paper():
    round_ = factories.closed_round()
    assert RoundRecord.objects.get().content["products"][0]["number"] == 1
    RoundRecord.objects.all().delete()
    secretary = factories.person_in(round_.council, "secretary")
    for _twice in range(2):
        assert get(secretary, "round_paper", round_.pk, "bien-ban", "pdf").status_code == 200
    assert RoundRecord.objects.count() == 1


def test_closing_twice_keeps_the_first_record():
    round_ = factories.closed_round()
    kept = RoundRecord.objects.get()
    secretary = factories.person_in(round_.council, "secretary")
    rounds.close_round(round_=round_, by=secretary)
    again = RoundRecord.objects.get()
    assert (again.pk, again.content) == (kept.pk, kept.content)


def test_a_paper_costs_the_same_number_of_queries_at_one_and_at_three_products(
    django_assert_num_queries,
):
    for products in (1, 3):
        round_ = factories.open_round(candidates=products, members=3)
        score_all(round_, 72, 72, 72)
        secretary = factories.person_in(round_.council, "secretary")
        rounds.end_scoring(round_=round_, by=secretary)
        rounds.close_round(round_=round_, by=secretary)
        browser = signed_in(factories.officer())
        browser.get("/lam-viec/")  # that no second factor is needed is then known
        Round.objects.get(pk=round_.pk)
        with django_assert_num_queries(QUERIES_OF_THE_PAGE):
            browser.get(url("papers", round_.pk))
        with django_assert_num_queries(QUERIES_OF_THE_MINUTES):
            browser.get(url("round_paper", round_.pk, "bien-ban", "pdf"))
        with django_assert_num_queries(QUERIES_OF_THE_WORKBOOK):
            browser.get(url("round_paper", round_.pk, "tong-hop-dot", "xlsx"))


QUERIES_OF_THE_PAGE = 12
QUERIES_OF_THE_MINUTES = 9
QUERIES_OF_THE_WORKBOOK = 12
