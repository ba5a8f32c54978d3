"""Addresses of the API and of the page that explains it."""

from django.urls import path

from . import docs, root

urlpatterns = [path("", docs.page, name="api-docs"), path("v1/", root.urls())]
