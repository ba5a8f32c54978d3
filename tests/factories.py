"""Objects for tests: factories for single rows, builders for the situations that tests start from.

Products and councils made here are samples by name, so that no made-up mark ever stands beside a
real producer. Builders put rows where the portal's own functions would have put them; a test of
those functions calls the functions.
"""

import datetime
import hashlib
from itertools import count
from types import SimpleNamespace

import factory
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.files.base import ContentFile
from django.utils import timezone
from factory.django import DjangoModelFactory, Password

from communes.models import (
    Attendance,
    Document,
    DocumentFile,
    NewsFile,
    NewsItem,
    OutreachEvent,
    OutreachFile,
    Producer,
    Role,
    SteeringBody,
    TrainingClass,
    Unit,
    UnitSuccession,
)
from communes.units import rebuild_cover
from evaluation import rounds
from evaluation.models import (
    Candidate,
    Complaint,
    ComplaintPaper,
    Conflict,
    Council,
    Mark,
    Recognition,
    Referral,
    ReferralPackage,
    Round,
    Seat,
    Sheet,
)
from evaluation.sheets import start_sheet, submit_sheet
from ocop_portal import law
from ocop_portal.accounts.models import User
from ocop_portal.exchange.models import Import, Row
from ocop_portal.reminders.models import Notice
from products import filled_forms
from products.cycle import BY_NAME, STEP_OF_STATE
from products.models import (
    Chain,
    ChainLink,
    Comment,
    Contract,
    Cycle,
    CycleStep,
    Entry,
    EntryEvent,
    Fair,
    FairPhoto,
    FairProduct,
    FilledForm,
    Flagship,
    GapTask,
    Grant,
    Milestone,
    OnlineShop,
    Paper,
    PaperSlot,
    Plan,
    PlanTask,
    Problem,
    Product,
    ProductPhoto,
    PublicRating,
    SalesPoint,
    SelfAssessment,
    Spending,
    Step,
    Visit,
    VisitFile,
)

PASSWORD = "mat-khau-mau-1"
S = Entry.State

# --- One row at a time ------------------------------------------------------------------------


class UserFactory(DjangoModelFactory):
    """A person with `PASSWORD`, without any role."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"nguoi{n}")
    full_name = factory.Sequence(lambda n: f"Nguyễn Văn Mẫu {n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.vn")
    password = Password(PASSWORD)


class UnitFactory(DjangoModelFactory):
    """A commune on its own; `rebuild_cover()` is the caller's to call once the tree stands."""

    class Meta:
        model = Unit

    code = factory.Sequence(lambda n: f"{90000 + n}")
    kind = "Xã"
    name = factory.Sequence(lambda n: f"Mẫu {n}")
    level = Unit.Level.COMMUNE


class UnitSuccessionFactory(DjangoModelFactory):
    class Meta:
        model = UnitSuccession

    predecessor = factory.SubFactory(UnitFactory)
    successor = factory.SubFactory(UnitFactory)
    on = datetime.date(2020, 1, 1)


class RoleFactory(DjangoModelFactory):
    """A role in force from 2019 on, without an end."""

    class Meta:
        model = Role

    user = factory.SubFactory(UserFactory)
    kind = Role.Kind.DISTRICT_OFFICER
    unit = factory.LazyFunction(lambda: vinh_linh().district)
    since = datetime.date(2019, 1, 1)


class ProducerFactory(DjangoModelFactory):
    """A co-operative in Hồ Xá."""

    class Meta:
        model = Producer

    name = factory.Sequence(lambda n: f"Hợp tác xã mẫu {n}")
    legal_form = Producer.LegalForm.COOPERATIVE
    unit = factory.LazyFunction(lambda: vinh_linh().ho_xa)
    is_sample = True


class ProductFactory(DjangoModelFactory):
    """A product of set 1 (fresh vegetables, fruit) under Decision 1048."""

    class Meta:
        model = Product

    name = factory.Sequence(lambda n: f"Sản phẩm mẫu {n}")
    producer = factory.SubFactory(ProducerFactory)
    decision = "1048-2019"
    set_number = 1
    is_sample = True


class ProductPhotoFactory(DjangoModelFactory):
    class Meta:
        model = ProductPhoto

    product = factory.SubFactory(ProductFactory)
    image = factory.django.ImageField(width=60, height=40, color="darkgreen")
    thumbnail = factory.django.ImageField(width=30, height=20, color="darkgreen")
    uploaded_by = factory.SubFactory(UserFactory)


class CycleFactory(DjangoModelFactory):
    """An open cycle of Vĩnh Linh with its six steps, without dates; a year of its own each time."""

    class Meta:
        model = Cycle
        skip_postgeneration_save = True

    unit = factory.LazyFunction(lambda: vinh_linh().district)
    year = factory.LazyAttribute(lambda cycle: _next_year(cycle.unit))
    decision = "1048-2019"

    @factory.post_generation
    def steps(self, create, extracted, **kwargs):
        """`steps={5: (first day, last day)}` gives a step its planned dates."""
        dates = extracted or {}
        for step in Step:
            starts_on, due_on = dates.get(step.value, (None, None))
            CycleStep.objects.create(cycle=self, number=step, starts_on=starts_on, due_on=due_on)


