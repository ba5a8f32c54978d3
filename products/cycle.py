"""The yearly cycle: who moves an entry where, and on what conditions (Decision 490/QĐ-TTg).

The table `TRANSITIONS` is the whole truth: it draws the buttons, writes the history, words the
refusals and drives the tests. `move` is the only way to change an entry's state.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ocop_portal import law
from ocop_portal.lawbook import versions
from ocop_portal.page_language import filled, lowered
from ocop_portal.portal_words import know
from ocop_portal.refusals import ActRefused

from . import assessments, dossier, filled_forms, leaves, works
from .models import Cycle, CycleStep, Entry, EntryEvent, FilledForm, Product, Step
from .paper_slots import unanswered

S = Entry.State
SET_CHANGED = _("Đổi bộ sản phẩm")
know(SET_CHANGED)  # a history keeps it

STEP_OF_STATE = {
    S.IDEA_DRAFT: Step.IDEA,
    S.IDEA_REGISTERED: Step.IDEA,
    S.IDEA_RETURNED: Step.IDEA,
    S.PLAN_AWAITED: Step.PLAN,
    S.PLAN_RECEIVED: Step.PLAN,
    S.PLAN_RETURNED: Step.PLAN,
    S.IMPLEMENTING: Step.IMPLEMENTATION,
    S.DOSSIER_OPEN: Step.EVALUATION,
    S.DOSSIER_SUBMITTED: Step.EVALUATION,
    S.READY: Step.EVALUATION,
    S.IN_EVALUATION: Step.EVALUATION,
    S.RATED: Step.EVALUATION,
    S.IN_PROMOTION: Step.PROMOTION,
}  # WITHDRAWN keeps the step in which the entry stood


class Refused(ActRefused):
    """A move that may not be made."""


Condition = Callable[[Entry], list[str]]


def idea_is_written(entry: Entry) -> list[str]:
    """Step 2: the idea form (Biểu 01 or 02) is attached and the idea is described."""
    missing = dossier.missing_items(entry, by_step=Step.IDEA)
    if entry.idea.strip() and not missing:
        return []
    ready = filled_forms.readiness(entry, [FilledForm.Kind.IDEA])
    unsaid = []
    if not entry.idea.strip() and FilledForm.Kind.IDEA not in ready:
        unsaid.append(_("Chưa mô tả ý tưởng sản phẩm."))
    return unsaid + _not_in(missing, ready)


def _not_in(missing: dict[str, str], ready: dict[str, list[str]]) -> list[str]:
    """The papers that miss; for those whose form is being filled in, what that form lacks."""
    lacking = [fault for code in missing for fault in ready.get(code, [])]
    return [words for code, words in missing.items() if code not in ready] + lacking


def plan_is_attached(entry: Entry) -> list[str]:
    """Step 3: the business plan (Biểu 03) is attached."""
    missing = dossier.missing_items(entry, by_step=Step.PLAN)
    if not missing:
        return []
    return _not_in(missing, filled_forms.readiness(entry, [FilledForm.Kind.PLAN]))


def dossier_is_complete(entry: Entry) -> list[str]:
    """Step 5: every mandatory paper of the Decision's dossier list is in."""
    missing = dossier.missing_items(entry)
    if entry.state != S.DOSSIER_OPEN or not missing:
        return list(missing.values())
    return _not_in(missing, filled_forms.readiness(entry, [FilledForm.Kind.ORGANISATION]))


def nothing_asked_for(entry: Entry) -> list[str]:
    """Step 5: every paper that the district asked for is answered."""
    return unanswered(entry)


def set_is_usable(entry: Entry) -> list[str]:
    """Step 5: the criteria set exists; a set declared missing can rate nothing."""
    if getattr(entry, "criteria_read", None):
        return []  # the page has read them: they are there
    summary = versions.summary(entry.cycle.decision, entry.set_number)
    if summary.usable:
        return []
    return [
        filled(
            _("Bộ %(number)s “%(name)s” chưa có tiêu chí trong hệ thống nên chưa thể đánh giá."),
            {"number": summary.number, "name": summary.name},
        )
    ]


@dataclass(frozen=True)
class Transition:
    """A row of the table. `actor` is a permission; None means that only the council's work moves it.

    `conditions` stand against the move; `warnings` are to be confirmed before it is made.
    """

    name: str
    label: str  # on the button
    told: str  # in the history
    sources: tuple[str, ...]
    target: str
    actor: str | None
    needs_reason: bool = False
    reason_label: str = ""
    conditions: tuple[Condition, ...] = ()
    warnings: tuple[Condition, ...] = ()
    forward: bool = True


