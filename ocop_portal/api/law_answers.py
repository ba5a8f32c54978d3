"""What the API says of the law: the law's frozen values as JSON, points as exact strings."""

import datetime
from collections.abc import Iterable
from typing import Annotated

from ninja import Schema
from pydantic import Field

from ocop_portal import law

from .law_forms import AdviceAsked, Sheet

Points = Annotated[
    str, Field(pattern=r"^-?\d+(\.\d+)?$", description="Điểm, số thập phân chính xác.")
]
Stars = Annotated[int, Field(ge=0, le=5)]


# --- Decisions --------------------------------------------------------------------------------


class AmendmentOut(Schema):
    number: str
    dated: datetime.date
    what: str
    not_applied: str = Field(
        description="Phần chưa áp dụng vì chưa tìm được văn bản; thường để trống."
    )


class DecisionBrief(Schema):
    slug: str = Field(description="Mã dùng trong địa chỉ.")
    number: str
    title: str
    dated: datetime.date
    in_force_from: datetime.date
    in_force_until: datetime.date | None = Field(
        description="Ngày cuối có hiệu lực; null là còn hiệu lực."
    )
    amended_by: list[AmendmentOut]
    sets: int = Field(description="Số bộ tiêu chí trong bảng phân loại.")


class BandOut(Schema):
    stars: Stars
    minimum: Points = Field(
        description="Từ điểm này trở lên, đến dưới điểm tối thiểu của hạng trên."
    )
    printed: str = Field(description="Nguyên văn trong Quyết định.")


class LevelOut(Schema):
    code: str
    name: str
    authority: str
    recognises: list[int] = Field(description="Các hạng sao mà cấp này công nhận.")
    refers_from: Points | None = Field(description="Từ điểm này thì chuyển hồ sơ lên `refers_to`.")
    refers_to: str
    returns_below: Points | None = Field(description="Dưới điểm này thì trả hồ sơ để hoàn thiện.")
    valid_from: datetime.date | None
    valid_until: datetime.date | None


class PaperOut(Schema):
    code: str
    name: str
    mandatory: bool
    form: str = Field(description="“file” là giấy tờ, “physical” là mẫu sản phẩm.")
    quantity: int | None
    condition: str = Field(description="Chỉ cần khi; để trống là luôn cần.")


class CalendarOut(Schema):
    code: str
    what: str
    level: str = Field(description="Ai phải làm: producer, commune, district, province, centre.")
    before: str | None = Field(description="Hằng năm, trước ngày này: tháng-ngày, như “04-30”.")
    working_days: int | None = Field(description="Số ngày làm việc kể từ việc nêu ở `what`.")
    days: int | None = Field(description="Số ngày kể từ việc nêu ở `what`.")
    days_before_from: int | None = Field(description="Sớm nhất bao nhiêu ngày trước khi hết hạn.")
    days_before_to: int | None = Field(description="Muộn nhất bao nhiêu ngày trước khi hết hạn.")
    valid_from: datetime.date | None
    valid_until: datetime.date | None


class CheckOut(Schema):
    code: str
    star: Stars
    text: str
    source: str
    from_day: datetime.date
    not_for_services: bool


class FollowedSet(Schema):
    decision: str
    number: int


class SetBrief(Schema):
    number: int
    name: str
    branch: str
    group: str
    agency: str
    is_service: bool
    state: str = Field(
        description=(
            "“transcribed” đã chép, “reconstructed in part” có chỗ khôi phục, “missing” chưa có văn"
            " bản."
        )
    )
    usable: bool = Field(description="Dùng để chấm được hay chưa.")
    follows: list[FollowedSet] = Field(
        description="Bộ của Quyết định trước mà bộ này nối tiếp theo tên gọi; chỉ là gợi ý."
    )


