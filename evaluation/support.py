"""The support team's check of a dossier: complete or not, evidence read, levels proposed.

It is never a sheet and no tally reads it. Who may read it is in `scope.support_checks_for`.
"""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ocop_portal.page_language import filled

from .meeting import locked
from .models import Candidate, Round, RoundEvent, SupportCheck, SupportProposal
from .rounds import RoundRefused
from .scope import candidates_to_check, opinions_open_to, seats_of, support_checks_for
from .sheets import NONE_OF_THESE


@transaction.atomic
def save_check(
    *,
    candidate: Candidate,
    user,
    is_complete: bool,
    remarks: str,
    papers_read: set[int],
    proposals: dict[str, tuple[int, str]],
) -> SupportCheck:
    """Write down, or change, what this person of the support team found of the frozen dossier.

    `proposals`: criterion → (number of the level, 0 for none of them; reason). A criterion that is
    left out is proposed no more. The same again changes nothing. Raises `RoundRefused` once scoring
    has ended, for a product that the person does not check, for a paper that is not in the dossier,
    a level that the criterion does not have, and where words are missing.
    """
    round_ = locked(candidate.round, Round.State.OPEN)
    candidate = (
        candidates_to_check(user).filter(pk=candidate.pk).select_related("pinned_set").first()
    )
    if candidate is None:
        raise RoundRefused(_("Anh/chị không kiểm tra hồ sơ của sản phẩm này."))
    _require_words(candidate, is_complete, remarks, papers_read, proposals)
    seat = seats_of(user).get(council=round_.council_id)
    row = SupportCheck.objects.filter(candidate=candidate, seat=seat).first()
    known = {found.criterion: found for found in row.proposals.all()} if row else {}
    read = set(row.papers_read.values_list("pk", flat=True)) if row else None
    standing = {
        code: (found.option, found.reason)
        for code, found in known.items()
        if found.option is not None
    }
    values = (is_complete, remarks)
    if row and (row.is_complete, row.remarks, read, standing) == (*values, papers_read, proposals):
        return row
    if row is None or (row.is_complete, row.remarks) != values:
        row = row or SupportCheck(candidate=candidate, seat=seat)
        row.is_complete, row.remarks, row.checked_at = is_complete, remarks, timezone.now()
        row._history_user = user
        row.save()
    else:
        SupportCheck.objects.filter(pk=row.pk).update(checked_at=timezone.now())
    row.papers_read.set(papers_read)
    for code in {*known, *proposals}:
        option, reason = proposals.get(code, (None, ""))
        found = known.get(code) or SupportProposal(check_of=row, criterion=code)
        if found.pk is None or (found.option, found.reason) != (option, reason):
            found.option, found.reason = option, reason
            found._history_user = user
            found.save()
    RoundEvent.objects.create(
        round=round_,
        action="dossier.checked",
        by=user,
        data={"candidate": candidate.pk, "check": row.pk, "read": sorted(papers_read)},
    )
    return row


def readable_papers(candidate: Candidate) -> list[dict]:
    """The rows of the frozen dossier that have a file; samples on the table have none."""
    return [paper for paper in candidate.dossier if paper.get("sha256")]


def _require_words(candidate, is_complete, remarks, papers_read, proposals) -> None:
    criteria = candidate.pinned_set.criteria
    options = {
        leaf.code: {option.number for option in leaf.options}
        | (set() if leaf.has_printed_zero else {NONE_OF_THESE})
        for leaf in criteria.leaves
    }
    reasons = []
    if not is_complete and not remarks:
        reasons.append(_("Hồ sơ chưa đầy đủ thì cần ghi còn thiếu gì."))
    if papers_read - {paper["paper"] for paper in readable_papers(candidate)}:
        reasons.append(_("Có giấy tờ không thuộc hồ sơ của sản phẩm."))
    for code, (option, reason) in proposals.items():
        if option not in options.get(code, ()):
            reasons.append(filled(_("Tiêu chí %s không có mức này."), code))
        elif not reason:
            reasons.append(filled(_("Cần ghi lý do đề xuất cho tiêu chí %s."), code))
    if reasons:
        raise RoundRefused(*reasons)


def with_support(candidates: list[Candidate], user, *, round_: Round, checks: bool) -> None:
    """Give each candidate the address of the support team's words that this person writes or reads.

    `checks`: the person is of the support team. One query for readers, two for the team.
    """
    if checks:
        written = support_checks_for(user).filter(candidate__round=round_)
        readable = set(written.values_list("candidate", flat=True))
        to_check = set(candidates_to_check(user).filter(round=round_).values_list("pk", flat=True))
    else:
        readable = set(opinions_open_to(user).filter(round=round_).values_list("pk", flat=True))
        to_check = set()
    for row in candidates:
        if row.pk in to_check:
            row.support_url = reverse("evaluation:support_check", args=[row.pk])
            row.support_words = (
                _("Sửa ý kiến kiểm tra hồ sơ") if row.pk in readable else _("Kiểm tra hồ sơ")
            )
        elif row.pk in readable:
            row.support_url = reverse("evaluation:opinions", args=[row.pk])
            row.support_words = _("Ý kiến tổ tư vấn")
