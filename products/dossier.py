"""The dossier of an entry: which papers the Decision asks for, which are in, which still miss."""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communes.models import today
from ocop_portal import law
from ocop_portal.page_language import filled
from ocop_portal.refusals import ActRefused

from .files import Upload
from .models import Entry, EntryEvent, EvidenceLink, Paper, Step

# Of one kind, in force; a dossier that council members can still read.
MAX_PAPERS = 30
# A receipt without a file that comes again so soon was sent twice, not received twice.
SENT_AGAIN = datetime.timedelta(minutes=1)
# What is typed of a paper.
DETAILS = ("quantity", "number", "issued_by", "issued_on", "valid_until", "note")


class PaperRefused(ActRefused):
    """A paper that may not be added or withdrawn."""


@dataclass(frozen=True)
class DossierLine:
    """One item of the Decision's dossier list, with what this entry has of it."""

    item: law.DossierItem
    papers: tuple[Paper, ...]
    applies: bool
    why_not: str = ""

    @property
    def is_in(self) -> bool:
        """A paper that is still valid is there, or enough units have been received in all."""
        if self.item.form == "physical":
            received = sum(paper.quantity or 0 for paper in self.papers)
            return received >= (self.item.quantity or 1)
        return any(self._counts(paper) for paper in self.papers)

    @property
    def is_missing(self) -> bool:
        return self.item.mandatory and self.applies and not self.is_in

    @property
    def is_expired(self) -> bool:
        """Papers are there, but the validity of each has ended."""
        return bool(self.papers) and not self.is_in and self.item.form == "file"

    @property
    def is_short(self) -> bool:
        """Some has been handed in, but not enough."""
        return bool(self.papers) and not self.is_in and not self.is_expired

    def _counts(self, paper: Paper) -> bool:
        if paper.valid_until and paper.valid_until < today():
            return False
        return bool(paper.file)


def _applies(item: law.DossierItem, entry: Entry) -> tuple[bool, str]:
    if item.only_if == "must_register" and not entry.product.producer.must_register:
        return False, _("Chủ thể không thuộc diện phải đăng ký kinh doanh.")
    if item.not_for_services and entry.cycle.law.summary(entry.set_number).is_service:
        return False, _("Không áp dụng cho sản phẩm dịch vụ.")
    return True, ""


def _papers_in_force():
    return Paper.objects.filter(withdrawn_at__isnull=True).select_related("uploaded_by")


def with_papers(path: str = "") -> Prefetch:
    """For `prefetch_related`: the papers of all entries at once, `path` leading to the entries."""
    lookup = f"{path}__papers" if path else "papers"
    return Prefetch(lookup, queryset=_papers_in_force(), to_attr="papers_in_force")


def lines(entry: Entry) -> list[DossierLine]:
    """The whole dossier list of the entry's Decision, mandatory papers first; one query.

    No query where `with_papers` has fetched the papers of many entries at once.
    """
    in_force = getattr(entry, "papers_in_force", None)
    if in_force is None:
        in_force = _papers_in_force().filter(entry=entry)
    papers: dict[str, list[Paper]] = {}
    for paper in in_force:
        papers.setdefault(paper.kind, []).append(paper)
    result = []
    for item in entry.cycle.law.dossier:
        applies, why_not = _applies(item, entry)
        result.append(DossierLine(item, tuple(papers.get(item.code, ())), applies, why_not))
    return result


def missing_items(entry: Entry, *, by_step: int = Step.EVALUATION) -> dict[str, str]:
    """What is still missing of the papers mandatory up to a step (2–5): item code → words."""
    missing = {}
    for line in lines(entry):
        if not line.is_missing or line.item.due_step > by_step:
            continue
        if line.is_expired:
            words = filled(_("%s đã hết giá trị."), line.item.name)
        elif line.item.form == "physical":
            words = filled(
                _("Chưa nhận đủ %(quantity)s: %(name)s."),
                {
                    "quantity": line.item.quantity,
                    "name": line.item.name,
                },
            )
        else:
            words = filled(_("Còn thiếu: %s."), line.item.name)
        missing[line.item.code] = words
    return missing


def handed_in(entry: Entry) -> list[dict]:
    """The papers in force now, as a plain record for the history and for a round's frozen dossier."""
    proved: dict[int, list[str]] = {}
    for link in EvidenceLink.objects.filter(paper__entry=entry, ended_at=None):
        proved.setdefault(link.paper_id, []).append(link.criterion)
    return [
        {
            "paper": paper.pk,
            "kind": paper.kind,
            "name": str(paper),
            "sha256": paper.sha256,
            "quantity": paper.quantity,
            # Only where officers said what the paper proves.
            **({"criteria": codes} if (codes := proved.get(paper.pk)) else {}),
        }
        for paper in entry.papers.filter(withdrawn_at__isnull=True)
    ]