class EntryFactory(DjangoModelFactory):
    """An idea still being written; `entry_in` gives the other states."""

    class Meta:
        model = Entry

    cycle = factory.SubFactory(CycleFactory)
    product = factory.SubFactory(ProductFactory)
    set_number = factory.SelfAttribute("product.set_number")
    created_by = factory.SubFactory(UserFactory)


class EntryEventFactory(DjangoModelFactory):
    class Meta:
        model = EntryEvent

    entry = factory.SubFactory(EntryFactory)
    action = "enter"
    to_state = S.IDEA_DRAFT
    by = factory.SelfAttribute("entry.created_by")


class PaperFactory(DjangoModelFactory):
    """A stored PDF; each has a content of its own."""

    class Meta:
        model = Paper

    entry = factory.SubFactory(EntryFactory)
    kind = "idea"
    original_name = factory.LazyAttribute(lambda paper: f"{paper.kind}.pdf")
    content_type = "application/pdf"
    file = factory.LazyAttributeSequence(
        lambda paper, n: ContentFile(pdf_bytes(f"{paper.kind} {n}"), name=f"{paper.kind}-{n}.pdf")
    )
    size = factory.LazyAttribute(lambda paper: paper.file.size)
    sha256 = factory.LazyAttribute(lambda paper: _sha256(paper.file))
    uploaded_by = factory.SelfAttribute("entry.created_by")


class SelfAssessmentFactory(DjangoModelFactory):
    """A producer's own sheet of 72 points, four stars, that stands beside the dossier."""

    class Meta:
        model = SelfAssessment

    entry = factory.SubFactory(EntryFactory)
    decision = factory.SelfAttribute("entry.cycle.decision")
    set_number = factory.SelfAttribute("entry.set_number")
    digest = "0" * 64
    choices = factory.LazyFunction(lambda: {"1.1": 1})
    points = factory.LazyFunction(lambda: {"1.1": 1})
    parts = factory.LazyFunction(lambda: {"A": 25, "B": 17, "C": 30})
    total = 72
    stars = 4
    query = "qd=1048-2019&bo=1"
    attached_by = factory.SelfAttribute("entry.created_by")


class SteeringBodyFactory(DjangoModelFactory):
    """A steering body that works from 2019 on."""

    class Meta:
        model = SteeringBody

    unit = factory.LazyFunction(lambda: vinh_linh().ho_xa)
    kind = SteeringBody.Kind.STEERING
    name = factory.Sequence(lambda n: f"Ban chỉ đạo mẫu {n}")
    since = datetime.date(2019, 1, 1)


class TrainingClassFactory(DjangoModelFactory):
    class Meta:
        model = TrainingClass

    unit = factory.LazyFunction(lambda: vinh_linh().district)
    title = factory.Sequence(lambda n: f"Lớp tập huấn mẫu {n}")
    level = TrainingClass.Level.PROVINCE
    starts_on = datetime.date(2019, 11, 5)


class AttendanceFactory(DjangoModelFactory):
    class Meta:
        model = Attendance

    training = factory.SubFactory(TrainingClassFactory)
    unit = factory.LazyFunction(lambda: vinh_linh().ho_xa)
    person = factory.Sequence(lambda n: f"Người mẫu {n}")


class OutreachEventFactory(DjangoModelFactory):
    """A meeting in Hồ Xá in 2019, people counted."""

    class Meta:
        model = OutreachEvent

    unit = factory.LazyFunction(lambda: vinh_linh().ho_xa)
    kind = "Hội nghị"
    title = factory.Sequence(lambda n: f"Hội nghị mẫu {n}")
    held_on = datetime.date(2019, 11, 5)
    people = 40
    women = 15


class OutreachFileFactory(DjangoModelFactory):
    class Meta:
        model = OutreachFile

    event = factory.SubFactory(OutreachEventFactory)
    file = factory.LazyFunction(lambda: ContentFile(pdf_bytes("biên bản"), "bien-ban.pdf"))
    original_name = "bien-ban.pdf"
    content_type = "application/pdf"
    size = 100
    sha256 = factory.Sequence(lambda n: f"{n:064d}")


class NewsItemFactory(DjangoModelFactory):
    """A published piece of news of Hồ Xá; `published_at=None` makes a draft."""

    class Meta:
        model = NewsItem

    unit = factory.LazyFunction(lambda: vinh_linh().ho_xa)
    title = factory.Sequence(lambda n: f"Tin mẫu {n}")
    text = "Nội dung mẫu."
    day = datetime.date(2020, 5, 4)
    published_at = factory.LazyFunction(timezone.now)


