"""What officers change in the register: products, photos, cycles, the text of an idea.

Every change is one function in one transaction. Moves of an entry are `cycle.move`'s alone.
"""

import datetime
import hashlib

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from communes.history import last_change
from communes.many import keep_many
from communes.models import Producer
from ocop_portal.page_language import filled
from ocop_portal.text import fold

from .cycle import Refused, follow_set, open_cycle
from .models import Cycle, CycleStep, Entry, EntryEvent, Product, ProductPhoto
from .word_index import index_products

# What the history keeps of a reason.
REASON_LENGTH = 100
CYCLE_TAKEN = _("Đơn vị đã có chu trình của năm này.")
COUNCIL_AT_WORK = _(
    "Hội đồng đang đánh giá %d sản phẩm của chu trình. Hãy chốt hoặc hủy đợt đánh giá trước."
)
IDEA_STATES = frozenset({Entry.State.IDEA_DRAFT, Entry.State.IDEA_RETURNED})


def namesake(*, name: str, producer_id: int, besides: int | None = None) -> Product | None:
    """Another product of the same producer whose name reads alike without marks."""
    folded = fold(name)
    # The column starts with the folded name, so it narrows the rows to compare one by one.
    rows = Product.objects.filter(producer_id=producer_id, search__startswith=folded[:200])
    return next((row for row in rows.exclude(pk=besides) if fold(row.name) == folded), None)


@transaction.atomic
def save_product(*, product: Product, by, seen: datetime.datetime | None = None) -> Product:
    """Add a product, or keep changes to one.

    `seen`: when the row that the officer started from was last changed; if somebody changed it
    since, `ValidationError` says who, and nothing is overwritten. A product of a sample producer
    is a sample. Entries that no council has taken up follow the product into another set.
    """
    if product.pk and seen is not None:
        current = Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
        if current.updated_at != seen:
            raise ValidationError(_changed_by_another(current))
    if product.pk is None:
        product.is_sample = product.producer.is_sample
    product.classify()
    product.full_clean()
    product._history_user = by
    product.save()
    entries = Entry.objects.filter(product=product).exclude(set_number=product.set_number)
    _follow_sets(entries, by)
    return product


@transaction.atomic
def save_products(*, products: list[Product], fields: set[str], by, reason: str) -> None:
    """As `save_product`, for many: adds the new ones, and keeps these fields of the others.

    All or none, in a fixed number of queries, but for entries that follow into another set. The
    caller holds the locks of those that are there. `ValidationError` and `IntegrityError` as in
    `many.keep_many`.
    """
    producers = Producer.objects.in_bulk({product.producer_id for product in products})
    changed = [product.pk for product in products if product.pk]
    for product in products:
        product.producer = producers.get(product.producer_id)
        if product.producer is None:
            raise IntegrityError("Product.producer: no such row")
        if product.pk is None:
            product.is_sample = product.producer.is_sample
        product.classify()
        product.search = product.searchable()
    told = {"branch", "group", "set_name", "search"}
    keep_many(products, fields=fields | told, by=by, reason=reason)
    index_products(Product.objects.filter(pk__in=[product.pk for product in products]))
    entries = Entry.objects.filter(product__in=changed).exclude(set_number=F("product__set_number"))
    _follow_sets(entries, by)


def _follow_sets(entries: QuerySet[Entry], by) -> None:
    """Let entries follow their products into other sets."""
    for entry in entries.select_for_update(of=("self",)).select_related("cycle").order_by("pk"):
        follow_set(entry=entry, by=by)


def _changed_by_another(current: Product) -> str:
    return filled(
        _(
            "%(who)s đã sửa sản phẩm này lúc %(when)s. Hãy mở lại trang, xem phần đã sửa rồi nhập tiếp."
        ),
        last_change(current),
    )


