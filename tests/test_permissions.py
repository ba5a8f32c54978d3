"""Every address of the portal × who may open it. An address that is not in the table fails.

The table names those who get in; everybody else is refused: a visitor is sent to the login, a
person signed in gets 403 (the role is missing) or 404 (not theirs to know of).
"""

from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import Client, TestCase
from django.urls import get_resolver, reverse
from django.utils import timezone

from communes.models import Role, Unit
from communes.units import rebuild_cover
from evaluation import rounds
from evaluation.models import Result, Seat, Sheet, Substitution
from evaluation.sheets import start_sheet
from ocop_portal.reminders.feed import make_feed
from ocop_portal.reminders.models import Holiday, Notice, Scan
from products import voice
from products.models import ResubmissionLeave

from . import factories as make
from .evaluation.pages import with_second_factor
from .evaluation.planted import plant, told
from .lawbook import shelf

EVERYONE = "everyone"
SIGNED_IN = "signed in"

# Who the people are. Hồ Xá and Vĩnh Thủy are communes of Vĩnh Linh; Gio Linh is another district.
PEOPLE = (
    "stranger",  # signed in, without any role
    "commune",  # commune officer of Hồ Xá, where the producer sits
    "other_commune",  # commune officer of Vĩnh Thủy
    "district",  # district officer of Vĩnh Linh
    "other_district",  # district officer of Gio Linh
    "chair",
    "secretary",
    "member",
    "other_member",  # sits in Gio Linh's council
    "support",
    "admin",
    "former",  # was a district officer until last year
)
OFFICERS = {"commune", "other_commune", "district", "other_district"}
DISTRICTS = {"district", "other_district"}
HERE = {"commune", "district"}
LEADERS = {"chair", "secretary"}
COUNCIL = {"chair", "secretary", "member", "support"}
IN_COUNCILS = COUNCIL | DISTRICTS | {"other_member"}
PREPARE = {"district", "secretary"}