class DocumentFactory(DjangoModelFactory):
    """A published form of Hồ Xá, without a file; `published_at=None` makes a draft."""

    class Meta:
        model = Document

    unit = factory.LazyFunction(lambda: vinh_linh().ho_xa)
    kind = Document.Kind.FORM
    title = factory.Sequence(lambda n: f"Biểu mẫu thử {n}")
    published_at = factory.LazyFunction(timezone.now)


class _PdfFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    file = factory.LazyFunction(lambda: ContentFile(pdf_bytes("mẫu"), "mau.pdf"))
    original_name = "mau.pdf"
    content_type = "application/pdf"
    size = 100
    sha256 = factory.Sequence(lambda n: f"{n:064d}")


class NewsFileFactory(_PdfFactory):
    class Meta:
        model = NewsFile

    item = factory.SubFactory(NewsItemFactory)


class DocumentFileFactory(_PdfFactory):
    class Meta:
        model = DocumentFile

    document = factory.SubFactory(DocumentFactory)


class PlanFactory(DjangoModelFactory):
    """A plan of Vĩnh Linh for 2019 and 2020, with a scan."""

    class Meta:
        model = Plan

    unit = factory.LazyFunction(lambda: vinh_linh().district)
    number = factory.Sequence(lambda n: f"{n + 1}/KH-UBND")
    title = "Kế hoạch mẫu"
    first_year = 2019
    last_year = 2020
    file = factory.LazyFunction(lambda: ContentFile(pdf_bytes("kế hoạch"), "ke-hoach.pdf"))
    original_name = "ke-hoach.pdf"
    content_type = "application/pdf"


class PlanTaskFactory(DjangoModelFactory):
    class Meta:
        model = PlanTask

    plan = factory.SubFactory(PlanFactory)
    year = 2019
    words = factory.Sequence(lambda n: f"Việc mẫu {n}")


class PublicRatingFactory(DjangoModelFactory):
    """A council's published result: 72 points, four stars, not certified."""

    class Meta:
        model = PublicRating

    product = factory.SubFactory(ProductFactory)
    kind = PublicRating.Kind.COUNCIL
    key = factory.Sequence(lambda n: f"test:{n}")
    year = 2019
    is_current = True
    stars = 4
    level = "district"
    points = "72/1"
    part_points = factory.LazyFunction(lambda: {"A": "25/1", "B": "17/1", "C": "30/1"})


class CouncilFactory(DjangoModelFactory):
    """A council of the district without seats; `council_with` fills it."""

    class Meta:
        model = Council

    unit = factory.LazyFunction(lambda: vinh_linh().district)
    name = factory.Sequence(lambda n: f"Hội đồng mẫu {n}")
    decision_number = factory.Sequence(lambda n: f"{n}/QĐ-UBND")
    decided_on = datetime.date(2019, 10, 1)
    is_sample = True


class SeatFactory(DjangoModelFactory):
    class Meta:
        model = Seat

    council = factory.SubFactory(CouncilFactory)
    user = factory.SubFactory(UserFactory)
    position = Seat.Position.MEMBER
    scores = factory.LazyAttribute(lambda seat: seat.position != Seat.Position.SUPPORT)


class RoundFactory(DjangoModelFactory):
    """A district round in preparation, marks due in a week.

    It meets before 8/6/2020: from then on 781/QĐ-TTg has the council answer questions by hand.
    """

    class Meta:
        model = Round

    council = factory.SubFactory(CouncilFactory)
    cycle = factory.SubFactory(CycleFactory)
    level = "district"
    decision = factory.SelfAttribute("cycle.decision")
    name = factory.Sequence(lambda n: f"Đợt đánh giá mẫu {n}")
    meets_on = datetime.date(2019, 11, 15)
    scoring_due = factory.LazyFunction(lambda: timezone.now() + datetime.timedelta(days=7))
    created_by = factory.SubFactory(UserFactory)


class CandidateFactory(DjangoModelFactory):
    class Meta:
        model = Candidate

    round = factory.SubFactory(RoundFactory)
    entry = factory.LazyAttribute(lambda row: entry_in(S.READY, cycle=row.round.cycle))
    number = factory.LazyAttribute(lambda row: row.round.candidates.count() + 1)


class SheetFactory(DjangoModelFactory):
    class Meta:
        model = Sheet

    candidate = factory.SubFactory(CandidateFactory)
    seat = factory.LazyAttribute(lambda row: SeatFactory(council=row.candidate.round.council))


class ConflictFactory(DjangoModelFactory):
    class Meta:
        model = Conflict

    candidate = factory.SubFactory(CandidateFactory)
    seat = factory.LazyAttribute(lambda row: SeatFactory(council=row.candidate.round.council))
    kind = Conflict.Kind.KIN


