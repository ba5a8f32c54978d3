"""What goes to the next level and comes back: sent, received, returned, put into a round, answered.

The next level's council scores the dossier and the criteria as the lower council had them, so the
lower level's entry is never moved from here. Who may do it is checked by the caller.
"""

import datetime
import hashlib

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from communes.models import Role, Unit, today
from communes.scope import unit_ids_in_scope
from ocop_portal.page_language import filled

from .models import Candidate, Referral, ReferralPackage, Result, Round, RoundEvent, Seat
from .papers import package, record
from .referral_calendar import answer_day
from .rounds import RoundRefused, of
from .scope import seats_of

S = Referral.State
TAKEN = (S.SENT, S.RECEIVED, S.ANSWERED)
PIECE = 1 << 20


# --- Which ------------------------------------------------------------------------------------


def referrals_for(user) -> QuerySet[Referral]:
    """Referrals that a person's office sent or receives, and those of the councils they keep."""
    if not user.is_authenticated:
        return Referral.objects.none()
    units = unit_ids_in_scope(user, Role.Kind.DISTRICT_OFFICER)
    kept = seats_of(user).filter(position=Seat.Position.SECRETARY).values("council")
    return Referral.objects.filter(
        Q(to_unit__in=units)
        | Q(result__candidate__round__council__unit__in=units)
        | Q(result__candidate__round__council__in=kept)
    )


def referrals_to(units) -> QuerySet[Referral]:
    """Referrals that these units are asked to take, or have taken and not yet answered."""
    return Referral.objects.filter(to_unit__in=units, state__in=[S.SENT, S.RECEIVED])


def results_to_send() -> QuerySet[Result]:
    """Published results proposed to the next level, neither sent, nor answered, nor given up."""
    settled = Referral.objects.filter(result=OuterRef("pk"), state__in=[*TAKEN, S.WITHDRAWN])
    return Result.objects.filter(
        ~Exists(settled),
        proposal=Result.Proposal.REFER,
        outcomes__isnull=True,
        candidate__round__state=Round.State.PUBLISHED,
    )


def may_be_sent(round_: Round) -> list[Result]:
    """The results of a round that may go up now, with their `last` referral (None before the first)."""
    taken = Referral.objects.filter(result=OuterRef("pk"), state__in=TAKEN)
    rows = list(
        Result.objects.filter(
            ~Exists(taken),
            candidate__round=round_,
            proposal=Result.Proposal.REFER,
            outcomes__isnull=True,
        )
        .select_related("candidate__entry__product__producer__unit")
        .prefetch_related("referrals")
        .order_by("candidate__number")
    )
    for row in rows:
        row.last = next(iter(row.referrals.all()), None)
    return rows


def returned_referrals() -> QuerySet[Referral]:
    """Referrals that were returned and neither sent again, nor given up, nor answered."""
    newer = Referral.objects.filter(result=OuterRef("result"), pk__gt=OuterRef("pk"))
    return Referral.objects.filter(~Exists(newer), state=S.RETURNED, result__outcomes__isnull=True)


def referrals_waiting_for(round_: Round) -> QuerySet[Referral]:
    """Received by the round's unit for its level, and before no council yet."""
    before_one = Candidate.objects.filter(referral=OuterRef("pk"), removed_at__isnull=True).exclude(
        round__state=Round.State.CANCELLED
    )
    return Referral.objects.filter(
        ~Exists(before_one),
        to_unit=round_.council.unit_id,
        to_level=round_.level,
        state=S.RECEIVED,
    )


def receiving_unit(round_: Round) -> Unit | None:
    """The unit of the next level above the council's, where somebody works in this portal for it.

    None for the centre, which is no unit, and for a level outside the portal.
    """
    level = round_.level_on_day.refers_to
    above = (
        Unit.objects.on(today())
        .filter(level=level, covers__unit=round_.council.unit_id)
        .exclude(pk=round_.council.unit_id)
        .order_by("-valid_from", "pk")
    )
    for unit in above:
        if (
            Role.objects.on()
            .filter(kind=Role.Kind.DISTRICT_OFFICER, unit=unit, user__is_active=True)
            .exists()
        ):
            return unit
    return None


# --- The lower level's acts -------------------------------------------------------------------


