"""Vietnamese words for what the law's files name in English, and back."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ocop_portal.law import criteria

# As they stand in the spreadsheet and on screen.
KINDS = {
    criteria.KNOCK_OUT: gettext_lazy("bị loại"),
    criteria.GATE: gettext_lazy("dừng đánh giá"),
    criteria.CONDITIONAL: gettext_lazy("chỉ áp dụng khi"),
    criteria.ONE_OF_TWO_CASES: gettext_lazy("một trong hai trường hợp"),
    criteria.REQUIREMENT: gettext_lazy("yêu cầu"),
    criteria.EVIDENCE: gettext_lazy("minh chứng"),
    criteria.FULL_MARKS: gettext_lazy("điểm tối đa khi không yêu cầu"),
    criteria.EXPLANATION: gettext_lazy("giải thích"),
}

# What a doubt may be about: a kind of fault that it declares, or what no arithmetic can find.
ABOUTS = {
    "sum": gettext_lazy("tổng điểm"),
    "maximum": gettext_lazy("điểm cao nhất"),
    "levels": gettext_lazy("các phương án"),
    "cases": gettext_lazy("hai trường hợp"),
    "marks": gettext_lazy("dấu sao"),
    "codes": gettext_lazy("mã"),
    "numbering": gettext_lazy("số thứ tự"),
    "rules": gettext_lazy("ghi chú"),
    "reconstruction": gettext_lazy("khôi phục"),
    "wording": gettext_lazy("câu chữ"),
    "reading": gettext_lazy("cách hiểu"),
}


def kind_words(kind: str) -> str:
    """A kind of note in Vietnamese; a kind without words here shows under its own name."""
    return str(KINDS.get(kind, kind))


def about_words(about: str) -> str:
    """What a doubt is about, in Vietnamese; what has no words here shows under its own name."""
    return str(ABOUTS.get(about, about))


def condition_words(rule: dict) -> str:
    """When a gate bites by itself, or a conditional criterion does not apply: "không khi 5.1 = 1"."""
    if rule.get("when_zero"):
        return _("khi 0 điểm ở %s") % ", ".join(rule["when_zero"])
    return _("không khi %s") % conditions_text(rule) if rule.get("not_when") else ""


def conditions_text(rule: dict) -> str:
    """A rule's conditions as they are typed: "6.1; 6.2" for a gate, "5.1 = 1, 2; 6.1 = 3" else."""
    if rule.get("when_zero"):
        return "; ".join(rule["when_zero"])
    return "; ".join(
        f"{code} = {', '.join(map(str, numbers))}" if numbers else code
        for code, numbers in rule.get("not_when", ())
    )


# "5.1", "5.1 = 1, 2"
_NOT_WHEN = r"[^\s=]+(\s*=\s*[1-9]\d?(\s*,\s*[1-9]\d?)*)?"


def conditions_read(kind: str, text: str) -> dict:
    """`when_zero` or `not_when` out of typed conditions; ValueError when they cannot be read."""
    pieces = [piece.strip() for piece in text.split(";") if piece.strip()]
    if not pieces:
        return {}
    pattern = {criteria.GATE: r"\S+", criteria.CONDITIONAL: _NOT_WHEN}.get(kind)
    if pattern is None or not all(re.fullmatch(pattern, piece) for piece in pieces):
        raise ValueError(text)
    if kind == criteria.GATE:
        return {"when_zero": pieces}
    found = []
    for piece in pieces:
        code, _equals, numbers = piece.partition("=")
        found.append([code.strip(), [int(number) for number in numbers.split(",") if number]])
    return {"not_when": found}
