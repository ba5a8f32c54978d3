"""Which paper of a dossier proves which criterion, and how complete the dossier is."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communes.models import today
from ocop_portal import law
from ocop_portal.lawbook import versions

from . import dossier
from .models import Entry, EntryEvent, EvidenceLink, Paper

SOON = datetime.timedelta(days=30)


def criteria_of(entry: Entry) -> law.CriteriaSet | None:
    """The current criteria of the entry's set; None for a set that is missing."""
    try:
        return versions.current_set(entry.cycle.decision, entry.set_number)
    except law.LawError:
        return None


@transaction.atomic
def link_evidence(*, paper: Paper, codes: Iterable[str], by) -> Paper:
    """Make these the criteria that a paper proves; the links that are left out end.

    Raises `PaperRefused` while the dossier is locked for this person, for a withdrawn paper and for
    a criterion that the entry's set does not have. The same codes again change nothing.
    """
    entry = (
        Entry.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=paper.entry_id)
    )
    if locked := dossier.why_locked(entry, by):
        raise dossier.PaperRefused(locked)
    paper.refresh_from_db()
    if paper.withdrawn_at:
        raise dossier.PaperRefused(_("Giấy tờ này đã được rút khỏi hồ sơ."))
    criteria = criteria_of(entry)
    known = [leaf.code for leaf in criteria.leaves] if criteria else []
    wanted = set(codes)
    if not wanted <= set(known):
        raise dossier.PaperRefused(_("Bộ tiêu chí của sản phẩm không có tiêu chí này."))
    standing = {link.criterion: link for link in paper.evidence_links.filter(ended_at=None)}
    if wanted == set(standing):
        return paper
    for code, link in standing.items():
        if code not in wanted:
            link.ended_at, link.ended_by = timezone.now(), by
            link.save(update_fields=["ended_at", "ended_by"])
    for code in known:
        if code in wanted and code not in standing:
            EvidenceLink.objects.create(paper=paper, criterion=code, linked_by=by)
    told = ", ".join(code for code in known if code in wanted)
    EntryEvent.objects.create(
        entry=entry,
        action="evidence.linked",
        by=by,
        reason=f"{paper}: {told or '–'}"[:500],
    )
    return paper


@dataclass(frozen=True)
class Glance:
    """The dossier at a glance: papers asked for by state, and criteria that nothing proves."""

    there: int
    missing: int
    short: int  # some of it is there, not enough
    expired: int
    soon: int  # there, but the last one ends within `SOON`
    proved: int
    unproved: tuple[law.Criterion, ...]


def glance_of(lines: list[dossier.DossierLine], criteria: law.CriteriaSet | None) -> Glance:
    """Count the lines of a dossier; its papers get `proves`, the codes they prove. One query."""
    papers = {paper.pk: paper for line in lines for paper in line.papers}
    for paper in papers.values():
        paper.proves = []
    proved = set()
    for link in EvidenceLink.objects.filter(paper__in=papers, ended_at=None):
        papers[link.paper_id].proves.append(link.criterion)
        proved.add(link.criterion)
    leaves = criteria.leaves if criteria else ()
    return Glance(
        there=sum(line.applies and line.is_in for line in lines),
        missing=sum(line.is_missing and not line.papers for line in lines),
        short=sum(line.applies and line.is_short for line in lines),
        expired=sum(line.applies and line.is_expired for line in lines),
        soon=sum(line.applies and line.is_in and _ends_soon(line) for line in lines),
        proved=sum(leaf.code in proved for leaf in leaves),
        unproved=tuple(leaf for leaf in leaves if leaf.code not in proved),
    )


def _ends_soon(line: dossier.DossierLine) -> bool:
    days = [paper.valid_until for paper in line.papers if paper.file]
    return bool(days) and None not in days and max(days) <= today() + SOON