COMMUNE = "products.prepare_entry"
DISTRICT = "products.decide_entry"

TRANSITIONS = (
    Transition(
        "register_idea",
        _("Đăng ký ý tưởng"),
        _("Đăng ký ý tưởng"),
        (S.IDEA_DRAFT, S.IDEA_RETURNED),
        S.IDEA_REGISTERED,
        COMMUNE,
        conditions=(idea_is_written, leaves.in_time),
    ),
    Transition(
        "accept_idea",
        _("Nhận ý tưởng"),
        _("Nhận ý tưởng"),
        (S.IDEA_REGISTERED,),
        S.PLAN_AWAITED,
        DISTRICT,
        conditions=(assessments.idea_is_assessed,),
    ),
    Transition(
        "return_idea",
        _("Trả lại ý tưởng"),
        _("Trả lại ý tưởng"),
        (S.IDEA_REGISTERED,),
        S.IDEA_RETURNED,
        DISTRICT,
        needs_reason=True,
        reason_label=_("Lý do trả lại và điều cần sửa"),
        forward=False,
    ),
    Transition(
        "submit_plan",
        _("Nộp phương án"),
        _("Nộp phương án"),
        (S.PLAN_AWAITED, S.PLAN_RETURNED),
        S.PLAN_RECEIVED,
        COMMUNE,
        conditions=(plan_is_attached,),
    ),
    Transition(
        "approve_plan",
        _("Duyệt phương án"),
        _("Thẩm định, duyệt phương án"),
        (S.PLAN_RECEIVED,),
        S.IMPLEMENTING,
        DISTRICT,
        needs_reason=True,
        reason_label=_("Ý kiến thẩm định"),
        conditions=(assessments.plan_is_assessed,),
    ),
    Transition(
        "return_plan",
        _("Trả lại phương án"),
        _("Trả lại phương án"),
        (S.PLAN_RECEIVED,),
        S.PLAN_RETURNED,
        DISTRICT,
        needs_reason=True,
        reason_label=_("Lý do trả lại và điều cần sửa"),
        forward=False,
    ),
    Transition(
        "report_implementation",
        _("Báo cáo triển khai"),
        _("Báo cáo kết quả triển khai"),
        (S.IMPLEMENTING,),
        S.DOSSIER_OPEN,
        COMMUNE,
        needs_reason=True,
        reason_label=_("Kết quả triển khai phương án"),
        warnings=(works.left_open,),
    ),
    Transition(
        "submit_dossier",
        _("Nộp hồ sơ"),
        _("Nộp hồ sơ đánh giá"),
        (S.DOSSIER_OPEN,),
        S.DOSSIER_SUBMITTED,
        COMMUNE,
        conditions=(dossier_is_complete, set_is_usable),
    ),
    Transition(
        "accept_dossier",
        _("Xác nhận hồ sơ đầy đủ"),
        _("Xác nhận hồ sơ đầy đủ"),
        (S.DOSSIER_SUBMITTED,),
        S.READY,
        DISTRICT,
        conditions=(dossier_is_complete, nothing_asked_for, set_is_usable),
    ),
    Transition(
        "return_dossier",
        _("Yêu cầu bổ sung hồ sơ"),
        _("Yêu cầu bổ sung hồ sơ"),
        (S.DOSSIER_SUBMITTED, S.READY),
        S.DOSSIER_OPEN,
        DISTRICT,
        needs_reason=True,
        reason_label=_("Giấy tờ còn thiếu hoặc chưa đúng"),
        forward=False,
    ),
    Transition(
        "open_evaluation",
        _("Đưa vào đợt đánh giá"),
        _("Đưa vào đợt đánh giá"),
        (S.READY,),
        S.IN_EVALUATION,
        None,
        conditions=(dossier_is_complete, set_is_usable),
    ),
    Transition(
        "leave_evaluation",
        _("Rút khỏi đợt đánh giá"),
        _("Rút khỏi đợt đánh giá"),
        (S.IN_EVALUATION,),
        S.READY,
        None,
        needs_reason=True,
        reason_label=_("Lý do"),
        forward=False,
    ),
    Transition(
        "record_result",
        _("Ghi kết quả"),
        _("Hội đồng chốt kết quả"),
        (S.IN_EVALUATION,),
        S.RATED,
        None,
    ),
    Transition(
        "start_promotion",
        _("Chuyển sang xúc tiến thương mại"),
        _("Chuyển sang xúc tiến thương mại"),
        (S.RATED,),
        S.IN_PROMOTION,
        DISTRICT,
    ),
    Transition(
        "improve",
        _("Trả về hoàn thiện"),
        _("Trả về hoàn thiện"),
        (S.RATED, S.IN_PROMOTION),
        S.DOSSIER_OPEN,
        DISTRICT,
        needs_reason=True,
        reason_label=_("Điều cần hoàn thiện"),
        forward=False,
    ),
    Transition(
        "withdraw",
        _("Rút khỏi chu trình"),
        _("Rút khỏi chu trình"),
        (
            S.IDEA_DRAFT,
            S.IDEA_REGISTERED,
            S.IDEA_RETURNED,
            S.PLAN_AWAITED,
            S.PLAN_RECEIVED,
            S.PLAN_RETURNED,
            S.IMPLEMENTING,
            S.DOSSIER_OPEN,
            S.DOSSIER_SUBMITTED,
            S.READY,
        ),
        S.WITHDRAWN,
        COMMUNE,
        needs_reason=True,
        reason_label=_("Lý do rút"),
        forward=False,
    ),
    Transition(
        "restore",
        _("Đưa trở lại chu trình"),
        _("Đưa trở lại chu trình"),
        (S.WITHDRAWN,),
        S.IDEA_DRAFT,
        DISTRICT,
        needs_reason=True,
        reason_label=_("Lý do đưa trở lại"),
        forward=False,
    ),
)