class RecognitionFactory(DjangoModelFactory):
    """The province recognises four stars, for three years from today; nobody is told of it yet."""

    class Meta:
        model = Recognition

    product = factory.SubFactory(ProductFactory)
    producer = factory.SelfAttribute("product.producer")
    stars = 4
    level = "province"
    authority = "Ủy ban nhân dân tỉnh Quảng Trị"
    decision_number = factory.Sequence(lambda n: f"{n}/QĐ-UBND")
    decided_on = factory.LazyFunction(timezone.localdate)
    valid_until = factory.LazyFunction(
        lambda: timezone.localdate() + datetime.timedelta(days=3 * 365)
    )


class ComplaintFactory(DjangoModelFactory):
    """A complaint about a recognition, received today, without an answer or a time for it."""

    class Meta:
        model = Complaint

    recognition = factory.SubFactory(RecognitionFactory)
    complainant = factory.Sequence(lambda n: f"Nguyễn Văn Mẫu {n}")
    received_on = factory.LazyFunction(timezone.localdate)
    content = "Đề nghị xem lại hạng sao đã công nhận."
    recorded_by = factory.SubFactory(UserFactory)


class ComplaintPaperFactory(DjangoModelFactory):
    """A PDF that came with a complaint; each has a content of its own."""

    class Meta:
        model = ComplaintPaper

    complaint = factory.SubFactory(ComplaintFactory)
    original_name = factory.Sequence(lambda n: f"don-{n}.pdf")
    content_type = "application/pdf"
    file = factory.LazyAttributeSequence(
        lambda paper, n: ContentFile(pdf_bytes(f"khieu-nai {n}"), name=f"khieu-nai-{n}.pdf")
    )
    size = factory.LazyAttribute(lambda paper: paper.file.size)
    sha256 = factory.LazyAttribute(lambda paper: _sha256(paper.file))
    uploaded_by = factory.SelfAttribute("complaint.recorded_by")


class ReferralPackageFactory(DjangoModelFactory):
    """Some bytes that stand for a round's package."""

    class Meta:
        model = ReferralPackage

    file = factory.LazyFunction(lambda: ContentFile(b"PK", "goi.zip"))
    size = 2
    sha256 = factory.LazyAttribute(lambda package: _sha256(package.file))


class ReferralFactory(DjangoModelFactory):
    """A result of a closed round that was sent to Quảng Trị today, without a day for the answer."""

    class Meta:
        model = Referral

    result = factory.LazyFunction(
        lambda: closed_round(publish=True).candidates.get().result  # 72 points under 1048
    )
    package = factory.LazyAttribute(
        lambda row: ReferralPackageFactory(round=row.result.candidate.round)
    )
    to_level = "province"
    to_unit = factory.LazyFunction(lambda: vinh_linh().province)
    sent_by = factory.SubFactory(UserFactory)


class NoticeFactory(DjangoModelFactory):
    class Meta:
        model = Notice

    recipient = factory.SubFactory(UserFactory)
    kind = "cycle-step"
    key = factory.Sequence(lambda n: f"entry:{n}:step:2")
    offset = -3
    due_on = factory.LazyFunction(timezone.localdate)
    title = factory.Sequence(lambda n: f"Việc mẫu {n}")
    text = "Cần làm xong trước hạn."
    url = "/lam-viec/"


class ImportFactory(DjangoModelFactory):
    """An upload from Excel that was read and waits to be confirmed; its file is none."""

    class Meta:
        model = Import

    by = factory.SubFactory(UserFactory)
    original_name = "so-lieu.xlsx"
    size = 1
    sha256 = "0" * 64
    state = Import.State.PREVIEW


class ImportRowFactory(DjangoModelFactory):
    """A row that was refused."""

    class Meta:
        model = Row

    job = factory.SubFactory(ImportFactory)
    sheet = "Chủ thể"
    kind = "producer"
    rank = 1
    number = factory.Sequence(lambda n: n + 2)
    values = factory.LazyFunction(lambda: {"name": "Chủ thể mẫu"})
    outcome = Row.Outcome.REFUSED
    faults = factory.LazyFunction(
        lambda: [{"column": "unit", "heading": "Xã, thị trấn", "letter": "C", "why": "Để trống."}]
    )


# --- Places and people ------------------------------------------------------------------------


def vinh_linh() -> SimpleNamespace:
    """Quảng Trị, Huyện Vĩnh Linh and two of its communes; the same rows on every call."""
    found = {
        unit.code: unit
        for unit in Unit.objects.filter(
            code__in=["45", "464", "19363", "19402"], valid_from__isnull=True
        )
    }
    if len(found) < 4:
        province = found.get("45") or UnitFactory(
            code="45", kind="Tỉnh", name="Quảng Trị", level=Unit.Level.PROVINCE
        )
        district = found.get("464") or UnitFactory(
            code="464",
            kind="Huyện",
            name="Vĩnh Linh",
            level=Unit.Level.DISTRICT,
            parent=province,
        )
        ho_xa = found.get("19363") or UnitFactory(
            code="19363", kind="Thị trấn", name="Hồ Xá", parent=district
        )
        vinh_thuy = found.get("19402") or UnitFactory(
            code="19402", kind="Xã", name="Vĩnh Thủy", parent=district
        )
        rebuild_cover()
        found = {"45": province, "464": district, "19363": ho_xa, "19402": vinh_thuy}
    return SimpleNamespace(
        province=found["45"],
        district=found["464"],
        ho_xa=found["19363"],
        vinh_thuy=found["19402"],
    )


