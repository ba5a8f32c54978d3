"""Step 4, the plan carried out: when it can be written down, what is still open, what it came to."""

import datetime
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from communes.keeping import keep, withdraw
from communes.kept_files import keep_file
from ocop_portal.page_language import filled
from ocop_portal.uploads import Upload

from .models import Entry, Grant, Milestone, Problem, Spending, Visit, VisitFile
from .works_models import OfEntry

S = Entry.State
# From the day the plan is handed in; support and bills may still come while a council sits.
WRITABLE = frozenset(S) - {
    *(S.IDEA_DRAFT, S.IDEA_REGISTERED, S.IDEA_RETURNED),
    *(S.PLAN_AWAITED, S.WITHDRAWN),
}


def why_locked(entry: Entry) -> str:
    """Why nothing of step 4 can be written down or withdrawn now; empty when it can."""
    if entry.cycle.is_closed:
        return _("Chu trình đã khép lại: chỉ còn xem.")
    if entry.state == S.WITHDRAWN:
        return _("Sản phẩm đã rút khỏi chu trình: chỉ còn xem.")
    if entry.state not in WRITABLE:
        return _("Ghi được từ khi phương án đã nộp.")
    return ""


def _lock(entry_id: int) -> Entry:
    """The entry, held so that it is not moved or closed meanwhile; ValidationError when locked."""
    entry = Entry.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=entry_id)
    if why := why_locked(entry):
        raise ValidationError(why)
    return entry


@transaction.atomic
def save_work(*, row: OfEntry, by, seen: datetime.datetime | None = None) -> OfEntry:
    """Add a row of step 4, or keep changes to one; ValidationError as in `keep`, or when locked."""
    return keep(row=row, under=_lock(row.entry_id), by=by, seen=seen)


@transaction.atomic
def withdraw_work(*, row: OfEntry, by, reason: str) -> OfEntry:
    """Withdraw a row; it counts no more. ValidationError without a reason, or when locked."""
    _lock(row.entry_id)
    return withdraw(row=row, by=by, reason=reason)


@transaction.atomic
def attach_file(*, visit: Visit, upload: Upload, caption: str, by) -> VisitFile:
    """Add a photo or paper to a visit; ValidationError when withdrawn or locked, or kept before."""
    _lock(visit.entry_id)
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    if visit.withdrawn_at:
        raise ValidationError(_("Lần kiểm tra này đã được rút, không thêm tệp được nữa."))
    row = VisitFile(visit=visit, caption=caption)
    return keep_file(row=row, upload=upload, under=visit, by=by)


@transaction.atomic
def withdraw_file(*, row: VisitFile, by, reason: str) -> VisitFile:
    """Withdraw a photo or paper; ValidationError without a reason, or when locked."""
    _lock(row.visit.entry_id)
    return withdraw(row=row, by=by, reason=reason)


@dataclass(frozen=True)
class Works:
    """What step 4 of an entry came to, withdrawn rows left out; `granted` and `spent` in đồng."""

    milestones: int
    done: int
    visits: int
    granted: int
    spent: int
    problems: int
    solved: int

    @property
    def has_any(self) -> bool:
        """Whether anything was written down."""
        return any(vars(self).values())


def _of_entry(rows: QuerySet, what) -> Subquery:
    found = rows.in_force().filter(entry=OuterRef("pk")).order_by()
    return Subquery(found.values("entry").annotate(n=what).values("n"))


# To be read with an entry (`annotate`), so that its page needs no further query.
NUMBERS = {
    f"works_{name}": number
    for name, number in {
        "milestones": _of_entry(Milestone.objects.all(), Count("pk")),
        "done": _of_entry(Milestone.objects.filter(done_on__isnull=False), Count("pk")),
        "visits": _of_entry(Visit.objects.all(), Count("pk")),
        "granted": _of_entry(Grant.objects.all(), Sum("amount")),
        "spent": _of_entry(Spending.objects.all(), Sum("amount")),
        "problems": _of_entry(Problem.objects.all(), Count("pk")),
        "solved": _of_entry(Problem.objects.filter(solved_on__isnull=False), Count("pk")),
    }.items()
}


def works_of(entry: Entry) -> Works:
    """The numbers of an entry; one query, none where it was read with `NUMBERS`."""
    found = vars(entry)
    if not found.keys() >= NUMBERS.keys():
        found = Entry.objects.filter(pk=entry.pk).values(**NUMBERS).get()
    return Works(**{name.removeprefix("works_"): found[name] or 0 for name in NUMBERS})


def left_open(entry: Entry) -> list[str]:
    """What step 4 leaves open when the entry goes on: milestones not done, problems not solved."""
    works = works_of(entry)
    undone, unsolved = works.milestones - works.done, works.problems - works.solved
    told = (
        (ngettext_lazy("Còn %d mốc việc chưa xong.", "Còn %d mốc việc chưa xong.", undone), undone),
        (
            ngettext_lazy(
                "Còn %d vướng mắc chưa giải quyết.", "Còn %d vướng mắc chưa giải quyết.", unsolved
            ),
            unsolved,
        ),
    )
    return [filled(words, number) for words, number in told if number]
