"""Vĩnh Linh's programme: units, producers, cycles, products, recognitions."""

from django.core.management.base import BaseCommand

from communes.programme import load_producers, load_units
from evaluation.programme import load_recognitions
from ocop_portal.reminders.workdays import load_holidays
from products.models import Product
from products.plan_programme import load_plans
from products.programme import load_cycles, load_products
from products.promotion_programme import load_chains
from products.word_index import index_products

# In the order in which one rests on another.
KINDS = (
    ("đơn vị hành chính", load_units),
    ("chủ thể", load_producers),
    ("chu trình năm", load_cycles),
    ("kế hoạch", load_plans),
    ("chuỗi liên kết", load_chains),
    ("sản phẩm", load_products),
    ("công nhận", load_recognitions),
    ("ngày nghỉ", load_holidays),
)


class Command(BaseCommand):
    help = "Nạp đơn vị, chủ thể, chu trình, sản phẩm và công nhận đã công bố của huyện Vĩnh Linh."

    def handle(self, *args, **options):
        for name, load in KINDS:
            loaded = load()
            self.stdout.write(
                f"{name}: {loaded.total} trong số liệu, {loaded.made} mới, {loaded.changed} sửa"
            )
        # Products from before there was an index of words.
        index_products(Product.objects.filter(words=None))