def second_factor(user) -> Authenticator:
    """Give a person a TOTP device, so that the portal lets them in where one is required."""
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return found or TOTP.activate(user, generate_totp_secret()).instance


def officer(kind=Role.Kind.DISTRICT_OFFICER, unit=None, **user_fields) -> User:
    """A person with one role today; an administrator gets a second factor with it.

    Without `unit`: Hồ Xá for a commune officer, Huyện Vĩnh Linh for everybody else.
    """
    if unit is None:
        tree = vinh_linh()
        unit = tree.ho_xa if kind == Role.Kind.COMMUNE_OFFICER else tree.district
    role = RoleFactory(kind=kind, unit=unit, user=UserFactory(**user_fields))
    if kind == Role.Kind.ADMINISTRATOR:
        second_factor(role.user)
    return role.user


def council_with(members: int = 3, **fields) -> Council:
    """A council of so many scoring members, the chair first among them.

    Beside them a secretary (with a second factor) and one of the support team, who do not score.
    """
    council = CouncilFactory(**fields)
    for number in range(members):
        position = Seat.Position.CHAIR if number == 0 else Seat.Position.MEMBER
        SeatFactory(
            council=council,
            position=position,
            user=officer(Role.Kind.COUNCIL_MEMBER, council.unit),
        )
    secretary = officer(Role.Kind.COUNCIL_MEMBER, council.unit)
    second_factor(secretary)
    SeatFactory(council=council, position=Seat.Position.SECRETARY, scores=False, user=secretary)
    SeatFactory(
        council=council,
        position=Seat.Position.SUPPORT,
        user=officer(Role.Kind.SUPPORT_TEAM, council.unit),
    )
    return council


def scorers(council: Council) -> list[User]:
    """The council's scoring members, the chair first."""
    return [seat.user for seat in council.seats.filter(scores=True).select_related("user")]


def person_in(council: Council, position: str) -> User:
    """Who holds this position: "chair", "secretary", "support", or the first plain "member"."""
    return council.seats.filter(position=position).select_related("user").first().user


# --- An entry anywhere in the cycle -----------------------------------------------------------

# The moves that lead from the first idea to each state; two of them through a return.
_MAIN_LINE = (
    "register_idea",
    "accept_idea",
    "submit_plan",
    "approve_plan",
    "report_implementation",
    "submit_dossier",
    "accept_dossier",
    "open_evaluation",
    "record_result",
    "start_promotion",
)
_SIDE_WAYS = {
    S.IDEA_RETURNED: ("register_idea", "return_idea"),
    S.PLAN_RETURNED: ("register_idea", "accept_idea", "submit_plan", "return_plan"),
    S.WITHDRAWN: ("withdraw",),
}


def entry_in(state=S.IDEA_DRAFT, *, papers: bool = True, by=None, **fields) -> Entry:
    """An entry that stands in `state`, with the papers and events of the way there.

    Rated entries have no result: only a round writes those. `papers=False` leaves the dossier
    empty. Other fields go to `EntryFactory` (`cycle=…`, `product=…`, `product__set_number=…`).
    """
    if by is not None:
        fields["created_by"] = by
    entry = EntryFactory(state=state, idea="Sản phẩm của địa phương.", **fields)
    EntryEventFactory(entry=entry)
    path = _path_to(state)
    before = S.IDEA_DRAFT
    for name in path:
        after = BY_NAME[name].target
        EntryEventFactory(
            entry=entry,
            action=name,
            from_state=before,
            to_state=after,
            reason="Đã xem xét." if BY_NAME[name].needs_reason else "",
        )
        before = after
    entry.step = Step.IDEA if state == S.WITHDRAWN else STEP_OF_STATE[state]
    entry.save()
    if papers:
        add_papers(entry, by_step=_papers_step(path))
    return entry


def _path_to(state) -> tuple[str, ...]:
    if state == S.IDEA_DRAFT:
        return ()
    if state in _SIDE_WAYS:
        return _SIDE_WAYS[state]
    names = [BY_NAME[name].target for name in _MAIN_LINE]
    return _MAIN_LINE[: names.index(state) + 1]


def _papers_step(path) -> int:
    if "submit_dossier" in path:
        return Step.EVALUATION
    if "submit_plan" in path:
        return Step.PLAN
    return Step.IDEA if "register_idea" in path else 0


