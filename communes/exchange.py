"""Producers from Excel, and to it."""

import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db.models import Model, ProtectedError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from phonenumber_field.phonenumber import to_python as phone_of

from ocop_portal.exchange.models import Row
from ocop_portal.exchange.registry import Column, Draft, Importer, importer, importers
from ocop_portal.exchange.tables import Field
from ocop_portal.page_language import filled, told_reasons
from ocop_portal.portal_words import know
from ocop_portal.text import fold

from .many import remove_many, what_protects
from .models import Producer, Unit, UnitSuccession, today
from .producers import TAX_CODE_TAKEN, namesakes, save_producer, save_producers
from .scope import OFFICERS, producers_for, units_in_scope

REASON = _("Nhập từ Excel")
UNDONE = _("Hoàn tác nhập từ Excel")
know(REASON, UNDONE)
GONE = _("Dữ liệu của dòng này đã bị gỡ sau khi xem trước. Hãy tải tệp lên lại.")
ENTERED_SINCE = _("%s đã được nhập sau khi xem trước. Hãy tải tệp lên lại.")
HELD = _("%s đã có sản phẩm hoặc giấy tờ.")
YES, NO = ("co", "x", "dung", "1"), ("khong", "0", "sai")


class UnitFinder:
    """Communes by code or name, today's first; says of a merged one what became of it.

    Codes are reused over time: one that names an ended unit and no present one is that unit. An
    officer whose own units have all ended works on with the last of them.
    """

    def __init__(self, by):
        self.by_text: dict[str, list[Unit]] = defaultdict(list)
        self.in_scope = set(units_in_scope(by, *OFFICERS).values_list("pk", flat=True))
        self.by_id: dict[int, Unit] = Unit.objects.filter(level=Unit.Level.COMMUNE).in_bulk()
        for unit in self.by_id.values():
            for text in {unit.code, fold(unit.name), fold(str(unit))}:
                self.by_text[text].append(unit)
        self.became: dict[int, list[Unit]] = defaultdict(list)
        for row in UnitSuccession.objects.select_related("successor"):
            self.became[row.predecessor_id].append(row.successor)

    def find(self, text: str) -> Unit:
        """The commune of this code or name. Raises `ValidationError` with the reason."""
        found = self.by_text.get(fold(text), [])
        if not found:
            raise ValidationError(
                filled(_("Không có xã, thị trấn nào mang mã hoặc tên “%s”."), text)
            )
        present = [unit for unit in found if unit.is_valid_on()]
        if not present:
            last = max(found, key=_last_day)
            successors = self._today(last)
            if last.pk in self.in_scope and not self.in_scope & {unit.pk for unit in successors}:
                return last
            raise ValidationError(self._ended(last, successors))
        reached = [unit for unit in present if unit.pk in self.in_scope]
        if not reached:
            raise ValidationError(filled(_("%s không thuộc địa bàn của anh/chị."), present[0]))
        if len(reached) > 1:
            raise ValidationError(filled(_("Có nhiều đơn vị tên “%s”. Hãy ghi mã đơn vị."), text))
        return reached[0]

    @staticmethod
    def _ended(unit: Unit, successors: list[Unit]) -> str:
        if not successors:
            return filled(_("%s không còn."), unit.dated_name)
        return filled(
            _("%(unit)s nay là %(now)s. Hãy ghi mã hoặc tên hiện nay."),
            {
                "unit": unit.dated_name,
                "now": ", ".join(f"{now} ({now.code})" for now in successors),
            },
        )

    def _today(self, unit: Unit) -> list[Unit]:
        """What the unit has become by today, through every merger."""
        found, todo = {}, [unit]
        while todo:
            for successor in self.became[todo.pop().pk]:
                if successor.is_valid_on():
                    found[successor.pk] = successor
                else:
                    todo.append(successor)
        return list(found.values())


def _last_day(unit: Unit):
    return unit.valid_until or today()


