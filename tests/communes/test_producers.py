"""Officers keep producers: lists, forms, stopping."""

import datetime
import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from communes.models import Producer, Role
from communes.producers import save_producer, stop_producer
from tests.communes.pages import options_of, text_of, typed_in
from tests.factories import ProducerFactory, ProductFactory, officer, vinh_linh

pytestmark = pytest.mark.django_db

LIST = "communes:producers"


@pytest.fixture
def district(client):
    """A district officer who is signed in."""
    user = officer()
    client.force_login(user)
    return user


def listed(client, **query) -> list[str]:
    return [row.name for row in client.get(reverse(LIST), query).context["page_obj"]]


def typed(**changes) -> dict:
    """What an officer types for a new producer."""
    return {
        "name": "Hợp tác xã Hồ tiêu mẫu",
        "legal_form": "cooperative",
        "unit": vinh_linh().ho_xa.pk,
        "must_register": "on",
    } | changes


def post_new(client, **changes):
    return client.post(reverse("communes:producer_add"), typed(**changes))


def errors(answer) -> dict[str, list[str]]:
    return {field: list(found) for field, found in answer.context["form"].errors.items()}


# --- Finding ----------------------------------------------------------------------------------


def test_search_needs_no_marks_and_all_words_in_any_order(client, district):
    ProducerFactory(name="HTX Hồ tiêu đỏ", representative="Trần Đức Mẫu")
    ProducerFactory(name="Cơ sở nấm mẫu")
    assert listed(client, q="ho tieu") == ["HTX Hồ tiêu đỏ"]
    assert listed(client, q="TIÊU hồ") == ["HTX Hồ tiêu đỏ"]
    assert listed(client, q="duc mau tieu") == ["HTX Hồ tiêu đỏ"]
    assert listed(client, q="tieu nam") == []


def test_search_understands_marks_typed_apart(client, district):
    ProducerFactory(name="HTX Hồ tiêu đỏ")
    assert listed(client, q=unicodedata.normalize("NFD", "Hồ tiêu đỏ")) == ["HTX Hồ tiêu đỏ"]


def test_search_finds_a_tax_code(client, district):
    ProducerFactory(name="Một", tax_code="3200123456")
    ProducerFactory(name="Hai", tax_code="3200999999")
    assert listed(client, q="3200123") == ["Một"]


def test_a_percent_sign_is_a_letter_like_others(client, district):
    ProducerFactory(name="HTX mẫu")
    assert listed(client, q="%") == []


def test_the_unit_filter_finds_those_merged_into_it(client, units):
    client.force_login(officer(Role.Kind.DISTRICT_OFFICER, units("464")))
    before = datetime.date(2019, 6, 1)
    ProducerFactory(name="Ở Vĩnh Nam", unit=units("19390", before))
    ProducerFactory(name="Ở Trung Nam", unit=units("19378"))
    ProducerFactory(name="Ở Hồ Xá", unit=units("19363"))
    assert listed(client, unit=units("19378").pk) == ["Ở Trung Nam", "Ở Vĩnh Nam"]
    assert listed(client, unit=units("19390", before).pk) == ["Ở Vĩnh Nam"]


def test_filters_by_legal_form_and_by_state(client, district):
    ProducerFactory(name="A", legal_form="cooperative")
    ProducerFactory(name="B", legal_form="household")
    ProducerFactory(name="C", legal_form="household", is_active=False)
    assert listed(client) == ["A", "B"]
    assert listed(client, legal_form="household") == ["B"]
    assert listed(client, active="stopped") == ["C"]
    assert listed(client, active="all") == ["A", "B", "C"]


def test_a_filter_that_means_nothing_is_left_out(client, district):
    ProducerFactory(name="A")
    assert listed(client, unit="999999", legal_form="vua", active="?", page="trang") == ["A"]


def test_twenty_producers_a_page_by_name(client, district):
    for number in range(21):
        ProducerFactory(name=f"Chủ thể {number:02}")
    assert listed(client) == [f"Chủ thể {number:02}" for number in range(20)]
    assert listed(client, page=2) == ["Chủ thể 20"]


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_costs_the_same_at_any_length(client, district, items, django_assert_num_queries):
    for _number in range(items):
        ProductFactory()
    client.get(reverse(LIST))
    with django_assert_num_queries(8):
        client.get(reverse(LIST))


