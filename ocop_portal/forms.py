"""The base of every form in the portal."""

import re
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from .page_language import in_page_language
from .text import normalise

CHOOSE = _("– Chọn –")
SELECTED = mark_safe(" selected")
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


# Instead of Django's own translations; by the code of the validator that refuses.
PLAIN_WORDS = (
    ("min_value", _("Ít nhất là %(limit_value)s.")),
    ("max_value", _("Nhiều nhất là %(limit_value)s.")),
    ("max_length", _("Nhiều nhất %(limit_value)s chữ; đang có %(show_value)s chữ.")),
)
_GROUPED = re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?")


def ungrouped(value):
    """ "12.500.000" without the dots between thousands; anything else as it is."""
    if isinstance(value, str) and _GROUPED.fullmatch(value.strip()):
        return value.strip().replace(".", "")
    return value


class WholeNumberField(forms.IntegerField):
    """A whole number, typed with or without dots between thousands, shown with them.

    A text input: a browser's number input would send nothing for "12.500.000".
    """

    widget = forms.TextInput(attrs={"inputmode": "numeric"})
    default_error_messages = {"invalid": _("Hãy ghi một số nguyên, ví dụ 1.500.")}

    def to_python(self, value):
        return super().to_python(ungrouped(value))

    def prepare_value(self, value):
        return f"{value:,}".replace(",", ".") if isinstance(value, int) else value


class AmountField(forms.DecimalField):
    """A number with a decimal comma, typed with or without dots between thousands."""

    default_error_messages = {"invalid": _("Hãy ghi một số, ví dụ 2,5 hoặc 1.500.")}

    def to_python(self, value):
        return super().to_python(ungrouped(value))

    def prepare_value(self, value):
        # Not as the database gives it: "2,000" for two would be read as two thousand.
        if not isinstance(value, Decimal):
            return value
        shown = f"{value:,f}"
        if "." in shown:
            shown = shown.rstrip("0").rstrip(".")
        return shown.translate(str.maketrans(",.", ".,"))


class QuickSelect(forms.Select):
    """A select drawn in one go: Django draws each option with a template, too slow for 200 communes."""

    def render(self, name, value, attrs=None, renderer=None):
        chosen = self.format_value(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, SELECTED if str(key) in chosen else "", label) for key, label in self.choices),
        )
        own = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        return format_html("<select{}>{}</select>", flatatt(own), options)


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
            for code, words in PLAIN_WORDS:
                field.error_messages.setdefault(code, words)
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

    def add_error(self, field, error):
        """As Django's; a rule refuses in Vietnamese, the page says so in its own language."""
        refusal = error if isinstance(error, ValidationError) else ValidationError(error)
        in_page_language(refusal)
        super().add_error(field, refusal)


class PortalForm(PortalFormMixin, forms.Form):
    """A plain form of the portal."""


class PortalModelForm(PortalFormMixin, forms.ModelForm):
    """A model form of the portal."""
