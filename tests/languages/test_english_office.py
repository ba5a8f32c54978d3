"""The office in English: read in English, kept in Vietnamese."""

import datetime

import pytest
from django.apps import apps
from django.core import mail
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from communes.models import Producer
from evaluation.models import Round, Sheet
from ocop_portal.exchange import jobs
from ocop_portal.exchange.models import Import
from ocop_portal.languages import in_language
from ocop_portal.reminders.models import Notice
from ocop_portal.reminders.scan import scan
from products.models import Entry, Paper, Product
from products.voice_models import Feedback
from tests import factories
from tests.exchange.books import book, producer_row, product_row, uploaded
from tests.factories import S, officer
from tests.languages.test_english import ENGLISH, PLACEHOLDER, VIETNAMESE, catalog
from tests.products.test_filled_forms import CRITERIA, PLAN

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


class EnglishClient(Client):
    """A browser of somebody who never leaves the English pages."""

    def generic(self, method, path, *args, **kwargs):
        return super().generic(method, in_language(path, "en"), *args, **kwargs)


def at_desk(user) -> EnglishClient:
    browser = EnglishClient()
    browser.force_login(user)
    return browser


def sent(browser, path: str, data=(), **more):
    """A form that is taken: it leads to an English page, on which nothing is Vietnamese but data."""
    answer = browser.post(path, dict(data) | more)
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"].startswith("/en/"), answer["Location"]
    return browser.get(answer["Location"])


def english_in_the_database() -> list[str]:
    """Every kept text that holds English of the portal, as "model.field: text"."""
    phrases, words = set(), set()
    for text, forms in catalog(ENGLISH / "django.mo").items():
        if not VIETNAMESE.search(text):
            continue
        for form in forms:
            if PLACEHOLDER.search(form) or " " in form:
                pieces = (piece.strip() for piece in PLACEHOLDER.split(form))
                phrases |= {piece for piece in pieces if " " in piece and len(piece) > 8}
            elif form[:1].isupper() and len(form) > 3:
                words.add(form)
    found = []
    for model in apps.get_models():
        if not model.__module__.startswith(("communes", "products", "evaluation", "ocop_portal")):
            continue
        names = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, (models.CharField, models.TextField, models.JSONField))
        ]
        for row in model._base_manager.values_list(*names) if names else ():
            for name, value in zip(names, row, strict=True):
                kept = str(without_translations(value) or "")
                if kept in words or any(phrase in kept for phrase in phrases):
                    found.append(f"{model._meta.label}.{name}: {kept[:200]}")
    return found


def without_translations(value):
    """Kept JSON without what `page_language.kept` wrote beside the Vietnamese for English pages."""
    if isinstance(value, list):
        return [without_translations(item) for item in value]
    if isinstance(value, dict):
        is_said_twice = value.keys() == {"vi", "en"}
        return (
            value["vi"] if is_said_twice else {k: without_translations(v) for k, v in value.items()}
        )
    return value


@pytest.fixture(autouse=True)
def nothing_english_is_kept():
    yield
    assert english_in_the_database() == []
    for message in mail.outbox:
        assert VIETNAMESE.search(message.subject), message.subject


def test_what_is_looked_for_would_be_found(db):
    """The scan that ends every test here sees English in a text, in a JSON and in a history."""
    english = catalog(ENGLISH / "django.mo")["Hồ sơ đầy đủ, chờ đánh giá"][0]
    product = factories.ProductFactory(story=f"{english}, 2020")
    assert {row.split(":")[0] for row in english_in_the_database()} == {
        "products.Product.story",
        "products.HistoricalProduct.story",
    }
    product.delete()
    Product.history.all().delete()


