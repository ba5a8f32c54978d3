"""Comparing a set with the signed text: section by section, signed off once, by one officer."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ocop_portal import law
from ocop_portal.page_language import filled
from ocop_portal.text import normalise

from .acts import LawRefused, tell
from .models import LegalDocument, SectionTick, SetCheck

HEADER = "header"
HEADER_TITLE = gettext_lazy("Tên bộ, điểm các phần, ghi chú chung")


@dataclass(frozen=True)
class Piece:
    """What is ticked as one: a section, or (`section` None) what stands above all sections."""

    key: str
    title: str
    part: law.Part | None = None
    section: law.Section | None = None


def pieces_of(criteria: law.CriteriaSet) -> tuple[Piece, ...]:
    """What an officer compares, in printed order: the head of the set, then every section."""
    return (
        Piece(HEADER, str(HEADER_TITLE)),
        *(
            Piece(section.code, f"{section.code}. {section.title}", part, section)
            for part in criteria.parts
            for section in part.sections
        ),
    )


@transaction.atomic
def begin(*, criteria: law.CriteriaSet, document: LegalDocument, by) -> SetCheck:
    """Open the officer's comparison of this text with this scan; the same one when asked again."""
    document = LegalDocument.objects.select_for_update().get(pk=document.pk)
    if document.is_withdrawn:
        raise LawRefused(_("Bản chụp này đã rút."))
    if document.decision != criteria.decision:
        raise LawRefused(_("Bản chụp này là của Quyết định khác."))
    found, is_new = SetCheck.objects.get_or_create(
        digest=criteria.digest,
        document=document,
        officer=by,
        defaults={
            "decision": criteria.decision,
            "number": criteria.number,
            "version": criteria.version,
            "sections": len(pieces_of(criteria)),
        },
    )
    if is_new:
        what = _("phiên bản %(version)s, %(document)s") % {
            "version": criteria.version,
            "document": document,
        }
        tell(criteria.decision, criteria.number, "check.begun", by, what=what)
    return found


def _own(check_id: int, by) -> SetCheck:
    """The officer's own comparison, locked; refused when it is another's, or its scan is gone."""
    found = (
        SetCheck.objects.select_for_update(of=("self",)).select_related("document").get(pk=check_id)
    )
    if found.officer_id != by.pk:
        raise LawRefused(_("Lần đối chiếu này của người khác; xin tự mở một lần đối chiếu."))
    if not found.is_signed and found.document.is_withdrawn:
        raise LawRefused(filled(_("Bản chụp này đã rút: %s"), found.document.withdrawn_reason))
    return found


@transaction.atomic
def tick(
    *,
    check_id: int,
    criteria: law.CriteriaSet,
    section: str,
    agrees: bool,
    by,
    page: int | None = None,
    remark: str = "",
) -> SectionTick:
    """Say of one section whether it agrees with the signed text; a second word replaces the first.

    `page`: where it stands in the scan. A difference needs a remark. Refused once signed off.
    """
    check = _own(check_id, by)
    remark = normalise(remark)
    piece = next((piece for piece in pieces_of(criteria) if piece.key == section), None)
    if criteria.digest != check.digest or piece is None:
        raise LawRefused(filled(_("Bộ tiêu chí này không có mục %s."), section))
    if check.is_signed:
        raise LawRefused(_("Đã ký xác nhận, không sửa được nữa."))
    if not agrees and not remark:
        raise LawRefused(_("Xin ghi chỗ khác với văn bản ký."))
    row = SectionTick.objects.filter(comparison=check, section=section).first()
    before = (row.agrees, row.page, row.remark) if row else None
    if before == (agrees, page, remark):
        return row
    row = row or SectionTick(comparison=check, section=section)
    row.agrees, row.page, row.remark, row.at = agrees, page, remark[:1000], timezone.now()
    row.save()
    words = {True: _("khớp"), False: _("khác")}
    tell(
        check.decision,
        check.number,
        "check.ticked",
        by,
        remark,
        what=f"{piece.title}: {words[agrees]}",
        before=before,
    )
    return row


def why_not_signed(check: SetCheck, criteria: law.CriteriaSet) -> list[str]:
    """What still stands between a comparison and its signature."""
    ticks = {row.section: row for row in check.ticks.all()}
    pieces = pieces_of(criteria)
    open_ = [piece.title for piece in pieces if piece.key not in ticks]
    differing = [
        piece.title for piece in pieces if piece.key in ticks and not ticks[piece.key].agrees
    ]
    reasons = []
    if open_:
        reasons.append(
            filled(
                _("Còn %(count)d mục chưa đối chiếu: %(titles)s."),
                {"count": len(open_), "titles": "; ".join(open_)},
            )
        )
    if differing:
        reasons.append(
            filled(
                _(
                    "Khác với văn bản ký: %s. Hãy sửa bộ tiêu chí thành phiên bản mới rồi đối chiếu lại."
                ),
                "; ".join(differing),
            )
        )
    return reasons


@transaction.atomic
def sign(*, check_id: int, criteria: law.CriteriaSet, by) -> SetCheck:
    """Sign that every section agrees with the signed text; signing again changes nothing."""
    check = _own(check_id, by)
    if check.is_signed:
        return check
    if criteria.digest != check.digest:
        raise LawRefused(_("Bộ tiêu chí đã đổi từ khi bắt đầu đối chiếu."))
    reasons = why_not_signed(check, criteria)
    if reasons:
        raise LawRefused(*reasons)
    check.signed_at = timezone.now()
    check.save()
    what = _("phiên bản %(version)s, %(document)s") % {
        "version": check.version,
        "document": check.document,
    }
    tell(check.decision, check.number, "check.signed", by, what=what, digest=check.digest)
    return check
