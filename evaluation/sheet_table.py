"""A score sheet as the page shows it: parts, sections, criteria and levels in printed order."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from ocop_portal import law
from ocop_portal.law.criteria import CONDITIONAL, GATE, HEADER, KNOCK_OUT
from ocop_portal.lawbook.reading import Levels, levels_of

from .sheets import NONE_OF_THESE


@dataclass
class RuleRow:
    """A printed side rule; a declarable one carries what the member declared."""

    rule: law.Rule
    is_limiting: bool  # a gate or a knock-out: marked as a warning
    is_knock_out: bool
    declared: bool = False
    reason: str = ""


@dataclass
class CriterionRow:
    """A criterion with its levels, or a heading over the criteria below it."""

    criterion: law.Criterion
    rules: list[RuleRow]
    groups: tuple[Levels, ...] = ()
    chosen: int | None = None
    points: int = 0
    # What the producer's own sheet gives this criterion; None where there is none to show.
    producer_points: int | None = None
    offers_none: bool = False
    state: str = ""  # "done", "missing", "off", or nothing yet
    off_reason: str = ""
    note: str = ""  # what the member noted for themselves
    version: int = 0  # of the mark that is shown; 0: none
    related: list[str] = field(default_factory=list)  # kinds of paper to look at first
    # Where only one of several cases is marked: their heading, and which of them this belongs to.
    one_of: str = ""
    case: str = ""

    @property
    def is_heading(self) -> bool:
        return bool(self.criterion.children)

    @property
    def chose_none(self) -> bool:
        return self.chosen == NONE_OF_THESE

    @property
    def repeats_section(self) -> bool:
        """The levels are printed straight under the section: its heading need not come twice."""
        return self.criterion.code == self.criterion.section


def _cases(criteria: law.CriteriaSet) -> dict[str, tuple[str, str]]:
    """Criterion → heading and case, where only one of several cases is marked."""
    return {
        leaf.code: (heading.code, case.code)
        for heading in criteria.criteria
        if heading.mode == "one_of"
        for case in heading.children
        for leaf in case.walk()
    }


def other_case(*, closed: bool) -> str:
    """What stands on a case that is not marked because another one is; on an open sheet also how
    to mark this one instead."""
    why = _("Không chấm – đã chấm trường hợp khác")
    if closed:
        return why
    return why + _(". Muốn đổi, hãy chọn “Không đạt mức nào” ở trường hợp kia trước.")


def off_reasons(
    criteria: law.CriteriaSet, score: law.Score, *, closed: bool = False
) -> dict[str, str]:
    """Why each criterion that does not apply is not scored, in words; `closed`: to be read only."""
    order = [leaf.code for leaf in criteria.leaves]
    place = {code: index for index, code in enumerate(order)}
    stop, gate = len(order), None
    by_key = {rule.key: rule for rule in criteria.gates}
    for key in score.gates:
        rule = by_key[key]
        last = -1 if rule.where == HEADER else max(_places(criteria, rule.where, place))
        if last < stop:
            stop, gate = last, rule
    reasons = {}
    for code in score.not_applicable:
        if gate is not None and place[code] > stop:
            reasons[code] = (
                _("Không chấm – đã dừng đánh giá")
                if gate.where == HEADER
                else _("Không chấm – đã dừng đánh giá ở tiêu chí %s") % gate.where
            )
            continue
        condition = next(
            (
                rule.text
                for rule in criteria.rules
                if rule.kind == CONDITIONAL
                and code in {leaf.code for leaf in criteria.criterion(rule.where).walk()}
            ),
            "",
        )
        reasons[code] = (
            _("Không chấm – %s") % (condition[:1].lower() + condition[1:])
            if condition
            else other_case(closed=closed)
        )
    return reasons


def _places(criteria, code, place) -> list[int]:
    return [place[leaf.code] for leaf in criteria.criterion(code).walk() if not leaf.children]


def sheet_parts(
    criteria: law.CriteriaSet,
    score: law.Score,
    options: dict[str, int],
    declarations: dict[str, str],
    *,
    producer_points: dict[str, int] | None = None,
    ask_missing: bool = False,
    closed: bool = False,
) -> list[dict]:
    """The sheet's parts for the page.

    `producer_points`: `Candidate.told_by_producer`. `ask_missing`: mark what is still to be
    answered. `closed`: a sheet to be read; what was not answered is then shown as such.
    """
    reasons = off_reasons(criteria, score, closed=closed)
    cases = _cases(criteria)
    missing = set(score.missing) if ask_missing or closed else set()

    def rule_row(rule: law.Rule) -> RuleRow:
        return RuleRow(
            rule=rule,
            is_limiting=rule.kind in {GATE, KNOCK_OUT},
            is_knock_out=rule.kind == KNOCK_OUT,
            declared=rule.key in declarations,
            reason=declarations.get(rule.key, ""),
        )

    def row(criterion: law.Criterion) -> CriterionRow:
        rules = [rule_row(rule) for rule in criterion.rules]
        if criterion.children:
            return CriterionRow(criterion, rules)
        code = criterion.code
        state = "off" if code in reasons else "done" if code in options else ""
        if code in missing:
            state = "missing"
        return CriterionRow(
            criterion,
            rules,
            groups=levels_of(criterion),
            chosen=options.get(code),
            points=score.points[code],
            producer_points=(producer_points or {}).get(code),
            offers_none=not criterion.has_printed_zero,
            state=state,
            off_reason=reasons.get(code, ""),
            one_of=cases.get(code, ("", ""))[0],
            case=cases.get(code, ("", ""))[1],
        )

    return [
        {
            "part": part,
            "points": score.parts[part.code],
            "header_rules": [rule_row(rule) for rule in criteria.header_rules]
            if part is criteria.parts[0]
            else [],
            "sections": [
                {
                    "section": section,
                    # Levels printed straight under the section: its heading need not come twice.
                    "is_direct": [row.code for row in section.criteria] == [section.code]
                    and not section.criteria[0].children,
                    "rows": [
                        row(found) for criterion in section.criteria for found in criterion.walk()
                    ],
                }
                for section in part.sections
            ],
        }
        for part in criteria.parts
    ]


def with_notes(parts: list[dict], notes: dict[str, str], versions=None, related=None) -> list[dict]:
    """The sheet's parts with the member's notes; to be filled in, with what the form needs beside."""
    for part in parts:
        for section in part["sections"]:
            for row in section["rows"]:
                row.note = notes.get(row.criterion.code, "")
                row.version = (versions or {}).get(row.criterion.code, 0)
                row.related = (related or {}).get(row.criterion.code, [])
    return parts
