"""The dossier: what counts, what is refused, who may read it, how a file is handed out."""

import datetime
import io
import unicodedata

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from communes.models import Role
from products import dossier
from products.dossier import PaperRefused, attach_paper, withdraw_paper
from products.files import FileRefused, check_upload
from products.models import Entry, Paper
from tests.factories import PaperFactory, entry_in, officer, pdf_bytes, vinh_linh
from tests.products.uploads import (
    DOCX,
    XLSX,
    archive_of_version,
    heic,
    jpeg,
    office_file,
    picture,
)

pytestmark = pytest.mark.django_db

S = Entry.State
SERVICE_SET = 26


@pytest.fixture
def commune(client):
    """A commune officer of Hồ Xá who is signed in."""
    user = officer(Role.Kind.COMMUNE_OFFICER)
    client.force_login(user)
    return user


def line_of(entry, code):
    entry = Entry.objects.select_related("cycle", "product__producer").get(pk=entry.pk)
    return next(line for line in dossier.lines(entry) if line.item.code == code)


def add_url(entry, kind="idea"):
    return reverse("products:paper_add", args=[entry.pk, kind])


def send(client, entry, content=None, *, kind="idea", name="phieu.pdf", **fields):
    content = pdf_bytes("nội dung") if content is None else content
    data = {"file": SimpleUploadedFile(name, content)} | fields
    return client.post(add_url(entry, kind), data)


def errors(answer) -> dict[str, list[str]]:
    return {field: list(found) for field, found in answer.context["form"].errors.items()}


def yesterday():
    return timezone.localdate() - datetime.timedelta(days=1)


# --- What counts ------------------------------------------------------------------------------


def test_the_list_has_five_mandatory_papers_and_thirteen_kinds_of_evidence():
    lines = dossier.lines(entry_in(S.DOSSIER_OPEN))
    assert [line.item.mandatory for line in lines] == [True] * 5 + [False] * 13


def test_a_producer_who_need_not_register_owes_no_registration_paper():
    entry = entry_in(S.DOSSIER_OPEN, product__producer__must_register=False)
    line = line_of(entry, "business_registration")
    assert (line.applies, line.is_missing) == (False, False)
    assert line.why_not == "Chủ thể không thuộc diện phải đăng ký kinh doanh."
    assert not any("đăng ký kinh doanh" in text for text in dossier.missing_items(entry).values())


def test_a_service_hands_in_no_samples():
    entry = entry_in(S.DOSSIER_OPEN, product__set_number=SERVICE_SET)
    line = line_of(entry, "samples")
    assert (line.applies, line.is_missing) == (False, False)
    assert not any("Sản phẩm mẫu" in text for text in dossier.missing_items(entry).values())


def test_an_expired_paper_counts_as_missing_until_its_last_day_is_over():
    entry = entry_in(S.DOSSIER_OPEN)
    paper = PaperFactory(
        entry=entry, kind="business_registration", valid_until=timezone.localdate()
    )
    assert line_of(entry, "business_registration").is_in
    paper.valid_until = yesterday()
    paper.save()
    line = line_of(entry, "business_registration")
    assert (line.is_in, line.is_missing, line.is_expired) == (False, True, True)
    assert (
        "Giấy đăng ký kinh doanh (bản sao có chứng thực) đã hết giá trị."
        in dossier.missing_items(entry).values()
    )


def test_a_new_paper_stands_in_for_an_expired_one():
    entry = entry_in(S.DOSSIER_OPEN)
    PaperFactory(entry=entry, kind="organisation", valid_until=yesterday())
    PaperFactory(entry=entry, kind="organisation")
    assert line_of(entry, "organisation").is_in


def test_too_few_samples_are_not_enough():
    entry = entry_in(S.DOSSIER_OPEN)
    samples = PaperFactory(entry=entry, kind="samples", file="", size=0, sha256="", quantity=4)
    assert line_of(entry, "samples").is_missing
    samples.quantity = 5
    samples.save()
    assert line_of(entry, "samples").is_in


# --- Adding and withdrawing -------------------------------------------------------------------


