"""A district of 20 communes and 200 products under a simulated clock: every expected notice, none else.

A quarter runs always, the year with OCOP_LONG=1. What is expected is worked out here from the rules
in words, day by day, from what the test itself did to the entries; nothing of the policy's or the
scan's code is used.
"""

import datetime
import os
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from communes.models import Producer, Role, Unit
from communes.units import rebuild_cover
from ocop_portal.reminders import outbox, workdays
from ocop_portal.reminders.models import Message, Notice
from ocop_portal.reminders.scan import scan
from products.cycle import STEP_OF_STATE
from products.models import CycleStep, Entry, Product, Step
from tests import factories as make

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
S = Entry.State
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST = datetime.date(2020, 1, 6)
ONE_DAY = datetime.timedelta(days=1)

# The issue's own words: 14, 7, 3, 1 days before, the day, then every 3 days, for 30 days.
ON_DAYS = [-14, -7, -3, -1, 0, *range(3, 31, 3)]
ANSWER_DAYS = 15
BACK_DAYS = 15  # of the calendar, for an idea that was returned
# Làm việc từ thứ hai đến thứ sáu, trừ các ngày này.
OFF = {
    datetime.date(2020, 1, 1),
    *(datetime.date(2020, 1, day) for day in range(23, 30)),
    datetime.date(2020, 4, 2),
    datetime.date(2020, 4, 30),
    datetime.date(2020, 5, 1),
    datetime.date(2020, 9, 2),
    datetime.date(2021, 1, 1),
}

# The way of an entry, who moves it on, and back where it can be returned.
WAY = [
    (S.IDEA_DRAFT, "commune"),
    (S.IDEA_REGISTERED, "district"),
    (S.PLAN_AWAITED, "commune"),
    (S.PLAN_RECEIVED, "district"),
    (S.IMPLEMENTING, "commune"),
    (S.DOSSIER_OPEN, "commune"),
    (S.DOSSIER_SUBMITTED, "district"),
    (S.READY, "district"),
    (S.IN_EVALUATION, ""),
]
OWES = {**dict(WAY), S.IDEA_RETURNED: "commune", S.PLAN_RETURNED: "commune"}
NEXT = {state: WAY[n + 1][0] for n, (state, _who) in enumerate(WAY[:-1])}
NEXT |= {S.IDEA_RETURNED: S.IDEA_REGISTERED, S.PLAN_RETURNED: S.PLAN_RECEIVED}
BACK = {S.IDEA_REGISTERED: S.IDEA_RETURNED, S.PLAN_RECEIVED: S.PLAN_RETURNED}
ANSWERS = {
    S.IDEA_REGISTERED,
    S.PLAN_RECEIVED,
    S.PLAN_RETURNED,
    S.DOSSIER_SUBMITTED,
}


@dataclass
class District:
    """What the test knows of its district: who sits where, and where each entry stands since when."""

    officers: dict[int, int]  # commune → its officer; one commune has none
    head: int
    due: dict[int, datetime.date]  # step → its last day
    entries: dict[int, dict] = field(default_factory=dict)

    def owed(self) -> list[tuple[str, datetime.date, str, int]]:
        """(key, due day, whose turn, commune) of everything that is open now."""
        found = []
        for pk, entry in self.entries.items():
            state, turn = entry["state"], OWES[entry["state"]]
            if not turn:
                continue
            step = int(STEP_OF_STATE[state])
            if step in self.due:
                found.append((f"entry:{pk}:step:{step}", self.due[step], turn, entry["commune"]))
            if state == S.IDEA_RETURNED:
                since = entry["since"]
                back = since + ONE_DAY * BACK_DAYS
                found.append((f"entry:{pk}:idea-back:{since}", back, turn, entry["commune"]))
            if state in ANSWERS:
                since = entry["since"]
                due_on, left = since, ANSWER_DAYS
                while left:
                    due_on += ONE_DAY
                    if due_on.weekday() < 5 and due_on not in OFF:
                        left -= 1
                found.append(
                    (f"entry:{pk}:answer:{state.value}:{since}", due_on, turn, entry["commune"])
                )
        return found

    def told_today(self, today: datetime.date) -> set[tuple]:
        """(key, due day, person, offset) that a scan of today has to have told by now."""
        found = set()
        for key, due_on, turn, commune in self.owed():
            passed = [n for n in ON_DAYS if due_on + ONE_DAY * n <= today]
            if not passed or today > due_on + ONE_DAY * 30:
                continue
            newest = passed[-1]
            officer = self.officers.get(commune)
            if turn == "district":
                people = {self.head}
            elif officer is None:
                people = {self.head}  # nobody below is there
            else:
                people = {officer} | ({self.head} if newest >= 3 else set())
            found |= {(key, due_on, person, newest) for person in people}
        return found

    def concerned(self) -> set[tuple]:
        """(key, due day, person) of all who owe something open now, or stand above."""
        found = set()
        for key, due_on, turn, commune in self.owed():
            found.add((key, due_on, self.head))
            if turn == "commune" and commune in self.officers:
                found.add((key, due_on, self.officers[commune]))
        return found


