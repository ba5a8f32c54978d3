"""Comparing a set with the signed text: section by section, one officer, signed once."""

import pytest

from ocop_portal.lawbook import checking, documents, versions
from ocop_portal.lawbook.acts import LawRefused, history_of
from ocop_portal.lawbook.models import SectionTick, SetCheck
from tests import factories as make
from tests.products.test_two_at_once import at_once

from . import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make.officer(full_name="Phạm Thị Đối Chiếu")


@pytest.fixture
def check(officer):
    return checking.begin(criteria=shelf.in_file(), document=shelf.document(), by=officer)


def tick(check, by, section="1", agrees=True, **how):
    return checking.tick(
        check_id=check.pk,
        criteria=shelf.in_file(),
        section=section,
        agrees=agrees,
        by=by,
        **how,
    )


def test_what_is_compared_is_the_head_of_the_set_and_every_section():
    keys = [piece.key for piece in checking.pieces_of(shelf.in_file())]
    assert keys == ["header", *map(str, range(1, 12))]


def test_a_comparison_begun_again_is_the_same_one(check, officer):
    again = checking.begin(criteria=shelf.in_file(), document=check.document, by=officer)
    assert (again.pk, check.sections) == (check.pk, 12)
    told = [row["what"] for row in history_of(shelf.SLUG, 1)]
    assert told == ["Bắt đầu đối chiếu với văn bản ký: phiên bản 1, 1048/QĐ-TTg: bản chụp mẫu"]


def test_another_officer_begins_a_comparison_of_their_own(check):
    other = checking.begin(criteria=shelf.in_file(), document=check.document, by=make.officer())
    assert other.pk != check.pk


def test_a_scan_of_another_decision_is_refused(officer):
    with pytest.raises(LawRefused, match="của Quyết định khác"):
        checking.begin(criteria=shelf.in_file(), document=shelf.document("26-2026"), by=officer)


def test_a_withdrawn_scan_is_compared_with_no_more(check, officer):
    documents.withdraw_document(document=check.document, by=officer, reason="Thiếu trang.")
    with pytest.raises(LawRefused, match="Bản chụp này đã rút: Thiếu trang"):
        tick(check, officer)
    with pytest.raises(LawRefused, match="Bản chụp này đã rút"):
        checking.begin(criteria=shelf.in_file(), document=check.document, by=officer)


def test_a_tick_is_replaced_by_a_second_word_and_both_stand_in_the_history(check, officer):
    tick(check, officer, agrees=False, remark="Văn bản ký ghi 4 điểm.")
    tick(check, officer, page=15)
    row = SectionTick.objects.get()
    assert (row.section, row.agrees, row.page, row.remark) == ("1", True, 15, "")
    told = [(entry["what"], entry["reason"]) for entry in history_of(shelf.SLUG, 1)[:2]]
    assert told == [
        ("Đối chiếu mục: 1. Tổ chức sản xuất: khớp", ""),
        ("Đối chiếu mục: 1. Tổ chức sản xuất: khác", "Văn bản ký ghi 4 điểm."),
    ]


def test_a_difference_says_what_differs(check, officer):
    with pytest.raises(LawRefused, match="chỗ khác với văn bản ký"):
        tick(check, officer, agrees=False, remark=" \u200b ")
    assert SectionTick.objects.count() == 0


def test_a_section_that_the_set_has_not_is_refused(check, officer):
    with pytest.raises(LawRefused, match="không có mục 99"):
        tick(check, officer, section="99")


def test_only_the_officer_of_the_comparison_ticks_and_signs(check):
    for act in (
        lambda by: tick(check, by),
        lambda by: checking.sign(check_id=check.pk, criteria=shelf.in_file(), by=by),
    ):
        with pytest.raises(LawRefused, match="của người khác"):
            act(make.officer())


def test_signing_waits_until_every_section_was_compared(check, officer):
    for piece in checking.pieces_of(shelf.in_file())[:-1]:
        tick(check, officer, piece.key)
    with pytest.raises(LawRefused) as refused:
        checking.sign(check_id=check.pk, criteria=shelf.in_file(), by=officer)
    assert refused.value.reasons == ["Còn 1 mục chưa đối chiếu: 11. Cơ hội thị trường toàn cầu."]
    assert not versions.standing(shelf.in_file()).is_checked


def test_a_set_that_differs_is_never_signed(check, officer):
    for piece in checking.pieces_of(shelf.in_file()):
        tick(check, officer, piece.key)
    tick(check, officer, "7", agrees=False, remark="Thiếu một phương án.")
    with pytest.raises(LawRefused, match="Khác với văn bản ký: 7"):
        checking.sign(check_id=check.pk, criteria=shelf.in_file(), by=officer)


def test_signing_twice_signs_once_and_closes_the_comparison(check, officer):
    for piece in checking.pieces_of(shelf.in_file()):
        tick(check, officer, piece.key)
    first = checking.sign(check_id=check.pk, criteria=shelf.in_file(), by=officer)
    again = checking.sign(check_id=check.pk, criteria=shelf.in_file(), by=officer)
    assert first.signed_at == again.signed_at
    told = [row["what"] for row in history_of(shelf.SLUG, 1)]
    assert sum("Ký xác nhận" in what for what in told) == 1
    assert versions.standing(shelf.in_file()).checked_by == "Phạm Thị Đối Chiếu"
    with pytest.raises(LawRefused, match="Đã ký xác nhận"):
        tick(check, officer, "2", agrees=False, remark="Muộn rồi.")


def test_withdrawing_a_scan_twice_keeps_the_first_reason(check, officer):
    documents.withdraw_document(document=check.document, by=officer, reason="Thiếu trang.")
    again = documents.withdraw_document(document=check.document, by=officer, reason="Khác.")
    assert again.withdrawn_reason == "Thiếu trang."
    with pytest.raises(LawRefused, match="Cần ghi lý do"):
        documents.withdraw_document(document=check.document, by=officer, reason="  ")


@pytest.mark.django_db(transaction=True)
def test_two_clicks_on_sign_at_the_same_moment_sign_once():
    officer, document = make.officer(), shelf.document()
    check = checking.begin(criteria=shelf.in_file(), document=document, by=officer)
    for piece in checking.pieces_of(shelf.in_file()):
        tick(check, officer, piece.key)
    results = at_once(
        *[lambda: checking.sign(check_id=check.pk, criteria=shelf.in_file(), by=officer)] * 2
    )
    assert [type(result) for result in results] == [SetCheck, SetCheck]
    assert results[0].signed_at == results[1].signed_at
    assert sum("Ký xác nhận" in row["what"] for row in history_of(shelf.SLUG, 1)) == 1
