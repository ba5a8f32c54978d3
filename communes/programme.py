"""Loading Vĩnh Linh's units and published producers from `communes/data`.

Loading again is harmless: what officers changed in the portal since is theirs, and is not touched.
"""

import datetime
from dataclasses import dataclass
from pathlib import Path

import yaml
from django.db import models, transaction
from django.utils.translation import gettext_noop as _

from ocop_portal.portal_words import know

from .models import Producer, Unit, UnitSuccession
from .units import rebuild_cover

DATA = Path(__file__).parent / "data"
# Kept in the history of each loaded row, with the row's key: names may be mended, this stays.
LOADED = "Nhập từ số liệu đã công bố:"

PRESS = _("Tin đã đăng trên báo chí; chưa đối chiếu quyết định.")
_HOW_KNOWN = {
    "from_name": _("Địa bàn suy từ tên chủ thể."),
    "inferred": _("Địa bàn là suy đoán, nguồn không nêu."),
    "unknown": _("Nguồn không nêu xã, thị trấn: tạm ghi ở huyện."),
}

NAMED_AFTER_PRODUCT = _("Nguồn chỉ nêu tên sản phẩm: tên chủ thể ghi theo sản phẩm.")
know(PRESS, *_HOW_KNOWN.values(), NAMED_AFTER_PRODUCT)


@dataclass(frozen=True)
class Loaded:
    """How many rows a loading made, how many it changed, how many of the data are there now."""

    made: int
    changed: int
    total: int


def read(path: Path) -> dict:
    """A data file of the project, as plain values."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def loaded_rows(model: type[models.Model]) -> dict[str, int]:
    """Key in the data files → primary key, for all rows of a model that were ever loaded."""
    rows = model.history.filter(history_type="+", history_change_reason__startswith=LOADED)
    return {
        reason.removeprefix(LOADED).strip(): pk
        for reason, pk in rows.values_list("history_change_reason", model._meta.pk.name)
    }


def change_reason(key: str) -> str:
    """What the history of a loaded row says, and what `loaded_rows` finds it by."""
    return f"{LOADED} {key}"


@transaction.atomic
def load_units(path: Path = DATA / "units.yaml") -> Loaded:
    """Bring units and mergers to what the file says; a unit is known by code, level and first day.

    Units are no officer's to edit, so a corrected file corrects them.
    """
    known = {(unit.code, unit.level, unit.valid_from): unit for unit in Unit.objects.all()}
    rows = read(path)["units"]
    made = changed = 0
    in_file: list[tuple[Unit, dict]] = []
    for row in rows:
        level = row.get("level", Unit.Level.COMMUNE)
        unit = known.get((row["code"], level, row.get("from")))
        is_new = unit is None
        unit = unit or Unit(code=row["code"], level=level, valid_from=row.get("from"))
        facts = {
            "kind": row["kind"],
            "name": row["name"],
            "parent": _parent(in_file, row),
            "valid_until": row.get("until"),
            "basis": row.get("basis", ""),
        }
        if is_new or any(getattr(unit, name) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(unit, name, value)
            unit.save()
            made, changed = made + is_new, changed + (not is_new)
        in_file.append((unit, row))
    merged = _load_successions(in_file)
    if made or changed or merged:
        rebuild_cover()
    return Loaded(made, changed, len(rows))


def _parent(in_file: list[tuple[Unit, dict]], row: dict) -> Unit | None:
    """The unit above: named before it in the file, and there on the unit's last day."""
    if "parent" not in row:
        return None
    return _find(in_file, row["parent"], row.get("until"), below=False)


def _find(
    in_file: list[tuple[Unit, dict]], code: str, day: datetime.date | None, below: bool
) -> Unit:
    """The unit of the file with this code on a day (no day: the one without an end)."""
    for unit, _row in in_file:
        if unit.code != code or (unit.level == Unit.Level.COMMUNE) != below:
            continue
        if unit.valid_until is None if day is None else unit.is_valid_on(day):
            return unit
    raise ValueError(f"units.yaml: {code} không có vào ngày {day}")


def _load_successions(in_file: list[tuple[Unit, dict]]) -> int:
    known = set(UnitSuccession.objects.values_list("predecessor_id", "successor_id"))
    made = 0
    for unit, row in in_file:
        for code in row.get("merges", ()):
            eve = row["from"] - datetime.timedelta(days=1)
            before = _find(in_file, code, eve, below=unit.level == Unit.Level.COMMUNE)
            if (before.pk, unit.pk) not in known:
                UnitSuccession.objects.create(
                    predecessor=before, successor=unit, on=row["from"], basis=row.get("basis", "")
                )
                made += 1
    return made


@transaction.atomic
def load_producers(path: Path = DATA / "producers.yaml") -> Loaded:
    """Add the published producers that were never loaded; places are those of 2020."""
    rows = read(path)["producers"]
    known = loaded_rows(Producer)
    day = datetime.date(2020, 12, 31)
    units = {unit.code: unit for unit in Unit.objects.on(day)}
    made = 0
    for row in rows:
        if row["key"] in known:
            continue
        notes = [PRESS, _HOW_KNOWN.get(row.get("place", ""), "")]
        if row.get("name_from") == "product":
            notes.append(NAMED_AFTER_PRODUCT)
        producer = Producer(
            name=row["name"],
            legal_form=row["legal_form"],
            unit=units[row["unit"]],
            source=" ".join(filter(None, notes)),
        )
        producer._change_reason = change_reason(row["key"])
        producer.full_clean()
        producer.save()
        made += 1
    return Loaded(made, 0, len(rows))
