"""Made-up producers, products and rounds, so that a newcomer meets a living portal.

All of it is called "mẫu" (sample) and marked as such; no mark stands beside a real product. Every
step is taken by the portal's own functions, as the sample people would take it.
"""

import datetime
import io
from dataclasses import dataclass

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from communes.models import Producer, Role, Unit, today
from communes.producers import save_producer
from communes.roles import give_role
from ocop_portal import law
from ocop_portal.accounts.models import User
from ocop_portal.lawbook import rehearsal, versions
from products import cycle as entry_cycle
from products import self_assessment, year_samples
from products.dossier import attach_paper
from products.files import check_upload
from products.models import Cycle, Entry, Paper, Product
from products.promotion_programme import make_samples
from products.register import save_cycle, save_product
from products.works_programme import make_works_samples

from . import councils, meeting, referrals, rounds, sheets, substitutes
from .models import CheckAnswer, Council, Recognition, Round, Seat
from .recognition import default_validity, record_recognition
from .tally import round_tally

MARK = "MẪU"
YEARS = (2020, 2026)


class NoSampleAccounts(Exception):
    """The sample people are not there; `manage.py make_sample_accounts` makes them."""


@dataclass(frozen=True)
class SampleProduct:
    """A product and how far it goes: the moves of `cycle.TRANSITIONS`, with their reasons."""

    producer: str
    name: str
    set_number: int
    summary: str
    moves: tuple[str, ...] = ()
    # Where it is classified by an earlier Decision: the set there, an officer having confirmed
    # `set_number` under the cycle's.
    classified: tuple[str, int] | None = None


# Name, legal form, code of the commune in 2020, workers, of them local.
PRODUCERS = {
    "a": ("Hợp tác xã mẫu Trung Nam", "cooperative", "19378", 18, 15),
    "b": ("Hộ sản xuất mẫu Trung Nam", "household", "19378", 3, 3),
    "c": ("Hợp tác xã mẫu Vĩnh Thủy", "cooperative", "19402", 25, 21),
    "d": ("Công ty mẫu Kim Thạch", "llc_many", "19384", 12, 8),
}
IDEA = ("register_idea",)
PLAN = (*IDEA, "accept_idea", "submit_plan")
WORK = (*PLAN, "approve_plan")
DOSSIER = (*WORK, "report_implementation", "submit_dossier")
READY = (*DOSSIER, "accept_dossier")
PRODUCTS = (
    SampleProduct("b", "Sản phẩm mẫu 1 – Lạc rang", 7, "Lạc rang đóng gói 200 g."),
    SampleProduct("a", "Sản phẩm mẫu 2 – Mật ong", 4, "Mật ong đóng chai 500 ml.", IDEA),
    SampleProduct(
        "a", "Sản phẩm mẫu 3 – Trà lá vằng", 13, "Lá vằng sấy, túi 100 g.", (*PLAN, "return_plan")
    ),
    SampleProduct("c", "Sản phẩm mẫu 4 – Dầu mè", 7, "Dầu mè ép lạnh, chai 250 ml.", WORK),
    SampleProduct("d", "Sản phẩm mẫu 5 – Nước mắm", 10, "Nước mắm cá cơm, chai 500 ml.", DOSSIER),
    SampleProduct("a", "Sản phẩm mẫu 6 – Tiêu đen", 11, "Tiêu đen hạt, hũ 100 g.", READY),
    SampleProduct("c", "Sản phẩm mẫu 7 – Dưa hấu", 1, "Dưa hấu ruột đỏ, bán theo mùa.", READY),
    SampleProduct("a", "Sản phẩm mẫu 8 – Tiêu sọ", 11, "Tiêu sọ hạt, hũ 100 g.", READY),
)
IN_OPEN_ROUND, IN_PUBLISHED_ROUND, RECOGNISED = (5,), (6, 7), 7

