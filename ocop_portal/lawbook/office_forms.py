"""Forms of the officers' pages of this room."""

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ocop_portal.forms import CHOOSE, PortalForm
from ocop_portal.page_language import filled
from ocop_portal.portal_words import portal_words
from ocop_portal.uploads import FileRefused

from .documents import MOST_FILES, check_scan
from .models import LegalDocument
from .words import KINDS, conditions_read, conditions_text

# More levels or notes than any criterion has; the rest is work for a file.
MOST_ROWS = 30
STARS = [("", "–"), *((star, f"{star} ★") for star in (1, 2, 3, 4, 5))]


def _helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


class _Form(PortalForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = _helper()


class _ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class _ManyFilesField(forms.FileField):
    """Several files in the order in which they were chosen."""

    widget = _ManyFiles

    def clean(self, data, initial=None):
        if not data:
            return [super().clean(None, initial)]
        return [super(_ManyFilesField, self).clean(one, initial) for one in data]


class DocumentForm(_Form):
    """A scan of a signed text: one PDF, or pictures of its pages."""

    number = forms.CharField(
        label=_("Số, ký hiệu văn bản"),
        max_length=60,
        help_text=_("Ghi như trên văn bản, ví dụ 1048/QĐ-TTg."),
    )
    title = forms.CharField(
        label=_("Bản chụp này là gì"),
        max_length=200,
        help_text=_("Ví dụ: bản ký của Thủ tướng, tải từ Công báo ngày 30/08/2019."),
    )
    files = _ManyFilesField(
        label=_("Tệp"),
        allow_empty_file=True,
        widget=_ManyFiles(attrs={"multiple": True, "accept": ".pdf,.jpg,.jpeg,.png"}),
        help_text=_("Một tệp PDF, hoặc nhiều ảnh JPG, PNG, mỗi ảnh một trang, xếp theo tên tệp."),
    )

    def clean_files(self):
        """The uploads, sorted by name: phones and scanners number the pages."""
        found = []
        for uploaded in sorted(self.cleaned_data["files"], key=lambda file: str(file.name)):
            try:
                found.append(check_scan(uploaded))
            except FileRefused as refused:
                raise ValidationError(
                    filled("%(file)s: %(why)s", {"file": uploaded.name, "why": refused})
                ) from refused
        if len(found) > MOST_FILES:
            raise ValidationError(filled(_("Nhiều nhất %d tệp cho một bản chụp."), MOST_FILES))
        return found


class ReasonForm(_Form):
    """Why an act is done."""

    reason = forms.CharField(
        label=_("Lý do"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class FileForm(_Form):
    """A set as a file; `intake.take_file` judges what is in it."""

    file = forms.FileField(
        label=_("Tệp Excel theo mẫu (hoặc tệp chữ .yaml)"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.yaml,.yml"}),
    )
    reason = forms.CharField(
        label=_("Lý do"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Ví dụ: nhập theo Phụ lục của văn bản ký, trang 15–19."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].error_messages["required"] = _("Cần chọn tệp.")


class BeginForm(_Form):
    """Which scan a text is compared with."""

    document = forms.ModelChoiceField(
        label=_("Bản chụp văn bản ký"), queryset=LegalDocument.objects.none()
    )
    text = forms.ChoiceField(label=_("Bản cần đối chiếu"), choices=())

    def __init__(self, *args, documents, texts, **kwargs):
        """`texts`: (digest, words) of the texts that can be compared."""
        super().__init__(*args, **kwargs)
        self.fields["document"].queryset = documents
        self.fields["text"].choices = texts
        if len(texts) == 1:
            self.fields["text"].widget = forms.HiddenInput()


class TickForm(_Form):
    """What the officer finds for one section."""

    section = forms.CharField(max_length=20, widget=forms.HiddenInput)
    agrees = forms.ChoiceField(
        label=_("Mục này"),
        choices=[("yes", _("Khớp với văn bản ký")), ("no", _("Khác với văn bản ký"))],
        widget=forms.RadioSelect,
    )
    page = forms.IntegerField(
        label=_("Ở trang"),
        required=False,
        min_value=1,
        max_value=2000,
        help_text=_("Số trang của bản chụp; lần sau mở đúng trang này."),
    )
    remark = forms.CharField(
        label=_("Ghi chú"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Cần ghi khi khác: văn bản ký ghi thế nào."),
    )

    def clean(self):
        found = super().clean()
        if found.get("agrees") == "no" and not found.get("remark"):
            self.add_error("remark", _("Xin ghi chỗ khác với văn bản ký."))
        return found


class PlaceForm(_Form):
    """Title and points of a part, section or criterion; a criterion's own star mark."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("Tên"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    points = forms.IntegerField(label=_("Điểm tối đa"), min_value=0, max_value=100)
    note = forms.CharField(
        label=_("Lời dẫn của mục"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    min_star = forms.TypedChoiceField(
        label=_("Yêu cầu tối thiểu theo hạng sao"),
        choices=STARS,
        coerce=int,
        empty_value=None,
        required=False,
    )
    settled = forms.MultipleChoiceField(
        label=_("Điều còn nghi vấn: đánh dấu điều nay đã rõ"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, place, **kwargs):
        super().__init__(*args, **kwargs)
        if place.kind == "set":
            del self.fields["title"], self.fields["points"]
        if place.kind != "section":
            del self.fields["note"]
        if place.kind != "criterion":
            del self.fields["min_star"]
        if place.doubts:
            self.fields["settled"].choices = [
                (str(number), portal_words(doubt["why"]))
                for number, doubt in enumerate(place.doubts)
            ]
        else:
            del self.fields["settled"]

    def facts(self) -> dict:
        """What the place itself says now."""
        return {
            key: self.cleaned_data[key]
            for key in ("title", "points", "note", "min_star")
            if key in self.fields
        }


class OptionForm(PortalForm):
    """A level; without words it is left out."""

    label = forms.CharField(
        label=_("Phương án"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    points = forms.IntegerField(label=_("Điểm"), required=False, min_value=0, max_value=100)
    case = forms.ChoiceField(
        label=_("Trường hợp"), required=False, choices=[("", "–"), ("A", "A"), ("B", "B")]
    )
    min_star = forms.TypedChoiceField(
        label=_("Sao tối thiểu"), choices=STARS, coerce=int, empty_value=None, required=False
    )
    reconstructed = forms.BooleanField(label=_("còn là bản khôi phục"), required=False)
    # Kept as found while the points stay; not typed on screen.
    printed_points = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self):
        found = super().clean()
        if found.get("label") and found.get("points") is None and "points" not in self.errors:
            self.add_error("points", _("Thiếu điểm."))
        if not found.get("label") and found.get("points") is not None and not self.initial:
            self.add_error("label", _("Chưa ghi phương án."))
        return found


class NoteForm(PortalForm):
    """A printed note; without words it is left out."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("ghi chú", "Loại"),
        choices=[("", CHOOSE), *KINDS.items()],
        required=False,
    )
    text = forms.CharField(
        label=_("Ghi chú"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    conditions = forms.CharField(
        label=_("Điều kiện"),
        required=False,
        max_length=200,
        help_text=_("như 5.1 = 1"),
    )

    def clean(self):
        found = super().clean()
        if found.get("text") and not found.get("kind"):
            self.add_error("kind", _("Chưa chọn loại."))
        if found.get("text") and found.get("conditions"):
            try:
                conditions_read(found.get("kind"), found["conditions"])
            except ValueError:
                self.add_error(
                    "conditions",
                    _("Không đọc được; loại ghi chú này ghi như 5.1 = 1, hoặc để trống."),
                )
        return found


OptionFormSet = forms.formset_factory(
    OptionForm, extra=1, max_num=MOST_ROWS, validate_max=True, absolute_max=MOST_ROWS + 1
)
NoteFormSet = forms.formset_factory(
    NoteForm, extra=1, max_num=MOST_ROWS, validate_max=True, absolute_max=MOST_ROWS + 1
)


def options_initial(item: dict) -> list[dict]:
    """The levels of a criterion's content as the form set shows them."""
    return [dict(option) for option in item.get("options", ())]


def notes_initial(item: dict) -> list[dict]:
    """The notes of a place's content as the form set shows them."""
    return [
        {"kind": rule["kind"], "text": rule["text"], "conditions": conditions_text(rule)}
        for rule in item.get("rules", ())
    ]


def options_of(formset) -> list[dict]:
    """The levels out of a valid form set, in order."""
    found = []
    for form in formset:
        row = form.cleaned_data
        if row.get("label"):
            found.append(
                {
                    "label": row["label"],
                    "points": row["points"],
                    "case": row["case"],
                    "min_star": row["min_star"],
                    "printed_points": row["printed_points"],
                    "reconstructed": row["reconstructed"],
                }
            )
    return found


def notes_of(formset) -> list[dict]:
    """The notes out of a valid form set, in order."""
    return [
        {
            "kind": row["kind"],
            "text": row["text"],
            **conditions_read(row["kind"], row["conditions"]),
        }
        for row in (form.cleaned_data for form in formset)
        if row.get("text")
    ]
