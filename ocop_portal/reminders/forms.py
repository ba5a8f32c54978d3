"""Forms of the reminders."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ocop_portal.forms import PortalForm, PortalModelForm

from .channels import channels
from .models import Choice, Holiday, Rule


class RuleForm(PortalModelForm):
    class Meta:
        model = Rule
        fields = ["before", "late_every", "late_for", "escalate_after"]


class ChoiceForm(PortalModelForm):
    class Meta:
        model = Choice
        fields = ["quiet_from", "quiet_until", "answer_days", "sheet_days"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("quiet_from", "quiet_until"):
            self.fields[name].widget = forms.TimeInput(
                format="%H:%M", attrs={"placeholder": "21:00", "inputmode": "numeric"}
            )


class HolidayForm(PortalModelForm):
    class Meta:
        model = Holiday
        fields = ["day", "occasion", "note", "source"]

    def validate_unique(self):
        """A day that is entered already is corrected, not refused."""


class PreferenceForm(PortalForm):
    """Which channels, and one digest a day or each reminder as it comes."""

    channels = forms.MultipleChoiceField(
        label=_("Gửi nhắc việc qua"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Không chọn kênh nào: nhắc việc chỉ hiện trong cổng thông tin."),
    )
    daily = forms.TypedChoiceField(
        label=_("Cách gửi"),
        choices=[
            ("1", _("Mỗi ngày một thư tổng hợp, buổi sáng")),
            ("0", _("Gửi ngay khi có việc")),
        ],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["channels"].choices = [
            (name, channel.label) for name, channel in channels().items()
        ]
