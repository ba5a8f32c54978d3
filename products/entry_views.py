"""Officers' pages of one entry: its step, what is missing, its moves, its dossier, its history."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from ocop_portal import law
from ocop_portal.lawbook import versions
from ocop_portal.page_language import filled
from ocop_portal.pages import crumbs, take_errors
from ocop_portal.portal_words import portal_words

from . import board as boards
from . import dossier
from .cycle import BY_NAME, Refused, available, enter, move, warnings_of, why_not
from .entry_forms import EntryForm, IdeaForm, MoveForm, PaperForm, ReasonForm
from .entry_parts import steps_context, thread_context
from .evidence_links import criteria_of, glance_of
from .models import Cycle, CycleStep, Entry, EntryEvent, Paper
from .register import may_write_idea, write_idea
from .scope import cycles_for
from .serving import paper_response
from .views import officers_only, posted
from .works import NUMBERS, why_locked, works_of

OTHER_ACTIONS = {
    "enter": _("Đưa vào chu trình"),
    "idea.written": _("Sửa nội dung ý tưởng"),
    "set.changed": _("Đổi bộ sản phẩm"),
    "form.handed_in": _("Nộp biểu điền trên máy"),
    "paper.attached": _("Thêm giấy tờ"),
    "paper.withdrawn": _("Rút giấy tờ"),
    "evidence.linked": _("Gắn giấy tờ với tiêu chí"),
    "slot.asked": _("Yêu cầu thêm giấy tờ"),
    "slot.filled": _("Bổ sung giấy tờ được yêu cầu"),
    "slot.accepted": _("Nhận giấy tờ bổ sung"),
    "slot.refused": _("Giấy tờ bổ sung chưa đạt"),
    "slot.withdrawn": _("Không yêu cầu giấy tờ nữa"),
    "self_assessment.attached": _("Gắn bản tự đánh giá của chủ thể"),
    "self_assessment.withdrawn": _("Rút bản tự đánh giá của chủ thể"),
}

# What their reason holds is what was done, not why.
TOLD_BY_REASON = {
    *("form.handed_in", "paper.attached", "set.changed"),
    *("self_assessment.attached", "evidence.linked"),
    *("slot.asked", "slot.filled", "slot.accepted", "slot.refused", "slot.withdrawn"),
}


def find_entry(request, pk: int, **more) -> Entry:
    """The entry, where the person works with it; `more`: what is read with it."""
    rows = Entry.objects.select_related("cycle__unit", "product__producer__unit").annotate(**more)
    found = get_object_or_404(rows, pk=pk)
    if not request.user.has_perm("products.view_entry", found):
        raise Http404
    return found


def entry_crumbs(entry: Entry, *more: tuple[str, str]) -> list[dict]:
    return crumbs(
        (filled(_("Chu trình năm %s"), entry.cycle.year), entry.cycle.get_absolute_url()),
        (entry.product.name, entry.get_absolute_url()),
        *more,
    )


@officers_only
def entry_add(request, pk: int):
    """Let a product take part in a cycle."""
    cycle = get_object_or_404(cycles_for(request.user).select_related("unit"), pk=pk)
    form = EntryForm(
        posted(request),
        user=request.user,
        cycle=cycle,
        initial={"product": request.GET.get("san-pham")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            entry = enter(
                product=form.cleaned_data["product"],
                cycle=cycle,
                by=request.user,
                idea=form.cleaned_data["idea"],
                set_number=form.cleaned_data["set_number"],
            )
        except Refused as refused:
            take_errors(form, refused)
        else:
            messages.success(request, filled(_("Đã đưa %s vào chu trình."), entry.product))
            return redirect(entry)
    title = _("Đưa sản phẩm vào chu trình")
    return render(
        request,
        "products/entry_form.html",
        {
            "form": form,
            "cycle": cycle,
            "title": title,
            "cancel_url": cycle.get_absolute_url(),
            "breadcrumbs": crumbs(
                (filled(_("Chu trình năm %s"), cycle.year), cycle.get_absolute_url()), (title, "")
            ),
        },
        status=422 if form.errors else 200,
    )


@require_safe
@officers_only
def entry(request, pk: int):
    """One entry: where it stands, what is asked, what may be done, dossier, history."""
    return _entry_page(request, find_entry(request, pk, **NUMBERS))


def _entry_page(request, found: Entry, *, refused=(), tried: dict | None = None, status=200):
    """The page of an entry. `refused`: why the move `tried` was not made; its reason is kept."""
    tried = tried or {}
    papers = list(found.papers.select_related("uploaded_by", "withdrawn_by"))
    # Read once, for the page and for what stands against a move.
    found.papers_in_force = [paper for paper in papers if paper.withdrawn_at is None]
    lines = dossier.lines(found)
    criteria = found.criteria_read = criteria_of(found)
    found.slots_read = list(found.paper_slots.select_related("paper"))
    steps = boards.steps_of(found.cycle)
    due = {step.number: step for step in steps}[found.step]
    boards.mark(found, due.due_on)
    moves = [
        {
            "row": row,
            "why_not": why_not(found, row),
            "warnings": warnings_of(found, row),
            "despite": tried.get("move") == row.name and bool(tried.get("despite")),
            "typed": tried.get("reason", "") if tried.get("move") == row.name else "",
            "open": tried.get("move") == row.name,
        }
        for row in available(found, request.user)
    ]
    events = list(found.events.select_related("by").order_by("-at", "-pk"))
    withdrawn = [paper for paper in papers if paper.withdrawn_at is not None]
    names = {item.code: item.name for item in found.cycle.law.dossier}
    for paper in withdrawn:
        paper.kind_name = names.get(paper.kind, paper.kind)
    forward = [row for row in moves if row["row"].forward]
    return render(
        request,
        "products/entry.html",
        {
            "entry": found,
            "product": found.product,
            "producer": found.product.producer,
            "cycle": found.cycle,
            "set": criteria or versions.summary(found.cycle.decision, found.set_number),
            "asked": boards.asked_of(found),
            "returned": _last_return(found, events),
            "track": _track(steps),
            "due": due,
            "forward": forward,
            # One button of the page is the next to press: this move, else what it waits for.
            "may_move_on": any(not row["why_not"] for row in forward),
            "backward": [row for row in moves if not row["row"].forward],
            "refused": refused,
            "typed_elsewhere": (
                tried.get("reason", "") if not any(row["open"] for row in moves) else ""
            ),
            "may_write_idea": may_write_idea(found),
            "idea_form": IdeaForm(instance=found) if may_write_idea(found) else None,
            "glance": glance_of(lines, criteria),
            "slots": found.slots_read,
            "may_ask": request.user.has_perm("products.decide_entry", found),
            "mandatory": [row for row in lines if row.item.mandatory],
            "evidence": [row for row in lines if not row.item.mandatory and row.papers],
            "evidence_open": [row for row in lines if not row.item.mandatory and not row.papers],
            "locked": dossier.why_locked(found, request.user),
            "withdrawn": withdrawn,
            "self_assessments": list(
                found.self_assessments.select_related("attached_by", "withdrawn_by")
            ),
            "works": works_of(found),
            "works_open": not why_locked(found),
            "history": [_told(event, names) for event in events],
            "breadcrumbs": entry_crumbs(found),
            **steps_context(found, request.user),
            **thread_context(found, request.user),
        },
        status=status,
    )


def _last_return(found: Entry, events: list[EntryEvent]) -> EntryEvent | None:
    """The move back that led to this state, with its reason; None if a move forward did."""
    last = next((event for event in events if event.to_state), None)
    row = BY_NAME.get(last.action) if last else None
    return last if row and not row.forward and last.reason else None


def _track(steps: list[CycleStep]) -> list[dict]:
    """The six steps with their planned dates, for the step track."""
    return [
        {
            "name": step.get_number_display(),
            "note": filled(_("hạn %s"), step.due_on.strftime("%d/%m/%Y")) if step.due_on else "",
        }
        for step in steps
    ]


def _told(event: EntryEvent, names: dict[str, str]) -> dict:
    """One event in words, for the history; `names` are those of the dossier's items."""
    row = BY_NAME.get(event.action)
    what = row.told if row else OTHER_ACTIONS.get(event.action, event.action)
    reason = portal_words(event.reason)
    if event.action in TOLD_BY_REASON:
        what, reason = filled("%s: %s", (what, reason)), ""
    elif event.action == "paper.withdrawn":
        papers = ", ".join(names.get(p["kind"], p["name"]) for p in event.handed_in)
        what = filled("%s: %s", (what, papers))
    return {
        "when": event.at,
        "who": event.by,
        "what": what,
        "reason": reason,
        "reason_label": capfirst(str(row.reason_label)) if row and row.reason_label else _("Lý do"),
        "papers": [
            {**paper, "kind_name": names.get(paper["kind"], paper["name"])}
            for paper in (event.handed_in if row else [])
        ],
    }


