"""Forms of an entry: its product and idea, its papers, its moves."""

from crispy_forms.layout import Column, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from communes.keeping_forms import helper_of
from communes.models import today
from ocop_portal import law
from ocop_portal.forms import PortalForm, PortalModelForm
from ocop_portal.page_language import filled

from .choices import ProductChoice
from .cycle import suggested_sets
from .files import ACCEPTED, Upload, check_upload
from .forms import CHOOSE, set_label
from .models import Cycle, Entry, Paper, Product
from .register import mark_of
from .scope import products_for


class EntryForm(PortalForm):
    """A product that takes part in a cycle, with its idea.

    A product that is classified by another Decision needs its set under the cycle's Decision: the
    form suggests one where the names make it plain, and the officer confirms by sending it again.
    """

    product = ProductChoice(
        label=_("Sản phẩm"),
        queryset=Product.objects.none(),
        error_messages={"invalid_choice": _("Sản phẩm này không thêm vào chu trình được.")},
    )
    set_number = forms.TypedChoiceField(
        label=_("Bộ sản phẩm"), required=False, coerce=int, empty_value=None
    )
    idea = forms.CharField(
        label=_("Ý tưởng"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "Sản phẩm là gì, vì sao là của địa phương, cần hỗ trợ gì. Có thể viết tiếp sau."
        ),
    )

    def __init__(self, *args, user, cycle: Cycle, **kwargs):
        super().__init__(*args, **kwargs)
        self.cycle = cycle
        products = (
            products_for(user)
            .filter(is_active=True, producer__unit__covered_by__holder=cycle.unit_id)
            .exclude(entries__cycle=cycle)
            .select_related("producer__unit")
        )
        self.fields["product"].queryset = products
        self.fields["product"].error_messages["required"] = _("Cần chọn sản phẩm.")
        self.has_products = self.fields["product"].rows != []
        chosen = self.fields["set_number"]
        chosen.choices = [
            ("", CHOOSE),
            *(
                (branch.name, [(s.number, set_label(s)) for g in branch.groups for s in g.sets])
                for branch in cycle.law.branches
            ),
        ]
        chosen.help_text = filled(
            _(
                "Theo %s. Chỉ cần chọn khi sản phẩm đang xếp theo Quyết định khác; nếu không, sản phẩm "
                "giữ bộ của mình."
            ),
            cycle.law.number,
        )
        self.helper = helper_of("product", "set_number", "idea")

    def clean(self):
        data = super().clean()
        product = data.get("product")
        if product is None or "set_number" in self.errors:
            return data
        if product.decision == self.cycle.decision:
            data["set_number"] = product.set_number
        elif data["set_number"] is None:
            self._suggest(product)
        return data

    def _suggest(self, product: Product) -> None:
        """Ask for the set, with the one that the names make plain already in the box."""
        decision = law.decision(product.decision)
        words = {
            "old": f"{product.set_number}. {product.set_name}",
            "law": decision.number,
            "new_law": self.cycle.law.number,
        }
        found = suggested_sets(product, self.cycle.law)
        if len(found) == 1:
            self.data["set_number"] = found[0].number  # a copy of what was sent
            words["set"] = f"{found[0].number}. {found[0].name}"
            text = _(
                "Sản phẩm đang xếp bộ “%(old)s” của %(law)s. Gợi ý theo %(new_law)s: “%(set)s”. "
                "Hãy xem lại rồi gửi lại để xác nhận."
            )
        else:
            words["sets"] = "; ".join(f"{s.number}. {s.name}" for s in found)
            text = (
                _(
                    "Sản phẩm đang xếp bộ “%(old)s” của %(law)s. Chọn bộ theo %(new_law)s; có thể "
                    "là: %(sets)s."
                )
                if found
                else _("Sản phẩm đang xếp bộ “%(old)s” của %(law)s. Chọn bộ theo %(new_law)s.")
            )
        self.add_error("set_number", filled(text, words))


