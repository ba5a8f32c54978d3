"""Template tags and filters of every page: icons, stars, the six steps, points, dates.

Registered as builtins in the settings, so no template needs `{% load portal %}`.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from ocop_portal.law import show_points
from ocop_portal.nouns import counted
from ocop_portal.page_language import read_kept
from ocop_portal.portal_words import portal_words

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

register.simple_tag(counted)
register.filter(read_kept)
register.filter("portal_words", portal_words)


@register.simple_tag
def icon(name, label="", css=""):
    """An icon of `static/icons/sprite.svg`.

    Decoration by default (hidden from screen readers); give `label` only where the icon stands
    alone and means something.
    """
    return _drawn_icon(name, str(label), css)


# A page of the catalogue draws 200 of them.
@lru_cache(maxsize=1000)
def _drawn_icon(name, label, css):
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


@register.simple_tag
def nav(items):
    """The menu's entries as a list of links: `navigation.nav_items`."""
    return _drawn_nav(items)


# Drawn twice on each page, and the same for everyone of a role.
@lru_cache(maxsize=1000)
def _drawn_nav(items):
    return render_to_string("components/nav.html", {"items": items})


@register.simple_tag
def drawn_once(name):
    """A template that reads nothing of the page and so is the same on every page of a language.

    Drawn once a language and process: a page draws hundreds of parts, and these need not be among
    them.
    """
    return _drawn_once(name, get_language())


@lru_cache
def _drawn_once(name, _language):
    return render_to_string(name)


@register.simple_tag
def stars(n, certified=True, caption=None, size=""):
    """The star rating, one of the portal's two signs.

    `n`: 1 to 5; 0 means rated without a star (knocked out); None means not rated yet.
    `certified`: True only with a recognition in force; False is what a council's tally says.
    The two differ in shape and words, not only in colour. `caption` replaces the words beside
    stars that are not certified; `caption=""` leaves them to screen readers. `size`: "lg" or "sm".
    """
    if n is not None and not 0 <= int(n) <= MAX_STARS:
        raise ValueError(f"stars run from 0 to {MAX_STARS}, not {n!r}")
    if n is None:
        return format_html(NO_STARS, _("Chưa xếp hạng"))
    if int(n) == 0:
        return format_html(NO_STARS, _("Không đạt hạng sao"))
    words = str(_("kết quả cấp huyện") if caption is None else caption)
    spoken = ngettext("%(count)s sao", "%(count)s sao", int(n)) % {"count": int(n)}
    if not certified:
        spoken = f"{spoken} ({words or _('chưa được công nhận')})"
    return format_html(
        STARS,
        "stars-certified" if certified else "stars-council",
        f" stars-{size}" if size else "",
        spoken,
        _star_row(int(n), bool(certified)),
        format_html(CAPTION, words) if words and not certified else "",
    )


NO_STARS = '<span class="stars-none">{}</span>'
STARS = (
    '<span class="stars {}{}"><span class="visually-hidden">{}</span>'
    '<span class="stars-row" aria-hidden="true">{}</span>{}</span>'
)
CAPTION = '<span class="stars-caption" aria-hidden="true">{}</span>'


@lru_cache
def _star_row(count, certified):
    star = icon("rank-full" if certified else "rank-open")
    return mark_safe(star * count + '<span class="stars-dot"></span>' * (MAX_STARS - count))


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


@register.simple_tag(takes_context=True)
def page_links(context, page_obj):
    """Where a list's other pages are: `previous`, `next` ("" where there is none) and `numbers`.

    `numbers`: (number, address) pairs; no address for this page, no number for pages left out.
    """
    query = context.request.GET.copy()
    query.pop("page", None)
    rest = f"{query.urlencode()}&" if query else ""

    def address(number):
        return f"?{rest}page={number}"

    shown = page_obj.paginator.get_elided_page_range(page_obj.number, on_each_side=1, on_ends=1)
    here = page_obj.number
    return {
        "previous": address(here - 1) if page_obj.has_previous() else "",
        "next": address(here + 1) if page_obj.has_next() else "",
        "numbers": [
            (0, "")
            if number == page_obj.paginator.ELLIPSIS
            else (number, "" if number == here else address(number))
            for number in shown
        ],
    }


@register.simple_tag
def fact(label, value, url=""):
    """One row of a `<dl class="facts">`; an empty value shows as a dash, 0 stays 0."""
    shown = NOTHING if value is None or value == "" else value
    if url:
        shown = format_html('<a href="{}">{}</a>', url, shown)
    return format_html('<div class="fact"><dt>{}</dt><dd>{}</dd></div>', label, shown)