@require_POST
@officers_only
def entry_move(request, pk: int):
    """Move an entry along one row of the table of transitions."""
    found = find_entry(request, pk)
    form = MoveForm(request.POST)
    form.is_valid()
    sent = form.cleaned_data
    row = BY_NAME.get(sent.get("move", ""))
    if row is None:
        raise Http404
    if not row.actor or not request.user.has_perm(row.actor, found):
        raise PermissionDenied
    tried = {**sent, "move": row.name, "reason": request.POST.get("reason", "")}
    if "reason" in form.errors:
        return _entry_page(request, found, refused=form.errors["reason"], tried=tried, status=422)
    try:
        moved = move(
            entry=found,
            name=row.name,
            by=request.user,
            reason=sent["reason"],
            expected=sent.get("expected") or None,
            despite=sent["despite"],
        )
    except Refused as refused:
        found = find_entry(request, pk, **NUMBERS)
        return _entry_page(request, found, refused=refused.reasons, tried=tried, status=409)
    messages.success(
        request,
        filled(
            _("%(told)s: %(product)s – %(state)s."),
            {
                "told": row.told,
                "product": found.product,
                "state": lazy(lambda: moved.get_state_display().lower(), str)(),
            },
        ),
    )
    return redirect(found)


@officers_only
def entry_edit(request, pk: int):
    """Word the idea of an entry, while it is in preparation or returned."""
    found = find_entry(request, pk)
    form = IdeaForm(posted(request), instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            write_idea(
                entry=found,
                idea=form.cleaned_data["idea"],
                by=request.user,
                seen=form.cleaned_data["seen"],
            )
        except Refused as refused:
            take_errors(form, refused)
        else:
            messages.success(request, _("Đã lưu ý tưởng."))
            return redirect(found)
    return render(
        request,
        "products/idea_form.html",
        {
            "form": form,
            "entry": found,
            "title": _("Ý tưởng sản phẩm"),
            "cancel_url": found.get_absolute_url(),
            "breadcrumbs": entry_crumbs(found, (_("Ý tưởng sản phẩm"), "")),
        },
        status=422 if form.errors else 200,
    )


# --- Papers -----------------------------------------------------------------------------------


def _item(cycle: Cycle, kind: str) -> law.DossierItem:
    """The item of the Decision's dossier list, or 404."""
    for item in cycle.law.dossier:
        if item.code == kind:
            return item
    raise Http404


@officers_only
def paper_add(request, pk: int, kind: str):
    """Add a paper of one kind to an entry's dossier."""
    found = find_entry(request, pk)
    item = _item(found.cycle, kind)
    form = PaperForm(
        posted(request),
        request.FILES or None,
        item=item,
        limit_mb=settings.UPLOAD_MAX_MB,
    )
    if request.method == "POST" and form.is_valid():
        paper = form.instance
        paper.kind = item.code
        try:
            dossier.attach_paper(entry=found, paper=paper, upload=form.upload, by=request.user)
        except dossier.PaperRefused as refused:
            take_errors(form, refused)
        else:
            _tell_attached(request, found, item)
            return redirect(f"{found.get_absolute_url()}#giay-to-{item.code}")
    return render(
        request,
        "products/paper_form.html",
        {
            "form": form,
            "entry": found,
            "item": item,
            "title": _("Thêm giấy tờ"),
            "submit_label": _("Lưu giấy tờ"),
            "locked": dossier.why_locked(found, request.user),
            "cancel_url": f"{found.get_absolute_url()}#giay-to-{item.code}",
            "breadcrumbs": entry_crumbs(found, (_("Thêm giấy tờ"), "")),
        },
        status=422 if form.errors else 200,
    )


def _tell_attached(request, found: Entry, item: law.DossierItem) -> None:
    messages.success(request, filled(_("Đã lưu: %s."), item.name))
    line = next(line for line in dossier.lines(found) if line.item.code == item.code)
    if line.is_expired:
        messages.warning(request, _("Giấy này đã hết giá trị nên chưa được tính là có."))
    elif line.is_missing:
        messages.warning(
            request,
            filled(
                _("Mới ghi nhận %(have)s, cần đủ %(need)s."),
                {
                    "have": sum(paper.quantity or 0 for paper in line.papers),
                    "need": item.quantity,
                },
            ),
        )


@require_safe
@officers_only
def paper(request, pk: int):
    """The file of a dossier paper, also of a withdrawn one, for officers of its entry."""
    found = get_object_or_404(Paper.objects.select_related("entry__product__producer"), pk=pk)
    if not request.user.has_perm("products.view_entry", found.entry):
        raise Http404
    return paper_response(found)


@officers_only
def paper_withdraw(request, pk: int):
    """Ask for the reason, then take a paper out of the dossier."""
    found = get_object_or_404(
        Paper.objects.select_related("entry__cycle__unit", "entry__product__producer__unit"), pk=pk
    )
    entry_ = found.entry
    if not request.user.has_perm("products.view_entry", entry_):
        raise Http404
    item = _item(entry_.cycle, found.kind)
    form = ReasonForm(posted(request))
    back = f"{entry_.get_absolute_url()}#giay-to-{item.code}"
    if request.method == "POST" and form.is_valid():
        try:
            dossier.withdraw_paper(paper=found, by=request.user, reason=form.cleaned_data["reason"])
        except dossier.PaperRefused as refused:
            take_errors(form, refused)
        else:
            messages.success(request, _("Đã rút giấy tờ khỏi hồ sơ."))
            return redirect(back)
    return render(
        request,
        "products/paper_withdraw.html",
        {
            "form": form,
            "paper": found,
            "item": item,
            "entry": entry_,
            "locked": dossier.why_locked(entry_, request.user),
            "title": _("Rút giấy tờ khỏi hồ sơ"),
            "submit_label": _("Rút giấy tờ"),
            "tone": "danger",
            "cancel_url": back,
            "breadcrumbs": entry_crumbs(entry_, (_("Rút giấy tờ"), "")),
        },
        status=422 if form.errors else 200,
    )
