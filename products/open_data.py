"""Open data: what anyone may take away, as rows of plain values with names that do not change.

Samples are left out: who takes these rows away would no longer see that they are made up. Keys
(`id`) are those of the portal's addresses and are never given to another thing.
"""

import csv
import datetime
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from communes.models import Producer, Unit, today
from ocop_portal.exchange.tables import STARTS_FORMULA
from ocop_portal.navigation import PRODUCERS, PRODUCTS, UNITS

from . import catalogue

NO_LICENCE = _("chưa công bố giấy phép")


@dataclass(frozen=True)
class Column:
    """One value of a row: its name in the files, what it means, how it is found."""

    name: str
    meaning: str
    value: Callable


@dataclass(frozen=True)
class DataSet:
    """A table of open data."""

    slug: str
    title: str
    columns: list[Column]
    rows: Callable

    def records(self, *, start: int = 0, stop: int | None = None) -> Iterator[dict]:
        """The rows, by key, as names and values."""
        for row in self.rows()[start:stop]:
            yield {column.name: column.value(row) for column in self.columns}


def _products():
    return (
        catalogue.rated_products()
        .filter(is_sample=False, producer__is_sample=False)
        .select_related("producer__unit")
        .order_by("pk")
    )


def _producers():
    rated = catalogue.rated_products().filter(is_sample=False, producer=OuterRef("pk"))
    return (
        Producer.objects.filter(Exists(rated), is_sample=False)
        .select_related("unit")
        .order_by("pk")
    )


def _units():
    return Unit.objects.select_related("parent").order_by("pk")


def _results():
    return (
        catalogue.ratings()
        .filter(product__in=_products().order_by().values("pk"))
        .select_related("product")
        .order_by("pk")
    )


def _day(value: datetime.date | None) -> str | None:
    return value.isoformat() if value else None


def _contact(name: str) -> Callable:
    """Personal data leaves only with the producer's agreement."""
    return lambda row: (str(getattr(row, name)) or None) if row.publish_contact else None


