"""Fairs, points of sale, contracts, chains, flagship products: who, what is refused, what is owed."""

import datetime
import unicodedata
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from communes.models import Role, today
from ocop_portal.lawbook import rehearsal, versions
from ocop_portal.reminders.registry import Ask
from products.chain import picture_of
from products.files import check_upload
from products.flagship import gaps_of
from products.models import Contract, Fair, FairPhoto, FairProduct, OnlineShop, SalesPoint
from products.plan_models import Measure
from products.plan_reality import reality_of
from products.promotion import save_promotion, withdraw_promotion
from products.promotion_deadlines import contracts_ending, gap_tasks_owed
from products.self_assessment import attach
from tests import factories as make
from tests.communes.pages import text_of
from tests.products.uploads import jpeg

pytestmark = pytest.mark.django_db


def day(offset: int) -> datetime.date:
    return today() + datetime.timedelta(days=offset)


@pytest.fixture
def tree():
    return make.vinh_linh()


@pytest.fixture
def product(tree):
    return make.ProductFactory(producer__unit=tree.ho_xa, is_sample=False)


@pytest.fixture
def district(client, tree):
    user = make.officer()
    client.force_login(user)
    return user


@pytest.fixture
def commune(client, tree):
    user = make.officer(Role.Kind.COMMUNE_OFFICER, tree.ho_xa)
    client.force_login(user)
    return user


def fair_data(tree, **changes) -> dict:
    return {
        "unit": tree.district.pk,
        "name": "Hội chợ mẫu Đông Hà",
        "where": "within",
        "starts_on": "01/05/2020",
    } | changes


# --- Fairs --------------------------------------------------------------------------------------


def test_a_fair_sent_twice_is_kept_once(client, district, tree):
    url = reverse("products:fair_add")
    name = unicodedata.normalize("NFD", "Hội chợ mẫu Đông Hà")
    first = client.post(url, fair_data(tree, name=name))
    fair = Fair.objects.get()
    assert first.url == fair.get_absolute_url()
    assert fair.name == "Hội chợ mẫu Đông Hà"
    again = client.post(url, fair_data(tree))
    assert again.status_code == 422
    assert "Đã ghi hội chợ này, cùng ngày bắt đầu." in text_of(again)
    assert Fair.objects.count() == 1


def test_a_fair_does_not_end_before_it_starts_and_what_was_typed_stays(client, district, tree):
    answer = client.post(
        reverse("products:fair_add"), fair_data(tree, ends_on="30/04/2020", place="Đông Hà")
    )
    assert answer.status_code == 422
    words = answer.content.decode()
    assert "Ngày cuối phải từ ngày đầu trở đi." in words
    assert 'value="Đông Hà"' in words


def test_a_commune_puts_its_own_products_on_a_fair_and_no_others(client, commune, tree, product):
    fair = make.FairFactory(unit=tree.district)
    foreign = make.ProductFactory(producer__unit=tree.district)
    url = reverse("products:fair_product_add", args=[fair.pk])
    assert client.post(url, {"product": foreign.pk}).status_code == 422
    assert client.post(url, {"product": product.pk, "sales": "-5"}).status_code == 422
    client.post(url, {"product": product.pk, "sales": "12500000", "contracts_signed": "2"})
    assert FairProduct.objects.get().sales == 12_500_000
    words = text_of(client.get(fair.get_absolute_url()))
    assert "12.500.000" in words
    again = client.post(url, {"product": product.pk})
    assert "Sản phẩm đã có trong danh sách dự hội chợ." in text_of(again)


def test_sums_of_a_fair_leave_out_what_was_withdrawn(client, district, tree, product):
    fair = make.FairFactory(unit=tree.district)
    make.FairProductFactory(fair=fair, product=product, sales=1_000_000)
    wrong = make.FairProductFactory(fair=fair, sales=9_000_000)
    withdraw_promotion(row=wrong, by=district, reason="Nhầm")
    listed = text_of(client.get(reverse("products:fairs")))
    assert "1.000.000" in listed
    assert "9.000.000" not in listed
    assert "10.000.000" not in listed


