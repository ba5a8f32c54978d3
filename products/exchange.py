"""Products from Excel; products and entries to it."""

import re
from collections.abc import Iterable
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from communes.exchange import (
    ENTERED_SINCE,
    GONE,
    REASON,
    UNDONE,
    UnitFinder,
    held,
    made_new,
    removed,
    yes_or_no,
)
from communes.models import Producer, today
from communes.scope import producers_for
from ocop_portal import law
from ocop_portal.exchange.models import Row
from ocop_portal.exchange.registry import Column, Draft, Importer, importer
from ocop_portal.exchange.tables import Field
from ocop_portal.page_language import filled, told_reasons
from ocop_portal.text import fold

from .models import Entry, Product, ProductPhoto
from .register import save_product, save_products

HELD = _("%s đã tham gia chu trình hoặc đã được xếp hạng.")
TEXTS = ("name", "summary", "story", "packaging", "where_to_buy")


def today_decision() -> law.Decision:
    """The Decision in force today, the newest of several; the newest of all where none is."""
    in_force = [found for found in law.decisions() if found.in_force_on(today())]
    return (in_force or law.decisions())[-1]


class ProducerFinder:
    """The producers that rows speak of, by tax code or name: in the register, or in this import.

    Both are read once; the rows of producers have been read before those of products.
    """

    def __init__(self, by, job):
        self.by, self.job = by, job

    @cached_property
    def _registered(self) -> dict[str, list[int]]:
        """Tax code or folded name → ids of producers."""
        found: dict[str, list[int]] = {}
        rows = producers_for(self.by).order_by("pk").values_list("pk", "tax_code", "name")
        for pk, code, name in rows.iterator():
            for key in filter(None, (code, fold(name))):
                found.setdefault(key, []).append(pk)
        return found

    @cached_property
    def _new(self) -> dict[str, list[Row]]:
        """Tax code or folded name → the rows of this import that will make the producer."""
        found: dict[str, list[Row]] = {}
        rows = self.job.rows.filter(kind="producer", outcome=Row.Outcome.NEW) if self.job else ()
        for row in rows:
            for key in filter(None, (row.after.get("tax_code"), fold(row.after.get("name", "")))):
                found.setdefault(key, []).append(row)
        return found

    @cached_property
    def _refused(self) -> dict[str, Row]:
        """Tax code or folded name → a row of this import that was not taken in."""
        found: dict[str, Row] = {}
        rows = (
            self.job.rows.filter(kind="producer", outcome=Row.Outcome.REFUSED) if self.job else ()
        )
        for row in rows:
            for text in filter(None, (row.values.get("tax_code"), row.values.get("name"))):
                for key in _keys(text):
                    found.setdefault(key, row)
        return found

    def look_up(self, texts: Iterable[str]) -> None:
        """Read the producers that these texts may mean; one query."""
        keys = {key for text in texts for key in _keys(text)}
        ids = {pk for key in keys for pk in self._registered.get(key, ())}
        self._read = Producer.objects.select_related("unit").in_bulk(ids)

    def find(self, text: str, unit_id: int | None) -> Producer | Row:
        """The producer, or the row that will make it, of a text that was looked up.

        Raises `ValidationError` with the reason.
        """
        found = next(filter(None, map(self._named, _keys(text))), [])
        if unit_id is not None:
            found = [one for one in found if _unit_of(one) == unit_id]
        if not found:
            refused = next(filter(None, map(self._refused.get, _keys(text))), None)
            if refused:
                raise ValidationError(mend_first(text, refused))
            raise ValidationError(
                filled(_("Chưa có chủ thể “%s” trong địa bàn, cũng không có trong tệp."), text)
            )
        if len(found) > 1:
            raise ValidationError(
                filled(
                    _("Có nhiều chủ thể tên “%s”. Hãy ghi mã số thuế hoặc xã của chủ thể."), text
                )
            )
        return found[0]

    def _named(self, key: str) -> list[Producer | Row]:
        there = [self._read[pk] for pk in self._registered.get(key, ()) if pk in self._read]
        return [*there, *self._new.get(key, ())]


