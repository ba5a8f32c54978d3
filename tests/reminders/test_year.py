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
from evaluation.models import Referral, Round
from ocop_portal.reminders import outbox, workdays
from ocop_portal.reminders.models import Message, Notice
from ocop_portal.reminders.scan import scan
from products import voice
from products.cycle import STEP_OF_STATE
from products.models import Comment, CycleStep, Entry, Product, Step, ThreadRead
from products.voice_models import Feedback
from tests import factories as make

pytestmark = [pytest.mark.slow(seconds=15), pytest.mark.django_db]
S = Entry.State
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
POSITIONS = ("chair", "secretary", "support")
FIRST = datetime.date(2020, 1, 6)
ONE_DAY = datetime.timedelta(days=1)

# The issue's own words: 14, 7, 3, 1 days before, the day, then every 3 days, for 30 days.
ON_DAYS = [-14, -7, -3, -1, 0, *range(3, 31, 3)]
MEETING_DAYS = [-3, -1, 0]
ONCE = [0]
ANSWER_DAYS = 15
FEEDBACK_DAYS = 10
INVITATION_DAYS = 2  # working days before the meeting, 1048/QĐ-TTg
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


def works(day: datetime.date) -> bool:
    return day.weekday() < 5 and day not in OFF


def working_day(start: datetime.date, count: int) -> datetime.date:
    """So many working days after a day, or before it where the number is negative."""
    one = ONE_DAY if count > 0 else -ONE_DAY
    day, left = start, abs(count)
    while left:
        day += one
        left -= works(day)
    return day


@dataclass
class District:
    """What the test knows of its district: who sits where, and where each entry stands since when."""

    officers: dict[int, int]  # commune → its officer; one commune has none
    head: int
    due: dict[int, datetime.date]  # step → its last day
    entries: dict[int, dict] = field(default_factory=dict)
    feedback: dict[int, dict] = field(default_factory=dict)  # not answered yet
    unread: dict[int, dict] = field(default_factory=dict)  # entry → the other side's word
    rounds: dict[int, dict] = field(default_factory=dict)
    referrals: dict[int, dict] = field(default_factory=dict)  # no answer yet

    def _who(self, turn: str, commune: int) -> tuple[set[int], set[int]]:
        """Who owes it, who stands above."""
        if turn == "district":
            return {self.head}, set()
        return {self.officers[commune]} if commune in self.officers else set(), {self.head}

    def owed(self, today: datetime.date) -> list[tuple]:
        """(key, due day, who owes it, who stands above, days of telling) of all that is open."""
        found = [
            (key, due_on, *self._who(turn, commune), ON_DAYS)
            for key, due_on, turn, commune in self._owed_of_entries()
        ]
        for pk, row in self.feedback.items():
            due_on = working_day(row["since"], FEEDBACK_DAYS)
            who = self._who("commune", row["commune"])
            found.append((f"feedback:{pk}", due_on, *who, ON_DAYS))
        for pk, row in self.unread.items():
            key = f"entry:{pk}:comment:{row['comment']}"
            found.append((key, row["since"], {row["reader"]}, set(), ONCE))
        for pk, row in self.referrals.items():
            found.append((f"referral:{pk}:answer", row["due"], {row["secretary"]}, set(), ON_DAYS))
        for pk, row in self.rounds.items():
            meets, who = row["meets"], row["who"]
            if today > meets:
                continue
            prepare = {who["chair"], who["secretary"], who["support"]}
            found.append((f"round:{pk}:meeting", meets, prepare, set(), MEETING_DAYS))
            if not row["invited"]:
                due_on = working_day(meets, -INVITATION_DAYS)
                owes, above = {who["secretary"]}, {who["chair"]}
                found.append((f"round:{pk}:invitation", due_on, owes, above, ON_DAYS))
        return found

    def _owed_of_entries(self) -> list[tuple[str, datetime.date, str, int]]:
        """(key, due day, whose turn, commune) of what the entries owe now."""
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
                due_on = working_day(since, ANSWER_DAYS)
                found.append(
                    (f"entry:{pk}:answer:{state.value}:{since}", due_on, turn, entry["commune"])
                )
        return found

    def told_today(self, today: datetime.date) -> set[tuple]:
        """(key, due day, person, offset) that a scan of today has to have told by now."""
        found = set()
        for key, due_on, owes, above, on_days in self.owed(today):
            passed = [n for n in on_days if due_on + ONE_DAY * n <= today]
            if not passed or today > due_on + ONE_DAY * 30:
                continue
            newest = passed[-1]
            # Those above when it is three days late, or when nobody below is there.
            people = owes | above if newest >= 3 or not owes else owes
            found |= {(key, due_on, person, newest) for person in people}
        return found

    def concerned(self, today: datetime.date) -> set[tuple]:
        """(key, due day, person) of all who owe something open now, or stand above."""
        return {
            (key, due_on, person)
            for key, due_on, owes, above, _days in self.owed(today)
            for person in owes | above
        }


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
            "product": entry.product,
        }
    council = make.council_with(members=1, unit=unit)
    who = {position: make.person_in(council, position).pk for position in POSITIONS}
    for after in (12, 40, 75, 140, 210, 300):
        meets = FIRST + ONE_DAY * after
        round_ = make.RoundFactory(council=council, cycle=cycle, meets_on=meets)
        district.rounds[round_.pk] = {"meets": meets, "who": who, "invited": False}
    for after in (20, 60, 180):  # sent to a province that does not work in this portal
        due_on = FIRST + ONE_DAY * after
        sent = make.ReferralFactory(to_unit=None, answer_due_on=due_on)
        secretary = make.person_in(sent.result.candidate.round.council, "secretary").pk
        district.referrals[sent.pk] = {"due": due_on, "secretary": secretary}
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


