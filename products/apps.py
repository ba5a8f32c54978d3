from django.apps import AppConfig


class ProductsConfig(AppConfig):
    name = "products"
    verbose_name = "Sản phẩm, chu trình năm"

    def ready(self) -> None:
        from . import (  # noqa: F401  they register
            blank_forms,
            catalogue,
            deadlines,
            exchange,
            handing_in,
            idea_exchange,
            newsletter,
            promotion_deadlines,
            renaming,
            rules,
            slot_deadlines,
            thread_deadlines,
            unit_page,
            voice_deadlines,
            work,
            works_deadlines,
        )
