"""How the portal bends allauth: nobody signs up, everything is said in Vietnamese."""

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.userkit import filter_users_by_email
from allauth.core.context import request_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from ocop_portal.text import normalise

from .devices import devices_of
from .second_factor import second_factor_required

WRONG_NAME_OR_PASSWORD = _("Tên đăng nhập, thư điện tử hoặc mật khẩu chưa đúng.")


# Django's Vietnamese is incomplete here; the codes are its validators'.
WEAK_PASSWORD = {
    "password_too_short": _("Mật khẩu cần ít nhất %(min_length)d ký tự."),
    "password_too_similar": _("Mật khẩu quá giống tên đăng nhập hoặc thư điện tử của anh/chị."),
    "password_too_common": _("Mật khẩu này có quá nhiều người dùng nên dễ bị đoán."),
    "password_entirely_numeric": _("Mật khẩu không được chỉ gồm số."),
}


def login_name(typed: str) -> str:
    """The one name under which failed logins are counted, whatever a person types.

    An account answers to its user name in any case and to its mail address; counted as typed,
    each spelling would get its own five attempts.
    """
    # No name or address is longer; the list of failures has no room for more.
    name = normalise(typed).lower()[:254]
    if "@" in name:
        found = filter_users_by_email(name, for_login=True)
        if len(found) == 1:
            return found[0].get_username().lower()
    return name


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators; axes alone counts failed passwords."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("Tài khoản này đã ngừng hoạt động."),
        "email_password_mismatch": WRONG_NAME_OR_PASSWORD,
        "username_password_mismatch": WRONG_NAME_OR_PASSWORD,
        "invalid_login": WRONG_NAME_OR_PASSWORD,
        "enter_current_password": _("Mật khẩu hiện tại chưa đúng."),
        "incorrect_password": _("Mật khẩu chưa đúng."),
        "incorrect_code": _("Mã chưa đúng hoặc đã hết hạn. Hãy nhập mã đang hiện trên ứng dụng."),
        "invalid_or_expired_key": _("Đường dẫn không đúng hoặc đã hết hạn."),
        "invalid_password_reset": _("Đường dẫn đặt lại mật khẩu không đúng hoặc đã hết hạn."),
        "too_many_login_attempts": _("Nhập sai quá nhiều lần. Hãy chờ năm phút rồi thử lại."),
        "rate_limited": _("Nhập sai quá nhiều lần. Hãy chờ năm phút rồi thử lại."),
        "same_as_current": _("Giá trị mới phải khác giá trị hiện tại."),
        "select_only_one": _("Chỉ chọn một mục."),
        "unknown_email": _("Không có tài khoản nào dùng địa chỉ này."),
    }

    def is_open_for_signup(self, request) -> bool:
        """Never: a role in a unit is given by an administrator, and so is the account."""
        return False

    def authenticate(self, request, **credentials):
        """As allauth's, with the failed logins of one account counted under one name."""
        typed = credentials.get("username") or credentials.get("email")
        if typed:
            credentials["username"] = login_name(typed)
        return super().authenticate(request, **credentials)

    def pre_authenticate(self, request, **credentials) -> None:
        """Failed passwords are axes' to count, so that a person is told one thing only.

        allauth's limit `login_failed` stays in force for the codes of a second factor.
        """

    def get_password_change_redirect_url(self, request) -> str:
        return reverse("accounts:profile")

    def format_email_subject(self, subject) -> str:
        return f"{settings.PORTAL_NAME}: {subject}"

    def clean_password(self, password, user=None) -> str:
        """As allauth's, with the reasons in Vietnamese."""
        try:
            return super().clean_password(password, user)
        except ValidationError as refusal:
            raise ValidationError(
                [
                    ValidationError(WEAK_PASSWORD.get(e.code, e.message), e.code, e.params)
                    for e in refusal.error_list
                ]
            ) from None

    def send_mail(self, template_prefix, email, context) -> None:
        """As allauth's, but not bound to a request: a mail after commit may have none."""
        context = {"portal_name": settings.PORTAL_NAME, "email": email, **context}
        # Without the request, whose page may be English.
        with request_context(None), translation.override(settings.LANGUAGE_CODE):
            mail = self.render_mail(template_prefix, email, context)
        mail.send()

    def send_notification_mail(self, template_prefix, user, context=None, email=None) -> None:
        """To the account's own address: the portal keeps no list of further ones."""
        email = email or user.email
        if email and self.request:
            context = {"user": user, **(context or {})}
            super().send_notification_mail(template_prefix, user, context, email)

    def get_reauthentication_methods(self, user) -> list[dict]:
        """As allauth's, named in Vietnamese."""
        names = {
            "reauthenticate": gettext("Dùng mật khẩu"),
            "mfa_reauthenticate": gettext("Dùng mã từ ứng dụng hoặc mã dự phòng"),
            "mfa_reauthenticate:webauthn": gettext("Dùng khóa truy cập"),
        }
        methods = super().get_reauthentication_methods(user)
        return [{**method, "description": names[method["id"]]} for method in methods]


class SecondFactorAdapter(DefaultMFAAdapter):
    """TOTP and passkeys under the portal's name."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _(
            "Công việc của anh/chị bắt buộc xác thực hai lớp nên không thể bỏ lớp cuối cùng. "
            "Hãy thêm cách khác trước."
        ),
        "cannot_generate_recovery_codes": _("Hãy bật xác thực hai lớp trước khi tạo mã dự phòng."),
        "incorrect_code": _("Mã chưa đúng hoặc đã hết hạn. Hãy nhập mã đang hiện trên ứng dụng."),
        "unverified_email": _("Hãy xác nhận địa chỉ thư điện tử trước."),
    }

    def get_totp_label(self, user) -> str:
        return user.get_username()

    def get_totp_issuer(self) -> str:
        return settings.PORTAL_NAME

    def build_totp_svg(self, url: str) -> str:
        """Black on white whatever the screen's colours: cameras do not read the reverse."""
        return qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode")

    def can_delete_authenticator(self, authenticator) -> bool:
        """Not the last device of somebody who must have one."""
        others = devices_of(authenticator.user).exclude(pk=authenticator.pk)
        return others.exists() or not second_factor_required(authenticator.user)

    def generate_authenticator_name(self, user, type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Khóa %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": settings.PORTAL_NAME}

    def get_public_key_credential_user_entity(self, user) -> dict:
        return {
            **super().get_public_key_credential_user_entity(user),
            "name": user.get_username(),
            "display_name": user.get_full_name(),
        }
