"""What apps take in from Excel. Each app writes an `Importer` and registers it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ocop_portal.page_language import kept


@dataclass(frozen=True)
class Column:
    """A column of a sheet. `aliases`: other headings that officers use for it."""

    key: str
    heading: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    hint: str = ""  # what to write, one line
    example: str = ""
    choices: tuple[str, ...] = ()  # a short list to choose from


@dataclass
class Draft:
    """One row on its way: an importer reads `values` and says what would become of it.

    `faults`: (column key or "", why in each language) – any makes the row refused. `notes`: what
    was mended.
    `target`: the id of the object that it speaks of, None for a new one. `changes`: (label, old,
    new). `before`, `after`: the fields to take the change back by, as JSON.
    """

    number: int
    values: dict[str, str]
    faults: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)
    target: int | None = None
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)

    def fault(self, column: str, why) -> None:
        self.faults.append((column, kept(why)))


class Importer:
    """How one kind of row is read, checked and written.

    Made anew for each run over an import: what the batches share may be read once.
    """

    kind: str
    model: type  # what a row becomes
    label: str  # of the sheet, and in pages
    permission: str
    rank: int  # kinds of one workbook go in this order
    columns: tuple[Column, ...]

    def __init__(self, by, job=None):
        self.by, self.job = by, job

    def check(self, drafts: Iterable[Draft]) -> None:
        """Say of each draft what would become of it; a fixed number of queries for a batch."""
        raise NotImplementedError

    def apply(self, draft: Draft) -> int:
        """Write a draft through the app's own function; the id of the object.

        Raises `ValidationError` where the data changed since the preview.
        """
        raise NotImplementedError

    def apply_many(self, drafts: list[Draft]) -> list[int]:
        """Write several drafts, all or none; their objects' ids. Called inside a transaction.

        Raises `ValidationError`, or the database's `IntegrityError`, when any of them cannot be
        written; they are then tried in smaller parts, the last one alone by `apply`. To be
        overridden where it can be done in fewer queries.
        """
        return [self.apply(draft) for draft in drafts]

    def in_the_way(self, drafts: list[Draft]) -> list[str]:
        """For each of several written drafts "" or what keeps it from being taken back; reads alone.

        Told lazily (`page_language.filled`): it is kept in each language.

        What the same import made is in nobody's way: it goes before that on which it stands.
        """
        raise NotImplementedError

    def undo_many(self, drafts: list[Draft]) -> list[str]:
        """Take back those that can be; for each "" or what stands in the way, which then stays.

        Called inside a transaction. Of what is not there any more nothing is to be taken back.
        """
        raise NotImplementedError

    def key(self, draft: Draft) -> tuple | None:
        """What makes two rows of one file speak of the same object; None while it is unknown."""
        raise NotImplementedError


_importers: dict[str, type[Importer]] = {}


def importer(found: type[Importer]) -> type[Importer]:
    """Register an importer (a class decorator)."""
    _importers[found.kind] = found
    return found


def importers() -> list[type[Importer]]:
    """Every importer, in the order in which a workbook's sheets are done."""
    return sorted(_importers.values(), key=lambda found: (found.rank, found.kind))


def importer_of(kind: str) -> type[Importer]:
    """The importer of this kind; KeyError for none."""
    return _importers[kind]
