"""Who may do what with units, roles and producers. Default is no."""

import rules

from ocop_portal.accounts.second_factor import require_second_factor_for
from ocop_portal.reminders.models import EVERYWHERE

from .models import Role
from .scope import OFFICERS, holds, reaches


@rules.predicate
def is_officer(user) -> bool:
    """A district or commune officer, anywhere."""
    return holds(user, *OFFICERS)


@rules.predicate
def is_district_officer(user) -> bool:
    """A district officer, anywhere."""
    return holds(user, Role.Kind.DISTRICT_OFFICER)


@rules.predicate
def is_administrator(user) -> bool:
    """An administrator of the portal."""
    return holds(user, Role.Kind.ADMINISTRATOR)


@rules.predicate
def works_in_unit_of(user, producer) -> bool:
    """An officer whose unit reaches the producer's."""
    return producer is not None and reaches(user, producer.unit_id, *OFFICERS)


@rules.predicate
def arranges_reminders_of(user, unit) -> bool:
    """A district officer for a unit of theirs; the administrator for the whole portal (unit 0)."""
    if unit == EVERYWHERE:
        return holds(user, Role.Kind.ADMINISTRATOR)
    return unit is not None and reaches(user, unit, Role.Kind.DISTRICT_OFFICER)


@rules.predicate
def runs_training(user, training) -> bool:
    """A district officer of the unit that sent people to the class."""
    return training is not None and reaches(user, training.unit_id, Role.Kind.DISTRICT_OFFICER)


@rules.predicate
def works_in_event_unit(user, event) -> bool:
    """An officer whose unit reaches the unit that held an outreach event."""
    return event is not None and reaches(user, event.unit_id, *OFFICERS)


@rules.predicate
def works_in_publishing_unit(user, row) -> bool:
    """An officer whose unit reaches the unit that a news item or document is published by."""
    return row is not None and reaches(user, row.unit_id, *OFFICERS)


@require_second_factor_for
def administrators_need_a_second_factor(user) -> bool:
    """Administrators can give roles, so a stolen password must not be enough."""
    return user.is_superuser or is_administrator(user)


rules.add_perm("communes.list_producers", is_officer)
rules.add_perm("communes.add_producer", is_officer)
rules.add_perm("communes.view_producer", works_in_unit_of)
rules.add_perm("communes.change_producer", works_in_unit_of)
rules.add_perm("communes.list_apparatus", is_officer)
rules.add_perm("communes.add_training", is_district_officer)
rules.add_perm("communes.change_training", runs_training)
rules.add_perm("communes.list_outreach", is_officer)
rules.add_perm("communes.add_outreach", is_officer)
rules.add_perm("communes.change_outreach", works_in_event_unit)
rules.add_perm("communes.list_news", is_officer)
rules.add_perm("communes.change_news", works_in_publishing_unit)  # on a news item or a document
rules.add_perm("communes.manage_roles", is_administrator)
rules.add_perm("reminders.operate", is_administrator)
rules.add_perm("reminders.keep_rules", is_district_officer | is_administrator)
rules.add_perm("reminders.arrange", arranges_reminders_of)  # on the unit's number
rules.add_perm("reminders.keep_holidays", is_district_officer | is_administrator)
# What the lawbook on the ground floor asks: it knows no roles.
rules.add_perm("lawbook.check_set", is_district_officer)
rules.add_perm("lawbook.change_set", is_district_officer)
rules.add_perm("lawbook.add_document", is_district_officer)
