"""The life of an import: read, look over, confirm, write; take back. Safe to run again at any point.

Reading changes nothing but the import's own rows, so a run that died is simply begun anew. Writing
goes batch by batch: the data, and the note that a row is done, are one transaction. Taking back is
one transaction for all rows: it happens whole or not at all.
"""

import datetime
from collections.abc import Iterator
from itertools import islice
from uuid import uuid4

from celery import shared_task
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from ocop_portal.uploads import Upload

from .models import ColumnMap, Import, Row
from .registry import Draft, Importer, importer_of, importers
from .sheets import (
    ReadRow,
    ReadSheet,
    Unreadable,
    guess_columns,
    guess_kind,
    letter,
    read_workbook,
)

S, Outcome = Import.State, Row.Outcome
READ_BATCH, WRITE_BATCH = 250, 50
# A run that has not been heard of for so long has died.
SILENCE = datetime.timedelta(minutes=3)


class ImportRefused(Exception):
    """An act that the import does not allow now; the message is for the screen."""


class _Overtaken(Exception):
    """Another run has taken the import over."""


def offered_to(user) -> list[type[Importer]]:
    """What this person may enter, and so import."""
    return [found for found in importers() if user.has_perm(found.permission)]


@transaction.atomic
def start_import(*, upload: Upload, by, kind: str = "") -> Import:
    """Keep an uploaded workbook and let it be read. `kind`: what it holds, where it does not say."""
    job = Import(
        by=by,
        original_name=upload.name,
        size=upload.size,
        sha256=upload.sha256,
        wanted_kind=kind,
    )
    job.file.save(upload.stored_name, upload.file, save=False)
    job.save()
    _send(job)
    return job


def _send(job: Import) -> None:
    """Let a worker do what the import waits for, once this transaction stands."""
    transaction.on_commit(lambda: work.delay(job.pk))


@shared_task(ignore_result=True)
def work(job_id: int) -> None:
    """Do what an import waits for; any number of times."""
    job = Import.objects.get(pk=job_id)
    if not job.is_at_work:
        return
    run = uuid4().hex
    Import.objects.filter(pk=job_id).update(run=run, touched_at=timezone.now())
    do = {S.READING: _read, S.APPLYING: _apply, S.UNDOING: _undo}[job.state]
    try:
        do(job, run)
    except _Overtaken:
        return


@shared_task(ignore_result=True)
def take_up() -> int:
    """Take up the imports whose run has died; how many there were."""
    limit = timezone.now() - SILENCE
    silent = Import.objects.filter(state__in=Import.AT_WORK, touched_at__lt=limit)
    found = list(silent.values_list("pk", flat=True))
    for job_id in found:
        work.delay(job_id)
    return len(found)


def _held(job: Import, run: str) -> Import:
    """The import's row, locked; `_Overtaken` when it is another's by now. Inside a transaction."""
    found = Import.objects.select_for_update(of=("self",)).select_related("by").get(pk=job.pk)
    if found.run != run or found.state != job.state:
        raise _Overtaken
    return found


# --- Reading ----------------------------------------------------------------------------------


def _read(job: Import, run: str) -> None:
    with transaction.atomic():
        _held(job, run)
        job.rows.all().delete()
    try:
        with job.file.open("rb") as stream:
            sheets = read_workbook(stream)
        known, unused, open_maps = _recognise(job, sheets)
    except Unreadable as refusal:
        with transaction.atomic():
            held = _held(job, run)
            held.state, held.fault, held.finished_at = S.UNREADABLE, str(refusal), timezone.now()
            held.save()
        return
    with transaction.atomic():
        held = _held(job, run)
        held.total = sum(len(sheet.rows) for _kind, sheet, _columns in known)
        held.done, held.open_maps, held.unused = 0, open_maps, unused
        if open_maps:
            held.state = S.MAPPING
        held.save()
    if open_maps:
        return
    for kind, sheet, columns in known:
        _read_sheet(job, run, kind, sheet, columns)
    with transaction.atomic():
        held = _held(job, run)
        held.state = S.PREVIEW
        held.save()