def table(world) -> dict[str, tuple[list, object]]:
    """URL name → (arguments, who gets in)."""
    w = world
    return {
        # the portal
        "home": ([], EVERYONE),
        "health": ([], EVERYONE),
        "web_health": ([], EVERYONE),
        "worker": ([], EVERYONE),
        "manifest": ([], EVERYONE),
        "public_worker": ([], EVERYONE),
        "public_manifest": ([], EVERYONE),
        "offline": ([], EVERYONE),
        "office": ([], SIGNED_IN),
        "api-docs": ([], EVERYONE),
        "api-v1:api-root": ([], EVERYONE),
        "api-v1:openapi": ([], EVERYONE),
        "api-v1:decisions": ([], EVERYONE),
        "api-v1:decision": (["1048-2019"], EVERYONE),
        "api-v1:criteria_set": (["1048-2019", 1], EVERYONE),
        "api-v1:score": (["1048-2019", 1], EVERYONE),
        "api-v1:advice": (["1048-2019", 1], EVERYONE),
        # people
        "accounts:profile": ([], SIGNED_IN),
        "accounts:profile_edit": ([], SIGNED_IN),
        "accounts:second_factor": ([], SIGNED_IN),
        "reminders:inbox": ([], SIGNED_IN),
        "reminders:read_all": ([], SIGNED_IN),
        "reminders:open": ([w.notice.pk], {"commune"}),
        "reminders:preview": ([], SIGNED_IN),
        "own_reminders:preferences": ([], SIGNED_IN),
        "own_reminders:feed_make": ([], SIGNED_IN),
        "own_reminders:feed_revoke": ([], SIGNED_IN),
        "reminders:feed": ([w.feed.token], EVERYONE),
        "reminders:rules": ([], DISTRICTS | {"admin"}),
        "reminders:choice_edit": ([w.district.pk], {"district"}),
        "reminders:rule_edit": ([w.district.pk, "cycle-step"], {"district"}),
        "reminders:rule_clear": ([w.district.pk, "cycle-step"], {"district"}),
        "reminders:holidays": ([], DISTRICTS | {"admin"}),
        "reminders:holiday_remove": ([w.holiday.pk], DISTRICTS | {"admin"}),
        "reminders:operations": ([], {"admin"}),
        "reminders:scan_now": ([], {"admin"}),
        "reminders:retry": ([], {"admin"}),
        "reminders:address_clear": ([1], {"admin"}),
        "roles:users": ([], {"admin"}),
        "roles:user_add": ([], {"admin"}),
        "roles:user": ([w.people["commune"].pk], {"admin"}),
        "roles:user_edit": ([w.people["commune"].pk], {"admin"}),
        "roles:user_invite": ([w.people["commune"].pk], {"admin"}),
        "roles:user_stop": ([w.people["commune"].pk], {"admin"}),
        "roles:user_resume": ([w.people["commune"].pk], {"admin"}),
        "roles:role_give": ([w.people["commune"].pk], {"admin"}),
        "roles:role_end": ([w.people["commune"].roles.get().pk], {"admin"}),
        # the reading room and the rehearsal
        "lawbook:decisions": ([], EVERYONE),
        "lawbook:decision": (["1048-2019"], EVERYONE),
        "lawbook:set": (["1048-2019", 1], EVERYONE),
        "lawbook:criterion": (["1048-2019", 1, "1.1"], EVERYONE),
        "lawbook:search": ([], EVERYONE),
        "lawbook:compare": ([], EVERYONE),
        "lawbook:rehearsal_start": ([], EVERYONE),
        "lawbook:rehearsal": ([], EVERYONE),
        "lawbook:rehearsal_report": ([], EVERYONE),
        # units and producers
        "communes:public_list": ([], EVERYONE),
        "communes:public_unit": ([w.unit.pk], EVERYONE),
        "communes:units": ([], OFFICERS),
        "communes:unit": ([w.unit.pk], HERE),
        "communes:producers": ([], OFFICERS),
        "communes:producer_add": ([], OFFICERS),
        "communes:producer": ([w.producer.pk], HERE),
        "communes:producer_edit": ([w.producer.pk], HERE),
        "communes:producer_stop": ([w.producer.pk], HERE),
        "communes:producer_resume": ([w.producer.pk], HERE),
        # Excel in and out
        "exchange:imports": ([], OFFICERS),
        "exchange:template": ([], OFFICERS),
        "exchange:import": ([w.job.pk], {"commune"}),
        "exchange:map": ([w.job.pk], {"commune"}),
        "exchange:refused": ([w.job.pk], {"commune"}),
        "exchange:act": ([w.job.pk, "bo"], {"commune"}),
        "exchange:take_back": ([w.job.pk], {"commune"}),
        # the apparatus
        "communes:apparatus": ([], OFFICERS),
        "communes:steering_body_add": ([], OFFICERS),
        "communes:steering_body": ([w.body.pk], HERE),
        "communes:steering_body_edit": ([w.body.pk], HERE),
        "communes:steering_body_withdraw": ([w.body.pk], HERE),
        "communes:trainings": ([], OFFICERS),
        "communes:training_add": ([], DISTRICTS),
        "communes:training": ([w.training.pk], {"commune", "other_commune", "district"}),
        "communes:training_edit": ([w.training.pk], {"district"}),
        "communes:training_withdraw": ([w.training.pk], {"district"}),
        "communes:attendance_add": ([w.training.pk], {"district"}),
        "communes:attendance_withdraw": ([w.attendance.pk], {"district"}),
        # the board as a matrix, several moves at once, reports
        "products:matrix": ([w.cycle.pk], {"commune", "other_commune", "district"}),
        "products:entries_move": ([w.cycle.pk], {"commune", "other_commune", "district"}),
        "products:reports": ([], OFFICERS),
        "products:report": (["san-pham"], OFFICERS),
        # news, notices, the document library, the newsletter
        "communes:public_news": ([], EVERYONE),
        "communes:public_news_item": ([w.news.pk], EVERYONE),
        "communes:public_news_file": ([w.news_file.pk], EVERYONE),
        "communes:news_feed": ([], EVERYONE),
        "communes:public_documents": ([], EVERYONE),
        "communes:public_document_file": ([w.document.pk], EVERYONE),
        "communes:news": ([], OFFICERS),
        "communes:news_add": ([], OFFICERS),
        "communes:news_item": ([w.news.pk], HERE),
        "communes:news_edit": ([w.news.pk], HERE),
        "communes:news_publish": ([w.news.pk], HERE),
        "communes:news_withdraw": ([w.news.pk], HERE),
        "communes:news_file_add": ([w.news.pk], HERE),
        "communes:news_file": ([w.news_file.pk], HERE),
        "communes:news_file_withdraw": ([w.news_file.pk], HERE),
        "communes:documents": ([], OFFICERS),
        "communes:document_add": ([], OFFICERS),
        "communes:document": ([w.document.pk], HERE),
        "communes:document_edit": ([w.document.pk], HERE),
        "communes:document_publish": ([w.document.pk], HERE),
        "communes:document_withdraw": ([w.document.pk], HERE),
        "communes:document_file_replace": ([w.document.pk], HERE),
        "communes:document_file": ([w.document_file.pk], HERE),
        "newsletter": ([], EVERYONE),
        "newsletter_confirm": (["thu"], EVERYONE),
        "newsletter_leave": (["thu"], EVERYONE),
        # step 1: outreach
        "communes:outreach": ([], OFFICERS),
        "communes:outreach_coverage": ([], OFFICERS),
        "communes:outreach_add": ([], OFFICERS),
        "communes:outreach_event": ([w.outreach.pk], HERE),
        "communes:outreach_edit": ([w.outreach.pk], HERE),
        "communes:outreach_withdraw": ([w.outreach.pk], HERE),
        "communes:outreach_file_add": ([w.outreach.pk], HERE),
        "communes:outreach_file": ([w.outreach_file.pk], HERE),
        "communes:outreach_file_withdraw": ([w.outreach_file.pk], HERE),
        # products and the cycle
        "products:catalogue": ([], EVERYONE),
        "products:public_product": ([w.rated.pk], EVERYONE),
        "products:product_qr": ([w.rated.pk], EVERYONE),
        "products:public_producer": ([w.rated.producer_id], EVERYONE),
        "products:feedback_of_producer": ([w.rated.producer_id], EVERYONE),
        # map, numbers, the programme, messages, open data
        "products:map": ([], EVERYONE),
        "products:map_data": ([], EVERYONE),
        "products:numbers": ([], EVERYONE),
        "products:programme": ([], EVERYONE),
        "products:calendar": ([], EVERYONE),
        "products:days": ([], EVERYONE),
        "products:blank_form": (["01"], EVERYONE),
        "products:privacy": ([], EVERYONE),
        "evaluation:public_councils": ([], EVERYONE),
        "security": ([], EVERYONE),
        "products:feedback_write": ([w.rated.pk], EVERYONE),
        "products:feedback_look_up": ([], EVERYONE),
        "products:feedback": ([], OFFICERS),
        "products:feedback_item": ([w.feedback.pk], HERE),
        "products:data": ([], EVERYONE),
        "products:data_file": (["san-pham", "csv"], EVERYONE),
        "products:recognitions_feed": ([], EVERYONE),
        "robots": ([], EVERYONE),
        "sitemap": ([], EVERYONE),
        "sitemap_part": (["san-pham"], EVERYONE),
        "api-v1:data-san-pham": ([], EVERYONE),
        "api-v1:data-chu-the": ([], EVERYONE),
        "api-v1:data-don-vi": ([], EVERYONE),
        "api-v1:data-ket-qua": ([], EVERYONE),
        # products in the office
        "products:product_list": ([], OFFICERS),
        "products:product_add": ([], OFFICERS),
        "products:product": ([w.product.pk], HERE),
        "products:product_edit": ([w.product.pk], HERE),
        "products:photo_add": ([w.product.pk], HERE),
        "products:photo_remove": ([w.photo.pk], HERE),
        "products:cycles": ([], OFFICERS),
        "products:cycle_add": ([], DISTRICTS),
        "products:cycle_edit": ([w.cycle.pk], {"district"}),
        "products:board": ([w.cycle.pk], {"commune", "other_commune", "district"}),
        "products:entry_add": ([w.cycle.pk], {"commune", "other_commune", "district"}),
        "products:entry": ([w.entry.pk], HERE),
        "products:entry_edit": ([w.entry.pk], HERE),
        "products:entry_move": ([w.entry.pk], HERE),
        "products:paper_add": ([w.entry.pk, "idea"], HERE),
        "products:paper": ([w.paper.pk], HERE),
        "products:paper_withdraw": ([w.paper.pk], HERE),
        "products:self_assessment_add": ([w.entry.pk], HERE),
        "products:self_assessment_withdraw": ([w.self_assessment.pk], HERE),
        # the plan
        # forms of steps 2 and 3, findings, the thread
        "products:form_edit": ([w.entry.pk, "idea"], HERE),
        "products:form_sums": ([w.entry.pk], HERE),
        "products:form_version": ([w.filled.pk], HERE),
        "products:form_print": ([w.filled.pk], HERE),
        "products:assess": ([w.entry.pk], {"district"}),
        "products:leave_ask": ([w.entry.pk], HERE),
        "products:leave_answer": ([w.leave.pk], {"district"}),
        "products:comment_add": ([w.entry.pk], HERE),
        "products:comments_read": ([w.entry.pk], HERE),
        "products:comment_file": ([w.comment.pk], HERE),
        "products:comment_withdraw": ([w.comment.pk], {"commune"}),
        "products:plans": ([], OFFICERS),
        "products:plan_add": ([], DISTRICTS),
        "products:plan": ([w.plan.pk], {"commune", "other_commune", "district"}),
        "products:plan_scan": ([w.plan.pk], {"commune", "other_commune", "district"}),
        "products:plan_edit": ([w.plan.pk], {"district"}),
        "products:plan_withdraw": ([w.plan.pk], {"district"}),
        "products:plan_task_add": ([w.plan.pk], {"district"}),
        "products:plan_task": ([w.task.pk], {"commune", "other_commune", "district"}),
        "products:plan_task_edit": ([w.task.pk], {"district"}),
        "products:plan_task_withdraw": ([w.task.pk], {"district"}),
        # papers asked for, criteria that papers prove
        "products:paper_criteria": ([w.slot.paper.pk], HERE),
        "products:slot_ask": ([w.slot.entry.pk], {"district"}),
        "products:slot_fill": ([w.slot.pk], HERE),
        "products:slot_answer": ([w.slot.pk], {"district"}),
        # step 4: the plan carried out
        "products:works": ([w.working.pk], HERE),
        **{f"products:{name}_add": ([w.working.pk], HERE) for name in w.works},
        **{
            f"products:{name}{act}": ([row.pk], HERE)
            for name, row in w.works.items()
            for act in ("", "_edit", "_withdraw")
        },
        "products:visit_file_add": ([w.works["visit"].pk], HERE),
        "products:visit_file": ([w.visit_file.pk], HERE),
        "products:visit_file_withdraw": ([w.visit_file.pk], HERE),
        # promotion, chains, flagship products
        **{
            f"products:{name}s": ([], OFFICERS)
            for name in ("fair", "sales_point", "online_shop", "contract", "chain", "flagship")
        },
        **{
            f"products:{name}_add": ([], OFFICERS)
            for name in ("sales_point", "online_shop", "contract", "flagship")
        },
        **{f"products:{name}_add": ([], DISTRICTS) for name in ("fair", "chain")},
        **{
            f"products:{name}{act}": ([w.promotion[name].pk], HERE)
            for name in ("sales_point", "online_shop", "contract", "flagship")
            for act in ("", "_edit", "_withdraw")
        },
        **{
            f"products:{name}": ([w.promotion[name].pk], HERE | {"other_commune"})
            for name in ("fair", "chain")
        },
        **{
            f"products:{name}_{act}": ([w.promotion[name].pk], {"district"})
            for name in ("fair", "chain")
            for act in ("edit", "withdraw")
        },
        "products:contract_file": ([w.promotion["contract"].pk], HERE),
        "products:fair_product_add": ([w.promotion["fair"].pk], HERE | {"other_commune"}),
        "products:fair_product_edit": ([w.promotion["fair_product"].pk], HERE),
        "products:fair_product_withdraw": ([w.promotion["fair_product"].pk], HERE),
        "products:fair_photo_add": ([w.promotion["fair"].pk], {"district"}),
        "products:fair_photo": ([w.promotion["fair_photo"].pk], HERE | {"other_commune"}),
        "products:fair_photo_withdraw": ([w.promotion["fair_photo"].pk], {"district"}),
        "products:chain_link_add": ([w.promotion["chain"].pk], {"district"}),
        "products:chain_link_edit": ([w.promotion["chain_link"].pk], {"district"}),
        "products:chain_link_withdraw": ([w.promotion["chain_link"].pk], {"district"}),
        "products:chain_link_file": ([w.promotion["chain_link"].pk], HERE),
        "products:gap_task_add": ([w.promotion["flagship"].pk], HERE),
        "products:gap_task_edit": ([w.promotion["gap_task"].pk], HERE),
        "products:gap_task_withdraw": ([w.promotion["gap_task"].pk], HERE),
        # councils and rounds
        "evaluation:rounds": ([], IN_COUNCILS),
        "evaluation:councils": ([], IN_COUNCILS),
        "evaluation:council_add": ([], DISTRICTS),
        "evaluation:council": ([w.council.pk], COUNCIL | {"district"}),
        "evaluation:council_edit": ([w.council.pk], {"district"}),
        "evaluation:seat_add": ([w.council.pk], {"district"}),
        "evaluation:seat_leave": ([w.council.seats.get(user=w.people["member"]).pk], {"district"}),
        "evaluation:round_add": ([w.council.pk], {"district"}),
        "evaluation:round": ([w.open.pk], COUNCIL | {"district"}),
        "evaluation:round_edit": ([w.draft.pk], PREPARE),
        "evaluation:candidate_add": ([w.draft.pk], PREPARE),
        "evaluation:candidate_remove": ([w.candidate.pk], PREPARE),
        "evaluation:round_open": ([w.draft.pk], PREPARE),
        "evaluation:round_extend": ([w.open.pk], PREPARE),
        "evaluation:round_end": ([w.open.pk], {"secretary"}),
        "evaluation:round_close": ([w.tallying.pk], {"secretary"}),
        "evaluation:round_publish": ([w.closed.pk], PREPARE),
        "evaluation:round_cancel": ([w.draft.pk], PREPARE),
        "evaluation:tally": ([w.tallying.pk], LEADERS),
        "evaluation:settle": ([w.tallying.candidates.get().pk], LEADERS),
        "evaluation:room": ([w.tallying.pk], LEADERS),
        "evaluation:room_pulse": ([w.tallying.pk], LEADERS),
        "evaluation:attendance": ([w.open.pk], LEADERS),
        "evaluation:invitation": ([w.open.pk], PREPARE),
        "evaluation:substitutes": ([w.open.pk], {"secretary"}),
        "evaluation:substitute_withdraw": ([w.substitution.pk], {"secretary"}),
        "evaluation:support_check": ([w.candidate.pk], {"support"}),
        "evaluation:opinions": ([w.closed_result.candidate_id], LEADERS),
        "evaluation:sample": ([w.candidate.pk], PREPARE),
        "evaluation:vote": ([w.scored.candidates.get().pk], LEADERS),
        "evaluation:hear_again": ([w.tallying.pk], {"secretary"}),
        # score sheets
        "evaluation:my_sheets": ([w.open.pk], {"chair", "member"}),
        "evaluation:sheet": ([w.candidate.pk], {"chair", "member"}),
        "evaluation:conflict": ([w.candidate.pk], {"chair", "member", "support"}),
        "evaluation:candidate_paper": (
            [w.candidate.pk, w.frozen_paper.pk],
            COUNCIL | HERE,
        ),
        "evaluation:candidate_page": (
            [w.candidate.pk, w.frozen_photo.pk, 1],
            COUNCIL | HERE,
        ),
        "evaluation:sheet_view": ([w.sheet.pk], {"member"}),
        "evaluation:mark": ([w.sheet.pk], {"member"}),
        "evaluation:note": ([w.sheet.pk], {"member"}),
        "evaluation:marks": ([w.sheet.pk], {"member"}),
        "evaluation:declare": ([w.sheet.pk], {"member"}),
        "evaluation:retract": ([w.sheet.pk], {"member"}),
        "evaluation:submit": ([w.sheet.pk], {"member"}),
        "evaluation:reopen": ([w.late_sheet.pk], LEADERS),
        # papers
        "evaluation:papers": ([w.closed.pk], COUNCIL | {"district"}),
        "evaluation:round_paper": ([w.closed.pk, "tong-hop-dot", "xlsx"], PREPARE | LEADERS),
        "evaluation:product_sheets": ([w.closed_result.candidate_id], PREPARE | LEADERS),
        "evaluation:sheet_paper": ([w.closed_sheet.pk], PREPARE | LEADERS | {"member"}),
        # the way to the next level: sent by Vĩnh Linh, to Gio Linh here
        "evaluation:referrals": ([], DISTRICTS | {"secretary"}),
        "evaluation:referral": ([w.referral.pk], PREPARE | {"other_district"}),
        "evaluation:referral_package": ([w.referral.pk], PREPARE | {"other_district"}),
        "evaluation:referral_receive": ([w.referral.pk], {"other_district"}),
        "evaluation:referral_return": ([w.referral.pk], {"other_district"}),
        "evaluation:referral_withdraw": ([w.referral.pk], PREPARE),
        "evaluation:referral_send": ([w.closed.pk], PREPARE),
        "evaluation:referrals_into_round": ([w.draft.pk], PREPARE),
        # recognition
        "check_certificates": ([], EVERYONE),
        "check_certificate": ([w.recognition.check_code], EVERYONE),
        "evaluation:recognitions": ([], OFFICERS),
        "evaluation:recognition": ([w.recognition.pk], HERE),
        "evaluation:certificate": ([w.recognition.pk], {"district"}),
        "evaluation:outcome_add": ([w.closed_result.pk], {"district"}),
        "evaluation:complaints": ([], OFFICERS),
        "evaluation:complaint": ([w.complaint.pk], HERE),
        "evaluation:complaint_edit": ([w.complaint.pk], {"district"}),
        "evaluation:complaint_answer": ([w.complaint.pk], {"district"}),
        "evaluation:complaint_paper": ([w.complaint_paper.pk], HERE),
        "evaluation:complain_recognition": ([w.recognition.pk], {"district"}),
        "evaluation:complain_result": ([w.closed_result.pk], {"district"}),
        "evaluation:recognition_add": ([w.product.pk], {"district"}),
        "evaluation:recognition_revoke": ([w.recognition.pk], {"district"}),
        # the law as the office keeps it
        "lawbook:desk": ([], DISTRICTS),
        "lawbook:decision_desk": (["1048-2019"], DISTRICTS),
        "lawbook:document_add": (["1048-2019"], DISTRICTS),
        "lawbook:document": ([w.law_scan.pk], DISTRICTS),
        "lawbook:document_withdraw": ([w.law_scan.pk], DISTRICTS),
        "lawbook:document_file": ([w.law_scan.files.get().pk], DISTRICTS),
        "lawbook:set_desk": (["1048-2019", 1], DISTRICTS),
        "lawbook:check_begin": (["1048-2019", 1], DISTRICTS),
        "lawbook:check": ([w.comparison.pk], DISTRICTS),
        "lawbook:check_sign": ([w.comparison.pk], DISTRICTS),
        "lawbook:set_spreadsheet": (["1048-2019", 1], DISTRICTS),
        "lawbook:set_readable": (["1048-2019", 1], DISTRICTS),
        "lawbook:upload_add": (["1048-2019", 1], DISTRICTS),
        "lawbook:upload": ([w.sent_in.pk], DISTRICTS),
        "lawbook:upload_file": ([w.sent_in.pk], DISTRICTS),
        "lawbook:draft_begin": (["1048-2019", 2], DISTRICTS),
        "lawbook:version": ([w.law_draft.pk], DISTRICTS),
        "lawbook:place_edit": ([w.law_draft.pk, "1.1"], DISTRICTS),
        "lawbook:version_publish": ([w.law_draft.pk], DISTRICTS),
        "lawbook:version_withdraw": ([w.law_draft.pk], DISTRICTS),
    }


