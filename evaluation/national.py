"""A country's worth of samples, to measure with: units, producers, products, entries, stars.

Everything is called "mẫu" and marked as a sample. Rows are written in bulk, past the portal's own
functions and without history: this is material for benchmarks, never for people. The same
arguments always give the same rows.
"""

import datetime
import random
from dataclasses import dataclass
from fractions import Fraction

from django.conf import settings
from django.db import transaction

from communes.models import Producer, Role, Unit, today
from communes.units import rebuild_cover
from ocop_portal import law
from ocop_portal.accounts.models import User
from ocop_portal.text import fold
from products.models import Cycle, CycleStep, Entry, Product, PublicRating, Step
from products.word_index import index_products

BATCH = 2000
PER_COMMUNE, PER_PRODUCER = 2, 2  # products; as in the country: 20,000 in 11,000 communes

# What the made-up names are put together from. Three words give some 40,000 names.
KINDS = (
    *("Hồ tiêu", "Mật ong", "Nước mắm", "Dầu lạc", "Tinh bột nghệ", "Miến gạo", "Bột sắn dây"),
    *("Chè xanh", "Cà phê", "Gạo nếp", "Bún khô", "Măng khô", "Dưa muối", "Chả cá", "Mực khô"),
    *("Tinh dầu tràm", "Nấm linh chi", "Bưởi da xanh", "Cam sành", "Xoài cát", "Hạt điều"),
    *("Rượu nếp", "Bánh tráng", "Kẹo lạc", "Tương ớt", "Muối tôm", "Trà gừng", "Cốm dẻo"),
)
WAYS = (
    *("nguyên chất", "sấy lạnh", "truyền thống", "hữu cơ", "rang củi", "ủ chum", "ép mộc"),
    *("đặc sản", "tự nhiên", "thượng hạng", "phơi sương", "hong gió", "nấu tay", "ba miền"),
)
PLACES = (
    *("Xuân Mẫu", "Hòa Mẫu", "Tân Mẫu", "Phú Mẫu", "Bình Mẫu", "Thuận Mẫu", "Long Mẫu"),
    *("An Mẫu", "Lộc Mẫu", "Sơn Mẫu", "Hải Mẫu", "Giang Mẫu", "Thành Mẫu", "Đông Mẫu"),
)
# How far the entries of a year have come, and how many of ten thousand.
STATES = {
    Entry.State.IDEA_DRAFT: (Step.IDEA, 800),
    Entry.State.IDEA_REGISTERED: (Step.IDEA, 1400),
    Entry.State.IDEA_RETURNED: (Step.IDEA, 400),
    Entry.State.PLAN_AWAITED: (Step.PLAN, 1300),
    Entry.State.PLAN_RECEIVED: (Step.PLAN, 1100),
    Entry.State.IMPLEMENTING: (Step.IMPLEMENTATION, 1600),
    Entry.State.DOSSIER_OPEN: (Step.EVALUATION, 1200),
    Entry.State.DOSSIER_SUBMITTED: (Step.EVALUATION, 900),
    Entry.State.READY: (Step.EVALUATION, 700),
    Entry.State.WITHDRAWN: (Step.IDEA, 600),
}


@dataclass(frozen=True)
class Made:
    """How many rows of each kind there are now."""

    communes: int
    producers: int
    products: int
    entries: int
    ratings: int


