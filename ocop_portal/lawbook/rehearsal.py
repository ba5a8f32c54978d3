"""A sheet that a producer fills in alone: read from a query string, written back as one.

The whole sheet is its query string, so that nothing is kept on the server and a link carries it:

    qd=1048-2019&bo=1&v=1-8f3a01bc&1.1=2&1.2=0&loai=knock_out:9.1&dung=gate:10

`qd`, `bo`: Decision and number of the set. `v`: the format of this string (1) and the first eight
digits of the set's digest, by which a later reader sees that the set has been corrected since. Then
criterion code = option number, counted from 1 as printed, 0 for "none of these"; what is not
answered is left out. `loai`, `dung`: keys of the knock-outs and gates that the producer declares.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ocop_portal import law
from ocop_portal.law.criteria import CONDITIONAL, EVIDENCE, KNOCK_OUT, REQUIREMENT
from ocop_portal.text import normalise

from . import reading
from .versions import current_set

FORMAT = "1"
DIGEST_DIGITS = 8
MAX_LENGTH = (
    6000  # characters; the longest sheet of any set, percent signs and all, has under 2,000
)
DECISION, SET, VERSION, OUTS, GATES = "qd", "bo", "v", "loai", "dung"
TARGET = "dich"  # the star that the page is to show the way to; no part of the sheet
NONE_OF_THESE = "0"
# What other programs add to a link that is passed on; it says nothing of the sheet.
_ADDED_BY_OTHERS = re.compile(r"utm_\w+|fbclid|gclid|zarsrc|mibextid")
_NUMBER = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True)
class Fault:
    """Something in a query string that could not be taken: a word for programs, words to show."""

    code: str
    text: str


class BadSheet(ValueError):
    """A query string that is not wholly right; `faults` says what is wrong, in Vietnamese."""

    def __init__(self, *faults: Fault):
        super().__init__(" ".join(fault.text for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class SheetRead:
    """What could be read, and what could not.

    `choices` as `law.score` takes them: leaf code → option number, None for "none of these".
    """

    criteria_set: law.CriteriaSet
    choices: dict[str, int | None]
    knock_outs: tuple[str, ...]
    gates: tuple[str, ...]
    faults: tuple[Fault, ...]

    @property
    def query(self) -> str:
        """The same sheet as a clean query string."""
        return query_of(
            self.criteria_set, self.choices, knock_outs=self.knock_outs, gates=self.gates
        )


Sheet = tuple[law.CriteriaSet, dict[str, int | None], tuple[str, ...], tuple[str, ...]]


def parse(text: str, *, find: Callable[[str, int], law.CriteriaSet] = current_set) -> Sheet:
    """The sheet of a link or query string: (set, choices, knock-outs, gates), as `law.score` asks.

    BadSheet when anything in it is unknown, doubled or out of range, or when the set has been
    corrected since; LawError when the Decision or set is unknown or has no text. Takes nothing by
    halves: use `read` to keep what is right.
    """
    found = read(text, find=find)
    if found.faults:
        raise BadSheet(*found.faults)
    return found.criteria_set, found.choices, found.knock_outs, found.gates


def read(text: str, *, find: Callable[[str, int], law.CriteriaSet] = current_set) -> SheetRead:
    """As `parse`, but what is wrong is left out and told in `faults`.

    BadSheet where the set itself cannot be made out; LawError where it is unknown or has no text.
    """
    pairs = _pairs(text)
    criteria_set = find(*_which_set(pairs))
    # The link that opens an empty sheet names no version.
    opens = all(key in (DECISION, SET, TARGET) or not value for key, value in pairs)
    faults = [] if opens else _version_faults(criteria_set, _only(pairs, VERSION))
    choices: dict[str, int | None] = {}
    refused: set[str] = set()
    for key, value in pairs:
        if key in (DECISION, SET, VERSION, OUTS, GATES, TARGET) or _ADDED_BY_OTHERS.fullmatch(key):
            continue
        if not value or key in refused:
            continue
        answer, fault = _answer(criteria_set, key, value)
        if fault is None and key in choices and choices[key] != answer:
            fault = Fault(
                "doubled",
                _("Tiêu chí %s có hai câu trả lời khác nhau nên bỏ trống, hãy chọn lại.") % key,
            )
        if fault is None:
            choices[key] = answer
        else:
            faults.append(fault)
            refused.add(key)
            choices.pop(key, None)
    faults += _drop_second_cases(criteria_set, choices)
    outs, wrong_outs = _declared(pairs, OUTS, criteria_set.knock_outs)
    gates, wrong_gates = _declared(pairs, GATES, criteria_set.gates)
    return SheetRead(criteria_set, choices, outs, gates, (*faults, *wrong_outs, *wrong_gates))


def query_of(
    criteria_set: law.CriteriaSet,
    choices: Mapping[str, int | None],
    *,
    knock_outs: Iterable[str] = (),
    gates: Iterable[str] = (),
) -> str:
    """The sheet as a query string: the same sheet always gives the same string."""
    answered = [
        (leaf.code, choices[leaf.code]) for leaf in criteria_set.leaves if leaf.code in choices
    ]
    rules = [(OUTS, criteria_set.knock_outs, set(knock_outs))]
    rules += [(GATES, criteria_set.gates, set(gates))]
    return urlencode(
        [
            (DECISION, criteria_set.decision),
            (SET, criteria_set.number),
            (VERSION, version_of(criteria_set)),
            *((code, number or NONE_OF_THESE) for code, number in answered),
            *((name, rule.key) for name, all_, said in rules for rule in all_ if rule.key in said),
        ],
        safe=":",
    )


def version_of(criteria_set: law.CriteriaSet) -> str:
    """What `v` says of a sheet that is filled in with this set."""
    return f"{FORMAT}-{criteria_set.digest[:DIGEST_DIGITS]}"


def value_of(text: str, key: str) -> str:
    """The one value that a query string gives this key; empty when it gives none, or several."""
    return _only(_pairs(text), key)


def _pairs(text: str) -> list[tuple[str, str]]:
    if len(text) > MAX_LENGTH:
        raise BadSheet(Fault("too_long", _("Liên kết dài quá mức của một phiếu, không đọc được.")))
    query = text.strip().partition("#")[0]
    query = query.partition("?")[2] if "?" in query else query
    return [
        (normalise(key), normalise(value))
        for key, value in parse_qsl(query, keep_blank_values=True)
    ]


def _only(pairs: list[tuple[str, str]], key: str) -> str:
    values = {value for name, value in pairs if name == key}
    return values.pop() if len(values) == 1 else ""


def _which_set(pairs: list[tuple[str, str]]) -> tuple[str, int]:
    slug, number = _only(pairs, DECISION), _only(pairs, SET)
    if not slug or not _NUMBER.fullmatch(number):
        raise BadSheet(
            Fault("no_set", _("Liên kết không nêu rõ một Quyết định và một bộ tiêu chí."))
        )
    return slug, int(number)


def _version_faults(criteria_set: law.CriteriaSet, version: str) -> list[Fault]:
    form, _dash, digest = version.partition("-")
    if not version:
        return [
            Fault(
                "no_version", _("Liên kết không nêu phiên bản của bộ tiêu chí, hãy xem lại phiếu.")
            )
        ]
    if form != FORMAT:
        return [Fault("other_format", _("Liên kết theo mẫu khác với mẫu mà cổng này đọc được."))]
    if digest != criteria_set.digest[:DIGEST_DIGITS]:
        return [
            Fault(
                "changed",
                _(
                    "Bộ tiêu chí đã được sửa từ khi phiếu này được lập: hãy xem lại từng tiêu chí "
                    "trước khi dùng."
                ),
            )
        ]
    return []


def _answer(
    criteria_set: law.CriteriaSet, code: str, value: str
) -> tuple[int | None, Fault | None]:
    try:
        criterion = criteria_set.criterion(code)
    except law.UnknownCriterion:
        if code[:1].isdigit():
            text = _("Bộ tiêu chí này không có tiêu chí %s.") % _short(code)
            return None, Fault("unknown_criterion", text)
        text = _("Liên kết có mục “%s” không thuộc phiếu.") % _short(code)
        return None, Fault("unknown_key", text)
    if criterion.children:
        text = _("Tiêu chí %s được chấm qua các tiêu chí thành phần.") % code
        return None, Fault("heading", text)
    if value == NONE_OF_THESE:
        return None, None
    if not _NUMBER.fullmatch(value) or criterion.option(int(value)) is None:
        text = _("Tiêu chí %(code)s không có mức “%(value)s”.")
        return None, Fault("no_option", text % {"code": code, "value": _short(value)})
    return int(value), None


def _drop_second_cases(
    criteria_set: law.CriteriaSet, choices: dict[str, int | None]
) -> list[Fault]:
    """Of children that exclude one another the first marked one is kept."""
    faults = []
    for criterion in criteria_set.criteria:
        if criterion.mode != "one_of":
            continue
        cases = [[found.code for found in child.walk()] for child in criterion.children]
        marked = [case for case in cases if any(choices.get(code) is not None for code in case)]
        for case in marked[1:]:
            for code in case:
                choices.pop(code, None)
        if len(marked) > 1:
            text = _("Tiêu chí %s chỉ chấm một trong các trường hợp: đã giữ trường hợp đầu.")
            faults.append(Fault("both_cases", text % criterion.code))
    return faults


def _declared(
    pairs: list[tuple[str, str]], name: str, rules: Iterable[law.Rule]
) -> tuple[tuple[str, ...], list[Fault]]:
    said = {value for key, value in pairs if key == name and value}
    known = [rule.key for rule in rules if rule.declarable]
    text = _("Bộ tiêu chí này không có quy định “%s” để khai.")
    faults = [Fault("unknown_rule", text % _short(key)) for key in sorted(said.difference(known))]
    return tuple(key for key in known if key in said), faults


def _short(text: str) -> str:
    return text if len(text) <= 20 else text[:20] + "…"


# --- What the sheet is worth ------------------------------------------------------------------

# Numbers as they are said; above that, digits.
_COUNTS = (
    gettext_lazy("một"),
    gettext_lazy("hai"),
    gettext_lazy("ba"),
    gettext_lazy("bốn"),
    pgettext_lazy("số đếm", "năm"),
    gettext_lazy("sáu"),
    gettext_lazy("bảy"),
    gettext_lazy("tám"),
    gettext_lazy("chín"),
    gettext_lazy("mười"),
)


@dataclass(frozen=True)
class UnmetMarks:
    """A star, and the criteria below the level that is printed as its least."""

    star: int
    criteria: tuple[law.Criterion, ...]


@dataclass(frozen=True)
class Outcome:
    """What a sheet is worth, and what would bring a higher star.

    `targets`: the stars above its own, `advice`: the way to one of them; None where there is none
    above, or for a product that is knocked out. `points_missing`: to the band of that star, 0 once
    the total is in it. `unmet`: printed marks that keep the product below it. `ruled_out`:
    criterion → why it is not scored.
    """

    criteria_set: law.CriteriaSet
    score: law.Score
    answered: int
    targets: tuple[int, ...]
    advice: law.Advice | None
    points_missing: int
    unmet: tuple[UnmetMarks, ...]
    ruled_out: dict[str, str]
    knock_outs: tuple[law.Rule, ...]

    @property
    def parts(self) -> list[tuple[law.Part, int]]:
        return [(part, self.score.parts[part.code]) for part in self.criteria_set.parts]

    @property
    def to_answer(self) -> int:
        """How many criteria apply, answered or not."""
        return len(self.criteria_set.leaves) - len(self.score.not_applicable)

    @property
    def first_missing(self) -> str:
        return self.score.missing[0] if self.score.missing else ""

    @property
    def sentence(self) -> str:
        """Where the producer stands and how far the star aimed at is, in one sentence."""
        if self.score.disqualified:
            return _("Sản phẩm thuộc trường hợp bị loại nên không được xếp hạng sao.")
        words = {
            "points": law.show_points(self.score.total, places=1),
            "stars": self.score.stars,
        }
        if self.advice is None:
            return _("Anh/chị đang ở %(points)s điểm, hạng %(stars)s sao, hạng cao nhất.") % words
        words["target"] = self.advice.target_star
        words["count"] = count_word(len(self.advice.changes))
        if self.advice.reachable:
            text = _(
                "Anh/chị đang ở %(points)s điểm, hạng %(stars)s sao; %(count)s thay đổi sau đưa "
                "lên %(target)s sao."
            )
        else:
            text = _(
                "Anh/chị đang ở %(points)s điểm, hạng %(stars)s sao; chưa có cách nào lên "
                "%(target)s sao."
            )
        return text % words


def count_word(count: int) -> str:
    """A small number as it is said: 4 → "bốn"."""
    return str(_COUNTS[count - 1]) if 1 <= count <= len(_COUNTS) else str(count)


def outcome_of(sheet: SheetRead, *, target: int | None = None) -> Outcome:
    """What the sheet is worth under the law; an unanswered criterion counts 0 for now.

    `target`: the star aimed at; the next one where it is left out or not above the sheet's own.
    """
    criteria_set = sheet.criteria_set
    declared = {"knock_outs": sheet.knock_outs, "gates": sheet.gates}
    score = law.score(criteria_set, sheet.choices, **declared)
    stars = sorted(band.stars for band in criteria_set.bands if band.stars > score.stars)
    targets = () if score.disqualified else tuple(stars)
    advice, missing = None, 0
    if targets:
        aim = target if target in targets else targets[0]
        advice = law.advise(criteria_set, sheet.choices, aim, **declared)
        missing = max(0, advice.points_needed - score.total)
    return Outcome(
        criteria_set=criteria_set,
        score=score,
        answered=sum(code not in score.not_applicable for code in sheet.choices),
        targets=targets,
        advice=advice,
        points_missing=missing,
        unmet=tuple(
            UnmetMarks(star, tuple(criteria_set.criterion(code) for code in codes))
            for star, codes in score.unmet_marks.items()
            if advice and star <= advice.target_star
        ),
        ruled_out=_ruled_out(criteria_set, sheet.choices, score),
        knock_outs=tuple(rule for rule in criteria_set.knock_outs if rule.key in score.knock_outs),
    )


def _ruled_out(
    criteria_set: law.CriteriaSet, choices: Mapping[str, int | None], score: law.Score
) -> dict[str, str]:
    """Why each criterion that does not apply is not scored."""
    because: dict[str, str] = {}
    for rule in criteria_set.rules:
        if rule.kind == CONDITIONAL and any(
            code in choices and choices[code] in (None, *numbers) for code, numbers in rule.not_when
        ):
            for found in criteria_set.criterion(rule.where).walk():
                because.setdefault(found.code, rule.text)
    for criterion in criteria_set.criteria:
        if criterion.mode == "one_of":
            for child in criterion.children:
                if all(choices.get(found.code) is None for found in child.walk()):
                    for found in child.walk():
                        because.setdefault(found.code, _("Đã chọn trường hợp khác"))
    gates = {rule.key: rule.text for rule in criteria_set.gates}
    stopped = gates[score.gates[0]] if score.gates else ""
    return {code: because.get(code) or stopped for code in score.not_applicable}


# --- The sheet as a form and as a report ------------------------------------------------------


@dataclass(frozen=True)
class RuleQuestion:
    """A knock-out or a gate, asked of the producer; `name` is the field's."""

    rule: law.Rule
    name: str
    said: bool

    @property
    def is_knock_out(self) -> bool:
        return self.name == OUTS