# What a form must carry to be told from nonsense; the others are sent empty.
DATA = {
    "products:entry_move": {"move": "withdraw", "reason": "Thử"},
    "evaluation:mark": {"criterion": "1.1", "option": "1"},
    "lawbook:rehearsal": {"qd": "1048-2019", "bo": "1"},
    "lawbook:rehearsal_report": {"qd": "1048-2019", "bo": "1"},
    "evaluation:note": {"criterion": "1.1", "text": "Xem lại"},
}

# allauth's own pages guard themselves; their tests are in tests/accounts.
ALLAUTH = ("account_", "mfa_")


def build() -> SimpleNamespace:
    tree = make.vinh_linh()
    gio_linh = make.UnitFactory(
        code="466",
        kind="Huyện",
        name="Gio Linh",
        level=Unit.Level.DISTRICT,
        parent=tree.province,
    )
    rebuild_cover()
    council = make.council_with(members=2)
    other_council = make.council_with(members=1, unit=gio_linh)
    kinds = Role.Kind
    people = {
        "stranger": make.UserFactory(),
        "commune": make.officer(kinds.COMMUNE_OFFICER, tree.ho_xa),
        "other_commune": make.officer(kinds.COMMUNE_OFFICER, tree.vinh_thuy),
        "district": make.officer(kinds.DISTRICT_OFFICER, tree.district),
        "other_district": make.officer(kinds.DISTRICT_OFFICER, gio_linh),
        "chair": make.person_in(council, Seat.Position.CHAIR),
        "secretary": make.person_in(council, Seat.Position.SECRETARY),
        "member": make.person_in(council, Seat.Position.MEMBER),
        "other_member": make.person_in(other_council, Seat.Position.CHAIR),
        "support": make.person_in(council, Seat.Position.SUPPORT),
        "admin": make.officer(kinds.ADMINISTRATOR, tree.province),
        "former": make.RoleFactory(
            kind=kinds.DISTRICT_OFFICER, unit=tree.district, until="2019-12-31"
        ).user,
    }
    producer = make.ProducerFactory(unit=tree.ho_xa)
    product = make.ProductFactory(producer=producer)
    cycle = make.CycleFactory(unit=tree.district)
    entry = make.EntryFactory(cycle=cycle, product=product)

    open_round = make.open_round(council=council)
    candidate = open_round.candidates.get()
    tallying = make.open_round(council=council)
    late_sheet = start_sheet(candidate=tallying.candidates.get(), user=people["member"])

    rounds.end_scoring(round_=tallying, by=people["secretary"])
    draft = make.RoundFactory(council=council, cycle=cycle)
    rated = make.PublicRatingFactory().product
    recognition = make.RecognitionFactory(product=product)
    complaint = make.ComplaintFactory(recognition=recognition)
    closed = make.closed_round(council=council, totals=(72, 74))
    task = make.PlanTaskFactory(plan=make.PlanFactory(unit=tree.district))
    attendance = make.AttendanceFactory(unit=tree.ho_xa)
    outreach_file = make.OutreachFileFactory(event__unit=tree.ho_xa)
    news_file = make.NewsFileFactory(item__unit=tree.ho_xa)
    document_file = make.DocumentFileFactory(document__unit=tree.ho_xa)
    working = make.EntryFactory(cycle=make.CycleFactory(), product=product)
    type(working).objects.filter(pk=working.pk).update(state="implementing", step=4)
    visit_file = make.VisitFileFactory(visit__entry=working)
    works = {
        "milestone": make.MilestoneFactory(entry=working),
        "visit": visit_file.visit,
        "grant": make.GrantFactory(entry=working),
        "spending": make.SpendingFactory(entry=working),
        "problem": make.ProblemFactory(entry=working),
    }
    fair = make.FairFactory(unit=tree.district)
    chain = make.ChainFactory(unit=tree.district)
    flagship = make.FlagshipFactory(product=product)
    promotion = {
        "fair": fair,
        "fair_product": make.FairProductFactory(fair=fair, product=product),
        "fair_photo": make.FairPhotoFactory(fair=fair),
        "sales_point": make.SalesPointFactory(product=product),
        "online_shop": make.OnlineShopFactory(product=product),
        "contract": make.ContractFactory(product=product),
        "chain": chain,
        "chain_link": make.ChainLinkFactory(chain=chain, commune=tree.ho_xa),
        "flagship": flagship,
        "gap_task": make.GapTaskFactory(flagship=flagship),
    }
    return SimpleNamespace(
        people=people,
        attendance=attendance,
        outreach=outreach_file.event,
        outreach_file=outreach_file,
        news=news_file.item,
        news_file=news_file,
        document=document_file.document,
        document_file=document_file,
        training=attendance.training,
        promotion=promotion,
        working=working,
        works=works,
        visit_file=visit_file,
        slot=make.PaperSlotFactory(entry=entry, paper=make.PaperFactory(entry=entry)),
        plan=task.plan,
        task=task,
        body=make.SteeringBodyFactory(unit=tree.ho_xa),
        unit=tree.ho_xa,
        district=tree.district,
        feed=make_feed(user=people["commune"]),
        holiday=Holiday.objects.create(day="2020-09-02", occasion="national", source="Luật"),
        # Without a scan the portal is not well.
        scan=Scan.objects.create(finished_at=timezone.now()),
        producer=producer,
        product=product,
        feedback=voice.send(producer=producer, kind="quality", words="Thử"),
        photo=make.ProductPhotoFactory(product=product),
        rated=rated,
        cycle=cycle,
        entry=entry,
        paper=make.PaperFactory(entry=entry),
        filled=make.filled_idea(entry, people["commune"]),
        leave=ResubmissionLeave.objects.create(
            entry=entry, returned_at=entry.state_since, reason="Mưa lũ", asked_by=people["commune"]
        ),
        comment=make.comment_with_file(entry, people["commune"]),
        self_assessment=make.SelfAssessmentFactory(entry=entry),
        council=council,
        draft=draft,
        substitution=Substitution.objects.create(
            round=draft,
            principal=council.seats.get(position="member"),
            substitute=council.seats.get(position="chair"),
            reason="Vắng",
            called_by=people["secretary"],
        ),
        open=open_round,
        candidate=candidate,
        frozen_paper=candidate.entry.papers.filter(kind="idea").get(),
        frozen_photo=frozen_photo(candidate),
        sheet=start_sheet(candidate=candidate, user=people["member"]),
        tallying=tallying,
        scored=scored_round(council, people["secretary"]),
        late_sheet=late_sheet,
        closed=closed,
        closed_sheet=Sheet.objects.get(candidate__round=closed, seat__user=people["member"]),
        closed_result=Result.objects.get(candidate__round=closed),
        recognition=recognition,
        referral=make.ReferralFactory(
            result=Result.objects.get(candidate__round=closed), to_unit=gio_linh
        ),
        complaint=complaint,
        complaint_paper=make.ComplaintPaperFactory(complaint=complaint),
        job=make.ImportRowFactory(job__by=people["commune"]).job,
        law_scan=(law_scan := shelf.document()),
        comparison=shelf.checked(shelf.in_file(1), document=law_scan, ticked=1),
        law_draft=shelf.version(shelf.corrected(), "draft"),
        sent_in=shelf.sent_in(),
        notice=Notice.objects.create(
            recipient=people["commune"],
            kind="test",
            key="k",
            due_on="2020-10-31",
            offset=0,
            title="Việc",
            url="/nhac-viec/",
        ),
    )