def test_a_paper_is_added_with_its_facts_and_told_in_the_history(client, commune):
    entry = entry_in(S.IDEA_DRAFT)
    answer = send(
        client,
        entry,
        number=" 01/PĐK ",
        issued_by="UBND thị trấn Hồ Xá",
        issued_on="05/11/2019",
        note="Bản gốc",
    )
    assert (answer.status_code, answer.url) == (302, f"{entry.get_absolute_url()}#giay-to-idea")
    paper = Paper.objects.get(entry=entry)
    assert (paper.kind, paper.original_name, paper.number) == ("idea", "phieu.pdf", "01/PĐK")
    assert (paper.issued_on, paper.uploaded_by) == (datetime.date(2019, 11, 5), commune)
    assert paper.file.name.endswith(".pdf")
    assert "phieu" not in paper.file.name
    told = client.get(entry.get_absolute_url()).context["history"][0]
    assert told["what"].startswith("Thêm giấy tờ: Phiếu đăng ký ý tưởng")
    assert told["who"] == commune


def test_the_same_file_twice_is_kept_once_and_a_different_one_beside_it(client, commune):
    entry = entry_in(S.IDEA_DRAFT)
    send(client, entry)
    send(client, entry, name="phieu ban sao.pdf")
    assert Paper.objects.filter(entry=entry).count() == 1
    send(client, entry, pdf_bytes("khác"))
    assert Paper.objects.filter(entry=entry).count() == 2
    assert entry.events.filter(action="paper.attached").count() == 2


def test_the_same_file_with_other_details_is_refused_and_what_was_typed_is_kept(client, commune):
    entry = entry_in(S.IDEA_DRAFT)
    send(client, entry, number="01/PĐK")
    send(client, entry, number="01/PĐK")
    answer = send(client, entry, number="02/PĐK", issued_on="05/11/2019")
    assert answer.status_code == 422
    assert errors(answer) == {
        "__all__": [
            "Tệp này đã có trong hồ sơ với thông tin khác. Muốn sửa thông tin, hãy rút giấy tờ đã "
            "có rồi thêm lại."
        ]
    }
    assert 'value="02/PĐK"' in answer.content.decode()
    assert [paper.number for paper in entry.papers.all()] == ["01/PĐK"]


def test_a_kind_takes_so_many_papers_and_no_more(client, commune, monkeypatch):
    monkeypatch.setattr(dossier, "MAX_PAPERS", 2)
    entry = entry_in(S.DOSSIER_OPEN)
    for number in range(2):
        send(client, entry, pdf_bytes(f"giải {number}"), kind="awards")
    answer = send(client, entry, pdf_bytes("giải nữa"), kind="awards")
    assert errors(answer) == {
        "__all__": [
            "Mỗi loại giấy tờ có nhiều nhất 2 bản. Hãy gộp các tệp, hoặc rút bớt bản không cần."
        ]
    }
    withdraw_paper(paper=entry.papers.filter(kind="awards")[0], by=commune, reason="Gộp lại.")
    assert send(client, entry, pdf_bytes("giải nữa"), kind="awards").status_code == 302


def test_the_same_file_may_prove_two_things(client, commune):
    entry = entry_in(S.DOSSIER_OPEN, papers=False)
    for kind in ("awards", "market"):
        send(client, entry, kind=kind)
    assert set(entry.papers.values_list("kind", flat=True)) == {"awards", "market"}


def test_a_withdrawn_paper_no_longer_counts_but_stays_readable(client, commune):
    entry = entry_in(S.IDEA_DRAFT)
    paper = PaperFactory(entry=entry)
    url = reverse("products:paper_withdraw", args=[paper.pk])
    assert client.post(url, {"reason": "Nhầm tệp."}).status_code == 302
    assert line_of(entry, "idea").papers == ()
    page = client.get(entry.get_absolute_url())
    assert page.context["withdrawn"] == [paper]
    assert "Nhầm tệp." in page.content.decode()
    assert client.get(paper.get_absolute_url()).status_code == 200
    assert entry.events.last().reason == "Nhầm tệp."