def test_a_withdrawn_fair_takes_no_more_products(district, tree, product):
    fair = make.FairFactory(unit=tree.district)
    withdraw_promotion(row=fair, by=district, reason="Nhầm")
    with pytest.raises(ValidationError, match="Mục này đã được rút"):
        save_promotion(row=FairProduct(fair=fair, product=product), by=district)


def test_a_photo_that_is_there_already_leaves_no_file_behind(district, tree):
    fair = make.FairFactory(unit=tree.district)

    def add() -> FairPhoto:
        upload = check_upload(SimpleUploadedFile("gian-hang.jpg", jpeg()))
        return save_promotion(row=FairPhoto(fair=fair), upload=upload, by=district)

    folder = Path(add().file.path).parent
    there = set(folder.iterdir())
    with pytest.raises(ValidationError, match="Hội chợ đã có ảnh này"):
        add()
    assert set(folder.iterdir()) == there


def test_fairs_with_real_products_count_for_the_plan(tree, product):
    plan = make.PlanFactory(unit=tree.district)
    fair = make.FairFactory(unit=tree.district, starts_on=datetime.date(2020, 5, 1))
    make.FairProductFactory(fair=fair, product=product)
    sample = make.ProductFactory(producer__unit=tree.ho_xa, is_sample=True)
    make.FairProductFactory(
        fair=make.FairFactory(unit=tree.district, starts_on=datetime.date(2020, 6, 1)),
        product=sample,
    )
    make.FairFactory(unit=tree.district, starts_on=datetime.date(2020, 7, 1))
    line = next(row for row in reality_of(plan, []).lines if row.measure == Measure.FAIRS)
    assert [cell.counted for cell in line.cells] == [0, 1]


# --- Where a product is sold --------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://ban.example/",
        "shopee.vn/hang",
        "https://shopee.vn@xau.example/",
        "https://[::1",
        "http:///khong-co-ten",
    ],
)
def test_a_broken_or_disguised_address_is_refused(client, commune, product, url):
    answer = client.post(
        reverse("products:online_shop_add"),
        {"product": product.pk, "platform": "Sàn mẫu", "url": url},
    )
    assert answer.status_code == 422
    assert "bắt đầu bằng https://" in text_of(answer)
    assert not OnlineShop.objects.exists()


def test_the_public_page_tells_where_to_buy_today_and_nothing_withdrawn(client, district):
    product = make.PublicRatingFactory().product
    make.SalesPointFactory(product=product, name="Cửa hàng đang bán")
    make.SalesPointFactory(product=product, name="Cửa hàng đã nghỉ", ends_on=day(-1))
    wrong = make.SalesPointFactory(product=product, name="Cửa hàng ghi nhầm")
    withdraw_promotion(row=wrong, by=district, reason="Nhầm")
    make.OnlineShopFactory(product=product, url="https://ban.example/hang?tu=cong-thong-tin")
    make.ContractFactory(product=product, buyer="Công ty mẫu kín tiếng")
    client.logout()
    words = text_of(client.get(reverse("products:public_product", args=[product.pk])))
    assert "Cửa hàng đang bán" in words
    assert "(ban.example)" in words
    for hidden in ("Cửa hàng đã nghỉ", "Cửa hàng ghi nhầm", "kín tiếng", "cong-thong-tin"):
        assert hidden not in words


def test_another_communes_row_is_not_there(client, commune, tree):
    foreign = make.SalesPointFactory(product__producer__unit=tree.district)
    assert client.get(foreign.get_absolute_url()).status_code == 404
    answer = client.post(
        reverse("products:sales_point_withdraw", args=[foreign.pk]), {"reason": "Thử"}
    )
    assert answer.status_code == 404
    assert SalesPoint.objects.in_force().count() == 1


def test_a_contract_needs_a_unit_for_its_volume_and_takes_a_decimal_comma(client, commune, product):
    url = reverse("products:contract_add")
    data = {"product": product.pk, "buyer": "Công ty mẫu", "volume": "2,5"}
    assert "Hãy ghi đơn vị tính" in text_of(client.post(url, data))
    assert client.post(url, data | {"volume": "-1", "volume_unit": "tấn"}).status_code == 422
    answer = client.post(url, data | {"volume_unit": "tấn", "ends_on": "31/12/2030"})
    contract = Contract.objects.get()
    assert answer.url == contract.get_absolute_url()
    assert "2,5" in text_of(client.get(answer.url))
    assert contract.history.get().history_user == commune


