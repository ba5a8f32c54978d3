"""Forms of a recognition's life: the higher level's outcome, complaints, the public check."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from communes.models import today
from ocop_portal import law
from ocop_portal.forms import CHOOSE, PortalForm, PortalModelForm
from ocop_portal.page_language import filled
from products.files import ACCEPTED, Upload, check_upload
from products.models import EvaluationLevel

from .forms import _half, _helper
from .models import Complaint, Outcome, Result
from .outcomes import levels_above


class OutcomeForm(PortalModelForm):
    points = forms.CharField(
        label=_("Điểm (nếu được công bố)"),
        required=False,
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("Ví dụ: 91,50"),
    )

    class Meta:
        model = Outcome
        fields = ["level", "authority", "document", "decided_on", "stars", "points", "note"]
        widgets = {
            "stars": forms.Select(
                choices=[
                    ("", CHOOSE),
                    (0, _("không xếp hạng")),
                    (1, _("1 sao")),
                    (2, _("2 sao")),
                    (3, _("3 sao")),
                    (4, _("4 sao")),
                    (5, _("5 sao")),
                ]
            )
        }

    def __init__(self, *args, result: Result, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.result = result
        above = levels_above(result)
        names = dict(EvaluationLevel.choices)
        self.fields["level"].choices = [(code, names[code]) for code in above]
        self.fields["authority"].help_text = _("Ví dụ: Ủy ban nhân dân tỉnh Quảng Trị")
        self.fields["document"].help_text = _("Ví dụ: 136/QĐ-UBND")
        self.helper = _helper(
            _half("level", "authority"),
            _half("document", "decided_on"),
            _half("stars", "points"),
            "note",
        )

    def clean_points(self):
        typed = self.cleaned_data["points"].replace(",", ".")
        if not typed:
            return None
        try:
            return forms.DecimalField(max_digits=5, decimal_places=2).clean(typed)
        except ValidationError:
            raise ValidationError(
                _("Ghi điểm từ 0 đến 100, nhiều nhất hai chữ số sau dấu phẩy.")
            ) from None


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each checked by its content; gives a list of `Upload`."""

    widget = FilesInput

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)
        self.widget.attrs["accept"] = ",".join(sorted(ACCEPTED.values()))
        self.help_text = filled(
            _("Nhiều tệp được; mỗi tệp nhiều nhất %s MB."), settings.UPLOAD_MAX_MB
        )

    def clean(self, data, initial=None) -> list[Upload]:
        found = data if isinstance(data, list | tuple) else [data] if data else []
        return [check_upload(uploaded) for uploaded in found]


class ComplaintForm(PortalModelForm):
    files = FilesField(label=_("Đơn, giấy tờ kèm theo"))

    class Meta:
        model = Complaint
        fields = ["complainant", "contact", "received_on", "due_on", "content"]
        widgets = {"content": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial["received_on"] = today()
        self.fields["due_on"].help_text = _(
            "Các Quyết định chưa thấy nêu thời hạn trả lời: đơn vị tự đặt, hoặc để trống."
        )
        self.helper = _helper(
            "complainant", "contact", _half("received_on", "due_on"), "content", "files"
        )


class AnswerForm(PortalForm):
    answered_on = forms.DateField(label=_("Ngày trả lời"), initial=today)
    answered_by = forms.CharField(label=_("Cơ quan, người trả lời"), max_length=200)
    answer_document = forms.CharField(label=_("Số văn bản trả lời"), max_length=100, required=False)
    answer = forms.CharField(
        label=_("Nội dung trả lời"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 6})
    )
    files = FilesField(label=_("Văn bản trả lời (tệp)"))

    helper = _helper(_half("answered_on", "answer_document"), "answered_by", "answer", "files")


class CheckForm(PortalForm):
    """The code on a certificate, or a product code, typed by anyone."""

    ma = forms.CharField(
        label=_("Mã kiểm tra hoặc mã sản phẩm"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Hãy gõ mã in trên giấy chứng nhận.")},
    )

    helper = _helper("ma")


def shown_points(outcome: Outcome) -> str:
    """The points of an outcome as papers show them; "" where none were published."""
    return "" if outcome.points is None else law.show_points(outcome.points)
