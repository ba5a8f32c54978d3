"""A declared conflict of interest takes the product away: pages, counts, and the sheet's weight."""

import pytest

from evaluation import rounds
from evaluation.models import Conflict
from evaluation.tally import round_tally
from tests import factories
from tests.evaluation.pages import get, people, post, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_():
    return factories.open_round(candidates=2)


@pytest.fixture
def member(round_):
    return factories.person_in(round_.council, "member")


def declare(person, candidate, **data):
    return post(person, "conflict", candidate.pk, **({"kind": "kin"} | data))


def test_the_product_is_gone_from_the_member_s_pages_and_counts(round_, member):
    first, second = round_.candidates.all()
    assert declare(member, first).status_code == 302
    name = str(first.entry.product)
    mine = get(member, "my_sheets", round_.pk).content.decode()
    # The page just confirmed it once; from then on the name is nowhere.
    mine = get(member, "my_sheets", round_.pk).content.decode()
    assert name not in mine
    assert str(second.entry.product) in mine
    assert name not in get(member, "round", round_.pk).content.decode()
    assert 'data-label="Sản phẩm">1<' in get(member, "rounds").content.decode()
    assert get(member, "sheet", first.pk).status_code == 404
    assert post(member, "sheet", first.pk).status_code == 404


def test_the_dossier_is_closed_to_who_has_a_conflict(round_, member):
    candidate = round_.candidates.first()
    paper = next(row["paper"] for row in candidate.dossier if row["sha256"])
    assert get(member, "candidate_paper", candidate.pk, paper).status_code == 200
    declare(member, candidate)
    assert get(member, "candidate_paper", candidate.pk, paper).status_code == 404


def test_a_handed_in_sheet_no_longer_counts_and_its_author_still_reads_it(round_, member):
    candidate = round_.candidates.first()
    sheet = factories.scored_sheet(candidate, member, total=100)
    assert round_tally(round_)[0].tally.count == 1
    declare(member, candidate)
    assert round_tally(round_)[0].tally.count == 0
    assert get(member, "sheet_view", sheet.pk).status_code == 200
    assert post(member, "mark", sheet.pk, criterion="1.1", option="1").status_code == 409


def test_the_quorum_is_taken_of_those_without_a_conflict(round_, member):
    candidate = round_.candidates.first()
    assert round_tally(round_)[0].needed == 3  # 3/4 of three
    declare(member, candidate)
    assert [row.needed for row in round_tally(round_)] == [2, 3]  # 3/4 of two, of three


def test_declaring_it_twice_is_one_row(round_, member):
    candidate = round_.candidates.first()
    assert declare(member, candidate).status_code == 302
    declare(member, candidate)
    assert Conflict.objects.count() == 1
    assert round_.events.filter(action="conflict.declared").count() == 1


def test_another_reason_has_to_be_told(round_, member):
    candidate = round_.candidates.first()
    answer = declare(member, candidate, kind="other")
    assert answer.status_code == 422
    assert "Hãy ghi rõ lý do." in answer.content.decode()
    assert not Conflict.objects.exists()


def test_a_chair_with_a_conflict_sees_no_sheet_of_that_product(round_):
    found = people(round_)
    chair, first = found["chair"], round_.candidates.first()
    declare(chair, first)
    sheet = factories.scored_sheet(first, found["member"], parts={"A": 31, "B": 24, "C": 38})
    page = get(chair, "round", round_.pk).content.decode()
    assert "anh/chị đã khai có liên quan" in page
    assert "0/5" not in page  # the count leaves the whole product out
    assert "0/3 phiếu" in page
    rounds.end_scoring(round_=round_, by=found["secretary"])
    tally = get(chair, "tally", round_.pk).content.decode()
    assert "Anh/chị đã khai có liên quan nên không xem phiếu của sản phẩm này." in tally
    assert "93,00" not in tally
    assert get(chair, "sheet_view", sheet.pk).status_code == 404
    assert get(chair, "reopen", sheet.pk).status_code == 404
    assert post(chair, "settle", first.pk, what="spread").status_code == 403
    assert "93,00" in get(found["secretary"], "tally", round_.pk).content.decode()


def test_after_closing_no_conflict_can_be_declared():
    round_ = factories.closed_round()
    member = factories.person_in(round_.council, "member")
    answer = declare(member, round_.candidates.get())
    assert answer.status_code == 422
    assert "đã chốt" in answer.content.decode()
    assert not Conflict.objects.exists()


def test_who_does_not_score_declares_nothing(round_):
    candidate = round_.candidates.first()
    secretary = factories.person_in(round_.council, "secretary")
    assert post(secretary, "conflict", candidate.pk, kind="kin").status_code == 403
    assert get(factories.officer(), "conflict", candidate.pk).status_code == 403
    assert url("conflict", candidate.pk).startswith("/danh-gia/")
