"""Officers keep products and cycles: lists, forms, history."""

import datetime
import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from communes.models import Role
from ocop_portal import law
from products.models import Cycle, Product
from products.register import save_product
from tests.factories import (
    CycleFactory,
    EntryFactory,
    ProducerFactory,
    ProductFactory,
    ProductPhotoFactory,
    PublicRatingFactory,
    UnitFactory,
    entry_in,
    officer,
    vinh_linh,
)

pytestmark = pytest.mark.django_db

LIST = reverse("products:product_list")
ADD = reverse("products:product_add")


@pytest.fixture
def district(client):
    """A district officer who is signed in."""
    user = officer()
    client.force_login(user)
    return user


@pytest.fixture
def commune(client):
    """A commune officer of Hồ Xá who is signed in."""
    user = officer(Role.Kind.COMMUNE_OFFICER)
    client.force_login(user)
    return user


def listed(client, **query) -> list[str]:
    return [row.name for row in client.get(LIST, query).context["page_obj"]]


def errors(answer) -> dict[str, list[str]]:
    return {field: list(found) for field, found in answer.context["form"].errors.items()}


def typed(producer=None, **changes) -> dict:
    """What an officer types for a new product."""
    producer = producer or ProducerFactory()
    return {
        "name": "Sản phẩm mẫu Hồ tiêu",
        "producer": producer.pk,
        "classification": "1048-2019/11",
        "is_existing": "on",
    } | changes


# --- Finding ----------------------------------------------------------------------------------


def test_search_needs_no_marks_and_takes_all_words_of_product_and_producer(client, district):
    ProductFactory(name="Sản phẩm mẫu Hồ tiêu đỏ", producer__name="HTX Nông sản Đức")
    ProductFactory(name="Sản phẩm mẫu Nấm", producer__name="Cơ sở mẫu")
    assert listed(client, q="ho tieu") == ["Sản phẩm mẫu Hồ tiêu đỏ"]
    assert listed(client, q="TIÊU duc") == ["Sản phẩm mẫu Hồ tiêu đỏ"]
    assert listed(client, q=unicodedata.normalize("NFD", "nấm")) == ["Sản phẩm mẫu Nấm"]
    assert listed(client, q="tieu nam") == []


def test_filters_narrow_the_list_and_nonsense_is_left_out(client, district):
    tree = vinh_linh()
    here = ProductFactory(name="A", set_number=11, producer__unit=tree.ho_xa)
    there = ProductFactory(name="B", set_number=20, producer__unit=tree.vinh_thuy)
    ProductFactory(name="C", producer__unit=tree.vinh_thuy, is_active=False)
    assert here.branch != there.branch
    assert listed(client, branch=there.branch) == ["B"]
    assert listed(client, unit=tree.ho_xa.pk) == ["A"]
    assert listed(client, producer=there.producer.pk) == ["B"]
    assert listed(client) == ["A", "B"]
    assert listed(client, active="stopped") == ["C"]
    assert listed(client, active="all") == ["A", "B", "C"]
    assert listed(client, branch="x", unit="abc", producer="999", active="?") == ["A", "B"]


def test_a_commune_officer_sees_their_own_and_the_district_sees_all(client):
    tree = vinh_linh()
    mine = ProductFactory(name="A", producer__unit=tree.ho_xa)
    theirs = ProductFactory(name="B", producer__unit=tree.vinh_thuy)
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER))
    assert listed(client) == ["A"]
    assert client.get(mine.get_absolute_url()).status_code == 200
    assert client.get(theirs.get_absolute_url()).status_code == 404
    client.force_login(officer())
    assert listed(client) == ["A", "B"]


def test_council_members_and_strangers_have_no_register(client):
    product = ProductFactory()
    client.force_login(officer(Role.Kind.COUNCIL_MEMBER))
    assert client.get(LIST).status_code == 403
    assert client.get(product.get_absolute_url()).status_code == 403
    client.logout()
    assert client.get(LIST).status_code == 302


# --- Adding and changing ----------------------------------------------------------------------


def test_a_product_is_entered_with_its_classification(client, commune):
    producer = ProducerFactory()
    answer = client.post(ADD, typed(producer, story="Chuyện\n\nhai đoạn"))
    product = Product.objects.get()
    assert (answer.status_code, answer.url) == (302, product.get_absolute_url())
    summary = law.decision("1048-2019").summary(11)
    assert (product.set_number, product.set_name) == (11, summary.name)
    assert (product.branch, product.group) == (summary.branch, summary.group)
    assert product.is_sample  # as its producer
    assert product.history.get().history_user == commune


