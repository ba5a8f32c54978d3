"""Pages of recognitions: what an authority has decided about a product, and what became of it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from communes.history import entries_of
from communes.models import today
from ocop_portal.page_language import filled
from ocop_portal.pages import page_of
from ocop_portal.papers.serving import paper_file
from ocop_portal.search import matching
from products.models import Product
from products.scope import products_for

from .check_code import show_code
from .forms import RecognitionForm, RevokeForm
from .models import Outcome, Recognition, Result, Round
from .outcomes import record_outcome
from .pages import crumbs, form_act, need
from .papers.certificates import certificate_pdf, why_no_certificate
from .recognition import (
    code_remark,
    late_revocation,
    record_recognition,
    renewal_window,
    revoke_recognition,
    standing_of,
)
from .recognition_forms import OutcomeForm, shown_points

RECOGNITIONS = pgettext_lazy("nhiều công nhận", "Công nhận")


def recognitions(request):
    """Recognitions of the products in the officer's units, newest first."""
    need(request, "products.list_products")
    rows = Recognition.objects.filter(product__in=products_for(request.user)).select_related(
        "product", "producer__unit", "recorded_by"
    )
    q = request.GET.get("q", "").strip()
    rows = matching(rows, q, column="product__search")
    day = today()
    page = page_of(request, rows)
    for row in page.object_list:
        row.in_force = (
            row.revoked_on is None and row.valid_until is not None and row.valid_until >= day
        )
        row.renewal = renewal_window(row)
        row.is_due_for_renewal = row.renewal is not None and row.renewal.is_open_on(day)
    return render(
        request,
        "evaluation/recognitions.html",
        {
            "page": page,
            "q": q,
            "may_change": request.user.has_perm("evaluation.add_council"),
            "breadcrumbs": crumbs((RECOGNITIONS, "")),
        },
    )


def _product(request, pk: int) -> Product:
    found = get_object_or_404(products_for(request.user).select_related("producer__unit"), pk=pk)
    need(request, "evaluation.add_recognition", found)
    return found


def recognition_add(request, product: int):
    """Record an authority's recognition of a product."""
    found = _product(request, product)
    initial = {}
    if request.GET.get("ket-qua", "").isdecimal():
        initial["result"] = request.GET["ket-qua"]
    form = RecognitionForm(
        request.POST or None, product=found, instance=Recognition(product=found), initial=initial
    )

    def record():
        recognition = record_recognition(recognition=form.instance, by=request.user)
        _remark(request, code_remark(recognition))
        return recognition

    return form_act(
        request,
        form,
        record,
        done=_("Đã ghi công nhận. Trang công khai hiện hạng sao OCOP."),
        to="evaluation:recognitions",
        title=_("Ghi công nhận"),
        submit=_("Ghi công nhận"),
        back=found.get_absolute_url(),
        trail=[(RECOGNITIONS, reverse("evaluation:recognitions"))],
        lead=filled(
            _("Sản phẩm: %(product)s – %(producer)s"),
            {"product": found, "producer": found.producer},
        ),
    )


def _remark(request, words: str) -> None:
    """Something that was taken, but is to be looked at again."""
    if words:
        messages.warning(request, words)


def _recognition(request, pk: int) -> Recognition:
    """The recognition, 404 when its product is not the officer's to see."""
    return get_object_or_404(
        Recognition.objects.select_related(
            "product__producer__unit", "producer__unit", "result__candidate__round", "recorded_by"
        ),
        pk=pk,
        product__in=products_for(request.user),
    )


@require_safe
def recognition_detail(request, pk: int):
    """A recognition and its life: validity, renewal, certificate, check, complaints, history."""
    found = _recognition(request, pk)
    window = renewal_window(found)
    return render(
        request,
        "evaluation/recognition.html",
        {
            "recognition": found,
            "standing": standing_of(found),
            "window": window,
            "window_is_open": window is not None and window.is_open_on(today()),
            "no_certificate": why_no_certificate(found),
            "code": show_code(found.check_code),
            "complaints": list(found.complaints.all()),
            "code_remark": code_remark(found),
            "late_revocation": late_revocation(found),
            "may_change": request.user.has_perm("evaluation.add_recognition", found.product),
            "history": entries_of(found),
            "breadcrumbs": crumbs(
                (RECOGNITIONS, reverse("evaluation:recognitions")),
                (found.product, ""),
            ),
        },
    )


@never_cache
@require_safe
def certificate(request, pk: int):
    """The certificate as a PDF with its QR; the page says why where there is none."""
    found = _recognition(request, pk)
    need(request, "evaluation.add_recognition", found.product)
    if why_no_certificate(found):
        return recognition_detail(request, pk)
    return paper_file(certificate_pdf(found), f"giay-chung-nhan {found.product}", "pdf")


def outcome_add(request, result: int):
    """Record what the higher level made of a result that was sent on to it."""
    found = get_object_or_404(
        Result.objects.select_related(
            "candidate__round", "candidate__entry__product__producer__unit"
        ),
        pk=result,
        candidate__round__state__in=[Round.State.CLOSED, Round.State.PUBLISHED],
        candidate__entry__product__in=products_for(request.user),
    )
    product, round_ = found.candidate.entry.product, found.candidate.round
    need(request, "evaluation.add_recognition", product)
    if found.proposal != Result.Proposal.REFER:
        raise Http404
    back = reverse("evaluation:papers", args=[round_.pk])
    if not request.user.has_perm("evaluation.view_papers", round_):
        back = product.get_absolute_url()
    form = OutcomeForm(request.POST or None, result=found, instance=Outcome(result=found))
    earlier = list(found.outcomes.select_related("recorded_by"))
    for row in earlier:
        row.shown_points = shown_points(row)
    return form_act(
        request,
        form,
        lambda: record_outcome(outcome=form.instance, by=request.user),
        done=_("Đã ghi kết quả cấp trên."),
        to=back,
        template="evaluation/outcome.html",
        title=_("Kết quả cấp trên"),
        submit=_("Ghi kết quả"),
        back=back,
        trail=[(round_, round_.get_absolute_url())],
        lead=filled(
            _("%(product)s: kết quả của hội đồng đã được chuyển cấp trên."), {"product": product}
        ),
        earlier=earlier,
    )


def recognition_revoke(request, pk: int):
    """Revoke a recognition, with its ground."""
    recognition = _recognition(request, pk)
    need(request, "evaluation.add_recognition", recognition.product)
    form = RevokeForm(request.POST or None)

    def revoke():
        revoked = revoke_recognition(
            recognition=recognition,
            on=form.cleaned_data["revoked_on"],
            ground=form.cleaned_data["revoked_ground"],
            concluded_on=form.cleaned_data["concluded_on"],
            by=request.user,
        )
        _remark(request, late_revocation(revoked))
        return revoked

    return form_act(
        request,
        form,
        revoke,
        done=_("Đã ghi thu hồi công nhận."),
        to="evaluation:recognitions",
        title=_("Thu hồi công nhận"),
        submit=_("Thu hồi"),
        back=reverse("evaluation:recognitions"),
        trail=[(RECOGNITIONS, reverse("evaluation:recognitions"))],
        lead=filled(
            _("%(product)s – %(stars)d sao, %(authority)s, %(number)s"),
            {
                "product": recognition.product,
                "stars": recognition.stars,
                "authority": recognition.authority or _("cơ quan chưa rõ"),
                "number": recognition.decision_number or _("chưa rõ số quyết định"),
            },
        ),
        tone="danger",
    )
