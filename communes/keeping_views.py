"""The pages on which rows that nobody deletes are kept and withdrawn (`keeping`)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from ocop_portal.page_language import filled
from ocop_portal.pages import REFUSED, take_errors, tell_refusal


def posted(request):
    """What was sent in, for a form that is unbound until something is: an empty POST counts."""
    return request.POST if request.method == "POST" else None


def edit_page(request, form, save, *, title: str, back: str, path: list[dict], multipart=False):
    """Show a form, or `save` what it holds and lead to the row; a refusal stands on the form."""
    if request.method == "POST" and form.is_valid():
        try:
            saved = save()
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Đã lưu."))
            return redirect(saved)
    return render(
        request,
        "components/form_page.html",
        {
            "form": form,
            "title": title,
            "cancel_url": back,
            "multipart": multipart,
            "breadcrumbs": path,
        },
        status=REFUSED if form.errors else 200,
    )


def withdraw_page(request, form, act, *, title: str, lead: str, back: str, path: list[dict]):
    """Ask for the reason, or `act` on it and lead to the row; a refusal stands on the form."""
    if request.method == "POST" and form.is_valid():
        try:
            withdrawn = act()
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Đã rút."))
            return redirect(withdrawn)
    return render(
        request,
        "components/form_page.html",
        {
            "form": form,
            "title": title,
            "lead": lead,
            "submit_label": _("Rút"),
            "tone": "danger",
            "cancel_url": back,
            "breadcrumbs": path,
        },
        status=REFUSED if form.errors else 200,
    )


def publish_act(request, found, act):
    """`act`, which shows a row to everybody, and lead to the row; a refusal is told there."""
    try:
        act()
    except ValidationError as error:
        tell_refusal(request, error)
    else:
        messages.success(request, filled(_("Đã công bố “%s”."), found))
    return redirect(found)
