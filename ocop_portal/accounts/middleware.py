"""Whoever must have a second factor sets it up before anything else."""

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from .devices import devices_of
from .second_factor import keep_no, lately_not_required, second_factor_required

# What such a person still reaches: leaving, and setting the second factor up.
ALLOWED_NAMES = {"account_logout", "account_reauthenticate", "health"}
ALLOWED_PREFIX = "mfa_"
EXPLANATION = "accounts:second_factor"


def must_set_up(request) -> bool:
    """Whether this person may go no further without setting up a second factor.

    Sample accounts are let through while DEBUG is on, so that a newcomer gets in with the printed
    list alone; production makes no sample accounts and knows no exception.
    """
    user = request.user
    if not user.is_authenticated or (settings.DEBUG and user.is_sample):
        return False
    # Whoever passed a second factor to get in has one: no question to the database.
    if any(record["method"] == "mfa" for record in get_authentication_records(request, user)):
        return False
    # A "no" is kept for a while; giving a role ends it, a duty that begins by itself (a role's first
    # day) asks for its second factor five minutes later at the latest.
    if lately_not_required(user):
        return False
    if not second_factor_required(user):
        keep_no(user)
        return False
    return not devices_of(user).exists()


class SecondFactorRequiredMiddleware:
    """Sends whoever still lacks a required second factor to the page that explains it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        name = request.resolver_match.view_name or ""
        if name in ALLOWED_NAMES or name == EXPLANATION or name.startswith(ALLOWED_PREFIX):
            return None
        if not must_set_up(request):
            return None
        url = reverse(EXPLANATION)
        if request.headers.get("HX-Request"):  # htmx would put the page into a corner of another
            return HttpResponse(status=204, headers={"HX-Redirect": url})
        return HttpResponseRedirect(url)
