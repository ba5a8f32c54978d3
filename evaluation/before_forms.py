"""Forms of what is done before a sitting: the invitation, the samples."""

from django import forms
from django.utils.translation import gettext_lazy as _

from communes.models import today
from ocop_portal.forms import PortalForm, PortalModelForm

from .models import SampleReceipt


class InvitationForm(PortalForm):
    sent_on = forms.DateField(label=_("Ngày gửi thư mời và tài liệu"), initial=today)


class SampleForm(PortalModelForm):
    class Meta:
        model = SampleReceipt
        fields = ["quantity", "received_on", "condition", "received_by"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["quantity"].help_text = _("Tất cả mẫu đã nhận, ví dụ: 5 hộp loại 500 g")
        self.fields["condition"].help_text = _("Ví dụ: nguyên bao bì, còn hạn sử dụng")
