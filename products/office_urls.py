"""Addresses of the officers' pages."""

from django.urls import path

from . import entry_views, plan_views, self_assessment_views, views

urlpatterns = [
    path("lam-viec/san-pham/", views.product_list, name="product_list"),
    path("lam-viec/san-pham/them/", views.product_add, name="product_add"),
    path("lam-viec/san-pham/<int:pk>/", views.product, name="product"),
    path("lam-viec/san-pham/<int:pk>/sua/", views.product_edit, name="product_edit"),
    path("lam-viec/san-pham/<int:pk>/them-anh/", views.photo_add, name="photo_add"),
    path("lam-viec/anh/<int:pk>/go/", views.photo_remove, name="photo_remove"),
    path("lam-viec/chu-trinh/", views.cycles, name="cycles"),
    path("lam-viec/chu-trinh/them/", views.cycle_add, name="cycle_add"),
    path("lam-viec/chu-trinh/<int:pk>/", views.board, name="board"),
    path("lam-viec/chu-trinh/<int:pk>/sua/", views.cycle_edit, name="cycle_edit"),
    path("lam-viec/chu-trinh/<int:pk>/them-san-pham/", entry_views.entry_add, name="entry_add"),
    path("lam-viec/tham-gia/<int:pk>/", entry_views.entry, name="entry"),
    path("lam-viec/tham-gia/<int:pk>/y-tuong/", entry_views.entry_edit, name="entry_edit"),
    path("lam-viec/tham-gia/<int:pk>/chuyen/", entry_views.entry_move, name="entry_move"),
    path(
        "lam-viec/tham-gia/<int:pk>/giay-to/<slug:kind>/", entry_views.paper_add, name="paper_add"
    ),
    path(
        "lam-viec/tham-gia/<int:pk>/tu-danh-gia/",
        self_assessment_views.attach,
        name="self_assessment_add",
    ),
    path(
        "lam-viec/tu-danh-gia/<int:pk>/rut/",
        self_assessment_views.withdraw,
        name="self_assessment_withdraw",
    ),
    path("lam-viec/giay-to/<int:pk>/", entry_views.paper, name="paper"),
    path("lam-viec/giay-to/<int:pk>/rut/", entry_views.paper_withdraw, name="paper_withdraw"),
    path("lam-viec/ke-hoach/", plan_views.plans, name="plans"),
    path("lam-viec/ke-hoach/them/", plan_views.plan_add, name="plan_add"),
    path("lam-viec/ke-hoach/<int:pk>/", plan_views.plan, name="plan"),
    path("lam-viec/ke-hoach/<int:pk>/sua/", plan_views.plan_edit, name="plan_edit"),
    path("lam-viec/ke-hoach/<int:pk>/rut/", plan_views.plan_withdraw, name="plan_withdraw"),
    path("lam-viec/ke-hoach/<int:pk>/ban-quet/", plan_views.plan_scan, name="plan_scan"),
    path("lam-viec/ke-hoach/<int:pk>/them-viec/", plan_views.task_add, name="plan_task_add"),
    path("lam-viec/viec-ke-hoach/<int:pk>/", plan_views.task, name="plan_task"),
    path("lam-viec/viec-ke-hoach/<int:pk>/sua/", plan_views.task_edit, name="plan_task_edit"),
    path(
        "lam-viec/viec-ke-hoach/<int:pk>/rut/",
        plan_views.task_withdraw,
        name="plan_task_withdraw",
    ),
]
