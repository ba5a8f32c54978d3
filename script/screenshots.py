"""Pictures of every screen: the work of script/screenshots.

Every named address of the portal is either in `visits` below or in `NO_SCREEN` with its reason, so
that a new page is not forgotten; at the end the script names those that are in neither, and fails.
"""

import argparse
import contextlib
import datetime
import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import news_screens
import year_screens

ROOT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]
WIDTHS = {360: 740, 1280: 900}

# The pictures in the README: file → account, page, width, and what is done before the picture.
README = {
    "home": ("", "home", 1280, ""),
    "board": ("canbohuyen", "board", 1280, ""),
    "entry": ("canboxa", "entry-plan_returned", 1280, ""),
    "sheet-phone": ("thanhvien2", "sheet", 360, "#tc-1.3"),
    "tally": ("thuky", "tally-published", 1280, "unfold Phiếu của từng thành viên"),
    "product": ("", "public-product-council", 1280, ""),
    "catalogue-phone": ("", "catalogue", 360, ""),
    "numbers": ("", "numbers", 1280, ""),
}

NO_SCREEN = {
    # What only takes a form, and answers with another page.
    "products:entry_move": "a form",
    "products:self_assessment_withdraw": "one reason; the same page as withdrawing a paper",
    "exchange:act": "a form",
    "exchange:template": "a file",
    "exchange:refused": "a file",
    "exchange:map": "shown by the test of own headings; needs a file of one's own",
    "products:photo_add": "a form; wrong input shows the product's page",
    "communes:producer_stop": "a form on the producer's page",
    "communes:producer_resume": "a form on the producer's page",
    "roles:user_stop": "a form on the person's page",
    "roles:user_resume": "a form on the person's page",
    "roles:user_invite": "a form on the person's page",
    "evaluation:settle": "a form; wrong input shows the tally",
    "evaluation:mark": "JSON",
    "evaluation:note": "JSON",
    "evaluation:room_pulse": "JSON",
    "evaluation:marks": "a form",
    "evaluation:declare": "a form",
    "evaluation:retract": "a form",
    "evaluation:referral_receive": "a form",
    "reminders:read_all": "a form",
    "reminders:open": "leads on",
    "lawbook:criterion": "leads on",
    "reminders:feed": "a file",
    "own_reminders:feed_make": "a form on the page of preferences",
    "own_reminders:feed_revoke": "a form on the page of preferences",
    "reminders:rule_clear": "a form on the rule's page",
    "reminders:holiday_remove": "a form on the holidays' page",
    "reminders:scan_now": "a form",
    "reminders:retry": "a form",
    "reminders:address_clear": "a form",
    "mfa_login_webauthn": "JSON",
    "mfa_reauthenticate_webauthn": "needs a key",
    # Files.
    "products:paper": "a file",
    "products:plan_scan": "a file",
    "products:visit_file": "a file",
    "products:visit_file_withdraw": "needs a file; the same page as withdrawing a visit",
    "evaluation:candidate_paper": "a file",
    "evaluation:round_paper": "a file",
    "evaluation:sheet_paper": "a file",
    "evaluation:product_sheets": "a file",
    "evaluation:certificate": "a file",
    "evaluation:complaint_paper": "a file",
    "evaluation:referral_package": "a file",
    "evaluation:candidate_page": "a picture",
    "worker": "a script",
    "public_worker": "a script",
    "public_manifest": "JSON",
    "products:product_qr": "a picture",
    "products:feedback_of_producer": "as about a product",
    "products:map_data": "JSON",
    "products:data_file": "a file",
    "products:calendar": "a file",
    "products:recognitions_feed": "a feed",
    "robots": "for machines",
    "security": "for machines",
    "sitemap": "for machines",
    "sitemap_part": "for machines",
    "api-v1:data-san-pham": "JSON",
    "api-v1:data-chu-the": "JSON",
    "api-v1:data-don-vi": "JSON",
    "api-v1:data-ket-qua": "JSON",
    "manifest": "JSON",
    "lawbook:document_file": "a file",
    "lawbook:set_spreadsheet": "a file",
    "lawbook:set_readable": "a file",
    "lawbook:upload_file": "a file",
    "mfa_download_recovery_codes": "a file",
    "health": "for machines",
    "web_health": "for machines",
    "api-v1:api-root": "JSON",
    "api-v1:openapi": "JSON",
    "api-v1:decisions": "JSON",
    "api-v1:decision": "JSON",
    "api-v1:criteria_set": "JSON",
    "api-v1:score": "JSON",
    "api-v1:advice": "JSON",
    # What needs a second factor that is set up, or a link out of a mail.
    "mfa_authenticate": "after a password, with a second factor",
    "mfa_reauthenticate": "with a second factor",
    "mfa_deactivate_totp": "with a second factor",
    "mfa_view_recovery_codes": "with a second factor",
    "mfa_generate_recovery_codes": "with a second factor",
    "mfa_edit_webauthn": "with a key",
    "mfa_remove_webauthn": "with a key",
    "account_reset_password_from_key": "a link out of a mail",
    "account_set_password": "for accounts without a password",
    "account_inactive": "for stopped accounts",
}
NO_SCREEN |= year_screens.NO_SCREEN | news_screens.NO_SCREEN


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextlib.contextmanager
def served(environment: dict):
    """The portal on a port of its own; ended on leaving."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = Path(environment["DATA_DIR"]) / "server.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [*MANAGE, "runserver", "--noreload", f"127.0.0.1:{port}"],
            env=environment,
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            for _attempt in range(150):
                with contextlib.suppress(urllib.error.URLError, ConnectionError):
                    urllib.request.urlopen(url, timeout=5).close()
                    break
                if server.poll() is not None:
                    raise SystemExit(f"The server did not start:\n{log.read_text()}")
                time.sleep(0.2)
            yield url
        finally:
            server.terminate()
            server.wait(timeout=20)


# --- Which screens ----------------------------------------------------------------------------


def add_imports() -> list:
    """One upload to look over, with a changed, a refused and a new row, and one that is done."""
    import openpyxl
    from django.core.files.uploadedfile import SimpleUploadedFile

    from communes.models import Producer
    from ocop_portal.accounts.models import User
    from ocop_portal.exchange import jobs
    from ocop_portal.exchange.tables import template
    from ocop_portal.uploads import EXCEL, check_upload

    by = User.objects.get(username="canboxa")
    known = Producer.objects.filter(is_sample=True, unit__code="19378").first()
    rows = (
        ["Hợp tác xã mẫu Hiền Lương", "hợp tác xã", "Trung Nam"],
        ["Cơ sở mẫu Bến Hải", "công ty", "19381"],
        [known.name, known.get_legal_form_display(), "Trung Nam", None, None, None, "Trần Thị Mẫu"],
    )
    found = []
    for confirmed in (True, False):
        book = openpyxl.load_workbook(io.BytesIO(template(jobs.offered_to(by))))
        for row in rows if not confirmed else rows[:1]:
            book["Chủ thể"].append(row)
        content = io.BytesIO()
        book.save(content)
        upload = check_upload(
            SimpleUploadedFile("chu-the-mau.xlsx", content.getvalue()), accepted={EXCEL}, refusal=""
        )
        job = jobs.start_import(upload=upload, by=by)
        jobs.work(job.pk)
        if confirmed:
            jobs.confirm(job=job, by=by)
            jobs.work(job.pk)
        job.refresh_from_db()
        found.append(job)
    return found


def visits() -> list[tuple]:
    """(account or "", name of the file, name of the address, arguments, what to do there).

    What to do: "" to look only, "?…" a query, "press …" a button whose answer is the picture,
    "untick, press …" the same after every tick on the page is taken out.
    """
    from communes.models import Role, Unit
    from evaluation.check_code import new_code
    from evaluation.models import (
        Council,
        Recognition,
        Referral,
        Result,
        Round,
        Seat,
        Sheet,
        Substitution,
    )
    from ocop_portal.accounts.models import User
    from products.models import Cycle, Entry, Paper, Plan, Product, ProductPhoto

    plan = Plan.objects.get(number="102/KH-UBND")
    task = plan.tasks.first()
    cycle = Cycle.objects.get(unit__code="464", year=2020)
    district = Unit.objects.get(code="464", level="district")
    commune = Unit.objects.on(datetime.date(2020, 12, 31)).get(code="19378", level="commune")
    product = Product.objects.get(name__startswith="Sản phẩm mẫu 8")
    real = Product.objects.filter(is_sample=False, ratings__isnull=False).first()
    council = Council.objects.get(unit=district)
    scored = Round.objects.get(state="open", cycle=cycle)
    published = Round.objects.get(state="published", cycle=cycle)
    # The year without a district: star marks, a doubtful one, a producer's own sheet.
    marked = Round.objects.get(state="open", cycle__year=2026).candidates.get()
    doubtful = Round.objects.get(state="tallying", cycle__year=2026)
    starred = Round.objects.get(state="published", cycle__year=2026)
    marks_missing = Sheet.objects.get(candidate=marked, seat__user__username="thanhvien1")
    assessed = marked.entry
    commune_entry = Entry.objects.get(cycle__year=2026, product__name__startswith="Sản phẩm mẫu 9")
    candidate = scored.candidates.get()
    seat = Seat.objects.filter(council=council, position="member").first()
    entries = [
        Entry.objects.get(cycle=cycle, product__name__startswith=f"Sản phẩm mẫu {number} ")
        for number in range(1, 9)
    ]
    entries = list(Entry.objects.filter(cycle=cycle).order_by("product__name"))
    returned = next(entry for entry in entries if entry.state == Entry.State.PLAN_RETURNED)
    working = next(entry for entry in entries if entry.milestones.exists())
    drafted = Sheet.objects.get(seat__user__username="thanhvien2", candidate__round=scored)
    handed_in = Sheet.objects.get(seat__user__username="thanhvien1", candidate__round=scored)
    person = User.objects.get(username="canboxa")
    paper = Paper.objects.filter(entry=entries[1]).first()
    photo = ProductPhoto.objects.filter(product=product).first()
    recognition = Recognition.objects.get(product=product)
    result = Result.objects.filter(candidate__round=published).first()
    call = Substitution.objects.get(round=marked.round_id)
    referral = Referral.objects.get()
    jobs = add_imports()
    rows = [
        ("", "home"),
        ("", "api-docs"),
        ("", "catalogue", "products:catalogue"),
        ("", "map", "products:map"),
        ("", "numbers", "products:numbers"),
        ("", "open-data", "products:data"),
        ("", "programme", "products:programme"),
        ("", "public-councils", "evaluation:public_councils"),
        ("", "privacy", "products:privacy"),
        ("", "offline", "offline"),
        ("", "public-producer", "products:public_producer", (real.producer_id,)),
        ("", "catalogue-list", "products:catalogue", (), "?view=list"),
        ("", "feedback-write", "products:feedback_write", (real.pk,)),
        ("", "feedback-look-up", "products:feedback_look_up"),
        ("canbohuyen", "feedback", "products:feedback"),
        ("", "catalogue-found", "products:catalogue", (), "?q=ho+tieu&stars=4"),
        ("", "catalogue-nothing", "products:catalogue", (), "?q=khong+co"),
        ("", "public-product-sample", "products:public_product", (product.pk,)),
        (
            "",
            "public-product-council",
            "products:public_product",
            (published.candidates.first().entry.product_id,),
        ),
        ("", "public-product-real", "products:public_product", (real.pk,)),
        ("", "public-communes", "communes:public_list"),
        ("", "public-commune", "communes:public_unit", (commune.pk,)),
        ("", "public-district", "communes:public_unit", (district.pk,)),
        ("", "decisions", "lawbook:decisions"),
        ("", "decisions-then", "lawbook:decisions", (), "?ngay=01/07/2025"),
        ("", "decision", "lawbook:decision", ("148-2023",)),
        ("", "set", "lawbook:set", ("148-2023", 4)),
        ("", "set-missing", "lawbook:set", ("1048-2019", 3)),
        ("", "law-search", "lawbook:search", (), "?q=truy+xuat+nguon+goc"),
        ("", "law-compare", "lawbook:compare", (), "?a=1048-2019.4&b=148-2023.4"),
        ("", "law-compare-choose", "lawbook:compare"),
        ("", "rehearsal-start", "lawbook:rehearsal_start", (), "?q=mat+ong"),
        ("", "rehearsal-empty", "lawbook:rehearsal", (), "?qd=26-2026&bo=4"),
        ("", "rehearsal", "lawbook:rehearsal", (), f"?{_tried_sheet()}"),
        ("", "rehearsal-wrong", "lawbook:rehearsal", (), "?qd=26-2026&bo=4&v=1-0&99=1"),
        ("", "rehearsal-report", "lawbook:rehearsal_report", (), f"?{_tried_sheet()}"),
        ("", "login", "account_login"),
        ("", "login-wrong", "account_login", (), "press Đăng nhập"),
        ("", "signup-closed", "account_signup"),
        ("", "reset-password", "account_reset_password"),
        ("", "reset-password-sent", "account_reset_password_done"),
        ("", "password-set", "account_reset_password_from_key_done"),
        ("canboxa", "office", "office"),
        ("canboxa", "producers", "communes:producers"),
        ("canboxa", "producer", "communes:producer", (product.producer_id,)),
        ("canboxa", "producer-add", "communes:producer_add"),
        ("canboxa", "producer-add-wrong", "communes:producer_add", (), "press Lưu"),
        ("canboxa", "producer-edit", "communes:producer_edit", (product.producer_id,)),
        ("canboxa", "products", "products:product_list"),
        ("canboxa", "product", "products:product", (product.pk,)),
        ("canboxa", "product-add", "products:product_add"),
        ("canboxa", "product-add-wrong", "products:product_add", (), "press Lưu"),
        ("canboxa", "product-edit", "products:product_edit", (product.pk,)),
        *([("canboxa", "photo-remove", "products:photo_remove", (photo.pk,))] if photo else []),
        ("canboxa", "imports", "exchange:imports"),
        ("canboxa", "imports-wrong", "exchange:imports", (), "press Tải lên và xem trước"),
        *(("canboxa", f"import-{job.state}", "exchange:import", (job.pk,)) for job in jobs),
        ("canboxa", "import-take-back", "exchange:take_back", (jobs[0].pk,)),
        ("canboxa", "board", "products:board", (cycle.pk,)),
        ("canboxa", "entry-add", "products:entry_add", (cycle.pk,)),
        ("canboxa", "idea", "products:entry_edit", (entries[0].pk,)),
        ("canboxa", "paper-add", "products:paper_add", (entries[0].pk, "idea")),
        (
            "canboxa",
            "paper-add-wrong",
            "products:paper_add",
            (entries[0].pk, "idea"),
            "press Lưu giấy tờ",
        ),
        ("canboxa", "samples-add", "products:paper_add", (entries[0].pk, "samples")),
        ("canboxa", "paper-withdraw", "products:paper_withdraw", (paper.pk,)),
        ("canboxa", "not-allowed", "products:cycle_add"),
        ("canbohuyen", "office", "office"),
        ("canbohuyen", "units", "communes:units"),
        ("canbohuyen", "unit", "communes:unit", (commune.pk,)),
        ("canbohuyen", "producers", "communes:producers"),
        ("canbohuyen", "products", "products:product_list"),
        ("canbohuyen", "plans", "products:plans"),
        ("canbohuyen", "apparatus", "communes:apparatus", (), "?nam=2020"),
        ("canbohuyen", "training", "communes:training", (_training,)),
        ("canbohuyen", "trainings", "communes:trainings"),
        ("canbohuyen", "training-add", "communes:training_add"),
        ("canbohuyen", "training-edit", "communes:training_edit", (_training,)),
        ("canbohuyen", "training-withdraw", "communes:training_withdraw", (_training,)),
        ("canbohuyen", "training-person", "communes:attendance_add", (_training,)),
        ("canbohuyen", "training-person-withdraw", "communes:attendance_withdraw", (_attendance,)),
        ("canbohuyen", "apparatus-add", "communes:steering_body_add"),
        ("canbohuyen", "apparatus-add-wrong", "communes:steering_body_add", (), "press Lưu"),
        ("canbohuyen", "apparatus-body", "communes:steering_body", (_steering_body,)),
        ("canbohuyen", "apparatus-edit", "communes:steering_body_edit", (_steering_body,)),
        ("canbohuyen", "apparatus-withdraw", "communes:steering_body_withdraw", (_steering_body,)),
        ("canbohuyen", "plan", "products:plan", (plan.pk,)),
        ("canbohuyen", "plan-found", "products:plan", (plan.pk,), "?q=hoi+cho"),
        ("canbohuyen", "plan-add", "products:plan_add"),
        ("canbohuyen", "plan-add-wrong", "products:plan_add", (), "press Lưu"),
        ("canbohuyen", "plan-edit", "products:plan_edit", (plan.pk,)),
        ("canbohuyen", "plan-withdraw", "products:plan_withdraw", (plan.pk,)),
        ("canbohuyen", "plan-task", "products:plan_task", (task.pk,)),
        ("canbohuyen", "plan-task-add", "products:plan_task_add", (plan.pk,)),
        ("canbohuyen", "plan-task-edit", "products:plan_task_edit", (task.pk,)),
        ("canbohuyen", "plan-task-withdraw", "products:plan_task_withdraw", (task.pk,)),
        ("canboxa", "plan", "products:plan", (plan.pk,)),
        ("canbohuyen", "cycles", "products:cycles"),
        ("canbohuyen", "cycle-add", "products:cycle_add"),
        ("canbohuyen", "cycle-edit", "products:cycle_edit", (cycle.pk,)),
        ("canbohuyen", "board", "products:board", (cycle.pk,)),
        ("canbohuyen", "board-table", "products:board", (cycle.pk,), "?xem=bang"),
        *(
            ("canbohuyen", f"entry-{entry.state}", "products:entry", (entry.pk,))
            for entry in {entry.state: entry for entry in entries}.values()
        ),
        ("canboxa", "entry-idea_draft", "products:entry", (entries[0].pk,)),
        ("canbohuyen", "works", "products:works", (working.pk,)),
        ("canbohuyen", "visit-file-add", "products:visit_file_add", (working.visits.first().pk,)),
        *(
            (
                "canbohuyen",
                f"{name}{act}".replace("_", "-"),
                f"products:{name}{act}",
                ((working if act == "_add" else getattr(working, f"{name}s").first()).pk,),
            )
            for name in ("milestone", "visit", "grant", "spending", "problem")
            for act in ("", "_add", "_edit", "_withdraw")
        ),
        ("canboxa", "entry-plan_returned", "products:entry", (returned.pk,)),
        *year_screens.visits(),
        *news_screens.visits(),
        ("canbohuyen", "rounds", "evaluation:rounds"),
        ("canbohuyen", "councils", "evaluation:councils"),
        ("canbohuyen", "council", "evaluation:council", (council.pk,)),
        ("canbohuyen", "council-add", "evaluation:council_add"),
        ("canbohuyen", "council-add-wrong", "evaluation:council_add", (), "press Lập hội đồng"),
        ("canbohuyen", "council-edit", "evaluation:council_edit", (council.pk,)),
        ("canbohuyen", "seat-add", "evaluation:seat_add", (council.pk,)),
        ("canbohuyen", "seat-leave", "evaluation:seat_leave", (seat.pk,)),
        ("canbohuyen", "round-add", "evaluation:round_add", (council.pk,)),
        ("canbohuyen", "round-open", "evaluation:round", (scored.pk,)),
        ("canbohuyen", "recognitions", "evaluation:recognitions"),
        ("canbohuyen", "recognition-add", "evaluation:recognition_add", (product.pk,)),
        (
            "canbohuyen",
            "recognition-revoke",
            "evaluation:recognition_revoke",
            (Recognition.objects.get(product=product).pk,),
        ),
        ("canbohuyen", "recognition", "evaluation:recognition", (recognition.pk,)),
        ("canbohuyen", "papers", "evaluation:papers", (published.pk,)),
        ("canbohuyen", "papers-open", "evaluation:papers", (scored.pk,)),
        ("canbohuyen", "outcome-add", "evaluation:outcome_add", (result.pk,)),
        ("canbohuyen", "complaints", "evaluation:complaints"),
        ("canbohuyen", "complaint", "evaluation:complaint", (_complaint,)),
        ("canbohuyen", "complaint-edit", "evaluation:complaint_edit", (_complaint,)),
        ("canbohuyen", "complaint-answer", "evaluation:complaint_answer", (_complaint,)),
        (
            "canbohuyen",
            "complain-recognition",
            "evaluation:complain_recognition",
            (recognition.pk,),
        ),
        ("canbohuyen", "complain-result", "evaluation:complain_result", (result.pk,)),
        ("", "check", "check_certificates"),
        ("", "check-wrong", "check_certificates", (), "?ma=ABCD-EFGH"),
        ("", "check-valid", "check_certificate", (recognition.check_code,)),
        ("", "check-unknown", "check_certificate", (new_code(),)),
        ("", "check-mistyped", "check_certificate", ("ABCD-EFGH-JKLM",)),
        ("canbohuyen", "reminders", "reminders:inbox"),
        ("canbohuyen", "reminders-preview", "reminders:preview"),
        ("canboxa", "reminders-preview", "reminders:preview"),
        ("canbohuyen", "reminders-preferences", "own_reminders:preferences"),
        ("canboxa", "reminders-preferences", "own_reminders:preferences"),
        ("canbohuyen", "reminders-rules", "reminders:rules"),
        ("canbohuyen", "reminders-rule", "reminders:rule_edit", (district.pk, "cycle-step")),
        ("canbohuyen", "reminders-choice", "reminders:choice_edit", (district.pk,)),
        ("canbohuyen", "reminders-holidays", "reminders:holidays"),
        ("canbohuyen", "reminders-holidays-wrong", "reminders:holidays", (), "press Ghi ngày này"),
        ("quantri", "reminders-operations", "reminders:operations"),
        ("thanhvien2", "office", "office"),
        ("thanhvien2", "reminders", "reminders:inbox"),
        ("thanhvien2", "rounds", "evaluation:rounds"),
        ("thanhvien2", "round", "evaluation:round", (scored.pk,)),
        ("thanhvien2", "my-sheets", "evaluation:my_sheets", (scored.pk,)),
        ("thanhvien2", "sheet", "evaluation:sheet", (candidate.pk,)),
        ("thanhvien2", "sheet-missing", "evaluation:sheet", (candidate.pk,), "?thieu=1"),
        ("thanhvien2", "submit", "evaluation:submit", (drafted.pk,)),
        ("thanhvien2", "conflict", "evaluation:conflict", (candidate.pk,)),
        ("thanhvien1", "sheet-handed-in", "evaluation:sheet_view", (handed_in.pk,)),
        ("thanhvien3", "sheet-start", "evaluation:sheet", (candidate.pk,)),
        ("canboxamoi", "self-assessment-add", "products:self_assessment_add", (commune_entry.pk,)),
        ("canboxamoi", "entry-2026", "products:entry", (commune_entry.pk,)),
        ("canbotinh", "entry-self-assessed", "products:entry", (assessed.pk,)),
        ("canbotinh", "cycle-add-2026", "products:cycle_add"),
        ("canbotinh", "entry-add-2026", "products:entry_add", (assessed.cycle_id,)),
        ("canbotinh", "round-2026", "evaluation:round", (marked.round_id,)),
        ("thanhvien2", "sheet-marks", "evaluation:sheet", (marked.pk,)),
        ("thanhvien1", "sheet-marks-handed-in", "evaluation:sheet_view", (marks_missing.pk,)),
        ("thuky", "tally-doubtful", "evaluation:tally", (doubtful.pk,)),
        ("thuky", "close-doubtful", "evaluation:round_close", (doubtful.pk,)),
        ("thuky", "tally-starred", "evaluation:tally", (starred.pk,)),
        (
            "",
            "public-product-starred",
            "products:public_product",
            (starred.candidates.get().entry.product_id,),
        ),
        ("thuky", "office", "office"),
        ("thuky", "round", "evaluation:round", (scored.pk,)),
        ("thuky", "round-extend", "evaluation:round_extend", (scored.pk,)),
        ("thuky", "round-end", "evaluation:round_end", (scored.pk,)),
        ("thuky", "round-cancel", "evaluation:round_cancel", (scored.pk,)),
        ("thuky", "candidate-remove", "evaluation:candidate_remove", (candidate.pk,)),
        ("thuky", "reopen", "evaluation:reopen", (handed_in.pk,)),
        ("thuky", "room-open", "evaluation:room", (scored.pk,)),
        ("thuky", "room-published", "evaluation:room", (published.pk,)),
        ("totuvan", "support-check", "evaluation:support_check", (candidate.pk,)),
        (
            "totuvan",
            "support-check-wrong",
            "evaluation:support_check",
            (candidate.pk,),
            "press Ghi",
        ),
        ("totuvan", "round-support", "evaluation:round", (scored.pk,)),
        ("thuky", "opinions", "evaluation:opinions", (_opinion,)),
        ("thuky", "invitation", "evaluation:invitation", (scored.pk,)),
        ("thuky", "sample-received", "evaluation:sample", (candidate.pk,)),
        ("thuky", "attendance", "evaluation:attendance", (scored.pk,)),
        ("thuky", "substitutes", "evaluation:substitutes", (marked.round_id,)),
        ("thuky", "substitutes-none", "evaluation:substitutes", (scored.pk,)),
        ("thuky", "substitute-withdraw", "evaluation:substitute_withdraw", (call.pk,)),
        ("thanhvien4", "my-sheets-substitute", "evaluation:my_sheets", (marked.round_id,)),
        ("thuky", "referrals", "evaluation:referrals"),
        ("thuky", "referral", "evaluation:referral", (referral.pk,)),
        ("thuky", "referral-send", "evaluation:referral_send", (published.pk,)),
        (
            "thuky",
            "referral-send-wrong",
            "evaluation:referral_send",
            (published.pk,),
            "untick, press Chuyển hồ sơ",  # what may be sent is ticked from the start
        ),
        ("thuky", "referral-withdraw", "evaluation:referral_withdraw", (referral.pk,)),
        ("canbotinh", "referrals-received", "evaluation:referrals", (), "?chieu=den"),
        ("canbotinh", "referral-received", "evaluation:referral", (referral.pk,)),
        ("canbotinh", "referral-return", "evaluation:referral_return", (referral.pk,)),
        (
            "canbotinh",
            "referrals-into-round",
            "evaluation:referrals_into_round",
            (_province_round,),
        ),
        ("thuky", "round-published", "evaluation:round", (published.pk,)),
        ("thuky", "tally-published", "evaluation:tally", (published.pk,)),
        ("thuky", "profile", "accounts:profile"),
        ("thuky", "profile-edit", "accounts:profile_edit"),
        ("thuky", "second-factor", "accounts:second_factor"),
        ("thuky", "mfa", "mfa_index"),
        ("thuky", "password-change", "account_change_password"),
        ("thuky", "logout", "account_logout"),
        ("thuky", "reauthenticate", "account_reauthenticate"),
        ("thuky", "totp", "mfa_activate_totp"),
        ("thuky", "passkeys", "mfa_list_webauthn"),
        ("thuky", "passkey-add", "mfa_add_webauthn"),
        ("quantri", "office", "office"),
        ("quantri", "users", "roles:users"),
        ("quantri", "user-add", "roles:user_add"),
        ("quantri", "user", "roles:user", (person.pk,)),
        ("quantri", "user-edit", "roles:user_edit", (person.pk,)),
        ("quantri", "role-give", "roles:role_give", (person.pk,)),
        ("quantri", "role-end", "roles:role_end", (Role.objects.get(user=person).pk,)),
        # From here on the open round is moved along; these pictures come last.
        ("thuky", "round-draft", "evaluation:round", (_draft_round,)),
        ("thuky", "round-edit", "evaluation:round_edit", (_draft_round,)),
        ("thuky", "candidate-add", "evaluation:candidate_add", (_draft_round,)),
        ("thuky", "round-open-confirm", "evaluation:round_open", (_draft_round,)),
        ("thuky", "tally", "evaluation:tally", (_tallying_round,)),
        ("thuky", "room-tallying", "evaluation:room", (_tallying_round,)),
        ("thuky", "vote", "evaluation:vote", (candidate.pk,)),
        ("thuky", "hear-again", "evaluation:hear_again", (_tallying_round,)),
        ("thuky", "round-close", "evaluation:round_close", (_tallying_round,)),
        ("thuky", "round-publish", "evaluation:round_publish", (_tallying_round,)),
        ("thanhvien3", "round-tallying", "evaluation:round", (_tallying_round,)),
        # The law as the office keeps it; the rows that these show are made when they are asked for.
        ("canbohuyen", "law-desk", "lawbook:desk"),
        ("canbohuyen", "law-document-add", "lawbook:document_add", ("1048-2019",)),
        ("canbohuyen", "law-no-scan", "lawbook:check_begin", ("26-2026", 4)),
        ("canbohuyen", "law-document", "lawbook:document", (_law_document,)),
        ("canbohuyen", "law-document-withdraw", "lawbook:document_withdraw", (_law_document,)),
        ("canbohuyen", "law-check-begin", "lawbook:check_begin", ("1048-2019", 10)),
        ("canbohuyen", "law-check", "lawbook:check", (_law_check,)),
        (
            "canbohuyen",
            "law-check-wrong",
            "lawbook:check",
            (_law_check,),
            "press Lưu, sang mục tiếp",
        ),
        ("canbohuyen", "law-check-ready", "lawbook:check", (_law_check_ready,)),
        ("canbohuyen", "law-check-sign", "lawbook:check_sign", (_law_check_ready,)),
        ("canbohuyen", "law-decision", "lawbook:decision_desk", ("1048-2019",)),
        ("canbohuyen", "law-upload-add", "lawbook:upload_add", ("1048-2019", 3)),
        ("canbohuyen", "law-upload", "lawbook:upload", (_law_upload,)),
        ("canbohuyen", "law-draft-begin", "lawbook:draft_begin", ("1048-2019", 1)),
        ("canbohuyen", "law-version", "lawbook:version", (_law_draft,)),
        ("canbohuyen", "law-place", "lawbook:place_edit", (_law_draft, "7")),
        ("canbohuyen", "law-publish", "lawbook:version_publish", (_law_draft,)),
        ("canbohuyen", "law-withdraw", "lawbook:version_withdraw", (_law_draft,)),
        ("canbohuyen", "law-set", "lawbook:set_desk", ("1048-2019", 10)),
        ("canbohuyen", "law-set-missing", "lawbook:set_desk", ("1048-2019", 3)),
    ]
    return [(row[0], row[1], *(row[2:] or (row[1],))) for row in rows]


def _tried_sheet() -> str:
    """A rehearsal's sheet of middling levels, as its link."""
    from ocop_portal import law
    from ocop_portal.lawbook.rehearsal import query_of

    found = law.decision("26-2026").criteria_set(4)
    return query_of(found, {leaf.code: max(1, len(leaf.options) - 1) for leaf in found.leaves})


