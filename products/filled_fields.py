"""The screen forms of steps 2 and 3, and of the district's findings on them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ocop_portal.forms import PortalForm

from . import filled_forms
from .files import check_upload
from .form_content import CRITERIA, Form
from .form_figures import MoneyField, QuantityField
from .models import FilledForm, Finding, MoneyLine, PlanLine

MAX_LINES = 20


class FilledFormForm(PortalForm):
    """A form of `form_content`, with the tables of Biểu 03 where it has them."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, content: Form, draft: FilledForm | None, start: dict, **kwargs):
        self.content, self.draft = content, draft
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = filled_forms.stamp(draft)
        for field in content.fields:
            self.fields[field.code] = forms.CharField(
                label=field.label,
                required=False,
                max_length=10_000,
                initial=start.get(field.code, ""),
                widget=forms.Textarea(attrs={"rows": field.rows}),
            )
        if content.number == "03":
            self._add_figures(draft)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.HiddenInput | forms.Select):
                field.widget.attrs.setdefault("class", "form-control")
            elif isinstance(field.widget, forms.Select):
                field.widget.attrs["class"] = "form-select"

    def _rows(self, prefix: str, held: int) -> int:
        """So many rows as are held and one more, or as the page sent."""
        sent = sum(name.startswith(prefix) and name.endswith("_name") for name in self.data)
        return min(max(held + 1, sent), MAX_LINES)

    def _add_figures(self, draft: FilledForm | None) -> None:
        lines, moneys = (draft.lines.all(), draft.money.all()) if draft else ((), ())
        by_place = {(line.position, line.year): line for line in lines}
        held = max((line.position for line in lines), default=0)
        self.line_count = self._rows("line", held)
        for row in range(1, self.line_count + 1):
            first = next((by_place[row, y] for y in (1, 2, 3) if (row, y) in by_place), None)
            own = {
                f"line{row}_name": forms.CharField(
                    label=_("Sản phẩm, hàng hóa"), required=False, max_length=200
                ),
                f"line{row}_unit": forms.CharField(
                    label=_("Đơn vị tính"), required=False, max_length=40
                ),
            }
            for name, field in own.items():
                field.initial = getattr(first, name.split("_")[1], "")
            for year in (1, 2, 3):
                line = by_place.get((row, year))
                for part, label, kind in (
                    ("quantity", _("Sản lượng"), QuantityField),
                    ("price", _("Giá bán (đồng)"), MoneyField),
                    ("typed_revenue", _("Doanh thu (đồng)"), MoneyField),
                    ("cost", _("Chi phí (đồng)"), MoneyField),
                ):
                    own[f"line{row}_{year}_{part}"] = kind(
                        label=label, initial=getattr(line, part, None)
                    )
            self.fields.update(own)
        money = list(moneys)
        self.money_count = max(self._rows("money", len(money)), 2)
        for row in range(1, self.money_count + 1):
            line = money[row - 1] if row <= len(money) else None
            self.fields[f"money{row}_side"] = forms.ChoiceField(
                label=_("Khoản"),
                required=False,
                choices=[("", "–"), *MoneyLine.Side.choices],
                initial=getattr(line, "side", ""),
            )
            self.fields[f"money{row}_name"] = forms.CharField(
                label=_("Nội dung"),
                required=False,
                max_length=200,
                initial=getattr(line, "name", ""),
            )
            self.fields[f"money{row}_amount"] = MoneyField(
                label=_("Số tiền (đồng)"), initial=getattr(line, "amount", None)
            )
        self.fields["typed_sources"] = MoneyField(
            label=_("Tổng nguồn vốn (đồng)"), initial=getattr(draft, "typed_sources", None)
        )
        self.fields["typed_uses"] = MoneyField(
            label=_("Tổng sử dụng vốn (đồng)"), initial=getattr(draft, "typed_uses", None)
        )

    def clean(self):
        data = super().clean()
        for row in range(1, getattr(self, "line_count", 0) + 1):
            figures = [
                data.get(name) is not None
                for name in self.fields
                if name.startswith(f"line{row}_") and name.count("_") > 1
            ]
            if any(figures) and not data.get(f"line{row}_name"):
                self.add_error(f"line{row}_name", _("Ghi tên sản phẩm, hàng hóa."))
        for row in range(1, getattr(self, "money_count", 0) + 1):
            amount, side = data.get(f"money{row}_amount"), data.get(f"money{row}_side")
            if amount is not None and not side:
                self.add_error(f"money{row}_side", _("Chọn khoản."))
            if amount is None and data.get(f"money{row}_name"):
                self.add_error(f"money{row}_amount", _("Ghi số tiền."))
        return data

    # --- for the page ---

    def sections(self) -> list[dict]:
        """The sections with their bound fields."""
        return [
            {
                "title": section.title,
                "fields": [self[field.code] for field in section.fields],
                "figures": section.figures,
            }
            for section in self.content.sections
        ]

    def line_rows(self) -> list[dict]:
        """The rows of the production plan."""
        return [
            {
                "name": self[f"line{row}_name"],
                "unit": self[f"line{row}_unit"],
                "years": [
                    {
                        "year": year,
                        "fields": [
                            self[f"line{row}_{year}_{part}"]
                            for part in ("quantity", "price", "typed_revenue", "cost")
                        ],
                    }
                    for year in (1, 2, 3)
                ],
            }
            for row in range(1, self.line_count + 1)
        ]

    def money_rows(self) -> list[list]:
        """The rows of the finance table."""
        return [
            [self[f"money{row}_{part}"] for part in ("side", "name", "amount")]
            for row in range(1, self.money_count + 1)
        ]

    # --- for the domain function ---

    def texts(self) -> dict:
        return {field.code: self.cleaned_data.get(field.code, "") for field in self.content.fields}

    def lines(self) -> list[PlanLine]:
        """The filled-in rows; also of a form that is not valid, for the live sums."""
        data, found = self.cleaned_data, []
        for row in range(1, getattr(self, "line_count", 0) + 1):
            if not data.get(f"line{row}_name"):
                continue
            for year in (1, 2, 3):
                parts = {
                    part: data.get(f"line{row}_{year}_{part}")
                    for part in ("quantity", "price", "typed_revenue", "cost")
                }
                found.append(
                    PlanLine(
                        position=row,
                        year=year,
                        name=data[f"line{row}_name"],
                        unit=data.get(f"line{row}_unit", ""),
                        **parts,
                    )
                )
        return found

    def moneys(self) -> list[MoneyLine]:
        data = self.cleaned_data
        rows = range(1, getattr(self, "money_count", 0) + 1)
        kept = [
            row
            for row in rows
            if data.get(f"money{row}_amount") is not None and data.get(f"money{row}_side")
        ]
        return [
            MoneyLine(
                position=position,
                side=data[f"money{row}_side"],
                name=data.get(f"money{row}_name", ""),
                amount=data[f"money{row}_amount"],
            )
            for position, row in enumerate(kept, 1)
        ]


