"""What the acts of this room share: refusals, history, and which text stands behind a digest."""

from django.db import connection
from django.utils.translation import gettext_lazy

from ocop_portal import law
from ocop_portal.refusals import ActRefused

from .models import LawEvent, SetVersion

TOLD = {
    "document.added": gettext_lazy("Thêm bản chụp văn bản ký"),
    "document.withdrawn": gettext_lazy("Rút bản chụp văn bản ký"),
    "check.begun": gettext_lazy("Bắt đầu đối chiếu với văn bản ký"),
    "check.ticked": gettext_lazy("Đối chiếu mục"),
    "check.signed": gettext_lazy("Ký xác nhận đã đối chiếu"),
    "draft.begun": gettext_lazy("Lập bản thảo"),
    "draft.changed": gettext_lazy("Sửa bản thảo"),
    "draft.replaced": gettext_lazy("Thay bản thảo bằng tệp mới"),
    "draft.dropped": gettext_lazy("Bỏ bản thảo"),
    "version.published": gettext_lazy("Ban hành phiên bản"),
    "version.withdrawn": gettext_lazy("Rút phiên bản"),
}


class LawRefused(ActRefused):
    """An act that the lawbook does not allow."""


def tell(decision: str, number: int | None, action: str, by, reason: str = "", **data) -> None:
    """Write one event of the history, in the transaction of what it tells of."""
    LawEvent.objects.create(
        decision=decision, number=number, action=action, by=by, reason=reason[:1000], data=data
    )


def history_of(decision: str, number: int | None, limit: int = 50) -> list[dict]:
    """What `components/history.html` draws, newest first; `number` None: the Decision's scans."""
    events = LawEvent.objects.filter(decision=decision, number=number).select_related("by")
    return [_told(event) for event in events[:limit]]


def _told(event: LawEvent) -> dict:
    what = str(TOLD.get(event.action, event.action))
    if event.data.get("what"):
        what = f"{what}: {event.data['what']}"
    return {
        "when": event.at,
        "who": event.by,
        "what": what,
        "reason": event.reason,
        "changes": event.data.get("changes", ()),
    }


def lock(decision: str, number: int) -> None:
    """Let one act at a time work on the versions of a set; within a transaction only.

    A set need not have a row yet, so there is nothing to lock but an agreed number. SQLite takes
    its one write lock when the transaction begins.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"lawbook:{decision}:{number}"]
            )


def text_of(decision: str, number: int, digest: str) -> law.CriteriaSet | None:
    """The set with this digest, from the files or from here; None where neither has it any more."""
    try:
        found = law.decision(decision).criteria_set(number)
    except law.LawError:
        found = None
    if found and found.digest == digest:
        return found
    row = SetVersion.objects.filter(digest=digest).first()
    return row.criteria if row else None
