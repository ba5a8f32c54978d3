"""Reports: what is counted once stays once, through mergers, on the page, in Excel and on paper."""

import datetime
from collections import Counter

import pytest
from django.urls import reverse

from communes.models import Role, Unit
from communes.programme import load_units
from communes.units import rebuild_cover
from products.models import Entry, Grant, PublicRating
from products.reports.places import Places
from products.reports.registry import Ask, report_of, reports
from products.reports.rows import span_of
from tests.exchange.books import opened
from tests.factories import (
    CycleFactory,
    EntryFactory,
    GrantFactory,
    ProducerFactory,
    ProductFactory,
    RoleFactory,
    UnitFactory,
    UnitSuccessionFactory,
    UserFactory,
    officer,
    vinh_linh,
)

pytestmark = pytest.mark.django_db
DAYS = {2019: datetime.date(2019, 12, 31), 2020: datetime.date(2020, 12, 31)}


def unit_on(code, day) -> Unit:
    return Unit.objects.on(day).get(code=code, level=Unit.Level.COMMUNE)


@pytest.fixture
def through_time():
    """The real units 2019–2026 with planted producers of every period, and one planted split."""
    load_units()
    province = Unit.objects.on().get(level=Unit.Level.PROVINCE)
    district = Unit.objects.get(level=Unit.Level.DISTRICT)
    split = UnitFactory(
        code="19999", name="Mẫu Chia", parent=district, valid_until=datetime.date(2019, 12, 31)
    )
    for code in ("19997", "19998"):
        part = UnitFactory(
            code=code,
            name=f"Mẫu Phần {code}",
            parent=province,
            valid_from=datetime.date(2020, 1, 1),
        )
        UnitSuccessionFactory(predecessor=split, successor=part, on=datetime.date(2020, 1, 1))
    rebuild_cover()
    user = UserFactory()
    RoleFactory(user=user, unit=province, kind=Role.Kind.DISTRICT_OFFICER)
    places = [
        *Unit.objects.filter(level=Unit.Level.COMMUNE, children=None),
        district,  # a producer whose commune no source names
    ]
    cycles = {year: CycleFactory(unit=district, year=year) for year in range(2019, 2026)}
    for number, unit in enumerate(places):
        product = ProductFactory(producer=ProducerFactory(unit=unit, is_sample=False))
        type(product).objects.filter(pk=product.pk).update(is_sample=False)
        for year in (2019 + number % 3, 2023 + number % 3):
            entry = EntryFactory(product=product, cycle=cycles[year])
        GrantFactory(entry=entry, amount=1, decided_on=datetime.date(2019 + number % 7, 6, 30))
        PublicRating.objects.create(
            product=product,
            kind=PublicRating.Kind.RECOGNITION,
            key=f"recognition:{number}",
            stars=3 + number % 3,
            year=2019 + number % 7,
            valid_until=datetime.date(2024 + number % 3, 6, 30),
        )
    return user, split, len(places)


def totals(slug, user, as_of_day) -> list[tuple]:
    ask = Ask(user=user, since=2019, until=2026, as_of_day=as_of_day)
    return [(table.title, table.total) for table in report_of(slug).make(ask)]


@pytest.mark.parametrize(
    "slug", ["san-pham", "hang-sao", "chu-the", "tien-do", "ho-tro", "het-han"]
)
def test_todays_communes_and_those_of_the_day_give_the_same_totals(through_time, slug):
    user, _split, number = through_time
    by_day, by_today = totals(slug, user, True), totals(slug, user, False)
    assert by_day == by_today
    sums = {total[0] if slug == "chu-the" else total[-1] for _title, total in by_day if total}
    assert sums == {number * (2 if slug in {"san-pham", "tien-do"} else 1)}


