"""The order of the whole shelf of products, remembered for a moment.

To put 20,000 products in order costs the database many times what a page costs to draw, and most
visitors ask for the same: everything, nothing typed and nothing chosen. So the keys in that order are
remembered for `PUBLIC_PAGE_SECONDS` in each process's own memory. Only keys: what is said of a product
is read anew for every page, and one that was taken back meanwhile is left out.
"""

from array import array
from collections.abc import Sequence

from django.conf import settings
from django.core.cache import caches
from django.db.models import QuerySet

from communes.models import today

from . import catalogue
from .catalogue import Wanted
from .word_index import Hits


def is_whole(search: Wanted) -> bool:
    """Whether nothing was typed and nothing chosen but the order and the look."""
    return not search.q and not search.filters


def keys_in_order(search: Wanted, hits: Hits, *, remembered: bool) -> Sequence[int] | QuerySet:
    """The keys of the products found, to be cut into pages; of the whole shelf, from memory.

    `remembered` is False for those who work here: they see at once what they have changed.
    """

    def found():
        return catalogue.find(search, hits).values_list("pk", flat=True)

    if not (remembered and settings.PUBLIC_PAGE_SECONDS and is_whole(search)):
        return found()
    name = f"shelf-{search.sort or 'stars'}-{today()}"
    # Not a list: 20,000 numbers are then one to unpack.
    return caches["near"].get_or_set(
        name, lambda: array("Q", found()), settings.PUBLIC_PAGE_SECONDS
    )
