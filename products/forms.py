"""Forms of the register and of the yearly cycles: products, their photos, a cycle with its days."""

from crispy_forms.layout import HTML, Column, Div, Fieldset, Row
from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from communes.keeping_forms import helper_of
from communes.models import Role, Unit, today
from communes.scope import producers_for, units_in_scope
from ocop_portal import law
from ocop_portal.forms import PortalForm, PortalModelForm
from ocop_portal.lawbook import versions
from ocop_portal.page_language import filled, spaced

from .choices import MakerChoice
from .models import Cycle, Product, Step
from .register import CYCLE_TAKEN, namesake

CHOOSE = _("– Chọn –")
PHOTO_TYPES = ".jpg,.jpeg,.png,.heic,.heif,.webp,image/*"


def classification_choices() -> list[tuple]:
    """Every set of every Decision, the newest first, in groups; the value is "slug/number"."""
    decisions = law.decisions()[::-1]
    choices = []
    for decision in decisions:
        sets = versions.summaries(decision.slug)
        for branch in decision.branches:
            for group in branch.groups:
                label = (
                    branch.name if group.name == branch.name else f"{branch.name} – {group.name}"
                )
                if len(decisions) > 1:
                    label = f"{decision.number}: {label}"
                choices.append(
                    (
                        label,
                        [
                            (f"{decision.slug}/{s.number}", set_label(sets[s.number]))
                            for s in group.sets
                        ],
                    )
                )
    return choices


def set_label(summary: law.SetSummary) -> str:
    """A set as a list shows it, with a word where nothing can be scored by it."""
    label = f"{summary.number}. {summary.name}"
    if summary.usable:
        return label
    return filled(_("%(set)s (chưa có tiêu chí)"), {"set": label})


