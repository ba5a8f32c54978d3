"""The portal's first page: the roadmap, the numbers, the newest products, the district's plan."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from evaluation.recognition import record_recognition, revoke_recognition
from products import catalogue, roadmap
from products.catalogue import Standing
from tests.factories import (
    CycleFactory,
    ProductFactory,
    PublicRatingFactory,
    RecognitionFactory,
    S,
    UserFactory,
    entry_in,
    vinh_linh,
)

pytestmark = pytest.mark.django_db


def test_an_empty_portal_opens(client):
    page = client.get(reverse("home"))
    assert page.status_code == 200
    assert page.context["roadmap"] is None
    assert "Chưa có sản phẩm nào được công bố hạng sao." in page.content.decode()


def test_the_search_box_leads_to_the_catalogue(client):
    page = client.get(reverse("home")).content.decode()
    assert f'action="{reverse("products:catalogue")}"' in page


def test_the_roadmap_is_the_latest_years_with_products_counted_by_step(client):
    cycle = CycleFactory(year=2020)
    CycleFactory(year=2019)
    entry_in(S.IDEA_REGISTERED, cycle=cycle)
    entry_in(S.IMPLEMENTING, cycle=cycle)
    entry_in(S.DOSSIER_OPEN, cycle=cycle)
    entry_in(S.IN_EVALUATION, cycle=cycle, product__is_sample=False)
    entry_in(S.WITHDRAWN, cycle=cycle)
    shown = client.get(reverse("home")).context["roadmap"]
    assert shown["cycle"] == cycle
    assert [step["count"] for step in shown["steps"]] == [0, 1, 0, 1, 2, 0]
    assert (shown["total"], shown["samples"]) == (4, 3)


@time_machine.travel(datetime.datetime(2020, 6, 15, 12, tzinfo=datetime.UTC), tick=False)
def test_planned_dates_say_which_step_is_under_way(client):
    CycleFactory(
        year=2020,
        steps={
            1: (datetime.date(2020, 2, 1), datetime.date(2020, 2, 29)),
            2: (None, datetime.date(2020, 6, 14)),
            3: (datetime.date(2020, 6, 1), datetime.date(2020, 6, 15)),
            4: (datetime.date(2020, 6, 16), None),
        },
    )
    page = client.get(reverse("home"))
    assert [step["phase"] for step in page.context["roadmap"]["steps"]] == [
        "done",
        "done",
        "current",
        "coming",
        "",
        "",
    ]
    assert "01/06/2020 – 15/06/2020" in page.content.decode()
    assert page.content.decode().count('aria-current="step"') == 1


def test_a_closed_cycle_is_done_and_a_plan_without_dates_says_so(client):
    CycleFactory(year=2020, is_closed=True)
    page = client.get(reverse("home"))
    assert {step["phase"] for step in page.context["roadmap"]["steps"]} == {"done"}
    assert "Kế hoạch không ghi ngày của từng bước." in page.content.decode()


def test_the_numbers_count_real_products_by_stars_and_standing(client):
    tree = vinh_linh()
    for stars in (3, 3, 4):
        PublicRatingFactory(stars=stars, product__is_sample=False)
    PublicRatingFactory(stars=4, product__is_sample=False, product__producer__unit=tree.vinh_thuy)
    certified = ProductFactory(is_sample=False)
    record_recognition(recognition=RecognitionFactory.build(product=certified, stars=4))
    revoked = ProductFactory(is_sample=False)
    recognition = record_recognition(recognition=RecognitionFactory.build(product=revoked))
    revoke_recognition(
        recognition=recognition, on=recognition.decided_on, ground="Mẫu", by=UserFactory()
    )
    PublicRatingFactory(stars=5)  # a sample
    numbers = catalogue.numbers()
    assert numbers.rows == [
        (4, [(Standing.CERTIFIED, 1), (Standing.COUNCIL, 2)]),
        (3, [(Standing.CERTIFIED, 0), (Standing.COUNCIL, 2)]),
    ]
    assert (numbers.products, numbers.producers, numbers.communes) == (5, 5, 2)


def test_the_newest_products_come_first_and_revoked_ones_not_at_all(client):
    for year in range(2012, 2020):
        PublicRatingFactory(product__name=f"Sản phẩm mẫu {year}", year=year)
    revoked = ProductFactory(name="Sản phẩm mẫu thu hồi")
    recognition = record_recognition(recognition=RecognitionFactory.build(product=revoked))
    revoke_recognition(
        recognition=recognition, on=recognition.decided_on, ground="Mẫu", by=UserFactory()
    )
    shown = client.get(reverse("home")).context["newest"]
    assert [product.name for product in shown] == [
        f"Sản phẩm mẫu {year}" for year in (2019, 2018, 2017, 2016, 2015, 2014)
    ]


def test_the_districts_plan_is_told_with_its_number_and_the_source_of_its_figures(client):
    page = client.get(reverse("home")).content.decode()
    assert "102/KH-UBND ngày 30/09/2019" in page
    assert "Nguồn: " + roadmap.plan()["figures"]["source"] in page
    assert "<dd>75<span>/101</span></dd>" in page


def test_the_page_does_without_the_plan(client, tmp_path, monkeypatch):
    monkeypatch.setattr(roadmap, "PLAN_FILE", tmp_path / "no.yaml")
    roadmap.plan.cache_clear()
    try:
        page = client.get(reverse("home"))
        assert page.status_code == 200
        assert "102/KH-UBND" not in page.content.decode()
    finally:
        roadmap.plan.cache_clear()
