"""The dossier beside the sheet: which papers there are, and which of them a criterion speaks of."""

import io
import re
import threading
from itertools import pairwise

import pypdfium2 as pdfium
from django.urls import reverse

from ocop_portal import law
from ocop_portal.law.criteria import EVIDENCE, REQUIREMENT
from ocop_portal.text import fold

from .models import Candidate

# Word pairs that stand in nearly every name and tell nothing apart.
_COMMON = {
    ("san", "pham"),
    ("san", "xuat"),
    ("to", "chuc"),
    ("chi", "tieu"),
    ("phat", "trien"),
}


def evidence_of(candidate: Candidate) -> list[dict]:
    """The frozen dossier by kind of paper, in the order of the Decision's list; no query."""
    by_kind: dict[str, list[dict]] = {}
    for paper in candidate.dossier:
        args = [candidate.pk, paper["paper"]]
        url = reverse("evaluation:candidate_paper", args=args) if paper.get("sha256") else ""
        by_kind.setdefault(paper["kind"], []).append(paper | {"url": url})
    return [
        {"code": item.code, "name": item.name, "papers": by_kind[item.code]}
        for item in candidate.round.law.dossier
        if item.code in by_kind
    ]


def related_kinds(criteria: law.CriteriaSet, decision: law.Decision) -> dict[str, list[str]]:
    """Criterion → kinds of paper whose names share words with it; a help to look, no rule.

    No Decision says which paper proves which criterion. Two neighbouring words in common with the
    criterion's title or its printed notes on evidence put a kind of paper first; the others follow.
    """
    key = (criteria.digest, decision.slug)
    if key not in _RELATED:
        kinds = {item.code: _pairs(item.name) for item in decision.dossier}
        _RELATED[key] = {leaf.code: _of(leaf, kinds) for leaf in criteria.leaves}
    return _RELATED[key]


def kinds_for(candidate: Candidate, criteria: law.CriteriaSet) -> dict[str, list[str]]:
    """Criterion → kinds of paper to look at first: those that officers linked, else related ones."""
    linked: dict[str, list[str]] = {}
    for paper in candidate.dossier:
        for code in paper.get("criteria", ()):
            if paper["kind"] not in linked.setdefault(code, []):
                linked[code].append(paper["kind"])
    return {**related_kinds(criteria, candidate.round.law), **linked}


# A set is immutable by its digest, so a process may keep what follows from it.
_RELATED: dict[tuple[str, str], dict[str, list[str]]] = {}


def _of(leaf: law.Criterion, kinds) -> list[str]:
    told = [rule.text for rule in leaf.rules if rule.kind in {EVIDENCE, REQUIREMENT}]
    own = frozenset().union(*map(_pairs, [leaf.title, *told]))
    return [code for code, pairs in kinds.items() if own & pairs]


def _pairs(text: str) -> frozenset[tuple[str, str]]:
    words = re.findall(r"\w+", fold(text))
    return frozenset(pairwise(words)) - _COMMON


# --- A paper page by page ---------------------------------------------------------------------

PAGE_WIDTH = 1200  # pixels: sharp on a phone held upright, readable when enlarged
MAX_HEIGHT = 4000  # pixels; a scroll longer than that is scaled down
# PDFium may be called by one thread of a process at a time.
_PDFIUM = threading.Lock()


class PageNotShown(Exception):
    """The file has no such page, or it cannot be drawn."""


def page_image(content: bytes, number: int) -> tuple[bytes, int]:
    """One page (from 1) of a PDF as a JPEG, and how many pages there are.

    Phones show no PDF inside a page, and a picture runs no script. Raises `PageNotShown`.
    """
    with _PDFIUM:
        try:
            document = pdfium.PdfDocument(content)
        except pdfium.PdfiumError as error:
            raise PageNotShown from error
        try:
            pages = len(document)
            if not 1 <= number <= pages:
                raise PageNotShown
            page = document[number - 1]
            width, height = page.get_size()
            if width <= 0 or height <= 0:
                raise PageNotShown
            scale = min(PAGE_WIDTH / width, MAX_HEIGHT / height)
            image = page.render(scale=scale).to_pil().convert("RGB")
        except pdfium.PdfiumError as error:
            raise PageNotShown from error
        finally:
            document.close()
    drawn = io.BytesIO()
    image.save(drawn, "JPEG", quality=75, optimize=True)
    return drawn.getvalue(), pages
