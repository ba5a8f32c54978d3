"""The history on a producer's page: who changed what, when, from which value."""

import datetime

import pytest

from communes.history import compared, entries_of
from communes.models import Producer
from communes.producers import save_producer, stop_producer
from tests.factories import ProducerFactory, officer, vinh_linh

pytestmark = pytest.mark.django_db


def test_each_change_names_the_person_and_each_field_old_and_new():
    tree = vinh_linh()
    producer = ProducerFactory(unit=tree.ho_xa, workers=None, must_register=True)
    by = officer(full_name="Lê Thị Mẫu")
    producer.unit, producer.workers = tree.vinh_thuy, 12
    producer.legal_form, producer.must_register = "household", False
    save_producer(producer=producer, by=by)
    newest, first = entries_of(producer)
    assert (first["what"], first["changes"]) == ("Nhập mới", [])
    assert (newest["what"], str(newest["who"])) == ("Sửa", "Lê Thị Mẫu")
    assert {row["field"]: (row["old"], row["new"]) for row in newest["changes"]} == {
        "Loại hình tổ chức": ("hợp tác xã", "hộ gia đình có đăng ký kinh doanh"),
        "Phải đăng ký kinh doanh": ("có", "không"),
        "Xã, thị trấn": ("Thị trấn Hồ Xá", "Xã Vĩnh Thủy"),
        "Số lao động": ("", "12"),
    }


def test_the_reason_of_a_stop_is_told():
    producer = ProducerFactory()
    stop_producer(producer=producer, by=officer(), reason="Giải thể từ 01/10/2020")
    newest = entries_of(producer)[0]
    assert newest["reason"] == "Giải thể từ 01/10/2020"
    assert newest["changes"] == [{"field": "Đang hoạt động", "old": "có", "new": "không"}]


def test_saving_without_a_change_shows_no_changed_field():
    producer = ProducerFactory()
    save_producer(producer=producer, by=officer())
    assert entries_of(producer)[0]["changes"] == []


def test_the_oldest_of_a_long_history_is_still_compared_with_what_was_before_it():
    producer = ProducerFactory(address="0")
    for number in range(1, 5):
        producer.address = str(number)
        producer.save()
    shown = entries_of(producer, limit=2)
    assert [row["changes"][0]["old"] for row in shown] == ["3", "2"]


def test_in_a_history_of_several_rows_each_is_compared_with_its_own_past():
    small, large = ProducerFactory(workers=1), ProducerFactory(workers=50)
    for producer, workers in ((small, 2), (large, 60), (small, 3)):
        producer.workers = workers
        producer.save()
    told = [
        (record.id, [(row["old"], row["new"]) for row in changes])
        for record, _before, changes in compared(Producer.history.all())
    ]
    assert told == [
        (small.pk, [("2", "3")]),
        (large.pk, [("50", "60")]),
        (small.pk, [("1", "2")]),
        (large.pk, []),
        (small.pk, []),
    ]


def test_units_of_one_name_are_told_apart(units):
    """Thị trấn Cửa Tùng of 2019 and the one merged in 2020 would read as no change at all."""
    producer = ProducerFactory(unit=units("19414", datetime.date(2019, 6, 1)))
    producer.unit = units("19414")
    save_producer(producer=producer, by=officer())
    assert entries_of(producer)[0]["changes"] == [
        {
            "field": "Xã, thị trấn",
            "old": "Thị trấn Cửa Tùng (đến 31/12/2019)",
            "new": "Thị trấn Cửa Tùng (đến 30/06/2025)",
        }
    ]
