"""A set of criteria as frozen values, and its copy in JSON: no files, no database, no clock."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Rational

from .errors import PointsOutOfRange, UnknownCriterion

TRANSCRIBED = "transcribed"
RECONSTRUCTED = "reconstructed in part"
MISSING = "missing"
STATES = (TRANSCRIBED, RECONSTRUCTED, MISSING)

KNOCK_OUT = "knock_out"
GATE = "gate"
CONDITIONAL = "conditional"
ONE_OF_TWO_CASES = "one_of_two_cases"
REQUIREMENT = "requirement"
EVIDENCE = "evidence"
FULL_MARKS = "full_marks"
EXPLANATION = "explanation"
RULE_KINDS = (
    KNOCK_OUT,
    GATE,
    CONDITIONAL,
    ONE_OF_TWO_CASES,
    REQUIREMENT,
    EVIDENCE,
    FULL_MARKS,
    EXPLANATION,
)

HEADER = "header"


@dataclass(frozen=True)
class Band:
    """Means from `minimum` (included) up to the next band's minimum (excluded) earn `stars`."""

    stars: int
    minimum: int
    printed: str


def band_of(bands: Sequence[Band], points: Rational) -> int:
    """The stars of the band that holds `points` (0–100, exact: int or Fraction, never float).

    The bands are half-open: 69.996 is still below 70. PointsOutOfRange outside 0–100.
    """
    if not isinstance(points, Rational):
        raise TypeError("points are exact: int or Fraction, never float")
    if not 0 <= points <= 100:
        raise PointsOutOfRange(f"Điểm phải nằm trong khoảng từ 0 đến 100, không thể là {points}.")
    return max((band for band in bands if band.minimum <= points), key=lambda b: b.minimum).stars


@dataclass(frozen=True)
class Rule:
    """A printed side rule of a criterion (`where` its code) or of a whole set (`where` "header").

    `key` is stable within a set ("gate:10") and is what a sheet stores when a member declares it.
    `when_zero`: the gate bites by itself when one of these criteria is marked with 0 points.
    `not_when`: the conditional criterion does not apply when criterion `code` was answered with one
    of these option numbers; "none of these" always counts among them.
    """

    key: str
    kind: str
    where: str
    text: str
    when_zero: tuple[str, ...] = ()
    not_when: tuple[tuple[str, tuple[int, ...]], ...] = ()

    @property
    def automatic(self) -> bool:
        """Whether the gate follows from the marks, so that nobody declares it."""
        return bool(self.when_zero)

    @property
    def declarable(self) -> bool:
        """Whether a member declares it: knock-outs, and gates that are not automatic."""
        return self.kind == KNOCK_OUT or (self.kind == GATE and not self.automatic)


@dataclass(frozen=True)
class Option:
    """One level of a criterion.

    `number` counts from 1 in printed order. `case` is "A" or "B" where the criterion prints two
    alternative cases. `min_star`: printed as the least level for that star. `printed_points` is
    what was found in print where `points` differs. `reconstructed`: this level, or its points, is
    not as found.
    """

    number: int
    label: str
    points: int
    case: str = ""
    min_star: int | None = None
    printed_points: int | None = None
    reconstructed: bool = False


