"""Addresses of units and producers: for everyone, then for officers."""

from django.urls import path

from . import apparatus_training_views as training_views
from . import (
    apparatus_views,
    document_views,
    kept_files_views,
    news_public_views,
    news_views,
    outreach_views,
    public_views,
    views,
)
from .kept_files_views import file_urls

of_document = {"topic": document_views.FILES}

app_name = "communes"
urlpatterns = [
    path("xa-thi-tran/", public_views.public_list, name="public_list"),
    path("xa-thi-tran/<int:pk>/", public_views.public_unit, name="public_unit"),
    path("tin-tuc/", news_public_views.items, name="public_news"),
    path("tin-tuc/<int:pk>/", news_public_views.item, name="public_news_item"),
    path("tin-tuc/tep/<int:pk>/", news_public_views.news_file, name="public_news_file"),
    path("nguon-tin/tin-tuc.atom", news_public_views.feed, name="news_feed"),
    path("van-ban/", news_public_views.library, name="public_documents"),
    path("van-ban/<int:pk>/tep/", news_public_views.document_file, name="public_document_file"),
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
    *file_urls(
        outreach_views.FILES,
        "outreach",
        rows="lam-viec/tuyen-truyen",
        files="lam-viec/tep-tuyen-truyen",
    ),
    # news, notices, the document library
    path("lam-viec/tin-tuc/", news_views.items, name="news"),
    path("lam-viec/tin-tuc/them/", news_views.item_add, name="news_add"),
    path("lam-viec/tin-tuc/<int:pk>/", news_views.item, name="news_item"),
    path("lam-viec/tin-tuc/<int:pk>/sua/", news_views.item_edit, name="news_edit"),
    path("lam-viec/tin-tuc/<int:pk>/cong-bo/", news_views.item_publish, name="news_publish"),
    path("lam-viec/tin-tuc/<int:pk>/rut/", news_views.item_withdraw, name="news_withdraw"),
    *file_urls(news_views.FILES, "news", rows="lam-viec/tin-tuc", files="lam-viec/tep-tin-tuc"),
    path("lam-viec/van-ban/", document_views.library, name="documents"),
    path("lam-viec/van-ban/them/", document_views.document_add, name="document_add"),
    path("lam-viec/van-ban/<int:pk>/", document_views.document, name="document"),
    path("lam-viec/van-ban/<int:pk>/sua/", document_views.document_edit, name="document_edit"),
    path(
        "lam-viec/van-ban/<int:pk>/cong-bo/",
        document_views.document_publish,
        name="document_publish",
    ),
    path(
        "lam-viec/van-ban/<int:pk>/rut/", document_views.document_withdraw, name="document_withdraw"
    ),
    path(
        "lam-viec/van-ban/<int:pk>/ban-moi/",
        kept_files_views.add,
        of_document,
        name="document_file_replace",
    ),
    path(
        "lam-viec/tep-van-ban/<int:pk>/",
        kept_files_views.show,
        of_document,
        name="document_file",
    ),
]
