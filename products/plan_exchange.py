"""Plans and their tasks as files."""

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from ocop_portal.exchange.tables import Field

PLAN_FIELDS = (
    Field(gettext_lazy("Số, ký hiệu"), lambda row: row.number, 20),
    Field(gettext_lazy("Kế hoạch"), lambda row: row.title, 60),
    Field(gettext_lazy("Đơn vị"), lambda row: row.unit.dated_name, 24),
    Field(gettext_lazy("Ngày ban hành"), lambda row: row.issued_on, 14),
    Field(gettext_lazy("Các năm"), lambda row: row.span, 12),
    Field(gettext_lazy("Số việc"), lambda row: row.task_count, 10),
    Field(gettext_lazy("Đã xong"), lambda row: row.done_count, 10),
    Field(gettext_lazy("Lý do rút"), lambda row: row.withdrawn_reason, 30),
)
PLAN_TASK_FIELDS = (
    Field(gettext_lazy("Năm"), lambda row: row.year, 8),
    Field(gettext_lazy("Mã việc"), lambda row: row.code, 10),
    Field(gettext_lazy("Nội dung công việc"), lambda row: row.words, 60),
    Field(gettext_lazy("Cơ quan chủ trì"), lambda row: row.responsible, 30),
    Field(gettext_lazy("Cơ quan phối hợp"), lambda row: row.cooperating, 30),
    Field(gettext_lazy("Chỉ tiêu"), lambda row: row.target, 12),
    Field(gettext_lazy("Đơn vị tính"), lambda row: row.target_unit, 14),
    Field(gettext_lazy("Hạn hoàn thành"), lambda row: row.due_on, 14),
    Field(gettext_lazy("Tình trạng"), lambda row: capfirst(row.get_state_display()), 16),
    Field(gettext_lazy("Kết quả"), lambda row: row.result, 50),
    Field(gettext_lazy("Lý do rút"), lambda row: row.withdrawn_reason, 30),
)
