"""Addresses under a person's own pages."""

from django.urls import path

from . import views

app_name = "own_reminders"
urlpatterns = [
    path("", views.preferences, name="preferences"),
    path("lich-rieng/", views.feed_make, name="feed_make"),
    path("lich-rieng/huy/", views.feed_revoke, name="feed_revoke"),
]