class FindingsForm(PortalForm):
    """A finding and a note for each criterion, and what to change when it is sent back."""

    reason = forms.CharField(
        label=_("Ý kiến chung, điều cần sửa"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )

    def __init__(self, *args, kind: str, held: dict[str, Finding], **kwargs):
        super().__init__(*args, **kwargs)
        self.criteria = CRITERIA[kind]
        for code, name in self.criteria:
            row = held.get(code)
            self.fields[f"{code}_result"] = forms.ChoiceField(
                label=name,
                required=False,
                choices=[("", _("Chưa xét")), *Finding.Result.choices],
                initial=row.result if row else "",
                widget=forms.Select(attrs={"class": "form-select"}),
            )
            self.fields[f"{code}_note"] = forms.CharField(
                label=_("Nhận xét"),
                required=False,
                max_length=2_000,
                initial=row.note if row else "",
                widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
            )

    def clean(self):
        data = super().clean()
        for code, _name in self.criteria:
            if data.get(f"{code}_result") == Finding.Result.CHANGE and not data.get(f"{code}_note"):
                self.add_error(f"{code}_note", _("Cần ghi điều phải sửa."))
        return data

    def rows(self) -> list[tuple]:
        return [(self[f"{code}_result"], self[f"{code}_note"]) for code, _name in self.criteria]

    def findings(self) -> dict[str, tuple[str, str]]:
        data = self.cleaned_data
        return {
            code: (data.get(f"{code}_result", ""), data.get(f"{code}_note", ""))
            for code, _name in self.criteria
        }


class CommentForm(PortalForm):
    """Words to the other side, with a file if need be."""

    text = forms.CharField(
        label=_("Nội dung trao đổi"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )
    file = forms.FileField(
        label=_("Tệp kèm theo"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"class": "form-control"}),
    )
    upload = None

    def clean_file(self):
        uploaded = self.cleaned_data.get("file")
        if uploaded:
            self.upload = check_upload(uploaded)


class WordsForm(PortalForm):
    """Some words: a reason, an answer."""

    words = forms.CharField(
        max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, label, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["words"].label = label
