"""Checking sets against the signed text, entering and correcting them: for officers."""

from django.urls import path

from . import office_views as views
from . import version_views as versions

DECISION = "bo-tieu-chi/quyet-dinh/<slug:slug>/"
SET = f"{DECISION}bo-<int:number>/"

urlpatterns = [
    path("bo-tieu-chi/", views.desk, name="desk"),
    path(DECISION, views.decision, name="decision_desk"),
    # the signed text
    path(f"{DECISION}van-ban/them/", views.document_add, name="document_add"),
    path("bo-tieu-chi/van-ban/<int:pk>/", views.document, name="document"),
    path("bo-tieu-chi/van-ban/<int:pk>/rut/", views.document_withdraw, name="document_withdraw"),
    path("bo-tieu-chi/van-ban/tep/<int:pk>/", views.document_file, name="document_file"),
    # comparing
    path(SET, views.set_desk, name="set_desk"),
    path(f"{SET}doi-chieu/", views.check_begin, name="check_begin"),
    path("bo-tieu-chi/doi-chieu/<int:pk>/", views.check, name="check"),
    path("bo-tieu-chi/doi-chieu/<int:pk>/ky/", views.check_sign, name="check_sign"),
    # files
    path(f"{SET}mau.xlsx", versions.spreadsheet_file, name="set_spreadsheet"),
    path(f"{SET}bo.yaml", versions.readable_file, name="set_readable"),
    path(f"{SET}nap/", versions.upload_add, name="upload_add"),
    path("bo-tieu-chi/tep-nap/<int:pk>/", versions.upload, name="upload"),
    path("bo-tieu-chi/tep-nap/<int:pk>/tep/", versions.upload_file, name="upload_file"),
    # drafts and versions
    path(f"{SET}sua/", versions.draft_begin, name="draft_begin"),
    path("bo-tieu-chi/phien-ban/<int:pk>/", versions.version, name="version"),
    path("bo-tieu-chi/phien-ban/<int:pk>/sua/<str:where>/", versions.place, name="place_edit"),
    path("bo-tieu-chi/phien-ban/<int:pk>/ban-hanh/", versions.publish, name="version_publish"),
    path("bo-tieu-chi/phien-ban/<int:pk>/rut/", versions.withdraw, name="version_withdraw"),
]