def test_a_paper_is_withdrawn_once_and_never_without_a_reason(client, commune):
    entry = entry_in(S.IDEA_DRAFT)
    paper = PaperFactory(entry=entry)
    url = reverse("products:paper_withdraw", args=[paper.pk])
    refused = client.post(url, {"reason": " "})
    assert (refused.status_code, errors(refused)) == (
        422,
        {"reason": ["Cần ghi lý do rút giấy tờ."]},
    )
    for reason in ("Nhầm tệp.", "Nhầm lần nữa."):
        client.post(url, {"reason": reason})
    paper.refresh_from_db()
    assert paper.withdrawn_reason == "Nhầm tệp."
    assert entry.events.filter(action="paper.withdrawn").count() == 1


def test_a_file_withdrawn_by_mistake_can_be_handed_in_again(client, commune):
    entry = entry_in(S.IDEA_DRAFT)
    send(client, entry)
    withdraw_paper(paper=entry.papers.get(), by=commune, reason="Nhầm.")
    send(client, entry)
    assert line_of(entry, "idea").is_in


@pytest.mark.parametrize("state", [S.IN_EVALUATION, S.WITHDRAWN])
def test_the_dossier_is_locked_while_the_council_works_and_after_leaving(client, commune, state):
    entry = entry_in(state, papers=False)
    paper = PaperFactory(entry=entry)
    answer = send(client, entry, kind="awards")
    assert answer.status_code == 422
    assert errors(answer)["__all__"] == ["Hồ sơ đang khóa, chỉ xem được."]
    url = reverse("products:paper_withdraw", args=[paper.pk])
    assert client.post(url, {"reason": "Thử."}).status_code == 422
    assert list(entry.papers.filter(withdrawn_at=None)) == [paper]


@pytest.mark.parametrize("state", [S.DOSSIER_SUBMITTED, S.READY])
def test_what_the_district_checks_only_the_district_changes(client, commune, state):
    entry = entry_in(state, papers=False)
    paper = PaperFactory(entry=entry)
    answer = send(client, entry, kind="awards")
    told = "Hồ sơ đang ở huyện, chỉ xem được. Cần thêm bớt, hãy đề nghị huyện trả lại."
    assert (answer.status_code, errors(answer)["__all__"]) == (422, [told])
    withdraw = reverse("products:paper_withdraw", args=[paper.pk])
    answer = client.post(withdraw, {"reason": "Thử."})
    assert (answer.status_code, errors(answer)["__all__"]) == (422, [told])
    page = client.get(entry.get_absolute_url()).content.decode()
    assert told in page
    assert withdraw not in page

    client.force_login(officer())
    assert send(client, entry, kind="awards").status_code == 302
    assert client.post(withdraw, {"reason": "Nhầm."}).status_code == 302
    assert [row.kind for row in entry.papers.filter(withdrawn_at=None)] == ["awards"]


def test_samples_are_counted_not_uploaded(client, commune):
    entry = entry_in(S.DOSSIER_OPEN)
    url = add_url(entry, "samples")
    assert errors(client.post(url, {"quantity": ""})) == {"quantity": ["Cần ghi số lượng nhận."]}
    assert errors(client.post(url, {"quantity": "0"})) == {"quantity": ["Số lượng phải lớn hơn 0."]}
    assert errors(client.post(url, {"quantity": "năm"})) == {"quantity": ["Nhập số nguyên."]}
    assert client.post(url, {"quantity": "5", "issued_on": "01/10/2020"}).status_code == 302
    assert line_of(entry, "samples").is_in


def test_a_receipt_of_samples_sent_twice_is_counted_once(client, commune):
    entry = entry_in(S.DOSSIER_OPEN)
    url = add_url(entry, "samples")
    sent = {"quantity": "3", "issued_on": "01/10/2020"}
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _n in range(2):
            assert client.post(url, sent).status_code == 302
        assert [paper.quantity for paper in entry.papers.filter(kind="samples")] == [3]
        # As many again, later the same day, are further units.
        clock.shift(datetime.timedelta(minutes=5))
        client.post(url, sent)
    assert line_of(entry, "samples").is_in


