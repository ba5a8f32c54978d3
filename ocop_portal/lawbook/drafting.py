"""From a draft to a published version of a set, and out of use again."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from ocop_portal import law
from ocop_portal.text import normalise

from .acts import LawRefused, lock, tell
from .content import faults_of, settled
from .differences import Difference, differences
from .models import SetCheck, SetVersion
from .versions import current_sets

S = SetVersion.State


def current_or_none(decision: str, number: int) -> law.CriteriaSet | None:
    """The current set; None where there is no text yet. UnknownDecision, UnknownSet."""
    return current_sets(decision, [number]).get(number)


def next_version(decision: str, number: int) -> int:
    """One more than any version of this set, in the files or here, dropped drafts among them."""
    kept = SetVersion.objects.filter(decision=decision, number=number)
    highest = kept.aggregate(found=Max("version"))["found"] or 0
    if law.decision(decision).summary(number).usable:
        highest = max(highest, law.decision(decision).criteria_set(number).version)
    return highest + 1


def draft_of(decision: str, number: int) -> SetVersion | None:
    """The set's open draft, of which there is at most one."""
    return (
        SetVersion.objects.filter(decision=decision, number=number, state=S.DRAFT)
        .select_related("created_by")
        .first()
    )


def _why(reason: str) -> str:
    reason = normalise(reason)[:500]
    if not reason:
        raise LawRefused(_("Cần ghi lý do."))
    return reason


def _create(content: dict, *, base: law.CriteriaSet | None, origin: str, reason: str, by):
    criteria = law.CriteriaSet.from_dict(content)
    made = SetVersion.objects.create(
        decision=criteria.decision,
        number=criteria.number,
        version=criteria.version,
        digest=criteria.digest,
        content=content,
        origin=origin,
        base_digest=base.digest if base else "",
        reason=reason,
        created_by=by,
    )
    what = _("phiên bản %s") % made.version
    tell(made.decision, made.number, "draft.begun", by, reason, what=what, origin=origin)
    return made


@transaction.atomic
def start_draft(*, decision: str, number: int, by, reason: str) -> SetVersion:
    """A draft that begins as the current version; the open draft where there is one.

    Refused for a set without a text: it is entered from a file.
    """
    lock(decision, number)
    found = draft_of(decision, number)
    if found:
        return found
    base = current_or_none(decision, number)
    if base is None:
        raise LawRefused(_("Bộ này chưa có văn bản: hãy nhập từ tệp Excel theo mẫu."))
    content = settled({**base.to_dict(), "version": next_version(decision, number)})
    return _create(content, base=base, origin=SetVersion.Origin.SCREEN, reason=_why(reason), by=by)


@transaction.atomic
def take_in(*, content: dict, origin: str, by, reason: str) -> SetVersion:
    """A draft with the content of a file; it takes the place of an open draft's content.

    The version in `content` does not count. Refused with every fault of the text, and when it is
    the current text word for word.
    """
    decision, number = content["decision"], content["number"]
    reason = _why(reason)
    lock(decision, number)
    faults = faults_of(content)
    if faults:
        raise LawRefused(*(f"{fault.where}: {fault.what}" for fault in faults))
    base = current_or_none(decision, number)
    draft = draft_of(decision, number)
    content = settled(
        {**content, "version": draft.version if draft else next_version(decision, number)}
    )
    if base and not differences(base.to_dict(), content):
        raise LawRefused(_("Tệp không khác gì bản đang dùng, nên không có gì để lập bản thảo."))
    if draft is None:
        return _create(content, base=base, origin=origin, reason=reason, by=by)
    draft = SetVersion.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    changes = _write(draft, content)
    if changes:
        draft.origin, draft.reason = origin, reason
        draft.base_digest = base.digest if base else ""
        draft.save()
        tell(decision, number, "draft.replaced", by, reason, changes=_shown(changes))
    return draft


def _write(draft: SetVersion, content: dict) -> list[Difference]:
    """Give the draft this content, unsaved; what it changes."""
    changes = differences(draft.content, content)
    draft.content, draft.digest = content, law.CriteriaSet.from_dict(content).digest
    return changes


def _shown(changes: list[Difference]) -> list[dict]:
    return [
        {"field": f"{one.place} – {one.field}", "old": one.old, "new": one.new} for one in changes
    ]