def add_papers(entry: Entry, *, by_step: int = Step.EVALUATION) -> list[Paper]:
    """Every mandatory paper of the Decision's list that is due up to a step (2–5)."""
    made = []
    for item in entry.cycle.law.dossier:
        if not item.mandatory or item.due_step > by_step:
            continue
        if item.form == "physical":
            made.append(
                PaperFactory(
                    entry=entry,
                    kind=item.code,
                    file="",
                    size=0,
                    sha256="",
                    original_name="",
                    content_type="",
                    quantity=item.quantity,
                )
            )
        else:
            made.append(PaperFactory(entry=entry, kind=item.code))
    return made


# --- Forms filled in on screen, the thread ------------------------------------------------------


def filled_idea(entry: Entry, by, **texts) -> FilledForm:
    """A complete draft of the idea form (Biểu 02)."""
    form = filled_forms.form_of(entry, "idea")
    answers = {field.code: "Nội dung mẫu." for field in form.fields}
    draft = filled_forms.draft_of(entry, "idea")
    return filled_forms.save_draft(
        entry=entry,
        kind="idea",
        by=by,
        texts=answers | texts,
        seen=filled_forms.stamp(draft),
    )


def comment_with_file(entry: Entry, by) -> Comment:
    """A comment of the commune with a PDF."""
    content = pdf_bytes("trao đổi")
    return Comment.objects.create(
        entry=entry,
        by=by,
        side=Comment.Side.COMMUNE,
        office="Cán bộ xã",
        text="Gửi huyện xem.",
        file=ContentFile(content, name="trao-doi.pdf"),
        original_name="trao-doi.pdf",
        content_type="application/pdf",
        size=len(content),
    )


# --- A round ready to score, a sheet filled in ------------------------------------------------


def open_round(
    *, candidates: int = 1, council: Council | None = None, members: int = 3, entries=(), **fields
) -> Round:
    """A round open for scoring, opened by the portal's own function.

    `entries` (all READY, in one cycle) or so many new ones of set 1.
    """
    council = council or council_with(members)
    entries = list(entries)
    cycle = fields.pop("cycle", None) or (
        entries[0].cycle if entries else CycleFactory(unit=council.unit)
    )
    entries = entries or [entry_in(S.READY, cycle=cycle) for _n in range(candidates)]
    round_ = RoundFactory(council=council, cycle=cycle, **fields)
    by = person_in(council, Seat.Position.SECRETARY)
    for entry in entries:
        rounds.add_candidate(round_=round_, entry=entry, by=by)
    return rounds.open_round(round_=round_, by=by)


def options_for(
    criteria: law.CriteriaSet, *, total: int | None = None, parts: dict[str, int] | None = None
) -> dict[str, int]:
    """Real options (leaf code → option number, 0 "none of these") that add up as asked.

    `parts` as {"A": 31, "B": 24, "C": 38}, or `total` (spread over the parts from the top). No
    rule bites: gates are not struck, conditional criteria apply, one case of several is chosen.
    ValueError where no such sheet exists.
    """
    if parts is None:
        if total is None:
            raise ValueError("say a total or the parts")
        parts = _split(criteria, total)
    chosen: dict[str, int] = {}
    for part, wanted in parts.items():
        found = _reachable(criteria, part).get(wanted)
        if found is None:
            raise ValueError(f"part {part} cannot add up to {wanted}")
        chosen.update(found)
    if total is not None and sum(parts.values()) != total:
        raise ValueError("the parts do not add up to the total")
    return chosen


def _reachable(criteria: law.CriteriaSet, part: str) -> dict[int, dict[str, int]]:
    """Sum of points → one way to reach it in this part."""
    never_zero = {code for rule in criteria.gates for code in rule.when_zero}
    not_these: dict[str, set[int]] = {}
    for rule in criteria.rules:
        for code, numbers in rule.not_when:
            not_these.setdefault(code, {0}).update(numbers)
    other_cases = {
        leaf.code
        for criterion in criteria.criteria
        if criterion.mode == "one_of"
        for case in criterion.children[1:]
        for leaf in case.walk()
    }
    # "None of these" in the chosen case would leave the other cases to be answered.
    chosen_cases = {
        leaf.code
        for criterion in criteria.criteria
        if criterion.mode == "one_of"
        for leaf in criterion.children[0].walk()
    }
    ways: dict[int, dict[str, int]] = {0: {}}
    for leaf in criteria.leaves:
        if leaf.part != part or leaf.code in other_cases:
            continue
        levels = {option.points: option.number for option in reversed(leaf.options)}
        if leaf.code not in chosen_cases:
            levels.setdefault(0, 0)
        levels = {
            points: number
            for points, number in levels.items()
            if not (points == 0 and leaf.code in never_zero)
            and number not in not_these.get(leaf.code, ())
        }
        ways = {
            so_far + points: {**way, leaf.code: number}
            for so_far, way in ways.items()
            for points, number in sorted(levels.items())
        }
    return ways


