"""Addresses of this app."""

from django.urls import include, path

from . import (
    before_views,
    comparison_views,
    complaint_views,
    council_views,
    public_views,
    reading_views,
    recognition_views,
    referral_views,
    round_views,
    score_views,
    substitute_views,
    support_views,
    tally_views,
)

app_name = "evaluation"
urlpatterns = [
    path("", round_views.rounds, name="rounds"),
    path("hoi-dong/", council_views.councils, name="councils"),
    path("hoi-dong/them/", council_views.council_add, name="council_add"),
    path("hoi-dong/<int:pk>/", council_views.council, name="council"),
    path("hoi-dong/<int:pk>/sua/", council_views.council_edit, name="council_edit"),
    path("hoi-dong/<int:pk>/them-thanh-vien/", council_views.seat_add, name="seat_add"),
    path("thanh-vien/<int:pk>/thoi-tham-gia/", council_views.seat_leave, name="seat_leave"),
    path("hoi-dong/<int:pk>/them-dot/", round_views.round_add, name="round_add"),
    path("dot/<int:pk>/", round_views.round_detail, name="round"),
    path("dot/<int:pk>/sua/", round_views.round_edit, name="round_edit"),
    path("dot/<int:pk>/them-san-pham/", round_views.candidate_add, name="candidate_add"),
    path("dot/<int:pk>/mo/", round_views.round_open, name="round_open"),
    path("dot/<int:pk>/gia-han/", round_views.round_extend, name="round_extend"),
    path("dot/<int:pk>/dung-cham/", round_views.round_end, name="round_end"),
    path("dot/<int:pk>/chot/", tally_views.round_close, name="round_close"),
    path("dot/<int:pk>/cong-bo/", tally_views.round_publish, name="round_publish"),
    path("dot/<int:pk>/huy/", round_views.round_cancel, name="round_cancel"),
    path("dot/<int:pk>/tong-hop/", tally_views.tally, name="tally"),
    path("dot/<int:pk>/man-hinh/", comparison_views.room, name="room"),
    path("dot/<int:pk>/man-hinh/nhip/", comparison_views.room_pulse, name="room_pulse"),
    path("dot/<int:pk>/vang-mat/", comparison_views.attendance, name="attendance"),
    path("dot/<int:pk>/du-khuyet/", substitute_views.substitutes, name="substitutes"),
    path("du-khuyet/<int:pk>/rut/", substitute_views.withdraw, name="substitute_withdraw"),
    path("dot/<int:pk>/hop-lan-hai/", comparison_views.hear_again, name="hear_again"),
    path("dot/<int:pk>/ngay-gui-thu-moi/", before_views.invitation, name="invitation"),
    path("san-pham/<int:pk>/kiem-tra-ho-so/", support_views.check, name="support_check"),
    path("san-pham/<int:pk>/y-kien-to-tu-van/", support_views.opinions, name="opinions"),
    path("san-pham/<int:pk>/mau-da-nhan/", before_views.sample, name="sample"),
    path("san-pham/<int:pk>/bieu-quyet/", comparison_views.vote, name="vote"),
    path("dot/<int:pk>/phieu-cua-toi/", score_views.my_sheets, name="my_sheets"),
    path("san-pham/<int:pk>/bo/", round_views.candidate_remove, name="candidate_remove"),
    path("san-pham/<int:pk>/ket-luan/", tally_views.settle, name="settle"),
    path("san-pham/<int:pk>/phieu/", score_views.sheet, name="sheet"),
    path("san-pham/<int:pk>/lien-quan/", score_views.conflict, name="conflict"),
    path(
        "san-pham/<int:pk>/giay-to/<int:paper>/",
        reading_views.candidate_paper,
        name="candidate_paper",
    ),
    path(
        "san-pham/<int:pk>/giay-to/<int:paper>/trang/<int:page>/",
        reading_views.candidate_page,
        name="candidate_page",
    ),
    path("phieu/<int:pk>/", reading_views.sheet_view, name="sheet_view"),
    path("phieu/<int:pk>/diem/", score_views.mark, name="mark"),
    path("phieu/<int:pk>/ghi-chu/", score_views.note, name="note"),
    path("phieu/<int:pk>/phan/", score_views.marks, name="marks"),
    path("phieu/<int:pk>/khai-bao/", score_views.declare, name="declare"),
    path("phieu/<int:pk>/rut-khai-bao/", score_views.retract, name="retract"),
    path("phieu/<int:pk>/gui/", score_views.submit, name="submit"),
    path("phieu/<int:pk>/mo-lai/", reading_views.reopen, name="reopen"),
    path("", include("evaluation.papers.urls")),
    path("cong-nhan/", recognition_views.recognitions, name="recognitions"),
    path(
        "cong-nhan/them/<int:product>/", recognition_views.recognition_add, name="recognition_add"
    ),
    path("cong-nhan/<int:pk>/", recognition_views.recognition_detail, name="recognition"),
    path(
        "cong-nhan/<int:pk>/giay-chung-nhan.pdf", recognition_views.certificate, name="certificate"
    ),
    path("ket-qua/<int:result>/cap-tren/", recognition_views.outcome_add, name="outcome_add"),
    # The way to the next level.
    path("chuyen-cap-tren/", referral_views.referrals, name="referrals"),
    path("chuyen-cap-tren/<int:pk>/", referral_views.referral, name="referral"),
    path(
        "chuyen-cap-tren/<int:pk>/goi-ho-so.zip",
        referral_views.referral_package,
        name="referral_package",
    ),
    path(
        "chuyen-cap-tren/<int:pk>/tiep-nhan/",
        referral_views.referral_receive,
        name="referral_receive",
    ),
    path(
        "chuyen-cap-tren/<int:pk>/tra-lai/", referral_views.referral_return, name="referral_return"
    ),
    path(
        "chuyen-cap-tren/<int:pk>/thoi-chuyen/",
        referral_views.referral_withdraw,
        name="referral_withdraw",
    ),
    path("dot/<int:pk>/chuyen-cap-tren/", referral_views.referral_send, name="referral_send"),
    path(
        "dot/<int:pk>/nhan-ho-so-cap-duoi/",
        referral_views.referrals_into_round,
        name="referrals_into_round",
    ),
    path("khieu-nai/", complaint_views.complaints, name="complaints"),
    path("khieu-nai/<int:pk>/", complaint_views.complaint, name="complaint"),
    path("khieu-nai/<int:pk>/sua/", complaint_views.complaint_edit, name="complaint_edit"),
    path("khieu-nai/<int:pk>/tra-loi/", complaint_views.complaint_answer, name="complaint_answer"),
    path("khieu-nai/tep/<int:pk>/", complaint_views.complaint_paper, name="complaint_paper"),
    path(
        "cong-nhan/<int:pk>/khieu-nai/",
        complaint_views.about_recognition,
        name="complain_recognition",
    ),
    path("ket-qua/<int:pk>/khieu-nai/", complaint_views.about_result, name="complain_result"),
    path(
        "cong-nhan/<int:pk>/thu-hoi/",
        recognition_views.recognition_revoke,
        name="recognition_revoke",
    ),
    path("cong-khai/", public_views.councils, name="public_councils"),
]
