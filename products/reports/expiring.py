"""Certificates that run out in the asked years and were not followed by a longer one."""

from collections import Counter
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.models import PublicRating
from products.scope import STANDING, recognitions_for

from .places import Places
from .registry import Ask, Listed, Row, Table, counted, report
from .rows import summed


@report(
    "het-han",
    title=gettext_lazy("Giấy chứng nhận sắp hết hạn"),
    lead=gettext_lazy(
        "Giấy chứng nhận có hạn trong kỳ mà chưa có quyết định công nhận dài hơn thay thế."
    ),
    ahead=1,
    years=1,
)
def expiring(ask: Ask):
    """Each recognition that no later one has replaced, by its last day."""
    longer = PublicRating.objects.filter(
        STANDING,
        Q(valid_until__gt=OuterRef("valid_until"))
        | Q(valid_until=OuterRef("valid_until"), pk__gt=OuterRef("pk")),
        product=OuterRef("product"),
    )
    seen = recognitions_for(ask.user)
    if not ask.samples:
        seen = seen.filter(product__is_sample=False)
    found = seen.filter(~Exists(longer), valid_until__range=(ask.first_day, ask.last_day))
    endless = seen.filter(valid_until__isnull=True).count()
    places = Places(as_of_day=ask.as_of_day)
    over, running = _("đã hết hạn"), _("còn hạn")

    def standing(until: date) -> str:
        return over if until < places.today else running

    def place(unit: int, until: date) -> int:
        return places.unit_of(unit, min(until, places.today))

    def row(rating: PublicRating) -> Row:
        return Row(
            rating.product.name,
            (
                rating.product.producer.name,
                places.name(place(rating.product.producer.unit_id, rating.valid_until)),
                rating.stars,
                rating.decision_number,
                rating.valid_until,
                standing(rating.valid_until),
            ),
            rating.product.get_absolute_url(),
        )

    months, communes = Counter(), Counter()
    for unit, until, number in summed(found, "product__producer__unit", "valid_until"):
        quarter = _("Quý %(q)d/%(y)d") % {"q": (until.month + 2) // 3, "y": until.year}
        months[quarter, standing(until)] += number
        communes[place(unit, until), standing(until)] += number
    columns = [_("đã hết hạn"), _("còn hạn")]
    by_quarter = counted(
        _("Theo quý"), _("Quý hết hạn"), columns, months, order=lambda q: (q[-4:], q)
    )
    if endless:
        by_quarter.note = (
            _("%d lượt công nhận mà nguồn không nêu thời hạn, nên không tính vào báo cáo.")
            % endless
        )
    yield by_quarter
    yield counted(
        _("Theo xã, thị trấn"),
        _("Xã, thị trấn"),
        columns,
        communes,
        order=places.order,
        name=places.name,
    )
    yield Table(
        _("Danh sách giấy chứng nhận"),
        _("Sản phẩm"),
        [
            _("Chủ thể"),
            _("Xã, thị trấn"),
            _("Hạng sao"),
            _("Số quyết định"),
            _("Có giá trị đến"),
            _("Tình trạng"),
        ],
        Listed(
            found.select_related("product__producer").order_by(
                "valid_until", "product__search", "pk"
            ),
            row,
            number=sum(months.values()),
        ),
        bars=None,
    )
