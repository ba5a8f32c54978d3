"""Officers' pages of the forms of steps 2 and 3: writing, reading, printing, findings, late leave."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from ocop_portal.page_language import filled
from ocop_portal.pages import REFUSED, take_errors
from ocop_portal.papers.serving import paper_file

from . import assessments, filled_forms, leaves
from . import form_figures as figures
from .cycle import Refused, move
from .entry_views import entry_crumbs, find_entry
from .filled_fields import FilledFormForm, FindingsForm, WordsForm
from .form_content import CRITERIA_NOTE, FORMS, NOTE
from .models import Entry, FilledForm, ResubmissionLeave
from .serving import paper_response
from .views import officers_only, posted

K = FilledForm.Kind
RELATED = ("entry__cycle__unit", "entry__product__producer__unit")


def _start(entry: Entry, kind: str, draft, last) -> dict:
    """What a form starts with: the draft, the version before, or what the register knows."""
    if draft or last:
        return (draft or last).texts
    producer = entry.product.producer
    if kind != K.IDEA:
        return {}
    known = [producer.name, str(producer.unit), producer.representative]
    return {
        "idea": entry.idea,
        "producer": "\n".join(filter(None, known)),
        "proposer": ", ".join(filter(None, [producer.representative, producer.phone])),
    }


def _form(request, entry: Entry, kind: str):
    if kind not in K.values:
        raise Http404
    draft = filled_forms.draft_of(entry, kind)
    last = filled_forms.newest(entry, kind)
    form = FilledFormForm(
        posted(request),
        content=filled_forms.form_of(entry, kind),
        draft=draft or last,
        start=_start(entry, kind, draft, last),
    )
    form.fields["seen"].initial = filled_forms.stamp(draft)
    return form, draft, last


@officers_only
def form_edit(request, pk: int, kind: str):
    """Write a form on screen; a draft may lack what it will need when it is handed in."""
    found = find_entry(request, pk)
    form, draft, last = _form(request, found, kind)
    if request.method == "POST" and form.is_valid():
        try:
            filled_forms.save_draft(
                entry=found,
                kind=kind,
                by=request.user,
                texts=form.texts(),
                lines=form.lines(),
                moneys=form.moneys(),
                typed_sources=form.cleaned_data.get("typed_sources"),
                typed_uses=form.cleaned_data.get("typed_uses"),
                seen=form.cleaned_data["seen"],
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Đã lưu bản nháp."))
            return redirect(request.path if "more" in request.POST else found)
    content = form.content
    title = filled(
        _("Biểu %(number)s: %(title)s"), {"number": content.number, "title": content.title}
    )
    return render(
        request,
        "products/filled/edit.html",
        {
            "form": form,
            "entry": found,
            "kind": kind,
            "title": title,
            "note": NOTE,
            "may_write": filled_forms.may_write(found, kind),
            "lacking": filled_forms.faults(draft) if draft else [],
            "draft": draft,
            "last": last,
            "sums": _sums(draft or last) if content.number == "03" else None,
            "breadcrumbs": entry_crumbs(found, (filled(_("Biểu %s"), content.number), "")),
        },
        status=REFUSED if form.errors else 200,
    )


def _sums(form: FilledForm | None) -> dict:
    lines, moneys = (list(form.lines.all()), list(form.money.all())) if form else ([], [])
    return _shown(figures.sums(lines, moneys))


def _shown(sums: dict) -> dict:
    """Sums as they are printed."""
    show = figures.show
    return {
        "years": [
            {key: value if key == "year" else show(value) for key, value in row.items()}
            for row in sums["years"]
        ],
        "sources": show(sums["sources"]),
        "uses": show(sums["uses"]),
        "gap": show(abs(sums["gap"])) if sums["gap"] else "",
    }


@require_POST
@officers_only
def form_sums(request, pk: int):
    """The sums of a plan as it stands on the screen, nothing kept."""
    found = find_entry(request, pk)
    form, _draft, _last = _form(request, found, K.PLAN)
    form.is_valid()
    lines, moneys = form.lines(), form.moneys()
    return render(
        request,
        "products/filled/_sums.html",
        {
            "sums": _shown(figures.sums(lines, moneys)),
            "faults": figures.faults(
                lines,
                moneys,
                form.cleaned_data.get("typed_sources"),
                form.cleaned_data.get("typed_uses"),
            ),
        },
    )


def _find_form(request, pk: int) -> FilledForm:
    found = get_object_or_404(
        FilledForm.objects.select_related("written_by", "submitted_by", "paper", *RELATED), pk=pk
    )
    if not request.user.has_perm("products.view_entry", found.entry):
        raise Http404
    return found


@require_safe
@officers_only
def form_version(request, pk: int):
    """One version of a form, as it was handed in, and what differs from the one before."""
    found = _find_form(request, pk)
    before = (
        found.entry.filled_forms.filter(kind=found.kind, number__lt=found.number)
        .prefetch_related("lines", "money")
        .first()
    )
    lines = list(found.lines.all())
    for line in lines:
        line.revenue = figures.show(figures.revenue(line))
        line.shown = [figures.show(value) for value in (line.quantity, line.price, line.cost)]
    moneys = list(found.money.all())
    for row in moneys:
        row.shown = figures.show(row.amount)
    content = FORMS[found.form]
    return render(
        request,
        "products/filled/version.html",
        {
            "form": found,
            "content": content,
            "note": NOTE,
            "entry": found.entry,
            "sections": [
                {
                    "title": section.title,
                    "figures": section.figures,
                    "answers": [(f.label, found.texts.get(f.code, "")) for f in section.fields],
                }
                for section in content.sections
            ],
            "lines": lines,
            "moneys": moneys,
            "sums": _shown(figures.sums(lines, moneys)),
            "before": before,
            "changes": filled_forms.changes(before, found),
            "breadcrumbs": entry_crumbs(found.entry, (found, "")),
        },
    )


@require_safe
@officers_only
def form_print(request, pk: int):
    """A form on paper: the very file of a version that was handed in, a draft as it stands."""
    found = _find_form(request, pk)
    if found.paper:
        return paper_response(found.paper)
    return paper_file(
        filled_forms.draw(found, found.entry), f"{found} {found.entry.product}", "pdf"
    )


# --- Findings ---------------------------------------------------------------------------------


@officers_only
def assess(request, pk: int):
    """Find criterion by criterion, keep it, or answer with it."""
    found = find_entry(request, pk)
    if not request.user.has_perm("products.decide_entry", found):
        raise PermissionDenied
    kind = assessments.WAITING.get(found.state)
    if kind is None:
        return redirect(found)
    open_one = assessments.open_one(found, kind)
    held = {row.code: row for row in open_one.findings.all()} if open_one else {}
    form = FindingsForm(posted(request), kind=kind, held=held)
    moves = {K.IDEA: ("accept_idea", "return_idea"), K.PLAN: ("approve_plan", "return_plan")}[kind]
    if request.method == "POST" and form.is_valid():
        name = request.POST.get("move", "")
        try:
            with transaction.atomic():
                assessments.save_findings(entry=found, findings=form.findings(), by=request.user)
                if name in moves:
                    move(
                        entry=found,
                        name=name,
                        by=request.user,
                        reason=form.cleaned_data["reason"],
                        expected=found.state,
                    )
        except Refused as refused:
            unsaid = name == moves[1] and not form.cleaned_data.get("reason")
            take_errors(form, refused, "reason" if unsaid else None)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Đã trả lời.") if name in moves else _("Đã lưu nhận xét."))
            return redirect(found)
    return render(
        request,
        "products/filled/assess.html",
        {
            "form": form,
            "entry": found,
            "kind": kind,
            "note": CRITERIA_NOTE[kind],
            "filled": list(
                found.filled_forms.filter(submitted_at__isnull=False).order_by("form", "-number")
            ),
            "title": _("Xét ý tưởng") if kind == K.IDEA else _("Thẩm định phương án"),
            "accept": moves[0],
            "give_back": moves[1],
            "breadcrumbs": entry_crumbs(found, (_("Nhận xét"), "")),
        },
        status=REFUSED if form.errors else 200,
    )


# --- Late returns -----------------------------------------------------------------------------


@officers_only
def leave_ask(request, pk: int):
    """Ask the district to take a returned idea after its time."""
    found = find_entry(request, pk)
    form = WordsForm(posted(request), label=_("Lý do nộp muộn"))
    if request.method == "POST" and form.is_valid():
        try:
            leaves.ask(entry=found, by=request.user, reason=form.cleaned_data["words"])
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Đã gửi đề nghị."))
            return redirect(found)
    return _words_page(request, found, form, _("Đề nghị nộp muộn"), _("Gửi đề nghị"))


@officers_only
def leave_answer(request, pk: int):
    """Answer a commune that asks for leave."""
    leave = get_object_or_404(ResubmissionLeave.objects.select_related(*RELATED), pk=pk)
    if not request.user.has_perm("products.view_entry", leave.entry):
        raise Http404
    if not request.user.has_perm("products.decide_entry", leave.entry):
        raise PermissionDenied
    form = WordsForm(posted(request), label=_("Trả lời"))
    if request.method == "POST" and form.is_valid():
        try:
            leaves.decide(
                leave=leave,
                by=request.user,
                granted=request.POST.get("answer") == "yes",
                words=form.cleaned_data["words"],
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Đã trả lời đề nghị."))
            return redirect(leave.entry)
    return render(
        request,
        "products/filled/leave_answer.html",
        {
            "form": form,
            "leave": leave,
            "title": _("Trả lời đề nghị nộp muộn"),
            "lead": leave.reason,
            "cancel_url": leave.entry.get_absolute_url(),
            "breadcrumbs": entry_crumbs(leave.entry, (_("Đề nghị nộp muộn"), "")),
        },
        status=REFUSED if form.errors else 200,
    )


def _words_page(request, entry: Entry, form, title: str, submit: str):
    return render(
        request,
        "components/form_page.html",
        {
            "form": form,
            "title": title,
            "lead": entry.product.name,
            "submit_label": submit,
            "cancel_url": entry.get_absolute_url(),
            "breadcrumbs": entry_crumbs(entry, (title, "")),
        },
        status=REFUSED if form.errors else 200,
    )
