"""The newsletter's pages for everyone: ask for it, confirm, leave.

Here and not among the reminders, which may not know how visitors are counted (`accounts`).
"""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from .accounts.attempts import Attempts
from .forms import PortalForm
from .pages import REFUSED, crumbs
from .reminders import newsletter

TOO_MANY = 429
MOST, WINDOW_SECONDS = 5, 3600  # wishes of one network address
asked = Attempts("newsletter", MOST, WINDOW_SECONDS)


class SubscribeForm(PortalForm):
    """An address, nothing else."""

    address = forms.EmailField(
        label=_("Địa chỉ thư điện tử"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "form-control"}),
    )
    # People do not see it; programs that fill in everything give themselves away.
    homepage = forms.CharField(
        label=_("Để trống ô này"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )


def _page(request, template: str, context: dict, status: int = 200):
    context["breadcrumbs"] = crumbs((_("Bản tin"), ""))
    return render(request, f"reminders/newsletter/{template}.html", context, status=status)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request):
    """Ask for the newsletter. The answer is the same for a known and an unknown address."""
    form = SubscribeForm(request.POST or None)
    status = REFUSED if form.errors else 200
    if request.method == "POST" and form.is_valid():
        if not asked.allow(request):
            form.add_error(None, _("Đã gửi nhiều yêu cầu từ mạng này. Hãy thử lại sau một giờ."))
            status = TOO_MANY
        else:
            asked.count(request)
            if not form.cleaned_data["homepage"]:
                newsletter.subscribe(
                    address=form.cleaned_data["address"], language=request.LANGUAGE_CODE
                )
            return redirect(f"{request.path}?da-gui=1")
    sent = request.method == "GET" and "da-gui" in request.GET
    context = {"form": form, "sent": sent, "days": newsletter.CONFIRM_WITHIN.days}
    return _page(request, "subscribe", context, status)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request, signed: str):
    """The link of the question: shows a button, as programs open the links of mails, too."""
    look = newsletter.confirm if request.method == "POST" else newsletter.asked_by
    found = look(signed=signed)
    return _page(request, "confirm", {"found": found, "done": bool(found and found.confirmed_at)})


@login_not_required
@never_cache
@csrf_exempt  # mail programs post for their reader (RFC 8058); the token in the address is the key
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request, token: str):
    """End a subscription: one press of the mail program's button, or of this page's."""
    done = request.method == "POST"
    if done:
        newsletter.leave(token=token)
    if request.POST.get("List-Unsubscribe") == "One-Click":
        return HttpResponse(status=200, content_type="text/plain")
    return _page(request, "leave", {"done": done})
