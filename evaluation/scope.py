"""Which councils, rounds and sheets a person may see: one query per question."""

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

from communes.models import Role
from communes.scope import unit_ids_in_scope

from .models import Candidate, Conflict, Council, Recognition, Round, Seat, Sheet, SupportCheck
from .seating import sheet_takes_part, standing_calls

SEATED_ROLES = (Role.Kind.COUNCIL_MEMBER, Role.Kind.SUPPORT_TEAM)


def with_role(seats: QuerySet[Seat]) -> QuerySet[Seat]:
    """Those whose holder still has, today, a role that reaches the council's unit.

    A seat names who belongs to the council and counts for the quorum; what its holder may see and
    do ends with the role, as everywhere in the portal.
    """
    role = Role.objects.on().filter(
        user=OuterRef("user"), kind__in=SEATED_ROLES, unit__covers__unit=OuterRef("council__unit")
    )
    return seats.filter(Exists(role))


def seats_of(user) -> QuerySet[Seat]:
    """The person's seats that they have not left and still have a role for."""
    return with_role(Seat.objects.filter(user=user, left_on__isnull=True))


def councils_for(user) -> QuerySet[Council]:
    """Councils that the person sits in, and those of units where they are district officer."""
    if not user.is_authenticated:
        return Council.objects.none()
    units = unit_ids_in_scope(user, Role.Kind.DISTRICT_OFFICER)
    return Council.objects.filter(Q(unit__in=units) | Q(pk__in=seats_of(user).values("council")))


def rounds_for(user) -> QuerySet[Round]:
    """Rounds of the councils that the person may see. A member sees a round once it is open."""
    if not user.is_authenticated:
        return Round.objects.none()
    units = unit_ids_in_scope(user, Role.Kind.DISTRICT_OFFICER)
    prepares = seats_of(user).filter(
        position__in=[Seat.Position.CHAIR, Seat.Position.SECRETARY, Seat.Position.SUPPORT]
    )
    return Round.objects.filter(
        Q(council__unit__in=units)
        | Q(council__in=prepares.values("council"))
        | (
            Q(council__in=seats_of(user).values("council"))
            & ~Q(state__in=[Round.State.DRAFT, Round.State.CANCELLED])
        )
    )


def _scores(user) -> Q:
    """Products of which the person is a scoring member, not replaced, or a substitute called in."""
    seats = seats_of(user).filter(scores=True, council=OuterRef("round__council"))
    calls = standing_calls("pk", "round")
    member = Q(Exists(seats.filter(substitutes_for__isnull=True)))
    called = Q(Exists(seats)) & Q(Exists(calls.filter(substitute__user=user)))
    return ~Q(Exists(calls.filter(principal__user=user))) & (member | called)


def candidates_to_score(user) -> QuerySet[Candidate]:
    """The products that this member scores: a scoring seat, no conflict, the round past its draft.

    A product with a declared conflict is gone for this member, in lists and counts alike.
    """
    conflicts = Conflict.objects.filter(candidate=OuterRef("pk"), seat__user=user)
    return Candidate.objects.filter(
        _scores(user),
        ~Exists(conflicts),
        removed_at__isnull=True,
        round__state__in=[
            Round.State.OPEN,
            Round.State.TALLYING,
            Round.State.CLOSED,
            Round.State.PUBLISHED,
        ],
    )


ENDED = (Round.State.TALLYING, Round.State.CLOSED, Round.State.PUBLISHED)


def candidates_to_check(user) -> QuerySet[Candidate]:
    """The products whose dossiers this person of the support team checks while scoring is open."""
    seats = seats_of(user).filter(
        position=Seat.Position.SUPPORT, council=OuterRef("round__council")
    )
    conflicts = Conflict.objects.filter(candidate=OuterRef("pk"), seat__user=user)
    return Candidate.objects.filter(
        Exists(seats),
        ~Exists(conflicts),
        removed_at__isnull=True,
        round__state=Round.State.OPEN,
    )


def opinions_open_to(user) -> QuerySet[Candidate]:
    """The products of which this person may read what the support team wrote.

    Scoring members where the council's rules, as they stood when the round opened, let them; chair
    and secretary once they may see the comparison (`hidden_from`). Nobody with a declared conflict.
    """
    here = seats_of(user).filter(council=OuterRef("round__council"))
    scores = _scores(user)
    leads = Exists(here.filter(position__in=[Seat.Position.CHAIR, Seat.Position.SECRETARY]))
    conflicts = Conflict.objects.filter(candidate=OuterRef("pk"), seat__user=user)
    handed_in = Sheet.objects.filter(
        candidate=OuterRef("pk"), seat__user=user, submitted_at__isnull=False
    )
    owes = Q(scores, ~Exists(handed_in), round__state=Round.State.TALLYING)
    return Candidate.objects.filter(
        Q(scores, round__members_see_support=True, round__state__in=[Round.State.OPEN, *ENDED])
        | (Q(leads, round__state__in=ENDED) & ~owes),
        ~Exists(conflicts),
        removed_at__isnull=True,
    )