class DecisionFull(DecisionBrief):
    bands: list[BandOut]
    part_points: dict[str, Points] = Field(description="Điểm tối đa của các phần A, B, C.")
    levels: list[LevelOut]
    star_rule: str = Field(description="Lời in về dấu sao bên phương án; để trống khi không in.")
    calendar: list[CalendarOut]
    checks: list[CheckOut] = Field(
        description="Câu hỏi mà hội đồng tự trả lời, vì văn bản chưa được chép đủ."
    )
    certificate_months: int
    certificate_from_stars: int
    product_code_pattern: str = Field(description="Dạng của mã sản phẩm, biểu thức chính quy.")
    dossier: list[PaperOut]
    readings: list[str] = Field(description="Cách hiểu những chỗ Quyết định không nói rõ.")
    open_questions: list[str] = Field(description="Những chỗ nguồn để ngỏ, chưa trả lời được.")
    sets: list[SetBrief] = Field(description="Các bộ tiêu chí theo số, kể cả bộ chưa dùng được.")


def _named(value, form: type[Schema]) -> dict:
    """What the form names, as it stands in the law's value."""
    return {name: getattr(value, name) for name in form.model_fields}


def _brief(decision: law.Decision) -> dict:
    names = ("slug", "number", "title", "dated", "in_force_from", "in_force_until")
    return {name: getattr(decision, name) for name in names} | {
        "amended_by": [_named(amendment, AmendmentOut) for amendment in decision.amended_by],
    }


def decision_brief(decision: law.Decision) -> dict:
    return _brief(decision) | {"sets": len(decision.sets)}


def decision_full(decision: law.Decision, sets: Iterable[law.SetSummary]) -> dict:
    """`sets`: its sets as they can be used today, with those that were published in the portal."""
    return _brief(decision) | {
        "bands": [_band(band) for band in decision.bands],
        "part_points": {code: str(points) for code, points in decision.part_points.items()},
        "levels": [
            _named(level, LevelOut)
            | {
                "refers_from": _points(level.refers_from),
                "returns_below": _points(level.returns_below),
            }
            for level in decision.levels
        ],
        "star_rule": decision.star_rule,
        "calendar": [
            _named(item, CalendarOut)
            | {"before": item.before and "{:02d}-{:02d}".format(*item.before)}
            for item in decision.calendar
        ],
        "checks": [_named(check, CheckOut) for check in decision.checks],
        "certificate_months": decision.certificate_months,
        "certificate_from_stars": decision.certificate_from_stars,
        "product_code_pattern": decision.product_code_pattern,
        "dossier": [_named(item, PaperOut) for item in decision.dossier],
        "readings": list(decision.readings),
        "open_questions": list(decision.open_questions),
        "sets": [
            _named(item, SetBrief)
            | {"follows": [{"decision": slug, "number": n} for slug, n in item.follows]}
            for item in sets
        ],
    }


def _band(band: law.Band) -> dict:
    return {"stars": band.stars, "minimum": str(band.minimum), "printed": band.printed}


def _points(points: int | None) -> str | None:
    return None if points is None else str(points)


# --- A set ------------------------------------------------------------------------------------


class RuleOut(Schema):
    key: str = Field(
        description="Khóa để khai báo ở `knock_outs` hoặc `gates`; không đổi trong bộ."
    )
    kind: str
    where: str = Field(description="Mã tiêu chí, hoặc “header” là của cả bộ.")
    text: str
    declarable: bool = Field(
        description="Người chấm khai báo; nếu không thì tự áp dụng hoặc chỉ để đọc."
    )
    when_zero: list[str] = Field(description="Tự dừng chấm khi một trong các tiêu chí này 0 điểm.")
    not_when: dict[str, list[int]] = Field(
        description="Không áp dụng khi tiêu chí này chọn một trong các phương án này, hoặc null."
    )


class OptionOut(Schema):
    number: int = Field(description="Số thứ tự, đếm từ 1 theo thứ tự in.")
    label: str
    points: Points
    case: str = Field(description="“A” hoặc “B” khi tiêu chí in hai trường hợp.")
    min_star: int | None = Field(description="Mức tối thiểu phải đạt của hạng sao này.")
    printed_points: Points | None = Field(description="Điểm in trong bản chép, khi khác điểm dùng.")
    reconstructed: bool


