"""The Decisions as everyone reads them: what ruled when, a set in printed order, search by words.

Nothing here asks who reads: the law is public. Texts are the Decisions' own, in the order of print.
"""

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ocop_portal import law
from ocop_portal.law.criteria import (
    CONDITIONAL,
    EVIDENCE,
    EXPLANATION,
    FULL_MARKS,
    GATE,
    HEADER,
    KNOCK_OUT,
    ONE_OF_TWO_CASES,
    REQUIREMENT,
)
from ocop_portal.portal_words import portal_words
from ocop_portal.search import words_of
from ocop_portal.text import fold

from .versions import MISSING, Standing, current_set, current_sets, standings

# --- What ruled when --------------------------------------------------------------------------

PAST, NOW, AHEAD = "past", "now", "ahead"


@dataclass(frozen=True)
class LevelRow:
    """A level as it stands in one period; `refers_name`: the level it sends products on to."""

    level: law.Level
    refers_name: str


@dataclass(frozen=True)
class Ruling:
    """A Decision on one day: the amendments that had been made by then, and its levels."""

    decision: law.Decision
    amendments: tuple[law.Amendment, ...]
    levels: tuple[LevelRow, ...]


@dataclass(frozen=True)
class Period:
    """Days on which the same levels evaluate; `until` is None for the period that goes on."""

    since: datetime.date
    until: datetime.date | None
    levels: tuple[LevelRow, ...]


def when(decision: law.Decision, day: datetime.date) -> str:
    """Whether the Decision is `PAST`, in force (`NOW`) or still `AHEAD` on this day."""
    if decision.in_force_on(day):
        return NOW
    return AHEAD if day < decision.in_force_from else PAST


def ruling_on(day: datetime.date) -> list[Ruling]:
    """The Decisions in force on this day, the oldest first; two where one is being phased out."""
    return [
        Ruling(
            decision,
            tuple(a for a in decision.amended_by if a.dated <= day),
            _levels(decision, day),
        )
        for decision in law.decisions()
        if decision.in_force_on(day)
    ]


def level_periods(decision: law.Decision) -> list[Period]:
    """Who evaluates and recognises what, period by period, the earliest first."""
    changes = {level.valid_from for level in decision.levels if level.valid_from}
    changes |= {
        level.valid_until + datetime.timedelta(days=1)
        for level in decision.levels
        if level.valid_until
    }
    starts = [decision.in_force_from, *sorted(d for d in changes if d > decision.in_force_from)]
    ends = [start - datetime.timedelta(days=1) for start in starts[1:]]
    return [
        Period(start, end, _levels(decision, start))
        for start, end in zip(starts, [*ends, decision.in_force_until], strict=True)
    ]


def _levels(decision: law.Decision, day: datetime.date) -> tuple[LevelRow, ...]:
    rows = decision.levels_on(day)
    names = {level.code: level.name for level in rows}
    return tuple(LevelRow(level, names.get(level.refers_to, "")) for level in rows)


ACTOR_WORDS: dict[str, Promise] = {
    "producer": gettext_lazy("chủ thể"),
    "commune": gettext_lazy("cấp xã"),
    "district": gettext_lazy("cấp huyện"),
    "province": gettext_lazy("cấp tỉnh"),
    "centre": gettext_lazy("cấp trung ương"),
}


@dataclass(frozen=True)
class CalendarRow:
    """A date or time limit of a Decision in words; `since`, `until` where it held for a time only."""

    item: law.CalendarItem
    who: str
    time: str


def calendar_of(decision: law.Decision) -> list[CalendarRow]:
    """The Decision's dates and time limits, in the order of its file."""
    return [
        CalendarRow(item, str(ACTOR_WORDS[item.level]), _time_words(item))
        for item in decision.calendar
    ]


