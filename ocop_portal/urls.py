"""Every address of the portal. Public pages first; all else asks for a login (deny by default)."""

from django.conf import settings
from django.conf.urls.static import static
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.static import serve

from products.public_views import home

from . import health, views

urlpatterns = [
    path("", home, name="home"),
    path("suc-khoe/", health.health, name="health"),
    path("lam-viec/", views.office, name="office"),
    path("tai-khoan/", include("ocop_portal.accounts.login_urls")),
    path("toi/", include("ocop_portal.accounts.urls")),
    path("nhac-viec/", include("ocop_portal.reminders.urls")),
    path("nhap-excel/", include("ocop_portal.exchange.urls")),
    path("", include("ocop_portal.lawbook.urls")),
    path("nguoi-dung/", include("communes.roles_urls")),
    path("", include("communes.urls")),
    path("", include("products.urls")),
    path("danh-gia/", include("evaluation.urls")),
]

if settings.DEBUG:
    urlpatterns += static(
        settings.MEDIA_URL, view=login_not_required(serve), document_root=settings.MEDIA_ROOT
    )
