"""Units change names, codes and borders; pages about a year show that year's."""

import datetime

import pytest

from communes.models import Unit, UnitCover, UnitSuccession
from communes.programme import load_units
from communes.unit_facts import chosen_period, family_of, periods, producer_counts
from communes.units import communes_on
from tests.factories import ProducerFactory

pytestmark = pytest.mark.django_db

IN_2019, IN_2020, NOW = (
    datetime.date(2019, 9, 30),
    datetime.date(2020, 9, 30),
    datetime.date(2025, 9, 30),
)


def names(rows) -> list[str]:
    return sorted(str(row) for row in rows)


def test_the_district_has_22_units_in_2019_and_18_in_2020(units):
    district = units("464")
    assert communes_on(district, IN_2019).count() == 22
    assert communes_on(district, IN_2020).count() == 18


def test_the_last_day_of_a_unit_and_the_first_of_its_successor_do_not_overlap(units):
    district = units("464")
    assert communes_on(district, datetime.date(2019, 12, 31)).count() == 22
    assert communes_on(district, datetime.date(2020, 1, 1)).count() == 18
    assert communes_on(district, datetime.date(2025, 6, 30)).count() == 18
    assert communes_on(district, datetime.date(2025, 7, 1)).count() == 0


def test_five_communes_stand_straight_under_the_province_since_july_2025(units):
    province = units("44", NOW)
    assert names(communes_on(province, NOW)) == [
        "Xã Bến Quan",
        "Xã Cửa Tùng",
        "Xã Vĩnh Hoàng",
        "Xã Vĩnh Linh",
        "Xã Vĩnh Thủy",
    ]


def test_a_code_alone_is_no_unit_19378_was_vinh_trung_and_became_trung_nam(units):
    assert str(units("19378", IN_2019)) == "Xã Vĩnh Trung"
    assert str(units("19378", IN_2020)) == "Xã Trung Nam"
    assert str(units("19405", IN_2020)) == "Xã Vĩnh Lâm"
    assert str(units("19405", NOW)) == "Xã Vĩnh Thủy"


def test_the_merger_of_2020_is_told_with_its_resolution(units):
    family = family_of(units("19378", IN_2020))
    assert [str(row.predecessor) for row in family.origins] == ["Xã Vĩnh Nam", "Xã Vĩnh Trung"]
    assert {row.basis for row in family.origins} == {"Nghị quyết 832/NQ-UBTVQH14"}
    assert [str(row.successor) for row in family.successions] == ["Xã Vĩnh Hoàng"]
    # No source names the resolution of 2025, so none is made up.
    assert [row.basis for row in family.successions] == [""]


def test_todays_commune_answers_for_the_predecessors_of_its_predecessors(units):
    hoang = units("19372", NOW)
    covered = names(Unit.objects.filter(covered_by__holder=hoang))
    assert covered == [
        "Xã Trung Nam",
        "Xã Vĩnh Hoàng",
        "Xã Vĩnh Hòa",
        "Xã Vĩnh Nam",
        "Xã Vĩnh Thái",
        "Xã Vĩnh Trung",
        "Xã Vĩnh Tú",
    ]


def test_the_province_of_today_covers_the_district_of_old_and_all_its_communes(units):
    province = units("44", NOW)
    assert Unit.objects.filter(covered_by__holder=province).count() == 34


def test_producers_of_merged_communes_are_rolled_up_to_todays_commune(units):
    ProducerFactory(unit=units("19390", IN_2019))  # Vĩnh Nam
    ProducerFactory(unit=units("19378", IN_2020))  # Trung Nam
    ProducerFactory(unit=units("19378", IN_2020), is_active=False)
    ProducerFactory(unit=units("19402", IN_2020))  # Vĩnh Thủy, elsewhere
    nam, trung_nam, hoang = (
        units("19390", IN_2019),
        units("19378", IN_2020),
        units("19372", NOW),
    )
    counts = producer_counts([nam, trung_nam, hoang])
    assert counts == {nam.pk: 1, trung_nam.pk: 2, hoang.pk: 2}


def test_the_years_to_choose_from_are_those_after_which_units_changed(units):
    assert [period.label for period in periods()] == ["Năm 2019", "Năm 2020", "Hiện nay"]
    assert chosen_period(periods(), "2019").day == datetime.date(2019, 12, 31)
    assert chosen_period(periods(), "1850").label == "Hiện nay"
    assert chosen_period(periods(with_all=True), None).label == "Mọi thời kỳ"


def test_a_unit_that_has_ended_says_so(units):
    assert units("19378", IN_2019).dated_name == "Xã Vĩnh Trung (đến 31/12/2019)"
    assert units("19372", NOW).dated_name == "Xã Vĩnh Hoàng"


def test_loading_units_again_changes_nothing(units):
    before = (Unit.objects.count(), UnitSuccession.objects.count(), UnitCover.objects.count())
    again = load_units()
    assert (again.made, again.changed) == (0, 0)
    after = (Unit.objects.count(), UnitSuccession.objects.count(), UnitCover.objects.count())
    assert after == before == (34, 27, after[2])


def test_loading_mends_a_unit_that_differs_from_the_file(units):
    Unit.objects.filter(name="Vĩnh Ô").update(valid_until=None)
    assert load_units().changed == 1
    assert Unit.objects.get(name="Vĩnh Ô").valid_until == datetime.date(2025, 6, 30)
