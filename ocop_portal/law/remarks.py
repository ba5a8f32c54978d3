"""What the portal itself says of a Decision: how it is read, what is in doubt, what nobody knows yet.

The law's own words are Vietnamese alone, whatever the language of a page. These are not the law's, so
`english.yaml` beside a Decision has the English of each.
"""

from collections.abc import Iterator
from functools import cache

from .errors import MissingSet
from .library import SHELF
from .model import Decision
from .reader import Reader

ENGLISH = "english.yaml"


def remarks(decision: Decision) -> Iterator[str]:
    """Every remark in the files of a Decision, those of its sets last; one may come twice."""
    for amendment in decision.amended_by:
        yield amendment.what
        if amendment.not_applied:
            yield amendment.not_applied
    yield from (check.text for check in decision.checks)
    yield from (item.what for item in decision.calendar)
    yield from (item.condition for item in decision.dossier if item.condition)
    yield from decision.readings
    yield from decision.open_questions
    for summary in decision.sets:
        try:
            yield from (doubt.why for doubt in decision.criteria_set(summary.number).doubts)
        except MissingSet as missing:
            yield missing.why


@cache
def english() -> dict[str, str]:
    """The English of the remarks of every Decision, by the remark. Raises LawFileError.

    A Decision without the file, or a remark that is not in it, has none.
    """
    found = {}
    for path in sorted(SHELF.glob(f"*/{ENGLISH}")):
        top = Reader.open(path)
        for item in top.items("remarks"):
            found[item.text("vi")] = item.text("en")
            item.done()
        top.done()
    return found