def add_plain_photo() -> None:
    """A photo for a sample product: a plain colour, which shows where photos stand."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    from ocop_portal.accounts.models import User
    from products.models import Product
    from products.photos import add_photo

    product = Product.objects.get(name__startswith="Sản phẩm mẫu 8")
    by = User.objects.get(username="canboxa")

    content = io.BytesIO()
    Image.new("RGB", (1200, 800), "#6b7f4e").save(content, "JPEG")
    uploaded = SimpleUploadedFile("mau.jpg", content.getvalue())
    add_photo(product=product, uploaded=uploaded, caption="Ảnh mẫu", by=by)


def _opinion() -> int:
    """A product of the published round with the support team's check, made when it is asked for.

    A check is written while scoring is open; that round's was over before this picture.
    """
    from evaluation.models import Candidate, Paper, Seat, SupportCheck, SupportProposal

    candidate = Candidate.objects.filter(round__state="published", round__cycle__year=2020).first()
    seat = Seat.objects.get(user__username="totuvan", council=candidate.round.council_id)
    row, made = SupportCheck.objects.get_or_create(
        candidate=candidate,
        seat=seat,
        defaults={"is_complete": False, "remarks": "Phiếu kiểm nghiệm đã quá 12 tháng."},
    )
    if made:
        row.papers_read.set(Paper.objects.filter(entry=candidate.entry)[:3])
        for leaf in candidate.pinned_set.criteria.leaves[:3]:
            SupportProposal.objects.create(
                check_of=row,
                criterion=leaf.code,
                option=leaf.options[0].number,
                reason="Hồ sơ chỉ chứng minh được mức này.",
            )
    return candidate.pk


def _steering_body() -> int:
    """A steering body of the district by a sample's name, made when it is asked for."""
    from communes.keeping import keep
    from communes.models import SteeringBody, Unit
    from ocop_portal.accounts.models import User

    name = "Ban chỉ đạo mẫu"
    found = SteeringBody.objects.filter(name=name).first()
    if found is None:
        unit = Unit.objects.get(code="464", level="district")
        body = SteeringBody(unit=unit, kind="steering", name=name, since="2019-10-01")
        found = keep(row=body, under=unit, by=User.objects.get(username="canbohuyen"))
    return found.pk


