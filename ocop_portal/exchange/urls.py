"""Addresses of imports."""

from django.urls import path, re_path

from . import views

app_name = "exchange"
urlpatterns = [
    path("", views.imports, name="imports"),
    path("mau/", views.template_file, name="template"),
    path("<int:pk>/", views.import_detail, name="import"),
    path("<int:pk>/ghep-cot/", views.map_columns, name="map"),
    path("<int:pk>/khong-nhan/", views.refused_file, name="refused"),
    path("<int:pk>/hoan-tac/", views.take_back, name="take_back"),
    re_path(r"^(?P<pk>[0-9]+)/(?P<name>xac-nhan|bo)/$", views.act, name="act"),
]
