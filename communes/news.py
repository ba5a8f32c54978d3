"""News and notices: what officers change in them, and what everybody may read."""

import datetime
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from ocop_portal.reminders.news_registry import News, news_source
from ocop_portal.uploads import Upload

from .keeping import keep, withdraw
from .kept_files import keep_file
from .models import NewsFile, NewsItem, today
from .units import check_unit_of_day

NEWEST_ON_HOME = 3
SUMMARY = 200  # letters of a text that stand for it in a letter


def save_item(*, item: NewsItem, by, seen: datetime.datetime | None = None) -> NewsItem:
    """Write an item, or keep changes to one; whether it is published stays as it is.

    ValidationError as in `keep`, for a day to come, and when the unit did not exist on that day.
    """
    if item.day > today():
        raise ValidationError({"day": _("Ngày này chưa đến.")})
    check_unit_of_day(item.unit, item.day)
    return keep(row=item, under=item.unit, by=by, seen=seen)


def withdraw_item(*, item: NewsItem, by, reason: str) -> NewsItem:
    """Take an item away from the public; the office still reads it, with its files."""
    return withdraw(row=item, by=by, reason=reason)


def attach_file(*, item: NewsItem, upload: Upload, caption: str, by) -> NewsFile:
    """Add a paper or photo; ValidationError for a withdrawn item and for the same file twice."""
    if item.withdrawn_at:
        raise ValidationError(_("Bài này đã được rút, không thêm tệp được nữa."))
    return keep_file(row=NewsFile(item=item, caption=caption), upload=upload, under=item, by=by)


# --- For everyone -----------------------------------------------------------------------------


def public_news() -> QuerySet[NewsItem]:
    """Everything published and not withdrawn, the latest first."""
    return NewsItem.objects.public().select_related("unit")


def in_front() -> QuerySet[NewsItem]:
    """What still stands in front: published, and no notice whose last day is over."""
    return public_news().filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today()))


def newest() -> list[NewsItem]:
    """The latest items for the portal's first page; one query."""
    return list(in_front()[:NEWEST_ON_HOME])


def public_files() -> QuerySet[NewsFile]:
    """The files that everybody may open: in force, of an item that is public."""
    return NewsFile.objects.in_force().filter(item__in=NewsItem.objects.public())


@news_source(_("Tin tức, thông báo"))
def items_published(since: datetime.datetime, until: datetime.datetime) -> Iterator[News]:
    """For the portal's newsletter; no sample is mailed to anybody."""
    for item in public_news().filter(
        published_at__gt=since, published_at__lte=until, is_sample=False
    ):
        yield News(
            at=item.published_at,
            title=item.title,
            text=Truncator(item.text).chars(SUMMARY),
            url=item.get_public_url(),
        )
