"""The outbox: one digest a day, sent once, tried again, never lost, nothing for what is done."""

import datetime
import threading
from dataclasses import replace

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from ocop_portal.accounts.models import User
from ocop_portal.reminders import outbox, registry
from ocop_portal.reminders.adapters import RecordingSms
from ocop_portal.reminders.models import (
    BadAddress,
    Choice,
    Delivery,
    Message,
    Notice,
    Preference,
    Scan,
)
from ocop_portal.reminders.policy import DEFAULT
from ocop_portal.reminders.registry import Source
from ocop_portal.reminders.scan import scan

from .conftest import DUE, TEN, deadline, source_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("daytime")]
NOBODY_LISTENS = {
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "127.0.0.1",
    "EMAIL_PORT": 9,  # discard: closed, so the connection is refused at once
}
TODAY = TEN.date()
TWO_CHANNELS = [
    "ocop_portal.reminders.channels.Mail",
    "ocop_portal.reminders.adapters.RecordingSms",
]


def at(clock: str, *, days: int = 0):
    """Travel to this time of the day of these tests, or so many days later."""
    hour, minute = map(int, clock.split(":"))
    return time_machine.travel(
        TEN.replace(hour=hour, minute=minute) + datetime.timedelta(days=days), tick=True
    )


def message(**values):
    return Message.objects.get(**values)


def subjects():
    return [sent.subject for sent in mail.outbox]


@pytest.fixture
def waiting(person, owed):
    owed.append(deadline(person, title="Hồ tiêu <b>đỏ</b> & lạc"))
    scan()
    return Delivery.objects.get()


# --- One digest a day -------------------------------------------------------------------------


def test_what_falls_together_goes_to_an_address_in_one_mail(person, owed):
    owed.extend(deadline(person, key=f"entry:{n}", title=f"Việc {n}") for n in range(3))
    owed.append(deadline(person, key="late", title="Trễ", due_on=TODAY - datetime.timedelta(3)))
    scan()
    assert outbox.send_pending() == 1
    assert subjects() == ["Nhắc việc: 4 việc cần làm, trong đó 1 việc quá hạn"]
    body = mail.outbox[0].body
    assert [
        body.index(text) for text in ("1. Trễ", "2. Việc 0", "3. Việc 1", "4. Việc 2")
    ] == sorted(body.index(text) for text in ("1. Trễ", "2. Việc 0", "3. Việc 1", "4. Việc 2"))
    assert "(đã quá hạn 3 ngày)" in body


def test_a_long_digest_lists_the_first_and_counts_the_rest(person, owed):
    owed.extend(deadline(person, key=f"entry:{n}", title=f"Việc {n};") for n in range(33))
    scan()
    outbox.send_pending()
    assert subjects() == ["Nhắc việc: 33 việc cần làm"]
    sent = mail.outbox[0]
    for text in (sent.body, sent.alternatives[0][0]):
        assert (text.count("Việc "), "Còn 3 việc nữa" in text) == (30, True)
    assert set(Delivery.objects.values_list("message__state", flat=True)) == {"sent"}


def test_of_two_reminders_of_one_matter_that_waited_together_the_later_is_told(person, owed):
    owed.append(deadline(person, title="Nộp hồ sơ"))
    scan()
    with at("10:00", days=6):  # nothing was sent meanwhile
        scan()
        assert Notice.objects.count() == 2
        outbox.send_pending()
    (sent,) = mail.outbox
    assert sent.body.count("Nộp hồ sơ") == 1
    assert "(đã quá hạn 3 ngày)" in sent.body
    assert set(Delivery.objects.values_list("message__state", flat=True)) == {"sent"}


def test_a_mail_goes_out_once_however_often_sending_runs(waiting):
    assert outbox.send_pending() == 1
    assert outbox.send_pending() == 0
    sent = message()
    assert (sent.state, sent.tries, sent.address) == ("sent", 1, "canbo@example.vn")
    assert len(mail.outbox) == 1


