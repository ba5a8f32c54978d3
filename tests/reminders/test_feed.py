"""A private calendar: one's own deadlines, behind a link that can be taken away."""

import datetime

import pytest
from django.urls import reverse
from icalendar import Calendar

from ocop_portal.accounts.models import User
from ocop_portal.reminders.feed import make_feed, revoke_feed

from .conftest import DUE, deadline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("daytime")]


def fetch(client, link):
    answer = client.get(link)
    if answer.status_code != 200:
        return answer.status_code
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_the_feed_holds_ones_own_open_deadlines_and_nobody_elses(client, person, owed):
    other = User.objects.create(username="khac", full_name="Người khác")
    owed.append(deadline(person, title="Hồ tiêu đỏ; bước 2, gấp"))
    owed.append(deadline(other, key="theirs", above=[person]))
    [event] = fetch(client, make_feed(user=person).get_absolute_url())
    assert str(event["summary"]) == "Hạn: Hồ tiêu đỏ; bước 2, gấp"
    assert event.decoded("dtstart") == DUE
    assert event.decoded("dtend") == DUE + datetime.timedelta(days=1)
    assert str(event["uid"]) == "entry:1:step:2@testserver"
    assert str(event["url"]) == "http://testserver/lam-viec/"


def test_a_date_that_was_moved_is_the_same_event_on_another_day(client, person, owed):
    link = make_feed(user=person).get_absolute_url()
    owed.append(deadline(person))
    [before] = fetch(client, link)
    owed[0] = deadline(person, due_on=DUE + datetime.timedelta(days=7))
    [after] = fetch(client, link)
    assert before["uid"] == after["uid"]
    assert after.decoded("dtstart") == DUE + datetime.timedelta(days=7)


def test_a_link_that_was_replaced_or_revoked_is_dead(client, person, owed):
    first = make_feed(user=person).get_absolute_url()
    second = make_feed(user=person).get_absolute_url()
    assert (fetch(client, first), fetch(client, second)) == (404, [])
    revoke_feed(user=person)
    assert fetch(client, second) == 404


def test_the_link_of_a_stopped_account_is_dead(client, person, owed):
    link = make_feed(user=person).get_absolute_url()
    User.objects.update(is_active=False)
    assert fetch(client, link) == 404


def test_one_makes_replaces_and_revokes_ones_link_on_ones_own_page(client, person):
    client.force_login(person)
    page = reverse("own_reminders:preferences")
    assert "Tạo liên kết lịch riêng" in client.get(page).content.decode()
    client.post(reverse("own_reminders:feed_make"))
    person.refresh_from_db()
    link = "http://testserver" + person.reminder_feed.get_absolute_url()
    assert link in client.get(page).content.decode()
    client.post(reverse("own_reminders:feed_revoke"))
    assert link not in client.get(page).content.decode()
