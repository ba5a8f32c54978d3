"""What is wrong in a Decision's files, told apart from what is known and declared to be wrong."""

import datetime
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
from .model import Decision, Level

# What a doubt may be about beyond the kinds of fault below: things no arithmetic can find.
TOLD_ONLY = ("reconstruction", "wording", "reading")


@dataclass(frozen=True)
class Fault:
    """Something wrong, or uncertain, at a place of a Decision.

    `set_number` is None for the Decision itself. `kind`: file, missing, sum, maximum, levels,
    cases, marks, codes, numbering, rules, state, doubts, bands, dates, frozen; or what a doubt is
    about.
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
            if criteria_set.star_marks and not decision.star_rule:
                what = "có dấu sao nhưng Quyết định không nói dấu sao nghĩa là gì"
                found.append(Fault(HEADER, what, False, "marks", item.number))
            found.extend(_frozen_faults(decision, criteria_set))
    return tuple(found)


def unpublished(decision: Decision) -> tuple[CriteriaSet, ...]:
    """The sets, as they stand in the files, whose version is newer than any published one.

    Sets that are missing or cannot be read are left out; `faults_of` tells of them.
    """
    newest: dict[int, int] = {}
    for item in decision.published:
        newest[item.set_number] = max(item.version, newest.get(item.set_number, 0))
    found = []
    for item in decision.sets:
        try:
            criteria_set = decision.criteria_set(item.number)
        except LawError:
            continue
        if criteria_set.version > newest.get(item.number, 0):
            found.append(criteria_set)
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
    places = Counter((doubt.where, doubt.about) for doubt in criteria_set.doubts)
    for (where, about), times in places.items():
        if times > 1:
            found.append(_fault(where, "doubts", f"nghi vấn “{about}” khai báo {times} lần"))
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
    for where, what in _level_faults(decision):
        yield fault(where, what)
    amended_by = {amendment.number: amendment.dated for amendment in decision.amended_by}
    for check in decision.checks:
        if check.source not in amended_by:
            yield fault("rules", f"câu hỏi “{check.code}” dẫn văn bản không sửa Quyết định này")
        elif check.from_day < amended_by[check.source]:
            yield fault("dates", f"câu hỏi “{check.code}” có trước văn bản đặt ra nó")
    if decision.in_force_until and decision.in_force_until < decision.in_force_from:
        yield fault("dates", "ngày hết hiệu lực trước ngày có hiệu lực")
    for item in decision.sets:
        for slug, number in item.follows:
            try:
                find_decision(slug).summary(number)
            except LawError:
                yield fault("rules", f"bộ {item.number} nối tiếp bộ không có: {slug}, bộ {number}")
    numbers = {item.number for item in decision.sets if item.usable}
    for version in decision.published:
        if version.set_number not in numbers:
            yield fault("frozen", f"đã công bố bộ {version.set_number} nhưng không còn bộ này")
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


def _level_faults(decision: Decision) -> Iterator[tuple[str, str]]:
    """Kind and words of what is wrong with the levels, on every day on which one of them changes."""
    for level in decision.levels:
        same = [other for other in decision.levels if other.code == level.code]
        if level.valid_from and level.valid_until and level.valid_until < level.valid_from:
            yield "dates", f"{level.name}: ngày cuối trước ngày đầu"
        elif any(_overlap(level, other) for other in same if other is not level):
            yield "dates", f"{level.name}: hai giai đoạn chồng lên nhau"
    days = {decision.in_force_from, *(x.valid_from for x in decision.levels if x.valid_from)}
    for day in sorted(days):
        levels = decision.levels_on(day)
        codes = [level.code for level in levels]
        for level in levels:
            if level.refers_to and level.refers_to not in codes:
                yield "rules", f"{level.name} chuyển hồ sơ tới cấp không có: {level.refers_to}"
        recognised = sorted(star for level in levels for star in level.recognises)
        if recognised != [3, 4, 5]:
            yield "rules", f"từ {day:%d/%m/%Y}: mỗi hạng 3, 4, 5 sao phải do đúng một cấp công nhận"


def _overlap(one: Level, other: Level) -> bool:
    first = max(one.valid_from or datetime.date.min, other.valid_from or datetime.date.min)
    last = min(one.valid_until or datetime.date.max, other.valid_until or datetime.date.max)
    return first <= last


def _frozen_faults(decision: Decision, criteria_set: CriteriaSet) -> Iterator[Fault]:
    """A published version must stay as it was; a correction is a new version, to be published."""
    versions = {
        item.version: item for item in decision.published if item.set_number == criteria_set.number
    }
    known = versions.get(criteria_set.version)
    if known is None:
        newest = max(versions, default=0)
        what = (
            f"phiên bản {criteria_set.version} chưa công bố"
            if criteria_set.version > newest
            else f"phiên bản {criteria_set.version} cũ hơn phiên bản đã công bố {newest}"
        )
    elif known.digest != criteria_set.digest:
        what = (
            f"phiên bản {known.version} đã công bố ngày {known.on:%d/%m/%Y} nhưng nội dung đã khác; "
            "sửa đổi phải là một phiên bản mới"
        )
    else:
        return
    yield replace(_fault(HEADER, "frozen", what), set_number=criteria_set.number)


def _computed(criteria_set: CriteriaSet, part_points: dict[str, int]) -> Iterator[Fault]:
    yield from _sum_faults(criteria_set, part_points)
    yield from _code_faults(criteria_set)
    for leaf in criteria_set.leaves:
        yield from _option_faults(leaf)
    yield from _mark_faults(criteria_set)
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


# The letters in the order in which the Decisions number with them.
LETTERS = "abcdđeghiklmnopqrstuvxy"


def _gaps(codes: list[str]) -> Iterator[Fault]:
    """A jump in the printed numbers or letters may be a criterion that the transcription lost."""
    if len(codes) == 1 and "." not in codes[0]:
        return  # the levels of a section: it bears the section's own number
    tails = [code.rpartition(".")[2] for code in codes]
    letters = all(len(tail) == 1 and tail in LETTERS for tail in tails)
    last, shown = 0, "đầu"
    for code, tail in zip(codes, tails, strict=True):
        place = LETTERS.index(tail) + 1 if letters else int(tail) if tail.isdecimal() else None
        if place != last + 1:
            yield _fault(code, "numbering", f"số thứ tự nhảy từ {shown} sang {tail}")
        last, shown = place or last + 1, tail


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
    for label, times in Counter((o.case, o.label) for o in leaf.options).items():
        if times > 1:
            yield _fault(leaf.code, "levels", f"{times} phương án cùng lời “{label[1]}”")
    cases = {option.case for option in leaf.options}
    if leaf.has_cases and cases != {"A", "B"}:
        yield _fault(
            leaf.code, "cases", "mọi phương án phải thuộc trường hợp A hoặc B, và có đủ cả hai"
        )


def _mark_faults(criteria_set: CriteriaSet) -> Iterator[Fault]:
    """Star marks that cannot be read as printed: more points must never mean fewer stars."""
    cases = {
        found.code
        for criterion in criteria_set.criteria
        if criterion.mode
        for child in criterion.children
        for found in child.walk()
    }
    for criterion in criteria_set.criteria:
        marked = [option for option in criterion.options if option.min_star]
        if (marked or criterion.min_star) and criterion.code in cases:
            yield _fault(criterion.code, "marks", "dấu sao đứng trong một trường hợp để lựa chọn")
        if criterion.min_star and criterion.children:
            yield _fault(criterion.code, "marks", "dấu sao đứng ở tiêu chí không được chấm")
        if criterion.min_star in [option.min_star for option in marked]:
            yield _fault(criterion.code, "marks", "cùng một dấu sao ở tiêu chí và ở phương án")
        if any(option.points <= 0 for option in marked):
            yield _fault(criterion.code, "marks", "dấu sao đứng ở phương án 0 điểm")
        rising = sorted(marked, key=lambda option: option.points)
        if any(
            higher.min_star <= lower.min_star or higher.points == lower.points
            for lower, higher in pairwise(rising)
        ):
            shown = ", ".join(f"{option.points} điểm {option.min_star} sao" for option in rising)
            yield _fault(criterion.code, "marks", f"dấu sao không tăng theo điểm: {shown}")


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
