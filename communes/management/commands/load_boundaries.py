"""Outlines of units for the map, out of a GeoJSON file keyed by unit code."""

import datetime
import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from communes.boundaries import NotGeoJSON, load
from communes.models import Unit


class Command(BaseCommand):
    help = "Nạp ranh giới các đơn vị từ tệp GeoJSON, theo mã đơn vị."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="tệp GeoJSON (Polygon, MultiPolygon)")
        parser.add_argument("--code", default="code", help="thuộc tính ghi mã đơn vị")
        parser.add_argument("--level", default=Unit.Level.COMMUNE, choices=Unit.Level.values)
        parser.add_argument(
            "--on",
            type=datetime.date.fromisoformat,
            help="ngày mà tệp đúng, dạng 2019-12-31 (mã được dùng lại qua các thời kỳ); mặc định hôm nay",
        )
        parser.add_argument("--source", default="", help="nguồn, hiện dưới bản đồ")
        parser.add_argument("--tolerance", type=float, default=0.0004, help="độ giản lược, độ")

    def handle(self, *args, file, code, level, on, source, tolerance, **options):
        try:
            content = json.loads(file.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            raise CommandError(f"Không đọc được {file}: {error}") from None
        try:
            done = load(
                content=content,
                source=source or file.name,
                day=on,
                code_in=code,
                level=level,
                tolerance=tolerance,
            )
        except NotGeoJSON as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(
            f"{done.units} đơn vị, giữ {done.points_kept} trong {done.points_read} điểm; "
            f"{len(done.unknown)} mã không có trong cổng vào ngày đó"
        )
