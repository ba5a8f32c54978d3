"""The base of every form in the portal."""

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext_lazy as _

from .text import normalise

CHOOSE = _("– Chọn –")
DASHES = BLANK_CHOICE_DASH[0][1]


def normalised(data):
    """A form's data with every text in it normalised; a QueryDict stays one."""
    if hasattr(data, "setlist"):
        found = data.copy()
        for name, values in data.lists():
            found.setlist(name, [normalise(value) for value in values])
        return found
    return {
        name: normalise(value) if isinstance(value, str) else value for name, value in data.items()
    }


class PortalFormMixin:
    """Text comes in as NFC; dates are typed dd/mm/yyyy; an empty choice says what to do.

    Text is brought to one spelling before any field looks at it: a length counts letters as they
    are read, and what is left empty by it counts as empty.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_bound:
            self.data = normalised(self.data)
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


class PortalForm(PortalFormMixin, forms.Form):
    """A plain form of the portal."""


class PortalModelForm(PortalFormMixin, forms.ModelForm):
    """A model form of the portal."""
