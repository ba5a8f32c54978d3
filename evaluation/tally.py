"""The council's tally: every product of a round from its valid sheets, in a fixed number of queries."""

import datetime
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from itertools import combinations

from django.db.models import Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from ocop_portal import law
from ocop_portal.page_language import filled
from ocop_portal.portal_words import know

from .models import (
    Candidate,
    CheckAnswer,
    Declaration,
    Mark,
    MarkFinding,
    Result,
    Round,
    Seat,
    Sheet,
)
from .seating import seating_of
from .sheets import score_of


@dataclass(frozen=True)
class ScoredSheet:
    """A submitted sheet with its score, worked out anew from the chosen options."""

    sheet: Sheet
    seat: Seat
    score: law.Score


@dataclass(frozen=True)
class Said:
    """A word of the council itself: a finding on a star mark, or an answer to a question.

    `text`: its reason, or the page of the signed text. `by`: who wrote it down, by name. `pk`: of
    the row, by which a page can say later which word it showed.
    """

    word: str
    text: str
    by: str
    at: datetime.datetime
    pk: int

    @classmethod
    def of(cls, row: MarkFinding | CheckAnswer) -> "Said":
        text = row.reason if isinstance(row, MarkFinding) else row.note
        return cls(row.word, text, str(row.by), row.at, row.pk)

    def to_dict(self) -> dict:
        """JSON-ready, to be frozen with a result."""
        return asdict(self) | {"at": self.at.isoformat()}

    @classmethod
    def from_dict(cls, data: dict) -> "Said":
        at = datetime.datetime.fromisoformat(data["at"])
        return cls(data["word"], data["text"], data["by"], at, data["pk"])


@dataclass(frozen=True)
class StarMark:
    """A printed star mark of a product: how it stands, and what the council said of it.

    `title`: the criterion's. `apart`: some sheets reach the mark and some do not. `doubts`: why the
    text of the criterion is uncertain. Either makes it doubtful, and the council's to settle.
    """

    state: law.MarkState
    title: str
    said: Said | None = None
    apart: bool = False
    doubts: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[int, str]:
        return self.state.star, self.state.code

    @property
    def word(self) -> str:
        """The council's finding in words, "" for none."""
        return MarkFinding.Word(self.said.word).label if self.said else ""

    @property
    def is_doubtful(self) -> bool:
        return self.apart or bool(self.doubts)

    @property
    def may_be_settled(self) -> bool:
        """Doubtful marks, and those with a word of the council that may have to be taken back."""
        return self.is_doubtful or self.said is not None


@dataclass(frozen=True)
class Question:
    """A question of the Decision that the council answers by hand, with its standing answer."""

    code: str
    star: int
    text: str
    source: str
    said: Said | None = None

    @property
    def is_answered(self) -> bool:
        return self.said is not None and self.said.word != CheckAnswer.Word.OPEN

    @property
    def is_no(self) -> bool:
        return self.said is not None and self.said.word == CheckAnswer.Word.NO

    @property
    def word(self) -> str:
        """The answer in words."""
        return CheckAnswer.Word(self.said.word if self.said else CheckAnswer.Word.OPEN).label


@dataclass
class CandidateTally:
    """One product's tally, and what still stands between it and a result."""

    candidate: Candidate
    tally: law.Tally
    sheets: list[ScoredSheet]
    conflicted: frozenset[int]  # seats with a declared conflict
    awaited: list[Seat]  # may score this product and have no submitted sheet
    needed: int  # valid sheets that make the quorum
    far_apart: list[tuple[ScoredSheet, ScoredSheet]]
    marks: list[StarMark] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def spread_exceeded(self) -> bool:
        return bool(self.far_apart)


