from django.apps import AppConfig


class ProductsConfig(AppConfig):
    name = "products"
    verbose_name = "Sản phẩm, chu trình năm"

    def ready(self) -> None:
        from . import catalogue, deadlines, exchange, renaming, rules, work  # noqa: F401  they register
