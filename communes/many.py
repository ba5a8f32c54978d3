"""Many rows of one model kept or removed at once, each with its history: few queries for a batch.

What comes in from Excel comes in thousands; one by one, checks and history cost more than the rows.
"""

from django.db import IntegrityError, models, transaction
from django.db.models.deletion import Collector, ProtectedError
from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history


@transaction.atomic
def keep_many(rows: list[models.Model], *, fields: set[str], by, reason: str) -> None:
    """Add the new rows; of the others keep these fields; with `reason` in the history of each.

    `ValidationError` for the first row whose fields do not hold, as `full_clean` would say it; what
    only the database can tell, as a value that is taken, is its `IntegrityError`. Nothing is
    written then: go on row by row to learn which it was. Sends no `post_save`; the caller does what
    hangs on it. A fixed number of queries.
    """
    if not rows:
        return
    model = type(rows[0])
    owners = [field for field in model._meta.concrete_fields if field.many_to_one]
    for row in rows:
        row.clean_fields(exclude={field.name for field in owners})
        row.clean()
    for field in owners:
        _check_owners(field, {getattr(row, field.attname) for row in rows} - {None})
    told = {"default_user": by, "default_change_reason": reason}
    new, old = [row for row in rows if row.pk is None], [row for row in rows if row.pk]
    if new:
        bulk_create_with_history(new, model, **told)
    if old:
        # `bulk_update` leaves these days alone.
        days = {field.name for field in model._meta.fields if getattr(field, "auto_now", False)}
        for row in old:
            for day in days:
                setattr(row, day, timezone.now())
        bulk_update_with_history(old, model, sorted(fields | days), **told)


def _check_owners(field: models.ForeignKey, wanted: set) -> None:
    # The database looks at foreign keys at the very end, when no row can be told from another.
    there = field.related_model._base_manager.filter(pk__in=wanted).values_list("pk", flat=True)
    if wanted - set(there):
        raise IntegrityError(f"{field}: no such row")


def what_protects(rows: list[models.Model]) -> set[models.Model]:
    """What stands upon these rows, so that they cannot be deleted. Reads alone."""
    if not rows:
        return set()
    try:
        Collector(using=rows[0]._state.db).collect(rows)
    except ProtectedError as error:
        return error.protected_objects
    return set()


@transaction.atomic
def remove_many(rows: list[models.Model], *, by, reason: str) -> None:
    """Delete rows with what hangs on them, with `reason` in their history.

    `ProtectedError` when something stands upon one of them; nothing is deleted then.
    """
    if not rows:
        return
    for row in rows:
        row._history_user, row._change_reason = by, reason
    # As `Model.delete`, for many: a query would be asked for what hangs on each row.
    collector = Collector(using=rows[0]._state.db)
    collector.collect(rows)
    collector.delete()