def round_tally(round_: Round) -> list[CandidateTally]:
    """Tally every product of the round.

    A valid sheet is submitted, by a seated scoring member without a declared conflict for that
    product, or by the substitute who was called in for one. The quorum is taken of the members who
    may score the product, with the chair among them (provincial working rules; where the chair has
    a conflict, the others decide).
    """
    candidates = list(
        round_.candidates.filter(removed_at__isnull=True)
        .select_related("entry__product__producer", "pinned_set")
        .defer("pinned_set__content")
    )
    seats = list(
        Seat.objects.filter(
            council=round_.council_id, scores=True, left_on__isnull=True
        ).select_related("user")
    )
    seating = seating_of(round_)
    sheets = list(Sheet.objects.filter(candidate__round=round_, state=Sheet.State.SUBMITTED))
    options, declared = _marks_of(round_)
    findings, answers = _said_in(round_)

    by_pair = {(sheet.candidate_id, sheet.seat_id): sheet for sheet in sheets}
    return [
        _candidate_tally(
            round_,
            candidate,
            seats,
            seating,
            by_pair,
            options,
            declared,
            findings[candidate.pk],
            answers[candidate.pk],
        )
        for candidate in candidates
    ]


def _marks_of(round_: Round) -> tuple[dict[int, dict[str, int]], dict[int, list[str]]]:
    """Options and declared rules of every submitted sheet, by sheet, in one query."""
    submitted = {"sheet__candidate__round": round_, "sheet__state": Sheet.State.SUBMITTED}
    options: dict[int, dict[str, int]] = defaultdict(dict)
    declared: dict[int, list[str]] = defaultdict(list)
    for sheet_id, code, option in (
        Mark.objects.filter(**submitted)
        .values_list("sheet_id", "criterion", "option")
        .union(
            Declaration.objects.filter(**submitted).values_list("sheet_id", "rule", Value(-1)),
            all=True,
        )
    ):
        if option < 0:
            declared[sheet_id].append(code)
        else:
            options[sheet_id][code] = option
    return options, declared


def _said_in(round_: Round):
    """The council's last words by candidate, in one query.

    On star marks by (star, criterion), and on questions by their code. The rows are append-only,
    so the one with the highest key stands.
    """
    of_round = {"candidate__round": round_}
    name = Coalesce(NullIf("by__full_name", Value("")), "by__username")
    common = ("candidate_id", "word", "name", "at", "pk")
    rows = (
        MarkFinding.objects.filter(**of_round)
        .order_by()
        .annotate(name=name)
        .values_list(*common, "star", "criterion", "reason")
        .union(
            CheckAnswer.objects.filter(**of_round)
            .order_by()
            .annotate(name=name, no_star=Value(0))
            .values_list(*common, "no_star", "question", "note"),
            all=True,
        )
    )
    findings: dict[int, dict[tuple[int, str], Said]] = defaultdict(dict)
    answers: dict[int, dict[str, Said]] = defaultdict(dict)
    for candidate_id, word, by, at, pk, star, code, text in sorted(rows, key=lambda row: row[4]):
        said = Said(word, text, by, at, pk)
        if star:
            findings[candidate_id][star, code] = said
        else:
            answers[candidate_id][code] = said
    return findings, answers


