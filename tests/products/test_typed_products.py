"""Where an officer has more products than a list can show, a product is typed."""

import pytest
from django.urls import reverse

from communes.models import Producer
from ocop_portal import search_choice
from products.choices import MakerChoice, ProductChoice
from products.models import ChainLink, Product, SalesPoint
from tests import factories as make
from tests.communes.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make.vinh_linh()


@pytest.fixture
def many(client, tree, monkeypatch):
    """More products than a list may hold, some of them alike in name, in two communes."""
    monkeypatch.setattr(search_choice, "MOST", 3)
    client.force_login(make.officer())
    made = {}
    for key, name, producer, unit in (
        ("pepper", "Hồ tiêu mẫu", "Hợp tác xã A", tree.ho_xa),
        ("other_pepper", "Hồ tiêu mẫu", "Hợp tác xã B", tree.ho_xa),
        ("far_pepper", "Hồ tiêu mẫu", "Hợp tác xã A", tree.vinh_thuy),
        ("red", "Hồ tiêu mẫu đỏ", "Hợp tác xã A", tree.ho_xa),
        ("dashed", "Chè – loại một (gói 100)", "Cơ sở C – D", tree.ho_xa),
    ):
        known = Producer.objects.filter(name=producer, unit=unit).first()
        made[key] = make.ProductFactory(
            name=name, producer=known or make.ProducerFactory(name=producer, unit=unit)
        )
    return made


def add(client, **typed):
    """Write down a point of sale of the product that was typed."""
    point = {"name": "Cửa hàng mẫu", "kind": SalesPoint.Kind.values[0], "address": "Hồ Xá"}
    return client.post(reverse("products:sales_point_add"), point | typed)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("tieu do", "red"),
        ("Hồ tiêu mẫu đỏ", "red"),
        ("mau hop tac xa b", "other_pepper"),
        ("Hồ tiêu mẫu – Hợp tác xã B", "other_pepper"),
        ("Chè – loại một (gói 100)", "dashed"),
    ],
)
def test_a_product_is_found_by_what_an_officer_would_type(client, many, typed, found):
    answer = add(client, product_typed=typed)
    assert answer.status_code == 302
    assert SalesPoint.objects.get().product == many[found]


def test_every_product_is_found_again_by_what_the_box_says(many):
    rows = Product.objects.select_related("producer__unit")
    assert rows.count() > search_choice.MOST
    for product in rows:
        field = ProductChoice(queryset=rows)
        assert field.clean(search_choice.Typed(field.in_box(product))) == product


def test_a_producer_is_told_from_one_of_the_same_name_by_the_commune(many):
    rows = Producer.objects.select_related("unit")
    assert rows.filter(name="Hợp tác xã A").count() == 2
    for producer in rows:
        field = MakerChoice(queryset=rows)
        assert field.clean(search_choice.Typed(field.in_box(producer))) == producer


def test_names_that_several_bear_are_listed_below_the_box_and_one_is_chosen(client, many):
    answer = add(client, product_typed="ho tieu mau")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'name="product_typed" value="ho tieu mau"' in page
    assert f'<option value="{many["far_pepper"].pk}">' in page
    far = many["far_pepper"].producer.unit
    assert f"Hồ tiêu mẫu – Hợp tác xã A ({far}, mã {far.code})" in text_of(answer)
    answer = add(client, product_typed="ho tieu mau", product=many["far_pepper"].pk)
    assert SalesPoint.objects.get().product == many["far_pepper"]


def test_a_product_outside_the_scope_is_found_neither_by_name_nor_by_key(client, many):
    far = make.ProductFactory(name="Mật ong nơi khác", producer__unit=make.UnitFactory())
    for typed in ({"product_typed": "mat ong noi khac"}, {"product": far.pk}):
        answer = add(client, **typed)
        assert answer.status_code == 422
    assert "Không có sản phẩm nào tên là" in text_of(add(client, product_typed="mat ong"))
    assert not SalesPoint.objects.exists()


def test_a_short_list_stays_a_list_by_commune(client, tree):
    client.force_login(make.officer())
    product = make.ProductFactory(producer__unit=tree.ho_xa)
    url = reverse("products:sales_point_add")
    page = client.get(url, {"san-pham": product.pk}).content.decode()
    assert f'<optgroup label="{tree.ho_xa.dated_name}">' in page
    assert f'<option value="{product.pk}" selected>' in page
    assert "product_typed" not in page


def test_a_row_shows_its_product_in_the_box_and_keeps_it(client, many):
    row = make.SalesPointFactory(product=many["dashed"])
    url = reverse("products:sales_point_edit", args=[row.pk])
    page = client.get(url).context["form"]
    box = ProductChoice(queryset=Product.objects.all()).in_box(many["dashed"])
    assert page.fields["product"].words_for(row.product_id) == box


@pytest.mark.parametrize(
    "name", ["online_shop_add", "contract_add", "flagship_add", "sales_point_add"]
)
def test_no_form_of_promotion_lists_them_all(client, many, name):
    page = client.get(reverse(f"products:{name}")).content.decode()
    assert 'name="product_typed"' in page
    assert "Hồ tiêu mẫu" not in page


def test_a_fair_a_cycle_a_chain_and_a_product_s_producer_are_typed_too(client, many, tree):
    fair = make.FairFactory(unit=tree.district)
    page = client.get(reverse("products:fair_product_add", args=[fair.pk])).content.decode()
    assert 'name="product_typed"' in page and "Hồ tiêu mẫu" not in page
    cycle = make.CycleFactory()
    url = reverse("products:entry_add", args=[cycle.pk])
    page = client.get(url).content.decode()
    assert 'name="product_typed"' in page and "Hồ tiêu mẫu" not in page
    assert client.post(url, {"product_typed": "tieu do", "idea": "Tiêu."}).status_code == 302
    assert many["red"].entries.get().cycle == cycle
    make.ProducerFactory(name="Hợp tác xã E", unit=tree.ho_xa)
    url = reverse("products:product_add")
    page = client.get(url).content.decode()
    assert 'name="producer_typed"' in page and "Hợp tác xã B" not in page
    chain = make.ChainFactory(unit=tree.district)
    url = reverse("products:chain_link_add", args=[chain.pk])
    page = client.get(url).content.decode()
    assert 'name="producer_typed"' in page and "Hợp tác xã B" not in page
    sent = {
        "part": ChainLink._meta.get_field("part").choices[0][0],
        "producer_typed": "hop tac xa b",
    }
    assert client.post(url, sent).status_code == 302
    assert ChainLink.objects.get().producer.name == "Hợp tác xã B"
