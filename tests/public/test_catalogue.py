"""The public catalogue: who is in it, how it is searched, filtered, ordered and counted."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from communes.units import rebuild_cover
from evaluation import rounds
from evaluation.models import Seat
from evaluation.recognition import record_recognition, revoke_recognition
from products import catalogue
from products.cards import cards
from products.catalogue import Standing
from products.models import PublicRating
from tests.factories import (
    ProducerFactory,
    ProductFactory,
    PublicRatingFactory,
    RecognitionFactory,
    UnitFactory,
    UnitSuccessionFactory,
    UserFactory,
    closed_round,
    person_in,
    vinh_linh,
)

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 24)


def names(client, **query) -> list[str]:
    """The names of the products that the catalogue shows for a query, in its order."""
    page = client.get(reverse("products:catalogue"), query)
    assert page.status_code == 200
    return [product.name for product in page.context["page_obj"]]


def offered(query: dict) -> dict:
    """What each filter offers for a query."""
    search = catalogue.wanted(query)
    return catalogue.choices(search, catalogue.look_up(search))


def rated(name: str, **fields):
    """A product with a published fact (the council's, four stars, unless told otherwise)."""
    return PublicRatingFactory(product__name=name, **fields).product


def recognised(name: str, **fields):
    """A product with a recorded recognition."""
    product = ProductFactory(name=name)
    record_recognition(recognition=RecognitionFactory.build(product=product, **fields))
    return product


def day(offset: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=offset)


# --- Who is in it -----------------------------------------------------------------------------


def test_a_closed_round_shows_nowhere_until_it_is_published(client):
    round_ = closed_round(totals=(72, 72, 72))
    product = round_.candidates.get().entry.product
    pages = [
        reverse("home"),
        reverse("products:catalogue"),
        reverse("products:catalogue") + "?q=san+pham+mau",
        product.producer.unit.get_public_url(),
    ]
    for page in pages:
        assert product.name not in client.get(page).content.decode(), page
    assert client.get(product.get_public_url()).status_code == 404

    rounds.publish_round(round_=round_, by=person_in(round_.council, Seat.Position.SECRETARY))

    for page in pages:
        assert product.name in client.get(page).content.decode(), page
    assert client.get(product.get_public_url()).status_code == 200


def test_a_product_without_a_rating_or_out_of_production_is_not_listed(client):
    ProductFactory(name="Sản phẩm mẫu chưa xếp hạng")
    rated("Sản phẩm mẫu ngừng sản xuất", product__is_active=False)
    rated("Sản phẩm mẫu có hạng")
    assert names(client) == ["Sản phẩm mẫu có hạng"]


def test_a_product_with_several_facts_is_listed_once(client):
    product = recognised("Sản phẩm mẫu hai lần", decided_on=day(-400), valid_until=day(-10))
    record_recognition(
        recognition=RecognitionFactory.build(product=product, decided_on=day(-1), stars=5)
    )
    assert names(client) == ["Sản phẩm mẫu hai lần"]
    assert names(client, stars="5") == ["Sản phẩm mẫu hai lần"]
    assert names(client, stars="4") == []


# --- Search -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["ho tieu", "Hồ tiêu", "HỒ TIÊU ĐỎ", "do tieu", "tiêu", "hop tac xa ben hai"]
)
def test_search_needs_no_marks_and_finds_all_words_in_any_order(client, typed):
    producer = ProducerFactory(name="Hợp tác xã mẫu Bến Hải")
    rated("Sản phẩm mẫu Hồ tiêu đỏ", product__producer=producer)
    rated("Sản phẩm mẫu Hồi")
    assert names(client, q=typed) == ["Sản phẩm mẫu Hồ tiêu đỏ"]


@pytest.mark.parametrize("typed", ["ho tieu xanh", "%", "_", "ho\x00tieuu", "x" * 5000])
def test_search_finds_nothing_where_a_word_is_missing(client, typed):
    rated("Sản phẩm mẫu Hồ tiêu đỏ")
    assert names(client, q=typed) == []