def _candidate_tally(
    round_, candidate, seats, seating, by_pair, options, declared, findings, answers
) -> CandidateTally:
    criteria = candidate.pinned_set.criteria
    entitled = [seat for seat in seats if seating.may_score(candidate.pk, seat)]
    scored, awaited = [], []
    for seat in entitled:
        sheet = by_pair.get((candidate.pk, seat.pk))
        if sheet is None:
            awaited.append(seat)
        else:
            score = score_of(criteria, options[sheet.pk], declared[sheet.pk])
            scored.append(ScoredSheet(sheet, seat, score))
    finding = None
    # A finding speaks of sheets that propose a knock-out; reopened ones may propose it no more.
    if any(sheet.score.disqualified for sheet in scored):
        finding = {
            Candidate.Finding.UPHELD: True,
            Candidate.Finding.REJECTED: False,
        }.get(candidate.knock_out_finding)
    questions = [
        Question(check.code, check.star, check.text, check.source, answers.get(check.code))
        for check in round_.law.checks_on(round_.meets_on, is_service=criteria.is_service)
    ]
    scores = [sheet.score for sheet in scored]
    tally = law.tally(
        round_.law,
        criteria,
        scores,
        knocked_out=finding,
        mark_findings=found_marks(findings),
        checks={
            question.code: question.said.word == CheckAnswer.Word.YES
            for question in questions
            if question.is_answered
        },
    )
    result = CandidateTally(
        candidate=candidate,
        tally=tally,
        sheets=scored,
        conflicted=frozenset(pk for product, pk in seating.conflicts if product == candidate.pk),
        awaited=awaited,
        needed=-(-round_.quorum_numerator * len(entitled) // round_.quorum_denominator),
        far_apart=[
            (one, other)
            for one, other in combinations(scored, 2)
            if abs(one.score.total - other.score.total) > round_.spread_limit
        ],
        marks=star_marks(criteria, tally, [score.points for score in scores], findings),
        questions=questions,
    )
    has_chair = any(seat.position == Seat.Position.CHAIR for seat in seats)
    result.problems = _problems(result, entitled, has_chair=has_chair)
    return result


def found_marks(findings: dict[tuple[int, str], Said]) -> dict[tuple[int, str], bool]:
    """The findings as the law takes them: those that go before the mean."""
    by_word = {MarkFinding.Word.MET: True, MarkFinding.Word.UNMET: False}
    return {key: by_word[said.word] for key, said in findings.items() if said.word in by_word}


def star_marks(
    criteria: law.CriteriaSet,
    tally: law.Tally,
    points: list[dict[str, int]],
    findings: dict[tuple[int, str], Said],
) -> list[StarMark]:
    """The printed star marks of a product, by star; `points`: each sheet's points by criterion."""
    doubts: dict[str, list[str]] = defaultdict(list)
    codes = {criterion.code for criterion in criteria.criteria}
    for doubt in criteria.doubts:
        if doubt.where in codes:
            for found in criteria.criterion(doubt.where).walk():
                doubts[found.code].append(doubt.why)
    return [
        StarMark(
            state=state,
            title=criteria.criterion(state.code).title,
            said=findings.get((state.star, state.code)),
            apart=len({sheet[state.code] >= state.least for sheet in points}) > 1,
            doubts=tuple(doubts[state.code]),
        )
        for state in tally.marks
    ]


def replayed(result: Result, round_: Round) -> law.Tally:
    """The tally worked out again from what was frozen with a result, the live rows left aside."""
    criteria = result.candidate.pinned_set.criteria
    return law.tally(
        round_.law,
        criteria,
        [_score_of_line(criteria, line) for line in result.basis],
        knocked_out=result.knocked_out,
        mark_findings=found_marks(frozen_findings(result)),
        checks={
            answer["question"]: answer["word"] == CheckAnswer.Word.YES
            for answer in result.check_answers
            if answer["word"] != CheckAnswer.Word.OPEN
        },
    )


def frozen_findings(result: Result) -> dict[tuple[int, str], Said]:
    """The council's findings on star marks as they stood at the closing."""
    return {(row["star"], row["criterion"]): Said.from_dict(row) for row in result.mark_findings}


def frozen_questions(result: Result) -> list[Question]:
    """The answers as they stood at the closing, with the words of the question as it was asked."""
    return [
        Question(row["question"], row["star"], row["asked"], row["source"], Said.from_dict(row))
        for row in result.check_answers
    ]


def recorded_marks(result: Result, round_: Round) -> list[StarMark]:
    """The star marks of a closed result, from what was frozen with it."""
    criteria = result.candidate.pinned_set.criteria
    findings = frozen_findings(result)
    tally = law.tally(
        round_.law,
        criteria,
        [_score_of_line(criteria, line) for line in result.basis],
        mark_findings=found_marks(findings),
    )
    return star_marks(criteria, tally, [line["points"] for line in result.basis], findings)


def _score_of_line(criteria: law.CriteriaSet, line: dict) -> law.Score:
    """A sheet as the tally needs it, from its points as they were frozen."""
    parts = {part.code: 0 for part in criteria.parts}
    for leaf in criteria.leaves:
        parts[leaf.part] += line["points"][leaf.code]
    return law.Score(
        set_digest=criteria.digest,
        points=line["points"],
        parts=parts,
        total=line["total"],
        band=0,
        stars=0,
        missing=(),
        not_applicable=(),
        knock_outs=tuple(line["knock_outs"]),
        gates=tuple(line["gates"]),
        unmet_marks={},
    )


def _problems(row: CandidateTally, entitled: list[Seat], *, has_chair: bool) -> list[str]:
    """Why this product's result cannot be closed yet, in words."""
    name = str(row.candidate.entry.product)
    problems = []
    if not row.sheets or len(row.sheets) < row.needed:
        problems.append(
            filled(
                _("%(product)s: mới có %(have)d phiếu hợp lệ, cần ít nhất %(need)d."),
                {"product": name, "have": len(row.sheets), "need": max(row.needed, 1)},
            )
        )
    chair = next((seat for seat in entitled if seat.position == Seat.Position.CHAIR), None)
    if not has_chair:
        problems.append(filled(_("%s: hội đồng không còn chủ tịch chấm điểm."), name))
    elif chair and chair in row.awaited:
        problems.append(filled(_("%s: chưa có phiếu của chủ tịch hội đồng."), name))
    if row.spread_exceeded and not row.candidate.spread_note.strip():
        problems.append(
            filled(
                _(
                    "%s: điểm các phiếu lệch quá mức cho phép; cần ghi ý kiến hội đồng sau thảo luận."
                ),
                name,
            )
        )
    if row.tally.unsettled_knock_out:
        problems.append(
            filled(_("%s: có phiếu đề nghị loại; hội đồng cần kết luận loại hay không."), name)
        )
    for question in row.questions:
        # A question above the stars that are left decides nothing any more.
        if not question.is_answered and question.star <= row.tally.stars:
            problems.append(
                filled(
                    _(
                        "%(product)s: chưa trả lời yêu cầu tối thiểu của hạng %(star)d sao "
                        "theo %(source)s."
                    ),
                    {
                        "product": name,
                        "star": question.star,
                        "source": question.source,
                    },
                )
            )
    return problems


OUT, IMPROVE = gettext_noop("bị loại"), gettext_noop("trả về để hoàn thiện")
REFER = gettext_noop("đề nghị %s đánh giá, phân hạng")
RECOGNISE = gettext_noop("đề nghị %s công nhận")
know(OUT, IMPROVE, REFER, RECOGNISE)


def proposal(round_: Round, tally: law.Tally) -> tuple[str, str]:
    """What the Decision foresees for this result at the round's level: code and words.

    A product goes on to the higher level when its mean reaches the level's threshold and its stars
    reach the band in which that threshold lies: 75 points that star marks hold at 3 stars are, in a
    district under 148/QĐ-TTg, recognised by the district and not sent on for 4.
    """
    level = round_.level_on_day
    # Written down, so Vietnamese on whatever page it is worked out; pages say `portal_words` of it.
    if tally.knocked_out:
        return Result.Proposal.OUT, OUT
    if level.returns_below is not None and tally.mean < level.returns_below:
        return Result.Proposal.IMPROVE, IMPROVE
    higher = level.refers(tally.mean)
    if higher and tally.stars >= round_.law.band(level.refers_from):
        name = round_.law.level(higher, on=round_.meets_on).name
        return Result.Proposal.REFER, REFER % name.lower()
    if tally.stars in level.recognises:
        return Result.Proposal.RECOGNISE, RECOGNISE % level.authority
    return Result.Proposal.IMPROVE, IMPROVE