def test_who_hands_in_samples_is_told_how_many_there_are_in_all(client, commune):
    entry = entry_in(S.DOSSIER_OPEN)
    for quantity in ("1", "3"):
        client.post(add_url(entry, "samples"), {"quantity": quantity})
    page = client.get(entry.get_absolute_url()).content.decode()
    assert "Mới ghi nhận 4, cần đủ 5." in page


def test_dates_that_cannot_be_are_refused_beside_the_field_and_kept(client, commune):
    entry = entry_in(S.IDEA_DRAFT)
    answer = send(client, entry, issued_on="31/12/2099", valid_until="32/13/2020", number="12/GCN")
    assert answer.status_code == 422
    assert errors(answer)["issued_on"] == ["Ngày này chưa tới."]
    assert "valid_until" in errors(answer)
    assert 'value="12/GCN"' in answer.content.decode()
    answer = send(client, entry, issued_on="05/11/2019", valid_until="04/11/2019")
    assert errors(answer) == {"valid_until": ["Ngày hết giá trị phải sau ngày cấp."]}
    assert not Paper.objects.filter(entry=entry).exists()


def test_a_kind_that_the_decision_does_not_know_is_not_there(client, commune):
    entry = entry_in(S.IDEA_DRAFT)
    assert client.get(add_url(entry, "so-do")).status_code == 404
    with pytest.raises(PaperRefused):
        attach_paper(entry=entry, paper=Paper(kind="so-do"), upload=None, by=commune)


# --- Files that are refused -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("trang.pdf", b"<!doctype html><script>alert(1)</script>"),
        ("anh.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("anh.jpg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("hoa-don.pdf", b"MZ\x90\x00" + b"\x00" * 200),
        ("ho-so.docx", office_file("a.txt")),
        ("macro.docx", office_file(*DOCX, "word/vbaProject.bin")),
        ("hong.xlsx", b"PK\x03\x04" + b"\x00" * 50),
        ("phien-ban-la.docx", archive_of_version(99)),
        ("ten-hong.docx", office_file(*DOCX, "é").replace("é".encode(), b"\xff\xff")),
        ("chu.txt", "văn bản".encode()),
    ],
)
def test_what_a_browser_or_office_could_run_is_refused_whatever_its_name(
    client, commune, name, content
):
    entry = entry_in(S.IDEA_DRAFT)
    answer = send(client, entry, content, name=name)
    assert answer.status_code == 422
    assert errors(answer) == {
        "file": ["Chỉ nhận tệp PDF, ảnh JPG, PNG, HEIC, Word (.docx) hoặc Excel (.xlsx)."]
    }


def test_an_empty_file_no_file_and_one_too_large_are_told_apart(client, commune, settings):
    entry = entry_in(S.IDEA_DRAFT)
    assert errors(send(client, entry, b"")) == {"file": ["Tệp rỗng."]}
    assert errors(client.post(add_url(entry), {})) == {"file": ["Cần chọn tệp."]}
    settings.UPLOAD_MAX_MB = 1
    large = send(client, entry, pdf_bytes() + b" " * 1024 * 1024)
    assert errors(large) == {"file": ["Tệp lớn hơn 1 MB. Hãy nén hoặc tách nhỏ."]}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (pdf_bytes(), "application/pdf"),
        (jpeg(), "image/jpeg"),
        (picture(form="PNG"), "image/png"),
        (heic(), "image/heic"),
        (
            office_file(*DOCX),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            office_file(*XLSX),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ],
)
def test_what_an_office_hands_in_is_known_by_its_content_not_its_name(content, kind):
    assert check_upload(SimpleUploadedFile("khong-co-duoi", content)).content_type == kind


def test_names_are_kept_for_the_screen_only():
    decomposed = unicodedata.normalize("NFD", "Hồ sơ tiêu đỏ.pdf")
    upload = SimpleUploadedFile("x", pdf_bytes())
    upload._name = f"..\\..\\{decomposed}"
    checked = check_upload(upload)
    assert checked.name == "Hồ sơ tiêu đỏ.pdf"
    assert checked.stored_name.isascii()
    assert "/" not in checked.stored_name


