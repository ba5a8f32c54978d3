"""Check by anyone: is this certificate valid today? Public, without script, never kept on the way."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from communes.models import today

from .check_code import LENGTH, read_code, show_code
from .check_limit import WINDOW_SECONDS, misses
from .models import Recognition
from .recognition import standing_of
from .recognition_forms import CheckForm

MOST_SHOWN = 10  # recognitions of one product code, the newest first


def _found(**which) -> list[dict]:
    rows = Recognition.objects.filter(**which).select_related("product", "producer__unit")
    return [
        {"recognition": row, "standing": standing_of(row), "code": show_code(row.check_code)}
        for row in rows[:MOST_SHOWN]
    ]


def _page(request, *, status=200, **context):
    return render(
        request,
        "evaluation/public/check.html",
        {"today": today(), "form": context.pop("form", CheckForm()), **context},
        status=status,
    )


def _too_many(request):
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(WINDOW_SECONDS)
    return response


@login_not_required
@never_cache
@require_safe
def check_certificates(request):
    """Type the code by hand: a check code leads to its page, a product code shows what bears it."""
    if "ma" not in request.GET:
        return _page(request)
    form = CheckForm(request.GET)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    if not misses.allow(request):
        return _too_many(request)
    typed = form.cleaned_data["ma"]
    code = read_code(typed)
    if code:
        return redirect(reverse("check_certificate", args=[show_code(code)]))
    # A product code follows a pattern, so asking for one counts whether it is there or not.
    misses.count(request)
    found = _found(product_code__iexact=typed)
    if found:
        return _page(request, form=form, found=found)
    return _page(request, form=form, unknown=typed, is_slip=_is_slip(typed), status=404)


@login_not_required
@never_cache
@require_safe
def check_certificate(request, code: str):
    """What the QR on a certificate opens: valid, expired, revoked, unknown or mistyped, in big words."""
    if not misses.allow(request):
        return _too_many(request)
    read = read_code(code)
    found = _found(check_code=read) if read else []
    if not found:
        misses.count(request)
        return _page(request, unknown=code[:60], is_slip=read is None, status=404)
    return _page(request, found=found)


def _is_slip(typed: str) -> bool:
    """Whether this was meant as a check code: as long as one, give or take a sign, and letters in it."""
    letters = [c for c in typed if c.isalnum()]
    return abs(len(letters) - LENGTH) <= 1 and any(c.isalpha() for c in letters)
