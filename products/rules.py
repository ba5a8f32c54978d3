"""Who may do what with products, cycles and entries. Default is no."""

import rules

from communes.models import Role
from communes.rules import is_district_officer, is_officer
from communes.scope import OFFICERS, reaches


@rules.predicate
def works_with_product(user, product) -> bool:
    """An officer whose unit reaches the producer's."""
    return product is not None and reaches(user, product.producer.unit_id, *OFFICERS)


@rules.predicate
def works_with_entry(user, entry) -> bool:
    """An officer whose unit reaches the unit of the entry's producer."""
    return entry is not None and reaches(user, entry.product.producer.unit_id, *OFFICERS)


@rules.predicate
def decides_on_entry(user, entry) -> bool:
    """A district officer of the unit that runs the entry's cycle."""
    return entry is not None and reaches(user, entry.cycle.unit_id, Role.Kind.DISTRICT_OFFICER)


@rules.predicate
def runs_cycle(user, cycle) -> bool:
    """A district officer of the unit that runs the cycle."""
    return cycle is not None and reaches(user, cycle.unit_id, Role.Kind.DISTRICT_OFFICER)


@rules.predicate
def runs_plan(user, plan) -> bool:
    """A district officer of the plan's unit."""
    return plan is not None and reaches(user, plan.unit_id, Role.Kind.DISTRICT_OFFICER)


rules.add_perm("products.list_products", is_officer)
rules.add_perm("products.add_product", is_officer)
rules.add_perm("products.view_product", works_with_product)
rules.add_perm("products.change_product", works_with_product)
rules.add_perm("products.add_cycle", is_district_officer)
rules.add_perm("products.change_cycle", runs_cycle)
rules.add_perm("products.view_entry", works_with_entry)
rules.add_perm("products.prepare_entry", works_with_entry)
rules.add_perm("products.decide_entry", decides_on_entry)
rules.add_perm("products.add_plan", is_district_officer)
rules.add_perm("products.change_plan", runs_plan)


# --- Promotion, chains, flagship products ---


@rules.predicate
def keeps_for_unit(user, row) -> bool:
    """A district officer of the unit that keeps the fair or the chain."""
    return row is not None and reaches(user, row.unit_id, Role.Kind.DISTRICT_OFFICER)


@rules.predicate
def works_with_its_product(user, row) -> bool:
    """An officer whose unit reaches the producer of the row's product."""
    return row is not None and works_with_product(user, row.product)


rules.add_perm("products.add_fair", is_district_officer)
rules.add_perm("products.change_fair", keeps_for_unit)
rules.add_perm("products.add_chain", is_district_officer)
rules.add_perm("products.change_chain", keeps_for_unit)
rules.add_perm("products.change_promotion", works_with_its_product)
