"""Who answers for a unit, told to the reminders: who owes, who stands above, who sets the days."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ocop_portal.page_language import filled
from ocop_portal.reminders import workdays
from ocop_portal.reminders.offices import Office, office_source
from ocop_portal.reminders.registry import Ask, Deadline, deadline_source

from .models import Role, Unit
from .scope import officers_by_unit, units_in_scope


@dataclass(frozen=True)
class Officers:
    """The officers of the units as they stand now."""

    commune: dict[int, tuple[int, ...]]
    district: dict[int, tuple[int, ...]]

    def of_commune(self, unit: int) -> tuple[int, ...]:
        """The commune officers whose role reaches the unit."""
        return self.commune.get(unit, ())

    def of_district(self, unit: int) -> tuple[int, ...]:
        """The district officers whose role reaches the unit."""
        return self.district.get(unit, ())

    def units_of(self, people: frozenset[int]) -> tuple[list[int], list[int]]:
        """The units that the roles of these people reach, as commune and as district officers."""
        return tuple(
            [unit for unit, users in units.items() if not people.isdisjoint(users)]
            for units in (self.commune, self.district)
        )


def officers_for(ask: Ask) -> Officers:
    """Who is to be told of what the units owe; two queries.

    Only the people asked for, unless whole units are asked for too.
    """
    found = officers_by_unit(None if ask.units else ask.people)
    return Officers(found[Role.Kind.COMMUNE_OFFICER], found[Role.Kind.DISTRICT_OFFICER])


@office_source
def districts_of(user) -> Iterator[Office]:
    """The districts that this person is an officer of: they choose their own reminder days."""
    units = units_in_scope(user, Role.Kind.DISTRICT_OFFICER)
    for unit in units.filter(level=Unit.Level.DISTRICT):
        yield Office(unit.pk, unit.dated_name)


@deadline_source("holidays", label=_("Lịch nghỉ năm sau phải nhập"))
def holidays_owed(ask: Ask) -> Iterator[Deadline]:
    """Years whose days off are not all entered: without them working days are counted wrongly.

    The administrators owe them; the district officers, who may enter them too, stand above.
    """
    years = [
        year
        for year in range(ask.since.year, ask.until.year + 2)
        if ask.since <= workdays.entered_by(year) <= ask.until
    ]
    if not years:
        return
    known = workdays.calendar()
    people: dict[str, set[int]] = {}
    kinds = (Role.Kind.ADMINISTRATOR, Role.Kind.DISTRICT_OFFICER)
    roles = Role.objects.on().filter(kind__in=kinds, user__is_active=True)
    for kind, user in roles.values_list("kind", "user"):
        people.setdefault(kind, set()).add(user)
    if not people:
        return
    for year in years:
        missing = known.missing(year)
        if not missing:
            continue
        yield Deadline(
            kind="holidays",
            key=f"holidays:{year}",
            due_on=workdays.entered_by(year),
            title=filled(_("Nhập lịch nghỉ năm %d"), year),
            text=filled(
                _("Chưa nhập đủ: %s. Thiếu những ngày này, hạn theo ngày làm việc bị tính sai."),
                ", ".join(missing),
            ),
            url=f"{reverse('reminders:holidays')}?nam={year}",
            recipients=tuple(sorted(people.get(Role.Kind.ADMINISTRATOR, ()))),
            superiors=tuple(sorted(people.get(Role.Kind.DISTRICT_OFFICER, ()))),
        )
