"""Support that was granted to carry out plans (đồng): by kind, source and commune, year by year."""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.models import Grant
from products.scope import works_for

from .places import Places, by_place
from .registry import Ask, Row, Table, counted, report


@report(
    "ho-tro",
    title=gettext_lazy("Hỗ trợ đã cấp"),
    lead=gettext_lazy(
        "Số tiền hỗ trợ chủ thể triển khai phương án, tính theo ngày quyết định, đơn vị đồng. "
        "Khoản đã rút không tính."
    ),
)
def granted(ask: Ask):
    """Each grant once, in the year of its decision."""
    places = Places(as_of_day=ask.as_of_day)
    found = (
        works_for(Grant, ask.user)
        .in_force()
        .filter(decided_on__range=(ask.first_day, ask.last_day))
        .select_related("entry__product__producer")
        .order_by("decided_on", "pk")
    )
    if not ask.samples:
        found = found.filter(entry__product__is_sample=False)
    # One spelling for each kind and source, whatever capitals it was typed with.
    kinds, sources, communes, rows = Counter(), Counter(), Counter(), []
    words, years = {}, set()
    for grant in found:
        product, year = grant.entry.product, grant.decided_on.year
        kind = words.setdefault(grant.kind_key, grant.kind)
        source = words.setdefault(grant.source_key, grant.source)
        place = places.unit_of(product.producer.unit_id, grant.decided_on)
        years.add(year)
        kinds[kind, year] += grant.amount
        sources[source, year] += grant.amount
        communes[place, year] += grant.amount
        rows.append(
            Row(
                product.name,
                (
                    product.producer.name,
                    places.name(place),
                    kind,
                    source,
                    grant.decision_number,
                    grant.decided_on,
                    grant.amount,
                ),
                grant.get_absolute_url(),
            )
        )
    columns = sorted(years)
    yield counted(_("Theo loại hỗ trợ"), _("Loại hỗ trợ"), columns, kinds)
    yield counted(_("Theo nguồn"), _("Nguồn"), columns, sources)
    yield counted(
        _("Theo xã, thị trấn"),
        _("Xã, thị trấn"),
        columns,
        places.named(communes),
        order=by_place,
    )
    yield Table(
        _("Danh sách khoản hỗ trợ"),
        _("Sản phẩm"),
        [
            _("Chủ thể"),
            _("Xã, thị trấn"),
            _("Loại hỗ trợ"),
            _("Nguồn"),
            _("Số quyết định"),
            _("Ngày quyết định"),
            _("Số tiền (đồng)"),
        ],
        rows,
        bars=None,
    )
