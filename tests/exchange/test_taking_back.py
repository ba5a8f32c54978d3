"""Before an import is taken back its page shows what goes, what becomes as before, and what is held."""

import pytest
from django.urls import reverse

from communes.models import Producer
from ocop_portal.exchange import jobs
from ocop_portal.exchange.models import Import
from products.models import Product
from tests.communes.pages import text_of
from tests.factories import EntryFactory, officer
from tests.languages.test_english_office import at_desk

from .books import book, brought_in, producer_row, product_row

pytestmark = pytest.mark.django_db

S = Import.State
QUERIES = 14  # of the page, with rows of one kind


@pytest.fixture
def by(client):
    user = officer()
    client.force_login(user)
    return user


@pytest.fixture
def job(place, by):
    """One producer that was there and is changed, two new ones, one new product."""
    brought_in(book([producer_row(1)]), by)
    changed = producer_row(1)
    changed[4] = 20
    return brought_in(book([changed, producer_row(2), producer_row(3)], [product_row(1, 2)]), by)


def url_of(job) -> str:
    return reverse("exchange:take_back", args=[job.pk])


def test_the_page_counts_what_goes_and_what_becomes_as_before_and_changes_nothing(client, job):
    page = client.get(url_of(job))
    assert page.context["outlook"].kinds == [("Chủ thể", 2, 1), ("Sản phẩm", 1, 0)]
    assert page.context["outlook"].held == []
    assert 'name="reason"' in page.content.decode()
    assert (Producer.objects.count(), Product.objects.count()) == (3, 1)
    job.refresh_from_db()
    assert job.state == S.DONE
    assert url_of(job) in client.get(job.get_absolute_url()).content.decode()


def test_it_is_taken_back_once_with_a_reason_which_stays_with_the_import(client, job):
    refused = client.post(url_of(job), {"reason": " "})
    assert refused.status_code == 422
    assert "Cần ghi lý do hoàn tác." in text_of(refused)
    for _time in range(2):
        answer = client.post(url_of(job), {"reason": "Nhầm tệp"})
        assert (answer.status_code, answer.url) == (302, job.get_absolute_url())
    jobs.work(job.pk)
    job.refresh_from_db()
    assert job.state == S.UNDONE
    assert [(p.name, p.workers) for p in Producer.objects.all()] == [("Chủ thể mẫu 1", 12)]
    assert "Lý do: Nhầm tệp" in text_of(client.get(job.get_absolute_url()))
    # Once more, of a page that stood open: nothing happens, and the reason stays.
    assert client.get(url_of(job)).url == job.get_absolute_url()
    assert client.post(url_of(job), {"reason": "Lý do khác"}).status_code == 302
    job.refresh_from_db()
    assert (job.state, job.undo_reason) == (S.UNDONE, "Nhầm tệp")


def test_what_was_changed_or_built_upon_since_is_named_and_no_button_is_there(client, job):
    Producer.objects.filter(name="Chủ thể mẫu 3").update(workers=99)
    EntryFactory(product=Product.objects.get())
    page = client.get(url_of(job))
    told = [why for _row, why in page.context["outlook"].held]
    assert told == [
        "Sản phẩm mẫu 1 đã tham gia chu trình hoặc đã được xếp hạng.",
        "Chủ thể mẫu 3 đã được sửa sau khi nhập.",
    ]
    assert "Chủ thể mẫu 3 đã được sửa sau khi nhập." in text_of(page)
    assert 'name="reason"' not in page.content.decode()
    # Sent all the same, it is looked at again, and nothing is taken back.
    client.post(url_of(job), {"reason": "Nhầm tệp"})
    jobs.work(job.pk)
    job.refresh_from_db()
    assert job.state == S.DONE
    assert (Producer.objects.count(), Product.objects.count()) == (3, 1)


def test_an_import_that_is_not_written_has_no_such_page_nor_has_somebody_else(client, job, by):
    Import.objects.filter(pk=job.pk).update(state=S.PREVIEW)
    assert client.get(url_of(job)).url == job.get_absolute_url()
    answer = client.post(url_of(job), {"reason": "Nhầm tệp"})
    assert "Lần nhập này" in text_of(client.get(answer.url))
    assert at_desk(officer()).get(url_of(job)).status_code == 404


@pytest.mark.parametrize("n", [1, 3])
def test_the_page_costs_the_same_for_one_row_and_for_three(
    client, place, by, django_assert_num_queries, n
):
    job = brought_in(book([producer_row(i) for i in range(n)]), by)
    client.get(url_of(job))
    with django_assert_num_queries(QUERIES):
        assert client.get(url_of(job)).status_code == 200
