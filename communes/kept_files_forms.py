"""The form that adds a private file to a row (`kept_files`)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ocop_portal.forms import PortalForm
from ocop_portal.uploads import Upload

from .keeping_forms import helper_of
from .kept_files import ACCEPT, check_kept_upload


class KeptFileForm(PortalForm):
    """One paper or photo, judged by its content, with a caption."""

    file = forms.FileField(
        label=_("Tệp"),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=_(
            "Ảnh, PDF, Word hoặc Excel. Tệp được giữ kín, chỉ cán bộ có quyền mới mở được."
        ),
    )
    caption = forms.CharField(
        label=_("Chú thích"),
        required=False,
        max_length=200,
        help_text=_("Ví dụ: biên bản, danh sách người dự, ảnh hội trường."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.upload: Upload | None = None
        self.fields["file"].error_messages["required"] = _("Hãy chọn một tệp.")
        self.helper = helper_of()

    @property
    def details(self) -> dict:
        """What was typed of the file, for the act that keeps it."""
        return {name: said for name, said in self.cleaned_data.items() if name != "file"}

    def clean_file(self):
        """The upload, judged by its content."""
        self.upload = check_kept_upload(self.cleaned_data["file"])
        return self.cleaned_data["file"]
