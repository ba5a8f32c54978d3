"""Forms with which administrators keep accounts and roles."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ocop_portal.accounts.forms import PersonFormMixin, details_layout
from ocop_portal.accounts.models import User
from ocop_portal.forms import PortalForm, PortalModelForm

from .filters import UnitChoice
from .models import Role, Unit, today


class UserForm(PersonFormMixin, PortalModelForm):
    """An account, as administrators write it. The password is the person's own business."""

    class Meta:
        model = User
        fields = ["username", "full_name", "email", "phone", "position", "organisation"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name = self.fields["username"]
        name.label = _("Tên đăng nhập")
        name.help_text = _("Chữ thường không dấu, số và các dấu . - _, ví dụ: nguyenvana.")
        name.widget.attrs.update(autocapitalize="none", spellcheck="false", autocomplete="off")
        name.error_messages["unique"] = _("Đã có tài khoản mang tên đăng nhập này.")
        self.fields["email"].required = True
        self.fields["email"].help_text = _("Thư mời đặt mật khẩu được gửi tới đây.")
        self.helper.layout = details_layout("username")

    def clean_username(self):
        """Lower case letters without marks: what every keyboard types the same way."""
        name = self.cleaned_data["username"].strip().lower()
        if not name.isascii() or "@" in name or "+" in name:
            raise ValidationError(_("Chỉ dùng chữ không dấu, số và các dấu . - _"))
        return name


class GiveRoleForm(PortalModelForm):
    class Meta:
        model = Role
        fields = ["kind", "unit", "since", "until"]
        field_classes = {"unit": UnitChoice}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.order_by("search", "valid_from")
        self.fields["unit"].empty_label = _("Chọn đơn vị")
        self.fields["kind"].help_text = _("“Cán bộ cấp huyện” giao ở tỉnh là cán bộ cấp tỉnh.")
        self.fields["until"].help_text = _("Để trống nếu chưa biết ngày kết thúc.")
        for name in ("since", "until"):
            self.fields[name].error_messages["invalid"] = _("Ngày ghi dạng 31/12/2019.")
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            Row(Column("kind", css_class="col-md-6"), Column("unit", css_class="col-md-6")),
            Row(Column("since", css_class="col-md-6"), Column("until", css_class="col-md-6")),
        )

    def _post_clean(self):
        """Leave the rules to `roles.give_role`, which knows more of them and words them."""


class EndRoleForm(PortalForm):
    until = forms.DateField(label=_("Ngày cuối giữ vai trò"), initial=today)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["until"].error_messages["invalid"] = _("Ngày ghi dạng 31/12/2019.")
        self.helper = FormHelper()
        self.helper.form_tag = False


class UserFilterForm(PortalForm):
    """What the list of users may be narrowed by; unknown values narrow nothing."""

    kind = forms.ChoiceField(label=_("Vai trò"), required=False)
    unit = UnitChoice(
        label=_("Tại đơn vị"),
        required=False,
        queryset=Unit.objects.none(),
        empty_label=_("Mọi nơi"),
    )
    state = forms.ChoiceField(
        label=_("Tài khoản"),
        required=False,
        choices=[("", _("Tất cả")), ("active", _("Đang hoạt động")), ("stopped", _("Đã ngừng"))],
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [
            ("", _("Mọi vai trò")),
            *Role.Kind.choices,
            ("none", _("Chưa có vai trò")),
        ]
        self.fields["unit"].queryset = Unit.objects.filter(roles__isnull=False).distinct()
