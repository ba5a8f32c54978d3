"""Forms of a sitting: who is absent, how each member votes, a second hearing."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ocop_portal.forms import PortalForm

from .forms import DueMixin
from .models import Seat

OUT, STAY = "out", "stay"


class AbsenceForm(PortalForm):
    """A box and a reason for each scoring member; `rows` pairs them for the page."""

    def __init__(self, *args, seats: list[Seat], absences, **kwargs):
        super().__init__(*args, **kwargs)
        self.seats = seats
        for seat in seats:
            known = absences.get(seat.pk)
            self.fields[f"absent-{seat.pk}"] = forms.BooleanField(
                label=_("Vắng"), required=False, initial=known is not None
            )
            self.fields[f"reason-{seat.pk}"] = forms.CharField(
                label=_("Lý do vắng"),
                required=False,
                max_length=300,
                initial=known.reason if known else "",
            )

    @property
    def rows(self):
        return [(seat, self[f"absent-{seat.pk}"], self[f"reason-{seat.pk}"]) for seat in self.seats]

    def clean(self):
        data = super().clean()
        for seat in self.seats:
            if data.get(f"absent-{seat.pk}") and not data.get(f"reason-{seat.pk}"):
                self.add_error(f"reason-{seat.pk}", _("Cần ghi lý do vắng."))
        return data

    @property
    def reasons(self) -> dict[int, str]:
        """Seat → reason of those who are absent."""
        return {
            seat.pk: self.cleaned_data[f"reason-{seat.pk}"]
            for seat in self.seats
            if self.cleaned_data[f"absent-{seat.pk}"]
        }


class CallInForm(PortalForm):
    """Which substitute takes whose place, among the calls that are possible now, and why."""

    call = forms.ChoiceField(label=_("Người thay"), widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Lý do"), max_length=300)

    def __init__(self, *args, possible, **kwargs):
        super().__init__(*args, **kwargs)
        self.possible = {row.key: row for row in possible}
        self.fields["call"].choices = [(row.key, str(row)) for row in possible]

    @property
    def chosen(self):
        return self.possible[self.cleaned_data["call"]]


class VoteForm(PortalForm):
    """How each member votes; without a choice they abstain."""

    CHOICES = ((OUT, _("Loại")), (STAY, _("Không loại")), ("", _("Không biểu quyết")))

    def __init__(self, *args, seats: list[Seat], votes: dict[int, bool], **kwargs):
        super().__init__(*args, **kwargs)
        self.seats = seats
        for seat in seats:
            known = {True: OUT, False: STAY, None: ""}[votes.get(seat.pk)]
            self.fields[f"vote-{seat.pk}"] = forms.ChoiceField(
                label=str(seat.user),
                choices=self.CHOICES,
                widget=forms.RadioSelect,
                required=False,
                initial=known,
            )
        self.fields["reason"] = forms.CharField(
            label=_("Lý do, ý kiến của hội đồng"),
            required=False,
            max_length=1_500,
            widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        )

    @property
    def rows(self):
        return [(seat, self[f"vote-{seat.pk}"]) for seat in self.seats]

    @property
    def votes(self) -> dict[int, bool]:
        """Seat → out or not, of those who voted."""
        given = {seat.pk: self.cleaned_data[f"vote-{seat.pk}"] for seat in self.seats}
        return {pk: vote == OUT for pk, vote in given.items() if vote}


class HearAgainForm(DueMixin, PortalForm):
    """The second hearing: its products, name and dates."""

    candidates = forms.ModelMultipleChoiceField(
        label=_("Sản phẩm chuyển sang phiên họp lần hai"),
        queryset=None,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Hãy chọn ít nhất một sản phẩm.")},
    )
    name = forms.CharField(label=_("Tên đợt"), max_length=200)
    meets_on = forms.DateField(label=_("Ngày họp"))
    reason = forms.CharField(
        label=_("Nội dung cần kiểm nghiệm, kiểm tra thêm"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    field_order = ("candidates", "reason", "name", "meets_on", "due_date", "due_time")

    def __init__(self, *args, candidates, labels: dict[int, str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["candidates"].queryset = candidates
        self.fields["candidates"].label_from_instance = lambda row: labels[row.pk]

    def clean(self):
        data = super().clean()
        if data.get("due_date") and data.get("due_time") and self.due <= timezone.now():
            self.add_error("due_date", _("Hạn gửi phiếu phải ở phía trước."))
        return data
