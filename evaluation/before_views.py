"""Pages of what is done before a sitting: the invitation, the samples."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from communes.models import today
from ocop_portal.page_language import filled

from . import before as acts
from .before_forms import InvitationForm, SampleForm
from .models import Candidate
from .pages import find_round, form_act
from .scope import hidden_from


def invitation(request, pk: int):
    """Write down the day on which the invitation was sent."""
    found = find_round(request, pk, "evaluation.prepare_round")
    invited = acts.invitation_of(found)
    form = InvitationForm(
        request.POST or None, initial={"sent_on": found.invited_on} if found.invited_on else None
    )
    return form_act(
        request,
        form,
        lambda: acts.record_invitation(
            round_=found, sent_on=form.cleaned_data["sent_on"], by=request.user
        ),
        done=_("Đã ghi ngày gửi thư mời."),
        to=found,
        title=_("Ngày gửi thư mời họp"),
        submit=_("Ghi"),
        back=found.get_absolute_url(),
        trail=[(found, found.get_absolute_url())],
        lead=filled(
            _("Họp ngày %(meets)s; cần gửi chậm nhất ngày %(latest)s. %(doubt)s"),
            {
                "meets": found.meets_on.strftime("%d/%m/%Y"),
                "latest": invited.latest.strftime("%d/%m/%Y"),
                "doubt": invited.doubt,
            },
        ),
    )


def sample(request, pk: int):
    """Write down the samples received of a product, or correct what was written."""
    candidate = get_object_or_404(
        Candidate.objects.select_related("entry__product"), pk=pk, removed_at__isnull=True
    )
    found = find_round(request, candidate.round_id, "evaluation.prepare_round")
    conflicts, _owed = hidden_from(request.user, found)
    if candidate.pk in conflicts:
        raise Http404
    last = candidate.sample_receipts.last()
    names = SampleForm.Meta.fields
    initial = (
        {name: getattr(last, name) for name in names}
        if last
        else {"received_on": today(), "received_by": str(request.user)}
    )
    form = SampleForm(request.POST or None, initial=initial)
    return form_act(
        request,
        form,
        lambda: acts.receive_sample(
            candidate=candidate,
            by=request.user,
            **{name: form.cleaned_data[name] for name in names},
        ),
        done=filled(_("Đã ghi mẫu của %s."), candidate.entry.product),
        to=found,
        title=filled(_("Mẫu đã nhận: %s"), candidate.entry.product),
        submit=_("Ghi"),
        back=found.get_absolute_url(),
        trail=[(found, found.get_absolute_url())],
        lead=_("Bản ghi mới thay bản trước; các bản trước vẫn xem lại được ở trang của đợt.")
        if last
        else "",
    )
