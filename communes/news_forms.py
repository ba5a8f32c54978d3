"""Forms and filters for news, notices and the document library."""

from crispy_forms.layout import Column, Fieldset, Row
from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ocop_portal.forms import PortalModelForm
from ocop_portal.search import FilterForm, matching

from .filters import UnitChoice, offer_units
from .keeping_forms import SeenMixin, helper_of
from .kept_files_forms import KeptFileForm
from .models import Document, NewsItem, Unit, today
from .publishable import State

EVERY = ("", _("Tất cả"))


class NewsForm(SeenMixin, PortalModelForm):
    """A piece of news or a notice, by one of the officer's units."""

    unit = UnitChoice(label=_("Đơn vị đăng"), queryset=Unit.objects.none())

    class Meta:
        model = NewsItem
        fields = ["unit", "kind", "title", "text", "day", "ends_on"]
        widgets = {"text": forms.Textarea(attrs={"rows": 12})}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        offer_units(self, user)
        if not self.instance.pk:
            self.initial.setdefault("day", today())
        self.helper = helper_of(
            "seen",
            Fieldset(_("Bài"), Row(Column("kind"), Column("unit")), "title", "text"),
            Fieldset(_("Thời gian đăng"), Row(Column("day"), Column("ends_on"))),
        )

    def clean(self):
        found = super().clean()
        first, last = self.cleaned_data.get("day"), self.cleaned_data.get("ends_on")
        if last and self.cleaned_data.get("kind") != NewsItem.Kind.NOTICE:
            self.add_error("ends_on", _("Chỉ thông báo mới có ngày thôi đăng. Hãy để trống."))
        elif first and last and last < first:
            self.add_error("ends_on", _("Ngày cuối phải từ ngày đầu trở đi."))
        return found


class DocumentForm(SeenMixin, PortalModelForm):
    """A document of the library, kept by one of the officer's units."""

    unit = UnitChoice(label=_("Đơn vị đăng"), queryset=Unit.objects.none())

    class Meta:
        model = Document
        fields = ["unit", "kind", "title", "number", "issued_on", "issued_by"]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        offer_units(self, user)
        self.helper = helper_of(
            "seen",
            Fieldset(_("Văn bản"), Row(Column("kind"), Column("unit")), "title"),
            Fieldset(_("Ban hành"), Row(Column("number"), Column("issued_on")), "issued_by"),
        )


class NewsFileForm(KeptFileForm):
    """A paper or photo of a news item: everybody may open it once the item is published."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "Ảnh, PDF, Word hoặc Excel. Ai cũng mở được khi bài đã công bố."
        )
        self.fields["caption"].help_text = ""


class DocumentFileForm(KeptFileForm):
    """The current file of a document; the one before stays in the office."""

    caption = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "PDF, Word, Excel hoặc ảnh. Bản trước được giữ lại cho cán bộ xem."
        )


class KindFilter(FilterForm):
    """What a visitor looks for: words, and a kind out of the model's."""

    kind = forms.ChoiceField(required=False)

    def __init__(self, *args, model, label, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].label = label
        self.fields["kind"].choices = [EVERY, *model.Kind.choices]

    def apply(self, rows):
        """The rows that fit."""
        wanted = self.wanted
        if wanted.get("kind"):
            rows = rows.filter(kind=wanted["kind"])
        return matching(rows, wanted.get("q", ""))


class OfficeFilter(KindFilter):
    """What an officer looks for: the state besides."""

    state = forms.ChoiceField(
        label=_("Trạng thái"),
        required=False,
        choices=[EVERY, *((value, capfirst(label)) for value, label in State.choices)],
    )

    def apply(self, rows):
        """The rows that fit."""
        return super().apply(rows.in_state(self.wanted.get("state")))