def _attendance() -> int:
    """A person by a sample's name at a class by a sample's name, made when it is asked for."""
    from communes.apparatus_training import save_attendance, save_training
    from communes.models import Attendance, TrainingClass, Unit
    from ocop_portal.accounts.models import User

    found = Attendance.objects.filter(person="Người mẫu").first()
    if found is None:
        by = User.objects.get(username="canbohuyen")
        district = Unit.objects.get(code="464", level="district")
        training = TrainingClass(unit=district, title="Lớp tập huấn mẫu", level="province")
        training.starts_on = datetime.date(2019, 11, 5)
        training = save_training(training=training, by=by)
        commune = Unit.objects.on(training.starts_on).get(code="19363", level="commune")
        found = Attendance(training=training, unit=commune, person="Người mẫu")
        found = save_attendance(attendance=found, by=by)
    return found.pk


def _training() -> int:
    from communes.models import Attendance

    return Attendance.objects.get(pk=_attendance()).training_id


def _draft_round() -> int:
    """A round still in preparation, made when it is asked for."""
    from django.utils import timezone

    from evaluation.councils import prepare_round
    from evaluation.models import Council, Round
    from ocop_portal.accounts.models import User
    from products.models import Cycle

    found = Round.objects.filter(state="draft").first()
    return (
        found
        or prepare_round(
            round_=Round(
                council=Council.objects.get(unit__code="464"),
                cycle=Cycle.objects.get(unit__code="464", year=2020),
                level="district",
                name="Đợt đánh giá mẫu 6",
                meets_on=datetime.date(2020, 12, 10),
                scoring_due=timezone.now() + datetime.timedelta(days=9),
            ),
            by=User.objects.get(username="thuky"),
        )
    ).pk


