"""A Decision as frozen values, with the criteria sets that it lists: no files, no database, no clock."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from numbers import Rational

from .criteria import MISSING, Band, CriteriaSet, band_of
from .errors import UnknownSet


@dataclass(frozen=True)
class SetSummary:
    """A set as the Decision's classification lists it. `usable` is false for a missing set.

    `agency`: the lead ministry, "" where the source names none. `follows`: the sets of earlier
    Decisions, as (slug, number), that this one follows by its name; inferred, so that it is a
    suggestion for an officer to confirm and never a rule.
    """

    number: int
    name: str
    branch: str
    group: str
    agency: str
    state: str
    is_service: bool = False
    follows: tuple[tuple[str, int], ...] = ()

    @property
    def usable(self) -> bool:
        return self.state != MISSING


@dataclass(frozen=True)
class Group:
    """A group of products (nhóm) with its sets (bộ)."""

    name: str
    sets: tuple[SetSummary, ...]


@dataclass(frozen=True)
class Branch:
    """One of the Decision's branches of products (ngành)."""

    name: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class DossierItem:
    """A paper, sample or kind of evidence of the dossier.

    `code` is an ASCII slug that never changes. `form`: "file" or "physical". `quantity`: units to
    hand in, None for papers. `only_if`: the slug of a condition ("must_register"), `condition` its
    words. `provenance`: T, Q, R, D, I as in the Decision's file, or "" where the source bears no
    mark.
    """

    code: str
    name: str
    mandatory: bool
    form: str = "file"
    quantity: int | None = None
    only_if: str = ""
    condition: str = ""
    not_for_services: bool = False
    # The step of the yearly cycle (2 idea, 3 plan, 5 evaluation) by which it has to be in.
    due_step: int = 5
    provenance: str = ""


