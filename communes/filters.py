"""Searching and filtering lists of producers and units."""

import datetime
import re

from django import forms
from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ocop_portal.search import FilterForm, matching, words_of
from ocop_portal.search_choice import SearchChoiceField

from .models import Producer, Role, Unit, today
from .scope import OFFICERS, holds, units_in_scope

# What stands before or behind the name of a unit in its `search`, folded.
KINDS = (
    *("xa", "phuong", "thi tran", "dac khu"),
    *("huyen", "quan", "thi xa", "thanh pho", "tinh"),
)
_BRACKETS = re.compile(r"\(([^()]*)\)")
_DAY = re.compile(r"\b(\d{2})/(\d{2})/(\d{4})\b")
_CODE = re.compile(r"(?<![\d/])\d{2,8}(?![\d/])")


class UnitChoice(SearchChoiceField):
    """A unit by name, those of the present first; one that has ended says when.

    Where they are many it is typed: the name with or without its kind, or the state's code.
    """

    hint = _("Gõ tên hoặc mã, không cần dấu")
    default_error_messages = {
        "unknown": _("Không có đơn vị nào tên hoặc mã là “%(typed)s”. Hãy gõ lại."),
        "several": _("“%(typed)s” khớp nhiều đơn vị (%(names)s). Hãy chọn trong danh sách."),
    }

    def label_from_instance(self, unit) -> str:
        return unit.dated_name

    def in_box(self, unit) -> str:
        return _("%(unit)s (mã %(code)s)") % {"unit": unit.dated_name, "code": unit.code}

    def in_order(self, rows: list[Unit]) -> list[Unit]:
        """Units of the present before those that have ended, the last ended first; then by name."""

        def place(unit):
            ended = -unit.valid_until.toordinal() if unit.valid_until else -datetime.MAXYEAR * 366
            return ended, unit.search, unit.pk

        return sorted(rows, key=place)

    def exactly(self, typed: str) -> Q:
        """The code, the name, or both as `in_box` writes them, the last day of an ended unit too."""
        extra = " ".join(_BRACKETS.findall(typed))
        name = " ".join(words_of(_BRACKETS.sub(" ", typed)))
        if name.isdecimal():
            return Q(code=name)
        kinds = [kind for kind in KINDS if name.startswith(f"{kind} ")]
        wanted = Q(
            search__in=[
                name,
                *(f"{name} {kind}" for kind in KINDS),
                *(f"{name.removeprefix(f'{kind} ')} {kind}" for kind in kinds),
            ]
        )
        if code := _CODE.search(_DAY.sub(" ", extra)):
            wanted &= Q(code=code[0])
        if day := _DAY.search(extra):
            wanted &= Q(valid_until=f"{day[3]}-{day[2]}-{day[1]}")
        return wanted

    def loosely(self, typed: str) -> str:
        return _BRACKETS.sub(" ", typed)

    def closest(self, rows: list[Unit]) -> list[Unit]:
        """Of several of one name or code, those of the present where there is one."""
        return [unit for unit in rows if unit.is_valid_on()] or rows


class ProducerChoice(SearchChoiceField):
    """A producer; where they are many it is typed: name, representative or tax code."""

    default_error_messages = {
        "unknown": _("Không có chủ thể nào tên là “%(typed)s”. Hãy gõ lại."),
        "several": _("“%(typed)s” khớp nhiều chủ thể (%(names)s). Hãy chọn trong danh sách."),
    }

    def exactly(self, typed: str) -> Q:
        """The whole name, or the tax code."""
        return Q(name=typed.strip()) | Q(tax_code=typed.strip())


def offer_units(form, user) -> None:
    """Let a form's field `unit` choose among the officer's units; an only one of today is chosen.

    A commune officer acts for a commune, a district officer for the district or a commune of it.
    """
    levels = [Unit.Level.COMMUNE]
    if holds(user, Role.Kind.DISTRICT_OFFICER):
        levels += [Unit.Level.DISTRICT, Unit.Level.PROVINCE]
    units = units_in_scope(user, *OFFICERS).filter(level__in=levels)
    form.fields["unit"].queryset = units
    own = list(units.on(today())[:2])
    if len(own) == 1:
        form.initial.setdefault("unit", own[0].pk)


class ProducerFilter(FilterForm):
    """What an officer looks for among the producers."""

    unit = UnitChoice(
        label=_("Xã, thị trấn"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("Tất cả"),
        help_text=_("Gồm cả các đơn vị đã sáp nhập vào."),
    )
    legal_form = forms.ChoiceField(
        label=_("Loại hình"),
        required=False,
        choices=[("", _("Tất cả")), *((v, capfirst(n)) for v, n in Producer.LegalForm.choices)],
    )
    active = forms.ChoiceField(
        label=_("Tình trạng"),
        required=False,
        choices=[
            ("", _("Đang hoạt động")),
            ("stopped", _("Đã ngừng")),
            ("all", _("Tất cả")),
        ],
    )

    def __init__(self, *args, units: QuerySet[Unit], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units.filter(level=Unit.Level.COMMUNE)

    def apply(self, producers: QuerySet[Producer]) -> QuerySet[Producer]:
        """The producers that fit."""
        wanted = self.wanted
        if wanted.get("unit"):
            producers = producers.filter(unit__covered_by__holder=wanted["unit"])
        if wanted.get("legal_form"):
            producers = producers.filter(legal_form=wanted["legal_form"])
        if wanted.get("active") != "all":
            producers = producers.filter(is_active=wanted.get("active") != "stopped")
        return matching(producers, wanted.get("q", ""))