# The year under 26/2026/QĐ-TTg: producers in a commune of today, a cycle and a council of the
# province. Places in the list, one product a round: scored, tallied, published.
PRODUCERS_2026 = {
    "e": ("Hợp tác xã mẫu Vĩnh Linh", "cooperative", "19363", 20, 17),
    "f": ("Cơ sở mẫu Hồ Xá", "household", "19363", 4, 4),
}
PRODUCTS_2026 = (
    SampleProduct("f", "Sản phẩm mẫu 9 – Bún khô", 6, "Bún gạo khô, gói 400 g.", IDEA),
    SampleProduct(
        "e",
        "Sản phẩm mẫu 10 – Muối tiêu",
        10,
        "Muối tiêu rang, hũ 100 g.",
        WORK,
        classified=("1048-2019", 11),
    ),
    SampleProduct("f", "Sản phẩm mẫu 11 – Mứt gừng", 7, "Mứt gừng dẻo, hộp 250 g.", DOSSIER),
    SampleProduct("e", "Sản phẩm mẫu 12 – Tinh bột sắn dây", 7, "Sắn dây, túi 500 g.", READY),
    SampleProduct("e", "Sản phẩm mẫu 13 – Lạc rang tỏi", 7, "Lạc rang tỏi, túi 200 g.", READY),
    SampleProduct("e", "Sản phẩm mẫu 14 – Dầu lạc", 7, "Dầu lạc ép, chai 500 ml.", READY),
)
SCORED_2026, TALLIED_2026, PUBLISHED_2026 = 3, 4, 5
SCORERS_2026 = ("chutich", "thanhvien1", "thanhvien2", "thanhvien3")
# Of the province's council: away from the round that is scored, and who is called in instead.
ABSENT_2026, SUBSTITUTE_2026 = "thanhvien3", "thanhvien4"
# Points of single criteria of set 7, the best level everywhere else.
ALMOST = {"1.2": 1, "1.4": 2, "3.3": 2, "4.3": 3, "11": 2}  # 94 points, every mark met
WITHOUT_FIVE = {**ALMOST, "4.1": 3}  # below the least of 5 stars at 4.1
THREE_STARS = {**WITHOUT_FIVE, "2.1": 2, "6.4": 1, "9": 1}  # below the least of 4 stars

REASONS = {
    "approve_plan": "Phương án mẫu khả thi, phù hợp vùng nguyên liệu của xã.",
    "return_plan": "Phương án mẫu chưa nêu nơi bán và chi phí đóng gói.",
    "report_implementation": "Đã làm xong các việc nêu trong phương án mẫu.",
}

SCORERS = ("chutich", "thanhvien1", "thanhvien2", "thanhvien3", "thanhvien4", "thanhvien5")
# How strict the sample council is with the two products of the published round, from 0 (best level
# of every criterion) to 6 (a middling one). It makes 3 stars for the first and 4 for the second.
STRICTNESS = (4, 2)


def are_loaded() -> bool:
    """Whether all of the samples are there."""
    return not _missing(YEARS)


def _missing(years) -> list[int]:
    """Those of these years whose samples are still to be made."""
    last = {2020: PRODUCTS[-1].name, 2026: PRODUCTS_2026[-1].name}
    names = set(Product.objects.filter(is_sample=True).values_list("name", flat=True))
    return [year for year in years if last[year] not in names]


@transaction.atomic
def load(years=YEARS) -> list[str]:
    """Make the samples of these years that are not there; returns what was made, a line each.

    Raises `NoSampleAccounts`. Needs the programme's units and cycles (`load_programme`).
    """
    people = {user.username: user for user in User.objects.filter(is_sample=True)}
    needed = {"canbohuyen", "canboxa", "canbotinh", "canboxamoi", "thuky", "totuvan", *SCORERS}
    missing = needed - set(people)
    if missing:
        raise NoSampleAccounts(", ".join(sorted(missing)))
    makers = {2020: _load_2020, 2026: _load_2026}
    made = [line for year in _missing(years) for line in makers[year](people)]
    shown = Product.objects.filter(name=PRODUCTS[IN_PUBLISHED_ROUND[0]].name, is_sample=True)
    if made and (product := shown.select_related("producer__unit__parent").first()):
        make_samples(product=product, by=people["canbohuyen"])
        for entry in Entry.objects.filter(
            product__is_sample=True, cycle__year=2020, state=Entry.State.IMPLEMENTING
        ).select_related("product", "cycle"):
            make_works_samples(entry=entry, by=people["canbohuyen"])
        year_samples.make(product=product, people=people)
    return made


