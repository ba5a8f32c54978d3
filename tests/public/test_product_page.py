"""A product's public page: what is said of its stars, its producer, its story."""

import datetime
import json

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from evaluation.publication import refresh_current
from evaluation.recognition import record_recognition, revoke_recognition
from products import catalogue, public_product
from products.cards import cards
from products.models import PublicRating
from tests.factories import (
    ProducerFactory,
    ProductFactory,
    ProductPhotoFactory,
    PublicRatingFactory,
    RecognitionFactory,
    S,
    UserFactory,
    closed_round,
    entry_in,
)

pytestmark = pytest.mark.django_db
CERTIFIED_SIGN = "stars-certified"


def html(client, product) -> str:
    page = client.get(product.get_public_url())
    assert page.status_code == 200
    return page.content.decode().split("<main", 1)[1].split("</main>")[0]


def words(client, product) -> str:
    """The page's text as a reader sees it, on one line."""
    return " ".join(strip_tags(html(client, product).replace("<", " <")).split())


def recognised(**fields):
    product = ProductFactory()
    record_recognition(recognition=RecognitionFactory.build(product=product, **fields))
    return product


def reported(**fields):
    """A product whose recognition is known from the press alone: no number, date or authority."""
    unsaid = {"decision_number": "", "decided_on": None, "valid_until": None, "authority": ""}
    return recognised(source="Báo mẫu", **unsaid, **fields)


def day(offset: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=offset)


# --- What is said of the stars ----------------------------------------------------------------


def test_a_council_result_is_never_shown_as_certified(client):
    round_ = closed_round(totals=(70, 72, 74), publish=True)
    product = round_.candidates.get().entry.product
    assert (
        "Kết quả cấp huyện: 72,00 điểm, hạng 4 sao, đề nghị cấp tỉnh đánh giá, phân hạng"
        in words(client, product)
    )
    assert "chưa phải công nhận" in words(client, product)
    assert "Sản phẩm OCOP 4 sao" not in words(client, product)
    for page in [product.get_public_url(), reverse("home")]:
        assert CERTIFIED_SIGN not in client.get(page).content.decode()
    listed = client.get(reverse("products:catalogue")).content.decode().split('class="legend"')[0]
    assert product.name in listed
    assert CERTIFIED_SIGN not in listed


def test_a_mean_below_a_band_is_cut_and_keeps_the_lower_stars(client):
    rating = PublicRatingFactory(points="69996/1000", stars=3, part_points={}, law="1048-2019")
    assert "69,99 điểm, hạng 3 sao" in words(client, rating.product)
    assert "70,00" not in words(client, rating.product)


def test_a_recognition_in_force_names_authority_number_day_and_validity(client):
    product = recognised(
        decision_number="136/QĐ-UBND", decided_on=day(-30), valid_until=day(0), stars=4
    )
    text = words(client, product)
    assert "Sản phẩm OCOP 4 sao" in text
    assert (
        f"Công nhận theo Quyết định số 136/QĐ-UBND ngày {day(-30):%d/%m/%Y} "
        f"của Ủy ban nhân dân tỉnh Quảng Trị, có giá trị đến hết ngày {day(0):%d/%m/%Y}." in text
    )
    assert CERTIFIED_SIGN in html(client, product)


def test_a_recognition_past_its_last_day_is_called_expired(client):
    product = recognised(decision_number="1/QĐ", decided_on=day(-1000), valid_until=day(-1))
    assert "Đã được công nhận 4 sao, nay hết hạn" in words(client, product)
    assert f"có giá trị đến hết ngày {day(-1):%d/%m/%Y}" in words(client, product)
    assert CERTIFIED_SIGN not in html(client, product)


def test_a_published_fact_says_what_its_source_does_not(client):
    product = reported(period_text="2019–2021", stars=3)
    text = words(client, product)
    assert "Theo nguồn công bố: được công nhận 3 sao" in text
    assert "Số quyết định Nguồn không nêu" in text
    assert "Thời gian 2019–2021" in text
    assert "Nguồn: Báo mẫu" in text
    assert CERTIFIED_SIGN not in html(client, product)


def test_the_level_that_the_law_implies_is_not_told_as_published(client):
    product = reported(period_text="2024", level="province")
    text = words(client, product)
    assert "Cơ quan công nhận Nguồn không nêu" in text
    assert "Cấp tỉnh" not in text


def test_a_revoked_recognition_shows_no_stars(client):
    product = recognised(decision_number="7/QĐ", decided_on=day(-5))
    revoke_recognition(
        recognition=product.recognitions.get(), on=day(-1), ground="Mẫu", by=UserFactory()
    )
    text = words(client, product)
    assert (
        f"Quyết định số 7/QĐ ngày {day(-5):%d/%m/%Y} đã bị thu hồi từ ngày {day(-1):%d/%m/%Y}"
        in text
    )
    assert 'class="stars-row"' not in html(client, product)


