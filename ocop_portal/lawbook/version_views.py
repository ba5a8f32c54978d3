"""Officers' pages: drafts and versions of a set, corrected on screen or sent in as a file."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ocop_portal import law, uploads
from ocop_portal.page_language import filled
from ocop_portal.pages import REFUSED, take_errors

from . import drafting, intake, places, readable, spreadsheet
from .acts import LawRefused, text_of
from .content import faults_of
from .differences import differences
from .models import SetCheck, SetUpload, SetVersion
from .office_forms import (
    FileForm,
    NoteFormSet,
    OptionFormSet,
    PlaceForm,
    ReasonForm,
    notes_initial,
    notes_of,
    options_initial,
    options_of,
)
from .office_pages import allowed, form_act, posted, set_crumbs, set_name, set_or_404
from .versions import standing

may_check = allowed("lawbook.check_set")
may_change = allowed("lawbook.change_set")


# --- Files --------------------------------------------------------------------------------------


def _text_for_file(request, slug: str, number: int) -> law.CriteriaSet | None:
    """The version that the address asks for (`?phien-ban=`), else the one in use, if any."""
    wanted = request.GET.get("phien-ban", "")
    if not wanted:
        return drafting.current_or_none(slug, number)
    if not wanted.isdecimal() or len(wanted) > 18:
        raise Http404
    return get_object_or_404(SetVersion, decision=slug, number=number, pk=wanted).criteria


def _attachment(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    return response


def _file_name(slug: str, number: int, criteria: law.CriteriaSet | None, suffix: str) -> str:
    version = f"-phien-ban-{criteria.version}" if criteria else "-mau"
    return f"bo-tieu-chi-{slug}-bo-{number:02d}{version}{suffix}"


@require_safe
@may_check
def spreadsheet_file(request, slug: str, number: int):
    """The set as an Excel file to correct; an empty one to fill in where there is no text."""
    shelf, summary = set_or_404(slug, number)
    criteria = _text_for_file(request, slug, number)
    try:
        content = spreadsheet.write(shelf, summary, criteria)
    except spreadsheet.TooDeep:
        messages.error(request, _("Bộ này có tiêu chí lồng quá hai cấp: hãy dùng tệp chữ."))
        return redirect("lawbook:set_desk", slug, number)
    return _attachment(content, uploads.EXCEL, _file_name(slug, number, criteria, ".xlsx"))


@require_safe
@may_check
def readable_file(request, slug: str, number: int):
    """The set as the readable file of the law's own folder."""
    shelf, _summary = set_or_404(slug, number)
    criteria = _text_for_file(request, slug, number)
    if criteria is None:
        raise Http404
    return _attachment(
        readable.write(shelf, criteria).encode(),
        "application/yaml; charset=utf-8",
        _file_name(slug, number, criteria, ".yaml"),
    )


@may_change
def upload_add(request, slug: str, number: int):
    """Take in a file with the whole set: a draft, or its faults."""
    shelf, summary = set_or_404(slug, number)
    form = FileForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = intake.take_file(
                decision=slug,
                number=number,
                uploaded=data["file"],
                by=request.user,
                reason=data["reason"],
            )
        except uploads.FileRefused as refused:
            take_errors(form, refused, "file")
        except LawRefused as refused:
            take_errors(form, refused)
        else:
            if made.version_id:
                messages.success(request, _("Tệp không có lỗi. Đã lập bản thảo từ tệp."))
                return redirect(made.version)
            return redirect(made)
    title = _("Nhập bộ tiêu chí từ tệp")
    return render(
        request,
        "lawbook/office/upload_form.html",
        {
            "form": form,
            "title": title,
            "decision": shelf,
            "summary": summary,
            "has_text": drafting.current_or_none(slug, number) is not None,
            "draft": drafting.draft_of(slug, number),
            "submit_label": _("Gửi tệp"),
            "cancel_url": reverse("lawbook:set_desk", args=[slug, number]),
            "breadcrumbs": set_crumbs(shelf, summary, (title, "")),
        },
        status=REFUSED if form.errors else 200,
    )