@dataclass(frozen=True)
class Question:
    """A criterion with what was answered: an option number, 0 for "none of these", or None.

    `ruled_out`: why it is not scored. `offers_none`: no level of 0 points is printed, or 0 was
    answered all the same. `is_case`: one of several cases, so the answer can be taken back.
    """

    row: reading.CriterionRow
    chosen: int | None
    points: int
    ruled_out: str
    offers_none: bool
    is_case: bool
    rules: tuple[RuleQuestion, ...]


@dataclass(frozen=True)
class SectionForm:
    section: reading.SectionRow
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class PartForm:
    part: reading.PartRow
    sections: tuple[SectionForm, ...]


@dataclass(frozen=True)
class SheetForm:
    """The whole sheet in printed order; `rules` and `notes` hold for the set as a whole."""

    notes: tuple[reading.Note, ...]
    rules: tuple[RuleQuestion, ...]
    parts: tuple[PartForm, ...]


def form_of(sheet: SheetRead, outcome: Outcome) -> SheetForm:
    """The sheet as a form, filled in with what was read."""
    table = reading.table_of(sheet.criteria_set, questions=True)
    cases = {
        found.code
        for criterion in sheet.criteria_set.criteria
        if criterion.mode == "one_of"
        for child in criterion.children
        for found in child.walk()
    }

    def question(row: reading.CriterionRow) -> Question:
        criterion = row.criterion
        answered = criterion.code in sheet.choices
        chosen = (sheet.choices[criterion.code] or 0) if answered else None
        return Question(
            row,
            chosen=chosen,
            points=outcome.score.points.get(criterion.code, 0),
            ruled_out=outcome.ruled_out.get(criterion.code, ""),
            offers_none=not criterion.has_printed_zero or chosen == 0,
            is_case=criterion.code in cases,
            rules=_rule_questions(criterion.rules, sheet),
        )

    return SheetForm(
        table.notes,
        _rule_questions(sheet.criteria_set.header_rules, sheet),
        tuple(
            PartForm(
                part,
                tuple(
                    SectionForm(section, tuple(question(row) for row in section.rows))
                    for section in part.sections
                ),
            )
            for part in table.parts
        ),
    )