@pytest.mark.parametrize("items", [1, 3])
def test_a_producers_page_costs_the_same_however_much_happened(
    client, district, items, django_assert_num_queries
):
    producer = ProducerFactory()
    for number in range(items):
        ProductFactory(producer=producer)
        producer.unit = [vinh_linh().vinh_thuy, vinh_linh().ho_xa][number % 2]
        producer.save()
    with django_assert_num_queries(9):
        client.get(producer.get_absolute_url())


# --- Entering and changing --------------------------------------------------------------------


def test_a_producer_is_entered_and_its_history_names_who_did_it(client, district):
    answer = post_new(client, phone="0912 345 678", workers="10", local_workers="7")
    producer = Producer.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == producer.get_absolute_url()
    assert (producer.local_share, str(producer.phone)) == (70, "0912 345 678")
    assert producer.history.get().history_user == district


def test_a_name_typed_with_marks_apart_is_kept_in_one_piece(client, district):
    post_new(client, name=unicodedata.normalize("NFD", "Hợp tác xã Đất đỏ"))
    assert Producer.objects.get().name == "Hợp tác xã Đất đỏ"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("3200123456", "3200123456"),
        ("3200123456-001", "3200123456-001"),
        ("012345678901", "012345678901"),
        (" 3200 123 456 ", "3200123456"),
        ("3200.123.456", "3200123456"),
        ("", ""),
    ],
)
def test_tax_codes_as_people_write_them(client, district, given, kept):
    post_new(client, tax_code=given)
    assert Producer.objects.get().tax_code == kept


@pytest.mark.parametrize("given", ["123", "32001234567", "3200123456-1", "MST3200123456", "－"])
def test_what_is_no_tax_code_is_refused_beside_its_field(client, district, given):
    answer = post_new(client, tax_code=given)
    assert answer.status_code == 422
    assert list(errors(answer)) == ["tax_code"]
    assert Producer.objects.count() == 0


def test_a_tax_code_is_taken_once_and_the_message_names_a_producer_one_may_see(client, district):
    ProducerFactory(name="HTX cũ", tax_code="3200123456")
    answer = post_new(client, tax_code="3200123456")
    assert errors(answer) == {"tax_code": ["Mã số thuế này là của HTX cũ."]}


def test_a_taken_tax_code_of_another_commune_tells_no_name(client):
    tree = vinh_linh()
    ProducerFactory(name="HTX nơi khác", tax_code="3200123456", unit=tree.vinh_thuy)
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER, tree.ho_xa))
    answer = post_new(client, tax_code="3200123456")
    assert errors(answer) == {"tax_code": ["Đã có chủ thể mang mã số thuế này."]}


def test_two_producers_may_both_lack_a_tax_code(client, district):
    post_new(client, name="Một")
    post_new(client, name="Hai")
    assert Producer.objects.count() == 2


WRONG = [
    ({"name": ""}, "name", "Hãy điền mục này."),
    ({"unit": ""}, "unit", "Hãy điền mục này."),
    ({"legal_form": ""}, "legal_form", "Hãy điền mục này."),
    (
        {"phone": "12"},
        "phone",
        "Số điện thoại chưa đúng. Ví dụ: 0912 345 678 hoặc 0233 3820 123.",
    ),
    (
        {"workers": "3", "local_workers": "4"},
        "local_workers",
        "Số người địa phương không thể nhiều hơn tổng số lao động.",
    ),
    ({"workers": "-1"}, "workers", "Nhập số nguyên, không âm."),
    (
        {"legal_form": "joint_stock", "community_share": "101"},
        "community_share",
        "Tỷ lệ phải từ 0 đến 100%.",
    ),
    (
        {"legal_form": "joint_stock", "community_share": "-1"},
        "community_share",
        "Tỷ lệ phải từ 0 đến 100%.",
    ),
    (
        {"legal_form": "joint_stock", "community_share": "nửa"},
        "community_share",
        "Nhập một số, ví dụ 51 hoặc 51,5.",
    ),
    (
        {"legal_form": "cooperative", "community_share": "51"},
        "community_share",
        "Chỉ ghi tỷ lệ này cho công ty cổ phần.",
    ),
]


@pytest.mark.parametrize(("changes", "field", "message"), WRONG)
def test_wrong_input_is_told_beside_its_field_and_nothing_typed_is_lost(
    client, district, changes, field, message
):
    answer = post_new(client, address="Thôn mẫu 1", **changes)
    assert answer.status_code == 422
    assert errors(answer) == {field: [message]}
    assert typed_in(answer, "id_address") == "Thôn mẫu 1"
    for name, value in changes.items():
        assert typed_in(answer, f"id_{name}") in (value, None)
    assert text_of(answer, f"error_1_id_{field}") == message