def _time_words(item: law.CalendarItem) -> str:
    if item.before:
        month, day = item.before
        return _("trước ngày %(day)d/%(month)d hằng năm") % {"day": day, "month": month}
    if item.working_days is not None:
        return _("trong %d ngày làm việc") % item.working_days
    if item.days is not None:
        return _("trong %d ngày") % item.days
    if item.days_before_from is not None:
        return _("từ %(earliest)d đến %(latest)d ngày trước khi giấy chứng nhận hết hạn") % {
            "earliest": item.days_before_from,
            "latest": item.days_before_to,
        }
    return _("chậm nhất %d ngày trước khi giấy chứng nhận hết hạn") % item.days_before_to


# --- Words for what the files mark ------------------------------------------------------------

# Kind of a printed note → the word that stands before it, and the icon that gives it its shape.
NOTE_WORDS: dict[str, tuple[Promise, str]] = {
    KNOCK_OUT: (gettext_lazy("Bị loại"), "x-circle"),
    GATE: (gettext_lazy("Dừng đánh giá"), "hourglass-split"),
    CONDITIONAL: (gettext_lazy("Chỉ chấm khi"), "filter"),
    ONE_OF_TWO_CASES: (gettext_lazy("Chọn một trường hợp"), "list"),
    REQUIREMENT: (gettext_lazy("Yêu cầu"), "flag"),
    EVIDENCE: (gettext_lazy("Minh chứng"), "paperclip"),
    FULL_MARKS: (gettext_lazy("Được điểm tối đa khi"), "award"),
    EXPLANATION: (gettext_lazy("Giải thích"), "info-circle"),
}


@dataclass(frozen=True)
class SetRow:
    """A set in the classification, and how far its text can be trusted."""

    summary: law.SetSummary
    standing: Standing

    @property
    def is_usable(self) -> bool:
        """Whether it has a text that a sheet can be filled in with."""
        return self.standing.state != law.MISSING

    @property
    def is_plain(self) -> bool:
        """Transcribed and not yet checked, as nearly all are: said once for all of them."""
        return self.standing == Standing(law.TRANSCRIBED)


@dataclass(frozen=True)
class BranchRow:
    name: str
    groups: tuple[tuple[str, tuple[SetRow, ...]], ...]


def branches_of(decision: law.Decision) -> list[BranchRow]:
    """The classification: branches › groups › sets, as the Decision lists them. Two queries."""
    current = current_sets(decision.slug, [summary.number for summary in decision.sets])
    found = standings(current.values())

    def row(summary: law.SetSummary) -> SetRow:
        usable = summary.number in current
        return SetRow(summary, found[current[summary.number].digest] if usable else MISSING)

    return [
        BranchRow(
            branch.name,
            tuple((group.name, tuple(map(row, group.sets))) for group in branch.groups),
        )
        for branch in decision.branches
    ]


@dataclass(frozen=True)
class Note:
    """A printed note or a doubt, with its word, its icon and a name for its look."""

    kind: str
    word: str
    icon: str
    text: str


def _note(kind: str, text: str) -> Note:
    word, icon = NOTE_WORDS[kind]
    return Note(kind, str(word), icon, text)


def _doubt(doubt: law.Doubt) -> Note:
    return Note("doubt", _("Còn nghi vấn"), "exclamation-circle", str(portal_words(doubt.why)))


# --- A set in printed order -------------------------------------------------------------------


@dataclass(frozen=True)
class Levels:
    """Levels that belong together; `caption` names the case where two are printed."""

    caption: str
    options: tuple[law.Option, ...]


@dataclass(frozen=True)
class CriterionRow:
    """A criterion as printed; a heading over others has no levels of its own."""

    criterion: law.Criterion
    code: str  # as the Decision prints it
    notes: tuple[Note, ...]
    levels: tuple[Levels, ...]

    @property
    def is_heading(self) -> bool:
        return bool(self.criterion.children)

    @property
    def repeats_section(self) -> bool:
        """Printed straight under the section, whose title and points are then its own."""
        return self.criterion.code == self.criterion.section


@dataclass(frozen=True)
class SectionRow:
    section: law.Section
    notes: tuple[Note, ...]
    rows: tuple[CriterionRow, ...]