# --- Filters ----------------------------------------------------------------------------------


def test_stars_filter(client):
    rated("Sản phẩm mẫu ba", stars=3)
    rated("Sản phẩm mẫu bốn", stars=4)
    assert names(client, stars="3") == ["Sản phẩm mẫu ba"]


@pytest.fixture
def one_of_each():
    """A product of every standing, named after it."""
    rated("Sản phẩm mẫu council")
    recognised("Sản phẩm mẫu certified", valid_until=day(0))
    recognised("Sản phẩm mẫu expired", decided_on=day(-900), valid_until=day(-1))
    recognised("Sản phẩm mẫu undated", valid_until=None, source="Báo mẫu")
    product = recognised("Sản phẩm mẫu revoked")
    revoke_recognition(
        recognition=product.recognitions.get(), on=day(0), ground="Mẫu", by=UserFactory()
    )


@pytest.mark.parametrize("standing", Standing.values)
def test_standing_filter_tells_five_kinds_of_fact_apart(client, one_of_each, standing):
    assert names(client, standing=standing) == [f"Sản phẩm mẫu {standing}"]


def test_certified_means_the_same_to_the_database_and_to_the_model(one_of_each):
    rows = catalogue.ratings()
    certified = {row.pk for row in rows if row.standing == Standing.CERTIFIED}
    assert certified == {row.pk for row in PublicRating.objects.all() if row.is_certified}
    assert len(certified) == 1


def test_a_card_says_of_a_fact_what_the_database_says(one_of_each):
    asked = {row.product_id: row.standing for row in catalogue.ratings()}
    shown = {key: card.standing for key in asked for card in cards([key])}
    assert shown == asked
    assert set(shown.values()) == set(Standing)


def test_cards_stand_in_the_order_of_their_keys_and_leave_out_what_is_not_rated():
    first, second = rated("Sản phẩm mẫu một"), rated("Sản phẩm mẫu hai")
    idle, unrated = rated("Sản phẩm mẫu ba"), ProductFactory()
    type(idle).objects.filter(pk=idle.pk).update(is_active=False)
    shown = cards([second.pk, unrated.pk, idle.pk, first.pk])
    assert [card.url for card in shown] == [second.get_public_url(), first.get_public_url()]
    assert shown[1].unit == str(first.producer.unit)


def test_names_on_a_card_are_text_and_never_markup(client):
    product = rated('<b>Mẫu</b> & "một"', product__producer__name="<script>x</script>")
    page = client.get(reverse("products:catalogue")).content.decode()
    assert "&lt;b&gt;Mẫu&lt;/b&gt; &amp; &quot;một&quot;</a>" in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    assert "<script>x" not in page
    assert f'href="{product.get_public_url()}"' in page


def test_a_revoked_recognition_gives_no_stars_to_the_star_filter(client, one_of_each):
    assert "Sản phẩm mẫu revoked" not in names(client, stars="4")
    assert len(names(client, stars="4")) == 4


def test_a_revoked_recognition_does_not_count_for_its_commune(client, one_of_each):
    unit = vinh_linh().ho_xa
    assert catalogue.rated_by_unit([unit]) == {unit.pk: 4}
    page = client.get(unit.get_public_url()).content.decode()
    assert "Sản phẩm mẫu certified" in page
    assert "Sản phẩm mẫu revoked" not in page


