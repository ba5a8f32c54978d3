"""Vietnamese text: one spelling inside (NFC), and a folded form to search and sort by."""

import re
import unicodedata

_SPACE = re.compile(r"\s+")


def normalise(text: str) -> str:
    """NFC, no control characters but line breaks and tabs, trimmed.

    Texts pasted from macOS or old fonts come decomposed (NFD): two strings that look the same
    would be two producers.
    """
    text = unicodedata.normalize("NFC", text)
    text = "".join(c for c in text if c in "\n\r\t" or unicodedata.category(c) != "Cc")
    return text.strip()


def fold(text: str) -> str:
    """Lower case without marks, đ as d, one space between words: "Hồ  tiêu Đỏ" → "ho tieu do".

    SQLite's LIKE and PostgreSQL's both compare this form, so search behaves alike on the two.
    """
    text = text.replace("đ", "d").replace("Đ", "d")
    decomposed = unicodedata.normalize("NFD", text)
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _SPACE.sub(" ", plain).strip().lower()