def whole(text: str) -> int:
    """A whole number as people write it: "1.200" and "12"; `ValidationError` otherwise."""
    if not re.fullmatch(r"\d{1,3}(\.\d{3})+|\d+", text.strip()):
        raise ValidationError(_("Phải là số nguyên, không âm."))
    return int(text.replace(".", ""))


def yes_or_no(text: str) -> bool:
    """ "có" or "không", however typed; `ValidationError` otherwise."""
    if fold(text) in YES:
        return True
    if fold(text) in NO:
        return False
    raise ValidationError(_("Chỉ ghi “có” hoặc “không”."))


def percent(text: str) -> str:
    """A number with a decimal comma, 0–100, as "51.50"; `ValidationError` otherwise."""
    try:
        value = Decimal(text.strip().rstrip("%").strip().replace(",", "."))
    except InvalidOperation:
        raise ValidationError(_("Phải là một số, ví dụ 51 hoặc 51,5.")) from None
    if not 0 <= value <= 100:
        raise ValidationError(_("Tỷ lệ phải từ 0 đến 100."))
    return f"{value:.2f}"


def tax_code(text: str) -> str:
    """A tax code without blanks and dots; Excel eats leading zeros, which is told."""
    code = "".join(text.replace(".", "").split())
    if re.fullmatch(r"\d{9}|\d{11}", code):
        raise ValidationError(
            filled(
                _("Mã số thuế có %d số. Excel có thể đã bỏ số 0 ở đầu: hãy định dạng cột là chữ."),
                len(code),
            )
        )
    return code


LEGAL_FORMS = {fold(str(label)): value for value, label in Producer.LegalForm.choices} | {
    # What officers write for short and can mean one form alone.
    "htx": Producer.LegalForm.COOPERATIVE.value,
    "tht": Producer.LegalForm.COOPERATIVE_GROUP.value,
    "ho kinh doanh": Producer.LegalForm.HOUSEHOLD.value,
    "cong ty cp": Producer.LegalForm.JOINT_STOCK.value,
    "dntn": Producer.LegalForm.PRIVATE_ENTERPRISE.value,
}

READERS = {
    "name": str,
    "tax_code": tax_code,
    "must_register": yes_or_no,
    "registration_number": str,
    "representative": str,
    "email": str,
    "website": str,
    "address": str,
    "workers": whole,
    "local_workers": whole,
    "community_share": percent,
}


