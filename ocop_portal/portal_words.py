"""Words of the portal that lie in the database or in a Decision's file, said on English pages.

What is kept is Vietnamese, and stays so: a council's proposal, the reason of a change, the source of
a row that was loaded. An English page says in English what the portal itself put into these words
and shows all else as it stands. Only texts that a room has made known, and the portal's remarks on the
law, are looked up, and a place in one holds figures or another of them, so that nobody's own words are
changed.
"""

import re
from functools import cache

from django.utils.functional import lazy
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_noop as _

from . import law
from .languages import DEFAULT

SENTENCES = re.compile(r"(?<=\.) ")
PLACE = re.compile(r"%(?:\((\w+)\))?[sd]")
FIGURES = re.compile(r"[\d.,]+")

_known: list = []


def know(*texts) -> None:
    """Make texts known that the portal writes down, lazy or not, with places as for `%`."""
    _known.extend(texts)


# The Decisions' files and the makers of samples are of every room.
know(
    _("cấp huyện"),
    _("cấp tỉnh"),
    _("cấp trung ương"),
    _("cấp quốc gia"),
    _("Ủy ban nhân dân huyện"),
    _("Ủy ban nhân dân tỉnh"),
    _("Bộ Nông nghiệp và Môi trường"),
    _("Bộ Nông nghiệp và Phát triển nông thôn"),
    _("Bộ Nông nghiệp và Phát triển nông thôn (nay là Bộ Nông nghiệp và Môi trường)"),
    _("từ %s đến dưới %s điểm"),
    _("từ %s đến %s điểm"),
    _("dưới %s điểm"),
    _("Dữ liệu mẫu, không có thật."),
)


@cache
def known() -> list[tuple[re.Pattern, str]]:
    """Every known text in Vietnamese, with the pattern of what is kept of it."""
    with override(DEFAULT):
        texts = [str(text) for text in _known]
    return [
        (re.compile("(.+?)".join(map(re.escape, PLACE.split(text)[::2]))), text) for text in texts
    ]


def _in_reader_language(kept: str) -> str | None:
    for pattern, text in known():
        if not (match := pattern.fullmatch(kept)):
            continue
        values = [v if FIGURES.fullmatch(v) else _in_reader_language(v) for v in match.groups()]
        if None in values:
            continue
        names = PLACE.findall(text)
        if not names:
            return gettext(text)
        return gettext(text) % (
            dict(zip(names, values, strict=True)) if names[0] else tuple(values)
        )
    return None


def _said(text) -> str:
    text = str(text)
    if get_language() == DEFAULT:
        return text
    if whole := law.english().get(text) or _in_reader_language(text):
        return whole
    return " ".join(_in_reader_language(each) or each for each in SENTENCES.split(text))


portal_words = lazy(_said, str)
portal_words.__doc__ = """A kept text, lazily: in Vietnamese as it is; elsewhere what the portal itself
wrote in the language of the page, the rest as it is."""
