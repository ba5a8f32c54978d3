"""Too many failed logins: the door stays shut for a while, and says so."""

import math

from allauth.account.adapter import get_adapter
from allauth.account.signals import password_reset
from axes.attempts import get_cool_off_threshold
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Max, Sum
from django.dispatch import receiver
from django.shortcuts import render


def client_address(request) -> str | None:
    """The address that failures are counted under (AXES_CLIENT_IP_CALLABLE).

    The last entry of X-Forwarded-For but PROXY_COUNT - 1, which the outermost proxy of ours wrote
    itself: what stands before it was sent by the client and could be a new lie with every guess.
    None where there is no address, as in a login without a request; those are counted as one.
    """
    try:
        return get_adapter(request).get_client_ip(request)
    except PermissionDenied:
        return None


def minutes_left(request, credentials=None) -> int:
    """Whole minutes, at least one, until this name may try again from this address."""
    cool_off = get_cool_off(request)
    AxesProxyHandler.update_request(request)
    attempts = AccessAttempt.objects.filter(
        username=(credentials or {}).get("username"),
        ip_address=request.axes_ip_address,
        attempt_time__gte=get_cool_off_threshold(request),
    ).aggregate(last=Max("attempt_time"), failures=Sum("failures_since_start"))
    left = cool_off
    if attempts["last"] and attempts["failures"] >= settings.AXES_FAILURE_LIMIT:
        left = attempts["last"] + cool_off - request.axes_attempt_time
    return max(1, math.ceil(left.total_seconds() / 60))


def locked_out(request, original_response=None, credentials=None):
    """The answer (429) to a login while this name is locked from this address.

    Called by axes (AXES_LOCKOUT_CALLABLE), which counts failures in the database, so that all
    processes see one count. It comes for the right password too.
    """
    minutes = minutes_left(request, credentials)
    response = render(request, "accounts/locked_out.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response


@receiver(password_reset)
def open_after_reset(sender, user, **kwargs) -> None:
    """Whoever set a new password by the mailed link gets in with it: the page of the lock says so."""
    reset(username=user.get_username().lower())
