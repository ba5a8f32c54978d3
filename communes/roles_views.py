"""Administrators' pages: accounts, and the roles held in units."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from ocop_portal.accounts import people
from ocop_portal.accounts.devices import devices_of, with_second_factor
from ocop_portal.accounts.models import User
from ocop_portal.accounts.second_factor import second_factor_required
from ocop_portal.page_language import filled
from ocop_portal.pages import page_of, take_errors, tell_refusal
from ocop_portal.search import words_of
from ocop_portal.text import fold

from . import roles
from .models import Role, today
from .roles_forms import EndRoleForm, GiveRoleForm, UserFilterForm, UserForm

manages_roles = permission_required("communes.manage_roles", raise_exception=True)


def _found(words: str):
    """Accounts whose name, user name and address hold all the words, marks ignored.

    Compared here and not in the database: accounts have no folded column, and there are as many
    of them as officers and council members, not as many as products.
    """
    wanted = words_of(words)
    rows = User.objects.values_list("pk", "full_name", "username", "email")
    return [
        pk
        for pk, *texts in rows
        if all(word in fold(" ".join(filter(None, texts))) for word in wanted)
    ]


def _filtered(form: UserFilterForm, words: str):
    users = User.objects.all()
    if words:
        users = users.filter(pk__in=_found(words))
    form.is_valid()
    chosen = form.cleaned_data
    held = Role.objects.on().filter(user=OuterRef("pk"))
    if unit := chosen.get("unit"):
        held = held.filter(unit=unit)
    kind = chosen.get("kind")
    if kind == "none":
        users = users.exclude(Exists(held))
    elif kind:
        users = users.filter(Exists(held.filter(kind=kind)))
    elif unit:
        users = users.filter(Exists(held))
    if state := chosen.get("state"):
        users = users.filter(is_active=state == "active")
    return users, sum(bool(value) for value in chosen.values())


@manages_roles
def users(request):
    """All accounts, with today's roles; search ignores diacritics."""
    words = request.GET.get("q", "").strip()
    form = UserFilterForm(request.GET)
    rows, active_count = _filtered(form, words)
    held = Role.objects.on().select_related("unit").order_by("since")
    rows = (
        rows.annotate(has_second_factor=with_second_factor())
        .prefetch_related(Prefetch("roles", queryset=held, to_attr="roles_today"))
        .order_by("-is_active", "full_name", "pk")
    )
    page = page_of(request, rows)
    context = {"page_obj": page, "q": words, "filter_form": form, "active_count": active_count}
    return render(request, "communes/roles/users.html", context)


@manages_roles
def user(request, pk):
    """One account: details, roles, second factor, history."""
    person = get_object_or_404(User, pk=pk)
    held = list(person.roles.select_related("unit").order_by("-since", "pk"))
    day = today()
    for role in held:
        role.state = "over" if role.until and role.until < day else "now"
        if role.since > day:
            role.state = "coming"
    history = people.history_of(person) + roles.history_of(person)
    context = {
        "person": person,
        "held": held,
        "has_second_factor": devices_of(person).exists(),
        "second_factor_required": second_factor_required(person),
        "is_self": person.pk == request.user.pk,
        "history": sorted(history, key=lambda entry: entry["when"], reverse=True),
    }
    return render(request, "communes/roles/user.html", context)


def _invite(request, person) -> None:
    """Send the invitation and say whether it left."""
    try:
        people.invite(user=person, by=request.user, request=request)
    except OSError:  # smtplib's errors are OSErrors: the server is away or refuses
        messages.warning(
            request,
            _("Chưa gửi được thư mời. Hãy kiểm tra máy chủ thư rồi bấm “Gửi lại thư mời”."),
        )
    else:
        messages.success(
            request,
            filled(_("Đã gửi thư mời đặt mật khẩu tới %(email)s."), {"email": person.email}),
        )


@manages_roles
def user_add(request):
    """A new account; the person gets a mail with a link to choose a password."""
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = people.create_person(by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            take_errors(form, refusal)
        else:
            _invite(request, person)
            return redirect("roles:user", person.pk)
    return render(request, "communes/roles/user_form.html", {"form": form})


@manages_roles
def user_edit(request, pk):
    """Change an account's details."""
    person = get_object_or_404(User, pk=pk)
    form = UserForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        person = User.objects.get(pk=pk)  # the form has written its values on the other one
        try:
            changes = people.change_person(user=person, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            take_errors(form, refusal)
        else:
            if changes:
                messages.success(request, _("Đã lưu thông tin tài khoản."))
            return redirect("roles:user", pk)
    return render(request, "communes/roles/user_form.html", {"form": form, "person": person})


@manages_roles
@require_POST
def user_stop(request, pk):
    """Stop an account."""
    person = get_object_or_404(User, pk=pk)
    try:
        people.stop_person(user=person, by=request.user)
    except ValidationError as refusal:
        tell_refusal(request, refusal)
    else:
        messages.success(request, _("Đã ngừng hoạt động tài khoản."))
    return redirect("roles:user", pk)


@manages_roles
@require_POST
def user_resume(request, pk):
    """Open a stopped account again."""
    people.resume_person(user=get_object_or_404(User, pk=pk), by=request.user)
    messages.success(request, _("Đã mở lại tài khoản."))
    return redirect("roles:user", pk)


@manages_roles
@require_POST
def user_invite(request, pk):
    """Send the invitation again: a fresh link, the old one still good for one of the two."""
    person = get_object_or_404(User, pk=pk)
    try:
        _invite(request, person)
    except ValidationError as refusal:
        tell_refusal(request, refusal)
    return redirect("roles:user", pk)


@manages_roles
def role_give(request, pk):
    """Give a person a role in a unit."""
    person = get_object_or_404(User, pk=pk)
    form = GiveRoleForm(request.POST or None, initial={"since": today()})
    if request.method == "POST" and form.is_valid():
        try:
            role = roles.give_role(user=person, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            take_errors(form, refusal)
        else:
            messages.success(
                request,
                filled(
                    _("Đã giao vai trò %(role)s tại %(unit)s."),
                    {"role": role.get_kind_display(), "unit": role.unit.dated_name},
                ),
            )
            return redirect("roles:user", pk)
    return render(request, "communes/roles/role_form.html", {"form": form, "person": person})


@manages_roles
def role_end(request, pk):
    """Set a role's last day."""
    role = get_object_or_404(Role.objects.select_related("user", "unit"), pk=pk)
    form = EndRoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            roles.end_role(role=role, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            take_errors(form, refusal)
        else:
            messages.success(request, _("Đã ghi ngày kết thúc vai trò."))
            return redirect("roles:user", role.user_id)
    return render(request, "communes/roles/role_end.html", {"form": form, "role": role})
