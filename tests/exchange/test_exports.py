"""Lists out: what is seen, as Excel and CSV, and nothing that a spreadsheet would run."""

import pytest
from django.urls import reverse

from tests.factories import (
    EntryFactory,
    ProducerFactory,
    ProductFactory,
    UnitFactory,
    officer,
    vinh_linh,
)

from .books import opened

pytestmark = pytest.mark.django_db


def content(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_a_list_goes_out_as_it_is_filtered_and_ordered(client):
    tree = vinh_linh()
    for name in ("Hợp tác xã mẫu Hai", "Hợp tác xã mẫu Ba", "Cơ sở mẫu Một"):
        ProducerFactory(name=name, unit=tree.ho_xa, workers=12)
    ProducerFactory(name="Hợp tác xã mẫu ngoài địa bàn", unit=UnitFactory())
    client.force_login(officer())
    found = client.get(reverse("communes:producers"), {"q": "hop tac xa", "export": "xlsx"})
    page = opened(content(found)).active
    assert [row[0].value for row in page.iter_rows(min_row=2)] == [
        "Hợp tác xã mẫu Ba",
        "Hợp tác xã mẫu Hai",
    ]
    headings = [cell.value for cell in page[1]]
    assert page.cell(2, headings.index("Số lao động") + 1).value == 12
    assert "chu-the-" in found["Content-Disposition"]


def test_a_csv_opens_right_in_a_vietnamese_excel(client):
    ProducerFactory(name="Hợp tác xã mẫu Đỏ", unit=vinh_linh().ho_xa, community_share="51.50")
    client.force_login(officer())
    text = content(client.get(reverse("communes:producers"), {"export": "csv"}))
    assert text.startswith("\ufeffTên chủ thể;".encode())
    assert ";51,50;" in text.decode()


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
def test_a_name_that_looks_like_a_formula_stays_a_name(client, format_):
    ProducerFactory(name="=cmd|' /C calc'!A0", unit=vinh_linh().ho_xa)
    client.force_login(officer())
    found = content(client.get(reverse("communes:producers"), {"export": format_}))
    if format_ == "csv":
        assert found.decode().splitlines()[1].startswith("'=cmd")
    else:
        cell = opened(found).active["A2"]
        assert (cell.data_type, cell.value) == ("s", "=cmd|' /C calc'!A0")


@pytest.mark.parametrize("n", [1, 3])
def test_lists_go_out_at_the_same_cost_at_any_size(client, django_assert_num_queries, n):
    tree = vinh_linh()
    cycle = None
    for _time in range(n):
        product = ProductFactory(producer=ProducerFactory(unit=tree.ho_xa))
        entry = EntryFactory(product=product, **({"cycle": cycle} if cycle else {}))
        cycle = entry.cycle
    client.force_login(officer())
    for url, queries in (
        (reverse("communes:producers"), 5),
        (reverse("products:product_list"), 4),
        (reverse("products:board", args=[cycle.pk]), 6),
    ):
        with django_assert_num_queries(queries):
            content(client.get(url, {"export": "xlsx"}))
