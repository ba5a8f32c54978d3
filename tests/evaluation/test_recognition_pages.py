"""Recognition: the only way to official stars, told with authority, number, day and validity."""

import datetime

import pytest

from communes.models import today
from evaluation.models import Recognition, Result
from tests import factories
from tests.evaluation.pages import get, post, signed_in, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return factories.officer()


@pytest.fixture
def product():
    return factories.ProductFactory()


def data(**changes):
    return {
        "result": "",
        "stars": "4",
        "level": "province",
        "authority": "Ủy ban nhân dân tỉnh Quảng Trị",
        "decision_number": "12/QĐ-UBND",
        "decided_on": "15/01/2024",
        "valid_until": "",
        "product_code": "",
        "source": "",
    } | changes


def test_a_recognition_runs_36_months_unless_another_day_is_written(officer, product):
    assert post(officer, "recognition_add", product.pk, **data()).status_code == 302
    assert Recognition.objects.get().valid_until == datetime.date(2027, 1, 15)
    post(
        officer,
        "recognition_add",
        product.pk,
        **data(decision_number="13/QĐ-UBND", valid_until="31/12/2026"),
    )
    assert Recognition.objects.get(decision_number="13/QĐ-UBND").valid_until == datetime.date(
        2026, 12, 31
    )


def test_it_is_told_to_the_public_at_once_as_certified(officer, product):
    day = today().strftime("%d/%m/%Y")
    post(officer, "recognition_add", product.pk, **data(decided_on=day))
    rating = product.ratings.get()
    assert (rating.stars, rating.is_certified) == (4, True)
    assert "stars-certified" in get(officer, "recognitions").content.decode()


def test_the_code_is_kept_as_issued(officer, product):
    post(officer, "recognition_add", product.pk, **data(product_code="83-832-28882-2-2022"))
    assert Recognition.objects.get().product_code == "83-832-28882-2-2022"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"decision_number": ""}, "Cần điền; nếu chưa rõ, hãy ghi nguồn công bố."),
        ({"authority": ""}, "Cần điền; nếu chưa rõ, hãy ghi nguồn công bố."),
        ({"decided_on": "31/02/2024"}, "ngày"),
        ({"decided_on": "01/01/2999"}, "Ngày quyết định không thể ở phía trước."),
        ({"valid_until": "01/01/2020"}, "Thời hạn phải sau ngày quyết định."),
        ({"stars": "2"}, "2"),
    ],
)
def test_a_wrong_recognition_is_refused_and_what_was_typed_stays(
    officer, product, changes, message
):
    answer = post(officer, "recognition_add", product.pk, **data(product_code="45-1", **changes))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert 'value="45-1"' in answer.content.decode()
    assert not Recognition.objects.exists()


def test_a_published_fact_without_number_or_day_needs_its_source(officer, product):
    changes = {"decision_number": "", "decided_on": "", "authority": ""}
    assert post(officer, "recognition_add", product.pk, **data(**changes)).status_code == 422
    answer = post(
        officer, "recognition_add", product.pk, **data(source="Trang tin của huyện", **changes)
    )
    assert answer.status_code == 302
    assert product.ratings.get().is_certified is False


def test_the_same_decision_is_recorded_once_for_a_product(officer, product):
    post(officer, "recognition_add", product.pk, **data())
    again = post(officer, "recognition_add", product.pk, **data())
    assert again.status_code == 422
    assert "Sản phẩm đã được ghi công nhận theo quyết định này." in again.content.decode()
    assert Recognition.objects.count() == 1


def test_with_a_result_the_decision_says_which_level_recognises(officer):
    round_ = factories.closed_round(totals=(72, 72, 72))
    result = Result.objects.get()
    product = round_.candidates.get().entry.product
    refused = post(
        officer, "recognition_add", product.pk, **data(result=result.pk, level="district")
    )
    assert refused.status_code == 422
    assert "Theo 1048/QĐ-TTg, cấp huyện không công nhận 4 sao." in refused.content.decode()
    post(officer, "recognition_add", product.pk, **data(result=result.pk))
    assert Recognition.objects.get().result == result


def test_a_result_of_another_product_is_not_taken(officer, product):
    factories.closed_round(totals=(72, 72, 72))
    result = Result.objects.get()
    answer = post(officer, "recognition_add", product.pk, **data(result=result.pk))
    assert answer.status_code == 422
    assert not Recognition.objects.exists()


def test_a_revoked_recognition_stays_on_record_and_is_certified_no_more(officer, product):
    day = today().strftime("%d/%m/%Y")
    post(officer, "recognition_add", product.pk, **data(decided_on=day))
    recognition = Recognition.objects.get()
    ground = "Quyết định 99/QĐ-UBND: sản phẩm không bảo đảm chất lượng"
    assert (
        post(
            officer, "recognition_revoke", recognition.pk, revoked_on=day, revoked_ground=""
        ).status_code
        == 422
    )
    assert (
        post(
            officer, "recognition_revoke", recognition.pk, revoked_on=day, revoked_ground=ground
        ).status_code
        == 302
    )
    recognition.refresh_from_db()
    assert (recognition.revoked_on, recognition.revoked_ground) == (today(), ground)
    assert product.ratings.get().is_certified is False
    assert "đã thu hồi" in get(officer, "recognitions").content.decode()


def test_nothing_is_revoked_before_the_day_it_was_given(officer, product):
    post(officer, "recognition_add", product.pk, **data())
    answer = post(
        officer,
        "recognition_revoke",
        Recognition.objects.get().pk,
        revoked_on="14/01/2024",
        revoked_ground="Sai ngày",
    )
    assert answer.status_code == 422
    assert Recognition.objects.get().revoked_on is None


def test_recognising_is_the_district_s_and_only_within_its_scope(product):
    commune = factories.officer("commune_officer")
    elsewhere = factories.UnitFactory(level="district", kind="Huyện", name="Khác")
    stranger = factories.officer("district_officer", elsewhere)
    member = factories.officer("council_member")
    assert post(commune, "recognition_add", product.pk, **data()).status_code == 403
    assert post(stranger, "recognition_add", product.pk, **data()).status_code == 404
    assert post(member, "recognition_add", product.pk, **data()).status_code == 404
    recognition = factories.RecognitionFactory(product=product)
    assert post(commune, "recognition_revoke", recognition.pk).status_code == 403
    assert post(stranger, "recognition_revoke", recognition.pk).status_code == 404
    assert get(member, "recognitions").status_code == 403
    assert list(get(stranger, "recognitions").context["page"]) == []


def test_the_list_is_searched_without_diacritics_and_costs_the_same_at_one_and_at_three(
    officer, django_assert_num_queries
):
    browser = signed_in(officer)
    browser.get("/lam-viec/")  # that no second factor is needed is then known
    for more in (1, 2):
        for _n in range(more):
            factories.RecognitionFactory(product__name=f"Sản phẩm mẫu hồ tiêu {more}{_n}")
        with django_assert_num_queries(QUERIES_OF_THE_LIST):
            browser.get(url("recognitions"))
    assert len(get(officer, "recognitions", q="ho tieu").context["page"]) == 3
    assert len(get(officer, "recognitions", q="ho chua").context["page"]) == 0


QUERIES_OF_THE_LIST = 6
