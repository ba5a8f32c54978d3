"""One place of a set's content, looked up and given other words, points, levels, notes."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ocop_portal.law.criteria import HEADER

from .content import criteria_of


@dataclass(frozen=True)
class Place:
    """A place that can be corrected: `kind` is "set", "part", "section" or "criterion".

    `item` is the part of the content itself. `has_levels`: its levels can be corrected too.
    """

    where: str
    kind: str
    item: dict
    doubts: tuple[dict, ...] = ()

    @property
    def title(self) -> str:
        """The place in words, with its code."""
        if self.kind == "set":
            return _("Ghi chú chung cả bộ")
        pattern = {
            "part": _("Phần %(code)s. %(title)s"),
            "section": _("Mục %(code)s. %(title)s"),
            "criterion": "%(code)s. %(title)s",
        }[self.kind]
        return pattern % self.item

    @property
    def has_levels(self) -> bool:
        return self.kind == "criterion" and not self.item.get("children")

    @property
    def has_notes(self) -> bool:
        return self.kind in ("set", "criterion")


def find(content: dict, where: str) -> Place | None:
    """The place with this code; None where there is none.

    A section whose levels stand straight below it is corrected as the criterion that it is.
    """
    kind, item = _found(content, where)
    if item is None:
        return None
    doubts = tuple(doubt for doubt in content["doubts"] if doubt["where"] == where)
    return Place(where, kind, item, doubts)


def _found(content: dict, where: str) -> tuple[str, dict | None]:
    if where == HEADER:
        return "set", content
    for criterion in criteria_of(content):
        if criterion["code"] == where:
            return "criterion", criterion
    for part in content["parts"]:
        if part["code"] == where:
            return "part", part
        for section in part["sections"]:
            if section["code"] == where:
                return "section", section
    return "", None


def edited(
    content: dict,
    where: str,
    *,
    facts: dict,
    options: Sequence[dict] | None = None,
    notes: Sequence[dict] | None = None,
    settled_doubts: Sequence[int] = (),
) -> dict:
    """A copy of the content with one place changed; what is not given stays.

    `facts`: title, points and the like. `settled_doubts`: numbers, from 0, of the place's doubts
    that hold no longer. A set's own name is the Decision's and stays.
    """
    content = copy.deepcopy(content)
    place = find(content, where)
    place.item.update(facts)
    if options is not None:
        place.item["options"] = list(options)
    if notes is not None:
        place.item["rules"] = list(notes)
    if place.item.get("direct"):
        for part in content["parts"]:
            for section in part["sections"]:
                if section["criteria"] and section["criteria"][0] is place.item:
                    section.update({key: place.item[key] for key in ("title", "points")})
    gone = [place.doubts[number] for number in settled_doubts]
    content["doubts"] = [doubt for doubt in content["doubts"] if doubt not in gone]
    return content