def test_a_share_is_typed_with_a_comma(client, district):
    post_new(client, legal_form="joint_stock", community_share="51,5")
    producer = Producer.objects.get()
    assert str(producer.community_share) == "51.50"
    page = client.get(reverse("communes:producer_edit", args=[producer.pk]))
    assert typed_in(page, "id_community_share") == "51,50"
    assert "51,50%" in client.get(producer.get_absolute_url()).content.decode()


def test_a_unit_outside_the_scope_cannot_be_chosen(client):
    tree = vinh_linh()
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER, tree.ho_xa))
    answer = post_new(client, unit=tree.vinh_thuy.pk)
    assert list(errors(answer)) == ["unit"]
    assert Producer.objects.count() == 0


def test_a_commune_officers_own_commune_is_chosen_already(client):
    client.force_login(officer(Role.Kind.COMMUNE_OFFICER, vinh_linh().ho_xa))
    page = client.get(reverse("communes:producer_add"))
    assert options_of(page, "id_unit") == [("– Chọn –", False), ("Thị trấn Hồ Xá", True)]


def test_units_of_the_present_are_offered_first_ended_ones_say_so(client, units):
    client.force_login(
        officer(Role.Kind.COMMUNE_OFFICER, units("19372", datetime.date(2025, 9, 1)))
    )
    page = client.get(reverse("communes:producer_add"))
    assert [name for name, _chosen in options_of(page, "id_unit")] == [
        "– Chọn –",
        "Xã Vĩnh Hoàng",
        "Xã Trung Nam (đến 30/06/2025)",
        "Xã Vĩnh Hòa (đến 30/06/2025)",
        "Xã Vĩnh Thái (đến 30/06/2025)",
        "Xã Vĩnh Tú (đến 30/06/2025)",
        "Xã Vĩnh Nam (đến 31/12/2019)",
        "Xã Vĩnh Trung (đến 31/12/2019)",
    ]


def test_a_namesake_in_the_same_commune_is_asked_about_not_refused(client, district):
    ProducerFactory(name="HTX Hồ tiêu")
    asked = post_new(client, name="htx hồ  tiêu")
    assert asked.status_code == 422
    assert list(errors(asked)) == ["confirm_namesake"]
    assert Producer.objects.count() == 1
    assert post_new(client, name="htx hồ  tiêu", confirm_namesake="on").status_code == 302
    assert Producer.objects.count() == 2


def test_a_longer_name_or_another_commune_is_no_namesake(client, district):
    ProducerFactory(name="HTX Hồ tiêu Vĩnh Linh")
    ProducerFactory(name="HTX Hồ tiêu", unit=vinh_linh().vinh_thuy)
    assert post_new(client, name="HTX Hồ tiêu").status_code == 302


def test_changing_a_producer_that_has_a_namesake_does_not_ask_again(client, district):
    ProducerFactory(name="HTX Hồ tiêu")
    twin = ProducerFactory(name="HTX Hồ tiêu")
    answer = client.post(
        reverse("communes:producer_edit", args=[twin.pk]),
        typed(name="HTX Hồ tiêu", address="Thôn 2", seen=twin.updated_at.isoformat()),
    )
    assert answer.status_code == 302


def test_a_producer_whose_commune_is_unknown_keeps_the_district_when_changed(client, district):
    producer = ProducerFactory(unit=vinh_linh().district, name="Gia Hân")
    answer = client.post(
        reverse("communes:producer_edit", args=[producer.pk]),
        typed(name="Gia Hân", unit=producer.unit_id, seen=producer.updated_at.isoformat()),
    )
    assert answer.status_code == 302
    producer.refresh_from_db()
    assert producer.unit == vinh_linh().district


def test_the_second_of_two_officers_overwrites_nothing_and_learns_who_was_first(client, district):
    producer = ProducerFactory(name="HTX mẫu")
    seen = producer.updated_at.isoformat()
    url = reverse("communes:producer_edit", args=[producer.pk])
    colleague = officer(full_name="Trần Thị Mẫu")
    producer.address = "Thôn 1"
    save_producer(producer=producer, by=colleague, seen=producer.updated_at)
    answer = client.post(url, typed(name="HTX mẫu", address="Thôn 2", seen=seen))
    assert answer.status_code == 422
    (message,) = errors(answer)["__all__"]
    assert message.startswith("Trần Thị Mẫu đã sửa chủ thể này lúc ")
    assert "Thôn 2" in answer.content.decode()
    producer.refresh_from_db()
    assert producer.address == "Thôn 1"


