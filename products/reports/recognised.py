"""Recognised products by stars: by year, branch and commune."""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .places import Places, by_place
from .registry import Ask, counted, report
from .rows import recognitions


@report(
    "hang-sao",
    title=gettext_lazy("Sản phẩm được công nhận theo hạng sao"),
    lead=gettext_lazy(
        "Mỗi lần có quyết định công nhận được tính một lượt. "
        "Kết quả hội đồng chưa công nhận và công nhận đã bị thu hồi không tính."
    ),
)
def recognised(ask: Ask):
    """Each recognition once."""
    places = Places(as_of_day=ask.as_of_day)
    found, undated = recognitions(ask)
    years, branches, communes = Counter(), Counter(), Counter()
    for row in found:
        years[str(row.year or row.period), row.stars] += 1
        branches[row.branch, row.stars] += 1
        communes[places.unit_of(row.unit, row.day), row.stars] += 1
    stars = {3: _("3 sao"), 4: _("4 sao"), 5: _("5 sao")}

    def table(title, head, counts, order=None):
        worded = {(row, stars[column]): n for (row, column), n in counts.items()}
        return counted(title, head, list(stars.values()), worded, order=order)

    by_year = table(_("Theo năm"), _("Năm"), years)
    if undated:
        by_year.note = (
            _("%d lượt công nhận mà nguồn không nêu năm, nên không tính vào báo cáo.") % undated
        )
    yield by_year
    yield table(_("Theo ngành"), _("Ngành"), branches)
    yield table(_("Theo xã, thị trấn"), _("Xã, thị trấn"), places.named(communes), order=by_place)
