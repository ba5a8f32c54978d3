"""What becomes of a result and a recognition: outcome, renewal, revocation, complaints."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from communes.models import today
from evaluation import rounds
from evaluation.complaints import answer_complaint, save_complaint
from evaluation.models import Complaint, ComplaintPaper, Outcome, Recognition, Result
from evaluation.outcomes import record_outcome
from evaluation.recognition import code_remark, late_revocation, renewal_window
from ocop_portal import law
from ocop_portal.worklist import work_of
from tests import factories
from tests.evaluation.pages import get, post, signed_in, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return factories.officer()


def day(value: datetime.date) -> str:
    return value.strftime("%d/%m/%Y")


# --- The higher level's outcome ---------------------------------------------------------------


@pytest.fixture
def referred():
    factories.closed_round(totals=(72, 72, 72))
    return Result.objects.get()


def outcome(**changes):
    return {
        "level": "province",
        "authority": "Ủy ban nhân dân tỉnh Quảng Trị",
        "document": "136/QĐ-UBND",
        "decided_on": day(today()),
        "stars": "4",
        "points": "91,5",
        "note": "",
    } | changes


def test_the_outcome_is_kept_with_its_document_and_a_correction_is_a_newer_row(officer, referred):
    assert post(officer, "outcome_add", referred.pk, **outcome()).status_code == 302
    post(officer, "outcome_add", referred.pk, **outcome())  # sent twice
    found = Outcome.objects.get()
    assert (found.stars, found.points, found.recorded_by) == (4, Decimal("91.50"), officer)
    post(officer, "outcome_add", referred.pk, **outcome(stars="3", points=""))
    assert [row.stars for row in referred.outcomes.all()] == [3, 4]
    page = get(officer, "outcome_add", referred.pk).content.decode()
    assert "91,50 điểm" in page
    page = get(officer, "papers", referred.candidate.round_id).content.decode()
    assert "136/QĐ-UBND" in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"document": ""}, "Hãy điền mục này."),
        ({"stars": ""}, "Hãy điền mục này."),
        ({"points": "100,5"}, "100"),
        ({"points": "91,555"}, "hai chữ số"),
        ({"points": "chín mươi"}, "Ghi điểm từ 0 đến 100"),
        ({"decided_on": "01/01/2999"}, "Ngày văn bản không thể ở phía trước."),
        ({"level": "district"}, "district"),
    ],
)
def test_a_wrong_outcome_is_refused_and_what_was_typed_stays(officer, referred, changes, message):
    answer = post(officer, "outcome_add", referred.pk, **outcome(note="Ghi thử", **changes))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert "Ghi thử" in answer.content.decode()
    assert not Outcome.objects.exists()


def test_only_a_result_that_was_sent_on_has_an_outcome(officer):
    factories.closed_round(totals=(45, 45, 45))
    result = Result.objects.get()
    assert get(officer, "outcome_add", result.pk).status_code == 404
    with pytest.raises(ValidationError, match="không thuộc diện"):
        record_outcome(outcome=Outcome(result=result), by=officer)


# --- Codes, renewal, revocation ---------------------------------------------------------------


def test_a_code_of_another_form_is_taken_as_issued_with_a_remark(officer):
    product = factories.ProductFactory()
    sent = {
        "result": "",
        "stars": "4",
        "level": "province",
        "authority": "UBND tỉnh",
        "decided_on": "15/01/2024",
        "valid_until": "",
        "source": "",
    }
    address = url("recognition_add", product.pk)
    browser = signed_in(officer)
    for number, code, remarked in (("1", "83-832-28882-2-2022", False), ("2", "QT/12", True)):
        page = browser.post(
            address, {**sent, "decision_number": number, "product_code": code}, follow=True
        ).content.decode()
        assert ("không theo mẫu mã của 1048/QĐ-TTg" in page) is remarked
        found = Recognition.objects.get(decision_number=number)
        assert found.product_code == code
        assert bool(code_remark(found)) is remarked


def test_a_revocation_later_than_the_decision_wants_is_taken_with_a_remark(officer):
    concluded = today() - datetime.timedelta(days=20)
    for on, remarked in ((today(), True), (concluded + datetime.timedelta(days=15), False)):
        found = factories.RecognitionFactory(decided_on=concluded - datetime.timedelta(days=9))
        post(
            officer,
            "recognition_revoke",
            found.pk,
            revoked_on=day(on),
            concluded_on=day(concluded),
            revoked_ground="QĐ 99/QĐ-UBND",
        )
        found.refresh_from_db()
        assert (found.revoked_on, found.concluded_on) == (on, concluded)
        assert bool(late_revocation(found)) is remarked


def test_a_conclusion_after_the_revocation_is_refused(officer):
    found = factories.RecognitionFactory(decided_on=today() - datetime.timedelta(days=9))
    answer = post(
        officer,
        "recognition_revoke",
        found.pk,
        revoked_on=day(today() - datetime.timedelta(days=2)),
        concluded_on=day(today() - datetime.timedelta(days=1)),
        revoked_ground="QĐ 99/QĐ-UBND",
    )
    assert answer.status_code == 422
    assert "Ngày kết luận không thể sau ngày thu hồi." in answer.content.decode()


def test_the_renewal_window_is_the_one_of_the_decision_in_force_when_it_opens():
    decision = law.decision("26-2026")
    item = next(item for item in decision.calendar if item.days_before_from)
    assert (item.days_before_from, item.days_before_to) == (180, 120)
    opens = decision.in_force_from + datetime.timedelta(days=30)
    until = opens + datetime.timedelta(days=item.days_before_from)
    found = factories.RecognitionFactory(valid_until=until)
    window = renewal_window(found)
    assert (window.opens, window.law) == (opens, decision.number)
    assert window.closes == until - datetime.timedelta(days=item.days_before_to)
    assert window.is_open_on(window.opens) and window.is_open_on(window.closes)
    assert not window.is_open_on(window.closes + datetime.timedelta(days=1))
    early = factories.RecognitionFactory(
        decided_on=datetime.date(2018, 1, 1), valid_until=datetime.date(2019, 12, 1)
    )
    assert renewal_window(early) is None  # no Decision in force then set one
    found.revoked_on = today()
    assert renewal_window(found) is None


def test_the_page_of_a_recognition_costs_the_same_with_one_and_with_three_complaints(
    officer, django_assert_num_queries
):
    found = factories.RecognitionFactory()
    browser = signed_in(officer)
    browser.get("/lam-viec/")
    for more in (1, 2):
        factories.ComplaintFactory.create_batch(more, recognition=found)
        with django_assert_num_queries(QUERIES_OF_A_RECOGNITION):
            browser.get(url("recognition", found.pk))


# --- Complaints -------------------------------------------------------------------------------


def complaint(**changes):
    return {
        "complainant": "Nguyễn Văn Mẫu",
        "contact": "Hồ Xá",
        "received_on": day(today()),
        "due_on": "",
        "content": "Đề nghị xem lại.",
    } | changes


def pdf(name="don.pdf", text="đơn"):
    return SimpleUploadedFile(name, factories.pdf_bytes(text))


def test_a_complaint_is_kept_with_its_papers_and_answered_once(officer):
    found = factories.RecognitionFactory()
    sent = complaint(files=[pdf(), pdf("kem.pdf", "kèm"), pdf("hai-lan.pdf")])
    assert post(officer, "complain_recognition", found.pk, **sent).status_code == 302
    made = Complaint.objects.get()
    assert (made.recognition, made.due_on, made.recorded_by) == (found, None, officer)
    assert made.papers.count() == 2  # the same content is kept once
    answer = {
        "answered_on": day(today()),
        "answered_by": "Ủy ban nhân dân huyện",
        "answer_document": "5/UBND-NN",
        "answer": "Giữ nguyên kết quả.",
        "files": [pdf("tra-loi.pdf", "trả lời")],
    }
    for _twice in range(2):
        answer["files"][0].seek(0)
        assert post(officer, "complaint_answer", made.pk, **answer).status_code == 302
    made.refresh_from_db()
    assert (made.answer, made.papers.count()) == ("Giữ nguyên kết quả.", 3)
    other = post(officer, "complaint_answer", made.pk, **{**answer, "answer": "Khác", "files": []})
    assert other.status_code == 422
    assert "đã được ghi trả lời" in other.content.decode()
    edited = post(officer, "complaint_edit", made.pk, **complaint(content="Sửa"))
    assert edited.status_code == 422
    assert "Khiếu nại đã trả lời nên không sửa được." in edited.content.decode()
    page = get(officer, "complaint", made.pk).content.decode()
    for words in ("Đề nghị xem lại.", "Giữ nguyên kết quả.", "don.pdf", "tra-loi.pdf"):
        assert words in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"content": ""}, "Hãy điền mục này."),
        ({"received_on": "01/01/2999"}, "Ngày nhận không thể ở phía trước."),
        ({"due_on": "01/01/2020"}, "Hạn trả lời phải sau ngày nhận."),
        ({"files": [SimpleUploadedFile("x.pdf", b"<html>")]}, "Chỉ nhận tệp PDF"),
    ],
)
def test_a_wrong_complaint_is_refused_and_what_was_typed_stays(officer, changes, message):
    found = factories.RecognitionFactory()
    answer = post(officer, "complain_recognition", found.pk, **complaint(**changes))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert 'value="Hồ Xá"' in answer.content.decode()
    assert not Complaint.objects.exists()


@pytest.mark.parametrize(
    ("on", "message"),
    [("01/01/2999", "không thể ở phía trước"), ("01/01/2020", "không thể trước ngày nhận")],
)
def test_an_answer_on_an_impossible_day_is_refused(officer, on, message):
    made = factories.ComplaintFactory()
    answer = post(
        officer, "complaint_answer", made.pk, answered_on=on, answered_by="UBND", answer="Giữ"
    )
    assert answer.status_code == 422
    assert message in answer.content.decode()


def test_mending_a_complaint_leaves_its_history(officer):
    made = factories.ComplaintFactory(content="Lần đầu")
    post(officer, "complaint_edit", made.pk, **complaint(content="Lần hai", due_on="31/12/2999"))
    made.refresh_from_db()
    assert (made.content, made.due_on) == ("Lần hai", datetime.date(2999, 12, 31))
    page = get(officer, "complaint", made.pk).content.decode()
    assert "Lần đầu" in page
    assert str(officer) in page


def test_a_complaint_about_a_result_tells_the_commune_nothing_before_publication(officer):
    round_ = factories.closed_round(totals=(72, 72, 72))
    result = Result.objects.get()
    assert post(officer, "complain_result", result.pk, **complaint()).status_code == 302
    made = Complaint.objects.get()
    commune = factories.officer("commune_officer")
    assert get(commune, "complaint", made.pk).status_code == 404
    assert list(get(commune, "complaints").context["page"]) == []
    assert list(get(officer, "complaints").context["page"]) == [made]
    own = url("complaint", made.pk)
    assert own in get(officer, "papers", round_.pk).content.decode()
    member = factories.person_in(round_.council, "member")
    assert own not in get(member, "papers", round_.pk).content.decode()
    rounds.publish_round(round_=round_, by=factories.person_in(round_.council, "secretary"))
    assert get(commune, "complaint", made.pk).status_code == 200


def test_a_file_of_a_complaint_is_for_those_who_see_the_complaint(officer):
    paper = factories.ComplaintPaperFactory()
    assert get(officer, "complaint_paper", paper.pk).status_code == 200
    elsewhere = factories.UnitFactory(level="district", kind="Huyện", name="Khác")
    stranger = factories.officer("district_officer", elsewhere)
    assert get(stranger, "complaint_paper", paper.pk).status_code == 404
    assert get(factories.officer("council_member"), "complaint_paper", paper.pk).status_code == 404


def test_an_overdue_complaint_is_marked_and_those_without_answer_are_found(officer):
    late = factories.ComplaintFactory(
        received_on=today() - datetime.timedelta(days=9),
        due_on=today() - datetime.timedelta(days=1),
    )
    done = factories.ComplaintFactory()
    answer_complaint(
        complaint=done, on=today(), answered_by="UBND", document="", answer="Giữ", by=officer
    )
    assert "quá hạn" in get(officer, "complaints").content.decode()
    assert list(get(officer, "complaints", con="1").context["page"]) == [late]


def test_unanswered_complaints_wait_on_the_officer_s_first_page(officer):
    factories.ComplaintFactory(
        received_on=today() - datetime.timedelta(days=9),
        due_on=today() - datetime.timedelta(days=1),
    )
    factories.ComplaintFactory()
    (item,) = [item for item in work_of(officer) if item.label == "Khiếu nại chưa trả lời"]
    assert (item.count, item.late) == (2, 1)
    commune = factories.officer("commune_officer")
    assert not [item for item in work_of(commune) if item.label == "Khiếu nại chưa trả lời"]


def test_the_list_costs_the_same_at_one_and_at_three(officer, django_assert_num_queries):
    factories.closed_round(publish=True)
    browser = signed_in(officer)
    browser.get("/lam-viec/")
    save_complaint(
        complaint=Complaint(
            result=Result.objects.get(), complainant="A", received_on=today(), content="B"
        ),
        by=officer,
    )
    for more in (1, 2):
        factories.ComplaintFactory.create_batch(more)
        with django_assert_num_queries(QUERIES_OF_THE_COMPLAINTS):
            browser.get(url("complaints"))
    assert ComplaintPaper.objects.count() == 0


QUERIES_OF_A_RECOGNITION = 8
QUERIES_OF_THE_COMPLAINTS = 6
