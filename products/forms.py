"""Forms for products, cycles, entries and their papers."""

from itertools import groupby

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Column, Div, Fieldset, Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from communes.models import Role, Unit, today
from communes.scope import producers_for, units_in_scope
from ocop_portal import law
from ocop_portal.forms import PortalForm, PortalModelForm
from ocop_portal.lawbook import versions

from .cycle import suggested_sets
from .files import ACCEPTED, FileRefused, Upload, check_upload
from .models import Cycle, Entry, Paper, Product, Step
from .register import CYCLE_TAKEN, mark_of, namesake
from .scope import products_for

CHOOSE = _("– Chọn –")
PHOTO_TYPES = ".jpg,.jpeg,.png,.heic,.heif,.webp,image/*"


def _helper(*rows) -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    if rows:
        helper.layout = Layout(*rows)
    return helper


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
                            (f"{decision.slug}/{s.number}", _set_label(sets[s.number]))
                            for s in group.sets
                        ],
                    )
                )
    return choices


def _set_label(summary: law.SetSummary) -> str:
    label = f"{summary.number}. {summary.name}"
    if summary.usable:
        return label
    return _("%(set)s (chưa có tiêu chí)") % {"set": label}


def _grouped(rows, unit_of) -> list[tuple]:
    """Choices of a select, by the name of the commune."""
    ordered = sorted(rows, key=lambda row: (unit_of(row).search, unit_of(row).pk, row.search))
    return [
        ("", CHOOSE),
        *(
            (unit.dated_name, [(row.pk, str(row)) for row in found])
            for unit, found in groupby(ordered, key=unit_of)
        ),
    ]


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

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        producers = producers_for(user).filter(is_active=True)
        if self.instance.producer_id:
            # A product may stay with a producer that has stopped since.
            producers = (
                producers | producers_for(user).filter(pk=self.instance.producer_id)
            ).distinct()
        producers = producers.select_related("unit")
        field = self.fields["producer"]
        field.queryset = producers
        self.has_producers = bool(producers)
        field.choices = _grouped(producers, lambda producer: producer.unit)
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
        self.helper = _helper(
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
                    _("Chủ thể này đã có sản phẩm “%s”. Hãy ghi tên cho phân biệt.") % other,
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
        self.helper = _helper()


def decision_label(decision: law.Decision) -> str:
    """A Decision with the days in which it is in force."""
    first = decision.in_force_from.strftime("%d/%m/%Y")
    if decision.in_force_until is None:
        return _("%(number)s (từ %(first)s)") % {"number": decision.number, "first": first}
    return _("%(number)s (%(first)s – %(last)s)") % {
        "number": decision.number,
        "first": first,
        "last": decision.in_force_until.strftime("%d/%m/%Y"),
    }


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
        self.helper = _helper(
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
                        HTML(f'<p class="step-name">{step.value}. {step.label}</p>'),
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
            (f"starts_{step.value}", _("Bước %d từ ngày") % step.value),
            (f"due_{step.value}", _("Hạn bước %d") % step.value),
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
                    _("Năm %(year)s không có ngày nào Quyết định này còn hiệu lực.")
                    % {"year": year},
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
                    _(
                        "Từ %(first)s đến %(last)s, %(earlier)s và %(later)s cùng có hiệu lực: chọn "
                        "Quyết định mà chu trình áp dụng, ghi căn cứ vào Ghi chú."
                    )
                    % {
                        "first": first.strftime("%d/%m/%Y"),
                        "last": last.strftime("%d/%m/%Y"),
                        "earlier": earlier.number,
                        "later": later.number,
                    }
                )
    return " ".join(str(text) for text in words)


def _in_force_in(decision: law.Decision, year: int) -> bool:
    """Whether the Decision is in force on some day of the year."""
    until = decision.in_force_until
    return decision.in_force_from.year <= year and (until is None or year <= until.year)


class EntryForm(PortalForm):
    """A product that takes part in a cycle, with its idea.

    A product that is classified by another Decision needs its set under the cycle's Decision: the
    form suggests one where the names make it plain, and the officer confirms by sending it again.
    """

    product = forms.ModelChoiceField(
        label=_("Sản phẩm"),
        queryset=Product.objects.none(),
        error_messages={"invalid_choice": _("Sản phẩm này không thêm vào chu trình được.")},
    )
    set_number = forms.TypedChoiceField(
        label=_("Bộ sản phẩm"), required=False, coerce=int, empty_value=None
    )
    idea = forms.CharField(
        label=_("Ý tưởng"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "Sản phẩm là gì, vì sao là của địa phương, cần hỗ trợ gì. Có thể viết tiếp sau."
        ),
    )

    def __init__(self, *args, user, cycle: Cycle, **kwargs):
        super().__init__(*args, **kwargs)
        self.cycle = cycle
        products = (
            products_for(user)
            .filter(is_active=True, producer__unit__covered_by__holder=cycle.unit_id)
            .exclude(entries__cycle=cycle)
            .select_related("producer__unit")
        )
        self.fields["product"].queryset = products
        self.fields["product"].error_messages["required"] = _("Cần chọn sản phẩm.")
        self.has_products = bool(products)
        self.fields["product"].choices = _grouped(products, lambda p: p.producer.unit)
        chosen = self.fields["set_number"]
        chosen.choices = [
            ("", CHOOSE),
            *(
                (branch.name, [(s.number, _set_label(s)) for g in branch.groups for s in g.sets])
                for branch in cycle.law.branches
            ),
        ]
        chosen.help_text = (
            _(
                "Theo %s. Chỉ cần chọn khi sản phẩm đang xếp theo Quyết định khác; nếu không, sản phẩm "
                "giữ bộ của mình."
            )
            % cycle.law.number
        )
        self.helper = _helper("product", "set_number", "idea")

    def clean(self):
        data = super().clean()
        product = data.get("product")
        if product is None or "set_number" in self.errors:
            return data
        if product.decision == self.cycle.decision:
            data["set_number"] = product.set_number
        elif data["set_number"] is None:
            self._suggest(product)
        return data

    def _suggest(self, product: Product) -> None:
        """Ask for the set, with the one that the names make plain already in the box."""
        decision = law.decision(product.decision)
        words = {
            "old": f"{product.set_number}. {product.set_name}",
            "law": decision.number,
            "new_law": self.cycle.law.number,
        }
        found = suggested_sets(product, self.cycle.law)
        if len(found) == 1:
            self.data["set_number"] = found[0].number  # a copy of what was sent
            words["set"] = f"{found[0].number}. {found[0].name}"
            text = _(
                "Sản phẩm đang xếp bộ “%(old)s” của %(law)s. Gợi ý theo %(new_law)s: “%(set)s”. "
                "Hãy xem lại rồi gửi lại để xác nhận."
            )
        else:
            words["sets"] = "; ".join(f"{s.number}. {s.name}" for s in found)
            text = (
                _(
                    "Sản phẩm đang xếp bộ “%(old)s” của %(law)s. Chọn bộ theo %(new_law)s; có thể "
                    "là: %(sets)s."
                )
                if found
                else _("Sản phẩm đang xếp bộ “%(old)s” của %(law)s. Chọn bộ theo %(new_law)s.")
            )
        self.add_error("set_number", text % words)


class IdeaForm(PortalModelForm):
    """The wording of an idea."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Entry
        fields = ["idea"]
        widgets = {"idea": forms.Textarea(attrs={"rows": 8})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = mark_of(self.instance.idea)
        self.helper = _helper()


class PaperForm(PortalModelForm):
    """A paper of the dossier; which fields depends on the item of the Decision's dossier list.

    After `is_valid`, `upload` is the checked file, or None where none came.
    """

    file = forms.FileField(label=_("Tệp"), allow_empty_file=True)

    class Meta:
        model = Paper
        fields = ["file", "quantity", "number", "issued_by", "issued_on", "valid_until", "note"]

    def __init__(self, *args, item: law.DossierItem, limit_mb: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.item = item
        self.upload: Upload | None = None
        file = self.fields["file"]
        file.widget = forms.FileInput(attrs={"accept": ",".join(sorted(ACCEPTED.values()))})
        file.error_messages["required"] = _("Cần chọn tệp.")
        file.help_text = (
            _("PDF, ảnh JPG, PNG, HEIC, Word (.docx) hoặc Excel (.xlsx); nhiều nhất %s MB.")
            % limit_mb
        )
        if item.form == "physical":
            for name in ("number", "issued_by", "valid_until"):
                del self.fields[name]
            file.required = False
            file.label = _("Biên bản giao nhận")
            self.fields["issued_on"].label = _("Ngày nhận")
            quantity = self.fields["quantity"]
            quantity.required = True
            quantity.min_value = 1
            quantity.help_text = _("Số nhận lần này; cộng các lần cần đủ %s.") % (
                item.quantity or 1
            )
            quantity.error_messages["required"] = _("Cần ghi số lượng nhận.")
            quantity.error_messages["invalid"] = _("Nhập số nguyên.")
            quantity.widget.attrs.update(min=1, inputmode="numeric")
            self.helper = _helper(
                Row(
                    Column("quantity", css_class="col-md-6"),
                    Column("issued_on", css_class="col-md-6"),
                ),
                "file",
                "note",
            )
        else:
            del self.fields["quantity"]
            self.fields["valid_until"].help_text = _("Bỏ trống nếu giấy không ghi thời hạn.")
            self.helper = _helper(
                "file",
                Row(
                    Column("number", css_class="col-md-6"),
                    Column("issued_by", css_class="col-md-6"),
                ),
                Row(
                    Column("issued_on", css_class="col-md-6"),
                    Column("valid_until", css_class="col-md-6"),
                ),
                "note",
            )

    def clean_file(self):
        uploaded = self.cleaned_data.get("file")
        if uploaded:
            try:
                self.upload = check_upload(uploaded)
            except FileRefused as refused:
                raise ValidationError(str(refused)) from refused
        # The file is stored by `dossier.attach_paper`, under a name of our own.
        return None

    def clean_quantity(self):
        quantity = self.cleaned_data.get("quantity")
        if self.item.form == "physical" and quantity == 0:
            raise ValidationError(_("Số lượng phải lớn hơn 0."))
        return quantity

    def clean_issued_on(self):
        day = self.cleaned_data.get("issued_on")
        if day and day > today():
            raise ValidationError(_("Ngày này chưa tới."))
        return day

    def clean(self):
        data = super().clean()
        issued, until = data.get("issued_on"), data.get("valid_until")
        if issued and until and until < issued:
            self.add_error("valid_until", _("Ngày hết giá trị phải sau ngày cấp."))
        return data


class ReasonForm(PortalForm):
    """Why a paper is withdrawn."""

    reason = forms.CharField(
        label=_("Lý do rút"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].error_messages["required"] = _("Cần ghi lý do rút giấy tờ.")
        self.helper = _helper()


class SelfAssessmentForm(PortalForm):
    """The link of a rehearsal, as the producer sends it."""

    link = forms.CharField(
        label=_("Liên kết của phiếu tự đánh giá"),
        max_length=6_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("Chủ thể bấm “Chia sẻ” ở trang Tự đánh giá rồi gửi liên kết cho cán bộ."),
        error_messages={"required": _("Cần dán liên kết của phiếu tự đánh giá.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = _helper()


class MoveForm(PortalForm):
    """What comes with a move: its name, the state that the officer saw, the reason, the consent."""

    move = forms.SlugField()
    expected = forms.ChoiceField(choices=Entry.State.choices, required=False)
    reason = forms.CharField(required=False, max_length=5_000)
    despite = forms.BooleanField(required=False)  # what the page warned of was read
