"""What officers do with producers. Every change is one function in one transaction."""

import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

from ocop_portal.page_language import filled
from ocop_portal.text import fold

from .history import last_change
from .many import keep_many
from .models import Producer

TAX_CODE_TAKEN = _("Đã có chủ thể mang mã số thuế này.")
# What the history keeps of a reason.
REASON_LENGTH = 100
# Many producers were changed at once, which sends no `post_save`; `producers`: a list of them.
producers_changed = Signal()


def namesakes(*, name: str, unit_id: int, besides: int | None = None) -> list[Producer]:
    """Producers of the same unit whose name reads alike without marks and spaces at the ends."""
    folded = fold(name)
    # The column starts with the folded name, so it narrows the rows to compare one by one.
    rows = Producer.objects.filter(unit_id=unit_id, search__startswith=folded).exclude(pk=besides)
    return [row for row in rows if fold(row.name) == folded]


@transaction.atomic
def save_producer(*, producer: Producer, by, seen: datetime.datetime | None = None) -> Producer:
    """Add a producer, or keep changes to one.

    `seen`: when the row that the officer started from was last changed; if somebody changed it
    since, `ValidationError` says who, and nothing is overwritten. `ValidationError` also names
    each field that is wrong, a tax code taken at this very moment among them.
    """
    if producer.pk and seen is not None:
        current = Producer.objects.select_for_update(of=("self",)).get(pk=producer.pk)
        if current.updated_at != seen:
            raise ValidationError(_changed_by_another(current))
    producer.full_clean()
    producer._history_user = by
    try:
        with transaction.atomic():
            producer.save()
    except IntegrityError as error:
        raise ValidationError({"tax_code": TAX_CODE_TAKEN}) from error
    return producer


@transaction.atomic
def save_producers(*, producers: list[Producer], fields: set[str], by, reason: str) -> None:
    """As `save_producer`, for many: adds the new ones, and keeps these fields of the others.

    All or none, in a fixed number of queries. The caller holds the locks of those that are there.
    `ValidationError` and `IntegrityError` as in `many.keep_many`.
    """
    changed = [producer for producer in producers if producer.pk]
    for producer in producers:
        producer.search = producer.searchable()
    keep_many(producers, fields=fields | {"search"}, by=by, reason=reason)
    if changed:
        producers_changed.send(Producer, producers=changed)


def _changed_by_another(current: Producer) -> str:
    return filled(
        _(
            "%(who)s đã sửa chủ thể này lúc %(when)s. Hãy mở lại trang, xem phần đã sửa rồi nhập tiếp."
        ),
        last_change(current),
    )


@transaction.atomic
def stop_producer(*, producer: Producer, by, reason: str) -> Producer:
    """Mark a producer as no longer working; nothing is deleted. Stopping twice changes nothing."""
    return _set_active(producer, False, by, reason)


@transaction.atomic
def resume_producer(*, producer: Producer, by, reason: str) -> Producer:
    """Mark a producer as working again; resuming twice changes nothing."""
    return _set_active(producer, True, by, reason)


def _set_active(producer: Producer, active: bool, by, reason: str) -> Producer:
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": _("Cần ghi lý do.")})
    producer = Producer.objects.select_for_update(of=("self",)).get(pk=producer.pk)
    if producer.is_active != active:
        producer.is_active = active
        producer._history_user = by
        producer._change_reason = reason[:REASON_LENGTH]
        producer.save()
    return producer
