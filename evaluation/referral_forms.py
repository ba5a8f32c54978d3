"""Forms of the way to the next level: sending, returning, putting into a round, the list's filters."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ocop_portal.forms import PortalForm

from .forms import _half, _helper
from .models import Referral


class SendForm(PortalForm):
    results = forms.TypedMultipleChoiceField(
        label=_("Sản phẩm"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    document = forms.CharField(
        label=_("Số văn bản chuyển hồ sơ"),
        required=False,
        max_length=100,
        help_text=_("Nếu có. Ví dụ: 25/TTr-UBND"),
    )
    answer_due_on = forms.DateField(label=_("Đề nghị trả lời trước ngày"), required=False)
    note = forms.CharField(
        label=_("Ghi chú, giải trình"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, results, has_day: bool, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["results"]
        field.choices = [(row.pk, _told(row)) for row in results]
        # What was given up before goes up again only when somebody chooses it.
        field.initial = [
            row.pk
            for row in results
            if row.last is None or row.last.state != Referral.State.WITHDRAWN
        ]
        half = ["document"] if has_day else ["document", "answer_due_on"]
        if has_day:
            del self.fields["answer_due_on"]
        self.helper = _helper("results", _half(*half), "note")


def _told(row) -> str:
    product = row.candidate.entry.product
    words = f"{product} – {product.producer}"
    return f"{words} ({row.last.get_state_display()})" if row.last else words


class ReturnForm(PortalForm):
    reason = forms.CharField(
        label=_("Lý do, nội dung cần bổ sung"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    resend_by = forms.DateField(label=_("Gửi lại chậm nhất ngày"))

    helper = _helper("reason", _half("resend_by"))


class ChooseForm(PortalForm):
    referrals = forms.TypedMultipleChoiceField(
        label=_("Hồ sơ đã tiếp nhận"), coerce=int, widget=forms.CheckboxSelectMultiple
    )

    helper = _helper("referrals")

    def __init__(self, *args, referrals, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["referrals"].choices = [
            (row.pk, f"{row.product} – {row.result.candidate.round.council}") for row in referrals
        ]


class ReferralFilterForm(forms.Form):
    """Further filters of the list of referrals; the names are those in the address."""

    chieu = forms.ChoiceField(
        label=_("Chiều"),
        required=False,
        choices=[("", _("Tất cả")), ("den", _("Chuyển đến")), ("di", _("Chuyển đi"))],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    state = forms.ChoiceField(
        label=_("Trạng thái"),
        required=False,
        choices=[("", _("Tất cả")), *Referral.State.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
