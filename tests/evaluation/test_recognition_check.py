"""Check by anyone: each certificate is valid, expired, revoked, unknown or mistyped, said plainly."""

import datetime
import re

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from communes.models import today
from evaluation.check_code import LENGTH, SIGNS, new_code, read_code, show_code
from evaluation.check_limit import MISSES
from evaluation.models import Recognition
from tests import factories
from tests.public.test_weight import BUDGET, static_files, wire_size

FORM = reverse("check_certificates")


def check(client, code: str):
    return client.get(reverse("check_certificate", args=[code]))


def verdict(answer) -> str:
    found = re.search(
        r'class="verdict-word">.*?</svg>\s*([^<]+)</p>', answer.content.decode(), re.S
    )
    return found[1].strip() if found else ""


# --- The code ---------------------------------------------------------------------------------


def test_a_code_is_read_however_it_is_typed():
    code = new_code()
    for typed in (code, code.lower(), show_code(code), f" {code[:4]} {code[4:]}. "):
        assert read_code(typed) == code


@given(st.text(alphabet=SIGNS, min_size=LENGTH - 1, max_size=LENGTH - 1), st.data())
def test_one_wrong_sign_is_always_known_as_a_slip(_body, data):
    code = new_code()
    place = data.draw(st.integers(0, LENGTH - 1))
    other = data.draw(st.sampled_from([sign for sign in SIGNS if sign != code[place]]))
    assert read_code(code[:place] + other + code[place + 1 :]) is None


@pytest.mark.parametrize("typed", ["", "ABCD", "A" * 200, "0000-0000-0000", "ÁBCD-EFGH-JKLM"])
def test_what_cannot_be_a_code_is_none(typed):
    assert read_code(typed) is None


def test_codes_are_drawn_apart_and_hold_no_sign_that_looks_like_another():
    codes = {new_code() for _n in range(500)}
    assert len(codes) == 500
    assert not set("01IO") & set("".join(codes))


# --- The page ---------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "word", "says"),
    [
        ({}, "Còn hiệu lực", "Giấy chứng nhận có giá trị đến hết ngày"),
        (
            {"decided_on": datetime.date(2020, 1, 1), "valid_until": datetime.date(2023, 1, 1)},
            "Đã hết hạn",
            "hết hạn từ ngày 01/01/2023, không còn giá trị",
        ),
        ({"revoked_on": today(), "revoked_ground": "QĐ 9"}, "Đã bị thu hồi", "bị thu hồi từ ngày"),
        ({"valid_until": None, "source": "Trang tin"}, "Chưa rõ thời hạn", "không khẳng định"),
        ({"valid_until": today()}, "Còn hiệu lực", "có giá trị đến hết ngày"),
    ],
)
def test_each_state_is_told_in_big_words_with_the_facts(client, fields, word, says):
    found = factories.RecognitionFactory(product_code="45-464-19363-1-2026", **fields)
    answer = check(client, found.check_code)
    assert answer.status_code == 200
    assert verdict(answer) == word
    page = " ".join(answer.content.decode().split())
    for fact in (
        says,
        str(found.product),
        str(found.producer),
        "4 sao",
        found.decision_number,
        found.authority,
        found.product_code,
        show_code(found.check_code),
    ):
        assert fact in page
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_an_unknown_code_and_a_mistyped_one_are_told_apart(client):
    factories.RecognitionFactory()
    unknown = check(client, new_code())
    assert (unknown.status_code, verdict(unknown)) == (404, "Không có giấy chứng nhận này")
    assert "có thể là giả" in unknown.content.decode()
    slip = check(client, "ABCD-EFGH-JKL0")
    assert (slip.status_code, verdict(slip)) == (404, "Mã gõ chưa đúng")


@pytest.mark.django_db
def test_the_ground_of_a_revocation_and_who_recorded_it_stay_inside(client):
    found = factories.RecognitionFactory(
        revoked_on=today(), revoked_ground="Chuyện nội bộ", recorded_by=factories.UserFactory()
    )
    page = check(client, found.check_code).content.decode()
    assert "Chuyện nội bộ" not in page
    assert str(found.recorded_by) not in page


@pytest.mark.django_db
def test_a_code_typed_by_hand_leads_to_its_page_and_a_product_code_shows_all_that_bear_it(client):
    first = factories.RecognitionFactory(
        product_code="83-832-28882-2-2022",
        decided_on=datetime.date(2022, 1, 1),
        valid_until=datetime.date(2025, 1, 1),
    )
    second = factories.RecognitionFactory(product=first.product, product_code=first.product_code)
    answer = client.get(FORM, {"ma": show_code(second.check_code).lower()})
    assert answer["Location"] == reverse("check_certificate", args=[show_code(second.check_code)])
    answer = client.get(FORM, {"ma": " 83-832-28882-2-2022 "})
    words = re.findall(r"verdict-(certified|expired)\b", answer.content.decode())
    assert words == ["certified", "expired"]
    assert verdict(client.get(FORM, {"ma": "83-832"})) == "Không có giấy chứng nhận này"
    assert verdict(client.get(FORM, {"ma": "ABCD-EFGH-JKLM"})) == "Mã gõ chưa đúng"
    assert client.get(FORM, {"ma": ""}).status_code == 422


@pytest.mark.django_db
def test_codes_cannot_be_tried_out_one_after_another(client):
    found = factories.RecognitionFactory(product_code="45-464-19363-1-2026")
    for _n in range(50):  # a valid certificate may be scanned by a whole market
        assert check(client, found.check_code).status_code == 200
    for _n in range(MISSES):
        assert check(client, new_code()).status_code == 404
    for answer in (
        check(client, new_code()),
        check(client, found.check_code),
        client.get(FORM, {"ma": found.product_code}),
    ):
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) > 0
    elsewhere = client.get(
        reverse("check_certificate", args=[found.check_code]), REMOTE_ADDR="192.0.2.7"
    )
    assert elsewhere.status_code == 200


@pytest.mark.django_db
def test_asking_for_product_codes_counts_whether_they_are_there_or_not(client):
    factories.RecognitionFactory(product_code="45-464-19363-1-2026")
    for _n in range(MISSES):
        assert client.get(FORM, {"ma": "45-464-19363-1-2026"}).status_code == 200
    assert client.get(FORM, {"ma": "45-464-19363-1-2026"}).status_code == 429


@pytest.mark.django_db
def test_the_page_costs_the_same_at_one_and_at_three_and_stays_within_its_budget(
    client, django_assert_num_queries
):
    for count in (1, 2):
        made = factories.RecognitionFactory.create_batch(count, product_code="45-1")
        with django_assert_num_queries(1):
            page = client.get(FORM, {"ma": "45-1"}).content
    with django_assert_num_queries(1):
        check(client, made[0].check_code)
    total = len(page) + sum(
        wire_size(file.read_bytes(), squeezed=file.suffix == ".woff2")
        for file in static_files(page.decode())
    )
    assert total <= BUDGET
    assert "<script>" not in page.decode()


@pytest.mark.django_db
def test_every_recognition_has_a_code_of_its_own():
    factories.RecognitionFactory.create_batch(3)
    codes = set(Recognition.objects.values_list("check_code", flat=True))
    assert len(codes) == 3
    assert all(read_code(code) == code for code in codes)
