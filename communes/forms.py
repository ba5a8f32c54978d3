"""Forms for producers."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Column, Fieldset, Layout, Row
from django import forms
from django.core.validators import MaxLengthValidator
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from ocop_portal.forms import PortalForm, PortalModelForm
from ocop_portal.page_language import filled

from . import scope
from .filters import UnitChoice
from .models import Producer, Unit
from .producers import REASON_LENGTH, TAX_CODE_TAKEN, namesakes


class ProducerForm(PortalModelForm):
    """A producer, for an officer; units are those of the officer's scope.

    A producer of the same name in the same unit is no error: the form asks, and the officer says
    that it is another one.
    """

    phone = PhoneNumberField(
        label=_("Điện thoại"),
        required=False,
        region="VN",
        error_messages={
            "invalid": _("Số điện thoại chưa đúng. Ví dụ: 0912 345 678 hoặc 0233 3820 123.")
        },
    )
    website = forms.URLField(label=_("Trang mạng"), required=False, assume_scheme="https")
    unit = UnitChoice(
        label=_("Xã, thị trấn"), queryset=Unit.objects.none(), empty_label=_("– Chọn –")
    )
    community_share = forms.DecimalField(
        label=_("Vốn góp của cộng đồng địa phương (%)"),
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=2,
        localize=True,
        help_text=_("Chỉ ghi cho công ty cổ phần: tiêu chí 3.1 phân biệt dưới và từ 51%."),
        error_messages={
            "min_value": _("Tỷ lệ phải từ 0 đến 100%%."),
            "max_value": _("Tỷ lệ phải từ 0 đến 100%%."),
            "invalid": _("Nhập một số, ví dụ 51 hoặc 51,5."),
            "max_decimal_places": _("Nhiều nhất hai chữ số sau dấu phẩy."),
        },
    )
    confirm_namesake = forms.BooleanField(
        label=_("Đây là chủ thể khác, vẫn lưu"), required=False, widget=forms.HiddenInput
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Producer
        fields = [
            "name",
            "legal_form",
            "tax_code",
            "must_register",
            "registration_number",
            "unit",
            "address",
            "representative",
            "phone",
            "email",
            "website",
            "publish_contact",
            "workers",
            "local_workers",
            "community_share",
        ]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.namesakes: list[Producer] = []
        units = scope.units_in_scope(user, *scope.OFFICERS).filter(level=Unit.Level.COMMUNE)
        if self.instance.unit_id:
            # A published producer may stand in the district, its commune unknown.
            own = Q(pk=self.instance.unit_id)
            units = Unit.objects.filter(Q(pk__in=units.values("pk")) | own)
            self.fields["seen"].initial = self.instance.updated_at.isoformat()
        self.fields["unit"].queryset = units
        for name, text in (
            ("workers", _("Nhập số nguyên, không âm.")),
            ("local_workers", _("Nhập số nguyên, không âm.")),
        ):
            self.fields[name].error_messages.update(invalid=text, min_value=text)
            self.fields[name].widget.attrs["inputmode"] = "numeric"
        # Room for blanks and dots, which `clean_tax_code` takes out; the model checks the rest.
        self.fields["tax_code"].validators = [MaxLengthValidator(30)]
        self.fields["tax_code"].widget.attrs.update(inputmode="numeric", maxlength="30")
        self.fields["tax_code"].help_text = _(
            "10 số, 12 số, hoặc 10 số-3 số; bỏ trống nếu chưa có."
        )
        self.fields["phone"].widget.input_type = "tel"
        self.fields["legal_form"].choices = [
            ("", _("– Chọn –")),
            *((value, capfirst(label)) for value, label in Producer.LegalForm.choices),
        ]
        if not self.instance.pk and "unit" not in self.initial:
            self.initial["unit"] = self._own_commune()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = self._layout()

    def _own_commune(self) -> int | None:
        """The commune of an officer who works in one only."""
        held = {role.unit for role in scope.roles_of(self.user) if role.kind in scope.OFFICERS}
        own = held.pop() if len(held) == 1 else None
        return own.pk if own and own.level == Unit.Level.COMMUNE else None

    def _layout(self) -> Layout:
        return Layout(
            "seen",
            Fieldset(
                _("Chủ thể"),
                "name",
                HTML("{% include 'communes/_namesakes.html' %}"),
                "confirm_namesake",
                Row(
                    Column("legal_form", css_class="col-md-6"),
                    Column("tax_code", css_class="col-md-6"),
                ),
                "must_register",
                "registration_number",
            ),
            Fieldset(_("Địa điểm"), "unit", "address"),
            Fieldset(
                _("Liên hệ"),
                "representative",
                Row(
                    Column("phone", css_class="col-md-6"),
                    Column("email", css_class="col-md-6"),
                ),
                "website",
                "publish_contact",
            ),
            Fieldset(
                _("Lao động, vốn góp"),
                Row(
                    Column("workers", css_class="col-md-6"),
                    Column("local_workers", css_class="col-md-6"),
                ),
                "community_share",
            ),
        )

    def clean_tax_code(self) -> str:
        """Digits as they are typed on letterheads, with blanks and dots, are the same code."""
        code = "".join(self.cleaned_data["tax_code"].replace(".", "").split())
        taken = Producer.objects.filter(tax_code=code).exclude(pk=self.instance.pk).first()
        if code and taken:
            in_scope = scope.producers_for(self.user).filter(pk=taken.pk).exists()
            raise forms.ValidationError(
                filled(_("Mã số thuế này là của %s."), taken) if in_scope else TAX_CODE_TAKEN
            )
        return code

    def clean_seen(self):
        """The moment as a value; a change that does not say what it started from is refused."""
        try:
            seen = parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            seen = None
        if self.instance.pk and seen is None:
            self.add_error(None, _("Trang đã cũ. Hãy mở lại trang rồi nhập tiếp."))
        return seen

    def clean(self):
        data = super().clean()
        workers, local = data.get("workers"), data.get("local_workers")
        if workers is not None and local is not None and local > workers:
            self.add_error(
                "local_workers", _("Số người địa phương không thể nhiều hơn tổng số lao động.")
            )
        share, legal_form = data.get("community_share"), data.get("legal_form")
        if share is not None and legal_form and legal_form != Producer.LegalForm.JOINT_STOCK:
            self.add_error("community_share", _("Chỉ ghi tỷ lệ này cho công ty cổ phần."))
        self._ask_about_namesakes(data)
        return data

    def _ask_about_namesakes(self, data) -> None:
        name, unit = data.get("name"), data.get("unit")
        unchanged = self.instance.pk and not {"name", "unit"} & set(self.changed_data)
        if not name or not unit or unchanged:
            return
        self.namesakes = namesakes(name=name, unit_id=unit.pk, besides=self.instance.pk)
        if self.namesakes:
            self.fields["confirm_namesake"].widget = forms.CheckboxInput(
                attrs={"class": "form-check-input"}
            )
            if not data.get("confirm_namesake"):
                self.add_error(
                    "confirm_namesake",
                    _("Đơn vị này đã có chủ thể cùng tên. Nếu là chủ thể khác, hãy đánh dấu ô."),
                )


class ReasonForm(PortalForm):
    """Why a producer stops, or starts again."""

    reason = forms.CharField(
        label=_("Lý do"),
        max_length=REASON_LENGTH,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