def _load_2020(people) -> list[str]:
    """The programme's own year, under 1048/QĐ-TTg as amended by 781/QĐ-TTg."""
    cycle = Cycle.objects.get(unit__code="464", year=2020)
    day = datetime.date(2020, 12, 31)
    producers = {key: _producer(facts, day, people) for key, facts in PRODUCERS.items()}
    entries = [_entry(sample, producers[sample.producer], cycle, people) for sample in PRODUCTS]
    council = _council(
        cycle.unit,
        "Hội đồng mẫu đánh giá, xếp hạng sản phẩm OCOP cấp huyện",
        datetime.date(2020, 9, 1),
        SCORERS,
        people,
    )
    held = {"level": "district", "meets_on": datetime.date(2020, 11, 20)}

    published = _round(
        council, cycle, "Đợt đánh giá mẫu 1", entries, IN_PUBLISHED_ROUND, people, **held
    )
    for place, candidate in enumerate(published.candidates.all()):
        for member, name in enumerate(SCORERS):
            _score(candidate, people[name], STRICTNESS[place], member)
    _publish(published, people)
    _refer(published, people)
    recognised = entries[RECOGNISED]
    _recognise(recognised, people["canbohuyen"])
    _move(recognised, "start_promotion", people)

    still_open = _round(
        council, cycle, "Đợt đánh giá mẫu 2", entries, IN_OPEN_ROUND, people, **held
    )
    for candidate in still_open.candidates.all():
        _score(candidate, people["thanhvien1"], 3, 1)
        _score(candidate, people["thanhvien2"], 3, 2, leave=6)
    return _told(2020, producers, entries, [published, still_open])


def _load_2026(people) -> list[str]:
    """A year under 26/2026/QĐ-TTg: no district, star marks, a doubtful one among them."""
    day = datetime.date(2026, 6, 1)
    province = Unit.objects.on(day).get(code="44", level=Unit.Level.PROVINCE)
    seated = {"thuky": Role.Kind.COUNCIL_MEMBER, "totuvan": Role.Kind.SUPPORT_TEAM}
    for name in (*SCORERS_2026, SUBSTITUTE_2026, *seated):
        give_role(
            user=people[name],
            kind=seated.get(name, Role.Kind.COUNCIL_MEMBER),
            unit=province,
            since=datetime.date(2025, 7, 1),
            by=None,
        )
    cycle = save_cycle(
        cycle=Cycle(
            unit=province,
            year=2026,
            decision="26-2026",
            note="Chu trình mẫu, để xem cổng thông tin khi không còn cấp huyện.",
        ),
        dates={},
        by=people["canbotinh"],
    )
    producers = {key: _producer(facts, day, people) for key, facts in PRODUCERS_2026.items()}
    entries = [
        _entry(sample, producers[sample.producer], cycle, people) for sample in PRODUCTS_2026
    ]
    _assess_itself(entries[SCORED_2026], people)
    council = _council(
        province,
        "Hội đồng mẫu đánh giá, phân hạng sản phẩm OCOP cấp tỉnh",
        datetime.date(2026, 8, 3),
        SCORERS_2026,
        people,
        substitute=(SUBSTITUTE_2026, ABSENT_2026),
    )
    held = {"level": "province", "meets_on": today()}
    names = {SCORED_2026: "4", TALLIED_2026: "5", PUBLISHED_2026: "3"}
    rounds_ = {
        place: _round(
            council, cycle, f"Đợt đánh giá mẫu {names[place]}", entries, (place,), people, **held
        )
        for place in (PUBLISHED_2026, SCORED_2026, TALLIED_2026)
    }
    chair, first, second, third = (people[name] for name in SCORERS_2026)

    _call_in_substitute(rounds_[SCORED_2026], people)
    scored = rounds_[SCORED_2026].candidates.get()
    _score(scored, first, 0, 0, points=WITHOUT_FIVE)
    _score(scored, second, 0, 0, points=THREE_STARS, leave=4)

    tallied = rounds_[TALLIED_2026].candidates.get()
    given = ((chair, ALMOST), (first, ALMOST), (second, WITHOUT_FIVE), (third, ALMOST))
    for user, points in given:
        _score(tallied, user, 0, 0, points=points)
    rounds.end_scoring(round_=rounds_[TALLIED_2026], by=people["thuky"])

    published = rounds_[PUBLISHED_2026].candidates.get()
    for user in (chair, first, second, third):
        _score(published, user, 0, 0, points=THREE_STARS)
    _publish(rounds_[PUBLISHED_2026], people)
    return _told(2026, producers, entries, list(rounds_.values()))


