"""The base of every form in the portal."""

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext_lazy as _

from .text import normalise

CHOOSE = _("– Chọn –")
DASHES = BLANK_CHOICE_DASH[0][1]


class PortalFormMixin:
    """Text comes in as NFC; dates are typed dd/mm/yyyy; an empty choice says what to do."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # A field's own words stay: only Django's stiff default is replaced.
            if (
                field.error_messages.get("required")
                == forms.Field.default_error_messages["required"]
            ):
                field.error_messages["required"] = _("Hãy điền mục này.")
            if isinstance(field, forms.ModelChoiceField):
                if field.empty_label == DASHES:
                    field.empty_label = CHOOSE
            elif isinstance(field, forms.ChoiceField) and BLANK_CHOICE_DASH[0] in field.choices:
                field.choices = [
                    ("", CHOOSE) if choice == BLANK_CHOICE_DASH[0] else choice
                    for choice in field.choices
                ]
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(
                    format="%d/%m/%Y",
                    attrs={"placeholder": "dd/mm/yyyy", "inputmode": "numeric"},
                )
            elif isinstance(field.widget, forms.Textarea) and field.widget.attrs["rows"] == "10":
                field.widget.attrs["rows"] = 4  # Django's ten lines fill a phone

    def _clean_fields(self):
        super()._clean_fields()
        for name, value in self.cleaned_data.items():
            if isinstance(value, str):
                self.cleaned_data[name] = normalise(value)


class PortalForm(PortalFormMixin, forms.Form):
    """A plain form of the portal."""


class PortalModelForm(PortalFormMixin, forms.ModelForm):
    """A model form of the portal."""
