"""The certificate: what the recognition says, on one page, with a QR that opens the public check."""

import datetime
import io

import pytest
import segno

from communes.models import today
from evaluation.check_code import show_code
from evaluation.papers import certificates
from tests import factories
from tests.evaluation.pages import get
from tests.evaluation.papers import reading, scenes

pytestmark = pytest.mark.django_db


def recognised(**fields):
    fields = {"product__is_sample": False, "product_code": "45-464-19363-1-2026"} | fields
    return factories.RecognitionFactory(**fields)


def test_it_says_what_the_recognition_says():
    found = recognised(decided_on=datetime.date(2026, 1, 15))
    drawn = reading.text_of(certificates.certificate_pdf(found))
    for words in (
        found.product.name,
        found.producer.name,
        "Hạng 4 sao",
        f"Quyết định số {found.decision_number} ngày 15 tháng 01 năm 2026 của",
        "Mã số sản phẩm: 45-464-19363-1-2026",
        f"Mã kiểm tra: {show_code(found.check_code)}",
        "Kiểm tra tại http://testserver/kiem-tra/",
        "GIẤY CHỨNG NHẬN",
    ):
        assert words in drawn


@pytest.mark.parametrize("name", [scenes.LONG, scenes.UNBROKEN, scenes.MARKUP])
def test_a_long_name_or_one_with_markup_stays_whole_on_one_page(name):
    found = recognised(product__name=name, product__producer__name=name)
    drawn = certificates.certificate_pdf(found)
    assert len(reading.pages_of(drawn)) == 1
    letters = reading.letters_of(reading.text_of(drawn))
    assert letters.count(reading.letters_of(name)) == 2
    for _page, (width, height), box, word in reading.words_of(drawn):
        assert box[0] > 12 and box[2] < width - 12 and box[1] > 12 and box[3] < height - 12, word


def test_the_qr_holds_the_address_of_its_own_check_page(client):
    found = recognised()
    address = certificates.check_address(found)
    assert address == f"http://testserver/kiem-tra/{show_code(found.check_code)}/"
    assert found.product.name in client.get(address).content.decode()
    svg = io.BytesIO()
    segno.make(address, error="m").save(svg, kind="svg", border=2, xmldecl=False)
    assert certificates.certificate_data(found)["qr"] == svg.getvalue().decode()


def test_an_officer_of_the_district_prints_it():
    found = recognised()
    answer = get(factories.officer(), "certificate", found.pk)
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"].startswith('inline; filename="giay-chung-nhan-')


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"revoked_on": today(), "revoked_ground": "QĐ 9"}, "Công nhận đã bị thu hồi từ ngày"),
        (
            {"decided_on": datetime.date(2020, 1, 1), "valid_until": datetime.date(2023, 1, 1)},
            "Công nhận đã hết hạn ngày 01/01/2023.",
        ),
        ({"decision_number": "", "source": "Trang tin"}, "Chưa có: số quyết định."),
        ({"valid_until": None, "source": "Trang tin"}, "Chưa có: có giá trị đến hết."),
    ],
)
def test_none_is_printed_of_what_is_not_valid_or_not_known_in_full(fields, why):
    found = recognised(**fields)
    answer = get(factories.officer(), "certificate", found.pk)
    assert answer["Content-Type"].startswith("text/html")
    assert why in answer.content.decode()


def test_a_sample_s_certificate_is_marked_as_one():
    drawn = reading.text_of(certificates.certificate_pdf(recognised(product__is_sample=True)))
    assert set("BẢNMẪU") <= set(drawn)
