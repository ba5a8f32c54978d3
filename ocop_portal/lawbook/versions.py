"""Which version of a criteria set is current. The one door through which the portal takes a set to use."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import CharField, Count, DateTimeField, F, IntegerField, Q, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from ocop_portal import law

from .models import SetCheck, SetVersion, thaw


def current_set(decision: str, number: int) -> law.CriteriaSet:
    """The set as it is to be used today: the newest published version. One query.

    UnknownDecision, UnknownSet; MissingSet where there is no text in the law's files and none was
    published here. LawError when a published version was altered behind the portal's back.
    """
    found = current_sets(decision, [number])
    # A set without a text says itself why it cannot be used.
    return found[number] if number in found else law.decision(decision).criteria_set(number)


def current_sets(decision: str, numbers: Iterable[int]) -> dict[int, law.CriteriaSet]:
    """`current_set` of several sets in one query; those without a text are left out."""
    shelf = law.decision(decision)
    numbers = set(numbers)
    found = {
        number: shelf.criteria_set(number) for number in numbers if shelf.summary(number).usable
    }
    published = SetVersion.objects.filter(
        decision=decision, number__in=numbers, state=SetVersion.State.PUBLISHED
    )
    for number, version, digest, content in published.order_by("version").values_list(
        "number", "version", "digest", "content"
    ):
        if number not in found or version > found[number].version:
            found[number] = thaw(digest, content)
    return found


def summaries(decision: str) -> dict[int, law.SetSummary]:
    """The sets as the Decision lists them, by number; one that was published here is not missing.

    One query; none where the law's files have every text.
    """
    found = {item.number: item for item in law.decision(decision).sets}
    missing = {number for number, item in found.items() if not item.usable}
    if missing:
        published = SetVersion.objects.filter(
            decision=decision, number__in=missing, state=SetVersion.State.PUBLISHED
        )
        for number in published.values_list("number", flat=True):
            found[number] = replace(found[number], state=law.TRANSCRIBED)
    return found


def summary(decision: str, number: int) -> law.SetSummary:
    """`summaries` for one set; UnknownSet. Asks the database only where the files have no text."""
    found = law.decision(decision).summary(number)
    return found if found.usable else summaries(decision)[number]


def usable_numbers(decision: str) -> set[int]:
    """The sets of a Decision that can be scored: with a text in the files, or published here."""
    return {number for number, item in summaries(decision).items() if item.usable}


def by_digest(digest: str) -> law.CriteriaSet | None:
    """The version with this content that was ever published here; None for any other."""
    found = SetVersion.objects.filter(digest=digest, published_at__isnull=False).first()
    return found.criteria if found else None


@dataclass(frozen=True)
class Standing:
    """How far the text of one version of a set can be trusted, to be shown wherever it is used.

    `state` as in the law. `entered_here`: the text is not the one of the law's files but was
    entered or corrected in this portal. `checked_by`, `checked_on`, `document`: who compared it
    with which signed text; empty while nobody signed. `ticked` of `sections` were found to agree
    in the comparison that is furthest.
    """

    state: str
    entered_here: bool = False
    checked_by: str = ""
    checked_on: datetime.date | None = None
    document: str = ""
    ticked: int = 0
    sections: int = 0

    @property
    def is_checked(self) -> bool:
        """Whether an officer signed that this text agrees with the signed one."""
        return self.checked_on is not None

    @property
    def awaits_signature(self) -> bool:
        """Whether every section was found to agree and nobody has signed that yet."""
        return not self.is_checked and 0 < self.sections <= self.ticked

    @property
    def tone(self) -> str:
        """The colour of the state's badge."""
        if self.state == law.MISSING:
            return "returned"
        return "done" if self.is_checked else "waiting"

    @property
    def origin(self) -> str:
        """Where the text comes from, in words."""
        if self.state == law.MISSING:
            return _("chưa có văn bản")
        copied, entered = _("chép lại từ bản đã công bố"), _("nhập tại cổng thông tin")
        words = entered if self.entered_here else copied
        if self.state == law.RECONSTRUCTED:
            words = _("%(origin)s, có chỗ khôi phục") % {"origin": words}
        return words

    @property
    def checking(self) -> str:
        """What is known of its comparison with the signed text, in words."""
        if self.state == law.MISSING:
            return ""
        if self.is_checked:
            return _("đã đối chiếu với %(document)s (%(by)s, %(on)s)") % {
                "document": self.document,
                "by": self.checked_by,
                "on": self.checked_on.strftime("%d/%m/%Y"),
            }
        if self.awaits_signature:
            return _("đã đối chiếu đủ %(sections)s mục với văn bản ký, chờ ký xác nhận") % {
                "sections": self.sections
            }
        if self.ticked:
            return _("đang đối chiếu với văn bản ký: %(ticked)s/%(sections)s mục khớp") % {
                "ticked": self.ticked,
                "sections": self.sections,
            }
        return _("chưa đối chiếu với văn bản ký")

    def __str__(self) -> str:
        return "; ".join(filter(None, [self.origin, self.checking]))


MISSING = Standing(law.MISSING)


def standing(criteria_set: law.CriteriaSet) -> Standing:
    """How far this text can be trusted. One query."""
    return standings([criteria_set])[criteria_set.digest]


def standings(criteria_sets: Iterable[law.CriteriaSet]) -> dict[str, Standing]:
    """`standing` of several sets by digest, in one query.

    A comparison with a scan that was withdrawn since does not count. Of several signed ones the
    latest is told.
    """
    states = {found.digest: found.state for found in criteria_sets}
    entered, signed, begun = set(), {}, {}
    for kind, digest, at, by, number, title, ticked, sections in _facts(list(states)):
        if kind == "version":
            entered.add(digest)
        elif at:
            if digest not in signed or signed[digest]["at"] < at:
                signed[digest] = {
                    "at": at,
                    "checked_by": by,
                    "checked_on": timezone.localtime(at).date(),
                    "document": f"{number}: {title}",
                    "ticked": ticked,
                    "sections": sections,
                }
        else:
            begun[digest] = max(begun.get(digest, (0, sections)), (ticked, sections))
    found = {}
    for digest, state in states.items():
        facts = dict(signed.get(digest, {}))
        facts.pop("at", None)
        if not facts and digest in begun:
            facts = dict(zip(("ticked", "sections"), begun[digest], strict=True))
        found[digest] = Standing(state, entered_here=digest in entered, **facts)
    return found


def _facts(digests: list[str]):
    """Versions entered here and comparisons of these digests, as rows of one shape."""
    columns = ("kind", "digest", "at", "by", "document_number", "document_title", "ticked", "of")
    versions = SetVersion.objects.filter(digest__in=digests).annotate(
        kind=Value("version", CharField()),
        at=Value(None, DateTimeField()),
        by=Value("", CharField()),
        document_number=Value("", CharField()),
        document_title=Value("", CharField()),
        ticked=Value(0, IntegerField()),
        of=Value(0, IntegerField()),
    )
    checks = SetCheck.objects.filter(
        digest__in=digests, document__withdrawn_at__isnull=True
    ).annotate(
        kind=Value("check", CharField()),
        at=F("signed_at"),
        by=F("officer__full_name"),
        document_number=F("document__number"),
        document_title=F("document__title"),
        ticked=Count("ticks", filter=Q(ticks__agrees=True)),
        of=F("sections"),
    )
    return (
        versions.order_by()
        .values_list(*columns)
        .union(checks.order_by().values_list(*columns), all=True)
    )
