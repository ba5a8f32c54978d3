"""What has to hold of every kind of deadline that is registered."""

import pytest

from ocop_portal.accounts.models import User
from ocop_portal.page_language import kept
from ocop_portal.reminders.registry import sources

from .every_kind import plant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("daytime")]


def test_every_kind_says_what_it_is_and_leads_whom_it_tells_to_a_page_that_opens(client):
    found = plant()
    # 1048/QĐ-TTg names no day for sending results on; `test_round_sources` has its deadline.
    assert set(found) == {source.kind for source in sources()} - {"referral"}
    for kind, deadline in found.items():
        assert 0 < len(deadline.title) <= 250 and deadline.text.endswith("."), kind
        assert ".." not in deadline.text and "%" not in deadline.title + deadline.text, kind
        assert kept(deadline.text)["en"] != kept(deadline.text)["vi"], kind
        people = {*deadline.recipients, *deadline.superiors}
        assert people, kind
        for person in people:
            client.force_login(User.objects.get(pk=person))
            assert client.get(deadline.url_for(person)).status_code == 200, (kind, person)