def mend_first(name: str, refused: Row) -> str:
    """What a row that speaks of this name is told: it is there, but in a row that was refused."""
    return filled(
        _(
            "“%(name)s” có trong tệp nhưng dòng đó không nhận (trang “%(sheet)s”, dòng %(number)s). "
            "Hãy sửa dòng đó trước."
        ),
        {"name": name, "sheet": refused.sheet, "number": refused.number},
    )


def _keys(text: str) -> tuple[str, str]:
    """What a text may be: a tax code, before a name."""
    return "".join(text.replace(".", "").split()), fold(text)


def _unit_of(found: Producer | Row) -> int:
    return found.unit_id if isinstance(found, Producer) else found.after["unit_id"]


@importer
class ProductImporter(Importer):
    """A row is a product; the same producer and name is the same product.

    An empty cell leaves what is there; nothing is blanked by it.
    """

    kind = "product"
    model = Product
    label = _("Sản phẩm")
    permission = "products.list_products"
    rank = 2
    columns = (
        Column("name", _("Tên sản phẩm"), True, ("Sản phẩm",)),
        Column(
            "producer",
            _("Chủ thể"),
            True,
            ("Tên chủ thể", "Mã số thuế chủ thể"),
            _("Tên hoặc mã số thuế"),
        ),
        Column("unit", _("Xã của chủ thể"), aliases=("Xã", "Xã, thị trấn")),
        Column(
            "set",
            _("Bộ sản phẩm"),
            True,
            ("Bộ số", "Bộ", "Bộ tiêu chí"),
            _("Số hoặc tên bộ theo Quyết định đang có hiệu lực"),
        ),
        Column("is_existing", _("Sản phẩm đã có"), choices=("có", "không")),
        Column("summary", _("Mô tả ngắn"), aliases=("Mô tả",)),
        Column("story", _("Câu chuyện sản phẩm"), aliases=("Câu chuyện",)),
        Column("packaging", _("Quy cách đóng gói"), aliases=("Quy cách",)),
        Column("where_to_buy", _("Nơi bán")),
    )

    def key(self, draft: Draft) -> tuple:
        """The producer and the folded name."""
        after = draft.after
        owner = after.get("producer_row") and ("row", after["producer_row"])
        return (owner or ("producer", after.get("producer_id")), fold(after.get("name", "")))

    @cached_property
    def _units(self) -> UnitFinder:
        return UnitFinder(self.by)

    @cached_property
    def _producers(self) -> ProducerFinder:
        return ProducerFinder(self.by, self.job)

    def check(self, drafts: Iterable[Draft]) -> None:
        drafts = list(drafts)
        decision = today_decision()
        self._producers.look_up(d.values["producer"] for d in drafts if "producer" in d.values)
        for draft in drafts:
            self._read(draft, decision, self._units, self._producers)
        owners = {d.after["producer_id"] for d in drafts if d.after.get("producer_id")}
        known = {
            (product.producer_id, fold(product.name)): product
            for product in Product.objects.filter(producer__in=owners).select_related("producer")
        }
        for draft in drafts:
            if not draft.faults:
                self._compare(draft, known)

    def _read(self, draft: Draft, decision, units: UnitFinder, producers: ProducerFinder) -> None:
        unit_id = None
        for key, text in draft.values.items():
            try:
                if key == "unit":
                    unit_id = units.find(text).pk
                elif key == "set":
                    draft.after |= {
                        "decision": decision.slug,
                        "set_number": find_set(decision, text).number,
                    }
                elif key == "is_existing":
                    draft.after[key] = yes_or_no(text)
                elif key in TEXTS:
                    draft.after[key] = text
            except ValidationError as error:
                draft.fault(key, told_reasons(error)[0])
        if "unit" in {column for column, _why in draft.faults}:
            return
        try:
            owner = producers.find(draft.values["producer"], unit_id)
        except ValidationError as error:
            draft.fault("producer", told_reasons(error)[0])
        else:
            own = "producer_id" if isinstance(owner, Producer) else "producer_row"
            draft.after[own] = owner.pk

    def _compare(self, draft: Draft, known: dict) -> None:
        product = known.get((draft.after.get("producer_id"), fold(draft.after["name"])))
        if product:
            draft.target = product.pk
            self._keep_set(draft, product)
            changed = {k: v for k, v in draft.after.items() if getattr(product, k) != v}
            draft.before = {key: getattr(product, key) for key in changed}
            draft.changes = [
                (
                    self._label(key),
                    self._shown(key, draft.before, product),
                    self._shown(key, changed, product),
                )
                for key in changed
                if key != "decision"
            ]
            draft.after = changed | {k: draft.after[k] for k in ("name", "producer_id")}
        candidate = product or Product()
        for key, value in draft.after.items():
            if key != "producer_row":
                setattr(candidate, key, value)
        try:
            candidate.clean_fields(exclude={"producer", "branch", "group", "set_name", "search"})
        except ValidationError as error:
            heads = {column.key for column in self.columns}
            for key, refused in error.error_dict.items():
                for why in told_reasons(ValidationError(refused)):
                    draft.fault(key if key in heads else "", why)

    def _keep_set(self, draft: Draft, product: Product) -> None:
        """The same set of an older Decision is no change: its number may differ, its name tells."""
        named = law.decision(draft.after["decision"]).summary(draft.after["set_number"])
        if product.decision != draft.after["decision"] and (
            (product.decision, product.set_number) in named.follows
            or fold(product.set_name) == fold(named.name)
        ):
            draft.after |= {"decision": product.decision, "set_number": product.set_number}

    def _label(self, key: str) -> str:
        column = {"set_number": "set", "producer_id": "producer"}.get(key, key)
        return next(str(c.heading) for c in self.columns if c.key == column)

    @staticmethod
    def _shown(key: str, values: dict, product: Product) -> str:
        value = values[key]
        if key == "set_number":
            decision = law.decision(values.get("decision", product.decision))
            return f"{value}. {decision.summary(value).name} ({decision.number})"
        if key == "is_existing":
            return _("có") if value else _("không")
        return value

    def apply(self, draft: Draft) -> int:
        (product,) = self._changed([draft])
        product._change_reason = REASON
        return save_product(product=product, by=self.by).pk

    def apply_many(self, drafts: list[Draft]) -> list[int]:
        products = self._changed(drafts)
        fields = {_field(key) for draft in drafts for key in draft.after}
        save_products(products=products, fields=fields, by=self.by, reason=str(REASON))
        return [product.pk for product in products]

    def _changed(self, drafts: list[Draft]) -> list[Product]:
        """The products as the rows want them, not yet saved; those that are there are locked."""
        there, made = _locked(drafts), self._made(drafts)
        products = []
        for draft in drafts:
            product = there.get(draft.target) if draft.target else Product()
            if product is None:
                raise ValidationError(GONE)
            if any(getattr(product, key) != value for key, value in draft.before.items()):
                raise ValidationError(
                    filled(_("%s đã được sửa sau khi xem trước. Hãy tải tệp lên lại."), product)
                )
            for key, value in draft.after.items():
                if key == "producer_row":
                    key, value = "producer_id", made[value]
                setattr(product, key, value)
            products.append(product)
        new = [product for product in products if product.pk is None]
        owners = {product.producer_id for product in new}
        known = Product.objects.filter(producer__in=owners).values_list("producer_id", "name")
        taken = {(owner, fold(name)) for owner, name in known}
        for product in new:
            if (product.producer_id, fold(product.name)) in taken:
                raise ValidationError(ENTERED_SINCE % product)
        return products

    @staticmethod
    def _made(drafts: list[Draft]) -> dict[int, int]:
        """Row → the producer that it made."""
        ids = {d.after["producer_row"] for d in drafts if d.after.get("producer_row")}
        rows = Row.objects.filter(pk__in=ids).only("number", "applied_at", "target")
        for row in rows:
            if row.applied_at is None:
                raise ValidationError(filled(_("Chủ thể ở dòng %s chưa nhập được."), row.number))
        return {row.pk: row.target for row in rows}

    def in_the_way(self, drafts: list[Draft]) -> list[str]:
        there = Product.objects.in_bulk({draft.target for draft in drafts})
        told = _changed_since(drafts, there)
        new = made_new(drafts, there, told)
        for at in held(new, job=self.job):
            told[at] = filled(HELD, new[at])
        return told

    def undo_many(self, drafts: list[Draft]) -> list[str]:
        there = _locked(drafts)
        told = _changed_since(drafts, there)
        restored, fields = [], set()
        for draft, why in zip(drafts, told, strict=True):
            product = there.get(draft.target)
            if product is None or why:
                continue
            for key, value in draft.before.items():
                setattr(product, key, value)
                fields.add(_field(key))
            if draft.before:
                restored.append(product)
        save_products(products=restored, fields=fields, by=self.by, reason=str(UNDONE))
        new = made_new(drafts, there, told)
        for at in removed(new, by=self.by):
            told[at] = filled(HELD, new[at])
        return told