def test_the_commune_of_today_finds_the_products_of_its_predecessors(client):
    tree = vinh_linh()
    change = datetime.date(2025, 7, 1)
    before = UnitFactory(name="Vĩnh Chấp", parent=tree.district, valid_until=day(-1))
    after = UnitFactory(name="Vĩnh Linh", valid_from=change)
    other = UnitFactory(name="Bến Quan", valid_from=change)
    UnitSuccessionFactory(predecessor=before, successor=after, on=change)
    rebuild_cover()
    rated("Sản phẩm mẫu cũ", product__producer__unit=before)
    rated("Sản phẩm mẫu mới", product__producer__unit=after)
    rated("Sản phẩm mẫu xã khác", product__producer__unit=other)

    assert sorted(names(client, commune=after.pk)) == ["Sản phẩm mẫu cũ", "Sản phẩm mẫu mới"]
    assert names(client, commune=before.pk) == ["Sản phẩm mẫu cũ"]
    assert {p.name for p in catalogue.products_of_unit(after)} == {
        "Sản phẩm mẫu cũ",
        "Sản phẩm mẫu mới",
    }
    assert catalogue.rated_by_unit([before, after, other]) == {
        before.pk: 1,
        after.pk: 2,
        other.pk: 1,
    }
    communes = offered({})["commune"]
    assert [(choice.label, choice.count) for choice in communes] == [
        ("Xã Bến Quan", 1),
        ("Xã Vĩnh Linh", 2),
    ]


def test_branch_filter(client):
    food = rated("Sản phẩm mẫu rau", product__set_number=1)
    rated("Sản phẩm mẫu du lịch", product__set_number=26)
    slug = catalogue.name_slug(food.branch)
    assert slug == "thuc-pham"
    assert names(client, branch=slug) == ["Sản phẩm mẫu rau"]


def test_year_filter_keeps_periods_as_published(client):
    rated("Sản phẩm mẫu 2020", year=2020)
    rated("Sản phẩm mẫu theo báo 2020", year=None, period_text="2020")
    rated("Sản phẩm mẫu giai đoạn", year=None, period_text="2019–2021")
    rated("Sản phẩm mẫu không năm", year=None)
    assert sorted(names(client, year="2020")) == [
        "Sản phẩm mẫu 2020",
        "Sản phẩm mẫu theo báo 2020",
    ]
    assert names(client, year="2019–2021") == ["Sản phẩm mẫu giai đoạn"]
    assert names(client, year="khong-ro") == ["Sản phẩm mẫu không năm"]
    years = offered({})["year"]
    assert [(choice.value, choice.count) for choice in years] == [
        ("2019–2021", 1),
        ("2020", 2),
        ("khong-ro", 1),
    ]


def test_filters_narrow_together_and_their_counts_leave_only_themselves_aside(client):
    rated("Sản phẩm mẫu A", stars=3, year=2019)
    rated("Sản phẩm mẫu B", stars=4, year=2019)
    rated("Sản phẩm mẫu C", stars=4, year=2020)
    assert names(client, stars="4", year="2019") == ["Sản phẩm mẫu B"]
    shown = offered({"stars": "4", "year": "2019"})
    assert [(choice.value, choice.count) for choice in shown["stars"]] == [("4", 1), ("3", 1)]
    assert [(choice.value, choice.count) for choice in shown["year"]] == [
        ("2020", 1),
        ("2019", 1),
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"stars": "9"},
        {"stars": "4'"},
        {"standing": "secret"},
        {"commune": "٣"},
        {"commune": "1 OR 1=1"},
        {"branch": "khong-co"},
        {"sort": "points"},
        {"page": "nam"},
    ],
)
def test_values_that_mean_nothing_are_dropped(client, query):
    rated("Sản phẩm mẫu")
    assert names(client, **query) == ["Sản phẩm mẫu"]


def test_a_commune_that_does_not_exist_finds_nothing(client):
    rated("Sản phẩm mẫu")
    assert names(client, commune="9" * 18) == []


def test_a_chosen_filter_can_be_taken_off_alone(client):
    rated("Sản phẩm mẫu", stars=4, year=2019)
    page = client.get(reverse("products:catalogue"), {"q": "mau", "stars": "4", "year": "2019"})
    assert [(chip["label"], chip["url"]) for chip in page.context["chosen"]] == [
        ("4 sao", "/san-pham/?q=mau&year=2019"),
        ("2019", "/san-pham/?q=mau&stars=4"),
    ]


# --- Order ------------------------------------------------------------------------------------


