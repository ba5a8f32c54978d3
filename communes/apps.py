from django.apps import AppConfig


class CommunesConfig(AppConfig):
    name = "communes"
    verbose_name = "Đơn vị, vai trò, chủ thể"

    def ready(self) -> None:
        from . import (  # noqa: F401  they register
            deadlines,
            documents,
            exchange,
            news,
            outreach_exchange,
            rules,
        )