def _changed_since(drafts: list[Draft], there: dict[int, Product]) -> list[str]:
    """For each row "", or words when its product is not as the row has written it."""
    photos = ProductPhoto.objects.filter(product__in=there).values_list("product", flat=True)
    with_photos, told = set(photos), []
    for draft in drafts:
        product = there.get(draft.target)
        written = {k: v for k, v in draft.after.items() if k != "producer_row"}
        if product is None:
            told.append("")
        elif any(getattr(product, key) != value for key, value in written.items()):
            told.append(filled(_("%s đã được sửa sau khi nhập."), product))
        elif not draft.before and product.pk in with_photos:
            told.append(filled(_("%s đã có ảnh."), product))
        else:
            told.append("")
    return told


def _locked(drafts: list[Draft]) -> dict[int, Product]:
    """The products that rows speak of, by id, locked."""
    ids = [draft.target for draft in drafts if draft.target]
    return Product.objects.select_for_update(of=("self",)).order_by("pk").in_bulk(ids)


def _field(key: str) -> str:
    """The model's field that a key of `Draft.after` is kept in."""
    return "producer" if key in {"producer_id", "producer_row"} else key


def find_set(decision: law.Decision, text: str) -> law.SetSummary:
    """A set by its number or name. Raises `ValidationError` with the reason."""
    wanted = re.sub(r"^bo\s+", "", fold(text))
    for item in decision.sets:
        if wanted in {str(item.number), fold(item.name)}:
            return item
    raise ValidationError(
        filled(
            _("%(decision)s không có bộ sản phẩm “%(set)s” (số từ 1 đến %(last)s)."),
            {"decision": decision.number, "set": text, "last": len(decision.sets)},
        )
    )


