"""What is asked of a report."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.models import today
from ocop_portal.forms import PortalForm

from .registry import Ask, Report

FIRST_YEAR = 2018  # the programme began with Decision 490/QĐ-TTg of 7/5/2018
NOW, THEN = "nay", "luc-do"


class ReportForm(PortalForm):
    """A GET form; what means nothing gives way to the report's own years."""

    tu = forms.TypedChoiceField(label=gettext_lazy("Từ năm"), required=False, coerce=int)
    den = forms.TypedChoiceField(label=gettext_lazy("Đến hết năm"), required=False, coerce=int)
    don_vi = forms.ChoiceField(
        label=gettext_lazy("Đơn vị hành chính"),
        required=False,
        choices=[
            (NOW, gettext_lazy("Theo đơn vị hiện nay")),
            (THEN, gettext_lazy("Theo đơn vị tại thời điểm đó")),
        ],
    )
    mau = forms.BooleanField(label=gettext_lazy("Tính cả số liệu mẫu"), required=False)

    def __init__(self, data, *, report: Report):
        this = today().year
        self.until = this + report.ahead
        self.since = FIRST_YEAR if report.years is None else this - report.years + 1
        known = {"tu": self.since, "den": self.until, "don_vi": NOW, **data.dict()}
        super().__init__(known)
        years = [(str(year), str(year)) for year in range(FIRST_YEAR, this + 6)]
        for name in ("tu", "den"):
            self.fields[name].choices = years
        for name in ("tu", "den", "don_vi"):
            self.fields[name].widget.attrs["class"] = "form-select"

    def clean(self):
        found = super().clean()
        if found.get("tu") and found.get("den") and found["tu"] > found["den"]:
            self.add_error("den", _("Năm cuối phải từ năm đầu trở đi."))
        return found

    def ask(self, user) -> Ask:
        """The question, as far as it could be read."""
        whole = self.is_valid()
        found = self.cleaned_data
        return Ask(
            user=user,
            since=(whole and found.get("tu")) or self.since,
            until=(whole and found.get("den")) or self.until,
            as_of_day=found.get("don_vi") == THEN,
            samples=bool(found.get("mau")),
        )
