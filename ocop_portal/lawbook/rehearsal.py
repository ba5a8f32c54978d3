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

from ocop_portal import law
from ocop_portal.text import normalise

from .versions import current_set

FORMAT = "1"
DIGEST_DIGITS = 8
MAX_LENGTH = (
    6000  # characters; the longest sheet of any set, percent signs and all, has under 2,000
)
DECISION, SET, VERSION, OUTS, GATES = "qd", "bo", "v", "loai", "dung"
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
    def is_empty(self) -> bool:
        return not (self.choices or self.knock_outs or self.gates)

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
    faults = _version_faults(criteria_set, _only(pairs, VERSION))
    choices: dict[str, int | None] = {}
    refused: set[str] = set()
    for key, value in pairs:
        if key in (DECISION, SET, VERSION, OUTS, GATES) or _ADDED_BY_OTHERS.fullmatch(key):
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
    """The one value of this key; empty when there is none, or when there are several."""
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
    """Of children that exclude one another the first answered one is kept."""
    faults = []
    for criterion in criteria_set.criteria:
        if criterion.mode != "one_of":
            continue
        cases = [[found.code for found in child.walk()] for child in criterion.children]
        answered = [case for case in cases if any(code in choices for code in case)]
        for case in answered[1:]:
            for code in case:
                choices.pop(code, None)
        if len(answered) > 1:
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
