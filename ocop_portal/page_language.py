"""What a page says is in the language of its address, though the act behind it runs in Vietnamese.

`languages.py` says why. Three things of an answer are said to the reader and kept nowhere: the page
itself, the message on the next page, and why a form was refused. What is told later (a reminder, why
a row of a file was refused) is kept in every language and read in the reader's.
"""

import itertools

from django.conf import settings
from django.contrib.messages.storage.fallback import FallbackStorage
from django.template.backends import django as backend
from django.utils import translation
from django.utils.functional import lazy, lazystr
from django.utils.translation import gettext, gettext_lazy

from .languages import DEFAULT


class _Page(backend.Template):
    def render(self, context=None, request=None):
        """Draw in the language of the request's address; without a request, in the one in force."""
        language = getattr(request, "LANGUAGE_CODE", None) or translation.get_language() or DEFAULT
        with translation.override(language):
            return super().render(context, request)


class PageTemplates(backend.DjangoTemplates):
    """Django's templates; a page is drawn in the language of its address."""

    def from_string(self, template_code):
        return _Page(self.engine.from_string(template_code), self)

    def get_template(self, template_name):
        return _Page(super().get_template(template_name).template, self)


class PageMessages(FallbackStorage):
    """Messages for the next page, in the language of the address that was written to."""

    def add(self, level, message, extra_tags=""):
        with translation.override(getattr(self.request, "LANGUAGE_CODE", DEFAULT)):
            # Source texts are Vietnamese, so what was said in Vietnamese is its own key.
            said = str(message)
            super().add(level, gettext(said) if said else said, extra_tags)


class _Filled:
    """A text with its figures, put together when it is shown."""

    def __init__(self, text, values):
        self.text, self.values = text, values

    def __str__(self) -> str:
        # Not of its `str`: a text that counts is made by `%` alone.
        return self.text % self.values


def filled(text, values):
    """`text % values`, lazily: for a message or a refusal, in the language of the page that shows it.

    `text` is a source text or its Vietnamese, which is the same; one that counts (`ngettext_lazy`)
    has to be lazy itself. Values may be lazy too. Not for what is kept.
    """
    return lazystr(_Filled(in_reader_language(text), values))


lowered = lazy(lambda text: str(text).lower(), str)
lowered.__doc__ = "A text in small letters, lazily: for a place within a sentence."
listed = lazy(lambda values: ", ".join(map(str, values)), str)
listed.__doc__ = "Several values as one, lazily."
spaced = lazy(lambda *texts: " ".join(filter(None, map(str, texts))), str)
spaced.__doc__ = "Several sentences as one text, lazily; empty ones left out."


def in_reader_language(text):
    """A text of the portal that is looked up when it is read; what is lazy already stays as it is."""
    # Source texts are Vietnamese, so what was said in Vietnamese is its own key.
    return gettext_lazy(text) if isinstance(text, str) and text else text


def kept(text) -> dict[str, str]:
    """A text in each language of the portal, to be written down: {"vi": …, "en": …}.

    `text` is lazy, or is made by a call.
    """
    said = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            said[code] = str(text() if callable(text) else text)
    return said


def read_kept(words: dict | str) -> str:
    """What `kept` wrote down, in the language in force; a plain text as it is, "" for nothing."""
    if isinstance(words, str):
        return words
    return words.get(translation.get_language()) or words.get(DEFAULT, "")


def told_reasons(refusal) -> list:
    """Why a ValidationError was raised, one text for each error, read in the language in force."""
    return [
        filled(error.message, error.params) if error.params else in_reader_language(error.message)
        for error in reasons_of(refusal)
    ]


def reasons_of(refusal) -> list:
    """The single errors in a ValidationError, by field or not."""
    kept = refusal.error_dict.values() if hasattr(refusal, "error_dict") else [refusal.error_list]
    return list(itertools.chain.from_iterable(kept))


def in_page_language(refusal) -> None:
    """Let a ValidationError be read in the language of the page that will show it."""
    for error in reasons_of(refusal):
        error.message = in_reader_language(error.message)
