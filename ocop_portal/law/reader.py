"""Reading a Decision's YAML strictly: every key once, of the kind that is asked for, and known."""

import datetime
import re
from fractions import Fraction
from pathlib import Path

import yaml

from .errors import LawFileError

PROVENANCE = ("T", "Q", "R", "D", "I", "")


class _Map(dict):
    """A mapping that knows the line it begins on."""

    line = 0


class _StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Safe YAML in which a key given twice is an error and every mapping keeps its line."""


def _construct_map(loader, node):
    found = _Map()
    yield found
    found.line = node.start_mark.line + 1
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(
                None, None, f"khóa {key!r} phải là chữ", key_node.start_mark
            )
        if key in found:
            raise yaml.constructor.ConstructorError(
                None, None, f"khóa “{key}” lặp lại", key_node.start_mark
            )
        found[key] = loader.construct_object(value_node, deep=True)


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _construct_map)


class Reader:
    """One mapping of a file. Every get is typed; `done` refuses keys that nobody asked for."""

    def __init__(self, data: _Map, path: Path, place: str):
        self.data, self.path, self.place, self.asked = data, path, place, set()

    @classmethod
    def open(cls, path: Path) -> "Reader":
        try:
            data = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)
        except FileNotFoundError:
            raise LawFileError(f"{path.parent.name}/{path.name}: không có tệp này") from None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            line = f", dòng {mark.line + 1}" if mark else ""
            raise LawFileError(f"{path.parent.name}/{path.name}{line}: {error.problem}") from None
        except (yaml.YAMLError, ValueError) as error:  # ValueError: no UTF-8, or 30 February
            raise LawFileError(f"{path.parent.name}/{path.name}: {error}") from None
        if not isinstance(data, _Map):
            raise LawFileError(
                f"{path.parent.name}/{path.name}: tệp không có nội dung dạng khóa: giá trị"
            )
        return cls(data, path, "")

    def fail(self, what: str):
        place = f", {self.place}" if self.place else ""
        raise LawFileError(
            f"{self.path.parent.name}/{self.path.name}, dòng {self.data.line}{place}: {what}"
        )

    def done(self) -> None:
        unknown = sorted(set(self.data) - self.asked)
        if unknown:
            self.fail(f"khóa không được biết: {', '.join(unknown)}")

    def _get(self, key: str, kind: type, words: str, optional: bool):
        self.asked.add(key)
        value = self.data.get(key)
        if value is None:
            if optional and key not in self.data:
                return None
            self.fail(f"thiếu “{key}”" if key not in self.data else f"“{key}” để trống")
        # bool is an int, and a datetime is a date, in Python; neither may stand for the other here.
        if type(value) is not kind:
            self.fail(f"“{key}” phải là {words}, không phải {value!r}")
        return value

    def text(self, key: str, *, optional: bool = False) -> str:
        value = self._get(key, str, "chữ (đặt trong ngoặc kép)", optional) or ""
        if not optional and not value.strip():
            self.fail(f"“{key}” để trống")
        return value

    def whole(self, key: str, *, optional: bool = False):
        return self._get(key, int, "số nguyên", optional)

    def flag(self, key: str, *, optional: bool = False) -> bool:
        return bool(self._get(key, bool, "true hoặc false", optional))

    def date(self, key: str, *, optional: bool = False) -> datetime.date | None:
        return self._get(key, datetime.date, "ngày (năm-tháng-ngày)", optional)

    def fraction(self, key: str) -> Fraction:
        value = self.text(key)
        if not re.fullmatch(r"[1-9]\d*/[1-9]\d*", value):
            self.fail(f'“{key}” phải là phân số như "3/4"')
        return Fraction(value)

    def provenance(self) -> str:
        mark = self.text("provenance", optional=True)
        if mark not in PROVENANCE:
            self.fail(f"provenance “{mark}” không thuộc T, Q, R, D, I")
        return mark

    def child(self, key: str) -> "Reader":
        value = self._get(key, _Map, "một nhóm khóa: giá trị", False)
        return Reader(value, self.path, _join(self.place, key))

    def _list(self, key: str, optional: bool) -> list:
        return self._get(key, list, "danh sách", optional) or []

    def items(self, key: str, *, optional: bool = False) -> list["Reader"]:
        found = []
        for number, value in enumerate(self._list(key, optional), start=1):
            if not isinstance(value, _Map):
                self.fail(
                    f"“{key}” thứ {number} phải là một nhóm khóa: giá trị, không phải {value!r}"
                )
            found.append(Reader(value, self.path, _join(self.place, _label(key, number, value))))
        return found

    def texts(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        found = tuple(self._list(key, optional))
        if not all(isinstance(value, str) and value.strip() for value in found):
            self.fail(f"“{key}” phải là danh sách chữ (đặt trong ngoặc kép)")
        return found

    def wholes(self, key: str, *, optional: bool = False) -> tuple[int, ...]:
        found = tuple(self._list(key, optional))
        if not all(type(value) is int for value in found):
            self.fail(f"“{key}” phải là danh sách số nguyên")
        return found

    def answers(self, key: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
        inner = self.child(key)
        return tuple((code, inner.wholes(code)) for code in inner.data)


_NAMES = {
    "branches": ("ngành", "branch"),
    "groups": ("nhóm", "group"),
    "sets": ("bộ", "set"),
    "parts": ("phần", "part"),
    "sections": ("mục", "section"),
    "criteria": ("tiêu chí", "code"),
    "children": ("tiêu chí", "code"),
    "options": ("phương án", ""),
    "notes": ("ghi chú", ""),
}


def _label(key: str, number: int, value: _Map) -> str:
    words, name = _NAMES.get(key, (key, "code"))
    return f"{words} {value.get(name, number)}"


def _join(place: str, label: str) -> str:
    return f"{place} › {label}" if place else label
