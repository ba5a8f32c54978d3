"""How two criteria sets differ: their rows aligned for reading side by side.

Two versions of one set are aligned by code, and every letter counts. Sets of two Decisions number
their criteria differently ("1.1", "1.a") and print titles in other letters, so their rows are
aligned by title, and only words, points and rules count as differences. What was aligned on a
likeness says so: it is a help for reading, not a statement of law.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from ..text import fold
from .criteria import CriteriaSet, Criterion, Option, Part, Rule, Section

# How the two sides of a row were found to belong together.
CODE = "code"
TITLE = "title"
SIMILAR = "similar"

PART, SECTION, CRITERION = "part", "section", "criterion"

# Likeness in percent from which titles are taken for the same thing: within sections that belong
# together, and anywhere in the set, where a chance likeness is nearer at hand.
LIKELY, SURE = 60, 80

Place = Part | Section | Criterion


@dataclass(frozen=True)
class Difference:
    """One thing that differs, `what` a machine word; the two values as text, "" for none."""

    what: str
    left: str
    right: str


@dataclass(frozen=True)
class OptionPair:
    """Two options side by side; one is None where it was added or taken out.

    `differs`: what differs of a pair, among "label", "points", "star", "case", "number",
    "printed_points", "reconstructed".
    """

    left: Option | None
    right: Option | None
    differs: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        return bool(self.left and self.right) and not self.differs


@dataclass(frozen=True)
class NotePair:
    """Two notes of the same kind side by side; one is None where it was added or taken out."""

    left: Rule | None
    right: Rule | None
    same: bool


@dataclass(frozen=True)
class Row:
    """A part, section or criterion of one set beside that of the other; one side may be None.

    `depth`: 0 a part, 1 a section, 2 a criterion, 3 and more below a heading. `matched_by`: CODE,
    TITLE or SIMILAR, "" where one side is empty; `likeness` of the titles in percent. `differences`
    may name "title", "points", "note", "mark", "mode", "printed_code", "implied", "direct" and
    "place": the other side stands in another part, section or order.
    """

    level: str
    depth: int
    left: Place | None
    right: Place | None
    matched_by: str = ""
    likeness: int = 0
    differences: tuple[Difference, ...] = ()
    options: tuple[OptionPair, ...] = ()
    notes: tuple[NotePair, ...] = ()

    @property
    def added(self) -> bool:
        return self.left is None

    @property
    def removed(self) -> bool:
        return self.right is None

    @property
    def same(self) -> bool:
        """Both sides are there and say the same."""
        return (
            not self.added
            and not self.removed
            and not self.differences
            and all(pair.same for pair in (*self.options, *self.notes))
        )


@dataclass(frozen=True)
class Comparison:
    """Two sets aligned row by row, in the order of the right one.

    What only the left one has stands where it stood there. `by_code`: both are of one Decision.
    `header`: what differs of the set as a whole ("name", "state", "doubt", …), `notes` its notes.
    """

    left: CriteriaSet
    right: CriteriaSet
    by_code: bool
    header: tuple[Difference, ...]
    notes: tuple[NotePair, ...]
    rows: tuple[Row, ...]

    @property
    def same(self) -> bool:
        """Nothing differs but, perhaps, the version number."""
        return not self.header and all(item.same for item in (*self.notes, *self.rows))

    def count(self, what: str) -> int:
        """How many criteria are "added", "removed", "changed" or "same"."""
        return self._counts[what]

    @property
    def _counts(self) -> Counter:
        return Counter(_state(row) for row in self.rows if row.level == CRITERION)


def compare(left: CriteriaSet, right: CriteriaSet) -> Comparison:
    """Align two sets, the older on the left."""
    by_code = left.decision == right.decision
    view = _View(by_code)
    return Comparison(
        left=left,
        right=right,
        by_code=by_code,
        header=tuple(_header(left, right, by_code)),
        notes=view.notes(left.header_rules, right.header_rules),
        rows=tuple(view.rows(left, right)),
    )


def _state(row: Row) -> str:
    if row.added:
        return "added"
    if row.removed:
        return "removed"
    return "same" if row.same else "changed"


def _header(left: CriteriaSet, right: CriteriaSet, by_code: bool) -> Iterator[Difference]:
    names = ["name", "branch", "group", "agency", "state"]
    if by_code:
        names += ["number"]
    for name in names:
        yield from _differs(name, getattr(left, name), getattr(right, name), exact=by_code)
    yield from _differs("is_service", left.is_service, right.is_service)
    bands = [[f"{b.stars}: {b.minimum} ({b.printed})" for b in s.bands] for s in (left, right)]
    yield from _differs("bands", *("; ".join(band) for band in bands))
    if by_code:  # doubts are about the transcription of one text
        doubts = [[f"{d.where} [{d.about}] {d.why}" for d in s.doubts] for s in (left, right)]
        gone, new = (
            Counter(doubts[0]) - Counter(doubts[1]),
            Counter(doubts[1]) - Counter(doubts[0]),
        )
        yield from (Difference("doubt", doubt, "") for doubt in gone.elements())
        yield from (Difference("doubt", "", doubt) for doubt in new.elements())
        if doubts[0] != doubts[1] and not gone and not new:
            yield Difference("doubt", "; ".join(doubts[0]), "; ".join(doubts[1]))


def _differs(what: str, left, right, *, exact: bool = True) -> Iterator[Difference]:
    def seen(value) -> object:
        return value if exact or not isinstance(value, str) else _plain(value)

    if seen(left) != seen(right):
        yield Difference(
            what, *("" if value in (None, False) else str(value) for value in (left, right))
        )


def _plain(text: str) -> str:
    """The words of a text; Decisions differ in capitals, spaces and the dot at the end."""
    return " ".join(text.split()).casefold().rstrip(" .;:")


class _View:
    """How two sets are looked at: letter by letter, or as two printed texts."""

    def __init__(self, by_code: bool):
        self.exact = by_code
        # Identity of what stands on the right → its partner, how it was found, the likeness.
        self.partner: dict[int, tuple[Place, str, int]] = {}
        # Identities of what has a partner on the left.
        self.taken: set[int] = set()

    def rows(self, left: CriteriaSet, right: CriteriaSet) -> Iterator[Row]:
        self._match(left.parts, right.parts, by=_code, how=CODE)
        if self.exact:
            self._match(_sections(left.parts), _sections(right.parts), by=_code, how=CODE)
            self._match(left.criteria, right.criteria, by=_code, how=CODE)
        else:
            self._match_titles(left, right)
        yield from self._walk(left.parts, right.parts, 0)

    # --- what belongs together ----------------------------------------------------------------

    def _match_titles(self, left: CriteriaSet, right: CriteriaSet) -> None:
        for mine, other in self._pairs(right.parts):
            self._alike(mine.sections, other.sections, LIKELY)
        self._alike(_sections(left.parts), _sections(right.parts), SURE)
        for mine, other in self._pairs(_sections(right.parts)):
            self._alike(mine.criteria, other.criteria, LIKELY)
        # Cases bear the same titles under every heading: those of one heading go first.
        for _ in range(2):
            for mine, other in self._pairs(right.criteria):
                self._alike(mine.children, other.children, LIKELY)
            self._alike(left.criteria, right.criteria, SURE)

    def _pairs(self, rights: Iterable[Place]) -> list[tuple[Place, Place]]:
        return [(self.partner[id(r)][0], r) for r in rights if id(r) in self.partner]

    def _pair(self, left: Place, right: Place, how: str, likeness: int) -> None:
        self.partner[id(right)] = (left, how, likeness)
        self.taken.add(id(left))

    def _match(
        self,
        lefts: Iterable[Place],
        rights: Iterable[Place],
        *,
        by: Callable[[Place], Hashable],
        how: str,
    ) -> None:
        found = {by(left): left for left in lefts}
        for right in rights:
            left = found.pop(by(right), None)
            if left is not None:
                self._pair(left, right, how, likeness(left.title, right.title))

    def _alike(self, lefts: Sequence[Place], rights: Sequence[Place], least: int) -> None:
        """Pair what has no partner yet, the most alike first, then in printed order."""
        lefts = [left for left in lefts if id(left) not in self.taken]
        rights = [right for right in rights if id(right) not in self.partner]
        pairs = [
            (likeness(left.title, right.title), -j, -i)
            for i, left in enumerate(lefts)
            for j, right in enumerate(rights)
        ]
        for percent, j, i in sorted(pairs, reverse=True):
            left, right = lefts[-i], rights[-j]
            if percent < least:
                break
            if id(left) not in self.taken and id(right) not in self.partner:
                self._pair(left, right, TITLE if percent == 100 else SIMILAR, percent)

    # --- the rows -----------------------------------------------------------------------------

    def _walk(self, lefts: Sequence[Place], rights: Sequence[Place], depth: int) -> Iterator[Row]:
        """Rows in the order of the right side, what only the left has behind its neighbour."""
        slots: list[tuple[Place | None, Place | None]] = [
            (self.partner[id(right)][0] if id(right) in self.partner else None, right)
            for right in rights
        ]
        at = 0
        here = [id(left) for left, _ in slots if left is not None]
        for left in lefts:
            if id(left) in here:
                at = 1 + next(n for n, (found, _) in enumerate(slots) if found is left)
            elif id(left) not in self.taken:
                slots.insert(at, (left, None))
                at += 1
        stay = _stay([left for left, _ in slots if left is not None], lefts)
        for left, right in slots:
            moved = left is not None and right is not None and id(left) not in stay
            yield self._row(left, right, depth, moved)
            yield from self._walk(_kids(left), _kids(right), depth + 1)

    def _row(self, left: Place | None, right: Place | None, depth: int, moved: bool) -> Row:
        level = (PART, SECTION)[depth] if depth < 2 else CRITERION
        if left is None or right is None:
            return Row(level, depth, left, right)
        _, how, percent = self.partner[id(right)]
        pair = (left, right)
        criteria = isinstance(left, Criterion) and isinstance(right, Criterion)
        return Row(
            level=level,
            depth=depth,
            left=left,
            right=right,
            matched_by=how,
            likeness=percent,
            differences=tuple(self._differences(*pair, moved)),
            options=self.options(left.options, right.options) if criteria else (),
            notes=self.notes(left.rules, right.rules) if criteria else (),
        )

    def _differences(self, left: Place, right: Place, moved: bool) -> Iterator[Difference]:
        if moved:
            yield Difference("place", left.code, right.code)
        yield from _differs("title", left.title, right.title, exact=self.exact)
        yield from _differs("points", left.points, right.points)
        if isinstance(left, Section) and isinstance(right, Section):
            yield from _differs("note", left.note, right.note, exact=self.exact)
        if isinstance(left, Criterion) and isinstance(right, Criterion):
            yield from _differs("mark", left.min_star, right.min_star)
            yield from _differs("mode", left.mode, right.mode)
            yield from _differs("implied", left.implied, right.implied)
            if self.exact:
                yield from _differs("printed_code", left.printed_code, right.printed_code)
                yield from _differs("direct", left.direct, right.direct)

    def options(self, lefts: Sequence[Option], rights: Sequence[Option]) -> tuple[OptionPair, ...]:
        """Options side by side, in printed order on both sides, the most alike together."""
        return tuple(
            OptionPair(left, right, tuple(self._of_option(left, right)) if left and right else ())
            for left, right in _aligned(lefts, rights, self._kinship)
        )

    def _kinship(self, left: Option, right: Option) -> int:
        """How much two options belong together; 0: not at all."""
        points = 50 if left.points == right.points else 0
        if self._same(left.label, right.label):
            return 200 + points + (100 if left.case == right.case else 0)
        if left.case != right.case:
            return 0
        percent = likeness(left.label, right.label)
        return (percent if percent >= LIKELY else 0) + points

    def _of_option(self, left: Option, right: Option) -> Iterator[str]:
        if not self._same(left.label, right.label):
            yield "label"
        if left.points != right.points:
            yield "points"
        if left.min_star != right.min_star:
            yield "star"
        if left.case != right.case:
            yield "case"
        if self.exact:
            # About the transcription of one text.
            for name in ("number", "printed_points", "reconstructed"):
                if getattr(left, name) != getattr(right, name):
                    yield name

    def notes(self, lefts: Sequence[Rule], rights: Sequence[Rule]) -> tuple[NotePair, ...]:
        """Notes side by side: the same first, then those of one kind in printed order."""
        free, pairs = list(lefts), {}
        for fits in (self._same_note, lambda a, b: a.kind == b.kind):
            for n, right in enumerate(rights):
                found = None if n in pairs else next((a for a in free if fits(a, right)), None)
                if found:
                    pairs[n] = found
                    free.remove(found)
        return (
            *(
                NotePair(pairs.get(n), right, n in pairs and self._same_note(pairs[n], right))
                for n, right in enumerate(rights)
            ),
            *(NotePair(left, None, False) for left in free),
        )

    def _same_note(self, left: Rule, right: Rule) -> bool:
        if self.exact:
            return left == right
        # The codes that a rule points to are numbered by each Decision in its own way.
        return (left.kind, left.automatic) == (right.kind, right.automatic) and self._same(
            left.text, right.text
        )

    def _same(self, left: str, right: str) -> bool:
        return left == right if self.exact else _plain(left) == _plain(right)


def _code(place: Place) -> str:
    return place.code


def _sections(parts: Iterable[Part]) -> list[Section]:
    return [section for part in parts for section in part.sections]


def _kids(place: Place | None) -> Sequence[Place]:
    if isinstance(place, Part):
        return place.sections
    if isinstance(place, Section):
        return place.criteria
    return place.children if place is not None else ()


def _aligned(
    lefts: Sequence[Option], rights: Sequence[Option], kinship: Callable[[Option, Option], int]
) -> list[tuple[Option | None, Option | None]]:
    """Both lists in their own order, side by side where the kinship adds up to the most."""
    # best[i][j]: the most that lefts[i:] and rights[j:] can add up to.
    best = [[0] * (len(rights) + 1) for _ in range(len(lefts) + 1)]
    kin = [[kinship(left, right) for right in rights] for left in lefts]
    for i in reversed(range(len(lefts))):
        for j in reversed(range(len(rights))):
            together = kin[i][j] + best[i + 1][j + 1] if kin[i][j] else 0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    found: list[tuple[Option | None, Option | None]] = []
    i = j = 0
    while i < len(lefts) and j < len(rights):
        if kin[i][j] and best[i][j] == kin[i][j] + best[i + 1][j + 1]:
            found.append((lefts[i], rights[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            found.append((lefts[i], None))
            i += 1
        else:
            found.append((None, rights[j]))
            j += 1
    found += [(left, None) for left in lefts[i:]] + [(None, right) for right in rights[j:]]
    return found


def _stay(shown: Sequence[Place], lefts: Sequence[Place]) -> set[int]:
    """Those of the left side that keep their place and order; all others have moved."""
    order = {id(left): n for n, left in enumerate(lefts)}
    mine = [order[id(left)] for left in shown if id(left) in order]
    kept = SequenceMatcher(None, mine, sorted(mine), autojunk=False).get_matching_blocks()
    numbers = {mine[block.a + n] for block in kept for n in range(block.size)}
    return {key for key, number in order.items() if number in numbers}


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    return tuple(fold(text).replace(",", " ").replace("/", " ").split())


@lru_cache(maxsize=16384)
def likeness(left: str, right: str) -> int:
    """How alike two texts are in percent, by their folded words in order; 100: the same words."""
    one, other = _words(left), _words(right)
    if one == other:
        return 100
    return min(99, int(100 * SequenceMatcher(None, one, other, autojunk=False).ratio()))