def work_beside(district: District, today: datetime.date, chance: random.Random) -> None:
    """Buyers write and are answered, the two sides write and read, invitations and answers come."""
    if chance.random() < 0.3:
        entry = chance.choice(list(district.entries.values()))
        sent = voice.send(product=entry["product"], kind="quality", words="Hũ nứt")
        district.feedback[sent.pk] = {"since": today, "commune": entry["commune"]}
    for pk in [pk for pk in district.feedback if chance.random() < 0.06]:
        Feedback.objects.filter(pk=pk).update(state="answered", answer="Đã xem.")
        del district.feedback[pk]
    for pk in [pk for pk in district.unread if chance.random() < 0.2]:
        said = district.unread.pop(pk)
        ThreadRead.objects.update_or_create(
            entry_id=pk, user_id=said["reader"], defaults={"up_to": said["comment"]}
        )
    pk, side = chance.choice(list(district.entries)), chance.choice(["commune", "district"])
    officer = district.officers.get(district.entries[pk]["commune"])
    if officer and pk not in district.unread:
        writer, reader = (officer, district.head)[:: 1 if side == "commune" else -1]
        said = Comment.objects.create(
            entry_id=pk, side=side, office="Cơ quan mẫu", by_id=writer, text="Xem lại"
        )
        district.unread[pk] = {"comment": said.pk, "since": today, "reader": reader}
    for pk, row in district.rounds.items():
        near = row["meets"] - today < ONE_DAY * 12
        if near and not row["invited"] and chance.random() < 0.12:
            row["invited"] = True
            Round.objects.filter(pk=pk).update(invited_on=today)
    for pk in [pk for pk in district.referrals if chance.random() < 0.02]:
        Referral.objects.filter(pk=pk).update(state=Referral.State.ANSWERED)
        del district.referrals[pk]


def clock(day: datetime.date, hour: int):
    return time_machine.travel(
        datetime.datetime.combine(day, datetime.time(hour), tzinfo=VIETNAM), tick=False
    )


def test_every_expected_notice_is_there_once_and_none_else(settings, capsys):
    settings.MAILS_PER_MINUTE = 1000
    chance, other = random.Random(2020), random.Random(781)
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
                work_beside(district, today, other)
            continue
        with clock(today, 7):
            scan()
            due_now = district.told_today(today)
        with clock(today, 8):
            move_some(district, today, chance)
            work_beside(district, today, other)
        with clock(today, 9):
            mails += outbox.send_pending()
        told = _mailed(today)
        concerned = district.concerned(today)
        assert {row[:3] for row in told} <= concerned, "told of what is done"
        still = {row for row in due_now - expected if row[:3] in concerned}
        assert still <= told, "not told of what is owed"
        expected |= due_now

    notices = Counter(Notice.objects.values_list("key", "due_on", "recipient", "offset"))
    assert set(notices) == expected
    assert set(notices.values()) == {1}
    assert len(expected) > 500
    for kind in (":invitation", ":meeting", ":answer:", ":comment:", "feedback:", ":idea-back:"):
        assert any(kind in key for key, _due, _person, _offset in expected), kind
    assert any(key.startswith("referral:") for key, _due, _person, _offset in expected)
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
