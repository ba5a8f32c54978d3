"""What two versions of one set have different, place by place, in words for the screen."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from .words import about_words, condition_words, kind_words

NOTHING = ""


@dataclass(frozen=True)
class Difference:
    """One thing that differs. `where`: the code; `place`: the code with its title; empty `old`
    or `new`: it is only in the other version.
    """

    where: str
    place: str
    field: str
    old: str
    new: str


def differences(old: dict, new: dict) -> list[Difference]:
    """Every difference between two versions' contents but the version's number, in printed order."""
    before, after = list(_lines(old)), list(_lines(new))
    keys_before, keys_after = [line[0] for line in before], [line[0] for line in after]
    matcher = SequenceMatcher(None, keys_before, keys_after, autojunk=False)
    found: list[Difference] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            for (_key, where, _place, field, value), other in zip(
                before[i1:i2], after[j1:j2], strict=True
            ):
                if value != other[4]:
                    found.append(Difference(where, other[2], field, value, other[4]))
            continue
        for _key, where, place, field, value in before[i1:i2]:
            found.append(Difference(where, place, field, value, NOTHING))
        for _key, where, place, field, value in after[j1:j2]:
            found.append(Difference(where, place, field, NOTHING, value))
    return found


Line = tuple[tuple, str, str, str, str]


def _lines(content: dict) -> Iterator[Line]:
    """The content as (key, code, place, field, value): what can differ, one thing a line."""
    top = _("Chung cả bộ")
    yield (("header", "name"), "header", top, _("tên bộ"), content["name"])
    yield from _rules(content["rules"], "header", top)
    for part in content["parts"]:
        place = _("Phần %(code)s. %(title)s") % part
        yield from _head(part, ("part", part["code"]), place)
        for section in part["sections"]:
            place = _("Mục %(code)s. %(title)s") % section
            yield from _head(section, ("section", section["code"]), place)
            if section["note"]:
                key = ("section", section["code"], "note")
                yield (key, section["code"], place, _("lời dẫn"), section["note"])
            for criterion in section["criteria"]:
                yield from _criterion(criterion)
    for doubt in content["doubts"]:
        key = ("doubt", doubt["where"], doubt["about"])
        words = f"{about_words(doubt['about'])}: {doubt['why']}"
        place = top if doubt["where"] == "header" else doubt["where"]
        yield (key, doubt["where"], place, _("điều còn nghi vấn"), words)


def _head(item: dict, key: tuple, place: str) -> Iterator[Line]:
    yield ((*key, "title"), item["code"], place, _("tên"), item["title"])
    yield ((*key, "points"), item["code"], place, _("điểm"), str(item["points"]))


_EXTRAS = {
    "printed_code": lambda value: value,
    "mode": lambda value: _("chỉ chấm một tiêu chí con"),
    "min_star": lambda value: _("từ %s sao") % value,
    "implied": lambda value: _("có"),
    "direct": lambda value: _("có"),
}


def _extra_names() -> dict[str, str]:
    return {
        "printed_code": _("mã in trong Quyết định"),
        "mode": _("cách chấm"),
        "min_star": _("yêu cầu tối thiểu theo hạng sao"),
        "implied": _("không in phương án"),
        "direct": _("phương án in ngay dưới mục"),
    }


def _criterion(criterion: dict) -> Iterator[Line]:
    code = criterion["code"]
    place = f"{code}. {criterion['title']}"
    key = ("criterion", code)
    yield from _head(criterion, key, place)
    names = _extra_names()
    for extra, words in _EXTRAS.items():
        if criterion.get(extra):
            yield ((*key, extra), code, place, names[extra], words(criterion[extra]))
    yield from _rules(criterion.get("rules", []), code, place)
    for number, option in enumerate(criterion.get("options", ()), start=1):
        # By its number, which is what marks refer to: a level put in between moves those after it.
        yield (
            (*key, "option", number),
            code,
            place,
            _("phương án %s") % number,
            option_words(option),
        )
    for child in criterion.get("children", ()):
        yield from _criterion(child)


def option_words(option: dict) -> str:
    """A level with its points and marks, on one line."""
    words = [_("%(points)s điểm: %(label)s") % option]
    if option.get("case"):
        words.append(_("trường hợp %s") % option["case"])
    if option.get("min_star"):
        words.append(_("tối thiểu cho %s sao") % option["min_star"])
    if option.get("printed_points") is not None:
        words.append(_("bản chép ghi %s điểm") % option["printed_points"])
    if option.get("reconstructed"):
        words.append(_("khôi phục"))
    return " · ".join(words)


def _rules(rules: list[dict], where: str, place: str) -> Iterator[Line]:
    for rule in rules:
        conditions = condition_words(rule)
        words = f"{kind_words(rule['kind'])}: {rule['text']}"
        value = f"{words} ({conditions})" if conditions else words
        yield (("rule", rule["key"]), where, place, _("ghi chú"), value)