def test_the_select_holds_every_set_by_branch_and_group(client, district):
    choices = client.get(ADD).context["form"].fields["classification"].choices
    groups = [group for label, group in choices[1:]]
    assert sorted(value for group in groups for value, _label in group) == sorted(
        f"{decision.slug}/{number}" for decision in law.decisions() for number in range(1, 27)
    )
    labels = {value: str(label) for group in groups for value, label in group}
    assert labels["1048-2019/3"] == "3. Gạo, ngũ cốc (chưa có tiêu chí)"
    assert "chưa có tiêu chí" not in labels["1048-2019/11"]


def test_a_set_without_criteria_can_be_registered_with_a_plain_warning(client, district):
    client.post(ADD, typed(classification="1048-2019/3"))
    product = Product.objects.get()
    page = client.get(product.get_absolute_url()).content.decode()
    assert "Bộ 3 “Gạo, ngũ cốc” chưa có tiêu chí trong hệ thống" in page


def test_what_is_missing_stands_beside_the_field_and_the_rest_is_kept(client, district):
    answer = client.post(ADD, typed(name=" ", classification="", story="Chuyện của tôi"))
    assert answer.status_code == 422
    assert errors(answer) == {
        "name": ["Cần ghi tên sản phẩm."],
        "classification": ["Cần chọn bộ sản phẩm."],
    }
    assert "Chuyện của tôi" in answer.content.decode()
    assert not Product.objects.exists()


def test_a_forged_set_or_producer_is_refused(client, commune):
    neighbour = ProducerFactory(unit=vinh_linh().vinh_thuy)
    answer = client.post(ADD, typed(neighbour, classification="1048-2019/99"))
    assert set(errors(answer)) == {"producer", "classification"}
    assert not Product.objects.exists()


def test_the_same_name_twice_for_one_producer_is_refused_and_for_another_is_not(client, district):
    producer = ProducerFactory()
    client.post(ADD, typed(producer))
    answer = client.post(ADD, typed(producer, name="san pham mau  HO TIEU"))
    assert errors(answer)["name"] == [
        "Chủ thể này đã có sản phẩm “Sản phẩm mẫu Hồ tiêu”. Hãy ghi tên cho phân biệt."
    ]
    assert client.post(ADD, typed(ProducerFactory())).status_code == 302
    assert Product.objects.count() == 2


def test_text_from_old_machines_is_stored_as_one_spelling(client, district):
    client.post(ADD, typed(name=unicodedata.normalize("NFD", "Sản phẩm mẫu Cốm ")))
    assert Product.objects.get().name == "Sản phẩm mẫu Cốm"


def test_each_change_is_told_with_who_and_from_what(client, district):
    product = ProductFactory(name="Sản phẩm mẫu Tiêu", set_number=7)
    url = reverse("products:product_edit", args=[product.pk])
    product.refresh_from_db()
    data = typed(product.producer, name="Sản phẩm mẫu Tiêu đỏ", is_active="on")
    assert client.post(url, data).status_code == 302
    newest = client.get(product.get_absolute_url()).context["history"][0]
    assert newest["who"] == district
    assert [(row["old"], row["new"]) for row in newest["changes"]] == [
        ("Sản phẩm mẫu Tiêu", "Sản phẩm mẫu Tiêu đỏ"),
        ("7", "11"),
    ]


def test_of_two_who_edit_at_once_the_second_is_told_and_overwrites_nothing(client, district):
    product = ProductFactory(name="Sản phẩm mẫu Tiêu")
    product.refresh_from_db()
    seen = product.updated_at.isoformat()
    first = officer(full_name="Trần Thị Nhanh")
    product.summary = "Của người thứ nhất"
    save_product(product=product, by=first)
    url = reverse("products:product_edit", args=[product.pk])
    answer = client.post(url, typed(product.producer, summary="Của tôi", seen=seen, is_active="on"))
    assert answer.status_code == 422
    assert errors(answer)["__all__"][0].startswith("Trần Thị Nhanh đã sửa sản phẩm này lúc ")
    assert "Của tôi" in answer.content.decode()
    product.refresh_from_db()
    assert product.summary == "Của người thứ nhất"


def test_saving_checks_what_the_form_did_not():
    with pytest.raises(ValidationError):
        save_product(
            product=ProductFactory.build(name="", producer=ProducerFactory()), by=officer()
        )


def test_a_moment_that_cannot_be_is_no_fault(client, district):
    assert client.post(ADD, typed(seen="2020-13-45T00:00")).status_code == 302


def reclassify(client, product, number: int):
    url = reverse("products:product_edit", args=[product.pk])
    data = typed(
        product.producer,
        name=product.name,
        classification=f"1048-2019/{number}",
        is_active="on",
    )
    assert client.post(url, data).status_code == 302