@dataclass(frozen=True)
class PartRow:
    part: law.Part
    notes: tuple[Note, ...]
    sections: tuple[SectionRow, ...]


@dataclass(frozen=True)
class SetTable:
    """A set as the paper prints it. `notes` hold for the whole of it."""

    notes: tuple[Note, ...]
    parts: tuple[PartRow, ...]


def table_of(criteria_set: law.CriteriaSet, *, questions: bool = False) -> SetTable:
    """The set's rows, each with the notes and doubts that belong to its place.

    A doubt whose place is not in the set stands at the head, so that none is lost. `questions`: the
    reader is asked what the declarable rules state, so they are left out of the notes.
    """
    doubts: dict[str, list[Note]] = {}
    places = {HEADER, *(part.code for part in criteria_set.parts)}
    places |= {section.code for part in criteria_set.parts for section in part.sections}
    places |= {criterion.code for criterion in criteria_set.criteria}
    for doubt in criteria_set.doubts:
        place = doubt.where if doubt.where in places else HEADER
        doubts.setdefault(place, []).append(_doubt(doubt))

    def notes(rules: Iterable[law.Rule], *places: str) -> tuple[Note, ...]:
        found = [
            _note(rule.kind, rule.text) for rule in rules if not (questions and rule.declarable)
        ]
        return (*found, *(note for place in places for note in doubts.pop(place, ())))

    def row(criterion: law.Criterion) -> CriterionRow:
        return CriterionRow(
            criterion,
            code=criterion.printed_code or criterion.code,
            notes=notes(criterion.rules, criterion.code),
            levels=levels_of(criterion),
        )

    def section_row(section: law.Section) -> SectionRow:
        rows = tuple(row(found) for top in section.criteria for found in top.walk())
        own = notes((), section.code)
        if section.note:
            own = (_note(EXPLANATION, section.note), *own)
        return SectionRow(section, own, rows)

    head = notes(criteria_set.header_rules, HEADER)
    return SetTable(
        head,
        tuple(
            PartRow(part, notes((), part.code), tuple(section_row(s) for s in part.sections))
            for part in criteria_set.parts
        ),
    )


def levels_of(criterion: law.Criterion) -> tuple[Levels, ...]:
    """The levels; where the Decision prints two alternative cases, each under its own caption."""
    cases: dict[str, list[law.Option]] = {}
    for option in criterion.options:
        cases.setdefault(option.case, []).append(option)
    return tuple(
        Levels(_("Trường hợp %s") % case if criterion.has_cases else "", tuple(options))
        for case, options in cases.items()
    )


# --- Two sets side by side --------------------------------------------------------------------


def set_key(decision: law.Decision, summary: law.SetSummary) -> str:
    """How an address names a set: "1048-2019.1"."""
    return f"{decision.slug}.{summary.number}"


@dataclass(frozen=True)
class Succession:
    """A set and one of an earlier Decision that it follows by name; inferred from the names."""

    earlier: law.Decision
    earlier_set: law.SetSummary
    later: law.Decision
    later_set: law.SetSummary

    @property
    def keys(self) -> tuple[str, str]:
        return set_key(self.earlier, self.earlier_set), set_key(self.later, self.later_set)


def successions() -> list[Succession]:
    """Every pair of which the later set follows the earlier by its name, the newest first."""
    return [
        Succession(law.decision(slug), law.decision(slug).summary(number), one, item)
        for one in reversed(law.decisions())
        for item in one.sets
        for slug, number in item.follows
    ]


def relatives_of(decision: law.Decision, summary: law.SetSummary) -> list[Succession]:
    """The pairs that this set is one of, where both have a text in the law's files."""
    key = set_key(decision, summary)
    return [
        pair
        for pair in successions()
        if key in pair.keys and pair.earlier_set.usable and pair.later_set.usable
    ]


@dataclass(frozen=True)
class Pair:
    """Two levels or two notes side by side, either of which may be missing."""

    left: law.Option | Note | None
    right: law.Option | Note | None
    same: bool


