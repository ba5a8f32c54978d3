"""Forms and filters for plans and their tasks."""

from crispy_forms.layout import Column, Fieldset, Row
from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from communes.keeping_forms import SHOWN, SeenMixin, helper_of, shown
from communes.models import Role, Unit
from communes.scope import units_in_scope
from ocop_portal.forms import PortalModelForm
from ocop_portal.search import FilterForm, matching

from .files import Upload, check_upload
from .models import Plan, PlanTask

SCAN_TYPES = ".pdf,.jpg,.jpeg,.png"


class PlanForm(SeenMixin, PortalModelForm):
    """A plan, with its scan."""

    scan = forms.FileField(
        label=_("Bản quét"),
        required=False,
        widget=forms.FileInput(attrs={"accept": SCAN_TYPES}),
        help_text=_("PDF hoặc ảnh của văn bản đã ký. Bản mới thay bản cũ."),
    )

    class Meta:
        model = Plan
        fields = [
            "unit",
            "number",
            "issued_on",
            "title",
            "issued_by",
            "first_year",
            "last_year",
            "source",
        ]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        units = units_in_scope(user, Role.Kind.DISTRICT_OFFICER).exclude(level=Unit.Level.COMMUNE)
        self.upload: Upload | None = None
        self.fields["unit"].queryset = units
        self.fields["number"].help_text = _("Ví dụ: 102/KH-UBND")
        self.fields["source"].help_text = _("Ghi khi thông tin lấy từ báo chí, văn bản đã công bố.")
        for name in ("first_year", "last_year"):
            self.fields[name].widget.attrs["inputmode"] = "numeric"
        own = list(units[:2])
        if len(own) == 1:
            self.initial.setdefault("unit", own[0].pk)
        self.helper = helper_of(
            "seen",
            Fieldset(
                _("Văn bản"),
                "unit",
                Row(Column("number"), Column("issued_on")),
                "title",
                "issued_by",
                Row(Column("first_year"), Column("last_year")),
            ),
            Fieldset(_("Tệp và nguồn"), "scan", "source"),
        )

    def clean_scan(self):
        """The scan, judged by its content."""
        uploaded = self.cleaned_data["scan"]
        if uploaded:
            self.upload = check_upload(uploaded)
        return uploaded


class PlanTaskForm(SeenMixin, PortalModelForm):
    """A task of a plan: what, who, how much, until when, and what came of it."""

    year = forms.TypedChoiceField(label=_("Năm"), coerce=int)

    class Meta:
        model = PlanTask
        fields = [
            "year",
            "code",
            "words",
            "responsible",
            "cooperating",
            "target",
            "target_unit",
            "measure",
            "due_on",
            "state",
            "result",
        ]
        widgets = {"words": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, year) for year in self.instance.plan.years]
        for name in ("measure", "state"):
            field = self.fields[name]
            field.choices = [(value, capfirst(label)) for value, label in field.choices]
        self.fields["target"].widget.attrs["inputmode"] = "numeric"
        self.helper = helper_of(
            "seen",
            Fieldset(_("Công việc"), Row(Column("year"), Column("code")), "words"),
            Fieldset(_("Ai làm"), "responsible", "cooperating"),
            Fieldset(
                _("Chỉ tiêu, thời hạn"),
                Row(Column("target"), Column("target_unit")),
                "measure",
                "due_on",
            ),
            Fieldset(_("Tình trạng"), "state", "result"),
        )


class PlanFilter(FilterForm):
    """What an officer looks for among the plans."""

    year = forms.IntegerField(label=_("Năm"), required=False)
    shown = forms.ChoiceField(label=_("Hiệu lực"), required=False, choices=SHOWN)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].widget.attrs["class"] = "form-control"

    def apply(self, plans: QuerySet[Plan]) -> QuerySet[Plan]:
        """The plans that fit."""
        wanted = self.wanted
        if wanted.get("year"):
            plans = plans.filter(first_year__lte=wanted["year"], last_year__gte=wanted["year"])
        return matching(shown(plans, wanted.get("shown")), wanted.get("q", ""))


class PlanTaskFilter(FilterForm):
    """What an officer looks for among the tasks of a plan."""

    year = forms.TypedChoiceField(label=_("Năm"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(label=_("Tình trạng"), required=False)
    shown = forms.ChoiceField(label=_("Hiệu lực"), required=False, choices=SHOWN)

    def __init__(self, *args, plan: Plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", _("Tất cả")), *((year, year) for year in plan.years)]
        self.fields["state"].choices = [
            ("", _("Tất cả")),
            *((value, capfirst(label)) for value, label in PlanTask.State.choices),
        ]

    def apply(self, tasks: QuerySet[PlanTask]) -> QuerySet[PlanTask]:
        """The tasks that fit."""
        wanted = self.wanted
        if wanted.get("year"):
            tasks = tasks.filter(year=wanted["year"])
        if wanted.get("state"):
            tasks = tasks.filter(state=wanted["state"])
        return matching(shown(tasks, wanted.get("shown")), wanted.get("q", ""))
