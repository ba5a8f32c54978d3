"""Officers' pages of training classes and of who was there."""

from crispy_forms.layout import Column, Fieldset, Row
from django import forms
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ocop_portal.forms import PortalModelForm
from ocop_portal.pages import crumbs, page_of
from ocop_portal.search import FilterForm, matching

from . import scope
from .apparatus_training import (
    save_attendance,
    save_training,
    units_at,
    withdraw_attendance,
    withdraw_training,
)
from .history import entries_of
from .keeping_forms import SHOWN, SeenMixin, WithdrawForm, helper_of, shown
from .keeping_views import edit_page, posted, withdraw_page
from .models import Attendance, Role, TrainingClass, Unit

officers_only = permission_required("communes.list_apparatus", raise_exception=True)


class TrainingForm(SeenMixin, PortalModelForm):
    """A class, sent to by one of the officer's districts."""

    class Meta:
        model = TrainingClass
        fields = ["unit", "title", "level", "organiser", "place", "starts_on", "ends_on", "note"]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        units = scope.units_in_scope(user, Role.Kind.DISTRICT_OFFICER)
        self.fields["unit"].queryset = units.exclude(level=Unit.Level.COMMUNE)
        own = list(self.fields["unit"].queryset[:2])
        if len(own) == 1:
            self.initial.setdefault("unit", own[0].pk)
        level = self.fields["level"]
        level.choices = [(value, capfirst(label)) for value, label in level.choices]
        self.helper = helper_of(
            "seen",
            Fieldset(_("Lớp"), "unit", "title", "level", "organiser", "place"),
            Fieldset(_("Thời gian"), Row(Column("starts_on"), Column("ends_on")), "note"),
        )


class AttendanceForm(PortalModelForm):
    """A person who was at a class, for one of the communes of its day or for the district."""

    class Meta:
        model = Attendance
        fields = ["unit", "person", "duty"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        training = self.instance.training
        self.fields["unit"].queryset = Unit.objects.filter(
            Q(pk__in=units_at(training).values("pk")) | Q(pk=training.unit_id)
        )
        self.helper = helper_of()


class TrainingFilter(FilterForm):
    """What an officer looks for among the classes."""

    level = forms.ChoiceField(label=_("Cấp tổ chức"), required=False)
    shown = forms.ChoiceField(label=_("Hiệu lực"), required=False, choices=SHOWN)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [
            ("", _("Tất cả")),
            *((value, capfirst(label)) for value, label in TrainingClass.Level.choices),
        ]

    def apply(self, trainings):
        """The classes that fit."""
        wanted = self.wanted
        if wanted.get("level"):
            trainings = trainings.filter(level=wanted["level"])
        return matching(shown(trainings, wanted.get("shown")), wanted.get("q", ""))


def _crumbs(*more: tuple[str, str]) -> list[dict]:
    return crumbs((_("Tập huấn"), reverse("communes:trainings")), *more)


@require_safe
@officers_only
def trainings(request):
    """The classes that concern the officer's units, the latest first."""
    wanted = TrainingFilter(request.GET)
    found = (
        wanted.apply(scope.trainings_for(request.user))
        .annotate(
            people=Count("attended", filter=Q(attended__withdrawn_at__isnull=True), distinct=True)
        )
        .order_by("-starts_on", "-pk")
    )
    return render(
        request,
        "communes/apparatus/trainings.html",
        {
            "filter": wanted,
            "page_obj": page_of(request, found),
            "may_add": request.user.has_perm("communes.add_training"),
        },
    )


def _find(request, pk: int) -> TrainingClass:
    return get_object_or_404(
        scope.trainings_for(request.user).select_related("unit", "withdrawn_by"), pk=pk
    )


def _find_own(request, pk: int) -> TrainingClass:
    """A class that the person may change; 403 where they may only read of it."""
    found = _find(request, pk)
    if not request.user.has_perm("communes.change_training", found):
        raise PermissionDenied
    return found


@require_safe
@officers_only
def training(request, pk: int):
    """One class: who was there, which communes sent nobody, history."""
    found = _find(request, pk)
    people = list(found.attended.in_force().select_related("unit"))
    present = {row.unit_id for row in people}
    communes = list(units_at(found))
    return render(
        request,
        "communes/apparatus/training.html",
        {
            "training": found,
            "people": people,
            "communes": communes,
            "absent": [unit for unit in communes if unit.pk not in present],
            "withdrawn": list(
                found.attended.filter(withdrawn_at__isnull=False).select_related("unit")
            ),
            "may_change": found.withdrawn_at is None
            and request.user.has_perm("communes.change_training", found),
            "history": entries_of(found),
            "breadcrumbs": _crumbs((found.title, "")),
        },
    )


@officers_only
def training_add(request):
    """Enter a class."""
    if not request.user.has_perm("communes.add_training"):
        raise PermissionDenied
    form = TrainingForm(posted(request), user=request.user)
    return _edit(request, form, title=_("Ghi lớp tập huấn"), back=reverse("communes:trainings"))


@officers_only
def training_edit(request, pk: int):
    """Change a class."""
    found = _find_own(request, pk)
    form = TrainingForm(posted(request), instance=found, user=request.user)
    return _edit(request, form, title=_("Sửa lớp tập huấn"), back=found.get_absolute_url())


def _edit(request, form: TrainingForm, *, title: str, back: str):
    def save():
        return save_training(
            training=form.instance, by=request.user, seen=form.cleaned_data["seen"]
        )

    return edit_page(request, form, save, title=title, back=back, path=_crumbs((title, "")))


@officers_only
def training_withdraw(request, pk: int):
    """Ask why, then withdraw a class."""
    found = _find_own(request, pk)
    form = WithdrawForm(posted(request))
    return withdraw_page(
        request,
        form,
        lambda: withdraw_training(
            training=found, by=request.user, reason=form.cleaned_data["reason"]
        ),
        title=_("Rút lớp tập huấn"),
        lead=found.title,
        back=found.get_absolute_url(),
        path=_crumbs((found.title, found.get_absolute_url()), (_("Rút"), "")),
    )


@officers_only
def attendance_add(request, pk: int):
    """Add a person to the list of a class."""
    found = _find_own(request, pk)
    form = AttendanceForm(posted(request), instance=Attendance(training=found))
    title = _("Thêm người dự")
    return edit_page(
        request,
        form,
        lambda: save_attendance(attendance=form.instance, by=request.user),
        title=title,
        back=found.get_absolute_url(),
        path=_crumbs((found.title, found.get_absolute_url()), (title, "")),
    )


@officers_only
def attendance_withdraw(request, pk: int):
    """Ask why, then take a person off the list of a class."""
    row = get_object_or_404(Attendance.objects.select_related("unit"), pk=pk)
    found = _find_own(request, row.training_id)
    form = WithdrawForm(posted(request))
    return withdraw_page(
        request,
        form,
        lambda: withdraw_attendance(
            attendance=row, by=request.user, reason=form.cleaned_data["reason"]
        ),
        title=_("Rút người dự"),
        lead=f"{row.person} – {row.unit}",
        back=found.get_absolute_url(),
        path=_crumbs((found.title, found.get_absolute_url()), (_("Rút người dự"), "")),
    )
