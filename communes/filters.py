"""Searching and filtering lists of producers and units."""

from django import forms
from django.db.models import F, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ocop_portal.search import FilterForm, matching

from .models import Producer, Unit


def newest_first(units: QuerySet[Unit]) -> QuerySet[Unit]:
    """Units of the present before those that have ended, the last ended first; then by name."""
    return units.order_by(F("valid_until").desc(nulls_first=True), "search", "pk")


class UnitChoice(forms.ModelChoiceField):
    """A unit by name; one that has ended says when."""

    def label_from_instance(self, unit) -> str:
        return unit.dated_name


class ProducerFilter(FilterForm):
    """What an officer looks for among the producers."""

    unit = UnitChoice(
        label=_("Xã, thị trấn"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("Tất cả"),
        help_text=_("Gồm cả các đơn vị đã sáp nhập vào."),
    )
    legal_form = forms.ChoiceField(
        label=_("Loại hình"),
        required=False,
        choices=[("", _("Tất cả")), *((v, capfirst(n)) for v, n in Producer.LegalForm.choices)],
    )
    active = forms.ChoiceField(
        label=_("Tình trạng"),
        required=False,
        choices=[
            ("", _("Đang hoạt động")),
            ("stopped", _("Đã ngừng")),
            ("all", _("Tất cả")),
        ],
    )

    def __init__(self, *args, units: QuerySet[Unit], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = newest_first(units.filter(level=Unit.Level.COMMUNE))

    def apply(self, producers: QuerySet[Producer]) -> QuerySet[Producer]:
        """The producers that fit."""
        wanted = self.wanted
        if wanted.get("unit"):
            producers = producers.filter(unit__covered_by__holder=wanted["unit"])
        if wanted.get("legal_form"):
            producers = producers.filter(legal_form=wanted["legal_form"])
        if wanted.get("active") != "all":
            producers = producers.filter(is_active=wanted.get("active") != "stopped")
        return matching(producers, wanted.get("q", ""))