def _told(year: int, producers, entries, rounds_) -> list[str]:
    states = dict(Round.State.choices)
    found = Round.objects.filter(pk__in=[round_.pk for round_ in rounds_]).order_by("name")
    return [
        f"chủ thể mẫu {year}: {len(producers)}",
        f"sản phẩm mẫu {year}: {len(entries)}",
        f"đợt đánh giá mẫu {year}: "
        + ", ".join(f"{round_} ({states[round_.state]})" for round_ in found),
    ]


def _publish(round_: Round, people) -> None:
    """End, settle what only the signed text can tell, close and publish."""
    by = people["thuky"]
    rounds.end_scoring(round_=round_, by=by)
    for row in round_tally(round_):
        rounds.answer_checks(
            candidate=row.candidate,
            answers={
                question.code: (CheckAnswer.Word.YES, "Trả lời mẫu, không đối chiếu văn bản nào.")
                for question in row.questions
                if question.star <= row.tally.stars
            },
            by=by,
        )
    rounds.close_round(round_=round_, by=by)
    rounds.publish_round(round_=round_, by=by)


def _assess_itself(entry: Entry, people) -> None:
    """The sample producer's own sheet, a little kinder than the members will be."""
    criteria = versions.current_set(entry.cycle.decision, entry.set_number)
    query = rehearsal.query_of(criteria, _with_points(criteria, ALMOST))
    self_assessment.attach(entry=entry, text=query, by=people["canbotinh"])


def _with_points(criteria: law.CriteriaSet, points: dict[str, int]) -> dict[str, int]:
    """The best level of every criterion, but the level of these points where `points` names it."""
    chosen = sample_options(criteria, 0, 0)
    for code, wanted in points.items():
        options = criteria.criterion(code).options
        chosen[code] = next(option.number for option in options if option.points == wanted)
    return chosen


def _producer(facts, day: datetime.date, people) -> Producer:
    name, legal_form, code, workers, local = facts
    return save_producer(
        producer=Producer(
            name=name,
            legal_form=legal_form,
            unit=Unit.objects.on(day).get(code=code, level="commune"),
            workers=workers,
            local_workers=local,
            representative="Nguyễn Văn Mẫu",
            is_sample=True,
            source="Dữ liệu mẫu, không có thật.",
        ),
        by=people["canbohuyen" if day.year == 2020 else "canbotinh"],
    )


def _entry(sample: SampleProduct, producer: Producer, cycle: Cycle, people) -> Entry:
    decision, set_number = sample.classified or (cycle.decision, sample.set_number)
    product = save_product(
        product=Product(
            name=sample.name,
            producer=producer,
            decision=decision,
            set_number=set_number,
            summary=sample.summary,
            story=(
                "Câu chuyện mẫu để xem trang sản phẩm trông ra sao. "
                "Chủ thể thật kể ở đây: sản phẩm có từ bao giờ, ai làm, làm bằng gì."
            ),
            is_sample=True,
            source="Dữ liệu mẫu, không có thật.",
        ),
        by=_at_commune(producer, people),
    )
    entry = entry_cycle.enter(
        product=product,
        cycle=cycle,
        by=_at_commune(producer, people),
        idea="Ý tưởng mẫu: làm từ nguyên liệu trong xã, cần hỗ trợ bao bì và kiểm nghiệm.",
        set_number=sample.set_number,
    )
    for name in sample.moves:
        _hand_in(entry, name, people)
        _move(entry, name, people)
    return entry


