"""Why an act is not done: one kind of refusal for every room, read in the language of the page."""

from django.core.exceptions import ValidationError

from .page_language import in_reader_language


class ActRefused(ValidationError):
    """An act that is not done; `reasons` say why, in words for the screen.

    A reason with figures is `filled`, so that it is put together in the language of the page that
    shows it; the act itself ran in Vietnamese. A form and `pages.take_errors` take this as they
    take Django's own.
    """

    def __init__(self, *reasons):
        self.reasons = [in_reader_language(reason) for reason in reasons]
        super().__init__(self.reasons)

    def __str__(self) -> str:
        return "; ".join(map(str, self.reasons))
