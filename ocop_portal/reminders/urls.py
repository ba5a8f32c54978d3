"""Addresses of the reminders."""

from django.urls import path

from . import views

app_name = "reminders"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("<int:pk>/mo/", views.open_notice, name="open"),
    path("da-doc/", views.read_all, name="read_all"),
]