@dataclass(frozen=True)
class ComparedRow:
    """A part, section or criterion of both sets; `word` says in one word what became of it.

    `differs` names what was changed. `guessed`: the two belong together by the likeness of their
    titles only.
    """

    row: law.Row
    state: str  # "same", "changed", "added" or "removed"
    word: str
    differs: str
    guessed: bool
    levels: tuple[Pair, ...]
    notes: tuple[Pair, ...]


@dataclass(frozen=True)
class SideBySide:
    """Two sets in rows, the older Decision on the left; `counts` of criteria by state."""

    left: law.CriteriaSet
    right: law.CriteriaSet
    left_decision: law.Decision
    right_decision: law.Decision
    notes: tuple[Pair, ...]
    rows: tuple[ComparedRow, ...]
    counts: tuple[tuple[str, str, int], ...]


STATE_WORDS: dict[str, Promise] = {
    "same": gettext_lazy("Giữ nguyên"),
    "changed": gettext_lazy("Thay đổi"),
    "added": gettext_lazy("Mới"),
    "removed": pgettext_lazy("trong bảng so sánh", "Bỏ"),
}
DIFFERENCE_WORDS: dict[str, Promise] = {
    "title": gettext_lazy("tên"),
    "points": gettext_lazy("điểm"),
    "note": gettext_lazy("ghi chú"),
    "mark": gettext_lazy("sao bắt buộc"),
    "mode": gettext_lazy("cách chọn trường hợp"),
    "printed_code": gettext_lazy("mã in"),
    "implied": gettext_lazy("có in mức hay không"),
    "direct": gettext_lazy("cách in"),
    "place": gettext_lazy("vị trí"),
}


def side_by_side(one: str, other: str) -> SideBySide:
    """Two sets, named as by `set_key`. Two queries; LawError where a set cannot be read."""

    def named(key: str) -> tuple[law.Decision, int]:
        slug, _dot, number = key.partition(".")
        return law.decision(slug), int(number)

    older, newer = sorted((named(one), named(other)), key=lambda found: found[0].in_force_from)
    left, right = current_set(older[0].slug, older[1]), current_set(newer[0].slug, newer[1])
    found = law.compare(left, right)
    return SideBySide(
        left,
        right,
        older[0],
        newer[0],
        notes=tuple(map(_note_pair, found.notes)),
        rows=tuple(map(_compared, found.rows)),
        counts=tuple((state, str(word), found.count(state)) for state, word in STATE_WORDS.items()),
    )


def _compared(row: law.Row) -> ComparedRow:
    if row.added or row.removed:
        state = "added" if row.added else "removed"
    else:
        state = "same" if row.same else "changed"
    differs = [str(DIFFERENCE_WORDS[found.what]) for found in row.differences]
    if not all(pair.same for pair in row.options):
        differs.append(_("mức"))
    if not all(pair.same for pair in row.notes):
        differs.append(_("ghi chú"))
    only = row.left or row.right
    alone = only if row.added or row.removed else None
    levels = [Pair(pair.left, pair.right, pair.same) for pair in row.options]
    notes = list(map(_note_pair, row.notes))
    if isinstance(
        alone, law.Criterion
    ):  # the comparison leaves what has no other side to its reader
        levels = [_alone(option, added=row.added) for option in alone.options]
        notes = [_alone(_note(rule.kind, rule.text), added=row.added) for rule in alone.rules]
    return ComparedRow(
        row,
        state,
        str(STATE_WORDS[state]),
        ", ".join(dict.fromkeys(differs)) if state == "changed" else "",
        guessed=row.matched_by == "similar",
        levels=tuple(levels),
        notes=tuple(notes),
    )


def _alone(what: law.Option | Note, *, added: bool) -> Pair:
    return Pair(None, what, same=False) if added else Pair(what, None, same=False)


def _note_pair(pair: law.NotePair) -> Pair:
    left, right = (rule and _note(rule.kind, rule.text) for rule in (pair.left, pair.right))
    return Pair(left, right, pair.same)


# --- Search -----------------------------------------------------------------------------------

