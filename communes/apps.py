from django.apps import AppConfig


class CommunesConfig(AppConfig):
    name = "communes"
    verbose_name = "Đơn vị, vai trò, chủ thể"

    def ready(self) -> None:
        from . import deadlines, exchange, outreach_exchange, rules  # noqa: F401  they register