def send_referrals(
    *,
    round_: Round,
    results: list[int],
    by,
    document: str = "",
    note: str = "",
    answer_due_on: datetime.date | None = None,
) -> list[Referral]:
    """Send results of a published round to the next level, with the round's package.

    What is already on its way is not sent twice: its row is given back. `answer_due_on` stands only
    where the Decision's calendar names no day. `RoundRefused` before publication and for a result
    that is not proposed to the next level; `ValidationError` for a day that is over.
    """
    if round_.state != Round.State.PUBLISHED:
        raise RoundRefused(_("Chỉ chuyển hồ sơ sau khi công bố kết quả."))
    if not results:
        raise RoundRefused(_("Hãy chọn ít nhất một sản phẩm."))
    if answer_due_on and answer_due_on < today():
        raise ValidationError({"answer_due_on": _("Hạn trả lời không thể ở phía sau.")})
    # Drawn before anything is locked: it takes seconds, and the same round gives the same bytes.
    drawn, digest, size = _draw(round_)
    with drawn:
        return _send(
            round_=round_,
            results=results,
            by=by,
            document=document.strip(),
            note=note.strip(),
            due=answer_due_on,
            sent=(drawn, digest, size),
        )


def _draw(round_: Round):
    with translation.override("vi"):
        drawn = package.referral_package(record.closed(round_))
    digest, size = hashlib.sha256(), 0
    while piece := drawn.read(PIECE):
        digest.update(piece)
        size += len(piece)
    drawn.seek(0)
    return drawn, digest.hexdigest(), size


@transaction.atomic
def _send(*, round_, results, by, document, note, due, sent) -> list[Referral]:
    round_ = (
        Round.objects.select_for_update(of=("self",)).select_related("council").get(pk=round_.pk)
    )
    chosen = list(
        Result.objects.filter(
            pk__in=results, candidate__round=round_, proposal=Result.Proposal.REFER
        ).order_by("pk")
    )
    if len(chosen) != len(set(results)):
        raise RoundRefused(_("Có sản phẩm không thuộc diện chuyển cấp trên."))
    under_way = {
        row.result_id: row for row in Referral.objects.filter(result__in=chosen, state__in=TAKEN)
    }
    fresh = [row for row in chosen if row.pk not in under_way]
    if not fresh:
        return list(under_way.values())
    kept = _keep_package(round_, *sent)
    level = round_.level_on_day.refers_to
    unit = receiving_unit(round_)
    due = answer_day(round_, level, today()) or due
    made = []
    for result in fresh:
        row = Referral(
            result=result,
            package=kept,
            to_level=level,
            to_unit=unit,
            document=document[:100],
            note=note[:1_000],
            answer_due_on=due,
            sent_by=by,
        )
        row._history_user = by
        row.save()
        made.append(row)
        _tell(row, "referral.sent", by, note, digest=kept.sha256)
    return [*under_way.values(), *made]


def _keep_package(round_: Round, drawn, digest: str, size: int) -> ReferralPackage:
    found = round_.referral_packages.filter(sha256=digest).first()
    if found:
        return found
    kept = ReferralPackage(round=round_, sha256=digest, size=size)
    kept.file.save(f"dot-{round_.pk}-{digest[:16]}.zip", File(drawn), save=False)
    kept.save()
    return kept


@transaction.atomic
def withdraw_referral(*, referral: Referral, by, reason: str) -> Referral:
    """The lower level gives up a referral that was not yet received, or that was returned."""
    referral = _locked(referral)
    reason = _needed(reason)
    if referral.state == S.WITHDRAWN:
        return referral
    _require(referral, S.SENT, S.RETURNED)
    referral.state, referral.reason = S.WITHDRAWN, reason
    return _keep(referral, "referral.withdrawn", by, reason)


# --- The next level's acts --------------------------------------------------------------------


@transaction.atomic
def receive_referral(*, referral: Referral, by) -> Referral:
    """The next level takes the dossier; receiving it again changes nothing."""
    referral = _locked(referral)
    if referral.state == S.RECEIVED:
        return referral
    _require(referral, S.SENT)
    referral.state, referral.received_at = S.RECEIVED, timezone.now()
    return _keep(referral, "referral.received", by)


@transaction.atomic
def return_referral(*, referral: Referral, by, reason: str, resend_by: datetime.date) -> Referral:
    """The next level gives the dossier back, with a reason and the day by which it is awaited again.

    `RoundRefused` while the product stands in one of the next level's rounds.
    """
    referral = _locked(referral)
    reason = _needed(reason)
    if referral.state == S.RETURNED and (referral.reason, referral.resend_by) == (
        reason,
        resend_by,
    ):
        return referral
    _require(referral, S.SENT, S.RECEIVED)
    if resend_by < today():
        raise ValidationError({"resend_by": _("Hạn gửi lại không thể ở phía sau.")})
    if found := live_candidate(referral):
        raise RoundRefused(
            filled(_("Sản phẩm đang trong đợt “%s”. Hãy bỏ khỏi đợt trước."), found.round)
        )
    referral.state, referral.reason = S.RETURNED, reason
    referral.returned_on, referral.resend_by = today(), resend_by
    return _keep(referral, "referral.returned", by, reason)