@transaction.atomic
def change_draft(*, draft_id: int, seen: str, content: dict, by) -> SetVersion:
    """Give a draft other content. `seen`: the digest that the officer's form showed.

    Faults of the text do not stand in the way of a draft, only of its publication.
    """
    draft = SetVersion.objects.select_for_update().get(pk=draft_id)
    _require_draft(draft)
    if draft.digest != seen:
        raise LawRefused(
            _("Bản thảo đã có người sửa từ khi anh/chị mở trang này. Xin xem lại rồi sửa tiếp.")
        )
    changes = _write(draft, settled({**content, "version": draft.version}))
    if changes:
        draft.save()
        tell(draft.decision, draft.number, "draft.changed", by, changes=_shown(changes))
    return draft


def _require_draft(version: SetVersion) -> None:
    if version.is_draft:
        return
    if version.is_published:
        raise LawRefused(_("Phiên bản đã ban hành, không ai sửa được nữa; hãy lập bản thảo mới."))
    raise LawRefused(_("Bản thảo đã bỏ."))


def check_for(version: SetVersion) -> SetCheck | None:
    """The signed comparison of exactly this text with a scan that is still in use."""
    return (
        SetCheck.objects.filter(
            digest=version.digest, signed_at__isnull=False, document__withdrawn_at__isnull=True
        )
        .order_by("signed_at")
        .select_related("document", "officer")
        .first()
    )


def why_not_published(version: SetVersion) -> list[str]:
    """What still stands between a draft and its publication."""
    reasons = [f"{fault.where}: {fault.what}" for fault in faults_of(version.content)]
    base = current_or_none(version.decision, version.number)
    if (base.digest if base else "") != version.base_digest:
        reasons.append(
            _("Bản đang dùng đã đổi từ khi lập bản thảo này. Hãy bỏ bản thảo và lập lại.")
        )
    elif base and not differences(base.to_dict(), version.content):
        reasons.append(_("Bản thảo chưa khác gì bản đang dùng."))
    if check_for(version) is None:
        reasons.append(_("Bản thảo chưa được đối chiếu xong với một bản chụp văn bản ký."))
    return reasons


@transaction.atomic
def publish(*, draft_id: int, seen: str, by) -> SetVersion:
    """Make a draft the version that is used from now on; publishing it again changes nothing.

    `seen`: the digest of the text that the officer saw. Rounds keep the version they were opened
    with. Raises LawRefused with all that stands in the way.
    """
    found = SetVersion.objects.get(pk=draft_id)
    lock(found.decision, found.number)
    draft = SetVersion.objects.select_for_update().get(pk=draft_id)
    if draft.digest != seen:
        raise LawRefused(
            _(
                "Bản thảo đã có người sửa từ khi anh/chị mở trang này. Xin xem lại trước khi ban hành."
            )
        )
    if draft.is_published:
        return draft
    _require_draft(draft)
    reasons = why_not_published(draft)
    if reasons:
        raise LawRefused(*reasons)
    draft.state, draft.published_by, draft.published_at = S.PUBLISHED, by, timezone.now()
    draft.published_with = check_for(draft)
    draft.save()
    what = _("phiên bản %s") % draft.version
    tell(draft.decision, draft.number, "version.published", by, what=what, digest=draft.digest)
    return draft


@transaction.atomic
def withdraw(*, version_id: int, by, reason: str) -> SetVersion:
    """Drop a draft, or take a published version out of use, with a reason; twice changes nothing.

    A withdrawn version stays readable, and rounds opened with it keep it.
    """
    reason = _why(reason)
    found = SetVersion.objects.get(pk=version_id)
    lock(found.decision, found.number)
    version = SetVersion.objects.select_for_update().get(pk=version_id)
    if version.state == S.WITHDRAWN:
        return version
    action = "draft.dropped" if version.is_draft else "version.withdrawn"
    version.state, version.withdrawn_by, version.withdrawn_at = S.WITHDRAWN, by, timezone.now()
    version.withdrawn_reason = reason
    version.save()
    what = _("phiên bản %s") % version.version
    tell(version.decision, version.number, action, by, reason, what=what)
    return version