class CriterionOut(Schema):
    code: str
    printed_code: str
    title: str
    points: Points = Field(description="Điểm tối đa.")
    mode: str = Field(description="“one_of”: chỉ chấm một trong các tiêu chí thành phần.")
    min_star: int | None
    implied: bool = Field(description="Quyết định không in phương án; suy từ điểm.")
    rules: list[RuleOut]
    options: list[OptionOut]
    children: list["CriterionOut"]


class SectionOut(Schema):
    code: str
    title: str
    points: Points
    note: str
    criteria: list[CriterionOut]


class PartOut(Schema):
    code: str
    title: str
    points: Points
    sections: list[SectionOut]


class DoubtOut(Schema):
    where: str
    about: str
    why: str


class SetFull(Schema):
    decision: str
    number: int
    version: int
    digest: str = Field(description="SHA-256 của nội dung: đổi khi và chỉ khi nội dung đổi.")
    name: str
    branch: str
    group: str
    agency: str
    is_service: bool
    state: str
    doubts: list[DoubtOut] = Field(description="Những chỗ đã biết là chưa chắc.")
    bands: list[BandOut]
    star_marks: dict[str, dict[str, Points]] = Field(
        description="Hạng sao → mã tiêu chí → điểm tối thiểu phải đạt."
    )
    rules: list[RuleOut] = Field(
        description="Quy định của cả bộ; quy định của tiêu chí nằm ở tiêu chí."
    )
    parts: list[PartOut]


def set_full(found: law.CriteriaSet) -> dict:
    names = (
        *("decision", "number", "version", "digest", "name", "branch", "group", "agency"),
        *("is_service", "state"),
    )
    return {name: getattr(found, name) for name in names} | {
        "doubts": [{"where": d.where, "about": d.about, "why": d.why} for d in found.doubts],
        "bands": [_band(band) for band in found.bands],
        "star_marks": {
            str(star): {code: str(points) for code, points in marks.items()}
            for star, marks in found.star_marks.items()
        },
        "rules": [_rule(rule) for rule in found.header_rules],
        "parts": [
            _titled(part)
            | {
                "sections": [
                    _titled(section)
                    | {
                        "note": section.note,
                        "criteria": [_criterion(criterion) for criterion in section.criteria],
                    }
                    for section in part.sections
                ]
            }
            for part in found.parts
        ],
    }


def _titled(place: law.Part | law.Section | law.Criterion) -> dict:
    return {"code": place.code, "title": place.title, "points": str(place.points)}


def _criterion(criterion: law.Criterion) -> dict:
    return _titled(criterion) | {
        "printed_code": criterion.printed_code,
        "mode": criterion.mode,
        "min_star": criterion.min_star,
        "implied": criterion.implied,
        "rules": [_rule(rule) for rule in criterion.rules],
        "options": [
            {
                "number": option.number,
                "label": option.label,
                "points": str(option.points),
                "case": option.case,
                "min_star": option.min_star,
                "printed_points": _points(option.printed_points),
                "reconstructed": option.reconstructed,
            }
            for option in criterion.options
        ],
        "children": [_criterion(child) for child in criterion.children],
    }


def _rule(rule: law.Rule) -> dict:
    return {
        "key": rule.key,
        "kind": rule.kind,
        "where": rule.where,
        "text": rule.text,
        "declarable": rule.declarable,
        "when_zero": list(rule.when_zero),
        "not_when": {code: list(numbers) for code, numbers in rule.not_when},
    }


# --- A sheet ----------------------------------------------------------------------------------


class Scored(Schema):
    decision: str
    set: int
    version: int
    digest: str
    points: dict[str, Points] = Field(
        description="Điểm từng tiêu chí; 0 khi chưa chấm hoặc không áp dụng."
    )
    parts: dict[str, Points] = Field(description="Điểm từng phần.")
    total: Points
    band: Stars = Field(description="Hạng theo khung điểm, chưa xét mức tối thiểu.")
    stars: Stars = Field(description="Hạng sao: theo khung điểm và mức tối thiểu; 0 khi bị loại.")
    disqualified: bool
    complete: bool = Field(description="Đã chấm đủ mọi tiêu chí áp dụng.")
    missing: list[str] = Field(description="Tiêu chí còn phải chấm.")
    unmet_marks: dict[str, list[str]] = Field(
        description="Hạng sao → tiêu chí chưa đạt mức tối thiểu của hạng đó."
    )
    not_applicable: list[str] = Field(description="Tiêu chí không chấm, theo quy định của bộ.")
    knock_outs: list[str]
    gates: list[str] = Field(description="Quy định dừng chấm đã áp dụng, cả loại tự động.")


