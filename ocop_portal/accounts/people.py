"""What happens to an account: made, invited, changed, stopped, opened again.

Each function does one thing in one transaction and writes who did it into the account's history.
"""

import json

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import User

DETAILS = ("username", "full_name", "email", "phone", "position", "organisation")

ACTIONS = {
    "accounts.created": gettext_lazy("Tạo tài khoản"),
    "accounts.invited": gettext_lazy("Gửi thư mời đặt mật khẩu"),
    "accounts.changed": gettext_lazy("Sửa thông tin"),
    "accounts.stopped": gettext_lazy("Ngừng hoạt động tài khoản"),
    "accounts.resumed": gettext_lazy("Mở lại tài khoản"),
}


def _write_history(user: User, action: str, by: User | None, changes=()) -> None:
    if by is None:
        return
    LogEntry.objects.create(
        user_id=by.pk,
        content_type=ContentType.objects.get_for_model(User),
        object_id=user.pk,
        object_repr=str(user)[:200],
        action_flag=ADDITION if action == "accounts.created" else CHANGE,
        change_message=json.dumps({"action": action, "changes": list(changes)}),
    )


def _shown(value) -> str:
    return "" if value is None else str(value)


def _assign(user: User, details: dict) -> list[list[str]]:
    """Set the details and return what really changed: [field, old, new]."""
    if unknown := set(details) - set(DETAILS):
        raise ValueError(f"not a detail of an account: {sorted(unknown)}")
    changes = []
    for name, value in details.items():
        if name in {"username", "email"}:
            # Both are looked up in lower case at login and at a password reset.
            value = (value or "").lower() or None
        old = getattr(user, name)
        if _shown(old) != _shown(value):
            setattr(user, name, value)
            changes.append([name, _shown(old), _shown(getattr(user, name))])
    return changes


def _check_and_save(user: User) -> None:
    """ValidationError, by field; also where the name or the address is taken at this moment."""
    user.full_clean()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        user.full_clean()  # sees what the other transaction has written, and names the field
        raise


@transaction.atomic
def create_person(*, by: User | None, is_sample: bool = False, **details) -> User:
    """A new account without a password; nobody can sign in before `invite` was followed.

    `details`: username, full_name, email, phone, position, organisation. ValidationError, by
    field, where the name or the address is taken or malformed.
    """
    user = User(is_sample=is_sample)
    _assign(user, details)
    user.set_unusable_password()
    _check_and_save(user)
    _write_history(user, "accounts.created", by)
    return user


@transaction.atomic
def change_person(*, user: User, by: User, **details) -> list[list[str]]:
    """Change an account's details; returns what changed, as [field, old, new] in words.

    A new mail address takes the old one out of every password reset, and the old one is told.
    ValidationError as in `create_person`.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    old_email = user.email
    changes = _assign(user, details)
    if not changes:
        return []
    _check_and_save(user)
    if user.email != old_email:
        # allauth remembers addresses in a table of its own and would go on mailing to them.
        EmailAddress.objects.filter(user=user).delete()
        if old_email:
            adapter = get_adapter()  # it remembers the request, for the address in the mail
            mail = {"from_email": old_email, "to_email": user.email or ""}
            transaction.on_commit(
                lambda: adapter.send_notification_mail(
                    "account/email/email_changed", user, mail, email=old_email
                ),
                robust=True,
            )
    _write_history(user, "accounts.changed", by, changes)
    return changes


@transaction.atomic
def stop_person(*, user: User, by: User) -> None:
    """Close the account: every session of the person ends with the next click.

    Roles stay as they are; nobody may stop themselves. ValidationError then.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.pk == by.pk:
        raise ValidationError(_("Anh/chị không thể tự ngừng tài khoản của mình."))
    if user.is_active:
        user.is_active = False
        user.save(update_fields=["is_active"])
        _write_history(user, "accounts.stopped", by)


@transaction.atomic
def resume_person(*, user: User, by: User) -> None:
    """Open a stopped account again, with the password it had."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        _write_history(user, "accounts.resumed", by)


def password_link(user: User) -> str:
    """The path at which this person chooses a password.

    Good for one use within PASSWORD_RESET_TIMEOUT (three days); void as soon as the person signs
    in or changes the mail address.
    """
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    return path.replace("UID-KEY", f"{user_pk_to_url_str(user)}-{key}")


def invite(*, user: User, by: User, request) -> None:
    """Mail the person a link with which they choose their password.

    Sent at once, because the administrator waits to hear whether it left; OSError (SMTP's errors
    among them) when it did not.
    """
    if not user.email or not user.is_active:
        raise ValidationError(_("Chỉ mời được tài khoản đang hoạt động và có thư điện tử."))
    get_adapter(request).send_mail(
        "account/email/invitation",
        user.email,
        {
            "user": user,
            "username": user.get_username(),
            "password_url": request.build_absolute_uri(password_link(user)),
            "login_url": request.build_absolute_uri(reverse("account_login")),
            "days": settings.PASSWORD_RESET_TIMEOUT // 86400,
        },
    )
    _write_history(user, "accounts.invited", by)


def history_of(user: User) -> list[dict]:
    """The account's history, newest first, as `components/history.html` shows it."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk)
    ).select_related("user")
    shown = []
    for entry in entries.order_by("-action_time", "-pk"):
        try:
            said = json.loads(entry.change_message)
            what, changes = ACTIONS[said["action"]], said["changes"]
        except (ValueError, KeyError, TypeError):  # written by another hand than ours
            continue
        shown.append(
            {
                "when": entry.action_time,
                "who": entry.user,
                "what": what,
                "changes": [
                    {"field": User._meta.get_field(name).verbose_name, "old": old, "new": new}
                    for name, old, new in changes
                ],
            }
        )
    return shown