def _province_round() -> int:
    """A round of the province in preparation by the rules of 2020, made when it is asked for."""
    from django.utils import timezone

    from communes.models import today
    from evaluation.councils import prepare_round
    from evaluation.models import Council, Round
    from ocop_portal.accounts.models import User
    from products.models import Cycle
    from products.register import save_cycle

    name = "Đợt đánh giá mẫu cấp tỉnh"
    found = Round.objects.filter(name=name).first()
    if found is None:
        by = User.objects.get(username="canbotinh")
        council = Council.objects.get(unit__level="province")
        cycle = Cycle.objects.filter(unit=council.unit, decision="1048-2019").first()
        cycle = cycle or save_cycle(
            cycle=Cycle(unit=council.unit, year=2020, decision="1048-2019"), dates={}, by=by
        )
        found = prepare_round(
            round_=Round(
                council=council,
                cycle=cycle,
                level="province",
                name=name,
                meets_on=today(),
                scoring_due=timezone.now() + datetime.timedelta(days=9),
            ),
            by=by,
        )
    return found.pk


def _complaint() -> int:
    """A complaint about the sample recognition, recorded when it is asked for."""
    from communes.models import today
    from evaluation.complaints import save_complaint
    from evaluation.models import Complaint, Recognition
    from ocop_portal.accounts.models import User

    found = Complaint.objects.first()
    return (
        found
        or save_complaint(
            complaint=Complaint(
                recognition=Recognition.objects.get(product__is_sample=True),
                complainant="Hộ sản xuất mẫu Trung Nam",
                contact="Xã Trung Nam",
                received_on=today(),
                due_on=today() + datetime.timedelta(days=30),
                content="Đơn mẫu: đề nghị xem lại nguồn gốc nguyên liệu của sản phẩm mẫu.",
            ),
            by=User.objects.get(username="canbohuyen"),
        )
    ).pk


