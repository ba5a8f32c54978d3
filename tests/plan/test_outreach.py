"""Step 1: outreach events by commune, their papers, and which communes of a year were reached."""

import datetime
import unicodedata
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from communes.models import OutreachEvent, OutreachFile, Role, Unit, today
from communes.outreach import (
    Coverage,
    attach_file,
    coverage,
    save_event,
    with_units,
    withdraw_event,
)
from communes.programme import load_units
from ocop_portal.uploads import check_upload
from products.plan_reality import reality_of
from tests.communes.pages import text_of
from tests.factories import (
    OutreachEventFactory,
    OutreachFileFactory,
    PlanFactory,
    UnitFactory,
    officer,
    pdf_bytes,
    vinh_linh,
)
from tests.products.uploads import jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(client):
    user = officer()
    client.force_login(user)
    return user


def covered(year: int, *, as_of_today: bool = False) -> Coverage:
    return coverage(
        year=year,
        units=Unit.objects.all(),
        events=OutreachEvent.objects.all(),
        as_of_today=as_of_today,
    )


def data(unit, /, **changes) -> dict:
    return {
        "unit": unit.pk,
        "kind": "Họp thôn, khu phố",
        "title": "Giới thiệu chương trình OCOP",
        "held_on": "05/11/2019",
        "ends_on": "",
        "place": "Nhà văn hóa thôn mẫu",
        "audience": "Hộ sản xuất",
        "people": "40",
        "women": "15",
        "note": "",
    } | changes


def post(client, **changes):
    return client.post(reverse("communes:outreach_add"), data(vinh_linh().ho_xa, **changes))


# --- Entering ---------------------------------------------------------------------------------


def test_a_commune_enters_its_own_and_the_form_sent_twice_makes_one(client):
    tree = vinh_linh()
    user = officer(Role.Kind.COMMUNE_OFFICER, tree.ho_xa)
    client.force_login(user)
    answer = post(client)
    event = OutreachEvent.objects.get()
    assert answer.url == event.get_absolute_url()
    assert (event.unit, event.people, event.men) == (tree.ho_xa, 40, 25)
    assert event.history.get().history_user == user
    again = post(client)
    assert "Đã ghi buổi này, cùng ngày và cùng nội dung." in text_of(again)
    elsewhere = post(client, unit=tree.vinh_thuy.pk)
    assert "unit" in elsewhere.context["form"].errors
    for_the_district = post(client, unit=tree.district.pk)
    assert "unit" in for_the_district.context["form"].errors
    assert OutreachEvent.objects.count() == 1


def test_decomposed_letters_are_the_same_event(client, district):
    post(client)
    again = post(client, title=unicodedata.normalize("NFD", "Giới thiệu chương trình OCOP"))
    assert again.status_code == 422
    assert OutreachEvent.objects.get().title == "Giới thiệu chương trình OCOP"


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"held_on": "31/02/2019"}, "held_on", "ngày"),
        ({"held_on": "01/01/2099"}, "held_on", "Ngày này chưa đến."),
        ({"ends_on": "04/11/2019"}, "ends_on", "Ngày cuối phải từ ngày đầu trở đi."),
        ({"women": "41"}, "women", "Số nữ không thể nhiều hơn số người dự."),
        ({"people": "", "women": "3"}, "women", "Số nữ không thể nhiều hơn số người dự."),
        ({"people": "-4", "women": ""}, "people", "0"),
        ({"kind": ""}, "kind", "Hãy điền mục này."),
    ],
)
def test_what_does_not_hold_together_is_refused_and_what_was_typed_is_kept(
    client, district, changes, field, said
):
    answer = post(client, **changes)
    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"].errors[field])
    assert answer.context["form"]["place"].value() == "Nhà văn hóa thôn mẫu"
    assert not OutreachEvent.objects.exists()


def test_an_event_is_held_by_a_unit_of_its_day(district):
    load_units()
    merged = Unit.objects.on(datetime.date(2020, 6, 1)).get(code="19378")
    event = OutreachEvent(unit=merged, kind="Hội nghị", title="A")
    event.held_on = datetime.date(2019, 12, 31)
    with pytest.raises(ValidationError, match="Ngày 31/12/2019 không có Xã Trung Nam"):
        save_event(event=event, by=district)


