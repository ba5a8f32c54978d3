"""The council reads the dossier as it stood when the round opened."""

import pytest
from django.utils import timezone

from communes.models import Role
from tests import factories
from tests.evaluation.pages import get, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def candidate():
    return factories.open_round().candidates.get()


def a_file(candidate):
    return next(row["paper"] for row in candidate.dossier if row["sha256"])


def status(person, candidate, paper):
    return get(person, "candidate_paper", candidate.pk, paper).status_code


def test_the_whole_council_and_the_officers_of_the_product_read_it(candidate):
    paper = a_file(candidate)
    for role, person in people(candidate.round).items():
        assert status(person, candidate, paper) == 200, role
    assert status(factories.officer(Role.Kind.COMMUNE_OFFICER), candidate, paper) == 200


def test_others_do_not_find_it(candidate):
    paper = a_file(candidate)
    neighbour = factories.officer(Role.Kind.COMMUNE_OFFICER, factories.vinh_linh().vinh_thuy)
    of_another = factories.person_in(factories.council_with(3), "chair")
    unseated = factories.officer("council_member")
    for person in (neighbour, of_another, unseated, factories.officer("administrator")):
        assert status(person, candidate, paper) == 404


def test_a_paper_added_after_the_opening_is_not_part_of_it(candidate):
    later = factories.PaperFactory(entry=candidate.entry, kind="awards")
    assert status(factories.person_in(candidate.round.council, "chair"), candidate, later.pk) == 404


def test_a_paper_withdrawn_later_is_still_what_the_council_scored_by(candidate):
    paper = a_file(candidate)
    candidate.entry.papers.filter(pk=paper).update(withdrawn_at=timezone.now())
    assert status(factories.person_in(candidate.round.council, "chair"), candidate, paper) == 200


def test_samples_have_no_file_to_open(candidate):
    samples = next(row["paper"] for row in candidate.dossier if not row["sha256"])
    chair = factories.person_in(candidate.round.council, "chair")
    assert status(chair, candidate, samples) == 404
    assert "đã nhận 5" in get(chair, "sheet", candidate.pk).content.decode()


def test_each_paper_is_linked_from_the_member_s_page_in_a_new_tab(candidate):
    page = get(factories.person_in(candidate.round.council, "chair"), "sheet", candidate.pk)
    assert page.content.decode().count('target="_blank" rel="noopener"') == 4
