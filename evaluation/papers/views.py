"""The papers of a round, and a member's own sheet on paper."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ocop_portal.law import show_points
from ocop_portal.page_language import filled
from ocop_portal.papers.serving import paper_file
from ocop_portal.portal_words import know, portal_words

from ..models import Candidate, Conflict, Result, Round, Sheet
from ..pages import crumbs, find_round
from ..scope import hidden_from
from . import content, package, pdf, record, word, workbook

FORMS = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel", "zip": "ZIP"}
CONFLICT = 409  # the round is not such that there is this paper


@dataclass(frozen=True)
class Kind:
    """A paper of a round: what it is called, in which forms, and who may have it when.

    `after_closing`: it holds results. `tells_sheets`: it holds members' points or what was said
    about them, which is closed to a person with a declared conflict. `needs`: proposals without
    which there is no such paper.
    """

    slug: str
    title: str
    about: str
    forms: tuple[str, ...]
    perm: str
    after_closing: bool = True
    tells_sheets: bool = False
    needs: tuple[str, ...] = ()


P = Result.Proposal
KINDS = {
    kind.slug: kind
    for kind in (
        Kind(
            "giay-moi",
            _("Giấy mời họp"),
            _("Thành phần, sản phẩm, ngày họp; giờ và địa điểm để trống."),
            ("pdf",),
            "evaluation.prepare_round",
            after_closing=False,
        ),
        Kind(
            "bien-ban",
            _("Biên bản họp hội đồng"),
            _("Kết quả, ý kiến thảo luận, kết luận."),
            ("pdf", "docx"),
            "evaluation.view_tally",
            tells_sheets=True,
        ),
        Kind(
            "bang-tong-hop",
            _("Bảng tổng hợp điểm"),
            _("Tổng điểm của từng thành viên, trung bình, chênh lệch."),
            ("pdf",),
            "evaluation.view_tally",
            tells_sheets=True,
        ),
        Kind(
            "phieu-danh-gia",
            _("Phiếu đánh giá của các thành viên"),
            _("Mọi phiếu hợp lệ, từng tiêu chí, để thành viên ký; mỗi sản phẩm một tệp."),
            ("zip",),
            "evaluation.view_score_papers",
            tells_sheets=True,
        ),
        Kind(
            "to-trinh",
            _("Tờ trình"),
            _("Đề nghị đánh giá, phân hạng hoặc công nhận."),
            ("pdf", "docx"),
            "evaluation.view_tally",
            needs=(P.REFER, P.RECOGNISE),
        ),
        Kind(
            "du-thao-quyet-dinh",
            _("Dự thảo quyết định phê duyệt kết quả"),
            _("Danh sách sản phẩm, điểm, hạng và việc tiếp theo."),
            ("pdf", "docx"),
            "evaluation.view_tally",
        ),
        Kind(
            "tong-hop-dot",
            _("Bảng tính của cả đợt"),
            _("Từng điểm, phiếu loại, túc số, diễn biến: căn cứ của mọi kết quả."),
            ("xlsx",),
            "evaluation.view_score_papers",
            tells_sheets=True,
        ),
        Kind(
            "ho-so-cap-tren",
            _("Gói hồ sơ chuyển cấp trên"),
            _("Hồ sơ sản phẩm, phiếu, biên bản, bảng tính và bản kê tệp."),
            ("zip",),
            "evaluation.view_score_papers",
            tells_sheets=True,
            needs=(P.REFER,),
        ),
    )
}


def _reasons(kind: Kind, round_: Round, *, has_conflict: bool) -> list[str]:
    """Why this paper is not to be had of the round now, for a person who may have it otherwise."""
    if round_.state == Round.State.CANCELLED:
        return [_("Đợt đánh giá đã hủy.")]
    if kind.after_closing and not round_.is_settled:
        return [_("Có sau khi chốt kết quả.")]
    if kind.tells_sheets and has_conflict:
        return [
            _(
                "Anh/chị đã khai có liên quan đến một sản phẩm của đợt nên không mở giấy tờ có phiếu "
                "của sản phẩm đó. Hãy nhờ thư ký in."
            )
        ]
    if kind.needs:
        proposals = Result.objects.filter(candidate__round=round_, proposal__in=kind.needs)
        if not proposals.exists():
            return [_("Đợt này không có sản phẩm nào phải trình, chuyển cấp trên.")]
    return []


def _has_conflict(user, round_: Round) -> bool:
    return bool(hidden_from(user, round_)[0])


@never_cache
@require_safe
def papers(request, pk: int):
    """Every paper of a round: those that are to be had, and why the others are not."""
    found = find_round(request, pk, "evaluation.view_papers")
    has_conflict = _has_conflict(request.user, found)
    may_record = request.user.has_perm("evaluation.change_council", found.council)
    rows = []
    for kind in KINDS.values():
        # Of a round still going on the tally is closed to most; its papers come for whom it will open.
        may = request.user.has_perm(kind.perm, found)
        if not may and (found.is_settled or not kind.after_closing):
            continue
        reasons = _reasons(kind, found, has_conflict=has_conflict)
        rows.append(
            {
                "kind": kind,
                "reasons": reasons,
                "forms": [(form, FORMS[form]) for form in kind.forms],
            }
        )
    return render(
        request,
        "evaluation/papers/papers.html",
        {
            "round": found,
            "rows": rows,
            "results": _results(found, complaints=may_record) if found.is_settled else [],
            "may_record": may_record,
            "may_print_sheets": not has_conflict
            and request.user.has_perm("evaluation.view_score_papers", found),
            "breadcrumbs": crumbs((found, found.get_absolute_url()), (_("Giấy tờ"), "")),
        },
    )


know(gettext_noop("%s sao"), gettext_noop("không xếp hạng"))  # `content.rank`


def _results(round_: Round, *, complaints: bool) -> list[Result]:
    """The results, each with what came of it, and with its complaints for those who answer them."""
    rows = list(
        Result.objects.filter(candidate__round=round_)
        .select_related("candidate__entry__product")
        .prefetch_related("outcomes", *(["complaints"] if complaints else []))
        .order_by("candidate__number")
    )
    least = round_.law.certificate_from_stars
    for row in rows:
        row.is_referred = row.proposal == P.REFER
        row.newest = next(iter(row.outcomes.all()), None)
        row.may_be_recognised = (row.newest or row).stars >= least
        row.told = filled(
            _("%(points)s điểm, %(rank)s"),
            {
                "points": show_points(row.mean),
                "rank": portal_words(content.rank(row).lower()),
            },
        )
    return rows


@never_cache
@require_safe
def round_paper(request, pk: int, kind: str, form: str):
    """One paper of a round, drawn from its closed data."""
    wanted = KINDS.get(kind)
    if wanted is None or form not in wanted.forms:
        raise Http404
    found = find_round(request, pk, "evaluation.view_papers")
    if not request.user.has_perm(wanted.perm, found):
        raise PermissionDenied
    has_conflict = _has_conflict(request.user, found)
    reasons = _reasons(wanted, found, has_conflict=has_conflict)
    if reasons and (has_conflict or (wanted.after_closing and not found.is_settled)):
        raise PermissionDenied
    if reasons:
        return render(
            request,
            "evaluation/papers/refused.html",
            {
                "round": found,
                "title": wanted.title,
                "reasons": reasons,
                "breadcrumbs": crumbs(
                    (found, found.get_absolute_url()),
                    (_("Giấy tờ"), reverse("evaluation:papers", args=[found.pk])),
                    (wanted.title, ""),
                ),
            },
            status=CONFLICT,
        )
    with translation.override("vi"):
        return paper_file(_draw(wanted.slug, form, found), f"{wanted.slug} {found.name}", form)


def _draw(slug: str, form: str, round_: Round):
    if slug == "giay-moi":
        return pdf.draw("official", content.invitation(record.names_of(round_)))
    closed = record.closed(round_)
    if slug == "bang-tong-hop":
        return pdf.draw("summary", content.summary(closed))
    if slug == "phieu-danh-gia":
        return package.sheets_package(closed)
    if slug == "tong-hop-dot":
        return workbook.draw(closed)
    if slug == "ho-so-cap-tren":
        return package.referral_package(closed)
    words = {
        "bien-ban": content.minutes,
        "to-trinh": content.submission,
        "du-thao-quyet-dinh": content.draft_decision,
    }[slug](closed)
    return word.draw(words) if form == "docx" else pdf.draw("official", words)


@never_cache
@require_safe
def product_sheets(request, pk: int):
    """All valid sheets of one product of a closed round, to be signed."""
    candidate = get_object_or_404(Candidate, pk=pk, removed_at__isnull=True)
    found = find_round(request, candidate.round_id, "evaluation.view_score_papers")
    if _has_conflict(request.user, found):
        raise PermissionDenied
    with translation.override("vi"):
        closed = record.closed(found)
        row = next(row for row in closed.products if row.words["candidate"] == pk)
        drawn = package.sheets_pdf(closed, row)
    return paper_file(drawn, f"phieu-danh-gia {row.words['name']}", "pdf")


@never_cache
@require_safe
def sheet_paper(request, pk: int):
    """A handed-in sheet on paper: its author's own at any time, others' once the round is closed.

    404 for everybody else, and for a product that the person has declared a conflict for.
    """
    sheet = get_object_or_404(
        Sheet.objects.select_related(
            "seat", "candidate__round__council__unit__parent", "candidate__round__cycle"
        ),
        pk=pk,
        submitted_at__isnull=False,
    )
    round_ = sheet.candidate.round
    if Conflict.objects.filter(candidate=sheet.candidate_id, seat__user=request.user).exists():
        raise Http404
    is_author = sheet.seat.user_id == request.user.pk
    if not is_author and not request.user.has_perm("evaluation.view_score_papers", round_):
        raise Http404
    closed = record.closed(round_) if round_.is_settled else None
    names = closed.content if closed else record.names_of(round_)
    words = next((row for row in names["products"] if row["candidate"] == sheet.candidate_id), None)
    if words is None:  # the product was taken out of the round
        raise Http404
    seat = next(row for row in names["seats"] if row["seat"] == sheet.seat_id)
    with translation.override("vi"):
        data = content.score_sheet(
            names,
            words,
            sheet.candidate.pinned_set.criteria,
            record.answers_of([sheet.pk])[sheet.pk],
            seat,
            closed.counted(sheet.pk) if closed else None,
        )
        drawn = pdf.draw("sheets", {"title": "Phiếu đánh giá", "sheets": [data]})
    return paper_file(drawn, f"phieu-danh-gia {words['name']} {seat['name']}", "pdf")
