"""Vietnamese text: one spelling inside (NFC), and a folded form to search and sort by."""

import re
import unicodedata

_SPACE = re.compile(r"\s+")
# Come along with text copied from web pages and chats: zero-width space and joiner, byte order
# mark, soft hyphen. U+200D stays, emoji are made with it.
_UNSEEN = "\u200b\u2060\ufeff\u00ad"


def normalise(text: str) -> str:
    """NFC, no control characters but line breaks and tabs, none without width, trimmed.

    Texts pasted from macOS or old fonts come decomposed (NFD), from web pages with characters that
    nobody sees: two strings that look the same would be two producers.
    """
    text = unicodedata.normalize("NFC", text)
    text = "".join(
        c for c in text if c in "\n\r\t" or (unicodedata.category(c) != "Cc" and c not in _UNSEEN)
    )
    return text.strip()


def fold(text: str) -> str:
    """Lower case without marks, đ as d, one space between words: "Hồ  tiêu Đỏ" → "ho tieu do".

    SQLite's LIKE and PostgreSQL's both compare this form, so search behaves alike on the two.
    Control characters are left out: PostgreSQL refuses a text that holds NUL.
    """
    text = text.replace("đ", "d").replace("Đ", "d")
    decomposed = unicodedata.normalize("NFD", text)
    plain = "".join(
        c
        for c in decomposed
        if not unicodedata.combining(c)
        and (c.isspace() or unicodedata.category(c) not in {"Cc", "Cf"})
    )
    return _SPACE.sub(" ", plain).strip().lower()


def printable(value):
    """The same data without control characters, which neither PDF, Word nor Excel files may hold."""
    if isinstance(value, str):
        return "".join(c for c in value if c in "\n\t" or unicodedata.category(c) != "Cc")
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable(item) for item in value]
    return value
