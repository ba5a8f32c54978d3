"""Forms and filters for the apparatus."""

from crispy_forms.layout import Column, Fieldset, Row
from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ocop_portal.forms import PortalModelForm
from ocop_portal.search import FilterForm, matching

from .apparatus import LEVELS, lacking
from .filters import UnitChoice
from .keeping_forms import SeenMixin, helper_of
from .models import SteeringBody, Unit
from .scope import OFFICERS, units_in_scope


def _kinds() -> list[tuple[str, str]]:
    return [(value, capfirst(label)) for value, label in SteeringBody.Kind.choices]


class SteeringBodyForm(SeenMixin, PortalModelForm):
    """A part of the apparatus, in one of the officer's units."""

    unit = UnitChoice(label=_("Đơn vị"), queryset=Unit.objects.none())
    kind = forms.ChoiceField(label=_("Thành phần"))

    class Meta:
        model = SteeringBody
        fields = [
            "unit",
            "kind",
            "name",
            "head",
            "decision_number",
            "decided_on",
            "since",
            "until",
            "note",
        ]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        units = units_in_scope(user, *OFFICERS).filter(level__in=LEVELS)
        self.fields["unit"].queryset = units
        self.fields["kind"].choices = [("", _("– Chọn –")), *_kinds()]
        self.helper = helper_of(
            "seen",
            Fieldset(_("Bộ máy"), "unit", "kind", "name", "head"),
            Fieldset(
                _("Quyết định"),
                Row(Column("decision_number"), Column("decided_on")),
                Row(Column("since"), Column("until")),
                "note",
            ),
        )


class ApparatusFilter(FilterForm):
    """Which units an officer looks at: by name, and by what is missing there."""

    missing = forms.ChoiceField(label=_("Còn thiếu"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["missing"].choices = [
            ("", _("Mọi đơn vị")),
            ("any", _("Thiếu bất kỳ thành phần nào")),
            *_kinds(),
        ]

    def apply(self, units):
        """The units that fit, out of rows made by `apparatus.with_gaps`."""
        wanted = self.wanted
        if missing := wanted.get("missing"):
            units = units.filter(lacking("" if missing == "any" else missing))
        return matching(units, wanted.get("q", ""))
