"""Forms of steps 2 and 3 on screen: handed in, frozen, answered, late; the thread beside them."""

import datetime
import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from communes.models import Role, today
from ocop_portal.reminders.models import Notice
from ocop_portal.reminders.scan import scan
from products import comments, filled_forms, leaves
from products import form_figures as figures
from products.cycle import BY_NAME, Refused, move, why_not
from products.models import Comment, Entry, FilledForm, Paper
from tests import factories as make
from tests.factories import entry_in, filled_idea, officer, pdf_bytes, vinh_linh

pytestmark = pytest.mark.django_db
S = Entry.State
CRITERIA = ("material", "labour", "origin", "identity")
SECTIONS = ("introduction", "market", "production", "finance", "organisation")
PLAN = {
    "introduction": "Giới thiệu",
    "market": "Chợ huyện",
    "line1_name": "Tiêu khô",
    "line1_unit": "kg",
    **{f"line1_{year}_quantity": "1.000,5" for year in (1, 2, 3)},
    **{f"line1_{year}_price": "150.000" for year in (1, 2, 3)},
    "money1_side": "own",
    "money1_name": "Vốn nhà",
    "money1_amount": "200000000",
    "money2_side": "use",
    "money2_name": "Mua máy",
    "money2_amount": "200.000.000",
}


@pytest.fixture
def commune():
    return officer(Role.Kind.COMMUNE_OFFICER)


@pytest.fixture
def district():
    return officer()


def url(name, *args):
    return reverse(f"products:{name}", args=args)


def registered(commune):
    entry = entry_in(S.IDEA_DRAFT, papers=False)
    filled_idea(entry, commune)
    return move(entry=entry, name="register_idea", by=commune)


def answer(client, district, entry, name, codes, result="fine", **notes):
    client.force_login(district)
    sent = {f"{code}_result": result for code in codes} | notes
    return client.post(url("assess", entry.pk), {"move": name, "reason": "Đã xem."} | sent)


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1.500.000", 1_500_000), ("1500000", 1_500_000), ("1 500 000 đ", 1_500_000), ("", None)],
)
def test_money_is_understood_with_and_without_dots(typed, value):
    assert figures.money(typed) == value


@pytest.mark.parametrize("typed", ["1.50", "-5", "1,5", "9" * 30, "١٢", "abc"])
def test_what_is_no_whole_amount_is_refused(typed):
    with pytest.raises(ValidationError):
        figures.money(typed)


def test_a_filled_form_stands_for_the_paper_and_becomes_one(client, commune):
    entry = entry_in(S.IDEA_DRAFT, papers=False)
    assert why_not(entry, BY_NAME["register_idea"])
    client.force_login(commune)
    words = unicodedata.normalize("NFD", "Tiêu Vĩnh Linh")
    fields = ("producer", "environment", "business", "idea", "proposer")
    sent = dict.fromkeys(fields, "Nội dung") | {"idea": words}
    assert client.post(url("form_edit", entry.pk, "idea"), sent).status_code == 302
    entry = move(entry=entry, name="register_idea", by=commune)
    assert (entry.state, entry.idea) == (S.IDEA_REGISTERED, "Tiêu Vĩnh Linh")
    form, paper = FilledForm.objects.get(), Paper.objects.get()
    assert (form.paper, paper.kind, form.submitted_by) == (paper, "idea", commune)
    served = client.get(url("form_print", form.pk))
    assert b"".join(served.streaming_content).startswith(b"%PDF")


def test_a_form_with_gaps_is_kept_but_not_handed_in(client, commune):
    entry = entry_in(S.IDEA_DRAFT, papers=False)
    client.force_login(commune)
    assert client.post(url("form_edit", entry.pk, "idea"), {"idea": "Tiêu"}).status_code == 302
    with pytest.raises(Refused) as refused:
        move(entry=entry, name="register_idea", by=commune)
    assert any("Chủ thể" in reason for reason in refused.value.reasons)
    assert FilledForm.objects.get().is_draft