@dataclass(frozen=True)
class Level:
    """A level of evaluation, from the district up, as it stands in one period.

    `recognises`: the stars that its authority certifies. Means from `refers_from` up go on to the
    level `refers_to`; below `returns_below` the dossier goes back to the producer to improve.
    `valid_from`, `valid_until`: first and last day of the period, None for as long as the Decision
    goes; a level that changes has one entry for each period.
    """

    code: str
    name: str
    authority: str
    recognises: tuple[int, ...] = ()
    refers_from: int | None = None
    refers_to: str = ""
    returns_below: int | None = None
    valid_from: datetime.date | None = None
    valid_until: datetime.date | None = None
    provenance: str = ""

    def valid_on(self, day: datetime.date) -> bool:
        """Whether the level stands so on this day, both ends included."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    def refers(self, mean: Rational) -> str:
        """The code of the level that a product with this exact mean is sent on to; "" for none."""
        return self.refers_to if self.refers_from is not None and mean >= self.refers_from else ""


@dataclass(frozen=True)
class WorkingRules:
    """Defaults of a council's working rules (quy chế); a round may set its own.

    `quorum`: least share of the members present, the chair among them when `chair_required`.
    `spread_limit`: totals of two members further apart than this many points are discussed and
    rescored. `documents_days`: working days before the meeting by which members must hold the
    documents.
    """

    quorum: Fraction
    chair_required: bool
    spread_limit: int
    documents_days: int
    provenance: str = ""

    def quorum_count(self, members: int) -> int:
        """The least number of members that makes a quorum out of `members`."""
        return ceil(self.quorum * members)


@dataclass(frozen=True)
class LegalForm:
    """A legal form of a producer, and the option of the criterion that it stands in."""

    code: str
    name: str
    option: int


@dataclass(frozen=True)
class Amendment:
    """A later Decision that amends this one.

    `not_applied`: what of it the portal does not apply, because its text was not found, in words
    for those who must look it up; empty when all of it is in the criteria.
    """

    number: str
    dated: datetime.date
    what: str
    not_applied: str = ""


@dataclass(frozen=True)
class Check:
    """A question that the council answers by hand, because the files cannot.

    `text` asks whether the product meets what the amending Decision `source` demands for `star`
    (3–5) stars. It is asked from `from_day` on, `not_for_services`: of goods alone. `code` is an
    ASCII slug that never changes; the council's answers are kept by it.
    """

    code: str
    star: int
    text: str
    source: str
    from_day: datetime.date
    not_for_services: bool = False
    provenance: str = ""


# Who a date of the calendar binds, beside the levels that evaluate.
ACTORS = ("producer", "commune", "district", "province", "centre")


@dataclass(frozen=True)
class CalendarItem:
    """A date or a time limit that the Decision sets; `what` says it in words.

    `level`: who is bound, one of `ACTORS`. Exactly one of these tells the time:
    `before`: month and day, every year, and the act is due before that day;
    `working_days` or `days`: a limit that runs from the event that `what` names;
    `days_before_to`: at the latest so many days before a certificate expires, and where
    `days_before_from` is given not earlier than so many (a window, as 180 to 120).
    `valid_from`, `valid_until`: first and last day of the period, None for as long as the Decision
    goes.
    """

    code: str
    what: str
    level: str
    before: tuple[int, int] | None = None
    working_days: int | None = None
    days: int | None = None
    days_before_from: int | None = None
    days_before_to: int | None = None
    valid_from: datetime.date | None = None
    valid_until: datetime.date | None = None
    provenance: str = ""


@dataclass(frozen=True)
class Published:
    """A version of a set that was published, and must stay as it was: `digest` tells."""

    set_number: int
    version: int
    digest: str
    on: datetime.date


@dataclass(frozen=True)
class Decision:
    """A Decision as data. `in_force_until` is the last day in force, None while it is in force.

    `star_rule`: the printed footnote on the stars beside the options, "" where none are printed.
    """

    slug: str
    number: str
    title: str
    dated: datetime.date
    in_force_from: datetime.date
    in_force_until: datetime.date | None
    amended_by: tuple[Amendment, ...]
    bands: tuple[Band, ...]
    part_points: dict[str, int]
    star_rule: str
    branches: tuple[Branch, ...]
    levels: tuple[Level, ...]
    checks: tuple[Check, ...]
    calendar: tuple[CalendarItem, ...]
    working_rules: WorkingRules
    dossier: tuple[DossierItem, ...]
    legal_forms: tuple[LegalForm, ...]
    legal_form_criterion: str
    certificate_months: int
    certificate_from_stars: int
    product_code_pattern: str
    provenance: dict[str, str]
    readings: tuple[str, ...]
    open_questions: tuple[str, ...]
    published: tuple[Published, ...]
    load_set: Callable[[int], CriteriaSet] = field(repr=False, compare=False)

    def not_applied_on(self, day: datetime.date) -> tuple[str, ...]:
        """What the council must check by hand on this day, because the portal cannot."""
        return tuple(a.not_applied for a in self.amended_by if a.not_applied and a.dated <= day)

    @property
    def sets(self) -> tuple[SetSummary, ...]:
        """Every set by number, the missing ones included."""
        found = (item for branch in self.branches for group in branch.groups for item in group.sets)
        return tuple(sorted(found, key=lambda item: item.number))

    def summary(self, number: int) -> SetSummary:
        """The set as classified; UnknownSet otherwise."""
        for item in self.sets:
            if item.number == number:
                return item
        raise UnknownSet(f"{self.number} không có bộ sản phẩm số {number}.")

    def criteria_set(self, number: int) -> CriteriaSet:
        """The set, read once and kept. UnknownSet, or MissingSet where no text was found."""
        self.summary(number)
        return self.load_set(number)

    def band(self, points: Rational) -> int:
        """The stars of the band that holds these exact points (0–100)."""
        return band_of(self.bands, points)

    def level(self, code: str, on: datetime.date | None = None) -> Level:
        """The level "district", "province" or "centre" as it stands on this day.

        Without a day: as it stood last. KeyError for a level that the Decision does not know, or
        that did not exist on the day. The day need not be one on which the Decision is in force.
        """
        periods = [level for level in self.levels if level.code == code]
        if on is not None:
            periods = [level for level in periods if level.valid_on(on)]
        if not periods:
            raise KeyError(code)
        return max(periods, key=lambda level: level.valid_from or datetime.date.min)

    def levels_on(self, day: datetime.date) -> tuple[Level, ...]:
        """The levels that evaluate on this day, from the lowest up."""
        return tuple(level for level in self.levels if level.valid_on(day))

    def checks_on(self, day: datetime.date, *, is_service: bool) -> tuple[Check, ...]:
        """The questions that a council that meets on this day answers by hand for a product."""
        return tuple(
            check
            for check in self.checks
            if check.from_day <= day and not (check.not_for_services and is_service)
        )

    def in_force_on(self, day: datetime.date) -> bool:
        """Whether the Decision is in force on this day, both ends included."""
        return self.in_force_from <= day and (
            self.in_force_until is None or day <= self.in_force_until
        )
