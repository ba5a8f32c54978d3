"""What a person chose about their own reminders."""

from django.db import transaction

from .models import Preference


def preference_of(user) -> Preference:
    """The person's choice; mail once a day while they made none."""
    found = Preference.objects.filter(user=user).first()
    return found or Preference(user=user, channels=["mail"], daily=True)


@transaction.atomic
def set_preference(*, user, channels: list[str], daily: bool) -> Preference:
    """Keep the person's choice; what waits follows it too."""
    return Preference.objects.update_or_create(
        user=user, defaults={"channels": list(channels), "daily": daily}
    )[0]
