"""News, notices and the document library for everyone; drafts and what was withdrawn are not there."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.syndication.views import Feed
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ocop_portal.linked_data import as_linked_data
from ocop_portal.pages import crumbs, page_of
from ocop_portal.uploads import private_response

from . import documents, news
from .kept_files import KeptFile
from .models import Document, NewsItem
from .news_forms import KindFilter
from .shelf import on_shelf

IN_FEED = 30
SUMMARY = 300  # letters of a text that stand in for it


@login_not_required
@require_safe
def items(request):
    """What is published, the latest first: search without marks, news or notices alone."""
    wanted = KindFilter(request.GET, model=NewsItem, label=_("Loại bài"))
    return render(
        request,
        "communes/news/public_items.html",
        {
            "filter": wanted,
            "page_obj": page_of(request, wanted.apply(news.public_news()), per_page=10),
            "breadcrumbs": crumbs((_("Tin tức"), "")),
        },
    )


@login_not_required
@require_safe
def item(request, pk: int):
    """One published item with its files."""
    found = get_object_or_404(news.public_news(), pk=pk)
    return render(
        request,
        "communes/news/public_item.html",
        {
            "item": found,
            "files": news.public_files().filter(item=found),
            "linked_data": linked_data(found),
            "breadcrumbs": crumbs(
                (_("Tin tức"), reverse("communes:public_news")), (found.title, "")
            ),
        },
    )


def linked_data(item: NewsItem):
    """The item for search engines (schema.org), ready to stand in a script element."""
    return as_linked_data(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": item.title,
            "inLanguage": settings.LANGUAGE_CODE,
            "url": settings.SITE_URL + item.get_public_url(),
            "datePublished": item.published_at.isoformat(),
            "dateModified": item.updated_at.isoformat(),
            "publisher": {"@type": "GovernmentOrganization", "name": settings.PORTAL_NAME},
            "contentLocation": {"@type": "Place", "name": str(item.unit)},
        }
    )


@login_not_required
@require_safe
def news_file(request, pk: int):
    """A file of a published item."""
    return _handed_out(get_object_or_404(news.public_files(), pk=pk))


@login_not_required
@require_safe
def library(request):
    """The documents to take away, by kind and words; the law's own stand in the reading room."""
    wanted = KindFilter(request.GET, model=Document, label=_("Loại văn bản"))
    return render(
        request,
        "communes/news/public_documents.html",
        {
            "filter": wanted,
            "on_shelf": on_shelf(),
            "page_obj": page_of(request, wanted.apply(documents.public_documents())),
            "breadcrumbs": crumbs((_("Văn bản và biểu mẫu"), "")),
        },
    )


@login_not_required
@require_safe
def document_file(request, pk: int):
    """The current file of a published document, by the document's number: a link that lasts."""
    return _handed_out(get_object_or_404(documents.public_files(), document=pk))


def _handed_out(found: KeptFile):
    return private_response(found.file, content_type=found.content_type, name=found.original_name)


class News(Feed):
    """News and notices, as a feed."""

    feed_type = Atom1Feed
    link = reverse_lazy("communes:public_news")
    title = _("Tin tức, thông báo OCOP")

    def items(self):
        return news.public_news().order_by("-published_at")[:IN_FEED]

    def item_title(self, item):
        return item.title

    def item_description(self, item):
        return Truncator(item.text).chars(SUMMARY)

    def item_link(self, item):
        return item.get_public_url()

    def item_guid(self, item):
        # The same item in whatever language it is read.
        with translation.override(settings.LANGUAGE_CODE):
            return settings.SITE_URL + item.get_public_url()

    def item_pubdate(self, item):
        return item.published_at

    def item_updateddate(self, item):
        return item.updated_at


feed = login_not_required(require_safe(News()))
