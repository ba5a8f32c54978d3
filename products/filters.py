"""Searching and filtering the officers' lists of products and entries."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from communes.filters import ProducerChoice, UnitChoice
from communes.models import Producer, Unit
from ocop_portal import law
from ocop_portal.search import FilterForm, matching

from .board import late_q
from .models import Entry, Product, Step


def _branches() -> list[tuple[str, str]]:
    names = dict.fromkeys(branch.name for found in law.decisions() for branch in found.branches)
    return [(name, name) for name in names]


class ProductFilter(FilterForm):
    """What an officer looks for in the register."""

    branch = forms.ChoiceField(label=_("Ngành"), required=False)
    unit = UnitChoice(
        label=_("Xã, thị trấn"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("Tất cả"),
    )
    producer = ProducerChoice(
        label=_("Chủ thể"),
        queryset=Producer.objects.none(),
        required=False,
        empty_label=_("Tất cả"),
    )
    active = forms.ChoiceField(
        label=_("Tình trạng"),
        required=False,
        choices=[("", _("Đang sản xuất")), ("stopped", _("Đã ngừng")), ("all", _("Tất cả"))],
    )

    def __init__(self, *args, units: QuerySet[Unit], producers: QuerySet[Producer], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = [("", _("Tất cả")), *_branches()]
        self.fields["unit"].queryset = units.filter(level=Unit.Level.COMMUNE)
        self.fields["producer"].queryset = producers

    def apply(self, products: QuerySet[Product]) -> QuerySet[Product]:
        """The products that fit."""
        wanted = self.wanted
        if wanted.get("branch"):
            products = products.filter(branch=wanted["branch"])
        if wanted.get("unit"):
            # The units that became part of it count with it.
            products = products.filter(producer__unit__covered_by__holder=wanted["unit"])
        if wanted.get("producer"):
            products = products.filter(producer=wanted["producer"])
        if wanted.get("active") != "all":
            products = products.filter(is_active=wanted.get("active") != "stopped")
        return matching(products, wanted.get("q", ""))


class EntryFilter(FilterForm):
    """What an officer looks for on the board of a cycle."""

    unit = UnitChoice(
        label=_("Xã, thị trấn"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("Tất cả"),
    )
    step = forms.TypedChoiceField(label=_("Bước"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(
        label=_("Trạng thái"),
        required=False,
        choices=[("", _("Tất cả, trừ đã rút")), *Entry.State.choices],
    )
    late = forms.ChoiceField(
        label=_("Tiến độ"),
        required=False,
        choices=[("", _("Tất cả")), ("1", _("Chỉ việc trễ hạn"))],
    )

    def __init__(self, *args, entries: QuerySet[Entry], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = [
            ("", _("Tất cả")),
            *((step.value, f"{step.value}. {step.label}") for step in Step),
        ]
        units = entries.order_by().values("product__producer__unit")
        self.fields["unit"].queryset = Unit.objects.filter(pk__in=units)

    def apply(self, entries: QuerySet[Entry]) -> QuerySet[Entry]:
        """The entries that fit, out of rows made by `board.with_due`; withdrawn ones if asked."""
        wanted = self.wanted
        if wanted.get("unit"):
            entries = entries.filter(product__producer__unit=wanted["unit"])
        if wanted.get("step"):
            entries = entries.filter(step=wanted["step"])
        if wanted.get("state"):
            entries = entries.filter(state=wanted["state"])
        else:
            entries = entries.exclude(state=Entry.State.WITHDRAWN)
        if wanted.get("late"):
            entries = entries.filter(late_q())
        return matching(entries, wanted.get("q", ""), column="product__search")