def test_what_comes_up_after_the_digest_waits_for_the_next_days(waiting, person, owed):
    outbox.send_pending()
    owed.append(deadline(person, key="new", title="Việc mới"))
    scan()
    assert outbox.send_pending() == 0
    with at("06:29", days=1):
        assert outbox.send_pending() == 0
    with at("06:30", days=1):
        assert outbox.send_pending() == 1
    assert subjects()[1:] == ["Hạn 31/10/2020: Việc mới"]


def test_what_comes_up_while_the_digest_cannot_leave_goes_with_it(waiting, person, owed):
    with override_settings(**NOBODY_LISTENS):
        outbox.send_pending()
    owed.append(deadline(person, key="new", title="Việc mới"))
    scan()
    with at("10:02"):
        assert outbox.send_pending() == 1
    assert subjects() == ["Nhắc việc: 2 việc cần làm"]


@pytest.mark.parametrize("days", [0, 1])
def test_what_would_come_too_late_tomorrow_goes_at_once(waiting, person, owed, days):
    outbox.send_pending()
    due_on = TODAY + datetime.timedelta(days)
    owed.append(deadline(person, key="new", title="Việc gấp", due_on=due_on))
    scan()
    assert outbox.send_pending() == 1
    assert subjects()[1:] == [f"Hạn {due_on:%d/%m/%Y}: Việc gấp"]


def test_who_wants_each_reminder_as_it_comes_gets_it_at_once(waiting, person, owed):
    Preference.objects.create(user=person, channels=["mail"], daily=False)
    outbox.send_pending()
    owed.append(deadline(person, key="new", title="Việc mới"))
    scan()
    assert outbox.send_pending() == 1


def test_nothing_leaves_in_the_quiet_hours_of_the_unit(person, owed):
    Choice.objects.create(
        unit=7, quiet_from=datetime.time(9), quiet_until=datetime.time(11), answer_days=0
    )
    owed.append(deadline(person, unit=7))
    scan()
    assert outbox.send_pending() == 0
    with at("11:00"):
        assert outbox.send_pending() == 1


def test_no_digest_is_packed_while_a_scan_still_finds_more(waiting):
    running = Scan.objects.create()
    assert outbox.send_pending() == 0
    Scan.objects.filter(pk=running.pk).update(started_at=timezone.now() - outbox.SCAN_LASTS)
    assert outbox.send_pending() == 1, "one that was killed is not waited for"


def test_two_who_pack_at_once_make_one_message(waiting):
    packing = outbox._Packing(timezone.now(), {waiting.notice.recipient_id})
    other = outbox._Packing(timezone.now(), {waiting.notice.recipient_id})
    group = (waiting.notice.recipient_id, "mail", [waiting])
    assert (packing.pack(*group), other.pack(*group)) == (1, 0)
    assert Message.objects.count() == 1


def test_a_persons_channels_are_used_and_no_other(person, owed):
    person.phone = "0912345678"
    person.save()
    RecordingSms.sent.clear()
    with override_settings(REMINDER_CHANNELS=TWO_CHANNELS):
        Preference.objects.create(user=person, channels=["sms"])
        owed.append(deadline(person, title="Hồ tiêu đỏ"))
        scan()
        assert outbox.send_pending() == 1
    text = (
        "OCOP Vĩnh Linh: 1 việc cần làm, hạn gần nhất 31/10/2020. Xem: http://testserver/nhac-viec/"
    )
    assert RecordingSms.sent == [("+84912345678", text)]
    assert mail.outbox == []


def test_without_an_address_there_is_a_notice_and_no_mail(db, owed):
    silent = User.objects.create(username="khongthu", full_name="Không thư", email=None)
    owed.append(deadline(silent))
    scan()
    assert (Notice.objects.count(), Delivery.objects.count()) == (1, 0)


# --- What a mail says -------------------------------------------------------------------------