def test_a_newer_result_does_not_take_away_a_certificate_that_still_runs(client):
    product = recognised(decided_on=day(-400), valid_until=day(300))
    PublicRatingFactory(
        product=product,
        year=timezone.localdate().year,
        decided_on=day(-2),
        stars=5,
        is_current=False,
    )
    refresh_current(product)
    text = words(client, product)
    assert "Sản phẩm OCOP 4 sao" in text
    assert "5 sao Kết quả cấp huyện, chưa phải công nhận" in text
    assert "Các lần xếp hạng" in text


# --- How it was rated -------------------------------------------------------------------------


def test_the_page_tells_how_the_council_rated(client):
    product = ProductFactory(set_number=11)
    closed_round(totals=(70, 72, 73), publish=True, entries=[entry_in(S.READY, product=product)])
    how = client.get(product.get_public_url()).context["how"]
    assert [(part.code, part.title, part.points) for part in how.parts] == [
        ("A", "Sản phẩm và sức mạnh của cộng đồng", 35),
        ("B", "Khả năng tiếp thị", 25),
        ("C", "Chất lượng sản phẩm", 40),
    ]
    assert sum(part.mean for part in how.parts) == how.rating.mean
    assert (how.decision.number, how.set_name) == ("1048/QĐ-TTg", "Gia vị khác")
    text = words(client, product)
    assert "71,66 trên 100 điểm, tính từ 3 phiếu chấm điểm hợp lệ" in text
    assert "Hạng 4 sao: từ 70 đến 89 điểm." in text


def test_the_set_is_found_by_what_was_scored_not_by_the_products_set_today(client):
    product = ProductFactory(set_number=11)
    closed_round(publish=True, entries=[entry_in(S.READY, product=product)])
    product.set_number = 1
    product.save()
    assert client.get(product.get_public_url()).context["how"].set_name == "Gia vị khác"


def test_a_result_below_its_band_says_why():
    rating = PublicRatingFactory(points="75/1", stars=3, law="1048-2019", part_points={"A": "75/1"})
    how = catalogue.how_rated(rating, rating.product)
    assert (how.lowered, how.band) == (True, "từ 70 đến 89 điểm")


def test_a_result_under_a_decision_that_is_not_on_the_shelf_still_shows(client):
    rating = PublicRatingFactory(law="xx-1999", set_digest="0" * 64)
    assert "72,00" in words(client, rating.product)


def test_every_fact_stands_in_the_history_the_newest_first(client):
    product = recognised(decision_number="1/QĐ", decided_on=day(-800), valid_until=day(-1), stars=3)
    record_recognition(
        recognition=RecognitionFactory.build(
            product=product, decision_number="2/QĐ", decided_on=day(-3), stars=4
        )
    )
    facts = client.get(product.get_public_url()).context["facts"]
    assert [(fact.decision_number, fact.standing) for fact in facts] == [
        ("2/QĐ", "certified"),
        ("1/QĐ", "expired"),
    ]


# --- Producer, story, photos ------------------------------------------------------------------


@pytest.mark.parametrize("agreed", [True, False])
def test_contacts_are_public_only_where_the_producer_agreed(client, agreed):
    producer = ProducerFactory(
        phone="+84905123456",
        email="lienhe@example.vn",
        website="https://chu-the.example.vn",
        representative="Trần Thị Đại Diện",
        tax_code="3200123456",
        address="Khóm mẫu",
        publish_contact=agreed,
    )
    page = html(client, PublicRatingFactory(product__producer=producer).product)
    shown = [text in page for text in ("0905 123 456", "lienhe@example.vn", "chu-the.example.vn")]
    assert shown == [agreed] * 3
    assert "Khóm mẫu" in page
    assert "Trần Thị Đại Diện" not in page
    assert "3200123456" not in page


def test_what_is_only_inferred_of_a_producer_is_said_beside_it(client):
    producer = ProducerFactory(source="Báo mẫu. Địa bàn là suy đoán, nguồn không nêu.")
    rating = PublicRatingFactory(product__producer=producer, product__source="Báo mẫu.")
    assert "Địa bàn là suy đoán, nguồn không nêu." in words(client, rating.product)


def test_html_in_texts_is_shown_and_never_run(client):
    evil = '<script>alert(1)</script><img src=x onerror="alert(1)">'
    product = PublicRatingFactory(
        product__name=f"Sản phẩm mẫu {evil}",
        product__story=evil,
        product__summary=evil,
        product__where_to_buy=evil,
        source=evil,
        proposal=evil,
    ).product
    ProductPhotoFactory(product=product, caption=f'"{evil}')
    for address in [product.get_public_url(), "/san-pham/", f"/san-pham/?q={evil}", "/"]:
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html(client, product)


def test_a_link_to_a_script_in_where_to_buy_is_no_link(client):
    rating = PublicRatingFactory(product__where_to_buy="javascript:alert(1) https://example.vn/a")
    page = html(client, rating.product)
    assert 'href="javascript' not in page
    assert 'href="https://example.vn/a"' in page


