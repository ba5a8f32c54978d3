"""What the portal itself says of a Decision is read in the language of the page; the law is not."""

import datetime
import re
from html import escape
from importlib import import_module

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from evaluation import rounds
from ocop_portal import law
from ocop_portal.languages import in_language
from tests import factories
from tests.evaluation.pages import score_all
from tests.lawbook import shelf

FIGURES = re.compile(r"\d+(?:[.,]\d+)*")
QUOTED = re.compile(r"“[^”]*”")


@pytest.mark.parametrize("slug", [decision.slug for decision in law.decisions()])
def test_every_remark_has_an_english_with_its_figures_and_quotations(slug):
    for remark in law.remarks(law.decision(slug)):
        english = law.english()[remark]
        figures = set(FIGURES.findall(remark))
        # "đợt 1" is "first batch".
        assert figures - set(FIGURES.findall(english)) <= ({"1", "2"} if "đợt" in remark else set())
        for quoted in QUOTED.findall(remark):
            assert quoted in english or quoted == "“không thuộc phương án nào”", remark


def test_nothing_is_kept_in_english_that_no_file_says():
    said = {remark for decision in law.decisions() for remark in law.remarks(decision)}
    assert set(law.english()) - said == set()


def test_english_that_cannot_be_read_is_told_by_check_law_and_not_by_a_visitor_s_page(
    tmp_path, monkeypatch
):
    folder = tmp_path / "1048-2019"
    folder.mkdir()
    (folder / "english.yaml").write_text('remarks:\n  - {vi: "Một", em: "One"}\n')
    monkeypatch.setattr(import_module("ocop_portal.law.remarks"), "SHELF", tmp_path)
    law.english.cache_clear()
    try:
        with pytest.raises(CommandError, match=re.escape("1048-2019/english.yaml")):
            call_command("check_law")
    finally:
        law.english.cache_clear()


def left(page) -> list[str]:
    """The remarks that a page says in Vietnamese."""
    text = page.content.decode()
    return [remark for remark in law.english() if len(remark) > 20 and escape(remark) in text]


@pytest.mark.django_db
@pytest.mark.any_database
@pytest.mark.parametrize("slug", [decision.slug for decision in law.decisions()])
def test_a_visitor_reads_the_remarks_in_the_language_of_the_page(client, slug):
    decision = law.decision(slug)
    pages = [reverse("lawbook:decisions"), reverse("lawbook:decision", args=[slug])]
    pages += [reverse("lawbook:set", args=[slug, found.number]) for found in decision.sets]
    usable = [found.number for found in decision.sets if found.usable]
    pages += [f"{reverse('lawbook:rehearsal')}?qd={slug}&bo={number}" for number in usable[::5]]
    in_vietnamese = set()
    for address in pages:
        in_vietnamese.update(left(client.get(address)))
        page = client.get(in_language(address, "en"))
        assert left(page) == [], address
    # What is looked for is there to be found.
    assert {decision.readings[0], decision.open_questions[0]} <= in_vietnamese
    assert any(remark not in decision.readings for remark in in_vietnamese)


@pytest.mark.django_db
@pytest.mark.any_database
def test_the_office_and_a_council_read_the_remarks_in_the_language_of_the_page(client):
    round_ = factories.open_round(members=2, meets_on=datetime.date(2020, 6, 8))
    secretary = factories.person_in(round_.council, "secretary")
    score_all(round_, 72, 72)
    rounds.end_scoring(round_=round_, by=secretary)
    draft = shelf.version(shelf.corrected(6), state="draft")
    for user, address in (
        (factories.officer(), reverse("lawbook:set_desk", args=["1048-2019", 6])),
        (factories.officer(), reverse("lawbook:version", args=[draft.pk])),
        (factories.officer(), reverse("lawbook:place_edit", args=[draft.pk, "6.2"])),
        (secretary, round_.get_absolute_url()),
        (secretary, reverse("evaluation:tally", args=[round_.pk])),
    ):
        client.force_login(user)
        assert left(client.get(address)) != [], address
        assert left(client.get(in_language(address, "en"))) == [], address