def _district_officer():
    from ocop_portal.accounts.models import User

    return User.objects.get(username="canbohuyen")


def _law_document() -> int:
    """A scan of Decision 1048 that says it is none: two drawn pages."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image, ImageDraw

    from ocop_portal.lawbook.documents import add_document, check_scan
    from ocop_portal.lawbook.models import LegalDocument

    found = LegalDocument.objects.filter(title="ảnh mẫu, không phải văn bản thật").first()
    if found:
        return found.pk
    pages = []
    for number in (1, 2):
        page = Image.new("RGB", (1240, 1754), "#ffffff")
        draw = ImageDraw.Draw(page)
        for line in range(30):
            draw.rectangle((120, 160 + line * 48, 1120 - line % 4 * 90, 172 + line * 48), "#777777")
        content = io.BytesIO()
        page.save(content, "PNG")
        pages.append(check_scan(SimpleUploadedFile(f"trang-{number}.png", content.getvalue())))
    return add_document(
        decision="1048-2019",
        number="1048/QĐ-TTg",
        title="ảnh mẫu, không phải văn bản thật",
        files=pages,
        by=_district_officer(),
    ).pk


def _law_check(number: int = 10, leave: int = 8) -> int:
    """A comparison of a set, all but the last `leave` sections ticked."""
    from ocop_portal import law
    from ocop_portal.lawbook import checking
    from ocop_portal.lawbook.models import LegalDocument

    by, criteria = _district_officer(), law.decision("1048-2019").criteria_set(number)
    document = LegalDocument.objects.get(pk=_law_document())
    check = checking.begin(criteria=criteria, document=document, by=by)
    pieces = checking.pieces_of(criteria)
    for page, piece in enumerate(pieces[: len(pieces) - leave], start=1):
        checking.tick(
            check_id=check.pk,
            criteria=criteria,
            section=piece.key,
            agrees=True,
            page=min(page, 2),
            by=by,
        )
    return check.pk


def _law_check_ready() -> int:
    """A comparison in which every section agrees, not signed yet."""
    return _law_check(4, 0)


def _law_draft() -> int:
    """A draft of set 10 with one level changed."""
    from ocop_portal.lawbook import drafting, places

    by = _district_officer()
    draft = drafting.start_draft(
        decision="1048-2019", number=10, by=by, reason="Sửa mục 7 theo văn bản ký."
    )
    spot = places.find(draft.content, "7")
    options = [dict(option) for option in spot.item["options"]]
    options[0]["label"] = "Trung bình (sửa thử)"
    content = places.edited(draft.content, "7", facts={}, options=options)
    return drafting.change_draft(draft_id=draft.pk, seen=draft.digest, content=content, by=by).pk


def _law_upload() -> int:
    """A file with faults: set 1's rows sent in as set 3, one level without points."""
    import openpyxl
    from django.core.files.uploadedfile import SimpleUploadedFile

    from ocop_portal import law
    from ocop_portal.lawbook import spreadsheet
    from ocop_portal.lawbook.intake import take_file

    shelf = law.decision("1048-2019")
    content = spreadsheet.write(shelf, shelf.summary(3), shelf.criteria_set(1))
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book.worksheets[0]
    page["D10"], page["D12"], page["B14"] = None, "ba", "1.1"
    out = io.BytesIO()
    book.save(out)
    return take_file(
        decision="1048-2019",
        number=3,
        uploaded=SimpleUploadedFile("bo-3.xlsx", out.getvalue()),
        by=_district_officer(),
        reason="Nhập theo văn bản ký.",
    ).pk