def test_photos_have_words_for_those_who_do_not_see_them(client):
    rating = PublicRatingFactory(product__name="Sản phẩm mẫu có ảnh")
    ProductPhotoFactory(product=rating.product, caption="Hồ tiêu phơi nắng")
    ProductPhotoFactory(product=rating.product, position=1)
    page = html(client, rating.product)
    assert 'alt="Hồ tiêu phơi nắng"' in page
    assert 'alt="Sản phẩm mẫu có ảnh"' in page


def test_a_sample_says_that_it_is_one_and_a_real_product_does_not(client):
    sample, real = PublicRatingFactory(), PublicRatingFactory(product__is_sample=False)
    banner = "Sản phẩm mẫu – dữ liệu minh họa"
    assert banner in words(client, sample.product)
    assert banner not in words(client, real.product)


# --- What is not there ------------------------------------------------------------------------


@pytest.mark.parametrize("pk", [0, 999_999, 10**30])
def test_an_unknown_product_is_not_found(client, pk):
    assert client.get(f"/san-pham/{pk}/").status_code == 404


def test_a_product_without_a_rating_or_out_of_production_is_not_found(client):
    assert client.get(ProductFactory().get_public_url()).status_code == 404
    stopped = PublicRatingFactory(product__is_active=False).product
    assert client.get(stopped.get_public_url()).status_code == 404


@pytest.mark.parametrize("name", ["home", "products:catalogue"])
def test_public_pages_are_for_reading_only(client, name):
    assert client.post(reverse(name)).status_code == 405


def test_nobody_is_asked_to_sign_in(client):
    product = PublicRatingFactory().product
    for address in ["/", "/san-pham/", product.get_public_url()]:
        assert client.get(address).status_code == 200
    assert PublicRating.objects.count() == 1


# --- Beside the facts -------------------------------------------------------------------------


def linked(client, product) -> dict:
    page = client.get(product.get_public_url()).content.decode()
    return json.loads(page.split('application/ld+json">', 1)[1].split("</script>", 1)[0])


def test_search_engines_are_told_of_a_certificate_only_while_it_runs(client):
    product = recognised(decision_number="136/QĐ-UBND", valid_until=day(0), stars=4)
    told = linked(client, product)["hasCertification"]
    assert (told["certificationIdentification"], told["expires"]) == (
        "136/QĐ-UBND",
        day(0).isoformat(),
    )
    for other in (
        recognised(decided_on=day(-900), valid_until=day(-1)),
        reported(),
        PublicRatingFactory().product,
    ):
        assert "hasCertification" not in linked(client, other)


def test_a_name_cannot_break_out_of_what_search_engines_read(client):
    product = PublicRatingFactory(product__name="Sản phẩm mẫu </script><b>&").product
    assert linked(client, product)["name"] == "Sản phẩm mẫu </script><b>&"


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        ("certified", "Nhãn được ghi OCOP 4 sao"),
        ("expired", "không có căn cứ"),
        ("council", "nhãn chưa được ghi sao OCOP"),
    ],
)
def test_the_page_says_whether_the_label_may_bear_stars_today(client, standing, said):
    product = {
        "certified": lambda: recognised(valid_until=day(10), stars=4),
        "expired": lambda: recognised(decided_on=day(-900), valid_until=day(-1)),
        "council": lambda: PublicRatingFactory().product,
    }[standing]()
    assert said in words(client, product)


def test_the_council_is_told_by_positions_and_no_member_by_name(client):
    round_ = closed_round(publish=True)
    product = round_.candidates.get().entry.product
    council = client.get(product.get_public_url()).context["council"]
    seats = round_.council.seats.filter(substitutes_for__isnull=True, left_on__isnull=True)
    assert sum(number for _position, number in council.seats) == seats.count()
    text = words(client, product)
    assert "người chấm điểm" in text
    for seat in seats:
        assert str(seat.user) not in text


def test_related_are_the_producers_own_first_then_the_same_set_and_never_the_unpublished(client):
    product = PublicRatingFactory(product__set_number=11).product
    alike = PublicRatingFactory(product__set_number=11, stars=5).product
    own = PublicRatingFactory(
        product__set_number=1, stars=3, product__producer=product.producer
    ).product
    PublicRatingFactory(product__set_number=26)
    ProductFactory(set_number=11, producer=product.producer)
    assert client.get(product.get_public_url()).context["related"] == cards([own.pk, alike.pk])


def test_the_qr_opens_the_page(client, settings):
    product = PublicRatingFactory().product
    picture = client.get(reverse("products:product_qr", args=[product.pk]))
    assert picture["Content-Type"] == "image/svg+xml"
    assert picture.content == public_product.qr(settings.SITE_URL + product.get_public_url())
    hidden = ProductFactory()
    assert client.get(reverse("products:product_qr", args=[hidden.pk])).status_code == 404