def test_the_mail_says_what_by_when_what_to_do_and_where(waiting):
    outbox.send_pending()
    sent = mail.outbox[0]
    html = sent.alternatives[0][0]
    assert sent.to == ["canbo@example.vn"]
    assert sent.subject == "Hạn 31/10/2020: Hồ tiêu <b>đỏ</b> & lạc"
    for words in (
        "Hồ tiêu <b>đỏ</b> & lạc",
        "Hạn: 31/10/2020",
        "Cần làm xong trước hạn.",
        "http://testserver/lam-viec/",
        "http://testserver/toi/nhac-viec/",
    ):
        assert words in sent.body
    assert "Hồ tiêu &lt;b&gt;đỏ&lt;/b&gt; &amp; lạc" in html
    assert 'href="http://testserver/lam-viec/"' in html


def test_the_mail_counts_the_days_late_to_the_day_on_which_it_leaves(person, owed):
    owed.append(deadline(person, due_on=TODAY - datetime.timedelta(days=5)))
    scan()
    assert Notice.objects.get().offset == 3
    outbox.send_pending()
    assert "Hạn: 23/10/2020 (đã quá hạn 5 ngày)" in mail.outbox[0].body
    assert "(đã quá hạn 5 ngày)" in mail.outbox[0].alternatives[0][0]


def test_a_day_that_is_no_last_day_is_called_by_its_own_name(person, owed, monkeypatch):
    meeting = replace(registry._sources["test"], day_word="ngày họp")
    monkeypatch.setitem(registry._sources, "test", meeting)
    owed.append(deadline(person, title="Họp hội đồng"))
    scan()
    outbox.send_pending()
    assert mail.outbox[0].subject == "Ngày họp 31/10/2020: Họp hội đồng"
    assert "Ngày họp: 31/10/2020" in mail.outbox[0].body


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\x85", "\u2028", "\x0b"])
def test_a_title_cannot_add_a_header(person, owed, break_):
    owed.append(deadline(person, title=f"Hồ tiêu{break_}Bcc: la@example.com"))
    scan()
    assert outbox.send_pending() == 1
    assert mail.outbox[0].message()["Bcc"] is None
    assert mail.outbox[0].recipients() == ["canbo@example.vn"]


def test_a_mail_that_is_handed_over_twice_carries_one_message_id(waiting, monkeypatch):
    """SMTP cannot rule this out: the sender dies after handing over and before marking."""
    with monkeypatch.context() as dying:
        dying.setattr(outbox, "_mark", lambda message, **values: None)
        outbox.send_pending()
    with at("10:11"):
        outbox.send_pending()
    first, second = (sent.extra_headers["Message-ID"] for sent in mail.outbox)
    assert first == second
    assert message().state == "sent"


# --- Failures ---------------------------------------------------------------------------------


def test_a_refusing_mail_server_costs_no_mail(waiting):
    with override_settings(**NOBODY_LISTENS):
        assert outbox.send_pending() == 0
    tried = message()
    assert (tried.state, tried.tries) == ("pending", 1)
    assert "ConnectionRefusedError" in tried.error
    assert outbox.send_pending() == 0, "it waits for its pause"
    with at("10:02"):
        assert outbox.send_pending() == 1
    assert (message().state, message().error) == ("sent", "")


def test_after_the_last_try_a_message_is_given_up_visibly_and_can_be_tried_anew(waiting):
    with override_settings(**NOBODY_LISTENS):
        for _number in range(len(outbox.PAUSES) + 1):
            Message.objects.update(next_try_at=timezone.now())
            outbox.send_pending()
    given_up = message()
    assert (given_up.state, given_up.tries) == ("failed", len(outbox.PAUSES) + 1)
    assert outbox.send_pending() == 0
    assert outbox.retry_failed() == 1
    Message.objects.update(claimed_at=None)  # the limit a minute is not what is asked here
    assert outbox.send_pending() == 1


def test_a_mail_server_that_is_silent_over_a_weekend_costs_no_mail():
    assert sum(outbox.PAUSES, datetime.timedelta()) > datetime.timedelta(days=2.8)


def test_the_claim_of_a_dead_sender_is_taken_over_after_ten_minutes(waiting):
    outbox.pack_waiting()
    assert len(outbox._claim()) == 1
    assert outbox.send_pending() == 0
    with at("10:11"):
        assert outbox.send_pending() == 1


