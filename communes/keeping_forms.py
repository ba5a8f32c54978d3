"""What forms and lists of rows that nobody deletes share (`keeping`)."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from ocop_portal.forms import PortalForm

from .keeping import REASON_LENGTH

SHOWN = [("", _("Còn hiệu lực")), ("withdrawn", _("Đã rút")), ("all", _("Tất cả"))]


def helper_of(*rows) -> FormHelper:
    """The fields alone, in these rows; the page brings the form around them."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    if rows:
        helper.layout = Layout(*rows)
    return helper


def shown(rows: QuerySet, wanted: str | None) -> QuerySet:
    """The rows in force; the withdrawn ones or all where they are asked for."""
    if wanted == "all":
        return rows
    return rows.filter(withdrawn_at__isnull=wanted != "withdrawn")


class SeenMixin(forms.Form):
    """A model form that remembers when the row it started from was last changed."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["seen"].initial = self.instance.updated_at.isoformat()

    def clean_seen(self):
        """The moment as a value; None for what the page never sent."""
        try:
            return parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            return None


class WithdrawForm(PortalForm):
    """Why something is withdrawn."""

    reason = forms.CharField(label=_("Lý do rút"), max_length=REASON_LENGTH)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].error_messages["required"] = _("Cần ghi lý do rút.")
        self.helper = helper_of()