@pytest.mark.parametrize("state", ["idea_draft", "dossier_open", "ready", "withdrawn"])
def test_a_corrected_set_reaches_an_entry_that_no_council_has_taken_up(client, district, state):
    entry = entry_in(state, product__set_number=3)
    reclassify(client, entry.product, 11)
    entry.refresh_from_db()
    assert entry.set_number == 11
    told = client.get(entry.get_absolute_url()).context["history"][0]
    assert (told["who"], told["what"]) == (
        district,
        "Đổi bộ sản phẩm: 3. Gạo, ngũ cốc → 11. Gia vị khác",
    )
    reclassify(client, entry.product, 11)
    assert entry.events.filter(action="set.changed").count() == 1


@pytest.mark.parametrize("state", ["in_evaluation", "rated", "in_promotion"])
def test_what_the_council_has_taken_up_keeps_the_set_it_is_scored_by(client, district, state):
    entry = entry_in(state, product__set_number=7)
    reclassify(client, entry.product, 11)
    entry.refresh_from_db()
    assert entry.set_number == 7


def test_an_entry_of_a_closed_cycle_keeps_its_set(client, district):
    entry = entry_in("ready", product__set_number=7, cycle__is_closed=True)
    reclassify(client, entry.product, 11)
    entry.refresh_from_db()
    assert entry.set_number == 7


def test_a_stopped_product_has_no_link_to_a_public_page_that_is_not_there(client, district):
    product = PublicRatingFactory(product__is_active=False).product
    page = client.get(product.get_absolute_url()).content.decode()
    assert f'href="{product.get_public_url()}"' not in page


def test_a_revoked_recognition_is_called_so_and_shows_no_stars(client, district):
    product = PublicRatingFactory(
        kind="recognition",
        decided_on=datetime.date(2025, 1, 2),
        revoked_on=datetime.date(2025, 5, 6),
    ).product
    page = client.get(product.get_absolute_url()).content.decode()
    assert "Công nhận đã bị thu hồi" in page
    assert 'class="stars-row"' not in page


def test_a_neighbours_product_is_not_there_to_edit(client, commune):
    product = ProductFactory(producer__unit=vinh_linh().vinh_thuy)
    url = reverse("products:product_edit", args=[product.pk])
    assert client.get(url).status_code == 404
    assert client.post(url, typed(product.producer)).status_code == 404


def test_a_story_is_text_and_not_a_page(client, district):
    product = ProductFactory(story="<script>alert(1)</script>")
    page = client.get(product.get_absolute_url()).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page


# --- Cycles -----------------------------------------------------------------------------------


def cycle_typed(**changes) -> dict:
    return {
        "unit": vinh_linh().district.pk,
        "year": "2020",
        "decision": "1048-2019",
        "plan_number": "102/KH-UBND",
        "plan_date": "30/09/2019",
        "starts_2": "01/02/2020",
        "due_2": "31/03/2020",
    } | changes


def test_a_cycle_is_opened_with_its_six_steps(client, district):
    answer = client.post(reverse("products:cycle_add"), cycle_typed())
    cycle = Cycle.objects.get()
    assert (answer.status_code, answer.url) == (302, cycle.get_absolute_url())
    assert (cycle.plan_date, cycle.history.get().history_user) == (
        datetime.date(2019, 9, 30),
        district,
    )
    dates = {step.number: (step.starts_on, step.due_on) for step in cycle.steps.all()}
    assert dates == dict.fromkeys((1, 3, 4, 5, 6), (None, None)) | {
        2: (datetime.date(2020, 2, 1), datetime.date(2020, 3, 31))
    }


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"due_2": "31/01/2020"}, "due_2", "Hạn phải sau ngày bắt đầu."),
        ({"year": "2018"}, "decision", "Năm 2018 không có ngày nào Quyết định này còn hiệu lực."),
        ({"year": "2026"}, "decision", "Năm 2026 không có ngày nào Quyết định này còn hiệu lực."),
        ({"unit": ""}, "unit", "Hãy điền mục này."),
    ],
)
def test_what_is_wrong_with_a_cycle_stands_beside_its_field(
    client, district, change, field, message
):
    answer = client.post(reverse("products:cycle_add"), cycle_typed(**change))
    assert answer.status_code == 422
    assert errors(answer) == {field: [message]}
    assert 'value="102/KH-UBND"' in answer.content.decode()
    assert not Cycle.objects.exists()


def test_a_unit_has_one_cycle_a_year(client, district):
    CycleFactory(year=2020)
    answer = client.post(reverse("products:cycle_add"), cycle_typed())
    assert errors(answer) == {"year": ["Đơn vị đã có chu trình của năm này."]}


def test_only_the_districts_officer_keeps_its_cycles(client, commune):
    cycle = CycleFactory()
    assert client.get(reverse("products:cycle_add")).status_code == 403
    assert client.get(reverse("products:cycle_edit", args=[cycle.pk])).status_code == 403
    elsewhere = CycleFactory(unit=UnitFactory(level="district"), year=2020)
    client.force_login(officer())
    assert client.get(elsewhere.get_absolute_url()).status_code == 404
    assert client.get(reverse("products:cycle_edit", args=[elsewhere.pk])).status_code == 404


