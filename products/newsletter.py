"""New recognitions and results, for the portal's newsletter."""

import datetime
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ocop_portal.reminders.news_registry import News, news_source

from . import catalogue


@news_source(gettext_lazy("Sản phẩm mới công bố"))
def ratings_published(since: datetime.datetime, until: datetime.datetime) -> Iterator[News]:
    """What was published of products in production; no sample is mailed to anybody."""
    rows = catalogue.ratings().filter(
        published_at__gt=since,
        published_at__lte=until,
        product__is_active=True,
        product__is_sample=False,
    )
    for row in rows.select_related("product__producer"):
        words = {
            "stars": row.stars,
            "standing": catalogue.Standing(row.standing).label,
            "producer": row.product.producer,
        }
        yield News(
            at=row.published_at,
            title=row.product.name,
            text=_("%(stars)s sao – %(standing)s. %(producer)s.") % words,
            url=row.product.get_public_url(),
        )
