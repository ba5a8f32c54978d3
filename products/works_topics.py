"""The topics of step 4: which rows, which form, what their list and their page show."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ocop_portal.exchange.tables import Field
from ocop_portal.portal_words import portal_words

from . import works_forms as forms
from .models import Grant, Milestone, Problem, Spending, Visit
from .promotion_topics import NOTE
from .works_models import OfEntry


@dataclass(frozen=True)
class Work:
    """One topic: its addresses are `name`, `name_add` and so on. The first field leads to the row."""

    name: str
    model: type[OfEntry]
    form: type
    title: str
    one: str
    add: str
    none: str
    fields: tuple[Field, ...]  # of the list and the page
    facts: tuple[Field, ...] = ()  # only on the row's page
    is_money: bool = False  # its amounts (đồng) are added up

    def rows(self, entry):
        """The rows of an entry, withdrawn ones too; one query."""
        found = self.model.objects.filter(entry=entry)
        if self.model is Visit:
            in_force = Q(files__withdrawn_at__isnull=True)
            found = found.annotate(file_count=Count("files", filter=in_force))
        return found.order_by(*self.model._meta.ordering)


AMOUNT = Field(_("Số tiền (đồng)"), lambda row: row.amount)

WORKS = (
    Work(
        "milestone",
        Milestone,
        forms.MilestoneForm,
        _("Mốc việc"),
        _("mốc việc"),
        _("Thêm mốc việc"),
        _("Chưa ghi mốc việc nào."),
        (
            Field(_("Mốc việc"), lambda row: row.name),
            Field(_("Hạn"), lambda row: row.due_on),
            Field(_("Xong ngày"), lambda row: row.done_on),
        ),
        (NOTE,),
    ),
    Work(
        "visit",
        Visit,
        forms.VisitForm,
        _("Kiểm tra thực tế"),
        _("lần kiểm tra"),
        _("Ghi lần kiểm tra"),
        _("Chưa ghi lần kiểm tra nào."),
        (
            Field(_("Ngày"), lambda row: row.visited_on),
            Field(_("Người kiểm tra"), lambda row: row.by_whom),
            Field(_("Nhận xét tại chỗ"), lambda row: row.findings),
            Field(_("Ảnh, giấy tờ"), lambda row: row.file_count),
        ),
        (Field(_("Vị trí (vĩ độ, kinh độ)"), lambda row: row.position),),
    ),
    Work(
        "grant",
        Grant,
        forms.GrantForm,
        _("Hỗ trợ đã cấp"),
        _("khoản hỗ trợ"),
        _("Ghi khoản hỗ trợ"),
        _("Chưa ghi khoản hỗ trợ nào."),
        (
            Field(_("Loại hỗ trợ"), lambda row: str(portal_words(row.kind))),
            Field(_("Nguồn"), lambda row: str(portal_words(row.source))),
            Field(_("Ngày quyết định"), lambda row: row.decided_on),
            AMOUNT,
        ),
        (Field(_("Số quyết định"), lambda row: row.decision_number), NOTE),
        is_money=True,
    ),
    Work(
        "spending",
        Spending,
        forms.SpendingForm,
        _("Chi của chủ thể"),
        _("khoản chi"),
        _("Ghi khoản chi"),
        _("Chưa ghi khoản chi nào."),
        (
            Field(_("Nội dung chi"), lambda row: row.what),
            Field(_("Nguồn vốn"), lambda row: capfirst(row.get_source_display())),
            Field(_("Ngày chi"), lambda row: row.spent_on),
            AMOUNT,
        ),
        (NOTE,),
        is_money=True,
    ),
    Work(
        "problem",
        Problem,
        forms.ProblemForm,
        _("Vướng mắc"),
        _("vướng mắc"),
        _("Ghi vướng mắc"),
        _("Chưa ghi vướng mắc nào."),
        (
            Field(_("Vướng mắc"), lambda row: row.what),
            Field(_("Nêu ngày"), lambda row: row.raised_on),
            Field(_("Ai giải quyết"), lambda row: row.who),
            Field(_("Giải quyết xong"), lambda row: row.solved_on),
        ),
        (Field(_("Giải quyết thế nào"), lambda row: row.how),),
    ),
)
VISITS = WORKS[1]
