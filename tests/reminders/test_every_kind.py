"""What has to hold of every kind of deadline that is registered."""

import pytest

from communes.models import Role
from ocop_portal.accounts.models import User
from ocop_portal.reminders.registry import sources
from tests import factories as make

from .every_kind import plant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("daytime")]


def test_every_kind_says_what_it_is_and_leads_whom_it_tells_to_a_page_that_opens(client):
    found = plant()
    # 1048/QĐ-TTg names no day for sending results on; `test_round_sources` has its deadline.
    assert set(found) == {source.kind for source in sources()} - {"referral"}
    for kind, deadline in found.items():
        assert 0 < len(deadline.title) <= 250 and deadline.text.endswith("."), kind
        assert ".." not in deadline.text and "%" not in deadline.title + deadline.text, kind
        people = deadline.recipients or deadline.superiors
        assert people, kind
        client.force_login(make_sure(User.objects.get(pk=people[0])))
        assert client.get(deadline.url).status_code == 200, (kind, deadline.url)


def make_sure(user):
    """The person with a second factor where their role asks for one."""
    if user.roles.filter(kind=Role.Kind.ADMINISTRATOR).exists():
        make.second_factor(user)
    return user
