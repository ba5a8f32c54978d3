"""Addresses of the pages for everyone."""

from django.urls import path

from . import (
    blank_forms,
    map_views,
    open_views,
    programme_views,
    public_producers,
    public_views,
    voice_views,
)

urlpatterns = [
    path("san-pham/", public_views.catalogue, name="catalogue"),
    path("san-pham/<int:pk>/", public_views.public_product, name="public_product"),
    path("san-pham/<int:pk>/ma-qr.svg", public_views.product_qr, name="product_qr"),
    path("chu-the/<int:pk>/", public_producers.public_producer, name="public_producer"),
    path("chu-the/<int:pk>/phan-anh/", voice_views.write_of_producer, name="feedback_of_producer"),
    # map, numbers, the programme, messages, open data
    path("ban-do/", map_views.page, name="map"),
    path("ban-do/du-lieu.geojson", map_views.data, name="map_data"),
    path("so-lieu/", open_views.numbers, name="numbers"),
    path("du-lieu-mo/", open_views.data_page, name="data"),
    path("du-lieu-mo/<slug:slug>.<slug:suffix>", open_views.data_file, name="data_file"),
    path("nguon-tin/cong-nhan.atom", open_views.recognitions_feed, name="recognitions_feed"),
    path("san-pham/<int:pk>/phan-anh/", voice_views.write, name="feedback_write"),
    path("chuong-trinh/", programme_views.programme, name="programme"),
    path("chuong-trinh/lich.ics", programme_views.calendar, name="calendar"),
    path("lich-nop-ho-so/", programme_views.days, name="days"),
    path("van-ban/bieu-<str:number>.pdf", blank_forms.blank_form, name="blank_form"),
    path("du-lieu-ca-nhan/", programme_views.privacy, name="privacy"),
    path("phan-anh/", voice_views.look_up, name="feedback_look_up"),
]