def _at_commune(producer: Producer, people) -> User:
    """Who works for this producer: its commune's officer, or the office above where there is none."""
    names = ("canboxa", "canboxamoi", "canbohuyen", "canbotinh")
    return next(
        people[name]
        for name in names
        if people[name].has_perm("communes.change_producer", producer)
    )


def _office(cycle: Cycle, people) -> User:
    """Who decides on the entries of this cycle."""
    return people["canbohuyen" if cycle.unit.level == Unit.Level.DISTRICT else "canbotinh"]


def _move(entry: Entry, name: str, people) -> None:
    transition = entry_cycle.BY_NAME[name]
    by = _office(entry.cycle, people)
    if transition.actor == entry_cycle.COMMUNE:
        by = _at_commune(entry.product.producer, people)
    entry_cycle.move(entry=entry, name=name, by=by, reason=REASONS.get(name, ""))


# The papers that go with a move: those that the Decision wants by that step.
_PAPERS_WITH = {"register_idea": 2, "submit_plan": 3, "submit_dossier": 5}


def _hand_in(entry: Entry, move: str, people) -> None:
    for item in entry.cycle.law.dossier:
        if not item.mandatory or item.due_step != _PAPERS_WITH.get(move):
            continue
        paper = Paper(kind=item.code, note="Giấy tờ mẫu")
        upload = None
        if item.form == "physical":
            paper.quantity = item.quantity
        else:
            upload = check_upload(
                SimpleUploadedFile(f"mau-{item.code}.pdf", sample_pdf(item.name, entry.product))
            )
        attach_paper(
            entry=entry, paper=paper, upload=upload, by=_at_commune(entry.product.producer, people)
        )


def _council(
    unit: Unit, name: str, decided_on: datetime.date, scorers, people, substitute=None
) -> Council:
    """A council of these people; `substitute`: who stands in for whom."""
    by = people["canbohuyen" if unit.level == Unit.Level.DISTRICT else "canbotinh"]
    council = councils.save_council(
        council=Council(
            unit=unit,
            name=name,
            decision_number=f"01/QĐ-{MARK}",
            decided_on=decided_on,
            is_sample=True,
        ),
        by=by,
    )
    seats = [
        ("chutich", Seat.Position.CHAIR, True),
        ("thuky", Seat.Position.SECRETARY, False),
        *((name, Seat.Position.MEMBER, True) for name in scorers[1:]),
        ("totuvan", Seat.Position.SUPPORT, False),
    ]
    for name, position, scores in seats:
        seat = Seat(council=council, user=people[name], position=position, scores=scores)
        councils.add_seat(seat=seat, by=by)
    if substitute:
        name, member = substitute
        seat = Seat(council=council, user=people[name], position=Seat.Position.MEMBER)
        seat.substitutes_for = council.seats.get(user=people[member])
        councils.add_seat(seat=seat, by=by)
    return council


def _call_in_substitute(round_: Round, people) -> None:
    """A member is away, so the secretary calls the substitute in."""
    seats = {seat.user.username: seat for seat in round_.council.seats.select_related("user")}
    by = people["thuky"]
    away = {seats[ABSENT_2026].pk: "Đi công tác (lý do mẫu)."}
    meeting.record_absences(round_=round_, reasons=away, by=by)
    substitutes.call_in(
        round_=round_,
        substitute=seats[SUBSTITUTE_2026],
        reason="Thành viên chính thức vắng (lý do mẫu).",
        by=by,
    )


def _refer(round_: Round, people) -> None:
    """The first product is sent on to the province and received; the other is left to be tried."""
    round_.refresh_from_db()  # as publishing left it
    first = referrals.may_be_sent(round_)[0]
    (referral,) = referrals.send_referrals(
        round_=round_, results=[first.pk], by=people["thuky"], document=f"03/TTr-{MARK}"
    )
    referrals.receive_referral(referral=referral, by=people["canbotinh"])


def _round(council: Council, cycle: Cycle, name: str, entries, places, people, **held) -> Round:
    by = people["thuky"]
    round_ = councils.prepare_round(
        round_=Round(
            council=council,
            cycle=cycle,
            name=name,
            scoring_due=timezone.now() + datetime.timedelta(days=14),
            **held,
        ),
        by=by,
    )
    for place in places:
        rounds.add_candidate(round_=round_, entry=entries[place], by=by)
    return rounds.open_round(round_=round_, by=by)


