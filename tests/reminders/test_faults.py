"""Each fault against a real worker, a real Redis and a real mail server of the tests' own.

Nothing is lost, nothing doubled beyond what SMTP cannot rule out, nothing sent for what is done.
Time is moved by moving what the database says of it, never waited for.
"""

import datetime

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from communes.models import Role
from ocop_portal.reminders.models import Choice, Delivery, Message, Notice, Scan
from products.models import CycleStep, Entry
from tests import factories as make

from .desk import Desk, RedisServer, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not RedisServer.is_installed(), reason="redis-server is not installed"),
]
S = Entry.State


@pytest.fixture(scope="module")
def _desk(tmp_path_factory, django_db_setup, django_db_blocker):
    """One Redis and one mail server for all tests; each mends what it breaks."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    desk.open()
    yield desk
    desk.close()


@pytest.fixture
def desk(_desk):
    _desk.redis.client.flushall()
    _desk.mail.got.clear()
    _desk.mail.refuses = _desk.mail.holds = _desk.mail.drops = False
    midnight = datetime.time()
    Choice.objects.create(unit=0, quiet_from=midnight, quiet_until=midnight, answer_days=0)
    _desk.start_worker()
    until(scanned)  # a worker scans as soon as it is there
    Scan.objects.all().delete()
    yield _desk
    # A task at work while the tables are emptied would lock them the other way round.
    if _desk.worker:
        _desk.kill_worker()
    until(database_rests)


def database_rests() -> bool:
    """Whether PostgreSQL has noticed that those it worked for are dead."""
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return cursor.fetchone() == (0,)


@pytest.fixture
def officer(db):
    return make.officer(Role.Kind.COMMUNE_OFFICER)


@pytest.fixture
def entry(officer):
    """A plan that the commune owes today."""
    cycle = make.CycleFactory(steps={3: (None, timezone.localdate())})
    return make.entry_in(S.PLAN_AWAITED, cycle=cycle)


def scanned() -> bool:
    return Scan.objects.filter(finished_at__isnull=False).exists()


def sent() -> bool:
    return Message.objects.filter(state="sent").exists()


def tried() -> bool:
    return Message.objects.filter(state="pending", tries__gte=1).exists()


HOUR = datetime.timedelta(hours=1)


def hour_passes() -> None:
    """Move what waits an hour back, as if an hour had passed; what is being sent is left alone."""
    Message.objects.filter(state="pending").update(
        next_try_at=F("next_try_at") - HOUR, claimed_at=F("claimed_at") - HOUR
    )


def claims_grow_old() -> None:
    """The same for what a sender had claimed that is dead now."""
    Message.objects.filter(state="sending").update(claimed_at=F("claimed_at") - HOUR)


def one_of_each(desk, officer) -> None:
    """One notice, one mail, to the one who owes it."""
    assert [notice.recipient for notice in Notice.objects.all()] == [officer]
    assert [to for to, _content in desk.mail.got] == [[officer.email]]
    assert list(Message.objects.values_list("state", flat=True)) == ["sent"]


def test_a_worker_killed_while_it_sends_loses_and_doubles_nothing(desk, entry, officer):
    desk.mail.holds = True
    desk.ask("scan")
    until(desk.mail.is_holding)
    desk.kill_worker()
    desk.mail.drops, desk.mail.holds = True, False
    until(lambda: not desk.mail.is_holding())
    desk.mail.drops = False
    assert Message.objects.get().state == "sending"

    claims_grow_old()
    desk.start_worker()
    until(sent)
    one_of_each(desk, officer)


def test_a_worker_killed_between_writing_and_sending_loses_nothing(desk, entry, officer):
    desk.kill_worker()
    desk.worker = desk.run(
        "ocop_portal.celery", "worker", "--concurrency=1", "--loglevel=warning", "--queues=scan"
    )
    until(scanned)
    until(lambda: desk.redis.client.llen("send") > 0)
    desk.kill_worker()
    assert [delivery.state for delivery in Delivery.objects.all()] == ["waiting"]

    desk.start_worker()
    until(sent)
    one_of_each(desk, officer)


def test_a_redis_that_comes_back_empty_costs_nothing(desk, entry, officer):
    desk.mail.refuses = True
    desk.ask("scan")
    until(tried)
    desk.redis.kill()
    # Nothing to read back. (The server itself is no witness: the worker writes to it at once.)
    assert not list(desk.folder.glob("*.rdb"))
    desk.redis.start()
    desk.mail.refuses = False

    hour_passes()
    desk.ask("scan")  # beat's next one; the worker has found its way back by itself
    until(sent)
    one_of_each(desk, officer)


def test_two_beats_tell_once(desk, entry, officer):
    desk.others = [
        desk.run("tests.reminders.fast_beat", "beat", "--pidfile=", "--max-interval=1")
        for _ in range(2)
    ]
    try:
        until(lambda: Scan.objects.filter(finished_at__isnull=False).count() >= 5)
        until(sent)
    finally:
        for beat in desk.others:
            desk.kill(beat)
        desk.others = []
        desk.redis.client.flushall()
    one_of_each(desk, officer)


def test_a_mail_server_that_refuses_for_an_hour_costs_no_mail(desk, entry, officer):
    desk.mail.refuses = True
    desk.ask("scan")
    for number in range(1, 4):
        until(lambda number=number: Message.objects.filter(state="pending", tries=number).exists())
        assert "421" in Message.objects.get().error
        hour_passes()
        desk.ask("send_pending")
    until(lambda: Message.objects.filter(state="pending", tries=4).exists())
    desk.mail.refuses = False
    for _hour in range(4):  # the pauses grow: the next try may be hours ahead
        hour_passes()
    desk.ask("send_pending")
    until(sent)
    one_of_each(desk, officer)


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite is a file: there is no server to restart"
)
def test_a_database_that_cuts_every_connection_while_a_mail_leaves_doubles_nothing(
    desk, entry, officer
):
    desk.mail.holds = True
    desk.ask("scan")
    until(desk.mail.is_holding)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    desk.mail.holds = False
    until(sent)
    Scan.objects.all().delete()
    desk.ask("scan")
    until(scanned)
    one_of_each(desk, officer)


def test_what_was_done_between_scan_and_sending_is_not_mailed(desk, entry, officer):
    desk.mail.refuses = True
    desk.ask("scan")
    until(tried)
    Entry.objects.filter(pk=entry.pk).update(state=S.PLAN_RECEIVED)
    desk.mail.refuses = False
    hour_passes()
    desk.ask("send_pending")
    until(lambda: Message.objects.filter(state="dropped").exists())
    assert desk.mail.got == []


def test_what_was_moved_between_scan_and_sending_is_mailed_with_the_new_day(desk, entry, officer):
    desk.mail.refuses = True
    desk.ask("scan")
    until(tried)
    later = timezone.localdate() + datetime.timedelta(days=2)
    CycleStep.objects.filter(number=3).update(due_on=later)
    desk.mail.refuses = False
    hour_passes()
    desk.ask("scan")
    until(sent)
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["dropped", "packed"]
    [(to, content)] = desk.mail.got
    assert to == [officer.email]
    assert f"{later:%d/%m/%Y}" in content
    assert f"{timezone.localdate():%d/%m/%Y}" not in content


def test_a_clock_that_ran_three_days_ahead_strands_nothing(desk, entry, officer):
    desk.kill_worker()
    desk.mail.refuses = True
    desk.start_worker("tests.reminders.clock_ahead")
    until(tried)
    assert Notice.objects.get().offset == 3
    assert Message.objects.get().next_try_at > timezone.now() + datetime.timedelta(days=2)
    desk.kill_worker()
    desk.mail.refuses = False
    Message.objects.filter(state="sending").update(state="pending")

    desk.start_worker()
    until(lambda: Notice.objects.filter(offset=0).exists())
    until(lambda: not Message.objects.exclude(state="sent").exists())
    told = list(Notice.objects.order_by("offset").values_list("offset", flat=True))
    assert told == [0, 3]
    assert {to for tos, _content in desk.mail.got for to in tos} == {officer.email}