BY_NAME = {transition.name: transition for transition in TRANSITIONS}


def transitions_from(state: str) -> list[Transition]:
    """The rows that start in this state, in the table's order."""
    return [transition for transition in TRANSITIONS if state in transition.sources]


def available(entry: Entry, user) -> list[Transition]:
    """The moves that this person may try now; whether conditions hold is `why_not`'s matter."""
    if entry.cycle.is_closed:
        return []
    return [
        transition
        for transition in transitions_from(entry.state)
        if transition.actor and user.has_perm(transition.actor, entry)
    ]


def why_not(entry: Entry, transition: Transition) -> list[str]:
    """What is missing before the move may be made; empty when nothing is."""
    if entry.cycle.is_closed:
        return [filled(_("Chu trình năm %s đã khép lại."), entry.cycle.year)]
    return [reason for condition in transition.conditions for reason in condition(entry)]


def warnings_of(entry: Entry, transition: Transition) -> list[str]:
    """What the officer is to look at, and confirm, before the move is made."""
    return [words for warning in transition.warnings for words in warning(entry)]


@transaction.atomic
def move(
    *,
    entry: Entry,
    name: str,
    by,
    reason: str = "",
    expected: str | None = None,
    despite: bool = False,
) -> Entry:
    """Move an entry along the row `name` of the table.

    `expected` is the state that the person saw; when another officer was quicker, the move is
    refused and says who it was. The same person sending the same move twice (a double click, a
    repeated request) changes nothing and is no error. `despite`: the warnings were confirmed; the
    history tells them with the reason. Raises `Refused`.

    Permission is the caller's to check (`available`), as the council's work moves entries too.
    """
    transition = BY_NAME[name]
    entry = (
        Entry.objects.select_for_update(of=("self",))
        .select_related("cycle", "product__producer")
        .get(pk=entry.pk)
    )
    reason = reason.strip()
    if entry.state not in transition.sources or (expected and entry.state != expected):
        last = entry.events.exclude(to_state="").order_by("-at", "-pk").first()
        if last and last.action == name and last.by_id == by.pk and last.to_state == entry.state:
            return entry
        raise Refused(_stale(entry, last))
    reasons = why_not(entry, transition)
    if transition.needs_reason and not reason:
        reasons.append(filled(_("Cần ghi: %s."), lowered(transition.reason_label)))
    warned = warnings_of(entry, transition)
    if warned and not despite:
        reasons += [*warned, _("Nếu vẫn chuyển, hãy đánh dấu xác nhận ở trang của sản phẩm.")]
    if reasons:
        raise Refused(*reasons)

    # What was written on screen is handed in, and the district's findings are closed, with the move.
    filled_forms.hand_in(entry=entry, move=name, by=by)
    assessments.answer(entry=entry, move=name, by=by, words=reason)
    before, entry.state = entry.state, transition.target
    entry.step = STEP_OF_STATE.get(transition.target, entry.step)
    entry.state_since = timezone.now()
    entry._change_reason = str(transition.told)
    entry.save()
    EntryEvent.objects.create(
        entry=entry,
        action=name,
        from_state=before,
        to_state=entry.state,
        by=by,
        reason="\n".join([reason, *map(str, warned)]),
        handed_in=dossier.handed_in(entry),
    )
    return follow_set(entry=entry, by=by) if before in BY_A_COUNCIL else entry