HITS_SHOWN = 3  # criteria of one set in the list of all sets
LINES_SHOWN = 4  # lines of one criterion


@dataclass(frozen=True)
class Hit:
    """A criterion in which the words were found, with the lines that hold them."""

    criterion: law.Criterion
    title: SafeString
    lines: tuple[SafeString, ...]


@dataclass
class SetHits:
    """What was found in one set: all of it is counted, not all of it is shown."""

    summary: law.SetSummary
    name: SafeString
    by_name: bool
    hits: list[Hit] = field(default_factory=list)
    total: int = 0


@dataclass
class Found:
    """The result of a search. `loose`: the words were found apart from one another only."""

    decisions: list[tuple[law.Decision, list[SetHits]]]
    loose: bool = False

    @property
    def total(self) -> int:
        return sum(row.total for _decision, rows in self.decisions for row in rows)

    @property
    def rows(self) -> list[tuple[law.Decision, SetHits]]:
        """Each set with its Decision, in the order in which they are shown."""
        return [(decision, row) for decision, rows in self.decisions for row in rows]

    @property
    def sets(self) -> int:
        return len(self.rows)


class Sought:
    """Typed words, ready to be looked for without marks: together first, else each by itself."""

    def __init__(self, typed: str):
        self.words = [word for typed_word in words_of(typed) for word in _WORD.findall(typed_word)]
        self.together = re.compile(r"(?<!\w)" + r"\W+".join(map(re.escape, self.words)))
        self.each = [re.compile(rf"(?<!\w){re.escape(word)}") for word in self.words]

    def __bool__(self) -> bool:
        return bool(self.words)

    def is_in(self, folded: str, *, loose: bool) -> bool:
        if loose:
            return all(pattern.search(folded) for pattern in self.each)
        return bool(self.together.search(folded))

    def mark(self, text: str, *, loose: bool) -> SafeString:
        """The text with what was found in `<mark>`."""
        folded, places = _folded(text)
        spans = [
            (places[m.start()], places[m.end() - 1] + 1)
            for pattern in (self.each if loose else [self.together])
            for m in pattern.finditer(folded)
        ]
        return format_html_join("", "{}{}{}", _pieces(text, sorted(spans)))


_WORD = re.compile(r"\w+")
_OPEN, _CLOSE = SafeString("<mark>"), SafeString("</mark>")


@cache
def _letters(char: str) -> str:
    return " " if char.isspace() else fold(char)


