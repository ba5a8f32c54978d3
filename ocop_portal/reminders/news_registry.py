"""The one door through which a room's news reaches the newsletter.

A room writes a function that yields what it published in a time and everybody may still read, and
registers it in its app's `ready()`:

    @news_source(_("Tin tức, thông báo"))
    def items_published(since, until) -> Iterator[News]:
        ...

It is asked in the reader's language, anew before each letter leaves: what was withdrawn meanwhile
is not told.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class News:
    """Something that everybody may read, for a line of the newsletter."""

    at: datetime.datetime  # when it was published
    title: str
    text: str  # one sentence, or nothing
    url: str  # path within the portal


Answer = Callable[[datetime.datetime, datetime.datetime], Iterable[News]]


@dataclass(frozen=True)
class Section:
    """A part of the newsletter and its lines, the latest first."""

    label: str
    news: list[News]


_sources: dict[Answer, str | Promise] = {}


def news_source(label: str | Promise) -> Callable[[Answer], Answer]:
    """Register `source(since, until)`: what was published after `since` and not after `until`."""

    def register(answer: Answer) -> Answer:
        _sources[answer] = label
        return answer

    return register


def published(since: datetime.datetime, until: datetime.datetime) -> list[Section]:
    """What all rooms published in this time, by room; a room without news is left out."""
    found = []
    for answer, label in _sources.items():
        news = sorted(answer(since, until), key=lambda each: each.at, reverse=True)
        if news:
            found.append(Section(str(label), news))
    return found