def support_checks_for(user) -> QuerySet[SupportCheck]:
    """One's own checks, and those of products whose opinions are open to the person."""
    conflicts = Conflict.objects.filter(candidate=OuterRef("candidate"), seat__user=user)
    own = seats_of(user).filter(position=Seat.Position.SUPPORT)
    return SupportCheck.objects.filter(
        Q(seat__in=own) | Q(candidate__in=opinions_open_to(user)),
        ~Exists(conflicts),
        # What somebody wrote who has since declared a conflict is read by nobody.
        ~Exists(Conflict.objects.filter(candidate=OuterRef("candidate"), seat=OuterRef("seat"))),
        candidate__removed_at__isnull=True,
    )


def current_sheets() -> QuerySet[Sheet]:
    """Each member's newest version of each sheet."""
    return Sheet.objects.exclude(state=Sheet.State.SUPERSEDED)


def own_sheets(user) -> QuerySet[Sheet]:
    """A member's own sheets, all versions; nobody else's."""
    return Sheet.objects.filter(seat__user=user)


def hidden_from(user, round_: Round) -> tuple[frozenset[int], frozenset[int]]:
    """The candidates of which this person sees no sheet and no figure, in one query.

    First those with a declared conflict. Then, while the council settles differences, those that
    the person scores and has never handed in: who could have a lapsed sheet reopened after reading
    the tally would not score independently, chair and secretary included.
    """
    rows = with_hiding(Candidate.objects.filter(round=round_), user)
    return hidden_among(rows.only("pk"), round_)


def with_hiding(candidates: QuerySet[Candidate], user) -> QuerySet[Candidate]:
    """The same rows with what `hidden_among` asks, for pages that read them anyway."""
    conflict = Conflict.objects.filter(candidate=OuterRef("pk"), seat__user=user)
    handed_in = Sheet.objects.filter(
        candidate=OuterRef("pk"), seat__user=user, submitted_at__isnull=False
    )
    return candidates.annotate(
        has_conflict=Exists(conflict),
        is_owed=ExpressionWrapper(_scores(user) & ~Q(Exists(handed_in)), BooleanField()),
    )


def hidden_among(candidates, round_: Round) -> tuple[frozenset[int], frozenset[int]]:
    """`hidden_from` of rows that were read `with_hiding`."""
    settling = round_.state == Round.State.TALLYING
    conflicts = {row.pk for row in candidates if row.has_conflict}
    owed = {row.pk for row in candidates if settling and row.is_owed and not row.has_conflict}
    return frozenset(conflicts), frozenset(owed)


def sheets_owed(round_ids) -> QuerySet[Seat]:
    """Pairs (seat, candidate) still without a submitted sheet, for lists and reminders alike.

    Each row is a seat with `candidate_id` and `round_id` annotated.
    """

    submitted = Sheet.objects.filter(
        seat=OuterRef("pk"), candidate=OuterRef("candidate_id"), state=Sheet.State.SUBMITTED
    )
    conflict = Conflict.objects.filter(seat=OuterRef("pk"), candidate=OuterRef("candidate_id"))
    calls = standing_calls("candidate_id", "round_id")
    return (
        Seat.objects.filter(
            scores=True,
            left_on__isnull=True,
            council__rounds__in=round_ids,
            council__rounds__candidates__removed_at__isnull=True,
        )
        .annotate(
            round_id=F("council__rounds__pk"), candidate_id=F("council__rounds__candidates__pk")
        )
        .filter(candidate_id__isnull=False)
        .filter(~Exists(submitted), ~Exists(conflict))
        .filter(~Exists(calls.filter(principal=OuterRef("pk"))))
        .filter(
            Q(substitutes_for__isnull=True) | Q(Exists(calls.filter(substitute=OuterRef("pk"))))
        )
    )


def reopened_sheets() -> QuerySet[Sheet]:
    """Sheets reopened while the council settles differences and not yet handed in again."""
    conflict = Conflict.objects.filter(candidate=OuterRef("candidate"), seat=OuterRef("seat"))
    return Sheet.objects.filter(
        sheet_takes_part(),
        ~Exists(conflict),
        state=Sheet.State.DRAFT,
        seat__left_on__isnull=True,
        candidate__removed_at__isnull=True,
        candidate__round__state=Round.State.TALLYING,
    )


def recognitions_to_renew() -> QuerySet[Recognition]:
    """Recognitions in force whose end is known, of products still made, without a longer one."""
    longer = Recognition.objects.filter(
        product=OuterRef("product"),
        revoked_on__isnull=True,
        valid_until__gt=OuterRef("valid_until"),
    )
    return Recognition.objects.filter(
        ~Exists(longer),
        valid_until__isnull=False,
        revoked_on__isnull=True,
        product__is_active=True,
    )


def leaders(councils) -> QuerySet[Seat]:
    """The seats of chair and secretary of these councils, while held and with a role."""
    return with_role(
        Seat.objects.filter(
            council__in=councils,
            left_on__isnull=True,
            position__in=[Seat.Position.CHAIR, Seat.Position.SECRETARY],
            user__is_active=True,
        )
    )