def test_the_same_draft_twice_is_one_and_anothers_is_not_overwritten(commune):
    entry = entry_in(S.IDEA_DRAFT, papers=False)
    first = filled_idea(entry, commune)
    assert filled_idea(entry, commune).updated_at == first.updated_at
    with pytest.raises(ValidationError):
        filled_forms.save_draft(
            entry=entry, kind="idea", by=commune, texts={"idea": "Khác"}, seen="cũ"
        )
    assert FilledForm.objects.get().texts["idea"] == "Nội dung mẫu."


def test_a_filled_idea_is_accepted_only_when_every_criterion_is_found_fine(
    client, commune, district
):
    entry = registered(commune)
    assert answer(client, district, entry, "accept_idea", CRITERIA[:3]).status_code == 422
    assert answer(client, district, entry, "accept_idea", CRITERIA).status_code == 302
    entry.refresh_from_db()
    assert entry.state == S.PLAN_AWAITED
    assert [a.answer for a in entry.assessments.all()] == ["accepted"]


def test_a_change_must_be_named(client, commune, district):
    entry = registered(commune)
    assert (
        answer(client, district, entry, "return_idea", CRITERIA[:1], result="change").status_code
        == 422
    )
    done = answer(
        client,
        district,
        entry,
        "return_idea",
        CRITERIA[:1],
        result="change",
        material_note="Nêu vùng trồng",
    )
    assert done.status_code == 302
    page = client.get(entry.get_absolute_url()).content.decode()
    assert "Nêu vùng trồng" in page and "Hạn nộp lại ý tưởng" in page


def test_a_new_version_shows_what_changed_and_the_old_one_stays(client, commune, district):
    entry = registered(commune)
    move(entry=entry, name="return_idea", by=district, reason="Sửa")
    filled_idea(entry, commune, idea="Ý tưởng mới hẳn")
    move(entry=entry, name="register_idea", by=commune)
    new, old = FilledForm.objects.order_by("-number")
    assert (new.number, old.number) == (2, 1)
    client.force_login(district)
    assert "Ý tưởng mới hẳn" in client.get(url("form_version", new.pk)).content.decode()
    assert "Ý tưởng mới hẳn" not in client.get(url("form_version", old.pk)).content.decode()
    assert Paper.objects.get(withdrawn_at__isnull=True).filled_form == new
    assert client.get(url("form_print", old.pk)).status_code == 200


def test_after_fifteen_days_a_returned_idea_needs_leave(client, commune, district):
    entry = entry_in(S.IDEA_RETURNED)
    entry.state_since = timezone.now() - datetime.timedelta(days=15)
    entry.save()
    assert leaves.in_time(entry) == []
    entry.state_since -= datetime.timedelta(days=1)
    entry.save()
    with pytest.raises(Refused):
        move(entry=entry, name="register_idea", by=commune)
    client.force_login(commune)
    assert client.post(url("leave_ask", entry.pk), {"words": " "}).status_code == 422
    assert client.post(url("leave_ask", entry.pk), {"words": "Mưa lũ"}).status_code == 302
    leave = leaves.ask(entry=entry, by=commune, reason="Mưa lũ")
    assert entry.leaves.count() == 1
    client.force_login(district)
    assert client.post(url("leave_answer", leave.pk), {"answer": "no"}).status_code == 422
    assert client.post(url("leave_answer", leave.pk), {"answer": "yes"}).status_code == 302
    assert move(entry=entry, name="register_idea", by=commune).state == S.IDEA_REGISTERED


def test_a_returned_idea_is_due_in_the_reminders(commune):
    entry = entry_in(S.IDEA_RETURNED)
    scan(today=leaves.back_by(entry) - datetime.timedelta(days=3))
    assert Notice.objects.filter(kind="idea-back", recipient=commune).count() == 1


def test_a_plan_whose_typed_revenue_is_wrong_is_named_and_not_handed_in(client, commune):
    entry = entry_in(S.PLAN_AWAITED)
    client.force_login(commune)
    sent = PLAN | {"line1_2_typed_revenue": "1.000"}
    sums = client.post(url("form_sums", entry.pk), sent).content.decode()
    assert "150.075.000" in sums and "ghi doanh thu 1.000 đồng" in sums
    client.post(url("form_edit", entry.pk, "business_plan"), sent)
    with pytest.raises(Refused) as refused:
        move(entry=entry, name="submit_plan", by=commune)
    assert any("150.075.000" in reason for reason in refused.value.reasons)