def _tallying_round() -> int:
    """The open round once its scoring has ended; ended when it is asked for."""
    from evaluation.models import Round
    from evaluation.rounds import end_scoring
    from ocop_portal.accounts.models import User

    round_ = Round.objects.get(state__in=["open", "tallying"], cycle__year=2020)
    return end_scoring(round_=round_, by=User.objects.get(username="thuky")).pk


def named_addresses(patterns=None, namespace: str = "") -> set[str]:
    """Every name of the portal's addresses, with its namespace."""
    from django.urls import URLResolver, get_resolver

    names = set()
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            names |= named_addresses(pattern.url_patterns, inner)
        elif pattern.name:
            names.add(namespace + pattern.name)
    return names


# --- Taking them ------------------------------------------------------------------------------


def chromium() -> dict:
    return {
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    }


def _sit_down(browser, url: str, who: str, passwords: dict, width: int, dark: bool):
    """A page of this width in which the account is signed in, and what its console says."""
    from django.urls import reverse

    page = browser.new_page(
        viewport={"width": width, "height": WIDTHS[width]},
        locale="vi-VN",
        color_scheme="dark" if dark else "light",
    )
    heard = []
    page.on("console", lambda line: line.type == "error" and heard.append(line.text))
    if who:
        page.goto(url + reverse("account_login"))
        page.get_by_label("Tên đăng nhập").fill(who)
        page.get_by_label("Mật khẩu").fill(passwords[who])
        page.get_by_role("button", name="Đăng nhập", exact=True).click()
        page.wait_for_url("**" + reverse("office"))
    return page, heard