def test_an_entry_goes_its_steps_on_english_pages():
    commune, district = officer("commune_officer"), officer()
    entry = factories.entry_in(S.IDEA_DRAFT, papers=False)

    def url(name):
        return reverse(f"products:{name}", args=[entry.pk])

    desk = at_desk(commune)
    form = reverse("products:form_edit", args=[entry.pk, "idea"])
    fields = ("producer", "environment", "business", "idea", "proposer")
    page = sent(desk, form, dict.fromkeys(fields, "Nội dung"))
    assert "The draft was saved" in page.content.decode() or "saved" in page.content.decode()
    sent(desk, url("entry_move"), move="register_idea")
    sent(desk, url("comment_add"), text="Đã đủ chữ ký.")
    head = at_desk(district)
    refused = head.post(url("assess"), {"move": "return_idea", "reason": ""})
    assert refused.status_code == 422 and '<html lang="en"' in refused.content.decode()
    answers = {f"{code}_result": "fine" for code in CRITERIA}
    sent(head, url("assess"), answers, move="accept_idea", reason="Đã xem.")
    sent(desk, reverse("products:form_edit", args=[entry.pk, "business_plan"]), PLAN)
    sent(desk, url("entry_move"), move="submit_plan")
    entry.refresh_from_db()
    assert entry.state == S.PLAN_RECEIVED
    assert [paper.kind for paper in Paper.objects.all()] == ["idea", "business_plan"]
    scan()
    titles = Notice.objects.filter(recipient=district).values_list("title", flat=True)
    assert f"{entry.product} – có ý kiến mới" in titles
    inbox = head.get(reverse("reminders:inbox")).content.decode()
    assert f"{entry.product} – new comment" in inbox and "có ý kiến mới" not in inbox
    page = head.get(entry.get_absolute_url()).content.decode()
    assert '<html lang="en"' in page and 'href="/en/lam-viec/' in page


def test_several_are_moved_and_one_is_returned_with_a_reason():
    cycle = factories.CycleFactory()
    entries = [factories.entry_in(S.IDEA_REGISTERED, cycle=cycle) for _n in range(2)]
    head = at_desk(officer())
    ticked = [f"{entry.pk}:{entry.state}" for entry in entries]
    move = reverse("products:entries_move", args=[cycle.pk])
    sent(head, move, entry=ticked, move="return_idea", reason="Thiếu phụ lục.")
    assert set(Entry.objects.values_list("state", flat=True)) == {S.IDEA_RETURNED}
    whole = factories.entry_in(S.DOSSIER_SUBMITTED, cycle=cycle)
    sent(head, reverse("products:entry_move", args=[whole.pk]), move="accept_dossier")


def test_a_producer_and_a_product_are_entered_and_a_person_is_invited():
    head = at_desk(officer())
    unit = factories.vinh_linh().ho_xa
    wrong = head.post(reverse("communes:producer_add"), {"name": "Hợp tác xã mẫu"})
    assert wrong.status_code == 422
    assert "Hãy điền mục này" not in wrong.content.decode()
    page = sent(
        head,
        reverse("communes:producer_add"),
        {"name": "Hợp tác xã mẫu", "legal_form": "cooperative", "unit": unit.pk},
    )
    assert "Đã lưu" not in page.content.decode()
    producer = Producer.objects.get()
    sent(head, reverse("communes:producer_stop", args=[producer.pk]), reason="Thôi làm")
    administrator = at_desk(factories.officer("administrator"))
    person = officer("commune_officer")
    administrator.post(reverse("roles:user_invite", args=[person.pk]))
    assert len(mail.outbox) == 1 and "Kính gửi" in mail.outbox[0].body


def test_a_round_is_scored_closed_and_published():
    entry = factories.entry_in("ready", product__set_number=7)
    round_ = factories.open_round(entries=[entry], members=3)
    candidate = round_.candidates.get()
    options = factories.options_for(candidate.pinned_set.criteria, total=72)
    for user in factories.scorers(round_.council):
        # The sheet is Vietnamese: its English address leads there, and writes nothing.
        member = at_desk(user)
        path = reverse("evaluation:sheet", args=[candidate.pk])
        assert member.post(path)["Location"] == path
        assert not Sheet.objects.filter(seat__user=user).exists()
        phone = Client()
        phone.force_login(user)
        phone.post(path)
        sheet = Sheet.objects.get(seat__user=user)
        for code, option in options.items():
            phone.post(
                reverse("evaluation:mark", args=[sheet.pk]), {"criterion": code, "option": option}
            )
        phone.post(reverse("evaluation:submit", args=[sheet.pk]))
        assert member.get(reverse("evaluation:sheet_view", args=[sheet.pk])).status_code == 200
    secretary = at_desk(factories.person_in(round_.council, "secretary"))
    reopened = Sheet.objects.first()
    sent(secretary, reverse("evaluation:reopen", args=[reopened.pk]), reason="Thảo luận chênh lệch")
    owner = Client()
    owner.force_login(reopened.seat.user)
    new = Sheet.objects.get(seat=reopened.seat, state=Sheet.State.DRAFT)
    owner.post(reverse("evaluation:submit", args=[new.pk]))
    for name in ("round_end", "round_close", "round_publish"):
        sent(secretary, reverse(f"evaluation:{name}", args=[round_.pk]))
    round_.refresh_from_db()
    assert round_.state == Round.State.PUBLISHED
    assert Notice.objects.count() or scan() is not None
    # A paper has one address, and is what it is on the Vietnamese page.
    paper = reverse("evaluation:round_paper", args=[round_.pk, "bien-ban", "pdf"])
    assert secretary.get(paper)["Location"] == paper


