"""Forms and filters of promotion, value chains and flagship products."""

from crispy_forms.layout import Column, Fieldset, Row
from django import forms
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from communes.filters import UnitChoice
from communes.keeping_forms import SHOWN, SeenMixin, helper_of, shown
from communes.models import Producer, Role, Unit
from communes.scope import OFFICERS, units_in_scope
from ocop_portal.forms import AmountField, PortalModelForm, WholeNumberField
from ocop_portal.search import FilterForm, matching, words_of

from .choices import MakerChoice, ProductChoice
from .files import Upload, check_upload
from .models import (
    Chain,
    ChainLink,
    Contract,
    Fair,
    FairPhoto,
    FairProduct,
    Flagship,
    GapTask,
    OnlineShop,
    Product,
    SalesPoint,
)
from .scope import products_for

ANY = ("", _("Tất cả"))


def capitalised(choices) -> list[tuple]:
    """Choices with a capital, as a list shows them."""
    return [(value, capfirst(label)) for value, label in choices]


class RowForm(SeenMixin, PortalModelForm):
    """A row of these topics; `upload` is its checked file, None where none came."""

    upload: Upload | None = None
    layout: tuple = ()

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        if "product" in self.fields:
            self.fields["product"].queryset = products_for(user).select_related("producer__unit")
        if "unit" in self.fields:
            units = units_in_scope(user, Role.Kind.DISTRICT_OFFICER)
            self.fields["unit"].queryset = units.exclude(level=Unit.Level.COMMUNE)
            own = list(self.fields["unit"].queryset[:2])
            if len(own) == 1:
                self.initial.setdefault("unit", own[0].pk)
        for field in self.fields.values():
            if isinstance(field, forms.TypedChoiceField):
                field.choices = capitalised(field.choices)
            elif isinstance(field, forms.IntegerField) and not isinstance(field, WholeNumberField):
                field.widget = forms.NumberInput(attrs={"min": 0, "inputmode": "numeric"})
            if isinstance(field, forms.DecimalField):
                field.localize = True
                field.widget = forms.TextInput(attrs={"inputmode": "decimal"})
                field.widget.is_localized = True
        self.helper = helper_of("seen", *self.layout)

    def clean(self):
        found = super().clean()
        first, last = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("Ngày cuối phải từ ngày đầu trở đi."))
        return found

    def clean_scan(self):
        """The file, judged by its content."""
        uploaded = self.cleaned_data["scan"]
        if uploaded:
            self.upload = check_upload(uploaded)
        return uploaded


