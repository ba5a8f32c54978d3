"""Sending a message about a product, looking it up; the officers' list and answers."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from communes.history import entries_of
from communes.keeping_forms import helper_of
from ocop_portal.exchange.tables import Field, as_file, wanted_format
from ocop_portal.forms import PortalForm
from ocop_portal.page_language import filled
from ocop_portal.pages import REFUSED, crumbs, page_of, take_errors

from . import catalogue, voice
from .public_producers import public_producer_or_404
from .voice_models import Feedback

TOO_MANY = 429


class FeedbackForm(PortalForm):
    """What a buyer tells."""

    kind = forms.ChoiceField(
        label=_("Phản ánh về"),
        choices=[("", _("– Chọn –")), *Feedback.Kind.choices],
    )
    words = forms.CharField(
        label=_("Nội dung"),
        max_length=3_000,
        widget=forms.Textarea,
        help_text=_("Mua ở đâu, khi nào, điều gì chưa đúng."),
    )
    sender = forms.CharField(label=_("Họ tên"), max_length=150, required=False)
    contact = forms.CharField(
        label=_("Điện thoại hoặc thư điện tử"),
        max_length=200,
        required=False,
        help_text=_("Không bắt buộc. Chỉ cán bộ phụ trách xem được."),
    )
    # People do not see it; programs that fill in everything give themselves away.
    homepage = forms.CharField(
        label=_("Để trống ô này"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = helper_of("kind", "words", "sender", "contact")


class AnswerForm(PortalForm):
    """The officer's answer."""

    answer = forms.CharField(
        label=_("Trả lời, hoặc lý do không xem xét"),
        max_length=3_000,
        widget=forms.Textarea,
        help_text=_("Người gửi đọc được bằng mã tra cứu."),
    )
    drop = forms.BooleanField(
        label=_("Không xem xét phản ánh này (thư rác, ngoài phạm vi)"), required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = helper_of()


@login_not_required
def write(request, pk: int):
    """Tell the office something about a rated product."""
    product = catalogue.rated_products().select_related("producer").filter(pk=pk).first()
    if product is None:
        raise Http404
    about = filled(
        _("Về “%(product)s” của %(producer)s"),
        {
            "product": product,
            "producer": product.producer,
        },
    )
    return _write(request, product, about, product.get_public_url(), product=product)


@login_not_required
def write_of_producer(request, pk: int):
    """Tell the office something about a producer as a whole."""
    producer = public_producer_or_404(pk)
    url = reverse("products:public_producer", args=[pk])
    return _write(request, producer, filled(_("Về %s"), producer), url, producer=producer)


def _write(request, subject, about: str, back: str, **whom):
    form = FeedbackForm(request.POST or None)
    status = REFUSED if form.errors else 200
    if request.method == "POST" and form.is_valid():
        if not voice.sent.allow(request):
            form.add_error(None, _("Đã gửi nhiều phản ánh từ mạng này. Hãy gửi lại sau một giờ."))
            status = TOO_MANY
        else:
            voice.sent.count(request)
            told = {n: form.cleaned_data[n] for n in ("kind", "words", "sender", "contact")}
            if form.cleaned_data["homepage"]:
                # Nothing is kept, and the program is none the wiser.
                return redirect("products:feedback_look_up")
            found = voice.send(**whom, **told)
            return render(
                request,
                "public/feedback_sent.html",
                {"feedback": found, "keep_days": settings.FEEDBACK_CONTACT_DAYS},
            )
    return render(
        request,
        "public/feedback_form.html",
        {
            "form": form,
            "title": _("Gửi phản ánh"),
            "lead": about,
            "submit_label": _("Gửi"),
            "cancel_url": back,
            "keep_days": settings.FEEDBACK_CONTACT_DAYS,
            "breadcrumbs": crumbs((subject.name, back), (_("Gửi phản ánh"), "")),
        },
        status=status,
    )


@login_not_required
@require_safe
def look_up(request):
    """What became of a message, by its code. The sender's own words and contact are not shown."""
    code = request.GET.get("ma", "")[:40]
    found, refused = None, False
    if code:
        refused = not voice.guessed.allow(request)
        found = None if refused else voice.find(code)
        if found is None and not refused:
            voice.guessed.count(request)
    return render(
        request,
        "public/feedback_look_up.html",
        {
            "code": code,
            "found": found,
            "refused": refused,
            "breadcrumbs": crumbs((_("Tra cứu phản ánh"), "")),
        },
        status=TOO_MANY if refused else 200,
    )


def _officers_only(request):
    if not request.user.has_perm("products.list_products"):
        raise PermissionDenied


@require_safe
def feedback(request):
    """The messages about this officer's producers, those that wait first."""
    _officers_only(request)
    rows = voice.feedback_for(request.user).select_related("product", "producer__unit")
    if request.GET.get("con") != "0":
        rows = rows.filter(state=Feedback.State.NEW).order_by("due_on", "pk")
    if format_ := wanted_format(request):
        fields = [
            Field(_("Gửi lúc"), lambda row: row.sent_at, 18),
            Field(_("Sản phẩm"), lambda row: row.product or "", 30),
            Field(_("Chủ thể"), lambda row: row.producer, 30),
            Field(_("Về việc"), lambda row: row.get_kind_display(), 24),
            Field(_("Nội dung"), lambda row: row.words, 60),
            Field(_("Hạn trả lời"), lambda row: row.due_on),
            Field(_("Tình trạng"), lambda row: row.get_state_display()),
            Field(_("Trả lời"), lambda row: row.answer, 60),
        ]
        return as_file(format_, name="phan-anh", fields=fields, rows=rows)
    return render(
        request,
        "products/feedback.html",
        {
            "page_obj": page_of(request, rows),
            "everything": request.GET.get("con") == "0",
            "breadcrumbs": crumbs((_("Phản ánh"), "")),
        },
    )


def feedback_item(request, pk: int):
    """One message, its sender's contact while it is kept, and the answer."""
    _officers_only(request)
    found = get_object_or_404(
        voice.feedback_for(request.user).select_related("product", "producer__unit", "answered_by"),
        pk=pk,
    )
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            voice.answer(feedback=found, by=request.user, words=told["answer"], drop=told["drop"])
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Đã trả lời."))
            return redirect(found)
    return render(
        request,
        "products/feedback_item.html",
        {
            "feedback": found,
            "form": form,
            "title": found,
            "submit_label": _("Trả lời"),
            "cancel_url": reverse("products:feedback"),
            "history": entries_of(found),
            "breadcrumbs": crumbs((_("Phản ánh"), reverse("products:feedback")), (found, "")),
        },
        status=REFUSED if form.errors else 200,
    )
