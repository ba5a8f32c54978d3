"""Small helpers for tests that walk through the pages of rounds and sheets."""

from django.test import Client
from django.urls import reverse

from evaluation.models import Round
from tests import factories


def url(name: str, *args) -> str:
    """The address of a page of this room."""
    return reverse(f"evaluation:{name}", args=args)


def signed_in(user) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def get(person, name: str, /, *args, **query):
    """Open a page as this person."""
    return signed_in(person).get(url(name, *args), query)


def with_second_factor(client: Client) -> Client:
    """As if the person had signed in with a second factor: nothing is asked about it any more."""
    session = client.session
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp"}]
    session.save()
    return client


def post(person, name: str, /, *args, **data):
    """Send a form as this person."""
    return signed_in(person).post(url(name, *args), data)


def people(round_: Round):
    """Chair, secretary, a plain member, the support team, and a district officer."""
    council = round_.council
    return {
        "chair": factories.person_in(council, "chair"),
        "secretary": factories.person_in(council, "secretary"),
        "member": factories.person_in(council, "member"),
        "support": factories.person_in(council, "support"),
        "officer": factories.officer(),
    }


def score_all(round_: Round, *totals: int) -> None:
    """Every member hands in every product with these totals, the chair's first."""
    for candidate in round_.candidates.filter(removed_at__isnull=True):
        for user, total in zip(factories.scorers(round_.council), totals, strict=True):
            factories.scored_sheet(candidate, user, total=total)
