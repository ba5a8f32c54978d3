from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "ocop_portal.accounts"
    label = "accounts"
    verbose_name = "Tài khoản"

    def ready(self) -> None:
        from . import lockout  # noqa: F401  a reset password ends a lock
