"""The reading room and the rehearsal: open to everyone."""

from django.urls import path

from . import reading_views, rehearsal_views

urlpatterns = [
    path("quyet-dinh/", reading_views.decisions, name="decisions"),
    path("quyet-dinh/tim/", reading_views.search, name="search"),
    path("quyet-dinh/so-sanh/", reading_views.compare, name="compare"),
    path("quyet-dinh/<slug:slug>/", reading_views.decision, name="decision"),
    path("quyet-dinh/<slug:slug>/bo-<int:number>/", reading_views.criteria_set, name="set"),
    path(
        "quyet-dinh/<slug:slug>/bo-<int:number>/tieu-chi/<str:code>/",
        reading_views.criterion,
        name="criterion",
    ),
    path("tu-danh-gia/", rehearsal_views.start, name="rehearsal_start"),
    path("tu-danh-gia/phieu/", rehearsal_views.sheet, name="rehearsal"),
    path("tu-danh-gia/bao-cao/", rehearsal_views.report, name="rehearsal_report"),
]
