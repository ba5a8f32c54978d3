"""The history of a row, field by field, in words for the screen."""

import datetime
from collections.abc import Iterable

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from .programme import LOADED


def entries_of(instance: models.Model, limit: int = 50) -> list[dict]:
    """What `components/history.html` draws: the newest `limit` changes of a row with `history`.

    Each: when, who, what, reason, changes as {field, old, new}. One query, and one more for each
    model that a changed foreign key points to.
    """
    # One more than is shown: the oldest shown is compared with it.
    rows = instance.history.select_related("history_user")[: limit + 1]
    return [
        {
            "when": row.history_date,
            "who": row.history_user,
            "what": _what(row.history_type),
            "reason": _reason(row),
            "changes": changes,
        }
        for row, _before, changes in compared(rows)[:limit]
    ]


def compared(records: Iterable) -> list[tuple]:
    """Each record of a history with the one before it of the same row, and what changed between.

    `records`: of one model's history, newest first, as it is kept; of one row or of several.
    Gives (record, record before or None, [{field, old, new}]) in the same order; of the first
    record of a row no field counts as changed.
    """
    pairs, earlier = [], {}
    for record in reversed(list(records)):
        key = getattr(record, record.instance_type._meta.pk.attname)
        pairs.append((record, earlier.get(key)))
        earlier[key] = record
    pairs.reverse()
    changed = {
        id(record): [
            field
            for field in record.tracked_fields
            if before
            and field.editable
            and not field.primary_key
            and getattr(record, field.attname) != getattr(before, field.attname)
        ]
        for record, before in pairs
    }
    names = _names_of_related(pairs, changed)
    return [
        (
            record,
            before,
            [
                {
                    "field": _capitalised(field.verbose_name),
                    "old": _shown(before, field, names),
                    "new": _shown(record, field, names),
                }
                for field in changed[id(record)]
            ],
        )
        for record, before in pairs
    ]


def last_change(instance: models.Model) -> dict:
    """Who changed the row last, and when, for the words that refuse an outdated form."""
    last = instance.history.select_related("history_user").first()
    return {
        "who": (last and last.history_user) or _("Người khác"),
        "when": timezone.localtime(instance.updated_at).strftime("%H:%M %d/%m/%Y"),
    }


def _what(kind: str) -> str:
    # In English what was done is not what a button offers: "Edited", not "Edit".
    done = {
        "+": pgettext("đã làm", "Nhập mới"),
        "~": pgettext("đã làm", "Sửa"),
        "-": pgettext("đã làm", "Xóa"),
    }
    return done[kind]


def _reason(row) -> str:
    reason = row.history_change_reason or ""
    # The key behind it is the loader's business.
    return _("Nhập từ số liệu đã công bố.") if reason.startswith(LOADED) else reason


def _names_of_related(pairs, changed) -> dict[tuple, str]:
    """(model, key) → name, for the foreign keys that changed."""
    wanted: dict[type[models.Model], set] = {}
    for row, before in pairs:
        for field in changed[id(row)]:
            if field.is_relation:
                wanted.setdefault(field.related_model, set()).update(
                    {getattr(row, field.attname), getattr(before, field.attname)} - {None}
                )
    return {
        # Two units in succession may bear one name: Thị trấn Cửa Tùng of 2019 and of 2020.
        (model, pk): str(getattr(found, "dated_name", found))
        for model, pks in wanted.items()
        for pk, found in model._default_manager.in_bulk(pks).items()
    }


def _shown(row, field, names) -> str:
    value = getattr(row, field.attname)
    if value is None or value == "":
        return ""
    if field.is_relation:
        return names.get((field.related_model, value), str(value))
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).strftime("%H:%M %d/%m/%Y")
    if isinstance(value, datetime.date):
        return value.strftime("%d/%m/%Y")
    return str(value).replace(".", ",") if isinstance(field, models.DecimalField) else str(value)


def _capitalised(text) -> str:
    text = str(text)
    return text[:1].upper() + text[1:]
