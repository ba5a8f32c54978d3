"""The life of an import: read, look over, confirm, write; take back. Safe to run again at any point.

Reading changes nothing but the import's own rows, so a run that died is simply begun anew. Writing
and taking back go batch by batch: the data, and the note that a row is done, are one transaction.
Before the first row is taken back all are looked at, and none is while anything stands in the way.
"""

import datetime
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from operator import attrgetter
from uuid import uuid4

from celery import shared_task
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ocop_portal.page_language import filled, kept, listed, told_reasons
from ocop_portal.refusals import ActRefused
from ocop_portal.uploads import Upload

from .models import ColumnMap, Import, Row
from .registry import Draft, Importer, importer_of, importers
from .sheets import (
    GUIDE,
    ROW_BEFORE,
    WHY_REFUSED,
    ReadRow,
    ReadSheet,
    Unreadable,
    guess_columns,
    guess_kind,
    letter,
    read_workbook,
)

S, Outcome = Import.State, Row.Outcome
READ_BATCH, WRITE_BATCH = 250, 100
# Seconds between two batches in which another may write: as long as SQLite's longest wait.
PAUSE = 0.1
CHANGED_SINCE = _("Số liệu liên quan vừa được người khác sửa hoặc gỡ. Hãy tải tệp lên lại.")
BACKWARDS = ("-rank", "-number", "-pk")
MOST_OBSTACLES = 50  # so many are named; nobody reads more
# A run that has not been heard of for so long has died.
SILENCE = datetime.timedelta(minutes=3)