SETS = {
    found.slug: found
    for found in (
        DataSet(
            "san-pham",
            PRODUCTS,
            [
                Column("id", _("Khóa của sản phẩm, không đổi"), lambda r: r.pk),
                Column("name", _("Tên sản phẩm"), lambda r: r.name),
                Column("producer_id", _("Khóa của chủ thể"), lambda r: r.producer_id),
                Column("producer", _("Tên chủ thể"), lambda r: r.producer.name),
                Column(
                    "unit_id", _("Khóa của xã, thị trấn của chủ thể"), lambda r: r.producer.unit_id
                ),
                Column(
                    "unit", _("Tên xã, thị trấn khi ghi chủ thể"), lambda r: str(r.producer.unit)
                ),
                Column("branch", _("Ngành, theo Quyết định phân loại"), lambda r: r.branch),
                Column("group", _("Nhóm"), lambda r: r.group),
                Column("set", _("Bộ sản phẩm"), lambda r: r.set_name),
                Column("stars", _("Hạng sao của dữ kiện hiện hành, 1–5"), lambda r: r.stars),
                Column(
                    "standing",
                    _(
                        "Tình trạng hôm nay: certified (còn hạn), undated (chưa rõ thời hạn), expired "
                        "(hết hạn), council (kết quả hội đồng, chưa công nhận), revoked (bị thu hồi)"
                    ),
                    lambda r: str(r.standing),
                ),
                Column(
                    "url",
                    _("Trang của sản phẩm"),
                    lambda r: settings.SITE_URL + r.get_public_url(),
                ),
            ],
            _products,
        ),
        DataSet(
            "chu-the",
            PRODUCERS,
            [
                Column("id", _("Khóa của chủ thể, không đổi"), lambda r: r.pk),
                Column("name", _("Tên chủ thể"), lambda r: r.name),
                Column("legal_form", _("Loại hình tổ chức"), lambda r: r.get_legal_form_display()),
                Column("unit_id", _("Khóa của xã, thị trấn"), lambda r: r.unit_id),
                Column("unit", _("Tên xã, thị trấn"), lambda r: str(r.unit)),
                Column("phone", _("Điện thoại, nếu chủ thể đồng ý công khai"), _contact("phone")),
                Column("email", _("Thư điện tử, nếu chủ thể đồng ý công khai"), _contact("email")),
            ],
            _producers,
        ),
        DataSet(
            "don-vi",
            UNITS,
            [
                Column(
                    "id",
                    _("Khóa của đơn vị; mã nhà nước được dùng lại nên không thay được khóa"),
                    lambda r: r.pk,
                ),
                Column("code", _("Mã đơn vị của nhà nước"), lambda r: r.code),
                Column("kind", _("Loại: Tỉnh, Huyện, Xã, Thị trấn…"), lambda r: r.kind),
                Column("name", _("Tên"), lambda r: r.name),
                Column("level", _("Cấp: province, district, commune"), lambda r: r.level),
                Column("parent_id", _("Khóa của đơn vị cấp trên"), lambda r: r.parent_id),
                Column("valid_from", _("Có từ ngày"), lambda r: _day(r.valid_from)),
                Column("valid_until", _("Đến hết ngày"), lambda r: _day(r.valid_until)),
            ],
            _units,
        ),
        DataSet(
            "ket-qua",
            _("Kết quả và công nhận đã công bố"),
            [
                Column("id", _("Khóa của dữ kiện, không đổi"), lambda r: r.pk),
                Column("product_id", _("Khóa của sản phẩm"), lambda r: r.product_id),
                Column("product", _("Tên sản phẩm"), lambda r: r.product.name),
                Column(
                    "kind",
                    _("council (kết quả hội đồng) hoặc recognition (công nhận)"),
                    lambda r: r.kind,
                ),
                Column("year", _("Năm"), lambda r: r.year),
                Column(
                    "period",
                    _("Thời gian ghi như nguồn, khi nguồn không nêu ngày"),
                    lambda r: r.period_text or None,
                ),
                Column("stars", _("Hạng sao, 1–5"), lambda r: r.stars),
                Column(
                    "points",
                    _("Điểm bình quân chính xác của hội đồng, dạng tử số/mẫu số"),
                    lambda r: r.points or None,
                ),
                Column("authority", _("Cơ quan, hội đồng"), lambda r: r.authority or None),
                Column("decision_number", _("Số quyết định"), lambda r: r.decision_number or None),
                Column("decided_on", _("Ngày"), lambda r: _day(r.decided_on)),
                Column("valid_until", _("Có giá trị đến hết ngày"), lambda r: _day(r.valid_until)),
                Column("revoked_on", _("Ngày thu hồi"), lambda r: _day(r.revoked_on)),
                Column("source", _("Nguồn"), lambda r: r.source or None),
            ],
            _results,
        ),
    )
}


def as_csv(found: DataSet) -> bytes:
    """The set as CSV: UTF-8, commas, a line of names first, nothing that Excel would reckon."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.name for column in found.columns])
    for record in found.records():
        writer.writerow([_safe(value) for value in record.values()])
    return out.getvalue().encode("utf-8-sig")


def _safe(value):
    if isinstance(value, str) and value.startswith(STARTS_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def as_json(found: DataSet) -> bytes:
    """The set as JSON, with the day it was taken and the licence."""
    content = {
        "dataset": found.slug,
        "taken_on": today().isoformat(),
        "licence": settings.OPEN_DATA_LICENCE or str(NO_LICENCE),
        "rows": list(found.records()),
    }
    return json.dumps(content, ensure_ascii=False).encode()


def snapshot_name(found: DataSet, suffix: str) -> str:
    """Where the day's copy lies in the public storage."""
    return f"du-lieu-mo/{found.slug}.{suffix}"


def take_snapshot() -> int:
    """Write every set anew to the public storage; returns the number of files. Safe to run twice."""
    written = 0
    for found in SETS.values():
        for suffix, content in (("csv", as_csv(found)), ("json", as_json(found))):
            name = snapshot_name(found, suffix)
            if default_storage.exists(name):
                default_storage.delete(name)
            default_storage.save(name, ContentFile(content))
            written += 1
    return written
