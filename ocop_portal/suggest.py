"""A text box that offers usual answers while one types, and takes any other."""

from collections.abc import Iterable

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.html import format_html, format_html_join


class SuggestInput(forms.TextInput):
    """`suggestions`: the usual answers, in words."""

    def __init__(self, suggestions: Iterable = (), attrs=None):
        super().__init__(attrs)
        self.suggestions = list(suggestions)

    def render(self, name, value, attrs=None, renderer=None):
        """The box with its list of answers behind it."""
        key = f"goi-y-{name}"
        box = super().render(name, value, {**(attrs or {}), "list": key}, renderer)
        # What is chosen is kept: in Vietnamese, on an English page too.
        with translation.override(settings.LANGUAGE_CODE):
            options = format_html_join(
                "", '<option value="{}"></option>', ((str(words),) for words in self.suggestions)
            )
        return format_html('{}<datalist id="{}">{}</datalist>', box, key, options)