_STATES = dict(Entry.State.choices)

# The lists as files, under the headings of the import where there is one.
PRODUCT_FIELDS = (
    Field(_("Tên sản phẩm"), lambda row: row.name, 40),
    Field(_("Chủ thể"), lambda row: row.producer.name, 36),
    Field(_("Xã của chủ thể"), lambda row: row.producer.unit.dated_name, 24),
    Field(_("Bộ sản phẩm"), lambda row: row.set_number, 8),
    Field(_("Tên bộ"), lambda row: row.set_name, 36),
    Field(_("Ngành"), lambda row: row.branch, 20),
    Field(_("Phân loại theo"), lambda row: law.decision(row.decision).number),
    Field(_("Sản phẩm đã có"), lambda row: _("có") if row.is_existing else _("không"), 10),
    Field(_("Mô tả ngắn"), lambda row: row.summary, 40),
    Field(_("Quy cách đóng gói"), lambda row: row.packaging, 24),
    Field(_("Nơi bán"), lambda row: row.where_to_buy, 30),
    Field(_("Chu trình gần nhất"), lambda row: row.last_year, 10),
    Field(_("Trạng thái"), lambda row: _STATES.get(row.last_state, ""), 24),
)
ENTRY_FIELDS = (
    Field(_("Sản phẩm"), lambda row: row.product.name, 40),
    Field(_("Chủ thể"), lambda row: row.product.producer.name, 36),
    Field(_("Xã, thị trấn"), lambda row: row.product.producer.unit.dated_name, 24),
    Field(_("Bộ sản phẩm"), lambda row: row.set_number, 8),
    Field(_("Bước"), lambda row: f"{row.step}. {row.get_step_display()}", 26),
    Field(_("Trạng thái"), lambda row: row.get_state_display(), 28),
    Field(_("Từ lúc"), lambda row: row.state_since, 16),
    Field(_("Hạn của bước"), lambda row: row.due_on, 12),
)
