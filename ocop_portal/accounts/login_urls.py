"""Login, password and second factor: the pages of allauth that the portal has.

One by one and not `allauth.urls`: what is not named here (several mail addresses, their
confirmation, codes by mail) is not there. The names are allauth's, which it looks up itself.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path

from . import forms

login = account.LoginView.as_view(form_class=forms.LoginForm)
password_change = account.PasswordChangeView.as_view(form_class=forms.ChangePasswordForm)
password_set = account.PasswordSetView.as_view(form_class=forms.SetPasswordForm)
password_reset = account.PasswordResetView.as_view(form_class=forms.ResetPasswordForm)
password_from_key = account.PasswordResetFromKeyView.as_view(form_class=forms.ResetPasswordKeyForm)
reauthenticate = account.ReauthenticateView.as_view(form_class=forms.ReauthenticateForm)
ask_code = mfa.AuthenticateView.as_view(form_class=forms.CodeForm)
reauthenticate_code = mfa.ReauthenticateView.as_view(form_class=forms.ReauthenticateCodeForm)
activate_app = totp.ActivateTOTPView.as_view(form_class=forms.ActivateTOTPForm)
add_passkey = webauthn.AddWebAuthnView.as_view(form_class=forms.AddPasskeyForm)
rename_passkey = webauthn.EditWebAuthnView.as_view(form_class=forms.RenamePasskeyForm)

urlpatterns = [
    path("dang-nhap/", login, name="account_login"),
    path("dang-xuat/", account.logout, name="account_logout"),
    path("dang-ky/", account.signup, name="account_signup"),  # closed: it says who gives accounts
    path("ngung-hoat-dong/", account.account_inactive, name="account_inactive"),
    path("xac-nhan/", reauthenticate, name="account_reauthenticate"),
    path("mat-khau/doi/", password_change, name="account_change_password"),
    path("mat-khau/dat/", password_set, name="account_set_password"),
    path("mat-khau/quen/", password_reset, name="account_reset_password"),
    path("mat-khau/quen/da-gui/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "mat-khau/dat-lai/xong/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^mat-khau/dat-lai/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        password_from_key,
        name="account_reset_password_from_key",
    ),
    path("hai-lop/", mfa.index, name="mfa_index"),
    path("hai-lop/ma/", ask_code, name="mfa_authenticate"),
    path("hai-lop/xac-nhan/", reauthenticate_code, name="mfa_reauthenticate"),
    path("hai-lop/ung-dung/bat/", activate_app, name="mfa_activate_totp"),
    path("hai-lop/ung-dung/tat/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("hai-lop/ma-du-phong/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "hai-lop/ma-du-phong/tao/",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "hai-lop/ma-du-phong/tai-ve/",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("hai-lop/khoa/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("hai-lop/khoa/them/", add_passkey, name="mfa_add_webauthn"),
    path("hai-lop/khoa/dang-nhap/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path(
        "hai-lop/khoa/xac-nhan/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("hai-lop/khoa/<int:pk>/sua/", rename_passkey, name="mfa_edit_webauthn"),
    path("hai-lop/khoa/<int:pk>/xoa/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
]
