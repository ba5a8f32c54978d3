"""Addresses of this app: the public pages and the officers'."""

from django.urls import include, path

from . import office_urls, promotion_urls, public_urls, works_urls

app_name = "products"
urlpatterns = [*public_urls.urlpatterns, *office_urls.urlpatterns]
urlpatterns += [path("lam-viec/xuc-tien/", include(promotion_urls.urlpatterns))]
urlpatterns += [path("lam-viec/", include(works_urls.urlpatterns))]
