"""What waits for an officer in the yearly cycle, for the office's home page."""

import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.models import Role, today
from communes.scope import OFFICERS, holds, in_scope, unit_ids_in_scope
from ocop_portal.worklist import WorkItem, work_source

from .board import COMMUNE_STATES, DISTRICT_STATES, with_due
from .models import Entry, PaperSlot, PlanTask
from .paper_slots import WITH_COMMUNE
from .scope import DOSSIER_MATTERS, entries_for

S = Entry.State
SOON = datetime.timedelta(days=30)

TASKS = {
    S.IDEA_DRAFT: (gettext_lazy("Ý tưởng đang soạn, chưa đăng ký"), "lightbulb"),
    S.IDEA_RETURNED: (gettext_lazy("Ý tưởng bị trả lại, cần sửa"), "arrow-return-left"),
    S.PLAN_AWAITED: (gettext_lazy("Chờ nộp phương án kinh doanh"), "journal-text"),
    S.PLAN_RETURNED: (gettext_lazy("Phương án bị trả lại, cần sửa"), "arrow-return-left"),
    S.IMPLEMENTING: (gettext_lazy("Đang triển khai, cần báo cáo kết quả"), "graph-up"),
    S.DOSSIER_OPEN: (gettext_lazy("Hồ sơ cần hoàn thiện"), "file-earmark-plus"),
    S.IDEA_REGISTERED: (gettext_lazy("Ý tưởng chờ xem xét"), "lightbulb"),
    S.PLAN_RECEIVED: (gettext_lazy("Phương án chờ thẩm định"), "journal-text"),
    S.DOSSIER_SUBMITTED: (gettext_lazy("Hồ sơ chờ kiểm tra"), "clipboard-check"),
    S.READY: (gettext_lazy("Hồ sơ đầy đủ, chờ đưa vào đợt đánh giá"), "award"),
    S.RATED: (gettext_lazy("Đã có kết quả, chờ chuyển sang xúc tiến"), "megaphone"),
}


@work_source
def entries_waiting(user):
    """One line for each state and open cycle in which entries wait for this officer; one query.

    A commune officer is told what the commune owes, a district officer what the district decides.
    """
    if not holds(user, *OFFICERS):
        return
    waiting = Q(pk=None)
    if holds(user, Role.Kind.COMMUNE_OFFICER):
        ours = in_scope(user, Role.Kind.COMMUNE_OFFICER, unit="product__producer__unit")
        waiting |= Q(state__in=COMMUNE_STATES) & ours
    if holds(user, Role.Kind.DISTRICT_OFFICER):
        ours = in_scope(user, Role.Kind.DISTRICT_OFFICER, unit="cycle__unit")
        waiting |= Q(state__in=DISTRICT_STATES) & ours
    groups = (
        entries_for(user)
        .filter(waiting, cycle__is_closed=False)
        .order_by()
        .values("cycle", "cycle__year", "state", "step")
        .annotate(count=Count("pk"))
    )
    # Counted first: the last day of a step is then looked up once a group, not once an entry.
    lines: dict[tuple, list[int]] = {}
    for row in with_due(groups):
        line = lines.setdefault((row["cycle"], row["cycle__year"], row["state"]), [0, 0])
        line[0] += row["count"]
        if row["due_on"] and row["due_on"] < today():
            line[1] += row["count"]
    order = list(TASKS)
    for (cycle, year, state), (count, late) in sorted(
        lines.items(), key=lambda line: (-line[0][1], order.index(line[0][2]))
    ):
        label, icon = TASKS[state]
        query = urlencode({"state": state, "xem": "bang"})
        yield WorkItem(
            label=_("%(task)s (năm %(year)s)") % {"task": label, "year": year},
            count=count,
            url=f"{reverse('products:board', args=[cycle])}?{query}",
            icon=icon,
            late=late,
        )


@work_source
def slots_waiting(user):
    """Papers asked for: to the commune what is to be handed in, to the district what to check."""
    if not holds(user, *OFFICERS):
        return
    entries = entries_for(user).filter(state__in=DOSSIER_MATTERS, cycle__is_closed=False)
    slots = PaperSlot.objects.filter(entry__in=entries.values("pk")).select_related("entry")
    sides = (
        (
            Role.Kind.COMMUNE_OFFICER,
            WITH_COMMUNE,
            _("Giấy tờ cơ quan quản lý yêu cầu, cần bổ sung"),
        ),
        (Role.Kind.DISTRICT_OFFICER, (PaperSlot.State.FILLED,), _("Giấy tờ bổ sung chờ kiểm tra")),
    )
    for kind, states, label in sides:
        waiting = list(slots.filter(state__in=states)[:50]) if holds(user, kind) else []
        if waiting:
            yield WorkItem(
                label=label,
                count=len(waiting),
                url=f"{waiting[0].entry.get_absolute_url()}#ho-so",
                icon="file-earmark-plus",
                late=sum(slot.due_on < today() for slot in waiting),
            )


@work_source
def plan_tasks_due(user):
    """Tasks of each of the district's own plans due within 30 days and not done; one query."""
    if not holds(user, Role.Kind.DISTRICT_OFFICER):
        return
    units = unit_ids_in_scope(user, Role.Kind.DISTRICT_OFFICER)
    rows = (
        PlanTask.objects.in_force()
        .filter(plan__unit__in=units, plan__withdrawn_at__isnull=True, due_on__lte=today() + SOON)
        .exclude(state=PlanTask.State.DONE)
        .order_by()
        .values("plan", "plan__number")
        .annotate(count=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today())))
        .order_by("-plan")
    )
    for row in rows[:20]:
        yield WorkItem(
            label=_("Việc đến hạn trong 30 ngày, kế hoạch %s") % row["plan__number"],
            count=row["count"],
            url=reverse("products:plan", args=[row["plan"]]),
            icon="flag",
            late=row["late"],
        )
