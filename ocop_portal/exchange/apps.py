from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "ocop_portal.exchange"
    label = "exchange"
    verbose_name = "Trao đổi bằng Excel"

    def ready(self) -> None:
        from . import work  # noqa: F401  it registers
