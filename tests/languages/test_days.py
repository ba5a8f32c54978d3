"""A day is the same day in both languages: 05/11 is the fifth of November."""

import datetime

import pytest
from django import forms
from django.urls import reverse
from django.utils import translation

from ocop_portal.languages import in_language


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_typed_day_is_read_day_first(language):
    with translation.override(language):
        assert forms.DateField().clean("05/11/2026") == datetime.date(2026, 11, 5)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_law_of_a_day_is_looked_up_for_that_day(client, language):
    page = client.get(in_language(reverse("lawbook:decisions"), language), {"ngay": "05/07/2025"})
    heading = {"vi": "Ngày 05/07/2025 áp dụng", "en": "Applies on 05/07/2025"}[language]
    assert heading in page.content.decode()
