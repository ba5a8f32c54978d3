"""What the portal itself wrote down is said on English pages; what people wrote is left alone."""

import pytest
from django.utils import translation

from ocop_portal.portal_words import PLACE, known, portal_words

SAID = [
    (
        "đề nghị cấp tỉnh đánh giá, phân hạng",
        "proposed for evaluation and rating at province level",
    ),
    ("từ 70 đến dưới 90 điểm", "from 70 to under 90 points"),
    ("từ 70 đến 89 điểm", "from 70 to 89 points"),
    ("sau 2020", "after 2020"),
    ("Bao bì, nhãn mác", "Packaging and labels"),
    (
        "Tin đã đăng trên báo chí; chưa đối chiếu quyết định. Nguồn nêu hai tên.",
        "Published in the press; not checked against the decision. Nguồn nêu hai tên.",
    ),
    ("Huyện Vĩnh Linh", "Huyện Vĩnh Linh"),
    ("Đã họp bàn sau 2020 lần", "Đã họp bàn sau 2020 lần"),
    ("sau khi họp", "sau khi họp"),
    ("vì sao", "vì sao"),
    ("đề nghị xã công nhận", "đề nghị xã công nhận"),
    ("Biểu 01, bản 2", "Form 01, version 2"),
    ("94 điểm, hạng 5 sao", "94 points, 5-star rating"),
    ("", ""),
]


@pytest.mark.parametrize(("kept", "english"), SAID)
def test_only_the_portals_own_words_change(kept, english):
    with translation.override("en"):
        assert str(portal_words(kept)) == english
    with translation.override("vi"):
        assert str(portal_words(kept)) == kept


def test_every_word_of_the_list_is_said_in_english():
    texts = [text for _pattern, text in known()]
    assert len(texts) > 40
    with translation.override("en"):
        for text in texts:
            of_a_level = text.startswith("đề nghị")
            kept = PLACE.sub("cấp tỉnh" if of_a_level else "7", text)
            assert str(portal_words(kept)) != kept, kept
