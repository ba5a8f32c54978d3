"""What happened, in words: the history of councils, rounds and sheets for their pages."""

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from communes.history import compared
from ocop_portal import law
from ocop_portal.page_language import filled

from .models import (
    Candidate,
    CheckAnswer,
    Council,
    MarkFinding,
    Round,
    Seat,
    Sheet,
    SupportCheck,
    SupportProposal,
)
from .sheets import NONE_OF_THESE

_ACTIONS = {
    "created": gettext_lazy("Lập đợt đánh giá"),
    "changed": gettext_lazy("Sửa đợt đánh giá"),
    "opened": gettext_lazy("Mở đợt, bắt đầu chấm điểm"),
    "extended": gettext_lazy("Gia hạn gửi phiếu"),
    "scoring.ended": gettext_lazy("Dừng chấm điểm"),
    "closed": gettext_lazy("Chốt kết quả"),
    "published": gettext_lazy("Công bố kết quả"),
    "cancelled": gettext_lazy("Hủy đợt"),
}

_OF_REFERRALS = {
    "referral.sent": gettext_lazy("Chuyển hồ sơ lên cấp trên"),
    "referral.received": gettext_lazy("Cấp trên tiếp nhận hồ sơ"),
    "referral.returned": gettext_lazy("Cấp trên trả lại hồ sơ"),
    "referral.withdrawn": gettext_lazy("Thôi chuyển hồ sơ lên cấp trên"),
}

# What the council says of a product's marks: not to be read before one's own sheet is in.
_OF_MARKS = {"candidate.settled", "knock_out.voted", "mark.found", "check.answered"}


def round_history(
    round_: Round, *, candidates=None, hidden=frozenset(), unsettled=frozenset()
) -> list[dict]:
    """The round's events, newest first.

    `candidates`: all of the round with their products, those taken out too, where they were read
    before. `hidden`: those that the viewer may not follow. `unsettled`: those whose figures they
    may not see yet; what the council said of them names marks.
    """
    if candidates is None:
        candidates = Candidate.objects.filter(round=round_).select_related("entry__product")
    names = {candidate.pk: str(candidate.entry.product) for candidate in candidates}
    rows = []
    for event in round_.events.select_related("by").order_by("-at", "-pk"):
        candidate = event.data.get("candidate")
        if candidate in hidden:
            continue
        rows.append(
            {
                "when": event.at,
                "who": event.by,
                **_told_event(event, names.get(candidate, ""), is_told=candidate not in unsettled),
            }
        )
    return rows


def _told_event(event, product: str, *, is_told: bool) -> dict:
    """What happened and why; of a product whose figures are not told, only that it was spoken of."""
    if event.action in _OF_MARKS and not is_told:
        return {"what": _("Ghi ý kiến, kết luận của hội đồng: %s") % product, "reason": ""}
    return {"what": _event_words(event, product), "reason": event.reason}


def _event_words(event, product: str) -> str:
    if event.action == "mark.found":
        return _(
            "Kết luận mức tối thiểu hạng %(star)d sao, tiêu chí %(code)s – %(word)s: %(product)s"
        ) % {
            "star": event.data["star"],
            "code": event.data["criterion"],
            "word": MarkFinding.Word(event.data["word"]).label,
            "product": product,
        }
    if event.action == "check.answered":
        return _("Yêu cầu tối thiểu hạng %(star)d sao theo %(source)s – %(word)s: %(product)s") % {
            "star": event.data["star"],
            "source": event.data["source"],
            "word": CheckAnswer.Word(event.data["word"]).label,
            "product": product,
        }
    if event.action == "candidate.added":
        return _("Đưa sản phẩm vào đợt: %s") % product
    if event.action == "candidate.removed":
        return _("Bỏ sản phẩm khỏi đợt: %s") % product
    if event.action == "candidate.settled":
        return _("Ghi ý kiến, kết luận của hội đồng: %s") % product
    if event.action in {"substitute.called", "substitute.withdrawn"}:
        words = {
            "what": _("Gọi dự khuyết")
            if event.action == "substitute.called"
            else _("Rút việc thay thế"),
            "substitute": event.data["substitute"],
            "member": event.data["member"],
            "where": product or _("cả đợt"),
        }
        return _("%(what)s: %(substitute)s thay %(member)s – %(where)s") % words
    if event.action == "conflict.declared":
        return _("Khai có liên quan: %s") % product
    if event.action == "knock_out.voted":
        return _("Biểu quyết loại sản phẩm: %s") % product
    if event.action == "sample.received":
        return _("Ghi mẫu sản phẩm đã nhận: %s") % product
    if event.action in _OF_REFERRALS:
        return f"{_OF_REFERRALS[event.action]}: {product}"
    if event.action == "dossier.checked":
        return _("Tổ tư vấn ghi ý kiến kiểm tra hồ sơ: %s") % product
    if event.action == "invitation.sent":
        day = parse_date(event.data["day"])
        return _("Ghi ngày gửi thư mời họp: %s") % day.strftime("%d/%m/%Y")
    if event.action == "attendance.recorded":
        return _("Ghi thành viên vắng: %(absent)d/%(seats)d") % event.data
    words = str(_ACTIONS.get(event.action, event.action))
    if event.action == "extended":
        due = timezone.localtime(parse_datetime(event.data["due"]))
        return _("%(what)s đến %(due)s") % {"what": words, "due": due.strftime("%H:%M %d/%m/%Y")}
    if event.data.get("lapsed"):
        return _("%(what)s; %(count)d phiếu chưa gửi không còn hiệu lực") % {
            "what": words,
            "count": event.data["lapsed"],
        }
    return words


