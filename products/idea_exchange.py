"""Ideas from Excel: entries of a year's cycle with what is proposed."""

from collections.abc import Iterable
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from communes.exchange import UNDONE, UnitFinder, whole
from communes.many import what_protects
from communes.models import Producer, UnitCover
from ocop_portal.exchange.models import Row
from ocop_portal.exchange.registry import Column, Draft, Importer, importer
from ocop_portal.page_language import filled, told_reasons
from ocop_portal.text import fold

from .cycle import enter
from .exchange import ProducerFinder, find_set, mend_first
from .models import Cycle, Entry, EntryEvent, Product
from .register import mark_of, may_write_idea, write_idea
from .scope import cycles_for

LONGEST = Entry._meta.get_field("idea").max_length


@importer
class IdeaImporter(Importer):
    """A row is a product's idea for a year; the same product and year is the same entry.

    The product stands in the register or in the same file.
    """

    kind = "idea"
    model = Entry
    label = _("Ý tưởng")
    permission = "products.list_products"
    rank = 3
    columns = (
        Column("product", _("Tên sản phẩm"), True, ("Sản phẩm",)),
        Column(
            "producer",
            _("Chủ thể"),
            True,
            ("Tên chủ thể", "Mã số thuế chủ thể"),
            _("Tên hoặc mã số thuế"),
        ),
        Column("unit", _("Xã của chủ thể"), aliases=("Xã", "Xã, thị trấn")),
        Column(
            "year",
            _("Năm"),
            True,
            ("Chu trình năm",),
            _("Năm của chu trình đang mở"),
        ),
        Column("idea", _("Ý tưởng"), True, ("Nội dung ý tưởng",)),
        Column(
            "set",
            _("Bộ sản phẩm"),
            aliases=("Bộ số", "Bộ"),
            hint=_("Chỉ khi sản phẩm được phân loại theo Quyết định khác"),
        ),
    )

    def key(self, draft: Draft) -> tuple:
        """The product and the cycle."""
        after = draft.after
        return (after.get("product_id"), after.get("product_row"), after.get("cycle_id"))

    @cached_property
    def _units(self) -> UnitFinder:
        return UnitFinder(self.by)

    @cached_property
    def _producers(self) -> ProducerFinder:
        return ProducerFinder(self.by, self.job)

    @cached_property
    def _new_products(self) -> dict[tuple, Row]:
        """Owner's kind and id, folded name → the row of this import that will make the product."""
        rows = self.job.rows.filter(kind="product", outcome=Row.Outcome.NEW) if self.job else ()
        found = {}
        for row in rows:
            kind = "row" if row.after.get("producer_row") else "producer"
            owner = row.after.get("producer_row") or row.after.get("producer_id")
            found[kind, owner, fold(row.after["name"])] = row
        return found

    @cached_property
    def _refused_products(self) -> dict[str, Row]:
        """Folded name → the row of this import, of a product, that was not taken in."""
        rows = self.job.rows.filter(kind="product", outcome=Row.Outcome.REFUSED) if self.job else ()
        return {fold(row.values.get("name", "")): row for row in rows}

    def check(self, drafts: Iterable[Draft]) -> None:
        drafts = list(drafts)
        self._producers.look_up(d.values["producer"] for d in drafts)
        cycles: dict[int, list[Cycle]] = {}
        for cycle in cycles_for(self.by).filter(is_closed=False).select_related("unit"):
            cycles.setdefault(cycle.year, []).append(cycle)
        covered = set(
            UnitCover.objects.filter(
                holder__in={cycle.unit_id for found in cycles.values() for cycle in found}
            ).values_list("holder_id", "unit_id")
        )
        owners = {}
        for draft in drafts:
            owners[draft.number] = self._owner(draft, self._units, self._producers)
        products = self._products(owners.values())
        for draft in drafts:
            owner = owners[draft.number]
            if owner is not None:
                self._read(draft, owner, products, cycles, covered)
        self._compare([draft for draft in drafts if not draft.faults])

    def _owner(self, draft: Draft, units: UnitFinder, producers: ProducerFinder):
        """The producer, or the row that will make it; None with a fault named."""
        unit_id, column = None, "unit"
        try:
            if "unit" in draft.values:
                unit_id = units.find(draft.values["unit"]).pk
            column = "producer"
            return producers.find(draft.values["producer"], unit_id)
        except ValidationError as error:
            draft.fault(column, told_reasons(error)[0])
            return None

    def _products(self, owners) -> dict[tuple, Product | Row]:
        """(owner's kind and id, folded name) → the product, or the row that will make it."""
        known = {owner.pk for owner in owners if isinstance(owner, Producer)}
        found = {
            ("producer", product.producer_id, fold(product.name)): product
            for product in Product.objects.filter(producer__in=known)
        }
        return found | self._new_products

    def _read(self, draft: Draft, owner, products, cycles, covered) -> None:
        is_row = isinstance(owner, Row)
        unit_id = owner.after["unit_id"] if is_row else owner.unit_id
        key = ("row" if is_row else "producer", owner.pk, fold(draft.values["product"]))
        product = products.get(key)
        if product is None:
            name = draft.values["product"]
            if refused := self._refused_products.get(fold(name)):
                draft.fault("product", mend_first(name, refused))
            else:
                why = filled(_("Chủ thể chưa có sản phẩm “%s”, cũng không có trong tệp."), name)
                draft.fault("product", why)
            return
        cycle = self._cycle(draft, unit_id, cycles, covered)
        if len(draft.values["idea"]) > LONGEST:
            draft.fault("idea", filled(_("Ý tưởng có hơn %s chữ."), LONGEST))
        if cycle is None or draft.faults:
            return
        decision, number = _classified(product)
        if decision != cycle.decision:
            if "set" not in draft.values:
                draft.fault(
                    "set",
                    filled(
                        _("Sản phẩm được phân loại theo Quyết định khác: hãy ghi bộ theo %s."),
                        cycle.law.number,
                    ),
                )
                return
            try:
                number = find_set(cycle.law, draft.values["set"]).number
            except ValidationError as error:
                draft.fault("set", told_reasons(error)[0])
                return
        own = "product_row" if isinstance(product, Row) else "product_id"
        draft.after = {
            own: product.pk,
            "cycle_id": cycle.pk,
            "set_number": number,
            "idea": draft.values["idea"],
        }

    @staticmethod
    def _cycle(draft: Draft, unit_id: int, cycles, covered) -> Cycle | None:
        try:
            year = whole(draft.values["year"])
        except ValidationError as error:
            draft.fault("year", told_reasons(error)[0])
            return None
        for cycle in cycles.get(year, ()):
            if (cycle.unit_id, unit_id) in covered:
                return cycle
        draft.fault(
            "year", filled(_("Không có chu trình năm %s đang mở cho xã của chủ thể."), year)
        )
        return None

    def _compare(self, drafts: list[Draft]) -> None:
        """Which entries are there already; one query."""
        known = {
            (entry.product_id, entry.cycle_id): entry
            for entry in Entry.objects.filter(
                product__in={d.after["product_id"] for d in drafts if "product_id" in d.after},
                cycle__in={d.after["cycle_id"] for d in drafts},
            ).select_related("cycle")
        }
        for draft in drafts:
            entry = known.get((draft.after.get("product_id"), draft.after["cycle_id"]))
            if entry is None:
                continue
            draft.target = entry.pk
            if entry.idea == draft.after["idea"]:
                continue
            if not may_write_idea(entry):
                draft.fault(
                    "idea",
                    filled(
                        _("Ý tưởng không sửa được nữa: sản phẩm đang ở trạng thái “%s”."),
                        entry.get_state_display(),
                    ),
                )
                continue
            draft.before = {"idea": entry.idea}
            draft.changes = [(str(_("Ý tưởng")), entry.idea, draft.after["idea"])]

    def apply(self, draft: Draft) -> int:
        after = draft.after
        if draft.target:
            entry = Entry.objects.get(pk=draft.target)
            seen = mark_of(draft.before["idea"])
            return write_idea(entry=entry, idea=after["idea"], by=self.by, seen=seen).pk
        product = Product.objects.get(pk=after.get("product_id") or self._made_by(after))
        cycle = Cycle.objects.select_for_update().get(pk=after["cycle_id"])
        if cycle.entries.filter(product=product).exists():
            raise ValidationError(
                filled(
                    _("%s đã được đưa vào chu trình sau khi xem trước. Hãy tải tệp lên lại."),
                    product,
                )
            )
        return enter(
            product=product,
            cycle=cycle,
            by=self.by,
            idea=after["idea"],
            set_number=after["set_number"],
        ).pk

    @staticmethod
    def _made_by(after: dict) -> int:
        row = Row.objects.get(pk=after["product_row"])
        if row.applied_at is None:
            raise ValidationError(filled(_("Sản phẩm ở dòng %s chưa nhập được."), row.number))
        return row.target

    def in_the_way(self, drafts: list[Draft]) -> list[str]:
        there = self._entries(drafts)
        used, told = _used(list(there.values())), []
        for draft in drafts:
            entry = there.get(draft.target)
            if entry is None:
                told.append("")
            elif entry.idea != draft.after["idea"] or not may_write_idea(entry):
                told.append(filled(_("%s đã được sửa hoặc chuyển bước sau khi nhập."), entry))
            elif not draft.before and entry.pk in used:
                told.append(filled(_("%s đã có giấy tờ, biểu hoặc trao đổi sau khi nhập."), entry))
            else:
                told.append("")
        return told

    def undo_many(self, drafts: list[Draft]) -> list[str]:
        there, told = self._entries(drafts), self.in_the_way(drafts)
        for draft, why in zip(drafts, told, strict=True):
            entry = there.get(draft.target)
            if entry is None or why:
                continue
            if draft.before:
                write_idea(entry=entry, idea=draft.before["idea"], by=self.by)
                continue
            entry._history_user, entry._change_reason = self.by, str(UNDONE)
            entry.events.all().delete()
            entry.delete()
        return told

    @staticmethod
    def _entries(drafts: list[Draft]) -> dict[int, Entry]:
        entries = Entry.objects.select_related("cycle", "product")
        return entries.in_bulk({draft.target for draft in drafts})


def _used(entries: list[Entry]) -> set[int]:
    """The entries on which more stands than that they were entered."""

    def is_used(*found: Entry) -> bool:
        return any(
            not isinstance(row, EntryEvent) or row.action != "enter"
            for row in what_protects(list(found))
        )

    return {entry.pk for entry in entries if is_used(entry)} if is_used(*entries) else set()


def _classified(product: Product | Row) -> tuple[str, int]:
    """Decision and set, of a product or of the row that will make it."""
    if isinstance(product, Row):
        return product.after["decision"], product.after["set_number"]
    return product.decision, product.set_number
