"""Messages of buyers: who may send, who reads, who is told, what is forgotten."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from communes.models import Role
from ocop_portal.reminders.registry import Ask
from products import voice
from products.voice_deadlines import answers_to_public
from products.voice_models import Feedback
from tests import factories as make

pytestmark = pytest.mark.django_db
TOLD = {"kind": "quality", "words": "Hũ nứt", "sender": "Người mua", "contact": "0900000000"}


@pytest.fixture
def tree():
    return make.vinh_linh()


@pytest.fixture
def product(tree):
    return make.PublicRatingFactory(product__producer__unit=tree.ho_xa).product


def test_a_message_is_taken_in_and_looked_up_by_its_code(client, product):
    page = client.post(reverse("products:feedback_write", args=[product.pk]), TOLD)
    found = Feedback.objects.get()
    assert found.code in page.content.decode()
    assert found.due_on > timezone.localdate()
    seen = client.get(
        reverse("products:feedback_look_up"), {"ma": found.code.lower()}
    ).content.decode()
    assert "chờ trả lời" in seen
    # The code is no key to what the sender wrote or who it was.
    assert TOLD["contact"] not in seen and TOLD["words"] not in seen


def test_a_program_that_fills_in_everything_leaves_nothing(client, product):
    client.post(reverse("products:feedback_write", args=[product.pk]), TOLD | {"homepage": "x"})
    assert not Feedback.objects.exists()


def test_one_address_cannot_flood(client, product):
    url = reverse("products:feedback_write", args=[product.pk])
    answers = [client.post(url, TOLD).status_code for _n in range(voice.MOST + 1)]
    assert answers == [200] * voice.MOST + [429]
    assert Feedback.objects.count() == voice.MOST


def test_codes_cannot_be_guessed_for_ever(client, product):
    found = voice.send(product=product, **TOLD)
    url = reverse("products:feedback_look_up")
    for _n in range(voice.MOST):
        client.get(url, {"ma": "2222222222"})
    assert client.get(url, {"ma": found.code}).status_code == 429


def test_what_was_typed_is_kept_when_something_is_missing(client, product):
    page = client.post(reverse("products:feedback_write", args=[product.pk]), TOLD | {"kind": ""})
    assert page.status_code == 422
    assert TOLD["words"] in page.content.decode()


def test_an_unrated_product_has_no_form(client, tree):
    product = make.ProductFactory()
    url = reverse("products:feedback_write", args=[product.pk])
    assert client.get(url).status_code == 404


def test_the_officer_answers_once_and_the_sender_reads_it(client, tree, product):
    found = voice.send(product=product, **TOLD)
    client.force_login(make.officer(Role.Kind.COMMUNE_OFFICER, tree.ho_xa))
    client.post(found.get_absolute_url(), {"answer": "Đã nhắc chủ thể."})
    found.refresh_from_db()
    assert found.state == Feedback.State.ANSWERED
    with pytest.raises(ValidationError):
        voice.answer(feedback=found, by=found.answered_by, words="Khác")
    client.logout()
    seen = client.get(reverse("products:feedback_look_up"), {"ma": found.code})
    assert "Đã nhắc chủ thể." in seen.content.decode()


def test_another_communes_officer_does_not_find_it(client, tree, product):
    found = voice.send(product=product, **TOLD)
    client.force_login(make.officer(Role.Kind.COMMUNE_OFFICER, tree.vinh_thuy))
    assert client.get(found.get_absolute_url()).status_code == 404
    assert list(client.get(reverse("products:feedback")).context["page_obj"]) == []


def test_who_owes_the_answer_is_told_until_it_is_given(tree, product):
    officer = make.officer(Role.Kind.COMMUNE_OFFICER, tree.ho_xa)
    found = voice.send(product=product, **TOLD)
    ask = Ask(found.due_on, found.due_on)
    assert [d.recipients for d in answers_to_public(ask)] == [(officer.pk,)]
    assert list(answers_to_public(Ask(found.due_on, found.due_on, people=frozenset({0})))) == []
    voice.answer(feedback=found, by=officer, words="Đã xem.")
    assert list(answers_to_public(ask)) == []


def test_the_reminder_follows_the_districts_days_and_says_where_holidays_are_missing(tree, product):
    make.officer(Role.Kind.COMMUNE_OFFICER, tree.ho_xa)
    found = voice.send(product=product, **TOLD)
    nobody = Ask(found.due_on, found.due_on, frozenset({0}), frozenset({tree.district.pk}))
    [owed] = answers_to_public(nobody)
    assert owed.unit == tree.district.pk
    assert f"Lịch nghỉ năm {timezone.localdate().year}" in owed.text


def test_contacts_are_forgotten_after_the_answer(settings, product):
    old, fresh = (voice.send(product=product, **TOLD) for _n in range(2))
    for row in (old, fresh):
        voice.answer(feedback=row, by=make.UserFactory(), words="Đã xem.")
    past = timezone.now() - datetime.timedelta(days=settings.FEEDBACK_CONTACT_DAYS + 1)
    Feedback.objects.filter(pk=old.pk).update(answered_at=past)
    assert voice.forget_contacts() == 1
    old.refresh_from_db()
    fresh.refresh_from_db()
    assert (old.sender, old.contact, fresh.contact) == ("", "", TOLD["contact"])
    # Nor does the history remember.
    assert not hasattr(old.history.first(), "contact")


@pytest.mark.parametrize("n", [1, 3])
def test_the_list_costs_the_same_at_any_size(client, django_assert_max_num_queries, tree, n):
    for _n in range(n):
        voice.send(product=make.ProductFactory(producer__unit=tree.ho_xa), **TOLD)
    client.force_login(make.officer(Role.Kind.DISTRICT_OFFICER, tree.district))
    with django_assert_max_num_queries(12):
        assert len(client.get(reverse("products:feedback")).context["page_obj"]) == n