def test_a_sender_whose_claim_was_taken_over_writes_no_more(waiting):
    outbox.pack_waiting()
    [slow] = outbox._claim()
    with at("10:11"):
        outbox.send_pending()
    outbox._mark(slow, state="failed", error="quá muộn")
    assert (message().state, message().error) == ("sent", "")


def test_a_mail_server_that_is_down_is_not_knocked_at_for_every_mail(db, owed):
    people = [
        User.objects.create(username=f"u{n}", full_name=f"Người {n}", email=f"u{n}@example.vn")
        for n in range(5)
    ]
    owed.extend(deadline(person) for person in people)
    scan()
    with override_settings(**NOBODY_LISTENS):
        assert outbox.send_pending() == 0
    assert sorted(Message.objects.values_list("tries", flat=True)) == [0, 0, 1, 1, 1]
    assert outbox.send_pending() == 2, "those that were not tried wait for no pause"


def test_no_more_leave_in_a_minute_than_the_setting_says(db, owed):
    people = [
        User.objects.create(username=f"u{n}", full_name=f"Người {n}", email=f"u{n}@example.vn")
        for n in range(5)
    ]
    owed.extend(deadline(person) for person in people)
    scan()
    with override_settings(MAILS_PER_MINUTE=2):
        assert [outbox.send_pending(), outbox.send_pending()] == [2, 0]
        with at("10:01", days=0), time_machine.travel(TEN + datetime.timedelta(seconds=62)):
            assert outbox.send_pending() == 2
        with time_machine.travel(TEN + datetime.timedelta(seconds=130)):
            assert outbox.send_pending() == 1


@pytest.mark.django_db(transaction=True)
def test_senders_side_by_side_send_each_message_once_and_keep_the_limit(owed):
    people = [
        User.objects.create(username=f"u{n}", full_name=f"Người {n}", email=f"u{n}@example.vn")
        for n in range(12)
    ]
    owed.extend(deadline(person) for person in people)
    scan()
    together, sent, errors = threading.Barrier(3), [], []

    def run():
        try:
            together.wait(timeout=10)
            sent.append(outbox.send_pending())
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    with override_settings(MAILS_PER_MINUTE=9):
        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
    assert (errors, sum(sent)) == ([], 9)
    assert len({to for each in mail.outbox for to in each.to}) == 9 == len(mail.outbox)


# --- Refused addresses ------------------------------------------------------------------------


def test_an_address_that_came_back_gets_nothing_until_it_is_cleared(waiting):
    bad = outbox.mark_bad(address="canbo@example.vn", reason="550 no such user")
    assert outbox.send_pending() == 0
    assert Delivery.objects.get().state == "dropped"
    outbox.clear_bad(pk=bad.pk)
    scan()
    assert outbox.send_pending() == 1
    assert BadAddress.objects.count() == 0


def test_a_message_goes_to_the_address_that_the_person_has_by_then(waiting, person):
    outbox.pack_waiting()
    User.objects.filter(pk=person.pk).update(email="moi@example.vn")
    assert outbox.send_pending() == 1
    assert mail.outbox[0].to == ["moi@example.vn"]
    assert message().address == "moi@example.vn"


# --- What is done meanwhile -------------------------------------------------------------------


def test_what_is_no_longer_owed_is_not_mailed(waiting, owed):
    owed.clear()
    assert outbox.send_pending() == 0
    assert (mail.outbox, message().state) == ([], "dropped")
    scan()
    assert outbox.send_pending() == 0


def test_a_digest_leaves_without_what_was_done_meanwhile(waiting, person, owed):
    owed.append(deadline(person, key="other", title="Việc khác"))
    scan()
    outbox.pack_waiting()
    owed.pop(0)
    assert outbox.send_pending() == 1
    assert subjects() == ["Hạn 31/10/2020: Việc khác"]


def test_what_is_owed_again_is_mailed_again(waiting, owed):
    done = owed.pop()
    outbox.send_pending()
    owed.append(done)
    scan()
    assert outbox.send_pending() == 1