class ChangeOut(Schema):
    code: str
    title: str
    from_option: int | None = Field(description="null khi chưa chấm hoặc không đạt phương án nào.")
    to_option: int
    to_label: str
    points_from: Points
    points_to: Points
    gain: Points
    steps: int = Field(description="Số bậc phải lên.")
    needed_for: str = Field(
        description=(
            "“mark” để đạt mức tối thiểu của hạng `star`; “opens” để các tiêu chí ở `opens` được tính;"
            " “points” để thêm điểm."
        )
    )
    star: int | None
    opens: list[str]
    evidence: list[str] = Field(description="Minh chứng và yêu cầu, theo lời của Quyết định.")


class Advised(Schema):
    decision: str
    set: int
    version: int
    digest: str
    target: int
    points_needed: Points = Field(description="Tổng điểm tối thiểu của hạng sao muốn đạt.")
    reachable: bool
    already_there: bool
    total_now: Points
    stars_now: Stars
    total_then: Points
    stars_then: Stars
    changes: list[ChangeOut]
    carried: dict[str, Points] = Field(
        description="Điểm tính thêm mà không phải thay đổi gì: câu trả lời giữ nguyên nay được tính."
    )
    blockers: list[str] = Field(description="Những gì ngăn hạng sao muốn đạt, khi không thể đạt.")
    best_reachable_star: Stars


def _which(found: law.CriteriaSet) -> dict:
    """Which set and version an answer rests on."""
    return {
        "decision": found.decision,
        "set": found.number,
        "version": found.version,
        "digest": found.digest,
    }


def scored(found: law.CriteriaSet, sheet: Sheet) -> dict:
    score = law.score(found, sheet.choices, knock_outs=sheet.knock_outs, gates=sheet.gates)
    return _which(found) | {
        "points": {code: str(points) for code, points in score.points.items()},
        "parts": {code: str(points) for code, points in score.parts.items()},
        "total": str(score.total),
        "band": score.band,
        "stars": score.stars,
        "disqualified": score.disqualified,
        "complete": score.complete,
        "missing": list(score.missing),
        "unmet_marks": {str(star): list(codes) for star, codes in score.unmet_marks.items()},
        "not_applicable": list(score.not_applicable),
        "knock_outs": list(score.knock_outs),
        "gates": list(score.gates),
    }


def advised(found: law.CriteriaSet, asked: AdviceAsked) -> dict:
    advice = law.advise(
        found, asked.choices, asked.target, knock_outs=asked.knock_outs, gates=asked.gates
    )
    names = ("reachable", "already_there", "stars_now", "stars_then", "best_reachable_star")
    points = ("points_needed", "total_now", "total_then")
    return (
        _which(found)
        | {"target": advice.target_star}
        | {name: getattr(advice, name) for name in names}
        | {name: str(getattr(advice, name)) for name in points}
        | {
            "changes": [_change(change) for change in advice.changes],
            "carried": {code: str(points) for code, points in advice.carried.items()},
            "blockers": list(advice.blockers),
        }
    )


def _change(change: law.Change) -> dict:
    return {
        "code": change.code,
        "title": change.title,
        "from_option": change.from_option.number if change.from_option else None,
        "to_option": change.to_option.number,
        "to_label": change.to_option.label,
        "points_from": str(change.points_from),
        "points_to": str(change.points_to),
        "gain": str(change.gain),
        "steps": change.steps,
        "needed_for": change.needed_for,
        "star": change.star,
        "opens": list(change.opens),
        "evidence": list(change.evidence),
    }
