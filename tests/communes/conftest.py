"""Vĩnh Linh's real units, for the tests of this folder."""

import datetime

import pytest

from communes.models import Unit
from communes.programme import load_units


@pytest.fixture
def units(db):
    """`units(code, day)`: the unit that bore this code on a day, out of the programme's data."""
    load_units()

    def find(code: str, day: datetime.date | None = None) -> Unit:
        return Unit.objects.on(day or datetime.date(2020, 6, 1)).get(code=code)

    return find