def test_lists_find_words_without_marks_and_go_out_as_files(client, district, product):
    make.ContractFactory(product=product, buyer="Siêu thị mẫu Đông Hà", value=5_000_000)
    make.ContractFactory(product=product, buyer="Cửa hàng mẫu khác")
    url = reverse("products:contracts")
    words = text_of(client.get(url, {"q": "dong ha"}))
    assert "Siêu thị mẫu Đông Hà" in words
    assert "Cửa hàng mẫu khác" not in words
    sent = client.get(url, {"q": "dong ha", "export": "csv"})
    lines = b"".join(sent.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "5000000" in lines[1]


def test_a_list_counts_what_it_shows_wherever_its_words_are_found(client, district, tree):
    producer = make.ProducerFactory(
        unit=tree.ho_xa, name="Hợp tác xã mẫu Bàu", representative="Trần Mẫu Hạnh"
    )
    pepper = make.ProductFactory(name="Hồ tiêu mẫu", producer=producer)
    other = make.ProductFactory(name="Nước mắm mẫu", producer__unit=tree.vinh_thuy)
    shop = make.SalesPointFactory(product=pepper, name="Cửa hàng mẫu Đông Hà")
    stall = make.SalesPointFactory(product=pepper, name="Quầy hàng mẫu")
    third = make.SalesPointFactory(product=other, name="Cửa hàng mẫu Cửa Tùng")
    url = reverse("products:sales_points")
    for words, wanted in (
        ("hang mau", {shop, stall, third}),
        ("ho tieu", {shop, stall}),
        ("cua hang ho tieu", {shop}),  # some words of the row, some of its product
        ("tran mau hanh", {shop, stall}),  # who stands for the producer
        ("dong ha bau", {shop}),
        ("nuoc mam bau", set()),
    ):
        page = client.get(url, {"q": words}).context["page_obj"]
        assert (page.paginator.count, set(page)) == (len(wanted), wanted), words


# --- Chains -------------------------------------------------------------------------------------


def test_a_chain_shows_its_sums_and_leaves_out_what_is_not_known(client, district, tree):
    chain = make.ChainFactory(unit=tree.district)
    make.ChainLinkFactory(chain=chain, area="12.50", households=20)
    make.ChainLinkFactory(chain=chain, area="7.25")
    gone = make.ChainLinkFactory(chain=chain, area="100")
    withdraw_promotion(row=gone, by=district, reason="Nhầm")
    growers, processors, _buyers = picture_of(chain, set())
    assert (str(growers.area), growers.households, growers.volume) == ("19.75", 20, None)
    assert processors.links == []
    assert "19,75 ha" in text_of(client.get(chain.get_absolute_url()))


def test_a_commune_reads_the_chain_but_not_the_others_contracts(client, commune, tree):
    chain = make.ChainFactory(unit=tree.district)
    link = make.ChainLinkFactory(chain=chain, contract_number="07/HĐ-MẪU", name="Bên mẫu")
    words = text_of(client.get(chain.get_absolute_url()))
    assert "Bên mẫu" in words
    assert "07/HĐ-MẪU" not in words
    assert client.get(reverse("products:chain_link_file", args=[link.pk])).status_code == 404


def test_a_party_needs_a_name_of_some_kind(client, district, tree):
    chain = make.ChainFactory(unit=tree.district)
    answer = client.post(
        reverse("products:chain_link_add", args=[chain.pk]), {"part": "grower", "area": "3"}
    )
    assert "Hãy chọn chủ thể, chọn xã, thị trấn, hoặc ghi tên." in text_of(answer)


# --- Deadlines ----------------------------------------------------------------------------------


def test_contracts_that_end_and_open_work_are_owed(tree, product):
    district = make.officer()
    commune = make.officer(Role.Kind.COMMUNE_OFFICER, tree.ho_xa)
    make.ContractFactory(product=product, buyer="Bên mua mẫu", ends_on=day(5))
    withdraw_promotion(
        row=make.ContractFactory(product=product, ends_on=day(6)), by=district, reason="Nhầm"
    )
    chain = make.ChainFactory(unit=tree.district)
    make.ChainLinkFactory(chain=chain, ends_on=day(7))
    flagship = make.FlagshipFactory(product=product)
    make.GapTaskFactory(flagship=flagship, due_on=day(3))
    make.GapTaskFactory(flagship=flagship, due_on=day(3), done_on=today())
    ask = Ask(since=today(), until=day(30), people=frozenset({commune.pk, district.pk}))
    of_product, of_chain = contracts_ending(ask)
    assert (of_product.due_on, of_product.recipients) == (day(5), (commune.pk,))
    assert (of_chain.due_on, of_chain.recipients) == (day(7), (district.pk,))
    (task,) = gap_tasks_owed(ask)
    assert (task.recipients, task.superiors) == ((commune.pk,), (district.pk,))
    nobody = Ask(since=today(), until=day(30), people=frozenset({0}))
    assert [*contracts_ending(nobody), *gap_tasks_owed(nobody)] == []


# --- Flagship products --------------------------------------------------------------------------


def test_the_gap_list_is_the_cheapest_way_by_the_producers_own_sheet(client, commune, tree):
    entry = make.entry_in(product__producer__unit=tree.ho_xa)
    criteria = versions.current_set(entry.cycle.decision, entry.set_number)
    answers = make.options_for(criteria, total=68)
    choices = {code: number or None for code, number in answers.items()}
    attach(
        entry=entry,
        text=rehearsal.query_of(criteria, choices, knock_outs=[], gates=[]),
        by=commune,
    )
    flagship = make.FlagshipFactory(product=entry.product, target_star=4)
    found = gaps_of(flagship)
    assert (found.advice.total_now, found.advice.stars_now) == (68, 3)
    assert found.advice.total_then >= 70
    code = found.gaps[0].change.code
    client.post(
        reverse("products:gap_task_add", args=[flagship.pk]),
        {"criterion": code, "words": "Làm tem mẫu", "due_on": "01/06/2030"},
    )
    assert [task.words for task in gaps_of(flagship).gaps[0].tasks] == ["Làm tem mẫu"]
    words = text_of(client.get(flagship.get_absolute_url()))
    assert "không phải kết quả của hội đồng" in words
    assert "Làm tem mẫu" in words


def test_without_a_sheet_the_page_says_so(client, commune, product):
    flagship = make.FlagshipFactory(product=product)
    assert "Chưa có bản tự đánh giá" in text_of(client.get(flagship.get_absolute_url()))


# --- Cost ---------------------------------------------------------------------------------------

MAKERS = {
    "fair": lambda tree, product: make.FairFactory(unit=tree.district),
    "sales_point": lambda tree, product: make.SalesPointFactory(product=product),
    "online_shop": lambda tree, product: make.OnlineShopFactory(product=product),
    "contract": lambda tree, product: make.ContractFactory(product=product),
    "chain": lambda tree, product: make.ChainFactory(unit=tree.district),
    "flagship": lambda tree, product: make.FlagshipFactory(product=product),
}


def queries(client, url) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


@pytest.mark.parametrize("name", MAKERS)
def test_lists_and_pages_cost_the_same_for_one_and_for_three(client, district, tree, name):
    first = MAKERS[name](tree, make.ProductFactory(producer__unit=tree.ho_xa))
    url = reverse(f"products:{name}s")
    queries(client, url)
    one = queries(client, url)
    for _number in range(2):
        MAKERS[name](tree, make.ProductFactory(producer__unit=tree.ho_xa))
    assert queries(client, url) == one <= 12
    if name == "fair":
        make.FairProductFactory(fair=first)
        make.FairProductFactory(fair=first)
    if name == "chain":
        make.ChainLinkFactory(chain=first)
        make.ChainLinkFactory(chain=first)
    assert queries(client, first.get_absolute_url()) <= 15
