"""Pages of the way to the next level: the list, one referral, and what either side does with it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Q, Value, When
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from communes.history import entries_of
from communes.models import Role, today
from communes.scope import unit_ids_in_scope
from ocop_portal.exchange.tables import Field, as_file, wanted_format
from ocop_portal.law import show_points
from ocop_portal.page_language import filled
from ocop_portal.pages import page_of, tell_refusal
from ocop_portal.papers.serving import paper_file
from ocop_portal.search import matching

from . import referrals as acts
from .forms import ReasonForm
from .models import Conflict, Referral, Round
from .pages import crumbs, find_round, form_act, need
from .recognition_forms import shown_points
from .referral_calendar import answer_day, sending_day
from .referral_forms import ChooseForm, ReferralFilterForm, ReturnForm, SendForm
from .rounds import RoundRefused

TONES = {
    Referral.State.SENT: "waiting",
    Referral.State.RECEIVED: "open",
    Referral.State.RETURNED: "returned",
    Referral.State.ANSWERED: "done",
    Referral.State.WITHDRAWN: "neutral",
}
_ABOUT = (
    "to_unit",
    "package",
    "sent_by",
    "result__candidate__round__council__unit",
    "result__candidate__round__cycle",
    "result__candidate__entry__product__producer__unit",
)
FIELDS = (
    Field(_("Sản phẩm"), lambda row: row.product.name, 34),
    Field(_("Chủ thể"), lambda row: row.product.producer.name, 30),
    Field(_("Xã, thị trấn"), lambda row: str(row.product.producer.unit), 20),
    Field(_("Đợt đánh giá"), lambda row: row.result.candidate.round.name, 30),
    Field(_("Nơi gửi"), lambda row: str(_sender(row)), 24),
    Field(_("Chuyển lên"), lambda row: row.get_to_level_display(), 14),
    Field(_("Nơi nhận"), lambda row: str(row.to_unit or ""), 20),
    Field(_("Ngày chuyển"), lambda row: row.sent_at, 18),
    Field(_("Hạn trả lời"), lambda row: row.answer_due_on, 14),
    Field(_("Trạng thái"), lambda row: row.get_state_display(), 26),
)


SENT_UP = _("Hồ sơ chuyển cấp trên")
SENT_TO_US = _("Hồ sơ cấp dưới chuyển lên")
BOTH_WAYS = _("Hồ sơ chuyển giữa các cấp")


def _trail(title, *steps):
    return [(title, reverse("evaluation:referrals")), *steps]


def _sender(row: Referral):
    return row.result.candidate.round.council.unit


def _shown(row: Referral) -> Referral:
    row.sender = _sender(row)
    row.tone = TONES[row.state]
    row.is_late = bool(row.is_under_way and row.answer_due_on and row.answer_due_on < today())
    return row


@require_safe
def referrals(request):
    """What was sent to the person's office, then what it sent up; each the newest first."""
    need(request, "evaluation.list_referrals")
    units = unit_ids_in_scope(request.user, Role.Kind.DISTRICT_OFFICER)
    rows = acts.referrals_for(request.user).select_related(*_ABOUT)
    # A CASE, as "in" says neither yes nor no of a row that went to no unit of the portal.
    rows = rows.annotate(
        is_ours=Case(When(to_unit__in=units, then=Value(True)), default=Value(False))
    ).order_by("-is_ours", "-sent_at", "-pk")
    filters = ReferralFilterForm(request.GET or None)
    active = 0
    if filters.is_valid():
        way, state = filters.cleaned_data["chieu"], filters.cleaned_data["state"]
        active = bool(way) + bool(state)
        if way:
            rows = rows.filter(is_ours=way == "den")
        if state:
            rows = rows.filter(state=state)
    q = request.GET.get("q", "").strip()
    rows = matching(rows, q, column="result__candidate__entry__product__search")
    if format_ := wanted_format(request):
        return as_file(format_, name="ho-so-chuyen-cap-tren", fields=FIELDS, rows=rows.iterator())
    page = page_of(request, rows)
    received, sent = [], []
    for row in page.object_list:
        (received if row.is_ours else sent).append(_shown(row))
    if received and sent:
        title = BOTH_WAYS
    else:
        title = SENT_TO_US if received or request.GET.get("chieu") == "den" else SENT_UP
    return render(
        request,
        "evaluation/referrals.html",
        {
            "page": page,
            "title": title,
            "tables": [(SENT_TO_US, received, True), (SENT_UP, sent, False)],
            "q": q,
            "filter_form": filters,
            "active_count": active,
            "is_filtered": bool(q or active),
            "breadcrumbs": crumbs((title, "")),
        },
    )


