"""A refusal with figures in it is read in the language of the page, whatever kind it is."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from communes.models import Role, today
from evaluation.sheets import SheetIncomplete
from ocop_portal.exchange.models import Import
from ocop_portal.page_language import filled, listed, lowered
from products import self_assessment
from tests import factories
from tests.communes.pages import text_of
from tests.exchange.books import book, brought_in, producer_row
from tests.factories import S, officer
from tests.languages.test_english_office import at_desk, nothing_english_is_kept
from tests.lawbook import shelf
from tests.products.test_self_assessment import entry_of, link, set_of

__all__ = ["nothing_english_is_kept"]
pytestmark = pytest.mark.django_db


def refused(answer, *words: str) -> None:
    """A page that was not left: it says why in English, and nothing of it in Vietnamese."""
    assert answer.status_code in (409, 422), answer.status_code
    page = text_of(answer)
    for said in words:
        assert said in page


def pdf(name="giay-to.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, factories.pdf_bytes(), "application/pdf")


def test_a_move_of_an_entry():
    entry = factories.entry_in(S.IDEA_DRAFT, papers=False)
    desk = at_desk(officer())
    move = reverse("products:entry_move", args=[entry.pk])
    answer = desk.post(move, {"move": "register_idea"})
    refused(answer, "Still missing: ")
    assert "Còn thiếu" not in text_of(answer)
    refused(desk.post(move, {"move": "withdraw", "reason": ""}), "Enter: reason")
    other = factories.entry_in(S.IDEA_REGISTERED, cycle=entry.cycle)
    stale = {"move": "accept_idea", "expected": S.IDEA_DRAFT}
    answer = desk.post(reverse("products:entry_move", args=[other.pk]), stale)
    refused(answer)
    assert "Hãy xem lại trước khi làm tiếp" not in text_of(answer)


def test_what_a_move_warns_of_counts_in_english():
    entry = factories.entry_in(S.IMPLEMENTING)
    for name in ("Mốc mẫu 1", "Mốc mẫu 2"):
        factories.MilestoneFactory(entry=entry, name=name)
    sent = {"move": "report_implementation", "reason": "Đã xong."}
    answer = at_desk(officer()).post(reverse("products:entry_move", args=[entry.pk]), sent)
    refused(answer, "2 milestones not done yet.")


def test_several_moved_at_once():
    cycle = factories.CycleFactory()
    entry = factories.entry_in(S.IDEA_DRAFT, cycle=cycle, papers=False)
    move = reverse("products:entries_move", args=[cycle.pk])
    sent = {"entry": [f"{entry.pk}:{entry.state}"], "move": "register_idea"}
    answer = at_desk(officer()).post(move, sent)
    refused(answer, "Still missing: ")
    assert "Còn thiếu" not in text_of(answer)


def test_a_paper_and_a_file(settings):
    entry = factories.entry_in(S.DOSSIER_SUBMITTED)
    commune = at_desk(officer(Role.Kind.COMMUNE_OFFICER, entry.product.producer.unit))
    kind = next(item.code for item in entry.cycle.law.dossier if item.form == "file")
    add = reverse("products:paper_add", args=[entry.pk, kind])
    refused(commune.post(add, {"file": pdf()}), "The dossier is with the ")
    settings.UPLOAD_MAX_MB = 0
    event = factories.OutreachEventFactory(unit=entry.product.producer.unit)
    add = reverse("communes:outreach_file_add", args=[event.pk])
    refused(commune.post(add, {"file": pdf()}), "The file is larger than 0 MB.")


def test_a_self_assessment():
    entry = entry_of()
    self_assessment.attach(entry=entry, text=link(set_of(entry)), by=officer())
    add = reverse("products:self_assessment_add", args=[entry.pk])
    answer = at_desk(officer()).post(add, {"link": link(set_of(entry), **{"9": 3})})
    refused(answer, f"A self-assessment was attached on {today():%d/%m/%Y}.")


def test_a_round_names_the_products_in_its_way_and_their_state():
    round_ = factories.RoundFactory(council=factories.council_with(3))
    entry = factories.entry_in(S.READY, cycle=round_.cycle)
    factories.CandidateFactory(round=round_, entry=entry)
    entry.__class__.objects.filter(pk=entry.pk).update(state=S.DOSSIER_OPEN)
    desk = at_desk(factories.person_in(round_.council, "secretary"))
    answer = desk.post(reverse("evaluation:round_open", args=[round_.pk]))
    label = str(S.DOSSIER_OPEN.label)
    with translation.override("en"):
        refused(answer, f"{entry.product}: {S.DOSSIER_OPEN.label}.")
    assert f"{entry.product}: {label}" not in text_of(answer)


def test_a_comparison_with_the_signed_text():
    by = officer()
    check = shelf.checked(shelf.in_file(), ticked=10, officer=by)
    answer = at_desk(by).post(reverse("lawbook:check_sign", args=[check.pk]))
    refused(answer, "Sections not checked yet: 2 (")


def test_an_import():
    factories.vinh_linh()
    by = officer()
    desk = at_desk(by)
    job = brought_in(book([producer_row(1)]), by)
    Import.objects.update(state=Import.State.UNREADABLE)
    answer = desk.post(reverse("exchange:take_back", args=[job.pk]), {"reason": "Nhầm tệp"})
    page = text_of(desk.get(answer["Location"]))
    assert "This import: " in page and "Lần nhập này" not in page


def test_a_row_that_another_changed_since():
    event = factories.OutreachEventFactory()
    desk = at_desk(officer())
    sent = {
        "unit": event.unit_id,
        "kind": event.kind,
        "title": "Nội dung khác",
        "held_on": event.held_on.strftime("%d/%m/%Y"),
        "seen": (event.updated_at - datetime.timedelta(minutes=1)).isoformat(),
    }
    answer = desk.post(reverse("communes:outreach_edit", args=[event.pk]), sent)
    refused(answer, " edited this item at ")
    assert "đã sửa mục này" not in text_of(answer)


def test_a_sheet_and_any_text_with_figures_wait_for_their_reader():
    incomplete = SheetIncomplete(("1.1", "1.2"))
    place = filled("%(where)s: %(why)s", {"where": listed(["a", "b"]), "why": incomplete})
    assert str(place) == "a, b: Còn 2 tiêu chí chưa chấm: 1.1, 1.2."
    with translation.override("en"):
        assert str(incomplete) == "Criteria not scored yet: 2 (1.1, 1.2)."
        assert incomplete.messages == [str(incomplete)]
        assert str(place) == "a, b: Criteria not scored yet: 2 (1.1, 1.2)."
        assert lowered(S.READY.label) == S.READY.label.lower()
