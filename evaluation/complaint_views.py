"""Pages of complaints: the list, one complaint, recording it, mending it, its answer."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from communes.history import entries_of
from communes.models import today
from ocop_portal.page_language import filled
from ocop_portal.pages import page_of
from products.scope import products_for
from products.serving import paper_response

from .complaints import answer_complaint, complaints_for, save_complaint, unanswered
from .models import Complaint, ComplaintPaper, Recognition, Result, Round
from .pages import crumbs, form_act, need
from .recognition_forms import AnswerForm, ComplaintForm

_ABOUT = (
    "recognition__product__producer__unit",
    "result__candidate__round",
    "result__candidate__entry__product__producer__unit",
)


def _trail(*steps):
    return [(_("Khiếu nại"), reverse("evaluation:complaints")), *steps]


def complaints(request):
    """The complaints of the officer's units, the newest first; those without an answer on demand."""
    need(request, "products.list_products")
    rows = complaints_for(request.user).select_related(*_ABOUT)
    only_open = request.GET.get("con") == "1"
    if only_open:
        rows = unanswered(rows)
    page = page_of(request, rows)
    for row in page.object_list:
        row.is_late = _is_late(row)
    return render(
        request,
        "evaluation/complaints.html",
        {"page": page, "only_open": only_open, "breadcrumbs": crumbs((_("Khiếu nại"), ""))},
    )


def _is_late(row: Complaint) -> bool:
    return row.due_on is not None and row.answered_on is None and row.due_on < today()


def _find(request, pk: int, *, change: bool = False) -> Complaint:
    found = get_object_or_404(complaints_for(request.user).select_related(*_ABOUT), pk=pk)
    if change:
        need(request, "evaluation.add_recognition", found.product)
    return found


@require_safe
def complaint(request, pk: int):
    """One complaint with its answer, its files and its history."""
    found = _find(request, pk)
    return render(
        request,
        "evaluation/complaint.html",
        {
            "complaint": found,
            "is_late": _is_late(found),
            "papers": found.papers.all(),
            "may_change": request.user.has_perm("evaluation.add_recognition", found.product),
            "history": entries_of(found),
            "breadcrumbs": crumbs(*_trail((found.product, ""))),
        },
    )


def _form(request, about: Complaint, **page):
    """The page that records a complaint or mends it."""
    form = ComplaintForm(request.POST or None, request.FILES or None, instance=about)
    return form_act(
        request,
        form,
        lambda: save_complaint(
            complaint=form.instance, uploads=form.cleaned_data["files"], by=request.user
        ),
        **page,
    )


def _record(request, about: Complaint, back: str, lead: str):
    return _form(
        request,
        about,
        done=_("Đã ghi khiếu nại."),
        title=_("Ghi khiếu nại"),
        submit=_("Ghi khiếu nại"),
        back=back,
        trail=_trail(),
        lead=lead,
    )


def about_recognition(request, pk: int):
    """Record a complaint about a recognition."""
    found = get_object_or_404(
        Recognition.objects.select_related("product__producer__unit"),
        pk=pk,
        product__in=products_for(request.user),
    )
    need(request, "evaluation.add_recognition", found.product)
    return _record(
        request,
        Complaint(recognition=found),
        found.get_absolute_url(),
        filled(
            _("Về việc công nhận %(product)s, %(stars)d sao."),
            {"product": found.product, "stars": found.stars},
        ),
    )


def about_result(request, pk: int):
    """Record a complaint about a council's result, once its round is closed."""
    found = get_object_or_404(
        Result.objects.select_related(
            "candidate__round", "candidate__entry__product__producer__unit"
        ),
        pk=pk,
        candidate__round__state__in=[Round.State.CLOSED, Round.State.PUBLISHED],
        candidate__entry__product__in=products_for(request.user),
    )
    product = found.candidate.entry.product
    need(request, "evaluation.add_recognition", product)
    return _record(
        request,
        Complaint(result=found),
        product.get_absolute_url(),
        filled(
            _("Về kết quả của %(product)s tại %(round)s."),
            {"product": product, "round": found.candidate.round},
        ),
    )


def complaint_edit(request, pk: int):
    """Mend what was recorded, while there is no answer; its history stays."""
    found = _find(request, pk, change=True)
    return _form(
        request,
        found,
        done=_("Đã lưu khiếu nại."),
        title=_("Sửa khiếu nại"),
        submit=_("Lưu"),
        back=found.get_absolute_url(),
        trail=_trail((found.product, found.get_absolute_url())),
    )


def complaint_answer(request, pk: int):
    """Record the answer to a complaint."""
    found = _find(request, pk, change=True)
    form = AnswerForm(request.POST or None, request.FILES or None)

    def answer():
        sent = form.cleaned_data
        return answer_complaint(
            complaint=found,
            on=sent["answered_on"],
            answered_by=sent["answered_by"],
            document=sent["answer_document"],
            answer=sent["answer"],
            uploads=sent["files"],
            by=request.user,
        )

    return form_act(
        request,
        form,
        answer,
        done=_("Đã ghi trả lời khiếu nại."),
        title=_("Trả lời khiếu nại"),
        submit=_("Ghi trả lời"),
        back=found.get_absolute_url(),
        trail=_trail((found.product, found.get_absolute_url())),
        lead=filled(
            _("%(who)s, nhận ngày %(day)s."),
            {"who": found.complainant, "day": found.received_on.strftime("%d/%m/%Y")},
        ),
    )


@require_safe
def complaint_paper(request, pk: int):
    """A file of a complaint, for those who see the complaint."""
    found = get_object_or_404(ComplaintPaper, pk=pk, complaint__in=complaints_for(request.user))
    return paper_response(found)
