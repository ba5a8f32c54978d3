"""Support that was granted to carry out plans (đồng): by kind, source and commune, year by year."""

from collections import Counter

from django.db.models import Min, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ocop_portal.portal_words import portal_words
from products.models import Grant
from products.scope import works_for

from .places import Places
from .registry import Ask, Listed, Row, Table, counted, report


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
    )
    if not ask.samples:
        found = found.filter(entry__product__is_sample=False)

    def row(grant: Grant) -> Row:
        product = grant.entry.product
        return Row(
            product.name,
            (
                product.producer.name,
                places.name(places.unit_of(product.producer.unit_id, grant.decided_on)),
                said(kinds[grant.kind_key]),
                said(sources[grant.source_key]),
                grant.decision_number,
                grant.decided_on,
                grant.amount,
            ),
            grant.get_absolute_url(),
        )

    kinds, by_kind = _summed(found, "kind")
    sources, by_source = _summed(found, "source")
    years = sorted({year for _kind, year in by_kind})
    yield counted(_("Theo loại hỗ trợ"), _("Loại hỗ trợ"), years, by_kind, name=said)
    yield counted(_("Theo nguồn"), _("Nguồn"), years, by_source, name=said)
    communes = Counter()
    owner = "entry__product__producer__unit"
    days = found.order_by().values_list(owner, "decided_on").annotate(money=Sum("amount"))
    for unit, day, amount in days.iterator():
        communes[places.unit_of(unit, day), day.year] += amount
    yield counted(
        _("Theo xã, thị trấn"),
        _("Xã, thị trấn"),
        years,
        communes,
        order=places.order,
        name=places.name,
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
        Listed(found.select_related("entry__product__producer").order_by("decided_on", "pk"), row),
        bars=None,
    )


def said(word: str) -> str:
    """A kind or source in the language of the page, where it is one that the portal offers."""
    return str(portal_words(word))


def _summed(found: QuerySet[Grant], field: str) -> tuple[dict[str, str], Counter]:
    """Folded word → its spelling; (spelling, year) → đồng. One query.

    One spelling for each kind and source, whatever capitals it was typed with: the first one.
    """
    key = f"{field}_key"
    rows = found.order_by().values_list(key, field, "decided_on__year")
    rows = sorted(
        rows.annotate(first=Min("decided_on"), money=Sum("amount")),
        key=lambda row: (row[3], row[1]),
    )
    words, sums = {}, Counter()
    for folded, word, year, _first, money in rows:
        sums[words.setdefault(folded, word), year] += money
    return words, sums
