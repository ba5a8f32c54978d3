"""What the forms of steps 2 and 3 ask, section by section.

The sources name the parts of Biểu 02, 03 and 04 (Decision 1048, dossier list) but not their rows,
and of Biểu 01 only that it is for a new product. So each part is one or two plain questions, and
screens and papers say that the office holds them against the printed form.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Field:
    """A question that is answered in words."""

    code: str
    label: str
    required: bool = True
    rows: int = 3


@dataclass(frozen=True)
class Section:
    """A part of a form; `figures` names the tables that stand in it: "plan" or "money"."""

    code: str
    title: str
    fields: tuple[Field, ...] = ()
    figures: str = ""


@dataclass(frozen=True)
class Form:
    """A form as the Decision numbers it."""

    number: str
    title: str
    sections: tuple[Section, ...]

    @property
    def fields(self) -> list[Field]:
        return [field for section in self.sections for field in section.fields]


NOTE = _("Tài liệu công bố chỉ nêu tên các phần của biểu. Hãy đối chiếu với mẫu in trước khi ký.")

_PRODUCER = Section(
    "producer", _("Chủ thể"), (Field("producer", _("Giới thiệu chủ thể, địa chỉ, người đại diện")),)
)
_SUPPORT = Section(
    "support", _("Nhu cầu hỗ trợ"), (Field("support", _("Cần hỗ trợ gì"), required=False),)
)
_PROPOSER = Section(
    "proposer", _("Người đề xuất"), (Field("proposer", _("Họ tên, điện thoại"), rows=1),)
)

FORMS = {
    "01": Form(
        "01",
        _("Phiếu đăng ký ý tưởng sản phẩm mới"),
        (
            _PRODUCER,
            Section("product", _("Sản phẩm"), (Field("idea", _("Ý tưởng sản phẩm"), rows=5),)),
            _SUPPORT,
            _PROPOSER,
        ),
    ),
    "02": Form(
        "02",
        _("Phiếu đăng ký ý tưởng sản phẩm đã có"),
        (
            _PRODUCER,
            Section("environment", _("Môi trường kinh doanh"), (Field("environment", _("Mô tả")),)),
            Section("business", _("Thông tin kinh doanh"), (Field("business", _("Mô tả")),)),
            Section("product", _("Sản phẩm"), (Field("idea", _("Mô tả sản phẩm"), rows=5),)),
            _SUPPORT,
            _PROPOSER,
        ),
    ),
    "03": Form(
        "03",
        _("Phương án, kế hoạch kinh doanh sản phẩm"),
        (
            Section("introduction", _("Giới thiệu"), (Field("introduction", _("Nội dung")),)),
            Section("market", _("Thị trường"), (Field("market", _("Nội dung")),)),
            Section(
                "production",
                _("Kế hoạch sản xuất, kinh doanh ba năm"),
                (Field("production", _("Cách làm"), required=False),),
                figures="plan",
            ),
            Section(
                "finance",
                _("Tài chính"),
                (Field("finance", _("Giải trình"), required=False),),
                figures="money",
            ),
        ),
    ),
    "04": Form(
        "04",
        _("Giới thiệu bộ máy tổ chức"),
        (
            Section("organisation", _("Tổ chức"), (Field("organisation", _("Nội dung")),)),
            Section("community", _("Cộng đồng"), (Field("community", _("Nội dung")),)),
            Section("accounting", _("Kế toán"), (Field("accounting", _("Nội dung")),)),
            Section("marketing", _("Tiếp thị"), (Field("marketing", _("Nội dung")),)),
            Section("surroundings", _("Môi trường"), (Field("surroundings", _("Nội dung")),)),
        ),
    ),
}

# What the district looks at. No source prints criteria for an idea: these are what Mẫu 03 of
# Decision 26/2026 has the commune report on. A plan is judged section by section.
CRITERIA = {
    "idea": (
        ("material", _("Nguồn gốc, nguyên liệu địa phương")),
        ("labour", _("Lao động địa phương")),
        ("origin", _("Nguồn gốc ý tưởng")),
        ("identity", _("Bản sắc địa phương")),
    ),
    "business_plan": (
        *((section.code, section.title) for section in FORMS["03"].sections),
        ("organisation", _("Bộ máy tổ chức (Biểu 04)")),
    ),
}
CRITERIA_NOTE = {
    "idea": _(
        "Bốn nội dung theo Mẫu 03 của Quyết định 26/2026/QĐ-TTg; Quyết định 490 và 1048 không in "
        "tiêu chí xét ý tưởng."
    ),
    "business_plan": _("Theo các phần của Biểu 03 và Biểu 04."),
}

# A returned idea may come back within so many days (practice of Đồng Tháp, press report; no
# Decision prescribes it).
RESUBMISSION_DAYS = 15