@transaction.atomic
def make(*, products: int, seed: int = 1) -> Made:
    """Make so many sample products with all that they stand on, in one province of samples.

    One province on purpose: its office sees every entry on one board and every product in one
    list, which is the most that any list has to bear.
    """
    dice = random.Random(seed)
    decision = law.decisions()[-1]  # today's
    officer = User.objects.create(
        username="mau-toan-quoc", full_name="Cán bộ tỉnh (mẫu toàn quốc)", is_sample=True
    )
    province, communes = _units(-(-products // PER_COMMUNE))
    Role.objects.create(
        user=officer, kind=Role.Kind.DISTRICT_OFFICER, unit=province, since=province.valid_from
    )
    producers = _producers(-(-products // PER_PRODUCER), communes, dice)
    rows = _products(products, producers, decision, dice)
    cycle = _cycle(province, decision)
    entries = _entries(rows, cycle, officer, dice)
    ratings = _ratings(rows, decision, dice)
    index_products(Product.objects.filter(producer__unit__parent=province))
    return Made(len(communes), len(producers), len(rows), entries, ratings)


def _units(count: int) -> tuple[Unit, list[Unit]]:
    since = datetime.date(2025, 7, 1)
    province = Unit.objects.create(
        code="990", kind="Tỉnh", name="Mẫu", level=Unit.Level.PROVINCE, valid_from=since
    )
    communes = [
        Unit(
            code=f"99{number:05d}",
            kind="Xã",
            name=f"{PLACES[number % len(PLACES)]} {number}",
            level=Unit.Level.COMMUNE,
            parent=province,
            valid_from=since,
        )
        for number in range(1, count + 1)
    ]
    for commune in communes:
        commune.search = fold(f"{commune.name} {commune.kind}")  # as `save` does
    communes = Unit.objects.bulk_create(communes, batch_size=BATCH)
    rebuild_cover()
    return province, communes


def _producers(count: int, communes: list[Unit], dice) -> list[Producer]:
    forms = Producer.LegalForm.values
    rows = []
    for number in range(1, count + 1):
        name = f"Chủ thể mẫu {number:05d}"
        rows.append(
            Producer(
                name=name,
                legal_form=dice.choice(forms),
                unit=communes[number % len(communes)],
                workers=(workers := dice.randint(2, 60)),
                local_workers=dice.randint(0, workers),
                is_sample=True,
                source="Dữ liệu mẫu, không có thật.",
                search=f"chu the mau {number:05d}",
            )
        )
    return Producer.objects.bulk_create(rows, batch_size=BATCH)


def _products(count: int, producers: list[Producer], decision: law.Decision, dice) -> list[Product]:
    sets = [item for item in decision.sets if item.usable]
    rows = []
    for number in range(1, count + 1):
        item = dice.choice(sets)
        name = (
            f"Sản phẩm mẫu {number:05d} – {dice.choice(KINDS)} "
            f"{dice.choice(WAYS)} {dice.choice(PLACES)}"
        )
        product = Product(
            name=name,
            producer=producers[number % len(producers)],
            decision=decision.slug,
            set_number=item.number,
            branch=item.branch,
            group=item.group,
            set_name=item.name,
            summary="Sản phẩm minh họa, không có thật.",
            is_sample=True,
            source="Dữ liệu mẫu, không có thật.",
        )
        product.search = product.searchable()
        rows.append(product)
    return Product.objects.bulk_create(rows, batch_size=BATCH)


def _cycle(province: Unit, decision: law.Decision) -> Cycle:
    cycle = Cycle.objects.create(unit=province, year=2026, decision=decision.slug)
    CycleStep.objects.bulk_create(
        CycleStep(
            cycle=cycle,
            number=step,
            starts_on=datetime.date(2026, step * 2 - 1, 1),
            due_on=datetime.date(2026, step * 2, 28),
        )
        for step in Step
    )
    return cycle


def _entries(products: list[Product], cycle: Cycle, officer: User, dice) -> int:
    states = list(STATES)
    weights = [STATES[state][1] for state in states]
    rows = []
    for product in products:
        state = dice.choices(states, weights)[0]
        rows.append(
            Entry(
                cycle=cycle,
                product=product,
                set_number=product.set_number,
                state=state,
                step=STATES[state][0],
                created_by=officer,
            )
        )
    return len(Entry.objects.bulk_create(rows, batch_size=BATCH))


def _ratings(products: list[Product], decision: law.Decision, dice) -> int:
    """Stars for all of them: recognised and running, recognised and over, or a council's word."""
    day = today()
    rows = []
    for product in products:
        stars = dice.choices((3, 4, 5), (70, 27, 3))[0]
        decided = day - datetime.timedelta(days=dice.randint(1, 2000))
        recognised = dice.random() < 0.85
        rating = PublicRating(
            product=product,
            key=f"national:{product.pk}",
            stars=stars,
            year=decided.year,
            level="province" if stars < 5 else "centre",
            law=decision.slug,
            is_current=True,
            source="Dữ liệu mẫu, không có thật.",
        )
        if recognised:
            rating.kind = PublicRating.Kind.RECOGNITION
            rating.authority = "Ủy ban nhân dân tỉnh Mẫu"
            rating.decision_number = f"{dice.randint(1, 3000)}/QĐ-MẪU"
            rating.decided_on = decided
            rating.valid_until = decided + datetime.timedelta(days=1095)
        else:
            rating.kind = PublicRating.Kind.COUNCIL
            mean = Fraction(dice.randint(150, 300), 3)
            rating.points = f"{mean.numerator}/{mean.denominator}"
            rating.stars, rating.sheets = decision.band(mean), 3
        rows.append(rating)
    return len(PublicRating.objects.bulk_create(rows, batch_size=BATCH))


def is_made() -> bool:
    """Whether the samples are there."""
    return User.objects.filter(username="mau-toan-quoc").exists()


def allowed() -> bool:
    """Only where nobody works: with DEBUG on."""
    return settings.DEBUG