@importer
class ProducerImporter(Importer):
    """A row is a producer; the same tax code, or else name and commune, is the same producer.

    An empty cell leaves what is there; nothing is blanked by it.
    """

    kind = "producer"
    model = Producer
    label = _("Chủ thể")
    permission = "communes.add_producer"
    rank = 1
    columns = (
        Column("name", _("Tên chủ thể"), True, ("Chủ thể", "Tên cơ sở", "Tên đơn vị")),
        Column(
            "legal_form",
            _("Loại hình"),
            True,
            ("Loại hình tổ chức", "Loại hình chủ thể"),
            choices=tuple(str(label) for _value, label in Producer.LegalForm.choices),
        ),
        Column(
            "unit",
            _("Xã, thị trấn"),
            True,
            ("Xã", "Mã xã", "Xã/thị trấn", "Đơn vị"),
            _("Mã đơn vị hoặc tên hiện nay"),
        ),
        Column("tax_code", _("Mã số thuế"), aliases=("MST",), hint="10 số, 12 số"),
        Column("must_register", _("Phải đăng ký kinh doanh"), choices=("có", "không")),
        Column("registration_number", _("Số đăng ký kinh doanh"), aliases=("Số ĐKKD",)),
        Column("representative", _("Người đại diện"), aliases=("Đại diện",)),
        Column("phone", _("Điện thoại"), aliases=("Số điện thoại", "SĐT")),
        Column("email", _("Thư điện tử"), aliases=("Email",)),
        Column("website", _("Trang mạng"), aliases=("Website",)),
        Column("address", _("Địa chỉ")),
        Column("workers", _("Số lao động"), aliases=("Lao động",)),
        Column("local_workers", _("Trong đó người địa phương")),
        Column("community_share", _("Vốn góp của cộng đồng (%)")),
    )

    def key(self, draft: Draft) -> tuple:
        """By tax code where there is one, else by name and commune."""
        code = draft.after.get("tax_code")
        return ("tax", code) if code else ("name", *draft_name(draft))

    @cached_property
    def _units(self) -> UnitFinder:
        return UnitFinder(self.by)

    @cached_property
    def _by_name(self) -> dict[tuple, int]:
        """The producers of one's units by commune and folded name."""
        rows = producers_for(self.by).order_by("-pk").values_list("pk", "unit_id", "name")
        return {(unit, fold(name)): pk for pk, unit, name in rows.iterator()}

    def check(self, drafts: Iterable[Draft]) -> None:
        drafts = list(drafts)
        for draft in drafts:
            self._read(draft, self._units)
        known = self._known(drafts)
        for draft in drafts:
            if not draft.faults:
                self._compare(draft, known)

    def _read(self, draft: Draft, units: UnitFinder) -> None:
        """The row's texts as the model's values, in `draft.after`."""
        for key, text in draft.values.items():
            try:
                if key == "unit":
                    draft.after["unit_id"] = units.find(text).pk
                elif key == "legal_form":
                    draft.after["legal_form"] = self._legal_form(text)
                elif key == "phone":
                    draft.after["phone"] = _phone(text)
                else:
                    draft.after[key] = READERS[key](text)
            except ValidationError as error:
                draft.fault(key, told_reasons(error)[0])

    @staticmethod
    def _legal_form(text: str) -> str:
        try:
            return LEGAL_FORMS[fold(text)]
        except KeyError:
            raise ValidationError(
                filled(
                    _("Loại hình phải là một trong: %s."),
                    "; ".join(str(label) for _value, label in Producer.LegalForm.choices),
                )
            ) from None

    def _known(self, drafts: list[Draft]) -> dict[tuple, Producer]:
        """The producers that the rows may speak of, by key; three queries."""
        codes = {d.after["tax_code"] for d in drafts if d.after.get("tax_code")}
        named = {pk for d in drafts if (pk := self._by_name.get(draft_name(d)))}
        found: dict[tuple, Producer] = {}
        for producer in Producer.objects.filter(tax_code__in=codes).select_related("unit"):
            found["tax", producer.tax_code] = producer
        for producer in Producer.objects.filter(pk__in=named).select_related("unit"):
            found["name", producer.unit_id, fold(producer.name)] = producer
        ids = {producer.pk for producer in found.values()}
        reached = producers_for(self.by).filter(pk__in=ids).order_by()
        self._reached = set(reached.values_list("pk", flat=True))
        return found

    def _compare(self, draft: Draft, known: dict[tuple, Producer]) -> None:
        named = known.get(("name", *draft_name(draft)))
        coded = known.get(("tax", draft.after.get("tax_code")))
        producer = coded or named
        if coded is None and named and named.tax_code and draft.after.get("tax_code"):
            draft.fault(
                "tax_code", filled(_("Chủ thể cùng tên ở xã này có mã số thuế %s."), named.tax_code)
            )
            return
        if producer and producer.pk not in self._reached:
            draft.fault("tax_code", TAX_CODE_TAKEN)
            return
        if producer:
            draft.target = producer.pk
            changed = {k: v for k, v in draft.after.items() if _plain(producer, k) != v}
            draft.before = {key: _plain(producer, key) for key in changed}
            draft.changes = [
                (self._label(key), self._shown(key, draft.before[key]), self._shown(key, value))
                for key, value in changed.items()
            ]
            draft.after = changed | {
                k: draft.after[k] for k in ("tax_code", "name", "unit_id") if k in draft.after
            }
        candidate = producer or Producer()
        for key, value in draft.after.items():
            setattr(candidate, key, value)
        self._validate(draft, candidate)

    def _validate(self, draft: Draft, candidate: Producer) -> None:
        share = candidate.community_share
        if share is not None and candidate.legal_form != Producer.LegalForm.JOINT_STOCK:
            draft.fault("community_share", _("Chỉ ghi tỷ lệ này cho công ty cổ phần."))
        workers, local = candidate.workers, candidate.local_workers
        if workers is not None and local is not None and local > workers:
            draft.fault(
                "local_workers", _("Số người địa phương không thể nhiều hơn tổng số lao động.")
            )
        try:
            # Not `full_clean`: it would ask the database for every row. `apply` does.
            candidate.clean_fields(exclude={"unit"})  # found above
        except ValidationError as error:
            known = {column.key for column in self.columns}
            for key, refused in error.error_dict.items():
                for why in told_reasons(ValidationError(refused)):
                    draft.fault(key if key in known else "", why)

    def _label(self, key: str) -> str:
        column = "unit" if key == "unit_id" else key
        return next(str(c.heading) for c in self.columns if c.key == column)

    def _shown(self, key: str, value) -> str:
        if value in (None, ""):
            return ""
        if key == "legal_form":
            return capfirst(str(Producer.LegalForm(value).label))
        if key == "must_register":
            return _("có") if value else _("không")
        if key == "unit_id":
            return str(self._units.by_id.get(value) or Unit.objects.get(pk=value))
        return str(value).replace(".", ",") if key == "community_share" else str(value)

    def apply(self, draft: Draft) -> int:
        (producer,) = self._changed([draft])
        producer._change_reason = REASON
        return save_producer(producer=producer, by=self.by).pk

    def apply_many(self, drafts: list[Draft]) -> list[int]:
        producers = self._changed(drafts)
        fields = {key.removesuffix("_id") for draft in drafts for key in draft.after}
        save_producers(producers=producers, fields=fields, by=self.by, reason=str(REASON))
        return [producer.pk for producer in producers]

    def _changed(self, drafts: list[Draft]) -> list[Producer]:
        """The producers as the rows want them, not yet saved; those that are there are locked."""
        there = _locked(drafts)
        producers = []
        for draft in drafts:
            producer = there.get(draft.target) if draft.target else Producer()
            _still(producer, draft)
            for key, value in draft.after.items():
                setattr(producer, key, value)
            producers.append(producer)
        return producers

    def in_the_way(self, drafts: list[Draft]) -> list[str]:
        there = Producer.objects.in_bulk({draft.target for draft in drafts})
        told = [_changed_since(there.get(draft.target), draft) for draft in drafts]
        new = made_new(drafts, there, told)
        for at in held(new, job=self.job):
            told[at] = filled(HELD, new[at])
        return told

    def undo_many(self, drafts: list[Draft]) -> list[str]:
        there = _locked(drafts)
        told = [_changed_since(there.get(draft.target), draft) for draft in drafts]
        restored, fields = [], set()
        for draft, why in zip(drafts, told, strict=True):
            producer = there.get(draft.target)
            if producer is None or why:
                continue
            for key, value in draft.before.items():
                setattr(producer, key, value)
                fields.add(key.removesuffix("_id"))
            if draft.before:
                restored.append(producer)
        save_producers(producers=restored, fields=fields, by=self.by, reason=str(UNDONE))
        new = made_new(drafts, there, told)
        for at in removed(new, by=self.by):
            told[at] = filled(HELD, new[at])
        return told