# While the council works, its dossier must not change under its eyes.
CHANGEABLE_STATES = frozenset(Entry.State) - {
    Entry.State.IN_EVALUATION,
    Entry.State.WITHDRAWN,
}


# The district checks what was handed in, or has found it complete: until it sends the dossier
# back, only the district changes it, or the council would read papers that nobody has checked.
WITH_DISTRICT = frozenset({Entry.State.DOSSIER_SUBMITTED, Entry.State.READY})


def why_locked(entry: Entry, user, *, asked: bool = False) -> str:
    """Why this person may neither add nor withdraw papers now; empty when they may.

    `asked`: the district itself has asked for the paper, and will look at it before it accepts.
    """
    if entry.state not in CHANGEABLE_STATES or entry.cycle.is_closed:
        return _("Hồ sơ đang khóa, chỉ xem được.")
    if asked and entry.state == Entry.State.DOSSIER_SUBMITTED:
        return ""
    if entry.state in WITH_DISTRICT and not user.has_perm("products.decide_entry", entry):
        return filled(
            _(
                "Hồ sơ đang ở %(office)s, chỉ xem được. Cần thêm bớt, hãy đề nghị %(office)s trả lại."
            ),
            {"office": entry.cycle.office},
        )
    return ""


@transaction.atomic
def attach_paper(
    *, entry: Entry, paper: Paper, upload: Upload | None, by, asked: bool = False
) -> Paper:
    """Add a paper to the dossier. The same paper sent twice for one kind is kept once.

    Raises `PaperRefused` while the dossier is locked for this person, for a kind that the Decision's
    list does not know, when neither a file nor (for samples) a quantity came, for a file that is
    there with other details, and for one paper too many.
    """
    entry = Entry.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=entry.pk)
    locked = why_locked(entry, by, asked=asked)
    if locked:
        raise PaperRefused(locked)
    items = {item.code: item for item in entry.cycle.law.dossier}
    item = items.get(paper.kind)
    if item is None:
        raise PaperRefused(_("Loại giấy tờ không có trong danh mục hồ sơ."))
    if item.form == "physical" and not paper.quantity:
        raise PaperRefused(_("Cần ghi số lượng nhận."))
    if item.form == "file" and upload is None:
        raise PaperRefused(_("Cần chọn tệp."))
    in_force = entry.papers.filter(kind=paper.kind, withdrawn_at__isnull=True)
    same = _sent_before(in_force, paper, upload, by)
    if same:
        return same
    if in_force.count() >= MAX_PAPERS:
        raise PaperRefused(
            filled(
                _(
                    "Mỗi loại giấy tờ có nhiều nhất %d bản. Hãy gộp các tệp, hoặc rút bớt bản không cần."
                ),
                MAX_PAPERS,
            )
        )
    if upload is not None:
        upload.put_in(paper)
    paper.entry, paper.uploaded_by = entry, by
    paper.save()
    EntryEvent.objects.create(
        entry=entry,
        action="paper.attached",
        by=by,
        reason=item.name,
        handed_in=[{"paper": paper.pk, "kind": paper.kind, "name": str(paper)}],
    )
    return paper


def _sent_before(in_force, paper: Paper, upload: Upload | None, by) -> Paper | None:
    """The paper that this one repeats; a file that is there with other details is refused."""
    details = {name: getattr(paper, name) for name in DETAILS}
    if upload is None:
        return in_force.filter(
            file="", uploaded_by=by, uploaded_at__gte=timezone.now() - SENT_AGAIN, **details
        ).first()
    same = in_force.filter(sha256=upload.sha256).first()
    if same and any(getattr(same, name) != value for name, value in details.items()):
        raise PaperRefused(
            _(
                "Tệp này đã có trong hồ sơ với thông tin khác. Muốn sửa thông tin, hãy rút giấy tờ "
                "đã có rồi thêm lại."
            )
        )
    return same


@transaction.atomic
def withdraw_paper(*, paper: Paper, by, reason: str) -> Paper:
    """Take a paper out of the dossier with a reason; the file stays readable to officers."""
    entry = (
        Entry.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=paper.entry_id)
    )
    locked = why_locked(entry, by)
    if locked:
        raise PaperRefused(locked)
    if not reason.strip():
        raise PaperRefused(_("Cần ghi lý do rút giấy tờ."))
    paper.refresh_from_db()
    if paper.withdrawn_at is None:
        paper.withdrawn_at, paper.withdrawn_by = timezone.now(), by
        paper.withdrawn_reason = reason.strip()[:500]
        paper.save()
        EntryEvent.objects.create(
            entry=entry,
            action="paper.withdrawn",
            by=by,
            reason=paper.withdrawn_reason,
            handed_in=[{"paper": paper.pk, "kind": paper.kind, "name": str(paper)}],
        )
    return paper