def _find(request, pk: int, perm: str = "") -> Referral:
    """The referral, 404 when it is neither sent nor received here, 403 without the permission."""
    found = get_object_or_404(acts.referrals_for(request.user).select_related(*_ABOUT), pk=pk)
    if perm:
        need(request, perm, found)
    return _shown(found)


@require_safe
def referral(request, pk: int):
    """One referral: what was sent, when and by whom; where it stands; the answer; its history."""
    found = _find(request, pk)
    result = found.result
    can_receive = request.user.has_perm("evaluation.receive_referral", found)
    title = SENT_TO_US if can_receive else SENT_UP
    live = acts.live_candidate(found)
    if outcome := result.outcomes.first():
        outcome.shown_points = shown_points(outcome)
    drafts = []
    if can_receive and found.state == Referral.State.RECEIVED and live is None:
        drafts = list(
            Round.objects.filter(
                council__unit=found.to_unit_id, level=found.to_level, state=Round.State.DRAFT
            )
        )
    return render(
        request,
        "evaluation/referral.html",
        {
            "referral": found,
            "title": title,
            "points": show_points(result.mean),
            "can_send": request.user.has_perm("evaluation.send_referral", found),
            "can_receive": can_receive,
            "may_read": _may_read(request.user, found),
            "may_return": found.is_under_way and live is None,
            "candidate": live,
            "drafts": drafts,
            "outcome": outcome,
            "history": entries_of(found),
            "breadcrumbs": crumbs(*_trail(title, (found.product, ""))),
        },
    )


def _may_read(user, found: Referral) -> bool:
    """The package holds sheets: for the receiving office and the sender's, not past a conflict."""
    round_ = found.result.candidate.round
    if not user.has_perm("evaluation.receive_referral", found) and not user.has_perm(
        "evaluation.view_score_papers", round_
    ):
        return False
    return not Conflict.objects.filter(
        Q(candidate__round=round_) | Q(candidate__referral__package=found.package_id),
        seat__user=user,
    ).exists()


@never_cache
@require_safe
def referral_package(request, pk: int):
    """The package as it was sent."""
    found = _find(request, pk)
    if not _may_read(request.user, found):
        raise PermissionDenied
    try:
        content = found.package.file.open("rb")
    except FileNotFoundError as error:
        raise Http404(_("Không tìm thấy tệp trong kho lưu trữ.")) from error
    return paper_file(content, f"ho-so-chuyen {found.result.candidate.round.name}", "zip")


def referral_send(request, pk: int):
    """Send products of a published round to the next level."""
    found = find_round(request, pk, "evaluation.publish_round")
    results = acts.may_be_sent(found)
    if found.state != Round.State.PUBLISHED or not results:
        messages.info(
            request,
            _("Chuyển hồ sơ sau khi công bố kết quả.")
            if found.state != Round.State.PUBLISHED
            else _("Đợt này không còn sản phẩm phải chuyển cấp trên."),
        )
        return redirect(found)
    level = found.level_on_day.refers_to
    due = answer_day(found, level, today())
    form = SendForm(request.POST or None, results=results, has_day=due is not None)
    unit = acts.receiving_unit(found)
    lead = (
        filled(_("Nơi nhận: %s."), unit)
        if unit
        else _("Cấp trên chưa dùng cổng này: ghi ngày gửi ở đây, kết quả nhập tay khi có.")
    )
    if last := sending_day(found, today()):
        lead += " " + filled(
            _("Theo %(law)s, chuyển chậm nhất ngày %(day)s."),
            {
                "law": found.law.number,
                "day": last.strftime("%d/%m/%Y"),
            },
        )
    if due:
        lead += " " + filled(_("Cấp trên trả lời chậm nhất ngày %s."), due.strftime("%d/%m/%Y"))

    def send():
        return acts.send_referrals(
            round_=found,
            results=form.cleaned_data["results"],
            by=request.user,
            document=form.cleaned_data["document"],
            note=form.cleaned_data["note"],
            answer_due_on=form.cleaned_data.get("answer_due_on"),
        )

    return form_act(
        request,
        form,
        send,
        done=lambda made: filled(_("Đã chuyển %d hồ sơ lên cấp trên."), len(made)),
        to=reverse("evaluation:referrals"),
        refused_at="results",
        title=_("Chuyển hồ sơ lên cấp trên"),
        submit=_("Chuyển hồ sơ"),
        back=found.get_absolute_url(),
        trail=[(found, found.get_absolute_url())],
        lead=lead,
    )