def _folded(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its letters the place in `text` that it came from."""
    letters = [(letter, place) for place, char in enumerate(text) for letter in _letters(char)]
    return "".join(letter for letter, _place in letters), [place for _letter, place in letters]


def _pieces(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[str, str, str]]:
    at = 0
    for start, end in spans:
        start = max(start, at)
        if start >= end:
            continue
        yield "", text[at:start], ""
        yield _OPEN, text[start:end], _CLOSE
        at = end
    yield "", text[at:], ""


# What a word of a product's name is worth where it is found, when a set is sought for the product.
_IN_NAME, _IN_GROUP, _IN_TEXT = 8, 2, 1


def sets_for(typed: str, *, day: datetime.date) -> list[tuple[law.Decision, list[law.SetSummary]]]:
    """The sets that a product of this name most likely belongs to, best first.

    Judged by words alone: names of sets count most, then groups, then what the criteria speak of.
    Decisions in force on `day` come first, then the newer. One query for each Decision.
    """
    sought = Sought(typed)
    if not sought:
        return []
    shelf = sorted(
        law.decisions(), key=lambda one: (one.in_force_on(day), one.in_force_from), reverse=True
    )
    found = []
    for one in shelf:
        texts = current_sets(one.slug, [summary.number for summary in one.sets])
        rated = [
            (_likeness(sought, summary, texts[summary.number]), summary)
            for summary in one.sets
            if summary.number in texts
        ]
        best = max((worth for worth, _summary in rated), default=0)
        likely = [(worth, summary) for worth, summary in rated if 0 < best <= worth * 2]
        likely.sort(key=lambda pair: (-pair[0], pair[1].number))
        if likely:
            found.append((one, [summary for _worth, summary in likely]))
    return found


def _likeness(sought: Sought, summary: law.SetSummary, texts: law.CriteriaSet) -> int:
    name, group = _folded(summary.name)[0], _folded(f"{summary.branch} {summary.group}")[0]
    words = sum(
        _IN_NAME * bool(word.search(name)) + _IN_GROUP * bool(word.search(group))
        for word in sought.each
    )
    together = _IN_NAME * len(sought.each) * bool(sought.together.search(name))
    spoken_of = any(sought.together.search(entry.folded) for entry in _entries(texts))
    return words + together + _IN_TEXT * spoken_of


@dataclass(frozen=True)
class _Entry:
    """A criterion's texts, folded once: its title, its levels, its notes."""

    criterion: law.Criterion
    title: str
    lines: tuple[tuple[str, str], ...]  # as printed, folded
    folded: str


# Folding all texts of a set takes longer than searching them; a digest never changes its texts.
_entries_by_digest: dict[str, tuple[_Entry, ...]] = {}


def _entries(criteria_set: law.CriteriaSet) -> tuple[_Entry, ...]:
    if criteria_set.digest not in _entries_by_digest:
        _entries_by_digest[criteria_set.digest] = tuple(
            _entry(criterion) for criterion in criteria_set.criteria
        )
    return _entries_by_digest[criteria_set.digest]


def _entry(criterion: law.Criterion) -> _Entry:
    title = _folded(criterion.title)[0]
    texts = [option.label for option in criterion.options]
    texts += [rule.text for rule in criterion.rules]
    lines = tuple((text, _folded(text)[0]) for text in texts)
    return _Entry(criterion, title, lines, " | ".join([title, *(line for _text, line in lines)]))


def search(typed: str, *, decision: str = "", number: int | None = None) -> Found:
    """Criteria and sets of all Decisions, newest first, that hold the typed words. One query each.

    Words that stand together as typed count; only where they are found nowhere so, criteria that
    hold all of them anywhere. `decision`, `number`: look only there, and show every hit.
    """
    sought = Sought(typed)
    if not sought:
        return Found([])
    shelf = [found for found in reversed(law.decisions()) if decision in ("", found.slug)]
    texts = {
        one.slug: current_sets(one.slug, [summary.number for summary in one.sets]) for one in shelf
    }
    for loose in (False, True):
        found = [
            (
                one,
                [
                    row
                    for summary in one.sets
                    if number in (None, summary.number)
                    and (row := _search_set(summary, texts[one.slug], sought, loose, number))
                ],
            )
            for one in shelf
        ]
        found = [(one, rows) for one, rows in found if rows]
        if found or len(sought.words) == 1:
            break
    return Found(found, loose=loose and bool(found))


def _search_set(
    summary: law.SetSummary,
    texts: dict[int, law.CriteriaSet],
    sought: Sought,
    loose: bool,
    only: int | None,
) -> SetHits | None:
    """The hits in one set; all of them when `only` this set was asked for."""
    row = SetHits(
        summary,
        name=sought.mark(summary.name, loose=loose),
        by_name=sought.is_in(_folded(summary.name)[0], loose=loose),
    )
    if summary.number in texts:
        for entry in _entries(texts[summary.number]):
            if not sought.is_in(entry.folded, loose=loose):
                continue
            row.total += 1
            if only is None and len(row.hits) == HITS_SHOWN:
                continue
            lines = [
                text
                for text, folded in entry.lines
                if (
                    any(pattern.search(folded) for pattern in sought.each)
                    if loose
                    else sought.is_in(folded, loose=False)
                )
            ]
            row.hits.append(
                Hit(
                    entry.criterion,
                    sought.mark(entry.criterion.title, loose=loose),
                    tuple(sought.mark(text, loose=loose) for text in lines[:LINES_SHOWN]),
                )
            )
    return row if row.by_name or row.total else None
