"""Addresses of papers, below those of the evaluation."""

from django.urls import path

from . import views

urlpatterns = [
    path("dot/<int:pk>/giay-to/", views.papers, name="papers"),
    path("dot/<int:pk>/giay-to/<slug:kind>.<slug:form>", views.round_paper, name="round_paper"),
    path("san-pham/<int:pk>/phieu-danh-gia.pdf", views.product_sheets, name="product_sheets"),
    path("phieu/<int:pk>/phieu-danh-gia.pdf", views.sheet_paper, name="sheet_paper"),
]
