"""What the pages of every room share: paging, the path to a page, a refusal on its form."""

from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator

PER_PAGE = 20
REFUSED = 422  # a form that was not taken, shown again with what was typed


def page_of(request, rows, *, per_page: int = PER_PAGE) -> Page:
    """The page of `rows` that the address asks for (`?page=`); the nearest where there is none."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def crumbs(*steps: tuple[str, str]) -> list[dict]:
    """The path to a page as (label, url) pairs; the last step is the page itself."""
    return [{"label": str(label), "url": url} for label, url in steps]


def take_errors(form, error: ValidationError) -> None:
    """Show a domain function's field errors beside the fields, the rest above the form."""
    if hasattr(error, "error_dict"):
        for name, errors in error.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)
    else:
        form.add_error(None, error)