def _recognise(job: Import, sheets: list[ReadSheet]):
    """The sheets with their kind and columns; headings not used; sheets to be matched by hand."""
    offered = offered_to(job.by)
    by_kind = {found.kind: found for found in offered}
    wanted = by_kind.get(job.wanted_kind) if len(sheets) == 1 else None
    known, unused, open_maps = [], [], []
    for sheet in sheets:
        kind = guess_kind(sheet, offered, wanted)
        if kind is None:
            unused.append(_("trang “%s”") % sheet.title)
            continue
        saved = ColumnMap.objects.filter(
            by=job.by, kind=kind.kind, fingerprint=sheet.fingerprint
        ).first()
        columns = saved.columns if saved else guess_columns(sheet.headings, kind.columns)
        if any(column.required and column.key not in columns for column in kind.columns):
            open_maps.append(
                {
                    "sheet": sheet.title,
                    "kind": kind.kind,
                    "headings": sheet.headings,
                    "columns": columns,
                    "fingerprint": sheet.fingerprint,
                }
            )
        taken = set(columns.values())
        unused += [
            f"{sheet.title}: {text}"
            for at, text in enumerate(sheet.headings)
            if text and at not in taken
        ]
        known.append((kind, sheet, columns))
    if not known:
        raise Unreadable(
            _(
                "Không nhận ra trang nào trong tệp. Dòng tiêu đề phải có tên cột như trong mẫu; "
                "nếu dùng mẫu riêng, hãy chọn loại số liệu rồi tải lên lại."
            )
        )
    known.sort(key=lambda item: item[0].rank)
    return known, unused, open_maps


@transaction.atomic
def match_columns(*, job: Import, columns: list[dict[str, int]], by) -> Import:
    """Remember how an officer's own headings are to be read, and read the file again.

    `columns`: for each open sheet, column key → position. Raises `ImportRefused` for a required
    column that is still missing and for one position used twice.
    """
    job = Import.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if job.state != S.MAPPING:
        return job
    for asked, chosen in zip(job.open_maps, columns, strict=True):
        kind = importer_of(asked["kind"])
        missing = [c.heading for c in kind.columns if c.required and c.key not in chosen]
        if missing:
            raise ImportRefused(_("Cần chỉ ra cột: %s.") % ", ".join(map(str, missing)))
        if len(set(chosen.values())) < len(chosen):
            raise ImportRefused(_("Một cột của tệp chỉ dùng cho một mục."))
        ColumnMap.objects.update_or_create(
            by=by,
            kind=asked["kind"],
            fingerprint=asked["fingerprint"],
            defaults={"columns": chosen, "saved_at": timezone.now()},
        )
    job.state, job.open_maps, job.touched_at = S.READING, [], timezone.now()
    job.save()
    _send(job)
    return job


def _read_sheet(
    job: Import, run: str, kind: type[Importer], sheet: ReadSheet, columns: dict[str, int]
) -> None:
    seen: dict[tuple, int] = {}
    rows = iter(sheet.rows)
    while batch := list(islice(rows, READ_BATCH)):
        with transaction.atomic():
            held = _held(job, run)
            importer = kind(held.by, held)
            drafts = [_draft(row, kind, columns) for row in batch]
            importer.check([draft for draft in drafts if not draft.faults])
            for draft in drafts:
                _refuse_twins(importer, draft, seen)
            Row.objects.bulk_create(_row(held, kind, sheet, columns, draft) for draft in drafts)
            held.done += len(batch)
            held.touched_at = timezone.now()
            held.save(update_fields=["done", "touched_at"])


def _draft(row: ReadRow, kind: type[Importer], columns: dict[str, int]) -> Draft:
    key_at = {at: key for key, at in columns.items()}
    draft = Draft(
        number=row.number,
        values={key: row.texts[at] for key, at in columns.items() if at in row.texts},
        notes=list(row.notes),
    )
    for at, why in row.faults:
        if at is None or at in key_at:
            draft.fault(key_at.get(at, ""), why)
    unread = {column for column, _why in draft.faults}
    for column in kind.columns:
        if column.required and column.key not in draft.values and column.key not in unread:
            draft.fault(column.key, _("Để trống."))
    return draft


def _refuse_twins(importer: Importer, draft: Draft, seen: dict[tuple, int]) -> None:
    """Two rows of one file that speak of the same object: the first stands."""
    if draft.faults or (key := importer.key(draft)) is None:
        return
    if key in seen:
        draft.fault("", _("Trùng với dòng %s của trang này.") % seen[key])
    else:
        seen[key] = draft.number


def _row(job, kind, sheet: ReadSheet, columns: dict[str, int], draft: Draft) -> Row:
    outcome = Outcome.REFUSED if draft.faults else Outcome.SAME
    if not draft.faults and draft.target is None:
        outcome = Outcome.NEW
    elif not draft.faults and draft.changes:
        outcome = Outcome.CHANGED
    return Row(
        job=job,
        sheet=sheet.title,
        kind=kind.kind,
        rank=kind.rank,
        number=draft.number,
        values=draft.values,
        outcome=outcome,
        faults=[
            {
                "column": column,
                "heading": _heading(kind, column),
                "letter": letter(columns[column]) if column in columns else "",
                "why": why,
            }
            for column, why in draft.faults
        ],
        notes=draft.notes,
        changes=[{"label": label, "old": old, "new": new} for label, old, new in draft.changes],
        target=draft.target,
        before=draft.before,
        after=draft.after,
    )


def _heading(kind: type[Importer], key: str) -> str:
    return next((str(column.heading) for column in kind.columns if column.key == key), "")


