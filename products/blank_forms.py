"""Biểu 01–04 without answers, for producers who fill them in by hand."""

from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from communes.shelf import OnShelf, shelf_source
from ocop_portal.papers import pdf
from ocop_portal.papers.serving import paper_file

from .filled_forms import TEMPLATE
from .form_content import FORMS, NOTE

# What is drawn for one visitor serves the next: drawing costs a tenth of a second and more.
KEPT_SECONDS = 24 * 60 * 60
YEARS = ("1", "2", "3")
MONEY_ROWS = 6


def draw_blank(number: str) -> bytes:
    """A form of `FORMS` with lines to write on, in Vietnamese."""
    content = FORMS[number]
    with translation.override(settings.LANGUAGE_CODE):
        return pdf.draw(
            TEMPLATE,
            {
                "title": str(content.title),
                "form": _("Biểu %s") % number,
                "draft": False,
                "is_sample": False,
                "blank": True,
                "about": "",
                "facts": [
                    [_("Sản phẩm"), ""],
                    [_("Chủ thể"), ""],
                    [_("Xã, thị trấn"), ""],
                    [_("Chu trình năm"), ""],
                ],
                "note": str(NOTE),
                "sections": [
                    {
                        "title": str(section.title),
                        "texts": [[str(field.label), "", field.rows] for field in section.fields],
                        "plan": [["", year, "", "", "", ""] for year in YEARS]
                        if section.figures == "plan"
                        else [],
                        "years": [[_("Năm thứ %s") % year, "", "", ""] for year in YEARS]
                        if section.figures == "plan"
                        else [],
                        "money": [["", "", ""]] * MONEY_ROWS if section.figures == "money" else [],
                        "balance": ["………………", "………………"],
                    }
                    for section in content.sections
                ],
                "signers": [
                    {"title": _("Xác nhận của Ủy ban nhân dân xã"), "name": ""},
                    {"title": _("Chủ thể"), "name": ""},
                ],
            },
        )


@login_not_required
@require_safe
def blank_form(request, number: str):
    """A blank form as PDF."""
    if number not in FORMS:
        raise Http404
    drawn = cache.get_or_set(f"blank-form-{number}", lambda: draw_blank(number), KEPT_SECONDS)
    return paper_file(drawn, f"bieu {number}", "pdf")


@shelf_source
def blank_forms() -> Iterator[OnShelf]:
    """The blank forms, for the public library."""
    for number, content in FORMS.items():
        title = _("Biểu %(number)s. %(title)s") % {"number": number, "title": content.title}
        yield OnShelf(title, reverse("products:blank_form", args=[number]), "PDF")