def _split(criteria: law.CriteriaSet, total: int) -> dict[str, int]:
    """Points of each part that make up `total`, the parts filled about evenly."""
    reachable = {part.code: sorted(_reachable(criteria, part.code)) for part in criteria.parts}
    ways: dict[int, dict[str, int]] = {0: {}}
    for part in criteria.parts:
        share = total * part.points / 100
        nearest = sorted(reachable[part.code], key=lambda points: abs(points - share))
        following: dict[int, dict[str, int]] = {}
        for so_far, way in ways.items():
            for points in nearest:
                following.setdefault(so_far + points, {**way, part.code: points})
        ways = following
    if total not in ways:
        raise ValueError(f"no sheet adds up to {total}")
    return ways[total]


def options_with(criteria: law.CriteriaSet, points: dict[str, int]) -> dict[str, int]:
    """The best option of every criterion, but those with these points where `points` names it.

    Of several cases the first. ValueError where a criterion has no option of these points.
    """
    other_cases = {
        leaf.code
        for criterion in criteria.criteria
        if criterion.mode == "one_of"
        for case in criterion.children[1:]
        for leaf in case.walk()
    }
    chosen = {}
    for leaf in criteria.leaves:
        if leaf.code in other_cases:
            continue
        wanted = points.get(leaf.code, max(option.points for option in leaf.options))
        numbers = [option.number for option in leaf.options if option.points == wanted]
        if not numbers and wanted:
            raise ValueError(f"{leaf.code} has no option of {wanted} points")
        chosen[leaf.code] = numbers[0] if numbers else 0
    return chosen


def fill_sheet(
    sheet: Sheet,
    *,
    total: int | None = None,
    parts: dict[str, int] | None = None,
    options: dict[str, int] | None = None,
    submit: bool = True,
) -> Sheet:
    """Mark every criterion of a sheet and hand it in.

    `options` as they are (leaf code → option number), or real ones for a `total` or for `parts`.
    Marks are written straight to the table; tests of saving a mark call `sheets.save_mark`.
    """
    criteria = sheet.candidate.pinned_set.criteria
    if options is None:
        options = options_for(criteria, total=total, parts=parts)
    Mark.objects.bulk_create(
        [
            Mark(
                sheet=sheet,
                criterion=code,
                option=number,
                points=criteria.criterion(code).option(number).points if number else 0,
            )
            for code, number in options.items()
        ],
        update_conflicts=True,
        unique_fields=["sheet", "criterion"],
        update_fields=["option", "points", "at"],
    )
    return submit_sheet(sheet_id=sheet.pk, user=sheet.seat.user) if submit else sheet


def scored_sheet(candidate: Candidate, user, **how) -> Sheet:
    """Start this member's sheet for the candidate and fill it (see `fill_sheet`)."""
    return fill_sheet(start_sheet(candidate=candidate, user=user), **how)


def closed_round(*, totals=(72, 72, 72), publish: bool = False, **fields) -> Round:
    """A closed round; every candidate got these totals, one a member, the chair's first."""
    round_ = open_round(members=len(totals), **fields)
    by = person_in(round_.council, Seat.Position.SECRETARY)
    for candidate in round_.candidates.all():
        for user, total in zip(scorers(round_.council), totals, strict=True):
            scored_sheet(candidate, user, total=total)
    rounds.end_scoring(round_=round_, by=by)
    round_ = rounds.close_round(round_=round_, by=by)
    return rounds.publish_round(round_=round_, by=by) if publish else round_


# --- Files ------------------------------------------------------------------------------------


