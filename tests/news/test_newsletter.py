"""The newsletter: by a confirmed wish alone, once a week, never twice, and left with one press."""

import datetime
import re
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from communes import news
from ocop_portal.reminders import bounces, newsletter, outbox, tasks
from ocop_portal.reminders.models import BadAddress, Message, Subscriber
from tests.factories import NewsItemFactory, ProductFactory, PublicRatingFactory, UserFactory
from tests.products.test_two_at_once import at_once
from tests.reminders.test_bounces import notification

pytestmark = pytest.mark.django_db
ADDRESS = "nguoi.doc@example.vn"
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
NOBODY_LISTENS = {
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "127.0.0.1",
    "EMAIL_PORT": 9,
}


def at(day: int, hour: int = 10):
    """A day of June 2026, the 1st and the 8th of which are Mondays."""
    return time_machine.travel(datetime.datetime(2026, 6, day, hour, tzinfo=HANOI), tick=True)


def ask(client, address=ADDRESS, prefix="", **more):
    return client.post(prefix + reverse("newsletter"), {"address": address, **more})


def link(pattern: str, body: str | None = None) -> str:
    found = re.search(
        rf"http://testserver(\S*/ban-tin/{pattern}/\S+)", body or mail.outbox[-1].body
    )
    return found.group(1)


def reader(client, day: int = 3, address=ADDRESS, prefix="") -> Subscriber:
    """Someone who asked and confirmed on that day."""
    with at(day):
        ask(client, address, prefix)
        outbox.send_pending()
        client.post(link("xac-nhan"))
    mail.outbox.clear()
    return Subscriber.objects.get(address=address)


def published(day: int, **fields):
    with at(day):
        return NewsItemFactory(**fields)


# --- Asking and confirming --------------------------------------------------------------------


def test_only_the_owner_of_the_address_begins_a_subscription(client):
    assert ask(client, "Nguoi.Doc@Example.VN").status_code == 302
    assert outbox.send_pending() == 1
    question = mail.outbox[0]
    assert question.to == [ADDRESS]
    path = link("xac-nhan")
    # A mail program that looks at the links begins nothing.
    assert "Nhận bản tin" in client.get(path).content.decode()
    assert Subscriber.objects.get().confirmed_at is None
    for _n in range(2):
        assert "nhận bản tin" in client.post(path).content.decode()
    assert Subscriber.objects.get().confirmed_at is not None


def test_a_link_holds_seven_days_and_cannot_be_forged(client):
    with at(1):
        ask(client)
        outbox.send_pending()
    path = link("xac-nhan")
    assert "không còn dùng được" in client.post(path[:-3] + "xx/").content.decode()
    with at(8, 11):
        assert "không còn dùng được" in client.post(path).content.decode()
        assert Subscriber.objects.get().confirmed_at is None
        tasks.housekeeping()
    assert not Subscriber.objects.exists()
    assert not Message.objects.exists()


def test_the_answer_is_the_same_for_a_known_and_an_unknown_address(client):
    reader(client)
    answers = [ask(client), ask(client, "moi@example.vn")]
    assert answers[0].url == answers[1].url
    assert answers[0].status_code == answers[1].status_code == 302
    outbox.send_pending()
    assert [sent.to for sent in mail.outbox] == [["moi@example.vn"]]


def test_nobody_is_flooded_and_nobody_floods(client):
    with at(1):
        answers = [ask(client).status_code for _n in range(6)]
        outbox.send_pending()
    assert answers == [302] * 5 + [429]  # of one network address
    assert len(mail.outbox) == 2  # to one mail address in a day


def test_a_program_that_fills_in_everything_asks_for_nothing(client):
    assert ask(client, homepage="https://example.com").status_code == 302
    assert not Subscriber.objects.exists()
    assert ask(client, "khong-phai-dia-chi").status_code == 422


# --- The week's letter ------------------------------------------------------------------------


