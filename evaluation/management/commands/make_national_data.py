"""Samples in the size of a country, for benchmarks. Development only."""

from django.core.management.base import BaseCommand, CommandError

from evaluation import national


class Command(BaseCommand):
    help = (
        "Nạp dữ liệu mẫu cỡ cả nước để đo tốc độ: xã, chủ thể, sản phẩm, chu trình, hạng sao, "
        "tất cả mang tên “mẫu”. Bị từ chối khi DEBUG tắt."
    )

    def add_arguments(self, parser):
        parser.add_argument("--products", type=int, default=20_000, help="số sản phẩm mẫu")

    def handle(self, *args, products, **options):
        if not national.allowed():
            raise CommandError("Dữ liệu mẫu chỉ được nạp khi DEBUG=true.")
        if not 1 <= products <= 99_999:
            raise CommandError("Số sản phẩm phải từ 1 đến 99999.")
        if national.is_made():
            self.stdout.write("dữ liệu mẫu toàn quốc: đã có")
            return
        made = national.make(products=products)
        self.stdout.write(
            f"dữ liệu mẫu toàn quốc: {made.communes} xã, {made.producers} chủ thể, "
            f"{made.products} sản phẩm, {made.entries} lượt tham gia, {made.ratings} hạng sao"
        )
