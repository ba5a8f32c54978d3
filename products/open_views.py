"""Numbers, open data, and what search engines and readers of feeds ask for."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import Sitemap
from django.contrib.syndication.views import Feed
from django.core.files.storage import default_storage
from django.db.models import Max
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from communes.models import Unit
from communes.news import public_news
from ocop_portal.exchange.tables import Field, as_file, wanted_format
from ocop_portal.kept_pages import kept
from ocop_portal.languages import in_language
from ocop_portal.pages import crumbs

from . import catalogue, figures, open_data
from .models import Product, PublicRating
from .public_producers import public_producers

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8"}


@login_not_required
@kept
@require_safe
def numbers(request):
    """The programme in numbers: each chart with its table; `?bang=…&export=csv` gives one as a file."""
    charts = figures.charts()
    if format_ := wanted_format(request):
        chart = next((c for c in charts if c.slug == request.GET.get("bang")), None)
        if chart is None:
            raise Http404
        fields = [
            Field(chart.heading, lambda bar: bar.label, 40),
            Field(chart.noun, lambda bar: bar.number),
        ]
        if chart.has_targets:
            fields.append(Field(_("Chỉ tiêu"), lambda bar: bar.target))
            fields.append(Field(_("Đạt (%)"), lambda bar: bar.reached))
        return as_file(format_, name=f"so-lieu-{chart.slug}", fields=fields, rows=chart.bars)
    return render(
        request,
        "public/numbers.html",
        {"charts": charts, "breadcrumbs": crumbs((_("Số liệu"), ""))},
    )


@login_not_required
@kept
@require_safe
def data_page(request):
    """What there is to take away, what each value means, on which terms."""
    return render(
        request,
        "public/data.html",
        {
            "sets": list(open_data.SETS.values()),
            "licence": settings.OPEN_DATA_LICENCE or open_data.NO_LICENCE,
            "breadcrumbs": crumbs((_("Dữ liệu mở"), "")),
        },
    )


@login_not_required
@require_safe
def data_file(request, slug: str, suffix: str):
    """A set as a file: the day's copy, or made now where none was taken yet."""
    found = open_data.SETS.get(slug)
    if found is None or suffix not in TYPES:
        raise Http404
    name = open_data.snapshot_name(found, suffix)
    if default_storage.exists(name):
        with default_storage.open(name) as file:
            content = file.read()
    else:
        with translation.override(settings.LANGUAGE_CODE):  # as in the day's copy
            content = open_data.as_csv(found) if suffix == "csv" else open_data.as_json(found)
    response = HttpResponse(content, content_type=TYPES[suffix])
    response["Content-Disposition"] = content_disposition_header(True, f"{slug}.{suffix}")
    response["Access-Control-Allow-Origin"] = "*"
    return response


class Recognitions(Feed):
    """New recognitions and results, as a feed."""

    feed_type = Atom1Feed
    link = reverse_lazy("products:catalogue")
    title = gettext_lazy("Sản phẩm OCOP mới công bố")

    def items(self):
        return catalogue.ratings().filter(product__is_active=True).select_related("product")[:30]

    def item_title(self, item):
        stars = _("%(n)s sao") % {"n": item.stars}
        return f"{item.product.name}: {stars} – {catalogue.Standing(item.standing).label}"

    def item_description(self, item):
        number = item.decision_number or _("nguồn không nêu số quyết định")
        return f"{item.authority} {number}".strip()

    def item_link(self, item):
        return item.product.get_public_url()

    def item_guid(self, item):
        # The same news in whatever language it is read.
        page = in_language(item.product.get_public_url(), settings.LANGUAGE_CODE)
        return f"{settings.SITE_URL}{page}#{item.pk}"

    def item_updateddate(self, item):
        return item.published_at


recognitions_feed = login_not_required(require_safe(Recognitions()))


class InEveryLanguage(Sitemap):
    """Each page once in each language, each naming the others."""

    i18n = True
    alternates = True


class Rows(InEveryLanguage):
    """Rows that know when they were changed, in parts that are quickly made."""

    limit = 1000

    def lastmod(self, item):
        return item.updated_at

    def get_latest_lastmod(self):
        # In place of Django's, which reads every row in every language for it.
        return self.items().order_by().aggregate(latest=Max("updated_at"))["latest"]


class Pages(InEveryLanguage):
    """The pages that always stand."""

    def items(self):
        return [
            "home",
            "products:catalogue",
            "products:map",
            "products:numbers",
            "products:data",
            "products:programme",
            "products:days",
            "communes:public_news",
            "communes:public_documents",
            "newsletter",
            "evaluation:public_councils",
            "communes:public_list",
            "lawbook:decisions",
        ]

    def location(self, item):
        return reverse(item)


class Products(Rows):
    """Every rated product."""

    def items(self):
        rated = PublicRating.objects.filter(is_current=True).values("product")
        return (
            Product.objects.filter(is_active=True, pk__in=rated).only("updated_at").order_by("pk")
        )

    def location(self, item):
        return item.get_public_url()


class Producers(Rows):
    """Every producer with a rated product."""

    def items(self):
        return public_producers().only("updated_at").order_by("pk")

    def location(self, item):
        return reverse("products:public_producer", args=[item.pk])


class Units(InEveryLanguage):
    """Today's communes."""

    limit = 1000

    def items(self):
        return Unit.objects.on().filter(level=Unit.Level.COMMUNE).order_by("pk")

    def location(self, item):
        return item.get_public_url()


class News(InEveryLanguage):
    """Every published item of news."""

    limit = 5000

    def items(self):
        return public_news().order_by("pk")

    def location(self, item):
        return item.get_public_url()

    def lastmod(self, item):
        return item.updated_at


SITEMAPS = {
    "trang": Pages,
    "san-pham": Products,
    "chu-the": Producers,
    "xa": Units,
    "tin-tuc": News,
}


@login_not_required
@require_safe
def robots(request):
    """What search engines may read: all that is public; the office is not."""
    lines = [
        "User-agent: *",
        "Disallow: /lam-viec/",
        "Disallow: /tai-khoan/",
        "Disallow: /toi/",
        f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def security(request):
    """Whom to tell of a hole (RFC 9116); 404 until the office names a contact."""
    if not settings.SECURITY_CONTACT or not settings.SECURITY_CONTACT_EXPIRES:
        raise Http404
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {settings.SECURITY_CONTACT_EXPIRES}",
        "Preferred-Languages: vi, en",
        f"Canonical: {settings.SITE_URL}{request.path}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
