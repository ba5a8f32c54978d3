"""Numbers as officers type them: dots between thousands, a comma before decimals."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

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
