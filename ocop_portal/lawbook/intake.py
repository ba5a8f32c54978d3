"""A set that comes as a file: Excel after the template, or the readable file. A draft or its faults."""

from django.db import transaction
from django.utils.translation import gettext as _

from ocop_portal import law, uploads
from ocop_portal.text import normalise

from . import readable, spreadsheet_reading
from .acts import LawRefused
from .drafting import take_in
from .faults import Fault
from .models import SetUpload, SetVersion

MAX_MB = 5  # of the file; one set with all its words is below 100 kB
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # .xls, .doc, and every workbook behind a password


@transaction.atomic
def take_file(*, decision: str, number: int, uploaded, by, reason: str) -> SetUpload:
    """Keep the file and make it the set's draft, or keep it with every fault that stands in the way.

    Raises `uploads.FileRefused` for what is no such file at all, LawRefused without a reason.
    """
    shelf = law.decision(decision)
    summary = shelf.summary(number)
    reason = normalise(reason)[:500]
    if not reason:
        raise LawRefused(_("Cần ghi lý do."))
    upload, reader, origin = _judge(uploaded)
    data = upload.file.read()
    content, faults = reader(data, shelf, summary)
    version = None
    if content:
        try:
            version = take_in(content=content, origin=origin, by=by, reason=reason)
        except LawRefused as refused:
            faults = [Fault(why) for why in refused.reasons]
    made = SetUpload(
        decision=decision,
        number=number,
        original_name=upload.name,
        size=upload.size,
        sha256=upload.sha256,
        reason=reason,
        faults=[fault.kept for fault in faults],
        version=version,
        uploaded_by=by,
    )
    upload.file.seek(0)
    made.file.save(upload.stored_name, upload.file, save=False)
    made.save()
    return made


def _judge(uploaded):
    """(the file, its reader, how it came) by its content; FileRefused for anything else."""
    refusal = _("Chỉ nhận tệp Excel (.xlsx) theo mẫu, hoặc tệp chữ (.yaml).")
    uploaded.seek(0)
    head = uploaded.read(4)
    if head == _OLD_OFFICE:
        raise uploads.FileRefused(
            _("Đây là tệp Excel kiểu cũ (.xls) hoặc có mật khẩu. Hãy lưu thành .xlsx, bỏ mật khẩu.")
        )
    if head == b"PK\x03\x04" or uploaded.size == 0 or uploaded.size > MAX_MB * 1024 * 1024:
        upload = uploads.check_upload(
            uploaded, accepted={uploads.EXCEL}, refusal=refusal, limit_mb=MAX_MB
        )
        return upload, spreadsheet_reading.read, SetVersion.Origin.SPREADSHEET
    upload = uploads.check_text(uploaded, suffix=".yaml", refusal=refusal)
    return upload, readable.read, SetVersion.Origin.READABLE
