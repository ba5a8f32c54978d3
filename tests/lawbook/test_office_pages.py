"""The officers' pages: what they show, what they keep, and what they cost."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from ocop_portal import law
from ocop_portal.lawbook import checking
from ocop_portal.lawbook.models import LegalDocument, SectionTick, SetCheck, SetVersion
from tests import factories as make

from . import shelf
from .test_drafting import begun, changed, compared, published

pytestmark = pytest.mark.django_db
SLUG = shelf.SLUG


@pytest.fixture
def officer():
    return make.officer(full_name="Phạm Thị Đối Chiếu")


@pytest.fixture
def desk(client, officer):
    client.force_login(officer)
    return client


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 60), "#ffffff").save(out, "PNG")
    return out.getvalue()


def text(response) -> str:
    return " ".join(response.content.decode().split())


# --- Lists --------------------------------------------------------------------------------------


def test_the_desk_counts_checked_missing_and_drafted_sets(desk):
    shelf.checked(shelf.in_file(1), ticked=12, sign=True)
    shelf.version(shelf.corrected(2), "draft")
    rows = {row.decision.slug: row for row in desk.get(reverse("lawbook:desk")).context["rows"]}
    found = rows[SLUG]
    assert (found.sets, found.checked, found.missing, found.drafts, found.documents) == (
        26,
        1,
        1,
        1,
        1,
    )
    assert rows["26-2026"].checked == 0


@pytest.mark.parametrize("many", [1, 3])
@pytest.mark.parametrize(
    ("name", "args", "queries"), [("desk", [], 11), ("decision_desk", [SLUG], 10)]
)
def test_the_lists_cost_the_same_however_much_was_checked(
    desk, many, name, args, queries, django_assert_num_queries
):
    for number in (1, 2, 4)[:many]:
        shelf.checked(shelf.in_file(number), ticked=2)
        shelf.version(shelf.corrected(number), "draft")
    with django_assert_num_queries(queries):
        assert desk.get(reverse(f"lawbook:{name}", args=args)).status_code == 200


@pytest.mark.parametrize("many", [1, 3])
def test_a_set_costs_the_same_however_often_it_was_compared_and_corrected(
    desk, many, django_assert_num_queries
):
    for _time in range(many):
        shelf.checked(shelf.in_file(1), ticked=2)
        shelf.sent_in()
    with django_assert_num_queries(13):
        response = desk.get(reverse("lawbook:set_desk", args=[SLUG, 1]))
    assert len(response.context["checks"]) == many


def test_unknown_decisions_and_sets_are_404(desk):
    for args in (["1-1900", 1], [SLUG, 99]):
        assert desk.get(reverse("lawbook:set_desk", args=args)).status_code == 404


# --- Scans --------------------------------------------------------------------------------------


def add(desk, *files):
    return desk.post(
        reverse("lawbook:document_add", args=[SLUG]),
        {"number": "1048/QĐ-TTg", "title": "Bản ký", "files": list(files)},
    )


def test_pictures_of_pages_are_kept_in_the_order_of_their_names(desk):
    files = [SimpleUploadedFile(f"trang-{n}.png", png()) for n in (2, 1)]
    made = add(desk, *files)
    document = LegalDocument.objects.get()
    assert made.url == document.get_absolute_url()
    assert list(document.files.values_list("position", "original_name", "content_type")) == [
        (1, "trang-1.png", "image/png"),
        (2, "trang-2.png", "image/png"),
    ]
    assert document.files.first().file.name.startswith("van-ban/")


@pytest.mark.parametrize(
    ("content", "wanted"),
    [(b"<html>", "Chỉ nhận tệp PDF"), (b"", "Tệp rỗng"), (b"PK\x03\x04", "Chỉ nhận tệp PDF")],
)
def test_a_scan_is_judged_by_its_content_and_what_was_typed_is_kept(desk, content, wanted):
    response = add(desk, SimpleUploadedFile("a.png", png()), SimpleUploadedFile("b.pdf", content))
    assert response.status_code == 422
    assert f"b.pdf: {wanted}" in text(response)
    assert 'value="Bản ký"' in text(response)
    assert LegalDocument.objects.count() == 0


def test_a_scan_may_be_framed_by_the_portal_alone_and_is_not_kept_by_the_browser(desk):
    file = shelf.document().files.get()
    response = desk.get(file.get_absolute_url())
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["Content-Security-Policy"].startswith("frame-ancestors 'self'")
    assert response["Cache-Control"] == "private, no-store"


def test_a_scan_has_no_public_address():
    with pytest.raises(ValueError, match="no public address"):
        shelf.document().files.get().file.url  # noqa: B018


# --- Comparing ----------------------------------------------------------------------------------


def test_comparing_on_screen_leads_from_section_to_section_until_it_is_signed(desk, officer):
    document = shelf.document()
    begin = reverse("lawbook:check_begin", args=[SLUG, 1])
    response = desk.post(begin, {"document": document.pk, "text": shelf.in_file().digest})
    check = SetCheck.objects.get()
    assert response.url == check.get_absolute_url()
    for number, piece in enumerate(checking.pieces_of(shelf.in_file()), start=1):
        page = desk.get(check.get_absolute_url())
        assert page.context["chosen"]["piece"].key == piece.key
        desk.post(check.get_absolute_url(), {"section": piece.key, "agrees": "yes", "page": number})
    sign = reverse("lawbook:check_sign", args=[check.pk])
    assert "Tôi đã đọc cả 12 mục của bộ 1" in text(desk.get(sign))
    assert desk.post(sign).url == check.get_absolute_url()
    shown = text(desk.get(reverse("lawbook:set_desk", args=[SLUG, 1])))
    assert "Đã đối chiếu với 1048/QĐ-TTg: bản chụp mẫu (Phạm Thị Đối Chiếu, " in shown
    assert "Phạm Thị Đối Chiếu đã ký xác nhận" in text(desk.get(check.get_absolute_url()))


def test_a_difference_without_words_is_refused_beside_the_field_and_kept(desk, officer):
    check = shelf.checked(shelf.in_file(), officer=officer)
    response = desk.post(
        check.get_absolute_url(), {"section": "3", "agrees": "no", "page": "17", "remark": ""}
    )
    assert response.status_code == 422
    assert response.context["chosen"]["piece"].key == "3"
    assert response.context["form"].errors == {"remark": ["Xin ghi chỗ khác với văn bản ký."]}
    assert 'value="17"' in text(response)
    assert SectionTick.objects.count() == 0


def test_another_officers_comparison_is_read_but_not_ticked(desk):
    check = shelf.checked(shelf.in_file(), ticked=1)
    page = text(desk.get(check.get_absolute_url()))
    assert "Chỉ Lê Thị Mẫu đánh dấu và ký được" in page
    assert 'name="agrees"' not in page
    response = desk.post(check.get_absolute_url(), {"section": "3", "agrees": "yes"})
    assert response.status_code == 422
    assert "Lần đối chiếu này của người khác" in text(response)


def test_signing_too_early_says_what_is_open(desk, officer):
    check = shelf.checked(shelf.in_file(), officer=officer, ticked=3)
    response = desk.post(reverse("lawbook:check_sign", args=[check.pk]))
    assert response.status_code == 422
    assert "Còn 9 mục chưa đối chiếu" in text(response)


def test_without_a_scan_the_page_says_where_to_add_one(desk):
    page = text(desk.get(reverse("lawbook:check_begin", args=[SLUG, 1])))
    assert "chưa có bản chụp nào" in page
    assert reverse("lawbook:document_add", args=[SLUG]) in page
    assert "Bắt đầu đối chiếu" not in page


def test_without_a_scan_nothing_is_begun_and_the_answer_says_why(desk, officer):
    begin = reverse("lawbook:check_begin", args=[SLUG, 1])
    answer = desk.post(begin, {"document": 1, "text": shelf.in_file().digest})
    assert answer.status_code == 422
    assert "Chưa đối chiếu được: Quyết định này chưa có bản chụp nào." in text(answer)
    # A scan that was withdrawn is none, also for somebody whose page is older than the withdrawal.
    gone = shelf.document(
        withdrawn_at=timezone.now(), withdrawn_by=officer, withdrawn_reason="Nhầm văn bản"
    )
    answer = desk.post(begin, {"document": gone.pk, "text": shelf.in_file().digest})
    assert answer.status_code == 422
    assert "chưa có bản chụp nào" in text(answer)
    assert not SetCheck.objects.exists()


def test_a_comparison_of_every_section_waits_for_its_signature(desk, officer):
    sections = len(checking.pieces_of(shelf.in_file()))
    shelf.checked(shelf.in_file(), officer=officer, ticked=sections, sections=sections)
    for page in (
        text(desk.get(reverse("lawbook:set_desk", args=[SLUG, 1]))),
        text(desk.get(reverse("lawbook:decision_desk", args=[SLUG]))),
    ):
        assert f"Đã đối chiếu đủ {sections} mục, chờ ký" in page
        assert "Đang đối chiếu" not in page


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_of_a_comparison_costs_the_same_however_much_was_ticked(
    desk, officer, many, django_assert_num_queries
):
    check = shelf.checked(shelf.in_file(), officer=officer, ticked=many)
    with django_assert_num_queries(8):
        desk.get(check.get_absolute_url())


# --- Files --------------------------------------------------------------------------------------


def test_the_spreadsheet_of_a_set_comes_down_goes_up_and_is_a_draft(desk):
    response = desk.get(reverse("lawbook:set_spreadsheet", args=[SLUG, 1]))
    assert (
        'filename="bo-tieu-chi-1048-2019-bo-01-phien-ban-1.xlsx"'
        in (response["Content-Disposition"])
    )
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    book["Bộ tiêu chí"]["C8"] = "Nguồn nguyên liệu chính"
    out = io.BytesIO()
    book.save(out)
    sent = desk.post(
        reverse("lawbook:upload_add", args=[SLUG, 1]),
        {"file": SimpleUploadedFile("bo.xlsx", out.getvalue()), "reason": "Theo văn bản ký."},
    )
    draft = SetVersion.objects.get()
    assert sent.url == draft.get_absolute_url()
    page = text(desk.get(draft.get_absolute_url()))
    assert "<ins>Nguồn nguyên liệu chính</ins>" in page
    # The draft's own text comes down too, not the one in use.
    again = desk.get(reverse("lawbook:set_spreadsheet", args=[SLUG, 1]), {"phien-ban": draft.pk})
    found = openpyxl.load_workbook(io.BytesIO(again.content))["Bộ tiêu chí"]["C8"].value
    assert found == "Nguồn nguyên liệu chính"


def test_a_faulty_file_leads_to_its_faults_and_comes_back_as_it_was_sent(desk):
    book = openpyxl.load_workbook(
        io.BytesIO(desk.get(reverse("lawbook:set_spreadsheet", args=[SLUG, 1])).content)
    )
    book["Bộ tiêu chí"]["D9"] = "ba"
    out = io.BytesIO()
    book.save(out)
    sent = desk.post(
        reverse("lawbook:upload_add", args=[SLUG, 1]),
        {"file": SimpleUploadedFile("bo.xlsx", out.getvalue()), "reason": "Theo văn bản ký."},
        follow=True,
    )
    assert "“ba” không phải là số nguyên" in text(sent)
    made = sent.context["upload"]
    back = desk.get(reverse("lawbook:upload_file", args=[made.pk]))
    assert b"".join(back.streaming_content) == out.getvalue()
    assert back["Content-Disposition"] == 'attachment; filename="bo.xlsx"'


def test_a_wrong_kind_of_file_is_refused_beside_the_field_and_the_reason_kept(desk):
    sent = desk.post(
        reverse("lawbook:upload_add", args=[SLUG, 1]),
        {"file": SimpleUploadedFile("a.xlsx", make.pdf_bytes()), "reason": "Theo văn bản ký."},
    )
    assert sent.status_code == 422
    assert "file" in sent.context["form"].errors
    assert "Theo văn bản ký.</textarea>" in text(sent)


def test_the_template_of_a_missing_set_can_be_fetched_and_its_readable_file_cannot(desk):
    response = desk.get(reverse("lawbook:set_spreadsheet", args=[SLUG, 3]))
    assert "bo-03-mau.xlsx" in response["Content-Disposition"]
    assert desk.get(reverse("lawbook:set_readable", args=[SLUG, 3])).status_code == 404


@pytest.mark.parametrize("wanted", ["x", "9" * 30, "-1"])
def test_a_version_that_is_none_is_404(desk, wanted):
    url = reverse("lawbook:set_spreadsheet", args=[SLUG, 1])
    assert desk.get(url, {"phien-ban": wanted}).status_code == 404


# --- Drafts -------------------------------------------------------------------------------------


def place_data(draft, where="1.1", **changes):
    """What the form of a place sends when nothing but `changes` was typed."""
    spot = next(c for c in draft.criteria.criteria if c.code == where)
    data = {"seen": draft.digest, "title": spot.title, "points": spot.points, "min_star": ""}
    data |= {
        "phuong-an-TOTAL_FORMS": len(spot.options) + 1,
        "phuong-an-INITIAL_FORMS": len(spot.options),
        "ghi-chu-TOTAL_FORMS": len(spot.rules) + 1,
        "ghi-chu-INITIAL_FORMS": len(spot.rules),
    }
    for n, option in enumerate(spot.options):
        data |= {f"phuong-an-{n}-label": option.label, f"phuong-an-{n}-points": option.points}
        data[f"phuong-an-{n}-case"] = option.case
    for n, rule in enumerate(spot.rules):
        data |= {f"ghi-chu-{n}-kind": rule.kind, f"ghi-chu-{n}-text": rule.text}
    return data | changes


def test_a_place_is_corrected_on_screen(desk, officer):
    draft = begun(officer)
    url = reverse("lawbook:place_edit", args=[draft.pk, "1.1"])
    assert "Sửa 1.1. Nguồn nguyên liệu" in text(desk.get(url))
    extra = {
        "phuong-an-0-label": "Dưới một nửa trong tỉnh",
        "phuong-an-1-label": "",
        "phuong-an-3-label": "Toàn bộ trong huyện",
        "phuong-an-3-points": "4",
        "ghi-chu-0-kind": "evidence",
        "ghi-chu-0-text": "Hợp đồng mua nguyên liệu",
        "points": "4",
    }
    assert desk.post(url, place_data(draft, **extra)).url == (f"{draft.get_absolute_url()}#cho-1.1")
    draft.refresh_from_db()
    found = draft.criteria.criterion("1.1")
    assert [(option.label, option.points) for option in found.options] == [
        ("Dưới một nửa trong tỉnh", 1),
        ("Sử dụng nguyên liệu có nguồn gốc trong tỉnh từ 75% đến 100%", 3),
        ("Toàn bộ trong huyện", 4),
    ]
    assert [(rule.key, rule.text) for rule in found.rules] == [
        ("evidence:1.1", "Hợp đồng mua nguyên liệu")
    ]
    page = text(desk.get(draft.get_absolute_url()))
    assert "1: ghi 18 điểm, cộng bên dưới được 19" in page


def test_saving_a_place_as_it_is_changes_nothing(desk, officer):
    draft = begun(officer)
    for where in ("1.1", "3.2", "5.2", "6.1", "7"):
        data = place_data(draft, where)
        for n, rule in enumerate(draft.criteria.criterion(where).rules):
            if rule.not_when:
                data[f"ghi-chu-{n}-conditions"] = "5.1 = 1"
        response = desk.post(reverse("lawbook:place_edit", args=[draft.pk, where]), data)
        assert response.status_code == 302
    before = draft.digest
    draft.refresh_from_db()
    assert draft.digest == before


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"points": "ba"}, "Điểm tối đa"),
        ({"phuong-an-0-points": ""}, "Thiếu điểm."),
        ({"phuong-an-3-points": "4"}, "Chưa ghi phương án."),
        ({"ghi-chu-0-text": "Ghi chú lạc"}, "Chưa chọn loại."),
        (
            {
                "ghi-chu-0-text": "x",
                "ghi-chu-0-kind": "conditional",
                "ghi-chu-0-conditions": "5.1 khác",
            },
            "Không đọc được",
        ),
        ({"phuong-an-TOTAL_FORMS": "99"}, "Chưa lưu được"),
    ],
)
def test_a_wrong_place_is_refused_and_what_was_typed_is_kept(desk, officer, changes, wanted):
    draft = begun(officer)
    url = reverse("lawbook:place_edit", args=[draft.pk, "1.1"])
    response = desk.post(url, place_data(draft, title="Tên mới gõ", **changes))
    assert response.status_code == 422
    assert wanted in text(response)
    assert "Tên mới gõ" in text(response)
    draft.refresh_from_db()
    assert draft.criteria.criterion("1.1").title == "Nguồn nguyên liệu"


def test_a_form_over_someone_elses_change_is_refused_and_kept(desk, officer):
    draft = begun(officer)
    data = place_data(draft, title="Tên của tôi")
    changed(draft, officer, title="Tên của người khác")
    response = desk.post(reverse("lawbook:place_edit", args=[draft.pk, "1.1"]), data)
    assert response.status_code == 422
    assert "đã có người sửa" in text(response)
    assert "Tên của tôi" in text(response)


@pytest.mark.parametrize("where", ["header", "A", "1", "1.1", "7"])
def test_every_kind_of_place_has_its_form(desk, officer, where):
    draft = begun(officer)
    url = reverse("lawbook:place_edit", args=[draft.pk, where])
    assert desk.get(url).status_code == 200
    assert desk.get(reverse("lawbook:place_edit", args=[draft.pk, "99"])).status_code == 404


def test_publishing_asks_once_more_and_then_shows_the_set(desk, officer):
    draft = changed(begun(officer), officer)
    url = reverse("lawbook:version_publish", args=[draft.pk])
    refused = desk.post(url, {"seen": draft.digest})
    assert refused.status_code == 422
    assert "chưa được đối chiếu xong" in text(refused)
    compared(draft, officer)
    assert "kể cả quản trị" in text(desk.get(url))
    assert desk.post(url, {"seen": draft.digest}).url == reverse("lawbook:set_desk", args=[SLUG, 1])
    assert SetVersion.objects.get().is_published


def test_a_published_version_has_no_form_to_correct_it(desk, officer):
    found = published(officer)
    page = text(desk.get(found.get_absolute_url()))
    assert "/sua/1.1/" not in page
    response = desk.post(
        reverse("lawbook:place_edit", args=[found.pk, "1.1"]), place_data(found, title="X")
    )
    assert response.status_code == 422
    assert "không ai sửa được nữa" in text(response)


def test_dropping_a_draft_asks_for_the_reason(desk, officer):
    draft = begun(officer)
    url = reverse("lawbook:version_withdraw", args=[draft.pk])
    assert desk.post(url, {"reason": ""}).status_code == 422
    assert desk.post(url, {"reason": "Không cần nữa."}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "withdrawn"


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_of_a_version_costs_the_same_however_much_it_changes(
    desk, officer, many, django_assert_num_queries
):
    draft = begun(officer)
    for where in ("1.1", "1.3", "1.4")[:many]:
        draft = changed(draft, officer, where, title=f"Tên mới {where}")
    with django_assert_num_queries(10):
        response = desk.get(draft.get_absolute_url())
    assert len(response.context["differences"]) == many


def test_sets_of_every_decision_show_on_the_pages(desk, officer):
    for decision in law.decisions():
        for number in (4, 26):
            criteria = decision.criteria_set(number)
            check = shelf.checked(criteria, document=shelf.document(decision.slug))
            for piece in checking.pieces_of(criteria):
                url = f"{check.get_absolute_url()}?muc={piece.key}"
                assert desk.get(url).context["chosen"]["piece"] == piece
