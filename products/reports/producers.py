"""Producers by legal form and by commune: in the register, taking part, with recognised products."""

from collections import Counter

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.models import Producer, today
from communes.scope import producers_for

from .places import Places, by_place
from .registry import Ask, Table, counted, report
from .rows import entries, recognitions


@report(
    "chu-the",
    title=gettext_lazy("Chủ thể theo loại hình"),
    lead=gettext_lazy(
        "Chủ thể đang hoạt động, và trong đó bao nhiêu có sản phẩm tham gia, được công nhận "
        "trong kỳ. Mỗi chủ thể tính một lần."
    ),
)
def producers(ask: Ask):
    """Each producer once; units are those of the period's last day."""
    places = Places(as_of_day=ask.as_of_day)
    found, _undated = recognitions(ask)
    parts = [
        (_("Đang hoạt động"), None),
        (
            _("Có sản phẩm tham gia"),
            {producer for (producer,) in entries(ask, "product__producer")},
        ),
        (_("Có sản phẩm được công nhận"), {row.producer for row in found}),
    ]
    names = [name for name, _members in parts]
    forms, communes = Counter(), Counter()
    day = min(ask.last_day, today())
    rows = producers_for(ask.user).filter(is_active=True)
    if not ask.samples:
        rows = rows.filter(is_sample=False)
    for pk, form, unit in rows.order_by().values_list("pk", "legal_form", "unit").iterator():
        place = places.unit_of(unit, day)
        for name, members in parts:
            if members is None or pk in members:
                forms[capfirst(str(Producer.LegalForm(form).label)), name] += 1
                communes[place, name] += 1
    yield _as_parts(counted(_("Theo loại hình"), _("Loại hình"), names, forms))
    yield _as_parts(
        counted(
            _("Theo xã, thị trấn"),
            _("Xã, thị trấn"),
            names,
            places.named(communes),
            order=by_place,
        )
    )


def _as_parts(table: Table) -> Table:
    """The columns are parts of the first: they are not to be added up."""
    table.columns = table.columns[:-1]
    table.rows = [type(row)(row.label, row.cells[:-1], row.url) for row in table.rows]
    table.total = table.total and table.total[:-1]
    table.bars = 0
    return table
