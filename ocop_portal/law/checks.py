"""What is wrong in a Decision's files, told apart from what is known and declared to be wrong."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from .criteria import (
    CONDITIONAL,
    GATE,
    HEADER,
    MISSING,
    RECONSTRUCTED,
    RULE_KINDS,
    CriteriaSet,
    Criterion,
)
from .errors import LawError, LawFileError, MissingSet
from .library import decision as find_decision
from .model import Decision

# What a doubt may be about beyond the kinds of fault below: things no arithmetic can find.
TOLD_ONLY = ("reconstruction", "wording", "reading")


@dataclass(frozen=True)
class Fault:
    """Something wrong, or uncertain, at a place of a Decision.

    `set_number` is None for the Decision itself. `kind`: file, missing, sum, maximum, levels,
    cases, codes, numbering, rules, state, doubts, bands, dates; or what a doubt is about.
    `declared`: the files themselves say so, and why; only undeclared faults are mistakes.
    """

    where: str
    what: str
    declared: bool
    kind: str
    set_number: int | None = None


def faults(decision_slug: str) -> tuple[Fault, ...]:
    """Every fault of the Decision and of its sets, by set. UnknownDecision for an unknown slug."""
    return faults_of(find_decision(decision_slug))


def faults_of(decision: Decision) -> tuple[Fault, ...]:
    """Every fault of this Decision and of its sets, by set."""
    found = list(_decision_faults(decision))
    for item in decision.sets:
        try:
            criteria_set = decision.criteria_set(item.number)
        except MissingSet as gap:
            found.append(Fault(f"bộ {item.number}", str(gap), True, "missing", item.number))
        except LawFileError as error:
            found.append(Fault(f"bộ {item.number}", str(error), False, "file", item.number))
        else:
            found.extend(set_faults(criteria_set, part_points=decision.part_points))
    return tuple(found)


def set_faults(criteria_set: CriteriaSet, *, part_points: dict[str, int]) -> tuple[Fault, ...]:
    """Every fault of one set. A doubt at the same place and about the same kind declares it."""
    doubts = {(doubt.where, doubt.about): doubt for doubt in criteria_set.doubts}
    found, used = [], set()
    for fault in _computed(criteria_set, part_points):
        doubt = doubts.get((fault.where, fault.kind))
        if doubt:
            used.add((doubt.where, doubt.about))
            fault = replace(fault, declared=True, what=f"{fault.what} ({doubt.why})")
        found.append(fault)
    for place, doubt in doubts.items():
        if place in used:
            continue
        if doubt.about in TOLD_ONLY:
            found.append(Fault(doubt.where, doubt.why, True, doubt.about))
        else:
            found.append(
                Fault(
                    doubt.where,
                    f"khai báo nghi vấn “{doubt.about}” nhưng không thấy",
                    False,
                    "doubts",
                )
            )
    return tuple(replace(fault, set_number=criteria_set.number) for fault in found)


def _decision_faults(decision: Decision) -> Iterator[Fault]:
    def fault(kind: str, what: str) -> Fault:
        return Fault("Quyết định", what, False, kind)

    if sum(decision.part_points.values()) != 100:
        yield fault(
            "sum",
            f"điểm tối đa các phần cộng lại {sum(decision.part_points.values())}, phải là 100",
        )
    minima = sorted((band.minimum, band.stars) for band in decision.bands)
    if (
        [stars for _, stars in minima] != [1, 2, 3, 4, 5]
        or minima[0][0] != 0
        or len(dict(minima)) != 5
    ):
        yield fault("bands", "khung điểm phải có đủ 1–5 sao, bắt đầu từ 0 và tăng dần theo sao")
    numbers = [item.number for item in decision.sets]
    if numbers != list(range(1, len(numbers) + 1)):
        yield fault("codes", "số bộ sản phẩm không liên tục từ 1")
    codes = [level.code for level in decision.levels]
    for level in decision.levels:
        if level.refers_to and level.refers_to not in codes:
            yield fault("rules", f"{level.name} chuyển hồ sơ tới cấp không có: {level.refers_to}")
    amended_by = {amendment.number: amendment.dated for amendment in decision.amended_by}
    for check in decision.checks:
        if check.source not in amended_by:
            yield fault("rules", f"câu hỏi “{check.code}” dẫn văn bản không sửa Quyết định này")
        elif check.from_day < amended_by[check.source]:
            yield fault("dates", f"câu hỏi “{check.code}” có trước văn bản đặt ra nó")
    if decision.in_force_until and decision.in_force_until < decision.in_force_from:
        yield fault("dates", "ngày hết hiệu lực trước ngày có hiệu lực")
    # The legal forms must stand in the criterion they are taken from, in every set.
    for item in decision.sets:
        if item.usable:
            try:
                criterion = decision.criteria_set(item.number).criterion(
                    decision.legal_form_criterion
                )
            except LawError:
                continue  # reported with the set itself
            for form in decision.legal_forms:
                if not criterion.option(form.option):
                    yield fault(
                        "rules",
                        f"loại hình “{form.name}”: không có phương án này trong bộ {item.number}",
                    )


def _computed(criteria_set: CriteriaSet, part_points: dict[str, int]) -> Iterator[Fault]:
    yield from _sum_faults(criteria_set, part_points)
    yield from _code_faults(criteria_set)
    for leaf in criteria_set.leaves:
        yield from _option_faults(leaf)
    yield from _rule_faults(criteria_set)
    places = {HEADER, *_codes(criteria_set)}
    for doubt in criteria_set.doubts:
        if doubt.where not in places:
            yield _fault(doubt.where, "doubts", "nghi vấn trỏ tới chỗ không có trong bộ")
    rebuilt = any(option.reconstructed for leaf in criteria_set.leaves for option in leaf.options)
    if rebuilt != (criteria_set.state == RECONSTRUCTED) or criteria_set.state == MISSING:
        yield _fault(
            HEADER,
            "state",
            f"tình trạng “{criteria_set.state}” không khớp với các phương án khôi phục",
        )


def _sum_faults(criteria_set: CriteriaSet, part_points: dict[str, int]) -> Iterator[Fault]:
    if {part.code: part.points for part in criteria_set.parts} != part_points:
        yield _fault(HEADER, "sum", "điểm tối đa các phần khác Quyết định")
    for part in criteria_set.parts:
        yield from _sum(part.code, part.points, [section.points for section in part.sections])
        for section in part.sections:
            yield from _sum(
                section.code, section.points, [criterion.points for criterion in section.criteria]
            )
    for criterion in criteria_set.criteria:
        if criterion.children:
            points = [child.points for child in criterion.children]
            yield from _sum(
                criterion.code, criterion.points, [max(points)] if criterion.mode else points
            )


def _sum(where: str, points: int, below: list[int]) -> Iterator[Fault]:
    if sum(below) != points:
        yield _fault(where, "sum", f"ghi {points} điểm, cộng bên dưới được {sum(below)}")


def _code_faults(criteria_set: CriteriaSet) -> Iterator[Fault]:
    sections = [section.code for part in criteria_set.parts for section in part.sections]
    codes = [criterion.code for criterion in criteria_set.criteria]
    for found in (sections, codes):
        for code, times in Counter(found).items():
            if times > 1:
                yield _fault(code, "codes", f"mã {code} dùng {times} lần")
    yield from _gaps(sections)
    for part in criteria_set.parts:
        for section in part.sections:
            yield from _gaps([criterion.code for criterion in section.criteria])
    for criterion in criteria_set.criteria:
        yield from _gaps([child.code for child in criterion.children])


def _gaps(codes: list[str]) -> Iterator[Fault]:
    """A jump in the printed numbers may be a criterion that the transcription lost."""
    if len(codes) == 1 and "." not in codes[0]:
        return  # the levels of a section: it bears the section's own number
    last = 0
    for code in codes:
        tail = code.rpartition(".")[2]
        if not tail.isdecimal():
            return  # lettered codes are not counted
        if int(tail) != last + 1:
            yield _fault(code, "numbering", f"số thứ tự nhảy từ {last} sang {tail}")
        last = int(tail)


def _option_faults(leaf: Criterion) -> Iterator[Fault]:
    if not leaf.options:
        yield _fault(leaf.code, "levels", "không có phương án nào")
        return
    if max(option.points for option in leaf.options) != leaf.points:
        highest = max(option.points for option in leaf.options)
        yield _fault(
            leaf.code, "maximum", f"ghi {leaf.points} điểm, phương án cao nhất {highest} điểm"
        )
    for case in dict.fromkeys(option.case for option in leaf.options):
        points = [option.points for option in leaf.options if option.case == case]
        if any(later <= earlier for earlier, later in pairwise(points)) or points[0] < 0:
            shown = " / ".join(map(str, points))
            yield _fault(leaf.code, "levels", f"điểm các phương án không tăng dần: {shown}")
    cases = {option.case for option in leaf.options}
    if leaf.has_cases and cases != {"A", "B"}:
        yield _fault(
            leaf.code, "cases", "mọi phương án phải thuộc trường hợp A hoặc B, và có đủ cả hai"
        )


def _rule_faults(criteria_set: CriteriaSet) -> Iterator[Fault]:
    codes = {criterion.code for criterion in criteria_set.criteria}
    leaves = {leaf.code: leaf for leaf in criteria_set.leaves}
    order = list(leaves)
    for rule in criteria_set.rules:
        if rule.kind not in RULE_KINDS:
            yield _fault(rule.where, "rules", f"loại quy định không được biết: {rule.kind}")
        if rule.where != HEADER and rule.where not in codes:
            yield _fault(rule.where, "rules", f"quy định {rule.key} trỏ tới tiêu chí không có")
        for code in rule.when_zero:
            if code not in leaves:
                yield _fault(
                    rule.where, "rules", f"quy định {rule.key} trỏ tới tiêu chí không có: {code}"
                )
        if rule.kind == CONDITIONAL and not rule.not_when:
            yield _fault(rule.where, "rules", f"quy định {rule.key} không nói áp dụng khi nào")
        for code, numbers in rule.not_when:
            if code not in leaves:
                yield _fault(
                    rule.where, "rules", f"quy định {rule.key} trỏ tới tiêu chí không có: {code}"
                )
            elif not all(leaves[code].option(number) for number in numbers):
                yield _fault(
                    rule.where,
                    "rules",
                    f"quy định {rule.key} trỏ tới phương án không có của {code}",
                )
        if rule.kind == GATE and rule.where in leaves and order[-1] == rule.where:
            yield _fault(
                rule.where, "rules", f"quy định {rule.key} không còn bước nào phía sau để dừng"
            )
    keys = Counter(rule.key for rule in criteria_set.rules)
    for key, times in keys.items():
        if times > 1:
            yield _fault(key.partition(":")[2], "rules", f"quy định {key} dùng {times} lần")


def _codes(criteria_set: CriteriaSet) -> Iterator[str]:
    for part in criteria_set.parts:
        yield part.code
        yield from (section.code for section in part.sections)
    yield from (criterion.code for criterion in criteria_set.criteria)


def _fault(where: str, kind: str, what: str) -> Fault:
    return Fault(where, what, False, kind)
