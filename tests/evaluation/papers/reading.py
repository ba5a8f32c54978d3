"""Reading papers back: the text of a PDF as a person would copy it, and where its words stand."""

import re
import shutil
import subprocess
import unicodedata

import pytest

MM = 72 / 25.4  # points of a PDF in a millimetre


def _run(command: list[str], pdf: bytes) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip("needs pdftotext (Debian package poppler-utils)")
    done = subprocess.run(command, input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def raw_text(pdf: bytes) -> str:
    """The text layer in the order in which it was written, cell by cell; form feeds part pages."""
    return _run(["pdftotext", "-raw", "-", "-"], pdf)


def text_of(pdf: bytes) -> str:
    """The text layer on one line, without the marks that only allow a break inside long words."""
    return " ".join(raw_text(pdf).replace("\u200b", "").split())


def letters_of(text: str) -> str:
    """A text without any white space: cells and lines break names at other places than the data."""
    return "".join(text.replace("\u200b", "").split())


def pages_of(pdf: bytes) -> list[str]:
    return [page for page in raw_text(pdf).split("\f") if page.strip()]


def words_of(pdf: bytes) -> list[tuple[int, tuple[float, float], tuple[float, ...], str]]:
    """Every word: its page, the page's width and height, its box (left, top, right, bottom), all in mm."""
    found, page, size = [], 0, (0.0, 0.0)
    for line in _run(["pdftotext", "-bbox", "-", "-"], pdf).splitlines():
        if match := re.search(r'<page width="([\d.]+)" height="([\d.]+)"', line):
            page, size = page + 1, tuple(float(n) / MM for n in match.groups())
        elif match := re.search(
            r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*)</word>', line
        ):
            *box, word = match.groups()
            found.append((page, size, tuple(float(n) / MM for n in box), word))
    return found


def is_nfc(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text)
