"""Which paper proves which criterion; papers that the district asks for by a day."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from communes.models import Role, today
from evaluation.evidence import kinds_for
from ocop_portal.reminders.registry import Ask, sources
from ocop_portal.worklist import work_of
from products import dossier
from products.cycle import BY_NAME, why_not
from products.dossier import PaperRefused
from products.evidence_links import criteria_of, glance_of, link_evidence
from products.files import check_upload
from products.models import Cycle, Entry, EvidenceLink, Paper, PaperSlot
from products.paper_slots import answer_slot, ask_for, fill_slot
from products.slot_deadlines import slots_owed
from tests import factories as make
from tests.communes.pages import text_of

pytestmark = pytest.mark.django_db

S = Entry.State


@pytest.fixture
def tree():
    return make.vinh_linh()


@pytest.fixture
def district(tree):
    return make.officer()


@pytest.fixture
def commune(tree):
    return make.officer(Role.Kind.COMMUNE_OFFICER, tree.ho_xa)


def entry_at(tree, state) -> Entry:
    return make.entry_in(state, product__producer__unit=tree.ho_xa)


def upload(text="mẫu"):
    return check_upload(SimpleUploadedFile("giay.pdf", make.pdf_bytes(text)))


def ask(entry, district, **fields) -> PaperSlot:
    how = {
        "kind": "idea",
        "words": "Phiếu có dấu",
        "why": "Bản nộp thiếu dấu.",
        "due_on": today() + datetime.timedelta(days=5),
    } | fields
    return ask_for(slot=PaperSlot(entry=entry, **how), by=district)


# --- Evidence -----------------------------------------------------------------------------------


def test_a_paper_proves_many_criteria_and_links_end_but_stay_on_record(tree, district):
    entry = entry_at(tree, S.DOSSIER_OPEN)
    paper = entry.papers.first()
    first, second, third = [leaf.code for leaf in criteria_of(entry).leaves][:3]
    link_evidence(paper=paper, codes=[first, second], by=district)
    link_evidence(paper=paper, codes=[first, second], by=district)
    link_evidence(paper=paper, codes=[second, third], by=district)
    standing = EvidenceLink.objects.filter(ended_at=None).values_list("criterion", flat=True)
    assert sorted(standing) == sorted([second, third])
    assert EvidenceLink.objects.count() == 3
    assert entry.events.filter(action="evidence.linked").count() == 2
    glance = glance_of(dossier.lines(entry), criteria_of(entry))
    assert glance.proved == 2
    assert first in {leaf.code for leaf in glance.unproved}


def test_a_criterion_of_another_set_is_refused(tree, district):
    paper = entry_at(tree, S.DOSSIER_OPEN).papers.first()
    with pytest.raises(PaperRefused, match="không có tiêu chí này"):
        link_evidence(paper=paper, codes=["99.9"], by=district)


def test_the_council_is_shown_the_linked_paper_first(tree, district):
    entry = entry_at(tree, S.DOSSIER_OPEN)
    paper = entry.papers.first()
    criteria = criteria_of(entry)
    code = criteria.leaves[0].code
    link_evidence(paper=paper, codes=[code], by=district)
    candidate = make.CandidateFactory(entry=entry)
    candidate.dossier = dossier.handed_in(entry)
    assert kinds_for(candidate, criteria)[code] == [paper.kind]


def test_the_dossier_counts_papers_that_expired_or_will_soon(tree):
    entry = make.entry_in(S.DOSSIER_OPEN, papers=False, product__producer__unit=tree.ho_xa)
    items = [item for item in entry.cycle.law.dossier if item.form == "file"]
    make.PaperFactory(
        entry=entry, kind=items[0].code, valid_until=today() - datetime.timedelta(days=1)
    )
    make.PaperFactory(
        entry=entry, kind=items[1].code, valid_until=today() + datetime.timedelta(days=3)
    )
    glance = glance_of(dossier.lines(entry), criteria_of(entry))
    assert (glance.there, glance.expired, glance.soon) == (1, 1, 1)


def test_the_count_of_papers_and_their_lines_use_the_same_words(client, tree, district):
    entry = make.entry_in(S.DOSSIER_OPEN, papers=False, product__producer__unit=tree.ho_xa)
    Paper.objects.create(entry=entry, kind="samples", quantity=1, uploaded_by=district)
    client.force_login(district)
    answer = client.get(entry.get_absolute_url())
    glance, lines = answer.context["glance"], answer.context["mandatory"]
    assert glance.short == 1
    assert glance.missing == len(lines) - 1
    page = answer.content.decode()
    counts, below = page.split('<ul class="glance"')[1].split("Giấy tờ bắt buộc")
    counts = counts.split("</ul>")[0]
    for words in ("Chưa có", "Chưa đủ"):
        assert words in counts and words in below, words
    assert "Thiếu" not in page.split('id="ho-so"')[1].split("</section>")[0]


# --- Papers asked for ---------------------------------------------------------------------------


def test_a_paper_is_asked_for_handed_in_refused_handed_in_again_and_accepted(
    tree, district, commune
):
    entry = entry_at(tree, S.DOSSIER_SUBMITTED)
    slot = ask(entry, district)
    assert ask(entry, district).pk == slot.pk
    assert "Phiếu có dấu" in why_not(entry, BY_NAME["accept_dossier"])[-1]
    # The dossier is with the district, so only what was asked for may come in.
    with pytest.raises(PaperRefused):
        dossier.attach_paper(entry=entry, paper=Paper(kind="idea"), upload=upload(), by=commune)
    slot = fill_slot(slot=slot, paper=Paper(), upload=upload("1"), by=commune)
    with pytest.raises(PaperRefused, match="không còn chờ bổ sung"):
        fill_slot(slot=slot, paper=Paper(), upload=upload("1"), by=commune)
    with pytest.raises(PaperRefused, match="Cần ghi lý do"):
        answer_slot(slot=slot, state="refused", answer=" ", by=district)
    answer_slot(slot=slot, state="refused", answer="Ảnh mờ", by=district)
    fill_slot(slot=slot, paper=Paper(), upload=upload("2"), by=commune)
    answer_slot(slot=slot, state="accepted", answer="", by=district)
    answer_slot(slot=slot, state="accepted", answer="", by=district)
    assert why_not(entry, BY_NAME["accept_dossier"]) == []
    told = entry.events.filter(action__startswith="slot.").order_by("pk")
    assert [event.action for event in told] == [
        "slot.asked",
        "slot.filled",
        "slot.refused",
        "slot.filled",
        "slot.accepted",
    ]


def test_a_day_in_the_past_and_an_unknown_kind_are_refused(tree, district):
    entry = entry_at(tree, S.DOSSIER_SUBMITTED)
    with pytest.raises(PaperRefused, match="không thể ở trước hôm nay"):
        ask(entry, district, due_on=today() - datetime.timedelta(days=1))
    with pytest.raises(PaperRefused, match="không có trong danh mục"):
        ask(entry, district, kind="khong-co")


def test_the_commune_is_reminded_until_it_hands_in_and_then_the_district_has_work(
    tree, district, commune
):
    entry = entry_at(tree, S.DOSSIER_SUBMITTED)
    slot = ask(entry, district)
    days = Ask(
        since=today(),
        until=today() + datetime.timedelta(days=30),
        people=frozenset({commune.pk, district.pk}),
    )
    (owed,) = slots_owed(days)
    assert (owed.recipients, owed.superiors) == ((commune.pk,), (district.pk,))
    assert "Giấy tờ cơ quan quản lý yêu cầu, cần bổ sung" in [
        str(row.label) for row in work_of(commune)
    ]
    fill_slot(slot=slot, paper=Paper(), upload=upload(), by=commune)
    assert list(slots_owed(days)) == []
    assert "Giấy tờ bổ sung chờ kiểm tra" in [str(row.label) for row in work_of(district)]


def test_the_office_that_runs_the_cycle_is_named_as_what_it_is(client, tree, district):
    entry = entry_at(tree, S.DOSSIER_SUBMITTED)
    client.force_login(district)
    words = text_of(client.get(entry.get_absolute_url()))
    assert "Trao đổi giữa xã và huyện" in words
    assert "Giấy tờ huyện yêu cầu thêm" in words
    Cycle.objects.filter(pk=entry.cycle_id).update(unit=tree.province)
    client.force_login(make.officer(unit=tree.province))
    words = text_of(client.get(entry.get_absolute_url()))
    assert "Trao đổi giữa xã và tỉnh" in words
    assert "Giấy tờ tỉnh yêu cầu thêm" in words
    assert "huyện yêu cầu" not in words and "xã và huyện" not in words


def test_a_kind_of_reminder_names_no_level_of_office():
    labels = {source.kind: str(source.label) for source in sources()}
    for kind in ("comment", "paper-slot", "answer"):
        assert "huyện" not in labels[kind], kind


def test_the_pages_ask_fill_and_show(client, tree, district, commune):
    entry = entry_at(tree, S.DOSSIER_SUBMITTED)
    client.force_login(district)
    client.post(
        reverse("products:slot_ask", args=[entry.pk]),
        {
            "kind": "idea",
            "words": "Phiếu có dấu",
            "why": "Thiếu dấu",
            "due_on": "31/01/2030",
        },
    )
    slot = PaperSlot.objects.get()
    client.force_login(commune)
    words = text_of(client.get(entry.get_absolute_url()))
    assert "Giấy tờ huyện yêu cầu thêm" in words
    assert "hạn 31/01/2030" in words
    answer = client.post(
        reverse("products:slot_fill", args=[slot.pk]),
        {"file": SimpleUploadedFile("phieu.pdf", make.pdf_bytes("dấu"))},
    )
    assert answer.status_code == 302
    slot.refresh_from_db()
    assert (slot.state, slot.paper.original_name) == ("filled", "phieu.pdf")
