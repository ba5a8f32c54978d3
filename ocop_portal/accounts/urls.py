"""A person's own pages."""

from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("sua/", views.profile_edit, name="profile_edit"),
    path("xac-thuc-hai-lop/", views.second_factor, name="second_factor"),
]
