"""For the mail server: a mail that came back is piped in, and its address is marked."""

import sys

from django.core.management.base import BaseCommand

from ocop_portal.reminders.bounces import take_bounce


class Command(BaseCommand):
    help = "Đọc một thư báo không gửi được từ đầu vào chuẩn và đánh dấu địa chỉ bị trả lại."

    def handle(self, *args, **options):
        for address in take_bounce(sys.stdin.buffer.read()):
            self.stdout.write(address)