class IdeaForm(PortalModelForm):
    """The wording of an idea."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Entry
        fields = ["idea"]
        widgets = {"idea": forms.Textarea(attrs={"rows": 8})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = mark_of(self.instance.idea)
        self.helper = helper_of()


class PaperForm(PortalModelForm):
    """A paper of the dossier; which fields depends on the item of the Decision's dossier list.

    After `is_valid`, `upload` is the checked file, or None where none came.
    """

    file = forms.FileField(label=_("Tệp"), allow_empty_file=True)

    class Meta:
        model = Paper
        fields = ["file", "quantity", "number", "issued_by", "issued_on", "valid_until", "note"]

    def __init__(self, *args, item: law.DossierItem, limit_mb: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.item = item
        self.upload: Upload | None = None
        file = self.fields["file"]
        file.widget = forms.FileInput(attrs={"accept": ",".join(sorted(ACCEPTED.values()))})
        file.error_messages["required"] = _("Cần chọn tệp.")
        file.help_text = filled(
            _("PDF, ảnh JPG, PNG, HEIC, Word (.docx) hoặc Excel (.xlsx); nhiều nhất %s MB."),
            limit_mb,
        )
        if item.form == "physical":
            for name in ("number", "issued_by", "valid_until"):
                del self.fields[name]
            file.required = False
            file.label = _("Biên bản giao nhận")
            self.fields["issued_on"].label = _("Ngày nhận")
            quantity = self.fields["quantity"]
            quantity.required = True
            quantity.min_value = 1
            quantity.help_text = filled(
                _("Số nhận lần này; cộng các lần cần đủ %s."), item.quantity or 1
            )
            quantity.error_messages["required"] = _("Cần ghi số lượng nhận.")
            quantity.error_messages["invalid"] = _("Nhập số nguyên.")
            quantity.widget.attrs.update(min=1, inputmode="numeric")
            self.helper = helper_of(
                Row(
                    Column("quantity", css_class="col-md-6"),
                    Column("issued_on", css_class="col-md-6"),
                ),
                "file",
                "note",
            )
        else:
            del self.fields["quantity"]
            self.fields["valid_until"].help_text = _("Bỏ trống nếu giấy không ghi thời hạn.")
            self.helper = helper_of(
                "file",
                Row(
                    Column("number", css_class="col-md-6"),
                    Column("issued_by", css_class="col-md-6"),
                ),
                Row(
                    Column("issued_on", css_class="col-md-6"),
                    Column("valid_until", css_class="col-md-6"),
                ),
                "note",
            )

    def clean_file(self):
        uploaded = self.cleaned_data.get("file")
        if uploaded:
            self.upload = check_upload(uploaded)
        # The file is stored by `dossier.attach_paper`, under a name of our own.
        return None

    def clean_quantity(self):
        quantity = self.cleaned_data.get("quantity")
        if self.item.form == "physical" and quantity == 0:
            raise ValidationError(_("Số lượng phải lớn hơn 0."))
        return quantity

    def clean_issued_on(self):
        day = self.cleaned_data.get("issued_on")
        if day and day > today():
            raise ValidationError(_("Ngày này chưa tới."))
        return day

    def clean(self):
        data = super().clean()
        issued, until = data.get("issued_on"), data.get("valid_until")
        if issued and until and until < issued:
            self.add_error("valid_until", _("Ngày hết giá trị phải sau ngày cấp."))
        return data


class ReasonForm(PortalForm):
    """Why a paper is withdrawn."""

    reason = forms.CharField(
        label=_("Lý do rút"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].error_messages["required"] = _("Cần ghi lý do rút giấy tờ.")
        self.helper = helper_of()


class SelfAssessmentForm(PortalForm):
    """The link of a rehearsal, as the producer sends it."""

    link = forms.CharField(
        label=_("Liên kết của phiếu tự đánh giá"),
        max_length=6_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("Chủ thể bấm “Chia sẻ” ở trang Tự đánh giá rồi gửi liên kết cho cán bộ."),
        error_messages={"required": _("Cần dán liên kết của phiếu tự đánh giá.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = helper_of()


class MoveForm(PortalForm):
    """What comes with a move: its name, the state that the officer saw, the reason, the consent."""

    move = forms.SlugField()
    expected = forms.ChoiceField(choices=Entry.State.choices, required=False)
    reason = forms.CharField(required=False, max_length=5_000)
    despite = forms.BooleanField(required=False)  # what the page warned of was read
