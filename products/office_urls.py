"""Addresses of the officers' pages."""

from django.urls import path

from . import (
    board_views,
    comment_views,
    dossier_views,
    entry_views,
    filled_views,
    plan_views,
    self_assessment_views,
    views,
    voice_views,
)
from .reports import views as report_views

urlpatterns = [
    path("lam-viec/san-pham/", views.product_list, name="product_list"),
    path("lam-viec/san-pham/them/", views.product_add, name="product_add"),
    path("lam-viec/san-pham/<int:pk>/", views.product, name="product"),
    path("lam-viec/san-pham/<int:pk>/sua/", views.product_edit, name="product_edit"),
    path("lam-viec/san-pham/<int:pk>/them-anh/", views.photo_add, name="photo_add"),
    path("lam-viec/anh/<int:pk>/go/", views.photo_remove, name="photo_remove"),
    path("lam-viec/chu-trinh/", views.cycles, name="cycles"),
    path("lam-viec/chu-trinh/them/", views.cycle_add, name="cycle_add"),
    path("lam-viec/chu-trinh/<int:pk>/", board_views.board, name="board"),
    path("lam-viec/chu-trinh/<int:pk>/xa-theo-buoc/", board_views.matrix, name="matrix"),
    path(
        "lam-viec/chu-trinh/<int:pk>/chuyen-nhieu/", board_views.entries_move, name="entries_move"
    ),
    path("lam-viec/chu-trinh/<int:pk>/sua/", views.cycle_edit, name="cycle_edit"),
    path("lam-viec/chu-trinh/<int:pk>/them-san-pham/", entry_views.entry_add, name="entry_add"),
    path("lam-viec/bao-cao/", report_views.report_list, name="reports"),
    path("lam-viec/bao-cao/<slug:slug>/", report_views.report, name="report"),
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
    path(
        "lam-viec/giay-to/<int:pk>/tieu-chi/", dossier_views.paper_criteria, name="paper_criteria"
    ),
    path("lam-viec/tham-gia/<int:pk>/yeu-cau-giay-to/", dossier_views.slot_ask, name="slot_ask"),
    path("lam-viec/yeu-cau/<int:pk>/bo-sung/", dossier_views.slot_fill, name="slot_fill"),
    path("lam-viec/yeu-cau/<int:pk>/tra-loi/", dossier_views.slot_answer, name="slot_answer"),
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
    path("lam-viec/phan-anh/", voice_views.feedback, name="feedback"),
    path("lam-viec/phan-anh/<int:pk>/", voice_views.feedback_item, name="feedback_item"),
]

# Forms of steps 2 and 3, the district's findings, the thread between commune and district.
urlpatterns += [
    path("lam-viec/tham-gia/<int:pk>/bieu/<slug:kind>/", filled_views.form_edit, name="form_edit"),
    path("lam-viec/tham-gia/<int:pk>/cong-so/", filled_views.form_sums, name="form_sums"),
    path("lam-viec/bieu/<int:pk>/", filled_views.form_version, name="form_version"),
    path("lam-viec/bieu/<int:pk>/in/", filled_views.form_print, name="form_print"),
    path("lam-viec/tham-gia/<int:pk>/nhan-xet/", filled_views.assess, name="assess"),
    path("lam-viec/tham-gia/<int:pk>/nop-muon/", filled_views.leave_ask, name="leave_ask"),
    path("lam-viec/nop-muon/<int:pk>/", filled_views.leave_answer, name="leave_answer"),
    path("lam-viec/tham-gia/<int:pk>/trao-doi/", comment_views.comment_add, name="comment_add"),
    path("lam-viec/tham-gia/<int:pk>/da-doc/", comment_views.comments_read, name="comments_read"),
    path("lam-viec/trao-doi/<int:pk>/tep/", comment_views.comment_file, name="comment_file"),
    path(
        "lam-viec/trao-doi/<int:pk>/rut/", comment_views.comment_withdraw, name="comment_withdraw"
    ),
]
