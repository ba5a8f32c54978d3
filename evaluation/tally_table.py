"""The tally as a table for the screen: one shape for a round being settled and for a closed one.

While the council settles differences the figures are worked out anew from the sheets. Once the
round is closed they are read from what was written then, so that a seat given up later changes
nothing that is shown.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from ocop_portal import law
from ocop_portal.page_language import filled
from ocop_portal.portal_words import portal_words

from .models import Candidate, Declaration, Result, Round, Seat, Sheet
from .papers.record import RecordedSeat, freeze, recorded_seats
from .scope import hidden_from
from .tally import (
    Question,
    StarMark,
    frozen_questions,
    proposal,
    recorded_marks,
    round_tally,
)


@dataclass
class SheetLine:
    """One valid sheet as a row: its parts, its total, and the sheets that it replaced."""

    seat: Seat | RecordedSeat
    sheet_id: int
    version: int
    parts: list[tuple[law.Part, int]]
    total: int
    gates: list[str]  # texts of the rules that bit
    knock_outs: list[tuple[str, str]]  # text of the rule, the member's reason
    is_apart: bool = False
    earlier: list[Sheet] = field(default_factory=list)


@dataclass
class TallyRow:
    """One product: figures, members' sheets, and what is in the way."""

    candidate: Candidate
    criteria: law.CriteriaSet
    count: int
    needed: int | None  # None once the round is closed
    mean: Fraction | None
    part_means: list[tuple[law.Part, Fraction]]
    stars: int
    spread: int
    is_wide: bool
    knocked_out: bool
    asks_finding: bool
    has_knock_out: bool  # some sheet proposes it: only then the council's finding speaks
    proposal: str
    words: str
    sheets: list[SheetLine]
    # Who handed in nothing, with the lapsed sheet that may be reopened.
    awaited: list[tuple[Seat, int | None]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    result: Result | None = None
    band: int = 0
    marks: list[StarMark] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    # Set by the page: why the viewer may not see it, and the forms that are open to them.
    hidden: str = ""
    is_owed: bool = False  # their own sheet was never handed in
    spread_form: object = None
    finding_form: object = None
    mark_form: object = None
    questions_form: object = None

    @property
    def product(self):
        return self.candidate.entry.product

    @property
    def is_hidden(self) -> bool:
        return bool(self.hidden)

    @property
    def told_problems(self) -> list[str]:
        """The problems; of a product that the viewer may not see, only that there are some."""
        if self.hidden and self.problems:
            return [filled(_("%s: còn việc cần xử lý trước khi chốt."), self.product)]
        return self.problems

    @property
    def lowered(self) -> list[str]:
        """Why the stars are fewer than the points alone would give, in words; empty when they are not."""
        if self.knocked_out or self.stars >= self.band:
            return []
        words = []
        for star in sorted({mark.state.star for mark in self.marks}):
            codes = [m.state.code for m in self.marks if m.state.star == star and not m.state.met]
            if codes and star <= self.band:
                words.append(
                    _("Hạng %(star)d sao: chưa đạt mức tối thiểu ở tiêu chí %(codes)s.")
                    % {"star": star, "codes": ", ".join(codes)}
                )
        words += [
            _("Hạng %(star)d sao: hội đồng trả lời không đạt yêu cầu tối thiểu theo %(source)s.")
            % {"star": question.star, "source": question.source}
            for question in self.questions
            if question.is_no and question.star <= self.band
        ]
        return words

    @property
    def mark_tables(self) -> list[tuple[str, list[StarMark]]]:
        """The star marks in two: those to look at, missed or doubtful, and those plainly met."""
        plain = [m for m in self.marks if m.state.met and not m.may_be_settled]
        look = [m for m in self.marks if m not in plain]
        return [("look", look), ("plain", plain)]

    @property
    def asked(self) -> list[Question]:
        """The questions that can still decide something: of stars within the band, or answered."""
        return [q for q in self.questions if q.star <= self.band or q.said]

    @property
    def doubtful(self) -> list[StarMark]:
        """The star marks that the council may settle."""
        return [mark for mark in self.marks if mark.may_be_settled]

    @property
    def own_problems(self) -> list[str]:
        """The problems for a place where the product is named already."""
        texts = [problem.removeprefix(f"{self.product}: ") for problem in self.problems]
        return [text[:1].upper() + text[1:] for text in texts]


def result_words(round_: Round, *, mean, stars: int, proposed: str) -> str:
    """A result in one line. It names the level, so that nobody takes it for a recognition.

    "Kết quả cấp huyện: 72,00 điểm, hạng 4 sao, đề nghị cấp tỉnh đánh giá, phân hạng".
    """
    if mean is None:
        return _("Chưa có phiếu hợp lệ")
    words = {
        "level": portal_words(round_.level_on_day.name),
        "points": law.show_points(mean),
        "stars": stars,
        "proposal": portal_words(proposed),
    }
    if stars:
        return filled(
            _("Kết quả %(level)s: %(points)s điểm, hạng %(stars)d sao, %(proposal)s"), words
        )
    return filled(_("Kết quả %(level)s: %(points)s điểm, %(proposal)s"), words)


def tally_rows(round_: Round) -> list[TallyRow]:
    """Every product of the round; the same number of queries whatever their number."""
    return _recorded_rows(round_) if round_.is_settled else _live_rows(round_)


def hide_from(user, round_: Round, rows: list[TallyRow]) -> None:
    """Mark the products whose sheets and figures this person may not see, with the reason."""
    conflicts, owed = hidden_from(user, round_)
    for row in rows:
        row.is_owed = row.candidate.pk in owed
        row.hidden = _hidden_words(row.candidate.pk, conflicts, owed)


def hidden_words(user, round_: Round) -> dict[int, str]:
    """Candidate → why this person may not see its sheets and figures; one query."""
    conflicts, owed = hidden_from(user, round_)
    return {pk: _hidden_words(pk, conflicts, owed) for pk in conflicts | owed}


def _hidden_words(pk: int, conflicts, owed) -> str:
    if pk in conflicts:
        return _("Anh/chị đã khai có liên quan nên không xem phiếu của sản phẩm này.")
    if pk in owed:
        return _("Anh/chị chưa gửi phiếu của mình nên chưa xem phiếu của người khác.")
    return ""


def closing_lines(round_: Round, rows: list[TallyRow]) -> list[dict]:
    """What will be written, or told to the public, product by product."""
    return [
        {
            "product": row.product,
            "words": row.hidden if row.hidden and not row.result else row.words,
            "is_out": row.knocked_out and (not row.hidden or row.result is not None),
            # Why the stars are what they are stands on the sheets: nothing of it where these are hidden.
            "band": 0 if row.hidden or row.knocked_out or row.mean is None else row.band,
            "stars": row.stars,
            "lowered": [] if row.hidden else row.lowered,
        }
        for row in rows
    ]


def _live_rows(round_: Round) -> list[TallyRow]:
    earlier, lapsed = _sheets_beside(round_)
    tallies = round_tally(round_)
    reasons = _knock_out_reasons(
        scored.sheet.pk for found in tallies for scored in found.sheets if scored.score.disqualified
    )
    rows = []
    for found in tallies:
        criteria = found.candidate.pinned_set.criteria
        totals = [scored.score.total for scored in found.sheets]
        tally = found.tally
        proposed = proposal(round_, tally)[1] if tally.mean is not None else ""
        rows.append(
            TallyRow(
                candidate=found.candidate,
                criteria=criteria,
                count=tally.count,
                needed=max(found.needed, 1),
                mean=tally.mean,
                part_means=[
                    (part, tally.part_means[part.code])
                    for part in criteria.parts
                    if tally.part_means
                ],
                stars=tally.stars,
                spread=tally.spread,
                is_wide=found.spread_exceeded,
                knocked_out=tally.knocked_out,
                asks_finding=any(scored.score.disqualified for scored in found.sheets)
                and not all(scored.score.disqualified for scored in found.sheets),
                has_knock_out=any(scored.score.disqualified for scored in found.sheets),
                proposal=proposed,
                words=result_words(round_, mean=tally.mean, stars=tally.stars, proposed=proposed),
                sheets=[
                    SheetLine(
                        seat=scored.seat,
                        sheet_id=scored.sheet.pk,
                        version=scored.sheet.version,
                        parts=[(part, scored.score.parts[part.code]) for part in criteria.parts],
                        total=scored.score.total,
                        gates=_texts(criteria, scored.score.gates),
                        knock_outs=_told_outs(
                            criteria, scored.score.knock_outs, scored.sheet.pk, reasons
                        ),
                        is_apart=_is_apart(scored.score.total, totals, round_),
                        earlier=earlier[found.candidate.pk, scored.seat.pk],
                    )
                    for scored in found.sheets
                ],
                awaited=[
                    (seat, lapsed.get((found.candidate.pk, seat.pk))) for seat in found.awaited
                ],
                problems=found.problems,
                band=tally.band,
                marks=found.marks,
                questions=found.questions,
            )
        )
    return rows


def _recorded_rows(round_: Round) -> list[TallyRow]:
    candidates = (
        round_.candidates.filter(removed_at__isnull=True)
        .select_related("entry__product__producer", "pinned_set", "result")
        .defer("pinned_set__content")
    )
    seats = recorded_seats(freeze(round_).content)
    earlier, _lapsed = _sheets_beside(round_)
    candidates = list(candidates)
    reasons = _knock_out_reasons(
        line["sheet"]
        for candidate in candidates
        for line in candidate.result.basis
        if line["knock_outs"]
    )
    rows = []
    for candidate in candidates:
        result, criteria = candidate.result, candidate.pinned_set.criteria
        totals = [line["total"] for line in result.basis]
        part_of = {leaf.code: leaf.part for leaf in criteria.leaves}
        lines = []
        for line in result.basis:
            parts: dict[str, int] = defaultdict(int)
            for code, points in line["points"].items():
                parts[part_of[code]] += points
            lines.append(
                SheetLine(
                    seat=seats[line["seat"]],
                    sheet_id=line["sheet"],
                    version=line["version"],
                    parts=[(part, parts[part.code]) for part in criteria.parts],
                    total=line["total"],
                    gates=_texts(criteria, line["gates"]),
                    knock_outs=_told_outs(criteria, line["knock_outs"], line["sheet"], reasons),
                    is_apart=_is_apart(line["total"], totals, round_),
                    earlier=earlier[candidate.pk, line["seat"]],
                )
            )
        means = result.part_means
        rows.append(
            TallyRow(
                candidate=candidate,
                criteria=criteria,
                count=result.sheets,
                needed=None,
                mean=result.mean,
                part_means=[(part, means[part.code]) for part in criteria.parts],
                stars=result.stars,
                spread=result.spread,
                is_wide=result.spread > round_.spread_limit,
                knocked_out=result.knocked_out,
                asks_finding=False,
                has_knock_out=any(line["knock_outs"] for line in result.basis),
                proposal=result.proposal_text,
                words=result_words(
                    round_, mean=result.mean, stars=result.stars, proposed=result.proposal_text
                ),
                sheets=lines,
                result=result,
                band=result.band,
                marks=recorded_marks(result, round_),
                questions=frozen_questions(result),
            )
        )
    return rows


def _is_apart(total: int, totals: list[int], round_: Round) -> bool:
    """Whether this is the highest or the lowest sheet of a product that lie too far apart."""
    low, high = min(totals), max(totals)
    return high - low > round_.spread_limit and total in {low, high}


def _sheets_beside(round_: Round) -> tuple[dict, dict]:
    """By product and seat: handed-in versions that a reopening replaced, and the lapsed sheet."""
    earlier: dict[tuple[int, int], list[Sheet]] = defaultdict(list)
    lapsed: dict[tuple[int, int], int] = {}
    for sheet in Sheet.objects.filter(
        candidate__round=round_, state__in=[Sheet.State.SUPERSEDED, Sheet.State.LAPSED]
    ).order_by("version"):
        place = (sheet.candidate_id, sheet.seat_id)
        if sheet.state == Sheet.State.LAPSED:
            lapsed[place] = sheet.pk
        elif sheet.submitted_at:
            earlier[place].append(sheet)
    return earlier, lapsed


def _knock_out_reasons(sheet_ids) -> dict[tuple[int, str], str]:
    """Why each of these sheets proposes to knock its product out; no query for no sheet."""
    ids = list(sheet_ids)
    rows = Declaration.objects.filter(sheet__in=ids, rule__startswith="knock_out:")
    return {(row.sheet_id, row.rule): row.reason for row in rows} if ids else {}


def _texts(criteria: law.CriteriaSet, keys) -> list[str]:
    by_key = {rule.key: rule for rule in criteria.rules}
    return [by_key[key].text for key in keys]


def _told_outs(criteria, keys, sheet_id, reasons) -> list[tuple[str, str]]:
    by_key = {rule.key: rule for rule in criteria.rules}
    return [(by_key[key].text, reasons.get((sheet_id, key), "")) for key in keys]
