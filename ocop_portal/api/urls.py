"""Addresses of the API."""

from django.urls import path

from . import root

urlpatterns = [path("", root.urls())]