def test_changed_dates_are_told_step_by_step_and_unchanged_steps_are_not(client, district):
    cycle = CycleFactory(year=2020)
    url = reverse("products:cycle_edit", args=[cycle.pk])
    assert client.post(url, cycle_typed()).status_code == 302
    told = [(row["what"], row["who"]) for row in client.get(url).context["history"]]
    assert ("Sửa: 2. Đăng ký ý tưởng", district) in told
    assert cycle.steps.get(number=3).history.count() == 1


def test_a_cycle_with_entries_keeps_its_unit_year_and_decision(client, district):
    cycle = EntryFactory(cycle__year=2020).cycle
    url = reverse("products:cycle_edit", args=[cycle.pk])
    assert client.post(url, cycle_typed(year="2021", note="Thêm")).status_code == 302
    cycle.refresh_from_db()
    assert (cycle.year, cycle.note) == (2020, "Thêm")


def test_a_cycle_is_not_closed_while_the_council_is_at_work(client, district):
    cycle = entry_in("in_evaluation", cycle__year=2020).cycle
    url = reverse("products:cycle_edit", args=[cycle.pk])
    answer = client.post(url, cycle_typed(is_closed="on", note="Lời của tôi"))
    assert errors(answer) == {
        "is_closed": [
            "Hội đồng đang đánh giá 1 sản phẩm của chu trình. Hãy chốt hoặc hủy đợt đánh giá trước."
        ]
    }
    assert "Lời của tôi" in answer.content.decode()
    cycle.refresh_from_db()
    assert not cycle.is_closed
    assert client.post(url, cycle_typed(note="Lời của tôi")).status_code == 302


# --- Entering a cycle -------------------------------------------------------------------------


def test_a_product_enters_a_cycle_from_its_own_page(client, commune):
    cycle, product = CycleFactory(), ProductFactory()
    page = client.get(product.get_absolute_url())
    assert page.context["open_cycles"] == [cycle]
    url = reverse("products:entry_add", args=[cycle.pk])
    answer = client.post(url, {"product": product.pk, "idea": "Tiêu đỏ."})
    entry = product.entries.get()
    assert (answer.status_code, answer.url) == (302, entry.get_absolute_url())
    assert (entry.idea, entry.created_by, entry.set_number) == ("Tiêu đỏ.", commune, 1)
    assert client.get(product.get_absolute_url()).context["open_cycles"] == []


def test_only_products_of_the_officer_and_the_unit_are_offered(client, commune):
    cycle = CycleFactory()
    own = ProductFactory(name="Của mình")
    ProductFactory(name="Của xã khác", producer__unit=vinh_linh().vinh_thuy)
    ProductFactory(name="Đã ngừng", is_active=False)
    EntryFactory(cycle=cycle, product__name="Đã tham gia")
    url = reverse("products:entry_add", args=[cycle.pk])
    assert list(client.get(url).context["form"].fields["product"].queryset) == [own]
    other = Product.objects.get(name="Của xã khác")
    answer = client.post(url, {"product": other.pk, "idea": "Giữ lại lời này"})
    assert errors(answer) == {"product": ["Sản phẩm này không thêm vào chu trình được."]}
    assert "Giữ lại lời này" in answer.content.decode()


def test_a_closed_cycle_takes_no_product(client, district):
    cycle, product = CycleFactory(is_closed=True), ProductFactory()
    url = reverse("products:entry_add", args=[cycle.pk])
    answer = client.post(url, {"product": product.pk})
    assert errors(answer)["__all__"] == [f"Chu trình năm {cycle.year} đã khép lại."]


# --- Cost -------------------------------------------------------------------------------------

LIST_QUERIES = 8
PRODUCT_QUERIES = 11
CYCLES_QUERIES = 7


@pytest.mark.parametrize("number", [1, 3])
def test_lists_and_pages_cost_the_same_however_much_is_on_them(
    client, district, django_assert_num_queries, number
):
    entries = [entry_in("ready") for _n in range(number)]
    product = entries[0].product
    ProductPhotoFactory.create_batch(number, product=product)
    for n in range(number):
        EntryFactory(product=product)
        PublicRatingFactory(product=product, is_current=n == 0)
    client.get(LIST)  # that no second factor is needed is then known
    with django_assert_num_queries(LIST_QUERIES):
        assert len(client.get(LIST).context["page_obj"]) == number
    with django_assert_num_queries(PRODUCT_QUERIES):
        assert len(client.get(product.get_absolute_url()).context["photos"]) == number
    with django_assert_num_queries(CYCLES_QUERIES):
        assert len(client.get(reverse("products:cycles")).context["page_obj"]) == number * 2
