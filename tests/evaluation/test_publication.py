"""Which one fact stands for a product in public lists."""

import datetime

import pytest
from django.utils import timezone

from evaluation.publication import refresh_current, refresh_expired
from products.models import PublicRating
from tests.factories import ProductFactory, PublicRatingFactory

pytestmark = pytest.mark.django_db
COUNCIL, RECOGNITION = PublicRating.Kind.COUNCIL, PublicRating.Kind.RECOGNITION


def fact(product, kind, year, stars, **values):
    day = datetime.date(year, 6, 1)
    return PublicRatingFactory(
        product=product,
        kind=kind,
        year=year,
        stars=stars,
        decided_on=day,
        is_current=False,
        **values,
    )


def current(product):
    refresh_current(product)
    rating = product.ratings.get(is_current=True)
    return (rating.kind, rating.year, rating.stars)


def in_days(days):
    return timezone.localdate() + datetime.timedelta(days=days)


def test_a_newer_council_result_does_not_hide_a_certificate_in_force():
    product = ProductFactory()
    fact(product, RECOGNITION, 2024, 3, valid_until=in_days(30))
    fact(product, COUNCIL, 2026, 4)
    assert current(product) == (RECOGNITION, 2024, 3)


def test_once_the_certificate_has_run_out_the_newer_result_stands():
    product = ProductFactory()
    certificate = fact(product, RECOGNITION, 2024, 3, valid_until=in_days(0))
    fact(product, COUNCIL, 2026, 4)
    assert current(product) == (RECOGNITION, 2024, 3)
    PublicRating.objects.filter(pk=certificate.pk).update(valid_until=in_days(-1))
    assert refresh_expired() == 1
    assert product.ratings.get(is_current=True).kind == COUNCIL


def test_a_revoked_recognition_stands_behind_what_is_left():
    product = ProductFactory()
    fact(product, RECOGNITION, 2025, 4, valid_until=in_days(300), revoked_on=in_days(-1))
    fact(product, COUNCIL, 2024, 3)
    assert current(product) == (COUNCIL, 2024, 3)


def test_a_recognition_of_the_same_year_stands_before_the_result_that_led_to_it():
    product = ProductFactory()
    fact(product, COUNCIL, 2020, 4)
    fact(product, RECOGNITION, 2020, 4)
    assert current(product) == (RECOGNITION, 2020, 4)