def _score(
    candidate, user: User, strictness: int, member: int, leave: int = 0, points=None
) -> None:
    """Fill in a member's sheet and hand it in; with `leave`, so many criteria stay to be marked.

    As `sample_options` says, or with `points` the best of all but these.
    """
    candidate.refresh_from_db()
    sheet = sheets.start_sheet(candidate=candidate, user=user)
    criteria = candidate.pinned_set.criteria
    options = (
        sample_options(criteria, strictness, member)
        if points is None
        else _with_points(criteria, points)
    )
    for code, number in list(options.items())[: len(options) - leave]:
        sheets.save_mark(sheet_id=sheet.pk, criterion=code, option=number, user=user)
    if not leave:
        sheets.submit_sheet(sheet_id=sheet.pk, user=user)


def sample_options(criteria: law.CriteriaSet, strictness: int, member: int) -> dict[str, int]:
    """Leaf code → a printed level of the set, the same for the same arguments.

    So many of six criteria as `strictness` says get a middling level, other ones for each `member`
    (0–5), the rest their best. Never a level of 0 points, so that no gate closes; of several cases
    the first.
    """
    left_out = {
        leaf.code
        for criterion in criteria.criteria
        if criterion.mode == "one_of"
        for case in criterion.children[1:]
        for leaf in case.walk()
    }
    chosen = {}
    for place, leaf in enumerate(criteria.leaves):
        if leaf.code in left_out:
            continue
        share = 0.6 if (place + member) % 6 < strictness else 1
        above_zero = [option for option in leaf.options if option.points]
        within = [option for option in above_zero if option.points <= share * leaf.points]
        best = max(within, key=lambda option: option.points, default=None)
        chosen[leaf.code] = (best or min(above_zero, key=lambda option: option.points)).number
    return chosen


def _recognise(entry: Entry, by: User) -> Recognition:
    """So that a newcomer sees what a product with valid stars looks like."""
    return record_recognition(
        recognition=Recognition(
            product=entry.product,
            result=entry.candidates.get().result,
            stars=4,
            level="province",
            authority="Ủy ban nhân dân tỉnh (mẫu)",
            decision_number=f"02/QĐ-{MARK}",
            decided_on=today(),
            valid_until=default_validity(entry.cycle.decision, today()),
            source="Dữ liệu mẫu, không có thật.",
        ),
        by=by,
    )


# --- A paper that plainly is none -------------------------------------------------------------


def sample_pdf(title: str, product: Product) -> bytes:
    """A page that names the paper it stands for, and says that it is a sample."""
    page = Image.new("L", (827, 1169), 255)  # A4 at 100 dots an inch
    draw = ImageDraw.Draw(page)
    draw.rectangle((40, 40, 787, 1129), outline=120, width=2)
    lines = [(38, "GIẤY TỜ MẪU"), *((26, line) for line in _wrapped(title)), (24, str(product))]
    lines.append((20, "Dữ liệu minh họa của cổng thông tin, không phải hồ sơ có thật."))
    y = 120
    for size, line in lines:
        _write(draw, 80, y, line, size)
        y += size * 2
    out = io.BytesIO()
    page.save(out, "PDF", resolution=100, title=title)
    return out.getvalue()


def _wrapped(text: str, width: int = 44) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > width and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _write(draw: ImageDraw.ImageDraw, x: float, y: int, text: str, size: int) -> None:
    """Draw a line; the shipped font has its Vietnamese letters in a file of their own."""
    plain, vietnamese = (_font(subset, size) for subset in ("latin", "vietnamese"))
    for letter in text:
        font = plain if ord(letter) < 256 or letter in "–“”…" else vietnamese
        draw.text((x, y), letter, font=font, fill=0)
        x += font.getlength(letter)


def _font(subset: str, size: int) -> ImageFont.FreeTypeFont:
    vendor = settings.BASE_DIR / "static" / "vendor"
    (path,) = vendor.glob(f"be-vietnam-pro-*/be-vietnam-pro-{subset}-400-normal.woff2")
    return ImageFont.truetype(str(path), size)
