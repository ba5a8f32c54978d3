"""Certificates that run out in the asked years and were not followed by a longer one."""

from collections import Counter

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.models import today
from products.models import PublicRating
from products.scope import products_for

from .places import Places, by_place
from .registry import Ask, Row, Table, counted, report


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
    recognised = PublicRating.objects.filter(
        kind=PublicRating.Kind.RECOGNITION, revoked_on__isnull=True, stars__gte=3
    )
    longer = recognised.filter(
        Q(valid_until__gt=OuterRef("valid_until"))
        | Q(valid_until=OuterRef("valid_until"), pk__gt=OuterRef("pk")),
        product=OuterRef("product"),
    )
    found = recognised.filter(
        ~Exists(longer),
        valid_until__range=(ask.first_day, ask.last_day),
        product__in=products_for(ask.user).values("pk"),
    ).select_related("product__producer")
    if not ask.samples:
        found = found.filter(product__is_sample=False)
    places = Places(as_of_day=ask.as_of_day)
    months, communes, rows = Counter(), Counter(), []
    for rating in found.order_by("valid_until", "product__search", "pk"):
        unit = rating.product.producer.unit_id
        place = places.unit_of(unit, min(rating.valid_until, today()))
        over, running = _("đã hết hạn"), _("còn hạn")
        standing = over if rating.is_expired else running
        quarter = (rating.valid_until.month + 2) // 3
        months[_("Quý %(q)d/%(y)d") % {"q": quarter, "y": rating.valid_until.year}, standing] += 1
        communes[place, standing] += 1
        rows.append(
            Row(
                rating.product.name,
                (
                    rating.product.producer.name,
                    places.name(place),
                    rating.stars,
                    rating.decision_number,
                    rating.valid_until,
                    standing,
                ),
                rating.product.get_absolute_url(),
            )
        )
    columns = [_("đã hết hạn"), _("còn hạn")]
    yield counted(_("Theo quý"), _("Quý hết hạn"), columns, months, order=lambda q: (q[-4:], q))
    yield counted(
        _("Theo xã, thị trấn"), _("Xã, thị trấn"), columns, places.named(communes), order=by_place
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
        rows,
        bars=None,
    )