# Taken up by a council: what was, or is being, scored by a set keeps it.
BY_A_COUNCIL = frozenset({S.IN_EVALUATION, S.RATED, S.IN_PROMOTION})


def follow_set(*, entry: Entry, by) -> Entry:
    """Give an entry that no council has taken up the set that its product has been put into since.

    The caller holds the entry's lock. Without this a product entered under the wrong set would be
    scored by the wrong criteria, or, under a set without criteria, never.
    """
    # Read again: what came with the entry may be from before its lock was waited for.
    product = Product.objects.only("decision", "set_number").get(pk=entry.product_id)
    before = entry.set_number
    if (
        before == product.set_number
        or entry.state in BY_A_COUNCIL
        or entry.cycle.is_closed
        or entry.cycle.decision != product.decision
    ):
        return entry
    entry.set_number = product.set_number
    sets = [entry.cycle.law.summary(number) for number in (before, entry.set_number)]
    entry._history_user = by
    entry._change_reason = str(SET_CHANGED)
    entry.save()
    EntryEvent.objects.create(
        entry=entry,
        action="set.changed",
        by=by,
        reason=" → ".join(f"{summary.number}. {summary.name}" for summary in sets),
    )
    return entry


def _stale(entry: Entry, last: EntryEvent | None) -> str:
    """Who moved the entry before, for the one who came second."""
    if last is None:
        return filled(_("Sản phẩm đang ở trạng thái “%s”."), S(entry.state).label)
    return filled(
        _(
            "%(who)s đã chuyển sản phẩm sang “%(state)s” lúc %(when)s. Hãy xem lại trước khi làm tiếp."
        ),
        {
            "who": last.by,
            "state": S(entry.state).label,
            "when": timezone.localtime(last.at).strftime("%H:%M %d/%m/%Y"),
        },
    )


def suggested_sets(product: Product, decision: law.Decision) -> list[law.SetSummary]:
    """The sets of a Decision that a product of another Decision may belong to, by their names.

    Either Decision may be the later one. The product's own set where it is classified by this
    Decision. Only a suggestion, which an officer confirms; empty where no name makes it plain.
    """
    if product.decision == decision.slug:
        return [decision.summary(product.set_number)]
    here = (product.decision, product.set_number)
    earlier = _summary_of(product).follows
    return [
        summary
        for summary in decision.sets
        if here in summary.follows or (decision.slug, summary.number) in earlier
    ]


@transaction.atomic
def enter(
    *, product: Product, cycle: Cycle, by, idea: str = "", set_number: int | None = None
) -> Entry:
    """Let a product take part in a year's cycle; calling it again gives the same entry.

    `set_number`: the set of the cycle's Decision that an officer chose, for a product that is
    classified by another Decision; one that is classified by this Decision keeps its own. Raises
    `Refused` when the cycle is closed, and when no set was chosen: none is ever guessed.
    """
    if cycle.is_closed:
        raise Refused(filled(_("Chu trình năm %s đã khép lại."), cycle.year))
    if product.decision == cycle.decision:
        set_number = product.set_number
    elif set_number is None:
        raise Refused(
            filled(
                _(
                    "Sản phẩm đang được phân loại theo Quyết định khác; cần chọn bộ sản phẩm theo %s."
                ),
                cycle.law.number,
            )
        )
    cycle.law.summary(set_number)
    entry, created = Entry.objects.get_or_create(
        cycle=cycle,
        product=product,
        defaults={"set_number": set_number, "idea": idea, "created_by": by},
    )
    if created:
        chosen = ""
        if product.decision != cycle.decision:
            chosen = " → ".join(
                f"{decision.number}, bộ {summary.number}. {summary.name}"
                for decision, summary in (
                    (law.decision(product.decision), _summary_of(product)),
                    (cycle.law, cycle.law.summary(set_number)),
                )
            )
        EntryEvent.objects.create(
            entry=entry, action="enter", to_state=entry.state, by=by, reason=chosen
        )
    return entry


def _summary_of(product: Product) -> law.SetSummary:
    return law.decision(product.decision).summary(product.set_number)


@transaction.atomic
def open_cycle(*, cycle: Cycle, dates: dict[int, tuple]) -> Cycle:
    """Save a new cycle with its six steps; `dates` maps a step to (first day, last day) or nothing."""
    cycle.save()
    for step in Step:
        starts_on, due_on = dates.get(step.value, (None, None))
        CycleStep.objects.update_or_create(
            cycle=cycle, number=step, defaults={"starts_on": starts_on, "due_on": due_on}
        )
    return cycle


def days_late_text(days: int) -> str:
    """ "trễ 3 ngày" """
    return ngettext("trễ %d ngày", "trễ %d ngày", days) % days