def scored_round(council, by):
    """A round whose scoring has ended, every sheet handed in."""
    found = make.open_round(council=council)
    for user in make.scorers(council):
        make.scored_sheet(found.candidates.get(), user, total=72)
    return rounds.end_scoring(round_=found, by=by)


def frozen_photo(candidate):
    """A paper of the frozen dossier that is a picture, which is its own only page."""
    found = candidate.entry.papers.filter(kind="organisation").get()
    found.content_type = "image/png"
    found.save()
    return found


def names_of_all_addresses() -> set[str]:
    """Every named address; an address without a name fails the test that asks."""
    found = set()

    def walk(resolver, namespaces=()):
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
                walk(pattern, inner)
            elif str(pattern.pattern).startswith("^anh/"):
                continue  # public photos, served by Django in development only
            else:
                assert pattern.name, f"{pattern.pattern} has no name"
                found.add(":".join([*namespaces, pattern.name]))

    walk(get_resolver())
    return found


class Table(TestCase):
    """Asks addresses of the table as its people, and what the answers tell of the planted sheet."""

    @classmethod
    def setUpTestData(cls):
        cls.world = build()
        plant(cls.world)
        cls.table = table(cls.world)

    def setUp(self):
        self.clients = {"visitor": Client()}
        for name, user in self.world.people.items():
            self.clients[name] = Client()
            self.clients[name].force_login(user)
            with_second_factor(self.clients[name])

    def check(self, name, who):
        """GET and POST the address; what is wrong with the answers."""
        args, allowed = self.table[name]
        url = reverse(name, args=args)
        wanted = expected(who, allowed)
        wrong = []
        for method in ("get", "post"):
            outcome, leaks = self.outcome(self.clients[who], method, url, DATA.get(name, {}))
            asked = f"{method.upper()} {name} by {who}"
            wrong += [f"{asked} tells {text}" for text in leaks]
            if outcome == "no such method" and wanted != "login":
                continue
            if outcome != wanted:
                wrong.append(f"{asked}: {outcome}, not {wanted}")
        return wrong

    @staticmethod
    def outcome(client, method, url, data) -> tuple[str, list[str]]:
        """ "in", "refused", "login" or "no such method", and what is told of the planted sheet.

        What the request changed is undone.
        """
        with transaction.atomic():
            response = getattr(client, method)(url, data)
            leaks = told(response)
            transaction.set_rollback(True)
        if response.status_code in (301, 302) and "/tai-khoan/dang-nhap/" in response["Location"]:
            return "login", leaks
        if response.status_code in (403, 404):
            return "refused", leaks
        if response.status_code == 405:
            return "no such method", leaks
        assert response.status_code < 500, f"{method} {url}: {response.status_code}"
        return "in", leaks


