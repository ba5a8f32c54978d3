"""Tags of the score sheet."""

from django import template

from evaluation.stars import sheet_stars

register = template.Library()


@register.inclusion_tag("evaluation/_sheet_stars.html", name="sheet_stars")
def sheet_stars_tag(criteria, score):
    """The stars of a sheet, what its points give, and which printed minima it misses."""
    return {"stars": sheet_stars(criteria, score)}
