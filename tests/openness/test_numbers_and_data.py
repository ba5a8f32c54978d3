"""Numbers and open data: published facts alone, no samples, no contact without agreement."""

import csv
import io

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from products import figures, open_data
from products.bars import Bar, drawn
from tests import factories as make

pytestmark = pytest.mark.django_db


def published(**fields):
    fields = {"product__is_sample": False, "product__producer__is_sample": False} | fields
    return make.PublicRatingFactory(**fields)


def rows(client, slug: str) -> list[dict]:
    answer = client.get(reverse("products:data_file", args=[slug, "csv"]))
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_charts_count_published_products_and_no_samples():
    published(stars=4)
    published(stars=3)
    make.PublicRatingFactory(stars=5, product__is_sample=True)
    make.ProductFactory(is_sample=False)  # nothing published
    chart = next(c for c in figures.charts() if c.slug == "sao")
    assert [(bar.label, bar.number) for bar in chart.bars] == [("4 sao", 1), ("3 sao", 1)]


def test_the_chart_of_communes_says_how_many_it_cannot_place():
    published(product__producer__unit=make.vinh_linh().ho_xa)
    published(product__producer__unit=make.vinh_linh().district)
    chart = next(c for c in figures.charts() if c.slug == "xa")
    assert sum(bar.number for bar in chart.bars) == 1
    assert chart.note.endswith("Nguồn không nêu xã, thị trấn của 1 sản phẩm khác.")


def test_each_chart_is_a_file_too(client):
    published(stars=4)
    answer = client.get(reverse("products:numbers"), {"bang": "sao", "export": "csv"})
    assert "4 sao;1" in b"".join(answer.streaming_content).decode()
    assert client.get(reverse("products:numbers"), {"export": "csv"}).status_code == 404


def test_nothing_of_a_closed_unpublished_round_is_told(client):
    result = make.closed_round(totals=(72, 74)).candidates.get().entry.product
    result.is_sample = False
    result.save()
    assert rows(client, "ket-qua") == []
    assert rows(client, "san-pham") == []
    assert not [c for c in figures.charts() if c.slug == "sao"]


def test_a_telephone_leaves_only_with_agreement(client):
    for agreed in (True, False):
        published(
            product__producer__phone="0233382000" + "12"[agreed],
            product__producer__publish_contact=agreed,
        )
    assert sorted(bool(row["phone"]) for row in rows(client, "chu-the")) == [False, True]


def test_a_formula_is_defused(client):
    published(product__name="=1+1")
    assert rows(client, "san-pham")[0]["name"] == "'=1+1"


def test_the_days_copy_is_what_is_given(client, settings, tmp_path):
    rating = published()
    open_data.take_snapshot()
    open_data.take_snapshot()
    rating.product.is_active = False
    rating.product.save()
    assert len(rows(client, "san-pham")) == 1
    for found in open_data.SETS.values():
        for suffix in ("csv", "json"):
            default_storage.delete(open_data.snapshot_name(found, suffix))
    assert rows(client, "san-pham") == []


def test_the_api_gives_the_same_rows(client):
    rating = published()
    answer = client.get("/api/v1/du-lieu/san-pham/").json()
    assert [row["id"] for row in answer["rows"]] == [rating.product_id]


def test_security_txt_only_with_a_contact(client, settings):
    url = "/.well-known/security.txt"
    settings.SECURITY_CONTACT = ""
    assert client.get(url).status_code == 404
    settings.SECURITY_CONTACT = "mailto:an-toan@example.vn"
    settings.SECURITY_CONTACT_EXPIRES = "2027-12-31T00:00:00Z"
    assert "Contact: mailto:an-toan@example.vn" in client.get(url).content.decode()


def test_sitemap_feed_and_robots(client):
    rating = published()
    url = rating.product.get_public_url()
    assert url in client.get("/sitemap-san-pham.xml").content.decode()
    assert url in client.get(reverse("products:recognitions_feed")).content.decode()
    assert "sitemap.xml" in client.get("/robots.txt").content.decode()


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("name", ["products:numbers", "products:recognitions_feed"])
def test_cost_does_not_grow(client, django_assert_max_num_queries, name, n):
    make.CycleFactory()
    for _n in range(n):
        published(product__producer__unit=make.UnitFactory())
    with django_assert_max_num_queries(12):
        client.get(reverse(name))


def test_a_plans_bar_shows_how_much_of_its_own_target_is_reached():
    """Targets count products, classes, people: no bar is held against another."""
    chart = figures.Chart(
        "ke-hoach",
        "Kế hoạch mẫu",
        "Nội dung",
        "Kết quả",
        [
            Bar("Người dự tập huấn", 450, 500),
            Bar("Sản phẩm 4 sao", 2, 3),
            Bar("Hội chợ", 5, 4),
            Bar("Sản phẩm 5 sao", 1),
        ],
        has_targets=True,
    )
    assert [length for _bar, length in chart.drawn] == [90, 66, 100, None]
    assert [bar.reached for bar in chart.bars] == [90, 66, 125, None]


def test_a_bar_is_measured_by_the_longest_and_what_is_there_is_seen():
    bars = [Bar("Nhiều", 400), Bar("Vừa", 133), Bar("Ít", 1), Bar("Không", 0)]
    assert [length for _bar, length in drawn(bars)] == [100, 33, 1, 0]
    assert [length for _bar, length in drawn([Bar("Không", 0)])] == [0]