@pytest.mark.any_database
class EveryThird(Table):
    """Every third address by everybody; `First`, `Second` and `Third` share the work."""

    __test__ = False
    turn = None

    def test_who_the_table_names_gets_in_and_nobody_else(self):
        names = sorted(self.table)[self.turn :: 3]
        wrong = [fault for name in names for who in self.clients for fault in self.check(name, who)]
        assert not wrong, "\n".join(wrong)


class First(EveryThird):
    __test__ = True
    turn = 0


class Second(EveryThird):
    __test__ = True
    turn = 1


class Third(EveryThird):
    __test__ = True
    turn = 2


@pytest.mark.slow(seconds=1)
class Addresses(TestCase):
    def test_every_address_is_in_the_table_and_no_other(self):
        ours = {name for name in names_of_all_addresses() if not name.startswith(ALLAUTH)}
        in_table = set(table(build()))
        assert in_table - ours == set(), "in the table, but no such address"
        assert ours - in_table == set(), "not in the table"


@pytest.mark.in_short
@pytest.mark.slow(seconds=20)
class InShort(Table):
    """Every address by one who gets in and one who does not: the queries of all, on this database."""

    def test_one_whom_the_table_names_gets_in_and_one_of_the_others_does_not(self):
        wrong = []
        for name, (_args, allowed) in sorted(self.table.items()):
            outcomes = {expected(who, allowed): who for who in ("visitor", *PEOPLE)}
            for outcome in {"in", "refused"} & set(outcomes):
                wrong += self.check(name, outcomes[outcome])
        assert not wrong, "\n".join(wrong)


def expected(who: str, allowed) -> str:
    if allowed == EVERYONE:
        return "in"
    if who == "visitor":
        return "login"
    if allowed == SIGNED_IN or who in allowed:
        return "in"
    return "refused"


pytestmark = pytest.mark.slow(seconds=60)