def _picture(page, file: Path, width: int) -> None:
    """The whole page in one picture, what sticks to the bottom of the screen at its bottom."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(height, 16_000)})
    page.screenshot(path=file, full_page=True)
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})


def take(
    url: str,
    folder: Path,
    passwords: dict,
    rows: list[tuple],
    *,
    dark: bool,
    language: str,
    widths: list[int],
) -> int:
    """Save the pictures; returns how many pages complained in the console."""
    from django.urls import reverse
    from django.utils import translation
    from playwright.sync_api import Error, sync_playwright

    from ocop_portal.languages import in_language, is_readable

    complaints = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium())
        pages = {}
        for number, (who, name, address, *rest) in enumerate(rows):
            args = [arg() if callable(arg) else arg for arg in (rest[0] if rest else ())]
            what = rest[1] if len(rest) > 1 else ""
            path = reverse(address, args=args)
            if not is_readable(path, language):
                continue
            path = url + in_language(path, language) + (what if what.startswith("?") else "")
            with translation.override(language):
                press = what.removeprefix("untick, ")
                button = translation.gettext(press[6:]) if press.startswith("press ") else ""
            for width in widths:
                if (who, width) not in pages:
                    pages[who, width] = _sit_down(browser, url, who, passwords, width, dark)
                page, heard = pages[who, width]
                file = folder / f"{number:03}-{who or 'khach'}-{name}-{width}.png"
                try:
                    page.goto(path)
                    if button:
                        if press != what:
                            for box in page.locator("main input[type=checkbox]").all():
                                box.uncheck()
                        page.get_by_role("button", name=button, exact=True).click()
                        page.wait_for_load_state()
                    _picture(page, file, width)
                    if not page.locator("link[href*='portal.css']").count():
                        heard.append("no page of the portal")
                    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                    if wide > 0:
                        heard.append(f"{wide} pixels wider than the screen")
                except Error as error:
                    heard.append(error.message.splitlines()[0])
                for line in heard:
                    if "status of 4" not in line:
                        print(f"{file.name}: {line}")
                        complaints += 1
                heard.clear()
        browser.close()
    return complaints


def take_for_readme(url: str, folder: Path, passwords: dict, rows: list[tuple]) -> None:
    """Save the README's pictures: one screen each, in few colours, so that they load quickly."""
    from django.urls import reverse
    from PIL import Image
    from playwright.sync_api import sync_playwright

    found = {(row[0], row[1]): row for row in rows}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium())
        for file, (who, name, width, what) in README.items():
            _who, _name, address, *rest = found[who, name]
            page, _heard = _sit_down(browser, url, who, passwords, width, dark=False)
            anchor = what if what.startswith("#") else ""
            page.goto(url + reverse(address, args=rest[0] if rest else ()) + anchor)
            if what.startswith("unfold "):
                page.locator("summary").get_by_text(what[7:]).first.click()
                page.mouse.move(0, 0)
            page.wait_for_timeout(1000)  # what scrolls or turns comes to rest
            path = folder / f"{file}.png"
            page.screenshot(path=path)
            Image.open(path).convert("RGB").quantize(96).save(path, optimize=True)
            page.close()
        browser.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/screenshots")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--english", action="store_true")
    parser.add_argument("--width", type=int, choices=WIDTHS, help="this width only")
    parser.add_argument("--only", default="", help="parts of page names, with commas between")
    parser.add_argument("--readme", action="store_true", help="the README's pictures only")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    widths = [asked.width] if asked.width else list(WIDTHS)

    data = tempfile.mkdtemp(prefix="ocop-screens-")
    own = {
        "DATA_DIR": data,
        "DATABASE_URL": f"sqlite:///{data}/ocop.sqlite3",
        "DEBUG": "true",
        "SECRET_KEY": "only-for-pictures",
        "ALLOWED_HOSTS": "127.0.0.1",
        "CELERY_BROKER_URL": "",
        "CACHE_URL": "",
        "LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "ocop_portal.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright's loop lives in this thread
    }
    os.environ.update(own)
    try:
        (Path(data) / "static").mkdir()
        for command in ("migrate", "load_programme", "make_sample_accounts", "load_samples"):
            subprocess.run(
                [*MANAGE, command], env=os.environ, cwd=ROOT, check=True, stdout=subprocess.DEVNULL
            )
        sys.path.insert(0, str(ROOT))
        import django

        django.setup()
        from ocop_portal.reminders.scan import scan

        scan()  # so that an inbox has something in it
        lines = (Path(data) / "sample-accounts.txt").read_text().splitlines()
        passwords = dict(line.split(maxsplit=1) for line in lines if line and line[0] != "#")
        if not asked.readme:
            add_plain_photo()
        rows = visits()
        forgotten = named_addresses() - {row[2] for row in rows} - set(NO_SCREEN)
        if asked.only:
            parts = asked.only.split(",")
            rows = [row for row in rows if any(part in row[1] for part in parts)]
        with served(dict(os.environ)) as url:
            if asked.readme:
                take_for_readme(url, asked.folder, passwords, rows)
                return 0
            complaints = take(
                url,
                asked.folder,
                passwords,
                rows,
                dark=asked.dark,
                language="en" if asked.english else "vi",
                widths=widths,
            )
    finally:
        shutil.rmtree(data, ignore_errors=True)
    print(f"{len(rows)} screens at {' and '.join(map(str, widths))} pixels in {asked.folder}")
    for name in sorted(forgotten):
        print(f"No picture of {name}: add it to visits or to NO_SCREEN")
    return 1 if forgotten or complaints else 0


if __name__ == "__main__":
    sys.exit(main())
