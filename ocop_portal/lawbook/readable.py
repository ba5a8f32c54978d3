"""A criteria set as the readable file of the law's own folder: written out, and read back.

The form is that of `ocop_portal/law/decisions/README.md`; the law's own reader reads it.
"""

import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import yaml
from django.utils.translation import gettext_lazy as _

from ocop_portal import law
from ocop_portal.law.library import read_set
from ocop_portal.law.reader import Reader
from ocop_portal.text import normalise

from .content import faults_of, settled
from .faults import Fault


def write(decision: law.Decision, criteria: law.CriteriaSet) -> str:
    """The set in the words and order of the printed table, one thing a line."""
    return "\n".join(_lines(decision, criteria.to_dict())) + "\n"


def _q(text: str) -> str:
    # JSON's quoted string is one of YAML's.
    return json.dumps(text, ensure_ascii=False)


def _lines(decision: law.Decision, content: dict) -> Iterator[str]:
    place = dict.fromkeys([content["branch"], content["group"]])
    yield f"# {decision.number}, {' › '.join(place)}"
    yield f"set: {content['number']}"
    yield f"name: {_q(content['name'])}"
    yield f"version: {content['version']}"
    yield from _notes(content["rules"], "")
    if content["doubts"]:
        yield "doubts:"
        for doubt in content["doubts"]:
            yield (
                f"  - {{where: {_q(doubt['where'])}, about: {doubt['about']}, "
                f"why: {_q(doubt['why'])}}}"
            )
    yield "parts:"
    for part in content["parts"]:
        yield ""
        yield f"  - part: {part['code']}"
        yield f"    title: {_q(part['title'])}"
        yield f"    points: {part['points']}"
        yield "    sections:"
        for section in part["sections"]:
            yield ""
            yield from _section(section)


def _section(section: dict) -> Iterator[str]:
    yield f"      - section: {_q(section['code'])}"
    yield f"        title: {_q(section['title'])}"
    yield f"        points: {section['points']}"
    if section["note"]:
        yield f"        note: {_q(section['note'])}"
    if section["criteria"] and section["criteria"][0].get("direct"):
        yield from _below(section["criteria"][0], "        ")
        return
    yield "        criteria:"
    for criterion in section["criteria"]:
        yield from _criterion(criterion, "          ")


def _criterion(criterion: dict, indent: str) -> Iterator[str]:
    yield f"{indent}- code: {_q(criterion['code'])}"
    yield f"{indent}  title: {_q(criterion['title'])}"
    yield f"{indent}  points: {criterion['points']}"
    yield from _below(criterion, f"{indent}  ")


def _below(criterion: dict, indent: str) -> Iterator[str]:
    if criterion.get("printed_code"):
        yield f"{indent}printed_code: {_q(criterion['printed_code'])}"
    if criterion.get("mode"):
        yield f"{indent}mode: {criterion['mode']}"
    if criterion.get("min_star"):
        yield f"{indent}min_star: {criterion['min_star']}"
    if criterion.get("implied"):
        yield f"{indent}implied: true"
    yield from _notes(criterion.get("rules", []), indent)
    if criterion.get("options"):
        yield f"{indent}options:"
    for option in criterion.get("options", ()):
        extras = "".join(
            f"{key}: {json.dumps(option[key])}, "
            for key in ("min_star", "printed_points", "reconstructed")
            if option.get(key) is not None and option.get(key) is not False
        )
        case = f"case: {option['case']}, " if option.get("case") else ""
        yield (
            f"{indent}  - {{points: {option['points']}, {case}{extras}"
            f"level: {_q(option['label'])}}}"
        )
    if criterion.get("children"):
        yield f"{indent}children:"
    for child in criterion.get("children", ()):
        yield from _criterion(child, f"{indent}  ")


def _notes(rules: list[dict], indent: str) -> Iterator[str]:
    if rules:
        yield f"{indent}notes:"
    for rule in rules:
        yield f"{indent}  - {rule['kind']}: {_q(rule['text'])}"
        if rule.get("when_zero"):
            yield f"{indent}    when_zero: {json.dumps(rule['when_zero'], ensure_ascii=False)}"
        if rule.get("not_when"):
            pairs = ", ".join(f"{_q(code)}: {numbers}" for code, numbers in rule["not_when"])
            yield f"{indent}    not_when: {{{pairs}}}"


# --- Reading ------------------------------------------------------------------------------------


def read(
    data: bytes, decision: law.Decision, summary: law.SetSummary, *, version: int = 1
) -> tuple[dict | None, list[Fault]]:
    """(content, []) of a faultless file, or (None, its faults by line).

    A file that is not built as it should be is refused at its first such place; sums, codes and
    rules are then told all at once.
    """
    try:
        text = normalise(data.decode("utf-8-sig")) + "\n"
    except UnicodeDecodeError:
        return None, [Fault(_("Tệp chữ phải lưu với bảng mã UTF-8."))]
    refused = _no_anchors(text)
    if refused:
        return None, [refused]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tep.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            found = read_set(path, of=decision, summary=replace(summary, state=law.TRANSCRIBED))
        except law.LawFileError as error:
            return None, [_fault(str(error), path)]
        lines = _lines_of(Reader.open(path))
    content = settled({**found.to_dict(), "version": version})
    faults = [
        Fault(fault.what, row=lines.get(fault.where, 1), where=fault.where)
        for fault in faults_of(content)
    ]
    return (None, faults) if faults else (content, [])


def _no_anchors(text: str) -> Fault | None:
    """A reference inside a file (&, *) can make a small file endless; no set needs one."""
    try:
        for token in yaml.scan(text, Loader=yaml.CSafeLoader):
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
                return Fault(_("không dùng tham chiếu & hay *"), row=token.start_mark.line + 1)
    except yaml.YAMLError:
        pass  # told by the reader, with its place
    return None


def _fault(message: str, path: Path) -> Fault:
    """The law's reader names file, line and place; the person knows the file."""
    message = message.removeprefix(f"{path.parent.name}/{path.name}")
    found = re.match(r", dòng (\d+)(?:, ([^:]*))?: (.*)", message, re.DOTALL)
    if not found:
        return Fault(message.lstrip(":, "))
    line, place, what = found.groups()
    return Fault(f"{place}: {what}" if place else what, row=int(line))


def _lines_of(top: Reader) -> dict[str, int]:
    """Code of a part, section or criterion → the line it begins on."""
    lines = {"header": 1}

    def criteria(at: Reader, key: str) -> None:
        for item in at.items(key, optional=True):
            lines.setdefault(item.text("code"), item.data.line)
            criteria(item, "children")

    for part in top.items("parts"):
        lines[part.text("part")] = part.data.line
        for section in part.items("sections"):
            lines[section.text("section")] = section.data.line
            criteria(section, "criteria")
    return lines