def council_history(council: Council) -> list[dict]:
    """Changes of the council and of its seats, newest first."""
    rows = _told(
        council.history.select_related("history_user"),
        made=lambda _record: _("Lập hội đồng"),
        changed=lambda _record: _("Sửa hội đồng"),
    )
    rows += _told(
        Seat.history.filter(council_id=council.pk).select_related("history_user", "user"),
        made=lambda record: _("Thêm %s") % record.user,
        changed=lambda record: _("Sửa thông tin của %s") % record.user,
    )
    return sorted(rows, key=lambda row: row["when"], reverse=True)


def support_history(check: SupportCheck, criteria: law.CriteriaSet) -> list[dict]:
    """Changes of one person's check and of the levels proposed in it, newest first."""
    rows = _told(
        check.history.select_related("history_user"),
        made=lambda _record: _("Kiểm tra hồ sơ"),
        changed=lambda _record: _("Sửa ý kiến về hồ sơ"),
    )
    records = SupportProposal.history.filter(check_of_id=check.pk).select_related("history_user")
    for record, before, changes in compared(records):
        if before and changes:
            code = record.criterion
            rows.append(
                {
                    "when": record.history_date,
                    "who": record.history_user,
                    "what": f"{code}. {criteria.criterion(code).title}",
                    "changes": [
                        {
                            "field": _("Mức đề xuất"),
                            "old": _proposed(criteria, before),
                            "new": _proposed(criteria, record),
                        }
                    ],
                }
            )
    return sorted(rows, key=lambda row: row["when"], reverse=True)


def _proposed(criteria: law.CriteriaSet, record) -> str:
    words = option_words(criteria, record.criterion, record.option)
    return f"{words}: {record.reason}" if words else ""


def _told(records, *, made, changed) -> list[dict]:
    """The records of a history in words, those that changed nothing left out."""
    return [
        {
            "when": record.history_date,
            "who": record.history_user,
            "what": changed(record) if before else made(record),
            "changes": changes,
        }
        for record, before, changes in compared(records)
        if changes or before is None
    ]


def mark_changes(sheet: Sheet, criteria: law.CriteriaSet) -> list[dict]:
    """Choices on the sheet that were changed after the first, newest first."""
    return [
        {
            "when": event.at,
            "who": sheet.seat.user,
            "what": event.criterion,
            "changes": [
                {
                    "field": criteria.criterion(event.criterion).title,
                    "old": option_words(criteria, event.criterion, event.previous),
                    "new": option_words(criteria, event.criterion, event.option),
                }
            ],
        }
        for event in sheet.mark_events.filter(previous__isnull=False).order_by("-at", "-pk")
    ]


def option_words(criteria: law.CriteriaSet, code: str, number: int | None) -> str:
    """A choice in the Decision's words with its points; empty for none."""
    if number is None:
        return ""
    if number == NONE_OF_THESE:
        return gettext_lazy("Không đạt mức nào (0 điểm)")
    option = criteria.criterion(code).option(number)
    words = ngettext_lazy("%(level)s (%(points)d điểm)", "%(level)s (%(points)d điểm)", "points")
    return filled(words, {"level": option.label, "points": option.points})
