"""Products that take part in the yearly cycle: by branch and by commune, year by year."""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .places import Places
from .registry import Ask, counted, day_in, report
from .rows import entries, summed


@report(
    "san-pham",
    title=gettext_lazy("Sản phẩm tham gia theo ngành, xã, năm"),
    lead=gettext_lazy("Sản phẩm tham gia chu trình năm, không tính sản phẩm đã rút."),
)
def taking_part(ask: Ask):
    """Each product once a year: an entry stands for it."""
    places = Places(as_of_day=ask.as_of_day)
    branches, communes = Counter(), Counter()
    days = {year: day_in(year) for year in ask.years}
    fields = ("cycle__year", "product__branch", "product__producer__unit")
    for year, branch, unit, number in summed(entries(ask), *fields):
        branches[branch, year] += number
        communes[places.unit_of(unit, days[year]), year] += number
    columns = sorted({year for _branch, year in branches})
    yield counted(_("Theo ngành"), _("Ngành"), columns, branches)
    yield counted(
        _("Theo xã, thị trấn"),
        _("Xã, thị trấn"),
        columns,
        communes,
        order=places.order,
        name=places.name,
    )
