"""Officers' pages of the district's plans: roadmap, targets against reality, tasks."""

from itertools import groupby

from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from communes.history import entries_of
from communes.keeping_forms import WithdrawForm
from communes.keeping_views import edit_page, withdraw_page
from ocop_portal.exchange.tables import as_file, wanted_format
from ocop_portal.page_language import filled
from ocop_portal.pages import crumbs, page_of

from .models import Plan, PlanTask
from .plan import save_plan, save_task, withdraw_plan, withdraw_task
from .plan_exchange import PLAN_FIELDS, PLAN_TASK_FIELDS
from .plan_forms import PlanFilter, PlanForm, PlanTaskFilter, PlanTaskForm
from .plan_reality import reality_of
from .scope import plan_tasks_for, plans_for
from .serving import paper_response
from .views import officers_only, posted

TONES = {
    PlanTask.State.UNKNOWN: "neutral",
    PlanTask.State.PLANNED: "neutral",
    PlanTask.State.RUNNING: "open",
    PlanTask.State.DONE: "done",
}


def _plan_crumbs(*more: tuple[str, str]) -> list[dict]:
    return crumbs((_("Kế hoạch"), reverse("products:plans")), *more)


def _find_plan(request, pk: int) -> Plan:
    return get_object_or_404(plans_for(request.user).select_related("unit", "withdrawn_by"), pk=pk)


def _find_own_plan(request, pk: int) -> Plan:
    """A plan that the person may change; 403 where they may only read it."""
    found = _find_plan(request, pk)
    if not request.user.has_perm("products.change_plan", found):
        raise PermissionDenied
    return found


@require_safe
@officers_only
def plans(request):
    """The plans that concern the officer's units, the newest first."""
    wanted = PlanFilter(request.GET)
    in_force = Q(tasks__withdrawn_at__isnull=True)
    found = (
        wanted.apply(plans_for(request.user))
        .select_related("unit")
        .annotate(
            task_count=Count("tasks", filter=in_force, distinct=True),
            done_count=Count(
                "tasks", filter=in_force & Q(tasks__state=PlanTask.State.DONE), distinct=True
            ),
        )
        .order_by("-first_year", F("issued_on").desc(nulls_last=True), "-pk")
    )
    if format_ := wanted_format(request):
        return as_file(format_, name="ke-hoach", fields=PLAN_FIELDS, rows=found.iterator())
    return render(
        request,
        "products/plan/plans.html",
        {
            "filter": wanted,
            "page_obj": page_of(request, found),
            "may_add": request.user.has_perm("products.add_plan"),
        },
    )


@require_safe
@officers_only
def plan(request, pk: int):
    """One plan: its roadmap year by year, targets against reality, history."""
    found = _find_plan(request, pk)
    wanted = PlanTaskFilter(request.GET, plan=found)
    if format_ := wanted_format(request):
        rows = wanted.apply(found.tasks.all()).iterator()
        return as_file(format_, name="viec-ke-hoach", fields=PLAN_TASK_FIELDS, rows=rows)
    narrowed = bool(wanted.wanted.get("q") or wanted.active_count)
    in_force = list(found.tasks.in_force())
    wished = in_force if not narrowed else wanted.apply(found.tasks.all())
    shown = [_dressed(task) for task in wished]
    cycles = dict(found.unit.cycles.values_list("year", "pk"))
    by_year = {year: list(rows) for year, rows in groupby(shown, key=lambda task: task.year)}
    years = [
        {"year": year, "tasks": by_year.get(year, []), "cycle": cycles.get(year)}
        for year in found.years
        if year in by_year or not narrowed
    ]
    return render(
        request,
        "products/plan/plan.html",
        {
            "plan": found,
            "filter": wanted,
            "narrowed": narrowed,
            "years": years,
            "sums": _sums(in_force),
            "reality": reality_of(found, in_force),
            "without_target": sum(task.target is None for task in in_force),
            "may_change": _may_change(request, found),
            "history": entries_of(found, limit=20),
            "breadcrumbs": _plan_crumbs((found.number, "")),
        },
    )


def _may_change(request, found: Plan) -> bool:
    return found.withdrawn_at is None and request.user.has_perm("products.change_plan", found)


def _dressed(task: PlanTask) -> PlanTask:
    """A task with the words and the tone of its state."""
    task.tone = "late" if task.is_late else TONES[task.state]
    task.state_label = _("trễ hạn") if task.is_late else task.get_state_display()
    return task


def _sums(tasks: list[PlanTask]) -> dict[str, int]:
    """How many tasks there are, and how many stand where."""
    return {
        "all": len(tasks),
        "done": sum(task.state == PlanTask.State.DONE for task in tasks),
        "running": sum(task.state == PlanTask.State.RUNNING for task in tasks),
        "late": sum(task.is_late for task in tasks),
    }


@officers_only
def plan_add(request):
    """Enter a plan."""
    if not request.user.has_perm("products.add_plan"):
        raise PermissionDenied
    form = PlanForm(posted(request), request.FILES or None, user=request.user)
    return _edit_plan(request, form, title=_("Nhập kế hoạch"), back=reverse("products:plans"))