def test_sources_must_equal_uses():
    moneys = [
        filled_forms.MoneyLine(side="own", amount=100),
        filled_forms.MoneyLine(side="use", amount=90),
    ]
    assert "lệch 10 đồng" in figures.faults([], moneys)[0]


def test_a_plan_is_handed_in_appraised_section_by_section_and_approved(client, commune, district):
    entry = entry_in(S.PLAN_AWAITED)
    client.force_login(commune)
    assert client.post(url("form_edit", entry.pk, "business_plan"), PLAN).status_code == 302
    move(entry=entry, name="submit_plan", by=commune)
    assert client.get(url("form_version", FilledForm.objects.get().pk)).status_code == 200
    with pytest.raises(Refused):
        move(entry=entry, name="approve_plan", by=district, reason="Được")
    assert answer(client, district, entry, "approve_plan", SECTIONS).status_code == 302
    entry.refresh_from_db()
    assert entry.state == S.IMPLEMENTING


def test_what_was_typed_stays_when_a_figure_is_nonsense(client, commune):
    entry = entry_in(S.PLAN_AWAITED)
    client.force_login(commune)
    sent = PLAN | {"line1_1_price": "mười nghìn", "market": "x" * 10_001}
    answered = client.post(url("form_edit", entry.pk, "business_plan"), sent)
    assert answered.status_code == 422
    assert "mười nghìn" in answered.content.decode()
    assert not FilledForm.objects.exists()


# --- The thread -------------------------------------------------------------------------------


def test_the_other_side_is_told_once_until_it_has_read(client, commune, district):
    entry = entry_in(S.IDEA_DRAFT)
    comments.say(entry=entry, by=commune, text="Một")
    comments.say(entry=entry, by=commune, text="Hai")
    scan()
    scan(today=today() + datetime.timedelta(days=5))
    assert list(Notice.objects.filter(kind="comment").values_list("recipient", flat=True)) == [
        district.pk
    ]
    client.force_login(district)
    assert "2 ý kiến mới" in client.get(entry.get_absolute_url()).content.decode()
    client.post(url("comments_read", entry.pk), {"up_to": Comment.objects.last().pk})
    assert "ý kiến mới" not in client.get(entry.get_absolute_url()).content.decode()
    comments.say(entry=entry, by=commune, text="Ba")
    scan()
    assert Notice.objects.filter(kind="comment").count() == 2


def test_a_comment_sent_twice_stands_once_and_is_only_ever_withdrawn(client, commune, district):
    entry = entry_in(S.IDEA_DRAFT)
    client.force_login(commune)
    for _again in range(2):
        file = SimpleUploadedFile("a.pdf", pdf_bytes("a"))
        client.post(url("comment_add", entry.pk), {"text": "Gửi bản quét", "file": file})
    comment = Comment.objects.get()
    assert client.post(url("comment_add", entry.pk), {"text": "  "}).status_code == 422
    client.post(url("comment_withdraw", comment.pk), {"reason": "Nhầm"})
    comment.refresh_from_db()
    assert (comment.withdrawn_reason, comment.text) == ("Nhầm", "Gửi bản quét")


@pytest.mark.parametrize("kind", [Role.Kind.COUNCIL_MEMBER, Role.Kind.COMMUNE_OFFICER])
def test_the_thread_is_not_for_the_council_or_other_communes(client, commune, kind):
    entry = entry_in(S.IDEA_DRAFT)
    comment = make.comment_with_file(entry, commune)
    client.force_login(officer(kind, vinh_linh().vinh_thuy))
    for name, pk in (("entry", entry.pk), ("comment_file", comment.pk), ("comment_add", entry.pk)):
        assert client.get(url(name, pk)).status_code in {403, 404}


@pytest.mark.parametrize("number", [1, 3])
def test_an_entrys_page_costs_the_same_at_any_number_of_comments(
    client, commune, district, django_assert_max_num_queries, number
):
    entry = registered(commune)
    for turn in range(number):
        comments.say(entry=entry, by=commune, text=f"Ý kiến {turn}")
    client.force_login(district)
    client.get(entry.get_absolute_url())
    with django_assert_max_num_queries(ENTRY_QUERIES):
        client.get(entry.get_absolute_url())


ENTRY_QUERIES = 25