@pytest.mark.parametrize("as_of_day", [True, False])
def test_the_databases_sums_are_those_of_counting_one_by_one(through_time, as_of_day):
    user, _split, _number = through_time
    places = Places(as_of_day=as_of_day)
    today = places.today
    asked = {"taking": Counter(), "stars": Counter(), "steps": Counter(), "money": Counter()}
    asked |= {"ends": Counter(), "producers": Counter()}

    def at(product, day):
        return places.name(places.unit_of(product.producer.unit_id, min(day, today)))

    for entry in Entry.objects.select_related("product__producer", "cycle"):
        day = datetime.date(entry.cycle.year, 12, 31)
        asked["taking"][at(entry.product, day), str(entry.cycle.year)] += 1
        asked["steps"][at(entry.product, day), f"{entry.step}. {entry.get_step_display()}"] += 1
    for rating in PublicRating.objects.select_related("product__producer"):
        day = datetime.date(rating.year, 12, 31)
        asked["stars"][at(rating.product, day), f"{rating.stars} sao"] += 1
        over = "đã hết hạn" if rating.valid_until < today else "còn hạn"
        asked["ends"][at(rating.product, rating.valid_until), over] += 1
        asked["producers"][at(rating.product, today), "Có sản phẩm được công nhận"] += 1
    for grant in Grant.objects.select_related("entry__product__producer"):
        asked["money"][at(grant.entry.product, grant.decided_on), str(grant.decided_on.year)] += 1
    for slug, key in (
        ("san-pham", "taking"),
        ("tien-do", "steps"),
        ("hang-sao", "stars"),
        ("ho-tro", "money"),
        ("het-han", "ends"),
        ("chu-the", "producers"),
    ):
        ask = Ask(user=user, since=2019, until=2026, as_of_day=as_of_day)
        (table,) = (t for t in report_of(slug).make(ask) if t.title == "Theo xã, thị trấn")
        found = Counter()
        for row in table.rows:
            for column, number in zip(table.columns, row.cells, strict=True):
                if number and column != "Tổng số":
                    found[row.label, column] += number
        if slug == "chu-the":
            found = {k: n for k, n in found.items() if k[1] == "Có sản phẩm được công nhận"}
        assert found == asked[key], slug


def test_the_communes_differ_though_the_totals_do_not(through_time):
    user, split, _number = through_time
    ask = {"user": user, "since": 2019, "until": 2026}
    make = report_of("san-pham").make
    then = {row.label for row in list(make(Ask(**ask, as_of_day=True)))[1].rows}
    now = {row.label for row in list(make(Ask(**ask)))[1].rows}
    assert any(label.endswith("(đến 31/12/2019)") for label in then)
    assert "Xã Vĩnh Hoàng" in now
    assert now & then  # what is written down at the district, and what was split
    assert f"{split.dated_name}, đã chia" in now
    assert not {label for label in now if "Vĩnh Trung" in label}


def test_a_unit_is_followed_forwards_and_backwards_as_far_as_the_way_is_plain(through_time):
    _user, split, _number = through_time
    now, then = Places(as_of_day=False), Places(as_of_day=True)
    vinh_trung, trung_nam = unit_on("19378", DAYS[2019]), unit_on("19378", DAYS[2020])
    assert now.unit_of(vinh_trung.pk, DAYS[2019]) == Unit.objects.on().get(name="Vĩnh Hoàng").pk
    assert then.unit_of(vinh_trung.pk, DAYS[2020]) == trung_nam.pk
    # From which of the two communes a producer of Trung Nam came, nobody wrote down.
    assert then.unit_of(trung_nam.pk, DAYS[2019]) == trung_nam.pk
    cua_tung = Unit.objects.on(DAYS[2020]).get(name="Cửa Tùng")
    assert then.unit_of(cua_tung.pk, DAYS[2019]) == cua_tung.pk
    assert now.unit_of(split.pk, DAYS[2019]) == split.pk


def test_a_split_whose_parts_come_together_again_is_no_split():
    old = UnitFactory(code="1", valid_until=datetime.date(2019, 12, 31))
    new = UnitFactory(code="4", valid_from=datetime.date(2022, 1, 1))
    for code in ("2", "3"):
        part = UnitFactory(
            code=code,
            valid_from=datetime.date(2020, 1, 1),
            valid_until=datetime.date(2021, 12, 31),
        )
        UnitSuccessionFactory(predecessor=old, successor=part)
        UnitSuccessionFactory(predecessor=part, successor=new)
    assert Places(as_of_day=False).unit_of(old.pk, DAYS[2019]) == new.pk


def test_what_is_withdrawn_revoked_a_sample_or_elsewhere_is_not_counted():
    tree = vinh_linh()
    user = officer()
    cycle = CycleFactory(year=2020)

    def product(unit=tree.ho_xa, is_sample=False):
        found = ProductFactory(producer=ProducerFactory(unit=unit))
        type(found).objects.filter(pk=found.pk).update(is_sample=is_sample)
        return found

    EntryFactory(product=product(), cycle=cycle)
    EntryFactory(product=product(), cycle=cycle, state=Entry.State.WITHDRAWN)
    EntryFactory(product=product(is_sample=True), cycle=cycle)
    EntryFactory(product=product(UnitFactory()), cycle=cycle)
    ask = Ask(user=user, since=2020, until=2020)
    assert [t.total for t in report_of("san-pham").make(ask)] == [(1, 1), (1, 1)]
    with_samples = Ask(user=user, since=2020, until=2020, samples=True)
    assert [t.total for t in report_of("san-pham").make(with_samples)] == [(2, 2), (2, 2)]


