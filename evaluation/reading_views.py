"""Reading a sheet that was handed in, reopening it, and the papers that it was scored by.

A member's marks are read by others only through `_readable`, which lets chair and secretary in
once scoring has ended.
"""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from ocop_portal.page_language import filled
from products.models import Paper
from products.serving import paper_response

from . import sheets as acts
from .evidence import PageNotShown, page_image
from .forms import ReasonForm
from .models import Candidate, Conflict, Round, Sheet
from .pages import crumbs, find_round, form_act
from .rules import seat_in
from .scope import hidden_from
from .sheet_table import sheet_parts, with_notes
from .told import mark_changes


def _readable(request, pk: int) -> Sheet:
    """A sheet that this person may read; 404 for everybody else.

    Its author always may. Chair and secretary may once scoring has ended, and only what was handed
    in; never for a product that they have declared a conflict for, nor before they have handed in
    their own sheet for it.
    """
    found = get_object_or_404(
        Sheet.objects.select_related(
            "seat__user",
            "reopened_by",
            "candidate__round__council__unit",
            "candidate__round__cycle",
            "candidate__entry__product__producer__unit",
            "candidate__entry__cycle",
            "candidate__pinned_set",
        ).defer("candidate__pinned_set__content"),
        pk=pk,
    )
    if found.seat.user_id == request.user.pk:
        return found
    round_ = found.candidate.round
    ended = round_.state == Round.State.TALLYING or round_.is_settled
    if (
        ended
        and found.submitted_at
        and found.state in {Sheet.State.SUBMITTED, Sheet.State.SUPERSEDED}
        and request.user.has_perm("evaluation.reopen_sheet", round_)
        and not any(found.candidate_id in keys for keys in hidden_from(request.user, round_))
    ):
        return found
    raise Http404


@never_cache
def sheet_view(request, pk: int):
    """A sheet as it stands, to be read: choices, sums, declarations, every change of a choice."""
    found = _readable(request, pk)
    candidate = found.candidate
    is_author = found.seat.user_id == request.user.pk
    criteria = candidate.pinned_set.criteria
    options, _declared = acts.answers(found)
    declarations = {row.rule: row.reason for row in found.declarations.all()}
    score = acts.score_of(criteria, options, declarations)
    versions = list(
        Sheet.objects.filter(candidate=candidate, seat=found.seat)
        .exclude(pk=found.pk)
        .select_related("reopened_by")
        .order_by("version")
    )
    if not is_author:
        versions = [row for row in versions if row.submitted_at and row.state != "draft"]
    seat = seat_in(request.user, candidate.round.council_id)
    if not is_author:
        back = reverse("evaluation:tally", args=[candidate.round_id])
    elif seat and seat.scores and request.user.has_perm("evaluation.view_round", candidate.round):
        back = reverse("evaluation:my_sheets", args=[candidate.round_id])
    else:
        back = ""  # a round given up, a council left: the sheet is all that its author still sees
    trail = [
        (candidate.round, candidate.round.get_absolute_url()),
        (_("Phiếu của tôi") if is_author else _("Tổng hợp điểm"), back),
    ]
    return render(
        request,
        "evaluation/sheet_view.html",
        {
            "sheet": found,
            "candidate": candidate,
            "round": candidate.round,
            "criteria": criteria,
            "parts": with_notes(
                sheet_parts(
                    criteria,
                    score,
                    options,
                    declarations,
                    producer_points=candidate.told_by_producer,
                    closed=True,
                ),
                dict(found.notes.values_list("criterion", "text")),
            ),
            "score": score,
            "versions": versions,
            "changes": mark_changes(found, criteria),
            "is_author": is_author,
            "back": back or reverse("office"),
            "may_reopen": found.state in {Sheet.State.SUBMITTED, Sheet.State.LAPSED}
            and candidate.round.takes_marks
            and request.user.has_perm("evaluation.reopen_sheet", candidate.round),
            "breadcrumbs": crumbs(*(trail if back else []), (candidate.entry.product, "")),
        },
    )


def reopen(request, pk: int):
    """Give a member a new version of a handed-in sheet: chair or secretary, with a reason."""
    found = get_object_or_404(
        Sheet.objects.select_related("seat__user", "candidate__entry__product"), pk=pk
    )
    round_ = find_round(request, found.candidate.round_id, "evaluation.reopen_sheet")
    conflicts, _owed = hidden_from(request.user, round_)
    if found.candidate_id in conflicts or found.candidate.removed_at:
        raise Http404
    # While scoring goes on the secretary knows only that a sheet was handed in.
    if round_.is_open and found.state == Sheet.State.DRAFT:
        raise Http404
    ended = not round_.is_open
    back = reverse("evaluation:tally", args=[round_.pk]) if ended else round_.get_absolute_url()
    form = ReasonForm(request.POST or None, label=_("Lý do mở lại phiếu"))
    return form_act(
        request,
        form,
        lambda: acts.reopen_sheet(sheet=found, by=request.user, reason=form.cleaned_data["reason"]),
        done=filled(
            _("Đã mở lại phiếu của %(member)s cho %(product)s."),
            {"member": found.seat.user, "product": found.candidate.entry.product},
        ),
        to=back,
        title=_("Mở lại phiếu"),
        submit=_("Mở lại phiếu"),
        back=back,
        trail=[(round_, round_.get_absolute_url())],
        lead=filled(
            _(
                "Phiếu của %(member)s cho %(product)s. Phiếu cũ vẫn giữ để đối chiếu; thành viên "
                "sửa trên bản mới rồi gửi lại."
            ),
            {"member": found.seat.user, "product": found.candidate.entry.product},
        ),
    )


def _frozen_paper(request, pk: int, paper: int) -> Paper:
    """A paper of the dossier as it was when the round opened, 404 for who may not read it.

    For those who sit in the council and have no conflict with the product, and for the officers
    who work with the entry.
    """
    candidate = get_object_or_404(
        Candidate.objects.select_related("round__council", "entry__product__producer"), pk=pk
    )
    round_ = candidate.round
    if paper not in {row["paper"] for row in candidate.dossier}:
        raise Http404
    seated = seat_in(request.user, round_.council_id) is not None
    if Conflict.objects.filter(candidate=candidate, seat__user=request.user).exists():
        raise Http404
    may = (seated and request.user.has_perm("evaluation.view_round", round_)) or (
        request.user.has_perm("products.view_entry", candidate.entry)
    )
    if not may:
        raise Http404
    return get_object_or_404(Paper, pk=paper, entry=candidate.entry_id)


def candidate_paper(request, pk: int, paper: int):
    """The file of a paper that the product is scored by."""
    return paper_response(_frozen_paper(request, pk, paper))


def candidate_page(request, pk: int, paper: int, page: int):
    """One page of a paper as a picture, to be shown beside the criterion; `X-Pages` says of how many.

    A picture is its own only page. 404 for files that cannot be shown so: they are opened instead.
    """
    found = _frozen_paper(request, pk, paper)
    if found.content_type in {"image/jpeg", "image/png"} and page == 1:
        response = paper_response(found)
        pages = 1
    elif found.content_type == "application/pdf" and found.file:
        try:
            with found.file.open("rb") as content:
                picture, pages = page_image(content.read(), page)
        except (PageNotShown, FileNotFoundError):
            raise Http404 from None
        response = HttpResponse(picture, content_type="image/jpeg")
        response["Cache-Control"] = "private, no-store"
    else:
        raise Http404
    response["X-Pages"] = str(pages)
    return response
