"""Officers' pages beside the papers of a dossier: criteria proved, papers asked for."""

from crispy_forms.layout import Column, Row
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from communes.keeping_forms import helper_of
from communes.models import today
from ocop_portal.forms import PortalForm, PortalModelForm
from ocop_portal.page_language import filled
from ocop_portal.pages import REFUSED, take_errors

from .dossier import PaperRefused
from .entry_forms import PaperForm
from .entry_views import entry_crumbs, find_entry
from .evidence_links import criteria_of, link_evidence
from .models import Paper, PaperSlot
from .paper_slots import answer_slot, ask_for, fill_slot
from .views import officers_only, posted


class CriteriaForm(PortalForm):
    """The criteria that a paper proves."""

    criteria = forms.MultipleChoiceField(
        label=_("Giấy này chứng minh cho tiêu chí nào?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, leaves, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["criteria"].choices = [
            (leaf.code, f"{leaf.code}. {leaf.title}") for leaf in leaves
        ]
        self.helper = helper_of()


class SlotForm(PortalModelForm):
    """A paper that the district asks for."""

    kind = forms.ChoiceField(label=_("Loại giấy tờ"))

    class Meta:
        model = PaperSlot
        fields = ["kind", "words", "why", "due_on"]

    def __init__(self, *args, entry, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [
            (item.code, item.name) for item in entry.cycle.law.dossier if item.form == "file"
        ]
        self.helper = helper_of("kind", "words", "why", Row(Column("due_on")))

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day < today():
            raise forms.ValidationError(_("Hạn bổ sung không thể ở trước hôm nay."))
        return day


class AnswerForm(PortalForm):
    """What the district says to a paper that was handed in."""

    state = forms.ChoiceField(
        label=_("Trả lời"),
        choices=[
            ("accepted", _("Nhận")),
            ("refused", _("Chưa đạt, bổ sung lại")),
            ("withdrawn", _("Không yêu cầu nữa")),
        ],
    )
    answer = forms.CharField(
        label=_("Lý do"),
        required=False,
        max_length=500,
        help_text=_("Không cần ghi khi nhận."),
    )

    def __init__(self, *args, slot: PaperSlot, **kwargs):
        super().__init__(*args, **kwargs)
        if slot.state != PaperSlot.State.FILLED:  # nothing was handed in, so nothing to judge
            field = self.fields["state"]
            field.choices = [choice for choice in field.choices if choice[0] == "withdrawn"]
            self.fields["answer"].help_text = ""
        self.helper = helper_of()

    def clean(self):
        data = super().clean()
        if data.get("state") in {"refused", "withdrawn"} and not data.get("answer"):
            self.add_error("answer", _("Cần ghi lý do."))
        return data


def _page(request, form, act, *, entry, title: str, lead: str = "", multipart=False):
    """Show a form, or `act` on it and lead back to the dossier; a refusal stands on the form."""
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except PaperRefused as refused:
            take_errors(form, refused)
        else:
            messages.success(request, _("Đã lưu."))
            return redirect(f"{entry.get_absolute_url()}#ho-so")
    return render(
        request,
        "components/form_page.html",
        {
            "form": form,
            "title": title,
            "lead": lead,
            "multipart": multipart,
            "cancel_url": f"{entry.get_absolute_url()}#ho-so",
            "breadcrumbs": entry_crumbs(entry, (title, "")),
        },
        status=REFUSED if form.errors else 200,
    )


@officers_only
def paper_criteria(request, pk: int):
    """Choose the criteria that a paper proves."""
    paper = get_object_or_404(Paper.objects.filter(withdrawn_at__isnull=True), pk=pk)
    entry = find_entry(request, paper.entry_id)
    criteria = criteria_of(entry)
    if criteria is None:
        raise Http404
    names = {item.code: item.name for item in entry.cycle.law.dossier}
    linked = paper.evidence_links.filter(ended_at=None).values_list("criterion", flat=True)
    form = CriteriaForm(posted(request), leaves=criteria.leaves, initial={"criteria": list(linked)})
    return _page(
        request,
        form,
        lambda: link_evidence(paper=paper, codes=form.cleaned_data["criteria"], by=request.user),
        entry=entry,
        title=_("Gắn giấy tờ với tiêu chí"),
        lead=f"{names.get(paper.kind, paper.kind)}: {paper}",
    )


@officers_only
def slot_ask(request, pk: int):
    """Ask the commune for one paper."""
    entry = find_entry(request, pk)
    if not request.user.has_perm("products.decide_entry", entry):
        raise PermissionDenied
    form = SlotForm(posted(request), instance=PaperSlot(entry=entry), entry=entry)
    return _page(
        request,
        form,
        lambda: ask_for(slot=form.instance, by=request.user),
        entry=entry,
        title=_("Yêu cầu thêm giấy tờ"),
    )


def _find_slot(request, pk: int):
    slot = get_object_or_404(PaperSlot, pk=pk)
    return slot, find_entry(request, slot.entry_id)


@officers_only
def slot_fill(request, pk: int):
    """Hand in the paper that was asked for."""
    slot, entry = _find_slot(request, pk)
    item = next((item for item in entry.cycle.law.dossier if item.code == slot.kind), None)
    if item is None:
        raise Http404
    form = PaperForm(
        posted(request), request.FILES or None, item=item, limit_mb=settings.UPLOAD_MAX_MB
    )
    return _page(
        request,
        form,
        lambda: fill_slot(slot=slot, paper=form.instance, upload=form.upload, by=request.user),
        entry=entry,
        title=filled(_("Bổ sung: %s"), slot.words),
        lead=slot.why,
        multipart=True,
    )


@officers_only
def slot_answer(request, pk: int):
    """Accept or refuse what was handed in, or ask for it no longer."""
    slot, entry = _find_slot(request, pk)
    if not request.user.has_perm("products.decide_entry", entry):
        raise PermissionDenied
    form = AnswerForm(posted(request), slot=slot)
    return _page(
        request,
        form,
        lambda: answer_slot(slot=slot, by=request.user, **form.cleaned_data),
        entry=entry,
        title=filled(_("Trả lời: %s"), slot.words),
        lead=slot.why,
    )
