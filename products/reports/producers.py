"""Producers by legal form and by commune: in the register, taking part, with recognised products."""

from collections import Counter

from django.db.models import Count, Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.models import Producer, today
from communes.scope import producers_for

from .places import Places
from .registry import Ask, counted, report
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
    recognised, _undated = recognitions(ask)
    found = producers_for(ask.user).filter(is_active=True)
    if not ask.samples:
        found = found.filter(is_sample=False)
    taking_part = entries(ask).order_by().values("product__producer")
    with_recognised = recognised.order_by().values("product__producer")
    names = [_("Đang hoạt động"), _("Có sản phẩm tham gia"), _("Có sản phẩm được công nhận")]
    forms, communes = Counter(), Counter()
    day = min(ask.last_day, today())
    labels = {form.value: capfirst(str(form.label)) for form in Producer.LegalForm}
    rows = found.order_by().values_list("legal_form", "unit")
    for form, unit, *numbers in rows.annotate(
        active=Count("pk"),
        taking_part=Count("pk", filter=Q(pk__in=taking_part)),
        recognised=Count("pk", filter=Q(pk__in=with_recognised)),
    ).iterator():
        place = places.unit_of(unit, day)
        for name, number in zip(names, numbers, strict=True):
            forms[labels[form], name] += number
            communes[place, name] += number
    yield counted(_("Theo loại hình"), _("Loại hình"), names, forms, parts=True)
    yield counted(
        _("Theo xã, thị trấn"),
        _("Xã, thị trấn"),
        names,
        communes,
        order=places.order,
        name=places.name,
        parts=True,
    )
