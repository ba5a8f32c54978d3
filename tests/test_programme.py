"""Vĩnh Linh's programme as loaded: published facts, no more, and the same after every loading."""

import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings

from communes.models import OutreachEvent, Producer, Unit
from communes.units import communes_on
from evaluation import samples as evaluation_samples
from evaluation.models import Mark, Recognition, Result, Round, Sheet
from evaluation.tally import round_tally
from products.models import (
    Comment,
    Cycle,
    CycleStep,
    Entry,
    Feedback,
    FilledForm,
    PaperSlot,
    Product,
    PublicRating,
)

pytestmark = pytest.mark.django_db


def load() -> str:
    out = StringIO()
    call_command("load_programme", stdout=out)
    return out.getvalue()


@pytest.fixture
def programme():
    load()


def counts() -> dict[str, int]:
    district = Unit.objects.get(code="464")
    return {
        "2019": communes_on(district, datetime.date(2019, 12, 31)).count(),
        "2020": communes_on(district, datetime.date(2020, 12, 31)).count(),
        "today": Unit.objects.on().filter(level="commune").count(),
        "producers": Producer.objects.count(),
        "cycles": Cycle.objects.count(),
        "steps": CycleStep.objects.count(),
        "products": Product.objects.count(),
        "recognitions": Recognition.objects.count(),
        "ratings": PublicRating.objects.count(),
        "current": PublicRating.objects.filter(is_current=True).count(),
    }


EXPECTED = {
    "2019": 22,
    "2020": 18,
    "today": 5,
    "producers": 14,
    "cycles": 2,
    "steps": 12,
    "products": 18,
    "recognitions": 20,
    "ratings": 20,
    "current": 18,
}


def test_loading_twice_gives_what_loading_once_gives():
    load()
    assert counts() == EXPECTED
    assert "0 mới, 0 sửa" in load().splitlines()[0]
    assert counts() == EXPECTED


def test_loading_again_leaves_alone_what_officers_changed(programme):
    producer = Producer.objects.get(name="Gia Hân")
    producer.name, producer.phone = "Cơ sở Gia Hân", "0912345678"
    producer.save()
    product = Product.objects.get(name="Hồ tiêu đỏ")
    product.name = "Hồ tiêu đỏ Vĩnh Linh"
    product.save()
    load()
    assert counts() == EXPECTED
    producer.refresh_from_db()
    assert (producer.name, str(producer.phone)) == ("Cơ sở Gia Hân", "0912 345 678")


def test_no_score_stands_beside_a_real_product(programme):
    assert [model.objects.count() for model in (Entry, Sheet, Mark, Result)] == [0, 0, 0, 0]
    assert set(PublicRating.objects.values_list("points", flat=True)) == {""}
    assert set(PublicRating.objects.values_list("kind", flat=True)) == {"recognition"}
    assert not Product.objects.filter(is_sample=True).exists()


def test_nothing_unpublished_is_filled_in(programme):
    assert not Producer.objects.exclude(
        tax_code="", phone="", email="", address="", representative="", workers=None
    ).exists()
    numbered = Recognition.objects.exclude(decision_number="")
    assert [(r.decision_number, r.decided_on, r.stars) for r in numbered] == [
        ("136/QĐ-UBND", datetime.date(2020, 1, 15), 3)
    ]
    assert Recognition.objects.filter(decided_on=datetime.date(2023, 11, 14)).count() == 4
    # No source says until when; so no stars are called valid today.
    assert not Recognition.objects.filter(valid_until__isnull=False).exists()
    assert not any(rating.is_certified for rating in PublicRating.objects.all())


def test_every_loaded_fact_names_its_source(programme):
    for model in (Producer, Product, Recognition):
        assert not model.objects.filter(source="").exists()
    product = Product.objects.get(name="Hồ tiêu đỏ")
    assert (product.set_number, product.set_name) == (11, "Gia vị khác")
    assert "Xếp bộ sản phẩm theo cách đọc của cổng thông tin" in product.source


def test_a_place_that_no_source_names_is_the_district_and_says_so(programme):
    unknown = Producer.objects.filter(unit__code="464").order_by("name")
    assert [row.name for row in unknown] == [
        "Cơ sở dầu lạc Hùng Thịnh Thành",
        "Gia Hân",
        "HTX SXKD Hồ tiêu Vĩnh Linh",
    ]
    assert all("Nguồn không nêu xã, thị trấn" in row.source for row in unknown)


def test_a_product_recognised_twice_shows_its_later_stars(programme):
    def history(name):
        ratings = Product.objects.get(name=name).ratings.order_by("pk")
        return [(r.stars, r.period_text, r.is_current) for r in ratings]

    assert history("Tinh bột nghệ") == [(3, "", False), (4, "sau 2020", True)]
    assert history("Dầu lạc nguyên chất Làng An") == [
        (3, "2019–2021", False),
        (3, "2024", True),
    ]


def test_both_cycles_rest_on_plan_102_and_decision_1048_without_made_up_dates(programme):
    for cycle, year in zip(Cycle.objects.order_by("year"), (2019, 2020), strict=True):
        assert (cycle.year, cycle.decision) == (year, "1048-2019")
        assert (cycle.plan_number, cycle.plan_date) == (
            "102/KH-UBND",
            datetime.date(2019, 9, 30),
        )
        assert [step.number for step in cycle.steps.all()] == [1, 2, 3, 4, 5, 6]
        assert not cycle.steps.exclude(starts_on=None, due_on=None).exists()


