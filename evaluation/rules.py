"""Who may do what with councils, rounds and sheets. Default is no.

Marks stay with their author until scoring has ended: no role, and no sum of roles, opens them.
"""

import rules

from communes.models import Role
from communes.rules import is_district_officer
from communes.scope import holds, reaches
from ocop_portal.accounts.second_factor import require_second_factor_for

from .models import Round, Seat
from .scope import seats_of


def seat_in(user, council_id: int) -> Seat | None:
    """The person's seat in a council, while they hold it and a role; read once per request."""
    return seats_by_council(user).get(council_id)


def seats_by_council(user) -> dict[int, Seat]:
    """Council → the person's seat in it, of all their seats; read once per request."""
    if not user.is_authenticated:
        return {}
    if not hasattr(user, "_seats"):
        user._seats = {seat.council_id: seat for seat in seats_of(user)}
    return user._seats


def councils_kept(user) -> set[int]:
    """The councils of which the person is the secretary."""
    return {
        council
        for council, seat in seats_by_council(user).items()
        if seat.position == Seat.Position.SECRETARY
    }


def _position(user, round_) -> str:
    seat = seat_in(user, round_.council_id)
    return seat.position if seat else ""


def _runs(user, unit_id: int) -> bool:
    return reaches(user, unit_id, Role.Kind.DISTRICT_OFFICER)


@rules.predicate
def runs_council(user, council) -> bool:
    """A district officer of the council's unit."""
    return council is not None and _runs(user, council.unit_id)


@rules.predicate
def sits_in_council(user, council) -> bool:
    """Anyone who holds a seat in the council."""
    return council is not None and seat_in(user, council.pk) is not None


@rules.predicate
def prepares_round(user, round_) -> bool:
    """A district officer of the unit, or the council's secretary."""
    if round_ is None:
        return False
    return _position(user, round_) == Seat.Position.SECRETARY or _runs(user, round_.council.unit_id)


@rules.predicate
def leads_round(user, round_) -> bool:
    """The council's chair or secretary."""
    return round_ is not None and _position(user, round_) in {
        Seat.Position.CHAIR,
        Seat.Position.SECRETARY,
    }


@rules.predicate
def keeps_round(user, round_) -> bool:
    """The council's secretary."""
    return round_ is not None and _position(user, round_) == Seat.Position.SECRETARY


@rules.predicate
def checks_dossiers(user, round_) -> bool:
    """The council's support team."""
    return round_ is not None and _position(user, round_) == Seat.Position.SUPPORT


@rules.predicate
def sees_round(user, round_) -> bool:
    """Those who prepare it; members and support team once it is open."""
    if round_ is None:
        return False
    if prepares_round(user, round_):
        return True
    position = _position(user, round_)
    if position in {Seat.Position.CHAIR, Seat.Position.SUPPORT}:
        return True
    return bool(position) and round_.state not in {Round.State.DRAFT, Round.State.CANCELLED}


@rules.predicate
def sees_tally(user, round_) -> bool:
    """Chair and secretary once scoring has ended; all of the council and the office once it is closed.

    While scoring is open nobody sees a mean, a total or a mark of another, whatever their roles.
    """
    if round_ is None:
        return False
    if round_.state == Round.State.TALLYING:
        return leads_round(user, round_)
    return round_.is_settled and sees_round(user, round_)


@rules.predicate
def sees_papers(user, round_) -> bool:
    """Who prepares a round, for the invitation; once it is closed, whoever sees its tally."""
    return prepares_round(user, round_) or sees_tally(user, round_)


@rules.predicate
def sees_score_papers(user, round_) -> bool:
    """Every member's marks on paper: chair, secretary and the office, of a closed round alone."""
    if round_ is None or not round_.is_settled:
        return False
    return leads_round(user, round_) or prepares_round(user, round_)


@rules.predicate
def publishes_round(user, round_) -> bool:
    """The secretary, or a district officer of the council's unit."""
    return prepares_round(user, round_)


@rules.predicate
def keeps_recognitions_of(user, product) -> bool:
    """A district officer whose unit reaches the producer's."""
    return product is not None and reaches(
        user, product.producer.unit_id, Role.Kind.DISTRICT_OFFICER
    )


@rules.predicate
def works_in_councils(user) -> bool:
    """A district officer, or anyone with a council role or seat."""
    if not user.is_authenticated:
        return False
    if holds(user, Role.Kind.DISTRICT_OFFICER, Role.Kind.COUNCIL_MEMBER, Role.Kind.SUPPORT_TEAM):
        return True
    return bool(seats_by_council(user))


@rules.predicate
def follows_referrals(user) -> bool:
    """A district officer, or a secretary of a council."""
    if not user.is_authenticated:
        return False
    if holds(user, Role.Kind.DISTRICT_OFFICER):
        return True
    return bool(councils_kept(user))


@rules.predicate
def sends_referral(user, referral) -> bool:
    """Who prepares the round that the referral comes from."""
    return referral is not None and prepares_round(user, referral.result.candidate.round)


@rules.predicate
def receives_referral(user, referral) -> bool:
    """A district (or province) officer whose role reaches the unit that it was sent to."""
    if referral is None or referral.to_unit_id is None:
        return False
    return _runs(user, referral.to_unit_id)


@require_second_factor_for
def secretaries_need_a_second_factor(user) -> bool:
    """A secretary closes rounds and publishes results."""
    return bool(councils_kept(user))


rules.add_perm("evaluation.list_rounds", works_in_councils)
rules.add_perm("evaluation.add_council", is_district_officer)
rules.add_perm("evaluation.view_council", runs_council | sits_in_council)
rules.add_perm("evaluation.change_council", runs_council)
rules.add_perm("evaluation.add_round", runs_council)  # on the council
rules.add_perm("evaluation.view_round", sees_round)
rules.add_perm("evaluation.prepare_round", prepares_round)
rules.add_perm("evaluation.check_dossiers", checks_dossiers)
rules.add_perm("evaluation.end_scoring", keeps_round)
rules.add_perm("evaluation.call_substitutes", keeps_round)
rules.add_perm("evaluation.close_round", keeps_round)
rules.add_perm("evaluation.reopen_sheet", leads_round)
rules.add_perm("evaluation.view_tally", sees_tally)
rules.add_perm("evaluation.view_papers", sees_papers)
rules.add_perm("evaluation.view_score_papers", sees_score_papers)
rules.add_perm("evaluation.publish_round", publishes_round)
rules.add_perm("evaluation.add_recognition", keeps_recognitions_of)
rules.add_perm("evaluation.list_referrals", follows_referrals)
rules.add_perm("evaluation.send_referral", sends_referral)
rules.add_perm("evaluation.receive_referral", receives_referral)