def live_candidate(referral: Referral) -> Candidate | None:
    """Where the product stands before a council of the next level; None before, or once taken out."""
    return (
        referral.candidates.filter(removed_at__isnull=True)
        .exclude(round__state=Round.State.CANCELLED)
        .select_related("round")
        .first()
    )


def why_not_in(referral: Referral, round_: Round) -> str:
    """Why a received referral cannot be put into a round in preparation; "" when it can.

    The lower council's criteria set goes with the dossier. A set of another Decision cannot be
    scored against it, and no Decision says how marks would be carried over.
    """
    lower = referral.result.candidate.round
    if referral.to_unit_id != round_.council.unit_id or referral.to_level != round_.level:
        return _("Hồ sơ được chuyển cho cấp khác, đơn vị khác.")
    if lower.decision != round_.decision:
        return filled(
            _("Cấp dưới đánh giá theo %(lower)s, đợt này theo %(ours)s: không đưa vào đợt được."),
            {"lower": lower.law.number, "ours": round_.law.number},
        )
    return ""


@transaction.atomic
def put_in_round(*, referral: Referral, round_: Round, by) -> Candidate:
    """Put a received referral before a round in preparation; doing it again gives the same row.

    The candidate carries the dossier, the criteria set and the producer's own sheet as the lower
    council had them. `RoundRefused` says why it cannot be.
    """
    round_ = (
        Round.objects.select_for_update(of=("self",)).select_related("council").get(pk=round_.pk)
    )
    if round_.state != Round.State.DRAFT:
        raise RoundRefused(filled(_("Đợt đánh giá %s."), Round.State(round_.state).label))
    referral = _locked(referral)
    found = live_candidate(referral)
    if found and found.round_id == round_.pk:
        return found
    product = referral.product
    if found:
        raise RoundRefused(of(product, filled(_("đang có trong đợt “%s”."), found.round)))
    if referral.state != S.RECEIVED:
        raise RoundRefused(of(product, filled("%s.", S(referral.state).label)))
    if why := why_not_in(referral, round_):
        raise RoundRefused(of(product, why))
    lower = referral.result.candidate
    last = round_.candidates.order_by("-number").values_list("number", flat=True).first() or 0
    candidate = Candidate.objects.create(
        round=round_,
        entry=lower.entry,
        number=last + 1,
        referral=referral,
        pinned_set=lower.pinned_set,
        dossier=lower.dossier,
        self_assessment=lower.self_assessment,
    )
    RoundEvent.objects.create(
        round=round_,
        action="candidate.added",
        by=by,
        data={"product": str(product), "candidate": candidate.pk, "referral": referral.pk},
    )
    return candidate


@transaction.atomic
def put_all_in_round(*, referrals: list[Referral], round_: Round, by) -> list[Candidate]:
    """Put several before a round, or none: `RoundRefused` names every one that cannot be."""
    made, reasons = [], []
    for referral in referrals:
        try:
            made.append(put_in_round(referral=referral, round_=round_, by=by))
        except RoundRefused as refused:
            reasons += refused.reasons
    if reasons:
        raise RoundRefused(*reasons)
    return made


# --- Shared -----------------------------------------------------------------------------------


def _locked(referral: Referral) -> Referral:
    return (
        Referral.objects.select_for_update(of=("self",))
        .select_related(
            "result__candidate__round__council",
            "result__candidate__entry__product",
            "result__candidate__pinned_set",
        )
        .get(pk=referral.pk)
    )


def _require(referral: Referral, *states: str) -> None:
    if referral.state not in states:
        raise RoundRefused(filled(_("Hồ sơ này: %s."), S(referral.state).label))


def _needed(reason: str) -> str:
    reason = reason.strip()[:1_000]
    if not reason:
        raise RoundRefused(_("Cần ghi lý do."))
    return reason


def _keep(referral: Referral, action: str, by, reason: str = "") -> Referral:
    referral._history_user = by
    referral.save()
    _tell(referral, action, by, reason)
    return referral


def _tell(referral: Referral, action: str, by, reason: str = "", **data) -> None:
    candidate = referral.result.candidate
    RoundEvent.objects.create(
        round_id=candidate.round_id,
        action=action,
        by=by,
        reason=reason,
        data={"candidate": candidate.pk, "referral": referral.pk, **data},
    )