def test_a_letter_tells_what_is_new_since_the_last_one_and_nothing_else(client):
    published(2, title="Trước khi đăng ký")
    reader(client, day=3)
    published(4, title="Tin thứ Năm")
    published(4, title="Tin đã rút")
    with at(5):
        NewsItemFactory(title="Bản nháp", published_at=None)
        NewsItemFactory(title="Bài mẫu", is_sample=True)
        real = ProductFactory(name="Tiêu đen", is_sample=False)
        PublicRatingFactory(product=real)
        PublicRatingFactory(product__name="Sản phẩm mẫu kín")
    with at(8, 6):
        assert newsletter.write_letters() == 0  # Monday's hour has not struck
    with at(8, 9):
        published(8, title="Tin sau bảy giờ thứ Hai")
        assert newsletter.write_letters() == 1
        withdrawn = news.public_news().get(title="Tin đã rút")
        news.withdraw_item(item=withdrawn, by=UserFactory(), reason="Sai")
        assert outbox.send_pending() == 1
    sent = mail.outbox[0]
    for text in (sent.body, sent.alternatives[0][0]):
        assert "Tin thứ Năm" in text
        assert "Tiêu đen" in text
        for hidden in ("Trước khi", "rút", "nháp", "Bài mẫu", "mẫu kín", "sau bảy giờ"):
            assert hidden not in text, hidden
    with at(15, 9):
        newsletter.write_letters()
        outbox.send_pending()
    assert len(mail.outbox) == 2
    assert "Tin sau bảy giờ thứ Hai" in mail.outbox[1].body
    assert "Tin thứ Năm" not in mail.outbox[1].body


def test_a_week_without_news_has_no_letter_and_one_of_withdrawn_news_none_either(client):
    reader(client)
    with at(8, 9):
        assert newsletter.write_letters() == 0
    item = published(9)
    with at(15, 9):
        assert newsletter.write_letters() == 1
        news.withdraw_item(item=item, by=UserFactory(), reason="Sai")
        assert outbox.send_pending() == 0
    assert Message.objects.get(since__isnull=False).state == "dropped"
    assert mail.outbox == []


def test_a_late_or_repeated_task_sends_each_week_once(client):
    reader(client)
    published(4)
    for hour in (8, 9, 23):
        with at(10, hour):  # Wednesday: the task of Monday never ran
            newsletter.write_letters()
            outbox.send_pending()
    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_down_delays_the_letter_and_doubles_nothing(client):
    reader(client)
    published(4)
    with at(8, 9), override_settings(**NOBODY_LISTENS):
        newsletter.write_letters()
        assert outbox.send_pending() == 0
    with at(8, 10):
        newsletter.write_letters()
        assert outbox.send_pending() == 1
    assert len(mail.outbox) == 1


def test_the_letter_speaks_the_language_it_was_asked_for_in(client):
    reader(client, prefix="/en")
    item = published(4)
    with at(8, 9):
        newsletter.write_letters()
        outbox.send_pending()
    sent = mail.outbox[0]
    assert f"http://testserver/en{item.get_public_url()}" in sent.body
    assert '<html lang="en">' in sent.alternatives[0][0]
    assert "/en/ban-tin/huy/" in sent.extra_headers["List-Unsubscribe"]


@pytest.mark.django_db(transaction=True)
def test_two_tasks_at_once_write_one_letter_to_each(client):
    for number in range(3):
        reader(client, address=f"doc{number}@example.vn")
    published(4)
    with at(8, 9):
        results = at_once(newsletter.write_letters, newsletter.write_letters)
        assert sum(results) == 3
        at_once(outbox.send_pending, outbox.send_pending)
    assert sorted(sent.to[0] for sent in mail.outbox) == [f"doc{n}@example.vn" for n in range(3)]


def test_reminders_are_claimed_before_letters(client):
    reader(client)
    published(4)
    with at(8, 9):
        newsletter.write_letters()
        ask(client, "moi@example.vn")
        with override_settings(MAILS_PER_MINUTE=1):
            outbox.send_pending()
    assert [sent.to for sent in mail.outbox] == [["moi@example.vn"]]


# --- Leaving ----------------------------------------------------------------------------------


def test_one_press_in_the_mail_program_ends_it_and_erases_the_address(client):
    reader(client)
    published(4)
    with at(8, 9):
        newsletter.write_letters()
        outbox.send_pending()
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
    assert link("huy") == path  # in the words of the mail, too
    strict = Client(enforce_csrf_checks=True)  # a mail program has no cookie of ours
    strict.get(path)
    assert Subscriber.objects.count() == 1  # looking ends nothing
    answer = strict.post(path, {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert not Subscriber.objects.exists()
    assert not Message.objects.filter(address=ADDRESS).exists()
    assert "đã được xóa" in strict.post(path).content.decode()  # twice is no mistake


def test_who_leaves_before_the_letter_went_out_gets_none(client):
    found = reader(client)
    published(4)
    with at(8, 9):
        newsletter.write_letters()
        claimed = outbox._claim()
        newsletter.leave(token=found.token)
        assert outbox._deliver(claimed[0], outbox._owed(claimed), outbox.channels()["mail"])
    assert mail.outbox == []


def test_an_address_that_comes_back_is_deleted_and_put_on_no_list(client):
    reader(client)
    assert bounces.take_bounce(notification(ADDRESS)) == []
    assert not Subscriber.objects.exists()
    assert not BadAddress.objects.exists()
