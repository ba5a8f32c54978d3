"""Numbers as officers type them: dots between thousands, a comma before decimals."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from ocop_portal.forms import AmountField, WholeNumberField


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12.500.000", 12_500_000), ("12500000", 12_500_000), (" 1.200 ", 1200), ("0", 0), ("", None)],
)
def test_a_whole_number_comes_with_or_without_dots(typed, number):
    assert WholeNumberField(required=False).clean(typed) == number


@pytest.mark.parametrize("typed", ["1.20", "12,5", "1.2000", ".500", "nhiều", "-1"])
def test_what_is_no_whole_number_is_refused(typed):
    with pytest.raises(ValidationError):
        WholeNumberField(min_value=0).clean(typed)


def test_a_whole_number_is_shown_with_dots_and_what_was_typed_stays():
    field = WholeNumberField()
    assert field.prepare_value(12_500_000) == "12.500.000"
    assert field.prepare_value("12,5") == "12,5"


def test_an_amount_has_dots_between_thousands_and_a_decimal_comma():
    field = AmountField(localize=True)
    assert field.clean("1.500,5") == Decimal("1500.5")
    assert field.clean("2,5") == Decimal("2.5")
    assert field.clean("1.500") == 1500


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("2.000", "2"),
        ("20.50", "20,5"),
        ("1500.5", "1.500,5"),
        ("100", "100"),
        ("12500.00", "12.500"),
    ],
)
def test_a_kept_amount_is_shown_so_that_nobody_reads_two_as_two_thousand(language, kept, shown):
    with translation.override(language):
        field = AmountField(localize=True)
        field.widget.is_localized = True
        assert field.widget.format_value(field.prepare_value(Decimal(kept))) == shown
    # What is sent is read in Vietnamese, whatever the page's language.
    with translation.override("vi"):
        assert field.clean(shown) == Decimal(kept)
    assert field.prepare_value("2,50") == "2,50"
