"""What a list counts: "1 sản phẩm", "2 sản phẩm"; in English the word changes with the number."""

from django.utils.translation import npgettext, npgettext_lazy, override

from .languages import DEFAULT

LISTED = "đếm trong danh sách"
# Vietnamese has one form for both. Written out, so that the translators' file has each of them.
NOUNS = {
    "đơn vị": npgettext_lazy("đếm trong danh sách", "đơn vị", "đơn vị"),
    "xã, thị trấn": npgettext_lazy("đếm trong danh sách", "xã, thị trấn", "xã, thị trấn"),
    "văn bản": npgettext_lazy("đếm trong danh sách", "văn bản", "văn bản"),
    "chủ thể": npgettext_lazy("đếm trong danh sách", "chủ thể", "chủ thể"),
    "bài": npgettext_lazy("đếm trong danh sách", "bài", "bài"),
    "mục": npgettext_lazy("đếm trong danh sách", "mục", "mục"),
    "đợt": npgettext_lazy("đếm trong danh sách", "đợt", "đợt"),
    "đợt đánh giá": npgettext_lazy("đếm trong danh sách", "đợt đánh giá", "đợt đánh giá"),
    "thư": npgettext_lazy("đếm trong danh sách", "thư", "thư"),
    "bộ sản phẩm": npgettext_lazy("đếm trong danh sách", "bộ sản phẩm", "bộ sản phẩm"),
    "sản phẩm": npgettext_lazy("đếm trong danh sách", "sản phẩm", "sản phẩm"),
    "phản ánh": npgettext_lazy("đếm trong danh sách", "phản ánh", "phản ánh"),
    "nhắc việc": npgettext_lazy("đếm trong danh sách", "nhắc việc", "nhắc việc"),
    "lớp": npgettext_lazy("đếm trong danh sách", "lớp", "lớp"),
    "lần": npgettext_lazy("đếm trong danh sách", "lần", "lần"),
    "lượt nhắc": npgettext_lazy("đếm trong danh sách", "lượt nhắc", "lượt nhắc"),
    "kế hoạch": npgettext_lazy("đếm trong danh sách", "kế hoạch", "kế hoạch"),
    "khiếu nại": npgettext_lazy("đếm trong danh sách", "khiếu nại", "khiếu nại"),
    "hội đồng": npgettext_lazy("đếm trong danh sách", "hội đồng", "hội đồng"),
    "hồ sơ": npgettext_lazy("đếm trong danh sách", "hồ sơ", "hồ sơ"),
    "dòng": npgettext_lazy("đếm trong danh sách", "dòng", "dòng"),
    "công nhận": npgettext_lazy("đếm trong danh sách", "công nhận", "công nhận"),
    "buổi": npgettext_lazy("đếm trong danh sách", "buổi", "buổi"),
    "hội chợ": npgettext_lazy("đếm trong danh sách", "hội chợ", "hội chợ"),
    "điểm bán": npgettext_lazy("đếm trong danh sách", "điểm bán", "điểm bán"),
    "trang bán": npgettext_lazy("đếm trong danh sách", "trang bán", "trang bán"),
    "hợp đồng": npgettext_lazy("đếm trong danh sách", "hợp đồng", "hợp đồng"),
    "chuỗi liên kết": npgettext_lazy("đếm trong danh sách", "chuỗi liên kết", "chuỗi liên kết"),
    "sản phẩm chủ lực": npgettext_lazy(
        "đếm trong danh sách", "sản phẩm chủ lực", "sản phẩm chủ lực"
    ),
    "chu trình": npgettext_lazy("đếm trong danh sách", "chu trình", "chu trình"),
    "chủ tịch": npgettext_lazy("đếm trong danh sách", "chủ tịch", "chủ tịch"),
    "phó chủ tịch": npgettext_lazy("đếm trong danh sách", "phó chủ tịch", "phó chủ tịch"),
    "thành viên": npgettext_lazy("đếm trong danh sách", "thành viên", "thành viên"),
    "thư ký": npgettext_lazy("đếm trong danh sách", "thư ký", "thư ký"),
    "tổ tư vấn giúp việc": npgettext_lazy(
        "đếm trong danh sách", "tổ tư vấn giúp việc", "tổ tư vấn giúp việc"
    ),
    "điểm": npgettext_lazy("đếm trong danh sách", "điểm", "điểm"),
    "sao": npgettext_lazy("đếm trong danh sách", "sao", "sao"),
    "người dùng": npgettext_lazy("đếm trong danh sách", "người dùng", "người dùng"),
}


def counted(noun, count) -> str:
    """The noun as it follows this number, in the language of the page; an unknown one as it is.

    `noun` is the Vietnamese word, or lazy; `count` a number, or one as it is shown ("66,66").
    """
    with override(DEFAULT):
        source = str(noun)
    if source not in NOUNS:
        return str(noun)
    return npgettext(LISTED, source, source, 1 if count in (1, "1") else 2)