def _rule_questions(rules: Iterable[law.Rule], sheet: SheetRead) -> tuple[RuleQuestion, ...]:
    said = {*sheet.knock_outs, *sheet.gates}
    return tuple(
        RuleQuestion(rule, OUTS if rule.kind == KNOCK_OUT else GATES, rule.key in said)
        for rule in rules
        if rule.declarable
    )


@dataclass(frozen=True)
class ReportRow:
    """A criterion on the report: the level that was chosen in words, and what would prove it."""

    criterion: law.Criterion
    code: str
    level: str
    answered: bool
    points: int
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class ReportPart:
    part: law.Part
    points: int
    rows: tuple[ReportRow, ...]


SELF_ASSESSMENT = "self_assessment"  # the code of that paper in a Decision's dossier list


def form_name(decision: law.Decision) -> str:
    """The name of the self-assessment form that the Decision asks for; empty when it asks for none."""
    names = [item.name for item in decision.dossier if item.code == SELF_ASSESSMENT]
    return names[0] if names else ""


def report_of(sheet: SheetRead, outcome: Outcome) -> list[ReportPart]:
    """The sheet as a table: every criterion that is marked, part by part."""

    def row(leaf: law.Criterion) -> ReportRow:
        answered = leaf.code in sheet.choices and leaf.code not in outcome.ruled_out
        option = leaf.option(sheet.choices[leaf.code] or 0) if answered else None
        if leaf.code in outcome.ruled_out:
            level = _("Không chấm: %s") % outcome.ruled_out[leaf.code]
        elif not answered:
            level = _("Chưa trả lời")
        else:
            level = option.label if option else _("Không đạt mức nào")
        return ReportRow(
            leaf,
            code=leaf.printed_code or leaf.code,
            level=level,
            answered=answered,
            points=outcome.score.points[leaf.code],
            evidence=tuple(r.text for r in leaf.rules if r.kind in (EVIDENCE, REQUIREMENT)),
        )

    return [
        ReportPart(
            part,
            outcome.score.parts[part.code],
            tuple(row(leaf) for leaf in sheet.criteria_set.leaves if leaf.part == part.code),
        )
        for part in sheet.criteria_set.parts
    ]