def _upload(pk: int) -> SetUpload:
    return get_object_or_404(SetUpload.objects.select_related("uploaded_by", "version"), pk=pk)


@require_safe
@may_check
def upload(request, pk: int):
    """A file that was sent in: what is wrong in it, row by row."""
    found = _upload(pk)
    shelf, summary = set_or_404(found.decision, found.number)
    return render(
        request,
        "lawbook/office/upload.html",
        {
            "upload": found,
            "summary": summary,
            "title": _("Tệp có lỗi") if found.faults else _("Tệp đã nhận"),
            "breadcrumbs": set_crumbs(shelf, summary, (_("Tệp đã gửi"), "")),
        },
    )


@require_safe
@may_check
def upload_file(request, pk: int):
    """The file as it was sent in, to be mended and sent again."""
    found = _upload(pk)
    return uploads.private_response(
        found.file, content_type="application/octet-stream", name=found.original_name
    )


# --- Drafts and versions ------------------------------------------------------------------------


@may_change
def draft_begin(request, slug: str, number: int):
    """Begin a draft from the version in use; the open draft where there is one."""
    shelf, summary = set_or_404(slug, number)
    open_draft = drafting.draft_of(slug, number)
    if open_draft:
        return redirect(open_draft)
    title = _("Sửa bộ tiêu chí")

    def act(data):
        return drafting.start_draft(decision=slug, number=number, by=request.user, **data)

    return form_act(
        request,
        ReasonForm(posted(request)),
        act,
        done=_("Đã lập bản thảo. Chọn chỗ cần sửa."),
        title=title,
        lead=filled(
            _(
                "%s. Bản thảo chỉ được dùng sau khi đối chiếu xong với văn bản ký và ban hành; "
                "các đợt đánh giá đã mở giữ nguyên bản cũ."
            ),
            set_name(summary),
        ),
        submit_label=_("Lập bản thảo"),
        cancel_url=reverse("lawbook:set_desk", args=[slug, number]),
        breadcrumbs=set_crumbs(shelf, summary, (title, "")),
    )


def _version(pk: int) -> SetVersion:
    return get_object_or_404(
        SetVersion.objects.select_related(
            "created_by",
            "published_by",
            "withdrawn_by",
            "published_with__document",
            "published_with__officer",
        ),
        pk=pk,
    )


def _version_name(found: SetVersion) -> str:
    words = _("Bản thảo, phiên bản %s") if found.is_draft else _("Phiên bản %s")
    return words % found.version


@require_safe
@may_check
def version(request, pk: int):
    """A draft or version: what it changes, what is wrong, what is still to do, the whole text."""
    found = _version(pk)
    shelf, summary = set_or_404(found.decision, found.number)
    base = text_of(found.decision, found.number, found.base_digest) if found.base_digest else None
    checks = SetCheck.objects.filter(digest=found.digest).select_related("document", "officer")
    return render(
        request,
        "lawbook/office/version.html",
        {
            "version": found,
            "criteria": found.criteria,
            "summary": summary,
            "decision": shelf,
            "base": base,
            "differences": differences(base.to_dict(), found.content) if base else [],
            "faults": faults_of(found.content) if found.is_draft else [],
            "why_not": drafting.why_not_published(found) if found.is_draft else [],
            "checks": checks,
            "check": drafting.check_for(found),
            "standing": standing(found.criteria),
            "may_change": found.is_draft and request.user.has_perm("lawbook.change_set"),
            "title": f"{set_name(summary)}: {_version_name(found).lower()}",
            "breadcrumbs": set_crumbs(shelf, summary, (_version_name(found), "")),
        },
    )