# --- Samples ----------------------------------------------------------------------------------


@pytest.mark.slow(seconds=1)
@override_settings(DEBUG=True)
class Samples(TestCase):
    """Loaded once for all: they take many seconds."""

    @classmethod
    def setUpTestData(cls):
        load()
        call_command("make_sample_accounts", stdout=StringIO())
        call_command("load_samples", stdout=StringIO())

    def test_samples_stand_in_many_steps_are_called_samples_and_are_made_once(self):
        call_command("load_samples", stdout=StringIO())
        states = {
            year: sorted(Entry.objects.filter(cycle__year=year).values_list("state", flat=True))
            for year in (2020, 2026)
        }
        assert states == {
            2020: [
                "dossier_submitted",
                "idea_draft",
                "idea_registered",
                "idea_returned",
                "implementing",
                "in_evaluation",
                "in_promotion",
                "plan_received",
                "plan_returned",
                "rated",
            ],
            2026: [
                "dossier_submitted",
                "idea_registered",
                "implementing",
                "in_evaluation",
                "in_evaluation",
                "rated",
            ],
        }
        made = Product.objects.filter(is_sample=True).select_related("producer")
        assert made.count() == 16
        assert all(product.name.startswith("Sản phẩm mẫu ") for product in made)
        assert all("mẫu" in product.producer.name for product in made)
        assert all(product.producer.is_sample for product in made)

    def test_the_samples_show_outreach_forms_a_thread_and_messages(self):
        events = OutreachEvent.objects.filter(is_sample=True)
        assert events.count() == OutreachEvent.objects.count() == 5
        handed_in = FilledForm.objects.filter(submitted_at__isnull=False)
        assert sorted(handed_in.values_list("form", flat=True)) == ["01", "01", "03", "04"]
        assert all("mẫu" in form.entry.product.name for form in handed_in)
        (thread,) = set(Comment.objects.values_list("entry", flat=True))
        assert Comment.objects.count() == 2
        assert Entry.objects.get(pk=thread).state == "idea_returned"
        assert sorted(Feedback.objects.values_list("state", flat=True)) == ["answered", "new"]
        assert PaperSlot.objects.get().entry.product.is_sample

    def test_made_up_marks_stand_beside_samples_alone(self):
        scored = Product.objects.filter(entries__candidates__sheets__isnull=False).distinct()
        assert scored.count() == 6
        assert all(product.is_sample for product in scored)
        with_points = PublicRating.objects.exclude(points="")
        assert set(with_points.values_list("product__is_sample", flat=True)) == {True}
        assert list(Round.objects.order_by("name").values_list("name", "state")) == [
            ("Đợt đánh giá mẫu 1", "published"),
            ("Đợt đánh giá mẫu 2", "open"),
            ("Đợt đánh giá mẫu 3", "published"),
            ("Đợt đánh giá mẫu 4", "open"),
            ("Đợt đánh giá mẫu 5", "tallying"),
        ]
        results = Result.objects.order_by("candidate__round__name", "candidate__number")
        assert [(result.band, result.stars, result.proposal) for result in results] == [
            (3, 3, "refer"),
            (4, 4, "refer"),
            (4, 3, "recognise"),
        ]
        # One sample bears valid stars, the others only a council's word.
        current = PublicRating.objects.filter(product__is_sample=True, is_current=True)
        assert {rating.product.name: rating.is_certified for rating in current} == {
            "Sản phẩm mẫu 7 – Dưa hấu": False,
            "Sản phẩm mẫu 8 – Tiêu sọ": True,
            "Sản phẩm mẫu 14 – Dầu lạc": False,
        }

    def test_the_samples_of_2026_show_a_doubtful_mark_and_a_producer_s_own_sheet(self):
        (row,) = round_tally(Round.objects.get(state="tallying"))
        assert (row.tally.band, row.tally.stars) == (5, 4)
        assert [mark.key for mark in row.marks if mark.apart] == [(5, "4.1")]
        scored = Round.objects.get(state="open", cycle__year=2026).candidates.get()
        assert scored.self_assessment["total"] == 94
        assert set(scored.sheets.values_list("state", flat=True)) == {"submitted", "draft"}


@pytest.mark.slow(seconds=8)
def test_samples_of_2026_are_added_where_those_of_2020_are_there_already(settings, programme):
    settings.DEBUG = True
    call_command("make_sample_accounts", stdout=StringIO())
    evaluation_samples.load(years=[2020])
    assert not evaluation_samples.are_loaded()
    assert [line.split(":")[0] for line in evaluation_samples.load()] == [
        "chủ thể mẫu 2026",
        "sản phẩm mẫu 2026",
        "đợt đánh giá mẫu 2026",
    ]
    assert evaluation_samples.are_loaded()
    assert evaluation_samples.load() == []


def test_without_debug_there_are_no_samples(programme):
    with pytest.raises(CommandError):
        call_command("load_samples", stdout=StringIO())


def test_without_sample_accounts_the_command_says_what_to_run(settings, programme):
    settings.DEBUG = True
    with pytest.raises(CommandError, match="make_sample_accounts"):
        call_command("load_samples", stdout=StringIO())
    assert not Product.objects.filter(is_sample=True).exists()