@transaction.atomic
def remove_photo(*, photo: ProductPhoto, by) -> Product:
    """Delete a public photo and its files; the product's history keeps that it was there.

    Removing it twice changes nothing.
    """
    product = Product.objects.select_for_update(of=("self",)).get(pk=photo.product_id)
    removed, _rows = ProductPhoto.objects.filter(pk=photo.pk).delete()
    if removed:
        product._history_user = by
        product._change_reason = str(_("Gỡ ảnh: %s") % photo)[:REASON_LENGTH]
        product.save()
        files = [photo.image, photo.thumbnail]
        # Files leave only when the row is surely gone.
        transaction.on_commit(lambda: [file.storage.delete(file.name) for file in files])
    return product


@transaction.atomic
def save_cycle(*, cycle: Cycle, dates: dict[int, tuple], by) -> Cycle:
    """Open a cycle with its six steps, or keep changes to it and to the dates that differ.

    `dates`: step (1–6) → (first day, last day), each a date or None. `ValidationError` when the
    unit has a cycle of that year already, also one opened at this very moment, and when a cycle is
    to be closed while a council is at work: its round could then be neither closed nor cancelled.
    """
    cycle._history_user = by
    if cycle.is_closed and Cycle.objects.filter(pk=cycle.pk, is_closed=False).exists():
        scored = cycle.entries.filter(state=Entry.State.IN_EVALUATION).count()
        if scored:
            raise ValidationError({"is_closed": filled(COUNCIL_AT_WORK, scored)})
    try:
        with transaction.atomic():
            if cycle.pk is None:
                return open_cycle(cycle=cycle, dates=dates)
            cycle.save()
    except IntegrityError as error:
        raise ValidationError({"year": CYCLE_TAKEN}) from error
    known = {step.number: step for step in cycle.steps.select_for_update()}
    for number, (starts_on, due_on) in dates.items():
        step = known.get(number) or CycleStep(cycle=cycle, number=number)
        if step.pk and (step.starts_on, step.due_on) == (starts_on, due_on):
            continue
        step.starts_on, step.due_on = starts_on, due_on
        step._history_user = by
        step.save()
    return cycle


def may_write_idea(entry: Entry) -> bool:
    """Whether the idea is still the commune's to word: in preparation, or returned."""
    return entry.state in IDEA_STATES and not entry.cycle.is_closed


def mark_of(idea: str) -> str:
    """A short mark of a wording, by which a page can say later which one it showed."""
    return hashlib.sha256(idea.encode()).hexdigest()[:16]


@transaction.atomic
def write_idea(*, entry: Entry, idea: str, by, seen: str = "") -> Entry:
    """Keep a new wording of the idea; the same wording again changes nothing.

    `seen`: `mark_of` the wording that the officer started from. Raises `Refused` once the idea is
    registered, and when somebody else reworded it since; then nothing is overwritten.
    """
    entry = Entry.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=entry.pk)
    if not may_write_idea(entry):
        raise Refused(
            filled(
                _("Ý tưởng không sửa được nữa: sản phẩm đang ở trạng thái “%s”."),
                Entry.State(entry.state).label,
            )
        )
    if entry.idea != idea:
        if seen and seen != mark_of(entry.idea):
            raise Refused(_reworded(entry))
        entry.idea = idea
        entry._history_user = by
        entry.save()
        EntryEvent.objects.create(entry=entry, action="idea.written", by=by)
    return entry


def _reworded(entry: Entry) -> str:
    """Who worded the idea before, for the one who came second."""
    last = entry.events.filter(action="idea.written").order_by("-at", "-pk").first()
    if last is None:
        return _("Ý tưởng đã được sửa. Hãy mở lại trang, xem bản mới rồi viết tiếp.")
    return filled(
        _("%(who)s đã sửa ý tưởng lúc %(when)s. Hãy mở lại trang, xem bản mới rồi viết tiếp."),
        {"who": last.by, "when": timezone.localtime(last.at).strftime("%H:%M %d/%m/%Y")},
    )