def test_a_visitor_writes_on_an_english_page_and_is_answered_there():
    product = factories.PublicRatingFactory().product
    visitor = EnglishClient()
    told = {"kind": "quality", "words": "Hũ nứt", "sender": "Người mua", "contact": "0900000000"}
    write = reverse("products:feedback_write", args=[product.pk])
    wrong = visitor.post(write, told | {"kind": ""})
    assert wrong.status_code == 422 and '<html lang="en"' in wrong.content.decode()
    thanked = visitor.post(write, told)
    found = Feedback.objects.get()
    assert found.code in thanked.content.decode()
    head = at_desk(officer("commune_officer", product.producer.unit))
    sent(head, found.get_absolute_url(), answer="Đã nhắc chủ thể.")
    scan(today=timezone.localdate() + datetime.timedelta(days=20))


def test_the_faults_of_an_import_are_read_in_the_language_of_the_page():
    unit = factories.vinh_linh()
    head = at_desk(officer())
    rows = [producer_row(1), producer_row(2)]
    rows[1][2] = "99999"
    sent(head, reverse("exchange:imports"), file=uploaded(book(rows)))
    job = Import.objects.get()
    jobs.work(job.pk)
    sent(head, reverse("exchange:act", args=[job.pk, "xac-nhan"]))
    jobs.work(job.pk)
    assert Producer.objects.filter(unit=unit.ho_xa).count() == 1
    assert job.rows.exclude(faults=[]).exists()
    page = job.get_absolute_url()
    assert "No commune or township has the code or name “99999”." in head.get(page).content.decode()
    at_home = Client()
    at_home.force_login(job.by)
    assert (
        "Không có xã, thị trấn nào mang mã hoặc tên “99999”." in at_home.get(page).content.decode()
    )
    refused = reverse("exchange:refused", args=[job.pk])
    assert head.get(refused)["Location"] == refused
    sent(head, reverse("exchange:take_back", args=[job.pk]), reason="Nhập nhầm tệp.")


def test_why_a_file_was_not_read_or_not_taken_back_is_read_in_the_language_of_the_page():
    factories.vinh_linh()
    head = at_desk(officer())
    empty = Workbook()
    empty.active.append(["Không có gì"])
    for content in (empty, book([producer_row(1)], [product_row(1, 1)])):
        sent(head, reverse("exchange:imports"), file=uploaded(content))
    read, unread = Import.objects.all()
    jobs.work(unread.pk)
    jobs.work(read.pk)
    sent(head, reverse("exchange:act", args=[read.pk, "xac-nhan"]))
    jobs.work(read.pk)
    factories.EntryFactory(product=Product.objects.get())
    sent(head, reverse("exchange:take_back", args=[read.pk]), reason="Nhập nhầm tệp.")
    jobs.work(read.pk)
    at_home = Client()
    at_home.force_login(read.by)
    for job, told, said in (
        (unread, "Tệp không có trang nào có số liệu.", "No worksheet in the file holds data."),
        (read, "đã tham gia chu trình hoặc đã được xếp hạng", "has already joined a cycle"),
    ):
        page = head.get(job.get_absolute_url()).content.decode()
        assert said in page, page
        assert told not in page
        assert told in at_home.get(job.get_absolute_url()).content.decode()


def test_signing_in_on_an_english_page_leads_on_in_english():
    user = officer()
    user.set_password("mat-khau-dai-1")
    user.save()
    visitor = EnglishClient()
    asked = visitor.get(reverse("communes:producers"))
    assert asked["Location"] == "/en/tai-khoan/dang-nhap/?next=/en/lam-viec/chu-the/"
    entrance = reverse("account_login")
    said = visitor.post(entrance, {"login": user.username, "password": "sai"})
    assert "chưa đúng" not in said.content.decode()
    known = {"login": user.username, "password": "mat-khau-dai-1"}
    in_ = visitor.post(entrance + "?next=/lam-viec/chu-the/", known | {"next": "/lam-viec/"})
    assert in_["Location"].startswith("/en/lam-viec/")
    assert visitor.post(reverse("account_logout"))["Location"] == "/en/"
    visitor.post(reverse("account_reset_password"), {"email": user.email})
    assert len(mail.outbox) == 1 and "Kính gửi" in mail.outbox[0].body
