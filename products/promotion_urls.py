"""Addresses of step 6: promotion, value chains, flagship products."""

from django.urls import path

from . import promotion_views as views
from .promotion_topics import TOPICS

FOLDERS = {
    "fair": "hoi-cho",
    "sales_point": "diem-ban",
    "online_shop": "ban-tren-mang",
    "contract": "hop-dong",
    "chain": "chuoi-lien-ket",
    "flagship": "san-pham-chu-luc",
}

urlpatterns = [
    path("hop-dong/<int:pk>/tep/", views.contract_file, name="contract_file"),
    path("hoi-cho/<int:pk>/them-san-pham/", views.fair_product_add, name="fair_product_add"),
    path("du-hoi-cho/<int:pk>/sua/", views.fair_product_edit, name="fair_product_edit"),
    path("du-hoi-cho/<int:pk>/rut/", views.fair_product_withdraw, name="fair_product_withdraw"),
    path("hoi-cho/<int:pk>/them-anh/", views.fair_photo_add, name="fair_photo_add"),
    path("anh-hoi-cho/<int:pk>/", views.fair_photo, name="fair_photo"),
    path("anh-hoi-cho/<int:pk>/rut/", views.fair_photo_withdraw, name="fair_photo_withdraw"),
    path("chuoi-lien-ket/<int:pk>/them-ben/", views.chain_link_add, name="chain_link_add"),
    path("ben-chuoi/<int:pk>/sua/", views.chain_link_edit, name="chain_link_edit"),
    path("ben-chuoi/<int:pk>/rut/", views.chain_link_withdraw, name="chain_link_withdraw"),
    path("ben-chuoi/<int:pk>/tep/", views.chain_link_file, name="chain_link_file"),
    path("san-pham-chu-luc/<int:pk>/them-viec/", views.gap_task_add, name="gap_task_add"),
    path("viec-nang-hang/<int:pk>/sua/", views.gap_task_edit, name="gap_task_edit"),
    path("viec-nang-hang/<int:pk>/rut/", views.gap_task_withdraw, name="gap_task_withdraw"),
]
for topic in TOPICS:
    folder, how = FOLDERS[topic.name], {"topic": topic}
    urlpatterns += [
        path(f"{folder}/", views.listing, how, name=topic.listed),
        path(f"{folder}/them/", views.add, how, name=f"{topic.name}_add"),
        path(f"{folder}/<int:pk>/", views.page, how, name=topic.name),
        path(f"{folder}/<int:pk>/sua/", views.edit, how, name=f"{topic.name}_edit"),
        path(f"{folder}/<int:pk>/rut/", views.withdraw, how, name=f"{topic.name}_withdraw"),
    ]
