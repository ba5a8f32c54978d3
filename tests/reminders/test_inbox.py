"""A person's own notices, and nobody else's."""

import datetime

import pytest
from django.urls import reverse

from ocop_portal.accounts.models import User
from ocop_portal.reminders.models import Notice

pytestmark = pytest.mark.django_db


def notice_for(user, number=1, **values):
    return Notice.objects.create(
        recipient=user,
        kind="test",
        key=f"k{number}",
        due_on=datetime.date(2020, 10, 31),
        offset=-3,
        title=f"Việc số {number}",
        url="/nhac-viec/",
        **values,
    )


def test_the_inbox_shows_only_ones_own(client, person):
    other = User.objects.create(username="khac", full_name="Người khác")
    notice_for(person, 1)
    notice_for(other, 2)
    client.force_login(person)
    page = client.get(reverse("reminders:inbox")).content.decode()
    assert "Việc số 1" in page
    assert "Việc số 2" not in page


def test_opening_marks_as_read_and_leads_on(client, person):
    notice = notice_for(person)
    client.force_login(person)
    response = client.post(reverse("reminders:open", args=[notice.pk]))
    assert (response.status_code, response["Location"]) == (302, "/nhac-viec/")
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_anothers_notice_is_not_found_and_stays_unread(client, person):
    notice = notice_for(User.objects.create(username="khac", full_name="Người khác"))
    client.force_login(person)
    assert client.post(reverse("reminders:open", args=[notice.pk])).status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_reading_is_never_by_a_link(client, person):
    notice = notice_for(person)
    client.force_login(person)
    assert client.get(reverse("reminders:open", args=[notice.pk])).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_the_inbox_costs_the_same_at_1_and_3(client, person, count, django_assert_num_queries):
    for number in range(count):
        notice_for(person, number)
    client.force_login(person)
    client.get(reverse("reminders:inbox"))
    # session, user, count, page, unread, refused address; roles and seats for the menu and the
    # second factor
    with django_assert_num_queries(8):
        client.get(reverse("reminders:inbox"))
