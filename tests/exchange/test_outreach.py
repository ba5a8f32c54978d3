"""Outreach events from Excel: in once, mended by a second file, refused by column, taken back."""

import datetime

import pytest
from openpyxl import Workbook

from communes.models import OutreachEvent, Role
from communes.units import rebuild_cover
from ocop_portal.exchange import jobs
from ocop_portal.exchange.models import Row
from ocop_portal.worklist import work_of
from tests.factories import UnitFactory, officer, vinh_linh

from .books import brought_in, nfd, read

pytestmark = pytest.mark.django_db
O = Row.Outcome  # noqa: E741
HEADINGS = [
    *("Đơn vị tổ chức", "Hình thức", "Nội dung tuyên truyền", "Ngày tổ chức", "Đến hết ngày"),
    *("Địa điểm", "Đối tượng", "Số người dự", "Trong đó nữ", "Ghi chú"),
]
DAY = datetime.date(2026, 3, 5)
ROW = ("19363", "Hội nghị", "Hội nghị mẫu", DAY, None, "Hội trường", "Hợp tác xã", 40, 18)


def events(*rows) -> Workbook:
    found = Workbook()
    found.active.title = "Tuyên truyền"
    for row in (HEADINGS, *rows):
        found.active.append(list(row))
    return found


def why(job) -> dict[int, str]:
    return {row.number: row.faults[0]["letter"] for row in job.rows.filter(outcome=O.REFUSED)}


def test_an_event_comes_in_once_and_a_second_file_mends_its_numbers():
    by = officer(Role.Kind.COMMUNE_OFFICER)
    brought_in(events(ROW), by)
    event = OutreachEvent.objects.get()
    assert (event.unit, event.held_on, event.kind) == (vinh_linh().ho_xa, DAY, "Hội nghị")
    assert (event.people, event.women, event.men) == (40, 18, 22)
    assert event.history.get().history_user == by
    assert jobs.counts(read(events([nfd(c) if isinstance(c, str) else c for c in ROW]), by)) == {
        O.NEW: 0,
        O.CHANGED: 0,
        O.SAME: 1,
        O.REFUSED: 0,
    }
    job = brought_in(events((*ROW[:7], 45, 20)), by)
    assert job.rows.get().changes == [
        {"label": "Số người dự", "old": "40", "new": "45"},
        {"label": "Trong đó nữ", "old": "18", "new": "20"},
    ]
    event.refresh_from_db()
    assert (event.people, event.women) == (45, 20)


def test_every_fault_is_named_by_column():
    job = read(
        events(
            ("99999", *ROW[1:]),
            (ROW[0], None, *ROW[2:]),
            (*ROW[:3], "31/02/2026", *ROW[4:]),
            (*ROW[:3], datetime.date(2099, 1, 1), *ROW[4:]),
            (*ROW[:4], datetime.date(2026, 3, 1), *ROW[5:]),
            (*ROW[:7], "nhiều", 1),
            (*ROW[:7], 10, 11),
            (*ROW[:7], 100_001, 1),
            (*ROW[:2], "x" * 251, *ROW[3:]),
            ROW,
            ROW,
        ),
        officer(),
    )
    assert why(job) == {
        2: "A",
        3: "B",
        4: "D",
        5: "D",
        6: "E",
        7: "H",
        8: "I",
        9: "H",
        10: "C",
        12: "",
    }
    assert "05/03/2026" in job.rows.get(number=4).faults[0]["why"]["vi"]  # 31/02
    assert jobs.counts(job)[O.NEW] == 1


def test_an_event_belongs_to_the_unit_of_its_day():
    merged = UnitFactory(
        code="19378",
        kind="Xã",
        name="Trung Nam",
        parent=vinh_linh().district,
        valid_until=datetime.date(2025, 6, 30),
    )
    rebuild_cover()
    then = datetime.date(2020, 3, 5)
    job = brought_in(events(("19378", *ROW[1:]), ("19378", *ROW[1:3], then)), officer())
    assert why(job) == {2: "A"}
    assert (OutreachEvent.objects.get().unit, OutreachEvent.objects.get().held_on) == (merged, then)


def test_an_import_is_taken_back_unless_the_event_was_worked_on():
    by = officer(Role.Kind.COMMUNE_OFFICER)
    job = brought_in(events(ROW), by)
    OutreachEvent.objects.update(people=41)
    jobs.undo(job=job, by=by)
    jobs.work(job.pk)
    assert "đã được sửa" in job.rows.get().in_the_way["vi"]
    OutreachEvent.objects.update(people=40)
    jobs.undo(job=job, by=by)
    jobs.work(job.pk)
    assert OutreachEvent.objects.get().withdrawn_reason == "Hoàn tác nhập từ Excel"
    assert jobs.counts(read(events(ROW), by))[O.NEW] == 1


def test_a_file_that_was_read_waits_in_the_uploader_s_work_until_it_is_confirmed():
    by = officer(Role.Kind.COMMUNE_OFFICER)
    job = read(events(ROW), by)
    (item,) = [item for item in work_of(by) if "Excel" in item.label]
    assert (item.count, item.url) == (1, job.get_absolute_url())
    assert not [item for item in work_of(officer()) if "Excel" in item.label]
    jobs.confirm(job=job, by=by)
    jobs.work(job.pk)
    assert not [item for item in work_of(by) if "Excel" in item.label]