class ImportRefused(ActRefused):
    """An act that the import does not allow now."""


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
            held.state, held.fault, held.finished_at = S.UNREADABLE, kept(refusal), timezone.now()
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
        if sheet.title == GUIDE:
            continue
        kind = guess_kind(sheet, offered, wanted)
        if kind is None:
            unused.append(filled(_("trang “%s”"), sheet.title))
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
            if text and at not in taken and text not in (ROW_BEFORE, WHY_REFUSED)
        ]
        known.append((kind, sheet, columns))
    if not known:
        raise Unreadable(
            _(
                "Không nhận ra trang nào trong tệp. Dòng tiêu đề phải có tên cột như trong mẫu; "
                "nếu dùng mẫu riêng, hãy chọn loại số liệu rồi tải lên lại."
            )
        )
    if not any(sheet.rows for _kind, sheet, _columns in known):
        raise Unreadable(
            _(
                "Những trang đọc được của tệp mới có dòng tiêu đề, chưa có dòng số liệu nào. Hãy "
                "điền từ dòng ngay dưới tiêu đề, lưu lại rồi tải lên."
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
            raise ImportRefused(filled(_("Cần chỉ ra cột: %s."), listed(missing)))
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
    importer = kind(job.by, job)
    while batch := list(islice(rows, READ_BATCH)):
        _let_others_in()
        with transaction.atomic():
            held = _held(job, run)
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
        notes=[kept(note) for note in row.notes],
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
        draft.fault("", filled(_("Trùng với dòng %s của trang này."), seen[key]))
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
        raise ImportRefused(filled(_("Lần nhập này %s."), S(job.state).label))
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
        raise ImportRefused(filled(_("Lần nhập này %s."), S(job.state).label))
    return job


def _apply(job: Import, run: str) -> None:
    todo = job.rows.filter(outcome__in=[Outcome.NEW, Outcome.CHANGED], applied_at__isnull=True)
    waiting = iter(list(todo.values_list("pk", flat=True)))
    made: dict[str, Importer] = {}
    while batch := list(islice(waiting, WRITE_BATCH)):
        _apply_batch(job, run, batch, made)
        _let_others_in()
    with transaction.atomic():
        held = _held(job, run)
        held.state, held.finished_at = S.DONE, timezone.now()
        held.save()


@transaction.atomic
def _apply_batch(job: Import, run: str, ids: list[int], made: dict[str, Importer]) -> None:
    """Write these rows, and that they are written. `made`: the importers of this run, by kind."""
    held = _held(job, run)
    rows = held.rows.filter(pk__in=ids)
    for kind, same in groupby(rows, key=attrgetter("kind")):
        importer = made.setdefault(kind, importer_of(kind)(held.by, held))
        _write(importer, list(same))
    held.done += len(ids)
    held.touched_at = timezone.now()
    held.save(update_fields=["done", "touched_at"])


def _write(importer: Importer, rows: list[Row]) -> None:
    """Write rows of one kind; of several that cannot be written together, each half by itself."""
    try:
        with transaction.atomic():
            if len(rows) == 1:
                targets = [importer.apply(_draft_of(rows[0]))]
            else:
                targets = importer.apply_many([_draft_of(row) for row in rows])
    except (ValidationError, IntegrityError, ObjectDoesNotExist) as error:
        if len(rows) == 1:
            known = isinstance(error, ValidationError)
            _refuse(rows[0], told_reasons(error) if known else [CHANGED_SINCE])
            return
        half = len(rows) // 2
        _write(importer, rows[:half])
        _write(importer, rows[half:])
        return
    now = timezone.now()
    for row, target in zip(rows, targets, strict=True):
        row.target, row.applied_at = target, now
    # At once: rows of the next kind may speak of these.
    Row.objects.bulk_update(rows, ["target", "applied_at"])


def _refuse(row: Row, reasons: list) -> None:
    """The data changed since the preview: the row is refused as it would be now."""
    row.outcome = Outcome.REFUSED
    row.faults = [{"column": "", "heading": "", "letter": "", "why": kept(why)} for why in reasons]
    row.save(update_fields=["outcome", "faults"])


def _let_others_in() -> None:
    """On SQLite one writes at a time, and whoever waits looks again only after a while."""
    if connection.vendor == "sqlite":
        time.sleep(PAUSE)


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
def undo(*, job: Import, by, reason: str = "") -> Import:
    """Take an import back, unless something was built upon it. Twice changes nothing.

    `reason`: why it is wanted back; told with the import.
    """
    job = Import.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if job.state in {S.UNDOING, S.UNDONE}:
        return job
    if job.state != S.DONE:
        raise ImportRefused(filled(_("Lần nhập này %s."), S(job.state).label))
    job.state, job.touched_at = S.UNDOING, timezone.now()
    job.undo_reason = reason.strip()[:100]
    job.total = job.rows.filter(applied_at__isnull=False, undone_at__isnull=True).count()
    job.done = 0
    job.save()
    _send(job)
    return job


def _undo(job: Import, run: str) -> None:
    made: dict[str, Importer] = {}
    obstacles = _obstacles(job, run, made)
    with transaction.atomic():
        held = _held(job, run)
        held.rows.exclude(in_the_way={}).update(in_the_way={})
        for pk, why in obstacles.items():
            held.rows.filter(pk=pk).update(in_the_way=kept(why))
        if obstacles:
            held.state = S.DONE
            held.save()
            return
    for batch in _written_backwards(job):
        _let_others_in()
        _undo_batch(job, run, batch, made)
    with transaction.atomic():
        held = _held(job, run)
        # Somebody may have built upon a row after it was looked at: that one stays.
        if held.rows.filter(applied_at__isnull=False, undone_at__isnull=True).exists():
            held.state = S.DONE
        else:
            held.state, held.undone_at = S.UNDONE, timezone.now()
        held.save()


def _obstacles(job: Import, run: str, made: dict[str, Importer]) -> dict[int, str]:
    """Row → why it cannot be taken back. Reads alone, so that nobody waits for it."""
    found: dict[int, str] = {}
    for held in _held_rows(job, made):
        found |= {row.pk: why for row, why in held}
        if len(found) >= MOST_OBSTACLES:
            break
        Import.objects.filter(pk=job.pk, run=run).update(touched_at=timezone.now())
    return found


def _held_rows(job: Import, made: dict[str, Importer]) -> Iterator[list[tuple[Row, str]]]:
    """Batch by batch, the rows that cannot be taken back now, and why."""
    for batch in _written_backwards(job):
        held = []
        for importer, rows in _by_importer(job, batch, made):
            told = importer.in_the_way([_draft_of(row) for row in rows])
            held += [(row, why) for row, why in zip(rows, told, strict=True) if why]
        yield held


@transaction.atomic
def _undo_batch(job: Import, run: str, ids: list[int], made: dict[str, Importer]) -> None:
    """Take these rows back, and note that it is done, or what has come in the way since."""
    held = _held(job, run)
    for importer, rows in _by_importer(held, ids, made):
        told = importer.undo_many([_draft_of(row) for row in rows])
        now = timezone.now()
        for row, why in zip(rows, told, strict=True):
            row.undone_at, row.in_the_way = (None, kept(why)) if why else (now, {})
        Row.objects.bulk_update(rows, ["undone_at", "in_the_way"])
    held.done += len(ids)
    held.touched_at = timezone.now()
    held.save(update_fields=["done", "touched_at"])


def _written_backwards(job: Import) -> Iterator[list[int]]:
    """What was written and not taken back, in batches of ids: what stands on others first."""
    rows = job.rows.filter(applied_at__isnull=False, undone_at__isnull=True)
    waiting = iter(list(rows.order_by(*BACKWARDS).values_list("pk", flat=True)))
    while batch := list(islice(waiting, WRITE_BATCH)):
        yield batch


def _by_importer(
    job: Import, ids: list[int], made: dict[str, Importer]
) -> Iterator[tuple[Importer, list[Row]]]:
    """These rows, the last first, each kind with its importer. `made`: those of this run."""
    rows = job.rows.filter(pk__in=ids).order_by(*BACKWARDS)
    for kind, same in groupby(rows, key=attrgetter("kind")):
        yield made.setdefault(kind, importer_of(kind)(job.by, job)), list(same)


# --- What there is to see ---------------------------------------------------------------------


def counts(job: Import) -> dict[str, int]:
    """Outcome → number of rows; every outcome is there. One query."""
    found = dict(job.rows.order_by().values_list("outcome").annotate(found=Count("pk")))
    return {outcome: found.get(outcome, 0) for outcome in Outcome.values}


@dataclass(frozen=True)
class Outlook:
    """What taking an import back would do now.

    `kinds`: (label, objects that go because they were new, objects that become what they were).
    `held`: rows that something was built upon, and what; the first `MOST_OBSTACLES` of them. While
    there are any, nothing is taken back.
    """

    kinds: list[tuple[str, int, int]]
    held: list[tuple[Row, str]]


def outlook(job: Import) -> Outlook:
    """What `undo` would do now; reads alone, a fixed number of queries for a batch of rows."""
    written = job.rows.filter(applied_at__isnull=False, undone_at__isnull=True).order_by()
    numbers: dict[str, dict[str, int]] = {}
    found = written.values_list("kind", "outcome").annotate(found=Count("pk"))
    for kind, outcome, number in found:
        numbers.setdefault(kind, {})[outcome] = number
    kinds = [
        (str(kind.label), of.get(Outcome.NEW, 0), of.get(Outcome.CHANGED, 0))
        for kind in importers()
        if (of := numbers.get(kind.kind))
    ]
    held: list[tuple[Row, str]] = []
    for more in _held_rows(job, {}):
        held += more
        if len(held) >= MOST_OBSTACLES:
            break
    return Outlook(kinds, held[:MOST_OBSTACLES])
