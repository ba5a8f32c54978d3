"""Addresses of step 4: the plan carried out."""

from django.urls import path

from communes.kept_files_views import file_urls

from . import works_views as views
from .works_topics import WORKS

FOLDERS = {
    "milestone": "moc-viec",
    "visit": "kiem-tra",
    "grant": "ho-tro",
    "spending": "khoan-chi",
    "problem": "vuong-mac",
}

urlpatterns = [
    path("tham-gia/<int:pk>/trien-khai/", views.works, name="works"),
    *file_urls(views.VISIT_FILES, "visit", rows="trien-khai/kiem-tra", files="trien-khai/tep"),
]
for topic in WORKS:
    folder, how = FOLDERS[topic.name], {"topic": topic}
    urlpatterns += [
        path(f"tham-gia/<int:pk>/{folder}/them/", views.add, how, name=f"{topic.name}_add"),
        path(f"trien-khai/{folder}/<int:pk>/", views.page, how, name=topic.name),
        path(f"trien-khai/{folder}/<int:pk>/sua/", views.edit, how, name=f"{topic.name}_edit"),
        path(
            f"trien-khai/{folder}/<int:pk>/rut/",
            views.withdraw,
            how,
            name=f"{topic.name}_withdraw",
        ),
    ]
