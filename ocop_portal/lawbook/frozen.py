"""What was published here is still what was published: for `manage.py check_law`."""

from collections.abc import Iterator

from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from ocop_portal import law

from .content import faults_of
from .models import SetVersion


def faults(decision: str) -> tuple[law.Fault, ...]:
    """Faults of the versions of this Decision that are kept here; none without a database.

    Kind "frozen": content that is no longer what its digest says, or that stands beside another
    content of the same version in the law's files. Drafts are compared with their digest only.
    """
    try:
        if SetVersion._meta.db_table not in connection.introspection.table_names():
            return ()
        rows = list(SetVersion.objects.filter(decision=decision).order_by("number", "version"))
    except DatabaseError:
        return ()
    return tuple(fault for row in rows for fault in _faults(row))


def _faults(row: SetVersion) -> Iterator[law.Fault]:
    where = _("phiên bản %(version)s nhập tại cổng (%(state)s)") % {
        "version": row.version,
        "state": row.get_state_display(),
    }
    try:
        found = law.CriteriaSet.from_dict(row.content)
    except (KeyError, TypeError, ValueError):
        found = None
    named = found and (found.decision, found.number, found.version)
    if named != (row.decision, row.number, row.version) or found.digest != row.digest:
        what = _("nội dung đã bị sửa sau khi lưu: không còn khớp dấu %s") % row.digest[:12]
        yield law.Fault(where, what, False, "frozen", row.number)
        return
    if not row.is_published:
        return
    for fault in faults_of(row.content):
        yield law.Fault(f"{where}, {fault.where}", fault.what, False, fault.kind, row.number)
    try:
        in_file = law.decision(row.decision).criteria_set(row.number)
    except law.LawError:
        return
    if in_file.version == row.version and in_file.digest != row.digest:
        what = _("tệp của Quyết định cũng có phiên bản này nhưng nội dung khác; tệp đang được dùng")
        yield law.Fault(where, what, False, "frozen", row.number)
