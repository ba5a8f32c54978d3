"""Recognised products by stars: by year, branch and commune."""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ocop_portal.portal_words import portal_words

from .places import Places
from .registry import Ask, counted, report
from .rows import day_of, recognitions, summed, year_or_period


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
    words = {3: _("3 sao"), 4: _("4 sao"), 5: _("5 sao")}
    columns = list(words.values())
    fields = ["stars", "year", "period_text", "product__branch", "product__producer__unit"]
    if ask.as_of_day:  # today's units do not ask on which day it was: less to tell apart
        fields.append("decided_on")
    for stars, year, period, branch, unit, *decided, number in summed(found, *fields):
        star = words[stars]
        years[year_or_period(year, period), star] += number
        branches[branch, star] += number
        day = day_of(year, period, *decided) if decided else places.today
        communes[places.unit_of(unit, day), star] += number
    by_year = counted(
        _("Theo năm"), _("Năm"), columns, years, name=lambda year: str(portal_words(year))
    )
    if undated:
        by_year.note = (
            _("%d lượt công nhận mà nguồn không nêu năm, nên không tính vào báo cáo.") % undated
        )
    yield by_year
    yield counted(_("Theo ngành"), _("Ngành"), columns, branches)
    yield counted(
        _("Theo xã, thị trấn"),
        _("Xã, thị trấn"),
        columns,
        communes,
        order=places.order,
        name=places.name,
    )
