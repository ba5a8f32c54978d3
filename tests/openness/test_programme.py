"""The programme's pages: the days to keep, published rounds only."""

import datetime

import pytest
from django.urls import reverse
from icalendar import Calendar

from communes.models import today
from tests import factories as make

pytestmark = pytest.mark.django_db


def in_days(number: int) -> datetime.date:
    return today() + datetime.timedelta(days=number)


def test_the_calendar_shows_what_producers_hand_in_the_next_first(client):
    cycle = make.CycleFactory(
        steps={
            2: (None, in_days(9)),
            3: (None, in_days(-2)),
            5: (None, in_days(4)),
            6: (None, in_days(1)),
        }
    )
    closed = make.CycleFactory(steps={2: (None, in_days(3))})
    type(closed).objects.filter(pk=closed.pk).update(is_closed=True)
    plan = make.PlanFactory()
    words = {"plan": plan, "due_on": in_days(6), "year": plan.first_year}
    make.PlanTaskFactory(words="Nộp mẫu bao bì", cooperating="UBND xã, chủ thể", **words)
    make.PlanTaskFactory(words="Họp ban chỉ đạo", cooperating="Phòng Tài chính", **words)
    council = make.council_with(members=2)
    opened = make.open_round(council=council)
    type(opened).objects.filter(pk=opened.pk).update(meets_on=in_days(5))
    page = client.get(reverse("products:days"))
    assert [day.key.rsplit("-", 1)[0] for day in page.context["days"]] == [
        "cycle-step",  # the dossier
        "round",
        "plan-task",
        "cycle-step",  # the idea
    ]
    assert [day.days_left for day in page.context["days"]] == [4, 5, 6, 9]
    assert [day.on for day in page.context["over"]] == [in_days(-2)]
    content = page.content.decode()
    assert "Nộp mẫu bao bì" in content
    assert "Họp ban chỉ đạo" not in content
    # Nothing of what the council hears.
    assert opened.candidates.get().entry.product.name not in content
    assert client.get(reverse("products:programme")).context["days"] == page.context["days"][:3]
    found = Calendar.from_ical(client.get(reverse("products:calendar")).content)
    assert [event["dtstart"].dt for event in found.walk("VEVENT")] == [
        in_days(-2),
        *(in_days(n) for n in (4, 5, 6, 9)),
    ]
    assert cycle.is_closed is False


def test_only_published_rounds_are_shown(client):
    council = make.council_with(members=2)
    hidden = make.closed_round(council=council, totals=(72, 74))
    shown = make.closed_round(council=council, totals=(72, 74), publish=True)
    page = client.get(reverse("evaluation:public_councils"))
    assert [round_.pk for round_ in page.context["page_obj"]] == [shown.pk]
    assert hidden.candidates.get().entry.product.name not in page.content.decode()
    assert "73,00" in page.content.decode()


@pytest.mark.parametrize("n", [1, 3])
def test_cost_does_not_grow(client, django_assert_max_num_queries, n):
    for _n in range(n):
        make.PlanTaskFactory()
        make.CycleFactory()
    for name in (
        "products:programme",
        "products:days",
        "evaluation:public_councils",
        "products:privacy",
    ):
        with django_assert_max_num_queries(12):
            client.get(reverse(name))