def scan_field(**how) -> forms.FileField:
    """The field for a private file."""
    return forms.FileField(
        label=_("Tệp"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.heic,.docx,.xlsx"}),
        **{"help_text": _("PDF, ảnh, Word hoặc Excel. Tệp mới thay tệp cũ."), **how},
    )


class FairForm(RowForm):
    """A fair or event."""

    layout = (
        "unit",
        "name",
        "organiser",
        Row(Column("place"), Column("where")),
        Row(Column("starts_on"), Column("ends_on")),
        "source",
        "note",
    )

    class Meta:
        model = Fair
        fields = [
            *("unit", "name", "organiser", "place", "where"),
            *("starts_on", "ends_on", "source", "note"),
        ]


class FairProductForm(RowForm):
    """A product at a fair."""

    layout = ("product", "booth", Row(Column("sales"), Column("contracts_signed")), "note")

    class Meta:
        model = FairProduct
        fields = ["product", "booth", "sales", "contracts_signed", "note"]
        field_classes = {
            "product": ProductChoice,
            "sales": WholeNumberField,
            "contracts_signed": WholeNumberField,
        }


class FairPhotoForm(RowForm):
    """A photo of a fair."""

    scan = scan_field(help_text=_("Ảnh JPG hoặc PNG."))

    class Meta:
        model = FairPhoto
        fields = ["caption"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["scan"].label = _("Ảnh")
        self.fields["scan"].required = True
        self.helper = helper_of("scan", "caption")

    def clean_scan(self):
        """A picture that a browser shows."""
        uploaded = super().clean_scan()
        if self.upload and self.upload.content_type not in {"image/jpeg", "image/png"}:
            raise forms.ValidationError(_("Hãy chọn ảnh JPG hoặc PNG."))
        return uploaded


class SalesPointForm(RowForm):
    """A point of sale of a product."""

    layout = (
        "product",
        Row(Column("name"), Column("kind")),
        "address",
        Row(Column("latitude"), Column("longitude")),
        Row(Column("starts_on"), Column("ends_on")),
        "source",
        "note",
    )

    class Meta:
        model = SalesPoint
        fields = [
            *("product", "name", "kind", "address", "latitude", "longitude"),
            *("starts_on", "ends_on", "source", "note"),
        ]
        field_classes = {"product": ProductChoice}


class OnlineShopForm(RowForm):
    """Where a product is sold online."""

    layout = ("product", "platform", "url", Row(Column("starts_on"), Column("ends_on")), "note")

    class Meta:
        model = OnlineShop
        fields = ["product", "platform", "url", "starts_on", "ends_on", "note"]
        field_classes = {"product": ProductChoice}


class ContractForm(RowForm):
    """A contract of sale, with its scan."""

    scan = scan_field()
    layout = (
        Fieldset(_("Hợp đồng"), "product", "buyer", Row(Column("number"), Column("signed_on"))),
        Fieldset(_("Khối lượng, giá trị"), Row(Column("volume"), Column("volume_unit")), "value"),
        Fieldset(_("Thời hạn, tệp"), Row(Column("starts_on"), Column("ends_on")), "scan", "note"),
    )

    class Meta:
        model = Contract
        fields = [
            *("product", "buyer", "number", "signed_on", "volume", "volume_unit", "value"),
            *("starts_on", "ends_on", "note"),
        ]
        field_classes = {
            "product": ProductChoice,
            "volume": AmountField,
            "value": WholeNumberField,
        }


class ChainForm(RowForm):
    """A value chain."""

    layout = ("unit", "name", "goods", "source", "note")

    class Meta:
        model = Chain
        fields = ["unit", "name", "goods", "source", "note"]


class ChainLinkForm(RowForm):
    """A party of a chain."""

    scan = scan_field(help_text=_("Bản quét hợp đồng, nếu có. Tệp mới thay tệp cũ."))
    layout = (
        Fieldset(_("Ai"), "part", Row(Column("producer"), Column("name")), "commune"),
        Fieldset(_("Quy mô"), Row(Column("area"), Column("households")), "volume"),
        Fieldset(
            _("Hợp đồng"),
            "contract_number",
            Row(Column("starts_on"), Column("ends_on")),
            "scan",
            "note",
        ),
    )

    class Meta:
        model = ChainLink
        fields = [
            *("part", "producer", "name", "commune", "area", "households", "volume"),
            *("contract_number", "starts_on", "ends_on", "note"),
        ]
        field_classes = {
            "producer": MakerChoice,
            "commune": UnitChoice,
            "area": AmountField,
            "households": WholeNumberField,
            "volume": AmountField,
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        units = units_in_scope(user, *OFFICERS)
        producers = Producer.objects.filter(unit__in=units.values("pk"))
        self.fields["producer"].queryset = producers.select_related("unit")
        self.fields["commune"].queryset = units.filter(level=Unit.Level.COMMUNE)


class FlagshipForm(RowForm):
    """A flagship product and its target."""

    layout = ("product", Row(Column("target_star"), Column("level"), Column("year")), "note")

    class Meta:
        model = Flagship
        fields = ["product", "target_star", "level", "year", "note"]
        field_classes = {"product": ProductChoice}


class GapTaskForm(RowForm):
    """What is done for a gap."""

    layout = (
        "criterion",
        "words",
        Row(Column("who"), Column("due_on")),
        Row(Column("done_on"), Column("result")),
    )

    class Meta:
        model = GapTask
        fields = ["criterion", "words", "who", "due_on", "done_on", "result"]

    def __init__(self, *args, criteria=None, **kwargs):
        super().__init__(*args, **kwargs)
        leaves = [] if criteria is None else criteria.leaves
        choices = [(leaf.code, f"{leaf.code}. {leaf.title}") for leaf in leaves]
        own = self.instance.criterion
        if self.instance.pk and own and own not in dict(choices):
            choices.append((own, own))  # of an earlier version of the set
        field = forms.ChoiceField(
            label=_("Tiêu chí"), required=False, choices=[("", _("Việc chung")), *choices]
        )
        self.fields["criterion"] = field


# --- Filters ----------------------------------------------------------------------------------


class RowFilter(FilterForm):
    """Words, and whether withdrawn rows are shown; `narrow`: further fields, by their names."""

    shown = forms.ChoiceField(label=_("Hiệu lực"), required=False, choices=SHOWN)
    narrow: dict[str, tuple] = {}
    day: str = ""  # the date whose year can be chosen
    of_product = True  # found by the words of its product and producer too

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        last = self.fields.pop("shown")
        for name, (label, choices) in self.narrow.items():
            self.fields[name] = forms.ChoiceField(
                label=label,
                required=False,
                choices=[ANY, *capitalised(choices)],
                widget=forms.Select(attrs={"class": "form-select"}),
            )
        if self.day:
            self.fields["year"] = forms.IntegerField(
                label=_("Năm"),
                required=False,
                min_value=1990,
                max_value=2100,
                widget=forms.NumberInput(attrs={"class": "form-control"}),
            )
        self.fields["shown"] = last

    def apply(self, rows, *, to_count: bool = False):
        """The rows that fit. `to_count`: the same ones, asked for so that they are quickly counted.

        A page is found by going from row to row; to count all, products are only looked at for a
        word that the rows themselves do not hold.
        """
        wanted = self.wanted
        for name in self.narrow:
            if wanted.get(name):
                rows = rows.filter(**{name: wanted[name]})
        if self.day and wanted.get("year"):
            rows = rows.filter(**{f"{self.day}__year": wanted["year"]})
        rows = shown(rows, wanted.get("shown"))
        if not self.of_product:
            return matching(rows, wanted.get("q", ""))
        for word in words_of(wanted.get("q", "")):
            found = Q(search__contains=word)
            for column in ("search", "producer__search"):
                if to_count:
                    products = Product.objects.filter(**{f"{column}__contains": word})
                    found |= Q(product__in=products.values("pk"))
                else:
                    found |= Q(**{f"product__{column}__contains": word})
            rows = rows.filter(found)
        return rows


class FairFilter(RowFilter):
    narrow = {"where": (_("Nơi tổ chức"), Fair.Place.choices)}
    day = "starts_on"
    of_product = False


class SalesPointFilter(RowFilter):
    narrow = {"kind": (_("Loại điểm bán"), SalesPoint.Kind.choices)}


class ContractFilter(RowFilter):
    day = "ends_on"


class ChainFilter(RowFilter):
    of_product = False


class FlagshipFilter(RowFilter):
    narrow = {
        "level": (_("Cấp"), Flagship.Level.choices),
        "target_star": (_("Hạng sao hướng tới"), Flagship._meta.get_field("target_star").choices),
    }