def _changed_since(producer: Producer | None, draft: Draft) -> str:
    """Words when the producer is not as this row has written it; "" when it is, or is gone."""
    if producer is None or all(_plain(producer, k) == v for k, v in draft.after.items()):
        return ""
    return filled(_("%s đã được sửa sau khi nhập."), producer)


def made_new(drafts: list[Draft], there: dict, told: list[str]) -> dict[int, Model]:
    """What the rows have made and nothing is told of, by the place of the row; `there`: by id."""
    return {
        at: there[draft.target]
        for at, draft in enumerate(drafts)
        if draft.target in there and not draft.before and not told[at]
    }


def held(rows: dict[int, Model], *, job) -> list[int]:
    """The keys of new rows on which something stands that this import did not make."""
    if not _of_others(what_protects(list(rows.values())), job):
        return []
    return [at for at, row in rows.items() if _of_others(what_protects([row]), job)]


def _of_others(found: set[Model], job) -> bool:
    """Whether any of these was not made by this import."""
    left = len(found)
    for kind in importers():
        if ids := {row.pk for row in found if type(row) is kind.model}:
            made = job.rows.filter(kind=kind.kind, outcome=Row.Outcome.NEW, target__in=ids)
            left -= made.filter(applied_at__isnull=False).count()
    return left > 0


