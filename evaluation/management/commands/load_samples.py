"""Sample producers, products and rounds, for trying the portal out. Development only."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from evaluation import samples


class Command(BaseCommand):
    help = (
        "Nạp chủ thể, sản phẩm và đợt đánh giá mẫu (dữ liệu minh họa, mang tên “mẫu”). "
        "Chạy sau load_programme và make_sample_accounts; bị từ chối khi DEBUG tắt."
    )

    def handle(self, *args, **options):
        if not settings.DEBUG:
            raise CommandError("Dữ liệu mẫu chỉ được nạp khi DEBUG=true.")
        if samples.are_loaded():
            self.stdout.write("dữ liệu mẫu: đã có")
            return
        try:
            lines = samples.load()
        except samples.NoSampleAccounts as error:
            raise CommandError(
                f"Chưa có tài khoản mẫu: {error}. Hãy chạy manage.py make_sample_accounts trước."
            ) from error
        for line in lines:
            self.stdout.write(line)
