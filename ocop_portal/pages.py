"""What the pages of every room share: paging, the path to a page, a refusal on its form."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator

from .page_language import told_reasons

PER_PAGE = 20
REFUSED = 422  # a form that was not taken, shown again with what was typed


class KeysFirst:
    """Rows of which a page is taken by key: the database then sorts keys, not whole rows.

    `keys`: a QuerySet of keys alone, in order; `whole(keys)`: the QuerySet of these rows, in order.
    Give `page_of` their `count`.
    """

    def __init__(self, keys, whole: Callable):
        self.keys, self.whole = keys, whole

    def __getitem__(self, part: slice):
        return self.whole(self.keys[part])


def page_of(request, rows, *, per_page: int = PER_PAGE, count: int | None = None) -> Page:
    """The page of `rows` that the address asks for (`?page=`); the nearest where there is none.

    `count`: how many rows there are, where that is known already.
    """
    paginator = Paginator(rows, per_page)
    if count is not None:
        paginator.count = count
    return paginator.get_page(request.GET.get("page"))


def crumbs(*steps: tuple[str, str]) -> list[dict]:
    """The path to a page as (label, url) pairs; the last step is the page itself."""
    return [{"label": label, "url": url} for label, url in steps]


def take_errors(form, error: ValidationError, at: str | None = None) -> None:
    """Show a domain function's field errors beside the fields, the rest above the form.

    `at`: the field beside which a refusal stands that names none itself.
    """
    if hasattr(error, "error_dict"):
        for name, errors in error.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)
    else:
        form.add_error(at, error)


def tell_refusal(request, error: ValidationError) -> None:
    """Say on the next page why an act was not done, a message for each reason."""
    for words in told_reasons(error):
        messages.error(request, words)