def removed(rows: dict[int, Model], *, by) -> list[int]:
    """Take new rows away again; the keys of those that stay, for something stands upon them."""
    try:
        remove_many(list(rows.values()), by=by, reason=str(UNDONE))
    except ProtectedError:
        return [at for at, row in rows.items() if _is_held(row, by)]
    return []


def _is_held(row: Model, by) -> bool:
    try:
        remove_many([row], by=by, reason=str(UNDONE))
    except ProtectedError:
        return True
    return False


def _locked(drafts: list[Draft]) -> dict[int, Producer]:
    """The producers that rows speak of, by id, locked."""
    ids = [draft.target for draft in drafts if draft.target]
    return Producer.objects.select_for_update(of=("self",)).order_by("pk").in_bulk(ids)


def draft_name(draft: Draft) -> tuple:
    """Commune and folded name."""
    return draft.after.get("unit_id"), fold(draft.after.get("name", ""))


def _phone(text: str) -> str:
    phone = phone_of(text, region="VN")
    if phone is None or not phone.is_valid():
        raise ValidationError(_("Số điện thoại chưa đúng. Ví dụ: 0912 345 678."))
    return phone.as_e164


def _plain(producer: Producer, key: str):
    """A field's value as JSON keeps it."""
    value = getattr(producer, key)
    if key == "phone":
        return value.as_e164 if value else ""
    return f"{value:.2f}" if isinstance(value, Decimal) else value


def _still(producer: Producer | None, draft: Draft) -> None:
    """`ValidationError` when what the preview showed is not so any more."""
    if producer is None:
        raise ValidationError(GONE)
    if any(_plain(producer, key) != value for key, value in draft.before.items()):
        raise ValidationError(
            filled(_("%s đã được sửa sau khi xem trước. Hãy tải tệp lên lại."), producer)
        )
    # Where there is a tax code, the database itself keeps the producer single.
    if not draft.target and not draft.after.get("tax_code"):
        name, unit_id = draft.after["name"], draft.after["unit_id"]
        if namesakes(name=name, unit_id=unit_id):
            raise ValidationError(ENTERED_SINCE % name)


# The list of producers as a file, under the headings of the import: what goes out may come in again.
PRODUCER_FIELDS = (
    Field(_("Tên chủ thể"), lambda row: row.name, 36),
    Field(_("Loại hình"), lambda row: capfirst(row.get_legal_form_display()), 28),
    Field(_("Xã, thị trấn"), lambda row: row.unit.dated_name, 24),
    Field(_("Mã đơn vị"), lambda row: row.unit.code, 12),
    Field(_("Mã số thuế"), lambda row: row.tax_code),
    Field(_("Số đăng ký kinh doanh"), lambda row: row.registration_number),
    Field(_("Người đại diện"), lambda row: row.representative, 24),
    Field(_("Điện thoại"), lambda row: row.phone.as_national if row.phone else ""),
    Field(_("Thư điện tử"), lambda row: row.email, 24),
    Field(_("Trang mạng"), lambda row: row.website, 24),
    Field(_("Địa chỉ"), lambda row: row.address, 30),
    Field(_("Số lao động"), lambda row: row.workers, 12),
    Field(_("Trong đó người địa phương"), lambda row: row.local_workers, 14),
    Field(_("Vốn góp của cộng đồng (%)"), lambda row: row.community_share, 14),
    Field(
        _("Tình trạng"),
        lambda row: _("đang hoạt động") if row.is_active else _("đã ngừng"),
    ),
)
