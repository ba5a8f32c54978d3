"""Forms of an import: the file, and the matching of an officer's own columns."""

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from ocop_portal.forms import PortalForm
from ocop_portal.page_language import filled
from ocop_portal.uploads import EXCEL, check_upload

from .registry import importer_of


class UploadForm(PortalForm):
    """A workbook to import; `upload` holds the checked file."""

    file = forms.FileField(
        label=_("Tệp Excel"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": _("Cần chọn tệp.")},
    )
    kind = forms.ChoiceField(
        label=_("Tệp dùng mẫu riêng thì chứa gì"),
        required=False,
        help_text=_("Bỏ qua nếu dùng mẫu của cổng thông tin."),
    )

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.upload = None
        self.fields["file"].help_text = filled(
            _("Tệp .xlsx, nhiều nhất %s MB. Chưa có gì được nhập cho đến khi anh/chị xác nhận."),
            settings.UPLOAD_MAX_MB,
        )
        self.fields["kind"].choices = [
            ("", _("Tự nhận biết")),
            *((kind.kind, kind.label) for kind in kinds),
        ]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_file(self):
        """Judge the file by its content."""
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_MAX_MB * 1024 * 1024:
            # Packing, which is good advice for other files, would make it one that is not read.
            too_large = _(
                "Tệp lớn hơn %s MB. Hãy bỏ ảnh trong tệp, hoặc chia các dòng ra nhiều tệp."
            )
            raise forms.ValidationError(filled(too_large, settings.UPLOAD_MAX_MB))
        self.upload = check_upload(
            file,
            accepted={EXCEL},
            refusal=_(
                "Chỉ nhận tệp Excel dạng .xlsx không đặt mật khẩu; đổi đuôi tên tệp là chưa đủ. "
                "Hãy mở tệp bằng Excel, chọn Tệp, Lưu như (Save As), kiểu “Excel Workbook "
                "(*.xlsx)”, rồi tải tệp mới lên."
            ),
        )
        return file


class MapForm(PortalForm):
    """Which column of one sheet holds what."""

    def __init__(self, *args, asked: dict, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = asked
        positions = [(str(at), text) for at, text in enumerate(asked["headings"]) if text]
        for column in importer_of(asked["kind"]).columns:
            guess = asked["columns"].get(column.key)
            self.fields[column.key] = forms.ChoiceField(
                label=column.heading,
                required=column.required,
                choices=[("", _("– không có trong tệp –")), *positions],
                initial="" if guess is None else str(guess),
                help_text=column.hint,
                error_messages={"required": _("Cần chỉ ra cột này.")},
            )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    @property
    def columns(self) -> dict[str, int]:
        """Column key → position, as chosen."""
        return {key: int(at) for key, at in self.cleaned_data.items() if at}


class UndoForm(PortalForm):
    """Why an import is wanted back."""

    reason = forms.CharField(
        label=_("Lý do hoàn tác"),
        max_length=100,
        error_messages={"required": _("Cần ghi lý do hoàn tác.")},
    )
