"""What the public's shelf of products needs in its templates."""

from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ocop_portal.templatetags.portal import NO_STARS, icon, stars, vn_date
from products.cards import Card
from products.catalogue import Standing, name_slug
from products.models import EvaluationLevel

register = template.Library()

# By the beginning of a branch's name: the Decisions name the same branch with more or fewer words.
BRANCH_ICONS = (
    ("thuc-pham", "basket2"),
    ("do-uong", "cup-hot"),
    ("thao-duoc", "flower1"),
    ("duoc-lieu", "flower1"),
    ("sinh-vat-canh", "tree"),
    ("luu-niem", "gift"),
    ("hang-thu-cong", "palette"),
    ("vai", "palette"),
    ("dich-vu", "signpost-2"),
)

# Not a template: a page draws twenty, and a template took ten times as long.
CARD = """<li><article class="card-product{}">{}<div class="card-product-body">
<h3><a href="{}">{}</a></h3>
{}<p>{} {}</p>{}
<div class="card-product-stars">{}</div>
</div></article></li>"""
PHOTO = '<figure class="photo"><img src="{}" alt="{}" loading="lazy" decoding="async"></figure>'


@register.simple_tag
def product_cards(cards: list[Card], of_one_producer=False):
    """Rated products as they stand on the shelf; on their producer's own page without that name."""
    return mark_safe("".join(_card(card, of_one_producer) for card in cards))


def _card(card: Card, of_one_producer):
    photo = card.photo
    return format_html(
        CARD,
        "" if photo else NO_PHOTO,
        format_html(PHOTO, photo, card.caption or card.name)
        if photo
        else _branch_sign(card.branch),
        card.url,
        card.name,
        "" if of_one_producer else format_html("<p>{}</p>\n", card.producer),
        icon("geo-alt"),
        card.unit,
        _sample_line(get_language()) if card.is_sample else "",
        fact_stars(card),
    )


NO_PHOTO = mark_safe(" no-photo")


@lru_cache(maxsize=1000)
def _branch_sign(branch: str):
    """The icon that stands for a branch where a product has no photo."""
    slug = name_slug(branch)
    name = next((icon for start, icon in BRANCH_ICONS if slug.startswith(start)), "box-seam")
    return format_html('<span class="card-branch">{}</span>', icon(name))


@lru_cache
def _sample_line(_language):
    words = _("Sản phẩm mẫu – dữ liệu minh họa")
    return format_html("\n<p>{} {}</p>", icon("info-circle"), words)


@register.simple_tag
def fact_stars(fact, size=""):
    """The stars of a `PublicRating` or a `Card`, and beside them what they rest on.

    `size`: "lg" where the words stand beside them anyway.
    """
    standing = fact.standing
    until = fact.valid_until if standing == Standing.EXPIRED else None
    return _drawn(fact.stars, str(standing), fact.level, until, size, get_language())


# A page shows twenty of them, most alike.
@lru_cache(maxsize=2000)
def _drawn(count, standing, level, until, size, _language):
    if standing == Standing.REVOKED:
        return format_html(NO_STARS, _("Công nhận đã bị thu hồi"))
    if standing == Standing.CERTIFIED:
        return stars(count, certified=True, size=size)
    if standing == Standing.COUNCIL:
        words = "" if size == "lg" else _council_words(level)
    elif standing == Standing.UNDATED:
        words = _("đã công nhận, chưa rõ thời hạn")
    else:
        words = _("công nhận hết hạn %(day)s") % {"day": vn_date(until)}
    return stars(count, certified=False, caption=words, size=size)


def _council_words(level: str) -> str:
    if not level:
        return _("kết quả hội đồng")
    return _("kết quả %(level)s") % {"level": EvaluationLevel(level).label}
