"""Where the entries of the cycles stand now: year by step, commune by step."""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.models import Step

from .places import Places
from .registry import Ask, counted, day_in, report
from .rows import entries, summed


@report(
    "tien-do",
    title=gettext_lazy("Tiến độ theo bước"),
    lead=gettext_lazy("Sản phẩm tham gia đang ở bước nào, không tính sản phẩm đã rút."),
    years=1,
)
def progress(ask: Ask):
    """Each entry once, under the step in which it stands today."""
    places = Places(as_of_day=ask.as_of_day)
    steps = {step.value: f"{step.value}. {step.label}" for step in Step if step != Step.OUTREACH}
    years, communes = Counter(), Counter()
    days = {year: day_in(year) for year in ask.years}
    fields = ("cycle__year", "step", "product__producer__unit")
    for year, step, unit, number in summed(entries(ask), *fields):
        years[year, steps[step]] += number
        communes[places.unit_of(unit, days[year]), steps[step]] += number
    columns = list(steps.values())
    yield counted(_("Theo chu trình năm"), _("Năm"), columns, years)
    yield counted(
        _("Theo xã, thị trấn"),
        _("Xã, thị trấn"),
        columns,
        communes,
        order=places.order,
        name=places.name,
    )
