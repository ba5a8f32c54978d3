"""Who does what, where, from when until when: giving a role and ending it.

A role is never deleted: what somebody did last year stays explained by the role they held.
"""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from ocop_portal.accounts.duties import Duty, duty_source
from ocop_portal.accounts.models import User
from ocop_portal.accounts.second_factor import ask_again
from ocop_portal.page_language import filled

from .models import Role, Unit, kind_in, today

# The level of unit in which a role makes sense. Councils exist in districts and provinces
# (Decision 1048/QĐ-TTg); where there is no district any more, the province's office does its work
# (from 1/7/2025); an administrator may sit anywhere.
LEVELS = {
    Role.Kind.DISTRICT_OFFICER: {Unit.Level.DISTRICT, Unit.Level.PROVINCE},
    Role.Kind.COMMUNE_OFFICER: {Unit.Level.COMMUNE},
    Role.Kind.COUNCIL_MEMBER: {Unit.Level.DISTRICT, Unit.Level.PROVINCE},
    Role.Kind.SUPPORT_TEAM: {Unit.Level.DISTRICT, Unit.Level.PROVINCE},
    Role.Kind.ADMINISTRATOR: set(Unit.Level.values),
}


ONE_DAY = datetime.timedelta(days=1)


def _day(value: datetime.date) -> str:
    return value.strftime("%d/%m/%Y")


def _save(role: Role, *, by: User | None, reason: str) -> Role:
    role._history_user = by
    role._change_reason = reason
    role.save()
    return role


@transaction.atomic
def give_role(
    *,
    user: User,
    kind: str,
    unit: Unit,
    since: datetime.date,
    until: datetime.date | None = None,
    by: User | None,
) -> Role:
    """Give a person a role in a unit, both days included; no `until` means until it is ended.

    The unit may have ended meanwhile: the programme of 2019 is kept up in the units of 2019.
    The same call twice gives one role. ValidationError, by field, when the unit's level does not
    fit the role, the days run backwards, the account is stopped, or the person holds this role in
    this unit on one of the days.
    """
    # Two administrators giving the same role at once wait for each other here.
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise ValidationError(_("Tài khoản này đã ngừng hoạt động."))
    if unit.level not in LEVELS[Role.Kind(kind)]:
        raise ValidationError(
            {
                "unit": filled(
                    _("Vai trò “%(role)s” không giao ở đơn vị %(level)s."),
                    {"role": Role.Kind(kind).label, "level": unit.Level(unit.level).label},
                )
            }
        )
    if until is not None and until < since:
        raise ValidationError({"until": _("Ngày cuối phải từ ngày đầu trở đi.")})
    same = Role.objects.filter(user=user, kind=kind, unit=unit)
    if found := same.filter(since=since, until=until).first():
        return found
    overlapping = same.filter(Q(until__isnull=True) | Q(until__gte=since))
    if until is not None:
        overlapping = overlapping.filter(since__lte=until)
    if held := overlapping.order_by("since").first():
        if held.until:
            text = _("Người này đã giữ vai trò này tại đây từ %(since)s đến hết %(until)s.")
        else:
            text = _("Người này đã giữ vai trò này tại đây từ %(since)s.")
        days = {"since": _day(held.since), "until": _day(held.until) if held.until else ""}
        raise ValidationError({"since": filled(text, days)})
    role = Role(user=user, kind=kind, unit=unit, since=since, until=until)
    transaction.on_commit(lambda: ask_again(user))
    return _save(role, by=by, reason="roles.given")


@transaction.atomic
def end_role(*, role: Role, until: datetime.date, by: User | None) -> Role:
    """Set a role's last day; on the day after it no longer counts.

    The same call twice changes nothing the second time. ValidationError when the day lies before
    the role's first, or when administrators would end their own last administrator role.
    """
    User.objects.select_for_update().get(pk=role.user_id)
    role = Role.objects.select_for_update().get(pk=role.pk)
    if role.until == until:
        return role
    if until < role.since:
        raise ValidationError(
            {
                "until": filled(
                    _("Vai trò bắt đầu ngày %(day)s; ngày cuối không thể sớm hơn."),
                    {"day": _day(role.since)},
                )
            }
        )
    if role.kind == Role.Kind.ADMINISTRATOR and by is not None and role.user_id == by.pk:
        # On the calendar's last day there is no day after.
        day_after = min(until, datetime.date.max - ONE_DAY) + ONE_DAY
        others = Role.objects.on(day_after).filter(user=by, kind=role.kind).exclude(pk=role.pk)
        if not others.exists():
            raise ValidationError(
                _(
                    "Đây là vai trò quản trị cuối cùng của chính anh/chị. Hãy nhờ một quản trị viên "
                    "khác kết thúc vai trò này."
                )
            )
    role.until = until
    return _save(role, by=by, reason="roles.ended")


def history_of(user: User) -> list[dict]:
    """What happened to the person's roles, newest first, as `components/history.html` shows it."""
    rows = list(
        Role.history.filter(user_id=user.pk)
        .select_related("unit", "history_user")
        .order_by("history_date", "history_id")
    )
    shown, before = [], {}
    for row in rows:
        old = before.get(row.id)
        before[row.id] = row
        label = f"{kind_in(row.kind, row.unit)} – {row.unit.dated_name}"
        days = {
            "role": label,
            "since": _day(row.since),
            "until": _day(row.until) if row.until else "",
        }
        changes = []
        if old is None:
            if row.until:
                what = _("Giao vai trò %(role)s, từ %(since)s đến hết %(until)s") % days
            else:
                what = _("Giao vai trò %(role)s, từ %(since)s") % days
        elif row.history_type == "-":
            what = _("Xóa vai trò %(role)s") % days
        else:
            if row.until and row.until != old.until:
                what = _("Kết thúc vai trò %(role)s sau ngày %(until)s") % days
            else:
                what = _("Sửa vai trò %(role)s") % days
            for name in ("kind", "unit", "since", "until"):
                was, now = getattr(old, name), getattr(row, name)
                if was != now:
                    field = Role._meta.get_field(name).verbose_name
                    changes.append({"field": field, "old": _said(was), "new": _said(now)})
        shown.append(
            {"when": row.history_date, "who": row.history_user, "what": what, "changes": changes}
        )
    return shown[::-1]


def _said(value) -> str:
    if value is None:
        return ""
    if isinstance(value, Unit):
        return value.dated_name
    return _day(value) if isinstance(value, datetime.date) else str(value)


@duty_source
def roles_as_duties(user):
    """The roles in force and to come, for the person's own page."""
    roles = Role.objects.filter(Q(until__isnull=True) | Q(until__gte=today()), user=user)
    for role in roles.select_related("unit"):
        yield Duty(role.get_kind_display(), role.unit.dated_name, role.since, role.until)
