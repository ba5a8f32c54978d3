"""What is wrong in a file that was sent in: where, in words that lead to the place."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ocop_portal import law
from ocop_portal.page_language import kept


@dataclass(frozen=True)
class Fault:
    """One fault of a file. `row` counts from 1 and is a line of a text file; `column` is a letter.

    `name`: the column's name. `where`: the code of the criterion, section or part.
    """

    what: str
    row: int | None = None
    column: str = ""
    name: str = ""
    where: str = ""
    sheet: str = ""

    @property
    def place(self) -> str:
        """ "Trang “Nghi vấn”, dòng 12, cột D (Điểm)"; empty for the file as a whole."""
        words = []
        if self.sheet:
            words.append(_("trang “%s”") % self.sheet)
        if self.row:
            words.append(_("dòng %s") % self.row)
        if self.column:
            words.append(_("cột %s") % self.column + (f" ({self.name})" if self.name else ""))
        if self.where and self.where != "header":
            words.append(_("mã %s") % self.where)
        text = ", ".join(words)
        return text[:1].upper() + text[1:]

    @property
    def kept(self) -> dict:
        """Place and words in each language, to be written down."""
        return {"place": kept(lambda: self.place), "what": kept(self.what)}

    def __str__(self) -> str:
        return f"{self.place}: {self.what}" if self.place else str(self.what)


def without_known(faults: Iterable[law.Fault], tainted: set[str]) -> list[law.Fault]:
    """The law's own findings, without those at places that are known to be faulty already."""
    if not tainted:
        return list(faults)
    follows = {"sum", "maximum", "levels", "cases", "codes", "numbering", "rules"}
    return [
        fault
        for fault in faults
        if not (fault.kind in follows and (fault.where in tainted or fault.where == "header"))
    ]
