from django.apps import AppConfig


class ProductsConfig(AppConfig):
    name = "products"
    verbose_name = "Sản phẩm, chu trình năm"

    def ready(self) -> None:
        from . import (  # noqa: F401  they register
            catalogue,
            deadlines,
            exchange,
            idea_exchange,
            promotion_deadlines,
            renaming,
            rules,
            slot_deadlines,
            thread_deadlines,
            voice_deadlines,
            work,
            works_deadlines,
        )
