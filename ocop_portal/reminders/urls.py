"""Addresses of the reminders."""

from django.urls import path

from . import views

app_name = "reminders"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("<int:pk>/mo/", views.open_notice, name="open"),
    path("da-doc/", views.read_all, name="read_all"),
    path("sap-toi/", views.preview, name="preview"),
    path("lich/<str:token>.ics", views.feed, name="feed"),
    path("quy-dinh/", views.rules, name="rules"),
    path("quy-dinh/<int:unit>/", views.choice_edit, name="choice_edit"),
    path("quy-dinh/<int:unit>/<slug:kind>/", views.rule_edit, name="rule_edit"),
    path("quy-dinh/<int:unit>/<slug:kind>/bo/", views.rule_clear, name="rule_clear"),
    path("ngay-nghi/", views.holidays, name="holidays"),
    path("ngay-nghi/<int:pk>/bo/", views.holiday_remove, name="holiday_remove"),
    path("van-hanh/", views.operations, name="operations"),
    path("van-hanh/quet/", views.scan_now, name="scan_now"),
    path("van-hanh/gui-lai/", views.retry, name="retry"),
    path("van-hanh/dia-chi/<int:pk>/", views.address_clear, name="address_clear"),
]
