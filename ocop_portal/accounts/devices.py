"""The second factors that a person has set up: an app that shows codes (TOTP), passkeys."""

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet

# Recovery codes alone are no second factor: they stand in for a lost one.
DEVICES = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def devices_of(user) -> QuerySet[Authenticator]:
    """The person's apps and passkeys, recovery codes left out."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=DEVICES)


def with_second_factor() -> Exists:
    """For `annotate()` on users: whether the person has any device."""
    return Exists(Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=DEVICES))
