"""Words of the portal that lie in the database or in a Decision's file, said on English pages.

What is kept is Vietnamese, and stays so: a council's proposal, the reason of a change, the source of
a row that was loaded. An English page says in English what the portal itself put into these words
and shows all else as it stands. Only texts of this list are looked up, so that nobody's own words are
changed.
"""

import re
from functools import cache

from django.utils.functional import lazy
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_noop as _

from .languages import DEFAULT

SENTENCES = re.compile(r"(?<=\.) ")
WORDS = (
    # Levels and authorities of the Decisions.
    _("cấp huyện"),
    _("cấp tỉnh"),
    _("cấp trung ương"),
    _("cấp quốc gia"),
    _("Ủy ban nhân dân huyện"),
    _("Ủy ban nhân dân tỉnh"),
    _("Bộ Nông nghiệp và Môi trường"),
    _("Bộ Nông nghiệp và Phát triển nông thôn"),
    _("Bộ Nông nghiệp và Phát triển nông thôn (nay là Bộ Nông nghiệp và Môi trường)"),
    # Bands, as printed.
    _("từ %s đến dưới %s điểm"),
    _("từ %s đến %s điểm"),
    _("dưới %s điểm"),
    # A council's proposals.
    _("trả về để hoàn thiện"),
    _("bị loại"),
    _("đề nghị %s đánh giá, phân hạng"),
    _("đề nghị %s công nhận"),
    # What was done to a product in its cycle.
    _("Biểu %s, bản %s"),
    _("%s điểm, hạng %s sao"),
    _("%s sao"),
    _("không xếp hạng"),
    # Who wrote in a thread.
    _("cán bộ cấp xã, %s"),
    _("cán bộ cấp huyện, %s"),
    _("cán bộ cấp tỉnh, %s"),
    # Reasons of changes.
    _("Công bố"),
    _("Nhập từ Excel"),
    _("Hoàn tác nhập từ Excel"),
    _("Đổi bộ sản phẩm"),
    # Sources of rows that were loaded, and of samples.
    _("sau %s"),
    _("Tin đã đăng trên báo chí; chưa đối chiếu quyết định."),
    _("Xếp bộ sản phẩm theo cách đọc của cổng thông tin, nguồn không công bố."),
    _("Nguồn chỉ nêu tên sản phẩm: tên chủ thể ghi theo sản phẩm."),
    _("Địa bàn suy từ tên chủ thể."),
    _("Địa bàn là suy đoán, nguồn không nêu."),
    _("Nguồn không nêu xã, thị trấn: tạm ghi ở huyện."),
    _("Dữ liệu mẫu, không có thật."),
    _("Trang đăng tin về kế hoạch; số liệu ghi đúng như trang đó, chưa đối chiếu văn bản"),
    # Figures of the plan.
    _("xã đạt chuẩn nông thôn mới"),
    _("xã đạt chuẩn nông thôn mới nâng cao"),
    _("tiêu chí bình quân mỗi xã"),
    _("thôn, bản kiểu mẫu"),
    _("sản phẩm OCOP"),
    _("huyện"),
)

_more: list = []


def know(*words) -> None:
    """Add texts that an app offers to be written down, lazy or not."""
    _more.extend(words)


@cache
def _patterns() -> list[tuple[re.Pattern, str]]:
    with override(DEFAULT):
        known = [*WORDS, *map(str, _more)]
    return [(re.compile(re.escape(words).replace("%s", "(.+?)")), words) for words in known]


def _in_reader_language(text: str) -> str | None:
    for pattern, words in _patterns():
        if match := pattern.fullmatch(text):
            values = tuple(_in_reader_language(value) or value for value in match.groups())
            return gettext(words) % values if values else gettext(words)
    return None


def _said(text) -> str:
    text = str(text)
    if get_language() == DEFAULT:
        return text
    if whole := _in_reader_language(text):
        return whole
    return " ".join(_in_reader_language(each) or each for each in SENTENCES.split(text))


portal_words = lazy(_said, str)
portal_words.__doc__ = """A kept text, lazily: in Vietnamese as it is; elsewhere what the portal itself
wrote in the language of the page, the rest as it is."""
