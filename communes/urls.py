"""Addresses of units and producers: for everyone, then for officers."""

from django.urls import path

from . import apparatus_training_views as training_views
from . import apparatus_views, outreach_views, public_views, views

app_name = "communes"
urlpatterns = [
    path("xa-thi-tran/", public_views.public_list, name="public_list"),
    path("xa-thi-tran/<int:pk>/", public_views.public_unit, name="public_unit"),
    path("lam-viec/don-vi/", views.units, name="units"),
    path("lam-viec/don-vi/<int:pk>/", views.unit, name="unit"),
    path("lam-viec/chu-the/", views.producers, name="producers"),
    path("lam-viec/chu-the/them/", views.producer_add, name="producer_add"),
    path("lam-viec/chu-the/<int:pk>/", views.producer, name="producer"),
    path("lam-viec/chu-the/<int:pk>/sua/", views.producer_edit, name="producer_edit"),
    path("lam-viec/chu-the/<int:pk>/ngung/", views.producer_stop, name="producer_stop"),
    path("lam-viec/chu-the/<int:pk>/mo-lai/", views.producer_resume, name="producer_resume"),
    path("lam-viec/bo-may/", apparatus_views.apparatus, name="apparatus"),
    path("lam-viec/bo-may/them/", apparatus_views.body_add, name="steering_body_add"),
    path("lam-viec/bo-may/<int:pk>/", apparatus_views.body, name="steering_body"),
    path("lam-viec/bo-may/<int:pk>/sua/", apparatus_views.body_edit, name="steering_body_edit"),
    path(
        "lam-viec/bo-may/<int:pk>/rut/",
        apparatus_views.body_withdraw,
        name="steering_body_withdraw",
    ),
    path("lam-viec/tap-huan/", training_views.trainings, name="trainings"),
    path("lam-viec/tap-huan/them/", training_views.training_add, name="training_add"),
    path("lam-viec/tap-huan/<int:pk>/", training_views.training, name="training"),
    path("lam-viec/tap-huan/<int:pk>/sua/", training_views.training_edit, name="training_edit"),
    path(
        "lam-viec/tap-huan/<int:pk>/rut/",
        training_views.training_withdraw,
        name="training_withdraw",
    ),
    path(
        "lam-viec/tap-huan/<int:pk>/nguoi-du/",
        training_views.attendance_add,
        name="attendance_add",
    ),
    path(
        "lam-viec/nguoi-du/<int:pk>/rut/",
        training_views.attendance_withdraw,
        name="attendance_withdraw",
    ),
    # step 1: outreach
    path("lam-viec/tuyen-truyen/", outreach_views.events, name="outreach"),
    path("lam-viec/tuyen-truyen/do-phu/", outreach_views.covered, name="outreach_coverage"),
    path("lam-viec/tuyen-truyen/them/", outreach_views.event_add, name="outreach_add"),
    path("lam-viec/tuyen-truyen/<int:pk>/", outreach_views.event, name="outreach_event"),
    path("lam-viec/tuyen-truyen/<int:pk>/sua/", outreach_views.event_edit, name="outreach_edit"),
    path(
        "lam-viec/tuyen-truyen/<int:pk>/rut/",
        outreach_views.event_withdraw,
        name="outreach_withdraw",
    ),
    path(
        "lam-viec/tuyen-truyen/<int:pk>/them-tep/",
        outreach_views.file_add,
        name="outreach_file_add",
    ),
    path("lam-viec/tep-tuyen-truyen/<int:pk>/", outreach_views.file, name="outreach_file"),
    path(
        "lam-viec/tep-tuyen-truyen/<int:pk>/rut/",
        outreach_views.file_withdraw,
        name="outreach_file_withdraw",
    ),
]