@pytest.mark.parametrize("seen", ["", "hôm qua", "2026-13-45T00:00:00Z"])
def test_a_change_that_does_not_say_what_it_started_from_is_refused(client, district, seen):
    producer = ProducerFactory(name="HTX mẫu")
    url = reverse("communes:producer_edit", args=[producer.pk])
    answer = client.post(url, typed(name="Tên khác", seen=seen))
    assert errors(answer) == {"__all__": ["Trang đã cũ. Hãy mở lại trang rồi nhập tiếp."]}
    producer.refresh_from_db()
    assert producer.name == "HTX mẫu"


def test_a_tax_code_taken_while_the_form_was_checked_is_told_not_crashed(monkeypatch):
    ProducerFactory(tax_code="3200123456")
    late = ProducerFactory.build(unit=vinh_linh().ho_xa, tax_code="3200123456")
    # The other producer came between the check and the insert.
    monkeypatch.setattr(Producer, "full_clean", lambda self: None)
    with pytest.raises(ValidationError) as refused:
        save_producer(producer=late, by=officer())
    assert refused.value.message_dict == {"tax_code": ["Đã có chủ thể mang mã số thuế này."]}


# --- Stopping ---------------------------------------------------------------------------------


def test_a_producer_is_stopped_with_a_reason_and_started_again(client, district):
    producer = ProducerFactory()
    client.post(reverse("communes:producer_stop", args=[producer.pk]), {"reason": "Giải thể"})
    producer.refresh_from_db()
    assert not producer.is_active
    last = producer.history.first()
    assert (last.history_change_reason, last.history_user) == ("Giải thể", district)
    client.post(reverse("communes:producer_resume", args=[producer.pk]), {"reason": "Lập lại"})
    producer.refresh_from_db()
    assert producer.is_active


def test_stopping_without_a_reason_is_refused_and_says_so(client, district):
    producer = ProducerFactory()
    answer = client.post(reverse("communes:producer_stop", args=[producer.pk]), {"reason": " "})
    assert answer.status_code == 422
    assert "Hãy điền mục này." in answer.content.decode()
    producer.refresh_from_db()
    assert producer.is_active


def test_stopping_twice_is_in_the_history_once(district):
    producer = ProducerFactory()
    stop_producer(producer=producer, by=district, reason="Giải thể")
    stop_producer(producer=producer, by=district, reason="Giải thể")
    assert producer.history.count() == 2


# --- Odd text ---------------------------------------------------------------------------------


def test_a_tax_code_is_taken_as_it_stands_on_letterheads(client, district):
    post_new(client, tax_code="3200 123 456 - 001")
    assert Producer.objects.get().tax_code == "3200123456-001"


def test_a_long_text_that_is_no_tax_code_is_refused_in_words(client, district):
    answer = post_new(client, tax_code="3200123456" * 100)
    assert answer.status_code == 422
    assert list(errors(answer)) == ["tax_code"]


def test_a_length_counts_letters_as_they_are_read(client, district):
    """200 letters are 400 characters where the marks come apart."""
    name = "ế" * 200
    post_new(client, name=unicodedata.normalize("NFD", name))
    assert Producer.objects.get().name == name
    assert errors(post_new(client, name=name + "ế")).keys() == {"name"}


@pytest.mark.parametrize("unseen", ["\x00", "\x01", "\u200b", "\ufeff"])
def test_what_nobody_sees_is_no_text(client, district, unseen):
    assert errors(post_new(client, name=unseen)) == {"name": ["Hãy điền mục này."]}
    producer = ProducerFactory()
    url = reverse("communes:producer_stop", args=[producer.pk])
    answer = client.post(url, {"reason": unseen})
    assert answer.status_code == 422
    assert "Hãy điền mục này." in answer.content.decode()


def test_what_nobody_sees_does_not_keep_a_producer_from_being_found(client, district):
    post_new(client, name="HTX\u200b Hồ ti\u00adêu")
    assert Producer.objects.get().name == "HTX Hồ tiêu"
    assert listed(client, q="ho\u200b tieu") == ["HTX Hồ tiêu"]