def test_a_day_that_was_moved_is_mailed_with_the_new_day_alone(waiting, person, owed):
    owed[0] = deadline(person, due_on=DUE + datetime.timedelta(days=4))
    scan()
    assert outbox.send_pending() == 1
    assert subjects() == ["Hạn 04/11/2020: Hồ tiêu – bước 2"]


def test_who_no_longer_has_the_duty_gets_no_mail(waiting, owed):
    other = User.objects.create(username="khac", full_name="Người khác", email="k@example.vn")
    owed[0] = deadline(other)
    scan()
    assert outbox.send_pending() == 1
    assert [sent.to for sent in mail.outbox] == [["k@example.vn"]]


def test_the_one_above_is_not_told_of_what_was_done_meanwhile(person, owed):
    above = User.objects.create(username="huyen", full_name="Huyện", email="huyen@example.vn")
    late = deadline(person, due_on=TODAY - datetime.timedelta(3), above=[above])
    owed.append(late)
    scan()
    assert outbox.send_pending() == 2
    owed[:] = [late, deadline(person, key="b", due_on=late.due_on, above=[above])]
    Preference.objects.create(user=above, channels=["mail"], daily=False)
    scan()
    owed.pop()
    assert outbox.send_pending() == 0


def broken(ask):
    raise ValueError("hỏng")


def test_while_a_source_fails_its_notices_wait_and_are_not_lost(waiting, monkeypatch):
    works = registry._sources["test"]
    monkeypatch.setitem(registry._sources, "test", Source("test", "Hỏng", DEFAULT, broken))
    assert outbox.send_pending() == 0
    assert (message().state, Delivery.objects.get().state) == ("dropped", "waiting")
    monkeypatch.setitem(registry._sources, "test", works)
    with at("10:31"):
        assert outbox.send_pending() == 1


def test_a_source_that_fails_holds_up_no_notice_of_another(waiting, person, owed, monkeypatch):
    works = registry._sources["test"]
    monkeypatch.setitem(registry._sources, "other", source_of("other", owed))
    owed.append(deadline(person, key="b", kind="other", title="Việc khác"))
    scan()
    monkeypatch.setitem(registry._sources, "test", Source("test", "Hỏng", DEFAULT, broken))
    assert outbox.send_pending() == 1
    assert subjects() == ["Hạn 31/10/2020: Việc khác"]
    monkeypatch.setitem(registry._sources, "test", works)
    with at("06:30", days=1):
        assert outbox.send_pending() == 1
    assert subjects()[1:] == ["Hạn 31/10/2020: Hồ tiêu <b>đỏ</b> & lạc"]


def test_what_is_owed_is_asked_for_once_for_all_that_is_claimed(db, owed, monkeypatch):
    people = [
        User.objects.create(username=f"u{n}", full_name=f"Người {n}", email=f"u{n}@example.vn")
        for n in range(3)
    ]
    owed.extend(deadline(person) for person in people)
    scan()
    asked = []
    source = registry._sources["test"]

    def watched(ask):
        asked.append(ask)
        return source.answer(ask)

    monkeypatch.setitem(registry._sources, "test", Source("test", "", DEFAULT, watched))
    assert outbox.send_pending() == 3
    assert asked == [registry.Ask(DUE, DUE, frozenset(person.pk for person in people))]


# --- A clock that jumps -----------------------------------------------------------------------


def test_a_clock_set_back_strands_nothing(waiting, person, owed):
    with time_machine.travel(TEN + datetime.timedelta(days=30), tick=True):
        outbox.pack_waiting()
        assert len(outbox._claim()) == 1  # and its sender dies
    assert outbox.send_pending() == 1
    owed.append(deadline(person, key="b"))
    scan()
    Delivery.objects.filter(state="waiting").update(not_before=TEN + datetime.timedelta(days=30))
    Preference.objects.create(user=person, channels=["mail"], daily=False)
    assert outbox.send_pending() == 1
    owed.append(deadline(person, key="c"))
    scan()
    outbox.pack_waiting()
    Message.objects.filter(state="pending").update(next_try_at=TEN + datetime.timedelta(days=30))
    assert outbox.send_pending() == 1