@may_change
def place(request, pk: int, where: str):
    """Correct one place of a draft: words, points, levels, notes, settled doubts."""
    found = _version(pk)
    spot = places.find(found.content, where)
    if spot is None:
        raise Http404
    shelf, summary = set_or_404(found.decision, found.number)
    sent = posted(request)
    form = PlaceForm(sent, place=spot, initial={**spot.item, "seen": found.digest})
    options = notes = None
    if spot.has_levels:
        options = OptionFormSet(sent, prefix="phuong-an", initial=options_initial(spot.item))
    if spot.has_notes:
        notes = NoteFormSet(sent, prefix="ghi-chu", initial=notes_initial(spot.item))
    forms = [one for one in (form, options, notes) if one is not None]
    if request.method == "POST" and all(one.is_valid() for one in forms):
        try:
            drafting.change_draft(
                draft_id=pk,
                seen=form.cleaned_data["seen"],
                content=places.edited(
                    found.content,
                    where,
                    facts=form.facts(),
                    options=options_of(options) if options is not None else None,
                    notes=notes_of(notes) if notes is not None else None,
                    settled_doubts=[int(n) for n in form.cleaned_data.get("settled", ())],
                ),
                by=request.user,
            )
        except LawRefused as refused:
            take_errors(form, refused)
        else:
            messages.success(request, _("Đã lưu vào bản thảo."))
            return redirect(f"{found.get_absolute_url()}#cho-{where}")
    is_wrong = request.method == "POST" and any(
        one.errors if one is form else not one.is_valid() for one in forms
    )
    return render(
        request,
        "lawbook/office/place_form.html",
        {
            "version": found,
            "place": spot,
            "form": form,
            "options": options,
            "notes": notes,
            "is_wrong": is_wrong,
            "title": filled(_("Sửa %s"), spot.title),
            "submit_label": _("Lưu vào bản thảo"),
            "cancel_url": f"{found.get_absolute_url()}#cho-{where}",
            "breadcrumbs": set_crumbs(
                shelf,
                summary,
                (_version_name(found), found.get_absolute_url()),
                (spot.title, ""),
            ),
        },
        status=REFUSED if is_wrong else 200,
    )


@may_change
def publish(request, pk: int):
    """Ask once more, then make a draft the version in use."""
    found = _version(pk)
    shelf, summary = set_or_404(found.decision, found.number)
    reasons = drafting.why_not_published(found) if found.is_draft else []
    status = 200
    if request.method == "POST":
        try:
            done = drafting.publish(draft_id=pk, seen=request.POST.get("seen", ""), by=request.user)
        except LawRefused as refused:
            reasons, status = refused.reasons, REFUSED
        else:
            messages.success(
                request,
                filled(
                    _("Đã ban hành phiên bản %s. Các đợt đánh giá mở từ nay dùng bản này."),
                    done.version,
                ),
            )
            return redirect("lawbook:set_desk", found.decision, found.number)
    title = filled(_("Ban hành phiên bản %s"), found.version)
    return render(
        request,
        "lawbook/office/publish.html",
        {
            "version": found,
            "summary": summary,
            "reasons": reasons,
            "check": drafting.check_for(found),
            "title": title,
            "breadcrumbs": set_crumbs(
                shelf, summary, (_version_name(found), found.get_absolute_url()), (title, "")
            ),
        },
        status=status,
    )


@may_change
def withdraw(request, pk: int):
    """Ask for the reason, then drop a draft or take a version out of use."""
    found = _version(pk)
    shelf, summary = set_or_404(found.decision, found.number)
    if found.is_draft:
        title, done = _("Bỏ bản thảo"), _("Đã bỏ bản thảo.")
        lead = _("Bản thảo không dùng được nữa, nhưng vẫn xem lại được trong lịch sử.")
    else:
        title, done = filled(_("Rút phiên bản %s"), found.version), _("Đã rút phiên bản.")
        lead = _(
            "Các đợt mở từ nay dùng bản trước đó. Đợt đã mở bằng phiên bản này giữ nguyên, "
            "kết quả không đổi."
        )

    def act(data):
        return drafting.withdraw(version_id=pk, by=request.user, **data)

    return form_act(
        request,
        ReasonForm(posted(request)),
        act,
        done=done,
        to=reverse("lawbook:set_desk", args=[found.decision, found.number]),
        title=title,
        lead=lead,
        submit_label=title,
        tone="danger",
        cancel_url=found.get_absolute_url(),
        breadcrumbs=set_crumbs(
            shelf, summary, (_version_name(found), found.get_absolute_url()), (title, "")
        ),
    )
