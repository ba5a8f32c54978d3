"""Addresses of this app: the public pages and the officers'."""

from . import office_urls, public_urls

app_name = "products"
urlpatterns = [*public_urls.urlpatterns, *office_urls.urlpatterns]