def test_stars_order_puts_recognised_first_and_lapsed_last(client, one_of_each):
    assert [name.rsplit(" ", 1)[1] for name in names(client, sort="stars")] == [
        "certified",
        "undated",
        "council",
        "expired",
        "revoked",
    ]


def test_newest_order_reads_the_last_year_of_a_period(client):
    rated("Sản phẩm mẫu 2020", year=2020)
    rated("Sản phẩm mẫu giai đoạn", year=None, period_text="2019–2021")
    rated("Sản phẩm mẫu không năm", year=None)
    rated("Sản phẩm mẫu 2024", year=2024)
    assert names(client, sort="newest") == [
        "Sản phẩm mẫu 2024",
        "Sản phẩm mẫu giai đoạn",
        "Sản phẩm mẫu 2020",
        "Sản phẩm mẫu không năm",
    ]


def test_name_order_ignores_marks(client):
    for name in ["Sản phẩm mẫu Đậu", "Sản phẩm mẫu Ẩm", "Sản phẩm mẫu Cốm"]:
        rated(name)
    assert names(client, sort="name") == [
        "Sản phẩm mẫu Ẩm",
        "Sản phẩm mẫu Cốm",
        "Sản phẩm mẫu Đậu",
    ]


def test_twenty_products_a_page_and_filters_stay_in_the_links(client):
    for _n in range(21):
        rated("Sản phẩm mẫu", stars=3)
    page = client.get(reverse("products:catalogue"), {"stars": "3"})
    assert len(page.context["page_obj"]) == 20
    assert 'href="?stars=3&amp;page=2"' in page.content.decode()
    assert len(client.get("/san-pham/", {"stars": "3", "page": "2"}).context["page_obj"]) == 1


# --- Set, commune of then, list and cards -----------------------------------------------------


def test_set_filter_counts_each_set_under_its_branch(client):
    herb = rated("Sản phẩm mẫu rau", product__set_number=1)
    rated("Sản phẩm mẫu gia vị", product__set_number=11)
    shown = offered({})["set"]
    assert {(choice.label, choice.count) for choice in shown} == {
        (herb.set_name, 1),
        ("Gia vị khác", 1),
    }
    assert names(client, set=catalogue.name_slug(herb.set_name)) == ["Sản phẩm mẫu rau"]
    assert names(client, set="khong-co") == ["Sản phẩm mẫu gia vị", "Sản phẩm mẫu rau"]


def test_a_commune_that_is_no_more_is_offered_apart_from_todays(client):
    tree = vinh_linh()
    before = UnitFactory(name="Vĩnh Chấp", parent=tree.district, valid_until=day(-1))
    after = UnitFactory(name="Vĩnh Linh", valid_from=day(0))
    UnitSuccessionFactory(predecessor=before, successor=after, on=day(0))
    rebuild_cover()
    rated("Sản phẩm mẫu cũ", product__producer__unit=before)
    rated("Sản phẩm mẫu mới", product__producer__unit=after)
    shown = offered({})
    assert [(choice.label, choice.count) for choice in shown["then"]] == [
        (f"Xã Vĩnh Chấp (đến {day(-1):%d/%m/%Y})", 1)
    ]
    assert [(choice.label, choice.count) for choice in shown["commune"]] == [("Xã Vĩnh Linh", 2)]
    assert names(client, then=before.pk) == ["Sản phẩm mẫu cũ"]
    assert names(client, then=before.pk, commune=after.pk) == ["Sản phẩm mẫu cũ"]


def test_the_list_shows_what_the_cards_show_and_stays_a_list(client):
    rated("Sản phẩm mẫu", stars=4)
    page = client.get(reverse("products:catalogue"), {"stars": "4", "view": "list"})
    assert [product.name for product in page.context["page_obj"]] == ["Sản phẩm mẫu"]
    text = page.content.decode()
    assert "product-rows" in text
    assert 'class="cards"' not in text
    assert '<input type="hidden" name="view" value="list">' in text
    assert 'href="/san-pham/?stars=4"' in text  # back to cards
    assert 'href="/ban-do/?stars=4"' in text