class ProductForm(PortalModelForm):
    """A product, for an officer; producers are those of the officer's scope."""

    classification = forms.ChoiceField(
        label=_("Bộ sản phẩm"),
        help_text=_(
            "Bộ ghi “chưa có tiêu chí” vẫn chọn được để đăng ký, nhưng chưa thể đưa ra đánh giá."
        ),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Product
        fields = [
            "name",
            "producer",
            "is_existing",
            "summary",
            "story",
            "packaging",
            "where_to_buy",
            "source",
            "is_active",
        ]
        widgets = {
            "story": forms.Textarea(attrs={"rows": 10}),
            "where_to_buy": forms.Textarea(attrs={"rows": 3}),
            "summary": forms.Textarea(attrs={"rows": 2}),
        }
        field_classes = {"producer": MakerChoice}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        producers = producers_for(user).filter(is_active=True)
        if self.instance.producer_id:
            # A product may stay with a producer that has stopped since.
            producers = (
                producers | producers_for(user).filter(pk=self.instance.producer_id)
            ).distinct()
        field = self.fields["producer"]
        field.queryset = producers.select_related("unit")
        self.has_producers = field.rows != []
        field.error_messages["required"] = _("Cần chọn chủ thể.")
        self.fields["name"].error_messages["required"] = _("Cần ghi tên sản phẩm.")
        self.fields["classification"].choices = [("", CHOOSE), *classification_choices()]
        self.fields["classification"].error_messages["required"] = _("Cần chọn bộ sản phẩm.")
        self.fields["source"].help_text = _("Ghi khi thông tin lấy từ báo chí, văn bản đã công bố.")
        self.fields["story"].help_text = _("Xuống dòng hai lần để sang đoạn mới.")
        if self.instance.pk:
            self.initial["classification"] = f"{self.instance.decision}/{self.instance.set_number}"
            self.fields["seen"].initial = self.instance.updated_at.isoformat()
        else:
            del self.fields["is_active"]
        self.helper = helper_of(
            "seen",
            Fieldset(
                _("Sản phẩm"),
                "name",
                "producer",
                "classification",
                "is_existing",
                *(["is_active"] if self.instance.pk else []),
            ),
            Fieldset(_("Giới thiệu"), "summary", "story"),
            Fieldset(_("Bán hàng"), "packaging", "where_to_buy"),
            Fieldset(_("Khác"), "source"),
        )

    def clean_classification(self) -> str:
        """Write Decision and set to the product; the choices hold no others."""
        value = self.cleaned_data["classification"]
        slug, _slash, number = value.rpartition("/")
        self.instance.decision, self.instance.set_number = slug, int(number)
        return value

    def clean_seen(self):
        """The moment as a value; None for what the page never sent."""
        try:
            return parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            return None

    def clean(self):
        data = super().clean()
        name, producer = data.get("name"), data.get("producer")
        if name and producer:
            other = namesake(name=name, producer_id=producer.pk, besides=self.instance.pk)
            if other:
                self.add_error(
                    "name",
                    filled(_("Chủ thể này đã có sản phẩm “%s”. Hãy ghi tên cho phân biệt."), other),
                )
        return data


class PhotoForm(PortalForm):
    """A photo for the public page; `photos.add_photo` looks at what it is."""

    image = forms.FileField(
        label=_("Ảnh"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": PHOTO_TYPES}),
        help_text=_("Ảnh JPG, PNG hoặc HEIC. Vị trí chụp và thông tin máy ảnh được xóa khi lưu."),
    )
    caption = forms.CharField(label=_("Chú thích"), max_length=200, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["image"].error_messages["required"] = _("Cần chọn ảnh.")
        self.helper = helper_of()


def decision_label(decision: law.Decision) -> str:
    """A Decision with the days in which it is in force."""
    first = decision.in_force_from.strftime("%d/%m/%Y")
    if decision.in_force_until is None:
        return filled(_("%(number)s (từ %(first)s)"), {"number": decision.number, "first": first})
    return filled(
        _("%(number)s (%(first)s – %(last)s)"),
        {
            "number": decision.number,
            "first": first,
            "last": decision.in_force_until.strftime("%d/%m/%Y"),
        },
    )


class CycleForm(PortalModelForm):
    """A cycle with the planned dates of its six steps: fields `starts_1`, `due_1`, … `due_6`."""

    decision = forms.ChoiceField(label=_("Quyết định áp dụng"))

    class Meta:
        model = Cycle
        fields = ["unit", "year", "decision", "plan_number", "plan_date", "note", "is_closed"]
        widgets = {"note": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, user, steps=(), **kwargs):
        super().__init__(*args, **kwargs)
        units = units_in_scope(user, Role.Kind.DISTRICT_OFFICER).exclude(level=Unit.Level.COMMUNE)
        self.fields["unit"].queryset = units
        self.fields["unit"].empty_label = CHOOSE
        self.fields["decision"].choices = [
            ("", CHOOSE),
            *((decision.slug, decision_label(decision)) for decision in law.decisions()),
        ]
        self.fields["decision"].help_text = _overlap_words()
        self.fields["plan_number"].help_text = _("Ví dụ: 102/KH-UBND")
        self.fields["year"].widget.attrs["inputmode"] = "numeric"
        for step in Step:
            self._add_dates(step)
        if self.instance.pk is None:
            del self.fields["is_closed"]
            own = list(units[:2])
            if len(own) == 1:
                self.initial.setdefault("unit", own[0].pk)
            in_force = [d for d in law.decisions() if d.in_force_on(today())]
            if in_force:
                self.initial.setdefault("year", today().year)
            # While two are in force at once the officer chooses: neither is more likely.
            if len(in_force) == 1:
                self.initial.setdefault("decision", in_force[0].slug)
        else:
            self.fields["is_closed"].help_text = _(
                "Chu trình đã khép lại thì không chuyển bước, không thêm giấy tờ được nữa."
            )
            for step in steps:
                self.initial[f"starts_{step.number}"] = step.starts_on
                self.initial[f"due_{step.number}"] = step.due_on
            if self.instance.entries.exists():
                # The entries were entered under these.
                for name in ("unit", "year", "decision"):
                    self.fields[name].disabled = True
                self.fields["decision"].help_text = _(
                    "Đã có sản phẩm tham gia nên không đổi đơn vị, năm, Quyết định được."
                )
        self.helper = helper_of(
            Fieldset(
                _("Chu trình"),
                Row(Column("unit", css_class="col-md-8"), Column("year", css_class="col-md-4")),
                "decision",
                Row(
                    Column("plan_number", css_class="col-md-6"),
                    Column("plan_date", css_class="col-md-6"),
                ),
            ),
            Fieldset(
                _("Ngày của sáu bước"),
                *(
                    Div(
                        HTML(filled('<p class="step-name">%s. %s</p>', (step.value, step.label))),
                        Row(
                            Column(f"starts_{step.value}", css_class="col-6"),
                            Column(f"due_{step.value}", css_class="col-6"),
                        ),
                        css_class="step-dates",
                    )
                    for step in Step
                ),
            ),
            Fieldset(_("Khác"), "note", *(["is_closed"] if self.instance.pk else [])),
        )

    def _add_dates(self, step: Step) -> None:
        for name, label in (
            (f"starts_{step.value}", filled(_("Bước %d từ ngày"), step.value)),
            (f"due_{step.value}", filled(_("Hạn bước %d"), step.value)),
        ):
            self.fields[name] = forms.DateField(
                label=label,
                required=False,
                widget=forms.DateInput(
                    format="%d/%m/%Y",
                    attrs={"placeholder": "dd/mm/yyyy", "inputmode": "numeric"},
                ),
            )

    @property
    def dates(self) -> dict[int, tuple]:
        """Step → (first day, last day)."""
        data = self.cleaned_data
        return {n: (data.get(f"starts_{n}"), data.get(f"due_{n}")) for n in Step.values}

    def clean(self):
        data = super().clean()
        for number, (starts_on, due_on) in self.dates.items():
            if starts_on and due_on and due_on < starts_on:
                self.add_error(f"due_{number}", _("Hạn phải sau ngày bắt đầu."))
        unit, year, slug = data.get("unit"), data.get("year"), data.get("decision")
        if unit and year:
            same = Cycle.objects.filter(unit=unit, year=year).exclude(pk=self.instance.pk)
            if same.exists():
                self.add_error("year", CYCLE_TAKEN)
        if year and slug and not self.fields["decision"].disabled:
            decision = law.decision(slug)
            if not _in_force_in(decision, year):
                self.add_error(
                    "decision",
                    filled(
                        _("Năm %(year)s không có ngày nào Quyết định này còn hiệu lực."),
                        {"year": year},
                    ),
                )
        return data

    def _get_validation_exclusions(self):
        # The pair (unit, year) is checked above, beside the field.
        return super()._get_validation_exclusions() | {"unit"}


def _overlap_words() -> str:
    """Which Decisions are in force at once, and when: then the officer chooses, and says why."""
    words = []
    for earlier in law.decisions():
        for later in law.decisions():
            first, last = later.in_force_from, earlier.in_force_until
            if earlier.in_force_from < first and last and first <= last:
                words.append(
                    filled(
                        _(
                            "Từ %(first)s đến %(last)s, %(earlier)s và %(later)s cùng có hiệu lực: chọn "
                            "Quyết định mà chu trình áp dụng, ghi căn cứ vào Ghi chú."
                        ),
                        {
                            "first": first.strftime("%d/%m/%Y"),
                            "last": last.strftime("%d/%m/%Y"),
                            "earlier": earlier.number,
                            "later": later.number,
                        },
                    )
                )
    return spaced(*words)


def _in_force_in(decision: law.Decision, year: int) -> bool:
    """Whether the Decision is in force on some day of the year."""
    until = decision.in_force_until
    return decision.in_force_from.year <= year and (until is None or year <= until.year)
