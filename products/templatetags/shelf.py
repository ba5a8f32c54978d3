"""What the public's shelf of products needs in its templates."""

from django import template

from products.catalogue import name_slug

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


@register.filter
def branch_icon(branch: str) -> str:
    """The icon that stands for a branch where a product has no photo."""
    slug = name_slug(branch)
    return next((icon for start, icon in BRANCH_ICONS if slug.startswith(start)), "box-seam")