@dataclass(frozen=True)
class Criterion:
    """A criterion: marked through its options, or a heading over `children`.

    `mode` "one_of": the children are alternatives, only one of them is marked. `min_star`: to
    reach that star the criterion must earn at least its lowest option above 0. `printed_code` is
    the letter that the Decision prints where it differs from `code`. `implied`: the Decision
    prints no levels, they are read from its points. `direct`: the levels are printed straight
    under the section.
    """

    code: str
    title: str
    points: int
    part: str
    section: str
    options: tuple[Option, ...] = ()
    children: tuple["Criterion", ...] = ()
    rules: tuple[Rule, ...] = ()
    mode: str = ""
    min_star: int | None = None
    printed_code: str = ""
    implied: bool = False
    direct: bool = False

    @property
    def note(self) -> str:
        """The printed notes, one a line; empty when there are none."""
        return "\n".join(rule.text for rule in self.rules)

    @property
    def has_printed_zero(self) -> bool:
        """Whether a level of 0 points is printed; if not, "none of these" is the only way to 0."""
        return any(option.points == 0 for option in self.options)

    @property
    def has_cases(self) -> bool:
        """Whether the options belong to two cases; one option is chosen in all."""
        return any(option.case for option in self.options)

    def option(self, number: int) -> Option | None:
        """The option with this number, or None."""
        return self.options[number - 1] if 1 <= number <= len(self.options) else None

    def walk(self) -> Iterator["Criterion"]:
        """The criterion itself, then everything below it, in printed order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Section:
    """A numbered section of a part ("6. Chỉ tiêu cảm quan")."""

    code: str
    title: str
    points: int
    criteria: tuple[Criterion, ...]
    note: str = ""


@dataclass(frozen=True)
class Part:
    """Part A, B or C with its maximum of points."""

    code: str
    title: str
    points: int
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Doubt:
    """Something in the set that is known to be uncertain.

    `about` names what it is about: a kind of fault of `checks` that it declares, or
    "reconstruction", "wording", "reading". `where` is the code of a criterion, section or part, or
    "header".
    """

    where: str
    about: str
    why: str


@dataclass(frozen=True)
class CriteriaSet:
    """One set of criteria of a Decision, complete enough to score without the Decision's files."""

    decision: str
    number: int
    version: int
    name: str
    branch: str
    group: str
    agency: str
    state: str
    is_service: bool
    bands: tuple[Band, ...]
    parts: tuple[Part, ...]
    header_rules: tuple[Rule, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """Every criterion in printed order, headings included."""
        return tuple(
            found
            for part in self.parts
            for section in part.sections
            for criterion in section.criteria
            for found in criterion.walk()
        )

    @cached_property
    def leaves(self) -> tuple[Criterion, ...]:
        """The criteria that are marked, in printed order."""
        return tuple(criterion for criterion in self.criteria if not criterion.children)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every side rule: those of the header, then those of the criteria in printed order."""
        return self.header_rules + tuple(
            rule for criterion in self.criteria for rule in criterion.rules
        )

    @property
    def knock_outs(self) -> tuple[Rule, ...]:
        """The rules that put the product out, to be declared by a member."""
        return tuple(rule for rule in self.rules if rule.kind == KNOCK_OUT)

    @property
    def gates(self) -> tuple[Rule, ...]:
        """The rules that stop the scoring, the automatic ones among them."""
        return tuple(rule for rule in self.rules if rule.kind == GATE)

    @cached_property
    def _by_code(self) -> dict[str, Criterion]:
        return {criterion.code: criterion for criterion in self.criteria}

    def criterion(self, code: str) -> Criterion:
        """The criterion or heading with this code; UnknownCriterion otherwise."""
        try:
            return self._by_code[code]
        except KeyError:
            raise UnknownCriterion(f"Bộ tiêu chí {self.number} không có tiêu chí {code}.") from None

    @cached_property
    def star_marks(self) -> dict[int, dict[str, int]]:
        """For each star with printed marks: criterion code → least points. Empty under 1048."""
        marks: dict[int, dict[str, int]] = {}
        for leaf in self.leaves:
            for option in leaf.options:
                if option.min_star:
                    least = marks.setdefault(option.min_star, {})
                    least[leaf.code] = min(option.points, least.get(leaf.code, option.points))
            above_zero = [option.points for option in leaf.options if option.points > 0]
            if leaf.min_star and above_zero:
                marks.setdefault(leaf.min_star, {}).setdefault(leaf.code, min(above_zero))
        return dict(sorted(marks.items()))

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the content: the same for the file, the value and its JSON copy."""
        canonical = json.dumps(
            self.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_dict(self) -> dict:
        """The whole set as JSON-ready values, to pin the version that a round is scored with."""
        return {
            "format": 1,
            "decision": self.decision,
            "number": self.number,
            "version": self.version,
            "name": self.name,
            "branch": self.branch,
            "group": self.group,
            "agency": self.agency,
            "state": self.state,
            "is_service": self.is_service,
            "bands": [
                {"stars": b.stars, "minimum": b.minimum, "printed": b.printed} for b in self.bands
            ],
            "rules": [_rule_to_dict(rule) for rule in self.header_rules],
            "doubts": [{"where": d.where, "about": d.about, "why": d.why} for d in self.doubts],
            "parts": [
                {
                    "code": part.code,
                    "title": part.title,
                    "points": part.points,
                    "sections": [
                        {
                            "code": section.code,
                            "title": section.title,
                            "points": section.points,
                            "note": section.note,
                            "criteria": [
                                _criterion_to_dict(criterion) for criterion in section.criteria
                            ],
                        }
                        for section in part.sections
                    ],
                }
                for part in self.parts
            ],
        }

    @classmethod
    def from_dict(cls, data: dict) -> "CriteriaSet":
        """The set back from `to_dict`, also after a trip through JSON; its digest is unchanged."""
        return cls(
            decision=data["decision"],
            number=data["number"],
            version=data["version"],
            name=data["name"],
            branch=data["branch"],
            group=data["group"],
            agency=data["agency"],
            state=data["state"],
            is_service=data["is_service"],
            bands=tuple(Band(**band) for band in data["bands"]),
            header_rules=tuple(_rule_from_dict(rule) for rule in data["rules"]),
            doubts=tuple(Doubt(**doubt) for doubt in data["doubts"]),
            parts=tuple(
                Part(
                    code=part["code"],
                    title=part["title"],
                    points=part["points"],
                    sections=tuple(
                        Section(
                            code=section["code"],
                            title=section["title"],
                            points=section["points"],
                            note=section["note"],
                            criteria=tuple(
                                _criterion_from_dict(criterion, part["code"], section["code"])
                                for criterion in section["criteria"]
                            ),
                        )
                        for section in part["sections"]
                    ),
                )
                for part in data["parts"]
            ),
        )


def _rule_to_dict(rule: Rule) -> dict:
    data: dict = {"key": rule.key, "kind": rule.kind, "where": rule.where, "text": rule.text}
    if rule.when_zero:
        data["when_zero"] = list(rule.when_zero)
    if rule.not_when:
        data["not_when"] = [[code, list(numbers)] for code, numbers in rule.not_when]
    return data


def _rule_from_dict(data: dict) -> Rule:
    return Rule(
        key=data["key"],
        kind=data["kind"],
        where=data["where"],
        text=data["text"],
        when_zero=tuple(data.get("when_zero", ())),
        not_when=tuple((code, tuple(numbers)) for code, numbers in data.get("not_when", ())),
    )


_OPTION_EXTRAS = {"case": "", "min_star": None, "printed_points": None, "reconstructed": False}
_CRITERION_EXTRAS = {
    "mode": "",
    "min_star": None,
    "printed_code": "",
    "implied": False,
    "direct": False,
}


def _criterion_to_dict(criterion: Criterion) -> dict:
    # Extras are written only where they say something, so that a new kind of extra leaves the
    # digests of the sets that do not use it alone.
    data: dict = {"code": criterion.code, "title": criterion.title, "points": criterion.points}
    data |= {
        k: getattr(criterion, k)
        for k, empty in _CRITERION_EXTRAS.items()
        if getattr(criterion, k) != empty
    }
    if criterion.rules:
        data["rules"] = [_rule_to_dict(rule) for rule in criterion.rules]
    if criterion.options:
        data["options"] = [
            {"label": option.label, "points": option.points}
            | {
                k: getattr(option, k)
                for k, empty in _OPTION_EXTRAS.items()
                if getattr(option, k) != empty
            }
            for option in criterion.options
        ]
    if criterion.children:
        data["children"] = [_criterion_to_dict(child) for child in criterion.children]
    return data


def _criterion_from_dict(data: dict, part: str, section: str) -> Criterion:
    return Criterion(
        code=data["code"],
        title=data["title"],
        points=data["points"],
        part=part,
        section=section,
        options=tuple(
            Option(number=n, **option) for n, option in enumerate(data.get("options", ()), start=1)
        ),
        children=tuple(
            _criterion_from_dict(child, part, section) for child in data.get("children", ())
        ),
        rules=tuple(_rule_from_dict(rule) for rule in data.get("rules", ())),
        **{k: data[k] for k in _CRITERION_EXTRAS if k in data},
    )
