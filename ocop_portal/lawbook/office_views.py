"""Officers' pages: the Decisions and their sets, scans of the signed text, and comparing with it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ocop_portal import pages
from ocop_portal.page_language import filled
from ocop_portal.pages import REFUSED, take_errors
from ocop_portal.uploads import private_response

from . import checking, documents
from .acts import LawRefused, history_of, text_of
from .drafting import current_or_none, draft_of
from .models import DocumentFile, LegalDocument, SetCheck, SetUpload, SetVersion
from .office_forms import BeginForm, DocumentForm, ReasonForm, TickForm
from .office_pages import (
    allowed,
    decision_crumbs,
    decision_or_404,
    form_act,
    posted,
    set_crumbs,
    set_name,
    set_or_404,
)
from .overview import decision_rows, rows_of
from .versions import MISSING, standing

may_check = allowed("lawbook.check_set")


@require_safe
@may_check
def desk(request):
    """The Decisions, and how far their sets are checked."""
    crumbs = pages.crumbs((_("Bộ tiêu chí"), ""))
    return render(
        request, "lawbook/office/desk.html", {"rows": decision_rows(), "breadcrumbs": crumbs}
    )


@require_safe
@may_check
def decision(request, slug: str):
    """One Decision: its scans, and every set with its standing."""
    found = decision_or_404(slug)
    scans = LegalDocument.objects.filter(decision=slug).select_related("uploaded_by")
    return render(
        request,
        "lawbook/office/decision.html",
        {
            "decision": found,
            "rows": rows_of(found)[slug],
            "documents": scans,
            "history": history_of(slug, None),
            "breadcrumbs": decision_crumbs(found),
        },
    )


# --- The signed text ----------------------------------------------------------------------------


@allowed("lawbook.add_document")
def document_add(request, slug: str):
    """Take in a scan of the Decision, or of one that amends it."""
    found = decision_or_404(slug)
    form = DocumentForm(posted(request), request.FILES or None, initial={"number": found.number})
    title = _("Thêm bản chụp văn bản ký")

    def act(data):
        return documents.add_document(decision=slug, by=request.user, **data)

    return form_act(
        request,
        form,
        act,
        done=_("Đã lưu bản chụp."),
        title=title,
        lead=_("Bản chụp chỉ cán bộ huyện xem được, dùng để đối chiếu từng mục của bộ tiêu chí."),
        submit_label=_("Lưu bản chụp"),
        cancel_url=reverse("lawbook:decision_desk", args=[slug]),
        breadcrumbs=decision_crumbs(found, (title, "")),
    )


def _document(pk: int) -> LegalDocument:
    return get_object_or_404(
        LegalDocument.objects.select_related("uploaded_by", "withdrawn_by"), pk=pk
    )


@require_safe
@may_check
def document(request, pk: int):
    """A scan: its files, and what was compared with it."""
    found = _document(pk)
    law_ = decision_or_404(found.decision)
    return render(
        request,
        "lawbook/office/document.html",
        {
            "document": found,
            "files": found.files.all(),
            "checks": found.checks.select_related("officer").order_by("number", "begun_at"),
            "breadcrumbs": decision_crumbs(law_, (found.title, "")),
        },
    )


@allowed("lawbook.add_document")
def document_withdraw(request, pk: int):
    """Ask for the reason, then take a scan out of use."""
    found = _document(pk)
    title = _("Rút bản chụp")

    def act(data):
        return documents.withdraw_document(document=found, by=request.user, **data)

    return form_act(
        request,
        ReasonForm(posted(request)),
        act,
        done=_("Đã rút bản chụp."),
        title=title,
        lead=filled(
            _(
                "%s. Những lần đối chiếu với bản chụp này sẽ không còn được tính; bản chụp vẫn xem lại được."
            ),
            found,
        ),
        submit_label=title,
        tone="danger",
        cancel_url=found.get_absolute_url(),
        breadcrumbs=decision_crumbs(
            decision_or_404(found.decision), (found.title, found.get_absolute_url()), (title, "")
        ),
    )


@require_safe
@may_check
def document_file(request, pk: int):
    """A file of a scan; a page of the portal may frame it."""
    found = get_object_or_404(DocumentFile, pk=pk)
    return private_response(
        found.file, content_type=found.content_type, name=found.original_name, framed=True
    )


# --- One set ------------------------------------------------------------------------------------


@require_safe
@may_check
def set_desk(request, slug: str, number: int):
    """One set: the version in use, comparisons, versions, files, history."""
    law_, summary = set_or_404(slug, number)
    current = current_or_none(slug, number)
    versions = SetVersion.objects.filter(decision=slug, number=number).defer("content")
    checks = list(
        SetCheck.objects.filter(decision=slug, number=number)
        .select_related("document", "officer")
        .prefetch_related("ticks")
    )
    for row in checks:
        row.agreed = sum(tick.agrees for tick in row.ticks.all())
        row.differing = sum(not tick.agrees for tick in row.ticks.all())
        row.is_current = current is not None and row.digest == current.digest
    uploads = SetUpload.objects.filter(decision=slug, number=number, version__isnull=True)
    return render(
        request,
        "lawbook/office/set.html",
        {
            "decision": law_,
            "summary": summary,
            "criteria": current,
            "standing": standing(current) if current else MISSING,
            "doubts": current.doubts if current else (),
            "versions": versions.select_related("created_by", "published_by"),
            "draft": draft_of(slug, number),
            "checks": checks,
            "refused_uploads": uploads.select_related("uploaded_by")[:5],
            "history": history_of(slug, number),
            "title": set_name(summary),
            "breadcrumbs": set_crumbs(law_, summary),
        },
    )


# --- Comparing ----------------------------------------------------------------------------------


@may_check
def check_begin(request, slug: str, number: int):
    """Choose what is compared with which scan, and begin."""
    law_, summary = set_or_404(slug, number)
    draft = draft_of(slug, number)
    texts = {}
    current = current_or_none(slug, number)
    if current:
        texts[current.digest] = (
            current,
            filled(_("bản đang dùng, phiên bản %s"), current.version),
        )
    if draft:
        texts[draft.digest] = (draft.criteria, filled(_("bản thảo, phiên bản %s"), draft.version))
    scans = LegalDocument.objects.filter(decision=slug, withdrawn_at__isnull=True)
    initial = {
        "document": request.GET.get("van-ban") or scans.order_by("-uploaded_at").first(),
        "text": request.GET.get("ban") or next(reversed(texts), None),
    }
    form = BeginForm(
        posted(request),
        documents=scans,
        texts=[(digest, words) for digest, (_text, words) in texts.items()],
        initial=initial,
    )
    title = _("Đối chiếu với văn bản ký")

    def act(data):
        return checking.begin(
            criteria=texts[data["text"]][0], document=data["document"], by=request.user
        )

    return form_act(
        request,
        form,
        act,
        done=_("Đối chiếu lần lượt từng mục; có thể dừng và làm tiếp bất cứ lúc nào."),
        template="lawbook/office/check_begin.html",
        title=title,
        lead=set_name(summary),
        submit_label=_("Bắt đầu đối chiếu"),
        has_documents=scans.exists(),
        has_text=bool(texts),
        decision=law_,
        cancel_url=reverse("lawbook:set_desk", args=[slug, number]),
        breadcrumbs=set_crumbs(law_, summary, (title, "")),
    )


def _check(pk: int) -> SetCheck:
    return get_object_or_404(
        SetCheck.objects.select_related("document", "officer").prefetch_related(
            "ticks", "document__files"
        ),
        pk=pk,
    )


@may_check
def check(request, pk: int):
    """One section of the set beside the scan; a tick leads on to the next open section."""
    found = _check(pk)
    criteria = text_of(found.decision, found.number, found.digest)
    form = None
    if request.method == "POST" and criteria:
        form = TickForm(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            try:
                checking.tick(
                    check_id=pk,
                    criteria=criteria,
                    section=data["section"],
                    agrees=data["agrees"] == "yes",
                    page=data["page"],
                    remark=data["remark"],
                    by=request.user,
                )
            except LawRefused as refused:
                take_errors(form, refused)
            else:
                return redirect(_next_section(_check(pk), criteria, data["section"]))
    return _check_page(request, found, criteria, form)


def _next_section(found: SetCheck, criteria, section: str) -> str:
    """Where to go after a tick: the next section that is still open, the first of them at the end."""
    keys = [piece.key for piece in checking.pieces_of(criteria)]
    ticked = {row.section for row in found.ticks.all()}
    after = keys[keys.index(section) + 1 :] + keys
    key = next((key for key in after if key not in ticked), "")
    return found.get_absolute_url() + (f"?muc={key}" if key else "")


def _check_page(request, found: SetCheck, criteria, form=None):
    law_, summary = set_or_404(found.decision, found.number)
    ticks = {row.section: row for row in found.ticks.all()}
    pieces = checking.pieces_of(criteria) if criteria else ()
    rows = [{"piece": piece, "tick": ticks.get(piece.key)} for piece in pieces]
    asked = (form and form.data.get("section")) or request.GET.get("muc", "")
    chosen = next(
        (row for row in rows if row["piece"].key == asked),
        next((row for row in rows if row["tick"] is None), rows[0] if rows else None),
    )
    is_own = found.officer_id == request.user.pk
    may_tick = is_own and not found.is_signed and not found.document.is_withdrawn
    if chosen and form is None:
        form = _tick_form(chosen, ticks)
    pages_seen = [row.page for row in sorted(ticks.values(), key=lambda row: row.at) if row.page]
    tick = chosen and chosen["tick"]
    page = (tick and tick.page) or (pages_seen[-1] if pages_seen else 1)
    files = list(found.document.files.all())
    return render(
        request,
        "lawbook/office/check.html",
        {
            "check": found,
            "criteria": criteria,
            "summary": summary,
            "rows": rows,
            "chosen": chosen,
            "form": form,
            "may_tick": may_tick,
            "is_own": is_own,
            "open_count": sum(row["tick"] is None for row in rows),
            "differing": [row for row in rows if row["tick"] and not row["tick"].agrees],
            "files": files,
            "page": page,
            "title": filled(_("Đối chiếu: %s"), set_name(summary)),
            "breadcrumbs": set_crumbs(law_, summary, (_("Đối chiếu"), "")),
        },
        status=REFUSED if form is not None and form.errors else 200,
    )


def _tick_form(chosen: dict, ticks: dict) -> TickForm:
    tick = chosen["tick"]
    initial = {"section": chosen["piece"].key}
    if tick:
        initial |= {
            "agrees": "yes" if tick.agrees else "no",
            "page": tick.page,
            "remark": tick.remark,
        }
    return TickForm(initial=initial)


@may_check
def check_sign(request, pk: int):
    """Ask once more, then sign that the set agrees with the signed text."""
    found = _check(pk)
    criteria = text_of(found.decision, found.number, found.digest)
    law_, summary = set_or_404(found.decision, found.number)
    reasons, status = [], 200
    if criteria is None:
        reasons = [_("Văn bản của lần đối chiếu này không còn trong hệ thống.")]
    elif not found.is_signed:
        reasons = checking.why_not_signed(found, criteria)
    if request.method == "POST":
        try:
            if criteria is None:
                raise LawRefused(*reasons)
            checking.sign(check_id=pk, criteria=criteria, by=request.user)
        except LawRefused as refused:
            reasons, status = refused.reasons, REFUSED
        else:
            words = ngettext(
                "Đã ký xác nhận: %(count)d mục khớp với văn bản ký.",
                "Đã ký xác nhận: %(count)d mục khớp với văn bản ký.",
                found.sections,
            )
            messages.success(request, filled(words, {"count": found.sections}))
            return redirect(found)
    title = _("Ký xác nhận đã đối chiếu")
    return render(
        request,
        "lawbook/office/check_sign.html",
        {
            "check": found,
            "summary": summary,
            "reasons": reasons,
            "is_own": found.officer_id == request.user.pk,
            "title": title,
            "breadcrumbs": set_crumbs(
                law_, summary, (_("Đối chiếu"), found.get_absolute_url()), (title, "")
            ),
        },
        status=status,
    )
