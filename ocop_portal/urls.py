"""Every address of the portal. Public pages first; all else asks for a login (deny by default)."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.conf.urls.static import static
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import views as sitemaps
from django.urls import include, path
from django.views.static import serve

from evaluation import offline
from evaluation.check_views import check_certificate, check_certificates
from products import open_views
from products.public_views import home

from . import health, newsletter_views, views
from . import offline as public_offline
from .api import docs as api_docs

# What programs ask for: one address in whatever language.
urlpatterns = [
    path("suc-khoe/", health.health, name="health"),
    path("suc-khoe/web/", health.web_health, name="web_health"),
    path("sw.js", offline.worker, name="worker"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path("sw-cong-khai.js", public_offline.public_worker, name="public_worker"),
    path("cong-khai.webmanifest", public_offline.public_manifest, name="public_manifest"),
    path("khong-co-mang/", public_offline.offline_page, name="offline"),
    path("robots.txt", open_views.robots, name="robots"),
    path(".well-known/security.txt", open_views.security, name="security"),
    path(
        "sitemap.xml",
        login_not_required(sitemaps.index),
        {"sitemaps": open_views.SITEMAPS, "sitemap_url_name": "sitemap_part"},
        name="sitemap",
    ),
    path(
        "sitemap-<slug:section>.xml",
        login_not_required(sitemaps.sitemap),
        {"sitemaps": open_views.SITEMAPS},
        name="sitemap_part",
    ),
    path("api/", api_docs.page, name="api-docs"),
    path("api/v1/", include("ocop_portal.api.urls")),
]

# What people read: English under /en/, see `languages.py`.
urlpatterns += i18n_patterns(
    path("", home, name="home"),
    path("lam-viec/", views.office, name="office"),
    path("tai-khoan/", include("ocop_portal.accounts.login_urls")),
    path("toi/", include("ocop_portal.accounts.urls")),
    path("toi/nhac-viec/", include("ocop_portal.reminders.own_urls")),
    path("nhac-viec/", include("ocop_portal.reminders.urls")),
    path("nhap-excel/", include("ocop_portal.exchange.urls")),
    path("", include("ocop_portal.lawbook.urls")),
    path("nguoi-dung/", include("communes.roles_urls")),
    path("", include("communes.urls")),
    path("", include("products.urls")),
    path("danh-gia/", include("evaluation.urls")),
    path("ban-tin/", newsletter_views.subscribe, name="newsletter"),
    path("ban-tin/xac-nhan/<str:signed>/", newsletter_views.confirm, name="newsletter_confirm"),
    path("ban-tin/huy/<str:token>/", newsletter_views.leave, name="newsletter_leave"),
    path("kiem-tra/", check_certificates, name="check_certificates"),
    path("kiem-tra/<str:code>/", check_certificate, name="check_certificate"),
    prefix_default_language=False,
)

if settings.DEBUG:
    urlpatterns += static(
        settings.MEDIA_URL, view=login_not_required(serve), document_root=settings.MEDIA_ROOT
    )
