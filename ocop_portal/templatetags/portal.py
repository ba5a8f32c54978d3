"""Template tags and filters of every page: icons, stars, the six steps, points, dates.

Registered as builtins in the settings, so no template needs `{% load portal %}`.
"""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ocop_portal.law import show_points

register = template.Library()

MAX_STARS = 5

# The yearly cycle of Decision 490/QĐ-TTg, in the short form that fits under a step's number.
STEP_NAMES = (
    gettext_lazy("Tuyên truyền, hướng dẫn"),
    gettext_lazy("Đăng ký ý tưởng"),
    gettext_lazy("Nhận phương án"),
    gettext_lazy("Triển khai phương án"),
    gettext_lazy("Đánh giá, xếp hạng"),
    gettext_lazy("Xúc tiến thương mại"),
)

NOTHING = "–"


@register.simple_tag
def icon(name, label="", css=""):
    """An icon of `static/icons/sprite.svg`.

    Decoration by default (hidden from screen readers); give `label` only where the icon stands
    alone and means something.
    """
    href = f"{static('icons/sprite.svg')}#{name}"
    classes = f"icon {css}".strip()
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>',
            classes,
            label,
            href,
        )
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>',
        classes,
        href,
    )


@register.inclusion_tag("components/stars.html")
def stars(n, certified=True, caption=None, size=""):
    """The star rating, one of the portal's two signs.

    `n`: 1 to 5; 0 means rated without a star (knocked out); None means not rated yet.
    `certified`: True only with a recognition in force; False is what a council's tally says.
    The two differ in shape and words, not only in colour. `caption` replaces the words beside
    stars that are not certified; `caption=""` leaves them to screen readers. `size`: "lg" or "sm".
    """
    if n is not None and not 0 <= int(n) <= MAX_STARS:
        raise ValueError(f"stars run from 0 to {MAX_STARS}, not {n!r}")
    count = None if n is None else int(n)
    words = _("kết quả cấp huyện") if caption is None else caption
    return {
        "count": count,
        "filled": range(count or 0),
        "missing": range(MAX_STARS - (count or 0)),
        "certified": bool(certified),
        "caption": words,
        "spoken": words or _("chưa được công nhận"),
        "size": size,
    }


@register.inclusion_tag("components/step_track.html")
def step_track(current, late=False, steps=None, compact=False):
    """The six steps of the yearly cycle, the other sign of the portal.

    `current`: number of the step now open, 1 to 6; 0 before the first, 7 when all are done.
    `late`: the open step is past its planned date. `steps`: names instead of the usual six, or
    mappings with `name` and optional `url`, `note` (a line under the name, such as the planned
    dates). `compact`: numbers only, with the open step's name below, for cards and tables.
    """
    rows = []
    for number, step in enumerate(steps or STEP_NAMES, start=1):
        row = dict(step) if isinstance(step, dict) else {"name": step}
        row["number"] = number
        row["current"] = number == current
        row["done"] = number < current
        row["late"] = bool(late) and row["current"]
        rows.append(row)
    return {
        "steps": rows,
        "total": len(rows),
        "open_step": next((row for row in rows if row["current"]), None),
        "finished": current > len(rows),
        "compact": compact,
    }


@register.filter
def points(value):
    """Points with a decimal comma, two decimals, cut and never rounded: 69.996 → "69,99".

    Takes int, Fraction or Decimal; None shows as a dash. A float is an error, because a float
    has already been rounded and may have crossed a band.
    """
    if value is None or value == "":
        return NOTHING
    return show_points(value)


@register.filter
def vn_number(value):
    """12.500.000 and 3,25: a number as Vietnamese write it; "–" for none."""
    if value is None or value == "":
        return NOTHING
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    whole, _dot, rest = text.partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", ".") + (f",{rest}" if rest else "")


@register.filter
def vn_date(value):
    """A date as dd/mm/yyyy, a datetime as its day in Vietnam; nothing for no date."""
    if not value:
        return ""
    if isinstance(value, datetime):
        value = _local(value)
    if not isinstance(value, date):
        raise TypeError(f"not a date: {value!r}")
    return value.strftime("%d/%m/%Y")


@register.filter
def vn_datetime(value):
    """A moment as hh:mm dd/mm/yyyy in Vietnam's time; nothing for none."""
    return _local(value).strftime("%H:%M %d/%m/%Y") if value else ""


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


@register.simple_tag
def page_range(page_obj):
    """Page numbers to link to, with "…" for gaps: `{% page_range page_obj as pages %}`."""
    return list(
        page_obj.paginator.get_elided_page_range(page_obj.number, on_each_side=1, on_ends=1)
    )


@register.simple_tag
def fact(label, value, url=""):
    """One row of a `<dl class="facts">`; an empty value shows as a dash, 0 stays 0."""
    shown = NOTHING if value is None or value == "" else value
    if url:
        shown = format_html('<a href="{}">{}</a>', url, shown)
    return format_html('<div class="fact"><dt>{}</dt><dd>{}</dd></div>', label, shown)


@register.filter
def is_gap(page_number):
    """Whether an item of `page_range` stands for left-out pages."""
    return not isinstance(page_number, int)