def pdf_bytes(text: str = "") -> bytes:
    """The smallest PDF with a content of its own."""
    return (
        b"%PDF-1.4\n%" + text.encode() + b"\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


def _sha256(file) -> str:
    file.seek(0)
    digest = hashlib.sha256(file.read()).hexdigest()
    file.seek(0)
    return digest


def _next_year(unit: Unit) -> int:
    """A year that the unit has no cycle in yet, from 2019 on."""
    taken = set(Cycle.objects.filter(unit=unit).values_list("year", flat=True))
    return next(year for year in count(2019) if year not in taken)


# --- Promotion, chains, flagship products -----------------------------------------------------


class FairFactory(DjangoModelFactory):
    """A fair that Vĩnh Linh sends people to."""

    class Meta:
        model = Fair

    unit = factory.LazyFunction(lambda: vinh_linh().district)
    name = factory.Sequence(lambda n: f"Hội chợ mẫu {n}")
    where = Fair.Place.OUTSIDE
    starts_on = datetime.date(2020, 5, 1)


class FairProductFactory(DjangoModelFactory):
    class Meta:
        model = FairProduct

    fair = factory.SubFactory(FairFactory)
    product = factory.SubFactory(ProductFactory)


class FairPhotoFactory(DjangoModelFactory):
    class Meta:
        model = FairPhoto

    fair = factory.SubFactory(FairFactory)
    file = factory.LazyFunction(lambda: ContentFile(b"\xff\xd8\xff", "anh.jpg"))
    content_type = "image/jpeg"
    original_name = "anh.jpg"


class SalesPointFactory(DjangoModelFactory):
    class Meta:
        model = SalesPoint

    product = factory.SubFactory(ProductFactory)
    name = factory.Sequence(lambda n: f"Cửa hàng mẫu {n}")
    kind = SalesPoint.Kind.SHOP
    address = "Số 1, đường mẫu"


class OnlineShopFactory(DjangoModelFactory):
    class Meta:
        model = OnlineShop

    product = factory.SubFactory(ProductFactory)
    platform = "Sàn mẫu"
    url = factory.Sequence(lambda n: f"https://ban.example/hang/{n}")


class ContractFactory(DjangoModelFactory):
    class Meta:
        model = Contract

    product = factory.SubFactory(ProductFactory)
    buyer = factory.Sequence(lambda n: f"Công ty mẫu {n}")
    file = factory.LazyFunction(lambda: ContentFile(pdf_bytes("hợp đồng"), "hop-dong.pdf"))
    original_name = "hop-dong.pdf"
    content_type = "application/pdf"


class ChainFactory(DjangoModelFactory):
    class Meta:
        model = Chain

    unit = factory.LazyFunction(lambda: vinh_linh().district)
    name = factory.Sequence(lambda n: f"Chuỗi mẫu {n}")
    goods = "Hồ tiêu"


class ChainLinkFactory(DjangoModelFactory):
    class Meta:
        model = ChainLink

    chain = factory.SubFactory(ChainFactory)
    part = ChainLink.Part.GROWER
    name = factory.Sequence(lambda n: f"Tổ hợp tác mẫu {n}")
    file = factory.LazyFunction(lambda: ContentFile(pdf_bytes("liên kết"), "lien-ket.pdf"))
    original_name = "lien-ket.pdf"
    content_type = "application/pdf"


class FlagshipFactory(DjangoModelFactory):
    class Meta:
        model = Flagship

    product = factory.SubFactory(ProductFactory)
    target_star = 4
    level = Flagship.Level.PROVINCE
    year = 2026


class GapTaskFactory(DjangoModelFactory):
    class Meta:
        model = GapTask

    flagship = factory.SubFactory(FlagshipFactory)
    words = factory.Sequence(lambda n: f"Việc nâng hạng mẫu {n}")


class MilestoneFactory(DjangoModelFactory):
    """A milestone of step 4, not done. `entry`: of any state; the services look at it."""

    class Meta:
        model = Milestone

    entry = factory.SubFactory(EntryFactory, state=Entry.State.IMPLEMENTING)
    name = factory.Sequence(lambda n: f"Mốc việc mẫu {n}")
    due_on = datetime.date(2020, 6, 1)


class VisitFactory(DjangoModelFactory):
    class Meta:
        model = Visit

    entry = factory.SubFactory(EntryFactory, state=Entry.State.IMPLEMENTING)
    visited_on = datetime.date(2020, 6, 1)
    by_whom = "Cán bộ mẫu"
    findings = factory.Sequence(lambda n: f"Nhận xét mẫu {n}")


class VisitFileFactory(DjangoModelFactory):
    class Meta:
        model = VisitFile

    visit = factory.SubFactory(VisitFactory)
    file = factory.LazyFunction(lambda: ContentFile(b"\xff\xd8\xff", "anh.jpg"))
    original_name = "anh.jpg"
    content_type = "image/jpeg"
    size = 100
    sha256 = factory.Sequence(lambda n: f"{n:064d}")


class GrantFactory(DjangoModelFactory):
    """Support of one million đồng from the district."""

    class Meta:
        model = Grant

    entry = factory.SubFactory(EntryFactory, state=Entry.State.IMPLEMENTING)
    kind = "Bao bì, nhãn mác"
    amount = 1_000_000
    source = "Ngân sách huyện"
    decided_on = datetime.date(2020, 6, 1)
    decision_number = factory.Sequence(lambda n: f"{n}/QĐ-UBND")


class SpendingFactory(DjangoModelFactory):
    class Meta:
        model = Spending

    entry = factory.SubFactory(EntryFactory, state=Entry.State.IMPLEMENTING)
    what = factory.Sequence(lambda n: f"Khoản chi mẫu {n}")
    amount = 2_000_000
    source = Spending.Source.OWN
    spent_on = datetime.date(2020, 6, 1)


class ProblemFactory(DjangoModelFactory):
    class Meta:
        model = Problem

    entry = factory.SubFactory(EntryFactory, state=Entry.State.IMPLEMENTING)
    what = factory.Sequence(lambda n: f"Vướng mắc mẫu {n}")
    raised_on = datetime.date(2020, 6, 1)
    who = "Xã mẫu"


class PaperSlotFactory(DjangoModelFactory):
    """A paper that the district asks for."""

    class Meta:
        model = PaperSlot

    entry = factory.SubFactory(EntryFactory)
    kind = "idea"
    words = factory.Sequence(lambda n: f"Giấy tờ mẫu {n}")
    why = "Bản nộp thiếu dấu."
    due_on = datetime.date(2030, 1, 31)
    asked_by = factory.SelfAttribute("entry.created_by")
