"""Products that take part in the yearly cycle: by branch and by commune, year by year."""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .places import Places, by_place
from .registry import Ask, counted, day_in, report
from .rows import entries


@report(
    "san-pham",
    title=gettext_lazy("Sản phẩm tham gia theo ngành, xã, năm"),
    lead=gettext_lazy("Sản phẩm tham gia chu trình năm, không tính sản phẩm đã rút."),
)
def taking_part(ask: Ask):
    """Each product once a year: an entry stands for it."""
    places = Places(as_of_day=ask.as_of_day)
    branches, communes, years = Counter(), Counter(), set()
    for year, branch, unit in entries(
        ask, "cycle__year", "product__branch", "product__producer__unit"
    ):
        years.add(year)
        branches[branch, year] += 1
        communes[places.unit_of(unit, day_in(year)), year] += 1
    columns = sorted(years)
    yield counted(_("Theo ngành"), _("Ngành"), columns, branches)
    yield counted(
        _("Theo xã, thị trấn"),
        _("Xã, thị trấn"),
        columns,
        places.named(communes),
        order=by_place,
    )
