"""Addresses of this room: what everyone reads, and what officers check."""

from . import office_urls, public_urls

app_name = "lawbook"
urlpatterns = [*public_urls.urlpatterns, *office_urls.urlpatterns]
