"""The places of the imports."""

import datetime

import pytest

from communes.units import rebuild_cover
from tests.factories import UnitFactory, UnitSuccessionFactory, vinh_linh


@pytest.fixture
def place():
    """Hồ Xá in Vĩnh Linh, a merged commune, and one of another district."""
    tree = vinh_linh()
    UnitFactory(code="20001", name="Xã ngoài", kind="Xã")
    merged = UnitFactory(
        code="19381",
        name="Vĩnh Kim",
        parent=tree.district,
        valid_until=datetime.date(2019, 12, 31),
    )
    now = UnitFactory(
        code="19384",
        name="Kim Thạch",
        parent=tree.district,
        valid_from=datetime.date(2020, 1, 1),
    )
    UnitSuccessionFactory(predecessor=merged, successor=now)
    rebuild_cover()
    return tree