def test_a_source_that_names_a_span_of_years_counts_only_where_the_span_is_whole():
    assert span_of("2019–2021") == (2019, 2021)
    assert span_of("2020") == (2020, 2020)
    assert span_of("sau 2020")[0] == 2021
    assert span_of("chưa rõ") is None
    user = officer()
    product = ProductFactory(producer=ProducerFactory(unit=vinh_linh().ho_xa))
    type(product).objects.update(is_sample=False)
    PublicRating.objects.create(
        product=product, kind="recognition", key="recognition:1", stars=3, period_text="2019–2021"
    )
    make = report_of("hang-sao").make
    whole = next(iter(make(Ask(user=user, since=2019, until=2021))))
    assert [(row.label, row.cells) for row in whole.rows] == [("2019–2021", (1, 0, 0, 1))]
    assert len(next(iter(make(Ask(user=user, since=2020, until=2026)))).rows) == 0


def test_a_certificate_that_a_longer_one_follows_is_not_told_as_running_out():
    user = officer()
    product = ProductFactory(producer=ProducerFactory(unit=vinh_linh().ho_xa))
    type(product).objects.update(is_sample=False)
    for number, until in enumerate((2024, 2027)):
        PublicRating.objects.create(
            product=product,
            kind="recognition",
            key=f"recognition:{number}",
            stars=3,
            year=until - 3,
            valid_until=datetime.date(until, 6, 30),
        )
    tables = list(report_of("het-han").make(Ask(user=user, since=2024, until=2027)))
    assert [row.cells[4] for row in tables[2].rows] == [datetime.date(2027, 6, 30)]
    assert tables[0].note == ""
    product.ratings.update(valid_until=None)
    by_quarter, *_rest = report_of("het-han").make(Ask(user=user, since=2024, until=2027))
    assert by_quarter.note.startswith("2 lượt công nhận mà nguồn không nêu thời hạn")


def test_page_excel_and_paper_tell_the_same(client, through_time):
    user, _split, number = through_time
    client.force_login(user)
    url = reverse("products:report", args=["san-pham"])
    asked = {"tu": "2019", "den": "2026", "don_vi": "luc-do"}
    page = client.get(url, asked)
    text = page.content.decode()
    assert "Từ năm 2019 đến hết năm 2026, theo đơn vị hành chính tại thời điểm đó." in text
    assert page.context["tables"][0]["total"][-1] == str(number * 2)
    book = opened(client.get(url, {**asked, "export": "xlsx"}).content)
    assert book.sheetnames == ["Theo ngành", "Theo xã, thị trấn"]
    last = [cell.value for cell in list(book["Theo ngành"].rows)[-1]]
    assert (last[0], last[-1]) == ("Cộng", number * 2)
    paper = client.get(url, {**asked, "export": "pdf"})
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")


def test_years_that_run_backwards_are_named_and_the_reports_own_years_are_shown(client):
    client.force_login(officer())
    page = client.get(reverse("products:report", args=["hang-sao"]), {"tu": 2026, "den": 2019})
    assert "Năm cuối phải từ năm đầu trở đi." in page.content.decode()
    assert client.get(reverse("products:report", args=["hang-sao"]), {"tu": "x"}).status_code == 200
    assert client.get(reverse("products:report", args=["la"])).status_code == 404


def test_every_report_can_be_empty_on_page_and_paper(client):
    client.force_login(officer())
    for found in reports():
        url = reverse("products:report", args=[found.slug])
        assert "Không có số liệu trong kỳ." in client.get(url).content.decode()
        assert client.get(url, {"export": "xlsx"}).status_code == 200
    assert client.get(url, {"export": "pdf"}).content.startswith(b"%PDF-")


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize(
    ("slug", "queries"),
    [("san-pham", 9), ("hang-sao", 9), ("chu-the", 10), ("tien-do", 9), ("het-han", 10)],
)
def test_a_report_costs_the_same_for_one_and_for_three(
    client, n, slug, queries, django_assert_max_num_queries
):
    tree = vinh_linh()
    cycle = CycleFactory(year=2020)
    for number in range(n):
        product = ProductFactory(producer=ProducerFactory(unit=tree.ho_xa))
        EntryFactory(product=product, cycle=cycle)
        PublicRating.objects.create(
            product=product,
            kind="recognition",
            key=f"recognition:{number}",
            stars=3,
            year=2020,
            valid_until=datetime.date(2023, 6, 30),
        )
    client.force_login(officer())
    url = reverse("products:report", args=[slug])
    with django_assert_max_num_queries(queries):
        client.get(url, {"tu": 2019, "den": 2026, "mau": "on"})
