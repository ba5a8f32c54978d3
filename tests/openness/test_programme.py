"""The programme's pages: the days to keep, published rounds only."""

import datetime

import pytest
from django.urls import reverse

from communes.models import today
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_the_days_of_open_cycles_are_told_and_go_into_a_calendar(client):
    cycle = make.CycleFactory()
    cycle.steps.filter(number=2).update(starts_on=None, due_on=today() + datetime.timedelta(days=9))
    closed = make.CycleFactory()
    closed.steps.update(starts_on=None, due_on=today())
    type(closed).objects.filter(pk=closed.pk).update(is_closed=True)
    page = client.get(reverse("products:programme"))
    assert {day.cycle_id for day in page.context["days"]} == {cycle.pk}
    text = client.get(reverse("products:calendar")).content.decode()
    assert text.count("BEGIN:VEVENT") == len(page.context["days"]) >= 1


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
    for name in ("products:programme", "evaluation:public_councils", "products:privacy"):
        with django_assert_max_num_queries(12):
            client.get(reverse(name))
