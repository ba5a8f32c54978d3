"""A person's own pages."""

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from ocop_portal.pages import take_errors

from .devices import DEVICES
from .duties import duties_of
from .forms import ProfileForm
from .middleware import must_set_up
from .models import User
from .people import change_person
from .second_factor import second_factor_required


def profile(request):
    """Own data, duties, second factor, and what to know about sessions."""
    authenticators = list(Authenticator.objects.filter(user=request.user).order_by("pk"))
    return render(
        request,
        "accounts/profile.html",
        {
            "duties": duties_of(request.user),
            "has_app": any(a.type == Authenticator.Type.TOTP for a in authenticators),
            "passkeys": sum(a.type == Authenticator.Type.WEBAUTHN for a in authenticators),
            "has_second_factor": any(a.type in DEVICES for a in authenticators),
            "second_factor_required": second_factor_required(request.user),
            "session_hours": settings.SESSION_COOKIE_AGE // 3600,
        },
    )


def profile_edit(request):
    """Change own data; the user name stays the administrators' to change.

    A new mail address asks for the password first; what was typed is kept meanwhile.
    """
    # An instance of its own: a refused form must not leave its values on request.user.
    person = User.objects.get(pk=request.user.pk)
    person_email = person.email
    form = ProfileForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["email"] != person_email:
            # The way back to a lost password: not to be moved by whoever finds the screen open.
            raise_if_reauthentication_required(request, app="")
        try:
            changes = change_person(user=request.user, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            take_errors(form, refusal)
        else:
            if changes:
                messages.success(request, _("Đã lưu thông tin của anh/chị."))
            return redirect("accounts:profile")
    return render(request, "accounts/profile_form.html", {"form": form})


def second_factor(request):
    """Explains why the next step is a second factor, and leads to setting it up."""
    if not must_set_up(request):
        return redirect("accounts:profile")
    return render(request, "accounts/second_factor.html")
