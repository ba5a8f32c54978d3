"""Mails: sent once, tried again, never lost."""

import datetime

import pytest
from django.core import mail
from django.test import override_settings
from django.utils import timezone

from ocop_portal.accounts.models import User
from ocop_portal.reminders import outbox
from ocop_portal.reminders.models import Notice, OutboxMail
from ocop_portal.reminders.scan import scan

from .conftest import DUE, deadline

pytestmark = pytest.mark.django_db
NOBODY_LISTENS = {
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "127.0.0.1",
    "EMAIL_PORT": 9,  # discard: closed, so the connection is refused at once
}


@pytest.fixture
def waiting(person, owed):
    owed.append(deadline(person, title="Hồ tiêu <b>đỏ</b> & lạc"))
    scan(today=DUE - datetime.timedelta(days=3))
    return OutboxMail.objects.get()


def test_a_mail_goes_out_once_however_often_sending_runs(waiting):
    assert outbox.send_pending() == 1
    assert outbox.send_pending() == 0
    waiting.refresh_from_db()
    assert (waiting.state, waiting.tries) == (OutboxMail.State.SENT, 1)
    assert len(mail.outbox) == 1


def test_the_mail_says_what_by_when_and_where(waiting):
    outbox.send_pending()
    message = mail.outbox[0]
    html = message.alternatives[0][0]
    assert message.to == ["canbo@example.vn"]
    assert message.subject == "Hạn 31/10/2020: Hồ tiêu <b>đỏ</b> & lạc"
    assert "http://testserver/lam-viec/" in message.body
    assert "Hạn: 31/10/2020" in message.body
    assert "Hồ tiêu <b>đỏ</b> & lạc" in message.body
    assert "Hồ tiêu &lt;b&gt;đỏ&lt;/b&gt; &amp; lạc" in html
    assert 'href="http://testserver/lam-viec/"' in html


def test_a_refusing_mail_server_costs_no_mail(waiting):
    with override_settings(**NOBODY_LISTENS):
        assert outbox.send_pending() == 0
    waiting.refresh_from_db()
    assert (waiting.state, waiting.tries) == (OutboxMail.State.PENDING, 1)
    assert "ConnectionRefusedError" in waiting.error
    assert outbox.send_pending() == 0, "it waits for its pause"
    OutboxMail.objects.update(next_try_at=timezone.now())
    assert outbox.send_pending() == 1
    assert len(mail.outbox) == 1


def test_after_the_last_try_a_mail_is_given_up_visibly(waiting):
    with override_settings(**NOBODY_LISTENS):
        for _number in range(len(outbox.PAUSES) + 1):
            OutboxMail.objects.update(next_try_at=timezone.now())
            outbox.send_pending()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.tries) == (OutboxMail.State.FAILED, 6)


def test_the_claim_of_a_dead_sender_is_taken_over_after_ten_minutes(waiting):
    claimed = outbox._claim()
    assert claimed.pk == waiting.pk
    assert outbox.send_pending() == 0
    OutboxMail.objects.update(claimed_at=timezone.now() - datetime.timedelta(minutes=11))
    assert outbox.send_pending() == 1


def test_a_mail_sent_twice_carries_one_message_id(waiting):
    first, second = outbox.message_for(waiting), outbox.message_for(waiting)
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert Notice.objects.count() == 1


def test_what_is_no_longer_owed_is_not_mailed(waiting, owed):
    owed.clear()
    assert outbox.send_pending() == 0
    assert mail.outbox == []
    assert (Notice.objects.count(), OutboxMail.objects.count()) == (1, 0)
    scan(today=DUE - datetime.timedelta(days=3))
    assert OutboxMail.objects.count() == 0


def test_a_day_that_was_moved_is_mailed_with_the_new_day_alone(waiting, person, owed):
    owed[0] = deadline(person, due_on=DUE + datetime.timedelta(days=4))
    scan(today=DUE - datetime.timedelta(days=3))
    assert outbox.send_pending() == 1
    assert [message.subject for message in mail.outbox] == ["Hạn 04/11/2020: Hồ tiêu – bước 2"]


def test_who_no_longer_has_the_duty_gets_no_mail(waiting, owed):
    other = User.objects.create(username="khac", full_name="Người khác", email="k@example.vn")
    owed[0] = deadline(other)
    assert outbox.send_pending() == 0
    scan(today=DUE - datetime.timedelta(days=3))
    assert outbox.send_pending() == 1
    assert [message.to for message in mail.outbox] == [["k@example.vn"]]


def test_what_is_owed_is_asked_for_once_a_run_and_not_once_a_mail(person, owed, monkeypatch):
    asked = []
    monkeypatch.setattr(outbox, "open_deadlines", lambda *days: asked.append(days) or iter(owed))
    owed.extend(deadline(person, key=f"entry:{number}") for number in range(3))
    scan(today=DUE - datetime.timedelta(days=3))
    assert outbox.send_pending() == 3
    assert asked == [(DUE, DUE)]


def test_a_mail_server_that_is_down_is_not_knocked_at_for_every_mail(person, owed):
    owed.extend(deadline(person, key=f"entry:{number}") for number in range(5))
    scan(today=DUE - datetime.timedelta(days=3))
    with override_settings(**NOBODY_LISTENS):
        assert outbox.send_pending() == 0
    assert sorted(OutboxMail.objects.values_list("tries", flat=True)) == [0, 0, 1, 1, 1]
    assert outbox.send_pending() == 2, "those that were not tried wait for no pause"


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\x85", "\u2028", "\x0b"])
def test_a_title_cannot_add_a_header(person, owed, break_):
    owed.append(deadline(person, title=f"Hồ tiêu{break_}Bcc: la@example.com"))
    scan(today=DUE - datetime.timedelta(days=3))
    assert outbox.send_pending() == 1
    message = mail.outbox[0].message()
    assert message["Bcc"] is None
    assert mail.outbox[0].recipients() == ["canbo@example.vn"]