@require_POST
def referral_receive(request, pk: int):
    """Take a dossier that was sent here."""
    found = _find(request, pk, "evaluation.receive_referral")
    try:
        acts.receive_referral(referral=found, by=request.user)
    except RoundRefused as refused:
        tell_refusal(request, refused)
    else:
        messages.success(request, _("Đã tiếp nhận hồ sơ."))
    return redirect(found)


def referral_return(request, pk: int):
    """Give a dossier back to the lower level, with a reason."""
    found = _find(request, pk, "evaluation.receive_referral")
    form = ReturnForm(request.POST or None)
    return form_act(
        request,
        form,
        lambda: acts.return_referral(
            referral=found,
            by=request.user,
            reason=form.cleaned_data["reason"],
            resend_by=form.cleaned_data["resend_by"],
        ),
        done=_("Đã trả lại hồ sơ."),
        title=_("Trả lại hồ sơ"),
        submit=_("Trả lại"),
        back=found.get_absolute_url(),
        trail=_trail(SENT_TO_US, (found.product, found.get_absolute_url())),
        lead=str(found.product),
        tone="danger",
    )


def referral_withdraw(request, pk: int):
    """Give up sending a dossier on."""
    found = _find(request, pk, "evaluation.send_referral")
    form = ReasonForm(request.POST or None)
    return form_act(
        request,
        form,
        lambda: acts.withdraw_referral(
            referral=found, by=request.user, reason=form.cleaned_data["reason"]
        ),
        done=_("Đã ghi thôi chuyển hồ sơ."),
        title=_("Thôi chuyển hồ sơ"),
        submit=_("Thôi chuyển"),
        back=found.get_absolute_url(),
        trail=_trail(SENT_UP, (found.product, found.get_absolute_url())),
        lead=str(found.product),
        tone="danger",
    )


def referrals_into_round(request, pk: int):
    """Put received dossiers before a round in preparation."""
    found = find_round(request, pk, "evaluation.prepare_round")
    waiting = list(
        acts.referrals_waiting_for(found).select_related(*_ABOUT).order_by("sent_at", "pk")
    )
    if not waiting:
        messages.info(request, _("Không có hồ sơ đã tiếp nhận nào chờ đưa vào đợt."))
        return redirect(found)
    form = ChooseForm(request.POST or None, referrals=waiting)
    by_key = {row.pk: row for row in waiting}

    def put():
        chosen = [by_key[key] for key in form.cleaned_data["referrals"]]
        return acts.put_all_in_round(referrals=chosen, round_=found, by=request.user)

    return form_act(
        request,
        form,
        put,
        done=lambda made: filled(_("Đã đưa %d sản phẩm vào đợt."), len(made)),
        to=found,
        refused_at="referrals",
        title=_("Đưa hồ sơ cấp dưới vào đợt"),
        submit=_("Đưa vào đợt"),
        back=found.get_absolute_url(),
        trail=[(found, found.get_absolute_url())],
        lead=_("Hội đồng chấm theo hồ sơ và bộ tiêu chí như cấp dưới đã chốt."),
    )
