"""Outreach events from Excel."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ocop_portal.exchange.registry import Column, Draft, Importer, importer
from ocop_portal.page_language import filled, told_reasons
from ocop_portal.text import fold

from .exchange import REASON, UNDONE, whole
from .models import OutreachEvent, Role, Unit, today
from .outreach import save_event, withdraw_event
from .outreach_models import SUGGESTED_KINDS, OutreachFile
from .scope import OFFICERS, holds, outreach_for, units_in_scope


def day_of(text: str) -> datetime.date:
    """A day as people write it, dd/mm/yyyy; `ValidationError` otherwise."""
    try:
        return datetime.datetime.strptime(text.strip(), "%d/%m/%Y").date()
    except ValueError:
        raise ValidationError(_("Ghi ngày như 05/03/2026.")) from None


READERS = {
    "kind": str,
    "title": str,
    "held_on": day_of,
    "ends_on": day_of,
    "place": str,
    "audience": str,
    "people": whole,
    "women": whole,
    "note": str,
}
# What is not part of the name of an event, and so may be mended by a second file.
MENDED = ("ends_on", "people", "women", "note")


class UnitOfDay:
    """The officer's units by code or name, as they were on the day of an event."""

    def __init__(self, by):
        levels = [Unit.Level.COMMUNE]
        if holds(by, Role.Kind.DISTRICT_OFFICER):
            levels += [Unit.Level.DISTRICT, Unit.Level.PROVINCE]
        self.by_text: dict[str, list[Unit]] = defaultdict(list)
        for unit in units_in_scope(by, *OFFICERS).filter(level__in=levels):
            for text in {unit.code, fold(unit.name), fold(str(unit)), fold(unit.dated_name)}:
                self.by_text[text].append(unit)

    def find(self, text: str, day: datetime.date | None) -> Unit:
        """The unit of this code or name on this day; `ValidationError` with the reason."""
        named = self.by_text.get(fold(text), [])
        if not named:
            raise ValidationError(
                filled(_("“%s” không phải mã hoặc tên đơn vị trong địa bàn của anh/chị."), text)
            )
        found = [unit for unit in named if day is None or unit.is_valid_on(day)]
        if not found:
            raise ValidationError(
                filled(
                    _("Ngày %(day)s không có %(unit)s. Hãy ghi đơn vị của ngày đó."),
                    {"day": day.strftime("%d/%m/%Y"), "unit": named[0]},
                )
            )
        if len(found) > 1:
            raise ValidationError(filled(_("Có nhiều đơn vị tên “%s”. Hãy ghi mã đơn vị."), text))
        return found[0]


