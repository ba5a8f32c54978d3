"""Pages of recognitions: what an authority has decided about a product."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from communes.models import today
from ocop_portal.pages import page_of
from ocop_portal.search import matching
from products.models import Product
from products.scope import products_for

from .forms import RecognitionForm, RevokeForm
from .models import Recognition
from .pages import crumbs, form_act, need
from .recognition import record_recognition, revoke_recognition


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
    return render(
        request,
        "evaluation/recognitions.html",
        {
            "page": page,
            "q": q,
            "may_change": request.user.has_perm("evaluation.add_council"),
            "breadcrumbs": crumbs((_("Công nhận"), "")),
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
    return form_act(
        request,
        form,
        lambda: record_recognition(recognition=form.instance, by=request.user),
        done=_("Đã ghi công nhận. Trang công khai hiện hạng sao OCOP."),
        to="evaluation:recognitions",
        title=_("Ghi công nhận"),
        submit=_("Ghi công nhận"),
        back=found.get_absolute_url(),
        trail=[(_("Công nhận"), reverse("evaluation:recognitions"))],
        lead=_("Sản phẩm: %(product)s – %(producer)s")
        % {"product": found, "producer": found.producer},
    )


def recognition_revoke(request, pk: int):
    """Revoke a recognition, with its ground."""
    recognition = get_object_or_404(
        Recognition.objects.select_related("product__producer"),
        pk=pk,
        product__in=products_for(request.user),
    )
    need(request, "evaluation.add_recognition", recognition.product)
    form = RevokeForm(request.POST or None)
    return form_act(
        request,
        form,
        lambda: revoke_recognition(
            recognition=recognition,
            on=form.cleaned_data["revoked_on"],
            ground=form.cleaned_data["revoked_ground"],
            by=request.user,
        ),
        done=_("Đã ghi thu hồi công nhận."),
        to="evaluation:recognitions",
        title=_("Thu hồi công nhận"),
        submit=_("Thu hồi"),
        back=reverse("evaluation:recognitions"),
        trail=[(_("Công nhận"), reverse("evaluation:recognitions"))],
        lead=_("%(product)s – %(stars)d sao, %(authority)s, %(number)s")
        % {
            "product": recognition.product,
            "stars": recognition.stars,
            "authority": recognition.authority or _("cơ quan chưa rõ"),
            "number": recognition.decision_number or _("chưa rõ số quyết định"),
        },
        tone="danger",
    )