def test_what_is_withdrawn_needs_a_reason_and_counts_no_more(client, district):
    event = OutreachEventFactory()
    url = reverse("communes:outreach_withdraw", args=[event.pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    client.post(url, {"reason": "Ghi nhầm xã"})
    assert "Lý do: Ghi nhầm xã" in text_of(client.get(event.get_absolute_url()))
    assert list(client.get(reverse("communes:outreach")).context["page_obj"]) == []
    assert covered(2019).total.events == 0


# --- Papers and photos ------------------------------------------------------------------------


def send(client, event, content: bytes, name="bien-ban.pdf"):
    return client.post(
        reverse("communes:outreach_file_add", args=[event.pk]),
        {"file": SimpleUploadedFile(name, content), "caption": "Biên bản"},
    )


def test_a_paper_is_kept_once_read_in_place_and_withdrawn_with_a_reason(client, district):
    event = OutreachEventFactory()
    send(client, event, pdf_bytes("biên bản"))
    paper = OutreachFile.objects.get()
    answer = client.get(paper.get_file_url())
    assert b"".join(answer.streaming_content) == pdf_bytes("biên bản")
    again = send(client, event, pdf_bytes("biên bản"))
    assert "Tệp này đã có ở đây rồi." in text_of(again)
    client.post(
        reverse("communes:outreach_file_withdraw", args=[paper.pk]), {"reason": "Nhầm buổi"}
    )
    assert "Nhầm buổi" in text_of(client.get(event.get_absolute_url()))
    assert send(client, event, pdf_bytes("biên bản")).status_code == 302


def test_a_photo_of_60_mb_and_a_page_are_refused_in_words(client, district):
    event = OutreachEventFactory()
    big = send(client, event, jpeg() + bytes(60 * 1024 * 1024), "anh.jpg")
    assert "Tệp lớn hơn 25 MB. Hãy nén hoặc tách nhỏ." in text_of(big)
    page = send(client, event, b"<html>", "anh.jpg")
    assert "Chỉ nhận tệp PDF, ảnh JPG" in text_of(page)
    assert not OutreachFile.objects.exists()


def test_a_withdrawn_event_takes_no_more_papers(district):
    event = withdraw_event(event=OutreachEventFactory(), by=district, reason="Nhầm")
    upload = check_upload(
        SimpleUploadedFile("a.pdf", pdf_bytes()), accepted={"application/pdf"}, refusal=""
    )
    with pytest.raises(ValidationError, match="đã được rút"):
        attach_file(event=event, upload=upload, caption="", by=district)


# --- Lists and coverage -----------------------------------------------------------------------


def test_the_list_is_narrowed_by_year_unit_kind_and_words_and_goes_out_as_seen(client, district):
    tree = vinh_linh()
    OutreachEventFactory(title="Phát thanh mẫu", kind="phát thanh", people=None, women=None)
    OutreachEventFactory(unit=tree.vinh_thuy, held_on="2020-03-01", title="Hội nghị thôn mẫu")
    url = reverse("communes:outreach")

    def found(**query):
        return [row.title for row in client.get(url, query).context["page_obj"]]

    assert found() == ["Hội nghị thôn mẫu", "Phát thanh mẫu"]
    assert found(year=2019) == ["Phát thanh mẫu"]
    assert found(unit=tree.vinh_thuy.pk) == ["Hội nghị thôn mẫu"]
    assert found(kind="phat thanh") == ["Phát thanh mẫu"]
    assert found(q="hoi nghi") == ["Hội nghị thôn mẫu"]
    file = client.get(url, {"year": 2020, "export": "xlsx"})
    rows = list(openpyxl.load_workbook(BytesIO(file.content)).active.values)
    assert [row[3] for row in rows[1:]] == ["Hội nghị thôn mẫu"]
    assert (rows[1][8], rows[1][9]) == (40, 15)


def test_communes_without_an_event_come_first_and_the_district_s_own_belongs_to_none(
    client, district
):
    tree = vinh_linh()
    OutreachEventFactory.create_batch(2, unit=tree.ho_xa)
    OutreachEventFactory(unit=tree.district, people=100, women=None)
    page = client.get(reverse("communes:outreach_coverage"), {"nam": 2019})
    rows = [
        (row.unit and str(row.unit), row.events, row.people, row.women)
        for row in page.context["page_obj"]
    ]
    assert rows == [
        (str(tree.vinh_thuy), 0, 0, 0),
        (str(tree.ho_xa), 2, 80, 30),
        (None, 1, 100, 0),
    ]
    assert page.context["coverage"].total.events == 3
    assert (page.context["coverage"].without, page.context["reached"]) == (1, 1)


def test_every_page_of_the_communes_goes_on_where_the_one_before_ended():
    tree = vinh_linh()
    names = "ABCDEFG"
    units = [UnitFactory(name=name, parent=tree.district) for name in names]
    for unit in units[::3]:
        OutreachEventFactory(unit=unit)
    OutreachEventFactory(unit=tree.district)
    found = covered(2019)
    whole = [(row.unit and row.unit.name, row.events) for row in found.rows[:]]
    without = [unit.name for unit in (units[1], units[2], units[4], units[5])]
    assert whole == [
        *((name, 0) for name in (*without, tree.ho_xa.name, tree.vinh_thuy.name)),
        *((name, 1) for name in "ADG"),
        (None, 1),
    ]
    assert (found.communes, found.without) == (9, 6)
    for size in (1, 2, 4, 7, 10):
        pages = [found.rows[at : at + size] for at in range(0, len(found.rows), size)]
        assert [row.unit_id for page in pages for row in page] == [
            row.unit_id for row in found.rows[:]
        ]
        assert sum(row.people for page in pages for row in page) == found.total.people == 160


def test_by_the_communes_of_the_day_and_by_today_s_the_totals_are_the_same():
    load_units()
    district = Unit.objects.get(code="464")
    for day, code in (
        (datetime.date(2019, 11, 1), "19378"),  # Vĩnh Trung, later Trung Nam, later Vĩnh Hoàng
        (datetime.date(2020, 11, 1), "19378"),
        (datetime.date(2025, 3, 1), "19363"),  # Hồ Xá, in the half of 2025 before the merger
        (datetime.date(2025, 8, 1), "19363"),  # the new Vĩnh Linh, in the other half
        (datetime.date(2026, 8, 1), "19372"),  # Vĩnh Hoàng
    ):
        unit = Unit.objects.on(day).get(code=code, level="commune")
        OutreachEventFactory(unit=unit, held_on=day)
    OutreachEventFactory(unit=district, held_on="2019-11-02")
    for year, events in ((2019, 2), (2020, 1), (2025, 2), (2026, 1)):
        then, now = covered(year), covered(year, as_of_today=True)
        assert (then.total.events, now.total.events) == (events, events)
        for found in (then, now):
            assert sum(row.events for row in found.rows[:]) == events
        assert then.elsewhere.events == now.elsewhere.events == (year == 2019)
    rows = with_units(covered(2020, as_of_today=True).rows)
    now = {str(row.unit): row.events for row in rows}
    assert now["Xã Vĩnh Hoàng"] == 1
    assert str(today().year) >= "2026"


def test_a_commune_sees_its_own_events_alone(client):
    tree = vinh_linh()
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER, tree.ho_xa))
    theirs = OutreachFileFactory(event__unit=tree.vinh_thuy)
    mine = OutreachEventFactory()
    assert list(client.get(reverse("communes:outreach")).context["page_obj"]) == [mine]
    assert client.get(theirs.event.get_absolute_url()).status_code == 404
    assert client.get(theirs.get_file_url()).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_pages_cost_the_same_with_one_event_and_with_three(
    client, district, number, django_assert_num_queries
):
    OutreachFileFactory.create_batch(number)
    event = OutreachEvent.objects.first()
    client.get(reverse("communes:outreach"))
    with django_assert_num_queries(10):
        client.get(reverse("communes:outreach"))
    with django_assert_num_queries(8):
        client.get(reverse("communes:outreach_coverage"), {"nam": 2019, "theo": "hien-nay"})
    with django_assert_num_queries(10):
        client.get(reverse("communes:outreach_coverage"), {"nam": 2019})
    with django_assert_num_queries(7):
        client.get(event.get_absolute_url())


def test_a_plan_counts_the_events_of_its_communes_and_no_sample():
    tree = vinh_linh()
    OutreachEventFactory(unit=tree.ho_xa)
    OutreachEventFactory(unit=tree.district, people=None, women=None)
    OutreachEventFactory(is_sample=True)
    OutreachEventFactory(held_on="2021-01-05")
    lines = {line.measure: line for line in reality_of(PlanFactory(), []).lines}
    assert [cell.counted for cell in lines["outreach"].cells] == [2, 0]
    assert [cell.counted for cell in lines["outreach_people"].cells] == [40, 0]