@importer
class OutreachImporter(Importer):
    """A row is an event; the same unit, day, kind, words, place and audience is the same event.

    An empty cell leaves what is there; nothing is blanked by it.
    """

    kind = "outreach"
    model = OutreachEvent
    label = _("Tuyên truyền")
    permission = "communes.add_outreach"
    rank = 4
    columns = (
        Column(
            "unit",
            _("Đơn vị tổ chức"),
            True,
            ("Đơn vị", "Mã đơn vị", "Xã, thị trấn"),
            _("Mã hoặc tên đơn vị vào ngày tổ chức"),
        ),
        Column(
            "kind",
            _("Hình thức"),
            True,
            hint=_("Ví dụ: %s") % ", ".join(map(str, SUGGESTED_KINDS[:3])),
        ),
        Column("title", _("Nội dung tuyên truyền"), True, ("Nội dung",)),
        Column("held_on", _("Ngày tổ chức"), True, ("Từ ngày",)),
        Column("ends_on", _("Đến hết ngày")),
        Column("place", _("Địa điểm")),
        Column("audience", _("Đối tượng")),
        Column("people", _("Số người dự")),
        Column("women", _("Trong đó nữ")),
        Column("note", _("Ghi chú")),
    )

    def key(self, draft: Draft) -> tuple:
        """Unit, day and folded words."""
        after = draft.after
        return (after.get("unit_id"), after.get("held_on"), after.get("search"))

    @cached_property
    def _units(self) -> UnitOfDay:
        return UnitOfDay(self.by)

    def check(self, drafts: Iterable[Draft]) -> None:
        drafts = list(drafts)
        for draft in drafts:
            self._read(draft, self._units)
        known = {
            (event.unit_id, event.held_on.isoformat(), event.search): event
            for event in outreach_for(self.by)
            .in_force()
            .filter(
                unit__in={d.after["unit_id"] for d in drafts if "unit_id" in d.after},
                held_on__in={d.after["held_on"] for d in drafts if "held_on" in d.after},
            )
        }
        for draft in drafts:
            if not draft.faults:
                self._compare(draft, known.get(self.key(draft)))

    def _read(self, draft: Draft, units: UnitOfDay) -> None:
        """The row's texts as the model's values, in `draft.after`; days as JSON keeps them."""
        days = {}
        for key, text in draft.values.items():
            if key == "unit":
                continue
            try:
                value = READERS[key](text)
            except ValidationError as error:
                draft.fault(key, told_reasons(error)[0])
                continue
            if isinstance(value, datetime.date):
                days[key], value = value, value.isoformat()
            draft.after[key] = value
        if days.get("held_on", today()) > today():
            draft.fault("held_on", _("Ngày này chưa đến. Hãy ghi sau khi đã tổ chức."))
        try:
            draft.after["unit_id"] = units.find(draft.values["unit"], days.get("held_on")).pk
        except ValidationError as error:
            draft.fault("unit", told_reasons(error)[0])
        event = _event(OutreachEvent(), draft.after)
        event.clean()
        draft.after["search"] = event.search

    def _compare(self, draft: Draft, known: OutreachEvent | None) -> None:
        if known is not None:
            draft.target = known.pk
            changed = {
                key: draft.after[key]
                for key in MENDED
                if key in draft.after and _plain(known, key) != draft.after[key]
            }
            draft.before = {key: _plain(known, key) for key in changed}
            draft.changes = [
                (self._label(key), _shown(draft.before[key]), _shown(value))
                for key, value in changed.items()
            ]
            names = ("unit_id", "held_on", "search")
            draft.after = changed | {key: draft.after[key] for key in names}
        candidate = _event(known or OutreachEvent(), draft.after)
        if candidate.ends_on and candidate.ends_on < candidate.held_on:
            draft.fault("ends_on", _("Ngày cuối phải từ ngày đầu trở đi."))
        if candidate.women is not None and candidate.women > (candidate.people or 0):
            draft.fault("women", _("Số nữ không thể nhiều hơn số người dự."))
        try:
            # Not `full_clean`: it would ask the database for every row. `apply` does.
            candidate.clean_fields(exclude={"unit", "search", "kind_key"})
        except ValidationError as error:
            for key, refused in error.error_dict.items():
                for why in told_reasons(ValidationError(refused)):
                    draft.fault(key if key in READERS else "", why)

    def _label(self, key: str) -> str:
        return next(str(column.heading) for column in self.columns if column.key == key)

    def apply(self, draft: Draft) -> int:
        event = OutreachEvent()
        if draft.target:
            event = OutreachEvent.objects.select_for_update(of=("self",)).get(pk=draft.target)
            if any(_plain(event, key) != value for key, value in draft.before.items()):
                raise ValidationError(
                    filled(_("%s đã được sửa sau khi xem trước. Hãy tải tệp lên lại."), event)
                )
        event = _event(event, draft.after)
        event._change_reason = REASON
        return save_event(event=event, by=self.by).pk

    def in_the_way(self, drafts: list[Draft]) -> list[str]:
        there = self._standing(drafts)
        papers = OutreachFile.objects.filter(event__in=there, withdrawn_at__isnull=True)
        with_papers, told = set(papers.values_list("event", flat=True)), []
        for draft in drafts:
            event = there.get(draft.target)
            named = {key: value for key, value in draft.after.items() if key != "search"}
            if event is None:
                told.append("")
            elif any(_plain(event, key) != value for key, value in named.items()):
                told.append(filled(_("%s đã được sửa sau khi nhập."), event))
            elif not draft.before and event.pk in with_papers:
                told.append(filled(_("%s đã có giấy tờ, ảnh."), event))
            else:
                told.append("")
        return told

    def undo_many(self, drafts: list[Draft]) -> list[str]:
        there, told = self._standing(drafts), self.in_the_way(drafts)
        for draft, why in zip(drafts, told, strict=True):
            event = there.get(draft.target)
            if event is None or why:
                continue
            if draft.before:
                event = _event(event, draft.before)
                event._change_reason = str(UNDONE)
                save_event(event=event, by=self.by)
            else:
                withdraw_event(event=event, by=self.by, reason=str(UNDONE))
        return told

    @staticmethod
    def _standing(drafts: list[Draft]) -> dict[int, OutreachEvent]:
        """The events of these rows that are not withdrawn, by id."""
        events = OutreachEvent.objects.filter(withdrawn_at__isnull=True)
        return events.in_bulk({draft.target for draft in drafts})


def _event(event: OutreachEvent, values: dict) -> OutreachEvent:
    """The event with these values, days read from their ISO form."""
    for key, value in values.items():
        if key in {"held_on", "ends_on"} and value is not None:
            value = datetime.date.fromisoformat(value)
        setattr(event, key, value)
    return event


def _plain(event: OutreachEvent, key: str):
    """A field's value as JSON keeps it."""
    value = getattr(event, key)
    return value.isoformat() if isinstance(value, datetime.date) else value


def _shown(value) -> str:
    if value is None:
        return ""
    try:
        return datetime.date.fromisoformat(value).strftime("%d/%m/%Y")
    except (TypeError, ValueError):
        return str(value)
