"""Addresses of the pages for everyone."""

from django.urls import path

from . import public_views

urlpatterns = [
    path("san-pham/", public_views.catalogue, name="catalogue"),
    path("san-pham/<int:pk>/", public_views.public_product, name="public_product"),
]
