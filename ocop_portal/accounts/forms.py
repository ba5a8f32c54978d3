"""Forms of login, password, second factor and profile.

allauth ships no Vietnamese texts; its forms are kept and their labels replaced.
"""

import unicodedata

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp.forms import ActivateTOTPForm as _ActivateTOTPForm
from allauth.mfa.webauthn import forms as webauthn_forms
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django.utils.translation import gettext_lazy as _

from ocop_portal.forms import PortalModelForm

from .models import User

PASSWORD_HELP = _(
    "Ít nhất 10 ký tự; không chỉ gồm số, không giống tên hay thư điện tử của anh/chị, "
    "không phải mật khẩu nhiều người dùng."
)
NOT_THE_SAME = _("Hai lần nhập mật khẩu chưa giống nhau.")


class InVietnamese:
    """Labels and texts in Vietnamese; what is typed comes in as NFC, passwords included.

    A Vietnamese keyboard may send decomposed letters on one machine and composed ones on another;
    the same password must open the same account.
    """

    labels: dict = {}
    help_texts: dict = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_bound and hasattr(self.data, "lists"):
            data = self.data.copy()
            for name, values in self.data.lists():
                data.setlist(name, [unicodedata.normalize("NFC", value) for value in values])
            self.data = data
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.help_text = self.help_texts.get(name, "")
            field.widget.attrs.pop("placeholder", None)
            field.error_messages["required"] = _("Hãy điền mục này.")
            if name == "code":
                field.widget.attrs.update(inputmode="numeric", autocomplete="one-time-code")


class SamePasswordTwice:
    """Says in Vietnamese that the two passwords differ."""

    def clean(self):
        data = super(account_forms.PasswordVerificationMixin, self).clean()
        first, second = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        if first and second and first != second:
            self.add_error("password2", NOT_THE_SAME)
        return data


class LoginForm(InVietnamese, account_forms.LoginForm):
    labels = {
        "login": _("Tên đăng nhập hoặc thư điện tử"),
        "password": _("Mật khẩu"),
        "remember": _("Giữ đăng nhập trên máy này sau khi đóng trình duyệt"),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs.update(
            autocomplete="username", autocapitalize="none", spellcheck="false", autofocus=True
        )


class ResetPasswordForm(InVietnamese, account_forms.ResetPasswordForm):
    labels = {"email": _("Thư điện tử của tài khoản")}


class ResetPasswordKeyForm(SamePasswordTwice, InVietnamese, account_forms.ResetPasswordKeyForm):
    labels = {"password1": _("Mật khẩu mới"), "password2": _("Nhập lại mật khẩu mới")}
    help_texts = {"password1": PASSWORD_HELP}


class ChangePasswordForm(SamePasswordTwice, InVietnamese, account_forms.ChangePasswordForm):
    labels = {
        "oldpassword": _("Mật khẩu hiện tại"),
        "password1": _("Mật khẩu mới"),
        "password2": _("Nhập lại mật khẩu mới"),
    }
    help_texts = {"password1": PASSWORD_HELP}


class SetPasswordForm(SamePasswordTwice, InVietnamese, account_forms.SetPasswordForm):
    labels = {"password1": _("Mật khẩu mới"), "password2": _("Nhập lại mật khẩu mới")}
    help_texts = {"password1": PASSWORD_HELP}


class ReauthenticateForm(InVietnamese, account_forms.ReauthenticateForm):
    labels = {"password": _("Mật khẩu")}


class CodeForm(InVietnamese, mfa_forms.AuthenticateForm):
    labels = {"code": _("Mã xác thực")}
    help_texts = {"code": _("Sáu số đang hiện trên ứng dụng, hoặc một mã dự phòng tám số.")}


class ReauthenticateCodeForm(InVietnamese, mfa_forms.ReauthenticateForm):
    labels = {"code": _("Mã xác thực")}
    help_texts = {"code": _("Sáu số đang hiện trên ứng dụng, hoặc một mã dự phòng tám số.")}


class ActivateTOTPForm(InVietnamese, _ActivateTOTPForm):
    labels = {"code": _("Mã xác thực")}
    help_texts = {"code": _("Sáu số đang hiện trên ứng dụng.")}


class AddPasskeyForm(InVietnamese, webauthn_forms.AddWebAuthnForm):
    labels = {
        "name": _("Tên khóa"),
        "passwordless": _("Dùng khóa này để đăng nhập không cần mật khẩu"),
    }
    help_texts = {
        "name": _("Để phân biệt khi có nhiều khóa, ví dụ: Điện thoại của tôi."),
        "passwordless": _("Máy sẽ hỏi vân tay, khuôn mặt hoặc mã PIN mỗi lần dùng khóa."),
    }


class RenamePasskeyForm(InVietnamese, webauthn_forms.EditWebAuthnForm):
    labels = {"name": _("Tên khóa")}


def details_layout(*first: str) -> Layout:
    """The fields of a person, two in a row on a wide screen."""
    return Layout(
        *first,
        "full_name",
        Row(Column("position", css_class="col-md-6"), Column("organisation", css_class="col-md-6")),
        Row(Column("email", css_class="col-md-6"), Column("phone", css_class="col-md-6")),
    )


class PersonFormMixin:
    """A person's own details; a taken address is said beside the field."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["phone"].error_messages["invalid"] = _(
            "Số điện thoại chưa đúng, ví dụ: 0912 345 678."
        )
        self.fields["email"].error_messages["unique"] = _("Đã có tài khoản dùng địa chỉ này.")
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        self.fields["phone"].widget.attrs.update(autocomplete="tel", inputmode="tel")
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = details_layout()

    def clean_email(self):
        """Addresses are compared in lower case everywhere; an empty one is none."""
        return (self.cleaned_data.get("email") or "").lower() or None


class ProfileForm(PersonFormMixin, PortalModelForm):
    class Meta:
        model = User
        fields = ["full_name", "email", "phone", "position", "organisation"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _("Dùng để nhận nhắc việc và đặt lại mật khẩu.")
        # Whoever has an address cannot do without one: it is the way back to a lost password.
        self.fields["email"].required = bool(self.instance.email)