def test_a_refused_file_is_named_by_an_exception():
    with pytest.raises(FileRefused):
        check_upload(SimpleUploadedFile("a.pdf", b"GIF89a" + b"\x00" * 100))


# --- Who may read -----------------------------------------------------------------------------


def test_a_paper_is_for_the_officers_of_its_entry_alone(client):
    paper = PaperFactory(entry=entry_in(S.IDEA_DRAFT, papers=False))
    url = paper.get_absolute_url()
    assert client.get(url).status_code == 302  # to the login
    answers = {}
    for who, person in {
        "own commune": officer(Role.Kind.COMMUNE_OFFICER),
        "district": officer(),
        "neighbour": officer(Role.Kind.COMMUNE_OFFICER, vinh_linh().vinh_thuy),
        "council": officer(Role.Kind.COUNCIL_MEMBER),
        "support": officer(Role.Kind.SUPPORT_TEAM),
    }.items():
        client.force_login(person)
        answers[who] = client.get(url).status_code
    assert answers == {
        "own commune": 200,
        "district": 200,
        "neighbour": 404,
        "council": 403,
        "support": 403,
    }


def test_a_neighbour_neither_adds_nor_withdraws(client):
    entry = entry_in(S.IDEA_DRAFT)
    paper = PaperFactory(entry=entry)
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER, vinh_linh().vinh_thuy))
    assert send(client, entry).status_code == 404
    url = reverse("products:paper_withdraw", args=[paper.pk])
    assert client.post(url, {"reason": "Phá."}).status_code == 404
    paper.refresh_from_db()
    assert paper.withdrawn_at is None


# --- Handing out ------------------------------------------------------------------------------


def serve(client, **fields):
    paper = PaperFactory(entry=entry_in(S.IDEA_DRAFT, papers=False), **fields)
    return client.get(paper.get_absolute_url())


def test_a_pdf_is_shown_in_place_under_its_vietnamese_name(client, commune):
    answer = serve(client, original_name="Phiếu “tiêu đỏ”.pdf")
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == (
        "inline; filename*=utf-8''Phi%E1%BA%BFu%20%E2%80%9Cti%C3%AAu%20%C4%91%E1%BB%8F%E2%80%9D.pdf"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Security-Policy"] == (
        "frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
    )


def test_a_picture_is_shown_in_a_sandbox(client, commune):
    answer = serve(client, content_type="image/jpeg", original_name="anh.jpg")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"] == 'inline; filename="anh.jpg"'
    assert "sandbox" in answer["Content-Security-Policy"].split("; ")


def test_everything_else_is_a_download(client, commune):
    answer = serve(client, content_type="text/html", original_name='a"\r\nX-Evil: 1.html')
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert "X-Evil" not in answer.headers
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_paper_without_a_file_and_a_lost_file_answer_404(client, commune):
    assert serve(client, kind="samples", file="", size=0, sha256="").status_code == 404
    paper = PaperFactory(entry=entry_in(S.IDEA_DRAFT, papers=False))
    paper.file.storage.delete(paper.file.name)
    assert client.get(paper.get_absolute_url()).status_code == 404


def test_a_private_file_is_not_among_the_public_ones(client, settings):
    paper = PaperFactory(entry=entry_in(S.IDEA_DRAFT, papers=False))
    assert not paper.file.path.startswith(str(settings.MEDIA_ROOT))
    assert client.get(f"{settings.MEDIA_URL}{paper.file.name}").status_code == 404


def test_large_files_are_read_whole(client, commune):
    entry = entry_in(S.IDEA_DRAFT)
    content = pdf_bytes() + b"0" * 3_000_000
    assert send(client, entry, content).status_code == 302
    answer = client.get(entry.papers.get().get_absolute_url())
    assert io.BytesIO(b"".join(answer.streaming_content)).getvalue() == content