@officers_only
def plan_edit(request, pk: int):
    """Change a plan, or add its scan."""
    found = _find_own_plan(request, pk)
    form = PlanForm(posted(request), request.FILES or None, instance=found, user=request.user)
    return _edit_plan(request, form, title=_("Sửa kế hoạch"), back=found.get_absolute_url())


def _edit_plan(request, form: PlanForm, *, title: str, back: str):
    def save():
        return save_plan(
            plan=form.instance,
            by=request.user,
            upload=form.upload,
            seen=form.cleaned_data["seen"],
        )

    return edit_page(
        request, form, save, title=title, back=back, path=_plan_crumbs((title, "")), multipart=True
    )


@officers_only
def plan_withdraw(request, pk: int):
    """Ask why, then withdraw a plan."""
    found = _find_own_plan(request, pk)
    form = WithdrawForm(posted(request))
    return withdraw_page(
        request,
        form,
        lambda: withdraw_plan(plan=found, by=request.user, reason=form.cleaned_data["reason"]),
        title=filled(_("Rút %s"), found),
        lead=_("Kế hoạch và các việc vẫn xem được, nhưng không còn nhắc việc."),
        back=found.get_absolute_url(),
        path=_plan_crumbs((found.number, found.get_absolute_url()), (_("Rút kế hoạch"), "")),
    )


@require_safe
@officers_only
def plan_scan(request, pk: int):
    """The scan of a plan."""
    return paper_response(_find_plan(request, pk))


# --- Tasks ------------------------------------------------------------------------------------


def _find_task(request, pk: int) -> PlanTask:
    return get_object_or_404(
        plan_tasks_for(request.user).select_related("plan__unit", "withdrawn_by"), pk=pk
    )


def _find_own_task(request, pk: int) -> PlanTask:
    """A task that the person may change; 403 where they may only read it."""
    found = _find_task(request, pk)
    if not request.user.has_perm("products.change_plan", found.plan):
        raise PermissionDenied
    return found


def _task_crumbs(plan: Plan, *more: tuple[str, str]) -> list[dict]:
    return _plan_crumbs((plan.number, plan.get_absolute_url()), *more)


@require_safe
@officers_only
def task(request, pk: int):
    """One task: who, how much, until when, what came of it, history."""
    found = _dressed(_find_task(request, pk))
    target = "" if found.target is None else f"{found.target} {found.target_unit}".strip()
    measure = found.get_measure_display() if found.measure else ""
    rows = [
        (_("Năm"), found.year),
        (_("Mã việc"), found.code),
        (_("Cơ quan chủ trì"), found.responsible),
        (_("Cơ quan phối hợp"), found.cooperating),
        (_("Chỉ tiêu"), target),
        (_("Đối chiếu với số liệu của cổng"), measure),
        (_("Hạn hoàn thành"), found.due_on.strftime("%d/%m/%Y") if found.due_on else ""),
    ]
    return render(
        request,
        "products/plan/task.html",
        {
            "task": found,
            "plan": found.plan,
            "facts": [{"label": label, "value": value} for label, value in rows if value != ""],
            "unknown": [str(label).lower() for label, value in rows if value == ""],
            "may_change": found.withdrawn_at is None and _may_change(request, found.plan),
            "history": entries_of(found),
            "breadcrumbs": _task_crumbs(
                found.plan, (capfirst(filled(_("việc năm %s"), found.year)), "")
            ),
        },
    )


@officers_only
def task_add(request, pk: int):
    """Add a task to a plan."""
    plan = _find_own_plan(request, pk)
    year = request.GET.get("nam", "")
    form = PlanTaskForm(
        posted(request),
        instance=PlanTask(plan=plan),
        initial={"year": year if year.isdigit() else None},
    )
    return _edit_task(request, form, title=_("Thêm việc"), back=plan.get_absolute_url())


@officers_only
def task_edit(request, pk: int):
    """Change a task, its state and its result."""
    found = _find_own_task(request, pk)
    form = PlanTaskForm(posted(request), instance=found)
    return _edit_task(request, form, title=_("Cập nhật việc"), back=found.get_absolute_url())


def _edit_task(request, form: PlanTaskForm, *, title: str, back: str):
    def save():
        return save_task(task=form.instance, by=request.user, seen=form.cleaned_data["seen"])

    path = _task_crumbs(form.instance.plan, (title, ""))
    return edit_page(request, form, save, title=title, back=back, path=path)


@officers_only
def task_withdraw(request, pk: int):
    """Ask why, then withdraw a task."""
    found = _find_own_task(request, pk)
    form = WithdrawForm(posted(request))
    return withdraw_page(
        request,
        form,
        lambda: withdraw_task(task=found, by=request.user, reason=form.cleaned_data["reason"]),
        title=_("Rút việc khỏi kế hoạch"),
        lead=found.words,
        back=found.get_absolute_url(),
        path=_task_crumbs(found.plan, (_("Rút việc"), "")),
    )
