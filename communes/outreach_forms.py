"""Forms and filters for outreach events."""

import datetime

from crispy_forms.layout import Column, Fieldset, Row
from django import forms
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from ocop_portal.forms import PortalModelForm, WholeNumberField
from ocop_portal.search import FilterForm, matching
from ocop_portal.suggest import SuggestInput

from .filters import UnitChoice, offer_units
from .keeping_forms import SHOWN, SeenMixin, helper_of, shown
from .models import OutreachEvent, Unit, today
from .outreach_models import SUGGESTED_KINDS

FIRST_YEAR = 2018  # Decision 490/QĐ-TTg


class OutreachForm(SeenMixin, PortalModelForm):
    """An event, in one of the officer's units."""

    unit = UnitChoice(label=_("Đơn vị tổ chức"), queryset=Unit.objects.none())

    class Meta:
        model = OutreachEvent
        fields = [
            "unit",
            "kind",
            "title",
            "held_on",
            "ends_on",
            "place",
            "audience",
            "people",
            "women",
            "note",
        ]
        widgets = {"kind": SuggestInput(SUGGESTED_KINDS)}
        field_classes = {"people": WholeNumberField, "women": WholeNumberField}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        offer_units(self, user)
        self.helper = helper_of(
            "seen",
            Fieldset(
                _("Buổi tuyên truyền, hướng dẫn"),
                "unit",
                "kind",
                "title",
                Row(Column("held_on"), Column("ends_on")),
                "place",
            ),
            Fieldset(_("Người dự"), "audience", Row(Column("people"), Column("women")), "note"),
        )

    def clean(self):
        found = super().clean()
        first, last = self.cleaned_data.get("held_on"), self.cleaned_data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("Ngày cuối phải từ ngày đầu trở đi."))
        women = self.cleaned_data.get("women")
        people = self.cleaned_data.get("people")
        if women is not None and "people" in self.cleaned_data and women > (people or 0):
            self.add_error("women", _("Số nữ không thể nhiều hơn số người dự."))
        return found


class OutreachFilter(FilterForm):
    """What an officer looks for among the events."""

    year = forms.TypedChoiceField(label=_("Năm"), required=False, coerce=int, empty_value=None)
    unit = UnitChoice(
        label=_("Đơn vị"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("Tất cả"),
        help_text=_("Gồm cả các đơn vị đã sáp nhập vào."),
    )
    kind = forms.ChoiceField(label=_("Hình thức"), required=False)
    shown = forms.ChoiceField(label=_("Hiệu lực"), required=False, choices=SHOWN)

    def __init__(self, *args, units: QuerySet[Unit], events: QuerySet[OutreachEvent], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", _("Tất cả")), *((y, y) for y in years())]
        self.fields["unit"].queryset = units
        # One spelling for each kind, whatever capitals it was typed with.
        kinds = dict(events.order_by().values_list("kind_key").annotate(word=Max("kind")))
        self.fields["kind"].choices = [("", _("Tất cả")), *sorted(kinds.items())]

    def apply(self, events: QuerySet[OutreachEvent]) -> QuerySet[OutreachEvent]:
        """The events that fit."""
        wanted = self.wanted
        if wanted.get("year"):
            events = events.filter(held_on__year=wanted["year"])
        if wanted.get("unit"):
            events = events.filter(unit__covered_by__holder=wanted["unit"])
        if wanted.get("kind"):
            events = events.filter(kind_key=wanted["kind"])
        return matching(shown(events, wanted.get("shown")), wanted.get("q", ""))


def years(day: datetime.date | None = None) -> list[int]:
    """The years that may be looked at, this year first."""
    return list(range((day or today()).year, FIRST_YEAR - 1, -1))