def build(chance: random.Random) -> District:
    """20 communes, 19 of them with an officer, a head in the district, 200 products in their year."""
    unit = make.UnitFactory(kind="Huyện", name="Mẫu", level=Unit.Level.DISTRICT)
    communes = [make.UnitFactory(parent=unit) for _ in range(20)]
    rebuild_cover()
    head = make.RoleFactory(unit=unit).user
    officers = {
        commune.pk: make.RoleFactory(unit=commune, kind=Role.Kind.COMMUNE_OFFICER).user.pk
        for commune in communes[1:]
    }
    due = {
        int(Step.IDEA): datetime.date(2020, 2, 28),
        int(Step.PLAN): datetime.date(2020, 4, 30),
        int(Step.IMPLEMENTATION): datetime.date(2020, 8, 31),
        int(Step.EVALUATION): datetime.date(2020, 11, 15),
    }
    cycle = make.CycleFactory(unit=unit, year=2020, steps={n: (None, d) for n, d in due.items()})
    producers = Producer.objects.bulk_create(
        Producer(name=f"Hợp tác xã mẫu {n}", legal_form="cooperative", unit=communes[n % 20])
        for n in range(200)
    )
    products = []
    for number, producer in enumerate(producers):
        product = Product(name=f"Sản phẩm mẫu {number}", producer=producer, set_number=1)
        product.classify()
        products.append(product)
    entries = Entry.objects.bulk_create(
        Entry(cycle=cycle, product=product, set_number=1, created_by=head)
        for product in Product.objects.bulk_create(products)
    )
    district = District(officers, head.pk, due)
    for entry, producer in zip(entries, producers, strict=True):
        district.entries[entry.pk] = {
            "state": S.IDEA_DRAFT,
            "since": FIRST,
            "commune": producer.unit_id,
            # Some are quick, some are late, a few never move.
            "pace": chance.choice([0.002, 0.01, 0.02, 0.05]),
        }
    return district


def move_some(district: District, today: datetime.date, chance: random.Random) -> None:
    """A day's work: entries move on, some are sent back, now and then a date is moved."""
    for pk, entry in district.entries.items():
        state = entry["state"]
        if state == S.IN_EVALUATION or chance.random() > entry["pace"]:
            continue
        back = BACK.get(state)
        after = back if back and chance.random() < 0.3 else NEXT[state]
        entry |= {"state": after, "since": today}
        Entry.objects.filter(pk=pk).update(
            state=after, step=STEP_OF_STATE[after], state_since=timezone.now()
        )
    if chance.random() < 0.01:
        step = chance.choice(list(district.due))
        district.due[step] += ONE_DAY * chance.choice([-5, 7, 14])
        CycleStep.objects.filter(number=step).update(due_on=district.due[step])


def clock(day: datetime.date, hour: int):
    return time_machine.travel(
        datetime.datetime.combine(day, datetime.time(hour), tzinfo=VIETNAM), tick=False
    )


def test_every_expected_notice_is_there_once_and_none_else(settings, capsys):
    settings.MAILS_PER_MINUTE = 1000
    chance = random.Random(2020)
    days = 366 if os.environ.get("OCOP_LONG") else 92
    with clock(FIRST, 6):
        workdays.load_holidays(until_year=2021)
        district = build(chance)
    expected, mails = set(), 0
    for number in range(days):
        today = FIRST + ONE_DAY * number
        # Worker or beat stood still on some days, once in a while for a week.
        if number % 40 in range(30, 37) or chance.random() < 0.05:
            with clock(today, 8):
                move_some(district, today, chance)
            continue
        with clock(today, 7):
            scan()
            due_now = district.told_today(today)
        with clock(today, 8):
            move_some(district, today, chance)
        with clock(today, 9):
            mails += outbox.send_pending()
        told = _mailed(today)
        assert {row[:3] for row in told} <= district.concerned(), "told of what is done"
        still = {row for row in due_now - expected if row[:3] in district.concerned()}
        assert still <= told, "not told of what is owed"
        expected |= due_now

    notices = Counter(Notice.objects.values_list("key", "due_on", "recipient", "offset"))
    assert set(notices) == expected
    assert set(notices.values()) == {1}
    assert len(expected) > 500
    digests = Counter(Message.objects.filter(state="sent").values_list("address", "day"))
    assert set(digests.values()) == {1}
    assert mails == len(mail.outbox) == len(digests)
    assert set(Message.objects.values_list("state", flat=True)) <= {"sent", "dropped"}
    with capsys.disabled():
        sys.stdout.write(f"\n{days} days: {len(expected)} notices, {mails} mails\n")


def _mailed(today: datetime.date) -> set[tuple]:
    """(key, due day, person, offset) of what today's mails told."""
    notice = "deliveries__notice__"
    return set(
        Message.objects.filter(state="sent", day=today, deliveries__state="packed").values_list(
            f"{notice}key", f"{notice}due_on", "recipient", f"{notice}offset"
        )
    )