# --- Writing ----------------------------------------------------------------------------------


@transaction.atomic
def confirm(*, job: Import, by) -> Import:
    """Let the good rows in. Confirming twice changes nothing."""
    job = Import.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if job.state in {S.APPLYING, S.DONE}:
        return job
    if job.state != S.PREVIEW:
        raise ImportRefused(_("Lần nhập này %s.") % job.get_state_display())
    waiting = job.rows.filter(outcome__in=[Outcome.NEW, Outcome.CHANGED]).count()
    if not waiting:
        raise ImportRefused(_("Không có dòng nào để nhập."))
    job.state, job.confirmed_at, job.touched_at = S.APPLYING, timezone.now(), timezone.now()
    job.total, job.done = waiting, 0
    job.save()
    _send(job)
    return job


@transaction.atomic
def drop(*, job: Import, by) -> Import:
    """Give an import up before anything was written; the file and what was read of it stay."""
    job = Import.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if job.state in {S.READING, S.MAPPING, S.PREVIEW}:
        job.state, job.finished_at = S.DROPPED, timezone.now()
        job.save()
    elif job.state != S.DROPPED:
        raise ImportRefused(_("Lần nhập này %s.") % job.get_state_display())
    return job


def _apply(job: Import, run: str) -> None:
    while _apply_batch(job, run):
        pass


@transaction.atomic
def _apply_batch(job: Import, run: str) -> bool:
    """Write the next rows; false when none was left."""
    held = _held(job, run)
    rows = list(
        held.rows.filter(outcome__in=[Outcome.NEW, Outcome.CHANGED], applied_at__isnull=True)[
            :WRITE_BATCH
        ]
    )
    if not rows:
        held.state, held.finished_at = S.DONE, timezone.now()
        held.save()
        return False
    made: dict[str, Importer] = {}
    for row in rows:
        importer = made.setdefault(row.kind, importer_of(row.kind)(held.by, held))
        try:
            with transaction.atomic():
                row.target = importer.apply(_draft_of(row))
            row.applied_at = timezone.now()
        except ValidationError as error:
            # The data changed since the preview: the row is refused as it would be now.
            row.outcome = Outcome.REFUSED
            row.faults = [
                {"column": "", "heading": "", "letter": "", "why": why} for why in error.messages
            ]
        # At once: rows further down may speak of this one.
        row.save(update_fields=["target", "applied_at", "outcome", "faults"])
    held.done = held.rows.filter(applied_at__isnull=False).count()
    held.touched_at = timezone.now()
    held.save(update_fields=["done", "touched_at"])
    return True


def _draft_of(row: Row) -> Draft:
    return Draft(
        number=row.number,
        values=row.values,
        target=row.target,
        changes=[(c["label"], c["old"], c["new"]) for c in row.changes],
        before=row.before,
        after=row.after,
    )


# --- Taking back ------------------------------------------------------------------------------


@transaction.atomic
def undo(*, job: Import, by) -> Import:
    """Take a whole import back, unless something was built upon it. Twice changes nothing."""
    job = Import.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if job.state in {S.UNDOING, S.UNDONE}:
        return job
    if job.state != S.DONE:
        raise ImportRefused(_("Lần nhập này %s.") % job.get_state_display())
    job.state, job.touched_at = S.UNDOING, timezone.now()
    job.save()
    _send(job)
    return job


class _InTheWay(Exception):
    """Rows that cannot be taken back: nothing is."""


def _undo(job: Import, run: str) -> None:
    obstacles: dict[int, str] = {}
    try:
        with transaction.atomic():
            held = _held(job, run)
            for row in _written_backwards(held):
                why = importer_of(row.kind)(held.by, held).undo(_draft_of(row))
                if why:
                    obstacles[row.pk] = why
            if obstacles:
                raise _InTheWay
            held.rows.filter(applied_at__isnull=False).update(
                undone_at=timezone.now(), in_the_way=""
            )
            held.state, held.undone_at = S.UNDONE, timezone.now()
            held.save()
    except _InTheWay:
        with transaction.atomic():
            held = _held(job, run)
            for pk, why in obstacles.items():
                held.rows.filter(pk=pk).update(in_the_way=why[:300])
            held.state = S.DONE
            held.save()


def _written_backwards(job: Import) -> Iterator[Row]:
    rows = job.rows.filter(applied_at__isnull=False, undone_at__isnull=True)
    return rows.order_by("-rank", "-number").iterator(chunk_size=500)


# --- What there is to see ---------------------------------------------------------------------


def counts(job: Import) -> dict[str, int]:
    """Outcome → number of rows; every outcome is there. One query."""
    found = dict(job.rows.order_by().values_list("outcome").annotate(found=Count("pk")))
    return {outcome: found.get(outcome, 0) for outcome in Outcome.values}
