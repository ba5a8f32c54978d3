"""Officers' pages with which a producer's own sheet is attached to an entry and withdrawn."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from ocop_portal.page_language import filled
from ocop_portal.pages import take_errors

from . import dossier, self_assessment
from .entry_forms import ReasonForm, SelfAssessmentForm
from .entry_views import entry_crumbs, find_entry
from .models import SelfAssessment
from .views import officers_only, posted

PLACE = "#tu-danh-gia"


@officers_only
def attach(request, pk: int):
    """Attach a rehearsal by its link."""
    found = find_entry(request, pk)
    form = SelfAssessmentForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            self_assessment.attach(entry=found, text=form.cleaned_data["link"], by=request.user)
        except self_assessment.SelfAssessmentRefused as refused:
            take_errors(form, refused, "link")
        else:
            messages.success(request, _("Đã gắn bản tự đánh giá của chủ thể."))
            return redirect(f"{found.get_absolute_url()}{PLACE}")
    return render(
        request,
        "products/self_assessment_form.html",
        {
            "form": form,
            "entry": found,
            "set": found.cycle.law.summary(found.set_number),
            "locked": dossier.why_locked(found, request.user),
            "title": _("Gắn bản tự đánh giá"),
            "submit_label": _("Gắn vào hồ sơ"),
            "cancel_url": f"{found.get_absolute_url()}{PLACE}",
            "breadcrumbs": entry_crumbs(found, (_("Gắn bản tự đánh giá"), "")),
        },
        status=422 if form.errors else 200,
    )


@officers_only
def withdraw(request, pk: int):
    """Ask for the reason, then withdraw a sheet."""
    row = get_object_or_404(
        SelfAssessment.objects.select_related(
            "entry__cycle__unit", "entry__product__producer__unit"
        ),
        pk=pk,
    )
    found = row.entry
    if not request.user.has_perm("products.view_entry", found):
        raise Http404
    form = ReasonForm(posted(request))
    form.fields["reason"].error_messages["required"] = _("Cần ghi lý do rút bản tự đánh giá.")
    if request.method == "POST" and form.is_valid():
        try:
            self_assessment.withdraw(
                assessment=row, by=request.user, reason=form.cleaned_data["reason"]
            )
        except self_assessment.SelfAssessmentRefused as refused:
            take_errors(form, refused)
        else:
            messages.success(request, _("Đã rút bản tự đánh giá."))
            return redirect(f"{found.get_absolute_url()}{PLACE}")
    return render(
        request,
        "components/form_page.html",
        {
            "form": form,
            "title": _("Rút bản tự đánh giá"),
            "lead": filled(
                _("%(product)s: %(sheet)s. Bản rút ra vẫn được giữ lại để xem."),
                {"product": found.product, "sheet": row},
            ),
            "submit_label": _("Rút bản tự đánh giá"),
            "tone": "danger",
            "cancel_url": f"{found.get_absolute_url()}{PLACE}",
            "breadcrumbs": entry_crumbs(found, (_("Rút bản tự đánh giá"), "")),
        },
        status=422 if form.errors else 200,
    )
