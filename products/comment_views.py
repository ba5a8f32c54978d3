"""The thread between commune and district, on an entry's page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from ocop_portal.pages import REFUSED, take_errors

from . import comments
from .entry_forms import ReasonForm
from .entry_views import entry_crumbs, find_entry
from .filled_fields import CommentForm
from .models import Comment
from .serving import paper_response
from .views import officers_only, posted

PLACE = "#trao-doi"


@officers_only
def comment_add(request, pk: int):
    """Say something to the other side; what was typed stays where it is refused."""
    found = find_entry(request, pk)
    form = CommentForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            comments.say(
                entry=found, by=request.user, text=form.cleaned_data["text"], upload=form.upload
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Đã gửi."))
            return redirect(f"{found.get_absolute_url()}{PLACE}")
    return render(
        request,
        "components/form_page.html",
        {
            "form": form,
            "title": _("Trao đổi"),
            "lead": found.product.name,
            "submit_label": _("Gửi"),
            "multipart": True,
            "cancel_url": f"{found.get_absolute_url()}{PLACE}",
            "breadcrumbs": entry_crumbs(found, (_("Trao đổi"), "")),
        },
        status=REFUSED if form.errors else 200,
    )


@require_POST
@officers_only
def comments_read(request, pk: int):
    """Remember that the thread was read, up to the comment that the page showed last."""
    found = find_entry(request, pk)
    up_to = request.POST.get("up_to", "")
    if up_to.isascii() and up_to.isdigit():
        known = found.comments.filter(pk__lte=int(up_to[:18])).last()
        if known:
            comments.mark_read(entry=found, by=request.user, up_to=known.pk)
    return redirect(f"{found.get_absolute_url()}{PLACE}")


def _find(request, pk: int) -> Comment:
    found = get_object_or_404(
        Comment.objects.select_related("entry__cycle__unit", "entry__product__producer__unit"),
        pk=pk,
    )
    if not request.user.has_perm("products.view_entry", found.entry):
        raise Http404
    return found


@require_safe
@officers_only
def comment_file(request, pk: int):
    """The file of a comment, for the officers of its entry."""
    return paper_response(_find(request, pk))


@officers_only
def comment_withdraw(request, pk: int):
    """Ask why, then withdraw one's own comment."""
    found = _find(request, pk)
    if found.by_id != request.user.pk:
        raise PermissionDenied
    form = ReasonForm(posted(request))
    form.fields["reason"].error_messages["required"] = _("Cần ghi lý do rút.")
    if request.method == "POST" and form.is_valid():
        comments.withdraw(comment=found, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("Đã rút."))
        return redirect(f"{found.entry.get_absolute_url()}{PLACE}")
    return render(
        request,
        "components/form_page.html",
        {
            "form": form,
            "title": _("Rút ý kiến"),
            "lead": found.text[:300],
            "submit_label": _("Rút"),
            "tone": "danger",
            "cancel_url": f"{found.entry.get_absolute_url()}{PLACE}",
            "breadcrumbs": entry_crumbs(found.entry, (_("Rút ý kiến"), "")),
        },
        status=REFUSED if form.errors else 200,
    )
